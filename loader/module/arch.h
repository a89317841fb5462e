/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kinds of processors, by the names that `uname -m` has for them. */
#ifndef DDL_ARCH_H
#define DDL_ARCH_H

#include <stdbool.h>

#include "module/elf.h"

/* The one that an ELF file is for; "unknown": none of those that are known here. */
const char *ddl_arch_of_elf(const struct ddl_elf *elf);

/* The one that a kernel's release names at its end (".x86_64", "-arm64"); "": it names none. */
const char *ddl_arch_of_release(const char *release);

/*
 * May what is for `arch` (a module's, a package's) run on `machine`? "noarch" and "all" may run on any. Where
 * `machine` is none that is known here, or either is NULL or "", it is not known, and so may anything.
 */
bool ddl_arch_fits(const char *arch, const char *machine);

#endif
