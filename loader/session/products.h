/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is being installed, which the packs' requirements are held against. */
#ifndef DDL_PRODUCTS_H
#define DDL_PRODUCTS_H

#include "session/session.h"

/*
 * It, where one of these packs requires something: --product, else what the media that
 * were looked at say, else the other media that are there now (not where the question is about another
 * machine's kernel). None: it is not known. -1: no memory, or cancelled.
 */
int ddl_session_products(struct ddl_session *session, struct ddl_arena *arena, struct ddl_repo *const *repos, size_t count,
			 struct ddl_product **products, size_t *n_products, struct ddl_error *error);

#endif
