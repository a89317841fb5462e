/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksum files that lie beside the packs. */
#ifndef DDL_CHECKSUMS_H
#define DDL_CHECKSUMS_H

#include "session/session.h"

/*
 * Gives the packs of the medium of this number, all that were found on it, the checksum files that
 * lie next to it (where it is a file itself), and holds those of the metadata against it. What
 * cannot be read is a remark in *note (NULL: none). -1: no memory, or cancelled.
 */
int ddl_checksums_look(struct ddl_session *session, size_t number, struct ddl_repo *const *repos, size_t count, const char **note,
		       struct ddl_error *error);

/* The same of the loose files of a pack. */
int ddl_checksums_look_loose(struct ddl_session *session, struct ddl_repo *repo, const char **note, struct ddl_error *error);

/* Reads the whole file that the pack is in, where there is a checksum of it that was not compared yet. -1 and the error. */
int ddl_checksums_test(struct ddl_session *session, const struct ddl_repo *repo, struct ddl_error *error);

/* Does one of them differ? -1 and DDL_E_SUM, with both values. */
int ddl_checksums_judge(const struct ddl_repo *repo, struct ddl_error *error);

#endif
