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

#include "base/limits.h"
#include "boot/answerfile.h"
#include "fixture.h"

static const char **sources;
static size_t count;

static int parse(const char *text)
{
	const struct ddl_blob file = { .name = "a.xml", .bytes = text, .length = strlen(text) };
	const struct ddl_confine confine = { .unconfined = false };

	ddl_error_clear(&error);
	return ddl_answerfile_parse(arena, &file, &confine, &sources, &count, &error);
}

static void names_sources_in_order(void **state)
{
	(void)state;
	assert_int_equal(
		parse("<?xml version=\"1.0\"?><installation srtype=\"lvm\"><primary-disk>sda</primary-disk>"
		      "<driver-source type=\"local\"> LABEL=RAID\n</driver-source><admin-interface name=\"eth0\" proto=\"dhcp\"/>"
		      "<driver-source type=\"url\">file:///media/a&amp;b.iso</driver-source>"
		      "<driver-source type='local'>/dev/sr0</driver-source></installation>"),
		0);
	assert_int_equal(count, 3);
	assert_string_equal(sources[0], "LABEL=RAID");
	assert_string_equal(sources[1], "/media/a&b.iso");
	assert_string_equal(sources[2], "/dev/sr0");
}

/* The installer looks on every local medium and ignores the text, which may say where, here. */
static void any_local_medium(void **state)
{
	static const struct {
		const char *text, *source;
	} rows[] = {
		{ "<installation><driver-source type=\"local\"/></installation>", "any" },
		{ "<upgrade><driver-source type=\"local\"> \n</driver-source></upgrade>", "any" },
		{ "<restore><driver-source type=\"local\">Install disc</driver-source></restore>", "any" },
		{ "<installation mode=\"reinstall\"><driver-source type=\"local\">repo</driver-source></installation>", "any" },
		{ "<installation><driver-source type=\"local\">sd card here</driver-source></installation>", "any" },
		{ "<installation><driver-source type=\"local\">sr0</driver-source></installation>", "sr0" },
		{ "<installation><driver-source type=\"local\">file:///a b</driver-source></installation>", "/a b" },
		{ "<installation><driver-source type=\"local\">UUID=1-2</driver-source></installation>", "UUID=1-2" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(parse(rows[i].text), 0);
		assert_int_equal(count, 1);
		assert_string_equal(sources[0], rows[i].source);
	}
}

/* As its guide has them: "server/path" by http, "server:/path" and "server:path" by NFS. */
static void servers_are_named(void **state)
{
	static const struct {
		const char *type, *text, *source;
	} rows[] = {
		{ "url", "http://h/a.iso", "http://h/a.iso" }, { "url", "https://u:p@h/d/", "https://u:p@h/d/" },
		{ "url", "h/a.iso", "http://h/a.iso" },        { "url", "h:8080/a", "http://h:8080/a" },
		{ "url", "nfs://h/a", "nfs://h/a" },           { "url", "ftp://h/a", "ftp://h/a" },
		{ "nfs", "h:/d/a.iso", "nfs://h/d/a.iso" },    { "nfs", "h:drivers", "nfs://h/drivers" },
		{ "nfs", "nfs://h/a", "nfs://h/a" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[256];

		(void)snprintf(text, sizeof(text), "<installation><driver-source type=\"%s\">%s</driver-source></installation>",
			       rows[i].type, rows[i].text);
		assert_int_equal(parse(text), 0);
		assert_int_equal(count, 1);
		assert_string_equal(sources[0], rows[i].source);
	}
}

static void none_is_no_fault_of_the_file(void **state)
{
	(void)state;
	assert_int_equal(parse("<installation><source type=\"local\"></source></installation>"), 0);
	assert_int_equal(count, 0);
	assert_null(sources);
}

/* All that the installer's own documents name, of several of its times; the drivers that it is to choose among its own as well. */
static void all_else_is_passed_over(void **state)
{
	static const char text[] =
		"<?xml version='1.0' encoding='UTF-8'?>\n<!-- rack 7 -->\n<installation mode=\"reinstall\" sr-type=\"ext\">\n"
		"<primary-disk guest-storage=\"yes\" preserve-first-partition=\"if-utility\" swraid=\"true\">sda,sdb</primary-disk>\n"
		"<guest-disks><guest-disk>sdc</guest-disk></guest-disks>\n<keymap>us</keymap>\n"
		"<root-password type=\"hash\">!!</root-password><source type=\"local\"/>\n<source type=\"url\">http://h/p</source>\n"
		"<selected-multiversion-drivers>\n  <driver name=\"ice\">1.17.1</driver>\n  <driver name=\"igb\"/>\n"
		"</selected-multiversion-drivers>\n<driver-source type=\"local\">LABEL=RAID</driver-source>\n"
		"<script stage=\"filesystem-populated\" type=\"url\">http://h/s?a=1&amp;b=2</script>\n"
		"<admin-interface hwaddr=\"00:11:22:33:44:55\" proto=\"static\" vlan=\"7\"><ipaddr>10.0.0.2</ipaddr>"
		"<subnet>255.0.0.0</subnet><gateway>10.0.0.1</gateway></admin-interface>\n"
		"<raid device=\"md127\"><disk>sda</disk><disk>sdb</disk></raid><ntp source=\"manual\"/><ntp-server>h</ntp-server>\n"
		"<bootloader location=\"mbr\" write-boot-entry=\"no\">grub2</bootloader><network-backend>vswitch</network-backend>\n"
		"<service name=\"sshd\" state=\"enabled\"/><ui-confirmation-prompt>true</ui-confirmation-prompt>\n"
		"<fcoe-interface name=\"eth1\"/><hostname>h</hostname><timezone>Asia/Shanghai</timezone>\n</installation>\n";

	(void)state;
	assert_int_equal(parse(text), 0);
	assert_int_equal(count, 1);
	assert_string_equal(sources[0], "LABEL=RAID");
}

static void bad_ones_are_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "empty" },
		{ "no xml at all", "line 1" },
		{ "<installation><driver-source type=\"local\">/a</driver-source>", "line 1" },
		{ "<!DOCTYPE installation [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><installation/>", "DOCTYPE" },
		{ "<repair><driver-source type=\"local\">/a</driver-source></repair>", "<repair>" },
		{ "<installation><driver-source type=\"url\"> \n</driver-source></installation>", "names nothing" },
		{ "<installation><driver-source type=\"nfs\"/></installation>", "names nothing" },
		{ "<installation><driver-source>/a</driver-source></installation>", "its type is" },
		{ "<installation><driver-source type=\"floppy\">/a</driver-source></installation>", "floppy" },
		{ "<installation><driver-source type=\"url\">smb://h/a.iso</driver-source></installation>", "no address" },
		{ "<installation><driver-source type=\"url\">/a.iso</driver-source></installation>", "no address" },
		{ "<installation><driver-source type=\"nfs\">h/a.iso</driver-source></installation>", "no address" },
		{ "<installation><driver-source type=\"nfs\">:/a.iso</driver-source></installation>", "no address" },
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
	assert_int_equal(ddl_answerfile_read(arena, getenv("DDL_TMP"), "/none.xml", &sources, &count, &error), -1);
	assert_int_equal(error.code, DDL_E_ANSWER);
	assert_int_equal(error.os_errno, ENOENT);
	ddl_error_clear(&error);
	assert_int_equal(ddl_answerfile_read(arena, getenv("DDL_TMP"), "/", &sources, &count, &error), -1);
	assert_int_equal(error.code, DDL_E_ANSWER); /* a directory */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_sources_in_order),  TEST(any_local_medium),  TEST(none_is_no_fault_of_the_file),
		TEST(bad_ones_are_refused),    TEST(are_bounded),       TEST(a_file_that_is_not_there),
		TEST(all_else_is_passed_over), TEST(servers_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
