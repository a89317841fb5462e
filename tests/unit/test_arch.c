// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of module/arch.c: which processor something is for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "module/arch.h"
#include "pack_builder.h"

/* The module's arch with another e_machine in its header. */
static const char *arch_of(const struct module_shape *shape, unsigned machine)
{
	struct built module = build_module(shape);
	struct ddl_elf elf;
	const char *arch;

	module.bytes[18] = (uint8_t)(shape->big_endian ? machine >> 8 : machine);
	module.bytes[19] = (uint8_t)(shape->big_endian ? machine : machine >> 8);
	assert_int_equal(ddl_elf_open(&elf, module.bytes, module.length), DDL_ELF_SOUND);
	arch = ddl_arch_of_elf(&elf);
	built_free(&module);
	return arch;
}

static void of_elf(void **state)
{
	const struct module_shape wide = { .modinfo = "name=a\n" }, narrow = { .modinfo = "name=a\n", .narrow = true },
				  big = { .modinfo = "name=a\n", .big_endian = true };

	(void)state;
	assert_string_equal(arch_of(&wide, EM_X86_64), "x86_64");
	assert_string_equal(arch_of(&wide, EM_AARCH64), "aarch64");
	assert_string_equal(arch_of(&wide, EM_RISCV), "riscv64");
	assert_string_equal(arch_of(&wide, EM_PPC64), "ppc64le");
	assert_string_equal(arch_of(&big, EM_PPC64), "ppc64");
	assert_string_equal(arch_of(&big, EM_S390), "s390x");
	assert_string_equal(arch_of(&narrow, EM_386), "i686");
	assert_string_equal(arch_of(&narrow, EM_ARM), "armv7l");
	assert_string_equal(arch_of(&narrow, EM_X86_64), "unknown"); /* x32 has no kernel */
	assert_string_equal(arch_of(&wide, 0xffff), "unknown");
}

static void of_release(void **state)
{
	static const char *const rows[][2] = {
		{ "5.14.0-427.13.1.el9_4.x86_64", "x86_64" },
		{ "6.1.0-56-amd64", "x86_64" },
		{ "6.1.0-56-arm64", "aarch64" },
		{ "6.1.0-56-686-pae", "i686" },
		{ "4.19.0+1", "" },
		{ "6.4.0-150600.21-default", "" },
		{ "6.12.0-x86_64-custom", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(ddl_arch_of_release(rows[i][0]), rows[i][1]);
}

static void fits(void **state)
{
	(void)state;
	assert_true(ddl_arch_fits("x86_64", "x86_64"));
	assert_true(ddl_arch_fits("amd64", "x86_64"));
	assert_true(ddl_arch_fits("i386", "i686"));
	assert_true(ddl_arch_fits("noarch", "aarch64"));
	assert_true(ddl_arch_fits("all", "s390x"));
	assert_false(ddl_arch_fits("i686", "x86_64"));
	assert_false(ddl_arch_fits("aarch64", "x86_64"));
	assert_false(ddl_arch_fits("ppc64", "ppc64le"));
	assert_false(ddl_arch_fits("unknown", "x86_64"));
	assert_false(ddl_arch_fits("sparc64", "x86_64"));
	/* not known here: anything may */
	assert_true(ddl_arch_fits("x86_64", "sparc64"));
	assert_true(ddl_arch_fits("x86_64", ""));
	assert_true(ddl_arch_fits("", "x86_64"));
	assert_true(ddl_arch_fits(NULL, "x86_64"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_elf),
		cmocka_unit_test(of_release),
		cmocka_unit_test(fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
