// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what packs require: the six tests, the product, other packs, what is not known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "product.h"
#include "requires.h"

static struct ddl_arena *arena;
static struct ddl_plan plan;

static int set_up(void **state)
{
	(void)state;
	arena = ddl_arena_new();
	return arena ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	ddl_arena_free(arena);
	return 0;
}

static void judge(const char *product, const struct ddl_requires *need, const char *other_version)
{
	struct ddl_requires copy = *need;
	struct ddl_repo pack = { .identifier = "acme:megaraid-sas", .originator = "acme", .name = "megaraid-sas",
				 .version = "1.0", .build = "7", .requires = &copy, .n_requires = 1 };
	struct ddl_repo other = { .identifier = "acme:base", .originator = "acme", .name = "base",
				  .version = other_version, .build = "3" };
	struct ddl_repo *repos[] = { &pack, &other };
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_product present;

	memset(&plan, 0, sizeof(plan));
	assert_true(!product || ddl_product_read(arena, product, &present));
	assert_int_equal(ddl_requires_judge(arena, &present, product ? 1 : 0, repos, other_version ? 2 : 1, &plan, &error), 0);
}

static void the_product_is_too_old(void **state)
{
	const struct ddl_requires need = { "xs", "main", "6.5.0", "90233", DDL_TEST_GE };

	(void)state;
	judge("xs:main=6.2.0", &need, NULL);
	assert_int_equal(plan.refusal.code, DDL_E_REQUIRES);
	assert_string_equal(plan.refusal.text, "acme:megaraid-sas needs xs:main >= 6.5.0-90233, this installer has 6.2.0");
	assert_int_equal(plan.n_refusals, 1);
	assert_int_equal(plan.n_notes, 0);
	judge("xs:main=6.5.0-90232", &need, NULL);
	assert_int_equal(plan.refusal.code, DDL_E_REQUIRES);
	judge("xs:main=6.5.0-90233", &need, NULL);
	assert_int_equal(plan.refusal.code, DDL_OK);
	judge("xs:main=6.5.0", &need, NULL); /* a missing build matches any */
	assert_int_equal(plan.refusal.code, DDL_OK);
	assert_int_equal(plan.n_notes, 0);
}

static void all_six_tests(void **state)
{
	/* by test: holds it for an older, the same, a newer product? */
	static const bool holds[][3] = {
		[DDL_TEST_EQ] = { false, true, false }, [DDL_TEST_NE] = { true, false, true },
		[DDL_TEST_LT] = { true, false, false }, [DDL_TEST_GT] = { false, false, true },
		[DDL_TEST_LE] = { true, true, false }, [DDL_TEST_GE] = { false, true, true },
	};
	static const char *const products[] = { "xs:main=6.4.9", "xs:main=6.5.0", "xs:main=6.10.0" };

	(void)state;
	for (unsigned t = 0; t < 6; t++) {
		const struct ddl_requires need = { "", "main", "6.5.0", "", (enum ddl_test)t };

		for (unsigned p = 0; p < 3; p++) {
			judge(products[p], &need, NULL);
			assert_int_equal(plan.refusal.code, holds[t][p] ? DDL_OK : DDL_E_REQUIRES);
		}
	}
}

static void what_is_not_known_is_said(void **state)
{
	const struct ddl_requires need = { "xs", "main", "6.5.0", "", DDL_TEST_GE };
	const struct ddl_requires foreign = { "acme", "main", "6.5.0", "", DDL_TEST_GE };

	(void)state;
	judge(NULL, &need, NULL);
	assert_int_equal(plan.refusal.code, DDL_OK);
	assert_int_equal(plan.n_notes, 1);
	assert_string_equal(plan.notes[0], "acme:megaraid-sas needs xs:main >= 6.5.0; whether the product that is being "
			    "installed has that is not known here.");
	judge("xs:main=6.0", &foreign, NULL); /* of another originator */
	assert_int_equal(plan.refusal.code, DDL_OK);
	assert_int_equal(plan.n_notes, 1);
}

static void another_pack_may_be_what_is_needed(void **state)
{
	const struct ddl_requires need = { "acme", "base", "2.0", "", DDL_TEST_GE };

	(void)state;
	judge("xs:main=6.5", &need, "2.1");
	assert_int_equal(plan.refusal.code, DDL_OK);
	assert_int_equal(plan.n_notes, 0);
	judge("xs:main=6.5", &need, "1.9");
	assert_int_equal(plan.refusal.code, DDL_E_REQUIRES);
	assert_string_equal(plan.refusal.text, "acme:megaraid-sas needs acme:base >= 2.0, the pack chosen with it has 1.9-3");
}

/* a needs b, b needs c, c needs a; d needs a; e needs itself; f needs what nobody here has. */
static void circles_are_refused(void **state)
{
	struct ddl_requires on[] = {
		{ "acme", "b", "1", "", DDL_TEST_GE }, { "acme", "c", "1", "", DDL_TEST_GE }, { "", "a", "1", "", DDL_TEST_EQ },
		{ "acme", "a", "1", "", DDL_TEST_GE }, { "acme", "e", "2", "", DDL_TEST_LT }, { "xs", "main", "1", "", DDL_TEST_GE },
	};
	static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
	static const char *const refusals[] = { "b", "c", "a", "a", NULL, NULL };
	struct ddl_repo packs[6], *all[6];
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		packs[i] = (struct ddl_repo){ .generation = DDL_GEN_XML, .identifier = names[i], .originator = "acme", .name = names[i],
					      .version = "1", .build = "", .requires = &on[i], .n_requires = 1 };
		all[i] = &packs[i];
	}
	for (size_t i = 0; i < 6; i++) {
		memset(&plan, 0, sizeof(plan));
		assert_int_equal(ddl_requires_circle(arena, all, 6, &all[i], 1, &plan, &error), 0);
		assert_int_equal(plan.refusal.code, refusals[i] || i == 4 ? DDL_E_REQUIRES : DDL_OK);
		assert_string_equal(plan.refusal.text, i == 4 ? "e needs itself to be there before it" : !refusals[i] ? ""
			: ddl_arena_printf(arena, "%s needs %s, which cannot be there before it: packs need each other in a circle",
					   names[i], refusals[i]));
	}
	on[1].version = "2"; /* which c is not: then the product must have it, and the circle is open */
	memset(&plan, 0, sizeof(plan));
	assert_int_equal(ddl_requires_circle(arena, all, 6, all, 4, &plan, &error), 0);
	assert_int_equal(plan.n_refusals, 0);
}

static void another_refusal_goes_first(void **state)
{
	const struct ddl_requires need = { "xs", "main", "6.5.0", "", DDL_TEST_GE };
	struct ddl_repo pack = { .identifier = "a:b", .originator = "a", .name = "b", .version = "1", .build = "",
				 .requires = (struct ddl_requires *)(uintptr_t)&need, .n_requires = 1 }, *repos[] = { &pack };
	struct ddl_product present;

	(void)state;
	assert_true(ddl_product_read(arena, "xs:main=6", &present));
	memset(&plan, 0, sizeof(plan));
	(void)ddl_fail(&plan.refusal, DDL_E_BUSY, 0, "sda");
	assert_int_equal(ddl_requires_judge(arena, &present, 1, repos, 1, &plan, NULL), 0);
	assert_int_equal(plan.refusal.code, DDL_E_BUSY);
	assert_int_equal(plan.n_refusals, 1);
}

static void product_words(void **state)
{
	static const char *const bad[] = { "", "xs", "xs:main", "xs:main=", ":main=1", "xs:=1", "xs:main=six", "xs:main=1..2",
					   "xs=1:2", "xs:main=6.", "xs:main=-6", "xs:main=6.2 ", "xs:main=6._" };

	(void)state;
	assert_true(ddl_product_valid("xs:main=6.5.0-90233"));
	assert_true(ddl_product_valid("xs:main=7"));
	assert_true(ddl_product_valid("xs:main=6.2.0-70446c"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(ddl_product_valid(bad[i]));
}

/* ------------------------------------------------------- the installer's medium */

static struct ddl_product *products;
static size_t n_products;

static void find(struct ddl_repo *const *repos, size_t count, const char *treeinfo)
{
	products = NULL;
	n_products = 0;
	assert_int_equal(ddl_products_find(arena, repos, count, treeinfo, treeinfo ? strlen(treeinfo) : 0, &products,
					   &n_products), 0);
}

static void is_product(size_t i, const char *originator, const char *name, const char *version, const char *build)
{
	assert_true(i < n_products);
	assert_string_equal(products[i].originator, originator);
	assert_string_equal(products[i].name, name);
	assert_string_equal(products[i].version, version);
	assert_string_equal(products[i].build, build);
}

static void main_repositories(void **state)
{
	struct ddl_repo main_one = { .identifier = "xs:main", .originator = "xs", .name = "main", .version = "6.2.0",
				     .build = "70446c" };
	struct ddl_repo platform = { .identifier = "xcp:main", .originator = "xcp", .name = "main", .version = "1.8.0",
				     .build = "" };
	struct ddl_repo pack = { .identifier = "acme:main", .originator = "acme", .name = "main", .version = "1", .build = "" };
	struct ddl_repo wrong = { .identifier = "xs:main", .originator = "xs", .name = "main", .version = "new", .build = "" };
	struct ddl_repo *const repos[] = { &pack, &main_one, &wrong, &platform };

	(void)state;
	find(repos, 4, NULL);
	assert_int_equal(n_products, 2);
	is_product(0, "xs", "main", "6.2.0", "70446c");
	is_product(1, "xcp", "main", "1.8.0", "");
}

/* limit: DDL_MAX_PRODUCTS */
static void too_many_products(void **state)
{
	struct ddl_repo one = { .identifier = "xs:main", .originator = "xs", .name = "main", .version = "6.2.0", .build = "" };
	struct ddl_repo *repos[DDL_MAX_PRODUCTS + 1];

	(void)state;
	for (size_t i = 0; i <= DDL_MAX_PRODUCTS; i++)
		repos[i] = &one;
	find(repos, DDL_MAX_PRODUCTS, NULL);
	assert_int_equal(n_products, DDL_MAX_PRODUCTS);
	find(repos, DDL_MAX_PRODUCTS + 1, NULL);
	assert_int_equal(n_products, DDL_MAX_PRODUCTS);
}

static void treeinfo(void **state)
{
	static const char *const none[] = { "", "\n", "[", "=", "[branding]", "version = 7.1.0\n", "[branding]\nversion = \n",
					    "[branding]\nversion = 7.1.0 beta\n", "[branding\nversion = 7.1.0\n",
					    "[platform]\nversion : 2.3.0\n", "[other]\nversion = 1\nname = x\n" };
	struct ddl_repo pack = { .identifier = "a:b", .originator = "a", .name = "b", .version = "1", .build = "" };
	struct ddl_repo *const repos[] = { &pack };

	(void)state;
	find(repos, 1, "[platform]\r\nname = XCP\r\nversion = 2.3.0\r\n\r\n[branding]\r\nname = XenServer\r\n"
	     "version = 7.1.0\r\n[build]\r\nnumber = 137272c\r\n");
	assert_int_equal(n_products, 3);
	is_product(0, "xcp", "main", "2.3.0", "");
	is_product(1, "xs", "main", "7.1.0", "");
	is_product(2, "", "xenserver", "7.1.0", "");
	find(NULL, 0, "[branding]\nversion=8.2.0\nname = XCP-ng");
	assert_int_equal(n_products, 2);
	is_product(1, "", "xcp-ng", "8.2.0", "");
	find(NULL, 0, "[branding]\nversion=8.2.0\nname = XCP ng/../x");
	assert_int_equal(n_products, 1);
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		find(NULL, 0, none[i]);
		assert_int_equal(n_products, 0);
	}
}

/* Media of two installers, of which one would do: nobody knows which of them runs. */
static void installers_disagree(void **state)
{
	struct ddl_requires need = { "xs", "main", "6.5.0", "", DDL_TEST_GE };
	struct ddl_repo pack = { .identifier = "a:b", .originator = "a", .name = "b", .version = "1", .build = "",
				 .requires = &need, .n_requires = 1 }, *repos[] = { &pack };
	const struct ddl_product both[] = { { "xs", "main", "6.2.0", "" }, { "xs", "main", "6.5.0", "" } };

	(void)state;
	memset(&plan, 0, sizeof(plan));
	assert_int_equal(ddl_requires_judge(arena, both, 2, repos, 1, &plan, NULL), 0);
	assert_int_equal(plan.refusal.code, DDL_OK);
	assert_int_equal(plan.n_notes, 1);
	assert_int_equal(ddl_requires_judge(arena, both + 1, 1, repos, 1, &plan, NULL), 0);
	assert_int_equal(plan.n_notes, 1);
	assert_int_equal(ddl_requires_judge(arena, both, 1, repos, 1, &plan, NULL), 0);
	assert_int_equal(plan.refusal.code, DDL_E_REQUIRES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_product_is_too_old, set_up, tear_down),
		cmocka_unit_test_setup_teardown(all_six_tests, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_known_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_pack_may_be_what_is_needed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(circles_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_refusal_goes_first, set_up, tear_down),
		cmocka_unit_test(product_words),
		cmocka_unit_test_setup_teardown(main_repositories, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_many_products, set_up, tear_down),
		cmocka_unit_test_setup_teardown(treeinfo, set_up, tear_down),
		cmocka_unit_test_setup_teardown(installers_disagree, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("requires", tests, NULL, NULL);
}
