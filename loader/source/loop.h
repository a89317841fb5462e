/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A loop device over a block device: the same bytes, which the kernel mounts apart from it. For a
 * partition of a disk that is mounted as a whole, or the other way round: either alone it calls busy.
 */
#ifndef DDL_LOOP_H
#define DDL_LOOP_H

#include <stddef.h>

/*
 * Sets up one that cannot be written to, and puts its node into `node`. It goes when the descriptor
 * that is returned is closed, and whatever was mounted of it. -1 and errno: ENOENT where the kernel has none.
 */
int ddl_loop_over(const char *device, char *node, size_t room);

#endif
