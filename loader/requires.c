// SPDX-License-Identifier: GPL-2.0-or-later
/* Says which packs cannot be used with the product that is being installed, and why. */
#include "requires.h"

#include <string.h>

#include "plan.h"
#include "product.h"
#include "repo.h"

bool ddl_product_valid(const char *word)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_product product;
	bool valid = arena && ddl_product_read(arena, word, &product);

	ddl_arena_free(arena);
	return valid;
}

bool ddl_requires_meant(const struct ddl_requires *need, const struct ddl_product *present)
{
	return strcmp(need->name, present->name) == 0 &&
	       (!*need->originator || strcmp(need->originator, present->originator) == 0);
}

bool ddl_requires_met(const struct ddl_requires *need, const struct ddl_product *present)
{
	return ddl_version_test(ddl_version_compare(present->version, present->build, need->version, need->build),
				need->test);
}

static const char *sign_of(enum ddl_test test)
{
	static const char *const signs[] = {
		[DDL_TEST_EQ] = "=", [DDL_TEST_NE] = "!=", [DDL_TEST_LT] = "<",
		[DDL_TEST_GT] = ">", [DDL_TEST_LE] = "<=", [DDL_TEST_GE] = ">=",
	};

	return signs[test];
}

/* "xs:main >= 6.5.0-90233" */
static const char *words_of(struct ddl_arena *arena, const struct ddl_requires *need)
{
	return ddl_arena_printf(arena, "%s%s%s %s %s%s%s", need->originator, *need->originator ? ":" : "", need->name,
				sign_of(need->test), need->version, *need->build ? "-" : "", need->build);
}

int ddl_requires_refuse(struct ddl_arena *arena, struct ddl_plan *plan, const char *sentence)
{
	const char **slot = sentence ? ddl_arena_push(arena, &plan->refusals, &plan->n_refusals, sizeof(*slot)) : NULL;

	if (!slot)
		return -1;
	*slot = sentence;
	if (plan->refusal.code == DDL_OK)
		(void)ddl_fail(&plan->refusal, DDL_E_REQUIRES, 0, "%s", sentence);
	return 0;
}

static int refuse(struct ddl_arena *arena, const struct ddl_repo *repo, const char *need,
		  const struct ddl_product *present, bool product, struct ddl_plan *plan)
{
	const char *version = *present->build ? ddl_arena_printf(arena, "%s-%s", present->version, present->build)
					      : present->version;

	/* TRANSLATORS: the pack acme:megaraid-sas needs "xs:main >= 6.5.0" */
	return version ? ddl_requires_refuse(arena, plan, ddl_arena_printf(arena,
		product ? _("%s needs %s, this installer has %s") : _("%s needs %s, the pack chosen with it has %s"),
		repo->identifier, need, version)) : -1;
}

/*
 * What speaks for it and what against it among the products. Where media of several installers are
 * there, and one has what is needed and another has not, it is not known which it is.
 */
static const struct ddl_product *find_unmet(const struct ddl_requires *need, const struct ddl_product *products,
					    size_t n_products, bool *met)
{
	const struct ddl_product *unmet = NULL;

	*met = false;
	for (size_t i = 0; i < n_products; i++) {
		if (!ddl_requires_meant(need, &products[i]))
			continue;
		if (ddl_requires_met(need, &products[i]))
			*met = true;
		else
			unmet = &products[i];
	}
	return unmet;
}

/* What requires are held against. */
struct present {
	const struct ddl_product *products;
	size_t n_products;
	struct ddl_repo *const *repos;
	size_t count;
};

static int judge_one(struct ddl_arena *arena, const struct present *all, const struct ddl_repo *repo,
		     const struct ddl_requires *need, struct ddl_plan *plan)
{
	const char *words = words_of(arena, need);
	const struct ddl_product *unmet;
	bool met;

	if (!words)
		return -1;
	unmet = find_unmet(need, all->products, all->n_products, &met);
	if (unmet && !met)
		return refuse(arena, repo, words, unmet, true, plan);
	if (met && !unmet)
		return 0;
	for (size_t i = 0; i < all->count && !met; i++) {
		const struct ddl_repo *other = all->repos[i];
		struct ddl_product pack = { other->originator, other->name, other->version, other->build };

		if (other != repo && ddl_requires_meant(need, &pack))
			return ddl_requires_met(need, &pack) ? 0 : refuse(arena, repo, words, &pack, false, plan);
	}
	return ddl_plan_note(arena, plan, ddl_arena_printf(arena,
		_("%s needs %s; whether the product that is being installed has that is not known here."),
		repo->identifier, words));
}

int ddl_requires_judge(struct ddl_arena *arena, const struct ddl_product *products, size_t n_products,
		       struct ddl_repo *const *repos, size_t count, struct ddl_plan *plan, struct ddl_error *error)
{
	const struct present all = { products, n_products, repos, count };

	for (size_t r = 0; r < count; r++)
		for (size_t i = 0; i < repos[r]->n_requires; i++)
			if (judge_one(arena, &all, repos[r], &repos[r]->requires[i], plan) < 0)
				return ddl_fail(error, DDL_E_MEMORY, 0, "plan");
	return 0;
}
