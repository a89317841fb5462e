// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests at a limit of limits.h and one past it, for what packages and archives unpack to. */
#include <archive_entry.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "fixture.h"
#include "medium/files.h"
#include "pack_builder.h"
#include "package/packages.h"
#include "package/unpack.h"
#include "tree.h"

#define MEBIBYTE ((size_t)1024 * 1024)
#define BLOCKS 4096U /* an archive's own, at most: they count as unpacked */

static struct ddl_package package;

/* ------------------------------------------------------------------ one package */

static const struct built *bytes;
static size_t position;

static ssize_t read_bytes(struct ddl_reader *reader, void *buffer, size_t n, struct ddl_error *why)
{
	(void)reader, (void)why;
	n = n < bytes->length - position ? n : bytes->length - position;
	memcpy(buffer, bytes->bytes + position, n);
	position += n;
	return (ssize_t)n;
}

static int drop_piece(void *arg, const void *from, size_t n, struct ddl_error *why)
{
	(void)arg, (void)from, (void)n, (void)why;
	return 0;
}

static void read_rpm(const struct built *rpm)
{
	struct ddl_reader reader = { .read = read_bytes, .name = "a.rpm", .size = rpm->length };
	struct ddl_unpacking reading = { .arena = arena, .package = &package, .unpack = true, .piece = drop_piece };

	package = (struct ddl_package){ .label = "x",
					.type = DDL_PKG_DRIVER_RPM,
					.kernel = "k",
					.file = "a.rpm",
					.root = "",
					.options = "",
					.size = rpm->length,
					.digest = md5_hex(rpm->bytes, rpm->length),
					.version = "",
					.fd = -1 };
	bytes = rpm;
	position = 0;
	assert_int_equal(ddl_unpack(&reading, &reader, &error), 0);
	ddl_unpack_held_free(&reading);
}

static void expect_good(const struct built *rpm)
{
	read_rpm(rpm);
	assert_string_equal(package.trouble.text, "");
	assert_int_equal(package.state, DDL_PKG_STAGED);
}

static void expect_too_large(const struct built *rpm)
{
	read_rpm(rpm);
	assert_int_equal(package.state, DDL_PKG_BAD);
	assert_int_equal(package.trouble.code, DDL_E_TOO_LARGE);
	assert_non_null(strstr(package.trouble.text, "it unpacks to more than a driver needs"));
}

static struct built rpm_of(const struct entry *entries, size_t count)
{
	struct built payload = build_archive(KIND_CPIO, "zstd", entries, count), rpm = build_rpm("x", "1", "2", &payload);

	built_free(&payload);
	return rpm;
}

/* Bytes that can be packed, but not to a two hundredth. */
static uint8_t *grained(size_t n)
{
	uint8_t *to = calloc(1, n);
	uint32_t random = 1;

	assert_non_null(to);
	for (size_t at = 0; at < n; at += 4096)
		for (size_t i = at; i < at + 40 && i < n; i++) {
			random = random * 1664525U + 1013904223U;
			to[i] = (uint8_t)(random >> 24);
		}
	return to;
}

/* limit: DDL_MAX_STAGED_FILE */
static void one_file(void **state)
{
	uint8_t *filling = grained(DDL_MAX_STAGED_FILE + 1);

	(void)state;
	for (size_t past = 0; past < 2; past++) {
		const struct entry file = { "lib/firmware/a", filling, DDL_MAX_STAGED_FILE + past, 0, NULL, 0 };
		struct built rpm = rpm_of(&file, 1);

		(past ? expect_too_large : expect_good)(&rpm);
		built_free(&rpm);
	}
	free(filling);
}

/* limit: DDL_MAX_UNPACKED   the archive's own blocks count, too. */
static void all_files(void **state)
{
	size_t each = DDL_MAX_STAGED_FILE, n = DDL_MAX_UNPACKED / each;
	struct entry entries[64];
	uint8_t *filling;

	(void)state;
	filling = grained(each);
	assert_true(n < 64 && DDL_MAX_UNPACKED % each == 0);
	for (size_t i = 0; i < n; i++)
		entries[i] = (struct entry){ "usr/share/doc", filling, each, 0, NULL, 0 };
	for (size_t past = 0; past < 2; past++) {
		struct built rpm;

		entries[0].length = past ? each : each - BLOCKS;
		rpm = rpm_of(entries, n);
		(past ? expect_too_large : expect_good)(&rpm);
		built_free(&rpm);
	}
	free(filling);
}

/* A package of exactly `length` bytes, with a file of zeroes in it that is packed to next to nothing. */
static struct built rpm_with(const uint8_t *zeroes, size_t n, size_t length)
{
	static uint8_t noise[64 * 1024];
	static char name[8 * 1024];
	const struct entry entries[] = { { "usr/noise", noise, length - sizeof(name) / 2, 0, NULL, 0 },
					 { "usr/zeroes", zeroes, n, 0, NULL, 0 } };
	struct built payload, rpm;
	uint32_t random = 7;

	for (size_t i = 0; i < sizeof(noise); i++) {
		random = random * 1664525U + 1013904223U;
		noise[i] = (uint8_t)(random >> 24);
	}
	payload = build_archive(KIND_CPIO, "zstd", entries, 2);
	rpm = build_rpm("x", "1", "2", &payload);
	assert_true(rpm.length < length && length - rpm.length < sizeof(name) - 1);
	memset(name, 0, sizeof(name));
	memset(name, 'x', length + 1 - rpm.length);
	built_free(&rpm);
	rpm = build_rpm(name, "1", "2", &payload);
	assert_int_equal(rpm.length, length);
	built_free(&payload);
	return rpm;
}

/* limit: DDL_MAX_RATIO   of a package; it does not count in the first MiB */
static void ratio(void **state)
{
	size_t n = 4 * MEBIBYTE;
	uint8_t *zeroes = calloc(1, n);
	const struct entry small = { "usr/zeroes", zeroes, MEBIBYTE - BLOCKS, 0, NULL, 0 };
	struct built rpm = rpm_of(&small, 1);

	(void)state;
	assert_true(MEBIBYTE / rpm.length > DDL_MAX_RATIO);
	expect_good(&rpm);
	built_free(&rpm);
	/* all that is unpacked, the noise too: 4 MiB and the noise from a two hundredth of that */
	for (size_t past = 0; past < 2; past++) {
		size_t length = n / DDL_MAX_RATIO;

		while ((n + length + BLOCKS) / DDL_MAX_RATIO > length)
			length++;
		rpm = rpm_with(zeroes, n, past ? n / (DDL_MAX_RATIO + 1) : length);
		(past ? expect_too_large : expect_good)(&rpm);
		built_free(&rpm);
	}
	free(zeroes);
}

/* ------------------------------------------------------------------- an archive */

static int count_file(void *arg, struct ddl_reader *reader, struct ddl_error *why)
{
	(void)reader, (void)why;
	++*(size_t *)arg;
	return 0;
}

/* limit: DDL_MAX_ARCHIVE_ENTRIES */
static void files_of_an_archive(void **state)
{
	struct entry *entries = calloc(DDL_MAX_ARCHIVE_ENTRIES + 1, sizeof(*entries));

	(void)state;
	assert_non_null(entries);
	for (size_t i = 0; i <= DDL_MAX_ARCHIVE_ENTRIES; i++)
		entries[i] = (struct entry){ "f", NULL, 0, 0, NULL, 0 };
	for (size_t past = 0; past < 2; past++) {
		struct built tar = build_archive(KIND_TAR, "zstd", entries, DDL_MAX_ARCHIVE_ENTRIES + past);
		struct ddl_medium *medium;
		size_t count = 0;
		int fd = memfd_create("tar", MFD_CLOEXEC);

		assert_int_equal(write(fd, tar.bytes, tar.length), tar.length);
		medium = ddl_medium_open_fd(fd, "a.tar.zst", &error);
		assert_non_null(medium);
		assert_int_equal(ddl_files_walk(medium, count_file, &count, &error), past ? -1 : 0);
		assert_int_equal(count, DDL_MAX_ARCHIVE_ENTRIES);
		assert_int_equal(error.code, past ? DDL_E_TOO_LARGE : DDL_OK);
		ddl_medium_close(medium);
		built_free(&tar);
	}
	free(entries);
}

/* limit: DDL_MAX_OPEN_PACKAGES   one more is read when the others are through: so many descriptors do for all */
static void packages_at_a_time(void **state)
{
	enum { N = DDL_MAX_OPEN_PACKAGES + 1 };
	struct ddl_source source = { .kind = DDL_SOURCE_DIRECTORY, .name = "m", .path = tree_path("many") };
	struct ddl_package *packages = calloc(N, sizeof(*packages));
	struct ddl_package_wish wishes[N];
	struct ddl_packages_call call = { .arena = arena, .directory = "", .confine = { .parallel = 1 } };
	struct rlimit old, few;

	(void)state;
	assert_true(tree_shell("mkdir many && cd many && for i in $(seq 0 %d); do printf %%03d $i >$i; done", N - 1));
	call.medium = ddl_medium_open(&source, "", NULL, &error);
	call.stage = ddl_stage_new(NULL, 0, &error);
	assert_true(packages && call.medium && call.stage);
	for (unsigned i = 0; i < N; i++) {
		char text[16];

		(void)snprintf(text, sizeof(text), "%03u", i);
		packages[i] = (struct ddl_package){ .label = "a",
						    .type = DDL_PKG_FIRMWARE,
						    .kernel = "",
						    .root = "",
						    .options = "",
						    .file = ddl_arena_printf(arena, "%u", i),
						    .size = 3,
						    .version = "",
						    .fd = -1,
						    .digest = ddl_arena_dup(arena, md5_hex(text, 3)) };
		wishes[i] = (struct ddl_package_wish){ &packages[i], false, false };
	}
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = old;
	few.rlim_cur = (rlim_t)dup(0);
	(void)close((int)few.rlim_cur);
	few.rlim_cur += DDL_MAX_OPEN_PACKAGES + 4; /* and what a child takes */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(ddl_packages_read(&call, wishes, N, &error), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(packages[i].state, DDL_PKG_TESTED);
	ddl_stage_free(call.stage);
	ddl_medium_close(call.medium);
	free(packages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_file), TEST(all_files), TEST(ratio), TEST(files_of_an_archive), TEST(packages_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
