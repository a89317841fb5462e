// SPDX-License-Identifier: GPL-2.0-or-later
/* Says which packs cannot be used with the product that is being installed, and why. */
#include "plan/requires.h"

#include <string.h>

#include "module/module_name.h"
#include "package/rpm_version.h"
#include "plan/plan.h"
#include "repository/product.h"
#include "repository/repository.h"

/* What packages of an update call what others call xs:main and xcp:main. */
static const struct {
	const char *capability, *originator;
} versions[] = { { "product-version", "xs" }, { "platform-version", "xcp" } };

/* Is it this that is required? One without an originator means any. */
static bool is_meant(const struct ddl_requires *need, const struct ddl_product *present)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		if (!*need->originator && strcmp(need->name, versions[i].capability) == 0)
			return strcmp(present->originator, versions[i].originator) == 0 && strcmp(present->name, "main") == 0;
	return strcmp(need->name, present->name) == 0 &&
	       (!*need->originator || strcmp(need->originator, present->originator) == 0);
}

/* Is its version one that will do? */
static bool is_met(const struct ddl_requires *need, const struct ddl_product *present)
{
	return ddl_xenserver_version_test(
		ddl_xenserver_version_compare(present->version, present->build, need->version, need->build), need->test);
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

/* NULL: no memory for the sentence. */
static int refuse(struct ddl_arena *arena, const char *sentence, struct ddl_plan *plan)
{
	const char **slot = sentence ? ddl_arena_push(arena, &plan->refusals, &plan->n_refusals, sizeof(*slot)) : NULL;

	if (!slot)
		return -1;
	*slot = sentence;
	if (plan->refusal.code == DDL_OK)
		(void)ddl_fail(&plan->refusal, DDL_E_REQUIRES, 0, "%s", sentence);
	return 0;
}

static int refuse_version(struct ddl_arena *arena, const struct ddl_repo *repo, const char *need,
			  const struct ddl_product *present, bool product, struct ddl_plan *plan)
{
	const char *version = *present->build ? ddl_arena_printf(arena, "%s-%s", present->version, present->build) :
						present->version;

	/* TRANSLATORS: the pack acme:megaraid-sas needs "xs:main >= 6.5.0" */
	return version ? refuse(arena,
				ddl_arena_printf(arena,
						 product ? _("%s needs %s, this installer has %s") :
							   _("%s needs %s, the pack chosen with it has %s"),
						 repo->identifier, need, version),
				plan) :
			 -1;
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
		if (!is_meant(need, &products[i]))
			continue;
		if (is_met(need, &products[i]))
			*met = true;
		else
			unmet = &products[i];
	}
	return unmet;
}

/* What requires are held against. */
struct present {
	const char *release; /* of the kernel */
	const struct ddl_product *products;
	size_t n_products;
	struct ddl_repo *const *repos;
	size_t count;
};

/* Packages of drivers say so which kernel they are for; a disk may have some for each of several. */
static bool is_of_kernel(const struct ddl_requires *need)
{
	return !*need->originator && strcmp(need->name, "kernel-uname-r") == 0;
}

/* By the rules of RPM, as it is one of its packages that says it. */
static bool kernel_is_met(struct ddl_arena *arena, const struct ddl_requires *need, const char *release)
{
	static const unsigned senses[] = {
		[DDL_TEST_EQ] = DDL_SENSE_EQUAL,
		[DDL_TEST_LT] = DDL_SENSE_LESS,
		[DDL_TEST_GT] = DDL_SENSE_GREATER,
		[DDL_TEST_LE] = DDL_SENSE_LESS | DDL_SENSE_EQUAL,
		[DDL_TEST_GE] = DDL_SENSE_GREATER | DDL_SENSE_EQUAL,
	};
	const char *hyphen = strrchr(release, '-');
	const char *version = ddl_arena_dupn(arena, release, hyphen ? (size_t)(hyphen - release) : strlen(release));
	struct ddl_evr wanted = { "", need->version, need->build }, here = { "", version, hyphen ? hyphen + 1 : "" };

	return need->test != DDL_TEST_NE && version && ddl_evr_overlap(&here, DDL_SENSE_EQUAL, &wanted, senses[need->test]);
}

static int judge_kernel(struct ddl_arena *arena, const char *release, const struct ddl_repo *repo, const char *words,
			struct ddl_plan *plan)
{
	for (size_t i = 0; i < repo->n_requires; i++)
		if (is_of_kernel(&repo->requires[i]) && kernel_is_met(arena, &repo->requires[i], release))
			return 0;
	return refuse(arena, ddl_arena_printf(arena, _("%s needs %s, this kernel is %s"), repo->identifier, words, release),
		      plan);
}

static int judge_one(struct ddl_arena *arena, const struct present *all, const struct ddl_repo *repo,
		     const struct ddl_requires *need, struct ddl_plan *plan)
{
	const char *words = words_of(arena, need);
	const struct ddl_product *unmet;
	bool met;

	if (!words)
		return -1;
	if (is_of_kernel(need))
		return judge_kernel(arena, all->release, repo, words, plan);
	unmet = find_unmet(need, all->products, all->n_products, &met);
	if (unmet && !met)
		return refuse_version(arena, repo, words, unmet, true, plan);
	if (met && !unmet)
		return 0;
	for (size_t i = 0; i < all->count && !met; i++) {
		const struct ddl_repo *other = all->repos[i];
		struct ddl_product pack = { other->originator, other->name, other->version, other->build };

		if (other != repo && is_meant(need, &pack))
			return is_met(need, &pack) ? 0 : refuse_version(arena, repo, words, &pack, false, plan);
	}
	return ddl_plan_note(
		arena, plan,
		ddl_arena_printf(arena, _("%s needs %s; whether the product that is being installed has that is not known here."),
				 repo->identifier, words));
}

int ddl_requires_judge(struct ddl_arena *arena, const char *release, const struct ddl_product *products, size_t n_products,
		       struct ddl_repo *const *repos, size_t count, size_t judged, struct ddl_plan *plan, struct ddl_error *error)
{
	const struct present all = { release, products, n_products, repos, count };

	for (size_t r = 0; r < judged; r++)
		for (size_t i = 0; i < repos[r]->n_requires; i++)
			if (judge_one(arena, &all, repos[r], &repos[r]->requires[i], plan) < 0)
				return ddl_fail(error, DDL_E_MEMORY, 0, "plan");
	return 0;
}

/* ------------------------------------------------------- RPMs that require each other */

static bool depends_on(const struct ddl_module *module, const char *name)
{
	for (size_t i = 0; i < module->n_depends; i++)
		if (ddl_module_name_equal(module->depends[i], name))
			return true;
	return false;
}

/* Not round in a circle: what needs it itself comes after it. */
static int add_depend(struct ddl_arena *arena, struct ddl_module *module, const struct ddl_module *on)
{
	const char **depends;

	if (ddl_module_name_equal(module->name, on->name) || depends_on(module, on->name) || depends_on(on, module->name) ||
	    on->fit <= DDL_FIT_OLDER || on->fit == DDL_FIT_BUILTIN || module->n_depends >= DDL_MAX_DEPENDS)
		return 0;
	depends = ddl_arena_alloc(arena, module->n_depends + 1,
				  sizeof(*depends)); /* what is there was made by no push of this arena */
	if (!depends)
		return -1;
	if (module->n_depends)
		memcpy(depends, module->depends, module->n_depends * sizeof(*depends));
	depends[module->n_depends++] = on->name;
	module->depends = depends;
	return 0;
}

static int follow_one(struct ddl_arena *arena, const struct ddl_package *package, const struct ddl_package *needed)
{
	for (size_t i = 0; i < package->n_modules; i++)
		for (size_t j = 0; j < needed->n_modules; j++)
			if (add_depend(arena, package->modules[i], needed->modules[j]) < 0)
				return -1;
	return 0;
}

static int follow_package(struct ddl_arena *arena, const struct ddl_package *package, struct ddl_repo *const *repos, size_t count)
{
	for (size_t r = 0; r < count && package->n_requires; r++)
		for (size_t p = 0; p < repos[r]->n_packages; p++) {
			const struct ddl_package *other = &repos[r]->packages[p];
			bool named = false;

			for (size_t i = 0; i < package->n_requires && other != package && other->rpm_name; i++)
				named = named || strcmp(package->requires[i], other -> rpm_name) == 0;
			if (named && follow_one(arena, package, other) < 0)
				return -1;
		}
	return 0;
}

int ddl_requires_follow(struct ddl_arena *arena, struct ddl_repo *const *repos, size_t count)
{
	for (size_t r = 0; r < count; r++)
		for (size_t p = 0; p < repos[r]->n_packages; p++)
			if (follow_package(arena, &repos[r]->packages[p], repos, count) < 0)
				return -1;
	return 0;
}
