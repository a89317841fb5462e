/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which product is being installed: from the installer's own medium, or --product. Facts
 * from bytes and packs only; nothing is read here.
 */
#ifndef DDL_PRODUCT_H
#define DDL_PRODUCT_H

#include "base/arena.h"
#include "model/model.h"

/* In the root of the media of XenServer 7 and later, and of XCP-ng. */
extern const char ddl_treeinfo_name[];

/* "originator:name=version-build"; the build stays with the version, as they are compared together. False: it is no such word. */
bool ddl_product_read(struct ddl_arena *arena, const char *word, struct ddl_product *product);

/* Is it the main repository of an installer, which is the product, and no pack? */
bool ddl_product_is(const struct ddl_repo *repo);

/*
 * Adds what the medium of an installer says that it installs. Until XenServer 6.5 its main
 * repository does, xs:main (or xcp:main) among the packs of the medium; later .treeinfo does:
 * its [branding] version is that of xs:main, its [platform] version that of xcp:main, as packs for
 * 6.x ask for them, and updates ask for [branding] name in small letters ("xenserver"); in newer ones
 * [system-v1] says product_version, platform_version and product_name. Any bytes may be
 * given; NULL: there is no .treeinfo. -1: no memory.
 */
int ddl_products_find(struct ddl_arena *arena, struct ddl_repo *const *repos, size_t n_repos, const char *treeinfo, size_t length,
		      struct ddl_product **products, size_t *count);

/* Is it "originator:name=version", the version with its build behind a hyphen or without? */
bool ddl_product_valid(const char *word);

#endif
