// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of generation 1: its lines, its variables, and every way of writing them wrong. */
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
#include "repository/repository.h"

#define MD5 "2fb99ae91000b446f3d71d782c734dae"
#define REPOSITORY "acme:megaraid-sas\nMegaRAID SAS driver\nXenServer\n5.0.0\n"
#define DRIVER "megaraid_sas 99719 " MD5 " driver megaraid_sas.ko /lib/modules/${KERNEL_VERSION}/extra/megaraid_sas.ko\n"
#define FIRMWARE "fw 12 " MD5 " firmware blobs/megaraid.fw\n"
#define TBZ2 "tools 7 " MD5 " tbz2 optional tools.tar.bz2 /opt/acme\n"

static struct ddl_repo repo;
static const char **notes;
static size_t n_notes;

static int parse(const char *repository, const char *packages)
{
	struct ddl_blob one = { "XS-REPOSITORY", repository, strlen(repository), false };
	struct ddl_blob two = { "XS-PACKAGES", packages, strlen(packages), false };

	memset(&repo, 0x5A, sizeof(repo));
	ddl_error_clear(&error);
	notes = NULL;
	n_notes = 0;
	return ddl_repo_parse_text(arena, "packages", &one, &two, &repo, &notes, &n_notes, &error);
}

static void refuses(const char *repository, const char *packages, enum ddl_code code, const char *text)
{
	assert_int_equal(parse(repository, packages), -1);
	assert_string_equal(error.text, text);
	assert_int_equal(error.code, code);
}

static void reads_all_three_types(void **state)
{
	static const char both[] = REPOSITORY DRIVER FIRMWARE TBZ2;

	(void)state;
	assert_int_equal(parse(REPOSITORY, DRIVER FIRMWARE TBZ2), 0);
	assert_int_equal(repo.family, DDL_FAMILY_XENSERVER_TEXT);
	assert_string_equal(repo.identifier, "acme:megaraid-sas");
	assert_string_equal(repo.originator, "acme");
	assert_string_equal(repo.name, "megaraid-sas");
	assert_string_equal(repo.description, "MegaRAID SAS driver");
	assert_string_equal(repo.product, "XenServer");
	assert_string_equal(repo.version, "5.0.0");
	assert_string_equal(repo.build, "");
	assert_string_equal(repo.directory, "packages");
	assert_string_equal(repo.fingerprint, md5_hex(both, strlen(both)));
	assert_int_equal(repo.n_requires, 0);
	assert_int_equal(repo.n_packages, 3);
	assert_string_equal(repo.packages[0].label, "megaraid_sas");
	assert_int_equal(repo.packages[0].type, DDL_PKG_DRIVER);
	assert_string_equal(repo.packages[0].file, "megaraid_sas.ko");
	assert_string_equal(repo.packages[0].root, "lib/modules/${KERNEL_VERSION}/extra/megaraid_sas.ko");
	assert_string_equal(repo.packages[0].kernel, "");
	assert_string_equal(repo.packages[0].digest, MD5);
	assert_int_equal(repo.packages[0].size, 99719);
	assert_int_equal(repo.packages[0].state, DDL_PKG_UNREAD);
	assert_int_equal(repo.packages[1].type, DDL_PKG_FIRMWARE);
	assert_string_equal(repo.packages[1].file, "blobs/megaraid.fw");
	assert_string_equal(repo.packages[1].root, "");
	assert_int_equal(repo.packages[2].type, DDL_PKG_TBZ2);
	assert_string_equal(repo.packages[2].file, "tools.tar.bz2");
	assert_string_equal(repo.packages[2].root, "opt/acme");
}

static void fills_in_the_kernel(void **state)
{
	(void)state;
	assert_int_equal(parse(REPOSITORY, DRIVER "b 1 " MD5 " driver b.ko lib/${LINUX_KABI_VERSION}/${KERNEL_VERSION}\n"
						  "c 1 " MD5 " tbz2 required c.tbz2 /\n"
						  "d 1 " MD5 " driver d.ko /lib/modules/2.6.18-8.el5xen/extra/d.ko\n"),
			 0);
	assert_string_equal(repo.packages[3].kernel, "2.6.18-8.el5xen");
	assert_string_equal(repo.packages[1].kernel, "");
	assert_string_equal(repo.packages[2].root, "");
	assert_int_equal(ddl_repo_fill_in(arena, &repo, "6.1.0"), 0);
	assert_string_equal(repo.packages[0].root, "lib/modules/6.1.0/extra/megaraid_sas.ko");
	assert_string_equal(repo.packages[1].root, "lib/6.1.0/6.1.0");
	assert_string_equal(repo.packages[3].root, "lib/modules/2.6.18-8.el5xen/extra/d.ko");
}

static void white_space_is_forgiven(void **state)
{
	(void)state;
	assert_int_equal(parse("\xEF\xBB\xBF\n acme:m \r\n\tName  of it\r\nP\r\n1-2\r\n\r\n",
			       "\r\n  a \t1  " MD5 "\tfirmware x.fw  \r\n\n"),
			 0);
	assert_string_equal(repo.identifier, "acme:m");
	assert_string_equal(repo.description, "Name  of it");
	assert_string_equal(repo.version, "1-2");
	assert_int_equal(repo.n_packages, 1);
	assert_int_equal(parse(REPOSITORY, ""), 0);
	assert_int_equal(repo.n_packages, 0);
}

static void reads_the_types_of_5_5(void **state)
{
	(void)state;
	assert_int_equal(parse(REPOSITORY, "megaraid_sas 99719 " MD5 " driver-rpm 2.6.18-128.1.6.el5.xs5.5.0.505.1024xen m.rpm\n"
					   "tools 7 " MD5 " rpm tools.rpm\n"),
			 0);
	assert_int_equal(n_notes, 0);
	assert_int_equal(repo.n_packages, 2);
	assert_int_equal(repo.packages[0].type, DDL_PKG_DRIVER_RPM);
	assert_string_equal(repo.packages[0].kernel, "2.6.18-128.1.6.el5.xs5.5.0.505.1024xen");
	assert_string_equal(repo.packages[0].file, "m.rpm");
	assert_string_equal(repo.packages[0].root, "");
	assert_int_equal(repo.packages[1].type, DDL_PKG_RPM);
	assert_string_equal(repo.packages[1].kernel, "");
	assert_string_equal(repo.packages[1].file, "tools.rpm");
}

/* The product takes all of these; what is odd is told. */
static void repository_lines_may_be_odd(void **state)
{
	static const struct {
		const char *text, *identifier, *originator, *name, *description, *product, *version, *note;
	} odd[] = {
		{ "a:b\nn\np\n", "a:b", "a", "b", "n", "p", "", "XS-REPOSITORY: the line with the version is missing" },
		{ "a:b\n\np\n1\n", "a:b", "a", "b", "a:b", "p", "1", "XS-REPOSITORY: the line with the name is missing" },
		{ "ab\nn\np\n1\n", "ab", "", "ab", "n", "p", "1",
		  "XS-REPOSITORY: the identifier is \"ab\": vendor:name was expected" },
		{ ":b\nn\np\n1\n", ":b", "", ":b", "n", "p", "1",
		  "XS-REPOSITORY: the identifier is \":b\": vendor:name was expected" },
		{ "a:\nn\np\n1\n", "a:", "", "a:", "n", "p", "1",
		  "XS-REPOSITORY: the identifier is \"a:\": vendor:name was expected" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		assert_int_equal(parse(odd[i].text, DRIVER), 0);
		assert_string_equal(repo.identifier, odd[i].identifier);
		assert_string_equal(repo.originator, odd[i].originator);
		assert_string_equal(repo.name, odd[i].name);
		assert_string_equal(repo.description, odd[i].description);
		assert_string_equal(repo.product, odd[i].product);
		assert_string_equal(repo.version, odd[i].version);
		assert_int_equal(n_notes, 1);
		assert_string_equal(notes[0], odd[i].note);
	}
	assert_int_equal(parse("a:b", DRIVER), 0);
	assert_int_equal(n_notes, 3);
	refuses("", "", DDL_E_METADATA, "XS-REPOSITORY: the line with the identifier is missing");
}

/* The fingerprint does not see where one file ends and the other begins. */
static void a_package_cannot_move_up(void **state)
{
	static const char only[] = "identifier, name, product and version were expected, and nothing else";
	char text[256];

	(void)state;
	(void)snprintf(text, sizeof(text), "XS-REPOSITORY line 5: %s", only);
	refuses(REPOSITORY DRIVER, FIRMWARE, DDL_E_METADATA, text);
	refuses(REPOSITORY "me", "garaid_sas 99719 " MD5 " firmware x\n", DDL_E_METADATA, text);
	(void)snprintf(text, sizeof(text), "XS-REPOSITORY line 4: %s", only);
	refuses("acme:m\nname\nXenServer\n" DRIVER, FIRMWARE, DDL_E_METADATA, text);
	refuses("acme:m\n\nP\n1\nme", "garaid_sas 1 " MD5 " firmware x\n", DDL_E_METADATA,
		"XS-REPOSITORY line 5: identifier, name, product and version were expected, and nothing else");
	refuses("acme:m\n\nname\n" DRIVER "5.0.0\n", FIRMWARE, DDL_E_METADATA, text);
}

static void an_unknown_type_is_left_out(void **state)
{
	char text[4096] = FIRMWARE;

	(void)state;
	assert_int_equal(parse(REPOSITORY, "a 1 " MD5 " deb x\n" FIRMWARE), 0);
	assert_int_equal(repo.n_packages, 1);
	assert_string_equal(repo.packages[0].label, "fw");
	assert_int_equal(n_notes, 1);
	assert_string_equal(notes[0],
			    "XS-PACKAGES line 1: type is \"deb\": driver-rpm, rpm, tbz2, driver or firmware was expected; "
			    "this package was left out.");
	refuses(REPOSITORY, "a 1 " MD5 " deb x", DDL_E_METADATA,
		"XS-PACKAGES line 1: type is \"deb\": driver-rpm, rpm, tbz2, driver or firmware was expected");
	for (int i = 0; i < 20; i++) /* not more is said of them than can be read */
		strcat(text, "a 1 " MD5 " deb x\n");
	assert_int_equal(parse(REPOSITORY, text), 0);
	assert_int_equal(n_notes, 9);
	assert_string_equal(notes[8], "acme:megaraid-sas: 20 packages were left out in all.");
}

static void package_lines_may_be_wrong(void **state)
{
	(void)state;
	refuses(REPOSITORY, DRIVER "a 1", DDL_E_METADATA,
		"XS-PACKAGES line 2: the fields name, size, md5 and type were expected");
	refuses(REPOSITORY, "a 1 " MD5 " driver-rpm x", DDL_E_METADATA,
		"XS-PACKAGES line 1: a driver-rpm has 6 fields, here are 5");
	refuses(REPOSITORY, "a 1 " MD5 " driver x.ko", DDL_E_METADATA, "XS-PACKAGES line 1: a driver has 6 fields, here are 5");
	refuses(REPOSITORY, "a -1 " MD5 " firmware x", DDL_E_METADATA,
		"XS-PACKAGES line 1: size is \"-1\": a whole number of bytes was expected");
	refuses(REPOSITORY, "a 1 12:34 firmware x", DDL_E_METADATA,
		"XS-PACKAGES line 1: md5 is \"12:34\": 32 hexadecimal digits were expected");
	refuses(REPOSITORY, "a 1 " MD5 " firmware ../x", DDL_E_METADATA,
		"XS-PACKAGES line 1: the file name \"../x\" is absolute or leads out of the pack");
	refuses(REPOSITORY, "a 1 " MD5 " firmware /etc/x", DDL_E_METADATA,
		"XS-PACKAGES line 1: the file name \"/etc/x\" is absolute or leads out of the pack");
	refuses(REPOSITORY, "a 1 " MD5 " firmware x\033[2J", DDL_E_METADATA,
		"XS-PACKAGES line 1: \"x?[2J\" holds characters that cannot be shown");
	refuses(REPOSITORY, "a 1 " MD5 " driver x.ko /lib/../../x", DDL_E_METADATA,
		"XS-PACKAGES line 1: the destination is \"/lib/../../x\": a path without \"..\" was expected");
	refuses(REPOSITORY, "a 1 " MD5 " driver x.ko /lib/${HOME}/x", DDL_E_METADATA,
		"XS-PACKAGES line 1: nobody knows what \"${HOME}/x\" stands for");
	refuses(REPOSITORY, "a 1 " MD5 " firmware x\nb 2 " MD5 " firmware ./x\n", DDL_E_METADATA,
		"XS-PACKAGES: \"x\" is named twice");
	refuses(REPOSITORY, "1 2 3 4 5 6 7 8 9", DDL_E_METADATA,
		"XS-PACKAGES line 1: the line has too many fields, or one that is too long");
}

static void limits_hold(void **state)
{
	struct ddl_blob one = { "XS-REPOSITORY", REPOSITORY, strlen(REPOSITORY), false };
	struct ddl_blob large = { "XS-PACKAGES", NULL, 0, true }, zero = { "XS-PACKAGES", "a\0b", 3, false };
	const size_t room = (size_t)(DDL_MAX_PACKAGES + 1) * 64;
	char *text = malloc(room);
	size_t used = 0;

	(void)state;
	assert_int_equal(ddl_repo_parse_text(arena, "", &one, &large, &repo, NULL, NULL, &error), -1);
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
	assert_int_equal(ddl_repo_parse_text(arena, "", &one, &zero, &repo, NULL, NULL, &error), -1);
	assert_int_equal(error.code, DDL_E_METADATA);
	assert_non_null(text);
	for (unsigned i = 0; i < DDL_MAX_PACKAGES; i++)
		used += (size_t)snprintf(text + used, room - used, "p 1 " MD5 " firmware %u\n", i);
	assert_int_equal(parse(REPOSITORY, text), 0);
	assert_int_equal(repo.n_packages, DDL_MAX_PACKAGES);
	(void)snprintf(text + used, room - used, "p 1 " MD5 " firmware x\n");
	assert_int_equal(parse(REPOSITORY, text), -1);
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_all_three_types),    TEST(fills_in_the_kernel),         TEST(white_space_is_forgiven),
		TEST(reads_the_types_of_5_5),   TEST(repository_lines_may_be_odd), TEST(an_unknown_type_is_left_out),
		TEST(a_package_cannot_move_up), TEST(package_lines_may_be_wrong),  TEST(limits_hold),
	};

	return cmocka_run_group_tests_name("generation 1", tests, NULL, NULL);
}
