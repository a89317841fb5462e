/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is the medium there, is its drive ready, and out with it. */
#ifndef DDL_DRIVE_H
#define DDL_DRIVE_H

#include <stdbool.h>

#include "base/error.h"

enum ddl_drive { DDL_DRIVE_READY, DDL_DRIVE_EMPTY, DDL_DRIVE_NOT_READY, DDL_DRIVE_AUDIO };

/* Is this errno what opening or reading a device gives that is no longer there? */
bool ddl_drive_lost(int cause);

/*
 * True when the device has lost its disk, or is gone itself, or does so within `limit_ms`: reads
 * from a stick fail some moments before the kernel takes it away. A CD drive is asked.
 */
bool ddl_drive_goes(const char *device, unsigned limit_ms);

/*
 * Asks a CD drive whether it is ready (linux/cdrom.h, CDROM_DRIVE_STATUS), and for what; waits while
 * it starts up, until ddl_clock_ms() is `until`. Other devices do not know the question: READY.
 */
enum ddl_drive ddl_drive_wait(int fd, unsigned until);

/* Lets the drive give its disc out; it is tried again while it is busy. `name` is for the error. */
int ddl_drive_eject(const char *device, const char *name, struct ddl_error *error);

#endif
