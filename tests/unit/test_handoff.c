// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what is left for the installer: files, names that must stay where they belong, the line. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "handoff/handoff.h"
#include "process.h"
#include "rig.h"
#include "tree.h"

RIG_KERNEL

static struct ddl_metadata metadata[] = { { "XS-REPOSITORY", "one\0two", 7 }, { "XS-PACKAGES", "", 0 } };
static struct ddl_repo repo;
static const struct ddl_repo *repos[] = { &repo };
static struct ddl_loaded_now loaded = {
	.module = "a", .version_before = "", .version_now = "1.2", .srcversion = "", .repo = &repo
};
static struct ddl_disk disks[] = { { .name = "sda" }, { .name = "sdb" } };
static struct ddl_plan plan;
static struct ddl_outcome outcome;

static void fill(const char *identifier)
{
	repo = (struct ddl_repo){ .identifier = identifier,
				  .originator = "acme",
				  .name = "a",
				  .product = "",
				  .version = "1.0",
				  .build = "",
				  .description = "",
				  .fingerprint = "",
				  .where = "",
				  .directory = "",
				  .metadata = metadata,
				  .n_metadata = 2 };
	outcome = (struct ddl_outcome){
		.result = DDL_RESULT_WORKS, .modules = &loaded, .n_modules = 1, .repos = repos, .n_repos = 1, .plan = &plan
	};
}

static bool file_is(const char *path, const char *bytes, size_t n)
{
	struct built built = rig_read(path);
	bool same = built.bytes && built.length == n && memcmp(built.bytes, bytes, n) == 0;

	built_free(&built);
	return same;
}

static void names_stay_below_packs(void **state)
{
	static const struct {
		const char *identifier, *directory;
	} cases[] = {
		{ "acme:a", "acme:a" }, { "../../etc:a", "%2E.%2F..%2Fetc:a" }, { ".", "%2E" },       { "..", "%2E." },
		{ "a/b:c", "a%2Fb:c" }, { ".hidden:x", "%2Ehidden:x" },         { "a_b:c", "a_b:c" }, { "a%2Fb:c", "a%252Fb:c" },
	};
	char long_name[600], path[700];

	(void)state;
	rig_open();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		fill(cases[i].identifier);
		assert_int_equal(ddl_handoff_write(rig.session, &outcome, &rig.error), 0);
		(void)snprintf(path, sizeof(path), "run/ddload/packs/%s/XS-REPOSITORY", cases[i].directory);
		assert_true(file_is(path, "one\0two", 7));
		(void)snprintf(path, sizeof(path), "run/ddload/packs/%s/XS-PACKAGES", cases[i].directory);
		assert_true(file_is(path, "", 0));
	}
	memset(long_name, 'n', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	fill(long_name);
	assert_int_equal(ddl_handoff_write(rig.session, &outcome, &rig.error), 0);
	long_name[sizeof(long_name) - 2] = 'm'; /* another one, though it begins as that does */
	assert_int_equal(ddl_handoff_write(rig.session, &outcome, &rig.error), 0);
	memset(long_name, '/', sizeof(long_name) - 1);
	assert_int_equal(ddl_handoff_write(rig.session, &outcome, &rig.error), 0);
	assert_true(tree_shell("test $(ls -A root/run/ddload/packs | wc -l) = 11 && ! ls -A root | grep etc"));
	assert_true(tree_shell("! find root -name '*.new*' | grep ."));
}

static void written_again_and_over_what_was_left(void **state)
{
	(void)state;
	rig_open();
	fill("acme:a");
	tree_file("root/run/ddload/.new-file", "left by one that was killed");
	tree_file("root/run/ddload/outcome.json", "old");
	tree_file("victim", "untouched");
	tree_link("root/run/ddload/packs/acme:a/XS-REPOSITORY", "../../../../../victim");
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(ddl_handoff_write(rig.session, &outcome, &rig.error), 0);
	assert_true(file_is("run/ddload/packs/acme:a/XS-REPOSITORY", "one\0two", 7));
	assert_true(tree_shell("grep -q untouched victim && test ! -L 'root/run/ddload/packs/acme:a/XS-REPOSITORY' && "
			       "grep -q '\"a\"' root/run/ddload/outcome.json && ! ls root/run/ddload | grep new"));
}

/* Firmware first, then what others need; of two that need each other the first one. */
static void rpms_stand_in_order(void **state)
{
	static struct ddl_file file = { .kind = DDL_FILE_MODULE, .fd = -1 }, licence = { .kind = DDL_FILE_LICENCE, .fd = -1 };
	static struct ddl_file *files[] = { &file }, *licences[] = { &licence };
	static const char *needs_b[] = { "b-b", "scsi_mod" }, *needs_d[] = { "d" }, *needs_c[] = { "c" };
	static struct ddl_module a = { .name = "a", .depends = needs_b, .n_depends = 2 }, b = { .name = "b_b" },
				 c = { .name = "c", .depends = needs_d, .n_depends = 1 },
				 d = { .name = "d", .depends = needs_c, .n_depends = 1 };
	static struct ddl_module *modules[] = { &a, &b, &c, &d };
	static const char *const names[] = { "a", "b", "c", "d", "firmware", "other", "meta" };
	static const char paths[] = "/run/ddload/packs/acme:a/firmware\n/run/ddload/packs/acme:a/b\n/run/ddload/packs/acme:a/a\n"
				    "/run/ddload/packs/acme:a/c\n/run/ddload/packs/acme:a/d\n";
	struct ddl_package packages[7];

	(void)state;
	rig_open();
	rig.session->options.handoff = DDL_HANDOFF_RPM_LIST | DDL_HANDOFF_ANACONDA;
	fill("acme:a");
	tree_file("rpm", "the package");
	for (size_t i = 0; i < 7; i++) {
		packages[i] = (struct ddl_package){ .file = names[i],
						    .rpm_name = names[i],
						    .fit = DDL_FIT_YES,
						    .files = files,
						    .n_files = 1,
						    .modules = i < 4 ? &modules[i] : NULL,
						    .n_modules = i < 4,
						    .size = 11,
						    .fd = open(tree_path("rpm"), O_RDONLY | O_CLOEXEC) };
		assert_true(packages[i].fd >= 0);
	}
	packages[4].fit = DDL_FIT_SUPPORT;
	packages[5].fit = DDL_FIT_OTHER_KERNEL;
	packages[6].files = licences;
	repo.packages = packages;
	repo.n_packages = 7;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(ddl_handoff_write(rig.session, &outcome, &rig.error), 0);
		assert_true(file_is("run/ddload/rpms", paths, sizeof(paths) - 1));
		assert_true(file_is("run/install/dd_packages", "a\nb\nc\nd\nfirmware\n", 17));
		assert_true(tree_shell(
			"test \"$(cd root/run/install && echo DD-*/*)\" = 'DD-1/a DD-1/b DD-1/c DD-1/d DD-1/firmware'"));
		assert_true(tree_shell("test root/run/install/DD-1/a -ef root/run/ddload/packs/acme:a/a"));
	}
	/* nothing of what has no controller; what has one may get its disks later */
	outcome.result = DDL_RESULT_NOT_TAKEN;
	assert_true(tree_shell("rm -r root/run/install root/run/ddload/rpms"));
	assert_int_equal(ddl_handoff_write(rig.session, &outcome, &rig.error), 0);
	assert_true(tree_shell("test ! -e root/run/install && test ! -e root/run/ddload/rpms"));
	outcome.result = DDL_RESULT_BOUND_NO_DISK;
	assert_int_equal(ddl_handoff_write(rig.session, &outcome, &rig.error), 0);
	assert_true(tree_shell("test -e root/run/install && test -e root/run/ddload/rpms"));
	for (size_t i = 0; i < 7; i++)
		close(packages[i].fd);
}

/* The outcomes of loads before this one are numbered; where there are too many the last of them goes. */
/* limit: DDL_MAX_EARLIER */
static void earlier_outcomes_stay(void **state)
{
	(void)state;
	rig_open();
	fill("acme:a");
	tree_file("root/run/ddload/outcome.json", "of what was refused");
	assert_int_equal(ddl_handoff_write(rig.session, &outcome, &rig.error), 0);
	assert_true(tree_shell("test ! -e root/run/ddload/outcome-1.json"));
	tree_file("root/run/ddload/outcome.json", "the first");
	for (unsigned i = 0; i < DDL_MAX_EARLIER + 2; i++)
		assert_int_equal(ddl_handoff_write(rig.session, &outcome, &rig.error), 0);
	assert_true(file_is("run/ddload/outcome-1.json", "the first", 9));
	assert_true(tree_shell("test $(ls root/run/ddload/outcome*.json | wc -l) = 65 && cmp root/run/ddload/outcome.json "
			       "root/run/ddload/outcome-2.json"));
}

/* Of two versions of a pack in one session the later is left, and nothing of the other. */
static void the_later_version_takes_the_place(void **state)
{
	struct ddl_package package = { .file = "sub/new.rpm", .size = 11 };

	(void)state;
	rig_open();
	fill("acme:a");
	tree_file("rpm", "the package");
	tree_file("elsewhere/file", "untouched");
	tree_file("root/run/ddload/packs/acme:a/old.rpm", "of the other version");
	tree_file("root/run/ddload/packs/acme:a/sub/deep/old.rpm", "of the other version");
	tree_link("root/run/ddload/packs/acme:a/sub/link", "../../../../../../elsewhere");
	tree_file("root/run/ddload/packs/.new/half", "left by one that was killed");
	package.fd = open(tree_path("rpm"), O_RDONLY | O_CLOEXEC);
	assert_true(package.fd >= 0);
	repo.packages = &package;
	repo.n_packages = 1;
	assert_int_equal(ddl_handoff_write(rig.session, &outcome, &rig.error), 0);
	assert_true(file_is("run/ddload/packs/acme:a/sub/new.rpm", "the package", 11));
	assert_true(tree_shell("test $(find root/run/ddload/packs | wc -l) = 6 && grep -q untouched elsewhere/file"));
	/* what is not handed over leaves what is there */
	close(package.fd);
	package.fd = open(tree_path("elsewhere"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(package.fd >= 0);
	assert_int_equal(ddl_handoff_write(rig.session, &outcome, &rig.error), -1);
	assert_int_equal(rig.error.code, DDL_E_STAGE);
	close(package.fd);
	assert_true(file_is("run/ddload/packs/acme:a/sub/new.rpm", "the package", 11));
	assert_true(tree_shell("test $(find root/run/ddload/packs | wc -l) = 6"));
}

static void only_what_was_loaded_leaves_a_pack(void **state)
{
	static const struct {
		enum ddl_result result;
		bool left;
	} cases[] = {
		{ DDL_RESULT_REFUSED, false }, { DDL_RESULT_UNDONE, false }, { DDL_RESULT_NOT_UNDONE, false },
		{ DDL_RESULT_NOTHING, false }, { DDL_RESULT_UNUSED, true },  { DDL_RESULT_BOUND_NO_DISK, true },
		{ DDL_RESULT_ALREADY, true },
	};

	(void)state;
	rig_open();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		fill("acme:a");
		outcome.result = cases[i].result;
		assert_int_equal(ddl_handoff_write(rig.session, &outcome, &rig.error), 0);
		assert_int_equal(access(tree_path("root/run/ddload/packs"), F_OK) == 0, cases[i].left);
		assert_int_equal(access(tree_path("root/run/ddload/outcome.json"), F_OK), 0);
	}
}

static void says_what_cannot_be_written(void **state)
{
	size_t before;

	(void)state;
	rig_open();
	before = open_descriptors();
	fill("acme:a");
	tree_file("root/run/ddload/packs", "in the way");
	assert_int_equal(ddl_handoff_write(rig.session, &outcome, &rig.error), -1);
	assert_int_equal(rig.error.code, DDL_E_STAGE);
	assert_true(*rig.error.text);
	assert_true(tree_shell("rm -r root/run/ddload && echo > root/run/ddload"));
	assert_int_equal(ddl_handoff_write(rig.session, &outcome, &rig.error), -1);
	assert_int_equal(rig.error.code, DDL_E_STAGE);
	assert_int_equal(open_descriptors(), before);
}

static void the_line(void **state)
{
	const char *links[] = { "eth0" };
	char line[256], small[24];

	(void)state;
	fill("acme:a");
	outcome.appeared = disks;
	outcome.n_appeared = 2;
	outcome.links = links;
	outcome.n_links = 1;
	ddl_describe_line(line, sizeof(line), &outcome);
	assert_string_equal(line, "ddload: loaded a 1.2 (acme:a 1.0) sda sdb eth0");
	repo.build = "7";
	outcome.n_appeared = outcome.n_links = 0;
	outcome.result = DDL_RESULT_BOUND_NO_DISK;
	ddl_describe_line(line, sizeof(line), &outcome);
	assert_string_equal(line, "ddload: loaded a 1.2 (acme:a 1.0-7) (no disk)");
	outcome.result = DDL_RESULT_UNUSED;
	ddl_describe_line(line, sizeof(line), &outcome);
	assert_string_equal(line, "ddload: loaded a 1.2 (acme:a 1.0-7) (no device uses it)");
	repo.identifier = "acme:a 1.0) sda (b";
	repo.build = "7) sdb";
	ddl_describe_line(line, sizeof(line), &outcome);
	assert_string_equal(line, "ddload: loaded a 1.2 (acme:a_1.0__sda__b 1.0-7__sdb) (no device uses it)");
	repo.identifier = "acme:a";
	ddl_describe_line(small, sizeof(small), &outcome);
	assert_string_equal(small, "ddload: loaded a 1.2 (a");
	outcome.result = DDL_RESULT_UNDONE;
	(void)ddl_fail(&outcome.error, DDL_E_INSERT_INIT, 5, "a");
	ddl_describe_line(line, sizeof(line), &outcome);
	assert_string_equal(line, "ddload: FAILED (insert-init) a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIGGED(names_stay_below_packs),
		RIGGED(written_again_and_over_what_was_left),
		RIGGED(the_later_version_takes_the_place),
		RIGGED(rpms_stand_in_order),
		RIGGED(earlier_outcomes_stay),
		RIGGED(only_what_was_loaded_leaves_a_pack),
		RIGGED(says_what_cannot_be_written),
		RIGGED(the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
