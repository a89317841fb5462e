// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the arena: alignment, zeroes, overflow, large pieces, arrays that grow. */
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#include "base/arena.h"
#include "fixture.h"

static void pieces_are_aligned_zeroed_and_apart(void **state)
{
	static const size_t sizes[] = { 0, 1, 3, 15, 16, 17, 100, 2047, 2048, 2049, 4095, 4096, 4097, 100000 };
	enum { N = sizeof(sizes) / sizeof(*sizes), ROUNDS = 40 };
	unsigned char *pieces[ROUNDS][N];

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < N; i++) {
			unsigned char *piece = ddl_arena_alloc(arena, sizes[i], 1);

			assert_non_null(piece);
			assert_int_equal((uintptr_t)piece % alignof(max_align_t), 0);
			for (size_t at = 0; at < sizes[i]; at++)
				assert_int_equal(piece[at], 0);
			memset(piece, (int)(round * N + i + 1) & 0xFF, sizes[i]);
			pieces[round][i] = piece;
		}
	}
	for (size_t round = 0; round < ROUNDS; round++) /* none was written over by a later one */
		for (size_t i = 0; i < N; i++)
			for (size_t at = 0; at < sizes[i]; at++)
				assert_int_equal(pieces[round][i][at], (round * N + i + 1) & 0xFF);
}

/* A read one past an array is seen by the sanitizer, whatever stands behind it. */
static void a_step_beside_a_piece_is_seen(void **state)
{
	(void)state;
#ifdef __SANITIZE_ADDRESS__
	for (size_t n = 1; n < 5000; n += 7) {
		char *piece = ddl_arena_alloc(arena, n, 1);

		assert_non_null(ddl_arena_alloc(arena, 8, 1));
		assert_false(__asan_address_is_poisoned(piece + n - 1));
		assert_true(__asan_address_is_poisoned(piece + n));
	}
#endif
}

static void pieces_of_no_bytes_differ(void **state)
{
	(void)state;
	assert_ptr_not_equal(ddl_arena_alloc(arena, 0, 8), ddl_arena_alloc(arena, 8, 0));
}

static void overflow_is_no_memory(void **state)
{
	void *volatile before = ddl_arena_alloc(arena, 1, 8);
	volatile size_t most = SIZE_MAX, half = SIZE_MAX / 2;

	(void)state;
	assert_non_null(before);
	assert_null(ddl_arena_alloc(arena, most, 2));
	assert_null(ddl_arena_alloc(arena, 2, most));
	assert_null(ddl_arena_alloc(arena, half + 1, 1));
	assert_null(ddl_arena_alloc(arena, (size_t)1 << 33, (size_t)1 << 33));
	assert_null(ddl_arena_dupn(arena, "", most));
	/* and it goes on working */
	assert_non_null(ddl_arena_alloc(arena, 1, 8));
}

static void texts_are_copied(void **state)
{
	char text[] = "abc\0def";
	char *copy = ddl_arena_dup(arena, text), *bytes = ddl_arena_dupn(arena, text, 7);

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_string_equal(copy, "abc");
	assert_memory_equal(bytes, "abc\0def\0", 8);
	assert_null(ddl_arena_dup(arena, NULL));
	assert_string_equal(ddl_arena_dupn(arena, NULL, 0), "");
	assert_string_equal(ddl_arena_printf(arena, "%s-%d", "a", 7), "a-7");
	copy = ddl_arena_printf(arena, "%05000d", 1);
	assert_int_equal(strlen(copy), 5000);
	assert_int_equal(copy[4999], '1');
}

struct odd {
	unsigned char bytes[24];
};

static void arrays_grow_by_doubling(void **state)
{
	struct odd *items = NULL;
	size_t count = 0, moves = 0;
	void *last = NULL;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		struct odd *item = ddl_arena_push(arena, &items, &count, sizeof(*item));
		static const unsigned char zeroes[sizeof(*item)];

		assert_non_null(item);
		assert_int_equal(count, i + 1);
		assert_ptr_equal(item, &items[i]);
		assert_memory_equal(item, zeroes, sizeof(zeroes));
		memset(item, (int)(i & 0xFF), sizeof(*item));
		moves += items != last;
		last = items;
	}
	assert_int_equal(moves, 9); /* 4, 8, … 1024 */
	for (size_t i = 0; i < 1000; i++)
		for (size_t at = 0; at < sizeof(items[i].bytes); at++)
			assert_int_equal(items[i].bytes[at], i & 0xFF);
}

/* An array whose count was taken back is pushed to again (flow_packs.c does so). */
static void arrays_may_shrink_between_pushes(void **state)
{
	int *items = NULL;
	size_t count = 0;

	(void)state;
	for (int round = 0; round < 200; round++) {
		for (int i = 0; i < 1 + round % 7; i++) {
			int *item = ddl_arena_push(arena, &items, &count, sizeof(*items));

			assert_int_equal(*item, 0);
			*item = (int)count - 1;
		}
		for (size_t i = 0; i < count; i++)
			assert_int_equal(items[i], i);
		count -= count > 3 ? 3 : count;
	}
}

static void nothing_to_free(void **state)
{
	struct ddl_arena *empty = ddl_arena_new();

	(void)state;
	ddl_arena_free(NULL);
	ddl_arena_free(empty); /* the leak checker watches */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pieces_are_aligned_zeroed_and_apart),
		TEST(a_step_beside_a_piece_is_seen),
		TEST(pieces_of_no_bytes_differ),
		TEST(overflow_is_no_memory),
		TEST(texts_are_copied),
		TEST(arrays_grow_by_doubling),
		TEST(arrays_may_shrink_between_pushes),
		cmocka_unit_test(nothing_to_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
