// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory files and the board, as ddload-fetch writes them. */
#include "fetch/store.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_AHEAD 16U /* blocks: 1 MiB */

void ddl_store_begin(struct ddl_store *store, struct ddl_fetch *fetch, struct ddl_fetch_file *file, uint64_t block)
{
	store->fetch = fetch;
	store->file = file;
	store->at = block * DDL_REMOTE_BLOCK;
	store->n = 0;
}

void ddl_store_wake(struct ddl_remote_board *board)
{
	(void)atomic_fetch_add(&board->tick, 1);
	(void)syscall(SYS_futex, &board->tick, FUTEX_WAKE, INT_MAX, NULL, NULL, 0); /* they look by themselves after a while */
}

static int too_large(struct ddl_remote_trouble *trouble, uint64_t size)
{
	char words[32];

	(void)snprintf(words, sizeof(words), "%llu MB", (unsigned long long)(size / 1000000));
	return ddl_fetch_fail(trouble, DDL_E_TOO_LARGE, 0, "", words);
}

int ddl_store_size(struct ddl_store *store, uint64_t size, struct ddl_remote_trouble *trouble)
{
	struct ddl_fetch_file *file = store->file;

	if (size > (uint64_t)INT64_MAX || ddl_remote_blocks(size) > DDL_MAX_REMOTE_BLOCKS - file->first)
		return too_large(trouble, size);
	if (ftruncate(file->fd, (off_t)size) < 0)
		return ddl_fetch_fail(trouble, DDL_E_STAGE, errno, "", "");
	file->size = size;
	file->sized = true;
	return 0;
}

/* Whole blocks, or the end of the file. */
static int flush(struct ddl_store *store, struct ddl_remote_trouble *trouble)
{
	struct ddl_fetch *fetch = store->fetch;
	uint64_t bit = store->file->first + store->at / DDL_REMOTE_BLOCK;

	if (!store->n)
		return 0;
	if (fetch->start.memory - fetch->held < store->n)
		return ddl_fetch_fail(trouble, DDL_E_STAGE, 0, "", "");
	if (bit >= DDL_MAX_REMOTE_BLOCKS)
		return too_large(trouble, store->at);
	if (pwrite(store->file->fd, store->bytes, store->n, (off_t)store->at) != (ssize_t)store->n)
		return ddl_fetch_fail(trouble, DDL_E_STAGE, errno, "", "");
	if (!ddl_remote_has(fetch->board, bit))
		fetch->held += store->n;
	(void)atomic_fetch_or_explicit(&fetch->board->present[bit / 8], (uint8_t)(1U << bit % 8), memory_order_release);
	store->at += store->n;
	store->n = 0;
	ddl_store_wake(fetch->board);
	return 0;
}

int ddl_store_put(struct ddl_store *store, const void *bytes, size_t n, struct ddl_remote_trouble *trouble)
{
	const uint8_t *from = bytes;

	if (store->file->sized && n > store->file->size - store->at - store->n)
		return ddl_fetch_fail(trouble, DDL_E_TRANSFER, 0, N_("more has come than the server had announced"), "");
	while (n) {
		size_t room = sizeof(store->bytes) - store->n, part = n < room ? n : room;

		memcpy(store->bytes + store->n, from, part);
		store->n += part;
		from += part;
		n -= part;
		if ((store->n == sizeof(store->bytes) || (store->file->sized && store->at + store->n == store->file->size)) &&
		    flush(store, trouble) < 0)
			return -1;
	}
	return 0;
}

int ddl_store_end(struct ddl_store *store, struct ddl_remote_trouble *trouble)
{
	struct ddl_fetch_file *file = store->file;

	if (!file->sized && (flush(store, trouble) < 0 || ddl_store_size(store, store->at, trouble) < 0))
		return -1;
	if (fcntl(file->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return ddl_fetch_fail(trouble, DDL_E_STAGE, errno, "", "");
	return 0;
}

uint64_t ddl_store_ahead(const struct ddl_remote_board *board, struct ddl_fetch_file *file, uint64_t block, uint64_t count)
{
	uint64_t all = ddl_remote_blocks(file->size), n;

	file->run = block == file->expected && file->run ? 2 * file->run : 1;
	file->run = file->run < MOST_AHEAD ? file->run : MOST_AHEAD;
	n = count > file->run ? count : file->run;
	n = n < all - block ? n : all - block;
	for (uint64_t i = 1; i < n; i++)
		if (ddl_remote_has(board, file->first + block + i))
			n = i;
	file->expected = block + n;
	return n;
}
