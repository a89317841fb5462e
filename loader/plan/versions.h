/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One driver that is there several times, in files, packages, packs and on media: which is taken. One that is
 * of use here goes before one that is not, one for this very kernel before others, one of this installer's kind before others, the newer before the older
 * (its own version, its package's, its pack's), and of what cannot be told apart the first.
 */
#ifndef DDL_VERSIONS_H
#define DDL_VERSIONS_H

#include "model/model.h"

/* Is something in it for this kernel, or for any, staged and whole? */
bool ddl_versions_usable(const struct ddl_package *package);

/* Is it the same build, as far as that can be told? */
bool ddl_versions_same(const struct ddl_module *a, const struct ddl_module *b);

/*
 * Of each module in these packs, and of each RPM of firmware and settings alone, all but the one that is
 * taken become DDL_FIT_OLDER; a module names that one in `instead`. Fits must be known; packs
 * that are damaged take no part. -1: no memory.
 */
int ddl_versions_mark(struct ddl_repo *const *repos, size_t count, const struct ddl_machine *machine);

#endif
