// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests at a limit of limits.h and one past it, for generation 3: its lists' sizes, entries, and how they need each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "fixture.h"
#include "medium/medium.h"
#include "pack_builder.h"
#include "repository/scan.h"
#include "repository/xenserver_update.h"
#include "tree.h"

#define UPDATE "<update name-label='a' uuid='1'/>"
#define COMPS "<comps><group><id>drivers</id><packagelist><packagereq>d</packagereq></packagelist></group></comps>"
#define LISTED(type) \
	"<data type='" type \
	"'><checksum type='sha256'>2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a</checksum>" \
	"<location href='x'/><size>1</size></data>"
#define MEBIBYTE (1024U * 1024U)

static struct ddl_repo repo;

static void add_many(struct built *text, const char *what, size_t count)
{
	while (count--)
		built_text(text, what);
}

static void begin_package(struct built *text, const char *list)
{
	static const char sum[] = "2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a2f3a";
	char head[512];

	(void)snprintf(head, sizeof(head),
		       "<metadata><package><name>d</name><arch>x86_64</arch><version ver='1' rel='1'/>"
		       "<checksum type='sha256'>%s</checksum><size package='1'/><location href='d.rpm'/><format><%s>",
		       sum, list);
	built_text(text, head);
}

/* The update whose primary this is, as it lies on the disk (packed or not). */
static int parse(const struct built *primary)
{
	struct ddl_blob blobs[] = {
		{ "update.xml", UPDATE, sizeof(UPDATE) - 1, false },
		{ "repodata/repomd.xml", NULL, 0, false },
		{ "c.xml", COMPS, sizeof(COMPS) - 1, false },
		{ "p.xml", (const char *)primary->bytes, primary->length, false },
	};
	const char **notes = NULL;
	size_t n_notes = 0;

	blobs[1].bytes = ddl_arena_printf(
		arena,
		"<repomd><data type='primary'><checksum type='sha256'>%s</checksum><location href='p.xml'/>"
		"</data><data type='group'><checksum type='sha256'>%s</checksum><location href='c.xml'/></data></repomd>",
		sha256_hex(primary->bytes, primary->length), sha256_hex(COMPS, sizeof(COMPS) - 1));
	blobs[1].length = strlen(blobs[1].bytes);
	ddl_error_clear(&error);
	return ddl_repo_parse_update(arena, "", blobs, 4, &repo, &notes, &n_notes, &error);
}

static void expect_too_large(const struct built *primary, const char *words)
{
	assert_int_equal(parse(primary), -1);
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
	assert_non_null(strstr(error.text, words));
}

/* limit: DDL_MAX_RPM_ENTRIES */
static void what_packages_provide(void **state)
{
	(void)state;
	for (unsigned past = 0; past < 2; past++) {
		struct built text = { 0 };

		begin_package(&text, "rpm:provides");
		add_many(&text, "<rpm:entry name='p'/>", DDL_MAX_RPM_ENTRIES - 1);
		built_text(&text, "</rpm:provides><rpm:requires>");
		add_many(&text, "<rpm:entry name='/x'/>", 1 + past);
		built_text(&text, "</rpm:requires></format></package></metadata>");
		if (past)
			expect_too_large(&text, "more than 262144 entries");
		else
			assert_int_equal(parse(&text), 0);
		built_free(&text);
	}
}

/* limit: DDL_MAX_RPM_STEPS   4096 times everything among 4096 that provide it */
static void steps_among_providers(void **state)
{
	(void)state;
	assert_int_equal(DDL_MAX_RPM_STEPS, 4096U * 4096U);
	for (unsigned past = 0; past < 2; past++) {
		struct built text = { 0 };

		begin_package(&text, "rpm:provides");
		add_many(&text, "<rpm:entry name='p'/>", 4096);
		built_text(&text, "<rpm:entry name='q'/></rpm:provides><rpm:requires>");
		add_many(&text, "<rpm:entry name='p'/>", 4096);
		add_many(&text, "<rpm:entry name='q'/>", past);
		built_text(&text, "</rpm:requires></format></package></metadata>");
		if (past)
			expect_too_large(&text, "need each other too often");
		else
			assert_int_equal(parse(&text), 0);
		built_free(&text);
	}
}

/* As much white space as makes a list this long. */
static struct built list_of(size_t length, unsigned grain)
{
	struct built text = { 0 };
	char block[4096];
	uint32_t random = 1;

	begin_package(&text, "rpm:provides");
	built_text(&text, "</rpm:provides></format></package>");
	memset(block, ' ', sizeof(block));
	while (length - text.length > sizeof("</metadata>") - 1) {
		size_t left = length - text.length - (sizeof("</metadata>") - 1);

		for (unsigned i = 0; i < grain; i++) { /* so that it cannot be packed too well */
			random = random * 1664525U + 1013904223U;
			block[i] = " \t\n "[random >> 30];
		}
		built_add(&text, block, left < sizeof(block) ? left : sizeof(block));
	}
	built_text(&text, "</metadata>");
	assert_int_equal(text.length, length);
	return text;
}

/* limit: DDL_MAX_PRIMARY_OPEN */
static void size_of_an_unpacked_list(void **state)
{
	(void)state;
	for (unsigned past = 0; past < 2; past++) {
		struct built text = list_of(DDL_MAX_PRIMARY_OPEN + past, 128),
			     packed = build_compressed("zstd", text.bytes, text.length);

		assert_true(text.length / packed.length < DDL_MAX_RATIO);
		if (past)
			expect_too_large(&packed, "it unpacks to more than a list of packages needs");
		else
			assert_int_equal(parse(&packed), 0);
		built_free(&text);
		built_free(&packed);
	}
}

/* limit: DDL_MAX_RATIO   of a list; it does not count in the first MiB */
static void ratio_of_a_list(void **state)
{
	struct built small = list_of(MEBIBYTE, 0), packed = build_compressed("gzip", small.bytes, small.length), text, more;

	(void)state;
	assert_true(small.length / packed.length > DDL_MAX_RATIO);
	assert_int_equal(parse(&packed), 0);
	built_free(&packed);
	/* the packed bytes are counted as they lie on the disk: what follows the stream is part of them */
	text = list_of(4 * MEBIBYTE, 0);
	packed = build_compressed("gzip", text.bytes, text.length);
	assert_true(packed.length < text.length / (DDL_MAX_RATIO + 1));
	more = build_compressed("gzip", "", 0);
	while (packed.length + more.length <= text.length / (DDL_MAX_RATIO + 1))
		built_add(&packed, more.bytes, more.length);
	expect_too_large(&packed, "it unpacks to more than a list of packages needs");
	while (text.length / DDL_MAX_RATIO > packed.length)
		built_add(&packed, more.bytes, more.length);
	assert_int_equal(parse(&packed), 0);
	built_free(&small);
	built_free(&text);
	built_free(&packed);
	built_free(&more);
}

static void put_file(const char *name, const void *bytes, size_t n)
{
	FILE *to;

	tree_file(name, "");
	to = fopen(tree_path(name), "wb");
	assert_non_null(to);
	assert_int_equal(fwrite(bytes, 1, n, to), n);
	assert_int_equal(fclose(to), 0);
}

/* limit: DDL_MAX_PRIMARY   a list as it lies on the disk */
static void size_of_a_list(void **state)
{
	(void)state;
	for (size_t past = 0; past < 2; past++) {
		struct ddl_source source = { .kind = DDL_SOURCE_DIRECTORY,
					     .name = "m",
					     .path = ddl_arena_dup(arena, tree_path("disk")) };
		struct built text = list_of(DDL_MAX_PRIMARY + past, 0);
		const char *repomd = ddl_arena_printf(arena,
						      "<repomd><data type='primary'><checksum type='sha256'>%s</checksum>"
						      "<location href='p.xml'/></data><data type='group'><checksum "
						      "type='sha256'>%s</checksum><location href='c.xml'/>"
						      "</data></repomd>",
						      sha256_hex(text.bytes, text.length), sha256_hex(COMPS, sizeof(COMPS) - 1));
		struct ddl_medium *medium;
		struct ddl_scan scan;
		int result;

		put_file("disk/update.xml", UPDATE, sizeof(UPDATE) - 1);
		put_file("disk/repodata/repomd.xml", repomd, strlen(repomd));
		put_file("disk/c.xml", COMPS, sizeof(COMPS) - 1);
		put_file("disk/p.xml", text.bytes, text.length);
		medium = ddl_medium_open(&source, "", NULL, &error);
		assert_non_null(medium);
		result = ddl_scan_medium(arena, medium, &(struct ddl_confine){ .parallel = 1 }, NULL, &scan, &error);
		assert_int_equal(result, past ? -1 : 0);
		assert_int_equal(error.code, past ? DDL_E_TOO_LARGE : DDL_OK);
		ddl_medium_close(medium);
		built_free(&text);
	}
}

/* limit: DDL_MAX_LISTED_FILES */
static void files_of_repomd(void **state)
{
	struct ddl_repomd repomd;

	(void)state;
	for (unsigned past = 0; past < 2; past++) {
		struct built text = { 0 };
		struct ddl_blob blob = { "repodata/repomd.xml", NULL, 0, false };

		built_text(&text, "<repomd>");
		add_many(&text, LISTED("primary"), 1);
		add_many(&text, LISTED("other"), DDL_MAX_LISTED_FILES + past);
		built_text(&text, "</repomd>");
		blob.bytes = (const char *)text.bytes;
		blob.length = text.length;
		ddl_error_clear(&error);
		assert_int_equal(ddl_repomd_parse(arena, &blob, &repomd, &error), past ? -1 : 0);
		assert_int_equal(error.code, past ? DDL_E_TOO_LARGE : DDL_OK);
		assert_int_equal(past ? 0 : repomd.n_others, past ? 0 : DDL_MAX_LISTED_FILES);
		built_free(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_packages_provide), TEST(steps_among_providers), TEST(size_of_an_unpacked_list),
		TEST(ratio_of_a_list),       TEST(size_of_a_list),        TEST(files_of_repomd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
