/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packs that have nothing for this very kernel: would it take what was built for a near release? */
#ifndef DDL_ABI_H
#define DDL_ABI_H

#include "session/session.h"

/* Are the pack's packages for near releases worth reading for that? */
bool ddl_session_asks_abi(const struct ddl_session *session, const struct ddl_repo *repo);

/* Holds the modules of the look, whose packages were read, against this kernel's symbols. -1: no memory. */
int ddl_session_compare_abi(struct ddl_session *session, struct ddl_look *look, struct ddl_error *error);

#endif
