// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of readers that lie: children that something has taken over and that tell what no reader of ours would. The
 * parent's ends are reached by including them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "package/packages.c" // NOLINT(bugprone-suspicious-include)
#include "process.h"
#include "repository/confirm.h"
#include "tree.h"

enum { SIZE = 1000 };
static const char zeroes_md5[] = "ede3d3b685b4e137ba4cb2521329a75e"; /* of so many zeroes */
static const char zeroes_sha256[] = "541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53";

static struct ddl_arena *arena;
static struct ddl_medium medium; /* nothing is read of it */
static struct ddl_packages_call call;
static struct ddl_package package;
static struct ddl_package_wish wish;
static struct share share;
static struct totals totals;
static struct ddl_error error;
static size_t descriptors;

/* What an honest reader tells of a package with one module. */
static struct ddl_file file;
static struct ddl_file *files[2];
static struct ddl_module module;
static struct ddl_module *modules[1];
static struct ddl_package told;

static int begin(void **state)
{
	(void)state;
	descriptors = open_descriptors();
	arena = ddl_arena_new();
	ddl_error_clear(&error);
	call = (struct ddl_packages_call){ .arena = arena, .medium = &medium, .directory = "" };
	call.stage = ddl_stage_new(NULL, 1000000, &error);
	package = (struct ddl_package){ .label = "a.rpm", .file = "a.rpm", .digest = zeroes_md5, .size = SIZE, .fd = -1 };
	wish = (struct ddl_package_wish){ &package, true, true };
	totals = (struct totals){ 0, SIZE };
	share = (struct share){ .call = &call, .wishes = &wish, .count = 1, .totals = &totals, .raw = -1, .unpacks = true };
	file = (struct ddl_file){ .kind = DDL_FILE_MODULE, .path = "lib/modules/a.ko", .size = 3, .fd = -1 };
	files[0] = files[1] = &file;
	module = (struct ddl_module){ .name = "a", .path = "lib/modules/a.ko", .vermagic = "6.1", .kernel = "6.1" };
	modules[0] = &module;
	told = (struct ddl_package){ .state = DDL_PKG_STAGED, .files = files, .n_files = 1, .modules = modules, .n_modules = 1 };
	return 0;
}

/* Whatever was told: nothing that was staged is left behind, and all memory is given back. */
static int end(void **state)
{
	(void)state;
	forget(&share, true);
	for (size_t i = 0; i < package.n_files; i++)
		if (package.files[i]->fd >= 0)
			ddl_stage_drop(call.stage, package.files[i]->fd, package.files[i]->size);
	if (package.fd >= 0)
		ddl_stage_drop(call.stage, package.fd, package.size);
	assert_int_equal(ddl_stage_fits(call.stage, 1000000, &error), 0);
	ddl_stage_free(call.stage);
	ddl_arena_free(arena);
	assert_int_equal(open_descriptors(), descriptors);
	return 0;
}

static int say(uint32_t type, uint64_t index, uint64_t value, const void *bytes, size_t n)
{
	uint8_t message[sizeof(struct numbers) + SIZE + 1];
	struct numbers head = { index, value };

	memcpy(message, &head, sizeof(head));
	if (n)
		memcpy(message + sizeof(head), bytes, n);
	return receive(&share, type, message, sizeof(head) + n, &error);
}

static int say_file(uint64_t number, const char *bytes)
{
	return say(TELL_FILE, 0, number, NULL, 0) < 0 ? -1 : receive(&share, TELL_BYTES, bytes, strlen(bytes), &error);
}

/* The whole package as `told` has it; it is its own to end it. */
static int say_package(size_t cut)
{
	struct ddl_marshal marshal = ddl_marshal_writer();
	int result;

	ddl_marshal_package(&marshal, &told);
	assert_false(marshal.failed);
	result = receive(&share, TELL_PART, marshal.bytes, marshal.used - cut, &error);
	free(marshal.bytes);
	return result < 0 ? -1 : say(TELL_PACKAGE, 0, 0, NULL, 0);
}

static void refused(int result)
{
	assert_int_equal(result, -1);
	assert_int_equal(error.code, DDL_E_DAMAGED);
	assert_string_equal(error.text, "the reader told something that makes no sense");
	assert_int_not_equal(package.state, DDL_PKG_STAGED);
}

/* What an honest reader of the medium tells: the bytes, and that it has counted them. */
static int say_whole(const void *bytes)
{
	share.unpacks = false;
	told.state = DDL_PKG_TESTED;
	told.n_files = told.n_modules = 0;
	return say(TELL_PIECE, 0, SIZE, bytes, SIZE) < 0 ? -1 : say_package(0);
}

static void the_truth_is_taken(void **state)
{
	uint8_t bytes[SIZE] = { 0 };

	(void)state;
	assert_int_equal(say_whole(bytes), 0);
	assert_int_equal(package.state, DDL_PKG_TESTED);
	assert_true(package.fd >= 0);
	share.unpacks = true;
	told.state = DDL_PKG_STAGED;
	told.n_files = told.n_modules = 1;
	assert_int_equal(say_file(0, "elf"), 0);
	assert_int_equal(say_package(0), 0);
	assert_int_equal(package.state, DDL_PKG_STAGED);
	assert_ptr_equal(package.modules[0]->file, package.files[0]);
	assert_true(package.files[0]->fd >= 0 && package.fd >= 0);
	refused((package.state = DDL_PKG_BAD, say_package(0)));
}

/* Whatever sum a reader says it has found: what counts is that of the bytes it gave. */
static void bytes_that_are_not_the_listed_ones(void **state)
{
	uint8_t bytes[SIZE] = { 1 };

	(void)state;
	told.digest = zeroes_md5;
	refused(say_whole(bytes));
	assert_int_equal(package.fd, -1);
	memset(bytes, 0, sizeof(bytes));
	assert_int_equal(say(TELL_PIECE, 0, SIZE - 1, bytes, SIZE - 1), 0);
	refused(say_package(0)); /* not all of them */
	refused(say_package(0)); /* none */
	refused(say_file(0, "elf")); /* it has not been asked to unpack anything */
	package.digest = told.digest = "";
	assert_int_equal(say_whole(bytes), 0);
	assert_string_equal(package.digest, zeroes_sha256);
}

static void numbers_out_of_range(void **state)
{
	uint8_t bytes[SIZE + 1] = { 0 };

	(void)state;
	refused(say(TELL_FILE, 0, DDL_MAX_PACKAGE_FILES, NULL, 0));
	refused(say(TELL_FILE, 0, UINT64_MAX, NULL, 0));
	share.unpacks = false;
	refused(say(TELL_PIECE, 1, SIZE, bytes, SIZE)); /* a package that it was not given */
	refused(say(TELL_PIECE, UINT64_MAX, 1, bytes, 1));
	refused(say(TELL_PIECE, 0, 2, bytes, 1)); /* more, or less, than comes with it */
	refused(say(TELL_PIECE, 0, 0, bytes, 1));
	refused(say(TELL_PIECE, 0, SIZE + 1, bytes, SIZE + 1)); /* more than the disk lists */
	assert_int_equal(say(TELL_PIECE, 0, SIZE, bytes, SIZE), 0);
	refused(say(TELL_PIECE, 0, 1, bytes, 1));
	refused(receive(&share, 77, bytes, sizeof(struct numbers), &error)); /* a message there is none of */
	refused(receive(&share, TELL_FILE, bytes, sizeof(struct numbers) - 1, &error)); /* half of one */
	refused(receive(&share, TELL_BYTES, bytes, 1, &error)); /* of no file */
}

static void sizes_that_do_not_agree(void **state)
{
	(void)state;
	assert_int_equal(say_file(0, "elf and more"), 0);
	refused(say_package(0));
	assert_int_equal(say_file(0, "el"), 0);
	refused(say_package(0));
	assert_int_equal(say(TELL_FILE, 0, 0, NULL, 0), 0);
	refused(say_package(0));
}

static void files_that_are_not_listed_or_twice(void **state)
{
	(void)state;
	assert_int_equal(say_file(1, "elf"), 0); /* there is only one */
	refused(say_package(0));
	assert_int_equal(say_file(0, "elf"), 0);
	assert_int_equal(say_file(0, "ELF"), 0);
	refused(say_package(0));
	told.n_files = 2; /* one path, two files */
	assert_int_equal(say_file(0, "elf"), 0);
	assert_int_equal(say_file(1, "ELF"), 0);
	refused(say_package(0));
	told.n_files = 1;
	refused(say_package(0)); /* a module whose bytes never came */
	assert_int_equal(say_file(0, "elf"), 0);
	module.path = "lib/modules/b.ko";
	refused(say_package(0)); /* … or that is none of its files */
}

static void names_that_are_none(void **state)
{
	static const char *const paths[] = {
		"", "../etc/passwd", "/etc/passwd", "a/../../b", "lib//a.ko", "./a.ko", "a/..", "."
	};
	static const char *const names[] = { "", "../../x", "a/b", ".", "a b", "a-b", "a\n", "a.ko" };

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		file.path = module.path = paths[i];
		assert_int_equal(say_file(0, "elf"), 0);
		refused(say_package(0));
	}
	file.path = module.path = "lib/modules/a.ko";
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		module.name = names[i];
		assert_int_equal(say_file(0, "elf"), 0);
		refused(say_package(0));
	}
}

static void answers_that_do_not_end(void **state)
{
	static uint8_t much[DDL_MAX_MESSAGE];
	struct ddl_job job = { .ok = false, .error = { .code = DDL_E_DAMAGED } };
	size_t parts = 0;

	(void)state;
	assert_int_equal(say_file(0, "elf"), 0);
	refused(say_package(1)); /* cut short */
	assert_int_equal(say_file(0, "elf"), 0);
	assert_int_equal(receive(&share, TELL_PART, "", 1, &error), 0);
	refused(say_package(0)); /* with something before it */
	while (receive(&share, TELL_PART, much, sizeof(much), &error) == 0)
		assert_true(++parts <= DDL_MAX_RESULT / sizeof(much));
	refused(-1);
	judge_rest(&share, &job); /* and then it is gone */
	assert_int_equal(package.state, DDL_PKG_BAD);
	assert_int_equal(package.trouble.code, DDL_E_DAMAGED);
}

static void another_state_than_was_asked_for(void **state)
{
	(void)state;
	told.state = DDL_PKG_TESTED; /* it was to be unpacked */
	refused(say_package(0));
	told.state = DDL_PKG_UNREAD;
	refused(say_package(0));
	told.state = DDL_PKG_BAD; /* with no reason */
	refused(say_package(0));
	told.state = DDL_PKG_STAGED;
	told.trouble.code = DDL_E_CHECKSUM;
	refused(say_package(0));
}

/* What is to be loaded with a checksum of its own choice is the one that the list has. */
static void the_checksum_stays_the_lists(void **state)
{
	(void)state;
	told.digest = "11";
	assert_int_equal(say_file(0, "elf"), 0);
	assert_int_equal(say_package(0), 0);
	assert_string_equal(package.digest, zeroes_md5);
}

/* ------------------------------------------------------------ a list's own bytes */

#define REPOSITORY \
	"<repository originator=\"acme\" name=\"a\" product=\"XenServer\" version=\"1.0\" build=\"1\">" \
	"<description>true</description></repository>"
#define PACKAGES \
	"<packages><package label=\"a\" type=\"rpm\" size=\"5\" md5=\"0123456789abcdef0123456789abcdef\">a.rpm</package>" \
	"</packages>"

/* Whatever the reader of the medium says of the pack: what counts is what these bytes say, to one that has seen no others. */
static void the_list_is_read_by_itself(void **state)
{
	struct ddl_metadata metadata[] = { { "XS-REPOSITORY", REPOSITORY, sizeof(REPOSITORY) - 1 },
					   { "XS-PACKAGES", PACKAGES, sizeof(PACKAGES) - 1 } };
	struct ddl_package lie = { .label = "b", .file = "evil.rpm", .kernel = "", .root = "", .options = "", .digest = "ff" };
	struct ddl_repo repo = { .family = DDL_FAMILY_XENSERVER_XML,
				 .directory = "packages",
				 .identifier = "acme:b",
				 .description = "a lie",
				 .fingerprint = "of the vendor's",
				 .packages = &lie,
				 .n_packages = 1,
				 .metadata = metadata,
				 .n_metadata = 2 };
	const struct ddl_confine confine = { .parallel = 1 };
	struct ddl_repo other = repo;

	(void)state;
	assert_int_equal(ddl_repo_confirm(arena, &repo, &confine, &error), 0);
	assert_string_equal(repo.identifier, "acme:a");
	assert_string_equal(repo.description, "true");
	assert_int_equal(repo.n_packages, 1);
	assert_string_equal(repo.packages[0].file, "a.rpm");
	assert_string_equal(repo.packages[0].digest, "0123456789abcdef0123456789abcdef");
	assert_string_equal(repo.fingerprint, "e574fb947fcd842d5ce810600c208b81");
	assert_ptr_equal(repo.metadata, metadata);

	metadata[1].bytes = "<packages>."; /* no pack in these bytes */
	metadata[1].length = 11;
	assert_int_equal(ddl_repo_confirm(arena, &other, &confine, &error), -1);
	ddl_error_clear(&error);
	other.n_metadata = 1; /* a file is missing */
	assert_int_equal(ddl_repo_confirm(arena, &other, &confine, &error), -1);
	assert_int_equal(error.code, DDL_E_DAMAGED);
	ddl_error_clear(&error);
	other.n_metadata = 2;
	metadata[1].bytes = PACKAGES;
	metadata[1].length = sizeof(PACKAGES) - 1;
	other.family = DDL_FAMILY_XENSERVER_UPDATE; /* of another family than it is */
	assert_int_equal(ddl_repo_confirm(arena, &other, &confine, &error), -1);
	assert_int_equal(error.code, DDL_E_DAMAGED);
	ddl_error_clear(&error);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_truth_is_taken),         TEST(bytes_that_are_not_the_listed_ones), TEST(numbers_out_of_range),
		TEST(sizes_that_do_not_agree),    TEST(files_that_are_not_listed_or_twice), TEST(names_that_are_none),
		TEST(answers_that_do_not_end),    TEST(another_state_than_was_asked_for),   TEST(the_checksum_stays_the_lists),
		TEST(the_list_is_read_by_itself),
	};

	return cmocka_run_group_tests_name("liar", tests, NULL, NULL);
}
