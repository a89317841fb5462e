/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names from outside, resolved below a directory and never out of it.
 */
#ifndef DDL_PATH_H
#define DDL_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"

/*
 * Cleans a relative name: leading "./" and "/" taken off, "//" and "/./" folded.
 * False for ".." parts, control characters, an empty result, or more than `room`.
 */
bool ddl_path_clean(char *to, size_t room, const char *from);

/* As above, but an absolute name is refused too: for names that metadata gives. */
bool ddl_path_clean_relative(char *to, size_t room, const char *from);

/*
 * Opens `name` below `dirfd` for reading without following a link in any part
 * (openat2 with RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS; part by part with O_NOFOLLOW
 * where the kernel lacks it). Regular files only. -1 and the error (DDL_E_OPEN,
 * errno ENOENT when it is not there).
 */
int ddl_path_open(int dirfd, const char *name, struct ddl_error *error);

/* The same for a directory. */
int ddl_path_open_dir(int dirfd, const char *name, struct ddl_error *error);

/*
 * Creates a file below `dirfd`, making the directories before it (0755); the file must
 * not exist (O_EXCL|O_NOFOLLOW), mode 0644. For the hand-off and firmware.
 */
int ddl_path_create(int dirfd, const char *name, struct ddl_error *error);

/* Opens the directory `part` (no path, no link) of `dirfd`, making it (0755) where it is not there. -1 and errno. */
int ddl_path_step_into(int dirfd, const char *part);

/*
 * Makes the directory `path`, of this mode, and what is missing of those before it (0755: what lies in
 * them is for others to see as well). What is there keeps its mode. -1 and errno.
 */
int ddl_path_make_directories(const char *path, mode_t mode);

/*
 * Removes `name` of `dirfd` (no path) and all that is below it: files, directories, and links, which
 * are not followed. What is of another kind, or another file system, stays and is an error
 * (DDL_E_OPEN). Not there: nothing to do.
 */
int ddl_path_remove_tree(int dirfd, const char *name, struct ddl_error *error);

/*
 * Writes the file `name` of `dirfd` (no path) under a name of its own, then gives it its name: what
 * was there before stays until the new one is whole. -1 and the error (DDL_E_STAGE).
 */
int ddl_path_replace(int dirfd, const char *name, const void *bytes, size_t n, struct ddl_error *error);

/* "root" + "/" + path without doubled slashes; false when it does not fit. */
bool ddl_path_join(char *to, size_t room, const char *root, const char *path);

const char *ddl_path_base(const char *path);

/* Reads all of an open file, at most `cap` bytes, into malloc'ed memory with a NUL behind it. */
char *ddl_path_read_fd(int fd, size_t cap, size_t *length, struct ddl_error *error);

/* Reads exactly `n` bytes unless the file ends; EINTR handled. Bytes read, or -1. */
ssize_t ddl_read_full(int fd, void *buffer, size_t n);

/* Copies `size` bytes from the start of one file to where the other one stands. -1 and errno. */
int ddl_copy_full(int from, int to, uint64_t size);
int ddl_write_full(int fd, const void *bytes, size_t n);

#endif
