/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files held in memory, away from the medium: memfd, or where the kernel has none an
 * unlinked file on a tmpfs. Nothing is left behind when the process ends, however it ends.
 */
#ifndef DDL_STAGE_H
#define DDL_STAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

struct ddl_stage;

/*
 * `directory` is used where memfd_create is not to be had (NULL: /run/ddload, then /tmp).
 * At most `cap` bytes are held at a time (0: a third of MemAvailable).
 */
struct ddl_stage *ddl_stage_new(const char *directory, uint64_t cap, struct ddl_error *error) DDL_MUST_CHECK;
void ddl_stage_free(struct ddl_stage *stage); /* does not close the files */

/* A new, empty file for reading and writing; close-on-exec. -1 and the error. */
int ddl_stage_create(struct ddl_stage *stage, const char *name, struct ddl_error *error) DDL_MUST_CHECK;

/* The most bytes that may be held. */
uint64_t ddl_stage_cap(const struct ddl_stage *stage);

/* Is there room for so many bytes more? 0; or DDL_E_STAGE with the figures. In a child: was there, when it began. */
int ddl_stage_fits(const struct ddl_stage *stage, uint64_t n, struct ddl_error *error) DDL_MUST_CHECK;

/* Appends; DDL_E_STAGE with the figures when the cap would be passed. */
int ddl_stage_append(struct ddl_stage *stage, int fd, const void *bytes, size_t n, struct ddl_error *error) DDL_MUST_CHECK;

/* Closes a file and gives its `size` bytes back to the cap. */
void ddl_stage_drop(struct ddl_stage *stage, int fd, uint64_t size);

#endif
