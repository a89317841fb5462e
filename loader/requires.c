// SPDX-License-Identifier: GPL-2.0-or-later
/* Says which packs cannot be used with the product that is being installed, and why. */
#include "requires.h"

#include <string.h>

#include "plan.h"
#include "repo.h"

/* Something that is there: the product, or a pack of the same load. */
struct present {
	const char *originator, *name, *version, *build;
	size_t n_originator, n_name;
};

/* "originator:name=version-build"; the build stays with the version, as they are compared together. */
static bool read_product(const char *word, struct present *product)
{
	const char *colon = strchr(word, ':'), *equals = colon ? strchr(colon, '=') : NULL;

	if (!colon || !equals || colon == word || equals == colon + 1 || !ddl_version_valid(equals + 1))
		return false;
	*product = (struct present){ .originator = word, .n_originator = (size_t)(colon - word), .name = colon + 1,
				     .n_name = (size_t)(equals - colon) - 1, .version = equals + 1, .build = "" };
	return true;
}

bool ddl_product_valid(const char *word)
{
	struct present product;

	return read_product(word, &product);
}

static bool same(const char *text, const char *wanted, size_t n)
{
	return strlen(text) == n && memcmp(text, wanted, n) == 0;
}

/* Is it this that is required? One without an originator means any. */
static bool is_meant(const struct ddl_requires *need, const struct present *present)
{
	return same(need->name, present->name, present->n_name) &&
	       (!*need->originator || same(need->originator, present->originator, present->n_originator));
}

static bool is_met(const struct ddl_requires *need, const struct present *present)
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

static int refuse(struct ddl_arena *arena, const struct ddl_repo *repo, const char *need,
		  const struct present *present, bool product, struct ddl_plan *plan)
{
	const char *version = *present->build ? ddl_arena_printf(arena, "%s-%s", present->version, present->build)
					      : present->version;
	const char **slot = ddl_arena_push(arena, &plan->refusals, &plan->n_refusals, sizeof(*slot));

	if (!slot || !version)
		return -1;
	/* TRANSLATORS: the pack acme:megaraid-sas needs "xs:main >= 6.5.0" */
	*slot = ddl_arena_printf(arena, product ? _("%s needs %s, this installer has %s")
						: _("%s needs %s, the pack chosen with it has %s"),
				 repo->identifier, need, version);
	if (!*slot)
		return -1;
	if (plan->refusal.code == DDL_OK)
		(void)ddl_fail(&plan->refusal, DDL_E_REQUIRES, 0, "%s", *slot);
	return 0;
}

static int judge_one(struct ddl_arena *arena, const struct present *product, struct ddl_repo *const *repos,
		     size_t count, const struct ddl_repo *repo, const struct ddl_requires *need, struct ddl_plan *plan)
{
	const char *words = words_of(arena, need);

	if (!words)
		return -1;
	if (product && is_meant(need, product))
		return is_met(need, product) ? 0 : refuse(arena, repo, words, product, true, plan);
	for (size_t i = 0; i < count; i++) {
		struct present pack = { repos[i]->originator, repos[i]->name, repos[i]->version, repos[i]->build,
					strlen(repos[i]->originator), strlen(repos[i]->name) };

		if (repos[i] != repo && is_meant(need, &pack))
			return is_met(need, &pack) ? 0 : refuse(arena, repo, words, &pack, false, plan);
	}
	return ddl_plan_note(arena, plan, ddl_arena_printf(arena,
		_("%s needs %s; whether the product that is being installed has that is not known here."),
		repo->identifier, words));
}

int ddl_requires_judge(struct ddl_arena *arena, const char *product, struct ddl_repo *const *repos,
		       size_t count, struct ddl_plan *plan, struct ddl_error *error)
{
	struct present present;
	bool known = product && read_product(product, &present);

	for (size_t r = 0; r < count; r++)
		for (size_t i = 0; i < repos[r]->n_requires; i++)
			if (judge_one(arena, known ? &present : NULL, repos, count, repos[r], &repos[r]->requires[i],
				      plan) < 0)
				return ddl_fail(error, DDL_E_MEMORY, 0, "plan");
	return 0;
}
