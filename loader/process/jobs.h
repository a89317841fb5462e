/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs that interpret foreign bytes, each in a child that has dropped its privileges:
 * own user id (when started by root), no new privileges, a seccomp allow-list, limits on
 * memory and processor time, and no descriptors but those handed to it. What it finds
 * comes back as bounded messages. A crash, a hang or a limit hit is an error of the job
 * ("this disk is damaged, or made to do harm"), never ddload's end; so is a system call that is not
 * on the list, but as a mistake of ours, with its number.
 */
#ifndef DDL_JOBS_H
#define DDL_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"

/* Where a job's messages go. */
struct ddl_sink;

/* In the child. At most DDL_MAX_MESSAGE bytes a message; -1 when nobody listens any more. */
int ddl_sink_send(struct ddl_sink *sink, uint32_t type, const void *bytes, size_t n, struct ddl_error *error) DDL_MUST_CHECK;

/* In the child of a `device` job: hands over a descriptor, which is closed here. */
int ddl_sink_give(struct ddl_sink *sink, int fd, struct ddl_error *error) DDL_MUST_CHECK;

struct ddl_job {
	/* In the child: does the work. -1 and the error end the job. */
	int (*run)(void *arg, struct ddl_sink *sink, struct ddl_error *error);
	/* In the parent: one message. -1 and the error end the job. NULL: there are none. */
	int (*receive)(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error);
	void *arg;
	const int *keep; /* descriptors that the child keeps, besides its messages' */
	size_t n_keep;
	bool programs; /* it starts a program (ddl_sandbox_program); may write to the descriptors it keeps */
	bool device; /* it interprets nothing, but asks a device that may never answer: keeps its rights */
	int given; /* `device`: the last descriptor that it handed over, the caller's to close; else -1 */
	/* the result */
	bool ok;
	struct ddl_error error; /* DDL_OK when ok */
};

struct ddl_confine {
	bool unconfined; /* run in this process, one after the other: tests, debuggers */
	unsigned parallel; /* children at a time; 0: one for each processor, and of `device` jobs, which only wait, many */
	unsigned silence_ms; /* no message for so long: it hangs; 0: DDL_CHILD_SILENCE_MS */
	/* Called between messages, at least every 100 ms; false cancels everything. May be NULL. */
	bool (*go_on)(void *arg);
	void *go_on_arg;
};

/*
 * Runs all jobs. 0 when every job was ok; -1 when one was not: the first failure is in
 * `error`, each job has its own. DDL_E_CANCELLED when go_on said so.
 */
int ddl_jobs_run(struct ddl_job *jobs, size_t count, const struct ddl_confine *confine, struct ddl_error *error);

#endif
