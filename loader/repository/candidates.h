/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies on a stick as a file and may be a driver disk itself. Names only: whether they
 * are what they are called shows when they are opened.
 */
#ifndef DDL_CANDIDATES_H
#define DDL_CANDIDATES_H

#include "base/arena.h"
#include "medium/listing.h"

/*
 * .iso, .zip, .tar.gz and the like, and what else people call an image where it is large enough for one; packages
 * and modules too, but not where metadata lies (there it says which are meant, and what they must be)
 * nor below it; and folders into which a pack was unpacked. Sorted, at most
 * DDL_MAX_ISO_FILES; *more when there are others, of which those that are only called images are the first to go. -1: no memory.
 */
int ddl_candidates_find(const struct ddl_listing *listing, struct ddl_arena *arena, const char ***names, size_t *count,
			bool *more);

#endif
