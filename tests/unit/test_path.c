// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of names from outside: cleaned and put together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/path.h"

static void test_clean(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "a", "a" },         { "./a", "a" },
		{ "/a", "a" },        { "//a//b/", "a/b" },
		{ "a/./b/.", "a/b" }, { "./lib/modules/x.ko", "lib/modules/x.ko" },
		{ "...", "..." },     { "..a/b..", "..a/b.." },
		{ "a b", "a b" },     { "\xc3\xa4", "\xc3\xa4" },
		{ "", NULL },         { "/", NULL },
		{ ".", NULL },        { "./.", NULL },
		{ "..", NULL },       { "../a", NULL },
		{ "a/..", NULL },     { "a/../b", NULL },
		{ "/..", NULL },      { ".//..//a", NULL },
		{ "a\nb", NULL },     { "a\x1b[2J", NULL },
		{ "a\x7f", NULL },    { "a/\x01/b", NULL },
	};
	char to[32];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ddl_path_clean(to, sizeof(to), rows[i].from), rows[i].to != NULL);
		if (rows[i].to)
			assert_string_equal(to, rows[i].to);
	}
	assert_true(ddl_path_clean_relative(to, sizeof(to), "./a/b"));
	assert_string_equal(to, "a/b");
	assert_false(ddl_path_clean_relative(to, sizeof(to), "/a"));
}

static void test_clean_room(void **state)
{
	char to[8];

	(void)state;
	assert_true(ddl_path_clean(to, 4, "abc"));
	assert_false(ddl_path_clean(to, 3, "abc"));
	assert_true(ddl_path_clean(to, 4, "a/b"));
	assert_false(ddl_path_clean(to, 3, "a/b"));
	assert_true(ddl_path_clean(to, 4, ".//a/./b//"));
	assert_false(ddl_path_clean(to, 1, "a"));
	assert_false(ddl_path_clean(to, 0, "a"));
}

static void test_join(void **state)
{
	static const struct {
		const char *root, *path, *to;
	} rows[] = {
		{ NULL, "/dev/sda", "/dev/sda" }, { "", "/dev/sda", "/dev/sda" },
		{ "/", "/dev/sda", "/dev/sda" },  { "/r", "/dev/sda", "/r/dev/sda" },
		{ "/r//", "//dev", "/r/dev" },    { "r", "dev", "r/dev" },
		{ NULL, "dev", "dev" },
	};
	char to[16];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(ddl_path_join(to, sizeof(to), rows[i].root, rows[i].path));
		assert_string_equal(to, rows[i].to);
	}
	assert_true(ddl_path_join(to, 5, "/a", "b"));
	assert_false(ddl_path_join(to, 4, "/a", "b"));
	assert_string_equal(ddl_path_base("/a/b.ko"), "b.ko");
	assert_string_equal(ddl_path_base("b"), "b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_clean_room),
		cmocka_unit_test(test_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
