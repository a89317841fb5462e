/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Children that are given up: killed, never waited for, taken off once they are gone. */
#ifndef DDL_REAPER_H
#define DDL_REAPER_H

#include <sys/types.h>

/* Kills the child. One that hangs in the kernel does not heed that and stays until it can. */
void ddl_reaper_take(pid_t pid);

/* Takes off those that are gone; done by ddl_reaper_take as well. */
void ddl_reaper_reap(void);

#endif
