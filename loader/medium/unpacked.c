// SPDX-License-Identifier: GPL-2.0-or-later
/* Compressed images: unpacked in a child, staged in the parent. */
#include "medium/unpacked.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/decompress.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "medium/archive.h"
#include "medium/files.h"
#include "source/drive.h"

#define TELL_PIECE 1U
#define BEGINNING (DDL_SYSTEM_AREA + DDL_SECTOR) /* what it is can be told from so much */

bool ddl_unpacked_by_name(const char *name)
{
	static const char *const packings[] = { ".gz", ".xz", ".bz2", ".zst" };
	char image[DDL_MAX_PATH];

	for (size_t i = 0; i < sizeof(packings) / sizeof(*packings); i++)
		if (ddl_text_ends_in(name, packings[i]) && strlen(name) < sizeof(image)) {
			(void)snprintf(image, sizeof(image), "%.*s", (int)(strlen(name) - strlen(packings[i])), name);
			return ddl_files_is_image(ddl_path_base(image), UINT64_MAX);
		}
	return false;
}

struct unpacking {
	int fd;
	const struct ddl_medium *medium; /* the archive that the file is in; NULL: it is at `fd` */
	const char *name;
	struct ddl_sink *sink;
	uint64_t before; /* bytes that were staged on the way to it */
	bool mounts;
	bool message; /* a compressed packet of OpenPGP, with a signed message in it */
	struct ddl_stage *stage;
	int staged;
	uint64_t size;
};

/* ------------------------------------------------------------- in the child */

static int read_failed(struct archive *archive, const struct unpacking *unpacking, struct ddl_error *error)
{
	const char *why = archive_error_string(archive);
	int cause = archive_errno(archive);

	if (cause == EIO || ddl_drive_lost(cause)) /* a stick that was pulled damages nothing */
		return ddl_fail(error, DDL_E_READ, cause, "%s", unpacking->name);
	return ddl_fail(error, DDL_E_ARCHIVE, 0, "%s: %s", unpacking->name, why ? why : "");
}

/* Backups and the like are not unpacked further than it takes to see that they are no image of a disk. */
static int check_beginning(const struct unpacking *unpacking, const uint8_t *bytes, size_t n, struct ddl_error *error)
{
	bool long_enough = n > DDL_SYSTEM_AREA;
	const char *what = "";

	if (n > 2 && memcmp(bytes, "\x90\x0d\x03", 3) == 0) /* a signed message: session/signed.c */
		return 0;
	if (unpacking->mounts && ddl_archive_file_system_of(bytes, n))
		return 0;
	if (ddl_archive_of_bytes(bytes, n < DDL_SECTOR ? n : DDL_SECTOR, bytes + (long_enough ? DDL_SYSTEM_AREA : 0),
				 long_enough ? n - DDL_SYSTEM_AREA : 0, &what) == DDL_ARCHIVE_ISO9660)
		return 0;
	return *what ? ddl_fail(error, DDL_E_NOT_A_DISK, 0, _("%s, unpacked, is %s"), unpacking->name, what) :
		       ddl_fail(error, DDL_E_NOT_A_DISK, 0, "%s", unpacking->name);
}

/* Whole pieces are sent, so that the first one can be looked at. */
static int send_all(struct archive *archive, const struct unpacking *unpacking, struct ddl_sink *sink, struct ddl_error *error)
{
	uint8_t piece[BEGINNING];
	uint64_t size = unpacking->before;

	for (;;) {
		size_t n = 0;

		while (n < sizeof(piece)) {
			la_ssize_t got = archive_read_data(archive, piece + n, sizeof(piece) - n);

			if (got < 0)
				return read_failed(archive, unpacking, error);
			if (got == 0)
				break;
			n += (size_t)got;
		}
		if (size == unpacking->before && check_beginning(unpacking, piece, n, error) < 0)
			return -1;
		size += n;
		if (size > DDL_MAX_STAGED_FILE)
			return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("%s unpacks to more than %llu MB"), unpacking->name,
					DDL_MAX_STAGED_FILE / 1000000);
		if (n && ddl_sink_send(sink, TELL_PIECE, piece, n, error) < 0)
			return -1;
		if (n < sizeof(piece))
			return 0;
	}
}

/* The bytes of a file in an archive, as they are. */
static int send_file(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	const struct unpacking *unpacking = arg;
	uint8_t piece[BEGINNING];
	ssize_t n;

	if (reader->size > DDL_MAX_STAGED_FILE)
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("%s unpacks to more than %llu MB"), unpacking->name,
				DDL_MAX_STAGED_FILE / 1000000);
	while ((n = reader->read(reader, piece, sizeof(piece), error)) > 0) /* the parent counts what comes */
		if (ddl_sink_send(unpacking->sink, TELL_PIECE, piece, (size_t)n, error) < 0)
			return -1;
	return (int)n;
}

static int run_take(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct unpacking *unpacking = arg;
	struct ddl_wanted wanted = { unpacking->name, -1, false };

	unpacking->sink = sink;
	if (ddl_files_visit(unpacking->medium, &wanted, 1, send_file, unpacking, error) < 0)
		return -1;
	return wanted.found ? 0 : ddl_fail(error, DDL_E_OPEN, ENOENT, "%s", unpacking->name);
}

static int run(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	const struct unpacking *unpacking = arg;
	struct archive *archive = ddl_decompress_open(&(struct ddl_packed){ .fd = unpacking->fd });
	int result;

	if (!archive)
		return ddl_fail(error, DDL_E_ARCHIVE, 0, "%s", unpacking->name);
	result = send_all(archive, unpacking, sink, error);
	(void)archive_read_free(archive); /* reading is over; there is nothing to lose */
	return result;
}

/* ------------------------------------------------------------ in the parent */

static int receive(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct unpacking *unpacking = arg;

	if (type != TELL_PIECE || n > DDL_MAX_STAGED_FILE - unpacking->before - unpacking->size)
		return ddl_fail(error, DDL_E_DAMAGED, 0, "%s", unpacking->name);
	if (ddl_stage_append(unpacking->stage, unpacking->staged, bytes, n, error) < 0)
		return -1;
	unpacking->size += n;
	return 0;
}

static int stage(struct unpacking *unpacking, const struct ddl_confine *confine, uint64_t *size, struct ddl_error *error)
{
	const struct ddl_medium *medium = unpacking->medium;
	struct ddl_job job = { .run = medium ? run_take : run,
			       .receive = receive,
			       .arg = unpacking,
			       .keep = medium ? &medium->fd : &unpacking->fd,
			       .n_keep = 1 };

	unpacking->staged = ddl_stage_create(unpacking->stage, "image", error);
	if (unpacking->staged < 0)
		return -1;
	if (ddl_jobs_run(&job, 1, confine, error) < 0) {
		ddl_stage_drop(unpacking->stage, unpacking->staged, unpacking->size);
		return -1;
	}
	*size = unpacking->size;
	return unpacking->staged;
}

int ddl_unpacked_stage(int fd, const char *name, bool mounts, struct ddl_stage *stage_to, const struct ddl_confine *confine,
		       uint64_t *size, struct ddl_error *error)
{
	struct unpacking unpacking = {
		.fd = fd, .name = ddl_path_base(name), .mounts = mounts, .stage = stage_to, .before = *size
	};

	return stage(&unpacking, confine, size, error);
}

int ddl_unpacked_take(const struct ddl_medium *medium, const char *name, struct ddl_stage *stage_to,
		      const struct ddl_confine *confine, uint64_t *size, struct ddl_error *error)
{
	struct unpacking unpacking = { .medium = medium, .name = name, .stage = stage_to };
	int fd = stage(&unpacking, confine, size, error);

	if (fd >= 0)
		(void)lseek(fd, 0, SEEK_SET);
	return fd;
}
