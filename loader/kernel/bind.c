// SPDX-License-Identifier: GPL-2.0-or-later
/* One device, one driver: bind, unbind and driver_override in sysfs. */
#include "kernel/kernel_linux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"

/* A file of sysfs takes one write; `value` "" is written as a line break. */
static int write_attribute(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY), result = 0;
	size_t n = *value ? strlen(value) : 1;

	if (fd < 0)
		return -errno;
	if (write(fd, *value ? value : "\n", n) != (ssize_t)n)
		result = -errno;
	close(fd);
	return result;
}

/* <root>/sys/bus/<bus>/<rest>; neither name may lead elsewhere. */
static bool bus_path(const struct linux_kernel *self, char *path, const char *bus, const char *directory, const char *name,
		     const char *file)
{
	char rest[DDL_MAX_PATH];

	if (!*bus || !*name || strchr(bus, '/') || strchr(name, '/') || *bus == '.' || *name == '.' ||
	    snprintf(rest, sizeof rest, "sys/bus/%s/%s/%s/%s", bus, directory, name, file) >= (int)sizeof rest)
		return false;
	return linux_below(self, path, DDL_MAX_PATH, rest);
}

/* The name of the driver that holds the device; "" for none. */
static void driver_now(const struct linux_kernel *self, const char *bus, const char *address, char *driver, size_t room)
{
	char path[DDL_MAX_PATH], target[DDL_MAX_PATH];
	ssize_t n = bus_path(self, path, bus, "devices", address, "driver") ? readlink(path, target, sizeof target - 1) : -1;

	target[n > 0 ? n : 0] = '\0';
	if (snprintf(driver, room, "%s", ddl_path_base(target)) >= (int)room)
		*driver = '\0';
}

const char *linux_override_now(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *bus, const char *address)
{
	char path[DDL_MAX_PATH], line[DDL_MAX_NAME + 1];

	if (!bus_path(linux_of(kernel), path, bus, "devices", address, "driver_override") ||
	    !linux_read_line(path, line, sizeof line) || strcmp(line, "(null)") == 0)
		*line = '\0';
	return ddl_arena_dup(arena, line);
}

/* A bus without driver_override can do without. */
static int set_override(const struct linux_kernel *self, const char *bus, const char *address, const char *override)
{
	char path[DDL_MAX_PATH];
	int result;

	if (!bus_path(self, path, bus, "devices", address, "driver_override"))
		return -EINVAL;
	result = write_attribute(path, override);
	return result == -ENOENT ? 0 : result;
}

static int take_from_driver(const struct linux_kernel *self, const char *bus, const char *address)
{
	char path[DDL_MAX_PATH], driver[DDL_MAX_NAME + 1];

	driver_now(self, bus, address, driver, sizeof driver);
	if (!*driver)
		return 0;
	return bus_path(self, path, bus, "drivers", driver, "unbind") ? write_attribute(path, address) : -EINVAL;
}

static int bind_failed(const char *address, const char *driver, int os_errno, struct ddl_error *error)
{
	return ddl_fail(error, DDL_E_NOT_BOUND, os_errno, "%s, %s: %s", address, driver, strerror(os_errno));
}

int linux_unbind(struct ddl_kernel *kernel, const char *bus, const char *address, struct ddl_error *error)
{
	const struct linux_kernel *self = linux_of(kernel);
	/* the override first: else somebody's probe could give it back at once */
	int result = set_override(self, bus, address, "");

	if (result == 0)
		result = take_from_driver(self, bus, address);
	return result == 0 ? 0 : ddl_fail(error, DDL_E_UNLOAD, -result, "%s: %s", address, strerror(-result));
}

int linux_bind_driver(struct ddl_kernel *kernel, const char *bus, const char *address, const char *driver, const char *override,
		      struct ddl_error *error)
{
	const struct linux_kernel *self = linux_of(kernel);
	char path[DDL_MAX_PATH], now[DDL_MAX_NAME + 1];
	int result = set_override(self, bus, address, override);

	driver_now(self, bus, address, now, sizeof now);
	if (result == 0 && strcmp(now, driver) != 0) {
		result = take_from_driver(self, bus, address);
		if (result == 0)
			result = bus_path(self, path, bus, "drivers", driver, "bind") ? write_attribute(path, address) : -EINVAL;
	}
	return result == 0 ? 0 : bind_failed(address, driver, -result, error);
}

/* The module's driver for the bus: /sys/module/<module>/drivers/<bus>:<driver>. */
static bool driver_of_module(const struct linux_kernel *self, const char *module, const char *bus, char *driver, size_t room)
{
	char rest[DDL_MAX_PATH], path[DDL_MAX_PATH];
	struct dirent *entry;
	size_t n = strlen(bus);
	bool found = false;
	DIR *directory;

	if (snprintf(rest, sizeof rest, "sys/module/%s/drivers", module) >= (int)sizeof rest ||
	    !linux_below(self, path, sizeof path, rest))
		return false;
	directory = opendir(path);
	while (directory && !found && (entry = readdir(directory)) != NULL)
		found = strncmp(entry->d_name, bus, n) == 0 && entry->d_name[n] == ':' &&
			snprintf(driver, room, "%s", entry->d_name + n + 1) < (int)room;
	if (directory)
		closedir(directory);
	return found;
}

int linux_bind_module(struct ddl_kernel *kernel, const char *bus, const char *address, const char *module,
		      struct ddl_error *error)
{
	char driver[DDL_MAX_NAME + 1];

	if (!driver_of_module(linux_of(kernel), module, bus, driver, sizeof driver))
		return ddl_fail(error, DDL_E_NOT_BOUND, ENOENT, _("%s: it has no driver for the bus %s"), module, bus);
	return linux_bind_driver(kernel, bus, address, driver, driver, error);
}

int linux_probe(struct ddl_kernel *kernel, const char *bus, const char *address, struct ddl_error *error)
{
	char path[DDL_MAX_PATH];
	int result = -EINVAL;

	if (bus_path(linux_of(kernel), path, bus, "devices", address, "driver")) {
		char *rest = strstr(path, "/devices/");

		memcpy(rest, "/drivers_probe", sizeof "/drivers_probe"); /* "/devices/X/driver" is longer */
		result = write_attribute(path, address);
	}
	/* what the driver makes of the device is seen afterwards */
	return result == 0 || result == -ENODEV || result == -EINVAL ? 0 : bind_failed(address, bus, -result, error);
}
