/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes that may be compressed by gzip, bzip2, xz or zstd, through libarchive. */
#ifndef DDL_DECOMPRESS_H
#define DDL_DECOMPRESS_H

#include <archive.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

/* Where they are: in memory, or where `bytes` is NULL in a file, from where it stands on. */
struct ddl_packed {
	const void *bytes;
	size_t length;
	int fd;
};

/* Has libarchive unpack these four, and start no program for any other. -1: it cannot. */
int ddl_decompress_filters(struct archive *archive) DDL_MUST_CHECK;

/* To be read by archive_read_data and freed by archive_read_free. NULL: what is packed is damaged, or no memory. */
struct archive *ddl_decompress_open(const struct ddl_packed *packed) DDL_MUST_CHECK;

/*
 * All that is in it, in malloc'ed memory. NULL and DDL_E_UNPACK, _MEMORY; DDL_E_TOO_LARGE when it is more than `cap`, or
 * grows out of all proportion.
 */
uint8_t *ddl_decompress(const struct ddl_packed *packed, size_t cap, size_t *length, struct ddl_error *error) DDL_MUST_CHECK;

#endif
