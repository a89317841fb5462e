/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the kernel's own messages from /dev/kmsg.
 */
#ifndef DDL_KMSG_H
#define DDL_KMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

/* One record: "priority,sequence,microseconds,flags…;text\n KEY=value\n…". */
struct ddl_kmsg_record {
	unsigned facility; /* 0: the kernel itself */
	const char *text; /* in the bytes that were given, not ended by a NUL */
	size_t length;
};

/* Takes a record apart; false when the bytes are not one (format: Documentation/ABI/testing/dev-kmsg). */
bool ddl_kmsg_parse(const char *bytes, size_t length, struct ddl_kmsg_record *record);

/*
 * The log at `path`, to be read from its beginning, or (`behind`) from what comes after this
 * moment on. -1: it cannot be read (not root, a kernel before 3.5, no device but a file).
 */
int ddl_kmsg_open(const char *path, bool behind);

/*
 * Reads records from `fd` (one per read(), not blocking) to the end, and adds the kernel's own
 * lines, cleaned, to those that are there; of more than DDL_MAX_KERNEL_LINES the first are
 * dropped. No log (-1) has no lines.
 */
int ddl_kmsg_read(int fd, struct ddl_arena *arena, const char ***lines, size_t *count, struct ddl_error *error);

#endif
