// SPDX-License-Identifier: GPL-2.0-or-later
/* Children that are given up, because what they read from may never answer. */
#include "process/reaper.h"

#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>

#include "base/limits.h"

#define MOST DDL_MAX_SOURCES

static pid_t left_behind[MOST];

void ddl_reaper_reap(void)
{
	for (size_t i = 0; i < MOST; i++)
		if (left_behind[i] > 0 && waitpid(left_behind[i], NULL, WNOHANG) != 0)
			left_behind[i] = 0;
}

void ddl_reaper_take(pid_t pid)
{
	ddl_reaper_reap();
	(void)kill(pid, SIGKILL); /* it may be gone already */
	for (size_t i = 0; i < MOST; i++) {
		if (left_behind[i] == 0) {
			left_behind[i] = pid;
			return;
		}
	}
}
