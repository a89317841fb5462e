// SPDX-License-Identifier: GPL-2.0-or-later
/* Waits until udev, where it runs, has dealt with what the kernel told it. */
#include "kernel/kernel_linux.h"

#include <stdio.h>
#include <unistd.h>

#include "process/program.h"

#define GRACE_MS 1000U /* beyond udevadm's own limit */

/* Its status is of no interest: a udev that is busy for so long is not waited for any longer. */
bool linux_udev_settle(struct ddl_kernel *kernel)
{
	static const char *const places[] = { "/bin/udevadm", "/usr/bin/udevadm", "/sbin/udevadm", "/usr/sbin/udevadm", NULL };
	char limit[32];
	const char *const words[] = { "udevadm", "settle", limit, NULL };

	/* a root that is not "/" is another udev's */
	if (*linux_of(kernel)->root || access("/run/udev/control", F_OK) != 0)
		return false;
	snprintf(limit, sizeof limit, "--timeout=%u", DDL_UDEV_SETTLE_MS / 1000);
	(void)ddl_program_run(places, words, -1, DDL_UDEV_SETTLE_MS + GRACE_MS);
	return true;
}
