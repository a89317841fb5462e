/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The step of depmod's that is needed after a load: a later modprobe, by name or by alias,
 * finds the packs' modules rather than the tree's own.
 */
#ifndef DDL_DEPMOD_H
#define DDL_DEPMOD_H

#include "ddl.h"

/* Where the modules are put, below the tree; depmod looks in updates/ before all else. */
#define DDL_TREE_DIRECTORY "updates/ddload"

/*
 * Puts the modules (each after what it needs, their files staged) into the module tree `tree`
 * ("/lib/modules/<release>") and into its modules.dep, modules.alias and the .bin index of
 * both, those that are there; what depends on a module of that name is led to the new file.
 * The old file stays. Each file is replaced at once. -1 and the error: the tree cannot be
 * written (EROFS), or is damaged; then it may be in part as before, and modprobe finds the old one.
 */
int ddl_depmod_add(const char *tree, const struct ddl_module *const *modules, size_t n,
		   struct ddl_error *error);

#endif
