/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files below a directory, by names from outside, and never out of it; whole reads and whole writes.
 */
#ifndef DDL_FILE_H
#define DDL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attributes.h"
#include "base/error.h"

/*
 * Opens `name` below `dirfd` for reading without following a link in any part
 * (openat2 with RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS; part by part with O_NOFOLLOW
 * where the kernel lacks it). Regular files only. -1 and the error (DDL_E_OPEN,
 * errno ENOENT when it is not there).
 */
int ddl_file_open(int dirfd, const char *name, struct ddl_error *error) DDL_MUST_CHECK;

/* The same for a directory. */
int ddl_file_open_dir(int dirfd, const char *name, struct ddl_error *error) DDL_MUST_CHECK;

/*
 * Creates a file below `dirfd`, making the directories before it (0755); the file must
 * not exist (O_EXCL|O_NOFOLLOW), mode 0644. For the hand-off and firmware.
 */
int ddl_file_create(int dirfd, const char *name, struct ddl_error *error) DDL_MUST_CHECK;

/* Opens the directory `part` (no path, no link) of `dirfd`, making it (0755) where it is not there. -1 and errno. */
int ddl_file_step_into(int dirfd, const char *part) DDL_MUST_CHECK;

/*
 * Makes the directory `path`, of this mode, and what is missing of those before it (0755: what lies in
 * them is for others to see as well). What is there keeps its mode. -1 and errno.
 */
int ddl_file_make_directories(const char *path, mode_t mode);

/*
 * Removes `name` of `dirfd` (no path) and all that is below it: files, directories, and links, which
 * are not followed. What is of another kind, or another file system, stays and is an error
 * (DDL_E_OPEN). Not there: nothing to do.
 */
int ddl_file_remove_tree(int dirfd, const char *name, struct ddl_error *error);

/*
 * Writes the file `name` below `dirfd` under a name of its own beside it, as ddl_file_create does, then gives
 * it its name: what was there before stays until the new one is whole. -1 and the error (DDL_E_STAGE).
 */
int ddl_file_replace(int dirfd, const char *name, const void *bytes, size_t n, struct ddl_error *error) DDL_MUST_CHECK;

/* The same with the first `size` bytes of another file. */
int ddl_file_replace_from(int dirfd, const char *name, int from, uint64_t size, struct ddl_error *error) DDL_MUST_CHECK;

/* Reads all of an open file, at most `cap` bytes, into malloc'ed memory with a NUL behind it. */
char *ddl_file_read(int fd, size_t cap, size_t *length, struct ddl_error *error) DDL_MUST_CHECK;

/* Reads exactly `n` bytes unless the file ends; EINTR handled. Bytes read, or -1. */
ssize_t ddl_file_read_full(int fd, void *buffer, size_t n) DDL_MUST_CHECK;

/* The same from `at` on, wherever the file stands. */
ssize_t ddl_file_read_at(int fd, void *buffer, size_t n, uint64_t at) DDL_MUST_CHECK;

/* Writes all of it. -1 and errno. */
int ddl_file_write_full(int fd, const void *bytes, size_t n) DDL_MUST_CHECK;

/* Have two files the same bytes, as far as they can be read? Where they stand is of no account. */
bool ddl_file_same(int a, int b) DDL_MUST_CHECK;

/* Copies `size` bytes from the start of one file to where the other one stands. -1 and errno. */
int ddl_file_copy(int from, int to, uint64_t size) DDL_MUST_CHECK;

#endif
