/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the kernel's own messages from /dev/kmsg.
 */
#ifndef DDL_KERNEL_LOG_H
#define DDL_KERNEL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "error.h"

/* One record: "priority,sequence,microseconds,flags…;text\n KEY=value\n…". */
struct ddl_kernel_record {
	uint64_t sequence;
	unsigned facility;   /* 0: the kernel itself */
	const char *text;    /* in the bytes that were given, not ended by a NUL */
	size_t length;
};

/* Takes a record apart; false when the bytes are not one (format: Documentation/ABI/testing/dev-kmsg). */
bool ddl_kernel_record_parse(const char *bytes, size_t length, struct ddl_kernel_record *record);

/*
 * Reads records from `fd` (one per read(), not blocking) to the end. *next is the
 * sequence number after the last one (untouched when there is none). With `arena`, the
 * kernel's own lines from `from` on are kept, cleaned, the last DDL_MAX_KERNEL_LINES of
 * them; more than that are dropped from the start.
 */
int ddl_kernel_log_read(int fd, uint64_t from, struct ddl_arena *arena, const char ***lines,
			size_t *count, uint64_t *next, struct ddl_error *error);

/* The position behind the last record of the log at `path`; 0 when it cannot be read. */
uint64_t ddl_kernel_log_mark(const char *path);

/* The lines since then. A log that cannot be opened (not root) has no lines. */
int ddl_kernel_log_since(const char *path, uint64_t mark, struct ddl_arena *arena,
			 const char ***lines, size_t *count, struct ddl_error *error);

#endif
