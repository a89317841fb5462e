// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libblkid on a descriptor, in children with a time limit.
 */
#include "source_probe.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/cdrom.h>
#include <linux/fs.h>

#include "left_behind.h"
#include "limits.h"
#include "medium.h"
#include "path.h"
#include "text.h"

#define AT_ONCE 24U         /* more would have less than their share of a slow processor */
#define PULLED_WAIT_MS 500U /* for the kernel to see that a stick has gone */
#define SPIN_UP_POLL_MS 100 /* how often a drive that is starting up is asked again */
#define THIS_SLOT INT32_MAX /* CDSL_CURRENT, without needing the C library's limits.h */

static unsigned milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned)now.tv_sec * 1000U + (unsigned)(now.tv_nsec / 1000000);
}

/* ---------------------------------------------------------------- one device */

static void take_value(blkid_probe prober, const char *name, char *to, size_t room)
{
	const char *value;
	size_t length;

	if (blkid_probe_lookup_value(prober, name, &value, &length) == 0)
		ddl_text_clean(to, room, value, strnlen(value, length));
}

static void ask_blkid(blkid_probe prober, struct ddl_probe *probe)
{
	static char zfs[] = "zfs_member";
	static char *left_out[] = { zfs, NULL };
	int result;

	blkid_probe_enable_superblocks(prober, 1);
	/* for that alone a megabyte would be read, half of it from the end */
	(void)blkid_probe_filter_superblocks_type(prober, BLKID_FLTR_NOTIN, left_out);
	blkid_probe_set_superblocks_flags(prober, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL |
					  BLKID_SUBLKS_UUID);
	errno = 0;
	result = blkid_do_safeprobe(prober);
	switch (result) {
	case 0:
		probe->state = DDL_PROBE_FOUND;
		take_value(prober, "TYPE", probe->format, sizeof(probe->format));
		take_value(prober, "UUID", probe->uuid, sizeof(probe->uuid));
		take_value(prober, "LABEL", probe->label, sizeof(probe->label));
		break;
	case 1:
		probe->state = DDL_PROBE_NOTHING;
		break;
	case -2:
		probe->state = DDL_PROBE_AMBIGUOUS;
		break;
	default:
		probe->os_errno = errno ? errno : EIO;
		probe->state = probe->os_errno == ENOMEDIUM ? DDL_PROBE_NO_MEDIUM : DDL_PROBE_READ;
		break;
	}
}

void ddl_probe_fd(int fd, struct ddl_probe *probe)
{
	blkid_probe prober = blkid_new_probe();
	char byte;

	memset(probe, 0, sizeof(*probe));
	probe->state = DDL_PROBE_READ;
	probe->os_errno = ENOMEM;
	if (!prober)
		return;
	/* libblkid takes a failing read for "nothing known"; one of our own tells them apart. */
	if (pread(fd, &byte, 1, 0) < 0) {
		probe->os_errno = errno;
		if (errno == ENOMEDIUM)
			probe->state = DDL_PROBE_NO_MEDIUM;
	} else if (blkid_probe_set_device(prober, fd, 0, 0) < 0) {
		probe->os_errno = errno ? errno : EIO;
	} else {
		blkid_loff_t size = blkid_probe_get_size(prober);

		probe->os_errno = 0;
		probe->size = size > 0 ? (uint64_t)size : 0;
		ask_blkid(prober, probe);
	}
	blkid_free_probe(prober);
}

/*
 * Asks a CD drive whether it is ready (linux/cdrom.h, CDROM_DRIVE_STATUS), and for what; waits while it
 * starts up. Other devices do not know the question. True: go on and read.
 */
static bool drive_is_ready(int fd, unsigned until, struct ddl_probe *probe)
{
	for (;;) {
		const struct timespec pause = { 0, SPIN_UP_POLL_MS * 1000000L };

		switch (ioctl(fd, CDROM_DRIVE_STATUS, THIS_SLOT)) {
		case CDS_NO_DISC:
		case CDS_TRAY_OPEN:
			probe->state = DDL_PROBE_NO_MEDIUM;
			return false;
		case CDS_DRIVE_NOT_READY:
			if ((int)(until - milliseconds()) > 0)
				break;
			probe->state = DDL_PROBE_NOT_READY;
			return false;
		case CDS_DISC_OK:
			if (ioctl(fd, CDROM_DISC_STATUS) != CDS_AUDIO)
				return true;
			probe->state = DDL_PROBE_AUDIO;
			return false;
		default:
			return true;
		}
		(void)nanosleep(&pause, NULL);
	}
}

static void probe_path(const char *path, unsigned until, struct ddl_probe *probe)
{
	/* Not blocking: the tray stays where it is and an empty drive can be asked. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	memset(probe, 0, sizeof(*probe));
	if (fd < 0) {
		probe->os_errno = errno;
		probe->state = errno == ENOMEDIUM ? DDL_PROBE_NO_MEDIUM : DDL_PROBE_OPEN;
		return;
	}
	if (drive_is_ready(fd, until, probe)) {
		/* A drive that was asked knows of a changed disc; until it is opened anew, each read of that fails. */
		int anew = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

		ddl_probe_fd(anew < 0 ? fd : anew, probe);
		if (probe->state == DDL_PROBE_READ && ddl_device_goes(path, PULLED_WAIT_MS))
			probe->state = DDL_PROBE_GONE;
		if (anew >= 0)
			close(anew);
	}
	close(fd);
}

/* ------------------------------------------------------------------- children */

struct child {
	pid_t pid;
	int fd;
	size_t got;
	unsigned until;       /* milliseconds() */
};

static _Noreturn void run_child(const char *path, int out, unsigned until)
{
	const struct rlimit seconds = { DDL_CHILD_CPU_SECONDS, DDL_CHILD_CPU_SECONDS };
	struct ddl_probe probe;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* none outlives ddload */
	(void)setrlimit(RLIMIT_CPU, &seconds); /* a precaution; the parent's clock is what counts */
	probe_path(path, until, &probe);
	_exit(ddl_write_full(out, &probe, sizeof(probe)) == 0 ? 0 : 1);
}

static void start(struct child *child, const char *path, unsigned until)
{
	int ends[2];

	child->fd = -1;
	child->pid = -1;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	child->pid = fork();
	if (child->pid == 0)
		run_child(path, ends[1], until);
	close(ends[1]);
	if (child->pid < 0)
		close(ends[0]);
	else
		child->fd = ends[0];
}

void ddl_probe_check(struct ddl_probe *probe)
{
	if (probe->state > DDL_PROBE_FOUND)
		probe->state = DDL_PROBE_READ;
	probe->format[sizeof(probe->format) - 1] = '\0';
	probe->uuid[sizeof(probe->uuid) - 1] = '\0';
	probe->label[sizeof(probe->label) - 1] = '\0';
	ddl_text_clean_in_place(probe->format);
	ddl_text_clean_in_place(probe->uuid);
	ddl_text_clean_in_place(probe->label);
}

/* Takes what has come; the child is done when it has said all or has gone. */
static void hear(struct child *child, struct ddl_probe *probe)
{
	ssize_t got = read(child->fd, (char *)probe + child->got, sizeof(*probe) - child->got);

	if (got < 0 && errno == EINTR)
		return;
	if (got > 0) {
		child->got += (size_t)got;
		if (child->got < sizeof(*probe))
			return;
		ddl_probe_check(probe);
	} else {
		memset(probe, 0, sizeof(*probe));
		probe->state = DDL_PROBE_READ;
		probe->os_errno = EIO;
	}
	close(child->fd);
	child->fd = -1;
	ddl_leave_behind(child->pid);
}

/* One that has not answered in time. */
static void give_up(struct child *child, struct ddl_probe *probe)
{
	memset(probe, 0, sizeof(*probe));
	(void)close(child->fd);
	child->fd = -1;
	ddl_leave_behind(child->pid);
}

/* Waits for an answer, or until the time of the first of them is over; how many are still out. */
static size_t hear_some(struct child *children, struct pollfd *polls, struct ddl_probe *probes, size_t count)
{
	unsigned now = milliseconds();
	int left = INT32_MAX;
	size_t out = 0;

	for (size_t i = 0; i < count; i++) {
		int own = (int)(children[i].until - now);

		polls[i] = (struct pollfd){ .fd = children[i].fd, .events = POLLIN };
		if (children[i].fd >= 0 && own < left)
			left = own > 0 ? own : 0;
	}
	if (left < INT32_MAX && poll(polls, (nfds_t)count, left) < 0)
		return count; /* a signal: once more */
	now = milliseconds();
	for (size_t i = 0; i < count; i++) {
		if (polls[i].fd >= 0 && polls[i].revents != 0)
			hear(&children[i], &probes[i]);
		else if (polls[i].fd >= 0 && (int)(children[i].until - now) <= 0)
			give_up(&children[i], &probes[i]);
		out += children[i].fd >= 0;
	}
	return out;
}

static void begin(struct child *child, const char *path, struct ddl_probe *probe, unsigned timeout_ms)
{
	child->until = milliseconds() + timeout_ms;
	/* The child gives up a little before it would be given up. */
	start(child, path, child->until - timeout_ms / 8);
	if (child->fd >= 0)
		return;
	probe->state = DDL_PROBE_OPEN;
	probe->os_errno = EAGAIN;
}

void ddl_probe_devices(const char *const *paths, struct ddl_probe *probes, size_t count,
		       unsigned timeout_ms)
{
	struct child *children = calloc(count + 1, sizeof(*children));
	struct pollfd *polls = calloc(count + 1, sizeof(*polls));
	struct ddl_probe at_first = { .state = DDL_PROBE_SILENT };
	size_t begun = 0, out = 0;

	if (!children || !polls) {
		at_first.state = DDL_PROBE_OPEN;
		at_first.os_errno = ENOMEM;
	}
	ddl_reap_left_behind();
	for (size_t i = 0; i < count; i++)
		probes[i] = at_first;
	while (children && polls && (begun < count || out > 0)) {
		for (; begun < count && out < AT_ONCE; begun++, out++)
			begin(&children[begun], paths[begun], &probes[begun], timeout_ms);
		out = hear_some(children, polls, probes, begun);
	}
	free(children);
	free(polls);
}
