// SPDX-License-Identifier: GPL-2.0-or-later
/* Children for jobs: started, listened to, given up on; see sandbox.c for their walls. */
#include "process/jobs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/remote.h"
#include "base/text.h"
#include "process/reaper.h"
#include "process/sandbox.h"

#define TICK_MS 100
#define REAP_QUICK 20U
#define REAP_TRIES 220U
#define DEVICES_AT_ONCE 24U /* more would have less than their share of a slow processor */

struct ddl_sink {
	int fd; /* the child's end; -1: straight to the job's receiver */
	struct ddl_job *job;
};

/* What goes before every message on the socket. */
struct frame {
	uint32_t type, length;
};

/*
 * The last message of every child, one that bears a descriptor, and the last one of a child that
 * was about to do what it may not; the job's own types are below.
 */
#define FRAME_END UINT32_MAX
#define FRAME_GIVEN (UINT32_MAX - 1)
#define FRAME_FORBIDDEN (UINT32_MAX - 2)

struct child {
	struct ddl_job *job; /* NULL: free */
	pid_t pid;
	int fd;
	uint64_t heard_ms; /* when it last said something */
	bool ended; /* FRAME_END has come */
	size_t got;
	uint8_t buffer[sizeof(struct frame) + DDL_MAX_MESSAGE];
};

int ddl_sink_send(struct ddl_sink *sink, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct frame frame = { type, (uint32_t)n };

	if (n > DDL_MAX_MESSAGE)
		return ddl_fail(error, DDL_E_INTERNAL, 0, "message of %zu bytes", n);
	if (sink->fd < 0)
		return sink->job->receive(sink->job->arg, type, bytes, n, error);
	if (ddl_file_write_full(sink->fd, &frame, sizeof(frame)) < 0 || ddl_file_write_full(sink->fd, bytes, n) < 0)
		return ddl_fail(error, DDL_E_CANCELLED, errno, "message");
	return 0;
}

/* One descriptor beside a byte that means nothing (unix(7), SCM_RIGHTS). */
union rights {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int))];
};

int ddl_sink_give(struct ddl_sink *sink, int fd, struct ddl_error *error)
{
	struct frame frame = { FRAME_GIVEN, 0 };
	struct iovec bytes = { &frame, sizeof(frame) };
	union rights rights = { .head = {
					.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &rights, .msg_controllen = sizeof(rights) };
	ssize_t sent;

	memcpy(CMSG_DATA(&rights.head), &fd, sizeof(fd));
	sent = sendmsg(sink->fd, &message, MSG_NOSIGNAL);
	(void)close(fd);
	return sent == (ssize_t)sizeof(frame) ? 0 : ddl_fail(error, DDL_E_CANCELLED, errno, "descriptor");
}

/* read(2), and what descriptor comes along is the job's. From a confined child none is taken. */
static ssize_t hear(const struct child *child, void *buffer, size_t room)
{
	struct iovec bytes = { buffer, room };
	union rights rights = { .room = { 0 } };
	struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &rights, .msg_controllen = sizeof(rights) };
	ssize_t n;

	if (!child->job->device)
		return read(child->fd, buffer, room);
	n = recvmsg(child->fd, &message, MSG_CMSG_CLOEXEC);
	if (n > 0 && message.msg_controllen >= CMSG_LEN(sizeof(int)) && rights.head.cmsg_type == SCM_RIGHTS) {
		if (child->job->given >= 0)
			(void)close(child->job->given);
		memcpy(&child->job->given, CMSG_DATA(&rights.head), sizeof(int));
	}
	return n;
}

/* Called wherever the child was: nothing but the one call that tells. */
static void tell_forbidden(int fd, int call)
{
	struct {
		struct frame frame;
		int32_t call;
	} last = { { FRAME_FORBIDDEN, sizeof(last.call) }, call };

	if (ddl_file_write_full(fd, &last, sizeof(last)) < 0)
		_exit(1); /* its end tells as much as it can */
}

/* The child's whole life. */
static _Noreturn void child_main(struct ddl_job *job, int fd)
{
	struct ddl_sink sink = { fd, job };
	struct ddl_error error = DDL_ERROR_INIT, end = DDL_ERROR_INIT;

	if ((job->device ? ddl_sandbox_shut(fd, job->keep, job->n_keep, &end) :
			   ddl_sandbox_enter(fd, job->keep, job->n_keep, job->programs, tell_forbidden, &end)) == 0 &&
	    job->run(job->arg, &sink, &end) < 0 && end.code == DDL_OK)
		(void)ddl_fail(&end, DDL_E_INTERNAL, 0, "job failed without a reason");
	if (ddl_sink_send(&sink, FRAME_END, &end, sizeof(end), &error) < 0)
		_exit(1);
	_exit(0);
}

static int child_start(struct child *child, struct ddl_job *job)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return ddl_fail(&job->error, DDL_E_INTERNAL, errno, "socketpair");
	child->pid = fork();
	if (child->pid < 0) {
		int saved = errno;

		(void)close(pair[0]);
		(void)close(pair[1]);
		return ddl_fail(&job->error, DDL_E_MEMORY, saved, "fork");
	}
	if (child->pid == 0)
		child_main(job, pair[1]);
	(void)close(pair[1]);
	child->fd = pair[0];
	child->job = job;
	child->heard_ms = ddl_clock_ms();
	child->ended = false;
	child->got = 0;
	return 0;
}

/*
 * Waits for the child's end, but not for ever: one that hangs in the kernel (a dead
 * drive) cannot be killed and is left behind. Returns its wait status, or -1.
 */
static int reap(pid_t pid, bool kill_it, unsigned tries)
{
	int status = -1;

	if (kill_it)
		(void)kill(pid, SIGKILL); /* it may be gone already */
	for (unsigned i = 0; i < tries; i++) {
		/* most are gone within the first tenth of a millisecond: a whole one would be most of a small disk's time */
		struct timespec pause = { 0, i < REAP_QUICK ? 30000 : i < REAP_QUICK + 100 ? 1000000 : 5000000 };
		pid_t got = waitpid(pid, &status, WNOHANG);

		if (got == pid || (got < 0 && errno != EINTR))
			return got == pid ? status : -1;
		if (i == REAP_QUICK + 100 && !kill_it)
			(void)kill(pid, SIGKILL); /* it has said its last word and goes on all the same */
		(void)nanosleep(&pause, NULL); /* cut short by a signal: looks again sooner */
	}
	ddl_reaper_take(pid);
	return -1;
}

/* How a child that said no goodbye ended, in words. */
static void blame(struct ddl_job *job, int status)
{
	if (status != -1 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		(void)ddl_fail(&job->error, DDL_E_MEMORY, 0,
			       _("the reader was killed, as the kernel does where memory is short"));
	else if (status != -1 && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		(void)ddl_fail(&job->error, DDL_E_INTERNAL, 0, _("a reader wanted to make a system call that none may make"));
	else if (status != -1 && WIFSIGNALED(status))
		(void)ddl_fail(&job->error, DDL_E_DAMAGED, 0, _("the reader was stopped by signal %d (%s)"), WTERMSIG(status),
			       strsignal(WTERMSIG(status)));
	else
		(void)ddl_fail(&job->error, DDL_E_DAMAGED, 0, _("the reader ended without a result"));
}

static void child_finish(struct child *child, bool kill_it)
{
	struct ddl_job *job = child->job;
	unsigned tries = job->device && kill_it ? REAP_QUICK : REAP_TRIES; /* a device that hangs is not waited for again */
	int status;

	(void)close(child->fd);
	status = reap(child->pid, kill_it || !child->ended, tries);
	if (!child->ended && job->error.code == DDL_OK)
		blame(job, status);
	job->ok = child->ended && job->error.code == DDL_OK;
	child->job = NULL;
}

/* One whole message has come. -1 ends the job. */
static int dispatch(struct child *child, const struct frame *frame, const uint8_t *bytes)
{
	struct ddl_job *job = child->job;
	int32_t call;

	if (frame->type != FRAME_END && !job->receive)
		return 0; /* there was only a descriptor to it */
	if (frame->type == FRAME_FORBIDDEN && frame->length == sizeof(call)) {
		memcpy(&call, bytes, sizeof(call));
		return ddl_fail(&job->error, DDL_E_INTERNAL, 0, _("a reader wanted to make system call %d, which none may make"),
				(int)call);
	}
	if (frame->type != FRAME_END)
		return job->receive(job->arg, frame->type, bytes, frame->length, &job->error);
	if (frame->length != sizeof(job->error))
		return ddl_fail(&job->error, DDL_E_DAMAGED, 0, "the reader's last word is garbled");
	memcpy(&job->error, bytes, sizeof(job->error));
	job->error.text[DDL_ERROR_TEXT - 1] = '\0';
	if (job->error.code >= DDL_CODES)
		job->error.code = DDL_E_DAMAGED;
	ddl_text_clean_in_place(job->error.text);
	child->ended = true;
	return 0;
}

/* Takes whole messages from the front of the buffer. */
static int drain(struct child *child)
{
	size_t at = 0;

	while (child->got - at >= sizeof(struct frame) && !child->ended) {
		struct frame frame;

		memcpy(&frame, child->buffer + at, sizeof(frame));
		if (frame.length > DDL_MAX_MESSAGE)
			return ddl_fail(&child->job->error, DDL_E_DAMAGED, 0, "the reader's message is too long");
		if (child->got - at - sizeof(frame) < frame.length)
			break;
		if (dispatch(child, &frame, child->buffer + at + sizeof(frame)) < 0)
			return -1;
		at += sizeof(frame) + frame.length;
	}
	memmove(child->buffer, child->buffer + at, child->got - at);
	child->got -= at;
	return 0;
}

/* The child's socket can be read (or is closed). */
static void listen_to(struct child *child)
{
	ssize_t n = hear(child, child->buffer + child->got, sizeof(child->buffer) - child->got);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		child_finish(child, false);
		return;
	}
	child->heard_ms = ddl_clock_ms();
	child->got += (size_t)n;
	if (drain(child) < 0)
		child_finish(child, true);
	else if (child->ended)
		child_finish(child, false);
}

static void check_silence(struct child *child, unsigned silence_ms)
{
	if (ddl_remote_busy()) /* it waits for a server, for which ddload-fetch has its own limits */
		child->heard_ms = ddl_clock_ms();
	if (ddl_clock_ms() - child->heard_ms < silence_ms)
		return;
	(void)ddl_fail(&child->job->error, DDL_E_TIMEOUT, 0, _("nothing read for %u s"), silence_ms / 1000);
	child_finish(child, true);
}

struct pool {
	struct child *children;
	size_t room, running;
	unsigned silence_ms;
};

static void pool_poll(struct pool *pool)
{
	struct pollfd fds[DEVICES_AT_ONCE];

	for (size_t i = 0; i < pool->room; i++)
		fds[i] = (struct pollfd){ pool->children[i].job ? pool->children[i].fd : -1, POLLIN, 0 };
	if (poll(fds, pool->room, TICK_MS) < 0)
		return; /* a signal: the caller looks whether to go on */
	for (size_t i = 0; i < pool->room; i++) {
		struct child *child = &pool->children[i];

		if (child->job && fds[i].revents)
			listen_to(child);
		else if (child->job)
			check_silence(child, pool->silence_ms);
	}
	pool->running = 0;
	for (size_t i = 0; i < pool->room; i++)
		pool->running += pool->children[i].job != NULL;
}

static void pool_fill(struct pool *pool, struct ddl_job *jobs, size_t count, size_t *next)
{
	for (size_t i = 0; i < pool->room && *next < count; i++) {
		if (pool->children[i].job)
			continue;
		if (child_start(&pool->children[i], &jobs[*next]) == 0)
			pool->running++;
		(*next)++;
	}
}

static void pool_cancel(struct pool *pool)
{
	for (size_t i = 0; i < pool->room; i++) {
		struct child *child = &pool->children[i];

		if (!child->job)
			continue;
		(void)ddl_fail(&child->job->error, DDL_E_CANCELLED, 0, "%s", "");
		child_finish(child, true);
	}
}

/* Readers are bound by processors and memory, those who ask devices by the devices. */
static size_t at_once(const struct ddl_job *jobs, size_t count, const struct ddl_confine *confine)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t most = jobs->device ? DEVICES_AT_ONCE : DDL_MAX_CHILDREN;
	size_t wanted = confine->parallel ? confine->parallel : jobs->device ? most : processors > 0 ? (size_t)processors : 1;

	wanted = wanted > most ? most : wanted;
	return wanted > count ? count : wanted;
}

static int run_in_children(struct ddl_job *jobs, size_t count, const struct ddl_confine *confine, struct ddl_error *error)
{
	struct pool pool = { NULL, at_once(jobs, count, confine), 0, confine->silence_ms };
	size_t next = 0;

	pool.silence_ms = pool.silence_ms ? pool.silence_ms : DDL_CHILD_SILENCE_MS;
	pool.children = calloc(pool.room, sizeof(*pool.children));
	if (!pool.children)
		return ddl_fail(error, DDL_E_MEMORY, 0, "readers");
	while (next < count || pool.running) {
		if (confine->go_on && !confine->go_on(confine->go_on_arg)) {
			pool_cancel(&pool);
			free(pool.children);
			return ddl_fail(error, DDL_E_CANCELLED, 0, "%s", "");
		}
		pool_fill(&pool, jobs, count, &next);
		pool_poll(&pool);
	}
	free(pool.children);
	return 0;
}

static int run_here(struct ddl_job *jobs, size_t count, const struct ddl_confine *confine, struct ddl_error *error)
{
	for (size_t i = 0; i < count; i++) {
		struct ddl_sink sink = { -1, &jobs[i] };

		if (confine->go_on && !confine->go_on(confine->go_on_arg))
			return ddl_fail(error, DDL_E_CANCELLED, 0, "%s", "");
		jobs[i].ok = jobs[i].run(jobs[i].arg, &sink, &jobs[i].error) == 0;
	}
	return 0;
}

int ddl_jobs_run(struct ddl_job *jobs, size_t count, const struct ddl_confine *confine, struct ddl_error *error)
{
	int ran;

	if (!count)
		return 0;
	for (size_t i = 0; i < count; i++) {
		jobs[i].ok = false;
		jobs[i].given = -1;
		ddl_error_clear(&jobs[i].error);
	}
	ran = confine->unconfined ? run_here(jobs, count, confine, error) : run_in_children(jobs, count, confine, error);
	if (ran < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (jobs[i].ok)
			continue;
		if (error)
			*error = jobs[i].error;
		return -1;
	}
	return 0;
}
