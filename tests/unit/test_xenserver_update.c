// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of generation 3: update.xml, repomd, comps, primary; how packages are found; every kind of bad input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "pack_builder.h"
#include "package/rpm_version.h"
#include "repository/xenserver_update.h"

#define SUM "2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a"
#define UPDATE UPDATE_WITH("")
#define UPDATE_WITH(attribute) \
	"<update name-label=\"megaraid\" uuid=\"9ac5\" version=\"1.0\" " attribute " key=\"RPM-GPG-KEY-acme\" " \
	"installation-size=\"10\" after-apply-guidance=\"restartHost\" enforce-homogeneity=\"true\">" \
	"<name-description>A driver</name-description></update>"
#define COMPS_OF(names) \
	"<comps><group><id>base</id><packagelist><packagereq>other</packagereq></packagelist></group>" \
	"<group><id>drivers</id><packagelist>" names "</packagelist></group></comps>"
#define COMPS COMPS_OF("<packagereq type=\"mandatory\">update-x</packagereq>")
#define ENTRY(name) "<rpm:entry name=\"" name "\"/>"
#define EXACT(name, flags, version) "<rpm:entry name=\"" name "\" flags=\"" flags "\" epoch=\"0\" ver=\"" version "\" rel=\"1\"/>"
#define BODY(name, version, arch, file, sum, provides, requires) \
	"<package type=\"rpm\"><name>" name "</name><arch>" arch "</arch>" \
	"<version epoch=\"0\" ver=\"" version "\" rel=\"1\"/><checksum type=\"sha256\" pkgid=\"YES\">" sum "</checksum>" \
	"<summary>words</summary><size package=\"123\" installed=\"5\" archive=\"6\"/><location href=\"" file "\"/><format>" \
	"<rpm:provides>" EXACT(name, "EQ", version) provides \
		"</rpm:provides><rpm:requires>" requires "</rpm:requires>" \
							 "<file>/etc/x</file></format></package>"
#define PACKAGE(name, version, provides, requires) \
	BODY(name, version, "x86_64", "Packages/" name "-" version ".rpm", SUM, provides, requires)
#define PRIMARY(packages) \
	"<metadata xmlns=\"http://linux.duke.edu/metadata/common\" " \
	"xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\" packages=\"1\">" packages "</metadata>"
#define META(requires) PACKAGE("update-x", "1.0", "", requires)

static struct ddl_repo repo;
static const char **notes;
static size_t n_notes;

static int begin(void **state)
{
	notes = NULL;
	n_notes = 0;
	return set_up(state);
}

static struct ddl_blob blob(const char *name, const char *text)
{
	return (struct ddl_blob){ name, text, strlen(text), false };
}

/* A repomd.xml that lists these two as they are. */
static const char *repomd_of(const char *primary, size_t n, const char *comps)
{
	return ddl_arena_printf(
		arena,
		"<repomd xmlns=\"http://linux.duke.edu/metadata/repo\"><revision>1</revision>"
		"<data type=\"primary\"><checksum type=\"sha256\">%s</checksum><location "
		"href=\"repodata/primary.xml\"/><size>%zu</size></data>"
		"<data type=\"filelists\"><checksum type=\"sha256\">" SUM
		"</checksum><location href=\"repodata/filelists.xml.gz\"/><size>77</size></data>"
		"<data type=\"group\"><checksum type=\"sha256\">%s</checksum><location href=\"repodata/comps.xml\"/></data>"
		"<data type=\"group_gz\"><checksum type=\"sha256\">" SUM
		"</checksum><location href=\"repodata/comps.xml.gz\"/><size>78</size></data>"
		"<data type=\"other\"><checksum type=\"sha256\">" SUM "</checksum><location href=\"sizeless\"/></data></repomd>",
		sha256_hex(primary, n), n, sha256_hex(comps, strlen(comps)));
}

static int parse_with(const char *update, const char *repomd, const char *primary, size_t n, const char *comps)
{
	struct ddl_blob blobs[] = {
		blob("update.xml", update),
		blob("repodata/repomd.xml", repomd),
		blob("repodata/comps.xml", comps),
		{ "repodata/primary.xml", primary, n, false },
		blob("repodata/repomd.xml.asc", "signed"),
		blob("update.xml.asc", "signed, too"),
		blob("RPM-GPG-KEY-acme", "key"),
	};

	ddl_error_clear(&error);
	n_notes = 0;
	notes = NULL;
	return ddl_repo_parse_update(arena, "", blobs, sizeof(blobs) / sizeof(*blobs), &repo, &notes, &n_notes, &error);
}

static int parse(const char *primary, const char *comps)
{
	return parse_with(UPDATE, repomd_of(primary, strlen(primary), comps), primary, strlen(primary), comps);
}

static void expect(int result, enum ddl_code code, const char *text)
{
	if (result != -1 || error.code != code || strcmp(error.text, text) != 0)
		fail_with("%d %s: \"%s\", expected %s: \"%s\"", result, ddl_code_name(error.code), error.text,
			  ddl_code_name(code), text);
}

/* The packages' labels in order, "a b c". */
static const char *labels(void)
{
	const char *text = "";

	for (size_t i = 0; i < repo.n_packages; i++)
		text = ddl_arena_printf(arena, "%s%s%s", text, i ? " " : "", repo.packages[i].label);
	return text;
}

/* ---------------------------------------------------------------- good packs */

static void reads_a_driver_disk(void **state)
{
	static const char primary[] = PRIMARY(META(EXACT("mod", "EQ", "2.0") ENTRY("/sbin/depmod") ENTRY("rpmlib(X)")
							   ENTRY("kmod") EXACT("xenserver", "GE", "7.1.0"))
						      PACKAGE("driver", "2.0", EXACT("mod", "EQ", "2.0"),
							      EXACT("xenserver", "GE", "7.1.0")) PACKAGE("tool", "1", "", ""));
	const char *both = ddl_arena_printf(arena, UPDATE "%s", repomd_of(primary, sizeof(primary) - 1, COMPS));

	(void)state;
	assert_int_equal(parse(primary, COMPS), 0);
	assert_int_equal(repo.family, DDL_FAMILY_XENSERVER_UPDATE);
	assert_string_equal(repo.identifier, "megaraid");
	assert_string_equal(repo.uuid, "9ac5");
	assert_string_equal(repo.version, "1.0");
	assert_string_equal(repo.build, "");
	assert_string_equal(repo.key, "RPM-GPG-KEY-acme");
	assert_string_equal(repo.description, "A driver");
	assert_true(repo.homogeneous);
	assert_string_equal(repo.fingerprint, sha256_hex(both, strlen(both)));
	assert_string_equal(labels(), "update-x driver");
	assert_int_equal(repo.packages[0].type, DDL_PKG_RPM);
	assert_int_equal(repo.packages[1].type, DDL_PKG_DRIVER_RPM);
	assert_string_equal(repo.packages[1].file, "Packages/driver-2.0.rpm");
	assert_string_equal(repo.packages[1].digest, SUM);
	assert_string_equal(repo.packages[1].kernel, "");
	assert_int_equal(repo.packages[1].size, 123);
	assert_int_equal(repo.n_requires, 1); /* said once, though two need it */
	assert_string_equal(repo.requires[0].name, "xenserver");
	assert_string_equal(repo.requires[0].version, "7.1.0");
	assert_string_equal(repo.requires[0].build, "1");
	assert_int_equal(repo.requires[0].test, DDL_TEST_GE);
	assert_int_equal(n_notes, 2);
	assert_string_equal(notes[0], "update-x needs kmod, which is not on this disk; the product must have it.");
	assert_string_equal(notes[1], "1 package of this update belongs to no driver and is left alone.");
	assert_int_equal(repo.n_metadata, 7);
	assert_string_equal(repo.metadata[1].bytes, "signed, too");
	assert_string_equal(repo.metadata[2].name, "repodata/repomd.xml");
	assert_string_equal(repo.metadata[3].bytes, "signed");
	assert_string_equal(repo.metadata[6].name, "RPM-GPG-KEY-acme");
	assert_int_equal(repo.n_lists, 2); /* what has no size cannot be tested, nor kept */
	assert_string_equal(repo.lists[0].file, "repodata/filelists.xml.gz");
	assert_string_equal(repo.lists[0].digest, SUM);
	assert_int_equal(repo.lists[0].size, 77);
	assert_string_equal(repo.lists[1].file, "repodata/comps.xml.gz");
}

/* What the product must be stands in a package of its own, which nothing but update.xml leads to. */
static void takes_the_control_package_along(void **state)
{
	static const char primary[] = PRIMARY(PACKAGE("control-x", "1", "", EXACT("product-version", "EQ", "8.2.1"))
						      META(ENTRY("driver")) PACKAGE("driver", "2.0", "", ENTRY("/bin/sh")));

	static const char without[] = PRIMARY(META(ENTRY("driver")) PACKAGE("driver", "2.0", "", ""));
	static const char update[] = UPDATE_WITH("control=\"control-x\"");

	(void)state;
	assert_int_equal(parse_with(update, repomd_of(without, sizeof(without) - 1, COMPS), without, sizeof(without) - 1, COMPS),
			 0);
	assert_string_equal(labels(), "update-x driver");
	assert_int_equal(n_notes, 1);
	assert_string_equal(notes[0],
			    "control-x, which is to be installed first, is not on this disk; an installation from it will fail.");
	assert_int_equal(parse_with(update, repomd_of(primary, sizeof(primary) - 1, COMPS), primary, sizeof(primary) - 1, COMPS),
			 0);
	assert_string_equal(labels(), "update-x control-x driver");
	assert_int_equal(repo.packages[1].type, DDL_PKG_RPM);
	assert_int_equal(repo.packages[2].type, DDL_PKG_DRIVER_RPM);
	assert_int_equal(repo.n_requires, 1);
	assert_string_equal(repo.requires[0].name, "product-version");
	assert_int_equal(repo.requires[0].test, DDL_TEST_EQ);
	assert_int_equal(n_notes, 0);
}

static void reads_every_compression(void **state)
{
	static const char *const filters[] = { "gzip", "bzip2", "xz", "zstd" };
	static const char primary[] = PRIMARY(META(ENTRY("driver")) PACKAGE("driver", "2.0", "", ""));

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct built packed = build_compressed(filters[i], primary, sizeof(primary) - 1);

		assert_int_equal(parse_with(UPDATE, repomd_of((const char *)packed.bytes, packed.length, COMPS),
					    (const char *)packed.bytes, packed.length, COMPS),
				 0);
		assert_string_equal(labels(), "update-x driver");
		built_free(&packed);
	}
}

static void an_update_without_drivers_is_none(void **state)
{
	static const char comps[] =
		"<comps><group><id>base</id><packagelist><packagereq>a</packagereq></packagelist></group></comps>";
	static const char primary[] = PRIMARY(META(""));
	const char *repomd = ddl_arena_printf(arena, "<repomd><data type=\"primary\"><checksum type=\"sha256\">" SUM
						     "</checksum><location href=\"p\"/></data></repomd>");

	(void)state;
	assert_int_equal(parse(primary, comps), 1);
	assert_int_equal(parse_with(UPDATE, repomd, primary, strlen(primary), comps), 1);
}

/* With the RPM group that the builders of drivers give. */
#define GROUPED(name, version, arch, group, requires) \
	"<package type=\"rpm\"><name>" name "</name><arch>" arch "</arch><version epoch=\"0\" ver=\"" version "\" rel=\"1\"/>" \
	"<checksum type=\"sha256\" pkgid=\"YES\">" SUM "</checksum><size package=\"123\"/>" \
	"<location href=\"Packages/" name "-" version "." arch ".rpm\"/><format><rpm:group>" group "</rpm:group>" \
	"<rpm:requires>" requires "</rpm:requires></format></package>"
#define UPDATE_GROUP(visible) \
	"<!DOCTYPE comps PUBLIC \"-//Red Hat, Inc.//DTD Comps info//EN\" \"comps.dtd\">\n<comps><group><id>update</id>" \
	"<default>False</default><uservisible>" visible "</uservisible><name>Driver Update</name><packagelist>" \
	"<packagereq type=\"mandatory\">update-x</packagereq></packagelist></group></comps>"

/* create-driver-disk's groups, without the one that the product looks for: what looks like a driver is offered, and that is said. */
static void drivers_that_no_group_names(void **state)
{
	static const char primary[] = PRIMARY(
		META(ENTRY("mpi3mr-module") ENTRY("acme-data")) GROUPED("acme-data", "1", "noarch", "System Environment/Kernel",
									"")
			GROUPED("mpi3mr-module", "8.2", "x86_64", "Unspecified", EXACT("kernel-uname-r", "EQ", "4.19.0+1"))
				GROUPED("sfc-modules", "5", "x86_64", "System Environment/Kernel",
					"") GROUPED("sfc-modules", "4", "x86_64", "System Environment/Kernel", "")
					GROUPED("sfc-modules", "5", "src", "System Environment/Kernel", "")
						GROUPED("kernel-modules", "4.19", "x86_64", "System Environment/Kernel", "")
							GROUPED("tools", "1", "x86_64", "Applications/System", ""));

	(void)state;
	assert_int_equal(parse(primary, UPDATE_GROUP("True")), 0);
	assert_string_equal(labels(), "acme-data mpi3mr-module sfc-modules");
	assert_string_equal(repo.packages[2].file, "Packages/sfc-modules-5.x86_64.rpm");
	assert_int_equal(repo.packages[1].type, DDL_PKG_DRIVER_RPM);
	assert_string_equal(notes[n_notes - 1],
			    "update.xml: the group \"drivers\", which the product looks for, is missing in the update megaraid: "
			    "what looks like a driver on it is offered.");
}

/* A hotfix with a kernel and firmware brings no driver, and what is wrong in it is nobody's trouble. */
static void a_hotfix_has_no_drivers(void **state)
{
	static const char primary[] = PRIMARY(
		META(ENTRY("kernel")) GROUPED("kernel", "4.19", "x86_64", "System Environment/Kernel", "")
			GROUPED("linux-firmware", "2", "noarch", "System Environment/Kernel", ""));

	(void)state;
	assert_int_equal(parse(primary, UPDATE_GROUP("True")), 1);
	assert_int_equal(n_notes, 1);
	assert_string_equal(notes[0], "update.xml: the update megaraid brings no drivers and was left out.");
	notes = NULL;
	n_notes = 0;
	assert_int_equal(parse(PRIMARY("<package type=\"rpm\"/>"), UPDATE_GROUP("True")), 1);
	assert_string_equal(notes[0], "update.xml: the update megaraid brings no drivers and was left out.");
}

/* dnf, by which the product asks, lists no group that is not visible. */
static void a_hidden_group_offers_nothing(void **state)
{
	static const char *const comps[] = {
		"<comps><group><id>drivers</id><uservisible>False</uservisible><packagelist><packagereq>update-x</packagereq>"
		"</packagelist></group></comps>",
		"<comps><group><uservisible>false</uservisible><id>drivers</id><packagelist><packagereq>update-x</packagereq>"
		"</packagelist></group><group><id>base</id><uservisible>true</uservisible></group></comps>",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		notes = NULL;
		n_notes = 0;
		assert_int_equal(parse(PRIMARY(META("")), comps[i]), 1);
		assert_int_equal(n_notes, 1);
		assert_string_equal(notes[0],
				    "update.xml: the group \"drivers\" of the update megaraid is marked as not visible: "
				    "it is not offered by itself.");
	}
	assert_int_equal(parse(PRIMARY(META("")),
			       "<comps><group><id>base</id><uservisible>false</uservisible></group><group><id>drivers</id>"
			       "<uservisible>True</uservisible><packagelist><packagereq>update-x</packagereq></packagelist>"
			       "</group></comps>"),
			 0);
}

static void groups_name_mandatory_and_default(void **state)
{
	static const char comps[] = COMPS_OF(
		"<packagereq>a</packagereq><packagereq type=\"default\">b</packagereq>"
		"<packagereq type=\"optional\">c</packagereq><packagereq type=\"mandatory\"> d </packagereq>");

	(void)state;
	assert_int_equal(parse(PRIMARY(PACKAGE("d", "1", "", "") PACKAGE("c", "1", "", "") PACKAGE("b", "1", "", "")
					       PACKAGE("a", "1", "", "")),
			       comps),
			 0);
	assert_string_equal(labels(), "a b d");
	assert_int_equal(repo.packages[0].type, DDL_PKG_DRIVER_RPM); /* it leads nowhere: the driver itself */
}

/* --------------------------------------------------------------- resolving */

static void resolves_through_provides(void **state)
{
	(void)state;
	/* further than one step, several that provide it, a circle */
	assert_int_equal(parse(PRIMARY(META(ENTRY("a")) PACKAGE("a", "1", "", ENTRY("modules"))
					       PACKAGE("k1", "1", ENTRY("modules"), ENTRY("a"))
						       PACKAGE("k2", "1", ENTRY("modules"), ENTRY("update-x"))
							       PACKAGE("out", "1", ENTRY("other"), "")),
			       COMPS),
			 0);
	assert_string_equal(labels(), "update-x a k1 k2");
	assert_int_equal(n_notes, 1);
}

static void takes_the_newest_that_will_do(void **state)
{
	static const char drivers[] = PACKAGE("d", "1.9", "", "") PACKAGE("d", "1.10", "", "") PACKAGE("d", "1.8", "", "");
	static const struct {
		const char *need, *file;
	} rows[] = {
		{ ENTRY("d"), "Packages/d-1.10.rpm" },
		{ EXACT("d", "LT", "1.10"), "Packages/d-1.9.rpm" },
		{ EXACT("d", "EQ", "1.8"), "Packages/d-1.8.rpm" },
		{ EXACT("d", "GE", "1.9"), "Packages/d-1.10.rpm" },
		{ EXACT("d", "LE", "1.8"), "Packages/d-1.8.rpm" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *primary = ddl_arena_printf(
			arena,
			"<metadata xmlns:rpm=\"r\">%s<package><name>update-x</name><arch>noarch</arch>"
			"<version ver=\"1\" rel=\"1\"/><checksum type=\"sha256\">" SUM "</checksum><size package=\"1\"/>"
			"<location href=\"u.rpm\"/><format><rpm:requires>%s</rpm:requires></format></package></metadata>",
			drivers, rows[i].need);

		assert_int_equal(parse(primary, COMPS), 0);
		assert_int_equal(repo.n_packages, 2);
		assert_string_equal(repo.packages[1].file, rows[i].file);
	}
	/* none in that version: the product's */
	assert_int_equal(parse(PRIMARY(META(EXACT("d", "GT", "2")) PACKAGE("d", "1.9", "", "")), COMPS), 0);
	assert_int_equal(repo.n_packages, 1);
	assert_int_equal(repo.n_requires, 1);
	assert_int_equal(repo.requires[0].test, DDL_TEST_GT);
}

static void passes_over_sources(void **state)
{
	(void)state;
	assert_int_equal(parse(PRIMARY(META(ENTRY("d")) BODY("d", "3", "src", "d.src.rpm", SUM, "", "")
					       BODY("d", "2", "x86_64", "d.rpm", SUM, "", "")),
			       COMPS),
			 0);
	assert_int_equal(repo.n_packages, 2);
	assert_string_equal(repo.packages[1].file, "d.rpm");
}

static void compares_versions_as_rpm_does(void **state)
{
	/* each is older than the next; the rule is rpm's own (rpmvercmp) */
	static const char *const rising[] = { "1.0~rc1", "1.0~rc2", "1.0", "1.0^git1", "1.0.a", "1.0.1",
					      "1.0.02",  "1.0.10",  "1.1", "2a",       "2.0",   "10" };
	static const struct {
		const char *a, *b;
	} same[] = { { "1.0", "1.0" }, { "1.05", "1.5" }, { "1_0", "1.0" }, { "4.19.0+1", "4.19.0.1" } };
	size_t n = sizeof(rising) / sizeof(*rising);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			const struct ddl_evr a = { "", rising[i], "" }, b = { "0", rising[j], "5" };
			int wanted = (i > j) - (i < j);

			if (ddl_evr_compare(&a, &b) != wanted)
				fail_with("%s and %s: %d", rising[i], rising[j], ddl_evr_compare(&a, &b));
		}
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		const struct ddl_evr a = { "", same[i].a, "" }, b = { "", same[i].b, "" };

		assert_int_equal(ddl_evr_compare(&a, &b), 0);
	}
	assert_int_equal(ddl_evr_compare(&(struct ddl_evr){ "1", "1", "1" }, &(struct ddl_evr){ "", "2", "1" }), 1);
	assert_int_equal(ddl_evr_compare(&(struct ddl_evr){ "", "1", "2" }, &(struct ddl_evr){ "", "1", "10" }), -1);
}

/* ---------------------------------------------------------------- bad input */

static void update_errors_name_the_field(void **state)
{
	static const struct {
		const char *update, *text;
	} rows[] = {
		{ "<update uuid='1'/>", "update.xml line 1: the attribute name-label is missing" },
		{ "<update name-label='' uuid='1'/>", "update.xml line 1: the attribute name-label is empty" },
		{ "<update name-label='a'/>", "update.xml line 1: the attribute uuid is missing" },
		{ "<patch/>", "update.xml line 1: the outermost element is <patch>: <update> was expected" },
		{ "<update name-label='a' uuid='1' key='../etc/passwd'/>",
		  "update.xml line 1: the file name \"../etc/passwd\" is absolute or leads out of the pack" },
		{ "<update name-label='a' uuid='1' enforce-homogeneity='maybe'/>",
		  "update.xml line 1: enforce-homogeneity is \"maybe\": true or false was expected" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect(parse_with(rows[i].update, "<repomd/>", "", 0, COMPS), DDL_E_METADATA, rows[i].text);
	expect(parse_with("<update name-label='a' uuid='1'>", "", "", 0, COMPS), DDL_E_XML,
	       "update.xml line 1: Premature end of data in tag update line 1");
	assert_int_equal(parse_with("<update name-label='a' uuid='1'/>", repomd_of("<x/>", 4, COMPS), "<x/>", 4, COMPS), -1);
	assert_string_equal(repo.description, "a"); /* without one it is the name */
}

static void repomd_errors_name_the_field(void **state)
{
	static const struct {
		const char *repomd, *text;
	} rows[] = {
		{ "<repomd/>", "repodata/repomd.xml: it lists no packages (primary)" },
		{ "<metalink/>", "repodata/repomd.xml line 1: the outermost element is <metalink>: <repomd> was expected" },
		{ "<repomd><data type='primary'><location href='a'/></data></repomd>",
		  "repodata/repomd.xml: what it says of primary is not whole" },
		{ "<repomd><data type='primary'><checksum type='md5'>2fb99ae91000b446f3d71d782c734dae</checksum></data></repomd>",
		  "repodata/repomd.xml line 1: a checksum is of the kind \"md5\": sha256 was expected" },
		{ "<repomd><data type='primary'><checksum type='sha256'>12</checksum></data></repomd>",
		  "repodata/repomd.xml line 1: sha256 is \"12\": 64 hexadecimal digits were expected" },
		{ "<repomd><data type='primary'><size>-1</size></data></repomd>",
		  "repodata/repomd.xml line 1: size is \"-1\": a whole number of bytes was expected" },
		{ "<repomd><data type='primary'><open-size>1 MB</open-size></data></repomd>",
		  "repodata/repomd.xml line 1: size is \"1 MB\": a whole number of bytes was expected" },
		{ "<repomd><data type='primary'><location href='../primary.xml'/></data></repomd>",
		  "repodata/repomd.xml line 1: the file name \"../primary.xml\" is absolute or leads out of the pack" },
		{ "<repomd><data type='group'><location href='/etc/passwd'/></data></repomd>",
		  "repodata/repomd.xml line 1: the file name \"/etc/passwd\" is absolute or leads out of the pack" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect(parse_with(UPDATE, rows[i].repomd, "", 0, COMPS), DDL_E_METADATA, rows[i].text);
}

static void lists_must_be_those_of_repomd(void **state)
{
	static const char primary[] = PRIMARY(META("")), other[] = PRIMARY(META(" ")), comps[] = COMPS;
	const char *repomd = repomd_of(primary, sizeof(primary) - 1, COMPS);
	struct ddl_blob blobs[] = { blob("p/update.xml", UPDATE), blob("p/repodata/repomd.xml", repomd),
				    blob("p/repodata/comps.xml", comps) };
	struct built bomb, bytes = { 0 };

	(void)state;
	expect(parse_with(UPDATE, repomd, other, sizeof(other) - 1, comps), DDL_E_LIST,
	       ddl_arena_printf(arena, "repodata/primary.xml: it has %zu bytes, repomd.xml lists %zu", sizeof(other) - 1,
				sizeof(primary) - 1));
	expect(parse_with(UPDATE, repomd, PRIMARY(META("") " "), 0, ""), DDL_E_LIST,
	       "repodata/comps.xml: its SHA-256 is not the one that repomd.xml lists");
	expect(ddl_repo_parse_update(arena, "p", blobs, 3, &repo, &notes, &n_notes, &error), DDL_E_LIST,
	       "repodata/primary.xml: repomd.xml lists it, but it is not there");
	expect(ddl_repo_parse_update(arena, "p", blobs, 1, &repo, &notes, &n_notes, &error), DDL_E_LIST,
	       "p/update.xml has no repodata/repomd.xml beside it");
	while (bytes.length < 70U * 1024U * 1024U)
		built_add(&bytes, (char[1024]){ 0 }, 1024);
	bomb = build_compressed("gzip", bytes.bytes, bytes.length);
	expect(parse_with(UPDATE, repomd_of((const char *)bomb.bytes, bomb.length, COMPS), (const char *)bomb.bytes, bomb.length,
			  COMPS),
	       DDL_E_TOO_LARGE, "repodata/primary.xml: it unpacks to more than a list of packages needs");
	bomb.length /= 2;
	bomb.length = bomb.length > 1000 ? 1000 : bomb.length;
	expect(parse_with(UPDATE, repomd_of((const char *)bomb.bytes, bomb.length, COMPS), (const char *)bomb.bytes, bomb.length,
			  COMPS),
	       DDL_E_LIST, "repodata/primary.xml: it cannot be unpacked");
	built_free(&bomb);
	built_free(&bytes);
}

static void open_checksums_are_tested(void **state)
{
	static const char text[] = "some text", wrong[] = SUM;
	struct built packed = build_compressed("gzip", text, sizeof(text) - 1);
	struct ddl_blob from = { "x.gz", (const char *)packed.bytes, packed.length, false }, opened;
	struct ddl_repomd_file file = { "x.gz", sha256_hex(packed.bytes, packed.length), sha256_hex(text, sizeof(text) - 1),
					packed.length, sizeof(text) - 1 };

	(void)state;
	assert_int_equal(ddl_repomd_open(&from, &file, &opened, &error), 0);
	assert_int_equal(opened.length, sizeof(text) - 1);
	free((void *)(uintptr_t)opened.bytes);
	file.open_size = 8;
	expect(ddl_repomd_open(&from, &file, &opened, &error), DDL_E_LIST, "x.gz: it has 9 bytes, repomd.xml lists 8");
	free((void *)(uintptr_t)opened.bytes);
	file.open_size = sizeof(text) - 1;
	file.open_sum = wrong;
	expect(ddl_repomd_open(&from, &file, &opened, &error), DDL_E_LIST,
	       "x.gz: its SHA-256 is not the one that repomd.xml lists");
	free((void *)(uintptr_t)opened.bytes);
	from.too_large = true;
	expect(ddl_repomd_open(&from, &file, &opened, &error), DDL_E_TOO_LARGE, "x.gz: more than 16777216 bytes");
	built_free(&packed);
}

static void drivers_must_be_there(void **state)
{
	(void)state;
	expect(parse(PRIMARY(PACKAGE("other", "1", ENTRY("update-x"), "")), COMPS), DDL_E_METADATA,
	       "repodata/primary.xml: the group \"drivers\" names update-x, which is not on this disk");
	expect(parse(PRIMARY(""), COMPS), DDL_E_METADATA,
	       "repodata/primary.xml: the group \"drivers\" names update-x, which is not on this disk");
	expect(parse(PRIMARY(""), COMPS_OF("")), DDL_E_METADATA, "repodata/comps.xml: its group \"drivers\" names no package");
}

static void primary_errors_name_package_and_field(void **state)
{
#define HEAD "<package><name>d</name><arch>x86_64</arch>"
#define REST "<checksum type='sha256'>" SUM "</checksum><size package='1'/><location href='d.rpm'/>"
	static const struct {
		const char *primary, *text;
	} rows[] = {
		{ "<metadata><package/></metadata>", "package 1: %s: the element name is missing or empty" },
		{ "<metadata><package><name> </name></package></metadata>",
		  "package 1: %s: the element name is missing or empty" },
		{ "<metadata>" HEAD REST "</package></metadata>", "package 1 (d): %s: the element version is missing or empty" },
		{ "<metadata>" HEAD "<version ver='1'/></package><package/></metadata>",
		  "package 1 (d): %s: the element checksum is missing or empty" },
		{ "<metadata>" HEAD "<version ver='1'/><checksum type='sha256'>" SUM "</checksum></package></metadata>",
		  "package 1 (d): %s: the element size is missing or empty" },
		{ "<metadata>" HEAD "<version ver='1'/><checksum type='sha256'>" SUM
		  "</checksum><size package='1'/></package></metadata>",
		  "package 1 (d): %s: the element location is missing or empty" },
		{ "<metadata>" HEAD "<checksum type='md5'>12</checksum></package></metadata>",
		  "package 1 (d): %s: a checksum is of the kind \"md5\": sha256 was expected" },
		{ "<metadata>" HEAD "<size package='many'/></package></metadata>",
		  "package 1 (d): %s: size is \"many\": a whole number of bytes was expected" },
		{ "<metadata>" HEAD "<size/></package></metadata>", "package 1 (d): %s: the attribute package is missing" },
		{ "<metadata>" HEAD "<location href='../../etc/passwd'/></package></metadata>",
		  "package 1 (d): %s: the file name \"../../etc/passwd\" is absolute or leads out of the pack" },
		{ "<metadata>" HEAD "<location href='/d.rpm'/></package></metadata>",
		  "package 1 (d): %s: the file name \"/d.rpm\" is absolute or leads out of the pack" },
		{ "<metadata><package type='deb'/></metadata>", "package 1: %s: type is \"deb\": rpm was expected" },
		{ "<metadata xmlns:rpm='r'>" HEAD
		  "<format><rpm:requires><rpm:entry name='a' flags='NE' ver='1'/></rpm:requires></format></package></metadata>",
		  "package 1 (d): %s: flags is \"NE\": EQ, LT, GT, LE or GE was expected" },
		{ "<other/>", "%s: the outermost element is <other>: <metadata> was expected" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *rest = strstr(rows[i].text, "%s"),
			   *text = ddl_arena_printf(arena, "repodata/primary.xml line 1: %.*s%s", (int)(rest - rows[i].text),
						    rows[i].text, rest + (rest[2] == ':' ? 4 : 2));

		expect(parse(rows[i].primary, COMPS), DDL_E_METADATA, text);
	}
}

static void refuses_packages_twice(void **state)
{
	(void)state;
	expect(parse(PRIMARY(META("") BODY("d", "1", "noarch", "d.rpm", SUM, "", "")
				     BODY("e", "1", "noarch", "d.rpm", SUM, "", "")),
		     COMPS),
	       DDL_E_METADATA, "repodata/primary.xml: \"d.rpm\" is named twice");
	expect(parse(PRIMARY(META("") BODY("d", "1", "noarch", "d.rpm", SUM, "", "")
				     BODY("d", "1", "noarch", "e.rpm", SUM, "", "")),
		     COMPS),
	       DDL_E_METADATA, "repodata/primary.xml: \"e.rpm\" is named twice");
}

/* `count` packages beside the metapackage, each of which it requires. */
static struct built many(size_t count)
{
	struct built text = { 0 };
	char line[1024];

	built_text(&text, "<metadata xmlns:rpm=\"r\">");
	for (size_t i = 0; i <= count; i++) {
		(void)snprintf(line, sizeof(line),
			       "<package><name>%s%zu</name><arch>noarch</arch><version ver=\"1\" rel=\"1\"/>"
			       "<checksum type=\"sha256\">" SUM
			       "</checksum><size package=\"1\"/><location href=\"Packages/%zu.rpm\"/><format>"
			       "<rpm:provides><rpm:entry name=\"cap%zu\"/><rpm:entry name=\"all\"/></rpm:provides><rpm:requires>",
			       i ? "p" : "update-", i, i, i);
		built_text(&text, line);
		(void)snprintf(line, sizeof(line), "<rpm:entry name=\"cap%zu\"/></rpm:requires></format></package>", i + 1);
		built_text(&text, line);
	}
	built_text(&text, "</metadata>");
	return text;
}

static void ten_thousand_packages_are_read_and_more_refused(void **state)
{
	static const char comps[] = COMPS_OF("<packagereq>update-0</packagereq>");
	struct built text = many(DDL_MAX_PACKAGES - 1);

	(void)state;
	assert_int_equal(parse_with(UPDATE, repomd_of((const char *)text.bytes, text.length, comps), (const char *)text.bytes,
				    text.length, comps),
			 0);
	assert_int_equal(repo.n_packages, DDL_MAX_PACKAGES); /* one leads to the next */
	built_free(&text);
	text = many(DDL_MAX_PACKAGES);
	expect(parse_with(UPDATE, repomd_of((const char *)text.bytes, text.length, comps), (const char *)text.bytes, text.length,
			  comps),
	       DDL_E_TOO_LARGE, "repodata/primary.xml: more than 10000 packages");
	built_free(&text);
}

/* Each requires what each provides: to be looked through a hundred million times. */
static void many_that_need_each_other_are_refused(void **state)
{
	struct built text = { 0 };
	char line[1024];

	(void)state;
	built_text(&text, "<metadata xmlns:rpm=\"r\">");
	for (size_t i = 0; i < 9000; i++) {
		(void)snprintf(line, sizeof(line),
			       "<package><name>%s</name><arch>a%zu</arch><version ver=\"1\"/><checksum type=\"sha256\">" SUM
			       "</checksum><size package=\"1\"/><location href=\"%zu\"/><format><rpm:provides><rpm:entry "
			       "name=\"all\"/></rpm:provides>"
			       "<rpm:requires><rpm:entry name=\"all\"/></rpm:requires></format></package>",
			       i ? "p" : "update-x", i, i);
		built_text(&text, line);
	}
	built_text(&text, "</metadata>");
	expect(parse_with(UPDATE, repomd_of((const char *)text.bytes, text.length, COMPS), (const char *)text.bytes, text.length,
			  COMPS),
	       DDL_E_TOO_LARGE, "repodata/primary.xml: its packages need each other too often");
	built_free(&text);
}

static void tells_which_files_are_wanted(void **state)
{
	static const char primary[] = PRIMARY(META(""));
	struct ddl_blob blobs[] = {
		blob("a/update.xml", UPDATE),
		blob("a/repodata/repomd.xml", repomd_of(primary, 4, COMPS)),
		blob("b/update.xml", UPDATE),
		blob("c/update.xml", "<update/>"),
		blob("c/repodata/repomd.xml", "<repomd/>"),
		blob("d/repodata/repomd.xml", repomd_of(primary, 4, COMPS)),
	};
	const char **files = NULL;
	size_t count = 0;

	(void)state;
	assert_int_equal(ddl_update_files(arena, blobs, sizeof(blobs) / sizeof(*blobs), &files, &count, &error), 0);
	assert_int_equal(count, 3);
	assert_string_equal(files[0], "a/repodata/primary.xml");
	assert_string_equal(files[1], "a/repodata/comps.xml");
	assert_string_equal(files[2], "a/RPM-GPG-KEY-acme");
}

#define BEGUN(name) cmocka_unit_test_setup_teardown(name, begin, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEGUN(reads_a_driver_disk),
		BEGUN(takes_the_control_package_along),
		BEGUN(reads_every_compression),
		BEGUN(an_update_without_drivers_is_none),
		BEGUN(drivers_that_no_group_names),
		BEGUN(a_hotfix_has_no_drivers),
		BEGUN(a_hidden_group_offers_nothing),
		BEGUN(groups_name_mandatory_and_default),
		BEGUN(resolves_through_provides),
		BEGUN(takes_the_newest_that_will_do),
		BEGUN(passes_over_sources),
		BEGUN(compares_versions_as_rpm_does),
		BEGUN(update_errors_name_the_field),
		BEGUN(repomd_errors_name_the_field),
		BEGUN(lists_must_be_those_of_repomd),
		BEGUN(open_checksums_are_tested),
		BEGUN(drivers_must_be_there),
		BEGUN(primary_errors_name_package_and_field),
		BEGUN(refuses_packages_twice),
		BEGUN(ten_thousand_packages_are_read_and_more_refused),
		BEGUN(many_that_need_each_other_are_refused),
		BEGUN(tells_which_files_are_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
