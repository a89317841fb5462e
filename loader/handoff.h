/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left behind for the installer: outcome.json and the packs' metadata and packages,
 * so that the medium is not asked for twice. And one line for the kernel log.
 */
#ifndef DDL_HANDOFF_H
#define DDL_HANDOFF_H

#include "session.h"

/*
 * Writes <root>/run/ddload/outcome.json (under a temporary name, then renamed) and, for packs
 * that were loaded, <root>/run/ddload/packs/<identifier>/. DDL_E_STAGE and the path on failure.
 */
int ddl_handoff_write(struct ddl_session *session, const struct ddl_outcome *outcome,
		      struct ddl_error *error);

/* "ddload: loaded megaraid_sas 07.999 (acme:megaraid-sas 1.0-7) sda", or "ddload: FAILED …". */
void ddl_handoff_line(char *to, size_t room, const struct ddl_outcome *outcome);

#endif
