/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose packs are loaded: the signatures of a pack checked, and what is made of them.
 * A bad signature is always refused: it makes packages BAD. The rest is told, and
 * refused only with options.require_signature.
 */
#ifndef DDL_TRUST_H
#define DDL_TRUST_H

#include "verify/signature.h"

struct ddl_trust {
	struct ddl_checker *checker; /* NULL: made when it is first needed */
	const struct ddl_options *options;
	struct ddl_stage *stage;
	struct ddl_log *log;
	struct ddl_arena *arena;
	struct ddl_confine confine;
};

/* Checks what of the pack is there to be checked and was not yet. -1: cancelled, no memory, --keyring. */
int ddl_trust_check(struct ddl_trust *trust, struct ddl_repo *repo, struct ddl_error *error);

/* A file that is signed as a whole, `what` for messages; its texts are in the arena. -1 as ddl_signature_check, and --keyring. */
int ddl_trust_check_file(struct ddl_trust *trust, const char *what, struct ddl_claim *claim, struct ddl_signature *signature,
			 struct ddl_error *error) DDL_MUST_CHECK;

/* A person has compared the fingerprint of the disk's own key: what that one has signed of the pack counts as signed. */
void ddl_trust_by_hand(struct ddl_repo *repo, const char *key);

/*
 * May it be loaded, by its signatures? Its list of contents is signed by a trusted key, or each
 * package for this kernel is. -1 and DDL_E_UNSIGNED, _KEY_UNKNOWN, _KEY_EXPIRED, _WEAK, _GPGV.
 */
int ddl_trust_judge(const struct ddl_options *options, const struct ddl_repo *repo, struct ddl_error *error);

#endif
