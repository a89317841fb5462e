// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of finding and reading repositories: good packs, bad input of every kind, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libxml/parser.h>
#include <unistd.h>

#include "fixture.h"
#include "repository/reader.h"
#include "repository/repository.h"

#define MD5_A "2fb99ae91000b446f3d71d782c734dae"
#define REPOSITORY_HEAD \
	"<repository build=\"7\" name=\"megaraid-sas\" originator=\"acme\" product=\"XenServer\" version=\"1.0\">\n"
#define DESCRIPTION "  <description>MegaRAID SAS driver 07.999</description>\n"
#define REQUIRES \
	"  <requires originator=\"xs\" name=\"main\" test=\"ge\" product=\"XenServer\" version=\"6.5.0\" build=\"90233\"/>\n"
#define REPOSITORY REPOSITORY_HEAD DESCRIPTION REQUIRES "</repository>\n"
#define PACKAGE \
	"  <package kernel=\"6.1.0-56-amd64\" label=\"megaraid_sas\" md5=\"" MD5_A "\"\n" \
	"           size=\"99719\" type=\"driver-rpm\">megaraid_sas-modules-6.1.0-56-amd64-07.999-1.x86_64.rpm</package>\n"
#define PACKAGES "<packages>\n" PACKAGE "</packages>\n"

static struct ddl_repo repo;

static struct ddl_blob blob(const char *name, const char *text)
{
	struct ddl_blob made = { name, text, strlen(text), false };

	return made;
}

static int parse(const char *repository, const char *packages)
{
	struct ddl_blob one = blob("XS-REPOSITORY", repository), two = blob("XS-PACKAGES", packages);

	memset(&repo, 0x5A, sizeof(repo)); /* nothing may be left as it was */
	return ddl_repo_parse_xml(arena, "", &one, &two, &repo, NULL, NULL, &error);
}

static void expect_error(const char *repository, const char *packages, enum ddl_code code, const char *text)
{
	ddl_error_clear(&error);
	assert_int_equal(parse(repository, packages), -1);
	if (error.code != code || strcmp(error.text, text) != 0)
		fail_with("%s: \"%s\", expected %s: \"%s\"", ddl_code_name(error.code), error.text, ddl_code_name(code), text);
}

/* ---------------------------------------------------------------- good packs */

static void reads_a_driver_pack(void **state)
{
	const struct ddl_package *package;

	(void)state;
	assert_int_equal(parse(REPOSITORY, PACKAGES), 0);
	assert_int_equal(repo.family, DDL_FAMILY_XENSERVER_XML);
	assert_string_equal(repo.identifier, "acme:megaraid-sas");
	assert_string_equal(repo.originator, "acme");
	assert_string_equal(repo.name, "megaraid-sas");
	assert_string_equal(repo.product, "XenServer");
	assert_string_equal(repo.version, "1.0");
	assert_string_equal(repo.build, "7");
	assert_string_equal(repo.description, "MegaRAID SAS driver 07.999");
	assert_string_equal(repo.directory, "");
	assert_string_equal(repo.where, "");
	assert_int_equal(repo.memory_mb, 0);
	assert_false(repo.homogeneous);
	assert_false(repo.hidden);
	assert_null(repo.medium);
	assert_int_equal(repo.n_requires, 1);
	assert_string_equal(repo.requires[0].originator, "xs");
	assert_string_equal(repo.requires[0].name, "main");
	assert_string_equal(repo.requires[0].version, "6.5.0");
	assert_string_equal(repo.requires[0].build, "90233");
	assert_int_equal(repo.requires[0].test, DDL_TEST_GE);
	assert_int_equal(repo.n_packages, 1);
	package = &repo.packages[0];
	assert_string_equal(package->label, "megaraid_sas");
	assert_int_equal(package->type, DDL_PKG_DRIVER_RPM);
	assert_string_equal(package->kernel, "6.1.0-56-amd64");
	assert_string_equal(package->file, "megaraid_sas-modules-6.1.0-56-amd64-07.999-1.x86_64.rpm");
	assert_string_equal(package->root, "");
	assert_string_equal(package->options, "");
	assert_string_equal(package->version, "");
	assert_string_equal(package->digest, MD5_A);
	assert_int_equal(package->size, 99719);
	assert_int_equal(package->state, DDL_PKG_UNREAD);
	assert_int_equal(package->fit, DDL_FIT_UNREAD);
	assert_int_equal(package->trouble.code, DDL_OK);
}

/* md5sum of the two files one after the other, by another program. */
static void fingerprint_is_that_of_md5sum(void **state)
{
	char path[] = "/tmp/ddload-test-XXXXXX", command[64], sum[33] = "";
	int fd = mkstemp(path);
	FILE *pipe;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, REPOSITORY PACKAGES, strlen(REPOSITORY PACKAGES)), strlen(REPOSITORY PACKAGES));
	assert_int_equal(close(fd), 0);
	(void)snprintf(command, sizeof(command), "md5sum %s", path);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	assert_int_equal(fread(sum, 1, 32, pipe), 32);
	(void)pclose(pipe);
	(void)unlink(path);
	assert_int_equal(parse(REPOSITORY, PACKAGES), 0);
	assert_string_equal(repo.fingerprint, sum);
}

/* As packs for 6.0 to 6.2 have it: each driver for xen and for kdump, and firmware for any. */
static void reads_kdump_twins(void **state)
{
	(void)state;
	assert_int_equal(parse(REPOSITORY,
			       "<packages>"
			       "<package type='driver-rpm' label='bnx2x' kernel='2.6.32.12-0.7.1.xs6.0.2.542.170665xen' size='1' "
			       "md5='" MD5_A "'>\n"
			       "  bnx2x-modules-xen-2.6.32.12-0.7.1.xs6.0.2.542.170665-1.72.55-1.i386.rpm\n</package>"
			       "<package type='driver-rpm' label='bnx2x' kernel='2.6.32.12-0.7.1.xs6.0.2.542.170665kdump' "
			       "size='2' md5='" MD5_A "'>"
			       "\tbnx2x-modules-kdump-2.6.32.12-0.7.1.xs6.0.2.542.170665-1.72.55-1.i386.rpm\t</package>"
			       "<package type='driver-rpm' label='bnx2x-firmware' kernel='any' size='3' "
			       "md5='D4A71BC7572354F0FDBCB78AE6165C0D'>"
			       "bnx2x-firmware-1.72.55-1.noarch.rpm</package></packages>"),
			 0);
	assert_int_equal(repo.n_packages, 3);
	assert_string_equal(repo.packages[0].kernel, "2.6.32.12-0.7.1.xs6.0.2.542.170665xen");
	assert_string_equal(repo.packages[0].file, "bnx2x-modules-xen-2.6.32.12-0.7.1.xs6.0.2.542.170665-1.72.55-1.i386.rpm");
	assert_string_equal(repo.packages[1].kernel, "2.6.32.12-0.7.1.xs6.0.2.542.170665kdump");
	assert_string_equal(repo.packages[1].file, "bnx2x-modules-kdump-2.6.32.12-0.7.1.xs6.0.2.542.170665-1.72.55-1.i386.rpm");
	assert_string_equal(repo.packages[2].kernel, "any");
	assert_string_equal(repo.packages[2].digest, "d4a71bc7572354f0fdbcb78ae6165c0d");
	assert_int_equal(repo.packages[2].size, 3);
}

static void reads_every_type_and_option(void **state)
{
	(void)state;
	assert_int_equal(
		parse("<repository name='n' originator='o' product='p' version='1-2.3-4.5-6' memory-requirement-mb='752'"
		      " enforce-homogeneity='true' hidden='True'><description>d</description></repository>",
		      "<packages>"
		      "<package type='rpm' label='a' size='0' md5='" MD5_A
		      "' options='-U --nodeps' kernel='any'>sub/./a.rpm</package>"
		      "<package type='tbz2' label='b' size='9223372036854775807' md5='" MD5_A "' root='/'>./b.tar.bz2</package>"
		      "<package type='driver' label='c' size='00012' md5='" MD5_A
		      "' root='/lib/modules/${KERNEL_VERSION}/extra'>c.ko</package>"
		      "<package type='firmware' label='d' size='1' md5='" MD5_A "'><!-- a --><![CDATA[d&e.fw]]></package>"
		      "</packages>"),
		0);
	assert_int_equal(repo.memory_mb, 752);
	assert_true(repo.homogeneous);
	assert_true(repo.hidden);
	assert_string_equal(repo.version, "1-2.3-4.5-6");
	assert_string_equal(repo.build, "");
	assert_int_equal(repo.n_packages, 4);
	assert_int_equal(repo.packages[0].type, DDL_PKG_RPM);
	assert_string_equal(repo.packages[0].options, "-U --nodeps");
	assert_string_equal(repo.packages[0].file, "sub/a.rpm");
	assert_int_equal(repo.packages[1].type, DDL_PKG_TBZ2);
	assert_string_equal(repo.packages[1].root, "");
	assert_string_equal(repo.packages[1].file, "b.tar.bz2");
	assert_true(repo.packages[1].size == 9223372036854775807ULL);
	assert_int_equal(repo.packages[2].type, DDL_PKG_DRIVER);
	assert_string_equal(repo.packages[2].root, "lib/modules/${KERNEL_VERSION}/extra");
	assert_int_equal(repo.packages[2].size, 12);
	assert_int_equal(repo.packages[3].type, DDL_PKG_FIRMWARE);
	assert_string_equal(repo.packages[3].file, "d&e.fw");
	assert_string_equal(repo.packages[3].kernel, "");
}

static void reads_every_test(void **state)
{
	static const char *const tests[] = { "eq", "ne", "lt", "gt", "le", "ge" };

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		char text[512];

		(void)snprintf(text, sizeof(text),
			       REPOSITORY_HEAD DESCRIPTION "<requires name='main' version='1-2.3-4.5-6' test='%s'/></repository>",
			       tests[i]);
		assert_int_equal(parse(text, PACKAGES), 0);
		assert_int_equal(repo.n_requires, 1);
		assert_int_equal(repo.requires[0].test, i);
		assert_string_equal(repo.requires[0].originator, ""); /* has been seen without one */
		assert_string_equal(repo.requires[0].build, "");
		assert_string_equal(repo.requires[0].version, "1-2.3-4.5-6");
	}
}

static void takes_any_root_and_unknown_things(void **state)
{
	(void)state;
	assert_int_equal(
		parse("\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- made by hand -->\n"
		      "<repository xmlns='urn:x' colour='red' name='n' originator='o' product='p' version='1'>"
		      "<requires name='a' version='1' test='eq'>text</requires><new><description>not this</description></new>"
		      "<description>a &lt;b&gt; <i>no</i>&#x63;</description><description>second</description></repository>",
		      "<?xml version='1.0'?><pkgs><group>" PACKAGE "</group>stray text<other/></pkgs>"),
		0);
	assert_string_equal(repo.description, "a <b> c");
	assert_int_equal(repo.n_requires, 1);
	assert_int_equal(repo.n_packages, 1);
	assert_int_equal(parse(REPOSITORY, "<packages/>"), 0);
	assert_int_equal(repo.n_packages, 0);
}

static void cleans_text_for_showing(void **state)
{
	(void)state;
	assert_int_equal(parse("<repository name='n' originator='&#x85;o' product='\xE2\x80\xAEp' version='1'>"
			       "<description>\n  Treiber f\xC3\xBCr\n\xE9\x9B\xBB\xE8\x84\xB3\t&#x200B;&#x9B;2J  "
			       "</description></repository>",
			       "<packages><package type='rpm' label='&amp;&#x202E;x' size=' 5 ' md5='\n" MD5_A
			       " '>f\xC3\xBC.rpm</package></packages>"),
			 0);
	assert_string_equal(repo.description, "Treiber f\xC3\xBCr \xE9\x9B\xBB\xE8\x84\xB3 ??2J");
	assert_string_equal(repo.product, "?p");
	assert_string_equal(repo.packages[0].label, "&?x");
	assert_string_equal(repo.packages[0].file, "f\xC3\xBC.rpm");
	assert_int_equal(repo.packages[0].size, 5);
}

static void reads_latin_1(void **state)
{
	(void)state;
	assert_int_equal(
		parse("<?xml version='1.0' encoding='ISO-8859-1'?><repository name='n' originator='o' product='p' version='1'>"
		      "<description>f\xFCr</description></repository>",
		      PACKAGES),
		0);
	assert_string_equal(repo.description, "f\xC3\xBCr");
}

/* ----------------------------------------------------------------- bad input */

static void repository_errors_name_the_field(void **state)
{
	static const char *const names[] = { "originator", "name", "product", "version" };
	char text[512], expected[128];

	(void)state;
	for (size_t missing = 0; missing < 4; missing++) {
		for (int empty = 0; empty < 2; empty++) {
			(void)strcpy(text, "\n<repository");
			for (size_t i = 0; i < 4; i++) {
				char one[32];

				if (i == missing && !empty)
					continue;
				(void)snprintf(one, sizeof(one), " %s='%s'", names[i], i == missing ? "  " : "1");
				(void)strcat(text, one);
			}
			(void)strcat(text, "><description>d</description></repository>");
			(void)snprintf(expected, sizeof(expected), "XS-REPOSITORY line 2: the attribute %s is %s", names[missing],
				       empty ? "empty" : "missing");
			expect_error(text, PACKAGES, DDL_E_METADATA, expected);
		}
	}
	expect_error(REPOSITORY_HEAD "</repository>", PACKAGES, DDL_E_METADATA,
		     "XS-REPOSITORY: the element description is missing or empty");
	expect_error(REPOSITORY_HEAD "<description> </description></repository>", PACKAGES, DDL_E_METADATA,
		     "XS-REPOSITORY: the element description is missing or empty");
	expect_error(REPOSITORY_HEAD "<description/></repository>", PACKAGES, DDL_E_METADATA,
		     "XS-REPOSITORY: the element description is missing or empty");
	expect_error("<update name-label='x'/>", PACKAGES, DDL_E_METADATA,
		     "XS-REPOSITORY line 1: the outermost element is <update>: <repository> was expected");
	expect_error("<repository name='n' originator='o' product='p' version='1' hidden='perhaps'/>", PACKAGES, DDL_E_METADATA,
		     "XS-REPOSITORY line 1: hidden is \"perhaps\": true or false was expected");
	expect_error("<repository name='n' originator='o' product='p' version='1' memory-requirement-mb='1.5'/>", PACKAGES,
		     DDL_E_METADATA,
		     "XS-REPOSITORY line 1: memory-requirement-mb is \"1.5\": a whole number of megabytes was expected");
}

static void requires_errors_name_the_field(void **state)
{
	static const struct {
		const char *attributes, *expected;
	} rows[] = {
		{ "version='1' test='eq'", "the attribute name is missing" },
		{ "name='a' test='eq'", "the attribute version is missing" },
		{ "name='a' version='1'", "the attribute test is missing" },
		{ "name='a' version='1' test='GE'", "test is \"GE\": eq, ne, lt, gt, le or ge was expected" },
		{ "name='a' version='1' test='&gt;='", "test is \">=\": eq, ne, lt, gt, le or ge was expected" },
		{ "name='a' version='1.x' test='eq'",
		  "version is \"1.x\": numbers with dots or hyphens between them were expected" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[512], expected[256];

		(void)snprintf(text, sizeof(text), REPOSITORY_HEAD DESCRIPTION "<requires %s/></repository>", rows[i].attributes);
		(void)snprintf(expected, sizeof(expected), "XS-REPOSITORY line 3: requires: %s", rows[i].expected);
		expect_error(text, PACKAGES, DDL_E_METADATA, expected);
	}
}

static void package_errors_name_package_and_field(void **state)
{
	static const struct {
		const char *package, *expected;
	} rows[] = {
		{ "<package type='rpm' size='1' md5='" MD5_A "'>a</package>", "package 2: the attribute label is missing" },
		{ "<package label='x' size='1' md5='" MD5_A "'>a</package>", "package 2 (x): the attribute type is missing" },
		{ "<package label='x' type='rpm' md5='" MD5_A "'>a</package>", "package 2 (x): the attribute size is missing" },
		{ "<package label='x' type='rpm' size='1'>a</package>", "package 2 (x): the attribute md5 is missing" },
		{ "<package label='x' type='tbz2' size='1' md5='" MD5_A "'>a</package>",
		  "package 2 (x): the attribute root is missing" },
		{ "<package label='x' type='driver' size='1' md5='" MD5_A "' root=''>a</package>",
		  "package 2 (x): the attribute root is empty" },
		{ "<package label='x' type='tbz2' root='/a/../../etc' size='1' md5='" MD5_A "'>a</package>",
		  "package 2 (x): root is \"/a/../../etc\": a directory without \"..\" was expected" },
		{ "<package label='x' type='rpm' size='' md5='" MD5_A "'>a</package>",
		  "package 2 (x): the attribute size is empty" },
		{ "<package label='x' type='rpm' size='-1' md5='" MD5_A "'>a</package>",
		  "package 2 (x): size is \"-1\": a whole number of bytes was expected" },
		{ "<package label='x' type='rpm' size='0x10' md5='" MD5_A "'>a</package>",
		  "package 2 (x): size is \"0x10\": a whole number of bytes was expected" },
		{ "<package label='x' type='rpm' size='9223372036854775808' md5='" MD5_A "'>a</package>",
		  "package 2 (x): size is \"9223372036854775808\": a whole number of bytes was expected" },
		{ "<package label='x' type='rpm' size='1' md5='2fb99ae9'>a</package>",
		  "package 2 (x): md5 is \"2fb99ae9\": 32 hexadecimal digits were expected" },
		{ "<package label='x' type='rpm' size='1' md5='" MD5_A "0'>a</package>",
		  "package 2 (x): md5 is \"" MD5_A "0\": 32 hexadecimal digits were expected" },
		{ "<package label='x' type='rpm' size='1' md5='2fb9:ae91000b446f3d71d782c734dae '>a</package>",
		  "package 2 (x): md5 is \"2fb9:ae91000b446f3d71d782c734dae\": 32 hexadecimal digits were expected" },
		{ "<package label='x' type='rpm' size='1' md5='gfb99ae91000b446f3d71d782c734dae'>a</package>",
		  "package 2 (x): md5 is \"gfb99ae91000b446f3d71d782c734dae\": 32 hexadecimal digits were expected" },
		{ "<package label='x' type='rpm' size='1' md5='" MD5_A "'/>", "package 2 (x): the file name is missing" },
		{ "<package label='x' type='rpm' size='1' md5='" MD5_A "'> \n </package>",
		  "package 2 (x): the file name is missing" },
		{ "<package label='x' type='rpm' size='1' md5='" MD5_A "'><b>a</b></package>",
		  "package 2 (x): the file name is missing" },
		{ "<package label='x' type='rpm' size='1' md5='" MD5_A "'>/etc/shadow</package>",
		  "package 2 (x): the file name \"/etc/shadow\" is absolute or leads out of the pack" },
		{ "<package label='x' type='rpm' size='1' md5='" MD5_A "'>../a.rpm</package>",
		  "package 2 (x): the file name \"../a.rpm\" is absolute or leads out of the pack" },
		{ "<package label='x' type='rpm' size='1' md5='" MD5_A "'>b/../../a.rpm</package>",
		  "package 2 (x): the file name \"b/../../a.rpm\" is absolute or leads out of the pack" },
		{ "<package label='x' type='rpm' size='1' md5='" MD5_A "'>..</package>",
		  "package 2 (x): the file name \"..\" is absolute or leads out of the pack" },
		{ "<package label='x' type='rpm' size='1' md5='" MD5_A "'>a&#x202E;mpr.b</package>",
		  "package 2 (x): the file name \"a?mpr.b\" holds characters that cannot be shown" },
		{ "<package label='x' type='rpm' size='1' md5='" MD5_A "'>a\nb</package>",
		  "package 2 (x): the file name \"a b\" holds characters that cannot be shown" },
		{ "<package label='x' type='rpm' size='1' md5='" MD5_A "'>a<package label='y'/></package>",
		  "package 3: it stands inside another package" },
		{ "<package label='x' type='rpm' size='1' md5='" MD5_A
		  "'> ./megaraid_sas-modules-6.1.0-56-amd64-07.999-1.x86_64.rpm</package>",
		  "package 2 (x): \"megaraid_sas-modules-6.1.0-56-amd64-07.999-1.x86_64.rpm\" was named by package 1 already" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[2048], expected[512];

		(void)snprintf(text, sizeof(text), "<packages>\n" PACKAGE "%s</packages>", rows[i].package);
		(void)snprintf(expected, sizeof(expected), "XS-PACKAGES line 4: %s", rows[i].expected);
		expect_error(REPOSITORY, text, DDL_E_METADATA, expected);
	}
	expect_error(REPOSITORY, "<html><body>404</body></html>", DDL_E_METADATA,
		     "XS-PACKAGES: there is no package inside <html>");
}

static void broken_xml_says_where(void **state)
{
	static const char *const broken[] = {
		"<packages>\n<package label='x'\n",
		"<packages>",
		"<packages></package>",
		"packages",
		"<a/><b/>",
		"<packages><package label='x' label='y'/></packages>",
		"<packages>&nbsp;</packages>",
		"<packages>\xFF</packages>",
		"<packages a=1/>",
		"<packages>]]></packages>",
		"<packages>\x01</packages>",
		"<!-- only -->",
		" ",
		"<",
		"<?xml",
	};

	(void)state;
	expect_error(REPOSITORY, "", DDL_E_XML, "XS-PACKAGES: the file is empty");
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		ddl_error_clear(&error);
		if (parse(REPOSITORY, broken[i]) != -1 || error.code != DDL_E_XML ||
		    strncmp(error.text, "XS-PACKAGES line ", 17) != 0)
			fail_with("\"%s\" gave %s: \"%s\"", broken[i], ddl_code_name(error.code), error.text);
	}
	assert_int_equal(parse(REPOSITORY, "<packages>\n\n\n<package\n</packages>"), -1);
	assert_non_null(strstr(error.text, "XS-PACKAGES line 5: "));
	assert_null(strchr(error.text, '\n'));
}

/* The two bytes after the first decide whether a zero byte can be meant: it never is. */
static void refuses_other_encodings(void **state)
{
	static const char utf16[] = "\xFF\xFE<\0a\0/\0>\0";
	struct ddl_blob one = blob("XS-REPOSITORY", REPOSITORY), two = { "XS-PACKAGES", utf16, sizeof(utf16) - 1, false };

	(void)state;
	assert_int_equal(ddl_repo_parse_xml(arena, "", &one, &two, &repo, NULL, NULL, &error), -1);
	assert_int_equal(error.code, DDL_E_XML);
	assert_string_equal(error.text, "XS-PACKAGES: holds zero bytes, so it is no text in UTF-8");
	assert_int_equal(parse(REPOSITORY, "<?xml version='1.0' encoding='no-such'?><packages/>"), -1);
	assert_int_equal(error.code, DDL_E_XML);
}

static const char billion_laughs[] =
	"<!DOCTYPE p [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>"
	"<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'><!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'>]><packages>&e;</packages>";

static void refuses_document_types(void **state)
{
	static const char *const hostile[] = {
		"<!DOCTYPE packages [ ]><packages/>",
		"<!DOCTYPE packages PUBLIC 'a' 'b' [<!ENTITY x 'y'>]><packages>&x;</packages>",
		"<!DOCTYPE packages><!DOCTYPE packages><packages/>",
		"<!DOCTYPE packages PUBLIC '><packages/>",
		"<!ELEMENT packages EMPTY><packages/>",
		"<?xml version='1.0'?>\n<!-- <a> -->\n<?p q?><!DOCTYPE packages SYSTEM 'file:///etc/passwd'><packages/>",
		"<!DOCTYPE p [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><packages>&x;</packages>",
		"\xEF\xBB\xBF <!DOCTYPE p [<!ENTITY % x SYSTEM 'http://127.0.0.1/'> %x;]><packages/>",
		billion_laughs,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
		expect_error(REPOSITORY, hostile[i], DDL_E_XML,
			     "XS-PACKAGES: a document type (DOCTYPE) with declarations, or in a file, is not allowed here");
		expect_error(hostile[i], PACKAGES, DDL_E_XML,
			     "XS-REPOSITORY: a document type (DOCTYPE) with declarations, or in a file, is not allowed here");
	}
	/* one that only names itself, as createrepo keeps it, is passed over: nothing in it is worked on or fetched */
	assert_int_equal(parse(REPOSITORY, "<?xml version='1.0'?>\n<!DOCTYPE comps PUBLIC \"-//Red Hat, Inc.//DTD > [ ]//EN\"\n "
					   "'SYSTEM.dtd'>\n<packages>" PACKAGE "</packages>"),
			 0);
	assert_int_equal(parse(REPOSITORY, "<!DOCTYPE p><packages>&x;</packages>"), -1);
	assert_int_equal(error.code, DDL_E_XML);
	/* where it means nothing it does no harm */
	assert_int_equal(parse(REPOSITORY, "<!-- <!DOCTYPE a> --><packages>" PACKAGE "<![CDATA[<!DOCTYPE a>]]></packages>"), 0);
	/* a late one is broken XML, and no entity may be used that was not declared */
	ddl_error_clear(&error);
	assert_int_equal(parse(REPOSITORY, "<packages><!DOCTYPE p></packages>"), -1);
	assert_int_equal(error.code, DDL_E_XML);
	ddl_error_clear(&error);
	assert_int_equal(parse(REPOSITORY, "<packages>&x;</packages>"), -1);
	assert_int_equal(error.code, DDL_E_XML);
}

static void writes_nothing_to_stderr(void **state)
{
	char path[] = "/tmp/ddload-test-XXXXXX", byte;
	int fd = mkstemp(path), saved = dup(STDERR_FILENO);

	(void)state;
	assert_true(fd >= 0 && saved >= 0);
	(void)unlink(path);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	(void)parse(REPOSITORY, "<packages><a></b>");
	(void)parse("<x:repository a:b='c'/>", "&&&");
	(void)parse(REPOSITORY, "<?xml version='9' encoding='none'?><a/>");
	(void)fflush(stderr);
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(close(saved), 0);
	assert_int_equal(pread(fd, &byte, 1, 0), 0);
	assert_int_equal(close(fd), 0);
}

/* -------------------------------------------------------------------- limits */

static char *repeated(const char *before, const char *format, size_t count, const char *after)
{
	size_t room = strlen(before) + count * (strlen(format) + 24) + strlen(after) + 1, length;
	char *text = malloc(room);

	assert_non_null(text);
	length = (size_t)snprintf(text, room, "%s", before);
	for (size_t i = 0; i < count; i++) {
		for (const char *s = format; *s; s++) {
			if (*s == '#')
				length += (size_t)snprintf(text + length, room - length, "%zu", i);
			else
				text[length++] = *s;
		}
	}
	(void)snprintf(text + length, room - length, "%s", after);
	return text;
}

/* limit: DDL_MAX_PACKAGES */
static void ten_thousand_packages_are_the_limit(void **state)
{
	static const char package[] = "<package label='l' type='rpm' size='1' md5='" MD5_A "'>#</package>";
	char *text = repeated("<p>", package, DDL_MAX_PACKAGES, "</p>");

	(void)state;
	assert_true(strlen(text) < DDL_MAX_METADATA);
	assert_int_equal(parse(REPOSITORY, text), 0);
	assert_int_equal(repo.n_packages, DDL_MAX_PACKAGES);
	assert_string_equal(repo.packages[0].file, "0");
	assert_string_equal(repo.packages[DDL_MAX_PACKAGES - 1].file, "9999");
	free(text);
	text = repeated("<p>", package, DDL_MAX_PACKAGES + 1, "</p>");
	assert_true(strlen(text) < DDL_MAX_METADATA);
	expect_error(REPOSITORY, text, DDL_E_TOO_LARGE, "XS-PACKAGES: more than 10000 packages");
	free(text);
}

/* limit: DDL_MAX_REQUIRES */
static void requires_have_a_limit(void **state)
{
	static const char requires[] = "<requires name='n#' version='1' test='eq'/>";
	char *text = repeated(REPOSITORY_HEAD DESCRIPTION, requires, DDL_MAX_REQUIRES, "</repository>");

	(void)state;
	assert_int_equal(parse(text, PACKAGES), 0);
	assert_int_equal(repo.n_requires, DDL_MAX_REQUIRES);
	assert_string_equal(repo.requires[DDL_MAX_REQUIRES - 1].name, "n255");
	free(text);
	text = repeated(REPOSITORY_HEAD DESCRIPTION, requires, DDL_MAX_REQUIRES + 1, "</repository>");
	expect_error(text, PACKAGES, DDL_E_TOO_LARGE, "XS-REPOSITORY line 3: requires: more than 256 of them");
	free(text);
}

/* limit: DDL_MAX_XML_DEPTH */
static void nesting_has_a_limit(void **state)
{
	char *open = repeated("", "<a>", DDL_MAX_XML_DEPTH, PACKAGE), *text = repeated(open, "</a>", DDL_MAX_XML_DEPTH, "");

	(void)state;
	expect_error(REPOSITORY, text, DDL_E_XML, "XS-PACKAGES: elements nested more than 16 deep");
	free(text);
	free(open);
	open = repeated("", "<a>", DDL_MAX_XML_DEPTH - 1, PACKAGE);
	text = repeated(open, "</a>", DDL_MAX_XML_DEPTH - 1, "");
	assert_int_equal(parse(REPOSITORY, text), 0);
	assert_int_equal(repo.n_packages, 1);
	free(text);
	free(open);
	text = repeated("", "<a>", 100000, "");
	expect_error(REPOSITORY, text, DDL_E_XML, "XS-PACKAGES: elements nested more than 16 deep");
	free(text);
}

/* limit: DDL_MAX_METADATA */
static void sizes_have_a_limit(void **state)
{
	struct ddl_blob one = blob("XS-REPOSITORY", REPOSITORY), two = blob("XS-PACKAGES", PACKAGES);
	char *text = malloc(DDL_MAX_METADATA + 2);

	(void)state;
	assert_non_null(text);
	memset(text, ' ', DDL_MAX_METADATA + 1);
	memcpy(text, PACKAGES, strlen(PACKAGES));
	text[DDL_MAX_METADATA] = '\0';
	assert_int_equal(parse(REPOSITORY, text), 0);
	text[DDL_MAX_METADATA] = ' ';
	text[DDL_MAX_METADATA + 1] = '\0';
	expect_error(REPOSITORY, text, DDL_E_TOO_LARGE, "XS-PACKAGES: more than 1048576 bytes");
	free(text);
	two.too_large = true;
	two.bytes = NULL;
	assert_int_equal(ddl_repo_parse_xml(arena, "", &one, &two, &repo, NULL, NULL, &error), -1);
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
}

/* limit: DDL_MAX_PATH DDL_MAX_NAME DDL_MAX_TEXT */
static void fields_have_a_limit(void **state)
{
	char label[DDL_MAX_NAME + 2], file[DDL_MAX_PATH + 1], description[DDL_MAX_TEXT + 2], text[8192];

	(void)state;
	memset(label, 'l', sizeof(label));
	memset(file, 'f', sizeof(file));
	memset(description, 'd', sizeof(description));
	for (unsigned past = 0; past < 2; past++) {
		label[DDL_MAX_NAME + past] = '\0';
		(void)snprintf(text, sizeof(text), "<p><package type='rpm' size='1' md5='" MD5_A "' label='%s'>a</package></p>",
			       label);
		assert_int_equal(parse(REPOSITORY, text), -(int)past);
		file[DDL_MAX_PATH - 1 + past] = '\0';
		(void)snprintf(text, sizeof(text), "<p><package type='rpm' size='1' md5='" MD5_A "' label='l'>%s</package></p>",
			       file);
		assert_int_equal(parse(REPOSITORY, text), -(int)past);
		assert_true(!past || strstr(error.text, "package 1 (l): <package> is longer than 1023 bytes"));
		description[DDL_MAX_TEXT + past] = '\0';
		(void)snprintf(text, sizeof(text), REPOSITORY_HEAD "<description>%s</description></repository>", description);
		assert_int_equal(parse(text, PACKAGES), -(int)past);
		assert_true(!past || strstr(error.text, "<description> is longer than 4096 bytes"));
		assert_true(past || strlen(repo.description) == DDL_MAX_TEXT);
		label[DDL_MAX_NAME] = 'l';
		file[DDL_MAX_PATH - 1] = 'f';
		description[DDL_MAX_TEXT] = 'd';
	}
}

/* limit: DDL_MAX_XML_ATTRIBUTES */
static void attributes_have_a_limit(void **state)
{
	char *text = repeated("<packages ", "a#='' ", DDL_MAX_XML_ATTRIBUTES, "/>");

	(void)state;
	assert_int_equal(parse(REPOSITORY, text), 0);
	free(text);
	text = repeated("<packages ", "a#='' ", DDL_MAX_XML_ATTRIBUTES + 1, "/>");
	expect_error(REPOSITORY, text, DDL_E_XML, "XS-PACKAGES: an element has more than 4096 attributes");
	free(text);
}

static void cut_short_anywhere_is_an_error(void **state)
{
	size_t last = strlen(PACKAGES) - 1; /* the line end behind the last element may be missing */

	(void)state;
	for (size_t length = 0; length < last; length++) {
		struct ddl_blob one = blob("XS-REPOSITORY", REPOSITORY), two = blob("XS-PACKAGES", "");
		char *bytes = malloc(length + 1); /* of just that size, for the sanitizer */

		assert_non_null(bytes);
		memcpy(bytes, PACKAGES, length);
		two.bytes = bytes;
		two.length = length;
		assert_int_equal(ddl_repo_parse_xml(arena, "", &one, &two, &repo, NULL, NULL, &error), -1);
		assert_int_equal(error.code, DDL_E_XML);
		free(bytes);
	}
}

static void survives_every_flipped_bit(void **state)
{
	size_t length = strlen(PACKAGES), read = 0, refused = 0;
	char *bytes = malloc(length);

	(void)state;
	assert_non_null(bytes);
	memcpy(bytes, PACKAGES, length);
	for (size_t bit = 0; bit < 8 * length; bit++) {
		struct ddl_blob one = blob("XS-REPOSITORY", REPOSITORY), two = { "XS-PACKAGES", bytes, length, false };

		bytes[bit / 8] ^= (char)(1 << bit % 8);
		if (ddl_repo_parse_xml(arena, "", &one, &two, &repo, NULL, NULL, &error) == 0) {
			assert_true(repo.n_packages <= 1);
			read++;
		} else {
			assert_true(error.code == DDL_E_XML || error.code == DDL_E_METADATA);
			assert_true(*error.text);
			refused++;
		}
		bytes[bit / 8] ^= (char)(1 << bit % 8);
	}
	free(bytes);
	assert_true(read > 100 && refused > 500);
}

/* ------------------------------------------------------- XS-REPOSITORY-LIST */

static const char **directories, **notes;
static size_t n_directories, n_notes;

static void read_list(const char *text)
{
	notes = NULL;
	n_notes = 0;
	assert_int_equal(ddl_repo_list(arena, text, strlen(text), &directories, &n_directories, &notes, &n_notes, &error), 0);
}

static void list_keeps_good_lines_in_order(void **state)
{
	(void)state;
	read_list("packages.acme\n\n  \t\nextras/two\r\n./packages.acme\npackages.acme/\n  spaced name  \n.\nlast");
	assert_int_equal(n_directories, 4);
	assert_string_equal(directories[0], "packages.acme");
	assert_string_equal(directories[1], "extras/two");
	assert_string_equal(directories[2], "spaced name");
	assert_string_equal(directories[3], "last");
	assert_int_equal(n_notes, 0);
	read_list("");
	assert_int_equal(n_directories, 0);
	read_list("\xEF\xBB\xBFone");
	assert_string_equal(directories[0], "one");
}

static void list_refuses_what_leads_away(void **state)
{
	(void)state;
	read_list("../other\n/etc\na/../../b\ngood\n..\nx\033[2Jy\n");
	assert_int_equal(n_directories, 1);
	assert_string_equal(directories[0], "good");
	assert_int_equal(n_notes, 5);
	assert_string_equal(
		notes[0],
		"XS-REPOSITORY-LIST line 1 names \"../other\", which is not a directory on this medium; it was left out.");
	assert_string_equal(
		notes[1], "XS-REPOSITORY-LIST line 2 names \"/etc\", which is not a directory on this medium; it was left out.");
	assert_string_equal(notes[3],
			    "XS-REPOSITORY-LIST line 5 names \"..\", which is not a directory on this medium; it was left out.");
	assert_string_equal(
		notes[4],
		"XS-REPOSITORY-LIST line 6 names \"x?[2Jy\", which is not a directory on this medium; it was left out.");
	assert_int_equal(ddl_repo_list(arena, "..\na", 4, &directories, &n_directories, NULL, NULL, &error), 0);
	assert_int_equal(n_directories, 1);
	assert_int_equal(ddl_repo_list(arena, "a\0b\nc", 5, &directories, &n_directories, NULL, NULL, &error), 0);
	assert_int_equal(n_directories, 1);
	assert_string_equal(directories[0], "c");
}

/* limit: DDL_MAX_LIST_LINES */
static void list_has_limits(void **state)
{
	char *text = repeated("", "d#\n", DDL_MAX_LIST_LINES, ""), *one_more = repeated("", "d#\n", DDL_MAX_LIST_LINES + 1, "");
	char *name = malloc(DDL_MAX_PATH + 1);

	(void)state;
	read_list(text);
	assert_int_equal(n_directories, DDL_MAX_LIST_LINES);
	assert_int_equal(n_notes, 0);
	read_list(one_more);
	assert_int_equal(n_directories, DDL_MAX_LIST_LINES);
	assert_int_equal(n_notes, 1);
	assert_string_equal(notes[0], "XS-REPOSITORY-LIST has more than 256 lines; the rest was left out.");
	free(text);
	free(one_more);
	assert_non_null(name);
	memset(name, 'n', DDL_MAX_PATH);
	name[DDL_MAX_PATH] = '\0';
	read_list(name);
	assert_int_equal(n_directories, 0);
	assert_string_equal(notes[0], "XS-REPOSITORY-LIST line 1 is too long and was left out.");
	name[DDL_MAX_PATH - 1] = '\0';
	read_list(name);
	assert_int_equal(n_directories, 1);
	free(name);
}

/* ------------------------------------------------------------- whole media */

#define REPOSITORY_OF(name) \
	"<repository name='" name "' originator='o' product='p' version='1'><description>d</description></repository>"

static struct ddl_repo **repos;
static size_t n_repos;

static int parse_all(const struct ddl_blob *blobs, size_t count)
{
	notes = NULL;
	n_notes = 0;
	ddl_error_clear(&error);
	return ddl_repos_parse(
		&(struct ddl_contents){ .arena = arena, .blobs = blobs, .n_blobs = count, .notes = &notes, .n_notes = &n_notes },
		&repos, &n_repos, &error);
}

static void finds_repositories_in_order(void **state)
{
	const struct ddl_blob blobs[] = {
		blob("elsewhere/XS-PACKAGES", "<packages/>"),
		blob("elsewhere/XS-REPOSITORY", REPOSITORY_OF("elsewhere")),
		blob("zz/XS-REPOSITORY", REPOSITORY_OF("zz")),
		blob("zz/XS-PACKAGES", "<packages/>"),
		blob("aa/XS-REPOSITORY", REPOSITORY_OF("aa")),
		blob("aa/XS-PACKAGES", "<packages/>"),
		blob("packages.site/XS-REPOSITORY", REPOSITORY_OF("site")),
		blob("packages.site/XS-PACKAGES", "<packages/>"),
		blob("packages/XS-REPOSITORY", REPOSITORY_OF("packages")),
		blob("packages/XS-PACKAGES", PACKAGES),
		blob("XS-REPOSITORY-LIST", "zz\npackages\n\n../up\nmissing\naa\nzz\nhalf\n"),
		blob("half/XS-PACKAGES", "<packages/>"),
		blob("XS-PACKAGES", "<packages/>"),
		blob("XS-REPOSITORY", REPOSITORY_OF("root")),
		blob("packages.linux/XS-REPOSITORY", REPOSITORY_OF("linux")),
	};
	static const char *const expected[] = { "root", "packages", "site", "zz", "aa", "elsewhere" };
	static const char *const where[] = { "", "packages", "packages.site", "zz", "aa", "elsewhere" };

	(void)state;
	assert_int_equal(parse_all(blobs, sizeof(blobs) / sizeof(*blobs)), 0);
	assert_int_equal(n_repos, 6);
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(repos[i]->name, expected[i]);
		assert_string_equal(repos[i]->directory, where[i]);
	}
	assert_int_equal(n_notes, 4);
	assert_non_null(strstr(notes[0], "line 4 names \"../up\""));
	assert_string_equal(notes[1], "packages.linux/XS-REPOSITORY has no XS-PACKAGES beside it and was left out.");
	assert_string_equal(notes[2], "XS-REPOSITORY-LIST names \"missing\", but no repository is there.");
	assert_string_equal(notes[3], "half/XS-PACKAGES has no XS-REPOSITORY beside it and was left out.");
}

static void nothing_found_is_no_error(void **state)
{
	const struct ddl_blob half[] = { blob("XS-REPOSITORY", REPOSITORY) };

	(void)state;
	assert_int_equal(parse_all(NULL, 0), 0);
	assert_int_equal(n_repos, 0);
	assert_int_equal(n_notes, 0);
	assert_int_equal(parse_all(half, 1), 0);
	assert_int_equal(n_repos, 0);
	assert_int_equal(n_notes, 1);
}

static void broken_is_a_note_beside_a_good_one(void **state)
{
	const struct ddl_blob blobs[] = {
		blob("XS-REPOSITORY", "<repository"),
		blob("XS-PACKAGES", PACKAGES),
		blob("packages/XS-REPOSITORY", "<a/>"),
		blob("packages/XS-PACKAGES", PACKAGES),
		blob("packages.main/XS-REPOSITORY", REPOSITORY),
		blob("packages.main/XS-PACKAGES", PACKAGES),
	};

	(void)state;
	assert_int_equal(parse_all(blobs, 6), 0);
	assert_int_equal(error.code, DDL_OK);
	assert_int_equal(n_repos, 1);
	assert_string_equal(repos[0]->directory, "packages.main");
	assert_int_equal(n_notes, 2);
	assert_non_null(strstr(notes[0], "XS-REPOSITORY line 1: "));
	assert_non_null(strstr(notes[1], "packages/XS-REPOSITORY line 1: the outermost element is <a>"));
	/* with no good one the first is the error, the second a note */
	assert_int_equal(parse_all(blobs, 4), -1);
	assert_int_equal(n_repos, 0);
	assert_int_equal(error.code, DDL_E_XML);
	assert_int_equal(strncmp(error.text, "XS-REPOSITORY line 1: ", 22), 0);
	assert_int_equal(n_notes, 1);
	assert_non_null(strstr(notes[0], "<a>"));
}

/* What the product passes over is left out and told; alone it is the pack's error. */
static void left_out_packages_are_told(void **state)
{
	static const struct {
		const char *package, *note;
	} rows[] = {
		{ "<package label='x' type='deb' size='1' md5='" MD5_A "'>a</package>",
		  "package 1 (x): type is \"deb\": driver-rpm, rpm, tbz2, driver or firmware was expected" },
		{ "<package label='x' type='driver-rpm' size='1' md5='" MD5_A "'>a</package>",
		  "package 1 (x): the attribute kernel is missing" },
		{ "<package label='x' type='driver-rpm' kernel='' size='1' md5='" MD5_A "'>a</package>",
		  "package 1 (x): the attribute kernel is empty" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct ddl_blob blobs[] = {
			blob("XS-REPOSITORY", REPOSITORY),
			blob("XS-PACKAGES", ddl_arena_printf(arena, "<packages>%s" PACKAGE "</packages>", rows[i].package)),
		};
		const struct ddl_blob alone[] = {
			blobs[0],
			blob("XS-PACKAGES", ddl_arena_printf(arena, "<packages>%s</packages>", rows[i].package)),
		};

		assert_int_equal(parse_all(blobs, 2), 0);
		assert_int_equal(repos[0]->n_packages, 1);
		assert_string_equal(repos[0]->packages[0].label, "megaraid_sas");
		assert_int_equal(n_notes, 1);
		assert_string_equal(notes[0],
				    ddl_arena_printf(arena, "XS-PACKAGES line 1: %s; this package was left out.", rows[i].note));
		ddl_error_clear(&error);
		assert_int_equal(parse_all(alone, 2), -1);
		assert_string_equal(error.text, ddl_arena_printf(arena, "XS-PACKAGES line 1: %s", rows[i].note));
	}
}

static void other_generations_are_recognised(void **state)
{
	const struct ddl_blob text[] = {
		blob("XS-REPOSITORY", "acme:megaraid\nMegaRAID driver\nXenServer\n5.0.0\n"),
		blob("XS-PACKAGES", "megaraid 1234 " MD5_A " driver megaraid.ko /lib/modules\n"),
		blob("packages.main/XS-REPOSITORY", REPOSITORY),
		blob("packages.main/XS-PACKAGES", PACKAGES),
	};
	const struct ddl_blob update[] = {
		blob("update.xml", "<update name-label='x'/>"),
		blob("packages.main/XS-REPOSITORY", REPOSITORY),
		blob("packages.main/XS-PACKAGES", PACKAGES),
	};
	const struct ddl_blob garbage[] = { blob("XS-REPOSITORY", "hello\n"), blob("XS-PACKAGES", PACKAGES) };

	(void)state;
	assert_int_equal(parse_all(text, 2), 0);
	assert_int_equal(n_repos, 1);
	assert_int_equal(repos[0]->family, DDL_FAMILY_XENSERVER_TEXT);
	assert_int_equal(parse_all(text, 4), 0);
	assert_int_equal(n_repos, 2);
	assert_int_equal(n_notes, 0);
	assert_int_equal(parse_all(update, 1), -1);
	assert_int_equal(error.code, DDL_E_METADATA);
	assert_string_equal(error.text, "update.xml line 1: the attribute uuid is missing");
	assert_int_equal(parse_all(update, 3), 0);
	assert_int_equal(n_repos, 1);
	assert_int_equal(n_notes, 1);
	assert_int_equal(parse_all(garbage, 2), -1); /* an odd pack of generation 1, for all that can be seen */
	assert_int_equal(error.code, DDL_E_METADATA);
	assert_string_equal(error.text, "XS-PACKAGES line 1: the fields name, size, md5 and type were expected");
}

static void too_large_files_are_said(void **state)
{
	const struct ddl_blob blobs[] = {
		{ "XS-REPOSITORY", NULL, 2000000, true },
		blob("XS-PACKAGES", PACKAGES),
		{ "XS-REPOSITORY-LIST", NULL, 2000000, true },
	};

	(void)state;
	assert_int_equal(parse_all(blobs, 3), -1);
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
	assert_string_equal(error.text, "XS-REPOSITORY: more than 1048576 bytes");
	assert_int_equal(n_notes, 1);
	assert_string_equal(notes[0], "XS-REPOSITORY-LIST is larger than 1048576 bytes and was left out.");
}

/* limit: DDL_MAX_REPOSITORIES */
static void repositories_have_a_limit(void **state)
{
	static struct ddl_blob blobs[2 * (DDL_MAX_REPOSITORIES + 1)];
	static char names[2 * (DDL_MAX_REPOSITORIES + 1)][32];
	size_t last = 2 * DDL_MAX_REPOSITORIES;

	(void)state;
	for (size_t i = 0; i <= DDL_MAX_REPOSITORIES; i++) {
		(void)snprintf(names[2 * i], sizeof(names[0]), "d%zu/XS-REPOSITORY", i);
		(void)snprintf(names[2 * i + 1], sizeof(names[0]), "d%zu/XS-PACKAGES", i);
		blobs[2 * i] = blob(names[2 * i], REPOSITORY);
		blobs[2 * i + 1] = blob(names[2 * i + 1], PACKAGES);
	}
	assert_int_equal(parse_all(blobs, last), 0);
	assert_int_equal(n_repos, DDL_MAX_REPOSITORIES);
	assert_int_equal(n_notes, 0);
	assert_int_equal(parse_all(blobs, last + 2), 0);
	assert_int_equal(n_repos, DDL_MAX_REPOSITORIES);
	assert_int_equal(n_notes, 1);
	assert_string_equal(notes[0], "d64: there are more than 64 repositories; it and what follows was left out.");
}

static void knows_metadata_by_name(void **state)
{
	static const char *const rows[][2] = { /* a file, the name that it stands for */
					       { "XS-REPOSITORY", "XS-REPOSITORY" },
					       { "packages.main/XS-PACKAGES", "XS-PACKAGES" },
					       { "XS-REPOSITORY-LIST", "XS-REPOSITORY-LIST" },
					       { "xs-packages", "XS-PACKAGES" },
					       { "UPDATE.XML", "update.xml" },
					       { "pack/repodata/repomd.xml", "repomd.xml" },
					       { "repodata/repomd.xml.asc", "repomd.xml.asc" },
					       { "", NULL },
					       { "XS-REPOSITORY/", NULL },
					       { "XS-REPOSITORY2", NULL },
					       { "aXS-PACKAGES", NULL },
					       { "XS-REPOSITORY/readme", NULL },
					       { "a.rpm", NULL },
					       { "XS_REPOSITORY", NULL }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *name = ddl_repo_metadata_name(rows[i][0]);

		assert_true(rows[i][1] ? name && strcmp(name, rows[i][1]) == 0 : !name);
	}
	assert_string_equal(ddl_repo_directories[0], "");
	assert_string_equal(ddl_repo_directories[4], "packages.site");
	assert_null(ddl_repo_directories[5]);
}

/* What genisoimage -iso-level 1 to 3 has made of names; and what is only another file of the disk. */
static void knows_names_that_were_cut(void **state)
{
	static const char group[] = "3f2a9c0d4b5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8-comps.xml.gz";
	static const char *const cut[][2] = { { "XS-REPOSITORY", "XS_REPOS" },
					      { "XS-REPOSITORY", "XS_REPOSITORY" },
					      { "XS-REPOSITORY-LIST", "xs_re000" },
					      { "XS-PACKAGES", "XS_PACKA" },
					      { "XS-REPOSITORY", "XS-REPOS" },
					      { "XS-REPOSITORY", "XS-RE001" },
					      { group, "3F2A9C0D.GZ" },
					      { group, "3f2a9c0d4b5e6f708192a3b4c5d.gz" },
					      { group, "3F2A9000.GZ" },
					      { "primary.xml.gz", "PRIMARY_.GZ" },
					      /* with Joliet, but of 64 characters */
					      { group, "3f2a9c0d4b5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8" } };
	static const char *const others[][2] = { { "XS-REPOSITORY", "xs_readme.txt" },
						 { "XS-REPOSITORY", "XS-REPOSITORY-LIST" },
						 { "XS-PACKAGES", "XS_PACK0" },
						 { "comps.xml", "comps.xml.gz" },
						 { "comps.xml.gz", "comps.xml" },
						 { group, "3f2a8c0d.gz" },
						 { group, "repomd.xml" },
						 { group, "3f2a.gz" },
						 { "XS-REPOSITORY", "" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cut) / sizeof(*cut); i++)
		assert_true(ddl_repo_is_cut(cut[i][0], cut[i][1]));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(ddl_repo_is_cut(others[i][0], others[i][1]));
	assert_true(ddl_repo_is_cut_metadata("PACKAGES/XS_PACKA"));
	assert_false(ddl_repo_is_cut_metadata("XS-PACKAGES"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_a_driver_pack),
		TEST(fingerprint_is_that_of_md5sum),
		TEST(reads_kdump_twins),
		TEST(reads_every_type_and_option),
		TEST(reads_every_test),
		TEST(takes_any_root_and_unknown_things),
		TEST(cleans_text_for_showing),
		TEST(reads_latin_1),
		TEST(repository_errors_name_the_field),
		TEST(requires_errors_name_the_field),
		TEST(left_out_packages_are_told),
		TEST(package_errors_name_package_and_field),
		TEST(broken_xml_says_where),
		TEST(refuses_other_encodings),
		TEST(refuses_document_types),
		TEST(writes_nothing_to_stderr),
		TEST(ten_thousand_packages_are_the_limit),
		TEST(requires_have_a_limit),
		TEST(nesting_has_a_limit),
		TEST(sizes_have_a_limit),
		TEST(fields_have_a_limit),
		TEST(attributes_have_a_limit),
		TEST(cut_short_anywhere_is_an_error),
		TEST(survives_every_flipped_bit),
		TEST(list_keeps_good_lines_in_order),
		TEST(list_refuses_what_leads_away),
		TEST(list_has_limits),
		TEST(finds_repositories_in_order),
		TEST(nothing_found_is_no_error),
		TEST(broken_is_a_note_beside_a_good_one),
		TEST(other_generations_are_recognised),
		TEST(too_large_files_are_said),
		TEST(repositories_have_a_limit),
		TEST(knows_metadata_by_name),
		TEST(knows_names_that_were_cut),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	xmlCleanupParser();
	return failed;
}
