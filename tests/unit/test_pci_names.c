/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of controllers: from which list, what a list may look like, and what it may not do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "machine/pci_names.h"
#include "tree.h"

#define OURS "usr/share/ddload/pci.ids.xz"
#define SYSTEM "usr/share/misc/pci.ids"

static struct ddl_pci_names names;
static struct ddl_device devices[3];
static struct ddl_machine machine;

static int set_up(void **state)
{
	(void)state;
	memset(devices, 0, sizeof(devices));
	devices[0] = (struct ddl_device){ .ids = "1000:0060", .class = DDL_CLASS_STORAGE };
	devices[1] = (struct ddl_device){ .ids = "8086:100e", .class = DDL_CLASS_NETWORK };
	devices[2] = (struct ddl_device){ .ids = "1000:0060", .class = DDL_CLASS_OTHER };
	machine = (struct ddl_machine){ .devices = devices, .n_devices = 3 };
	assert_true(tree_shell("rm -rf usr"));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ddl_pci_names_forget(&names);
	return 0;
}

static void read_names(void)
{
	assert_true(ddl_pci_names_give(&names, tree_path("."), &machine));
}

static const char list[] = "# a comment\n\n1000  Broadcom / LSI\n\t005d  MegaRAID SAS-3 3108 [Invader]\n"
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
	ddl_pci_names_forget(&names);
	read_names();
	assert_null(devices[0].name);
	assert_null(devices[1].name);
}

static void test_no_names(void **state)
{
	static const char *const lists[] = {
		"",
		"\n",
		"\t0060  no vendor before it\n",
		"1000  Broadcom\n\t006  short\n\t0060x glued\n",
		"1000  Broadcom",
		"1000  Broadcom\n# in between\n\t0060  of nobody\n",
		"10000  Five\n\t0060  x\n",
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

/* A list is read for a controller that is new, and never again for one that was looked up. */
static void test_once(void **state)
{
	(void)state;
	tree_file(SYSTEM, "1000  Old\n\t0060  One\n");
	machine.n_devices = 2;
	read_names();
	assert_string_equal(devices[0].name, "Old One");
	assert_null(devices[1].name);
	tree_file(SYSTEM, list);
	read_names();
	assert_string_equal(devices[0].name, "Old One");
	assert_null(devices[1].name); /* that no list has it is known as well */
	devices[2] = (struct ddl_device){ .ids = "1000:005d", .class = DDL_CLASS_STORAGE };
	machine.n_devices = 3;
	read_names();
	assert_string_equal(devices[0].name, "Old One");
	assert_string_equal(devices[2].name, "Broadcom / LSI MegaRAID SAS-3 3108 [Invader]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_plain_list), TEST(test_compressed_list), TEST(test_shipped_list),
		TEST(test_no_names),   TEST(test_odd_names),       TEST(test_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
