/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lies beside the packs and says something of them: checksum files, and the installer's own medium. */
#ifndef DDL_BESIDE_H
#define DDL_BESIDE_H

#include "session.h"

/*
 * Gives the packs of the medium of this number, all that were found on it, the checksum files that
 * lie next to it (where it is a file itself), and holds those of the metadata against it. What
 * cannot be read is a remark in *note (NULL: none). -1: no memory, or cancelled.
 */
int ddl_beside_look(struct ddl_session *session, size_t number, struct ddl_repo *const *repos, size_t count,
		    const char **note, struct ddl_error *error);

/* Reads the whole file that the pack is in, where there is a checksum of it that was not compared yet. -1 and the error. */
int ddl_beside_test(struct ddl_session *session, const struct ddl_repo *repo, struct ddl_error *error);

/* Does one of them differ? -1 and DDL_E_SUM, with both values. */
int ddl_beside_judge(const struct ddl_repo *repo, struct ddl_error *error);

/*
 * What is being installed, where one of these packs requires something: --product, else what the media that
 * were looked at say, else the other media that are there now (not where the question is about another
 * machine's kernel). None: it is not known. -1: no memory, or cancelled.
 */
int ddl_beside_products(struct ddl_session *session, struct ddl_arena *arena, struct ddl_repo *const *repos,
			size_t count, struct ddl_product **products, size_t *n_products, struct ddl_error *error);

#endif
