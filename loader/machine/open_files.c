// SPDX-License-Identifier: GPL-2.0-or-later
/* Walks /proc/PID/fd for open device nodes, and finds their disks through /sys/dev. */
#include "machine/open_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/path.h"
#include "base/sysfs.h"

struct walk {
	struct ddl_arena *arena;
	int root;
	const char *const *disks;
	size_t n_disks;
	struct ddl_use **uses;
	size_t *n_uses;
};

/* The disk of the list that the device lies on or belongs to; NULL for none. `place` is its own in sysfs. */
static const char *disk_of(const struct walk *walk, const char *place, bool block)
{
	char path[DDL_SYSFS_PATH], link[64];

	for (size_t i = 0; i < walk->n_disks; i++) {
		const char *at;
		size_t n = strlen(walk->disks[i]);

		snprintf(link, sizeof link, "sys/class/block/%.32s", walk->disks[i]);
		if (!ddl_sysfs_link(walk->root, path, sizeof path, "%s", link))
			continue;
		if (block && ddl_sysfs_below(place, path))
			return walk->disks[i];
		/* "…/0:0:0:0/block/sda" and "…/0:0:0:0/scsi_generic/sg0" share what is before */
		at = strstr(path, "/block/");
		if (block || !at || strcmp(at + strlen("/block/"), walk->disks[i]) != 0 || !n)
			continue;
		path[at - path] = '\0';
		if (ddl_sysfs_below(place, path))
			return walk->disks[i];
	}
	return NULL;
}

static bool add_use(const struct walk *walk, const char *what, const char *disk, const char *pid)
{
	char name[DDL_MAX_NAME + 1];
	const char *by;
	struct ddl_use *use;

	if (!ddl_sysfs_text(walk->root, name, sizeof name, "proc/%s/comm", pid))
		snprintf(name, sizeof name, "?");
	by = ddl_arena_printf(walk->arena, _("%s (pid %s)"), name, pid);
	for (size_t i = 0; by && i < *walk->n_uses; i++)
		if (strcmp((*walk->uses)[i].what, what) == 0 && strcmp((*walk->uses)[i].by, by) == 0)
			return true; /* open twice */
	use = by ? ddl_arena_push(walk->arena, walk->uses, walk->n_uses, sizeof *use) : NULL;
	if (!use)
		return false;
	*use = (struct ddl_use){ DDL_USE_OPEN, ddl_arena_dup(walk->arena, what), disk, by };
	return use->what != NULL;
}

/* One open file; anything but a device node is passed over. */
static bool look_at_file(const struct walk *walk, int files, const char *fd, const char *pid)
{
	char place[DDL_SYSFS_PATH];
	const char *disk;
	struct stat is;

	if (fstatat(files, fd, &is, 0) != 0 || (!S_ISBLK(is.st_mode) && !S_ISCHR(is.st_mode)))
		return true;
	if (!ddl_sysfs_link(walk->root, place, sizeof place, "sys/dev/%s/%u:%u", S_ISBLK(is.st_mode) ? "block" : "char",
			    major(is.st_rdev), minor(is.st_rdev)))
		return true;
	disk = disk_of(walk, place, S_ISBLK(is.st_mode));
	return !disk || add_use(walk, ddl_path_base(place), disk, pid);
}

static bool look_at_process(const struct walk *walk, const char *pid)
{
	char path[64];
	struct dirent *entry;
	unsigned left = DDL_MAX_OPEN_FILES;
	bool enough = true;
	DIR *directory = NULL;
	int fd;

	snprintf(path, sizeof path, "proc/%.32s/fd", pid);
	fd = openat(walk->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		directory = fdopendir(fd);
	if (!directory) {
		if (fd >= 0)
			close(fd);
		return true; /* ended meanwhile, or not ours to look into */
	}
	while (enough && left > 0 && (entry = readdir(directory)) != NULL)
		if (*entry->d_name != '.') {
			left--;
			enough = look_at_file(walk, dirfd(directory), entry->d_name, pid);
		}
	closedir(directory);
	return enough;
}

bool ddl_open_files(struct ddl_arena *arena, const char *root, const char *const *disks, size_t n_disks, struct ddl_use **uses,
		    size_t *n_uses)
{
	struct walk walk = { arena, ddl_sysfs_open(root), disks, n_disks, uses, n_uses };
	const char **names = NULL;
	size_t count = 0, looked = 0;
	bool enough = walk.root < 0 || n_disks == 0 || ddl_sysfs_list(walk.root, arena, "proc", &names, &count);

	for (size_t i = 0; enough && i < count && looked < DDL_MAX_PROCESSES; i++) {
		if (strspn(names[i], "0123456789") != strlen(names[i]) || strtol(names[i], NULL, 10) == getpid())
			continue;
		looked++;
		enough = look_at_process(&walk, names[i]);
	}
	if (walk.root >= 0)
		close(walk.root);
	return enough;
}
