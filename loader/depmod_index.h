/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An index of depmod's (modules.dep.bin, modules.alias.bin), into which a few keys are put.
 */
#ifndef DDL_DEPMOD_INDEX_H
#define DDL_DEPMOD_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ddl_index {
	uint8_t *bytes;           /* the whole file, malloc'ed; the owner frees it */
	size_t length, room;
	bool changed;
};

/* Is it of the version that is known here? (`bytes` and `length` are set.) */
bool ddl_index_known(const struct ddl_index *index);

/*
 * Gives the key the value: in place of those it has (`replace`), or before them. A value that
 * is there stays where it is. False for damage, a key that is not ASCII, a lack of memory.
 */
bool ddl_index_put(struct ddl_index *index, const char *key, const char *value, bool replace);

/* Visits every value; false when `visit` was, or for damage. */
bool ddl_index_each(const struct ddl_index *index, bool (*visit)(void *arg, const char *value), void *arg);

#endif
