// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what a kernel's own files say of its symbols: lists, modules near and far, no more of them than there may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/kernel.h"
#include "pack_builder.h"
#include "tree.h"

#define RELEASE "6.1.0-49-amd64"
#define TAIL " SMP preempt mod_unload modversions "

static unsigned roots;
static char root[512];
static struct ddl_kernel *kernel;
static const struct ddl_symbol_table *table;
static const char *vermagic;

static void file_in_tree(const char *name, const void *bytes, size_t n)
{
	char path[600];
	FILE *file;

	snprintf(path, sizeof path, "r%u/lib/modules/" RELEASE "/%s", roots, name);
	tree_file(path, "");
	file = fopen(tree_path(path), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static void module_in_tree(const char *name, const char *release, const char *imports)
{
	char modinfo[256];
	struct built built;

	snprintf(modinfo, sizeof modinfo, "name=x\nvermagic=%s" TAIL "\n", release);
	built = build_module(&(struct module_shape){ .modinfo = modinfo, .imports = imports });
	file_in_tree(name, built.bytes, built.length);
	built_free(&built);
}

static int begin(void **state)
{
	char name[32];

	(void)state;
	snprintf(name, sizeof name, "r%u", ++roots);
	tree_directory(name);
	snprintf(root, sizeof root, "%s", tree_path(name));
	return 0;
}

static void open_kernel(void)
{
	kernel = ddl_kernel_open(root, RELEASE, NULL);
	assert_non_null(kernel);
}

static int end(void **state)
{
	(void)state;
	kernel->ops->close(kernel);
	return 0;
}

static void ask(const char *name, const char *tail, struct ddl_symbol *imports, size_t n)
{
	char magic[128];
	struct ddl_module module = { .name = name, .vermagic = magic, .imports = imports, .n_imports = n };

	snprintf(magic, sizeof magic, "6.1.0-48-amd64%s", tail);
	assert_int_equal(kernel->ops->symbols(kernel, &module, &table, &vermagic, NULL), 0);
}

static void expect(const char *name, uint32_t version)
{
	const struct ddl_symbol *symbol = ddl_symbol_table_find(table, name);

	assert_int_equal(symbol ? symbol->version : 0, version);
}

static void from_modules(void **state)
{
	struct ddl_symbol wanted[] = { { "near", 1 }, { "far", 2 } }, more[] = { { "foreign", 1 }, { "never", 1 } };

	(void)state;
	module_in_tree("kernel/drivers/scsi/acme/acme.ko", RELEASE, "0x11 near\n");
	module_in_tree("kernel/fs/ext4/ext4.ko", RELEASE, "0x22 far\n0x33 near\n");
	module_in_tree("kernel/sound/last.ko", RELEASE, "0x44 last\n");
	module_in_tree("extra/other.ko", "6.1.0-47-amd64", "0x55 foreign\n");
	file_in_tree("kernel/drivers/scsi/acme/broken.ko",
		     "\x7f"
		     "ELF",
		     4);
	file_in_tree("modules.dep", "kernel/drivers/scsi/acme/acme.ko:\n", 34);
	open_kernel();
	ask("acme", TAIL, wanted, 2);
	assert_string_equal(vermagic, RELEASE TAIL);
	expect("near", 0x11); /* its neighbour's, who is asked first */
	expect("far", 0x22);
	expect("last", 0); /* nobody wanted it: it was not read */
	ask("unheard_of", TAIL, more, 2);
	expect("last", 0x44);
	expect("foreign", 0); /* a module of another kernel says nothing of this one */
}

static void from_lists(void **state)
{
	static const char list[] = "0x00000011\tnear\tvmlinux\tEXPORT_SYMBOL\n";
	struct built packed = build_compressed("gzip", list, sizeof list - 1);
	struct ddl_symbol wanted[] = { { "near", 1 } };

	(void)state;
	file_in_tree("symvers.gz", packed.bytes, packed.length);
	built_free(&packed);
	open_kernel();
	ask("acme", TAIL, wanted, 1);
	expect("near", 0x11);
	assert_string_equal(vermagic, ""); /* which no module of it says */
	kernel->ops->close(kernel);
	module_in_tree("kernel/a.ko", RELEASE, "0x99 near\n0x77 other\n");
	open_kernel();
	ask("acme", TAIL, wanted, 1);
	expect("near", 0x11); /* the list goes before modules */
	assert_string_equal(vermagic, RELEASE TAIL);
}

/* Of another kind of kernel nothing more is read than what says so. */
static void another_kind(void **state)
{
	struct ddl_symbol wanted[] = { { "a", 1 }, { "b", 1 } };

	(void)state;
	module_in_tree("kernel/a.ko", RELEASE, "0x11 a\n");
	module_in_tree("kernel/b.ko", RELEASE, "0x22 b\n");
	open_kernel();
	ask("acme", " SMP preempt_rt mod_unload modversions ", wanted, 2);
	expect("a", 0x11);
	expect("b", 0);
}

static void no_tree(void **state)
{
	struct ddl_symbol wanted[] = { { "a", 1 } };

	(void)state;
	open_kernel();
	ask("acme", TAIL, wanted, 1);
	expect("a", 0);
	assert_string_equal(vermagic, "");
}

/* limit: DDL_MAX_SYMBOL_FILES */
static void most_files(void **state)
{
	struct ddl_symbol wanted[] = { { "never", 1 } };
	char name[64], imports[64];

	(void)state;
	for (unsigned i = 0; i <= DDL_MAX_SYMBOL_FILES; i++) {
		snprintf(name, sizeof name, "kernel/m%05u.ko", i);
		snprintf(imports, sizeof imports, "0x%x s%u\n", i + 1, i);
		module_in_tree(name, RELEASE, imports);
	}
	open_kernel();
	ask("acme", TAIL, wanted, 1);
	snprintf(name, sizeof name, "s%u", DDL_MAX_SYMBOL_FILES - 1);
	expect(name, DDL_MAX_SYMBOL_FILES);
	snprintf(name, sizeof name, "s%u", DDL_MAX_SYMBOL_FILES);
	expect(name, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(from_modules), TEST(from_lists), TEST(another_kind), TEST(no_tree), TEST(most_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
