// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The packs' firmware where the kernel finds it: in the run directory, which the kernel is pointed to, or, where it
 * cannot be (before Linux 3.7), in /lib/firmware. Taken away again when the load fails: what was there before, of an
 * earlier load or of the installer, is there again then.
 */
#include "apply/apply_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"

#define FIRMWARE_DIRECTORY "firmware"
#define KERNELS_OWN "/lib/firmware" /* udev and the kernel look there in any case */
#define BEFORE ".before-ddload" /* files that were there, by number */

static const char *without(const char *path, const char *start)
{
	return ddl_text_starts(path, start) ? path + strlen(start) : path;
}

/*
 * The name that a driver asks for: the kernel itself looks in updates/<release>, updates,
 * <release> and the directory proper (drivers/base/firmware_loader/main.c), but below a
 * directory of our own only for the name itself.
 */
static const char *name_asked_for(const struct ddl_run *run, const char *path, char *release, size_t room)
{
	path = without(without(path, "usr/"), "lib/firmware/");
	path = without(path, "updates/");
	snprintf(release, room, "%s/", run->before.release);
	return without(path, release);
}

/* What was there under that name waits until it is known whether the load works. */
static int set_aside(int directory, const char *name, size_t number, bool *was)
{
	DDL_CLOSE int before = ddl_file_step_into(directory, BEFORE);
	char aside[32];

	snprintf(aside, sizeof aside, "%zu", number);
	*was = before >= 0 && renameat(directory, name, before, aside) == 0;
	return *was || (before >= 0 && errno == ENOENT) ? 0 : -1;
}

static int put_back(int directory, const char *name, size_t number)
{
	DDL_CLOSE int before = ddl_file_step_into(directory, BEFORE);
	char aside[32];

	snprintf(aside, sizeof aside, "%zu", number);
	return before < 0 ? -1 : renameat(before, aside, directory, name);
}

static int put_file(struct ddl_run *run, int directory, const struct ddl_file *file, struct ddl_error *error)
{
	char name[DDL_MAX_PATH], release[DDL_MAX_NAME + 2];
	struct ddl_put *put;

	if (file->fd < 0)
		return ddl_fail(error, DDL_E_STAGE, 0, "%s", file->path);
	if (!ddl_path_clean(name, sizeof name, name_asked_for(run, file->path, release, sizeof release)))
		return ddl_fail(error, DDL_E_PATH, 0, "%s", file->path);
	put = ddl_arena_push(run->apply->arena, &run->firmware, &run->n_firmware, sizeof *put);
	if (put)
		put->name = ddl_arena_dup(run->apply->arena, name);
	if (!put || !put->name) {
		run->n_firmware -= put != NULL;
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", name);
	}
	if (set_aside(directory, name, run->n_firmware, &put->was) != 0)
		return ddl_fail(error, DDL_E_FIRMWARE, errno, "%s", name);
	if (ddl_file_replace_from(directory, name, file->fd, file->size, error) == 0)
		return 0;
	if (error)
		error->code = DDL_E_FIRMWARE;
	return -1;
}

static int open_place(const struct ddl_run *run, struct ddl_error *error)
{
	int fd = ddl_file_make_directories(run->firmware_place, 0755) == 0 ?
			 open(run->firmware_place, O_RDONLY | O_DIRECTORY | O_CLOEXEC) :
			 -1;

	return fd >= 0 ? fd : ddl_fail(error, DDL_E_FIRMWARE, errno, "%s", run->firmware_place);
}

/* Points the kernel to the run directory; one that cannot be pointed anywhere looks in its own. */
static int choose_place(struct ddl_run *run, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	struct ddl_error trouble = DDL_ERROR_INIT;
	char path[DDL_MAX_PATH];

	if (!ddl_path_join(path, sizeof path, run->apply->run_directory, FIRMWARE_DIRECTORY))
		return ddl_fail(error, DDL_E_FIRMWARE, ENAMETOOLONG, "%s", run->apply->run_directory);
	run->firmware_path = kernel->ops->firmware_path(kernel, path, &trouble) == 0;
	if (!run->firmware_path && trouble.os_errno != ENOENT) {
		*error = trouble;
		return -1;
	}
	run->firmware_place = run->firmware_path ? ddl_arena_dup(run->apply->arena, path) :
						   ddl_arena_printf(run->apply->arena, "%s%s", run->apply->root, KERNELS_OWN);
	if (!run->firmware_place)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", path);
	if (!run->firmware_path)
		ddl_log(run->apply->log, "the kernel cannot be told where firmware is; it goes to %s", run->firmware_place);
	return 0;
}

int ddl_firmware_put(struct ddl_run *run, struct ddl_error *error)
{
	DDL_CLOSE int directory = choose_place(run, error) == 0 ? open_place(run, error) : -1;
	int result = directory < 0 ? -1 : 0;

	for (size_t i = 0; i < run->plan->n_firmware && result == 0; i++)
		result = put_file(run, directory, run->plan->firmware[i], error);
	return result;
}

/* Nobody will ask for what was set aside any more: it is in the way of nothing but of memory. */
static void forget_before(const struct ddl_run *run, int directory)
{
	DDL_CLOSE int before = openat(directory, BEFORE, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	char aside[32];

	for (size_t i = 0; before >= 0 && i < run->n_firmware; i++) {
		snprintf(aside, sizeof aside, "%zu", i + 1);
		(void)unlinkat(before, aside, 0);
	}
	(void)unlinkat(directory, BEFORE, AT_REMOVEDIR);
}

void ddl_firmware_keep(struct ddl_run *run)
{
	struct ddl_error error = DDL_ERROR_INIT;
	DDL_CLOSE int directory = run->n_firmware ? open_place(run, &error) : -1;

	if (directory >= 0)
		forget_before(run, directory);
}

int ddl_firmware_take_back(struct ddl_run *run, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	DDL_CLOSE int directory = run->n_firmware ? open_place(run, error) : -1;
	int result = run->n_firmware && directory < 0 ? -1 : 0;

	for (size_t i = run->n_firmware; directory >= 0 && i > 0; i--) {
		const struct ddl_put *put = &run->firmware[i - 1];

		if (put->was ? put_back(directory, put->name, i) != 0 : unlinkat(directory, put->name, 0) != 0 && errno != ENOENT)
			result = ddl_fail(error, DDL_E_FIRMWARE, errno, "%s", put->name);
	}
	if (directory >= 0)
		forget_before(run, directory);
	run->n_firmware = 0;
	if (run->firmware_path && kernel->ops->firmware_path(kernel, "", error) != 0)
		result = -1;
	run->firmware_path = false;
	return result;
}
