/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of archives share: archive.c (what it is, opening), archive_pass.c
 * (libarchive over the descriptor, one pass) and archive_visit.c (the files in it).
 */
#ifndef DDL_ARCHIVE_PASS_H
#define DDL_ARCHIVE_PASS_H

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdatomic.h>

#include "medium/archive.h"

#define DDL_CACHE_SLOTS (DDL_ARCHIVE_CACHE / DDL_SECTOR)

struct ddl_cache_slot {
	_Atomic uint64_t tag;
	uint32_t length;
	uint8_t bytes[DDL_SECTOR];
};

/* Shared memory; a slot is filled once and never changes after that. */
struct ddl_cache {
	struct ddl_cache_slot slots[DDL_CACHE_SLOTS];
};

struct ddl_archive {
	enum ddl_archive_format format;
	uint64_t base, size; /* where its bytes lie in the descriptor's; size 0: to the end */
	char *within; /* packed in this file of an archive (of format `outer`); NULL: it is not */
	enum ddl_archive_format outer;
	struct ddl_cache *cache;
	locale_t utf8; /* (locale_t)0 where there is none */
};

/* One pass through the archive. */
struct ddl_pass {
	const struct ddl_medium *medium;
	enum ddl_archive_format format;
	struct ddl_pass *outer; /* the one that this one's bytes are unpacked by; NULL: they are read */
	struct archive *lib;
	uint64_t base; /* of the archive in the descriptor's bytes */
	uint64_t position, size; /* of the next byte for libarchive; of the whole */
	uint64_t ahead; /* bytes of contents somebody is reading; 0: structure */
	int os_errno; /* of the read that failed */
	bool ended; /* read past the end: it is cut short */
	uint8_t buffer[DDL_ARCHIVE_READ];
};

/* Do the first `got` bytes have this text at `at`? */
bool ddl_archive_has(const uint8_t *bytes, ssize_t got, size_t at, const char *magic);
/* The error for a read of `name` that failed with `cause`, an errno. -1. */
int ddl_archive_read_failed(struct ddl_error *error, int cause, const char *name);

/* A new pass over the medium, to be given to ddl_pass_open() and ddl_pass_free(). NULL and the error. */
struct ddl_pass *ddl_pass_new(const struct ddl_medium *medium, struct ddl_error *error);
void ddl_pass_free(struct ddl_pass *pass);
/* Has libarchive begin. What is compressed more than once is refused: a few bytes of that unpack for hours. -1. */
int ddl_pass_open(struct ddl_pass *pass, struct ddl_error *error);
/* The next header: 1 with the entry, 0 at the end, -1. */
int ddl_pass_next(struct ddl_pass *pass, struct archive_entry **entry, struct ddl_error *error);
/* The entry's name, cleaned; false when it has none that could be wanted. */
bool ddl_pass_name(struct archive_entry *entry, char *name, size_t room);
/* Why libarchive failed on `name`: the medium, its end, or its structure. -1. */
int ddl_pass_failed(const struct ddl_pass *pass, const char *name, struct ddl_error *error);

#endif
