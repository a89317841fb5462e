// SPDX-License-Identifier: GPL-2.0-or-later
/* The wanted files of a medium: opened for a child that may not open them, and shown to a visitor. */
#include "medium/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/remote.h"
#include "base/text.h"
#include "medium/archive.h"
#include "process/fetcher.h"
#include "source/drive.h"

/* Nothing of that name, or nothing that could be a file of a driver disk. */
static bool not_there(const struct ddl_error *trouble)
{
	int cause = trouble->os_errno;

	return trouble->code == DDL_E_PATH || trouble->code == DDL_E_SERVER ||
	       (trouble->code == DDL_E_OPEN && (cause == ENOENT || cause == ENOTDIR || cause == ELOOP || cause == EISDIR ||
						cause == EINVAL || cause == ENAMETOOLONG));
}

static int open_remote_file(const struct ddl_medium *medium, const char *name, struct ddl_error *error)
{
	const char *directory = medium->remote->path;
	size_t n = ddl_remote_path_length(directory);
	char url[DDL_MAX_PATH];
	struct ddl_fetched fetched;
	int fd;

	/* one that is too long is told of as one that is not there */
	(void)snprintf(url, sizeof(url), "%.*s%s%s%s", (int)n, directory, n && directory[n - 1] == '/' ? "" : "/", name,
		       directory + n);
	fd = ddl_fetcher_open(url, medium->remote->login, &medium->confine, &fetched, error);
	return fetched.directory ? ddl_fail(error, DDL_E_OPEN, EISDIR, "%s", name) : fd;
}

/* A bare file is the only one that its medium has. */
static int open_wanted(const struct ddl_medium *medium, const char *name, struct ddl_error *error)
{
	int fd;

	if (medium->remote)
		return open_remote_file(medium, name, error);
	if (medium->kind == DDL_MEDIUM_DIRECTORY)
		return ddl_file_open(medium->fd, name, error);
	if (strcmp(name, medium->name) != 0)
		return ddl_fail(error, DDL_E_OPEN, ENOENT, "%s", name);
	fd = fcntl(medium->fd, F_DUPFD_CLOEXEC, 0);
	return fd >= 0 ? fd : ddl_fail(error, DDL_E_OPEN, errno, "%s", name);
}

/* Files that are going to be opened. */
struct reaching {
	const struct ddl_medium *medium;
	const struct ddl_wanted *wanted;
	size_t count;
};

static int reach_wanted(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	const struct reaching *reaching = arg;

	(void)sink;
	for (size_t i = 0; i < reaching->count; i++) {
		int fd = open_wanted(reaching->medium, reaching->wanted[i].name, NULL);

		if (fd >= 0)
			close(fd);
	}
	(void)error;
	return 0;
}

int ddl_files_reach(const struct ddl_medium *medium, const struct ddl_wanted *wanted, size_t count, struct ddl_error *error)
{
	struct reaching reaching = { medium, wanted, count };

	return count && medium->kind == DDL_MEDIUM_DIRECTORY ? ddl_medium_warm_up(medium, reach_wanted, &reaching, error) : 0;
}

int ddl_files_prepare(const struct ddl_medium *medium, struct ddl_wanted *wanted, size_t count, struct ddl_error *error)
{
	for (size_t i = 0; i < count; i++) {
		wanted[i].fd = -1;
		wanted[i].found = false;
	}
	if (medium->kind == DDL_MEDIUM_ARCHIVE)
		return 0;
	for (size_t i = 0; i < count; i++) {
		struct ddl_error trouble = DDL_ERROR_INIT;

		wanted[i].fd = open_wanted(medium, wanted[i].name, &trouble);
		if (wanted[i].fd >= 0) {
			/* Only a hint: that it is not taken is of no consequence. */
			(void)posix_fadvise(wanted[i].fd, 0, 0, POSIX_FADV_SEQUENTIAL);
			continue;
		}
		if (not_there(&trouble))
			continue;
		ddl_files_unprepare(wanted, i);
		if (error)
			*error = trouble;
		return ddl_fail_in(error, "%s", medium->name);
	}
	return 0;
}

void ddl_files_unprepare(struct ddl_wanted *wanted, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (wanted[i].fd >= 0)
			close(wanted[i].fd);
		wanted[i].fd = -1;
	}
}

size_t ddl_files_keep(const struct ddl_medium *medium, const struct ddl_wanted *wanted, size_t count, int *keep)
{
	size_t n = 0;

	if (medium->kind == DDL_MEDIUM_ARCHIVE)
		keep[n++] = medium->fd;
	for (size_t i = 0; i < count; i++)
		if (wanted[i].fd >= 0)
			keep[n++] = wanted[i].fd;
	return n;
}

/* One prepared file; its position is our own, so that a second visit begins anew. */
struct plain {
	struct ddl_reader reader;
	int fd;
	off_t position;
};

static ssize_t read_plain(struct ddl_reader *reader, void *buffer, size_t n, struct ddl_error *error)
{
	struct plain *plain = reader->ctx;
	ssize_t got;

	do
		got = ddl_remote_wait(plain->fd, (uint64_t)plain->position, n) < 0 ? -1 :
										     pread(plain->fd, buffer, n, plain->position);
	while (got < 0 && errno == EINTR);
	if (got < 0 && ddl_remote_told(errno, reader->name, error))
		return -1;
	if (got < 0)
		return ddl_fail(error, errno == EIO || !ddl_drive_lost(errno) ? DDL_E_READ : DDL_E_GONE, errno, "%s",
				reader->name);
	plain->position += got;
	return got;
}

static int visit_plain(struct ddl_wanted *wanted, ddl_files_visitor visit, void *arg, struct ddl_error *error)
{
	struct plain plain = {
		.reader = { .read = read_plain, .name = wanted->name, .wanted = wanted },
		.fd = wanted->fd,
	};
	struct stat st;

	if (fstat(wanted->fd, &st) < 0)
		return ddl_fail(error, DDL_E_READ, errno, "%s", wanted->name);
	plain.reader.ctx = &plain;
	plain.reader.size = (uint64_t)st.st_size;
	wanted->found = true;
	return visit(arg, &plain.reader, error);
}

int ddl_files_visit(const struct ddl_medium *medium, struct ddl_wanted *wanted, size_t count, ddl_files_visitor visit, void *arg,
		    struct ddl_error *error)
{
	int result = 0;

	if (count == 0)
		return 0;
	if (medium->kind == DDL_MEDIUM_ARCHIVE)
		return ddl_archive_visit(medium, wanted, count, visit, arg, error);
	for (size_t i = 0; i < count; i++)
		wanted[i].found = false;
	for (size_t i = 0; i < count && result == 0; i++)
		if (wanted[i].fd >= 0)
			result = visit_plain(&wanted[i], visit, arg, error);
	return result < 0 ? -1 : 0;
}

int ddl_files_walk(const struct ddl_medium *medium, ddl_files_visitor visit, void *arg, struct ddl_error *error)
{
	if (medium->kind != DDL_MEDIUM_ARCHIVE)
		return ddl_fail(error, DDL_E_INTERNAL, 0, "%s", medium->name);
	return ddl_archive_visit(medium, NULL, 0, visit, arg, error);
}

bool ddl_files_is_image(const char *name, uint64_t size)
{
	static const char *const others[] = { ".img", ".ima", ".dd", ".raw", ".bin" };

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (ddl_text_ends_in(name, others[i]))
			return size > DDL_SYSTEM_AREA + DDL_SECTOR;
	return ddl_text_ends_in(name, ".iso");
}

int ddl_files_is_iso(struct ddl_reader *reader, const char **what, struct ddl_error *error)
{
	const size_t room = DDL_SYSTEM_AREA + DDL_SECTOR;
	uint8_t *bytes = malloc(room);
	size_t got = 0;
	ssize_t n = 1;

	if (!bytes)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", reader->name);
	while (n > 0 && got < room) {
		n = reader->read(reader, bytes + got, room - got, error);
		got += n > 0 ? (size_t)n : 0;
	}
	if (n >= 0)
		n = ddl_archive_of_bytes(bytes, got < DDL_SECTOR ? got : DDL_SECTOR, bytes + DDL_SYSTEM_AREA,
					 got < DDL_SYSTEM_AREA ? 0 : got - DDL_SYSTEM_AREA, what) == DDL_ARCHIVE_ISO9660;
	free(bytes);
	return (int)n;
}
