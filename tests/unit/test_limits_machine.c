// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests at a limit of limits.h and one past it, for what is read of the machine: devices, processes, tables, keys. */
#include <dirent.h>
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

#include "base/limits.h"
#include "fixture.h"
#include "machine/machine.h"
#include "machine/open_files.h"
#include "machine/pci_names.h"
#include "source/source.h"
#include "tree.h"
#include "verify/keyring.h"

/* Links `directory`/<prefix><number> to `target`, for each number from `first` up to `last`. */
static void link_many(const char *directory, const char *prefix, unsigned first, unsigned last, const char *target)
{
	tree_directory(directory);
	for (unsigned i = first; i < last; i++) {
		char path[256];

		(void)snprintf(path, sizeof(path), "%s/%s%u", directory, prefix, i);
		assert_int_equal(symlink(target, tree_path(path)), 0);
	}
}

/* limit: DDL_MAX_DEVICES   of one bus, and of all */
static void devices(void **state)
{
	struct ddl_machine machine;

	(void)state;
	tree_file("m/sys/devices/d/modalias", "pci:x\n");
	tree_file("m/proc/modules", "");
	link_many("m/sys/bus/pci/devices", "", 0, DDL_MAX_DEVICES, "../../../devices/d");
	assert_int_equal(ddl_machine_read(arena, tree_path("m"), "x", &machine, &error), 0);
	assert_int_equal(machine.n_devices, DDL_MAX_DEVICES);
	link_many("m/sys/bus/virtio/devices", "v", 0, 1, "../../../devices/d");
	assert_int_equal(ddl_machine_read(arena, tree_path("m"), "x", &machine, &error), 0);
	assert_int_equal(machine.n_devices, DDL_MAX_DEVICES);
	link_many("m/sys/bus/pci/devices", "", DDL_MAX_DEVICES, DDL_MAX_DEVICES + 1, "../../../devices/d");
	assert_int_equal(ddl_machine_read(arena, tree_path("m"), "x", &machine, &error), 0);
	assert_int_equal(machine.n_devices, DDL_MAX_DEVICES);
}

/* limit: DDL_MAX_SOURCES */
static void sources(void **state)
{
	struct ddl_source **found;
	const char *left_out;
	size_t count;

	(void)state;
	for (unsigned past = 0; past < 2; past++) {
		tree_file(past ? "b/sys/devices/d/size" : "a/sys/devices/d/size", "2048\n");
		link_many(past ? "b/sys/class/block" : "a/sys/class/block", "vd", 0, DDL_MAX_SOURCES + past, "../../devices/d");
		assert_int_equal(ddl_sources_find(arena, tree_path(past ? "b" : "a"), &found, &count, &left_out, &error), 0);
		assert_int_equal(count, DDL_MAX_SOURCES);
		assert_int_equal(left_out != NULL, past);
	}
	/* whatever comes first by name, what a person has put in is there: a CD, a stick, a disk on USB */
	tree_file("b/sys/devices/pci0/usb1/block/sdz/size", "2048\n");
	tree_file("b/sys/devices/cd/size", "2048\n");
	tree_file("b/sys/devices/cd/removable", "1\n");
	assert_int_equal(symlink("../../devices/cd", tree_path("b/sys/class/block/zsr0")), 0);
	assert_int_equal(symlink("../../devices/pci0/usb1/block/sdz", tree_path("b/sys/class/block/zusb")), 0);
	assert_int_equal(ddl_sources_find(arena, tree_path("b"), &found, &count, &left_out, &error), 0);
	assert_int_equal(count, DDL_MAX_SOURCES);
	assert_string_equal(left_out, "3 block devices were not looked at: there are more than 256. Name the one that is meant.");
	assert_string_equal(found[0]->name, "zsr0");
	for (size_t i = 0; strcmp(found[i]->name, "zusb") != 0;)
		assert_true(++i < count);
}

static size_t opens(const char *root)
{
	static const char *const disks[] = { "sda" };
	struct ddl_use *uses = NULL;
	size_t count = 0;

	assert_true(ddl_open_files(arena, tree_path(root), disks, 1, &uses, &count));
	return count;
}

/* A machine whose character device 1:3 belongs to sda: /dev/null can be open in it as if it were a disk's. */
static void machine_with_disk(const char *root)
{
	assert_true(tree_shell(
		"mkdir -p %s/sys/class/block %s/sys/dev/char %s/sys/devices/s/block/sda %s/sys/devices/s/scsi_generic/sg0 "
		"%s/proc && ln -s ../../devices/s/block/sda %s/sys/class/block/sda && "
		"ln -s ../../devices/s/scsi_generic/sg0 %s/sys/dev/char/1:3",
		root, root, root, root, root, root, root));
}

static void add_open(const char *root, unsigned pid, unsigned fd, const char *what)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/proc/%u/fd", root, pid);
	tree_directory(path);
	(void)snprintf(path, sizeof(path), "%s/proc/%u/fd/%u", root, pid, fd);
	assert_int_equal(symlink(what, tree_path(path)), 0);
}

/* limit: DDL_MAX_PROCESSES   that of the last is seen, one more is not asked */
static void processes(void **state)
{
	(void)state;
	machine_with_disk("p");
	for (unsigned i = 0; i < DDL_MAX_PROCESSES; i++)
		add_open("p", 2000000 + i, 3, "/dev/null");
	assert_int_equal(opens("p"), DDL_MAX_PROCESSES);
	add_open("p", 1000000, 3, "/dev/null");
	assert_int_equal(opens("p"), DDL_MAX_PROCESSES);
}

/* The name that readdir gives last. */
static void last_name(const char *directory, char *to, size_t room)
{
	DIR *dir = opendir(tree_path(directory));
	const struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			(void)snprintf(to, room, "%s", entry->d_name);
	closedir(dir);
}

/* limit: DDL_MAX_OPEN_FILES   as far as the directory's order: the last of so many is seen, one behind them is not */
static void open_files(void **state)
{
	char last[256];

	(void)state;
	machine_with_disk("f");
	link_many("f/n", "", 0, DDL_MAX_OPEN_FILES + 1, "/dev/zero");
	for (unsigned i = 0; i <= DDL_MAX_OPEN_FILES; i++) {
		char target[64];

		(void)snprintf(target, sizeof(target), "../../../n/%u", i);
		add_open("f", 2000000, i, target);
		if (i + 1 < DDL_MAX_OPEN_FILES)
			continue;
		last_name("f/proc/2000000/fd", last, sizeof(last));
		assert_true(tree_shell("ln -sfn /dev/null f/n/%s", last));
		assert_int_equal(opens("f"), i + 1 == DDL_MAX_OPEN_FILES);
		assert_true(tree_shell("ln -sfn /dev/zero f/n/%s", last));
	}
}

/* limit: DDL_MAX_PCI_IDS */
static void pci_ids(void **state)
{
	static const char last[] = "1000  Acme\n\t0060  One\n";

	(void)state;
	for (unsigned past = 0; past < 2; past++) {
		struct ddl_device device = { .ids = "1000:0060", .class = DDL_CLASS_STORAGE };
		struct ddl_machine machine = { .devices = &device, .n_devices = 1 };
		size_t n = DDL_MAX_PCI_IDS - (past ? 0 : sizeof(last) - 1);
		struct ddl_pci_names names = { 0 };

		assert_true(tree_shell("rm -rf i && mkdir -p i/usr/share/misc && head -c %zu /dev/zero | tr '\\0' '\\n' "
				       ">i/usr/share/misc/pci.ids && "
				       "printf '%s' >>i/usr/share/misc/pci.ids",
				       n, "1000  Acme\\n\\t0060  One\\n"));
		assert_true(ddl_pci_names_give(&names, tree_path("i"), &machine));
		if (past)
			assert_null(device.name);
		else
			assert_string_equal(device.name, "Acme One");
		ddl_pci_names_forget(&names);
	}
}

/* ------------------------------------------------------------------------- keys */

static uint64_t read_keys(const char *keyring, int expected)
{
	struct ddl_options options = { .keyring = tree_path(keyring), .root = tree_path("no-root") };
	struct ddl_stage *stage = ddl_stage_new(NULL, 0, &error);
	struct ddl_log *log = ddl_log_open(NULL, NULL);
	uint64_t size = 0;
	int fd = ddl_stage_create(stage, "keys", &error);

	ddl_error_clear(&error);
	assert_int_equal(ddl_keyring_read(&options, stage, fd, &size, log, &error), expected);
	ddl_stage_drop(stage, fd, size);
	ddl_stage_free(stage);
	ddl_log_close(log);
	return size;
}

/* What begins as a packet with a public key does. */
static void make_key(const char *name, size_t n)
{
	assert_true(tree_shell("{ printf '\\231'; head -c %zu /dev/zero; } >%s", n - 1, name));
}

/* limit: DDL_MAX_KEY_FILE */
static void key_file(void **state)
{
	(void)state;
	make_key("key", DDL_MAX_KEY_FILE);
	assert_int_equal(read_keys("key", 0), DDL_MAX_KEY_FILE);
	make_key("key", DDL_MAX_KEY_FILE + 1);
	assert_int_equal(read_keys("key", -1), 0);
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
}

/* limit: DDL_MAX_KEY_FILES */
static void key_files(void **state)
{
	(void)state;
	tree_directory("keys");
	for (unsigned i = 0; i < DDL_MAX_KEY_FILES; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "keys/%u", i);
		tree_file(name, "\x99\x01\x02\x03");
	}
	assert_int_equal(read_keys("keys", 0), DDL_MAX_KEY_FILES * 4U);
	tree_file("keys/more", "\x99\x01\x02\x03");
	assert_int_equal(read_keys("keys", 0), DDL_MAX_KEY_FILES * 4U);
}

/* limit: DDL_MAX_KEYRING   what does not go in any more is left out */
static void keyring(void **state)
{
	(void)state;
	tree_directory("ring");
	make_key("key", DDL_MAX_KEY_FILE);
	assert_int_equal(DDL_MAX_KEYRING % DDL_MAX_KEY_FILE, 0);
	assert_true(tree_shell("for i in $(seq %u); do cp key ring/$i; done", DDL_MAX_KEYRING / DDL_MAX_KEY_FILE));
	assert_int_equal(read_keys("ring", 0), DDL_MAX_KEYRING);
	assert_true(tree_shell("cp key ring/more"));
	assert_int_equal(read_keys("ring", 0), DDL_MAX_KEYRING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(devices), TEST(sources),  TEST(processes), TEST(open_files),
		TEST(pci_ids), TEST(key_file), TEST(key_files), TEST(keyring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
