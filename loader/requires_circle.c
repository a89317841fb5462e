// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds packs that need each other in a circle, by taking them in an order in which each has what it needs. */
#include "limits.h"
#include "requires.h"

static bool gives(const struct ddl_repo *pack, const struct ddl_requires *need)
{
	const struct ddl_product present = { pack->originator, pack->name, pack->version, pack->build };

	return pack->generation == DDL_GEN_XML && ddl_requires_meant(need, &present) && ddl_requires_met(need, &present);
}

/* The pack that would have to be there first and is not; NULL: none. What no pack gives, the product may have. */
static const struct ddl_repo *waits_for(const struct ddl_repo *repo, struct ddl_repo *const *all, size_t n_all,
					const bool *there)
{
	for (size_t i = 0; i < repo->n_requires; i++) {
		const struct ddl_repo *giver = NULL;
		bool given = false;

		for (size_t j = 0; j < n_all && !given; j++)
			if (gives(all[j], &repo->requires[i])) {
				giver = all[j];
				given = there[j];
			}
		if (giver && !given)
			return giver;
	}
	return NULL;
}

static int refuse(struct ddl_arena *arena, const struct ddl_repo *repo, const struct ddl_repo *other, struct ddl_plan *plan)
{
	if (repo == other)
		return ddl_requires_refuse(arena, plan, ddl_arena_printf(arena, _("%s needs itself to be there before it"),
									 repo->identifier));
	/* TRANSLATORS: packs, acme:megaraid-sas and acme:base */
	return ddl_requires_refuse(arena, plan, ddl_arena_printf(arena,
		_("%s needs %s, which cannot be there before it: packs need each other in a circle"),
		repo->identifier, other->identifier));
}

int ddl_requires_circle(struct ddl_arena *arena, struct ddl_repo *const *all, size_t n_all,
			struct ddl_repo *const *repos, size_t count, struct ddl_plan *plan, struct ddl_error *error)
{
	bool there[DDL_MAX_REPOSITORIES] = { false }, more = true;

	if (n_all > DDL_MAX_REPOSITORIES)
		n_all = DDL_MAX_REPOSITORIES;
	while (more) {
		more = false;
		for (size_t i = 0; i < n_all; i++)
			if (!there[i] && !waits_for(all[i], all, n_all, there))
				more = there[i] = true;
	}
	for (size_t r = 0; r < count; r++) {
		const struct ddl_repo *other = waits_for(repos[r], all, n_all, there);

		if (other && refuse(arena, repos[r], other, plan) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "plan");
	}
	return 0;
}
