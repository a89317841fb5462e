// SPDX-License-Identifier: GPL-2.0-or-later
/* Waits until udev, where it runs, has dealt with what the kernel told it. */
#include "kernel_linux.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS  20U
#define GRACE_MS 1000U /* beyond udevadm's own limit */

static void run_child(const char *program)
{
	char limit[32];
	char *const words[] = { (char *)(uintptr_t)program, (char *)(uintptr_t)"settle", limit, NULL };
	int null = open("/dev/null", O_RDWR);

	snprintf(limit, sizeof limit, "--timeout=%u", DDL_UDEV_SETTLE_MS / 1000);
	for (int fd = 0; fd < 3; fd++)
		if (null < 0 || dup2(null, fd) < 0)
			_exit(127);
	execv(program, words);
	_exit(127);
}

/* Its status is of no interest: a udev that is busy for so long is not waited for any longer. */
static void wait_for(pid_t child)
{
	const struct timespec moment = { 0, POLL_MS * 1000000L };

	for (unsigned waited = 0; waited < DDL_UDEV_SETTLE_MS + GRACE_MS; waited += POLL_MS) {
		if (waitpid(child, NULL, WNOHANG) != 0)
			return;
		(void)nanosleep(&moment, NULL); /* cut short by a signal: looked at earlier */
	}
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
}

void linux_udev_settle(struct ddl_kernel *kernel)
{
	static const char *const places[] = { "/bin/udevadm", "/usr/bin/udevadm", "/sbin/udevadm", "/usr/sbin/udevadm" };
	pid_t child;

	/* a root that is not "/" is another udev's */
	if (*linux_of(kernel)->root || access("/run/udev/control", F_OK) != 0)
		return;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if (access(places[i], X_OK) != 0)
			continue;
		child = fork();
		if (child == 0)
			run_child(places[i]);
		if (child > 0)
			wait_for(child);
		return;
	}
}
