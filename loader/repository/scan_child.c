// SPDX-License-Identifier: GPL-2.0-or-later
/* What a child reads of a medium: metadata, lists, the names of the rest; and what it tells of them. */
#include "repository/scan_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "medium/suse.h"
#include "medium/unpacked.h"
#include "module/arch.h"
#include "module/module_name.h"
#include "repository/product.h"
#include "repository/redhat.h"
#include "repository/seen.h"
#include "repository/xenserver_update.h"

/* More metadata files than this are on no driver disk. */
#define MAX_BLOBS (4U * DDL_MAX_REPOSITORIES)

static int read_blob(struct ddl_scanning *scanning, struct ddl_reader *reader, struct ddl_blob *blob, struct ddl_error *error)
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

int ddl_scan_note(struct ddl_scanning *scanning, const char *text, struct ddl_error *error)
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

int ddl_scan_seen(struct ddl_scanning *scanning, const char *text, struct ddl_error *error)
{
	struct ddl_scan *scan = &scanning->found->scan;

	return ddl_seen_add(scanning->arena, &scan->seen, &scan->n_seen, text) < 0 ?
		       ddl_fail(error, DDL_E_MEMORY, 0, "%s", scanning->medium->name) :
		       0;
}

/* As deep as on a stick; one more than there may be is kept, to tell. */
static int collect_loose(struct ddl_scanning *scanning, const char *name, struct ddl_error *error)
{
	const char *at = name, *slash;
	struct ddl_wanted *slot;
	unsigned depth = 0;

	while (depth < DDL_MAX_FOLDER_DEPTH && (slash = strchr(at, '/'))) {
		at = slash + 1;
		depth++;
	}
	if (strchr(at, '/')) {
		if (!scanning->deep)
			scanning->deep = ddl_arena_dupn(scanning->arena, name, (size_t)(at - name));
		return 0;
	}
	if (scanning->n_loose > DDL_MAX_ISO_FILES)
		return 0;
	slot = ddl_arena_push(scanning->arena, &scanning->loose, &scanning->n_loose, sizeof(*slot));
	if (!slot || !(slot->name = ddl_arena_dup(scanning->arena, name)))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", name);
	slot->fd = -1;
	return 0;
}

static int collect_image(struct ddl_scanning *scanning, const struct ddl_reader *reader, struct ddl_error *error)
{
	struct ddl_scan *scan = &scanning->found->scan;
	struct ddl_image *slot;

	for (size_t i = 0; i < scan->n_images; i++)
		if (strcmp(scan->images[i].name, reader->name) == 0)
			return 0; /* of two files of one name it is the first, here as everywhere */
	slot = ddl_arena_push(scanning->arena, &scan->images, &scan->n_images, sizeof(*slot));
	if (!slot || !(slot->name = ddl_arena_dup(scanning->arena, reader->name)))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
	slot->offset = reader->offset;
	slot->size = reader->size;
	slot->in_place = reader->in_place;
	return 0;
}

/* What is called an image need not be one that can be read. 1, 0, -1. */
static int is_image(struct ddl_scanning *scanning, struct ddl_reader *reader, struct ddl_error *error)
{
	struct ddl_error trouble = DDL_ERROR_INIT;
	const char *what = "";
	int result;

	if (!ddl_files_is_image(reader->name, reader->size))
		return 0;
	if (reader->in_place || ddl_text_ends_in(reader->name, ".iso"))
		return 1;
	result = ddl_files_is_iso(reader, &what, &trouble);
	if (result < 0 && trouble.code == DDL_E_ARCHIVE) /* whatever it is: it hides nothing of the others */
		return 0;
	if (result < 0 && error)
		*error = trouble;
	if (result == 0 && *what)
		return ddl_scan_seen(scanning, ddl_arena_printf(scanning->arena, _("%s is %s"), reader->name, what), error);
	return result;
}

/* An archive in an archive: an ISO file is a medium, but not at any depth. */
static int collect_archive(struct ddl_scanning *scanning, struct ddl_reader *reader, struct ddl_error *error)
{
	struct ddl_scan *scan = &scanning->found->scan;
	bool packed = ddl_unpacked_by_name(reader->name) || ddl_text_ends_in(reader->name, ".dud"); /* what it is shows then */
	int image;

	if (!packed && ddl_seen_what(reader->name))
		return ddl_seen_name(scanning->arena, &scan->seen, &scan->n_seen, reader->name) < 0 ?
			       ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name) :
			       0;
	if (ddl_module_name_is_loose(reader->name))
		return collect_loose(scanning, reader->name, error);
	image = packed ? 1 : is_image(scanning, reader, error);
	if (image < 0 || (!image && !ddl_text_ends_in(reader->name, ".zip")))
		return image;
	if (image && scanning->medium->depth < DDL_MAX_ARCHIVE_DEPTH && scan->n_images < DDL_MAX_ISO_FILES)
		return collect_image(scanning, reader, error);
	return ddl_scan_note(scanning,
			     ddl_arena_printf(scanning->arena,
					      _("%s is packed into %s and was not looked into: unpack that first."), reader->name,
					      scanning->medium->name),
			     error);
}

/* The header of an RPM package, as far as it tells whether there are drivers in it. */
int ddl_scan_rpm(struct ddl_scanning *scanning, struct ddl_reader *reader, const uint8_t *first, size_t n, struct ddl_rpm *rpm,
		 struct ddl_error *error)
{
	struct ddl_rpm_parser *parser = ddl_rpm_parser_new();
	uint8_t bytes[4096];
	ssize_t got = 1;
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

/* A folder of packages for another processor; each once. */
int ddl_scan_add_folder(struct ddl_scanning *scanning, const char *name, size_t length, struct ddl_error *error)
{
	const char **slot;

	for (size_t i = 0; i < scanning->n_folders; i++)
		if (strncmp(scanning->folders[i], name, length) == 0 && strlen(scanning->folders[i]) == length)
			return 0;
	if (scanning->n_folders >= DDL_MAX_SEEN)
		return 0;
	slot = ddl_arena_push(scanning->arena, &scanning->folders, &scanning->n_folders, sizeof(*slot));
	if (!slot || !(*slot = ddl_arena_dupn(scanning->arena, name, length)))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", name);
	return 0;
}

bool ddl_scan_is_for(const struct ddl_scanning *scanning, const char *arch, size_t length)
{
	char name[DDL_MAX_NAME + 1];

	if (length >= sizeof(name))
		return false;
	memcpy(name, arch, length);
	name[length] = '\0';
	return ddl_arch_fits(name, scanning->machine ? scanning->machine->arch : "");
}

/* The header of a package on a disk of Red Hat's. What cannot be read of it shows when the package is read whole. */
static int collect_package(struct ddl_scanning *scanning, struct ddl_reader *reader, struct ddl_error *error)
{
	struct ddl_rpm_file *file;
	struct ddl_error trouble = DDL_ERROR_INIT;

	if (scanning->n_rpms >= DDL_MAX_REDHAT_PACKAGES)
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("more than %u packages"), DDL_MAX_REDHAT_PACKAGES);
	file = ddl_arena_push(scanning->arena, &scanning->rpms, &scanning->n_rpms, sizeof(*file));
	if (!file || !(file->name = ddl_arena_dup(scanning->arena, reader->name)))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
	file->size = reader->size;
	file->whole = ddl_scan_rpm(scanning, reader, NULL, 0, &file->rpm, &trouble) == 0;
	return trouble.code == DDL_E_MEMORY || trouble.code == DDL_E_GONE ?
		       ddl_fail(error, trouble.code, trouble.os_errno, "%s", reader->name) :
		       0;
}

/* A file that is parsed as it is; `usual`: the name that its metadata have. */
static int collect_blob(struct ddl_scanning *scanning, struct ddl_reader *reader, const char *usual, struct ddl_error *error)
{
	struct ddl_blob *blob;

	if (scanning->n_blobs >= MAX_BLOBS)
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("more than %u metadata files"), MAX_BLOBS);
	blob = ddl_arena_push(scanning->arena, &scanning->blobs, &scanning->n_blobs, sizeof(*blob));
	/* from here on it bears the name that it ought to have */
	if (blob)
		blob->name = usual ? ddl_arena_printf(scanning->arena, "%.*s%s",
						      (int)(ddl_path_base(reader->name) - reader->name), reader->name, usual) :
				     ddl_arena_dup(scanning->arena, reader->name);
	if (!blob || !blob->name)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
	blob->too_large = reader->size > (usual ? DDL_MAX_METADATA : DDL_MAX_PRIMARY);
	return blob->too_large ? 0 : read_blob(scanning, reader, blob, error);
}

/* A file of a SUSE driver update. On a directory the parent has listed them all. */
static int collect_update(struct ddl_scanning *scanning, struct ddl_reader *reader, struct ddl_error *error)
{
	enum ddl_suse_part part = ddl_suse_part(reader->name);
	struct ddl_listed *file;

	if (!reader->wanted) {
		if (scanning->n_files >= DDL_MAX_SUSE_FILES)
			return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("more than %u files in linux/suse"), DDL_MAX_SUSE_FILES);
		file = ddl_arena_push(scanning->arena, &scanning->files, &scanning->n_files, sizeof(*file));
		if (!file || !(file->name = ddl_arena_dup(scanning->arena, reader->name)))
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
		file->size = reader->size;
	}
	if (part == DDL_SUSE_RPM)
		return collect_package(scanning, reader, error);
	return part == DDL_SUSE_CONFIG || part == DDL_SUSE_ORDER ? collect_blob(scanning, reader, NULL, error) : 0;
}

static int collect(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	struct ddl_scanning *scanning = arg;
	const char *arch;
	size_t length;
	const char *usual = ddl_repo_metadata_name(reader->name);

	if (ddl_suse_part(reader->name) != DDL_SUSE_NONE)
		return collect_update(scanning, reader, error);

	if (strcmp(reader->name, ddl_treeinfo_name) == 0)
		return reader->size > DDL_MAX_TREEINFO ? 0 : read_blob(scanning, reader, &scanning->treeinfo, error);
	if (!usual && ddl_repo_is_cut_metadata(reader->name))
		scanning->cut = ddl_arena_dup(scanning->arena, reader->name);
	if (ddl_redhat_is_package(reader->name, &arch, &length)) {
		int result = ddl_scan_is_for(scanning, arch, length) ?
				     collect_package(scanning, reader, error) :
				     ddl_scan_add_folder(scanning, reader->name, (size_t)(arch - reader->name) + length, error);

		if (result < 0 || reader->wanted)
			return result;
	}
	return usual || reader->wanted ? collect_blob(scanning, reader, usual, error) : collect_archive(scanning, reader, error);
}

/* XS-REPOSITORY-LIST of the root, where there is one. ddl_repos_parse gives the notes on it. */
static int read_list(struct ddl_scanning *scanning, struct ddl_scan_found *found, struct ddl_error *error)
{
	for (size_t i = 0; i < scanning->n_blobs; i++) {
		const struct ddl_blob *blob = &scanning->blobs[i];

		if (strcmp(blob->name, ddl_repo_list_name) == 0 && !blob->too_large)
			return ddl_repo_list(scanning->arena, blob->bytes, blob->length, &found->listed, &found->n_listed, NULL,
					     NULL, error);
	}
	return 0;
}

/* Is this what has become of a file that repomd.xml names and that is not there? */
static bool is_cut_of(const char *wanted, const char *name)
{
	size_t n = (size_t)(ddl_path_base(wanted) - wanted);

	return strncasecmp(wanted, name, n) == 0 && ddl_path_base(name) == name + n && ddl_repo_is_cut(wanted + n, name + n);
}

static int look_for_cut(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	struct ddl_scanning *scanning = arg;

	(void)error;
	for (size_t i = 0; i < scanning->n_wanted && !scanning->cut; i++)
		if (!scanning->wanted[i].found && is_cut_of(scanning->wanted[i].name, reader->name))
			scanning->cut = ddl_arena_dup(scanning->arena, reader->name);
	return scanning->cut != NULL;
}

/*
 * What repomd.xml lists can be read only when that was: of an archive at once, but in a directory
 * the files are opened by the parent first. 1: tell it of them.
 */
static int read_files(struct ddl_scanning *scanning, struct ddl_scan_found *found, struct ddl_error *error)
{
	struct ddl_wanted *wanted;

	if (ddl_update_files(scanning->arena, scanning->blobs, scanning->n_blobs, &found->files, &found->n_files, error) < 0 ||
	    ddl_redhat_files(scanning->arena, scanning->blobs, scanning->n_blobs, &found->files, &found->n_files, error) < 0)
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
	if (ddl_files_visit(scanning->medium, wanted, found->n_files, collect, scanning, error) < 0)
		return -1;
	for (size_t i = 0; i < found->n_files; i++)
		if (!wanted[i].found) {
			scanning->wanted = wanted;
			scanning->n_wanted = found->n_files;
			return ddl_files_walk(scanning->medium, look_for_cut, scanning, error);
		}
	return 0;
}

/* The metadata's own bytes go with each repository, for the hand-off. */
static int keep_metadata(struct ddl_scanning *scanning, struct ddl_repo *repo, struct ddl_error *error)
{
	for (size_t i = 0; i < scanning->n_blobs; i++) {
		const struct ddl_blob *blob = &scanning->blobs[i];
		const char *base = ddl_path_base(blob->name);
		size_t n = (size_t)(base - blob->name);
		struct ddl_metadata *metadata;
		bool again = false; /* two names that stand for the same: the first was read */

		if ((repo->family != DDL_FAMILY_XENSERVER_TEXT && repo->family != DDL_FAMILY_XENSERVER_XML) || blob->too_large ||
		    strcmp(base, ddl_repo_list_name) == 0 || n != strlen(repo->directory) + (n > 0) ||
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
bool ddl_scan_too_many(const struct ddl_scan *scan)
{
	size_t n = 0;

	for (size_t i = 0; i < scan->n_repos && scan->repos[i]; i++)
		n += scan->repos[i]->n_packages;
	return n > DDL_MAX_PACKAGES;
}

static void codec_images(struct ddl_marshal *marshal, struct ddl_scan *scan)
{
	uint64_t n = scan->n_images;

	ddl_marshal_number(marshal, &n, DDL_MAX_ISO_FILES);
	if (marshal->reading && !marshal->failed) {
		scan->images = ddl_arena_alloc(marshal->arena, n, sizeof(*scan->images));
		scan->n_images = scan->images ? n : 0;
		marshal->failed = marshal->no_memory = !scan->images;
	}
	for (size_t i = 0; i < scan->n_images && !marshal->failed; i++) {
		struct ddl_image *image = &scan->images[i];

		ddl_marshal_file(marshal, &image->name);
		ddl_marshal_number(marshal, &image->offset, INT64_MAX);
		ddl_marshal_number(marshal, &image->size, INT64_MAX);
		ddl_marshal_flag(marshal, &image->in_place);
	}
}

void ddl_scan_codec(struct ddl_marshal *marshal, struct ddl_scan_found *found)
{
	uint64_t n = found->scan.n_repos;

	ddl_marshal_texts(marshal, &found->listed, &found->n_listed, DDL_MAX_LIST_LINES, DDL_MAX_PATH - 1);
	ddl_marshal_texts(marshal, &found->files, &found->n_files, DDL_MAX_LIST_LINES, DDL_MAX_PATH - 1);
	ddl_marshal_texts(marshal, &found->scan.notes, &found->scan.n_notes, 4U * DDL_MAX_LIST_LINES, DDL_MAX_TEXT);
	ddl_marshal_texts(marshal, &found->scan.seen, &found->scan.n_seen, DDL_MAX_SEEN, DDL_MAX_TEXT);
	codec_images(marshal, &found->scan);
	ddl_marshal_products(marshal, &found->scan.products, &found->scan.n_products);
	ddl_marshal_number(marshal, &n, DDL_MAX_REPOSITORIES);
	if (marshal->reading && !marshal->failed) {
		found->scan.repos = ddl_arena_alloc(marshal->arena, n, sizeof(*found->scan.repos));
		found->scan.n_repos = found->scan.repos ? n : 0;
		marshal->failed = marshal->no_memory = !found->scan.repos;
	}
	for (size_t i = 0; i < found->scan.n_repos && !marshal->failed; i++) {
		if (marshal->reading)
			found->scan.repos[i] = ddl_arena_alloc(marshal->arena, 1, sizeof(**found->scan.repos));
		if (found->scan.repos[i])
			ddl_marshal_repo(marshal, found->scan.repos[i]);
		else
			marshal->failed = marshal->no_memory = true;
		marshal->failed = marshal->failed || ddl_scan_too_many(&found->scan);
	}
}

static int tell(struct ddl_sink *sink, struct ddl_scan_found *found, struct ddl_error *error)
{
	struct ddl_marshal marshal = ddl_marshal_writer();
	int result = 0;

	ddl_scan_codec(&marshal, found);
	if (marshal.failed)
		result = ddl_fail(error, DDL_E_MEMORY, 0, "metadata");
	else
		result = ddl_parts_send(sink, DDL_SCAN_TELLS_PART, marshal.bytes, marshal.used, error);
	free(marshal.bytes);
	return result;
}

static int run_bare(struct ddl_scanning *scanning, struct ddl_sink *sink, struct ddl_error *error)
{
	if (ddl_files_visit(scanning->medium, scanning->wanted, scanning->n_wanted, ddl_scan_bare, scanning, error) < 0)
		return -1;
	return tell(sink, scanning->found, error);
}

/* All repositories of what was read. */
static int parse(struct ddl_scanning *scanning, struct ddl_scan_found *found, struct ddl_error *error)
{
	struct ddl_scan *scan = &found->scan;

	const struct ddl_contents contents = { .arena = scanning->arena,
					       .blobs = scanning->blobs,
					       .n_blobs = scanning->n_blobs,
					       .rpms = scanning->rpms,
					       .n_rpms = scanning->n_rpms,
					       .files = scanning->files,
					       .n_files = scanning->n_files,
					       .folders = scanning->folders,
					       .n_folders = scanning->n_folders,
					       .machine = scanning->machine,
					       .notes = &scan->notes,
					       .n_notes = &scan->n_notes };

	if (ddl_repos_parse(&contents, &scan->repos, &scan->n_repos, error) < 0)
		return -1;
	for (size_t i = 0; i < scan->n_repos; i++)
		if (keep_metadata(scanning, scan->repos[i], error) < 0)
			return -1;
	if (ddl_scan_too_many(scan))
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("more than %u packages"), DDL_MAX_PACKAGES);
	if (ddl_products_find(scanning->arena, scan->repos, scan->n_repos, scanning->treeinfo.bytes, scanning->treeinfo.length,
			      &scan->products, &scan->n_products) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", ddl_treeinfo_name);
	return 0;
}

/* What is wrong with such a disk is its names, whatever that has led to. */
static int judge_names(const struct ddl_scanning *scanning, int parsed, struct ddl_error *error)
{
	bool none = parsed < 0 ? error->code == DDL_E_LIST : !scanning->found->scan.n_repos;

	return scanning->cut && none ? ddl_fail(error, DDL_E_NAMES, 0, "%s", scanning->cut) : parsed;
}

int ddl_scan_child(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct ddl_scanning *scanning = arg;
	struct ddl_scan_found found = { .n_listed = 0 };
	int read;

	scanning->found = &found;
	if (scanning->medium->kind == DDL_MEDIUM_BARE)
		return run_bare(scanning, sink, error);
	read = scanning->medium->kind == DDL_MEDIUM_ARCHIVE ?
		       ddl_files_walk(scanning->medium, collect, scanning, error) :
		       ddl_files_visit(scanning->medium, scanning->wanted, scanning->n_wanted, collect, scanning, error);
	if (read == 0)
		read = read_list(scanning, &found, error);
	if (read == 0)
		read = read_files(scanning, &found, error);
	if (read == 0)
		read = judge_names(scanning, parse(scanning, &found, error), error);
	if (read == 0)
		read = ddl_scan_loose(scanning, error);
	return read < 0 ? -1 : tell(sink, &found, error);
}
