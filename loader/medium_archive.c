// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ISO images, zip and tar files read by libarchive straight from a descriptor. No byte
 * that nobody asked for is transferred: structure is read in sectors and kept, contents
 * are read as they are wanted, the rest is skipped. The position is our own (pread), so
 * that several children can read through one descriptor.
 */
#include "medium_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <linux/fs.h>

#include "path.h"
#include "text.h"

#define SECTOR        2048U
#define SYSTEM_AREA   (16U * SECTOR) /* before the first volume descriptor; never of interest */
#define CACHE_SLOTS   (DDL_ARCHIVE_CACHE / SECTOR)
#define CACHE_PROBES  8U
#define TAG_FREE      0U
#define TAG_FILLING   1U
#define TAG_FIRST     2U /* tag of sector 0 */

struct slot {
	_Atomic uint64_t tag;
	uint32_t length;
	uint8_t bytes[SECTOR];
};

/* Shared memory; a slot is filled once and never changes after that. */
struct cache {
	struct slot slots[CACHE_SLOTS];
};

struct ddl_archive {
	enum ddl_archive_format format;
	uint64_t base, size;      /* where its bytes lie in the descriptor's; size 0: to the end */
	char *within;             /* packed in this file of an archive (of format `outer`); NULL: it is not */
	enum ddl_archive_format outer;
	struct cache *cache;
	locale_t utf8;            /* (locale_t)0 where there is none */
};

/* One pass through the archive. */
struct pass {
	const struct ddl_medium *medium;
	enum ddl_archive_format format;
	struct pass *outer;        /* the one that this one's bytes are unpacked by; NULL: they are read */
	struct archive *lib;
	uint64_t base;             /* of the archive in the descriptor's bytes */
	uint64_t position, size;   /* of the next byte for libarchive; of the whole */
	uint64_t ahead;            /* bytes of contents somebody is reading; 0: structure */
	int os_errno;              /* of the read that failed */
	bool ended;                /* read past the end: it is cut short */
	uint8_t buffer[DDL_ARCHIVE_READ];
};

/* ----------------------------------------------------------- recognising */

static bool has(const uint8_t *bytes, ssize_t got, size_t at, const char *magic)
{
	size_t length = strlen(magic);

	return got >= 0 && (size_t)got >= at && (size_t)got - at >= length &&
	       memcmp(bytes + at, magic, length) == 0;
}

static ssize_t read_at(int fd, void *to, size_t n, uint64_t from)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = pread(fd, (char *)to + done, n - done, (off_t)(from + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

static int read_failed(struct ddl_error *error, int cause, const char *name)
{
	bool gone = cause == ENODEV || cause == ENXIO || cause == ENOMEDIUM;

	return ddl_fail(error, gone ? DDL_E_GONE : DDL_E_READ, cause, "%s", name);
}

/* What people hand in that is no medium. */
static const char *other_kind(const uint8_t *bytes, ssize_t got)
{
	static const struct { size_t at; const char *magic, *what; } kinds[] = {
		{ 0, "\xed\xab\xee\xdb", N_("an RPM package") },
		{ 0, "\x7f" "ELF", N_("a program or kernel module") },
		{ 0, "!<arch>\n", N_("a Debian package") },
		{ 0, "\x1f\x8b", N_("a file compressed by gzip") },
		{ 0, "\xfd" "7zXZ", N_("a file compressed by xz") },
		{ 0, "\x28\xb5\x2f\xfd", N_("a file compressed by zstd") },
		{ 0, "BZh", N_("a file compressed by bzip2") },
		{ 0, "hsqs", N_("a squashfs image") },
		{ 3, "NTFS    ", N_("the image of an NTFS file system; write it to a stick first") },
		{ 3, "EXFAT   ", N_("the image of an exFAT file system; write it to a stick first") },
		{ 54, "FAT", N_("the image of a FAT file system; write it to a stick first") },
		{ 82, "FAT32", N_("the image of a FAT file system; write it to a stick first") },
		{ 510, "\x55\xaa", N_("the image of a whole disk; write it to a stick first") },
		{ 0, "070701", N_("a cpio archive") },
		{ 0, "MSCF", N_("a Windows cabinet file") },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (has(bytes, got, kinds[i].at, kinds[i].magic))
			return _(kinds[i].what);
	return "";
}

enum ddl_archive_format ddl_archive_recognise(int fd, const char **what, struct ddl_error *error)
{
	uint8_t bytes[512], volume[8], mark[2];
	ssize_t got = read_at(fd, bytes, sizeof(bytes), 0), got_volume = 0;
	const char *other;

	if (got >= 0)
		got_volume = read_at(fd, volume, sizeof(volume), SYSTEM_AREA);
	if (got < 0 || got_volume < 0) {
		read_failed(error, errno, "");
		return DDL_ARCHIVE_NONE;
	}
	other = other_kind(bytes, got);
	if (what)
		*what = other;
	/* First, as anything may stand in an ISO image's system area. */
	if (has(volume, got_volume, 1, "CD001"))
		return DDL_ARCHIVE_ISO9660;
	if (has(bytes, got, 0, "PK\3\4"))
		return DDL_ARCHIVE_ZIP;
	if (has(bytes, got, 257, "ustar"))
		return DDL_ARCHIVE_TAR;
	if (has(bytes, got, 0, "\x1f\x8b") || has(bytes, got, 0, "\xfd" "7zXZ") || has(bytes, got, 0, "BZh") ||
	    has(bytes, got, 0, "\x28\xb5\x2f\xfd"))
		return DDL_ARCHIVE_PACKED;
	if (has(bytes, got, 0, "\xed\xab\xee\xdb") || has(bytes, got, 0, "\x7f" "ELF"))
		return DDL_ARCHIVE_BARE;
	/* ext2 to ext4 begin at byte 1024, and bear their mark 56 further on. */
	if (has(mark, read_at(fd, mark, sizeof(mark), 1080), 0, "\x53\xef")) {
		other = _("the image of an ext file system; write it to a stick first");
		if (what)
			*what = other;
	}
	return *other ? DDL_ARCHIVE_OTHER : DDL_ARCHIVE_NONE;
}

struct ddl_archive *ddl_archive_new(enum ddl_archive_format format, struct ddl_error *error)
{
	struct ddl_archive *archive = calloc(1, sizeof(*archive));
	void *shared = MAP_FAILED;

	if (archive)
		shared = mmap(NULL, sizeof(struct cache), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
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
	munmap(archive->cache, sizeof(struct cache));
	free(archive->within);
	free(archive);
}

struct ddl_archive *ddl_archive_image(const struct ddl_archive *outer, const struct ddl_image *image,
				      struct ddl_error *error)
{
	struct ddl_archive *archive = ddl_archive_new(DDL_ARCHIVE_ISO9660, error);

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

/* ----------------------------------------------- the structure's sectors */

static bool cache_get(struct cache *cache, uint64_t sector, uint8_t *to, size_t *length)
{
	for (uint64_t i = 0; i < CACHE_PROBES; i++) {
		struct slot *slot = &cache->slots[(sector + i) % CACHE_SLOTS];
		uint64_t tag = atomic_load_explicit(&slot->tag, memory_order_acquire);

		if (tag == TAG_FREE)
			return false;
		if (tag != sector + TAG_FIRST)
			continue;
		*length = slot->length <= SECTOR ? slot->length : SECTOR;
		memcpy(to, slot->bytes, *length);
		return true;
	}
	return false;
}

static void cache_put(struct cache *cache, uint64_t sector, const uint8_t *bytes, size_t length)
{
	for (uint64_t i = 0; i < CACHE_PROBES; i++) {
		struct slot *slot = &cache->slots[(sector + i) % CACHE_SLOTS];
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
static ssize_t read_sector(struct pass *pass, uint64_t sector)
{
	struct cache *cache = pass->medium->archive->cache;
	size_t length;
	ssize_t got;

	if (cache_get(cache, sector, pass->buffer, &length))
		return (ssize_t)length;
	if (pass->format == DDL_ARCHIVE_ISO9660 && sector < SYSTEM_AREA / SECTOR) {
		/* libarchive steps over it, so it need not come from the medium. */
		memset(pass->buffer, 0, SECTOR);
		return SECTOR;
	}
	got = read_at(pass->medium->fd, pass->buffer, SECTOR, pass->base + sector * SECTOR);
	if (got > 0)
		cache_put(cache, sector, pass->buffer, (size_t)got);
	return got;
}

/* --------------------------------------------------- libarchive's callbacks */

static la_ssize_t give_bytes(struct archive *lib, void *ctx, const void **bytes)
{
	struct pass *pass = ctx;
	uint64_t within = pass->position % SECTOR;
	ssize_t got;

	*bytes = pass->buffer;
	if (pass->position >= pass->size) {
		pass->ended = true;
		return 0;
	}
	if (pass->format == DDL_ARCHIVE_PACKED) {
		got = read_at(pass->medium->fd, pass->buffer, DDL_ARCHIVE_READ, pass->position);
	} else if (pass->ahead > 0) {
		/* Up to the end of the last sector that is wanted. */
		uint64_t want = pass->ahead + (SECTOR - (within + pass->ahead) % SECTOR) % SECTOR;

		got = read_at(pass->medium->fd, pass->buffer,
			      want < DDL_ARCHIVE_READ ? (size_t)want : DDL_ARCHIVE_READ,
			      pass->base + pass->position);
	} else {
		got = read_sector(pass, pass->position / SECTOR);
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
	struct pass *pass = ctx;
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
	struct pass *pass = ctx;
	int64_t from = whence == SEEK_SET ? 0
		     : whence == SEEK_CUR ? (int64_t)pass->position : (int64_t)pass->size;
	int64_t to;

	if (__builtin_add_overflow(from, offset, &to) || to < 0) {
		archive_set_error(lib, EINVAL, "seek out of range");
		return ARCHIVE_FATAL;
	}
	pass->position = (uint64_t)to;
	return to;
}

/* ------------------------------------------------------------------ passes */

static uint64_t size_of(int fd)
{
	struct stat st;
	uint64_t size = 0;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return (uint64_t)st.st_size;
	if (ioctl(fd, BLKGETSIZE64, &size) == 0 && size > 0)
		return size;
	return INT64_MAX; /* the end shows itself */
}

static int lib_failed(const struct pass *pass, const char *name, struct ddl_error *error)
{
	const char *why = archive_error_string(pass->lib);

	if (pass->os_errno != 0)
		return read_failed(error, pass->os_errno, name);
	if (archive_errno(pass->lib) == ENOMEM)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", name);
	if (pass->format == DDL_ARCHIVE_PACKED && archive_format(pass->lib) == 0)
		return ddl_fail(error, DDL_E_NOT_A_DISK, 0, _("%s is compressed, but not a tar archive"), name);
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
	case DDL_ARCHIVE_TAR:
		return archive_read_support_format_tar(lib);
	case DDL_ARCHIVE_PACKED:
		/* WARN would mean that an external program is run. */
		if (archive_read_support_filter_gzip(lib) != ARCHIVE_OK ||
		    archive_read_support_filter_bzip2(lib) != ARCHIVE_OK ||
		    archive_read_support_filter_xz(lib) != ARCHIVE_OK ||
		    archive_read_support_filter_zstd(lib) != ARCHIVE_OK)
			return ARCHIVE_FATAL;
		return archive_read_support_format_tar(lib);
	default:
		return ARCHIVE_FATAL;
	}
}

/* For an archive that is unpacked by another: its bytes in order. What is not wanted is unpacked all the same. */
static la_ssize_t give_unpacked(struct archive *lib, void *ctx, const void **bytes)
{
	struct pass *pass = ctx, *outer = pass->outer;
	la_ssize_t got;

	*bytes = pass->buffer;
	outer->ahead = 4 * SECTOR;
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

static void pass_free(struct pass *pass)
{
	if (!pass)
		return;
	archive_read_free(pass->lib);
	pass_free(pass->outer);
	free(pass);
}

/* A pass over the bytes of the descriptor from `base` on. NULL when memory is short. */
static struct pass *pass_over(const struct ddl_medium *medium, enum ddl_archive_format format, struct pass *outer)
{
	struct pass *pass = calloc(1, sizeof(*pass));

	if (!pass)
		return NULL;
	pass->medium = medium;
	pass->format = format;
	pass->lib = archive_read_new();
	if (!pass->lib || support(pass->lib, format) != ARCHIVE_OK) {
		pass_free(pass);
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

/* ------------------------------------------------------------ one file's bytes */

struct file {
	struct ddl_reader reader; /* first: a reader is a file */
	struct pass *pass;
	uint64_t left;            /* of what the directory promises */
};

static ssize_t read_contents(struct ddl_reader *reader, void *buffer, size_t n,
			     struct ddl_error *error)
{
	struct file *file = reader->ctx;
	struct pass *pass = file->pass;
	la_ssize_t got;

	/* A zip file's contents are shorter there than here; a sector more or less is no matter. */
	pass->ahead = file->left > 0 ? file->left : SECTOR;
	if (pass->format == DDL_ARCHIVE_ZIP && pass->ahead > 4 * SECTOR)
		pass->ahead = 4 * SECTOR;
	do
		got = archive_read_data(pass->lib, buffer, n);
	while (got == ARCHIVE_RETRY);
	pass->ahead = 0;
	if (got < 0)
		return lib_failed(pass, reader->name, error);
	file->left -= (uint64_t)got < file->left ? (uint64_t)got : file->left;
	return (ssize_t)got;
}

/* ------------------------------------------------------------------ visiting */

/* What is looked for, by name without regard to case. */
struct search {
	struct ddl_wanted **byname;
	size_t count, missing;
	char **alias;             /* by index in wanted: the file it is a hard link to, or NULL */
	const struct ddl_wanted *first;
	size_t n_alias;
};

static int by_name(const void *a, const void *b)
{
	const struct ddl_wanted *const *x = a, *const *y = b;

	return strcasecmp((*x)->name, (*y)->name);
}

static int name_is(const void *key, const void *element)
{
	const struct ddl_wanted *const *wanted = element;

	return strcasecmp(key, (*wanted)->name);
}

static struct ddl_wanted *search_for(const struct search *search, const char *name)
{
	struct ddl_wanted **found = bsearch(name, search->byname, search->count,
					    sizeof(*search->byname), name_is);

	return found && !(*found)->found ? *found : NULL;
}

/* The entry's name, cleaned; false when it has none that could be wanted. */
static bool entry_name(struct archive_entry *entry, char *name, size_t room)
{
	/* Rock Ridge and zip names are given byte for byte; Joliet ones are converted. */
	const char *raw = archive_entry_pathname(entry);

	if (!raw)
		raw = archive_entry_pathname_utf8(entry);
	return raw && ddl_path_clean(name, room, raw);
}

/*
 * Does an image's every byte lie in the medium's own, so that it can be read where it is? In a
 * zip file that only stores it, and in a tar file. Its first descriptor's mark must be there.
 */
static void find_image(const struct pass *pass, struct ddl_reader *reader)
{
	uint8_t mark[8];
	la_int64_t at = archive_filter_bytes(pass->lib, 0);

	if (pass->outer || (pass->format != DDL_ARCHIVE_ZIP && pass->format != DDL_ARCHIVE_TAR) ||
	    !ddl_text_ends_in(reader->name, ".iso") || reader->size <= SYSTEM_AREA + SECTOR || at <= 0 ||
	    (uint64_t)at > pass->size || reader->size > pass->size - (uint64_t)at)
		return;
	if (pass->format == DDL_ARCHIVE_ZIP && !strstr(archive_format_name(pass->lib), "(uncompressed)"))
		return;
	reader->in_place = has(mark, read_at(pass->medium->fd, mark, sizeof(mark), pass->base + (uint64_t)at + SYSTEM_AREA),
			       1, "CD001");
	reader->offset = pass->base + (uint64_t)at;
}

/* 0: go on, 1: the visitor has enough, -1: error. */
static int visit_entry(struct pass *pass, struct archive_entry *entry, const char *name,
		       struct ddl_wanted *wanted, ddl_medium_visitor visit, void *arg,
		       struct ddl_error *error)
{
	struct file file = {
		.reader = { .read = read_contents, .name = name, .wanted = wanted },
		.pass = pass,
	};

	if (!archive_entry_size_is_set(entry) || archive_entry_size(entry) < 0)
		return ddl_fail(error, DDL_E_ARCHIVE, 0, _("%s is not whole: it ends too early"), name);
	file.left = file.reader.size = (uint64_t)archive_entry_size(entry);
	find_image(pass, &file.reader);
	file.reader.ctx = &file;
	if (wanted)
		wanted->found = true;
	return visit(arg, &file.reader, error);
}

/* A second name of a file that went by before: its contents come with another pass. */
static int note_link(struct search *search, const struct ddl_wanted *wanted, const char *target,
		     struct ddl_error *error)
{
	char clean[DDL_MAX_PATH];
	char **alias = &search->alias[wanted - search->first];

	if (*alias || !ddl_path_clean(clean, sizeof(clean), target))
		return 0;
	*alias = strdup(clean);
	if (!*alias)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", wanted->name);
	search->n_alias++;
	return 0;
}

/* The next header: 1 with the entry, 0 at the end, -1. */
static int next_entry(struct pass *pass, struct archive_entry **entry, struct ddl_error *error)
{
	int result;

	do
		result = archive_read_next_header(pass->lib, entry);
	while (result == ARCHIVE_RETRY);
	if (result == ARCHIVE_EOF)
		return 0;
	/* A warning is about one entry, which shows when it is wanted. */
	return result >= ARCHIVE_WARN ? 1 : lib_failed(pass, pass->medium->name, error);
}

/* Goes to the file that the medium is packed in: its bytes are what the outer pass gives next. */
static int go_within(struct pass *outer, struct ddl_error *error)
{
	const struct ddl_archive *archive = outer->medium->archive;
	struct archive_entry *entry;
	size_t entries = 0;
	int result;

	if (archive_read_open1(outer->lib) != ARCHIVE_OK)
		return lib_failed(outer, outer->medium->name, error);
	while ((result = next_entry(outer, &entry, error)) > 0) {
		char name[DDL_MAX_PATH];

		if (++entries > DDL_MAX_ARCHIVE_ENTRIES)
			break;
		if (archive_entry_filetype(entry) == AE_IFREG && entry_name(entry, name, sizeof(name)) &&
		    strcmp(name, archive->within) == 0)
			return 0;
	}
	return result < 0 ? -1 : ddl_fail(error, DDL_E_GONE, 0, "%s", archive->within);
}

/* A new pass over the medium; NULL and the error. */
static struct pass *pass_new(const struct ddl_medium *medium, struct ddl_error *error)
{
	struct pass *outer = NULL, *pass;

	if (medium->archive->within) {
		outer = pass_over(medium, medium->archive->outer, NULL);
		/* Its CRC is known at the image's end, where nobody goes, and costs as much as unpacking. */
		if (outer && outer->format == DDL_ARCHIVE_ZIP)
			(void)archive_read_set_format_option(outer->lib, "zip", "ignorecrc32", "1");
		if (outer && go_within(outer, error) < 0) {
			pass_free(outer);
			return NULL;
		}
	}
	pass = outer || !medium->archive->within ? pass_over(medium, medium->archive->format, outer) : NULL;
	if (!pass) {
		pass_free(outer);
		ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", medium->name);
	}
	return pass;
}

/* One pass; `search` NULL visits everything. */
static int run(struct pass *pass, struct search *search, ddl_medium_visitor visit, void *arg,
	       struct ddl_error *error)
{
	struct archive_entry *entry;
	size_t entries = 0;
	int result;

	if (archive_read_open1(pass->lib) != ARCHIVE_OK)
		return lib_failed(pass, pass->medium->name, error);
	while ((result = next_entry(pass, &entry, error)) > 0) {
		char name[DDL_MAX_PATH];
		const char *target = archive_entry_hardlink(entry);
		struct ddl_wanted *wanted = NULL;

		if (++entries > DDL_MAX_ARCHIVE_ENTRIES)
			return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("%s holds more than %u files"),
					pass->medium->name, DDL_MAX_ARCHIVE_ENTRIES);
		if (archive_entry_filetype(entry) != AE_IFREG && !target)
			continue;
		if (!entry_name(entry, name, sizeof(name)))
			continue;
		if (search) {
			wanted = search_for(search, name);
			if (!wanted)
				continue;
		}
		/* tar says 0 for a link, ISO nothing; only some have the bytes again. */
		if (target && (!search || archive_entry_size(entry) == 0)) {
			if (search && note_link(search, wanted, target, error) < 0)
				return -1;
			continue;
		}
		result = visit_entry(pass, entry, name, wanted, visit, arg, error);
		if (result != 0)
			return result;
		if (search && --search->missing == 0)
			return 0;
	}
	return result;
}

static int run_once(const struct ddl_medium *medium, struct search *search,
		    ddl_medium_visitor visit, void *arg, struct ddl_error *error)
{
	locale_t before = medium->archive->utf8 ? uselocale(medium->archive->utf8) : (locale_t)0;
	struct pass *pass = pass_new(medium, error);
	int result = pass ? run(pass, search, visit, arg, error) : -1;

	pass_free(pass);
	if (before)
		(void)uselocale(before);
	return result;
}

/* Hard links: the target's bytes are given under the name that was wanted. */
struct linked {
	const struct search *search;
	struct ddl_wanted *wanted;
	size_t count;
	ddl_medium_visitor visit;
	void *arg;
};

static int visit_linked(void *ctx, struct ddl_reader *reader, struct ddl_error *error)
{
	struct linked *linked = ctx;

	for (size_t i = 0; i < linked->count; i++) {
		const char *alias = linked->search->alias[i];

		if (!alias || linked->wanted[i].found || strcasecmp(alias, reader->name) != 0)
			continue;
		linked->wanted[i].found = true;
		reader->name = linked->wanted[i].name;
		reader->wanted = &linked->wanted[i];
		return linked->visit(linked->arg, reader, error);
	}
	return 0;
}

static int visit_wanted(const struct ddl_medium *medium, struct search *search,
			struct ddl_wanted *wanted, size_t count, ddl_medium_visitor visit,
			void *arg, struct ddl_error *error)
{
	struct linked linked = { search, wanted, count, visit, arg };
	int result;

	for (size_t i = 0; i < count; i++) {
		wanted[i].found = false;
		search->byname[i] = &wanted[i];
	}
	qsort(search->byname, count, sizeof(*search->byname), by_name);
	search->first = wanted;
	search->count = search->missing = count;
	result = run_once(medium, search, visit, arg, error);
	/* A pass gives a file's bytes once: as many more as there are second names. */
	while (result == 0 && search->n_alias-- > 0)
		result = run_once(medium, NULL, visit_linked, &linked, error);
	return result;
}

int ddl_archive_visit(const struct ddl_medium *medium, struct ddl_wanted *wanted, size_t count,
		      ddl_medium_visitor visit, void *arg, struct ddl_error *error)
{
	struct search search = { 0 };
	int result;

	if (!wanted)
		result = run_once(medium, NULL, visit, arg, error);
	else if (count == 0)
		return 0;
	else {
		search.byname = calloc(count, sizeof(*search.byname));
		search.alias = calloc(count, sizeof(*search.alias));
		if (search.byname && search.alias)
			result = visit_wanted(medium, &search, wanted, count, visit, arg, error);
		else
			result = ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", medium->name);
		for (size_t i = 0; search.alias && i < count; i++)
			free(search.alias[i]);
		free(search.alias);
		free(search.byname);
	}
	return result > 0 ? 0 : result;
}
