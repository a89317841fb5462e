// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of the real kernel's reading half on the stock kernel's own tree: look-ups,
 * modprobe.d, who may change things. Inserting is for the virtual machine.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/path.h"
#include "kernel/kernel.h"
#include "module/modinfo.h"
#include "module/module_file.h"

struct place {
	char root[512];
	char release[256];
	struct ddl_arena *arena;
	struct ddl_kernel *kernel;
};

/* A root of the test's own whose /lib/modules leads to the stock kernel's tree. */
static void make_root(struct place *p)
{
	const char *build = getenv("DDL_BUILD"), *tmp = getenv("DDL_TMP");
	char path[1024], target[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/parts/release", build ? build : "build");
	file = fopen(path, "r");
	if (!file)
		skip(); /* the stock kernel was not fetched */
	assert_non_null(fgets(p->release, sizeof p->release, file));
	fclose(file);
	p->release[strcspn(p->release, "\n")] = '\0';
	snprintf(p->root, sizeof p->root, "%s/root-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(p->root));
	snprintf(path, sizeof path, "%s/parts/kernel/lib/modules", build ? build : "build");
	assert_non_null(realpath(path, target));
	snprintf(path, sizeof path, "%s/lib", p->root);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof path, "%s/lib/modules", p->root);
	assert_int_equal(symlink(target, path), 0);
}

static void write_conf(const struct place *p, const char *directory, const char *text)
{
	char path[1024];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", p->root, directory);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof path, "%s/%s/modprobe.d", p->root, directory);
	assert_int_equal(mkdir(path, 0755), 0);
	/* one of the same name in /etc would hide the other one, as modprobe.d(5) says */
	snprintf(path, sizeof path, "%s/%s/modprobe.d/%s.conf", p->root, directory, directory);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static struct place open_place(bool with_conf)
{
	struct place p = { 0 };
	struct ddl_error error = DDL_ERROR_INIT;

	make_root(&p);
	if (with_conf) {
		write_conf(&p, "etc",
			   "options megaraid_sas a=1\nblacklist mptsas\n"
			   "install megaraid_sas /bin/touch /tmp/never\n");
		write_conf(&p, "run", "options megaraid-sas b=2\n");
	}
	p.arena = ddl_arena_new();
	p.kernel = ddl_kernel_open(p.root, p.release, &error);
	assert_string_equal(error.text, "");
	assert_non_null(p.kernel);
	return p;
}

static void close_place(struct place *p)
{
	p->kernel->ops->close(p->kernel);
	ddl_arena_free(p->arena);
}

static struct ddl_tree_module find(struct place *p, const char *name, bool expected)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_tree_module module;
	bool found = !expected;

	assert_int_equal(p->kernel->ops->tree_find(p->kernel, p->arena, name, &module, &found, &error), 0);
	assert_int_equal(found, expected);
	return module;
}

static size_t position(const struct ddl_tree_module *module, const char *file)
{
	size_t i;

	for (i = 0; i < module->n_needs; i++)
		if (strcmp(ddl_path_base(module->needs[i]), file) == 0)
			return i;
	return SIZE_MAX;
}

static void tree(void **state)
{
	struct place p = open_place(false);
	struct ddl_tree_module module = find(&p, "mptsas", true);
	size_t i;

	(void)state;
	assert_string_equal(module.name, "mptsas");
	assert_false(module.builtin);
	assert_string_equal(ddl_path_base(module.path), "mptsas.ko");
	assert_int_equal(strncmp(module.path, p.root, strlen(p.root)), 0);
	/* what is needed first comes first */
	assert_int_not_equal(position(&module, "mptbase.ko"), SIZE_MAX);
	assert_true(position(&module, "scsi_common.ko") < position(&module, "scsi_mod.ko"));
	assert_true(position(&module, "scsi_mod.ko") < position(&module, "mptbase.ko") ||
		    position(&module, "mptbase.ko") < position(&module, "mptscsih.ko"));
	assert_true(position(&module, "mptbase.ko") < position(&module, "mptscsih.ko"));
	assert_true(position(&module, "scsi_mod.ko") < position(&module, "scsi_transport_sas.ko"));
	for (i = 0; i < module.n_needs; i++)
		assert_int_equal(access(module.needs[i], R_OK), 0);
	/* either spelling */
	module = find(&p, "usb-storage", true);
	assert_string_equal(module.name, "usb_storage");
	module = find(&p, "usb_storage", true);
	/* built in: found, and has no file */
	module = find(&p, "ext2", false);
	find(&p, "no_such_module", false);
	find(&p, "", false);
	find(&p, "../../etc/passwd", false);
	/* an alias is not a name */
	find(&p, "pci:v00001000d00000060sv00001000sd00001013bc01sc04i00", false);
	close_place(&p);
}

static void built_in(void **state)
{
	struct place p = open_place(false);
	char path[1024], line[256] = "", *name;
	struct ddl_tree_module module;
	FILE *file;

	(void)state;
	/* the first name of the kernel's own list */
	snprintf(path, sizeof path, "%s/lib/modules/%s/modules.builtin", p.root, p.release);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof line, file));
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	name = strrchr(line, '/') + 1;
	*strstr(name, ".ko") = '\0';
	module = find(&p, name, true);
	assert_true(module.builtin);
	assert_null(module.path);
	close_place(&p);
}

static void no_tree(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct place p = { .arena = ddl_arena_new() };

	(void)state;
	p.kernel = ddl_kernel_open("/nowhere", "1.2.3", &error);
	assert_non_null(p.kernel);
	find(&p, "megaraid_sas", false);
	close_place(&p);
	assert_null(ddl_kernel_open("", "../..", &error));
	assert_int_equal(error.code, DDL_E_USAGE);
}

/* modules.dep names files that are not in this initrd: the missing one is named. */
static void half_a_tree(void **state)
{
	struct place p = open_place(false);
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_tree_module module;
	char path[1024], source[4096], command[16384];

	(void)state;
	p.kernel->ops->close(p.kernel);
	snprintf(path, sizeof path, "%s/lib/modules/%s", p.root, p.release);
	assert_non_null(realpath(path, source));
	snprintf(command, sizeof command,
		 "set -e; rm '%s/lib/modules'; cd '%s'; mkdir -p 'lib/modules/%s'; cd 'lib/modules/%s';"
		 "cp '%s'/modules.* .; mkdir -p kernel/drivers/scsi/megaraid;"
		 "cp '%s/kernel/drivers/scsi/megaraid/megaraid_sas.ko' kernel/drivers/scsi/megaraid/",
		 p.root, p.root, p.release, p.release, source, source);
	assert_int_equal(system(command), 0);
	p.kernel = ddl_kernel_open(p.root, p.release, &error);
	assert_non_null(p.kernel);
	module = find(&p, "megaraid_sas", true);
	assert_int_equal(module.n_needs, 1);
	assert_string_equal(module.needs[0], "scsi_mod");
	find(&p, "scsi_mod", false); /* listed, and not there */
	close_place(&p);
}

/* Busybox' depmod writes text only, older ones whole paths: needs and the old driver's file are found in either. */
static void a_tree_in_text(void **state)
{
	for (unsigned whole = 0; whole < 2; whole++) {
		struct place p = open_place(false);
		struct ddl_error error = DDL_ERROR_INIT;
		struct ddl_tree_module module;
		char path[1024], source[4096], command[16384];
		const char **names = NULL;
		size_t count = 0;

		(void)state;
		p.kernel->ops->close(p.kernel);
		snprintf(path, sizeof path, "%s/lib/modules/%s", p.root, p.release);
		assert_non_null(realpath(path, source));
		snprintf(
			command, sizeof command,
			"set -e; rm '%s/lib/modules'; cd '%s'; mkdir -p 'lib/modules/%s'; cd 'lib/modules/%s';"
			"cp '%s/modules.dep' .; ln -s '%s/kernel' kernel; test %u = 0 || sed -i 's|kernel/|/lib/modules/%s/kernel/|g' "
			"modules.dep",
			p.root, p.root, p.release, p.release, source, source, whole, p.release);
		assert_int_equal(system(command), 0);
		p.kernel = ddl_kernel_open(p.root, p.release, &error);
		assert_non_null(p.kernel);
		module = find(&p, "mptsas", true);
		assert_string_equal(module.name, "mptsas");
		assert_false(module.builtin);
		assert_int_equal(access(module.path, R_OK), 0);
		assert_true(position(&module, "scsi_common.ko") < position(&module, "scsi_mod.ko"));
		assert_true(position(&module, "mptbase.ko") < position(&module, "mptscsih.ko"));
		for (size_t i = 0; i < module.n_needs; i++)
			assert_int_equal(access(module.needs[i], R_OK), 0);
		assert_string_equal(find(&p, "usb-storage", true).name, "usb_storage");
		find(&p, "no_such_module", false);
		find(&p, "", false);
		find(&p, "../../etc/passwd", false);
		assert_int_equal(p.kernel->ops->tree_names(p.kernel, p.arena, "mptsas", &names, &count), 0);
		assert_int_equal(count, 1);
		assert_string_equal(names[0], "mptsas");
		close_place(&p);
	}
}

static void config(void **state)
{
	struct place p = open_place(true);
	struct ddl_error error = DDL_ERROR_INIT;
	const char *options = NULL;
	bool blacklisted = true;

	(void)state;
	assert_int_equal(p.kernel->ops->config(p.kernel, p.arena, "megaraid_sas", &options, &blacklisted, &error), 0);
	assert_string_equal(options, "a=1 b=2");
	assert_false(blacklisted);
	assert_int_equal(p.kernel->ops->config(p.kernel, p.arena, "mptsas", &options, &blacklisted, &error), 0);
	assert_string_equal(options, "");
	assert_true(blacklisted);
	close_place(&p);
}

static void may_change(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct place p = open_place(false);
	struct ddl_kernel *kernel;

	(void)state;
	/* another kernel's release, or another machine's files: never */
	assert_int_equal(p.kernel->ops->may_change(p.kernel, &error), -1);
	assert_int_equal(error.code, DDL_E_KERNEL);
	kernel = ddl_kernel_open(p.root, NULL, &error);
	assert_non_null(kernel);
	assert_int_equal(kernel->ops->may_change(kernel, &error), -1);
	assert_int_equal(error.code, DDL_E_USAGE);
	kernel->ops->close(kernel);
	close_place(&p);
}

/* Firmware's parameter: set without a newline, the old value put back. */
static void firmware_path(void **state)
{
	struct place p = open_place(false);
	struct ddl_error error = DDL_ERROR_INIT;
	char path[2048], read[64] = "";
	FILE *file;

	(void)state;
	assert_int_equal(p.kernel->ops->firmware_path(p.kernel, "", &error), 0); /* nothing was set */
	assert_int_equal(p.kernel->ops->firmware_path(p.kernel, "/run/x", &error), -1);
	assert_int_equal(error.code, DDL_E_FIRMWARE);
	assert_int_equal(error.os_errno, ENOENT);
	snprintf(path, sizeof path,
		 "mkdir -p '%s/sys/module/firmware_class/parameters' && "
		 "printf '/old/place\\n' >'%s/sys/module/firmware_class/parameters/path'",
		 p.root, p.root);
	assert_int_equal(system(path), 0);
	assert_int_equal(p.kernel->ops->firmware_path(p.kernel, "/run/ddload/firmware", &error), 0);
	snprintf(path, sizeof path, "%s/sys/module/firmware_class/parameters/path", p.root);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fread(read, 1, 20, file), 20);
	assert_memory_equal(read, "/run/ddload/firmware", 20);
	rewind(file);
	assert_int_equal(p.kernel->ops->firmware_path(p.kernel, "/second", &error), 0);
	assert_int_equal(p.kernel->ops->firmware_path(p.kernel, "", &error), 0);
	assert_int_equal(fread(read, 1, 10, file), 10); /* as it was before the second, which is undone */
	assert_memory_equal(read, "/run/ddloa", 10);
	fclose(file);
	close_place(&p);
}

/* A file that is no module, on a kernel that may not even load modules: an error, worded. */
static void insert_refused(void **state)
{
	struct place p = open_place(false);
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	assert_int_equal(p.kernel->ops->insert_path(p.kernel, "x", "/nowhere/x.ko", "", &error), -1);
	assert_int_equal(error.os_errno, ENOENT);
	assert_int_equal(p.kernel->ops->insert(p.kernel, "x", -1, "", &error), -1);
	assert_int_not_equal(error.code, DDL_OK);
	close_place(&p);
}

/* The tree's file against what is loaded. */
static void compares_files(void **state)
{
	struct place p = open_place(false);
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_loaded loaded = { .name = "megaraid_sas" };
	struct ddl_tree_module module;
	struct ddl_module facts;
	uint8_t *bytes;
	size_t length;
	bool found;

	(void)state;
	assert_int_equal(p.kernel->ops->tree_find(p.kernel, p.arena, "megaraid_sas", &module, &found, &error), 0);
	assert_true(found);
	bytes = ddl_module_file_read(module.path, &length, &error);
	assert_non_null(bytes);
	assert_int_equal(ddl_modinfo_read(p.arena, module.path, bytes, length, &facts, &error), 0);
	free(bytes);
	loaded.version = facts.version;
	loaded.srcversion = facts.srcversion;
	assert_true(p.kernel->ops->same_build(p.kernel, p.arena, module.path, &loaded));
	assert_false(p.kernel->ops->same_build(p.kernel, p.arena, "/nowhere/x.ko", &loaded));
	loaded.version = "0";
	assert_false(p.kernel->ops->same_build(p.kernel, p.arena, module.path, &loaded));
	close_place(&p);
}

/* From modprobe.d and the tree's modules.softdep; words of them are names or aliases. */
static void softdeps(void **state)
{
	struct place p = { 0 };
	struct ddl_error error = DDL_ERROR_INIT;
	const char **names = NULL;
	size_t n = 0;

	(void)state;
	make_root(&p);
	write_conf(&p, "etc",
		   "softdep megaraid-sas pre: mptbase nowhere post: x\nalias my-word mptsas\nalias my-word mptbase\n"
		   "blacklist mptsas\nsoftdep ext4 post: z\n");
	p.arena = ddl_arena_new();
	p.kernel = ddl_kernel_open(p.root, p.release, &error);
	assert_non_null(p.kernel);
	assert_string_equal(p.kernel->ops->softdeps(p.kernel, p.arena, "mptsas"), "");
	assert_string_equal(p.kernel->ops->softdeps(p.kernel, p.arena, "megaraid_sas"), " : pre: mptbase nowhere : post: x");
	assert_string_equal(p.kernel->ops->softdeps(p.kernel, p.arena, "ext4"), " : post: z : pre: crypto-crc32c");
	assert_int_equal(p.kernel->ops->tree_names(p.kernel, p.arena, "crypto-crc32c", &names, &n), 0);
	assert_int_not_equal(n, 0);
	n = 0;
	assert_int_equal(p.kernel->ops->tree_names(p.kernel, p.arena, "nowhere", &names, &n), 0);
	assert_int_equal(n, 0);
	/* a blacklist is for aliases, as modprobe(8) has it */
	assert_int_equal(p.kernel->ops->tree_names(p.kernel, p.arena, "mptsas", &names, &n), 0);
	assert_int_equal(n, 1);
	assert_string_equal(names[0], "mptsas");
	assert_int_equal(p.kernel->ops->tree_names(p.kernel, p.arena, "my-word", &names, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(names[1], "mptbase");
	close_place(&p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree),           cmocka_unit_test(built_in),       cmocka_unit_test(no_tree),
		cmocka_unit_test(half_a_tree),    cmocka_unit_test(a_tree_in_text), cmocka_unit_test(config),
		cmocka_unit_test(may_change),     cmocka_unit_test(firmware_path),  cmocka_unit_test(insert_refused),
		cmocka_unit_test(compares_files), cmocka_unit_test(softdeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
