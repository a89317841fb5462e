/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mounting a medium so that nothing on it is changed, executed or trusted. Only
 * medium.c (and source.c, for what can be mounted at all) includes this.
 */
#ifndef DDL_MEDIUM_MOUNT_H
#define DDL_MEDIUM_MOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/* Is a file system that libblkid calls `format` one that a medium may have? */
bool ddl_mount_knows(const char *format);

/*
 * Mounts the device `path` (already below `root`) on a new directory
 * <root>/run/ddload/media/<name>, read-only and without replaying a journal. Where it is
 * mounted already and will not be mounted twice, that mount is used (`ours` false).
 * Gives a descriptor of its directory, or -1: DDL_E_NOT_A_DISK (no file system we know),
 * DDL_E_MOUNT.
 */
int ddl_mount(const char *root, const char *path, const char *name, const char *format,
	      char *mountpoint, size_t room, bool *ours, struct ddl_error *error);

/* Unmounts and removes the mount point; in use: as soon as it no longer is. */
void ddl_mount_undo(const char *mountpoint);

#endif
