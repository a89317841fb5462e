/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Media and disks that come and go, as the kernel tells it: no polling of ours. */
#ifndef DDL_UEVENT_H
#define DDL_UEVENT_H

#include <stdbool.h>

/*
 * A socket that is readable when the kernel has something to say; -1: not to be had. Lets the
 * kernel look into CD drives every two seconds, as udev does, where it was not told to.
 */
int ddl_uevent_open(void);
void ddl_uevent_close(int fd);

/* Reads all that waits there: true when a medium or disk came or went. */
bool ddl_media_changed(int fd);

#endif
