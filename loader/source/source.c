// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a driver disk may be: which block devices are worth offering, in which order,
 * and what a SOURCE word means.
 */
#include "source/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/path.h"
#include "base/remote.h"
#include "base/sysfs.h"
#include "base/text.h"
#include "source/mount.h"
#include "source/probe.h"

#define MAJOR_RAM 1 /* Documentation/admin-guide/devices.txt */
#define SYSFS_SECTOR 512 /* the unit of "size", whatever the device's own sector is */
#define CLASS_BLOCK "sys/class/block"

/* A block device as sysfs has it. */
struct device {
	const char *name; /* as in sysfs, '!' for '/' */
	const char *place; /* "sys/devices/…" */
	bool partition;
	bool left_out; /* no medium of its own */
	const char *path; /* of its node, below the root */
	struct ddl_source *source;
};

struct ddl_devices {
	struct device *all;
	size_t count, left_out; /* … for want of room */
	struct ddl_source *own; /* the initrd's own packs; NULL: none */
};

/* ---------------------------------------------------------- one block device */

/* Devices without hardware: which of them hold something that could be a medium. */
static bool virtual_is_empty(int root, const char *place)
{
	char backing[DDL_SYSFS_PATH];

	if (ddl_sysfs_exists(root, "%s/dm", place) || ddl_sysfs_exists(root, "%s/md", place))
		return false;
	/* over a device it has nothing that this one has not, and may be our own (mount.c) */
	if (ddl_sysfs_exists(root, "%s/loop", place))
		return !ddl_sysfs_text(root, backing, sizeof(backing), "%s/loop/backing_file", place) ||
		       ddl_text_starts(backing, "/dev/");
	/* A network block device that is connected has the process that serves it. */
	return !ddl_sysfs_exists(root, "%s/pid", place);
}

/* What could not be a medium: memory, members of something else, and hidden paths. */
static bool leave_out(int root, const struct device *device)
{
	char text[64];
	struct ddl_arena *scratch;
	const char **holders;
	size_t n_holders = 0;
	long long value;

	if (ddl_sysfs_number(root, &value, "%s/hidden", device->place) && value != 0)
		return true;
	if (ddl_sysfs_text(root, text, sizeof(text), "%s/dev", device->place) && atoi(text) == MAJOR_RAM)
		return true;
	if (!device->partition && ddl_sysfs_below(device->place, "sys/devices/virtual/block") &&
	    virtual_is_empty(root, device->place))
		return true;
	if (device->source->size == 0 && !device->source->removable)
		return true;
	scratch = ddl_arena_new();
	if (scratch) {
		char path[DDL_SYSFS_PATH];

		if (ddl_path_join(path, sizeof(path), device->place, "holders"))
			(void)ddl_sysfs_list(root, scratch, path, &holders, &n_holders);
		ddl_arena_free(scratch);
	}
	return n_holders > 0;
}

/* The whole disk that a partition lies on is the directory above it. */
static const char *disk_place(const struct device *device, char *to, size_t room)
{
	char *slash;

	if (!device->partition || strlen(device->place) >= room)
		return device->place;
	memcpy(to, device->place, strlen(device->place) + 1);
	slash = strrchr(to, '/');
	if (slash)
		*slash = '\0';
	return to;
}

static struct ddl_source *source_new(struct ddl_arena *arena, enum ddl_source_kind kind, const char *name, const char *path)
{
	struct ddl_source *source = ddl_arena_alloc(arena, 1, sizeof(*source));
	char *shown = ddl_arena_dup(arena, name);

	if (!source || !shown)
		return NULL;
	ddl_text_clean_in_place(shown);
	source->kind = kind;
	source->name = shown;
	source->path = ddl_arena_dup(arena, path);
	source->login = source->label = source->uuid = source->format = source->model = "";
	return source->path ? source : NULL;
}

static bool has_partitions(int root, struct ddl_arena *arena, const char *place)
{
	const char **names;
	size_t count;

	if (!ddl_sysfs_list(root, arena, place, &names, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		if (ddl_sysfs_exists(root, "%s/%s/partition", place, names[i]))
			return true;
	return false;
}

/* Fills the device from sysfs; false when memory is short. `path` NULL: /dev/<name>. */
static bool describe(int root, struct ddl_arena *arena, const char *name, const char *path, struct device *device)
{
	char place[DDL_SYSFS_PATH], disk[DDL_SYSFS_PATH], node[DDL_MAX_NAME + 8];
	const char *whole;
	long long value;

	if (!ddl_sysfs_link(root, place, sizeof(place), CLASS_BLOCK "/%s", name))
		(void)snprintf(place, sizeof(place), CLASS_BLOCK "/%s", name);
	(void)snprintf(node, sizeof(node), "/dev/%s", name);
	for (char *c = node; *c; c++)
		if (*c == '!')
			*c = '/';
	device->name = name;
	device->place = ddl_arena_dup(arena, place);
	device->source = source_new(arena, DDL_SOURCE_DEVICE, node + strlen("/dev/"), path ? path : node);
	if (!device->place || !device->source)
		return false;
	device->partition = ddl_sysfs_exists(root, "%s/partition", place);
	device->source->partitioned = !device->partition && has_partitions(root, arena, place);
	whole = disk_place(device, disk, sizeof(disk));
	device->source->removable = ddl_sysfs_number(root, &value, "%s/removable", whole) && value != 0;
	if (ddl_sysfs_number(root, &value, "%s/size", place) && value > 0)
		device->source->size = (uint64_t)value * SYSFS_SECTOR;
	device->source->model = ddl_sysfs_keep(root, arena, "%s/device/model", whole);
	return device->source->model != NULL;
}

/* ------------------------------------------------------------------- probing */

static bool take_probe(struct ddl_arena *arena, const struct ddl_probe *probe, struct ddl_source *source)
{
	struct ddl_error *trouble = &source->trouble;

	ddl_error_clear(trouble);
	if (probe->size > 0)
		source->size = probe->size;
	switch ((enum ddl_probe_state)probe->state) {
	case DDL_PROBE_SILENT:
		(void)ddl_fail(trouble, DDL_E_TIMEOUT, 0, "%s", source->name);
		break;
	case DDL_PROBE_OPEN:
		(void)ddl_fail(trouble, DDL_E_OPEN, probe->os_errno, "%s", source->name);
		break;
	case DDL_PROBE_NO_MEDIUM:
		source->size = 0;
		(void)ddl_fail(trouble, DDL_E_NO_MEDIUM, ENOMEDIUM, "%s", source->name);
		break;
	case DDL_PROBE_NOT_READY:
		(void)ddl_fail(trouble, DDL_E_NO_MEDIUM, 0, _("%s is still starting up"), source->name);
		break;
	case DDL_PROBE_READ:
		(void)ddl_fail(trouble, DDL_E_READ, probe->os_errno, "%s", source->name);
		break;
	case DDL_PROBE_GONE:
		(void)ddl_fail(trouble, DDL_E_GONE, probe->os_errno, "%s", source->name);
		break;
	case DDL_PROBE_AMBIGUOUS:
		(void)ddl_fail(trouble, DDL_E_NOT_A_DISK, 0, _("%s bears the marks of more than one file system"), source->name);
		break;
	case DDL_PROBE_AUDIO:
		(void)ddl_fail(trouble, DDL_E_NOT_A_DISK, 0, _("%s holds an audio CD"), source->name);
		break;
	case DDL_PROBE_NOTHING:
		break;
	case DDL_PROBE_FOUND:
		source->format = ddl_arena_dup(arena, probe->format);
		source->uuid = ddl_arena_dup(arena, probe->uuid);
		source->label = ddl_arena_dup(arena, probe->label);
		if (!source->format || !source->uuid || !source->label)
			return false;
		source->usable = ddl_mount_knows(source->format);
		break;
	}
	return true;
}

/* Where the source is: below the root when its path is absolute. NULL: no memory. */
static const char *real_path(struct ddl_arena *arena, const char *root, const char *path)
{
	char whole[DDL_SYSFS_PATH];

	if (!ddl_path_join(whole, sizeof(whole), path[0] == '/' ? root : NULL, path))
		return "";
	return ddl_arena_dup(arena, whole);
}

static bool probe_all(struct ddl_arena *arena, const struct device *devices, size_t count)
{
	const char **paths = ddl_arena_alloc(arena, count, sizeof(*paths));
	DDL_FREE struct ddl_probe *probes = calloc(count + 1, sizeof(*probes));
	bool enough = paths && probes;

	for (size_t i = 0; enough && i < count; i++)
		paths[i] = devices[i].path;
	if (enough)
		ddl_probe_devices(paths, probes, count, DDL_PROBE_TIMEOUT_MS);
	for (size_t i = 0; enough && i < count; i++)
		enough = take_probe(arena, &probes[i], devices[i].source);
	return enough;
}

/* --------------------------------------------------------------- all of them */

/* A person has put it in, most likely: a removable medium, or what hangs off USB. */
static bool is_put_in(const struct device *device)
{
	return device->source->removable || ddl_sysfs_on_usb(device->place);
}

static int compare_devices(const void *a, const void *b)
{
	const struct device *x = a, *y = b;

	if (is_put_in(x) != is_put_in(y))
		return is_put_in(x) ? -1 : 1;
	return ddl_text_device_order(x->name, y->name);
}

/* Of more than there is room for (a storage network has hundreds), what a person has put in is kept. */
static bool gather(int root, struct ddl_arena *arena, const char *root_path, struct ddl_devices *devices)
{
	const char **names;
	size_t n_names;

	if (!ddl_sysfs_list(root, arena, CLASS_BLOCK, &names, &n_names))
		return false;
	for (size_t i = 0; i < n_names; i++) {
		struct device device = { 0 }, *kept;

		if (!describe(root, arena, names[i], NULL, &device))
			return false;
		if (leave_out(root, &device))
			continue;
		device.path = real_path(arena, root_path, device.source->path);
		kept = ddl_arena_push(arena, &devices->all, &devices->count, sizeof(*kept));
		if (!kept || !device.path)
			return false;
		*kept = device;
	}
	if (devices->count <= DDL_MAX_SOURCES)
		return true;
	qsort(devices->all, devices->count, sizeof(*devices->all), compare_devices);
	devices->left_out = devices->count - DDL_MAX_SOURCES;
	devices->count = DDL_MAX_SOURCES;
	return true;
}

/*
 * A disk whose partitions can be used is left out. But the image of a CD may be written
 * on a stick and have partitions beside itself (for booting): then the disk stays,
 * and a partition that is the same thing goes.
 */
static void settle_partitions(struct device *devices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		devices[i].left_out = false;
	for (size_t d = 0; d < count; d++) {
		struct device *disk = &devices[d];
		bool image = strcmp(disk->source->format, "iso9660") == 0;

		if (disk->partition)
			continue;
		for (size_t p = 0; p < count; p++) {
			struct device *part = &devices[p];

			if (!part->partition || !part->source->usable || !ddl_sysfs_below(part->place, disk->place))
				continue;
			if (!image)
				disk->left_out = true;
			else if (strcmp(part->source->format, "iso9660") == 0 &&
				 strcmp(part->source->uuid, disk->source->uuid) == 0)
				part->left_out = true;
		}
	}
}

static int compare_sources(const void *a, const void *b)
{
	const struct ddl_source *x = *(struct ddl_source *const *)a;
	const struct ddl_source *y = *(struct ddl_source *const *)b;

	if (x->removable != y->removable)
		return x->removable ? -1 : 1;
	return ddl_text_device_order(x->name, y->name);
}

static bool holds_something(const char *directory)
{
	DIR *listing = opendir(directory);
	const struct dirent *entry = NULL;

	while (listing && (entry = readdir(listing)) && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0))
		continue;
	if (listing)
		(void)closedir(listing); /* it was only read */
	return entry != NULL;
}

/* Does a SUSE driver update that was appended to the initrd lie in its root, or below a number there? */
static bool holds_updates(const char *root)
{
	DIR *listing = opendir(root);
	const struct dirent *entry;
	bool found = false;

	while (listing && !found && (entry = readdir(listing))) {
		bool number = strspn(entry->d_name, "0123456789") == strlen(entry->d_name);
		char path[DDL_MAX_PATH];

		(void)snprintf(path, sizeof(path), "%s/%s%s", root, entry->d_name, number ? "/linux/suse" : "/suse");
		found = (number || strcmp(entry->d_name, "linux") == 0) && holds_something(path);
	}
	if (listing)
		(void)closedir(listing);
	return found;
}

/* Packs that were put into the initrd itself need no medium; the folder for them may be there without any. */
static bool find_own(struct ddl_arena *arena, const char *root, struct ddl_devices *devices)
{
	const char *path = real_path(arena, root, DDL_OWN_PACKS), *top = real_path(arena, root, "/"), *own = DDL_OWN_PACKS;

	if (!path || !top)
		return false;
	if (!holds_something(path))
		own = holds_updates(top) ? "/" : NULL;
	if (!own)
		return true;
	devices->own = source_new(arena, DDL_SOURCE_DIRECTORY, own, own);
	if (devices->own)
		devices->own->usable = true;
	return devices->own != NULL;
}

struct ddl_devices *ddl_devices_list(struct ddl_arena *arena, const char *root, struct ddl_error *error)
{
	struct ddl_devices *devices = ddl_arena_alloc(arena, 1, sizeof(*devices));
	DDL_CLOSE int tree = ddl_sysfs_open(root);

	if (tree < 0)
		(void)ddl_fail(error, DDL_E_OPEN, errno, "%s", root ? root : "/");
	else if (faccessat(tree, CLASS_BLOCK, R_OK | X_OK, 0) < 0)
		(void)ddl_fail(error, DDL_E_OPEN, errno, "%s", "/" CLASS_BLOCK);
	else if (devices && gather(tree, arena, root, devices) && find_own(arena, root, devices))
		return devices;
	else
		(void)ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", "/" CLASS_BLOCK);
	return NULL;
}

size_t ddl_devices_count(const struct ddl_devices *devices)
{
	return devices->count;
}

const char *ddl_devices_left_out(struct ddl_arena *arena, const struct ddl_devices *devices)
{
	return devices->left_out ?
		       ddl_arena_printf(
			       arena,
			       ddl_trn("%lu block device was not looked at: there are more than %u. Name it if it is meant.",
				       "%lu block devices were not looked at: there are more than %u. Name the one that is meant.",
				       (unsigned long)devices->left_out),
			       (unsigned long)devices->left_out, DDL_MAX_SOURCES) :
		       NULL;
}

struct ddl_source *ddl_devices_source(const struct ddl_devices *devices, size_t index)
{
	return devices->all[index].source;
}

struct ddl_source *ddl_devices_own(const struct ddl_devices *devices)
{
	return devices->own;
}

const char *ddl_devices_path(const struct ddl_devices *devices, size_t index)
{
	return devices->all[index].path;
}

bool ddl_devices_take(struct ddl_arena *arena, struct ddl_devices *devices, size_t index, const struct ddl_probe *probe)
{
	return take_probe(arena, probe, devices->all[index].source);
}

int ddl_devices_offer(struct ddl_arena *arena, struct ddl_devices *devices, struct ddl_source ***sources, size_t *count,
		      struct ddl_error *error)
{
	struct ddl_source **offered = ddl_arena_alloc(arena, devices->count + 1, sizeof(*offered));
	size_t own = devices->own ? 1 : 0;

	*count = 0;
	*sources = offered;
	if (!offered)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", "/" CLASS_BLOCK);
	settle_partitions(devices->all, devices->count);
	if (own) /* needs no medium: it comes first */
		offered[(*count)++] = devices->own;
	for (size_t i = 0; i < devices->count; i++)
		if (!devices->all[i].left_out)
			offered[(*count)++] = devices->all[i].source;
	qsort(offered + own, *count - own, sizeof(*offered), compare_sources);
	return 0;
}

int ddl_sources_find(struct ddl_arena *arena, const char *root, struct ddl_source ***sources, size_t *count,
		     const char **left_out, struct ddl_error *error)
{
	struct ddl_devices *devices = ddl_devices_list(arena, root, error);

	*sources = NULL;
	*count = 0;
	if (!devices)
		return -1;
	if (left_out)
		*left_out = ddl_devices_left_out(arena, devices);
	if (!probe_all(arena, devices->all, devices->count))
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", "/" CLASS_BLOCK);
	return ddl_devices_offer(arena, devices, sources, count, error);
}

/* --------------------------------------------------------------------- words */

static struct ddl_source *by_tag(struct ddl_arena *arena, const char *root, const char *word, struct ddl_error *error)
{
	bool label = ddl_text_starts(word, "LABEL=");
	const char *value = strchr(word, '=') + 1;
	struct ddl_source **sources, *found = NULL;
	size_t count;

	if (ddl_sources_find(arena, root, &sources, &count, NULL, error) < 0)
		return NULL;
	for (size_t i = 0; i < count && *value; i++) {
		if (label ? strcmp(sources[i]->label, value) != 0 : strcasecmp(sources[i]->uuid, value) != 0)
			continue;
		if (found) { /* nobody can say which is meant */
			ddl_fail(error, DDL_E_SOURCES, 0, "%s: %s, %s", word, found->name, sources[i]->name);
			return NULL;
		}
		found = sources[i];
	}
	if (!found)
		ddl_fail(error, DDL_E_NO_SOURCE, 0, "%s", word);
	return found;
}

static struct ddl_source *no_memory(struct ddl_error *error, const char *word)
{
	ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", word);
	return NULL;
}

/* The device of sysfs' name `name` under the path that was given. */
static struct ddl_source *by_name(struct ddl_arena *arena, const char *root, const char *name, const char *path,
				  struct ddl_error *error)
{
	struct device device = { 0 };
	DDL_CLOSE int tree = ddl_sysfs_open(root);

	if (tree < 0) {
		ddl_fail(error, DDL_E_OPEN, errno, "%s", root);
		return NULL;
	}
	if (describe(tree, arena, name, path, &device) && (device.path = real_path(arena, root, device.source->path)) != NULL &&
	    probe_all(arena, &device, 1))
		return device.source;
	return no_memory(error, path ? path : name);
}

static struct ddl_source *by_node(struct ddl_arena *arena, const char *root, const char *word, const struct stat *st,
				  struct ddl_error *error)
{
	char place[DDL_SYSFS_PATH];
	const char *name = word;
	DDL_CLOSE int tree = ddl_sysfs_open(root);

	if (tree >= 0 &&
	    ddl_sysfs_link(tree, place, sizeof(place), "sys/dev/block/%u:%u", major(st->st_rdev), minor(st->st_rdev)))
		name = place;
	name = ddl_arena_dup(arena, ddl_path_base(name));
	return name ? by_name(arena, root, name, word, error) : no_memory(error, word);
}

static struct ddl_source *by_file(struct ddl_arena *arena, const char *word, const char *path, const struct stat *st,
				  struct ddl_error *error)
{
	bool directory = S_ISDIR(st->st_mode);
	struct ddl_source *source;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0) {
		ddl_fail(error, DDL_E_OPEN, errno, "%s", word);
		return NULL;
	}
	close(fd);
	source = source_new(arena, directory ? DDL_SOURCE_DIRECTORY : DDL_SOURCE_FILE, word, word);
	if (!source)
		return no_memory(error, word);
	source->size = directory ? 0 : (uint64_t)st->st_size;
	source->usable = true;
	return source;
}

/* An address is not asked whether there is anything: that is seen when it is opened. */
static struct ddl_source *by_url(struct ddl_arena *arena, const char *word, struct ddl_error *error)
{
	char url[DDL_MAX_PATH], login[DDL_MAX_NAME + 1];
	struct ddl_source *source;

	if (!ddl_remote_split(word, url, sizeof(url), login, sizeof(login))) {
		(void)ddl_fail(error, DDL_E_USAGE, 0, _("this is no address that can be used"));
		return NULL;
	}
	source = source_new(arena, DDL_SOURCE_NETWORK, url, url);
	if (!source || !(source->login = ddl_arena_dup(arena, login)))
		return no_memory(error, url);
	source->usable = true;
	return source;
}

struct ddl_source *ddl_source_from_word(struct ddl_arena *arena, const char *root, const char *word, struct ddl_error *error)
{
	const char *path;
	struct stat st;

	if (ddl_remote_is_url(word))
		return by_url(arena, word, error);
	if (ddl_text_starts(word, "LABEL=") || ddl_text_starts(word, "UUID="))
		return by_tag(arena, root, word, error);
	path = real_path(arena, root, word);
	if (!path)
		return no_memory(error, word);
	if (stat(path, &st) < 0) {
		int cause = errno;
		int tree = ddl_sysfs_open(root);
		bool known = tree >= 0 && *word && !strchr(word, '/') && ddl_sysfs_exists(tree, CLASS_BLOCK "/%s", word);

		if (tree >= 0)
			close(tree);
		/* "sr0" for "/dev/sr0" */
		if (known)
			return by_name(arena, root, word, NULL, error);
		ddl_fail(error,
			 cause != ENOENT && cause != ENOTDIR      ? DDL_E_OPEN :
			 root && *root && access(word, F_OK) == 0 ? DDL_E_OUTSIDE :
								    DDL_E_NO_SOURCE,
			 cause, "%s", word);
		return NULL;
	}
	if (S_ISBLK(st.st_mode))
		return by_node(arena, root, word, &st, error);
	if (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode))
		return by_file(arena, word, path, &st, error);
	ddl_fail(error, DDL_E_OPEN, 0, _("%s is not a device, directory or file"), word);
	return NULL;
}
