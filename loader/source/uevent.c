// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's uevents: only those of block devices count. */
#include "source/uevent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KERNEL_GROUP 1U /* 2 is what udev passes on */
#define MESSAGE_ROOM 8192U /* the kernel's own limit is 2048 bytes of variables */
#define POLL_FILE "/sys/module/block/parameters/events_dfl_poll_msecs"

/* CD drives do not say by themselves that a medium was put in: the kernel has to ask them. */
static void let_kernel_poll(void)
{
	char now[8] = "";
	int fd = open(POLL_FILE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	if (read(fd, now, sizeof(now) - 1) > 0 && strcmp(now, "0\n") == 0 && write(fd, "2000", 4) < 0) {
		/* then a person presses "look again" */
	}
	close(fd);
}

int ddl_uevent_open(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		return -1;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -1;
	}
	let_kernel_poll();
	return fd;
}

void ddl_uevent_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* The value of "KEY=value" among the NUL-ended texts of a message; "" for none. */
static const char *value_of(const char *message, size_t length, const char *key)
{
	size_t n = strlen(key);

	for (size_t at = 0; at < length; at += strlen(message + at) + 1)
		if (strncmp(message + at, key, n) == 0 && message[at + n] == '=')
			return message + at + n + 1;
	return "";
}

/* `message` is NUL-ended. A change counts where it is one of the medium. */
static bool is_of_media(const char *message, size_t length)
{
	const char *action = value_of(message, length, "ACTION");

	if (strcmp(value_of(message, length, "SUBSYSTEM"), "block") != 0)
		return false;
	if (strcmp(action, "change") == 0)
		return *value_of(message, length, "DISK_MEDIA_CHANGE") || *value_of(message, length, "DISK_EJECT_REQUEST") ||
		       *value_of(message, length, "RESIZE");
	return strcmp(action, "add") == 0 || strcmp(action, "remove") == 0;
}

bool ddl_media_changed(int fd)
{
	char message[MESSAGE_ROOM + 1];
	bool changed = false;

	for (;;) {
		ssize_t got = recv(fd, message, MESSAGE_ROOM, MSG_DONTWAIT);

		if (got < 0 && errno == ENOBUFS) {
			changed = true; /* some were lost: they may have been of media */
			continue;
		}
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return changed;
		message[got] = '\0';
		changed = is_of_media(message, (size_t)got) || changed;
	}
}
