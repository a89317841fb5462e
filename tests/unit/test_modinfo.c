// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of a module's own words: real and made modules, both classes and byte orders, damage. */
#include <elf.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"
#include "module/modinfo.h"
#include "pack_builder.h"

static struct ddl_module module;

/* The bytes stand in a block of just their size, so that the sanitizer sees a step beyond. */
static int facts(const char *path, const uint8_t *bytes, size_t n)
{
	uint8_t *copy = malloc(n + !n);
	int result;

	assert_non_null(copy);
	if (n)
		memcpy(copy, bytes, n);
	ddl_error_clear(&error);
	result = ddl_modinfo_read(arena, path, copy, n, &module, &error);
	free(copy);
	return result;
}

static int facts_of(const char *modinfo)
{
	struct built built = build_module(&(struct module_shape){ .modinfo = modinfo });
	int result = facts("lib/modules/x/extra/some-driver.ko", built.bytes, built.length);

	built_free(&built);
	return result;
}

static void expect_refused(const char *modinfo, const char *words)
{
	assert_int_equal(facts_of(modinfo), -1);
	assert_int_equal(error.code, DDL_E_MODULE);
	assert_non_null(strstr(error.text, words));
}

static const char good[] = "license=GPL\nversion=07.999 \t\nname=megaraid_sas\nalias=pci:v00001000d00000060sv*\n"
			   "alias=pci:v00001000d00000413sv*\ndepends=scsi_mod,,raid-class\nsoftdep=pre: a b\nsoftdep=post: "
			   "c\nfirmware=a/b.bin\nsrcversion=ABCDEF\n"
			   "vermagic=6.1.0-56-amd64 SMP preempt mod_unload modversions \ndescription=Driver "
			   "\xc3\xa4\x1b[2J\nversion=second\nnoequals\n";

static void both_classes_and_byte_orders(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct module_shape shape = { .narrow = i & 1, .big_endian = i & 2, .modinfo = good, .filling = 77 };
		struct built built = build_module(&shape);

		assert_int_equal(facts("a/megaraid_sas.ko", built.bytes, built.length), 0);
		built_free(&built); /* nothing points into the file */
		assert_string_equal(module.name, "megaraid_sas");
		assert_string_equal(module.path, "a/megaraid_sas.ko");
		assert_string_equal(module.version, "07.999");
		assert_string_equal(module.srcversion, "ABCDEF");
		assert_string_equal(module.vermagic, "6.1.0-56-amd64 SMP preempt mod_unload modversions ");
		assert_string_equal(module.kernel, "6.1.0-56-amd64");
		assert_string_equal(module.description, "Driver \xc3\xa4?[2J");
		assert_string_equal(module.signer, "");
		assert_false(module.has_signature);
		assert_int_equal(module.n_aliases, 2);
		assert_string_equal(module.aliases[0], "pci:v00001000d00000060sv*");
		assert_string_equal(module.aliases[1], "pci:v00001000d00000413sv*");
		assert_int_equal(module.n_depends, 2);
		assert_string_equal(module.depends[0], "scsi_mod");
		assert_string_equal(module.depends[1], "raid-class");
		assert_string_equal(module.softdeps, " : pre: a b : post: c");
		assert_int_equal(module.n_firmware, 1);
		assert_string_equal(module.firmware[0], "a/b.bin");
		assert_null(module.file);
		assert_null(module.device);
	}
}

static void what_may_be_missing(void **state)
{
	(void)state;
	assert_int_equal(facts_of("vermagic=1\n"), 0);
	assert_string_equal(module.name, "some_driver"); /* the file's name, as the kernel writes it */
	assert_string_equal(module.kernel, "1");
	assert_string_equal(module.version, "");
	assert_string_equal(module.srcversion, "");
	assert_int_equal(module.n_aliases + module.n_depends + module.n_firmware, 0);
	assert_string_equal(module.softdeps, "");
	assert_int_equal(facts_of("vermagic=1 x"), 0); /* no NUL at the end of the section */
	assert_string_equal(module.vermagic, "1 x");
	assert_int_equal(facts_of("\n\n\nname=a-b\n\nvermagic=1\ndepends=\nalias=\n"), 0);
	assert_string_equal(module.name, "a_b");
	assert_int_equal(module.n_depends, 0);
	expect_refused("name=a\n", "for which kernel");
	expect_refused("name=a\nvermagic=\n", "for which kernel");
	expect_refused("", "for which kernel");
}

static void names_that_are_none(void **state)
{
	static const char *const names[] = { "a/b", "../a", "a b", "a;b", "a\tb", "\xc3\xa4", "a.b", "a=b" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char modinfo[64];

		(void)snprintf(modinfo, sizeof(modinfo), "name=%s\nvermagic=1\n", names[i]);
		expect_refused(modinfo, "no module's name");
	}
}

/* limit: DDL_MAX_ALIASES DDL_MAX_DEPENDS DDL_MAX_FIRMWARE DDL_MAX_MODINFO */
static void limits_hold(void **state)
{
	struct built many = { NULL, 0, 0 };
	char longest[DDL_MAX_NAME + 2], *text;

	(void)state;
	built_text(&many, "vermagic=1\n");
	for (unsigned i = 0; i < DDL_MAX_ALIASES; i++)
		built_text(&many, "alias=x\n");
	built_add(&many, "", 1);
	assert_int_equal(facts_of((char *)many.bytes), 0);
	assert_int_equal(module.n_aliases, DDL_MAX_ALIASES);
	many.length--;
	built_text(&many, "alias=x\n");
	built_add(&many, "", 1);
	expect_refused((char *)many.bytes, "too many or too long");
	built_free(&many);
	for (unsigned past = 0; past < 2; past++) {
		built_text(&many, "vermagic=1\ndepends=");
		for (unsigned i = 0; i < DDL_MAX_DEPENDS + past; i++)
			built_text(&many, "x,");
		built_text(&many, "\n");
		for (unsigned i = 0; i < DDL_MAX_FIRMWARE; i++)
			built_text(&many, "firmware=f\n");
		built_add(&many, "", 1);
		if (past)
			expect_refused((char *)many.bytes, "too many or too long");
		else
			assert_int_equal(facts_of((char *)many.bytes), 0);
		if (!past) {
			assert_int_equal(module.n_depends, DDL_MAX_DEPENDS);
			assert_int_equal(module.n_firmware, DDL_MAX_FIRMWARE);
		}
		built_free(&many);
	}
	built_text(&many, "vermagic=1\n");
	for (unsigned i = 0; i <= DDL_MAX_FIRMWARE; i++)
		built_text(&many, "firmware=f\n");
	built_add(&many, "", 1);
	expect_refused((char *)many.bytes, "too many or too long");
	built_free(&many);
	memset(longest, 'v', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_true(asprintf(&text, "vermagic=1\nversion=%s\n", longest) > 0);
	assert_int_equal(facts_of(text), 0);
	assert_int_equal(strlen(module.version), DDL_MAX_NAME); /* cut */
	free(text);
	assert_true(asprintf(&text, "vermagic=1\nalias=%s\n", longest) > 0);
	expect_refused(text, "too many or too long"); /* a pattern that is cut would match others */
	free(text);
	longest[DDL_MAX_NAME] = '\0';
	assert_true(asprintf(&text, "vermagic=1\nalias=%s\n", longest) > 0);
	assert_int_equal(facts_of(text), 0);
	assert_int_equal(module.n_aliases, 1);
	free(text);
	text = malloc(DDL_MAX_MODINFO + 2);
	memset(text, 'a', DDL_MAX_MODINFO - 1); /* the section has a NUL behind it */
	memcpy(text, "vermagic=1\n", 11);
	text[DDL_MAX_MODINFO - 1] = '\0';
	assert_int_equal(facts_of(text), 0);
	free(text);
	text = malloc(DDL_MAX_MODINFO + 2);
	memset(text, 'a', DDL_MAX_MODINFO + 1);
	text[DDL_MAX_MODINFO + 1] = '\0';
	expect_refused(text, ".modinfo section");
	free(text);
}

static void tells_a_signature(void **state)
{
	struct built built = build_module(&(struct module_shape){ .modinfo = "vermagic=1\n" });

	(void)state;
	built_text(&built, "signature~Module signature appended~\n");
	assert_int_equal(facts("a.ko", built.bytes, built.length), 0);
	assert_true(module.has_signature);
	assert_int_equal(facts("a.ko", built.bytes, built.length - 1), 0);
	assert_false(module.has_signature);
	built_free(&built);
}

static void what_is_no_module(void **state)
{
	struct built built = build_module(&(struct module_shape){ .modinfo = "vermagic=1\n" });

	(void)state;
	assert_int_equal(facts("a.ko", (const uint8_t *)"", 0), -1);
	assert_non_null(strstr(error.text, "a.ko: not a kernel module (no ELF file)"));
	assert_int_equal(facts("a.ko", (const uint8_t *)"#!/bin/sh\n", 10), -1);
	assert_int_equal(error.code, DDL_E_MODULE);
	built.bytes[16] = ET_DYN;
	assert_int_equal(facts("a.ko", built.bytes, built.length), -1);
	assert_non_null(strstr(error.text, "not a relocatable ELF file"));
	built.bytes[16] = ET_REL;
	memcpy(built.bytes + sizeof(Elf64_Ehdr) + 12, ".modinfx", 8); /* behind the 11 of .modinfo and a NUL */
	assert_int_equal(facts("a.ko", built.bytes, built.length), -1);
	assert_non_null(strstr(error.text, "no .modinfo section"));
	built_free(&built);
}

static void cut_anywhere_is_refused(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct module_shape shape = { .narrow = i & 1, .big_endian = i & 2, .modinfo = good };
		struct built built = build_module(&shape);

		for (size_t n = 0; n < built.length; n++) { /* its table of sections is last */
			assert_int_equal(facts("a.ko", built.bytes, n), -1);
			assert_int_equal(error.code, DDL_E_MODULE);
		}
		built_free(&built);
	}
}

static void put64(uint8_t *to, uint64_t value, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

static void sections_out_of_range(void **state)
{
	static const uint64_t wrong[] = { UINT64_MAX, UINT64_MAX - 16, INT64_MAX, 1U << 30, UINT32_MAX };
	const struct module_shape shape = { .modinfo = good };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		for (unsigned section = 1; section <= 2; section++) {
			for (size_t field = offsetof(Elf64_Shdr, sh_offset); field <= offsetof(Elf64_Shdr, sh_size); field += 8) {
				struct built built = build_module(&shape);

				put64(built.bytes + module_section(&shape, &built, section) + field, wrong[i], 8);
				assert_int_equal(facts("a.ko", built.bytes, built.length), -1);
				assert_int_equal(error.code, DDL_E_MODULE);
				assert_non_null(strstr(error.text, "damaged"));
				built_free(&built);
			}
		}
		for (unsigned field = 0; field < 2; field++) { /* a name's offset; the table's own place */
			struct built built = build_module(&shape);

			if (field == 0)
				put64(built.bytes + module_section(&shape, &built, 1), wrong[i], 4);
			else
				put64(built.bytes + offsetof(Elf64_Ehdr, e_shoff), wrong[i], 8);
			assert_int_equal(facts("a.ko", built.bytes, built.length), -1);
			assert_int_equal(error.code, DDL_E_MODULE);
			built_free(&built);
		}
	}
	for (unsigned count = 0; count < 65536; count += count < 16 ? 1 : 4111) { /* more sections than there are */
		struct built built = build_module(&shape);

		put64(built.bytes + offsetof(Elf64_Ehdr, e_shnum), count, 2);
		assert_int_equal(facts("a.ko", built.bytes, built.length), count == 3 ? 0 : -1);
		built_free(&built);
	}
}

static void any_bit_may_be_wrong(void **state)
{
	size_t taken = 0, refused = 0;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct module_shape shape = { .narrow = i & 1, .big_endian = i & 2, .modinfo = good };
		struct built built = build_module(&shape);

		for (size_t bit = 0; bit < 8 * built.length; bit++) {
			built.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
			if (facts("a.ko", built.bytes, built.length) == 0) {
				assert_true(*module.name && *module.vermagic && strlen(module.name) <= 64);
				taken++;
			} else {
				assert_int_equal(error.code, DDL_E_MODULE);
				refused++;
			}
			built.bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
		}
		built_free(&built);
	}
	assert_true(taken > 4000 && refused > 500);
}

/* The module that was built for the demo, where it was. */
static void a_real_module(void **state)
{
	char path[4096];
	struct stat st;
	uint8_t *bytes;
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/parts/drivers/megaraid_sas.ko",
		       getenv("DDL_BUILD") ? getenv("DDL_BUILD") : "build");
	fd = open(path, O_RDONLY);
	if (fd < 0)
		skip();
	assert_int_equal(fstat(fd, &st), 0);
	bytes = malloc((size_t)st.st_size);
	assert_int_equal(read(fd, bytes, (size_t)st.st_size), st.st_size);
	(void)close(fd);
	assert_int_equal(facts("megaraid_sas.ko", bytes, (size_t)st.st_size), 0);
	assert_string_equal(module.name, "megaraid_sas");
	assert_memory_equal(module.kernel, "6.1.0-", 6);
	assert_memory_equal(module.version, "07.", 3);
	assert_int_equal(strlen(module.srcversion), 23);
	assert_true(module.n_aliases >= 10);
	assert_memory_equal(module.aliases[0], "pci:v0000", 9);
	assert_true(module.n_depends >= 1);
	for (size_t n = 0; n < (size_t)st.st_size; n += 1 + (size_t)st.st_size / 100)
		assert_int_equal(facts("megaraid_sas.ko", bytes, n), -1);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_classes_and_byte_orders),
		TEST(what_may_be_missing),
		TEST(names_that_are_none),
		TEST(limits_hold),
		TEST(tells_a_signature),
		TEST(what_is_no_module),
		TEST(cut_anywhere_is_refused),
		TEST(sections_out_of_range),
		TEST(any_bit_may_be_wrong),
		TEST(a_real_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
