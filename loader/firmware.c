// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A pack's files in the run directory: firmware where the kernel looks first, taken away again
 * when the load fails; and the modules that were loaded, for the way back of a later load, and
 * for a later modprobe.
 */
#include "apply_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "journal.h"
#include "module_file.h"
#include "path.h"
#include "text.h"

#define FIRMWARE_DIRECTORY "firmware"
#define MODULES_DIRECTORY "modules"

static const char *without(const char *path, const char *start)
{
	return ddl_text_starts(path, start) ? path + strlen(start) : path;
}

/*
 * The name that a driver asks for: the kernel itself looks in updates/<release>, updates,
 * <release> and the directory proper (drivers/base/firmware_loader/main.c), but below a
 * directory of our own only for the name itself.
 */
static const char *name_asked_for(const struct ddl_run *run, const char *path, char *release,
				  size_t room)
{
	path = without(without(path, "usr/"), "lib/firmware/");
	path = without(path, "updates/");
	snprintf(release, room, "%s/", run->before.release);
	return without(path, release);
}

static int put_file(struct ddl_run *run, int directory, const struct ddl_file *file,
		    struct ddl_error *error)
{
	char name[DDL_MAX_PATH], release[DDL_MAX_NAME + 2];
	const char **kept;
	int fd, result = 0;

	if (file->fd < 0)
		return ddl_fail(error, DDL_E_STAGE, 0, "%s", file->path);
	if (!ddl_path_clean(name, sizeof name,
			    name_asked_for(run, file->path, release, sizeof release)))
		return ddl_fail(error, DDL_E_PATH, 0, "%s", file->path);
	ddl_journal_file(run, name);
	fd = ddl_path_create(directory, name, NULL);
	if (fd < 0) {
		(void)unlinkat(directory, name, 0); /* an earlier pack's file; if not, the next line says why */
		fd = ddl_path_create(directory, name, error);
	}
	if (fd < 0) {
		if (error)
			error->code = DDL_E_FIRMWARE;
		return -1;
	}
	kept = ddl_arena_push(run->apply->arena, &run->firmware, &run->n_firmware, sizeof *kept);
	if (kept)
		*kept = ddl_arena_dup(run->apply->arena, name);
	if (!kept || !*kept)
		result = ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", name);
	else if (ddl_copy_full(file->fd, fd, file->size) != 0)
		result = ddl_fail(error, DDL_E_FIRMWARE, errno, "%s", name);
	if (close(fd) != 0 && result == 0)
		result = ddl_fail(error, DDL_E_FIRMWARE, errno, "%s", name);
	return result;
}

static int open_directory(const struct ddl_run *run, const char *name, char *path, size_t room,
			  struct ddl_error *error)
{
	int fd;

	if (!ddl_path_join(path, room, run->apply->run_directory, name))
		return ddl_fail(error, DDL_E_FIRMWARE, ENAMETOOLONG, "%s", run->apply->run_directory);
	if (ddl_path_make_directories(path, 0755) != 0)
		return ddl_fail(error, DDL_E_FIRMWARE, errno, "%s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 ? fd : ddl_fail(error, DDL_E_FIRMWARE, errno, "%s", path);
}

int ddl_firmware_put(struct ddl_run *run, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	char path[DDL_MAX_PATH];
	int directory = open_directory(run, FIRMWARE_DIRECTORY, path, sizeof path, error), result = 0;
	size_t i;

	if (directory < 0)
		return -1;
	for (i = 0; i < run->plan->n_firmware && result == 0; i++)
		result = put_file(run, directory, run->plan->firmware[i], error);
	close(directory);
	if (result != 0)
		return -1;
	if (kernel->ops->firmware_path(kernel, path, error) != 0)
		return -1;
	run->firmware_path = true;
	return 0;
}

int ddl_firmware_take_back(struct ddl_run *run, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	char path[DDL_MAX_PATH];
	int directory, result = 0;
	size_t i;

	if (run->firmware_before)
		result = kernel->ops->firmware_reset(kernel, run->firmware_before, error);
	else if (run->firmware_path)
		result = kernel->ops->firmware_path(kernel, "", error);
	run->firmware_path = false;
	if (run->n_firmware == 0)
		return result;
	directory = open_directory(run, FIRMWARE_DIRECTORY, path, sizeof path, error);
	if (directory < 0)
		return -1;
	for (i = 0; i < run->n_firmware; i++)
		if (unlinkat(directory, run->firmware[i], 0) != 0 && errno != ENOENT)
			result = ddl_fail(error, DDL_E_FIRMWARE, errno, "%s", run->firmware[i]);
	run->n_firmware = 0;
	close(directory);
	return result;
}

/* ------------------------------------------------------------------- modules */

void ddl_modules_keep(struct ddl_run *run)
{
	struct ddl_error error = DDL_ERROR_INIT;
	char path[DDL_MAX_PATH];
	int directory = open_directory(run, MODULES_DIRECTORY, path, sizeof path, &error);
	size_t i;

	if (directory < 0)
		ddl_log_error(run->apply->log, "modules are not kept for a later way back", &error);
	for (i = 0; directory >= 0 && i < run->plan->n_ops; i++) {
		const struct ddl_module *module = run->plan->ops[i].from_pack;

		if (module && ddl_module_file_keep(directory, module, &error) != 0)
			ddl_log_error(run->apply->log, "a module is not kept for a later way back", &error);
	}
	if (directory >= 0)
		close(directory);
}

void ddl_modules_announce(struct ddl_run *run)
{
	const struct ddl_apply *apply = run->apply;
	const struct ddl_module **modules = ddl_arena_alloc(apply->arena, run->plan->n_ops, sizeof *modules);
	struct ddl_event event = { .kind = DDL_EVENT_NOTE, .phase = DDL_PHASE_APPLY,
		.what = _("A later modprobe in this installer still finds its own driver: /lib/modules could not be changed.") };
	struct ddl_error error = DDL_ERROR_INIT;
	size_t n = 0;

	for (size_t i = 0; modules && i < run->plan->n_ops; i++)
		if (run->plan->ops[i].from_pack)
			modules[n++] = run->plan->ops[i].from_pack;
	if (modules && (n == 0 || apply->kernel->ops->tree_add(apply->kernel, modules, n, &error) == 0))
		return;
	ddl_log_error(apply->log, "/lib/modules", &error);
	if (apply->front && apply->front->event)
		(void)apply->front->event(apply->front->ctx, &event);
}
