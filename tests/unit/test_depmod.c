// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of the tables that modprobe looks into: what libkmod, which modprobe is made of, finds
 * in them afterwards. The small tree's index is made here, the large one is the stock kernel's.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <libkmod.h>

#include "depmod.h"
#include "depmod_index.h"
#include "tree.h"

#define OLD "kernel/raid/raid-x.ko"
#define NEW "updates/ddload/raid_x.ko"

static const char dep[] = "kernel/core.ko.xz:\nkernel/lib-a.ko: kernel/core.ko.xz\n" OLD ": kernel/core.ko.xz\n"
	"kernel/user.ko: " OLD " kernel/core.ko.xz\n";
static const char alias[] = "alias pci:v00001000d00000060sv* raid_x\nalias pci:v00001000d* generic-x\n";

static struct ddl_file file = { .kind = DDL_FILE_MODULE, .path = "raid_x.ko" };
static const char *aliases[] = { "pci:v00001000d00000060sv*", "pci:v00001000d00000411sv*", "of:N*T[a-c]Cx-y", "two words", "\xc3\xa4" };
static const char *depends[] = { "lib_a", "built_in" };
static struct ddl_module module = { .name = "raid_x", .aliases = aliases, .n_aliases = 5, .depends = depends, .n_depends = 2,
	.file = &file };
static const struct ddl_module *modules[] = { &module };

static char *whole(const char *name, size_t *length)
{
	FILE *from = fopen(tree_path(name), "rb");
	char *text = calloc(1, 4U << 20);

	assert_non_null(text);
	if (!from) {
		free(text);
		return NULL;
	}
	*length = fread(text, 1, (4U << 20) - 1, from);
	fclose(from);
	return text;
}

static void write_index(const char *name, const struct ddl_index *index)
{
	FILE *to = fopen(tree_path(name), "wb");

	assert_non_null(to);
	assert_int_equal(fwrite(index->bytes, 1, index->length, to), index->length);
	assert_int_equal(fclose(to), 0);
}

static void new_index(struct ddl_index *index)
{
	static const uint8_t header[12] = { 0xB0, 0x07, 0xF4, 0x57, 0, 2, 0, 1 };

	*index = (struct ddl_index){ .bytes = malloc(sizeof header), .length = sizeof header };
	assert_non_null(index->bytes);
	memcpy(index->bytes, header, sizeof header);
}

static void make_tree(const char *tree, bool text, bool binary)
{
	static const char *const names[] = { "core", "lib_a", "raid_x", "user" };
	struct ddl_index index;
	char lines[sizeof dep], path[256], *line;

	tree_directory(tree);
	snprintf(path, sizeof path, "%s/modules.dep", tree);
	if (text)
		tree_file(path, dep);
	snprintf(path, sizeof path, "%s/modules.alias", tree);
	if (text)
		tree_file(path, alias);
	if (!binary)
		return;
	new_index(&index);
	memcpy(lines, dep, sizeof dep);
	line = strtok(lines, "\n");
	for (size_t i = 0; i < 4; i++, line = strtok(NULL, "\n"))
		assert_true(ddl_index_put(&index, names[i], line, true));
	snprintf(path, sizeof path, "%s/modules.dep.bin", tree);
	write_index(path, &index);
	free(index.bytes);
	new_index(&index);
	assert_true(ddl_index_put(&index, "pci:v00001000d*", "generic_x", false));
	assert_true(ddl_index_put(&index, "pci:v00001000d00000060sv*", "raid_x", false));
	snprintf(path, sizeof path, "%s/modules.alias.bin", tree);
	write_index(path, &index);
	free(index.bytes);
}

static int add(const char *tree, struct ddl_error *error)
{
	*error = (struct ddl_error)DDL_ERROR_INIT;
	return ddl_depmod_add(tree_path(tree), modules, 1, error);
}

/* What libkmod finds by the word: "name path need need, name …". */
static const char *found(const char *tree, const char *word)
{
	static const char *const no_config[] = { NULL };
	static char said[1024];
	struct kmod_ctx *ctx = kmod_new(tree_path(tree), no_config);
	struct kmod_list *list = NULL, *at, *need;
	size_t n = strlen(tree_path(tree)) + 1;

	*said = '\0';
	assert_non_null(ctx);
	assert_true(kmod_module_new_from_lookup(ctx, word, &list) >= 0);
	kmod_list_foreach(at, list) {
		struct kmod_module *one = kmod_module_get_module(at);
		struct kmod_list *needs = kmod_module_get_dependencies(one);
		const char *path = kmod_module_get_path(one);

		sprintf(said + strlen(said), "%s%s %s", *said ? ", " : "", kmod_module_get_name(one), path ? path + n : "-");
		kmod_list_foreach(need, needs) {
			struct kmod_module *other = kmod_module_get_module(need);

			sprintf(said + strlen(said), " %s", kmod_module_get_name(other));
			kmod_module_unref(other);
		}
		kmod_module_unref_list(needs);
		kmod_module_unref(one);
	}
	kmod_module_unref_list(list);
	kmod_unref(ctx);
	return said;
}

static void holds(const char *name, const char *text, bool is_there)
{
	size_t length;
	char *all = whole(name, &length);

	assert_non_null(all);
	assert_int_equal(strstr(all, text) != NULL, is_there);
	free(all);
}

/* libkmod drops needs whose files are not there. */
static void make_files(const char *tree)
{
	assert_true(tree_shell("mkdir -p %s/kernel/raid && cd %s/kernel && touch core.ko.xz lib-a.ko raid/raid-x.ko user.ko",
			       tree, tree));
}

static void finds_new_by_name_and_alias(void **state)
{
	struct ddl_error error;

	(void)state;
	make_tree("both", true, true);
	make_files("both");
	assert_string_equal(found("both", "raid_x"), "raid_x " OLD " core");
	assert_int_equal(add("both", &error), 0);
	assert_string_equal(found("both", "raid-x"), "raid_x " NEW " core lib_a");
	/* the wide one matches as well, and the pack's comes first */
	assert_string_equal(found("both", "pci:v00001000d00000411sv1"), "raid_x " NEW " core lib_a, generic_x -");
	assert_string_equal(found("both", "of:NfooTbCx-y"), "raid_x " NEW " core lib_a");
	assert_string_equal(found("both", "user"), "user kernel/user.ko core lib_a raid_x");
	assert_string_equal(found("both", "lib-a"), "lib_a kernel/lib-a.ko core");
	holds("both/modules.dep", "\n" NEW ": kernel/lib-a.ko kernel/core.ko.xz\n", true);
	holds("both/modules.dep", "\nkernel/user.ko: " NEW " kernel/lib-a.ko kernel/core.ko.xz\n", true);
	holds("both/modules.dep", OLD, false);
	holds("both/modules.alias", "alias pci:v00001000d00000411sv* raid_x\n", true);
	holds("both/modules.alias", "two words", false);
	holds("both/" NEW, "bytes", true);
	assert_true(tree_shell("test -e both/" OLD " && test -z \"$(find both -name '*.new')\""));
}

static void again_changes_nothing(void **state)
{
	struct ddl_error error;

	(void)state;
	make_tree("again", true, true);
	assert_int_equal(add("again", &error), 0);
	assert_true(tree_shell("cd again && cat modules.* > ../again.1"));
	assert_int_equal(add("again", &error), 0);
	assert_true(tree_shell("cd again && cat modules.* | cmp - ../again.1"));
}

static void text_only_and_binary_only(void **state)
{
	struct ddl_error error;

	(void)state;
	make_tree("text", true, false);
	assert_int_equal(add("text", &error), 0);
	holds("text/modules.dep", "\n" NEW ": kernel/lib-a.ko kernel/core.ko.xz\n", true);
	assert_true(tree_shell("! ls text/*.bin 2>/dev/null"));
	make_tree("binary", false, true);
	make_files("binary");
	assert_int_equal(add("binary", &error), 0);
	assert_string_equal(found("binary", "raid_x"), "raid_x " NEW " core lib_a");
	assert_string_equal(found("binary", "user"), "user kernel/user.ko core lib_a raid_x");
	assert_true(tree_shell("test ! -e binary/modules.dep"));
}

static void no_tree_is_no_failure(void **state)
{
	struct ddl_error error;

	(void)state;
	assert_int_equal(add("nowhere", &error), 0);
	tree_directory("bare");
	assert_int_equal(add("bare", &error), 0);
	assert_true(tree_shell("test -z \"$(ls bare/modules.* 2>/dev/null)\""));
}

static void tree_that_cannot_be_written(void **state)
{
	struct ddl_error error;

	(void)state;
	make_tree("stuck", true, true);
	tree_file("stuck/updates", "in the way");
	assert_int_equal(add("stuck", &error), -1);
	assert_int_equal(error.os_errno, ENOTDIR);
	assert_string_equal(found("stuck", "raid_x"), "raid_x " OLD);
}

/* Every cut and many a wrong byte: an answer or a refusal, and never more than what is there. */
static void damaged_index(void **state)
{
	struct ddl_index good, bad;
	unsigned refused = 0;

	(void)state;
	new_index(&good);
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases - 1; i++)
		assert_true(ddl_index_put(&good, aliases[i], "x", false));
	for (size_t i = 0; i < good.length * 2; i++) {
		bad = good;
		bad.length = i < good.length ? i : good.length;
		bad.room = 0;
		bad.bytes = malloc(bad.length + 1);
		assert_non_null(bad.bytes);
		memcpy(bad.bytes, good.bytes, bad.length);
		if (i >= good.length)
			bad.bytes[i - good.length] ^= (uint8_t)(1U << (i % 8));
		if (!ddl_index_known(&bad) || !ddl_index_put(&bad, "pci:v00001000d00000411sv*", "y", i % 2))
			refused++;
		free(bad.bytes);
	}
	assert_in_range(refused, 12, good.length * 2);
	free(good.bytes);
	make_tree("damaged", true, true);
	tree_file("damaged/modules.dep.bin", "no index of anybody's");
	{
		struct ddl_error error;

		assert_int_equal(add("damaged", &error), -1);
		assert_int_equal(error.code, DDL_E_DAMAGED);
	}
}

/* In the tables of 4000 modules nothing changes but what has to. */
static void stock_tree(void **state)
{
	const char *build = getenv("DDL_BUILD");
	struct ddl_error error;
	char path[1024];

	(void)state;
	snprintf(path, sizeof path, "%s/parts/modules/modules.dep.bin", build ? build : "build");
	if (access(path, R_OK) != 0)
		skip();
	module.name = "megaraid_sas";
	module.n_depends = 0;
	assert_true(tree_shell("mkdir stock && cp %s/parts/modules/modules.* stock", build ? build : "build"));
	assert_true(tree_shell("sort stock/modules.dep > dep.before && cp stock/modules.alias alias.before"));
	assert_int_equal(add("stock", &error), 0);
	assert_true(tree_shell("sort stock/modules.dep | diff dep.before - > dep.diff; test $(grep -c '^[<>]' dep.diff) = 2"));
	assert_true(tree_shell("grep -q '^> updates/ddload/megaraid_sas.ko:$' dep.diff"));
	assert_true(tree_shell("head -c $(stat -c %%s alias.before) stock/modules.alias | cmp - alias.before"));
	assert_string_equal(found("stock", "megaraid_sas"), "megaraid_sas updates/ddload/megaraid_sas.ko");
	assert_string_equal(found("stock", "pci:v00001000d00000411sv1"), "megaraid_sas updates/ddload/megaraid_sas.ko");
	/* every module of the text has its line in the index, by libkmod's own reading */
	assert_non_null(strstr(found("stock", "nfs"), "nfs kernel/fs/nfs/nfs.ko"));
	assert_non_null(strstr(found("stock", "pci:v00008086d00001209sv00000000sd00000000bc02sc00i00"), "e100 kernel/"));
}

static int begin(void **state)
{
	(void)state;
	file.fd = memfd_create("module", MFD_CLOEXEC);
	file.size = 5;
	return file.fd >= 0 && write(file.fd, "bytes", 5) == 5 ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_new_by_name_and_alias),
		cmocka_unit_test(again_changes_nothing),
		cmocka_unit_test(text_only_and_binary_only),
		cmocka_unit_test(no_tree_is_no_failure),
		cmocka_unit_test(tree_that_cannot_be_written),
		cmocka_unit_test(damaged_index),
		cmocka_unit_test(stock_tree),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
