// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of finding the repositories of a directory medium, and of what is laid out to mislead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "process.h"
#include "repository/scan.h"
#include "rig.h"
#include "tree.h"

static struct ddl_arena *arena;
static struct ddl_medium *medium;
static struct ddl_scan scan;
static struct ddl_error error;
static size_t descriptors;

static int begin(void **state)
{
	struct ddl_source source = { .kind = DDL_SOURCE_DIRECTORY, .name = "m", .path = tree_path("medium") };

	(void)state;
	assert_true(tree_shell("rm -rf medium"));
	tree_directory("medium");
	descriptors = open_descriptors();
	arena = ddl_arena_new();
	medium = ddl_medium_open(&source, "", NULL, &error);
	assert_non_null(medium);
	return 0;
}

static int end(void **state)
{
	(void)state;
	ddl_medium_close(medium);
	ddl_arena_free(arena);
	assert_int_equal(open_descriptors(), descriptors);
	return 0;
}

#define PACKAGES \
	"<packages><package label=\"a\" type=\"rpm\" size=\"1\" " \
	"md5=\"2fb99ae91000b446f3d71d782c734dae\">a.rpm</package></packages>"

static void pack(const char *directory, const char *name)
{
	char path[256], text[512];

	(void)snprintf(text, sizeof(text),
		       "<repository originator=\"o\" name=\"%s\" product=\"p\" version=\"1\">"
		       "<description>d</description></repository>",
		       name);
	(void)snprintf(path, sizeof(path), "medium/%s/XS-REPOSITORY", directory);
	tree_file(path, text);
	(void)snprintf(path, sizeof(path), "medium/%s/XS-PACKAGES", directory);
	tree_file(path, PACKAGES);
}

static int run(bool unconfined)
{
	const struct ddl_confine confine = { .unconfined = unconfined };

	ddl_error_clear(&error);
	return ddl_scan_medium(arena, medium, &confine, NULL, &scan, &error);
}

static void usual_and_listed_directories(void **state)
{
	(void)state;
	pack(".", "root");
	pack("packages", "one");
	pack("packages.site", "two");
	pack("x/y", "three");
	pack("not/listed", "four");
	tree_file("medium/XS-REPOSITORY-LIST", "x/y\n\nx/y\npackages\n");
	for (unsigned unconfined = 0; unconfined < 2; unconfined++) {
		static const char *const names[] = { "o:root", "o:one", "o:two", "o:three" };
		static const char *const directories[] = { "", "packages", "packages.site", "x/y" };

		assert_int_equal(run(unconfined), 0);
		assert_int_equal(scan.n_repos, 4);
		for (size_t i = 0; i < 4; i++) {
			assert_string_equal(scan.repos[i]->identifier, names[i]);
			assert_string_equal(scan.repos[i]->directory, directories[i]);
			assert_int_equal(scan.repos[i]->n_packages, 1);
			assert_int_equal(scan.repos[i]->n_metadata, 2); /* as they are, for the hand-off */
			for (size_t m = 0; m < 2; m++)
				if (strcmp(scan.repos[i]->metadata[m].name, "XS-PACKAGES") == 0)
					assert_string_equal(scan.repos[i]->metadata[m].bytes, PACKAGES);
		}
	}
}

static void nothing_is_no_error(void **state)
{
	(void)state;
	assert_int_equal(run(false), 0);
	assert_int_equal(scan.n_repos + scan.n_notes, 0);
	tree_file("medium/XS-REPOSITORY", "<repository/>");
	assert_int_equal(run(false), 0);
	assert_int_equal(scan.n_repos, 0);
	assert_int_equal(scan.n_notes, 1); /* one of the two files alone */
}

static void links_are_not_followed(void **state)
{
	(void)state;
	pack("real", "a");
	tree_link("medium/XS-REPOSITORY", "real/XS-REPOSITORY");
	tree_link("medium/XS-PACKAGES", "/etc/passwd");
	tree_link("medium/packages", "real");
	tree_link("medium/XS-REPOSITORY-LIST", "/etc/passwd");
	assert_int_equal(run(false), 0);
	assert_int_equal(scan.n_repos, 0);
	assert_true(tree_shell("cd medium && rm XS-* && mkfifo XS-REPOSITORY XS-PACKAGES && mkdir XS-REPOSITORY-LIST"));
	assert_int_equal(run(false), 0); /* and no waiting for what a FIFO would say */
	assert_int_equal(scan.n_repos, 0);
}

static void broken_and_too_large(void **state)
{
	(void)state;
	pack(".", "good");
	assert_true(tree_shell("head -c 1048577 /dev/zero > medium/XS-PACKAGES"));
	assert_int_equal(run(false), -1);
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
	tree_file("medium/XS-PACKAGES", "<packages><package");
	assert_int_equal(run(false), -1);
	assert_int_equal(error.code, DDL_E_XML);
	assert_int_equal(scan.n_repos, 0);
	pack("packages", "other"); /* a good one besides: the broken one is a note */
	assert_int_equal(run(false), 0);
	assert_int_equal(scan.n_repos, 1);
	assert_string_equal(scan.repos[0]->identifier, "o:other");
	assert_int_equal(scan.n_notes, 1);
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static void cancelled(void **state)
{
	const struct ddl_confine confine = { .go_on = never };

	(void)state;
	pack(".", "a");
	ddl_error_clear(&error);
	assert_int_equal(ddl_scan_medium(arena, medium, &confine, NULL, &scan, &error), -1);
	assert_int_equal(error.code, DDL_E_CANCELLED);
	assert_int_equal(scan.n_repos, 0);
}

/* limit: DDL_MAX_REDHAT_PACKAGES. What is wrong with a package shows when it is read whole. */
static void packages_of_a_redhat_disk(void **state)
{
	(void)state;
	assert_true(
		tree_shell("mkdir -p medium/rpms/x86_64/below && cd medium && echo A driver > rhdd3 && touch rpms/x86_64/a.txt "
			   "rpms/x86_64/below/b.rpm && cd rpms/x86_64 && seq -f %%03g.rpm 1 %u | xargs touch",
			   DDL_MAX_REDHAT_PACKAGES));
	for (int unconfined = 0; unconfined < 2; unconfined++) {
		assert_int_equal(run(unconfined), 0);
		assert_int_equal(scan.n_repos, 1);
		assert_int_equal(scan.repos[0]->family, DDL_FAMILY_REDHAT);
		assert_int_equal(scan.repos[0]->n_packages, DDL_MAX_REDHAT_PACKAGES);
		assert_string_equal(scan.repos[0]->packages[0].file, "001.rpm");
		assert_string_equal(scan.repos[0]->directory, "rpms/x86_64");
	}
	assert_true(tree_shell("touch medium/rpms/x86_64/one-more.rpm"));
	assert_int_equal(run(true), -1);
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
}

/* limit: DDL_MAX_SUSE_FILES */
static void files_of_suse_updates(void **state)
{
	(void)state;
	assert_true(tree_shell(
		"mkdir -p medium/linux/suse/x86_64-sles15/modules medium/2/linux/suse/x86_64-tw/inst-sys/a/b/c/d && "
		"cd medium && ln -s x86_64-sles15 linux/suse/x86_64-sled15 && touch 2/linux/suse/x86_64-tw/inst-sys/a/b/c/d/e && "
		"echo UpdateID: 5 > linux/suse/x86_64-sles15/dud.config && cd linux/suse/x86_64-sles15/modules && "
		"seq -f %%04g.ko 1 %u | xargs touch",
		DDL_MAX_SUSE_FILES - 2));
	for (int unconfined = 0; unconfined < 2; unconfined++) {
		assert_int_equal(run(unconfined), 0);
		assert_int_equal(scan.n_repos, 1);
		assert_int_equal(scan.repos[0]->family, DDL_FAMILY_SUSE);
		assert_string_equal(scan.repos[0]->identifier, "5");
		assert_int_equal(scan.repos[0]->n_packages, DDL_MAX_SUSE_FILES - 1);
		assert_string_equal(scan.repos[0]->packages[1].file, "modules/0001.ko");
	}
	assert_true(tree_shell("touch medium/linux/suse/x86_64-sles15/modules/one-more.ko"));
	assert_int_equal(run(true), -1);
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
}

/* limit: DDL_MAX_TREEINFO */
static void treeinfo_size(void **state)
{
	char *text = malloc(DDL_MAX_TREEINFO + 2);

	(void)state;
	assert_non_null(text);
	memset(text, '\n', DDL_MAX_TREEINFO + 1);
	memcpy(text, "[branding]\nversion = 7.1.0\n", 27);
	text[DDL_MAX_TREEINFO] = '\0';
	tree_file("medium/.treeinfo", text);
	assert_int_equal(run(true), 0);
	assert_int_equal(scan.n_products, 1);
	assert_string_equal(scan.products[0].version, "7.1.0");
	text[DDL_MAX_TREEINFO] = '\n';
	text[DDL_MAX_TREEINFO + 1] = '\0';
	tree_file("medium/.treeinfo", text);
	assert_int_equal(run(true), 0);
	assert_int_equal(scan.n_products, 0);
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(usual_and_listed_directories),
		TEST(nothing_is_no_error),
		TEST(links_are_not_followed),
		TEST(broken_and_too_large),
		TEST(cancelled),
		TEST(treeinfo_size),
		TEST(packages_of_a_redhat_disk),
		TEST(files_of_suse_updates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
