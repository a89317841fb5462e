// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a module's file, decompressing it through libarchive; writes a pack's. */
#include "module_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "limits.h"
#include "path.h"

#define FIRST_ROOM (256U * 1024U)

static int out_of_archive(struct archive *archive, const char *path, struct ddl_error *error)
{
	int os_errno = archive_errno(archive);

	return ddl_fail(error, DDL_E_OPEN, os_errno > 0 ? os_errno : 0, "%s: %s", path,
			archive_error_string(archive) ? archive_error_string(archive) : "");
}

static int choose_formats(struct archive *archive)
{
	/* WARN would mean that an external program is run */
	return archive_read_support_format_raw(archive) == ARCHIVE_OK &&
	       archive_read_support_filter_gzip(archive) == ARCHIVE_OK &&
	       archive_read_support_filter_xz(archive) == ARCHIVE_OK &&
	       archive_read_support_filter_zstd(archive) == ARCHIVE_OK ? 0 : -1;
}

static uint8_t *read_all(struct archive *archive, const char *path, size_t *length, struct ddl_error *error)
{
	size_t room = FIRST_ROOM, used = 0;
	uint8_t *bytes = malloc(room), *larger;
	la_ssize_t n;

	while (bytes && (n = archive_read_data(archive, bytes + used, room - used)) != 0) {
		if (n < 0) {
			(void)out_of_archive(archive, path, error);
			goto fail;
		}
		used += (size_t)n;
		if (used < room)
			continue;
		if (room > DDL_MAX_STAGED_FILE / 2) {
			(void)ddl_fail(error, DDL_E_TOO_LARGE, 0, "%s", path);
			goto fail;
		}
		room *= 2;
		larger = realloc(bytes, room);
		if (!larger) {
			(void)ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", path);
			goto fail;
		}
		bytes = larger;
	}
	if (!bytes)
		(void)ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", path);
	*length = used;
	return bytes;
fail:
	free(bytes);
	return NULL;
}

uint8_t *ddl_module_file_read(const char *path, size_t *length, struct ddl_error *error)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	uint8_t *bytes = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	*length = 0;
	if (fd < 0)
		(void)ddl_fail(error, DDL_E_OPEN, errno, "%s", path);
	else if (!archive)
		(void)ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", path);
	else if (choose_formats(archive) != 0 || archive_read_open_fd(archive, fd, 65536) != ARCHIVE_OK ||
		 archive_read_next_header(archive, &entry) != ARCHIVE_OK)
		(void)out_of_archive(archive, path, error);
	else
		bytes = read_all(archive, path, length, error);
	if (archive)
		(void)archive_read_free(archive); /* reading is over; there is nothing to lose */
	if (fd >= 0)
		close(fd);
	return bytes;
}

int ddl_module_file_keep(int directory, const struct ddl_module *module, struct ddl_error *error)
{
	char name[DDL_MAX_PATH], temporary[DDL_MAX_PATH];
	int fd, result = 0;

	snprintf(name, sizeof name, "%s.ko", module->name);
	snprintf(temporary, sizeof temporary, "%s.new", module->name);
	(void)unlinkat(directory, temporary, 0); /* of an earlier run that was killed */
	fd = ddl_path_create(directory, temporary, error);
	if (fd < 0)
		return -1;
	if (ddl_copy_full(module->file->fd, fd, module->file->size) != 0)
		result = ddl_fail(error, DDL_E_STAGE, errno, "%s", name);
	if (close(fd) != 0 && result == 0)
		result = ddl_fail(error, DDL_E_STAGE, errno, "%s", name);
	if (result == 0 && renameat(directory, temporary, directory, name) != 0)
		result = ddl_fail(error, DDL_E_STAGE, errno, "%s", name);
	if (result != 0) /* half a module is none */
		(void)unlinkat(directory, temporary, 0);
	return result;
}
