// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of SUSE's driver update: which of its files are what, who it is, and what is told of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "medium/suse.h"
#include "module/dud_config.h"
#include "repository/suse_update.h"

#define PLACE "linux/suse/x86_64-sles15"

static struct ddl_repo repo;
static const char **notes;
static size_t n_notes;

static struct ddl_blob blob(const char *name, const char *text)
{
	return (struct ddl_blob){ name, text, strlen(text), false };
}

static void what_files_are(void **state)
{
	static const struct {
		const char *name;
		enum ddl_suse_part part;
	} all[] = {
		{ PLACE "/dud.config", DDL_SUSE_CONFIG },
		{ "2/" PLACE "/dud.config", DDL_SUSE_CONFIG },
		{ "a/b/" PLACE "/dud.config", DDL_SUSE_CONFIG },
		{ PLACE "/modules/module.order", DDL_SUSE_ORDER },
		{ PLACE "/modules/a.ko", DDL_SUSE_MODULE },
		{ PLACE "/modules/a.ko.xz", DDL_SUSE_MODULE },
		{ PLACE "/modules/b/a.ko", DDL_SUSE_OTHER },
		{ PLACE "/modules/hd.ids", DDL_SUSE_OTHER },
		{ PLACE "/install/a.rpm", DDL_SUSE_RPM },
		{ PLACE "/install/b/a.rpm", DDL_SUSE_OTHER },
		{ PLACE "/install/update.post2", DDL_SUSE_OTHER },
		{ PLACE "/inst-sys/lib/firmware/a/b.bin", DDL_SUSE_FIRMWARE },
		{ PLACE "/inst-sys/usr/lib/firmware/b.bin", DDL_SUSE_FIRMWARE },
		{ PLACE "/inst-sys/lib/firmware", DDL_SUSE_OTHER },
		{ PLACE "/inst-sys/lib/modules/a.ko", DDL_SUSE_OTHER },
		{ PLACE, DDL_SUSE_NONE },
		{ "linux/suse/", DDL_SUSE_NONE },
		{ "xlinux/suse/a/modules/a.ko", DDL_SUSE_NONE },
		{ "linux/sus/a/modules/a.ko", DDL_SUSE_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		assert_int_equal(ddl_suse_part(all[i].name), all[i].part);
	assert_string_equal(ddl_suse_firmware(PLACE "/inst-sys/lib/firmware/a/b.bin"), "a/b.bin");
	assert_null(ddl_suse_firmware(PLACE "/modules/a.ko"));
}

static void where_an_update_lies(void **state)
{
	static const struct {
		const char *name;
		size_t top;
		long number;
	} all[] = {
		{ PLACE "/a", 0, -1 },      { "2/" PLACE, 0, 2 },          { "007/" PLACE, 0, 7 }, { "0/" PLACE, 0, 0 },
		{ "vendor/" PLACE, 6, -1 }, { "vendor/12/" PLACE, 6, 12 }, { "a2/" PLACE, 2, -1 }, { "a/b/" PLACE, 3, -1 },
		{ "12345/" PLACE, 5, -1 },  { "x/12345/" PLACE, 7, -1 },   { "/" PLACE, 0, -1 },   { "nothing", 0, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		assert_int_equal(ddl_suse_top(all[i].name), all[i].top);
		assert_int_equal(ddl_suse_number(all[i].name), all[i].number);
	}
}

static void lines_of_dud_config(void **state)
{
	static const char text[] = "# a: remark\nUpdateID:\t 12 34 \r\n\nnothing\nUpdate-Name = a: b\n:x\nOptions: a_b.c=d e=f";
	static const char *const keys[] = { "updateid", "updatename", "", "options" };
	static const char *const values[] = { "12 34", "a: b", "x", "a_b.c=d e=f" };
	struct ddl_dud_line line = { .at = text, .end = text + sizeof(text) - 1 };
	const char *parameters;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_true(ddl_dud_next(&line));
		assert_true(ddl_dud_is(&line, keys[i]));
		assert_false(ddl_dud_is(&line, "update"));
		assert_int_equal(line.value_length, strlen(values[i]));
		assert_memory_equal(line.value, values[i], line.value_length);
	}
	assert_int_equal(ddl_dud_options(&line, &parameters), 3);
	assert_memory_equal(parameters, "c=d e=f", 7);
	assert_false(ddl_dud_next(&line));
}

static void options_without_a_parameter(void **state)
{
	static const char *const all[] = { "Options: a", "Options: a.", "Options: a b.c=d", "Options:", "Options: .b=c" };
	const char *parameters;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		struct ddl_dud_line line = { .at = all[i], .end = all[i] + strlen(all[i]) };

		assert_true(ddl_dud_next(&line));
		assert_int_equal(ddl_dud_options(&line, &parameters), 0);
	}
}

/* ------------------------------------------------------------------- the reader */

static enum ddl_found read_update(const char *config, const char *order, const struct ddl_listed *files, size_t count,
				  const struct ddl_rpm_file *rpms, size_t n_rpms)
{
	struct ddl_blob blobs[2];
	struct ddl_contents contents = { .arena = arena,
					 .blobs = blobs,
					 .rpms = rpms,
					 .n_rpms = n_rpms,
					 .files = files,
					 .n_files = count,
					 .notes = &notes,
					 .n_notes = &n_notes };

	if (config)
		blobs[contents.n_blobs++] = blob(PLACE "/dud.config", config);
	if (order)
		blobs[contents.n_blobs++] = blob(PLACE "/modules/module.order", order);
	notes = NULL;
	n_notes = 0;
	ddl_error_clear(&error);
	memset(&repo, 0x5A, sizeof(repo));
	return ddl_suse_update_read(&contents, PLACE, &repo, &error);
}

static struct ddl_listed file(const char *name)
{
	return (struct ddl_listed){ .name = name, .size = 10 };
}

static struct ddl_rpm_file rpm(const char *name, const char *package, bool of_driver)
{
	return (struct ddl_rpm_file){ .name = name,
				      .size = 10,
				      .whole = true,
				      .rpm = { .name = package, .version = "1.2", .release = "3", .of_driver = of_driver } };
}

static void expect_notes(const char *const *expected)
{
	size_t n = 0;

	for (; expected[n]; n++)
		assert_true(n < n_notes && strstr(notes[n], expected[n]));
	assert_int_equal(n_notes, n);
}

static void who_it_is_and_what_it_has(void **state)
{
	const struct ddl_listed files[] = {
		file("linux/suse/aarch64-sles15/modules/other.ko"),
		file(PLACE "/modules/z-a.ko.xz"),
		file(PLACE "/modules/b.ko"),
		file(PLACE "/modules/a.ko"),
		file(PLACE "/modules/module.order"),
		file(PLACE "/install/a-kmp.rpm"),
		file(PLACE "/install/doc.rpm"),
		file(PLACE "/install/update.post2"),
		file(PLACE "/inst-sys/lib/firmware/a/fw.bin"),
		file(PLACE "/inst-sys/.update.77"),
		file(PLACE "/dud.config"),
	};
	const struct ddl_rpm_file rpms[] = { rpm(PLACE "/install/a-kmp.rpm", "a-kmp-default", true),
					     rpm(PLACE "/install/doc.rpm", "a-doc", false) };
	static const char *const names[] = { "modules/b.ko",      "modules/z-a.ko.xz",
					     "dud.config",        "inst-sys/lib/firmware/a/fw.bin",
					     "install/a-kmp.rpm", "modules/a.ko" };
	static const enum ddl_package_type types[] = { DDL_PKG_DRIVER,   DDL_PKG_DRIVER, DDL_PKG_SETTINGS,
						       DDL_PKG_FIRMWARE, DDL_PKG_RPM,    DDL_PKG_DRIVER };
	static const char *const lists[] = { "install/doc.rpm", "install/update.post2", "modules/module.order" };
	static const char *const told[] = { "its command is not run: rm -rf /",
					    "it wants these drivers not to be loaded: c, d",
					    "module.order names what is not there: gone",
					    "what module.order does not name: a",
					    "are not run: update.post2",
					    NULL };

	(void)state;
	assert_int_equal(read_update("UpdateID: 77\nUpdateName: MegaRAID\tSAS\nUpdateName: more\nExec: rm -rf /\n"
				     "BrokenModules: c,d\nUpdatePriority: 30\n",
				     "b\ngone.ko\n z_a.ko.gz \r\nb.ko\n", files, sizeof(files) / sizeof(*files), rpms, 2),
			 DDL_FOUND);
	assert_int_equal(repo.family, DDL_FAMILY_SUSE);
	assert_string_equal(repo.identifier, "77");
	assert_string_equal(repo.uuid, "77");
	assert_string_equal(repo.description, "MegaRAID SAS");
	assert_string_equal(repo.name, "a-kmp-default");
	assert_string_equal(repo.version, "1.2-3");
	assert_string_equal(repo.directory, PLACE);
	assert_string_equal(repo.fingerprint, "");
	assert_int_equal(repo.priority, 31);
	assert_int_equal(repo.n_packages, 6);
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(repo.packages[i].file, names[i]);
		assert_int_equal(repo.packages[i].type, types[i]);
	}
	assert_string_equal(repo.packages[3].root, "lib/firmware/a");
	assert_string_equal(repo.packages[1].label, "z_a");
	assert_int_equal(repo.n_lists, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(repo.lists[i].file, lists[i]);
	expect_notes(told);
}

static void of_little_there_is_little(void **state)
{
	const struct ddl_listed files[] = { file(PLACE "/modules/a.ko") };
	static const char *const told[] = { "in no RPM", NULL };

	(void)state;
	assert_int_equal(read_update(NULL, NULL, files, 1, NULL, 0), DDL_FOUND);
	assert_string_equal(repo.identifier, "a");
	assert_string_equal(repo.uuid, "");
	assert_string_equal(repo.description, "a SUSE driver update");
	assert_int_equal(repo.priority, 0);
	expect_notes(told);
}

static void settings_are_no_driver(void **state)
{
	const struct ddl_listed files[] = { file(PLACE "/dud.config"), file(PLACE "/install/kernel.rpm") };
	const struct ddl_rpm_file rpms[] = { rpm(PLACE "/install/kernel.rpm", "kernel-default", true) };
	static const char *const told[] = { "is a whole kernel", "without a driver: x", NULL };

	(void)state;
	assert_int_equal(read_update("UpdateName: x", NULL, files, 2, rpms, 1), DDL_FOUND_NO_DRIVER);
	expect_notes(told);
}

/* limit: DDL_MAX_MODPROBE_CONF. Both files of settings. */
static void as_long_as_settings_may_be(void **state)
{
	const struct ddl_listed files[] = { file(PLACE "/modules/a.ko") };
	char *text = malloc(DDL_MAX_MODPROBE_CONF + 2);

	(void)state;
	assert_non_null(text);
	memset(text, '\n', DDL_MAX_MODPROBE_CONF + 1);
	text[DDL_MAX_MODPROBE_CONF] = '\0';
	assert_int_equal(read_update(text, text, files, 1, NULL, 0), DDL_FOUND);
	text[DDL_MAX_MODPROBE_CONF] = '\n';
	text[DDL_MAX_MODPROBE_CONF + 1] = '\0';
	assert_int_equal(read_update(text, NULL, files, 1, NULL, 0), DDL_FOUND_BROKEN);
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
	assert_int_equal(read_update(NULL, text, files, 1, NULL, 0), DDL_FOUND_BROKEN);
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
	free(text);
}

static void in_the_order_of_their_priorities(void **state)
{
	struct ddl_repo all[] = {
		{ .family = DDL_FAMILY_SUSE, .directory = "10/" PLACE },
		{ .family = DDL_FAMILY_REDHAT, .directory = "" },
		{ .family = DDL_FAMILY_SUSE, .directory = "2/" PLACE },
		{ .family = DDL_FAMILY_SUSE, .directory = PLACE, .priority = 8 },
		{ .family = DDL_FAMILY_SUSE, .directory = "3/" PLACE, .priority = 1 },
	};
	struct ddl_repo *repos[] = { &all[0], &all[1], &all[2], &all[3], &all[4] };
	static const size_t order[] = { 1, 4, 2, 0, 3 };

	(void)state;
	ddl_suse_update_sort(repos, 5);
	for (size_t i = 0; i < 5; i++)
		assert_ptr_equal(repos[i], &all[order[i]]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_files_are),
		cmocka_unit_test(where_an_update_lies),
		cmocka_unit_test(lines_of_dud_config),
		cmocka_unit_test(options_without_a_parameter),
		TEST(who_it_is_and_what_it_has),
		TEST(of_little_there_is_little),
		TEST(settings_are_no_driver),
		TEST(as_long_as_settings_may_be),
		cmocka_unit_test(in_the_order_of_their_priorities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
