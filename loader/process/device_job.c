// SPDX-License-Identifier: GPL-2.0-or-later
/* Children that touch devices in ddload's stead, and are left behind with those that hang. */
#include "process/device_job.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "process/reaper.h"

#define CLOSE_POLL_MS 1U

/* The child is the one that may hang: in it, work is done at once, and nobody is told anything. */
static bool inside;

struct device_work {
	int (*work)(void *arg, struct ddl_sink *sink, struct ddl_error *error);
	void *arg;
};

static int work_inside(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	const struct device_work *device_work = arg;

	inside = true;
	return device_work->work(device_work->arg, sink, error);
}

bool ddl_device_job_inside(void)
{
	return inside;
}

int ddl_device_job(const struct ddl_confine *confine, const int *keep, size_t n_keep, unsigned limit_ms, const char *name,
		   int (*work)(void *arg, struct ddl_sink *sink, struct ddl_error *error), void *arg, int *given,
		   struct ddl_error *error)
{
	struct device_work device_work = { work, arg };
	struct ddl_job job = { .run = work_inside, .arg = &device_work, .keep = keep, .n_keep = n_keep, .device = true };
	struct ddl_confine own = { .silence_ms = limit_ms ? limit_ms : DDL_DEVICE_MS, .parallel = 1 };
	struct ddl_error why = DDL_ERROR_INIT;
	int result;

	if (confine) {
		own.go_on = confine->go_on;
		own.go_on_arg = confine->go_on_arg;
	}
	result = ddl_jobs_run(&job, 1, &own, &why);
	if (given)
		*given = result == 0 ? job.given : -1;
	if (job.given >= 0 && (!given || result < 0))
		(void)close(job.given);
	if (result < 0 && why.code == DDL_E_TIMEOUT)
		return ddl_fail(error, DDL_E_TIMEOUT, 0, "%s", name);
	if (result < 0 && error)
		*error = why;
	return result;
}

/* Keeps its copy of the descriptor until the parent has closed its own. */
static _Noreturn void close_last(int wait_for)
{
	char byte;

	_exit(read(wait_for, &byte, 1) < 0 ? 1 : 0);
}

void ddl_device_job_close(int fd)
{
	int ends[2] = { -1, -1 };
	pid_t pid = pipe(ends) < 0 ? -1 : fork();

	if (pid == 0) {
		(void)close(ends[1]);
		close_last(ends[0]);
	}
	(void)close(fd); /* not the last one, where there is a child */
	(void)close(ends[0]);
	(void)close(ends[1]);
	for (unsigned waited = 0; pid > 0 && waited < DDL_CLOSE_MS; waited += CLOSE_POLL_MS) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			return;
		ddl_clock_pause(CLOSE_POLL_MS);
	}
	if (pid > 0)
		ddl_reaper_take(pid);
}
