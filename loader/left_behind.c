// SPDX-License-Identifier: GPL-2.0-or-later
/* Children that are given up, because what they read from may never answer. */
#include "left_behind.h"

#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>

#include "limits.h"

#define MOST DDL_MAX_SOURCES

static pid_t left_behind[MOST];

void ddl_reap_left_behind(void)
{
	for (size_t i = 0; i < MOST; i++)
		if (left_behind[i] > 0 && waitpid(left_behind[i], NULL, WNOHANG) != 0)
			left_behind[i] = 0;
}

void ddl_leave_behind(pid_t pid)
{
	ddl_reap_left_behind();
	(void)kill(pid, SIGKILL); /* it may be gone already */
	for (size_t i = 0; i < MOST; i++) {
		if (left_behind[i] == 0) {
			left_behind[i] = pid;
			return;
		}
	}
}
