/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which processes hold a disk open: asked only for disks that would go away and whose driver
 * is in use, as it means a walk over every process's files.
 */
#ifndef DDL_OPEN_FILES_H
#define DDL_OPEN_FILES_H

#include "base/arena.h"
#include "model/model.h"

/*
 * Adds a DDL_USE_OPEN for each disk of `disks` (or partition, or SCSI generic device of it) and
 * process that has it open: what "sda1", by "blkid (pid 123)". This process is left out, and
 * so are processes that may not be looked into. False only when memory is short.
 */
bool ddl_open_files(struct ddl_arena *arena, const char *root, const char *const *disks, size_t n_disks, struct ddl_use **uses,
		    size_t *n_uses);

#endif
