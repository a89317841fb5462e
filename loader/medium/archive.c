// SPDX-License-Identifier: GPL-2.0-or-later
/* Archives: ISO images, zip and tar files are recognised by their bytes, and opened. */
#include "base/file.h"
#include "base/remote.h"
#include "medium/archive_pass.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

bool ddl_archive_has(const uint8_t *bytes, ssize_t got, size_t at, const char *magic)
{
	size_t length = strlen(magic);

	return got >= 0 && (size_t)got >= at && (size_t)got - at >= length && memcmp(bytes + at, magic, length) == 0;
}

int ddl_archive_read_failed(struct ddl_error *error, int cause, const char *name)
{
	bool gone = cause == ENODEV || cause == ENXIO || cause == ENOMEDIUM;

	if (ddl_remote_told(cause, name, error))
		return -1;
	return ddl_fail(error, gone ? DDL_E_GONE : DDL_E_READ, cause, "%s", name);
}

/* What people hand in that is no medium. */
static const char *other_kind(const uint8_t *bytes, ssize_t got)
{
	static const struct {
		size_t at;
		const char *magic, *what;
	} kinds[] = {
		{ 0, "\xed\xab\xee\xdb", N_("an RPM package") },
		{ 0,
		  "\x7f"
		  "ELF",
		  N_("a program or kernel module") },
		{ 0, "\x1f\x8b", N_("a file compressed by gzip") },
		{ 0,
		  "\xfd"
		  "7zXZ",
		  N_("a file compressed by xz") },
		{ 0, "\x28\xb5\x2f\xfd", N_("a file compressed by zstd") },
		{ 0, "BZh", N_("a file compressed by bzip2") },
		{ 0, "hsqs", N_("a squashfs image") },
		{ 3, "NTFS    ", N_("the image of an NTFS file system; write it to a stick first") },
		{ 3, "EXFAT   ", N_("the image of an exFAT file system; write it to a stick first") },
		{ 54, "FAT", N_("the image of a FAT file system; write it to a stick first") },
		{ 82, "FAT32", N_("the image of a FAT file system; write it to a stick first") },
		{ 510, "\x55\xaa", N_("the image of a whole disk; write it to a stick first") },
		{ 0, "MSCF", N_("a Windows cabinet file") },
		{ 0, "<!DOCTYPE ", N_("a page of the web, as a network's login or an error is shown on") },
		{ 0, "<html", N_("a page of the web, as a network's login or an error is shown on") },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (ddl_archive_has(bytes, got, kinds[i].at, kinds[i].magic))
			return _(kinds[i].what);
	return "";
}

static const char *what_else(const uint8_t *first, size_t n)
{
	/* ext2 to ext4 begin at byte 1024, and bear their mark 56 further on. */
	return ddl_archive_has(first, (ssize_t)n, 1080, "\x53\xef") ?
		       _("the image of an ext file system; write it to a stick first") :
		       other_kind(first, (ssize_t)n);
}

/* Does it begin with one of these? */
static bool begins(const uint8_t *first, size_t n, const char *const *marks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ddl_archive_has(first, (ssize_t)n, 0, marks[i]))
			return true;
	return false;
}

enum ddl_archive_format ddl_archive_of_bytes(const uint8_t *first, size_t n_first, const uint8_t *volume, size_t n_volume,
					     const char **what)
{
	static const char *const packed[] = { "\x1f\x8b", "\3757zXZ", "BZh", "\x28\xb5\x2f\xfd" };
	static const char *const cpio[] = { "070701", "070702", "070707", "\xc7\x71" };
	static const char *const bare[] = { "\xed\xab\xee\xdb", "\177ELF", "!<arch>\ndebian-binary" };
	const char *other = what_else(first, n_first);

	if (what)
		*what = other;
	/* First, as anything may stand in an ISO image's system area. */
	if (ddl_archive_has(volume, (ssize_t)n_volume, 1, "CD001"))
		return DDL_ARCHIVE_ISO9660;
	if (ddl_archive_has(first, (ssize_t)n_first, 0, "PK\3\4"))
		return DDL_ARCHIVE_ZIP;
	if (ddl_archive_has(first, (ssize_t)n_first, 257, "ustar") || begins(first, n_first, cpio, sizeof(cpio) / sizeof(*cpio)))
		return DDL_ARCHIVE_TAR;
	if (begins(first, n_first, packed, sizeof(packed) / sizeof(*packed)))
		return DDL_ARCHIVE_PACKED;
	if (begins(first, n_first, bare, sizeof(bare) / sizeof(*bare)))
		return DDL_ARCHIVE_BARE;
	return *other ? DDL_ARCHIVE_OTHER : DDL_ARCHIVE_NONE;
}

enum ddl_archive_format ddl_archive_recognise(int fd, const char **what, struct ddl_error *error)
{
	uint8_t first[DDL_SECTOR], volume[8];
	ssize_t got = ddl_file_read_at(fd, first, sizeof(first), 0), got_volume = 0;

	if (got >= 0)
		got_volume = ddl_file_read_at(fd, volume, sizeof(volume), DDL_SYSTEM_AREA);
	if (got < 0 || got_volume < 0) {
		ddl_archive_read_failed(error, errno, "");
		return DDL_ARCHIVE_NONE;
	}
	return ddl_archive_of_bytes(first, (size_t)got, volume, (size_t)got_volume, what);
}

const char *ddl_archive_file_system_of(const uint8_t *first, size_t n)
{
	if (ddl_archive_has(first, (ssize_t)n, 1080, "\x53\xef"))
		return "ext2"; /* whichever of them */
	return ddl_archive_has(first, (ssize_t)n, 54, "FAT") || ddl_archive_has(first, (ssize_t)n, 82, "FAT32") ? "vfat" : NULL;
}

const char *ddl_archive_file_system(int fd)
{
	uint8_t first[DDL_SECTOR];
	ssize_t got = ddl_file_read_at(fd, first, sizeof(first), 0);

	return got < 0 ? NULL : ddl_archive_file_system_of(first, (size_t)got);
}

struct ddl_archive *ddl_archive_new(enum ddl_archive_format format, struct ddl_error *error)
{
	struct ddl_archive *archive = calloc(1, sizeof(*archive));
	void *shared = MAP_FAILED;

	if (archive)
		shared = mmap(NULL, sizeof(struct ddl_cache), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED) {
		free(archive);
		ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", "");
		return NULL;
	}
	/* libarchive asks for local time, which reads a file: now, as a child could not. */
	tzset();
	/* It gives Joliet's names in the locale's characters, and none at all that these lack. */
	archive->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	archive->format = format;
	archive->cache = shared;
	return archive;
}

void ddl_archive_free(struct ddl_archive *archive)
{
	if (!archive)
		return;
	if (archive->utf8)
		freelocale(archive->utf8);
	munmap(archive->cache, sizeof(struct ddl_cache));
	free(archive->within);
	free(archive);
}

struct ddl_archive *ddl_archive_image(const struct ddl_archive *outer, const struct ddl_image *image, struct ddl_error *error)
{
	struct ddl_archive *archive = ddl_archive_new(outer ? DDL_ARCHIVE_ISO9660 : DDL_ARCHIVE_PACKED, error);

	if (!archive)
		return NULL;
	if (image->in_place) {
		archive->base = image->offset;
		archive->size = image->size;
		return archive;
	}
	archive->outer = outer->format;
	archive->within = strdup(image->name);
	if (archive->within)
		return archive;
	ddl_archive_free(archive);
	ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", image->name);
	return NULL;
}

bool ddl_archive_streams(const struct ddl_archive *archive)
{
	return archive->within || archive->format == DDL_ARCHIVE_PACKED;
}
