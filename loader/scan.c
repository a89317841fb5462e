// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a medium's metadata files in a child, and takes the parsed repositories from it. */
#include "scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec.h"
#include "limits.h"
#include "path.h"
#include "plain_name.h"
#include "product.h"
#include "repo_update.h"
#include "rpm.h"
#include "text.h"

/* More metadata files than this are on no driver disk. */
#define MAX_BLOBS (4U * DDL_MAX_REPOSITORIES)

enum { TELL_PART = 1 };

struct found;

struct scanning {
	struct ddl_arena *arena;      /* the child's own, or the caller's */
	struct ddl_medium *medium;
	struct ddl_wanted *wanted;    /* for a directory medium */
	size_t n_wanted;
	size_t n_known;               /* files that repomd.xml names and the parent has opened */
	struct ddl_wanted *loose;     /* packages and modules in an archive, of use where nothing lists them */
	size_t n_loose;
	struct ddl_blob *blobs;
	size_t n_blobs;
	struct ddl_blob treeinfo;     /* of an installer's medium; bytes NULL: it is none */
	struct found *found;
	const struct found *told;     /* what a child found the time before */
	uint8_t *parts;               /* the parent's: what was told so far */
	size_t n_parts;
};

/* What a child tells, all of it. */
struct found {
	struct ddl_scan scan;
	const char **listed;          /* directories that XS-REPOSITORY-LIST names */
	size_t n_listed;
	const char **files;           /* that repomd.xml names and a parser wants */
	size_t n_files;
};

/* ------------------------------------------------------------- in the child */

static int read_blob(struct scanning *scanning, struct ddl_reader *reader, struct ddl_blob *blob,
		     struct ddl_error *error)
{
	char *bytes = ddl_arena_alloc(scanning->arena, (size_t)reader->size + 1, 1);
	size_t got = 0;

	if (!bytes)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
	while (got < reader->size) {
		ssize_t n = reader->read(reader, bytes + got, (size_t)reader->size - got, error);

		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	blob->bytes = bytes;
	blob->length = got;
	return 0;
}

static int add_note(struct scanning *scanning, const char *text, struct ddl_error *error)
{
	struct ddl_scan *scan = &scanning->found->scan;
	const char **note;

	if (scan->n_notes >= DDL_MAX_LIST_LINES)
		return 0;
	note = ddl_arena_push(scanning->arena, &scan->notes, &scan->n_notes, sizeof(*note));
	if (!note || !text)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", scanning->medium->name);
	*note = text;
	return 0;
}

/* As deep as on a stick; one more than there may be is kept, to tell. */
static int collect_loose(struct scanning *scanning, const char *name, struct ddl_error *error)
{
	struct ddl_wanted *slot;
	unsigned depth = 0;

	for (const char *at = name; (at = strchr(at, '/')); at++)
		depth++;
	if (depth > DDL_MAX_FOLDER_DEPTH || scanning->n_loose > DDL_MAX_ISO_FILES)
		return 0;
	slot = ddl_arena_push(scanning->arena, &scanning->loose, &scanning->n_loose, sizeof(*slot));
	if (!slot || !(slot->name = ddl_arena_dup(scanning->arena, name)))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", name);
	slot->fd = -1;
	return 0;
}

/* An archive in an archive: an ISO file is a medium, but not at any depth. */
static int collect_archive(struct scanning *scanning, const struct ddl_reader *reader, struct ddl_error *error)
{
	struct ddl_scan *scan = &scanning->found->scan;
	bool image = ddl_text_ends_in(reader->name, ".iso");
	struct ddl_image *slot;

	if (ddl_medium_is_loose(reader->name))
		return collect_loose(scanning, reader->name, error);
	if (!image && !ddl_text_ends_in(reader->name, ".zip"))
		return 0;
	if (image && scanning->medium->depth < DDL_MAX_ARCHIVE_DEPTH && scan->n_images < DDL_MAX_ISO_FILES) {
		slot = ddl_arena_push(scanning->arena, &scan->images, &scan->n_images, sizeof(*slot));
		if (!slot || !(slot->name = ddl_arena_dup(scanning->arena, reader->name)))
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
		slot->offset = reader->offset;
		slot->size = reader->size;
		slot->in_place = reader->in_place;
		return 0;
	}
	return add_note(scanning, ddl_arena_printf(scanning->arena,
			_("%s is packed into %s and was not looked into: unpack that first."), reader->name,
			scanning->medium->name), error);
}

static const char *canonical(struct ddl_arena *arena, const struct ddl_blob *blob)
{
	const char *base = ddl_path_base(blob->name), *name = ddl_repo_metadata_name(base, blob->bytes, blob->length);

	if (!name || strcmp(name, base) == 0)
		return blob->name;
	return ddl_arena_printf(arena, "%.*s%s", (int)(base - blob->name), blob->name, name);
}

static int collect(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	struct scanning *scanning = arg;
	struct ddl_blob *blob;
	bool usual = ddl_repo_is_metadata(reader->name);

	if (strcmp(reader->name, ddl_treeinfo_name) == 0)
		return reader->size > DDL_MAX_TREEINFO ? 0 : read_blob(scanning, reader, &scanning->treeinfo, error);
	if (!usual && !reader->wanted)
		return collect_archive(scanning, reader, error);
	if (scanning->n_blobs >= MAX_BLOBS)
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("more than %u metadata files"), MAX_BLOBS);
	blob = ddl_arena_push(scanning->arena, &scanning->blobs, &scanning->n_blobs, sizeof(*blob));
	if (!blob || !(blob->name = ddl_arena_dup(scanning->arena, reader->name)))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
	blob->too_large = reader->size > (usual ? DDL_MAX_METADATA : DDL_MAX_PRIMARY);
	if (!blob->too_large && read_blob(scanning, reader, blob, error) < 0)
		return -1;
	/* from here on it bears the name that it ought to have */
	if (usual)
		blob->name = canonical(scanning->arena, blob);
	return blob->name ? 0 : ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
}

/* XS-REPOSITORY-LIST of the root, where there is one. ddl_repos_parse gives the notes on it. */
static int read_list(struct scanning *scanning, struct found *found, struct ddl_error *error)
{
	for (size_t i = 0; i < scanning->n_blobs; i++) {
		const struct ddl_blob *blob = &scanning->blobs[i];

		if (strcmp(blob->name, ddl_repo_list_name) == 0 && !blob->too_large)
			return ddl_repo_list(scanning->arena, blob->bytes, blob->length, &found->listed,
					     &found->n_listed, NULL, NULL, error);
	}
	return 0;
}

/* In place of a file that is not there under its name. */
static int collect_like(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	struct scanning *scanning = arg;

	for (size_t i = 0; i < scanning->n_wanted; i++)
		if (!scanning->wanted[i].found && !ddl_repo_is_metadata(reader->name) &&
		    ddl_update_may_be(scanning->wanted[i].name, reader->name)) {
			reader->wanted = &scanning->wanted[i];
			return collect(scanning, reader, error);
		}
	return 0;
}

/*
 * What repomd.xml lists can be read only when that was: of an archive at once, but in a directory
 * the files are opened by the parent first. 1: tell it of them.
 */
static int read_files(struct scanning *scanning, struct found *found, struct ddl_error *error)
{
	struct ddl_wanted *wanted;

	if (ddl_update_files(scanning->arena, scanning->blobs, scanning->n_blobs, &found->files, &found->n_files, error) < 0)
		return -1;
	if (found->n_files <= scanning->n_known)
		return 0;
	if (scanning->medium->kind != DDL_MEDIUM_ARCHIVE)
		return 1;
	wanted = ddl_arena_alloc(scanning->arena, found->n_files, sizeof(*wanted));
	if (!wanted)
		return ddl_fail(error, DDL_E_MEMORY, 0, "metadata");
	for (size_t i = 0; i < found->n_files; i++)
		wanted[i] = (struct ddl_wanted){ found->files[i], -1, false };
	if (ddl_medium_visit(scanning->medium, wanted, found->n_files, collect, scanning, error) < 0)
		return -1;
	for (size_t i = 0; i < found->n_files; i++)
		if (!wanted[i].found) {
			scanning->wanted = wanted;
			scanning->n_wanted = found->n_files;
			return ddl_medium_walk(scanning->medium, collect_like, scanning, error);
		}
	return 0;
}

/* The metadata's own bytes go with each repository, for the hand-off. */
static int keep_metadata(struct scanning *scanning, struct ddl_repo *repo, struct ddl_error *error)
{
	for (size_t i = 0; i < scanning->n_blobs; i++) {
		const struct ddl_blob *blob = &scanning->blobs[i];
		const char *base = ddl_path_base(blob->name);
		size_t n = (size_t)(base - blob->name);
		struct ddl_metadata *metadata;
		bool again = false; /* two names that stand for the same: the first was read */

		if (repo->generation == DDL_GEN_UPDATE || blob->too_large || strcmp(base, ddl_repo_list_name) == 0 ||
		    n != strlen(repo->directory) + (n > 0) ||
		    strncmp(blob->name, repo->directory, n ? n - 1 : 0) != 0)
			continue;
		for (size_t j = 0; j < repo->n_metadata; j++)
			again = again || strcmp(repo->metadata[j].name, base) == 0;
		if (again)
			continue;
		metadata = ddl_arena_push(scanning->arena, &repo->metadata, &repo->n_metadata, sizeof(*metadata));
		if (!metadata)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", blob->name);
		*metadata = (struct ddl_metadata){ base, blob->bytes, blob->length };
	}
	return 0;
}

/* Each repository has its limit; all together may not have more packages than one. */
static bool too_many_packages(const struct ddl_scan *scan)
{
	size_t n = 0;

	for (size_t i = 0; i < scan->n_repos && scan->repos[i]; i++)
		n += scan->repos[i]->n_packages;
	return n > DDL_MAX_PACKAGES;
}

static void codec_images(struct ddl_codec *codec, struct ddl_scan *scan)
{
	uint64_t n = scan->n_images;

	ddl_codec_number(codec, &n, DDL_MAX_ISO_FILES);
	if (codec->reading && !codec->failed) {
		scan->images = ddl_arena_alloc(codec->arena, n, sizeof(*scan->images));
		scan->n_images = scan->images ? n : 0;
		codec->failed = codec->no_memory = !scan->images;
	}
	for (size_t i = 0; i < scan->n_images && !codec->failed; i++) {
		struct ddl_image *image = &scan->images[i];

		ddl_codec_path(codec, &image->name);
		ddl_codec_number(codec, &image->offset, INT64_MAX);
		ddl_codec_number(codec, &image->size, INT64_MAX);
		ddl_codec_flag(codec, &image->in_place);
	}
}

static void codec_found(struct ddl_codec *codec, struct found *found)
{
	uint64_t n = found->scan.n_repos;

	ddl_codec_texts(codec, &found->listed, &found->n_listed, DDL_MAX_LIST_LINES, DDL_MAX_PATH - 1);
	ddl_codec_texts(codec, &found->files, &found->n_files, DDL_MAX_LIST_LINES, DDL_MAX_PATH - 1);
	ddl_codec_texts(codec, &found->scan.notes, &found->scan.n_notes, 4U * DDL_MAX_LIST_LINES, DDL_MAX_TEXT);
	codec_images(codec, &found->scan);
	ddl_codec_products(codec, &found->scan.products, &found->scan.n_products);
	ddl_codec_number(codec, &n, DDL_MAX_REPOSITORIES);
	if (codec->reading && !codec->failed) {
		found->scan.repos = ddl_arena_alloc(codec->arena, n, sizeof(*found->scan.repos));
		found->scan.n_repos = found->scan.repos ? n : 0;
		codec->failed = codec->no_memory = !found->scan.repos;
	}
	for (size_t i = 0; i < found->scan.n_repos && !codec->failed; i++) {
		if (codec->reading)
			found->scan.repos[i] = ddl_arena_alloc(codec->arena, 1, sizeof(**found->scan.repos));
		if (found->scan.repos[i])
			ddl_codec_repo(codec, found->scan.repos[i]);
		else
			codec->failed = codec->no_memory = true;
		codec->failed = codec->failed || too_many_packages(&found->scan);
	}
}

static int tell(struct ddl_sink *sink, struct found *found, struct ddl_error *error)
{
	struct ddl_codec codec = ddl_codec_writer();
	int result = 0;

	codec_found(&codec, found);
	if (codec.failed)
		result = ddl_fail(error, DDL_E_MEMORY, 0, "metadata");
	for (size_t at = 0; at < codec.used && result == 0; at += DDL_MAX_MESSAGE) {
		size_t rest = codec.used - at;

		result = ddl_sink_send(sink, TELL_PART, codec.bytes + at,
				       rest < DDL_MAX_MESSAGE ? rest : DDL_MAX_MESSAGE, error);
	}
	free(codec.bytes);
	return result;
}

/* The header of an RPM package, as far as it tells whether there are drivers in it. */
static int read_rpm(struct scanning *scanning, struct ddl_reader *reader, const uint8_t *first, size_t n,
		    struct ddl_rpm *rpm, struct ddl_error *error)
{
	struct ddl_rpm_parser *parser = ddl_rpm_parser_new();
	uint8_t bytes[4096];
	ssize_t got = (ssize_t)n;
	int whole = 0, result = -1;

	if (!parser)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
	whole = ddl_rpm_parser_feed(parser, first, n, error);
	while (whole == 0 && got > 0) {
		got = reader->read(reader, bytes, sizeof(bytes), error);
		if (got > 0)
			whole = ddl_rpm_parser_feed(parser, bytes, (size_t)got, error);
	}
	if (whole >= 0 && got >= 0)
		result = ddl_rpm_parser_finish(parser, scanning->arena, rpm, error);
	ddl_rpm_parser_free(parser);
	return result == 0 ? 0 : ddl_fail_in(error, "%s", reader->name);
}

/* A package or module that lies there by itself is a repository of its own. */
static int collect_bare(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	static const uint8_t lead[] = { 0xed, 0xab, 0xee, 0xdb };
	struct scanning *scanning = arg;
	struct ddl_scan *scan = &scanning->found->scan;
	struct ddl_repo *repo = ddl_arena_alloc(scanning->arena, 1, sizeof(*repo)), **slot;
	struct ddl_rpm rpm;
	uint8_t first[512];
	ssize_t n = reader->read(reader, first, sizeof(first), error);
	bool is_rpm = n >= (ssize_t)sizeof(lead) && memcmp(first, lead, sizeof(lead)) == 0;

	if (n < 0)
		return -1;
	if (is_rpm && read_rpm(scanning, reader, first, (size_t)n, &rpm, error) < 0)
		return -1;
	if (!is_rpm && (n < 4 || memcmp(first, "\x7f" "ELF", 4) != 0) && !ddl_medium_is_packed_module(reader->name))
		return ddl_fail(error, DDL_E_NOT_A_DISK, 0, _("%s is named like a driver, but is none"), reader->name);
	if (is_rpm && !rpm.has_modules)
		return ddl_fail(error, DDL_E_NOT_A_DISK, 0, _("%s is an RPM package without a driver in it"), reader->name);
	if (repo && ddl_repo_bare(scanning->arena, reader->name, reader->size, is_rpm ? &rpm : NULL, repo, error) < 0)
		return -1;
	slot = repo ? ddl_arena_push(scanning->arena, &scan->repos, &scan->n_repos, sizeof(*slot)) : NULL;
	if (!slot)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
	*slot = repo;
	return 0;
}

/* One that is no driver, or damaged, hides nothing of the others. */
static int visit_loose(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	struct scanning *scanning = arg;
	struct ddl_error trouble = DDL_ERROR_INIT;
	bool others = scanning->n_loose > 1 || scanning->found->scan.n_images;

	if (collect_bare(scanning, reader, &trouble) == 0 || (trouble.code == DDL_E_NOT_A_DISK && others))
		return 0;
	if (others && (trouble.code == DDL_E_RPM || trouble.code == DDL_E_PATH || trouble.code == DDL_E_TOO_LARGE))
		return add_note(scanning, ddl_arena_printf(scanning->arena, "%s (%s)", ddl_code_sentence(trouble.code), trouble.text),
				error);
	if (error)
		*error = trouble;
	return -1;
}

/* Drivers without metadata in an ISO image or a zip file: where there is metadata, they are what it lists. */
static int read_loose(struct scanning *scanning, struct ddl_error *error)
{
	if (scanning->n_blobs || !scanning->n_loose)
		return 0;
	if (scanning->n_loose > DDL_MAX_ISO_FILES) {
		scanning->n_loose--;
		if (add_note(scanning, _("There are too many files and folders here; not all were looked into."), error) < 0)
			return -1;
	}
	return ddl_medium_visit(scanning->medium, scanning->loose, scanning->n_loose, visit_loose, scanning, error);
}

static int run_bare(struct scanning *scanning, struct ddl_sink *sink, struct ddl_error *error)
{
	if (ddl_medium_visit(scanning->medium, scanning->wanted, scanning->n_wanted, collect_bare, scanning, error) < 0)
		return -1;
	return tell(sink, scanning->found, error);
}

/* All repositories of what was read. */
static int parse(struct scanning *scanning, struct found *found, struct ddl_error *error)
{
	struct ddl_scan *scan = &found->scan;

	if (ddl_repos_parse(scanning->arena, scanning->blobs, scanning->n_blobs, &scan->repos, &scan->n_repos, &scan->notes,
			    &scan->n_notes, error) < 0)
		return -1;
	for (size_t i = 0; i < scan->n_repos; i++)
		if (keep_metadata(scanning, scan->repos[i], error) < 0)
			return -1;
	if (too_many_packages(scan))
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("more than %u packages"), DDL_MAX_PACKAGES);
	if (ddl_products_find(scanning->arena, scan->repos, scan->n_repos, scanning->treeinfo.bytes,
			      scanning->treeinfo.length, &scan->products, &scan->n_products) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", ddl_treeinfo_name);
	return 0;
}

static int run_scan(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct scanning *scanning = arg;
	struct found found = { .n_listed = 0 };
	int read;

	scanning->found = &found;
	if (scanning->medium->kind == DDL_MEDIUM_BARE)
		return run_bare(scanning, sink, error);
	read = scanning->medium->kind == DDL_MEDIUM_ARCHIVE
		? ddl_medium_walk(scanning->medium, collect, scanning, error)
		: ddl_medium_visit(scanning->medium, scanning->wanted, scanning->n_wanted, collect, scanning, error);
	if (read == 0)
		read = read_list(scanning, &found, error);
	if (read == 0)
		read = read_files(scanning, &found, error);
	if (read == 0)
		read = parse(scanning, &found, error);
	if (read == 0)
		read = read_loose(scanning, error);
	return read < 0 ? -1 : tell(sink, &found, error);
}

/* ------------------------------------------------------------ in the parent */

static int receive(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct scanning *scanning = arg;
	uint8_t *larger;

	if (type != TELL_PART || n > DDL_MAX_RESULT - scanning->n_parts)
		return ddl_fail(error, DDL_E_DAMAGED, 0, "the reader told something that makes no sense");
	larger = realloc(scanning->parts, scanning->n_parts + n + !n);
	if (!larger)
		return ddl_fail(error, DDL_E_MEMORY, 0, "metadata");
	memcpy(larger + scanning->n_parts, bytes, n);
	scanning->parts = larger;
	scanning->n_parts += n;
	return 0;
}

static int run_job(struct ddl_arena *arena, struct scanning *scanning, const struct ddl_confine *confine,
		   struct found *found, struct ddl_error *error)
{
	int *keep = ddl_arena_alloc(arena, scanning->n_wanted + 1, sizeof(*keep));
	struct ddl_job job = { .run = run_scan, .receive = receive, .arg = scanning, .keep = keep };
	struct ddl_codec codec;

	if (!keep)
		return ddl_fail(error, DDL_E_MEMORY, 0, "metadata");
	if (scanning->medium->kind == DDL_MEDIUM_ARCHIVE)
		keep[job.n_keep++] = scanning->medium->fd;
	for (size_t i = 0; i < scanning->n_wanted; i++)
		if (scanning->wanted[i].fd >= 0)
			keep[job.n_keep++] = scanning->wanted[i].fd;
	if (ddl_jobs_run(&job, 1, confine, error) < 0)
		return -1;
	codec = ddl_codec_reader(scanning->parts, scanning->n_parts, arena);
	codec_found(&codec, found);
	if (codec.no_memory)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", "");
	if (codec.failed || codec.used != codec.room)
		return ddl_fail(error, DDL_E_DAMAGED, 0, "the reader told something that makes no sense");
	return 0;
}

static int want_file(struct ddl_arena *arena, struct scanning *scanning, const char *directory, const char *name)
{
	struct ddl_wanted *wanted = ddl_arena_push(arena, &scanning->wanted, &scanning->n_wanted, sizeof(*wanted));

	if (!wanted)
		return -1;
	wanted->fd = -1;
	wanted->name = *directory ? ddl_arena_printf(arena, "%s/%s", directory, name) : ddl_arena_dup(arena, name);
	return wanted->name ? 0 : -1;
}

static int want(struct ddl_arena *arena, struct scanning *scanning, const char *directory)
{
	for (size_t i = 0; ddl_repo_files[i]; i++)
		if (want_file(arena, scanning, directory, ddl_repo_files[i]) < 0)
			return -1;
	return 0;
}

static bool is_usual(const char *directory)
{
	for (size_t i = 0; ddl_repo_directories[i]; i++)
		if (strcmp(ddl_repo_directories[i], directory) == 0)
			return true;
	return false;
}

static int want_like(struct ddl_arena *arena, struct scanning *scanning, const char *directory,
		     const char *const *listed, size_t n_listed);

/* Could the folder be one of those that are looked in? Under its right name it is wanted already. */
static bool is_folder_meant(const char *name, const char *const *listed, size_t n_listed)
{
	bool meant = false;

	for (size_t i = 0; ddl_repo_directories[i]; i++) {
		if (strcmp(ddl_repo_directories[i], name) == 0)
			return false;
		meant = meant || ddl_plain_name(ddl_repo_directories[i], name);
	}
	for (size_t i = 0; i < n_listed; i++) {
		if (strcmp(listed[i], name) == 0)
			return false;
		meant = meant || ddl_plain_name(listed[i], name);
	}
	return meant;
}

static int want_entry(struct ddl_arena *arena, struct scanning *scanning, const char *directory, int at,
		      const char *name, const char *const *listed, size_t n_listed)
{
	const char *ought = ddl_repo_metadata_name(name, NULL, 0);
	char clean[DDL_MAX_PATH];
	struct stat st;

	if (!ddl_path_clean(clean, sizeof(clean), name) || strcmp(clean, name) != 0)
		return 0;
	/* where upper and lower case are the same, it was found under its right name */
	if (ought)
		return fstatat(at, ought, &st, AT_SYMLINK_NOFOLLOW) == 0 && strlen(ought) == strlen(name) ? 0
			: want_file(arena, scanning, directory, name);
	if (*directory || !is_folder_meant(name, listed, n_listed))
		return 0;
	if (want(arena, scanning, name) < 0)
		return -1;
	return want_like(arena, scanning, name, NULL, 0);
}

/* What a plain ISO 9660 image has made of the names, in a directory and in the folders that are meant. */
static int want_like(struct ddl_arena *arena, struct scanning *scanning, const char *directory,
		     const char *const *listed, size_t n_listed)
{
	int fd = ddl_path_open_dir(scanning->medium->fd, directory, NULL), result = 0;
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	if (!dir && fd >= 0)
		close(fd);
	if (!dir) /* what cannot be opened is said by who opens the files in it */
		return 0;
	for (unsigned i = 0; result == 0 && i < DDL_MAX_FOLDER_ENTRIES && (entry = readdir(dir)); i++)
		result = want_entry(arena, scanning, directory, dirfd(dir), entry->d_name, listed, n_listed);
	closedir(dir);
	return result;
}

/* A child tells of it: only below the medium's root, whatever it says. */
static int is_below(const char *name, struct ddl_error *error)
{
	char clean[DDL_MAX_PATH];

	return ddl_path_clean_relative(clean, sizeof(clean), name) ? 0 : ddl_fail(error, DDL_E_DAMAGED, 0, "%s", name);
}

/* A file that repomd.xml names; where it is not there under that name, those that may be it. */
static int want_listed(struct ddl_arena *arena, struct scanning *scanning, const char *file)
{
	size_t n = (size_t)(ddl_path_base(file) - file);
	const char *directory = ddl_arena_dupn(arena, file, n ? n - 1 : 0);
	int fd, result = directory ? want_file(arena, scanning, "", file) : -1;
	const struct dirent *entry;
	struct stat st;
	DIR *dir;

	fd = result == 0 ? ddl_path_open_dir(scanning->medium->fd, directory, NULL) : -1;
	if (fd < 0)
		return result;
	if (fstatat(fd, file + n, &st, AT_SYMLINK_NOFOLLOW) == 0 || !(dir = fdopendir(fd))) {
		close(fd);
		return 0;
	}
	for (unsigned i = 0; result == 0 && i < DDL_MAX_FOLDER_ENTRIES && (entry = readdir(dir)); i++) {
		const char *name = *directory ? ddl_arena_printf(arena, "%s/%s", directory, entry->d_name) : entry->d_name;
		bool known = !name || ddl_repo_is_metadata(name) || !ddl_update_may_be(file, name) || is_below(name, NULL) < 0;

		for (size_t j = 0; j < scanning->n_wanted && !known; j++)
			known = strcmp(scanning->wanted[j].name, name) == 0;
		if (!known)
			result = want_file(arena, scanning, "", name);
	}
	closedir(dir);
	return result;
}

/* The files to open on a directory medium: in the usual directories, and what `told` names. */
static int want_all(struct ddl_arena *arena, struct scanning *scanning, const struct found *told, struct ddl_error *error)
{
	int result = want_file(arena, scanning, "", ddl_treeinfo_name);

	for (size_t i = 0; ddl_repo_directories[i] && result == 0; i++)
		result = want(arena, scanning, ddl_repo_directories[i]);
	for (size_t i = 0; i < told->n_listed && result == 0; i++) {
		if (is_below(told->listed[i], error) < 0)
			return -1;
		if (!is_usual(told->listed[i])) /* else it is wanted already, and read once */
			result = want(arena, scanning, told->listed[i]);
	}
	for (size_t i = 0; ddl_repo_directories[i] && result == 0; i++)
		result = want_like(arena, scanning, ddl_repo_directories[i], told->listed, *ddl_repo_directories[i] ? 0 : told->n_listed);
	for (size_t i = 0; i < told->n_files && result == 0; i++) {
		if (is_below(told->files[i], error) < 0)
			return -1;
		result = want_listed(arena, scanning, told->files[i]);
	}
	return result < 0 ? ddl_fail(error, DDL_E_MEMORY, 0, "metadata") : 0;
}

static int rehearse(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct scanning *scanning = arg;

	(void)sink;
	if (want_all(scanning->arena, scanning, scanning->told, error) == 0)
		(void)ddl_medium_prepare(scanning->medium, scanning->wanted, scanning->n_wanted, error);
	return 0;
}

static int want_bare(struct ddl_arena *arena, struct scanning *scanning, struct ddl_error *error)
{
	struct ddl_wanted *wanted = ddl_arena_push(arena, &scanning->wanted, &scanning->n_wanted, sizeof(*wanted));

	if (!wanted)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", scanning->medium->name);
	*wanted = (struct ddl_wanted){ scanning->medium->name, -1, false };
	return ddl_medium_prepare(scanning->medium, scanning->wanted, scanning->n_wanted, error);
}

static int scan_once(struct ddl_arena *arena, struct ddl_medium *medium, const struct ddl_confine *confine,
		     const struct found *told, struct found *found, struct ddl_error *error)
{
	struct scanning scanning = { .medium = medium, .arena = arena, .n_known = told->n_files, .told = told };
	int result = -1;

	if (medium->kind == DDL_MEDIUM_DIRECTORY &&
	    (ddl_medium_rehearse(medium, rehearse, &scanning, error) < 0 || want_all(arena, &scanning, told, error) < 0 ||
	     ddl_medium_prepare(medium, scanning.wanted, scanning.n_wanted, error) < 0))
		goto out;
	if (medium->kind == DDL_MEDIUM_BARE && want_bare(arena, &scanning, error) < 0)
		goto out;
	result = run_job(arena, &scanning, confine, found, error);
out:
	ddl_medium_unprepare(scanning.wanted, scanning.n_wanted);
	free(scanning.parts);
	return result;
}

int ddl_scan_medium(struct ddl_arena *arena, struct ddl_medium *medium,
		    const struct ddl_confine *confine, struct ddl_scan *scan, struct ddl_error *error)
{
	struct found told = { .n_listed = 0 }, found = { .n_listed = 0 };

	*scan = (struct ddl_scan){ .n_repos = 0 };
	if (scan_once(arena, medium, confine, &told, &found, error) < 0)
		return -1;
	/*
	 * A child cannot open what the list or repomd.xml names: it is read once more with that. A
	 * directory of the list may hold an update, whose files are known only then.
	 */
	for (int i = 0; i < 2 && medium->kind == DDL_MEDIUM_DIRECTORY &&
	     (found.n_listed > told.n_listed || found.n_files > told.n_files); i++) {
		told = found;
		found = (struct found){ .n_listed = 0 };
		if (scan_once(arena, medium, confine, &told, &found, error) < 0)
			return -1;
	}
	*scan = found.scan;
	return 0;
}
