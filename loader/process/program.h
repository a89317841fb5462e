/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Helper programs that the system has, run one at a time: udevadm, depmod. */
#ifndef DDL_PROGRAM_H
#define DDL_PROGRAM_H

#include "base/attributes.h"

/* Opens the program of ours that is called so and lies beside this one, wherever that is. -1 with errno: it is not there. */
int ddl_program_beside(const char *name) DDL_MUST_CHECK;

/*
 * Runs the first of the places (absolute paths, NULL-ended) that is a program, with these words (NULL-ended,
 * its name first), no input, and its output thrown away. `root`: a directory that it has as its root
 * directory; -1: ours. It is killed after `limit_ms`. Returns its exit status, 127 where there is no such
 * program, or -1 when it did not come to an end of its own.
 */
int ddl_program_run(const char *const *places, const char *const *words, int root, unsigned limit_ms);

#endif
