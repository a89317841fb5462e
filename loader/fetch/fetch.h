/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ddload-fetch, a program of its own: what its files share. It opens files on servers as base/remote.h says, in a
 * jail that it puts itself into (jail.h) before it looks at an address or takes a byte from anybody.
 */
#ifndef DDL_FETCH_H
#define DDL_FETCH_H

#include "base/remote.h"

/* A file on a server. */
struct ddl_fetch_file {
	uint32_t number;
	int fd; /* the memory file; -1: it is not open */
	uint64_t first; /* its first bit on the board */
	uint64_t size; /* valid when `sized` */
	bool sized, directory;
	bool ranges; /* parts of it can be had; else all of it came when it was opened */
	char url[DDL_MAX_PATH]; /* where it was found, without user and password */
	char login[DDL_MAX_NAME + 1]; /* for that server; "" for none */
	char tag[256]; /* by which it is known whether it has changed: an ETag, or a date; "" for neither */
	uint64_t expected, run; /* the block behind the last ones that were fetched, and how many those were */
	void *handle; /* NFS: the open file */
};

/* All of the program's state. */
struct ddl_fetch {
	struct ddl_remote_order start; /* proxy, pin, limits */
	struct ddl_remote_board *board;
	char *authorities; /* certificates, of `n_authorities` bytes; NULL: none */
	size_t n_authorities;
	uint64_t held; /* bytes of all files */
	struct ddl_fetch_file files[DDL_MAX_REMOTE_FILES];
};

/* A way to reach files. -1 and the trouble. */
struct ddl_fetch_way {
	/* Opens file->url: its size, or that it is a directory; what can only be had as a whole is fetched. */
	int (*open)(struct ddl_fetch *fetch, struct ddl_fetch_file *file, struct ddl_remote_trouble *trouble);
	/* Fetches `count` blocks from `block` on. */
	int (*fill)(struct ddl_fetch *fetch, struct ddl_fetch_file *file, uint64_t block, uint64_t count,
		    struct ddl_remote_trouble *trouble);
};

extern const struct ddl_fetch_way ddl_http_way, ddl_nfs_way;

/* Fills in the trouble; -1. `why` is a msgid, "" for none; `more` may be foreign. */
int ddl_fetch_fail(struct ddl_remote_trouble *trouble, enum ddl_code code, int os_errno, const char *why, const char *more);

#endif
