// SPDX-License-Identifier: GPL-2.0-or-later
/* Sets up a loop device, by the calls that every kernel since 3.1 has. */
#include "source/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TRIES 8 /* somebody else may take the free one first */

/* The free loop device, read-only as its descriptor is, over `backing`. */
static int take_free(int control, int backing, char *node, size_t room)
{
	const struct loop_info64 info = { .lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR };
	int number = ioctl(control, LOOP_CTL_GET_FREE), fd, cause;

	if (number < 0)
		return -1;
	(void)snprintf(node, room, "/dev/loop%d", number);
	fd = open(node, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (ioctl(fd, LOOP_SET_FD, backing) == 0) {
		if (ioctl(fd, LOOP_SET_STATUS64, &info) == 0)
			return fd;
		cause = errno;
		(void)ioctl(fd, LOOP_CLR_FD, 0); /* else it stays, with nobody to clear it */
	} else {
		cause = errno;
	}
	close(fd);
	errno = cause;
	return -1;
}

int ddl_loop_over(const char *device, char *node, size_t room)
{
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), backing, fd = -1, cause;

	if (control < 0)
		return -1;
	backing = open(device, O_RDONLY | O_CLOEXEC);
	cause = errno;
	for (int i = 0; backing >= 0 && fd < 0 && i < TRIES; i++) {
		fd = take_free(control, backing, node, room);
		cause = errno;
		if (fd < 0 && cause != EBUSY)
			break;
	}
	if (backing >= 0)
		close(backing);
	close(control);
	errno = cause;
	return fd;
}
