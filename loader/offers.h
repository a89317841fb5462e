/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies on a stick as a file and may be a driver disk itself. Names only: whether they
 * are what they are called shows when they are opened.
 */
#ifndef DDL_OFFERS_H
#define DDL_OFFERS_H

#include "arena.h"
#include "medium.h"

/*
 * .iso, .zip, .tar.gz and the like at the top of a directory medium and up to
 * DDL_MAX_FOLDER_DEPTH folders down; packages and modules too, but not where metadata lies
 * (there it says which are meant, and what they must be) nor below it; and folders into which a
 * pack was unpacked. Links are not
 * followed, names with a leading dot are passed over. Sorted, at most DDL_MAX_ISO_FILES;
 * *more when there are others. -1: the top cannot be read, or no memory.
 */
int ddl_offers_find(const struct ddl_medium *medium, struct ddl_arena *arena, const char ***names,
		    size_t *count, bool *more, struct ddl_error *error);

#endif
