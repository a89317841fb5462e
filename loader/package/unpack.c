// SPDX-License-Identifier: GPL-2.0-or-later
/* Counts, hashes and unpacks a package in one pass; then looks into what it holds. */
#include "package/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decompress.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "medium/files.h"
#include "module/dud_config.h"
#include "module/modinfo.h"
#include "module/module_name.h"
#include "package/deb.h"
#include "package/rpm.h"

#define CHUNK (64U * 1024U)

/* The state of one pass. */
struct pass {
	struct ddl_unpacking *reading;
	struct ddl_reader *reader;
	struct ddl_error *error; /* where to say what went wrong with the call itself */
	bool stopped; /* `piece` stopped it, or there is no memory to stage it */
	bool ended; /* all bytes were given out */
	struct ddl_digest digest;
	uint64_t read, unpacked;
	size_t holding; /* bytes of the files that were unpacked */
	bool is_rpm, header_done;
	bool payload_wanted; /* a signed header says what the payload's SHA-256 is */
	uint8_t payload_digest[DDL_SHA256];
	struct ddl_digest payload;
	struct ddl_rpm_parser *parser;
	struct ddl_deb deb;
	uint8_t chunk[CHUNK];
};

enum ddl_file_kind ddl_file_kind(const char *path)
{
	if (ddl_text_ends(path, "EULA"))
		return DDL_FILE_LICENCE;
	if (strstr(path, "lib/firmware/"))
		return DDL_FILE_FIRMWARE;
	if (ddl_module_name_is(path))
		return DDL_FILE_MODULE;
	if (strstr(path, "modprobe.d/") && ddl_text_ends(path, ".conf"))
		return DDL_FILE_MODPROBE;
	if (strcmp(path, ddl_dud_config_name) == 0)
		return DDL_FILE_MODPROBE;
	if (strstr(path, "udev/rules.d/"))
		return DDL_FILE_UDEV;
	return DDL_FILE_OTHER;
}

static struct ddl_error *trouble(struct pass *pass)
{
	return &pass->reading->package->trouble;
}

/* The next piece of the package: told, counted and hashed. 0 at the end, -1 on trouble. */
static ssize_t next_chunk(struct pass *pass)
{
	struct ddl_unpacking *reading = pass->reading;
	ssize_t n = pass->reader->read(pass->reader, pass->chunk, sizeof(pass->chunk), trouble(pass));

	pass->ended = n == 0;
	if (n <= 0)
		return n;
	pass->read += (uint64_t)n;
	if (pass->read > reading->package->size)
		return ddl_fail(trouble(pass), DDL_E_SIZE, 0, _("more than the %llu bytes that the disk lists"),
				(unsigned long long)reading->package->size);
	ddl_digest_add(&pass->digest, pass->chunk, (size_t)n);
	if (pass->payload_wanted)
		ddl_digest_add(&pass->payload, pass->chunk, (size_t)n);
	if (reading->piece && reading->piece(reading->arg, pass->chunk, (size_t)n, pass->error) < 0) {
		pass->stopped = true;
		return ddl_fail(trouble(pass), DDL_E_CANCELLED, 0, "%s", "");
	}
	return n;
}

/* Feeds the header's parser until it is whole; `last` is the length of the chunk that ended it. */
static int read_header(struct pass *pass, struct ddl_rpm *rpm, size_t *last)
{
	int whole = 0;

	while (whole == 0) {
		ssize_t n = next_chunk(pass);

		if (n < 0)
			return -1;
		if (n == 0)
			return ddl_fail(trouble(pass), DDL_E_RPM, 0, _("it ends within its header"));
		*last = (size_t)n;
		whole = ddl_rpm_parser_feed(pass->parser, pass->chunk, (size_t)n, trouble(pass));
	}
	if (whole < 0)
		return -1;
	return ddl_rpm_parser_finish(pass->parser, pass->reading->arena, rpm, trouble(pass));
}

/* Keeps the signature and what it is over; it is checked by others, elsewhere. */
static int keep_proof(struct pass *pass)
{
	struct ddl_unpacking *reading = pass->reading;
	struct ddl_rpm_signed found;
	struct ddl_proof *proof;

	if (!ddl_rpm_parser_signed(pass->parser, &found))
		return 0;
	proof = ddl_arena_alloc(reading->arena, 1, sizeof(*proof));
	if (!proof)
		return ddl_fail(trouble(pass), DDL_E_MEMORY, 0, "%s", reading->package->file);
	*proof = (struct ddl_proof){ ddl_arena_dupn(reading->arena, found.packet, found.packet_length),
				     NULL,
				     found.packet_length,
				     found.payload_too ? 0 : found.data_length,
				     found.data_offset,
				     found.payload_too,
				     !found.payload_too && !found.tied };
	if (found.tied) {
		memcpy(pass->payload_digest, found.payload_digest, sizeof(pass->payload_digest));
		ddl_digest_start(&pass->payload, DDL_SHA256);
		pass->payload_wanted = true;
	}
	proof->data = ddl_arena_dupn(reading->arena, found.data, proof->data_length);
	reading->package->proof = proof;
	return proof->packet && proof->data ? 0 : ddl_fail(trouble(pass), DDL_E_MEMORY, 0, "%s", reading->package->file);
}

static int keep_requires(struct pass *pass, const struct ddl_rpm *rpm)
{
	struct ddl_package *package = pass->reading->package;

	package->requires = ddl_arena_alloc(pass->reading->arena, rpm->n_requires, sizeof(*package->requires));
	for (size_t i = 0; package->requires && i < rpm->n_requires; i++) {
		package->requires[i] = ddl_arena_dup(pass->reading->arena, rpm->requires[i]);
		if (!package->requires[i])
		package->requires = NULL;
	}
	package->n_requires = package->requires ? rpm->n_requires : 0;
	return package->requires ? 0 : ddl_fail(trouble(pass), DDL_E_MEMORY, 0, "%s", package->file);
}

/* Passes over an RPM's header; the part of the payload that came with its last chunk is returned. */
static ssize_t skip_header(struct pass *pass, const void **bytes)
{
	struct ddl_package *package = pass->reading->package;
	struct ddl_rpm rpm = { 0 };
	size_t last = 0, rest;

	if (read_header(pass, &rpm, &last) < 0 || keep_requires(pass, &rpm) < 0)
		return -1;
	if (rpm.payload_offset > pass->read || pass->read - rpm.payload_offset > last)
		return ddl_fail(trouble(pass), DDL_E_RPM, 0, _("its header does not end where it says"));
	rest = (size_t)(pass->read - rpm.payload_offset);
	package->version = ddl_arena_printf(pass->reading->arena, "%s-%s", rpm.version, rpm.release);
	package->rpm_name = ddl_arena_dup(pass->reading->arena, rpm.name);
	package->arch = ddl_arena_dup(pass->reading->arena, rpm.arch);
	if (!package->version || !package->arch || !package->rpm_name)
		return ddl_fail(trouble(pass), DDL_E_MEMORY, 0, "%s", package->file);
	pass->header_done = true;
	if (keep_proof(pass) < 0)
		return -1;
	*bytes = pass->chunk + (last - rest);
	if (pass->payload_wanted)
		ddl_digest_add(&pass->payload, *bytes, rest);
	return (ssize_t)rest;
}

/* Of a Debian package only the archive with its files is given on; 0 at the end of that. */
static ssize_t find_data(struct pass *pass, ssize_t n, const void **bytes)
{
	for (ssize_t found = 0; n > 0; n = next_chunk(pass)) {
		if (pass->deb.data && !pass->deb.left)
			return 0;
		found = ddl_deb_feed(&pass->deb, pass->chunk, (size_t)n, bytes);
		if (found < 0)
			return ddl_fail(trouble(pass), DDL_E_UNPACK, 0, _("it is no Debian package"));
		if (found > 0)
			return found;
	}
	return n;
}

/* libarchive's source of bytes: the payload. */
static la_ssize_t feed(struct archive *archive, void *ctx, const void **bytes)
{
	struct pass *pass = ctx;
	ssize_t n = 0;

	if (pass->is_rpm && !pass->header_done)
		n = skip_header(pass, bytes);
	if (n == 0) {
		n = next_chunk(pass);
		*bytes = pass->chunk;
	}
	if (n > 0 && pass->reading->package->type == DDL_PKG_DEB)
		n = find_data(pass, n, bytes);
	if (n < 0)
		archive_set_error(archive, EIO, "%s", trouble(pass)->text);
	return n;
}

static int archive_trouble(struct pass *pass, struct archive *archive)
{
	const char *why = archive_error_string(archive);

	if (trouble(pass)->code != DDL_OK) /* it was the medium, the header or the size */
		return -1;
	if (archive_errno(archive) == ENOMEM) /* what one file asks for is that file's fault */
		return ddl_fail(trouble(pass), DDL_E_TOO_LARGE, 0, _("it asks for more memory than a driver needs"));
	if (pass->ended)
		return ddl_fail(trouble(pass), DDL_E_UNPACK, 0, _("it is not whole: it ends too early"));
	return ddl_fail(trouble(pass), DDL_E_UNPACK, 0, "%s", why ? why : "");
}

/* Counts what is unpacked; an archive that grows out of all proportion is no driver. */
static int count_unpacked(struct pass *pass, size_t n, uint64_t in_file)
{
	pass->unpacked += n;
	if (in_file > DDL_MAX_STAGED_FILE || pass->unpacked > DDL_MAX_UNPACKED ||
	    (pass->unpacked > 1024U * 1024U && pass->unpacked / DDL_MAX_RATIO > pass->read))
		return ddl_fail(trouble(pass), DDL_E_TOO_LARGE, 0, _("it unpacks to more than a driver needs"));
	return 0;
}

/* What was taken to read into, cut to what came: a package may have thousands of small files. */
static int fit_exactly(struct pass *pass, uint8_t **bytes, size_t length)
{
	uint8_t *exact = *bytes ? realloc(*bytes, length ? length : 1) : NULL;

	if (*bytes && !exact)
		return ddl_fail(trouble(pass), DDL_E_MEMORY, 0, "%s", pass->reading->package->file);
	*bytes = exact;
	return 0;
}

/* Reads the entry's bytes into memory of their own (*bytes NULL: only counts them). */
static int read_entry(struct pass *pass, struct archive *archive, uint8_t **bytes, size_t *length, bool keep)
{
	uint8_t scratch[4096];
	size_t room = 0;

	*bytes = NULL;
	*length = 0;
	for (;;) {
		la_ssize_t n;

		if (keep && room - *length < CHUNK) {
			uint8_t *larger = realloc(*bytes, room ? 2 * room : 4 * (size_t)CHUNK);

			if (!larger)
				return ddl_fail(trouble(pass), DDL_E_MEMORY, 0, "%s", pass->reading->package->file);
			*bytes = larger;
			room = room ? 2 * room : 4 * (size_t)CHUNK;
		}
		n = keep ? archive_read_data(archive, *bytes + *length, room - *length) :
			   archive_read_data(archive, scratch, sizeof(scratch));
		if (n == 0)
			return fit_exactly(pass, bytes, *length);
		if (n < 0)
			return archive_trouble(pass, archive);
		*length += (size_t)n;
		if (count_unpacked(pass, (size_t)n, *length) < 0)
			return -1;
		if (keep && pass->reading->stage &&
		    ddl_stage_fits(pass->reading->stage, pass->holding + *length, pass->error) < 0) {
			pass->stopped = true; /* what is wrong is not the package */
			return -1;
		}
	}
}

/* Gives the bytes of a hard-linked file to those of its names that came before, without any. */
static int share_bytes(struct pass *pass, const struct ddl_held *last)
{
	for (size_t i = 0; i + 1 < pass->reading->n_held; i++) {
		struct ddl_held *held = &pass->reading->held[i];
		uint8_t *copy;

		if (!held->link || held->length || strcmp(held->link, last->link) != 0)
			continue;
		copy = malloc(last->length);
		if (!copy)
			return ddl_fail(trouble(pass), DDL_E_MEMORY, 0, "%s", held->file->path);
		free(held->bytes);
		held->bytes = memcpy(copy, last->bytes, last->length);
		held->length = held->file->size = last->length;
		if (count_unpacked(pass, last->length, last->length) < 0)
			return -1;
	}
	return 0;
}

/* A cpio archive has the bytes of a hard-linked file with the last of its names only. */
static int join_links(struct pass *pass, struct archive_entry *entry)
{
	struct ddl_held *last = &pass->reading->held[pass->reading->n_held - 1];
	const char *link = archive_entry_hardlink(entry);

	if (archive_entry_nlink(entry) < 2 && !link)
		return 0;
	last->link = ddl_arena_dup(pass->reading->arena, link ? link : archive_entry_pathname(entry));
	if (!last->link)
		return ddl_fail(trouble(pass), DDL_E_MEMORY, 0, "%s", last->file->path);
	return last->length ? share_bytes(pass, last) : 0;
}

static int hold(struct pass *pass, struct ddl_file *file, uint8_t *bytes, size_t length)
{
	struct ddl_unpacking *reading = pass->reading;
	struct ddl_held *held = ddl_arena_push(reading->arena, &reading->held, &reading->n_held, sizeof(*held));

	if (!held) {
		free(bytes);
		return ddl_fail(trouble(pass), DDL_E_MEMORY, 0, "%s", file->path);
	}
	*held = (struct ddl_held){ .file = file, .bytes = bytes, .length = length };
	pass->holding += length;
	return 0;
}

/*
 * A name that cannot be shown as it is: of a file that is only counted it is cleaned; one that
 * would be used under that name (a module, firmware) is refused.
 */
static int clean_name(struct pass *pass, char *path)
{
	char raw[DDL_MAX_PATH];

	(void)snprintf(raw, sizeof(raw), "%s", path);
	ddl_text_clean_in_place(path);
	if (strcmp(raw, path) == 0 || ddl_file_kind(path) == DDL_FILE_OTHER)
		return 0;
	return ddl_fail(trouble(pass), DDL_E_PATH, 0, "%s", path);
}

static struct ddl_file *add_file(struct pass *pass, const char *path)
{
	struct ddl_package *package = pass->reading->package;
	struct ddl_file *file = ddl_arena_alloc(pass->reading->arena, 1, sizeof(*file));
	struct ddl_file **slot = NULL;

	if (file && (file->path = ddl_arena_dup(pass->reading->arena, path)))
		slot = ddl_arena_push(pass->reading->arena, &package->files, &package->n_files, sizeof(*slot));
	if (!slot) {
		(void)ddl_fail(trouble(pass), DDL_E_MEMORY, 0, "%s", path);
		return NULL;
	}
	*slot = file;
	file->kind = ddl_file_kind(path);
	file->fd = -1;
	return file;
}

static bool is_one_file(enum ddl_package_type type)
{
	return type == DDL_PKG_DRIVER || type == DDL_PKG_FIRMWARE || type == DDL_PKG_SETTINGS;
}

/*
 * The name an entry is known by: its own below the package's destination; for bare files (raw)
 * the package's, or the destination's where only that is a module's name.
 */
static int entry_path(struct pass *pass, struct archive_entry *entry, char *path, size_t room)
{
	const struct ddl_package *package = pass->reading->package;
	const char *name = archive_entry_pathname(entry), *below = "";
	char whole[2 * DDL_MAX_PATH];

	if (is_one_file(package->type)) {
		below = package->type != DDL_PKG_FIRMWARE ? "" : *package->root ? package->root : "lib/firmware";
		name = ddl_path_base(package->file);
		if (package->type == DDL_PKG_DRIVER && ddl_file_kind(name) != DDL_FILE_MODULE &&
		    ddl_file_kind(package->root) == DDL_FILE_MODULE)
			name = ddl_path_base(package->root);
	} else if (package->type == DDL_PKG_TBZ2) {
		below = package->root;
	}
	if (!name || snprintf(whole, sizeof(whole), "%s%s%s", below, *below ? "/" : "", name) >= (int)sizeof(whole) ||
	    !ddl_path_clean(path, room, whole))
		return ddl_fail(trouble(pass), DDL_E_PATH, 0, "%s", name ? name : "");
	return 0;
}

static int take_entry(struct pass *pass, struct archive *archive, struct archive_entry *entry)
{
	char path[DDL_MAX_PATH];
	struct ddl_file *file;
	uint8_t *bytes;
	size_t length;
	bool keep;

	if (archive_entry_filetype(entry) != AE_IFREG && archive_format(archive) != ARCHIVE_FORMAT_RAW)
		return 0; /* links and device nodes are never made */
	if (pass->reading->package->n_files >= DDL_MAX_PACKAGE_FILES)
		return ddl_fail(trouble(pass), DDL_E_TOO_LARGE, 0, _("more than %u files"), DDL_MAX_PACKAGE_FILES);
	if (entry_path(pass, entry, path, sizeof(path)) < 0 || clean_name(pass, path) < 0)
		return -1;
	file = add_file(pass, path);
	if (!file)
		return -1;
	keep = file->kind != DDL_FILE_OTHER;
	if (read_entry(pass, archive, &bytes, &length, keep) < 0) {
		free(bytes);
		return -1;
	}
	file->size = length;
	if (!keep)
		return 0;
	return hold(pass, file, bytes, length) < 0 ? -1 : join_links(pass, entry);
}

/* What is passed over is unpacked all the same: it counts against the same limits. */
static int count_passed_over(struct pass *pass, struct archive *archive)
{
	la_int64_t n = archive_filter_bytes(archive, 0);

	if (n > 0 && (uint64_t)n > pass->unpacked)
		return count_unpacked(pass, (size_t)((uint64_t)n - pass->unpacked), 0);
	return 0;
}

static int unpack_entries(struct pass *pass, struct archive *archive)
{
	struct archive_entry *entry;

	for (;;) {
		int status;

		errno = 0; /* libarchive ends the program over a name it cannot convert, where an old ENOMEM stands there */
		status = archive_read_next_header(archive, &entry);

		if (count_passed_over(pass, archive) < 0)
			return -1;

		if (status == ARCHIVE_EOF)
			return 0;
		if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
			return archive_trouble(pass, archive);
		if (take_entry(pass, archive, entry) < 0)
			return -1;
	}
}

/* What each type of package is made of; nothing else is tried. */
static int choose_formats(struct archive *archive, enum ddl_package_type type)
{
	int (*format)(struct archive *) = type == DDL_PKG_TBZ2 || type == DDL_PKG_DEB ? archive_read_support_format_tar :
					  is_one_file(type)                           ? archive_read_support_format_raw :
											archive_read_support_format_cpio;

	if (format(archive) != ARCHIVE_OK)
		return -1;
	if (type == DDL_PKG_FIRMWARE || type == DDL_PKG_SETTINGS) /* firmware is given to the kernel as it is */
		return 0;
	return archive_read_support_filter_lzma(archive) == ARCHIVE_OK ? ddl_decompress_filters(archive) : -1;
}

static int unpack(struct pass *pass)
{
	const struct ddl_package *package = pass->reading->package;
	struct archive *archive = archive_read_new();
	int result = -1;

	if (!archive)
		return ddl_fail(trouble(pass), DDL_E_MEMORY, 0, "%s", package->file);
	if (choose_formats(archive, package->type) < 0)
		(void)ddl_fail(trouble(pass), archive_errno(archive) == ENOMEM ? DDL_E_MEMORY : DDL_E_INTERNAL, 0,
			       "libarchive lacks a filter");
	else if (archive_read_open(archive, pass, NULL, feed, NULL) != ARCHIVE_OK)
		(void)archive_trouble(pass, archive);
	else
		result = unpack_entries(pass, archive);
	(void)archive_read_free(archive); /* reading is over; there is nothing to lose */
	return result;
}

/* A compressed module's own bytes in place of the compressed ones. */
static int decompress(struct ddl_held *held, struct ddl_error *error)
{
	struct ddl_packed packed = { .bytes = held->bytes, .length = held->length };
	size_t length;
	uint8_t *bytes = ddl_decompress(&packed, DDL_MAX_STAGED_FILE, &length, error);

	if (!bytes)
		return -1;
	free(held->bytes);
	held->bytes = bytes;
	held->length = held->file->size = length;
	return 0;
}

/* The modules' own words; only called once the package's checksum has matched. */
static int look_into_modules(struct ddl_unpacking *reading)
{
	struct ddl_package *package = reading->package;

	for (size_t i = 0; i < reading->n_held; i++) {
		struct ddl_held *held = &reading->held[i];
		struct ddl_module *module, **slot;

		if (held->file->kind != DDL_FILE_MODULE)
			continue;
		if (package->n_modules >= DDL_MAX_MODULES)
			return ddl_fail(&package->trouble, DDL_E_TOO_LARGE, 0, _("more than %u modules"), DDL_MAX_MODULES);
		if (ddl_module_name_is_packed(held->file->path) && decompress(held, &package->trouble) < 0)
			return ddl_fail_in(&package->trouble, "%s", held->file->path);
		module = ddl_arena_alloc(reading->arena, 1, sizeof(*module));
		slot = module ? ddl_arena_push(reading->arena, &package->modules, &package->n_modules, sizeof(*slot)) : NULL;
		if (!slot)
			return ddl_fail(&package->trouble, DDL_E_MEMORY, 0, "%s", held->file->path);
		*slot = module;
		if (ddl_modinfo_read(reading->arena, held->file->path, held->bytes, held->length, module, &package->trouble) < 0)
			return -1;
	}
	return 0;
}

/* Nobody lists a bare file's digest: what it is, is its fingerprint. */
static int check_digest(struct pass *pass)
{
	struct ddl_package *package = pass->reading->package;
	char wanted[DDL_DIGEST_HEX], hex[DDL_DIGEST_HEX];

	ddl_digest_end_hex(&pass->digest, hex);
	if (pass->reading->unlisted) {
		package->digest = ddl_arena_dup(pass->reading->arena, hex);
		return package->digest ? 0 : ddl_fail(trouble(pass), DDL_E_MEMORY, 0, "%s", package->file);
	}
	if (ddl_digest_read(wanted, package->digest, pass->digest.size) && strcmp(wanted, hex) == 0)
		return 0;
	return ddl_fail(trouble(pass), DDL_E_CHECKSUM, 0, _("its %s is %s, the disk lists %s"),
			pass->digest.size == DDL_SHA256 ? "SHA-256" : "MD5", hex, package->digest);
}

/* What ties the payload to a header that is signed. */
static int check_payload(struct pass *pass)
{
	uint8_t got[DDL_SHA256];

	if (!pass->payload_wanted)
		return 0;
	ddl_digest_end(&pass->payload, got);
	if (memcmp(got, pass->payload_digest, sizeof(got)) == 0)
		return 0;
	return ddl_fail(trouble(pass), DDL_E_FORGED, 0, _("its contents are not those that its signed header names"));
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int ddl_unpack_repeated(const struct ddl_package *package, const char **repeated)
{
	DDL_FREE const char **paths = calloc(package->n_files + 1, sizeof(*paths));
	size_t count = 0;

	*repeated = NULL;
	if (!paths)
		return -1;
	for (size_t i = 0; i < package->n_files; i++)
		if (package->files[i]->kind != DDL_FILE_OTHER)
			paths[count++] = package->files[i]->path;
	qsort(paths, count, sizeof(*paths), by_path);
	for (size_t i = 1; i < count && !*repeated; i++)
		if (strcmp(paths[i - 1], paths[i]) == 0)
			*repeated = paths[i];
	return 0;
}

static int refuse_repeats(struct pass *pass)
{
	const char *repeated;

	if (ddl_unpack_repeated(pass->reading->package, &repeated) < 0)
		return ddl_fail(trouble(pass), DDL_E_MEMORY, 0, "%s", pass->reading->package->file);
	return repeated ? ddl_fail(trouble(pass), DDL_E_UNPACK, 0, _("\"%s\" is in it twice"), repeated) : 0;
}

/*
 * Reads to the end, then judges: what is wrong with the bytes themselves (size, checksum) is
 * said before what could not be unpacked because of it.
 */
static void run_pass(struct pass *pass)
{
	struct ddl_package *package = pass->reading->package;
	int unpacked = pass->reading->unpack ? unpack(pass) : 0;
	struct ddl_error first = package->trouble;
	ssize_t n = 1;

	if (first.code == DDL_E_READ || first.code == DDL_E_GONE || first.code == DDL_E_SIZE || pass->stopped)
		return;
	ddl_error_clear(&package->trouble);
	while (n > 0)
		n = next_chunk(pass);
	if (n < 0)
		return;
	if (pass->read < package->size) {
		(void)ddl_fail(&package->trouble, DDL_E_SIZE, 0, _("%llu bytes; the disk lists %llu"),
			       (unsigned long long)pass->read, (unsigned long long)package->size);
		return;
	}
	if (check_digest(pass) < 0 || check_payload(pass) < 0)
		return;
	package->trouble = first;
	if (unpacked == 0 && pass->reading->unpack && (refuse_repeats(pass) < 0 || look_into_modules(pass->reading) < 0))
		package->n_modules = 0; /* its trouble is the package's, of which nothing is staged */
}

static int pass_start(struct pass *pass, struct ddl_error *error)
{
	const struct ddl_package *package = pass->reading->package;

	ddl_digest_start(&pass->digest,
			 pass->reading->unlisted || strlen(package->digest) == 2 * DDL_SHA256 ? DDL_SHA256 : DDL_MD5);
	pass->is_rpm = ddl_package_is_rpm(package);
	if (pass->is_rpm && pass->reading->unpack && !(pass->parser = ddl_rpm_parser_new()))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", package->file);
	return 0;
}

int ddl_unpack(struct ddl_unpacking *reading, struct ddl_reader *reader, struct ddl_error *error)
{
	struct ddl_package *package = reading->package;
	struct pass *pass = calloc(1, sizeof(*pass));
	int result = -1;

	if (!pass)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", package->file);
	*pass = (struct pass){ .reading = reading, .reader = reader, .error = error };
	ddl_error_clear(&package->trouble);
	if (pass_start(pass, error) < 0)
		goto out;
	if (package->size > DDL_MAX_PACKAGE)
		(void)ddl_fail(&package->trouble, DDL_E_TOO_LARGE, 0, _("%llu bytes"), (unsigned long long)package->size);
	else if (reader->size != package->size)
		(void)ddl_fail(&package->trouble, DDL_E_SIZE, 0, _("%llu bytes; the disk lists %llu"),
			       (unsigned long long)reader->size, (unsigned long long)package->size);
	else
		run_pass(pass);
	if (pass->stopped)
		goto out;
	package->state = package->trouble.code != DDL_OK ? DDL_PKG_BAD : reading->unpack ? DDL_PKG_STAGED : DDL_PKG_TESTED;
	result = 0;
out:
	ddl_rpm_parser_free(pass->parser);
	free(pass);
	return result;
}

void ddl_unpack_held_free(struct ddl_unpacking *reading)
{
	for (size_t i = 0; i < reading->n_held; i++)
		free(reading->held[i].bytes);
	reading->n_held = 0;
}
