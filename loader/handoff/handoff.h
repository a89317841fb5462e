/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left behind for the installer: outcome.json and the packs' metadata and packages,
 * so that the medium is not asked for twice. And one line for the kernel log (ddl.h).
 */
#ifndef DDL_HANDOFF_H
#define DDL_HANDOFF_H

#include "session/session.h"

/*
 * What options.handoff asks for, besides: of the packs that were loaded the RPMs that hold something
 * for this kernel, which are below `run` (<root>/run/ddload) already.
 *
 * ANACONDA (its dracut/README-driver-updates.md): <root>/run/install/DD-1, DD-2 …, without a gap, each a
 * directory with RPMs, which it makes a repository of; <root>/run/install/dd_packages, the names of the
 * packages to install, one a line. What others have put there stays.
 * RPM_LIST: rpms, absolute paths, one a line: firmware and settings first, and each driver behind what it needs.
 *
 * -1 and DDL_E_STAGE.
 */
int ddl_handoff_installers(struct ddl_session *session, int run, const struct ddl_outcome *outcome, struct ddl_error *error);

/* What others, and earlier runs, have written to a file there; "" where it cannot be read. NULL: no memory. */
char *ddl_handoff_old(struct ddl_arena *arena, int dir, const char *name);

/*
 * DEBIAN: the packages (.deb) with a driver for this kernel in <root>/var/cache/firmware, and the line "local" in
 * `components` there, as Debian's hw-detect has them; what others have put there stays. -1 and DDL_E_STAGE.
 */
int ddl_handoff_debian(struct ddl_session *session, const struct ddl_outcome *outcome, struct ddl_error *error);

/*
 * SUSE: its driver updates in <root>/linux/suse, with a link for the release that is being installed; below a number (1/linux/suse …)
 * where another one is there. The same update is left once. `run` as above. -1 and DDL_E_STAGE.
 */
int ddl_handoff_suse(struct ddl_session *session, int run, const struct ddl_outcome *outcome, struct ddl_error *error);

/*
 * Writes <root>/run/ddload/outcome.json (under a temporary name, then renamed; the one of a load before
 * this becomes outcome-1.json, outcome-2.json …) and, for packs
 * that were loaded, <root>/run/ddload/packs/<identifier>/, in the place of what another version of
 * the pack left there. "/", "%" and a leading "." of an identifier are "%2F", "%25" and "%2E"; one
 * longer than a file's name is cut and ends in "%~" and a hash. DDL_E_STAGE and the path on failure.
 */
int ddl_handoff_write(struct ddl_session *session, const struct ddl_outcome *outcome, struct ddl_error *error);

#endif
