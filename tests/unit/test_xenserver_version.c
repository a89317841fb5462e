// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of comparing XenServer versions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ddl.h"
#include "fixture.h"
#include "repository/repository.h"

struct row {
	const char *version_a, *build_a, *version_b, *build_b;
	int result;
};

static const struct row rows[] = {
	{ "1.0", "", "1.0", "", 0 },
	{ "1.0", "", "1.1", "", -1 },
	{ "1.9", "", "1.10", "", -1 }, /* numbers, not texts */
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
	{ "1-2.3-4.5-6", "", "1.3.5", "", 0 }, /* each missing number matches */
	{ "1-2.3-4.5-6", "", "1.3.6", "", -1 },
	/* missing pieces are 0, and the builds are compared behind them */
	{ "6.5", "", "6.5.0", "", 0 },
	{ "6.5", "90233", "6.5.0", "90233", 0 },
	{ "6.5", "90233", "6.5.0", "90234", -1 },
	{ "6", "90235", "6.0.0", "90234", 1 },
	{ "6.5", "", "6.5.0.0.1", "", -1 },
	{ "4.0", "5", "4.0.1", "", -1 },
	{ "", "", "0", "", 0 },
	{ "", "", "1", "", -1 },
	{ NULL, NULL, "", "", 0 },
	{ NULL, NULL, "0.0", NULL, 0 },
	/* leading zeros */
	{ "07.999", "", "7.999", "", 0 },
	{ "1.000", "", "1.0", "", 0 },
	{ "1.010", "", "1.9", "", 1 },
	/* numbers longer than any integer */
	{ "1.18446744073709551616", "", "1.18446744073709551617", "", -1 },
	{ "1.18446744073709551617", "", "1.1", "", 1 },
	{ "99999999999999999999999999999999999999999999999999", "", "099999999999999999999999999999999999999999999999998", "",
	  1 },
	/* letters after the digits say nothing */
	{ "6.1.0", "30495p", "6.1.0", "30495", 0 },
	{ "6.1.0", "30495p", "6.1.0", "30495q", 0 },
	{ "6.1.0", "30495p", "6.1.0", "30496", -1 },
	/* names of builds */
	{ "7.6.0", "release/kolkata/master/7", "7.6.0", "137272c", 0 },
	{ "7.6.0", "master", "7.6.1", "137272c", -1 },
	{ "8.2.1", "2022-05-01_12", "8.2.1", "1", 0 },
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
		int there = ddl_xenserver_version_compare(row->version_a, row->build_a, row->version_b, row->build_b);
		int back = ddl_xenserver_version_compare(row->version_b, row->build_b, row->version_a, row->build_a);

		if (there != row->result || back != -row->result)
			fail_with("%s-%s against %s-%s: %d and %d, expected %d", row->version_a, row->build_a, row->version_b,
				  row->build_b, there, back, row->result);
	}
}

/*
 * What the product has made of its own version (left) against one that is asked for (right): before July 2010 (5.x),
 * until 2017 (to 7.1), and since, and what is made of it here. The second of these times took a build for one only
 * where a letter stood behind it, else for a part of the last number: that is why it answers as it does.
 */
static const struct {
	const char *has, *wanted;
	int first, second, third, here;
} times[] = {
	/* zeros at the end: they say nothing here, as a pack written for 6.5 is for 6.5.0 */
	{ "6.5", "6.5.0", 0, -1, -1, 0 },
	{ "6.5.0", "6.5", 0, 1, 1, 0 },
	{ "6.0", "6.0.1", -1, -1, -1, -1 },
	/* a build is missing on one side: it matches any */
	{ "6.0.0", "6.0.0-50000", 0, -1, 0, 0 },
	{ "6.0.0", "6.0.0-50000p", 0, -1, 0, 0 },
	{ "6.0.0-50000", "6.0.0", 0, 1, 0, 0 },
	{ "6.0.0-50000p", "6.0.0", 0, 0, 0, 0 },
	/* letters */
	{ "6.0.0-50000p", "6.0.0-50000", 0, -1, 0, 0 },
	{ "6.0.0-50000", "6.0.0-50000p", 0, 1, 0, 0 },
	{ "6.0.0-50000p", "6.0.0-50000c", 0, 0, 0, 0 },
	/* both are known: then an older one is not what was asked for, though the third time does not look */
	{ "6.0.0-50000p", "6.0.0-50001p", -1, -1, 0, -1 },
	{ "6.0.0-50001p", "6.0.0-50000p", 1, 1, 0, 1 },
	{ "6.0.0-50000", "6.0.0-50001", -1, -1, 0, -1 },
	{ "6.0.0-50000p", "6.0.0-50000p", 0, 0, 0, 0 },
	/* and none differs where the versions do */
	{ "6.2.0-70446c", "6.5.0-90233", -1, -1, -1, -1 },
	{ "8.2.1", "8.2.0", 1, 1, 1, 1 },
	{ "7.10.0", "7.9.0", 1, 1, 1, 1 },
};

/* "ge" and "eq", which packs ask, hold here where one of the times took them, but for an older build that is known. */
static void takes_the_safe_side(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		int here = ddl_xenserver_version_compare(times[i].has, "", times[i].wanted, "");
		bool most = times[i].first == 0 || times[i].second == 0;

		if (here != times[i].here)
			fail_with("%s against %s: %d, expected %d", times[i].has, times[i].wanted, here, times[i].here);
		assert_true(!most || here == 0);
		assert_true(here != 0 || times[i].first == 0);
		assert_true(here <= 0 || times[i].first > 0);
	}
}

static void tells_valid_versions(void **state)
{
	static const char *const good[] = { "1", "1.0", "6.5.0", "07.999", "1-2.3-4.5-6", "0", "4.0.0-1" };
	static const char *const bad[] = { "",     ".",   "1.", ".1",    "1..2", "1-",  "-1",      "1.-2",
					   "1.0a", "1 0", " 1", "1.0\n", "a",    "1,0", "\xD9\xA1" };
	char longest[DDL_MAX_NAME + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (!ddl_xenserver_version_valid(good[i]))
			fail_with("\"%s\" was refused", good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (ddl_xenserver_version_valid(bad[i]))
			fail_with("\"%s\" was accepted", bad[i]);
	}
	assert_false(ddl_xenserver_version_valid(NULL));
	memset(longest, '1', sizeof(longest) - 1);
	longest[DDL_MAX_NAME] = '\0';
	assert_true(ddl_xenserver_version_valid(longest));
	longest[DDL_MAX_NAME] = '1';
	longest[DDL_MAX_NAME + 1] = '\0';
	assert_false(ddl_xenserver_version_valid(longest));
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
			assert_int_equal(ddl_xenserver_version_test(compared, (enum ddl_test)test), expected[test][compared + 1]);
	}
	assert_false(ddl_xenserver_version_test(0, (enum ddl_test)6));
}

/* "needs xs:main >= 6.5.0 build 90233" as a person would ask it. */
static void answers_a_requirement(void **state)
{
	(void)state;
	assert_true(ddl_xenserver_version_test(ddl_xenserver_version_compare("6.5.0", "90233", "6.5.0", "90233"), DDL_TEST_GE));
	assert_true(ddl_xenserver_version_test(ddl_xenserver_version_compare("6.5.0", "", "6.5.0", "90233"), DDL_TEST_GE));
	assert_false(ddl_xenserver_version_test(ddl_xenserver_version_compare("6.2.0", "70446", "6.5.0", "90233"), DDL_TEST_GE));
	assert_true(ddl_xenserver_version_test(ddl_xenserver_version_compare("6.10.0", "", "6.5.0", "90233"), DDL_TEST_GT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_by_the_table), cmocka_unit_test(takes_the_safe_side),
		cmocka_unit_test(tells_valid_versions),  cmocka_unit_test(holds_each_test_against_each_result),
		cmocka_unit_test(answers_a_requirement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
