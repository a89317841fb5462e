/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an HTTP server says before the file (RFC 9110): as much of it as tells which bytes come, and of which file. */
#ifndef DDL_HEAD_H
#define DDL_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ddl_head {
	unsigned status; /* 0: none came, as from servers of other kinds */
	size_t length_of_head; /* bytes of all heads, those of redirects too */
	bool has_length, has_range;
	uint64_t length; /* Content-Length */
	uint64_t from, to, total; /* Content-Range: first and last byte, and of how many */
	char tag[256]; /* the strong ETag, else Last-Modified; "" */
};

/* One line, with or without its end. A status line begins anew. False: all of it has become too long. */
bool ddl_head_line(struct ddl_head *head, const char *line, size_t n);

#endif
