/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading /sys and /proc below a root: attributes as cleaned text, directories as
 * sorted names, links as the path they lead to. What is not there is empty, not an error.
 */
#ifndef DDL_SYSFS_H
#define DDL_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* The paths within: 4096 is the kernel's own limit. */
#define DDL_SYSFS_PATH 4096

/* A descriptor of the root (NULL, "": "/"); -1 and errno. */
int ddl_sysfs_open(const char *root);

/*
 * The first line of <root>/<path> without blanks at its end, cleaned. False, and "",
 * when it cannot be read.
 */
bool ddl_sysfs_text(int root, char *to, size_t room, const char *path, ...) __attribute__((format(printf, 4, 5)));

/* The same into an arena; "" when it cannot be read, NULL when memory is short. */
const char *ddl_sysfs_keep(int root, struct ddl_arena *arena, const char *path, ...) __attribute__((format(printf, 3, 4)));

/* A decimal number, possibly negative. */
bool ddl_sysfs_number(int root, long long *value, const char *path, ...) __attribute__((format(printf, 3, 4)));

bool ddl_sysfs_exists(int root, const char *path, ...) __attribute__((format(printf, 2, 3)));

/*
 * The whole file, at most `cap` bytes, NUL-ended, to be freed; NULL when it cannot be
 * read (errno) or is larger (EFBIG). Not cleaned: for lists that are taken apart first.
 */
char *ddl_sysfs_whole(int root, size_t cap, const char *path);

/*
 * Where the link `path` leads, as a path below the root without a leading slash
 * ("sys/devices/pci0000:00/…"). Worked out from the text, so no part of `path` before
 * the last may be a link. False when it is no link.
 */
bool ddl_sysfs_link(int root, char *to, size_t room, const char *path, ...) __attribute__((format(printf, 4, 5)));

/* Names in a directory without "." ones, in natural order (sda2 before sda10); false: no memory. */
bool ddl_sysfs_list(int root, struct ddl_arena *arena, const char *path, const char ***names, size_t *count);

/* Is `path` `above` itself or below it? */
bool ddl_sysfs_below(const char *path, const char *above);

/* Does what has this place in sysfs hang off USB? */
bool ddl_sysfs_on_usb(const char *place);

#endif
