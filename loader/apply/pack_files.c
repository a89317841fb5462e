// SPDX-License-Identifier: GPL-2.0-or-later
/* The modules that were loaded, kept for the way back of a later load and for a later modprobe. */
#include "apply/apply_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "module/module_file.h"
#include "process/program.h"

#define MODULES_DIRECTORY "modules"

static int open_directory(const struct ddl_run *run, const char *name, char *path, size_t room, struct ddl_error *error)
{
	int fd;

	if (!ddl_path_join(path, room, run->apply->run_directory, name))
		return ddl_fail(error, DDL_E_FIRMWARE, ENAMETOOLONG, "%s", run->apply->run_directory);
	if (ddl_file_make_directories(path, 0755) != 0)
		return ddl_fail(error, DDL_E_FIRMWARE, errno, "%s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 ? fd : ddl_fail(error, DDL_E_FIRMWARE, errno, "%s", path);
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

/* <tree>/updates/ddload, as depmod looks in updates/ before all else. No tree: no modprobe looks there. */
static int open_updates(const char *tree, struct ddl_error *error)
{
	int dir = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC), updates = -1, result = -1;

	if (dir >= 0)
		updates = ddl_file_step_into(dir, "updates");
	if (updates >= 0)
		result = ddl_file_step_into(updates, "ddload");
	if (result < 0)
		ddl_fail(error, DDL_E_OPEN, errno, "%s/updates/ddload", tree);
	if (updates >= 0)
		close(updates);
	if (dir >= 0)
		close(dir);
	return result;
}

/* The initrd's own, in the root directory that the modules are in. */
static int run_depmod(const char *root, const char *release, struct ddl_error *error)
{
	static const char *const places[] = { "/sbin/depmod", "/usr/sbin/depmod", "/bin/depmod", "/usr/bin/depmod", NULL };
	const char *const words[] = { "depmod", release, NULL };
	int fd = *root ? open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int status = *root && fd < 0 ? -1 : ddl_program_run(places, words, fd, DDL_DEPMOD_MS);

	if (fd >= 0)
		close(fd);
	return status == 0 ? 0 : ddl_fail(error, DDL_E_OPEN, 0, "depmod ended with %d", status);
}

void ddl_modules_announce(const struct ddl_apply *apply, const struct ddl_plan *plan, const char *release)
{
	struct ddl_error error = DDL_ERROR_INIT;
	char tree[DDL_MAX_PATH];
	int directory, result = 0;

	snprintf(tree, sizeof tree, "%s/lib/modules/%s", apply->root, release);
	directory = open_updates(tree, &error);
	for (size_t i = 0; directory >= 0 && i < plan->n_ops && result == 0; i++)
		if (plan->ops[i].from_pack)
			result = ddl_module_file_keep(directory, plan->ops[i].from_pack, &error);
	if (directory >= 0)
		close(directory);
	if (directory < 0 || result != 0 || run_depmod(apply->root, release, &error) != 0)
		ddl_log_error(apply->log, "a later modprobe finds the installer's own drivers", &error);
}
