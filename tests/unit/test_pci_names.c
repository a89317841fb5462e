/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of controllers: from which list, what a list may look like, and what it may not do. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "pci_names.h"
#include "tree.h"

#define OURS "usr/share/ddload/pci.ids.xz"
#define SYSTEM "usr/share/misc/pci.ids"

static struct ddl_arena *arena;
static struct ddl_device devices[3];
static struct ddl_machine machine;

static int set_up(void **state)
{
	(void)state;
	arena = ddl_arena_new();
	memset(devices, 0, sizeof(devices));
	devices[0] = (struct ddl_device){ .ids = "1000:0060", .class = DDL_CLASS_STORAGE };
	devices[1] = (struct ddl_device){ .ids = "8086:100e", .class = DDL_CLASS_NETWORK };
	devices[2] = (struct ddl_device){ .ids = "1000:0060", .class = DDL_CLASS_OTHER };
	machine = (struct ddl_machine){ .devices = devices, .n_devices = 3 };
	assert_true(tree_shell("rm -rf usr"));
	return arena ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	ddl_arena_free(arena);
	return 0;
}

static void read_names(void)
{
	int root = open(tree_path("."), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(root >= 0);
	assert_true(ddl_pci_names(arena, root, &machine));
	close(root);
}

static const char list[] =
	"# a comment\n\n1000  Broadcom / LSI\n\t005d  MegaRAID SAS-3 3108 [Invader]\n"
	"\t0060  MegaRAID SAS 1078\n\t\t1000 1006  of a subsystem\n"
	"8086  Intel\n\t100e  82540EM\n";

static void test_plain_list(void **state)
{
	(void)state;
	tree_file(SYSTEM, list);
	read_names();
	assert_string_equal(devices[0].name, "Broadcom / LSI MegaRAID SAS 1078");
	assert_string_equal(devices[1].name, "Intel 82540EM");
	assert_null(devices[2].name);
}

/* The shipped list comes first; what it lacks is looked for in the system's. */
static void test_compressed_list(void **state)
{
	(void)state;
	tree_file("names", "1000  Ours\n\t0060  First\n");
	assert_true(tree_shell("mkdir -p usr/share/ddload && xz <names >" OURS));
	tree_file(SYSTEM, list);
	read_names();
	assert_string_equal(devices[0].name, "Ours First");
	assert_string_equal(devices[1].name, "Intel 82540EM");
}

/* The list that is built with the program knows the controllers of the tests' machines. */
static void test_shipped_list(void **state)
{
	const char *build = getenv("DDL_BUILD");

	(void)state;
	if (!build || !tree_shell("test -f %s/pci.ids.xz", build))
		skip();
	assert_true(tree_shell("mkdir -p usr/share/ddload && cp %s/pci.ids.xz " OURS, build));
	read_names();
	assert_string_equal(devices[0].name, "Broadcom / LSI MegaRAID SAS 1078");
	assert_string_equal(devices[1].name, "Intel 82540EM Gigabit Ethernet Controller");
}

static void expect_none(void)
{
	read_names();
	assert_null(devices[0].name);
	assert_null(devices[1].name);
}

static void test_no_names(void **state)
{
	static const char *const lists[] = {
		"", "\n", "\t0060  no vendor before it\n", "1000  Broadcom\n\t006  short\n\t0060x glued\n",
		"1000  Broadcom", "1000  Broadcom\n# in between\n\t0060  of nobody\n", "10000  Five\n\t0060  x\n",
	};

	(void)state;
	expect_none();
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		tree_file(SYSTEM, lists[i]);
		expect_none();
	}
	assert_true(tree_shell("mkdir -p usr/share/ddload && printf '\\3757zXZ\\0garbage' >" OURS));
	expect_none();
	assert_true(tree_shell("rm " SYSTEM " && mkfifo " SYSTEM)); /* does not hang */
	expect_none();
}

/* A name is cut and cleaned before it is shown. */
static void test_odd_names(void **state)
{
	char text[2048] = "1000  A\033[2J\n\t0060  ";

	(void)state;
	memset(text + strlen(text), 'x', 1500);
	strcat(text, "\n8086  Intel\n\t100e  82540EM\n");
	tree_file(SYSTEM, text);
	read_names();
	assert_non_null(devices[0].name);
	assert_null(strchr(devices[0].name, '\033'));
	assert_true(strlen(devices[0].name) < 600);
	assert_string_equal(devices[1].name, "Intel 82540EM");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_plain_list, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_compressed_list, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_shipped_list, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_odd_names, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
