// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One pass of libarchive over an ISO image, a zip or a tar file, straight from a descriptor.
 * No byte that nobody asked for is transferred: structure is read in sectors and kept,
 * contents are read as they are wanted, the rest is skipped. The position is our own
 * (pread), so that several children can read through one descriptor.
 */
#include "medium/archive_pass.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/decompress.h"
#include "base/file.h"
#include "base/path.h"

#define CACHE_PROBES 8U
#define TAG_FREE 0U
#define TAG_FILLING 1U
#define TAG_FIRST 2U /* tag of sector 0 */

/* ----------------------------------------------- the structure's sectors */

static bool cache_get(struct ddl_cache *cache, uint64_t sector, uint8_t *to, size_t *length)
{
	for (uint64_t i = 0; i < CACHE_PROBES; i++) {
		struct ddl_cache_slot *slot = &cache->slots[(sector + i) % DDL_CACHE_SLOTS];
		uint64_t tag = atomic_load_explicit(&slot->tag, memory_order_acquire);

		if (tag == TAG_FREE)
			return false;
		if (tag != sector + TAG_FIRST)
			continue;
		*length = slot->length <= DDL_SECTOR ? slot->length : DDL_SECTOR;
		memcpy(to, slot->bytes, *length);
		return true;
	}
	return false;
}

static void cache_put(struct ddl_cache *cache, uint64_t sector, const uint8_t *bytes, size_t length)
{
	for (uint64_t i = 0; i < CACHE_PROBES; i++) {
		struct ddl_cache_slot *slot = &cache->slots[(sector + i) % DDL_CACHE_SLOTS];
		uint64_t tag = TAG_FREE;

		if (!atomic_compare_exchange_strong(&slot->tag, &tag, TAG_FILLING)) {
			if (tag == sector + TAG_FIRST)
				return;
			continue;
		}
		memcpy(slot->bytes, bytes, length);
		slot->length = (uint32_t)length;
		atomic_store_explicit(&slot->tag, sector + TAG_FIRST, memory_order_release);
		return;
	}
}

/* The sector's bytes, into the buffer; their number, 0 at the end, -1. */
static ssize_t read_sector(struct ddl_pass *pass, uint64_t sector)
{
	struct ddl_cache *cache = pass->medium->archive->cache;
	size_t length;
	ssize_t got;

	if (cache_get(cache, sector, pass->buffer, &length))
		return (ssize_t)length;
	if (pass->format == DDL_ARCHIVE_ISO9660 && sector < DDL_SYSTEM_AREA / DDL_SECTOR) {
		/* libarchive steps over it, so it need not come from the medium. */
		memset(pass->buffer, 0, DDL_SECTOR);
		return DDL_SECTOR;
	}
	got = ddl_file_read_at(pass->medium->fd, pass->buffer, DDL_SECTOR, pass->base + sector * DDL_SECTOR);
	if (got > 0)
		cache_put(cache, sector, pass->buffer, (size_t)got);
	return got;
}

/* --------------------------------------------------- libarchive's callbacks */

static la_ssize_t give_bytes(struct archive *lib, void *ctx, const void **bytes)
{
	struct ddl_pass *pass = ctx;
	uint64_t within = pass->position % DDL_SECTOR;
	ssize_t got;

	*bytes = pass->buffer;
	if (pass->position >= pass->size) {
		pass->ended = true;
		return 0;
	}
	if (pass->format == DDL_ARCHIVE_PACKED) {
		got = ddl_file_read_at(pass->medium->fd, pass->buffer, DDL_ARCHIVE_READ, pass->base + pass->position);
	} else if (pass->ahead > 0) {
		/* Up to the end of the last sector that is wanted. */
		uint64_t want = pass->ahead + (DDL_SECTOR - (within + pass->ahead) % DDL_SECTOR) % DDL_SECTOR;

		got = ddl_file_read_at(pass->medium->fd, pass->buffer, want < DDL_ARCHIVE_READ ? (size_t)want : DDL_ARCHIVE_READ,
				       pass->base + pass->position);
	} else {
		got = read_sector(pass, pass->position / DDL_SECTOR);
		if (got >= 0) {
			got = (uint64_t)got > within ? got - (ssize_t)within : 0;
			*bytes = pass->buffer + within;
		}
	}
	if (got < 0) {
		pass->os_errno = errno;
		archive_set_error(lib, errno, "read error");
		return ARCHIVE_FATAL;
	}
	if (got == 0)
		pass->ended = true;
	pass->position += (uint64_t)got;
	return got;
}

static la_int64_t skip_bytes(struct archive *lib, void *ctx, la_int64_t n)
{
	struct ddl_pass *pass = ctx;
	uint64_t left = pass->position < pass->size ? pass->size - pass->position : 0;

	(void)lib;
	if (n <= 0)
		return 0;
	/* Never past the end: the next read is to find out that it is the end. */
	if ((uint64_t)n > left)
		n = (la_int64_t)left;
	pass->position += (uint64_t)n;
	return n;
}

static la_int64_t seek_bytes(struct archive *lib, void *ctx, la_int64_t offset, int whence)
{
	struct ddl_pass *pass = ctx;
	int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (int64_t)pass->position : (int64_t)pass->size;
	int64_t to;

	if (__builtin_add_overflow(from, offset, &to) || to < 0) {
		archive_set_error(lib, EINVAL, "seek out of range");
		return ARCHIVE_FATAL;
	}
	pass->position = (uint64_t)to;
	return to;
}

/* ------------------------------------------------------------------ passes */

/* Of a file or a block device; by a call that a confined child may make. All reading says where itself. */
static uint64_t size_of(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);

	return size > 0 ? (uint64_t)size : INT64_MAX; /* the end shows itself */
}

int ddl_pass_failed(const struct ddl_pass *pass, const char *name, struct ddl_error *error)
{
	const char *why = archive_error_string(pass->lib);

	if (pass->os_errno != 0)
		return ddl_archive_read_failed(error, pass->os_errno, name);
	if (archive_errno(pass->lib) == ENOMEM)
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("%s asks for more memory than a driver needs"), name);
	if (pass->format == DDL_ARCHIVE_PACKED && archive_format(pass->lib) == 0)
		return ddl_fail(error, DDL_E_NOT_A_DISK, 0, _("%s is compressed, but not a tar or cpio archive"), name);
	/* A zip file's directory is its end: without it, it is no zip file to libarchive. */
	if (pass->ended || (pass->format == DDL_ARCHIVE_ZIP && archive_format(pass->lib) == 0))
		return ddl_fail(error, DDL_E_ARCHIVE, 0, _("%s is not whole: it ends too early"), name);
	return ddl_fail(error, DDL_E_ARCHIVE, 0, "%s: %s", name, why ? why : "");
}

static int support(struct archive *lib, enum ddl_archive_format format)
{
	switch (format) {
	case DDL_ARCHIVE_ISO9660:
		return archive_read_support_format_iso9660(lib);
	case DDL_ARCHIVE_ZIP:
		return archive_read_support_format_zip_seekable(lib);
	case DDL_ARCHIVE_PACKED:
		if (ddl_decompress_filters(lib) < 0)
			return ARCHIVE_FATAL;
		/* fall through */
	case DDL_ARCHIVE_TAR:
		return archive_read_support_format_tar(lib) == ARCHIVE_OK ? archive_read_support_format_cpio(lib) : ARCHIVE_FATAL;
	default:
		return ARCHIVE_FATAL;
	}
}

/* For an archive that is unpacked by another: its bytes in order. What is not wanted is unpacked all the same. */
static la_ssize_t give_unpacked(struct archive *lib, void *ctx, const void **bytes)
{
	struct ddl_pass *pass = ctx, *outer = pass->outer;
	la_ssize_t got;

	*bytes = pass->buffer;
	outer->ahead = 4 * DDL_SECTOR;
	do
		got = archive_read_data(outer->lib, pass->buffer, sizeof(pass->buffer));
	while (got == ARCHIVE_RETRY);
	outer->ahead = 0;
	if (got < 0) {
		const char *why = archive_error_string(outer->lib);

		pass->os_errno = outer->os_errno;
		pass->ended = outer->ended;
		archive_set_error(lib, EIO, "%s", why ? why : "");
		return ARCHIVE_FATAL;
	}
	if (got == 0)
		pass->ended = true;
	pass->position += (uint64_t)got;
	return got;
}

void ddl_pass_free(struct ddl_pass *pass)
{
	if (!pass)
		return;
	archive_read_free(pass->lib);
	ddl_pass_free(pass->outer);
	free(pass);
}

/* A pass over the bytes of the descriptor from `base` on. NULL when memory is short. */
static struct ddl_pass *pass_over(const struct ddl_medium *medium, enum ddl_archive_format format, struct ddl_pass *outer)
{
	struct ddl_pass *pass = calloc(1, sizeof(*pass));

	if (!pass)
		return NULL;
	pass->medium = medium;
	pass->format = format;
	pass->lib = archive_read_new();
	if (!pass->lib || support(pass->lib, format) != ARCHIVE_OK) {
		ddl_pass_free(pass);
		return NULL;
	}
	pass->outer = outer;
	archive_read_set_callback_data(pass->lib, pass);
	if (outer) {
		archive_read_set_read_callback(pass->lib, give_unpacked);
		return pass;
	}
	pass->base = medium->archive->base;
	pass->size = medium->archive->size ? medium->archive->size : size_of(medium->fd);
	archive_read_set_read_callback(pass->lib, give_bytes);
	archive_read_set_skip_callback(pass->lib, skip_bytes);
	/* The ISO reader only ever goes forward; libarchive seeks for zip alone. */
	if (format == DDL_ARCHIVE_ZIP)
		archive_read_set_seek_callback(pass->lib, seek_bytes);
	return pass;
}

/* ------------------------------------------------------------------- entries */

/* The entry's name, cleaned; false when it has none that could be wanted. */
bool ddl_pass_name(struct archive_entry *entry, char *name, size_t room)
{
	/* Rock Ridge and zip names are given byte for byte; Joliet ones are converted. */
	const char *raw = archive_entry_pathname(entry);

	if (!raw)
		raw = archive_entry_pathname_utf8(entry);
	return raw && ddl_path_clean(name, room, raw);
}

/* The next header: 1 with the entry, 0 at the end, -1. */
int ddl_pass_next(struct ddl_pass *pass, struct archive_entry **entry, struct ddl_error *error)
{
	int result;

	do {
		errno = 0; /* libarchive ends the program over a name it cannot convert, where an old ENOMEM stands there */
		result = archive_read_next_header(pass->lib, entry);
	} while (result == ARCHIVE_RETRY);
	if (result == ARCHIVE_EOF)
		return 0;
	/* A warning is about one entry, which shows when it is wanted. */
	return result >= ARCHIVE_WARN ? 1 : ddl_pass_failed(pass, pass->medium->name, error);
}

int ddl_pass_open(struct ddl_pass *pass, struct ddl_error *error)
{
	if (archive_read_open1(pass->lib) != ARCHIVE_OK)
		return ddl_pass_failed(pass, pass->medium->name, error);
	if (archive_filter_count(pass->lib) > 2) /* the last is the file itself */
		return ddl_fail(error, DDL_E_ARCHIVE, 0, _("%s is compressed more than once"), pass->medium->name);
	return 0;
}

/* Goes to the file that the medium is packed in: its bytes are what the outer pass gives next. */
static int go_within(struct ddl_pass *outer, struct ddl_error *error)
{
	const struct ddl_archive *archive = outer->medium->archive;
	struct archive_entry *entry;
	size_t entries = 0;
	int result;

	if (ddl_pass_open(outer, error) < 0)
		return -1;
	while ((result = ddl_pass_next(outer, &entry, error)) > 0) {
		char name[DDL_MAX_PATH];

		if (++entries > DDL_MAX_ARCHIVE_ENTRIES)
			break;
		if (archive_entry_filetype(entry) == AE_IFREG && ddl_pass_name(entry, name, sizeof(name)) &&
		    strcmp(name, archive->within) == 0)
			return 0;
	}
	return result < 0 ? -1 : ddl_fail(error, DDL_E_GONE, 0, "%s", archive->within);
}

/* A new pass over the medium; NULL and the error. */
struct ddl_pass *ddl_pass_new(const struct ddl_medium *medium, struct ddl_error *error)
{
	struct ddl_pass *outer = NULL, *pass;

	if (medium->archive->within) {
		outer = pass_over(medium, medium->archive->outer, NULL);
		/* Its CRC is known at the image's end, where nobody goes, and costs as much as unpacking. */
		if (outer && outer->format == DDL_ARCHIVE_ZIP)
			(void)archive_read_set_format_option(outer->lib, "zip", "ignorecrc32", "1");
		if (outer && go_within(outer, error) < 0) {
			ddl_pass_free(outer);
			return NULL;
		}
	}
	pass = outer || !medium->archive->within ? pass_over(medium, medium->archive->format, outer) : NULL;
	if (!pass) {
		ddl_pass_free(outer);
		ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", medium->name);
	}
	return pass;
}
