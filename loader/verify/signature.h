/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * OpenPGP signatures, checked by GnuPG's gpgv, a program beside ddload, in a child without
 * privileges. Trusted are the keys of /etc/pki/rpm-gpg and --keyring; the key that came with
 * the disk itself only says who claims to have signed.
 */
#ifndef DDL_SIGNATURE_H
#define DDL_SIGNATURE_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/log.h"
#include "base/stage.h"
#include "model/model.h"
#include "process/jobs.h"

struct ddl_checker;

/*
 * Finds gpgv (named ddload-gpgv, in the directory of the running program) and reads the
 * trusted keys: of <root>/etc/pki/rpm-gpg, <root>/installkey.gpg (SUSE's) and of options->keyring, a file or a directory of
 * them. A file that holds no key is told to the log. -1: --keyring cannot be read, or no memory.
 */
struct ddl_checker *ddl_checker_new(const struct ddl_options *options, struct ddl_stage *stage, struct ddl_log *log,
				    struct ddl_error *error) DDL_MUST_CHECK;
/* The disk's own key with this fingerprint is trusted from now on, in place of options->trust_key. Not copied. */
void ddl_checker_trust(struct ddl_checker *checker, const char *key);
void ddl_checker_free(struct ddl_checker *checker); /* NULL allowed */

/* What is to be checked. */
struct ddl_claim {
	const void *packet; /* the signature, armoured or binary */
	size_t packet_length;
	const void *data; /* what it is over; NULL: all of `data_fd` from `data_offset` on */
	size_t data_length;
	int data_fd;
	uint64_t data_offset;
	bool message; /* the file at `data_fd` is an OpenPGP message (gpg --sign): no packet, and what it holds is written … */
	int plain_fd; /* … here, at most DDL_MAX_STAGED_FILE; nothing of it is worth anything where the signature is BAD */
	const void *own_key; /* the key that came with the disk; NULL: none */
	size_t own_key_length;
};

/*
 * Sets *signature; its texts are in the arena. What cannot be checked (no gpgv, it crashed)
 * is UNCHECKED with the reason in *error; -1 only when cancelled or without memory.
 */
int ddl_signature_check(struct ddl_checker *checker, const struct ddl_confine *confine, struct ddl_arena *arena,
			const struct ddl_claim *claim, struct ddl_signature *signature, struct ddl_error *error) DDL_MUST_CHECK;

/*
 * What gpgv said (its --status-fd lines), as a state and texts; with `allow_sha1` a good one over SHA-1 is GOOD, else WEAK.
 * For signature.c and its tests.
 */
struct ddl_verdict {
	uint32_t state; /* enum ddl_signature_state */
	char signer[256]; /* user id; "" */
	char key[65]; /* fingerprint, hex; a key id where that is all there is; "" */
};
void ddl_verdict_read(struct ddl_verdict *verdict, char *words, int status, bool allow_sha1);

#endif
