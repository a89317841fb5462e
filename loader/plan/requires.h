/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packs' `requires`, held against the product that is being installed and against the
 * other packs of the same load. Facts only: nothing is read and nothing changed.
 */
#ifndef DDL_REQUIRES_H
#define DDL_REQUIRES_H

#include "base/arena.h"
#include "model/model.h"

/*
 * Adds to the plan what stands against the first `judged` of these packs. `release`: the kernel's; `products`: what is being installed; none: not
 * known. What is not met is a refusal (DDL_E_REQUIRES, unless the plan has another already); what
 * cannot be known is a note. -1: no memory.
 */
int ddl_requires_judge(struct ddl_arena *arena, const char *release, const struct ddl_product *products, size_t n_products,
		       struct ddl_repo *const *repos, size_t count, size_t judged, struct ddl_plan *plan,
		       struct ddl_error *error);

/*
 * What a driver's RPM requires by its name is taken along where another package has that name: its modules count as
 * what those of the driver depend on. May be called again. -1: no memory.
 */
int ddl_requires_follow(struct ddl_arena *arena, struct ddl_repo *const *repos, size_t count);

#endif
