/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that lives and dies together: what was read from one medium, one view of
 * the machine, one plan. Nothing in an arena is freed by itself.
 */
#ifndef DDL_ARENA_H
#define DDL_ARENA_H

#include <stddef.h>

#include "base/attributes.h"

struct ddl_arena;

struct ddl_arena *ddl_arena_new(void); /* NULL: no memory */
void ddl_arena_free(struct ddl_arena *arena); /* NULL allowed */

/* Zeroed, aligned for any type; NULL when memory is short or count * size overflows. */
void *ddl_arena_alloc(struct ddl_arena *arena, size_t count, size_t size);
char *ddl_arena_dup(struct ddl_arena *arena, const char *text) DDL_MUST_CHECK; /* NULL gives NULL */
char *ddl_arena_dupn(struct ddl_arena *arena, const void *bytes, size_t n) DDL_MUST_CHECK; /* adds a NUL */
char *ddl_arena_printf(struct ddl_arena *arena, const char *format, ...) DDL_MUST_CHECK __attribute__((format(printf, 2, 3)));

/*
 * Grows an array of `size`-byte elements by one and returns the new, zeroed last
 * element. `items` is the address of the array's pointer (void * so that any type
 * goes); it and *count are updated. The array doubles, so old copies stay in the
 * arena: pointers to elements do not survive a push. Only for arrays that were
 * made by pushes alone. NULL: no memory.
 */
void *ddl_arena_push(struct ddl_arena *arena, void *items, size_t *count, size_t size);

#endif
