/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of modules and of the files that hold them. */
#ifndef DDL_MODULE_NAME_H
#define DDL_MODULE_NAME_H

#include <stdbool.h>

#include "base/arena.h"

/* Module names are equal when '-' and '_' are taken for the same. */
bool ddl_module_name_equal(const char *a, const char *b);

/* The kernel's way to write it: '-' becomes '_'. */
void ddl_module_name_fold(char *name);

/* "/lib/modules/…/scsi-mod.ko.xz" is "scsi_mod". NULL: no memory. */
char *ddl_module_name_of_file(struct ddl_arena *arena, const char *path);

/* Is a file of this name a module, compressed or not? */
bool ddl_module_name_is(const char *file);

/* Is a file of this name a compressed module (".ko.xz")? */
bool ddl_module_name_is_packed(const char *name);

/* Is a file of this name a package or a module, that can be taken by itself where nothing lists it? */
bool ddl_module_name_is_loose(const char *name);

#endif
