// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the kernel looks for firmware: the parameter of firmware_class, and its own places. */
#include "kernel/kernel_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FIRMWARE_PARAMETER "sys/module/firmware_class/parameters/path"

static int write_parameter(const char *path, const char *value, struct ddl_error *error)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY), result = 0;
	/*
	 * Without a newline: it would become part of the path. sysfs does nothing at all on a
	 * write of no bytes, so that an empty value is written as its NUL.
	 */
	size_t n = *value ? strlen(value) : 1;

	if (fd < 0)
		return ddl_fail(error, DDL_E_FIRMWARE, errno, "%s", path);
	if (write(fd, value, n) != (ssize_t)n)
		result = ddl_fail(error, DDL_E_FIRMWARE, errno, "%s", path);
	close(fd);
	return result;
}

int linux_firmware_path(struct ddl_kernel *kernel, const char *directory, struct ddl_error *error)
{
	struct linux_kernel *self = linux_of(kernel);
	char path[DDL_MAX_PATH];

	if (!*directory && !self->firmware_set)
		return 0;
	if (!linux_below(self, path, sizeof path, FIRMWARE_PARAMETER))
		return ddl_fail(error, DDL_E_FIRMWARE, ENAMETOOLONG, "%s", FIRMWARE_PARAMETER);
	if (!*directory) {
		self->firmware_set = false;
		return write_parameter(path, self->firmware_before, error);
	}
	if (strlen(directory) >= FIRMWARE_PATH_MAX)
		return ddl_fail(error, DDL_E_FIRMWARE, ENAMETOOLONG, "%s", directory);
	if (!linux_read_line(path, self->firmware_before, sizeof self->firmware_before))
		return ddl_fail(error, DDL_E_FIRMWARE, errno, "%s", path);
	self->firmware_set = true;
	return write_parameter(path, directory, error);
}

/* drivers/base/firmware_loader/main.c: fw_path[], each as it is and compressed. */
bool linux_has_firmware(struct ddl_kernel *kernel, const char *name)
{
	static const char *const ends[] = { "", ".xz", ".zst" };
	struct linux_kernel *self = linux_of(kernel);
	char rest[DDL_MAX_PATH], path[DDL_MAX_PATH];
	const char *const places[] = { "updates/", "updates", "", "" };
	bool found = false;

	for (size_t i = 0; i < sizeof places / sizeof *places && !found; i++)
		for (size_t k = 0; k < sizeof ends / sizeof *ends && !found; k++)
			found = snprintf(rest, sizeof rest, "lib/firmware/%s%s/%s%s", places[i], i % 2 ? "" : self->release, name,
					 ends[k]) < (int)sizeof rest &&
				linux_below(self, path, sizeof path, rest) && access(path, F_OK) == 0;
	return found;
}
