// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of Red Hat's driver update disk: which packages are for a kernel, who the disk is, and what is missing of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "package/rpm_version.h"
#include "repository/redhat.h"
#include "repository/xenserver_update.h"

#define RELEASE "4.18.0-553.el8_10.x86_64"
#define PACKAGES "rpms/x86_64/"

static const struct ddl_machine machine = { .release = RELEASE, .arch = "x86_64" };
static struct ddl_repo repo;
static const char **notes;
static size_t n_notes;

static struct ddl_blob blob(const char *name, const char *text)
{
	return (struct ddl_blob){ name, text, strlen(text), false };
}

/* "kernel-modules >= V" of one package; NULL: it provides nothing. */
static struct ddl_rpm_file package(const char *file, const char *name, const char *what, unsigned sense, const char *version)
{
	struct ddl_rpm_file made = { .name = ddl_arena_printf(arena, PACKAGES "%s", file), .size = 1000, .whole = true };
	struct ddl_rpm_provide *provide = ddl_arena_alloc(arena, 1, sizeof(*provide));

	*provide = (struct ddl_rpm_provide){ what ? what : "", version ? version : "", sense };
	made.rpm = (struct ddl_rpm){ .name = name,
				     .version = "1.0",
				     .release = "1.el8",
				     .arch = "x86_64",
				     .group = "",
				     .summary = "",
				     .compressor = "",
				     .provides = provide,
				     .n_provides = what != NULL,
				     .of_driver = true };
	return made;
}

static enum ddl_found read_disk(const struct ddl_blob *blobs, size_t n_blobs, const struct ddl_rpm_file *rpms, size_t n_rpms,
				const char *const *folders, size_t n_folders)
{
	struct ddl_contents contents = { .arena = arena,
					 .blobs = blobs,
					 .n_blobs = n_blobs,
					 .rpms = rpms,
					 .n_rpms = n_rpms,
					 .folders = folders,
					 .n_folders = n_folders,
					 .machine = &machine,
					 .notes = &notes,
					 .n_notes = &n_notes };

	notes = NULL;
	n_notes = 0;
	ddl_error_clear(&error);
	memset(&repo, 0x5A, sizeof(repo));
	return ddl_redhat_read(&contents, "", &repo, &error);
}

/* Of a disk with this one package, what it says of kernels. */
static const char *kernel(unsigned sense, const char *version)
{
	const struct ddl_blob about = blob("rhdd3", "A driver\n");
	const struct ddl_rpm_file rpm = package("a.rpm", "kmod-a", "kernel-modules", sense, version);

	assert_int_equal(read_disk(&about, 1, &rpm, 1, NULL, 0), DDL_FOUND);
	return repo.packages[0].kernel;
}

static void chooses_by_kernel_modules(void **state)
{
	static const struct {
		unsigned sense;
		const char *version, *kernel;
	} all[] = {
		{ DDL_SENSE_EQUAL, RELEASE, "" },
		{ DDL_SENSE_EQUAL, "4.18.0-553.el8.x86_64", "4.18.0-553.el8.x86_64" },
		{ DDL_SENSE_EQUAL | DDL_SENSE_GREATER, "4.18.0-553.el8.x86_64", "" },
		{ DDL_SENSE_GREATER, RELEASE, RELEASE },
		{ DDL_SENSE_EQUAL | DDL_SENSE_LESS, RELEASE, "" },
		{ DDL_SENSE_LESS, "5.14", "" },
		{ DDL_SENSE_LESS, "4.18.0-553.el8.x86_64", "4.18.0-553.el8.x86_64" },
		{ DDL_SENSE_EQUAL | DDL_SENSE_GREATER, "4.18.0-1000.el8", "4.18.0-1000.el8" },
		{ DDL_SENSE_EQUAL | DDL_SENSE_GREATER, "4.18.0-99.el8", "" }, /* 99 is less than 553 */
		{ DDL_SENSE_EQUAL, "2.6.32-131.0.15.el6.x86_64", "" },
		{ DDL_SENSE_EQUAL, "2.6.32-71.el6.x86_64", "" },
		{ DDL_SENSE_EQUAL, "2.6.32-220.el6.x86_64", "2.6.32-220.el6.x86_64" },
		{ 0, RELEASE, "any" },
		{ DDL_SENSE_EQUAL, "", "any" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		assert_string_equal(kernel(all[i].sense, all[i].version), all[i].kernel);
}

static void says_who_it_is(void **state)
{
	const struct ddl_blob about = blob("rhdd3", "  MegaRAID\x1b[31m driver \r\nsecond line\n");
	struct ddl_rpm_file rpms[] = {
		package("z.rpm", "kmod-a", "kernel-modules", DDL_SENSE_EQUAL, RELEASE),
		package("b.rpm", "kmod-a-old", "kernel-modules", DDL_SENSE_LESS, "4.0"),
		package("a.rpm", "a-firmware", "kernel-modules", DDL_SENSE_EQUAL, RELEASE),
	};

	(void)state;
	rpms[2].rpm.arch = "noarch";
	assert_int_equal(read_disk(&about, 1, rpms, 3, NULL, 0), DDL_FOUND);
	assert_int_equal(repo.family, DDL_FAMILY_REDHAT);
	assert_string_equal(repo.identifier, "kmod-a");
	assert_string_equal(repo.name, "kmod-a");
	assert_string_equal(repo.version, "1.0-1.el8");
	assert_string_equal(repo.build, "");
	assert_string_equal(repo.description, "MegaRAID?[31m driver");
	assert_string_equal(repo.directory, "rpms/x86_64");
	assert_string_equal(repo.fingerprint, "");
	assert_int_equal(repo.n_packages, 3);
	assert_string_equal(repo.packages[0].file, "a.rpm");
	assert_string_equal(repo.packages[2].file, "z.rpm");
	assert_int_equal(repo.packages[2].type, DDL_PKG_DRIVER_RPM);
	assert_string_equal(repo.packages[2].label, "kmod-a");
	assert_string_equal(repo.packages[2].digest, "");
	assert_int_equal(repo.packages[2].size, 1000);
	assert_int_equal(n_notes, 0);
}

static void a_description_need_not_be(void **state)
{
	const struct ddl_blob abouts[] = { blob("rhdd3", ""),
					   blob("rhdd3", "\n\nlate\n"),
					   { .name = "rhdd3", .too_large = true } };
	const struct ddl_rpm_file rpm = package("a.rpm", "kmod-a", "kernel-modules", DDL_SENSE_EQUAL, RELEASE);

	(void)state;
	for (size_t i = 0; i < sizeof(abouts) / sizeof(*abouts); i++) {
		assert_int_equal(read_disk(&abouts[i], 1, &rpm, 1, NULL, 0), DDL_FOUND);
		assert_string_equal(repo.description, "kmod-a");
	}
}

static void says_what_peers_pass_over(void **state)
{
	const struct ddl_blob about = blob("rhdd3", "A driver\n");
	struct ddl_rpm_file rpms[] = {
		package("a.rpm", "kmod-a", NULL, 0, NULL),
		package("b.rpm", "tool", "installer-enhancement", DDL_SENSE_EQUAL, "19.0"),
		package("c.rpm", "firmware", NULL, 0, NULL),
		package("d.rpm", "broken", NULL, 0, NULL),
	};

	(void)state;
	rpms[2].rpm.arch = "noarch";
	rpms[3].whole = false;
	assert_int_equal(read_disk(&about, 1, rpms, 4, NULL, 0), DDL_FOUND);
	assert_string_equal(repo.identifier, "kmod-a");
	assert_int_equal(n_notes, 2);
	assert_string_equal(notes[0], "a.rpm does not say which kernels it is for; Red Hat's installer would pass it over.");
	assert_string_equal(notes[1], "b.rpm holds programs for the installer (installer-enhancement), no driver.");
	assert_int_equal(repo.n_packages, 4); /* all of them are handed over; what is wrong with the last shows when it is read */
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(repo.packages[i].kernel, "any");
	assert_string_equal(repo.packages[3].label, "d.rpm");
}

static void without_packages_it_brings_no_driver(void **state)
{
	const struct ddl_blob about = blob("rhdd3", "A driver\n"), below = blob("a/rhdd3", "A driver\n");
	const char *const folders[] = { "rpms/aarch64", "rpms/ppc64le" };

	(void)state;
	assert_int_equal(read_disk(&below, 1, NULL, 0, NULL, 0), DDL_FOUND_NONE);
	assert_int_equal(read_disk(&about, 1, NULL, 0, NULL, 0), DDL_FOUND_NO_DRIVER);
	assert_int_equal(n_notes, 1);
	assert_string_equal(notes[0], "rhdd3 has no packages beside it, in rpms/x86_64.");
	assert_int_equal(read_disk(&about, 1, NULL, 0, folders, 2), DDL_FOUND_NO_DRIVER);
	assert_string_equal(notes[0], "rpms/aarch64 is of a Red Hat driver disk for another kind of processor, aarch64.");
}

/* --------------------------------------------------------------------- repodata */

#define PRIMARY_OF(file, size, sum) \
	"<package type=\"rpm\"><name>n" file "</name><arch>x86_64</arch><version epoch=\"0\" ver=\"1.0\" rel=\"1\"/>" \
	"<checksum type=\"sha256\" pkgid=\"YES\">" sum "</checksum><size package=\"" size "\"/><location href=\"" file \
	"\"/></package>"
#define SUM "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct ddl_blob list_of(const struct ddl_blob *primary)
{
	char hex[DDL_DIGEST_HEX];

	ddl_repomd_sum(primary, hex);
	return blob(
		PACKAGES "repodata/repomd.xml",
		ddl_arena_printf(
			arena,
			"<repomd><data type=\"primary\"><checksum type=\"sha256\">%s</checksum>"
			"<location href=\"repodata/primary.xml\"/></data><data type=\"filelists\"><checksum "
			"type=\"sha256\">%s</checksum><location href=\"repodata/filelists.xml\"/><size>9</size></data></repomd>",
			hex, hex));
}

static void the_list_has_the_checksums(void **state)
{
	struct ddl_blob blobs[] = {
		blob("rhdd3", "A driver\n"),
		blob(PACKAGES "repodata/primary.xml",
		     "<metadata>" PRIMARY_OF("a.rpm", "77", SUM) PRIMARY_OF("gone.rpm", "5", SUM) "</metadata>"),
		{ .name = "" },
	};
	const struct ddl_rpm_file rpms[] = { package("a.rpm", "kmod-a", "kernel-modules", DDL_SENSE_EQUAL, RELEASE),
					     package("b.rpm", "kmod-b", "kernel-modules", DDL_SENSE_EQUAL, RELEASE) };
	char hex[DDL_DIGEST_HEX];
	const char **files = NULL;
	size_t count = 0;

	(void)state;
	blobs[2] = list_of(&blobs[1]);
	assert_int_equal(read_disk(blobs, 3, rpms, 2, NULL, 0), DDL_FOUND);
	assert_int_equal(repo.n_packages, 2);
	assert_string_equal(repo.packages[0].digest, SUM);
	assert_int_equal(repo.packages[0].size, 77);
	assert_string_equal(repo.packages[1].file, "gone.rpm");
	assert_string_equal(repo.packages[1].label, "gone.rpm");
	assert_int_equal(n_notes, 1);
	assert_string_equal(notes[0], PACKAGES "b.rpm is not in the disk's list of packages and was left out.");
	ddl_repomd_sum(&blobs[2], hex);
	assert_string_equal(repo.fingerprint, hex);
	assert_int_equal(repo.n_metadata, 2);
	assert_string_equal(repo.metadata[0].name, "repodata/repomd.xml");
	assert_string_equal(repo.metadata[1].name, "repodata/primary.xml");
	assert_int_equal(repo.n_lists, 1);
	assert_string_equal(repo.lists[0].file, "repodata/filelists.xml");
	/* and it is known which files are to be read for that */
	assert_int_equal(ddl_redhat_files(arena, blobs, 3, &files, &count, &error), 0);
	assert_int_equal(count, 1);
	assert_string_equal(files[0], PACKAGES "repodata/primary.xml");
	count = 0;
	assert_int_equal(ddl_redhat_files(arena, blobs + 1, 2, &files, &count, &error), 0);
	assert_int_equal(count, 0);
}

static void a_list_that_is_wrong_is_refused(void **state)
{
	struct ddl_blob blobs[] = { blob("rhdd3", "A driver\n"),
				    blob(PACKAGES "repodata/primary.xml", "<metadata></metadata>"),
				    { .name = "" } };
	const struct ddl_rpm_file rpm = package("a.rpm", "kmod-a", "kernel-modules", DDL_SENSE_EQUAL, RELEASE);

	(void)state;
	blobs[2] = list_of(&blobs[1]);
	assert_int_equal(read_disk(blobs, 3, &rpm, 1, NULL, 0), DDL_FOUND_BROKEN);
	assert_int_equal(error.code, DDL_E_METADATA);
	assert_string_equal(error.text, "rpms/x86_64: its list names no package");
	blobs[1] = blob(PACKAGES "repodata/primary.xml", "<metadata> </metadata>");
	assert_int_equal(read_disk(blobs, 3, &rpm, 1, NULL, 0), DDL_FOUND_BROKEN);
	assert_int_equal(error.code, DDL_E_LIST);
	blobs[1].name = "elsewhere";
	assert_int_equal(read_disk(blobs, 3, &rpm, 1, NULL, 0), DDL_FOUND_BROKEN);
	assert_int_equal(error.code, DDL_E_LIST);
	blobs[2] = blob(PACKAGES "repodata/repomd.xml", "<repomd>");
	assert_int_equal(read_disk(blobs, 3, &rpm, 1, NULL, 0), DDL_FOUND_BROKEN);
	assert_int_equal(error.code, DDL_E_XML);
}

/* limit: DDL_MAX_REDHAT_PACKAGES */
static void lists_so_many(void **state)
{
	const struct ddl_rpm_file rpm = package("000.rpm", "kmod-a", "kernel-modules", DDL_SENSE_EQUAL, RELEASE);

	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		struct ddl_blob blobs[] = { blob("rhdd3", "A driver\n"), { .name = "" }, { .name = "" } };
		const char *text = "<metadata>";

		for (unsigned i = 0; i < DDL_MAX_REDHAT_PACKAGES + more; i++)
			text = ddl_arena_printf(
				arena,
				"%s<package type=\"rpm\"><name>n%03u</name><arch>x86_64</arch><version ver=\"1\"/>"
				"<checksum type=\"sha256\">" SUM
				"</checksum><size package=\"1\"/><location href=\"%03u.rpm\"/></package>",
				text, i, i);
		blobs[1] = blob(PACKAGES "repodata/primary.xml", ddl_arena_printf(arena, "%s</metadata>", text));
		blobs[2] = list_of(&blobs[1]);
		assert_int_equal(read_disk(blobs, 3, &rpm, 1, NULL, 0), more ? DDL_FOUND_BROKEN : DDL_FOUND);
		assert_int_equal(error.code, more ? DDL_E_TOO_LARGE : DDL_OK);
	}
}

static void knows_its_packages_by_their_place(void **state)
{
	static const struct {
		const char *name, *arch;
	} all[] = {
		{ "rpms/x86_64/a.rpm", "x86_64" },
		{ "a/b/rpms/aarch64/a.RPM", "aarch64" },
		{ "rpms/x86_64/b/a.rpm", NULL },
		{ "rpms/a.rpm", NULL },
		{ "xrpms/x86_64/a.rpm", NULL },
		{ "rpms/x86_64/a.txt", NULL },
		{ "a.rpm", NULL },
		{ "x86_64/a.rpm", NULL },
		{ "rpms/rpms/x86_64/a.rpm", "x86_64" },
		{ "rpms/x86_64/.rpm", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		const char *arch;
		size_t n;

		assert_int_equal(ddl_redhat_is_package(all[i].name, &arch, &n), all[i].arch != NULL);
		if (all[i].arch)
			assert_string_equal(ddl_arena_dupn(arena, arch, n), all[i].arch);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chooses_by_kernel_modules),
		TEST(says_who_it_is),
		TEST(a_description_need_not_be),
		TEST(says_what_peers_pass_over),
		TEST(without_packages_it_brings_no_driver),
		TEST(the_list_has_the_checksums),
		TEST(a_list_that_is_wrong_is_refused),
		TEST(lists_so_many),
		TEST(knows_its_packages_by_their_place),
	};

	return cmocka_run_group_tests_name("redhat", tests, NULL, NULL);
}
