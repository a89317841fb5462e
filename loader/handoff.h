/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left behind for the installer: outcome.json and the packs' metadata and packages,
 * so that the medium is not asked for twice. And one line for the kernel log (ddl.h).
 */
#ifndef DDL_HANDOFF_H
#define DDL_HANDOFF_H

#include "session.h"

/*
 * Writes <root>/run/ddload/outcome.json (under a temporary name, then renamed) and, for packs
 * that were loaded, <root>/run/ddload/packs/<identifier>/, in the place of what another version of
 * the pack left there. "/", "%" and a leading "." of an identifier are "%2F", "%25" and "%2E"; one
 * longer than a file's name is cut and ends in "%~" and a hash. DDL_E_STAGE and the path on failure.
 */
int ddl_handoff_write(struct ddl_session *session, const struct ddl_outcome *outcome,
		      struct ddl_error *error);

#endif
