// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what packs require: the six tests, the product, other packs, what is not known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "plan/requires.h"
#include "repository/product.h"

static struct ddl_plan plan;

static void judge(const char *product, const struct ddl_requires *need, const char *other_version)
{
	struct ddl_requires copy = *need;
	struct ddl_repo pack = { .identifier = "acme:megaraid-sas",
				 .originator = "acme",
				 .name = "megaraid-sas",
				 .version = "1.0",
				 .build = "7",
				 .requires = &copy,
				 .n_requires = 1 };
	struct ddl_repo other = {
		.identifier = "acme:base", .originator = "acme", .name = "base", .version = other_version, .build = "3"
	};
	struct ddl_repo *repos[] = { &pack, &other };
	struct ddl_product present;

	memset(&plan, 0, sizeof(plan));
	assert_true(!product || ddl_product_read(arena, product, &present));
	assert_int_equal(
		ddl_requires_judge(arena, "4.19.0+1", &present, product ? 1 : 0, repos, other_version ? 2 : 1, 1, &plan, &error),
		0);
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
		[DDL_TEST_LE] = { true, true, false },  [DDL_TEST_GE] = { false, true, true },
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

static void another_refusal_goes_first(void **state)
{
	const struct ddl_requires need = { "xs", "main", "6.5.0", "", DDL_TEST_GE };
	struct ddl_repo pack = { .identifier = "a:b",
				 .originator = "a",
				 .name = "b",
				 .version = "1",
				 .build = "",
				 .requires = (struct ddl_requires *)(uintptr_t)&need,
				 .n_requires = 1 },
			*repos[] = { &pack };
	struct ddl_product present;

	(void)state;
	assert_true(ddl_product_read(arena, "xs:main=6", &present));
	memset(&plan, 0, sizeof(plan));
	(void)ddl_fail(&plan.refusal, DDL_E_BUSY, 0, "sda");
	assert_int_equal(ddl_requires_judge(arena, "4.19.0+1", &present, 1, repos, 1, 1, &plan, NULL), 0);
	assert_int_equal(plan.refusal.code, DDL_E_BUSY);
	assert_int_equal(plan.n_refusals, 1);
}

static void product_words(void **state)
{
	static const char *const bad[] = { "",           "xs",           "xs:main",      "xs:main=", ":main=1",
					   "xs:=1",      "xs:main=six",  "xs:main=1..2", "xs=1:2",   "xs:main=6.",
					   "xs:main=-6", "xs:main=6.2 ", "xs:main=6._" };

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
	assert_int_equal(
		ddl_products_find(arena, repos, count, treeinfo, treeinfo ? strlen(treeinfo) : 0, &products, &n_products), 0);
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
	struct ddl_repo main_one = {
		.identifier = "xs:main", .originator = "xs", .name = "main", .version = "6.2.0", .build = "70446c"
	};
	struct ddl_repo platform = {
		.identifier = "xcp:main", .originator = "xcp", .name = "main", .version = "1.8.0", .build = ""
	};
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
	static const char *const none[] = { "",
					    "\n",
					    "[",
					    "=",
					    "[branding]",
					    "version = 7.1.0\n",
					    "[branding]\nversion = \n",
					    "[branding]\nversion = 7.1.0 beta\n",
					    "[branding\nversion = 7.1.0\n",
					    "[platform]\nversion : 2.3.0\n",
					    "[other]\nversion = 1\nname = x\n" };
	struct ddl_repo pack = { .identifier = "a:b", .originator = "a", .name = "b", .version = "1", .build = "" };
	struct ddl_repo *const repos[] = { &pack };

	(void)state;
	find(repos, 1,
	     "[platform]\r\nname = XCP\r\nversion = 2.3.0\r\n\r\n[branding]\r\nname = XenServer\r\n"
	     "version = 7.1.0\r\n[build]\r\nnumber = 137272c\r\n");
	assert_int_equal(n_products, 3);
	is_product(0, "xcp", "main", "2.3.0", "");
	is_product(1, "xs", "main", "7.1.0", "");
	is_product(2, "", "xenserver", "7.1.0", "");
	find(NULL, 0, "[branding]\nversion=8.2.0\nname = XCP-ng");
	assert_int_equal(n_products, 2);
	is_product(1, "", "xcp-ng", "8.2.0", "");
	find(NULL, 0, "[system-v1]\nproduct_name=XenServer\nproduct_version=8.4.0\nplatform_name=XCP\nplatform_version=3.4.0\n");
	assert_int_equal(n_products, 3);
	is_product(0, "xcp", "main", "3.4.0", "");
	is_product(1, "xs", "main", "8.4.0", "");
	is_product(2, "", "xenserver", "8.4.0", "");
	find(NULL, 0, "[branding]\nversion=8.2.0\nname = XCP ng/../x");
	assert_int_equal(n_products, 1);
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		find(NULL, 0, none[i]);
		assert_int_equal(n_products, 0);
	}
}

/* As packages of generation 3 name it. */
static void the_product_by_its_capability(void **state)
{
	const struct ddl_requires need = { "", "product-version", "8.2.1", "", DDL_TEST_EQ };
	const struct ddl_requires platform = { "", "platform-version", "3.2.1", "", DDL_TEST_GE };

	(void)state;
	judge("xs:main=8.1.0", &need, NULL);
	assert_int_equal(plan.refusal.code, DDL_E_REQUIRES);
	assert_string_equal(plan.refusal.text, "acme:megaraid-sas needs product-version = 8.2.1, this installer has 8.1.0");
	judge("xs:main=8.2.1", &need, NULL);
	assert_int_equal(plan.refusal.code, DDL_OK);
	assert_int_equal(plan.n_notes, 0);
	judge("xcp:main=8.2.1", &need, NULL); /* the platform's version is another one */
	assert_int_equal(plan.n_notes, 1);
	judge("xcp:main=3.2.1", &platform, NULL);
	assert_int_equal(plan.refusal.code, DDL_OK);
	assert_int_equal(plan.n_notes, 0);
}

/* Which kernel a driver is for is known here: it is 4.19.0+1. */
static void the_kernel_by_its_capability(void **state)
{
	struct ddl_requires needs[] = { { "", "kernel-uname-r", "4.19.0+1", "", DDL_TEST_EQ },
					{ "", "kernel-uname-r", "4.19.0+2", "", DDL_TEST_EQ },
					{ "", "kernel-uname-r", "4.4.0", "", DDL_TEST_GE },
					{ "", "kernel-uname-r", "4.19.0+1", "10", DDL_TEST_EQ } };
	struct ddl_repo pack = { .identifier = "p", .requires = needs, .n_requires = 2 };
	struct ddl_repo *repos[] = { &pack };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		judge(NULL, &needs[i], NULL);
		assert_int_equal(plan.refusal.code, i == 1 ? DDL_E_REQUIRES : DDL_OK);
		assert_int_equal(plan.n_notes, 0);
		if (i == 1)
			assert_string_equal(plan.refusal.text,
					    "acme:megaraid-sas needs kernel-uname-r = 4.19.0+2, this kernel is 4.19.0+1");
	}
	/* a disk for two kernels, one of them this one */
	memset(&plan, 0, sizeof(plan));
	assert_int_equal(ddl_requires_judge(arena, "4.19.0+1", NULL, 0, repos, 1, 1, &plan, &error), 0);
	assert_int_equal(plan.refusal.code, DDL_OK);
}

/* Media of two installers, of which one would do: nobody knows which of them runs. */
static void installers_disagree(void **state)
{
	struct ddl_requires need = { "xs", "main", "6.5.0", "", DDL_TEST_GE };
	struct ddl_repo pack = { .identifier = "a:b",
				 .originator = "a",
				 .name = "b",
				 .version = "1",
				 .build = "",
				 .requires = &need,
				 .n_requires = 1 },
			*repos[] = { &pack };
	const struct ddl_product both[] = { { "xs", "main", "6.2.0", "" }, { "xs", "main", "6.5.0", "" } };

	(void)state;
	memset(&plan, 0, sizeof(plan));
	assert_int_equal(ddl_requires_judge(arena, "4.19.0+1", both, 2, repos, 1, 1, &plan, NULL), 0);
	assert_int_equal(plan.refusal.code, DDL_OK);
	assert_int_equal(plan.n_notes, 1);
	assert_int_equal(ddl_requires_judge(arena, "4.19.0+1", both + 1, 1, repos, 1, 1, &plan, NULL), 0);
	assert_int_equal(plan.n_notes, 1);
	assert_int_equal(ddl_requires_judge(arena, "4.19.0+1", both, 1, repos, 1, 1, &plan, NULL), 0);
	assert_int_equal(plan.refusal.code, DDL_E_REQUIRES);
}

/* kmod-a, which requires kmod-b by name: b's module comes first, though a's own says nothing of it. */
static void rpms_that_require_each_other(void **state)
{
	static const char *needs_b[] = { "kernel-core", "kmod-b" }, *needs_a[] = { "kmod-a" }, *old[] = { "mii" };
	struct ddl_module a = { .name = "a", .fit = DDL_FIT_YES, .depends = old, .n_depends = 1 };
	struct ddl_module b = { .name = "b", .fit = DDL_FIT_NO_DEVICE }, other = { .name = "c", .fit = DDL_FIT_OTHER_KERNEL };
	struct ddl_module *of_a[] = { &a }, *of_b[] = { &b, &other };
	struct ddl_package first = {
		.rpm_name = "kmod-a", .requires = needs_b, .n_requires = 2, .modules = of_a, .n_modules = 1
	};
	struct ddl_package second = {
		.rpm_name = "kmod-b", .requires = needs_a, .n_requires = 1, .modules = of_b, .n_modules = 2
	};
	struct ddl_repo one = { .packages = &first, .n_packages = 1 }, two = { .packages = &second, .n_packages = 1 };
	struct ddl_repo *repos[] = { &one, &two };

	(void)state;
	for (int again = 0; again < 2; again++) {
		assert_int_equal(ddl_requires_follow(arena, repos, 2), 0);
		assert_int_equal(a.n_depends, 2);
		assert_string_equal(a.depends[0], "mii");
		assert_string_equal(a.depends[1], "b");
		assert_int_equal(b.n_depends, 0); /* it is required by what it requires */
	}
	b.fit = DDL_FIT_BUILTIN;
	a.n_depends = 1;
	assert_int_equal(ddl_requires_follow(arena, repos, 1), 0);
	assert_int_equal(a.n_depends, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_product_is_too_old),
		TEST(all_six_tests),
		TEST(what_is_not_known_is_said),
		TEST(another_pack_may_be_what_is_needed),
		TEST(another_refusal_goes_first),
		cmocka_unit_test(product_words),
		TEST(main_repositories),
		TEST(too_many_products),
		TEST(the_product_by_its_capability),
		TEST(the_kernel_by_its_capability),
		TEST(treeinfo),
		TEST(installers_disagree),
		TEST(rpms_that_require_each_other),
	};

	return cmocka_run_group_tests_name("requires", tests, NULL, NULL);
}
