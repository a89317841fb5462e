// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that lives and dies together: a list of blocks, each filled from the front. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 4096U

/* A larger piece has a block of its own; and so has each where the sanitizer is to see a step beside it. */
#ifdef __SANITIZE_ADDRESS__
#define SMALL 0U
#else
#define SMALL (BLOCK_SIZE / 2)
#endif

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char bytes[];
};

struct ddl_arena {
	struct block *blocks; /* the newest, which is filled, first */
};

struct ddl_arena *ddl_arena_new(void)
{
	return calloc(1, sizeof(struct ddl_arena));
}

void ddl_arena_free(struct ddl_arena *arena)
{
	if (!arena)
		return;
	for (struct block *block = arena->blocks, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

static struct block *block_new(size_t size)
{
	struct block *block;

	if (size > SIZE_MAX - sizeof(*block))
		return NULL;
	block = calloc(1, sizeof(*block) + size);
	if (block)
		block->size = size;
	return block;
}

/* A large piece gets a block of its own behind the one being filled. */
static void *alloc_large(struct ddl_arena *arena, size_t n)
{
	struct block *block = block_new(n);

	if (!block)
		return NULL;
	block->used = n;
	if (arena->blocks) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		arena->blocks = block;
	}
	return block->bytes;
}

void *ddl_arena_alloc(struct ddl_arena *arena, size_t count, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct block *block = arena->blocks;
	size_t n;
	void *piece;

	if (__builtin_mul_overflow(count, size, &n) || n > SIZE_MAX / 2)
		return NULL;
	n = n ? n : 1;
	if (n > SMALL)
		return alloc_large(arena, n);
	n = (n + align - 1) / align * align;
	if (!block || block->size - block->used < n) {
		block = block_new(BLOCK_SIZE);
		if (!block)
			return NULL;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	piece = block->bytes + block->used;
	block->used += n;
	return piece;
}

char *ddl_arena_dupn(struct ddl_arena *arena, const void *bytes, size_t n)
{
	char *copy = n < SIZE_MAX ? ddl_arena_alloc(arena, n + 1, 1) : NULL;

	if (copy && n)
		memcpy(copy, bytes, n);
	return copy;
}

char *ddl_arena_dup(struct ddl_arena *arena, const char *text)
{
	return text ? ddl_arena_dupn(arena, text, strlen(text)) : NULL;
}

char *ddl_arena_printf(struct ddl_arena *arena, const char *format, ...)
{
	va_list args, again;
	char *text = NULL;
	int n;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n >= 0)
		text = ddl_arena_alloc(arena, (size_t)n + 1, 1);
	if (text)
		(void)vsnprintf(text, (size_t)n + 1, format, again); /* same arguments, same length */
	va_end(again);
	va_end(args);
	return text;
}

/* The room is not stored: it is the power of two at or above the count. */
void *ddl_arena_push(struct ddl_arena *arena, void *items, size_t *count, size_t size)
{
	void **array = items;
	size_t n = *count;

	if (n == 0 || (n >= 4 && (n & (n - 1)) == 0)) {
		void *larger = ddl_arena_alloc(arena, n ? 2 * n : 4, size);

		if (!larger)
			return NULL;
		if (n)
			memcpy(larger, *array, n * size);
		*array = larger;
	}
	*count = n + 1;
	/* it may have been used before: a count is taken back where the last element turns out unwanted */
	return memset((unsigned char *)*array + n * size, 0, size);
}
