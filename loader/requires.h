/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packs' `requires`, held against the product that is being installed and against the
 * other packs of the same load. Facts only: nothing is read and nothing changed.
 */
#ifndef DDL_REQUIRES_H
#define DDL_REQUIRES_H

#include "arena.h"
#include "ddl.h"

/*
 * Adds to the plan what stands against these packs. `products`: what is being installed; none: not
 * known. What is not met is a refusal (DDL_E_REQUIRES, unless the plan has another already); what
 * cannot be known is a note. -1: no memory.
 */
int ddl_requires_judge(struct ddl_arena *arena, const struct ddl_product *products, size_t n_products,
		       struct ddl_repo *const *repos, size_t count, struct ddl_plan *plan, struct ddl_error *error);

/*
 * Refuses the packs of a load that need each other, or themselves, in a circle: none of them could be
 * installed first. `all` are the packs that were seen, those of the load among them; of more than
 * DDL_MAX_REPOSITORIES the rest is left out. -1: no memory.
 */
int ddl_requires_circle(struct ddl_arena *arena, struct ddl_repo *const *all, size_t n_all,
			struct ddl_repo *const *repos, size_t count, struct ddl_plan *plan, struct ddl_error *error);

/* Is it this that is required? One without an originator means any. */
bool ddl_requires_meant(const struct ddl_requires *need, const struct ddl_product *present);
/* Is its version one that will do? */
bool ddl_requires_met(const struct ddl_requires *need, const struct ddl_product *present);

/* Adds the sentence, of the arena, to what stands against the plan. -1: no memory; also when it is NULL. */
int ddl_requires_refuse(struct ddl_arena *arena, struct ddl_plan *plan, const char *sentence);

#endif
