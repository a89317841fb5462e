// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of reading kernel log records, one a read as /dev/kmsg gives them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "kernel/kmsg.h"

static void records(void **state)
{
	static const struct {
		const char *bytes;
		bool good;
		unsigned facility;
		const char *text;
	} rows[] = {
		{ "6,339,5140900,-;NET: Registered\n", true, 0, "NET: Registered" },
		{ "4,1,1,-,caller=T1;a;b,c\n SUBSYSTEM=pci\n DEVICE=+pci:0000:03:00.0\n", true, 0, "a;b,c" },
		{ "14,7,1,-;ddload: begins", true, 1, "ddload: begins" },
		{ "30,8,1,-;init: x\n", true, 3, "init: x" },
		{ "6,9,1,c;\n", true, 0, "" },
		{ "6,18446744073709551615,1,-;last\n", true, 0, "last" },
		{ "", false, 0, "" },
		{ "6", false, 0, "" },
		{ "6,339", false, 0, "" },
		{ "6,339,1,- no semicolon\n", false, 0, "" },
		{ "x,339,1,-;text\n", false, 0, "" },
		{ ";6,1,1,-\n", false, 0, "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ddl_kmsg_record record;
		size_t n = strlen(rows[i].bytes);
		char *exact = malloc(n ? n : 1); /* a byte beyond the end is seen by the sanitizer */
		bool good;

		assert_non_null(exact);
		memcpy(exact, rows[i].bytes, n);
		good = ddl_kmsg_parse(exact, n, &record);
		assert_int_equal(good, rows[i].good);
		if (good) {
			assert_int_equal(record.facility, rows[i].facility);
			assert_int_equal(record.length, strlen(rows[i].text));
			assert_memory_equal(record.text, rows[i].text, record.length);
		}
		free(exact);
	}
}

/* A socket that keeps messages apart stands for the device. */
static int device(int *writer)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	*writer = pair[1];
	return pair[0];
}

static void put(int writer, const char *record)
{
	assert_int_equal(write(writer, record, strlen(record)), (ssize_t)strlen(record));
}

static void lines_since(void **state)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	const char **lines = NULL;
	size_t count = 0;
	int writer, reader = device(&writer);

	(void)state;
	assert_int_equal(ddl_kmsg_read(reader, arena, &lines, &count, &error), 0);
	assert_int_equal(count, 0);
	put(writer, "3,11,2,-;e: Unknown symbol f (err -2)\n SUBSYSTEM=x\n");
	assert_int_equal(ddl_kmsg_read(reader, arena, &lines, &count, &error), 0);
	assert_int_equal(count, 1);
	put(writer, "14,12,3,-;ddload: a program's line\n");
	put(writer, "not a record");
	put(writer, "4,13,4,-;two\\x09parts \\x1b[2Jclean \\xzz \\x5c \\x4\n");
	assert_int_equal(ddl_kmsg_read(reader, arena, &lines, &count, &error), 0);
	assert_int_equal(count, 2);
	assert_string_equal(lines[0], "e: Unknown symbol f (err -2)");
	assert_string_equal(lines[1], "two parts ?[2Jclean \\xzz \\ \\x4");
	close(writer);
	close(reader);
	ddl_arena_free(arena);
}

/* limit: DDL_MAX_KERNEL_LINES */
static void too_many(void **state)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	const char **lines = NULL;
	size_t count = 0;
	char record[64];
	unsigned i, part;
	int writer, reader = device(&writer);

	(void)state;
	for (part = 0; part < 3; part++) { /* a socket holds fewer than all at once */
		for (i = 0; i < 100; i++) {
			snprintf(record, sizeof record, "6,%u,1,-;line %u\n", part * 100 + i, part * 100 + i);
			put(writer, record);
		}
		assert_int_equal(ddl_kmsg_read(reader, arena, &lines, &count, &error), 0);
	}
	/* the last ones are kept: the failure is at the end */
	assert_int_equal(count, DDL_MAX_KERNEL_LINES);
	assert_string_equal(lines[0], "line 100");
	assert_string_equal(lines[DDL_MAX_KERNEL_LINES - 1], "line 299");
	close(writer);
	close(reader);
	ddl_arena_free(arena);
}

/* A captured tree may hold a plain file in that place, or none: no lines, and no error. */
static void not_a_device(void **state)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	const char **lines = NULL;
	size_t count = 0;

	(void)state;
	assert_int_equal(ddl_kmsg_open("/nowhere/kmsg", true), -1);
	assert_int_equal(ddl_kmsg_open("/proc/self/status", false), -1);
	assert_int_equal(ddl_kmsg_read(-1, arena, &lines, &count, &error), 0);
	assert_int_equal(count, 0);
	ddl_arena_free(arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(records),
		cmocka_unit_test(lines_since),
		cmocka_unit_test(too_many),
		cmocka_unit_test(not_a_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
