/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts what comes from a server into the memory file, whole blocks at a time, and tells of each on the board. */
#ifndef DDL_STORE_H
#define DDL_STORE_H

#include "fetch/fetch.h"

struct ddl_store {
	struct ddl_fetch *fetch;
	struct ddl_fetch_file *file;
	uint64_t at; /* in the file, of the first byte of `bytes`: a block begins there */
	size_t n;
	uint8_t bytes[DDL_REMOTE_BLOCK];
};

/* Begins at a block. */
void ddl_store_begin(struct ddl_store *store, struct ddl_fetch *fetch, struct ddl_fetch_file *file, uint64_t block);

/* The file has this size from now on. -1: it is too large, or does not go with what there is room for. */
int ddl_store_size(struct ddl_store *store, uint64_t size, struct ddl_remote_trouble *trouble);

/* Takes bytes; of a file whose size is known no more than that. */
int ddl_store_put(struct ddl_store *store, const void *bytes, size_t n, struct ddl_remote_trouble *trouble);

/* All of the file has come: what is left is put there, and its size is for good. */
int ddl_store_end(struct ddl_store *store, struct ddl_remote_trouble *trouble);

/* Something on the board is new: whoever waits looks again. */
void ddl_store_wake(struct ddl_remote_board *board);

/* How many blocks from `block` on to fetch, of a file of which `count` are wanted: more, where they are read in order. */
uint64_t ddl_store_ahead(const struct ddl_remote_board *board, struct ddl_fetch_file *file, uint64_t block, uint64_t count);

#endif
