// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sources opened for reading: devices mounted read-only where the kernel can, image
 * files and what cannot be mounted through libarchive, directories as they are.
 */
#include "medium/medium.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "medium/archive.h"
#include "module/module_name.h"
#include "process/device_job.h"
#include "process/fetcher.h"
#include "source/drive.h"
#include "source/loop.h"
#include "source/mount.h"

#define GONE_WAIT_MS 1000U
#define GONE_GLANCE_MS 150U

static int cannot_open(struct ddl_error *error, const char *name)
{
	int cause = errno;

	if (cause == ENOMEDIUM)
		return ddl_fail(error, DDL_E_NO_MEDIUM, cause, "%s", name);
	return ddl_fail(error, ddl_drive_lost(cause) ? DDL_E_GONE : DDL_E_OPEN, cause, "%s", name);
}

static struct ddl_medium *medium_new(enum ddl_medium_kind kind, const char *name, struct ddl_error *error)
{
	struct ddl_medium *medium = calloc(1, sizeof(*medium));

	if (!medium) {
		ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", name);
		return NULL;
	}
	medium->kind = kind;
	medium->fd = -1;
	ddl_text_clean(medium->name, sizeof(medium->name), name, strlen(name));
	return medium;
}

void ddl_medium_close(struct ddl_medium *medium)
{
	if (!medium)
		return;
	if (medium->fd >= 0 && medium->outermost)
		ddl_device_job_close(medium->fd);
	else if (medium->fd >= 0)
		close(medium->fd);
	ddl_archive_free(medium->archive);
	if (medium->outermost)
		free(medium->device);
	free(medium);
}

struct going {
	const char *device;
	unsigned limit_ms;
};

static int see_it_go(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	const struct going *going = arg;

	(void)sink;
	return ddl_drive_goes(going->device, going->limit_ms) ? ddl_fail(error, DDL_E_GONE, 0, "%s", "") : 0;
}

/* One that does not answer may be there or not. */
static bool has_gone(const char *device, unsigned limit_ms)
{
	struct going going = { device, limit_ms };
	struct ddl_error seen = DDL_ERROR_INIT;

	return ddl_device_job(NULL, NULL, 0, DDL_PROBE_TIMEOUT_MS, "", see_it_go, &going, NULL, &seen) < 0 &&
	       seen.code == DDL_E_GONE;
}

bool ddl_medium_gone(const struct ddl_medium *medium)
{
	return medium->device && !medium->device->silent && has_gone(medium->device->path, GONE_WAIT_MS);
}

void ddl_medium_name_trouble(const struct ddl_source *source, const char *root, struct ddl_error *trouble)
{
	bool opening = trouble->code == DDL_E_OPEN || trouble->code == DDL_E_MOUNT;
	/* the kernel's FAT passes over parts of a directory that it cannot read, so that it looks empty */
	bool empty = trouble->code == DDL_E_NOT_A_DISK && source->usable && strstr(source->format, "fat");
	char path[DDL_MAX_PATH];

	/* to open or mount what is there fails for many a reason, and is not asked about those */
	if (source->kind != DDL_SOURCE_DEVICE ||
	    (trouble->code != DDL_E_READ && !empty && !(opening && ddl_drive_lost(trouble->os_errno))))
		return;
	if (ddl_path_join(path, sizeof(path), root, source->path) && has_gone(path, empty ? GONE_GLANCE_MS : GONE_WAIT_MS))
		trouble->code = DDL_E_GONE;
}

/* Takes over `fd` whatever happens. */
static struct ddl_medium *bare_medium(int fd, const char *name, struct ddl_error *error)
{
	struct ddl_medium *medium = medium_new(DDL_MEDIUM_BARE, ddl_path_base(name), error);

	if (medium)
		medium->fd = fd;
	else
		close(fd);
	return medium;
}

/* Takes over `fd` whatever happens. */
static struct ddl_medium *archive_medium(int fd, const char *name, const char *path, struct ddl_error *error)
{
	struct ddl_medium *medium = NULL;
	struct ddl_error trouble = DDL_ERROR_INIT;
	const char *what;
	enum ddl_archive_format format;

	/* Only a hint: here and there a sector is wanted, not what lies round it. */
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
	format = ddl_archive_recognise(fd, &what, &trouble);
	if (format == DDL_ARCHIVE_BARE || format == DDL_ARCHIVE_PACKED)
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL);
	if (format == DDL_ARCHIVE_BARE || (format == DDL_ARCHIVE_PACKED && ddl_module_name_is_packed(path)))
		return bare_medium(fd, path, error);
	if (trouble.code != DDL_OK) {
		ddl_fail(error, trouble.code, trouble.os_errno, "%s", name);
	} else if (format == DDL_ARCHIVE_OTHER) {
		/* TRANSLATORS: the second part is what the file is, "an RPM package" */
		ddl_fail(error, DDL_E_NOT_A_DISK, 0, _("%s is %s"), name, what);
	} else if (format == DDL_ARCHIVE_NONE) {
		ddl_fail(error, DDL_E_NOT_A_DISK, 0, "%s", name);
	} else {
		medium = medium_new(DDL_MEDIUM_ARCHIVE, name, error);
	}
	if (medium) {
		medium->fd = fd;
		medium->depth = 1;
		medium->archive = ddl_archive_new(format, error);
		if (medium->archive)
			return medium;
		ddl_medium_close(medium);
		return NULL;
	}
	close(fd);
	return NULL;
}

static struct ddl_medium *directory_medium(int fd, const char *name, struct ddl_error *error)
{
	struct ddl_medium *medium = medium_new(DDL_MEDIUM_DIRECTORY, name, error);

	if (medium)
		medium->fd = fd;
	else
		close(fd);
	return medium;
}

/* Where the source is: below the root when its path is absolute. */
static bool place(char *to, size_t room, const char *root, const char *path)
{
	return ddl_path_join(to, room, path[0] == '/' ? root : NULL, path);
}

static struct ddl_medium *open_directory(const struct ddl_source *source, const char *path, struct ddl_error *error)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		cannot_open(error, source->name);
		return NULL;
	}
	return directory_medium(fd, source->name, error);
}

static struct ddl_medium *open_file(const struct ddl_source *source, const char *path, struct ddl_error *error)
{
	/* Not blocking: somebody may have given a FIFO. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0) {
		cannot_open(error, source->name);
		return NULL;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		ddl_fail(error, DDL_E_OPEN, EINVAL, _("%s is not a file"), source->name);
		return NULL;
	}
	return archive_medium(fd, source->name, source->path, error);
}

/* A device that is opened in a child. */
struct opening {
	const struct ddl_source *source;
	const char *root, *path;
};

/* The device without mounting, when what is on it can be read so. */
static int give_unmounted(const struct opening *opening, int fd, const struct ddl_error *mounting, struct ddl_sink *sink,
			  struct ddl_error *error)
{
	struct ddl_error trouble = DDL_ERROR_INIT;

	if (ddl_archive_recognise(fd, NULL, &trouble) == DDL_ARCHIVE_ISO9660)
		return ddl_sink_give(sink, fd, error);
	if (trouble.code != DDL_OK)
		return ddl_fail(error, trouble.code, trouble.os_errno, "%s", opening->source->name);
	return ddl_fail(error, mounting->code, mounting->os_errno, "%s", mounting->text);
}

/* In the child: hands over the directory that the device is mounted on, or the device. */
static int give_device(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	const struct opening *opening = arg;
	const struct ddl_source *source = opening->source;
	struct ddl_error mounting = DDL_ERROR_INIT;
	/* Not blocking: a CD drive would draw its tray in. */
	int fd = open(opening->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), directory;

	if (fd < 0)
		return cannot_open(error, source->name);
	/* mounted, it would make its partitions busy */
	if (source->partitioned && strcmp(source->format, "iso9660") == 0 &&
	    ddl_archive_recognise(fd, NULL, &mounting) == DDL_ARCHIVE_ISO9660)
		return ddl_sink_give(sink, fd, error);
	directory = ddl_mount(opening->root, opening->path, source->name, source->format, &mounting);
	return directory >= 0 ? ddl_sink_give(sink, directory, error) : give_unmounted(opening, fd, &mounting, sink, error);
}

static struct ddl_medium *open_device(const struct ddl_source *source, const char *root, const char *path,
				      const struct ddl_confine *confine, struct ddl_error *error)
{
	struct opening opening = { source, root, path };
	struct ddl_medium *medium;
	struct stat st;
	int fd;

	if (ddl_device_job(confine, NULL, 0, 0, source->name, give_device, &opening, &fd, error) < 0)
		return NULL;
	medium = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) ? directory_medium(fd, source->name, error) :
							      archive_medium(fd, source->name, source->path, error);
	if (!medium)
		return NULL;
	medium->outermost = true;
	medium->device = malloc(sizeof(*medium->device) + strlen(path) + 1);
	if (medium->device) { /* without it a failed read is only that */
		medium->device->silent = false;
		strcpy(medium->device->path, path);
	}
	if (confine)
		medium->confine = *confine;
	return medium;
}

/* A file on a server, or a directory there, whose files are opened by their own addresses. */
static struct ddl_medium *open_remote(const struct ddl_source *source, const struct ddl_confine *confine, struct ddl_error *error)
{
	struct ddl_medium *medium = NULL;
	struct ddl_fetched fetched;
	int fd = ddl_fetcher_open(source->path, source->login, confine, &fetched, error);

	if (fd >= 0) {
		medium = archive_medium(fd, source->name, source->path, error);
	} else if (fetched.directory) {
		medium = medium_new(DDL_MEDIUM_DIRECTORY, source->name, error);
		if (medium)
			medium->remote = source;
	}
	if (!medium)
		return NULL;
	medium->found = strcmp(fetched.url, source->path) == 0 ? NULL : fetched.url;
	if (confine)
		medium->confine = *confine;
	return medium;
}

struct ddl_medium *ddl_medium_open(const struct ddl_source *source, const char *root, const struct ddl_confine *confine,
				   struct ddl_error *error)
{
	char path[4096];

	if (!place(path, sizeof(path), root, source->path)) {
		ddl_fail(error, DDL_E_OPEN, ENAMETOOLONG, "%s", source->name);
		return NULL;
	}
	switch (source->kind) {
	case DDL_SOURCE_DIRECTORY:
		return open_directory(source, path, error);
	case DDL_SOURCE_FILE:
		return open_file(source, path, error);
	case DDL_SOURCE_DEVICE:
		return open_device(source, root, path, confine, error);
	case DDL_SOURCE_NETWORK:
		return open_remote(source, confine, error);
	}
	ddl_fail(error, DDL_E_INTERNAL, 0, "%s", source->name);
	return NULL;
}

struct ddl_medium *ddl_medium_open_fd(int fd, const char *name, struct ddl_error *error)
{
	return archive_medium(fd, ddl_path_base(name), name, error);
}

int ddl_medium_warm_up(const struct ddl_medium *medium, int (*work)(void *arg, struct ddl_sink *sink, struct ddl_error *error),
		       void *arg, struct ddl_error *error)
{
	struct ddl_error why = DDL_ERROR_INIT;

	if (!medium->device || ddl_device_job_inside())
		return 0;
	if (medium->device->silent)
		return ddl_fail(error, DDL_E_TIMEOUT, 0, "%s", medium->name);
	if (ddl_device_job(&medium->confine, &medium->fd, 1, 0, medium->name, work, arg, NULL, &why) == 0 ||
	    (why.code != DDL_E_TIMEOUT && why.code != DDL_E_CANCELLED))
		return 0;
	medium->device->silent = why.code == DDL_E_TIMEOUT;
	if (error)
		*error = why;
	return -1;
}

struct inner {
	const struct ddl_medium *outer;
	const char *name;
};

static int reach_inner(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	const struct inner *inner = arg;
	int fd = ddl_file_open(inner->outer->fd, inner->name, NULL);

	(void)sink;
	(void)error;
	if (fd < 0) /* maybe a folder */
		fd = ddl_file_open_dir(inner->outer->fd, inner->name, NULL);
	else
		(void)ddl_archive_recognise(fd, NULL, NULL);
	if (fd >= 0)
		close(fd);
	return 0;
}

int ddl_medium_reach(const struct ddl_medium *outer, const char *name, struct ddl_error *error)
{
	struct inner inner = { outer, name };

	return ddl_medium_warm_up(outer, reach_inner, &inner, error);
}

struct looping {
	int fd;
	const char *name, *format;
};

/* In the child: the directory that the image is mounted on. */
static int give_mounted(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	const struct looping *looping = arg;
	char file[64], node[64];
	int loop, directory;

	(void)snprintf(file, sizeof(file), "/proc/self/fd/%d", looping->fd);
	loop = ddl_loop_over(file, node, sizeof(node));
	if (loop < 0)
		return ddl_fail(error, DDL_E_MOUNT, errno, "%s: %s", looping->name, looping->format);
	directory = ddl_mount(NULL, node, looping->name, looping->format, error);
	(void)close(loop); /* it stays for the mount */
	return directory < 0 ? -1 : ddl_sink_give(sink, directory, error);
}

struct ddl_medium *ddl_medium_open_mounted(int fd, const char *name, const char *format, const struct ddl_confine *confine,
					   struct ddl_error *error)
{
	struct looping looping = { fd, ddl_path_base(name), format };
	struct ddl_medium *medium;
	int directory;

	if (ddl_device_job(confine, &fd, 1, 0, looping.name, give_mounted, &looping, &directory, error) < 0)
		return NULL;
	medium = directory_medium(directory, looping.name, error);
	if (medium)
		medium->image = true;
	return medium;
}

struct ddl_medium *ddl_medium_open_inner(const struct ddl_medium *outer, const char *name, struct ddl_error *error)
{
	struct ddl_medium *medium;
	int fd;

	if (outer->kind != DDL_MEDIUM_DIRECTORY) {
		ddl_fail(error, DDL_E_INTERNAL, 0, "%s", name);
		return NULL;
	}
	if (ddl_medium_reach(outer, name, error) < 0)
		return NULL;
	fd = ddl_file_open_dir(outer->fd, name, NULL); /* a folder with an unpacked pack */
	if (fd >= 0) {
		medium = medium_new(DDL_MEDIUM_DIRECTORY, ddl_path_base(name), error);
		if (medium)
			medium->fd = fd;
		else
			close(fd);
	} else {
		fd = ddl_file_open(outer->fd, name, error);
		medium = fd >= 0 ? ddl_medium_open_fd(fd, name, error) : NULL;
	}
	if (medium) {
		medium->device = outer->device;
		medium->confine = outer->confine;
	}
	return medium;
}

struct ddl_medium *ddl_medium_open_image(const struct ddl_medium *outer, const struct ddl_image *image, struct ddl_error *error)
{
	struct ddl_medium *medium;

	if (outer->kind == DDL_MEDIUM_DIRECTORY || outer->depth >= DDL_MAX_ARCHIVE_DEPTH) {
		ddl_fail(error, DDL_E_INTERNAL, 0, "%s", image->name);
		return NULL;
	}
	medium = medium_new(DDL_MEDIUM_ARCHIVE, ddl_path_base(image->name), error);
	if (!medium)
		return NULL;
	medium->depth = outer->depth + 1;
	medium->device = outer->device;
	medium->confine = outer->confine;
	medium->archive = ddl_archive_image(outer->archive, image, error);
	medium->fd = medium->archive ? fcntl(outer->fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (medium->fd >= 0)
		return medium;
	if (medium->archive)
		ddl_fail(error, DDL_E_OPEN, errno, "%s", image->name);
	ddl_medium_close(medium);
	return NULL;
}

bool ddl_medium_streams(const struct ddl_medium *medium)
{
	return medium->kind == DDL_MEDIUM_ARCHIVE && ddl_archive_streams(medium->archive);
}
