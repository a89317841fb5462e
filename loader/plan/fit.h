/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The questions of fit.c that the plan, the outcome and a look at a medium ask as well.
 */
#ifndef DDL_FIT_H
#define DDL_FIT_H

#include "base/arena.h"
#include "model/model.h"
#include "module/symbol_versions.h"

/*
 * DDL_FIT_YES when `kernel` is `release`; DDL_FIT_TWIN when it is its kdump flavour
 * (XenServer 6.0 to 6.2 packs ship "<base>xen" and "<base>kdump"); else OTHER_KERNEL.
 */
enum ddl_fit ddl_fit_kernel(const char *kernel, const char *release);

/* Another release of the same version of Linux ("6.1"), so that its ABI may be the same. */
bool ddl_fit_near(const char *kernel, const char *release);

/*
 * Sets abi, n_unknown and differing of a module of another release. `vermagic` is that of this kernel's own
 * modules, `here` are the versions of its symbols, `packs` are symbols that modules of packs export: it is
 * built against those, and they come along with it. -1: no memory.
 */
int ddl_fit_abi(struct ddl_arena *arena, struct ddl_module *module, const char *vermagic, const struct ddl_symbol_table *here,
		const struct ddl_symbol_table *packs);

/* Version and srcversion are equal, and there is at least one of them to compare. */
bool ddl_fit_same_build(const struct ddl_module *module, const struct ddl_loaded *loaded);

#endif
