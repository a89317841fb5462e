// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the kernel looks for firmware first: the parameter of firmware_class. */
#include "kernel_linux.h"

#include <errno.h>
#include <fcntl.h>
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

int linux_firmware_path(struct ddl_kernel *kernel, const char *directory,
			       struct ddl_error *error)
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
	if (!self->firmware_set &&
	    !linux_read_line(path, self->firmware_before, sizeof self->firmware_before))
		return ddl_fail(error, DDL_E_FIRMWARE, errno, "%s", path);
	self->firmware_set = true;
	return write_parameter(path, directory, error);
}

void linux_firmware_now(struct ddl_kernel *kernel, char *to, size_t room)
{
	char path[DDL_MAX_PATH];

	if (!linux_below(linux_of(kernel), path, sizeof path, FIRMWARE_PARAMETER) || !linux_read_line(path, to, room))
		*to = '\0';
}

int linux_firmware_reset(struct ddl_kernel *kernel, const char *before, struct ddl_error *error)
{
	struct linux_kernel *self = linux_of(kernel);
	char path[DDL_MAX_PATH];

	if (!linux_below(self, path, sizeof path, FIRMWARE_PARAMETER))
		return ddl_fail(error, DDL_E_FIRMWARE, ENAMETOOLONG, FIRMWARE_PARAMETER);
	self->firmware_set = false;
	return write_parameter(path, before, error);
}
