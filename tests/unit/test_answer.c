// SPDX-License-Identifier: GPL-2.0-or-later
/* Answer files of XenServer's installer: the driver disks they name, and every kind of bad one. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "answer.h"
#include "limits.h"

static struct ddl_arena *arena;
static struct ddl_error error;
static const char **sources;
static size_t count;

static int set_up(void **state)
{
	(void)state;
	arena = ddl_arena_new();
	ddl_error_clear(&error);
	return arena ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	ddl_arena_free(arena);
	return 0;
}

static int parse(const char *text)
{
	const struct ddl_blob file = { .name = "a.xml", .bytes = text, .length = strlen(text) };
	const struct ddl_confine confine = { .unconfined = false };

	ddl_error_clear(&error);
	return ddl_answer_parse(arena, &file, &confine, &sources, &count, &error);
}

static void names_sources_in_order(void **state)
{
	(void)state;
	assert_int_equal(parse("<?xml version=\"1.0\"?><installation srtype=\"lvm\"><primary-disk>sda</primary-disk>"
			       "<driver-source type=\"local\"> LABEL=RAID\n</driver-source><admin-interface name=\"eth0\" proto=\"dhcp\"/>"
			       "<driver-source type=\"url\">file:///media/a&amp;b.iso</driver-source>"
			       "<driver-source type='local'>/dev/sr0</driver-source></installation>"), 0);
	assert_int_equal(count, 3);
	assert_string_equal(sources[0], "LABEL=RAID");
	assert_string_equal(sources[1], "/media/a&b.iso");
	assert_string_equal(sources[2], "/dev/sr0");
}

static void none_is_no_fault_of_the_file(void **state)
{
	(void)state;
	assert_int_equal(parse("<installation><source type=\"local\"></source></installation>"), 0);
	assert_int_equal(count, 0);
	assert_null(sources);
}

static void bad_ones_are_refused(void **state)
{
	static const struct { const char *text, *says; } bad[] = {
		{ "", "empty" },
		{ "no xml at all", "line 1" },
		{ "<installation><driver-source type=\"local\">/a</driver-source>", "line 1" },
		{ "<!DOCTYPE installation [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><installation/>", "DOCTYPE" },
		{ "<restore><driver-source type=\"local\">/a</driver-source></restore>", "<restore>" },
		{ "<installation><driver-source type=\"local\"> \n</driver-source></installation>", "names nothing" },
		{ "<installation><driver-source type=\"local\"/></installation>", "names nothing" },
		{ "<installation><driver-source>/a</driver-source></installation>", "its type is" },
		{ "<installation><driver-source type=\"floppy\">/a</driver-source></installation>", "floppy" },
		{ "<installation><driver-source type=\"url\">http://h/a.iso</driver-source></installation>", "network sources" },
		{ "<installation><driver-source type=\"nfs\">h:/a.iso</driver-source></installation>", "network sources" },
		{ "<installation><driver-source type=\"local\">/a<b/></driver-source></installation>", "inside" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(parse(bad[i].text), -1);
		if (error.code != DDL_E_ANSWER || !strstr(error.text, bad[i].says))
			fail_msg("%s: %s: %s", bad[i].text, ddl_code_name(error.code), error.text);
		assert_int_equal(count, 0);
	}
}

/* limit: DDL_MAX_ANSWER */
static void are_bounded(void **state)
{
	static const char element[] = "<driver-source type=\"local\">/a</driver-source>";
	char *text = calloc(DDL_MAX_ANSWER + 64, 1);

	(void)state;
	assert_non_null(text);
	strcpy(text, "<installation>");
	for (size_t i = 0; i < DDL_MAX_WORDS; i++)
		strcat(text, element);
	strcat(text, "</installation>");
	assert_int_equal(parse(text), 0);
	assert_int_equal(count, DDL_MAX_WORDS);

	text[strlen(text) - strlen("</installation>")] = '\0';
	strcat(text, element);
	strcat(text, "</installation>");
	assert_int_equal(parse(text), -1);
	assert_non_null(strstr(error.text, "too many"));

	strcpy(text, "<installation><driver-source type=\"local\">");
	memset(text + strlen(text), 'a', DDL_MAX_PATH);
	strcat(text, "</driver-source></installation>");
	assert_int_equal(parse(text), -1);
	assert_int_equal(error.code, DDL_E_ANSWER);

	strcpy(text, "<installation/>");
	memset(text + strlen(text), ' ', DDL_MAX_ANSWER);
	assert_int_equal(parse(text), -1);
	assert_non_null(strstr(error.text, "more than"));
	free(text);
}

static void a_file_that_is_not_there(void **state)
{
	(void)state;
	assert_int_equal(ddl_answer_read(arena, getenv("DDL_TMP"), "/none.xml", &sources, &count, &error), -1);
	assert_int_equal(error.code, DDL_E_ANSWER);
	assert_int_equal(error.os_errno, ENOENT);
	ddl_error_clear(&error);
	assert_int_equal(ddl_answer_read(arena, getenv("DDL_TMP"), "/", &sources, &count, &error), -1);
	assert_int_equal(error.code, DDL_E_ANSWER); /* a directory */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_sources_in_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(none_is_no_fault_of_the_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_ones_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(are_bounded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_is_not_there, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
