/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are signed as a whole, as SUSE's driver updates are: by FILE.asc beside them, or in themselves, as
 * "gpg --sign" writes it. What was signed is kept in memory, and read from there: no other bytes than were checked.
 */
#ifndef DDL_SIGNED_H
#define DDL_SIGNED_H

#include "session/session.h"

/* Is it called as such a file is? */
bool ddl_signed_by_name(const char *name);

/*
 * Checks the file at `fd`, by the signature in the file at `asc` (-1: there is none) where it holds none itself; neither is
 * closed. Where it is signed, opened->signature says how, and opened->unpacked is what was signed; else that stays of size 0.
 * -1: DDL_E_TOO_LARGE, _GPGV, _FORGED (what cannot be taken out of it unchecked), _READ, and those of ddl_unpacked_stage,
 * ddl_trust_check_file.
 */
int ddl_signed_stage(struct ddl_session *session, struct ddl_opened *opened, int fd, int asc, const char *name,
		     struct ddl_error *error) DDL_MUST_CHECK;

#endif
