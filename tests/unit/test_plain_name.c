// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of names as a plain ISO 9660 image has them, and of the metadata they stand for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plain_name.h"
#include "repo.h"

static void is_the_same(void **state)
{
	/* as genisoimage writes them at its levels, and as the kernel shows them */
	static const char *const pairs[][2] = {
		{ "XS-REPOSITORY", "XS-REPOSITORY" }, { "XS-REPOSITORY", "XS_REPOSITORY" }, { "XS-REPOSITORY", "xs_repos" },
		{ "XS-REPOSITORY", "XS_REPOS" }, { "XS-REPOSITORY", "XS_REPOS.;1" }, { "XS-REPOSITORY", "XS-REPOS;1" },
		{ "XS-REPOSITORY-LIST", "XS_RE000" }, { "XS-REPOSITORY-LIST", "XS_REPOSITORY_LIST.;12" },
		{ "packages", "PACKAGES" }, { "packages.main", "PACKAGES.MAI" }, { "packages.main", "packages_main" },
		{ "packages.acme-driver-two", "PACKA000.ACM" }, { "abc.acme-two", "ABC001.ACM" }, { "update.xml", "UPDATE.XML;1" },
		{ "a/packages.main", "A/PACKAGES.MAI" }, { "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		assert_true(ddl_plain_name(pairs[i][0], pairs[i][1]));
}

static void is_another(void **state)
{
	static const char *const pairs[][2] = {
		{ "XS-REPOSITORY", "XS_REPO" }, { "XS-REPOSITORY", "XS_REPOSI" }, { "XS-REPOSITORY", "XS_REPOSITORY_LIST" },
		{ "XS-REPOSITORY", "XS_REPOS.TXT" }, { "XS-REPOSITORY", "XS_RE00A" }, { "XS-REPOSITORY", "" },
		{ "packages", "PACKAGES.MAI" }, { "packages.main", "PACKAGES" }, { "packages.main", "PACKAGES.LIN" },
		{ "packages.main", "PACKAGES.M" }, { "a/b", "A_B" }, { "a/b", "a/b/c" }, { "a/b", "a" }, { "", "1" },
		{ "a;1", "a" }, { "XS-REPOSITORY", ";1" }, { "", "." "x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		assert_false(ddl_plain_name(pairs[i][0], pairs[i][1]));
}

static const char *named(const char *name, const char *text)
{
	return ddl_repo_metadata_name(name, text, text ? strlen(text) : 0);
}

/* Cut to 8 characters the repository and the list have one name: what stands in them tells them apart. */
static void metadata_by_content(void **state)
{
	(void)state;
	assert_string_equal(named("XS_RE000", "packages.acme\n\npackages.two\n"), "XS-REPOSITORY-LIST");
	assert_string_equal(named("XS_RE000", "<?xml version=\"1.0\"?><repository/>"), "XS-REPOSITORY");
	assert_string_equal(named("d/xs_repos", "acme:pack\nA pack\nXenServer\n1.0\n"), "XS-REPOSITORY");
	assert_string_equal(named("XS_REPOS", "packages.acme\n"), "XS-REPOSITORY-LIST");
	assert_string_equal(named("XS_REPOS", NULL), "XS-REPOSITORY");
	/* under its own name it is what it is called */
	assert_string_equal(named("XS-REPOSITORY", "packages.acme\n"), "XS-REPOSITORY");
	assert_string_equal(named("XS-REPOSITORY-LIST", "<a/>"), "XS-REPOSITORY-LIST");
	assert_string_equal(named("XS_REPOSITORY_LIST", "<a/>"), "XS-REPOSITORY-LIST");
	assert_string_equal(named("p/XS_PACKA", "x"), "XS-PACKAGES");
	assert_null(named("XS_PACKA.TXT", "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_the_same), cmocka_unit_test(is_another), cmocka_unit_test(metadata_by_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
