// SPDX-License-Identifier: GPL-2.0-or-later
/* One file unpacked by libarchive's filters, whole or piece by piece. */
#include "base/decompress.h"

#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/limits.h"

#define FIRST_ROOM (256U * 1024U)
#define PIECE 65536U /* of a file */
#define ANY_RATIO (1024U * 1024U) /* so much may come of any number of bytes */

int ddl_decompress_filters(struct archive *archive)
{
	/* WARN would mean that an external program is run */
	return archive_read_support_filter_gzip(archive) == ARCHIVE_OK &&
			       archive_read_support_filter_bzip2(archive) == ARCHIVE_OK &&
			       archive_read_support_filter_xz(archive) == ARCHIVE_OK &&
			       archive_read_support_filter_zstd(archive) == ARCHIVE_OK ?
		       0 :
		       -1;
}

struct archive *ddl_decompress_open(const struct ddl_packed *packed)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;

	if (archive && archive_read_support_format_raw(archive) == ARCHIVE_OK && ddl_decompress_filters(archive) == 0 &&
	    (packed->bytes ? archive_read_open_memory(archive, packed->bytes, packed->length) :
			     archive_read_open_fd(archive, packed->fd, PIECE)) == ARCHIVE_OK &&
	    archive_read_next_header(archive, &entry) == ARCHIVE_OK)
		return archive;
	(void)archive_read_free(archive); /* nothing was read; NULL is allowed */
	return NULL;
}

static int trouble(struct archive *archive, struct ddl_error *error)
{
	const char *why = archive ? archive_error_string(archive) : NULL;

	if (archive && archive_errno(archive) == ENOMEM) /* what one file asks for is that file's fault */
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("it asks for more memory than a driver needs"));
	return ddl_fail(error, DDL_E_UNPACK, 0, "%s", why ? why : "");
}

static size_t size_of(const struct ddl_packed *packed)
{
	struct stat st;

	if (packed->bytes)
		return packed->length;
	return fstat(packed->fd, &st) == 0 && st.st_size > 0 ? (size_t)st.st_size : 0;
}

static int read_all(struct archive *archive, size_t packed, size_t cap, uint8_t **bytes, size_t *length, struct ddl_error *error)
{
	size_t room = 0;

	for (;;) {
		la_ssize_t n;

		if (room - *length < FIRST_ROOM / 2) {
			uint8_t *larger = realloc(*bytes, room = room ? 2 * room : FIRST_ROOM);

			if (!larger)
				return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", "");
			*bytes = larger;
		}
		n = archive_read_data(archive, *bytes + *length, room - *length);
		if (n <= 0)
			return n == 0 ? 0 : trouble(archive, error);
		*length += (size_t)n;
		if (*length > cap || (*length > ANY_RATIO && *length / DDL_MAX_RATIO > packed))
			return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("it unpacks to more than a driver needs"));
	}
}

uint8_t *ddl_decompress(const struct ddl_packed *packed, size_t cap, size_t *length, struct ddl_error *error)
{
	struct archive *archive = ddl_decompress_open(packed);
	uint8_t *bytes = NULL;

	*length = 0;
	if (!archive) {
		(void)trouble(NULL, error);
		return NULL;
	}
	if (read_all(archive, size_of(packed), cap, &bytes, length, error) < 0) {
		free(bytes);
		bytes = NULL;
	}
	(void)archive_read_free(archive); /* reading is over; there is nothing to lose */
	return bytes;
}
