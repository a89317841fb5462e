/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Children that are given up: killed, never waited for, taken off once they are gone. */
#ifndef DDL_LEFT_BEHIND_H
#define DDL_LEFT_BEHIND_H

#include <sys/types.h>

/* Kills the child. One that hangs in the kernel does not heed that and stays until it can. */
void ddl_leave_behind(pid_t pid);

/* Takes off those that are gone; done by ddl_leave_behind as well. */
void ddl_reap_left_behind(void);

#endif
