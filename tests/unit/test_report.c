// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the report: what is in it, that it is clean, where it may be saved, and that a failure is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "session/session.h"
#include "tree.h"

static struct ddl_session *session;
static struct ddl_error error;

static enum ddl_wish go_on(void *ctx, const struct ddl_event *event)
{
	(void)ctx;
	(void)event;
	return DDL_WISH_GO_ON;
}

static void add_device(const char *name, const char *mkfs)
{
	assert_true(tree_shell("PATH=$PATH:/usr/sbin:/sbin; mkdir -p report/sys/class/block/%s report/dev && cd report && "
			       "echo 8192 >sys/class/block/%s/size && echo 1 >sys/class/block/%s/removable && "
			       "truncate -s 4M dev/%s && %s dev/%s >/dev/null 2>&1",
			       name, name, name, name, mkfs, name));
}

static int begin(void **state)
{
	static const struct ddl_front front = { .event = go_on };
	static struct ddl_options options;

	(void)state;
	assert_true(tree_shell(
		"rm -rf report && mkdir -p report/proc report/sys/class/block report/run "
		"report/sys/class/dmi/id && cd report/sys/class/dmi/id && echo ACME >sys_vendor && echo R1 >product_name && "
		"echo 2.1 >bios_version && echo 01/01/2020 >bios_date && cd - >/dev/null && "
		"printf 'root=/dev/sda \\033[2Jquiet rd.iscsi.password=hush inst.rootpw=\"hush hush\" ks=ftp://me:hush@host/a ip=a:b\\v\\f\\r\\n' >report/proc/cmdline"));
	options = (struct ddl_options){ .root = tree_path("report"), .kernel = "6.1.0-56-amd64" };
	ddl_error_clear(&error);
	session = ddl_session_new(&options, &front, &error);
	assert_non_null(session);
	assert_non_null(ddl_session_machine(session, &error));
	return 0;
}

static int end(void **state)
{
	(void)state;
	ddl_session_free(session);
	return 0;
}

static void has_what_happened_and_is_clean(void **state)
{
	static const struct ddl_metadata metadata = { "XS-REPOSITORY", "<repository\x1b[1m/>\n", 18 };
	static struct ddl_package package = { .file = "a.rpm", .digest = "00", .size = 7, .trouble = { DDL_E_CHECKSUM, 0, "" } };
	static struct ddl_repo repo = { .identifier = "acme:x",
					.version = "1.0",
					.build = "7",
					.fingerprint = "cafe",
					.packages = &package,
					.n_packages = 1,
					.metadata = (struct ddl_metadata *)&metadata,
					.n_metadata = 1 };
	static struct ddl_repo *repos[] = { &repo };
	static struct ddl_look look = { .repos = repos, .n_repos = 1 }, *looks[] = { &look };
	char *text;

	(void)state;
	ddl_log(session->log, "a line of the log");
	session->looks = looks;
	session->n_looks = 1;
	text = ddl_report_text(session);
	session->looks = NULL;
	session->n_looks = 0;
	assert_non_null(text);
	assert_non_null(strstr(text, "6.1.0-56-amd64"));
	assert_non_null(
		strstr(text, "root=/dev/sda ?[2Jquiet rd.iscsi.password=(left out) inst.rootpw=(left out) ks=(left out) ip=a:b"));
	assert_non_null(strstr(text, "(What looks like a secret was left out.)\n"));
	assert_null(strstr(text, "hush"));
	assert_non_null(strstr(text, "Kernel: 6.1.0-56-amd64\n"));
	assert_non_null(strstr(text, "Server: ACME R1, firmware 2.1 01/01/2020\n"));
	assert_non_null(strstr(text, "a line of the log\n"));
	assert_non_null(strstr(text, "acme:x 1.0-7, fingerprint cafe\na.rpm 7 00 checksum\n"));
	assert_non_null(strstr(text, "<repository?[1m/>\n"));
	assert_null(strchr(text, 0x1b));
	free(text);
}

static void only_where_one_can_write(void **state)
{
	struct ddl_source **places;
	size_t count;

	(void)state;
	add_device("fat", "mkfs.vfat");
	add_device("ext", "mkfs.ext4 -q");
	add_device("swap", "mkswap");
	add_device("blank", "true");
	assert_int_equal(ddl_report_places(session, &places, &count, &error), 0);
	assert_int_equal(count, 2); /* in the order of their names, as neither is removable */
	assert_string_equal(places[0]->name, "ext");
	assert_string_equal(places[1]->name, "fat");
}

/* A file cannot be mounted as a device is: nothing is written, and it is said. */
static void what_cannot_be_mounted(void **state)
{
	struct ddl_source **places;
	size_t count;
	char name[64];

	(void)state;
	add_device("fat", "mkfs.vfat");
	assert_true(tree_shell("cp report/dev/fat before"));
	assert_int_equal(ddl_report_places(session, &places, &count, &error), 0);
	assert_int_equal(ddl_report_save(session, places[0], name, sizeof(name), &error), -1);
	assert_int_equal(error.code, DDL_E_SAVE);
	assert_true(error.os_errno != 0);
	assert_true(tree_shell("cmp before report/dev/fat"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(has_what_happened_and_is_clean),
		TEST(only_where_one_can_write),
		TEST(what_cannot_be_mounted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
