// SPDX-License-Identifier: GPL-2.0-or-later
/* Is the medium there, is its drive ready, and out with it. */
#include "source/drive.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/cdrom.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/clock.h"

#define THIS_SLOT INT32_MAX /* CDSL_CURRENT, without needing the C library's limits.h */
#define GONE_POLL_MS 50U
#define SPIN_UP_POLL_MS 100U /* how often a drive that is starting up is asked again */
#define EJECT_TRIES 20U
#define EJECT_POLL_MS 100U

bool ddl_drive_lost(int cause)
{
	return cause == ENODEV || cause == ENXIO || cause == EIO;
}

static bool is_gone(const char *device)
{
	/* Not blocking: a CD drive would draw its tray in. */
	int fd = open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC), status;

	if (fd < 0)
		return errno == ENOENT || errno == ENOMEDIUM || ddl_drive_lost(errno);
	status = ioctl(fd, CDROM_DRIVE_STATUS, THIS_SLOT);
	close(fd);
	return status == CDS_NO_DISC || status == CDS_TRAY_OPEN;
}

bool ddl_drive_goes(const char *device, unsigned limit_ms)
{
	const struct timespec pause = { 0, GONE_POLL_MS * 1000000L };

	for (unsigned waited = 0; !is_gone(device); waited += GONE_POLL_MS) {
		if (waited >= limit_ms)
			return false;
		(void)nanosleep(&pause, NULL);
	}
	return true;
}

enum ddl_drive ddl_drive_wait(int fd, unsigned until)
{
	for (;;) {
		switch (ioctl(fd, CDROM_DRIVE_STATUS, THIS_SLOT)) {
		case CDS_NO_DISC:
		case CDS_TRAY_OPEN:
			return DDL_DRIVE_EMPTY;
		case CDS_DRIVE_NOT_READY:
			if ((int)(until - ddl_clock_ms()) <= 0)
				return DDL_DRIVE_NOT_READY;
			ddl_clock_pause(SPIN_UP_POLL_MS);
			break;
		case CDS_DISC_OK:
			return ioctl(fd, CDROM_DISC_STATUS) == CDS_AUDIO ? DDL_DRIVE_AUDIO : DDL_DRIVE_READY;
		default:
			return DDL_DRIVE_READY;
		}
	}
}

int ddl_drive_eject(const char *device, const char *name, struct ddl_error *error)
{
	DDL_CLOSE int fd = open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int cause = EBUSY;

	if (fd < 0)
		return ddl_fail(error, DDL_E_OPEN, errno, "%s", name);
	(void)ioctl(fd, CDROM_LOCKDOOR, 0); /* where the door has no lock there is nothing to open */
	for (unsigned tries = 0; tries < EJECT_TRIES && cause == EBUSY;
	     tries++) { /* a worker's mount goes a little later than the worker */
		if (tries)
			ddl_clock_pause(EJECT_POLL_MS);
		cause = ioctl(fd, CDROMEJECT, 0) < 0 ? errno : 0;
	}
	return cause ? ddl_fail(error, DDL_E_EJECT, cause, "%s", name) : 0;
}
