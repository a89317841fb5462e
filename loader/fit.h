/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two questions of fit.c that the plan and the outcome ask as well.
 */
#ifndef DDL_FIT_H
#define DDL_FIT_H

#include "ddl.h"

/*
 * DDL_FIT_YES when `kernel` is `release`; DDL_FIT_TWIN when it is its kdump flavour
 * (XenServer 6.0 to 6.2 packs ship "<base>xen" and "<base>kdump"); else OTHER_KERNEL.
 */
enum ddl_fit ddl_fit_kernel(const char *kernel, const char *release);

/* Version and srcversion are equal, and there is at least one of them to compare. */
bool ddl_fit_same_build(const struct ddl_module *module, const struct ddl_loaded *loaded);

#endif
