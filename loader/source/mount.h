/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mounting a medium so that nothing on it is changed, executed or trusted. For medium.c;
 * source.c asks what can be mounted at all, monitor.c and report.c mount in children of their own.
 */
#ifndef DDL_MOUNT_H
#define DDL_MOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"

/* Is a file system that libblkid calls `format` one that a medium may have? */
bool ddl_mount_knows(const char *format);

/*
 * Mounts the device `path` (already below `root`) on a new directory
 * <root>/run/ddload/media/<name>, read-only and without replaying a journal, and takes it off there
 * at once: it stays as long as the descriptor of its directory that is returned, or one of
 * its files, is open. Where it is mounted already and will not be mounted twice, that mount is used; where
 * the disk that it is a partition of is mounted, or a partition of it, it is mounted by way of a loop device.
 * -1: DDL_E_NOT_A_DISK (no file system we know), DDL_E_MOUNT, DDL_E_CLAIMED. To be called in a child (process/device_job.h).
 */
int ddl_mount(const char *root, const char *path, const char *name, const char *format, struct ddl_error *error) DDL_MUST_CHECK;

/* Unmounts and removes the mount point; in use: as soon as it no longer is. */
void ddl_mount_undo(const char *mountpoint);

/*
 * What this process and its children mount from here on below `media` is seen by them alone, and
 * goes with them. False where mounts would be seen by all: then there had better be none. Who may
 * not have a view of their own may not mount either, which is true.
 */
bool ddl_mount_in_job(const char *media);

/* May a report be written onto this file system? */
bool ddl_mount_writes(const char *format);

/* Mounts the device on an existing directory to be written to: only for a report that a person asks for. */
int ddl_mount_writable(const char *path, const char *format, const char *place, struct ddl_error *error) DDL_MUST_CHECK;

#endif
