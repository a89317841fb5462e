/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What most unit tests begin with: an arena, and an error without anything in it. It is included once in a
 * program, after cmocka; one that wants more calls set_up from a set-up of its own.
 */
#ifndef DDL_TEST_FIXTURE_H
#define DDL_TEST_FIXTURE_H

#include "base/arena.h"
#include "base/error.h"

static struct ddl_arena *arena;
static struct ddl_error error;

static __attribute__((unused)) int set_up(void **state)
{
	(void)state;
	arena = ddl_arena_new();
	ddl_error_clear(&error);
	return arena ? 0 : -1;
}

static __attribute__((unused)) int tear_down(void **state)
{
	(void)state;
	ddl_arena_free(arena);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* cmocka's fail_msg by another road: it calls a print_error, of which the program has its own. */
#define fail_with(...) \
	do { \
		print_message(__VA_ARGS__); \
		print_message("\n"); \
		fail(); \
	} while (0)

#endif
