// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libblkid on a descriptor, in children with a time limit.
 */
#include "source/probe.h"

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "process/jobs.h"
#include "process/reaper.h"
#include "source/drive.h"

#define PULLED_WAIT_MS 500U /* for the kernel to see that a stick has gone */

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
	blkid_probe_set_superblocks_flags(prober, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID);
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

/* A drive that was asked knows of a changed disc; until it is opened anew, each read of that fails. */
static void probe_ready(const char *path, int fd, struct ddl_probe *probe)
{
	int anew = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	ddl_probe_fd(anew < 0 ? fd : anew, probe);
	if (probe->state == DDL_PROBE_READ && ddl_drive_goes(path, PULLED_WAIT_MS))
		probe->state = DDL_PROBE_GONE;
	if (anew >= 0)
		close(anew);
}

static void probe_path(const char *path, unsigned until, struct ddl_probe *probe)
{
	/* Not blocking: the tray stays where it is and an empty drive can be asked. */
	DDL_CLOSE int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	memset(probe, 0, sizeof(*probe));
	if (fd < 0) {
		probe->os_errno = errno;
		probe->state = errno == ENOMEDIUM ? DDL_PROBE_NO_MEDIUM : DDL_PROBE_OPEN;
		return;
	}
	switch (ddl_drive_wait(fd, until)) {
	case DDL_DRIVE_EMPTY:
		probe->state = DDL_PROBE_NO_MEDIUM;
		break;
	case DDL_DRIVE_NOT_READY:
		probe->state = DDL_PROBE_NOT_READY;
		break;
	case DDL_DRIVE_AUDIO:
		probe->state = DDL_PROBE_AUDIO;
		break;
	case DDL_DRIVE_READY:
		probe_ready(path, fd, probe);
		break;
	}
}

/* ------------------------------------------------------------------- children */

struct asking {
	const char *path;
	unsigned timeout_ms;
	struct ddl_probe *probe;
};

static int ask(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	const struct rlimit seconds = { DDL_CHILD_CPU_SECONDS, DDL_CHILD_CPU_SECONDS };
	const struct asking *asking = arg;
	struct ddl_probe probe;

	(void)setrlimit(RLIMIT_CPU, &seconds); /* a precaution; the parent's clock is what counts */
	/* it gives up a little before it would be given up */
	probe_path(asking->path, (unsigned)ddl_clock_ms() + asking->timeout_ms - asking->timeout_ms / 8, &probe);
	return ddl_sink_send(sink, 0, &probe, sizeof(probe), error);
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

static int hear(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	const struct asking *asking = arg;

	(void)type;
	if (n != sizeof(*asking->probe))
		return ddl_fail(error, DDL_E_DAMAGED, 0, "%s", asking->path);
	memcpy(asking->probe, bytes, n);
	ddl_probe_check(asking->probe);
	return 0;
}

/* What is known of a device whose child has said nothing of it. Nothing at all: there was no memory to begin. */
static void judge(const struct ddl_job *job, struct ddl_probe *probe)
{
	if (job->ok || job->error.code == DDL_OK)
		return;
	*probe = (struct ddl_probe){ .state = DDL_PROBE_READ, .os_errno = EIO };
	if (job->error.code == DDL_E_TIMEOUT)
		*probe = (struct ddl_probe){ .state = DDL_PROBE_SILENT };
	else if (job->error.os_errno) /* no child was to be had */
		*probe = (struct ddl_probe){ .state = DDL_PROBE_OPEN, .os_errno = EAGAIN };
}

void ddl_probe_devices(const char *const *paths, struct ddl_probe *probes, size_t count, unsigned timeout_ms)
{
	const struct ddl_confine confine = { .silence_ms = timeout_ms };
	DDL_FREE struct asking *askings = calloc(count + 1, sizeof(*askings));
	DDL_FREE struct ddl_job *jobs = calloc(count + 1, sizeof(*jobs));

	ddl_reaper_reap();
	for (size_t i = 0; i < count; i++) {
		probes[i] = (struct ddl_probe){ .state = DDL_PROBE_OPEN, .os_errno = ENOMEM };
		if (!askings || !jobs)
			continue;
		askings[i] = (struct asking){ paths[i], timeout_ms, &probes[i] };
		jobs[i] = (struct ddl_job){ .run = ask, .receive = hear, .arg = &askings[i], .device = true };
	}
	if (askings && jobs)
		(void)ddl_jobs_run(jobs, count, &confine, NULL); /* each has its own error */
	for (size_t i = 0; i < count && askings && jobs; i++)
		judge(&jobs[i], &probes[i]);
}
