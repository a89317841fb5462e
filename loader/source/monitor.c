// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Workers that ask devices and look into media, and what they report: two messages of
 * fixed size each, the device's answer and what is on it.
 */
#include "source/monitor.h"
#include "source/drive.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "process/reaper.h"
#include "source/mount.h"
#include "source/probe.h"
#include "source/uevent.h"

#define AT_ONCE 4U /* workers that work; those that hang are not counted */
#define HANGS_AFTER_S 3U /* without a word, when it is asked what it is */
#define READ_HANGS_AFTER_S 10U /* when it is looked into: a disc turns up to speed, an arm seeks */
#define START_UP_TRIES 15U /* of up to DDL_PROBE_TIMEOUT_MS and a second each */
#define READ_TRIES 5U
#define KERNEL_SPEAKS UINT32_MAX
#define CLOCK_TICKS (UINT32_MAX - 1)

enum { REPORT_BEAT, REPORT_ASKED, REPORT_LOOKED, REPORT_LEFT_ALONE };

/* Smaller than PIPE_BUF: it comes whole or not at all. */
struct report {
	uint32_t kind;
	struct ddl_probe probe; /* ASKED */
	struct ddl_monitor_found found; /* LOOKED */
};

struct worker {
	struct ddl_source *source;
	size_t device; /* SIZE_MAX: not a device */
	pid_t pid; /* 0: not begun, or over */
	int fd;
	unsigned silent_s; /* ticks since it last reported */
	unsigned hangs_after_s;
};

struct ddl_monitor {
	struct ddl_monitor_call call;
	struct worker *workers;
	size_t n_workers, next; /* those before `next` were begun */
	int epoll, timer;
};

/* ------------------------------------------------------------- in the worker */

static int beat_to = -1;
static uint64_t last_beat;

static void report(int out, const struct report *report)
{
	if (ddl_file_write_full(out, report, sizeof(*report)) < 0)
		_exit(1);
}

void ddl_monitor_beat(void)
{
	uint64_t second = ddl_clock_ms() / 1000;

	if (beat_to < 0 || second == last_beat)
		return;
	last_beat = second;
	report(beat_to, &(struct report){ .kind = REPORT_BEAT });
}

/* A drive that has just been given its medium says that it is not ready, or fails to read at first. */
static bool may_come(const struct ddl_probe *probe, const struct ddl_source *source, unsigned tries)
{
	return probe->state == DDL_PROBE_NOT_READY ? tries < START_UP_TRIES :
	       probe->state == DDL_PROBE_SILENT    ? tries < 2 /* the second time with more patience: nobody waits for it */
						  :
						  probe->state == DDL_PROBE_READ && source->removable && tries < READ_TRIES;
}

/* Asks the device until it has started up; false when there is nothing to look into. */
static bool ask_device(const struct ddl_monitor *live, const struct worker *worker, int out)
{
	const char *path = ddl_devices_path(live->call.devices, worker->device);
	struct report asked = { .kind = REPORT_ASKED };
	unsigned tries = 0;

	do {
		if (tries)
			ddl_clock_pause(1000);
		ddl_probe_devices(&path, &asked.probe, 1,
				  tries && asked.probe.state == DDL_PROBE_SILENT ? DDL_CHILD_SILENCE_MS : DDL_PROBE_TIMEOUT_MS);
		report(out, &asked);
	} while (may_come(&asked.probe, worker->source, ++tries));
	return ddl_devices_take(live->call.arena, live->call.devices, worker->device, &asked.probe) && worker->source->usable;
}

static _Noreturn void work(const struct ddl_monitor *live, const struct worker *worker, int out)
{
	struct report looked = { .kind = REPORT_LOOKED };
	bool usable = worker->source->usable;

	beat_to = out;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (worker->device != SIZE_MAX)
		usable = ask_device(live, worker, out);
	looked.found.trouble = worker->source->trouble.code;
	if (usable && ddl_mount_in_job(live->call.media))
		live->call.look(live->call.arg, worker->source, &looked.found);
	else if (usable)
		looked.kind = REPORT_LEFT_ALONE;
	report(out, &looked);
	_exit(0);
}

/* ------------------------------------------------------------- in the parent */

static void watch(const struct ddl_monitor *live, int fd, uint32_t number)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = number };

	(void)epoll_ctl(live->epoll, EPOLL_CTL_ADD, fd, &event); /* what cannot be watched stays "looking" */
}

static void end_worker(const struct ddl_monitor *live, struct worker *worker)
{
	if (worker->pid <= 0)
		return;
	/* not by close alone: workers that were begun later have a copy of the descriptor */
	(void)epoll_ctl(live->epoll, EPOLL_CTL_DEL, worker->fd, NULL);
	(void)close(worker->fd);
	ddl_reaper_take(worker->pid);
	worker->pid = 0;
}

static void begin(struct ddl_monitor *live, struct worker *worker)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	worker->pid = fork();
	if (worker->pid == 0) {
		(void)close(ends[0]);
		work(live, worker, ends[1]);
	}
	(void)close(ends[1]);
	if (worker->pid < 0) {
		(void)close(ends[0]);
		worker->pid = 0;
		worker->source->look = DDL_LOOK_NONE;
		return;
	}
	worker->fd = ends[0];
	worker->hangs_after_s = worker->device == SIZE_MAX ? READ_HANGS_AFTER_S : HANGS_AFTER_S;
	watch(live, ends[0], (uint32_t)(worker - live->workers));
}

static void begin_more(struct ddl_monitor *live)
{
	unsigned busy = 0;

	for (size_t i = 0; i < live->next; i++)
		busy += live->workers[i].pid > 0 && live->workers[i].silent_s < live->workers[i].hangs_after_s;
	for (; live->next < live->n_workers && busy < AT_ONCE; busy++)
		begin(live, &live->workers[live->next++]);
}

/* What a worker says of its medium is foreign, as what it read was. */
static void take_found(struct ddl_source *source, const struct ddl_monitor_found *found)
{
	if (source->trouble.code == DDL_E_TIMEOUT && found->trouble != DDL_E_TIMEOUT)
		ddl_error_clear(&source->trouble); /* late, but it did answer */
	source->look = DDL_LOOK_DONE;
	source->packs = found->packs > DDL_MAX_REPOSITORIES ? DDL_MAX_REPOSITORIES : found->packs;
	source->fitting = found->fitting > source->packs ? source->packs : found->fitting;
	source->found = found->trouble < DDL_CODES ? (enum ddl_code)found->trouble : DDL_E_DAMAGED;
}

static void hear_worker(struct ddl_monitor *live, struct worker *worker)
{
	struct report said;
	ssize_t got = read(worker->fd, &said, sizeof(said));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	worker->silent_s = 0;
	if (got == (ssize_t)sizeof(said) && said.kind == REPORT_BEAT)
		return;
	if (got == (ssize_t)sizeof(said) && said.kind == REPORT_ASKED && worker->device != SIZE_MAX) {
		ddl_probe_check(&said.probe);
		if (said.probe.state != DDL_PROBE_SILENT)
			worker->hangs_after_s = READ_HANGS_AFTER_S;
		else
			worker->silent_s = HANGS_AFTER_S; /* still */
		if (ddl_devices_take(live->call.arena, live->call.devices, worker->device, &said.probe))
			return;
	} else if (got == (ssize_t)sizeof(said) && said.kind == REPORT_LOOKED) {
		take_found(worker->source, &said.found);
	} else if (got == (ssize_t)sizeof(said) && said.kind == REPORT_LEFT_ALONE) {
		worker->source->look = DDL_LOOK_NONE;
	} else { /* it came to its end over this medium */
		take_found(worker->source, &(struct ddl_monitor_found){ .trouble = DDL_E_DAMAGED });
	}
	end_worker(live, worker);
}

/* True when a worker has fallen silent: its medium hangs, and is not to be touched by anybody else. */
static bool tick(struct ddl_monitor *live)
{
	uint64_t times = 0;
	bool hangs = false;

	if (read(live->timer, &times, sizeof(times)) != (ssize_t)sizeof(times))
		return false;
	for (size_t i = 0; i < live->next; i++) {
		struct worker *worker = &live->workers[i];
		bool before = worker->silent_s >= worker->hangs_after_s;

		worker->silent_s += (unsigned)times;
		if (before || worker->pid <= 0 || worker->silent_s < worker->hangs_after_s)
			continue;
		(void)ddl_fail(&worker->source->trouble, DDL_E_TIMEOUT, 0, "%s", worker->source->name);
		hangs = true;
	}
	return hangs;
}

enum ddl_news ddl_monitor_news(struct ddl_question *question)
{
	struct ddl_monitor *live = question->live;
	struct epoll_event events[16];
	enum ddl_news news = DDL_NEWS_NONE;
	int n = live ? epoll_wait(live->epoll, events, 16, 0) : 0;

	for (int i = 0; i < n; i++) {
		uint32_t number = events[i].data.u32;

		if (number == KERNEL_SPEAKS) {
			if (ddl_media_changed(live->call.uevents))
				return DDL_NEWS_MEDIA;
		} else if (number == CLOCK_TICKS) {
			news = tick(live) ? DDL_NEWS_LIST : news;
		} else if (number < live->n_workers && live->workers[number].pid > 0) {
			hear_worker(live, &live->workers[number]);
			news = DDL_NEWS_LIST;
		}
	}
	if (n > 0)
		begin_more(live);
	if (news == DDL_NEWS_LIST) {
		struct ddl_source **sources;
		size_t count;

		/* without memory the list stays as it was */
		if (ddl_devices_offer(live->call.arena, live->call.devices, &sources, &count, NULL) == 0) {
			question->sources = sources;
			question->n_sources = count;
		}
	}
	return news;
}

/* A CD drive gives its disc out; the worker that may be reading it goes first. */
int ddl_monitor_eject(struct ddl_question *question, size_t index, struct ddl_error *error)
{
	const struct ddl_source *source = question->sources[index];
	struct ddl_monitor *live = question->live;
	const char *path = source->path;

	for (size_t i = 0; live && i < live->next; i++) {
		if (live->workers[i].source != source)
			continue;
		end_worker(live, &live->workers[i]);
		if (live->workers[i].device != SIZE_MAX)
			path = ddl_devices_path(live->call.devices, live->workers[i].device);
	}
	return ddl_drive_eject(path, source->name, error);
}

/* ------------------------------------------------------------------ beginning and end */

static int add_workers(struct ddl_monitor *live)
{
	const struct ddl_devices *devices = live->call.devices;
	size_t count = ddl_devices_count(devices);
	struct ddl_source *own = ddl_devices_own(devices);

	live->workers = calloc(count + 1, sizeof(*live->workers));
	if (!live->workers)
		return -1;
	if (own)
		live->workers[live->n_workers++] = (struct worker){ .source = own, .device = SIZE_MAX };
	for (size_t i = 0; i < count; i++)
		live->workers[live->n_workers++] = (struct worker){ .source = ddl_devices_source(devices, i), .device = i };
	for (size_t i = 0; i < live->n_workers; i++)
		live->workers[i].source->look = DDL_LOOK_UNDER_WAY;
	return 0;
}

static int open_descriptors(struct ddl_monitor *live)
{
	const struct itimerspec every_second = { { 1, 0 }, { 1, 0 } };

	live->epoll = epoll_create1(EPOLL_CLOEXEC);
	live->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (live->epoll < 0 || live->timer < 0 || timerfd_settime(live->timer, 0, &every_second, NULL) < 0)
		return -1;
	if (live->n_workers)
		watch(live, live->timer, CLOCK_TICKS);
	if (live->call.uevents >= 0)
		watch(live, live->call.uevents, KERNEL_SPEAKS);
	return 0;
}

int ddl_monitor_start(const struct ddl_monitor_call *call, struct ddl_question *question, struct ddl_error *error)
{
	struct ddl_monitor *live = calloc(1, sizeof(*live));
	struct ddl_source **sources = NULL;
	size_t count = 0;

	if (!live)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "media");
	live->call = *call;
	live->epoll = live->timer = -1;
	if ((call->devices &&
	     (add_workers(live) < 0 || ddl_devices_offer(call->arena, call->devices, &sources, &count, NULL) < 0)) ||
	    open_descriptors(live) < 0) {
		ddl_monitor_stop(live);
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "media");
	}
	begin_more(live);
	question->live = live;
	question->watch_fd = live->epoll;
	if (call->devices) {
		question->sources = sources;
		question->n_sources = count;
	}
	return 0;
}

void ddl_monitor_stop(struct ddl_monitor *live)
{
	if (!live)
		return;
	for (size_t i = 0; i < live->n_workers; i++)
		end_worker(live, &live->workers[i]);
	free(live->workers);
	if (live->timer >= 0)
		(void)close(live->timer);
	if (live->epoll >= 0)
		(void)close(live->epoll);
	free(live);
}
