/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packages that are on a medium under other names than the metadata gives, as a plain ISO
 * 9660 image has no room for theirs.
 */
#ifndef DDL_FIND_PACKAGE_H
#define DDL_FIND_PACKAGE_H

#include "package.h"

/*
 * Sets `stored` of the packages whose bytes are in a file of the same directory: known by the
 * size and, where several have that, by the checksum. The others keep NULL. -1 when it was
 * cancelled or memory is short; a medium that cannot be read is no error of this.
 */
int ddl_packages_find(const struct ddl_packages_call *call, const struct ddl_package_wish *missing, size_t count,
		      struct ddl_error *error);

#endif
