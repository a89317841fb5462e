// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the names of modules and of their files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "module/module_name.h"

static void from_files(void **state)
{
	static const char *const rows[][2] = {
		{ "/lib/modules/6.1/kernel/scsi-mod.ko.xz", "scsi_mod" },
		{ "a.ko", "a" },
		{ "a.konfig.ko.zst", "a.konfig" },
		{ "a", "a" },
		{ ".ko", ".ko" },
		{ "dir.ko/", "" },
	};
	struct ddl_arena *arena = ddl_arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(ddl_module_name_of_file(arena, rows[i][0]), rows[i][1]);
	ddl_arena_free(arena);
}

static void kinds_of_files(void **state)
{
	(void)state;
	assert_true(ddl_module_name_is("a.ko") && ddl_module_name_is("A.KO.GZ") && ddl_module_name_is("a.ko.bz2"));
	assert_false(ddl_module_name_is(".ko") || ddl_module_name_is("a.ko.txt") || ddl_module_name_is("a.kobo"));
	assert_true(ddl_module_name_is_packed("a.ko.zst"));
	assert_false(ddl_module_name_is_packed("a.ko"));
	assert_true(ddl_module_name_is_loose("a.rpm"));
	assert_true(ddl_module_name_equal("a-b_c", "a_b-c"));
	assert_false(ddl_module_name_equal("a-b", "a-bc") || ddl_module_name_equal("a", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_files),
		cmocka_unit_test(kinds_of_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
