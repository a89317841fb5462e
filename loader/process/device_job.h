/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may never come back from a device that hangs, done in children: a process that the
 * kernel has asleep in such a call cannot be killed, and that must not be ddload itself.
 */
#ifndef DDL_DEVICE_JOB_H
#define DDL_DEVICE_JOB_H

#include "base/attributes.h"
#include "process/jobs.h"

/*
 * Does the work in a child that has its rights and no descriptor but `keep`. What it returns is
 * returned; -1 and DDL_E_TIMEOUT with `name` when it did not come to an end within
 * `limit_ms` (0: DDL_DEVICE_MS): it is left behind then. `given`: where not NULL, the descriptor
 * that the work handed over by ddl_sink_give, or -1. `confine` says whether to go on; may be NULL.
 *
 * Done for its own sake with `given`; or as a rehearsal: what the work reads of a file system, the
 * kernel then has in memory, and the same work done by the caller right after it does not hang.
 */
int ddl_device_job(const struct ddl_confine *confine, const int *keep, size_t n_keep, unsigned limit_ms, const char *name,
		   int (*work)(void *arg, struct ddl_sink *sink, struct ddl_error *error), void *arg, int *given,
		   struct ddl_error *error) DDL_MUST_CHECK;

/* Is this such a child? What it calls needs no rehearsal of its own, and its front end is not there. */
bool ddl_device_job_inside(void);

/*
 * Closes a descriptor that may be the last one of a device or of what is mounted of it, so that the
 * kernel may wait for the device. Returns when that is done, or after DDL_CLOSE_MS.
 */
void ddl_device_job_close(int fd);

#endif
