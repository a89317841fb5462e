/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A disk image that somebody has compressed as a whole (.iso.gz, .dd.xz, .img.zst …), as vendors
 * give them away: unpacked once, in a child, into staged memory, where it is a medium like others.
 */
#ifndef DDL_UNPACKED_H
#define DDL_UNPACKED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/stage.h"
#include "medium/medium.h"
#include "process/jobs.h"

/* Is it called as such an image is? */
bool ddl_unpacked_by_name(const char *name);

/*
 * The image in the file at `fd`, which is not closed, as a staged file of *size bytes: the caller's to drop. *size is as many as
 * were staged on the way to that file before: all are counted together. `name` is for
 * messages; with `mounts` an image that can only be mounted is one, too. -1: DDL_E_NOT_A_DISK where something else was compressed (what, in words), which is seen before all of it is
 * unpacked; DDL_E_TOO_LARGE beyond DDL_MAX_STAGED_FILE; DDL_E_ARCHIVE (damaged), _STAGE, _DAMAGED, _CANCELLED.
 */
int ddl_unpacked_stage(int fd, const char *name, bool mounts, struct ddl_stage *stage, const struct ddl_confine *confine,
		       uint64_t *size, struct ddl_error *error) DDL_MUST_CHECK;

/*
 * The file of this name in an archive medium, as it is, as a staged file of *size bytes, to be read from its beginning. -1: DDL_E_OPEN (it is not there), and
 * as above.
 */
int ddl_unpacked_take(const struct ddl_medium *medium, const char *name, struct ddl_stage *stage,
		      const struct ddl_confine *confine, uint64_t *size, struct ddl_error *error) DDL_MUST_CHECK;

#endif
