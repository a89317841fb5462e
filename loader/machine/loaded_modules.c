// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loaded modules from /proc/modules and /sys/module, and the names of the built-in ones.
 */
#include "machine/machine_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/path.h"
#include "base/sysfs.h"
#include "base/text.h"
#include "module/module_name.h"

#define MAX_LIST (4U * 1024U * 1024U) /* /proc/modules, modules.builtin: about 20 to 60 KB */

const char *ddl_machine_module_name(struct ddl_arena *arena, const char *name, size_t length)
{
	char *kept = ddl_text_keep(arena, name, length);

	if (kept)
		ddl_module_name_fold(kept);
	return kept;
}

/* "mpt3sas,megaraid_sas," or "-"; "[permanent]" says that it cannot be unloaded. */
static bool read_holders(struct ddl_arena *arena, char *list, struct ddl_loaded *loaded)
{
	char *rest = NULL;

	for (char *name = strtok_r(list, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
		const char **holder;

		if (strcmp(name, "-") == 0)
			continue;
		if (name[0] == '[') {
			if (strcmp(name, "[permanent]") == 0)
				loaded->references = -1;
			continue;
		}
		holder = ddl_arena_push(arena, &loaded->holders, &loaded->n_holders, sizeof(*holder));
		if (!holder || !(*holder = ddl_machine_module_name(arena, name, strlen(name))))
			return false;
	}
	return true;
}

/* Some can be written only; what cannot be read is left out. */
static bool read_params(const struct ddl_machine_reader *reader, struct ddl_loaded *loaded)
{
	char path[DDL_SYSFS_PATH], value[DDL_MAX_PARAMS];
	const char **names;
	size_t count;

	(void)snprintf(path, sizeof(path), "sys/module/%s/parameters", loaded->name);
	if (!ddl_sysfs_list(reader->root, reader->arena, path, &names, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		const char **param;

		if (!ddl_sysfs_text(reader->root, value, sizeof(value), "%s/%s", path, names[i]))
			continue;
		param = ddl_arena_push(reader->arena, &loaded->params, &loaded->n_params, sizeof(*param));
		if (!param || !(*param = ddl_arena_printf(reader->arena, "%s=%s", names[i], value)))
			return false;
	}
	return true;
}

/* "name size references holders state address", proc_modules(5). */
static bool read_line(struct ddl_machine_reader *reader, char *line)
{
	struct ddl_machine *machine = reader->machine;
	struct ddl_loaded loaded = { 0 }, *kept;
	char *fields[5] = { NULL }, *rest = NULL;
	size_t n = 0;

	for (char *field = strtok_r(line, " ", &rest); field && n < 5; field = strtok_r(NULL, " ", &rest))
		fields[n++] = field;
	if (n < 5)
		return true;
	loaded.name = ddl_machine_module_name(reader->arena, fields[0], strlen(fields[0]));
	/* "-": this kernel unloads nothing */
	loaded.references = fields[2][0] == '-' ? -1 : strtol(fields[2], NULL, 10);
	loaded.live = strcmp(fields[4], "Live") == 0;
	if (!loaded.name || !read_holders(reader->arena, fields[3], &loaded))
		return false;
	loaded.version = ddl_sysfs_keep(reader->root, reader->arena, "sys/module/%s/version", loaded.name);
	loaded.srcversion = ddl_sysfs_keep(reader->root, reader->arena, "sys/module/%s/srcversion", loaded.name);
	if (!loaded.version || !loaded.srcversion || (reader->whole && !read_params(reader, &loaded)))
		return false;
	kept = ddl_arena_push(reader->arena, &machine->loaded, &machine->n_loaded, sizeof(*kept));
	if (kept)
		*kept = loaded;
	return kept != NULL;
}

/* One line of modules.builtin: "kernel/drivers/ata/ahci.ko". */
static bool read_builtin(struct ddl_machine_reader *reader, char *line)
{
	struct ddl_machine *machine = reader->machine;
	const char *base = ddl_path_base(line);
	size_t length = strlen(base);
	const char **name;

	if (length <= 3 || strcmp(base + length - 3, ".ko") != 0)
		return true;
	name = ddl_arena_push(reader->arena, &machine->builtin, &machine->n_builtin, sizeof(*name));
	return name && (*name = ddl_machine_module_name(reader->arena, base, length - 3));
}

bool ddl_machine_loaded_modules(struct ddl_machine_reader *reader)
{
	return ddl_machine_each_line(reader, "proc/modules", MAX_LIST, read_line, NULL);
}

/*
 * What lockdown says; few initrds have mounted securityfs: then it is read from a mount that is
 * nowhere (linux/mount.h; since Linux 5.2, lockdown came with 5.4). False where there is none.
 */
static bool read_lockdown(const struct ddl_machine_reader *reader, char *text, size_t room)
{
	enum { CLOSE_ON_EXEC = 1, COMMAND_CREATE = 6 };
	struct stat root, ours;
	struct utsname running;
	DDL_CLOSE int fs = -1;
	DDL_CLOSE int mount = -1;

	if (ddl_sysfs_text(reader->root, text, room, "sys/kernel/security/lockdown"))
		return true;
	if (fstat(reader->root, &ours) < 0 || stat("/", &root) < 0 || ours.st_ino != root.st_ino || ours.st_dev != root.st_dev)
		return false; /* a made-up machine */
	if (uname(&running) < 0 || strcmp(running.release, reader->machine->release) != 0)
		return false; /* asked at a desk, for another */
	fs = (int)syscall(SYS_fsopen, "securityfs", CLOSE_ON_EXEC);
	if (fs < 0)
		return false;
	if (syscall(SYS_fsconfig, fs, COMMAND_CREATE, NULL, NULL, 0) == 0)
		mount = (int)syscall(SYS_fsmount, fs, CLOSE_ON_EXEC, 0);
	return mount >= 0 && ddl_sysfs_text(mount, text, room, "lockdown");
}

/*
 * Does the kernel take signed modules only? As it says itself: the parameter of its module
 * loader, and lockdown, of which the level in force stands in brackets.
 */
static bool signed_only(const struct ddl_machine_reader *reader)
{
	char text[64];

	if (ddl_sysfs_text(reader->root, text, sizeof(text), "sys/module/module/parameters/sig_enforce") &&
	    (*text == 'Y' || *text == '1'))
		return true;
	return read_lockdown(reader, text, sizeof(text)) && (strstr(text, "[integrity]") || strstr(text, "[confidentiality]"));
}

bool ddl_machine_modules(struct ddl_machine_reader *reader)
{
	char path[DDL_SYSFS_PATH];
	int length = snprintf(path, sizeof(path), "lib/modules/%s/modules.builtin", reader->machine->release);

	reader->machine->signed_only = signed_only(reader);
	/* A release with a slash in it would lead elsewhere. */
	if (length < 0 || (size_t)length >= sizeof(path) || strchr(reader->machine->release, '/'))
		return true;
	/* depmod and modules_install always make it */
	return ddl_machine_each_line(reader, path, MAX_LIST, read_builtin, &reader->machine->has_tree);
}
