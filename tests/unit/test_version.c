// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of comparing XenServer versions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "repo.h"

/* cmocka's fail_msg by another road: it calls a print_error, of which the program has its own. */
#define fail_with(...) \
	do { \
		print_message(__VA_ARGS__); \
		print_message("\n"); \
		fail(); \
	} while (0)

struct row {
	const char *version_a, *build_a, *version_b, *build_b;
	int result;
};

static const struct row rows[] = {
	{ "1.0", "", "1.0", "", 0 },
	{ "1.0", "", "1.1", "", -1 },
	{ "1.9", "", "1.10", "", -1 },             /* numbers, not texts */
	{ "6.5.0", "90233", "6.5.0", "90233", 0 },
	{ "6.5.0", "90233", "6.5.0", "90234", -1 },
	{ "6.5.0", "90233", "6.2.0", "99999", 1 }, /* the version goes before the build */
	{ "6.5.1", "1", "6.5.0", "2", 1 },
	/* a missing build matches any */
	{ "4.0.0", "1", "4.0.0", "", 0 },
	{ "4.0.0", NULL, "4.0.0", "7", 0 },
	{ "4.0.0-1", "", "4.0.0", "", 0 },
	/* the build may be part of the version */
	{ "4.0.0-1", "", "4.0.0", "1", 0 },
	{ "4.0.0-1", "", "4.0.0", "2", -1 },
	{ "4.0.0-1", "2", "4.0.0-1", "3", -1 },
	{ "4.0.0-1", "2", "4.0.0-1", "", 0 },
	/* hyphens between dots */
	{ "1-2.3-4.5-6", "", "1-2.3-4.5-6", "", 0 },
	{ "1-2.3-4.5-6", "", "1-2.3-5.5-6", "", -1 },
	{ "1-2.3-4.5-6", "", "1-1.9-9.9-9", "", 1 },
	{ "1-2.3-4.5-6", "", "1-2.3-4.5", "", 0 },
	{ "1-2.3-4.5-6", "", "1.3.5", "", 0 },     /* each missing number matches */
	{ "1-2.3-4.5-6", "", "1.3.6", "", -1 },
	/* fewer pieces are older, whatever their builds */
	{ "6.5", "", "6.5.0", "", -1 },
	{ "4.0", "5", "4.0.1", "", -1 },
	{ "", "", "0", "", 0 },
	{ "", "", "1", "", -1 },
	{ NULL, NULL, "", "", 0 },
	{ NULL, NULL, "0.0", NULL, -1 },
	/* leading zeros */
	{ "07.999", "", "7.999", "", 0 },
	{ "1.000", "", "1.0", "", 0 },
	{ "1.010", "", "1.9", "", 1 },
	/* numbers longer than any integer */
	{ "1.18446744073709551616", "", "1.18446744073709551617", "", -1 },
	{ "1.18446744073709551617", "", "1.1", "", 1 },
	{ "99999999999999999999999999999999999999999999999999", "",
	  "099999999999999999999999999999999999999999999999998", "", 1 },
	/* letters after the digits */
	{ "6.1.0", "30495p", "6.1.0", "30495", 1 },
	{ "6.1.0", "30495p", "6.1.0", "30495q", -1 },
	{ "6.1.0", "30495p", "6.1.0", "30496", -1 },
	{ "8.04.00.07-k", "", "8.04.00.07-k", "", 0 },
	/* empty pieces count as 0 */
	{ "1..2", "", "1.0.2", "", 0 },
	{ "-1", "", "0-1", "", 0 },
	{ "1.", "", "1.0", "", 0 },
	/* a dot in the build begins a new piece as it does when they are joined by hand */
	{ "1.0", "2.3", "1.0-2.3", "", 0 },
	{ "1.0", "2.3", "1.0-2.4", "", -1 },
};

static void compares_by_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		int there = ddl_version_compare(row->version_a, row->build_a, row->version_b, row->build_b);
		int back = ddl_version_compare(row->version_b, row->build_b, row->version_a, row->build_a);

		if (there != row->result || back != -row->result)
			fail_with("%s-%s against %s-%s: %d and %d, expected %d", row->version_a, row->build_a,
				 row->version_b, row->build_b, there, back, row->result);
	}
}

static void tells_valid_versions(void **state)
{
	static const char *const good[] = { "1", "1.0", "6.5.0", "07.999", "1-2.3-4.5-6", "0", "4.0.0-1" };
	static const char *const bad[] = { "", ".", "1.", ".1", "1..2", "1-", "-1", "1.-2", "1.0a", "1 0", " 1",
					   "1.0\n", "a", "1,0", "\xD9\xA1" };
	char longest[DDL_MAX_NAME + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (!ddl_version_valid(good[i]))
			fail_with("\"%s\" was refused", good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (ddl_version_valid(bad[i]))
			fail_with("\"%s\" was accepted", bad[i]);
	}
	assert_false(ddl_version_valid(NULL));
	memset(longest, '1', sizeof(longest) - 1);
	longest[DDL_MAX_NAME] = '\0';
	assert_true(ddl_version_valid(longest));
	longest[DDL_MAX_NAME] = '1';
	longest[DDL_MAX_NAME + 1] = '\0';
	assert_false(ddl_version_valid(longest));
}

static void holds_each_test_against_each_result(void **state)
{
	static const bool expected[6][3] = {
		[DDL_TEST_EQ] = { false, true, false }, [DDL_TEST_NE] = { true, false, true },
		[DDL_TEST_LT] = { true, false, false }, [DDL_TEST_GT] = { false, false, true },
		[DDL_TEST_LE] = { true, true, false },  [DDL_TEST_GE] = { false, true, true },
	};

	(void)state;
	for (int test = 0; test < 6; test++) {
		for (int compared = -1; compared <= 1; compared++)
			assert_int_equal(ddl_version_test(compared, (enum ddl_test)test), expected[test][compared + 1]);
	}
	assert_false(ddl_version_test(0, (enum ddl_test)6));
}

/* "needs xs:main >= 6.5.0 build 90233" as a person would ask it. */
static void answers_a_requirement(void **state)
{
	(void)state;
	assert_true(ddl_version_test(ddl_version_compare("6.5.0", "90233", "6.5.0", "90233"), DDL_TEST_GE));
	assert_true(ddl_version_test(ddl_version_compare("6.5.0", "", "6.5.0", "90233"), DDL_TEST_GE));
	assert_false(ddl_version_test(ddl_version_compare("6.2.0", "70446", "6.5.0", "90233"), DDL_TEST_GE));
	assert_true(ddl_version_test(ddl_version_compare("6.10.0", "", "6.5.0", "90233"), DDL_TEST_GT));
}

/* Which of several packs goes first where nobody chooses. */
static void prefers_the_newer_that_is_of_use(void **state)
{
	struct ddl_repo old = { .generation = DDL_GEN_XML, .identifier = "a:b", .version = "1.9", .build = "9", .fit = DDL_FIT_YES };
	struct ddl_repo new = { .generation = DDL_GEN_XML, .identifier = "a:b", .version = "1.10", .build = "1", .fit = DDL_FIT_YES };
	struct ddl_repo copy = new, other = { .generation = DDL_GEN_XML, .identifier = "a:c", .version = "9", .build = "", .fit = DDL_FIT_YES };
	struct ddl_repo *repos[] = { &old, &new, &copy, &other };
	struct ddl_look look = { .repos = repos, .n_repos = 4 };

	(void)state;
	assert_ptr_equal(ddl_look_newer(&look, &old), &new);
	assert_null(ddl_look_newer(&look, &new));
	assert_ptr_equal(ddl_look_newer(&look, &copy), &new); /* the same once more */
	assert_null(ddl_look_newer(&look, &other));
	new.fit = copy.fit = DDL_FIT_OTHER_KERNEL;
	assert_null(ddl_look_newer(&look, &old));
	new.fit = copy.fit = DDL_FIT_DAMAGED;
	assert_null(ddl_look_newer(&look, &old));
	new.fit = copy.fit = DDL_FIT_NO_DEVICE; /* the newer one is for other devices */
	assert_null(ddl_look_newer(&look, &old));
	new.fit = copy.fit = DDL_FIT_LOADED; /* never back to the older one */
	assert_ptr_equal(ddl_look_newer(&look, &old), &new);
	old.generation = new.generation = copy.generation = DDL_GEN_BARE;
	assert_null(ddl_look_newer(&look, &old));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_by_the_table),
		cmocka_unit_test(tells_valid_versions),
		cmocka_unit_test(holds_each_test_against_each_result),
		cmocka_unit_test(answers_a_requirement),
		cmocka_unit_test(prefers_the_newer_that_is_of_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
