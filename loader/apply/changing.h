/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who changes drivers: the file <run directory>/changing is locked (flock) by a run from its first change to
 * the end of its way back, and says which run that is. What stands in it when nobody has the lock is the
 * mark of a run that was killed: the drivers may be half changed, and nobody knows how far it came.
 */
#ifndef DDL_CHANGING_H
#define DDL_CHANGING_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/log.h"

#define DDL_CHANGING_WHO 256U /* room for "ddload load /dev/sr0 (process 123)" */

enum ddl_changing_state { DDL_CHANGING_NOBODY, DDL_CHANGING_SOMEBODY, DDL_CHANGING_KILLED };

/* Looks, and changes nothing. `who`: which run that is or was; "" with NOBODY. */
enum ddl_changing_state ddl_changing_look(const char *run_directory, char who[DDL_CHANGING_WHO]);

struct ddl_changing {
	int fd; /* -1: there was no way to lock anything */
	sigset_t before; /* signals held off before */
};

/*
 * Holds all signals off but those of faults, as a signal that kills, or is only heard, cuts a driver's probe
 * off in the kernel; takes the lock and leaves the mark. Where there is no place for the file that is logged,
 * and no error. -1: DDL_E_OTHER_RUN, or DDL_E_INTERRUPTED where a mark is found and `after_kill` is not given.
 */
int ddl_changing_begin(struct ddl_changing *changing, const char *run_directory, bool after_kill, struct ddl_log *log,
		       struct ddl_error *error);

/* Takes mark and lock away, and lets the signals come. */
void ddl_changing_end(struct ddl_changing *changing, struct ddl_log *log);

#endif
