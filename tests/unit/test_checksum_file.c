// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of checksum files: what their text says of a file, which lie beside one, and the whole file's sum. */
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

#include "tree.h"
#include "verify/checksum_file.h"

#define MD5 "0123456789abcdef0123456789ABCDEF"
#define OTHER "ffffffffffffffffffffffffffffffff"
#define LOW "0123456789abcdef0123456789abcdef"
#define SHA MD5 MD5
#define LOW_SHA LOW LOW

static struct ddl_confine in_process = { .unconfined = true };

static void said(const char *text, const char *want)
{
	char digest[DDL_SUM_ROOM];
	bool other;

	assert_int_equal(ddl_checksum_file_read(text, strlen(text), "drivers/Pack.iso", digest, &other), *want != '\0');
	assert_string_equal(digest, want);
}

static void all_forms(void **state)
{
	(void)state;
	said(MD5, LOW);
	said(MD5 "\n", LOW);
	said("\xEF\xBB\xBF" MD5 "  pack.iso\r\n", LOW);
	said("  " MD5 " *pack.iso", LOW);
	said("\\" MD5 "  C:\\\\tmp\\\\pack.iso\n", LOW);
	said("# made today\n\n" SHA "  ./out/PACK.ISO\n", LOW_SHA);
	said("MD5 (pack.iso) = " MD5 "\n", LOW);
	said("SHA256 (out/pack.iso)= " SHA, LOW_SHA);
	said(MD5 "  -\n", LOW);
}

/* A line of its own name goes first; a single line is meant whatever it names. */
static void names_in_it(void **state)
{
	(void)state;
	said(OTHER "  other.iso\n" MD5 "  pack.iso\n", LOW);
	said(MD5 "  pack.iso\n" OTHER "  other.iso\n", LOW);
	said(OTHER "  backpack.iso\n" MD5 "  pack.iso\n", LOW);
	said(MD5 "  called-otherwise-before.iso\n", LOW);
	said(OTHER "  one.iso\n" MD5 "  two.iso\n", "");
	said(OTHER "\n" MD5 "\n", "");
}

static bool is_other(const char *text)
{
	char digest[DDL_SUM_ROOM];
	bool other;

	assert_true(ddl_checksum_file_read(text, strlen(text), "drivers/Pack.iso", digest, &other));
	return other;
}

/* Is the line that was taken another file's? md5sum's own input and digits alone name none. */
static void whose_line(void **state)
{
	(void)state;
	assert_true(is_other(MD5 "  called-otherwise-before.iso\n"));
	assert_true(is_other(MD5 " *pack.zip\r\n"));
	assert_true(is_other("MD5 (pack.zip) = " MD5 "\n"));
	assert_false(is_other(MD5 "  out/pack.iso\n"));
	assert_false(is_other(OTHER "  pack.zip\n" MD5 "  pack.iso\n"));
	assert_false(is_other(MD5 "  -\n"));
	assert_false(is_other(MD5 "\n"));
}

static void nothing_in_it(void **state)
{
	static const char *const bad[] = {
		"",
		"\n\n",
		"pack.iso",
		"0123456789abcdef0123456789abcde  pack.iso\n",
		MD5 "0  pack.iso\n",
		MD5 "x\n",
		"MD5 (pack.iso) = \n",
		"MD5 (pack.iso = " MD5,
		"MD5 pack.iso) = " MD5,
		"= " MD5,
		"<html>404</html>\n",
		"SHA1 (pack.iso) = 0123456789abcdef0123456789abcdef01234567\n",
		")(=" MD5,
	};
	char digest[DDL_SUM_ROOM];
	bool other;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		said(bad[i], "");
	assert_false(ddl_checksum_file_read("\0\0" MD5, 34, "pack.iso", digest, &other));
	assert_string_equal(digest, "");
}

/* ------------------------------------------------------------- on a directory */

static struct ddl_arena *arena;
static struct ddl_medium medium;

static int set_up(void **state)
{
	(void)state;
	arena = ddl_arena_new();
	(void)tree_shell("rm -rf medium");
	tree_directory("medium/a");
	medium = (struct ddl_medium){ .kind = DDL_MEDIUM_DIRECTORY, .name = "medium" };
	medium.fd = open(tree_path("medium"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return arena && medium.fd >= 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	ddl_arena_free(arena);
	return close(medium.fd);
}

static struct ddl_found_sum *find(size_t want)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_found_sum *sums;
	size_t count;

	assert_int_equal(ddl_checksum_file_find(arena, &medium, "a/pack.iso", &in_process, &sums, &count, &error), 0);
	assert_int_equal(count, want);
	return sums;
}

static void those_beside(void **state)
{
	const struct ddl_found_sum *sums;

	(void)state;
	(void)find(0);
	tree_file("medium/pack.iso.md5", MD5); /* another folder */
	tree_file("medium/a/other.iso.md5", MD5);
	(void)find(0);
	tree_file("medium/a/pack.metadata.md5", MD5 "\n");
	tree_file("medium/a/pack.iso.sha256", SHA "  pack.iso\n");
	tree_file("medium/a/pack.md5", "what is this\n");
	tree_file("medium/a/pack.SHA256", SHA);
	sums = find(4);
	assert_string_equal(sums[0].sum.file, "pack.metadata.md5");
	assert_true(sums[0].sum.metadata);
	assert_false(sums[0].plain);
	assert_int_equal(sums[0].sum.state, DDL_SUM_UNCOMPARED);
	assert_string_equal(sums[0].sum.expected, LOW);
	assert_string_equal(sums[1].sum.file, "pack.iso.sha256");
	assert_false(sums[1].sum.metadata);
	assert_false(sums[1].plain);
	assert_string_equal(sums[1].sum.expected, LOW_SHA);
	assert_string_equal(sums[2].sum.file, "pack.md5");
	assert_true(sums[2].plain);
	assert_int_equal(sums[2].sum.state, DDL_SUM_UNREADABLE);
	assert_string_equal(sums[2].sum.expected, "");
	assert_string_equal(sums[3].sum.file, "pack.SHA256");
	assert_true(sums[3].plain);
}

/* One that is larger than any is not read at all. */
/* limit: DDL_MAX_SUM_FILE */
static void too_large(void **state)
{
	char *text = calloc(1, DDL_MAX_SUM_FILE + 2);

	(void)state;
	assert_non_null(text);
	memset(text, '\n', DDL_MAX_SUM_FILE);
	memcpy(text, MD5, strlen(MD5));
	tree_file("medium/a/pack.iso.md5", text);
	assert_int_equal(find(1)->sum.state, DDL_SUM_UNCOMPARED);
	text[DDL_MAX_SUM_FILE] = '\n';
	tree_file("medium/a/pack.iso.md5", text);
	assert_int_equal(find(1)->sum.state, DDL_SUM_UNREADABLE);
	free(text);
}

static void count_progress(void *arg, uint64_t done, uint64_t total)
{
	unsigned *count = arg;

	assert_true(done > 0 && done <= total);
	(*count)++;
}

static void whole_file(void **state)
{
	unsigned count = 0;
	struct ddl_whole whole = { .want_md5 = true, .want_sha256 = true, .progress = count_progress, .arg = &count };
	struct ddl_error error = DDL_ERROR_INIT;
	const size_t large = 9U * 1024U * 1024U;
	char *text = calloc(1, large + 1);

	(void)state;
	assert_non_null(text);
	tree_file("medium/a/pack.iso", "abc"); /* RFC 1321, A.5; FIPS 180-2, B.1 */
	assert_int_equal(ddl_checksum_file_whole(arena, &medium, "a/pack.iso", &in_process, &whole, &error), 0);
	assert_string_equal(whole.md5, "900150983cd24fb0d6963f7d28e17f72");
	assert_string_equal(whole.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(count, 0);
	whole.want_md5 = false; /* only what is asked for is computed */
	assert_int_equal(ddl_checksum_file_whole(arena, &medium, "a/pack.iso", &in_process, &whole, &error), 0);
	assert_string_not_equal(whole.md5, "900150983cd24fb0d6963f7d28e17f72");
	assert_string_equal(whole.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	memset(text, 'a', large);
	tree_file("medium/a/pack.iso", text);
	assert_int_equal(ddl_checksum_file_whole(arena, &medium, "a/pack.iso", &in_process, &whole, &error), 0);
	assert_int_equal(count, 2);
	free(text);
	assert_int_equal(ddl_checksum_file_whole(arena, &medium, "a/none.iso", &in_process, &whole, &error), -1);
	assert_int_equal(error.code, DDL_E_GONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_forms),
		cmocka_unit_test(names_in_it),
		cmocka_unit_test(whose_line),
		cmocka_unit_test(nothing_in_it),
		TEST(those_beside),
		TEST(too_large),
		TEST(whole_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
