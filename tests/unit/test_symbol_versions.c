// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of symbol versions: from modules and lists of both sorts, what agrees with a kernel, damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "module/modinfo.h"
#include "pack_builder.h"
#include "plan/fit.h"

static struct ddl_arena *arena;
static struct ddl_module module;
static struct ddl_error error;

static int begin(void **state)
{
	(void)state;
	arena = ddl_arena_new();
	return arena ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	ddl_arena_free(arena);
	return 0;
}

static int read_bytes(const struct built *built)
{
	uint8_t *copy = malloc(built->length); /* just its size, so that the sanitizer sees a step beyond */
	int result;

	assert_non_null(copy);
	memcpy(copy, built->bytes, built->length);
	ddl_error_clear(&error);
	result = ddl_modinfo_read(arena, "m.ko", copy, built->length, &module, &error);
	free(copy);
	return result;
}

static int read_shape(struct module_shape shape)
{
	struct built built;
	int result;

	shape.modinfo = "name=m\nvermagic=6.1.0-48-amd64 SMP preempt mod_unload modversions \n";
	built = build_module(&shape);
	result = read_bytes(&built);
	built_free(&built);
	return result;
}

#define IMPORTS "0x8b7ec1a4 module_layout\n0x00000001 scsi_add_host\n0xffffffff __x86_return_thunk\n"

static void of_modules(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(read_shape((struct module_shape){ .narrow = i & 1,
								   .big_endian = i & 2,
								   .imports = IMPORTS,
								   .exports = "raid_attach\n\nACME_NAMESPACE\nraid_free\n" }),
				 0);
		assert_int_equal(module.n_imports, 3);
		assert_string_equal(module.imports[0].name, "module_layout");
		assert_int_equal(module.imports[0].version, 0x8b7ec1a4);
		assert_string_equal(module.imports[1].name, "scsi_add_host");
		assert_int_equal(module.imports[1].version, 1);
		assert_int_equal(module.imports[2].version, 0xffffffff);
		assert_int_equal(module.n_exports, 3);
		assert_string_equal(module.exports[0], "raid_attach");
		assert_string_equal(module.exports[2], "raid_free");
	}
	assert_int_equal(read_shape((struct module_shape){ .imports = NULL }), 0);
	assert_int_equal(module.n_imports + module.n_exports, 0);
	/* the last name has no NUL behind it */
	assert_int_equal(read_shape((struct module_shape){ .exports = "a\nb" }), 0);
	assert_int_equal(module.n_exports, 2);
	assert_string_equal(module.exports[1], "b");
}

static void damage(void **state)
{
	struct module_shape shape = { .modinfo = "name=m\nvermagic=1\n", .imports = IMPORTS, .exports = "a\nb\n" };
	struct built built = build_module(&shape);

	(void)state;
	for (size_t bit = 0; bit < 8 * built.length; bit++) {
		built.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
		if (read_bytes(&built) != 0)
			assert_int_equal(error.code, DDL_E_MODULE);
		built.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	for (size_t n = 0; n < built.length; n++) {
		struct built cut = { built.bytes, n + 1, 0 };

		if (n + 1 < built.length)
			assert_int_equal(read_bytes(&cut), -1);
	}
	built_free(&built);
}

/* limit: DDL_MAX_SYMBOLS */
static void most_symbols(void **state)
{
	struct built imports = { NULL, 0, 0 }, exports = { NULL, 0, 0 };

	(void)state;
	for (unsigned i = 0; i < DDL_MAX_SYMBOLS; i++) {
		built_text(&imports, "0x1 a\n");
		built_text(&exports, "a\n");
	}
	built_add(&imports, "", 1);
	built_add(&exports, "", 1);
	assert_int_equal(read_shape((struct module_shape){ .imports = (char *)imports.bytes, .exports = (char *)exports.bytes }),
			 0);
	assert_int_equal(module.n_imports, DDL_MAX_SYMBOLS);
	assert_int_equal(module.n_exports, DDL_MAX_SYMBOLS);
	imports.length--;
	built_text(&imports, "0x1 a\n");
	built_add(&imports, "", 1);
	assert_int_equal(read_shape((struct module_shape){ .imports = (char *)imports.bytes }), -1);
	assert_int_equal(error.code, DDL_E_MODULE);
	exports.length--;
	built_text(&exports, "a\n");
	built_add(&exports, "", 1);
	assert_int_equal(read_shape((struct module_shape){ .exports = (char *)exports.bytes }), -1);
	assert_int_equal(error.code, DDL_E_MODULE);
	built_free(&imports);
	built_free(&exports);
}

static void lists(void **state)
{
	static const char text[] = "0x8b7ec1a4\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n"
				   "no line\n0x\tempty\tvmlinux\n0x12g4\twrong\tvmlinux\n0x1 blank vmlinux\n\n"
				   "0x00000001\tscsi_add_host\tdrivers/scsi/scsi_mod\tEXPORT_SYMBOL_GPL\n"
				   "0x00000002\tunended\tvmlinux";
	static const struct ddl_symbol more[] = { { "aaa", 5 }, { "module_layout", 9 }, { "aaa", 5 }, { "zzz", 7 } };
	struct ddl_symbol_table table = { NULL, 0 };

	(void)state;
	assert_null(ddl_symbol_table_find(&table, "module_layout"));
	assert_int_equal(ddl_symbol_table_text(arena, &table, text, sizeof(text) - 1), 0);
	assert_int_equal(table.n_symbols, 3);
	assert_int_equal(ddl_symbol_table_find(&table, "module_layout")->version, 0x8b7ec1a4);
	assert_int_equal(ddl_symbol_table_find(&table, "scsi_add_host")->version, 1);
	assert_int_equal(ddl_symbol_table_find(&table, "unended")->version, 2);
	assert_null(ddl_symbol_table_find(&table, "wrong"));
	/* what is known stays as it is */
	assert_int_equal(ddl_symbol_table_add(arena, &table, more, 4), 0);
	assert_int_equal(ddl_symbol_table_find(&table, "module_layout")->version, 0x8b7ec1a4);
	assert_int_equal(ddl_symbol_table_find(&table, "aaa")->version, 5);
	assert_int_equal(ddl_symbol_table_find(&table, "zzz")->version, 7);
	assert_int_equal(ddl_symbol_table_find(&table, "unended")->version, 2);
	for (size_t n = 0; n < sizeof(text); n++) { /* cut anywhere */
		char *copy = malloc(n + !n);

		memcpy(copy, text, n);
		assert_int_equal(ddl_symbol_table_text(arena, &table, copy, n), 0);
		free(copy);
	}
}

static enum ddl_abi compare(const char *vermagic, const char *here, const char *packs)
{
	struct ddl_symbol_table known = { NULL, 0 }, exported = { NULL, 0 };

	assert_int_equal(ddl_symbol_table_text(arena, &known, here, strlen(here)), 0);
	assert_int_equal(ddl_symbol_table_text(arena, &exported, packs, strlen(packs)), 0);
	assert_int_equal(ddl_fit_abi(arena, &module, vermagic, &known, &exported), 0);
	return module.abi;
}

static void against_a_kernel(void **state)
{
	static const char same[] = "6.1.0-49-amd64 SMP preempt mod_unload modversions ";
	static const char all[] =
		"0x8b7ec1a4\tmodule_layout\tvmlinux\n0x1\tscsi_add_host\tx\n0xffffffff\t__x86_return_thunk\tx\n";

	(void)state;
	assert_int_equal(read_shape((struct module_shape){ .imports = IMPORTS }), 0);
	assert_int_equal(compare(same, all, ""), DDL_ABI_AGREES);
	assert_int_equal(module.n_unknown + module.n_differing, 0);
	assert_int_equal(compare(same, "0x8b7ec1a4\tmodule_layout\tvmlinux\n", ""), DDL_ABI_PARTLY);
	assert_int_equal(module.n_unknown, 2);
	assert_int_equal(compare(same, "0x8b7ec1a4\tmodule_layout\tx\n0x2\tscsi_add_host\tx\n", ""), DDL_ABI_DIFFERS);
	assert_int_equal(module.n_differing, 1);
	assert_string_equal(module.differing[0], "scsi_add_host");
	/* it comes with a module of the packs: what the installer's own has says nothing */
	assert_int_equal(compare(same, "0x8b7ec1a4\tmodule_layout\tx\n0x2\tscsi_add_host\tx\n", "0x0\tscsi_add_host\tx\n"),
			 DDL_ABI_PARTLY);
	assert_int_equal(module.n_unknown, 1);
	/* another kind of kernel, or one of which no module is known */
	assert_int_equal(compare("6.1.0-49-rt-amd64 SMP preempt_rt mod_unload modversions ", all, ""), DDL_ABI_OTHER);
	assert_int_equal(compare("", all, ""), DDL_ABI_OTHER);
	module.n_imports = 0;
	assert_int_equal(compare(same, all, ""), DDL_ABI_OTHER);
}

static void near_releases(void **state)
{
	static const struct {
		const char *kernel, *release;
		bool near;
	} rows[] = {
		{ "6.1.0-48-amd64", "6.1.0-49-amd64", true },
		{ "6.1.0-49-amd64", "6.1.0-49-amd64", false }, /* the same */
		{ "6.12.0-49-amd64", "6.1.0-49-amd64", false },
		{ "6.1", "6.1.0-49-amd64", true },
		{ "4.18.0-553.el8_10.x86_64", "4.18.0-553.16.1.el8_10.x86_64", true },
		{ "6.12.48+deb13-amd64", "6.12.57+deb13-amd64", true },
		{ "5.14.0-1", "5.15.0-1", false },
		{ "2.6.32.43-0.4.1.xs1.6.10kdump", "2.6.32.43-0.4.1.xs1.6.10xen", false }, /* the twin */
		{ "", "6.1.0-49-amd64", false },
		{ "any", "6.1.0-49-amd64", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(ddl_fit_near(rows[i].kernel, rows[i].release), rows[i].near);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(of_modules), TEST(damage), TEST(most_symbols), TEST(lists), TEST(against_a_kernel), TEST(near_releases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
