// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a medium's metadata files in a child, and takes the parsed repositories from it. */
#include "repository/scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "medium/files.h"
#include "medium/listing.h"
#include "medium/suse.h"
#include "model/marshal.h"
#include "module/arch.h"
#include "module/module_name.h"
#include "package/deb.h"
#include "package/rpm.h"
#include "process/parts.h"
#include "repository/confirm.h"
#include "repository/product.h"
#include "repository/redhat.h"
#include "repository/seen.h"
#include "repository/xenserver_update.h"

/* More metadata files than this are on no driver disk. */
#define MAX_BLOBS (4U * DDL_MAX_REPOSITORIES)

enum { TELL_PART = 1 };

struct found;

struct scanning {
	struct ddl_arena *arena; /* the child's own, or the caller's */
	struct ddl_medium *medium;
	struct ddl_wanted *wanted; /* for a directory medium */
	size_t n_wanted;
	size_t n_known; /* files that repomd.xml names and the parent has opened */
	const char *deep; /* a folder below which there are some that nobody looks at; NULL */
	struct ddl_wanted *loose; /* packages and modules in an archive, of use where nothing lists them */
	size_t n_loose;
	struct ddl_blob *blobs;
	size_t n_blobs;
	const struct ddl_machine *machine;
	struct ddl_listed *files; /* of SUSE's driver updates */
	size_t n_files;
	struct ddl_rpm_file *rpms; /* of Red Hat's disks, and of these */
	size_t n_rpms;
	const char **folders; /* … and the folders for other processors */
	size_t n_folders;
	struct ddl_blob treeinfo; /* of an installer's medium; bytes NULL: it is none */
	struct found *found;
	const struct found *told; /* what a child found the time before */
	bool shallow; /* a server is not asked for folders that nothing names, where something is found without */
	const char *cut; /* a name as an image without long names has it; NULL: none was seen */
	struct ddl_parts parts; /* the parent's: what was told so far */
};

/* What a child tells, all of it. */
struct found {
	struct ddl_scan scan;
	const char **listed; /* directories that XS-REPOSITORY-LIST names */
	size_t n_listed;
	const char **files; /* that repomd.xml names and a parser wants */
	size_t n_files;
};

/* ------------------------------------------------------------- in the child */

static int read_blob(struct scanning *scanning, struct ddl_reader *reader, struct ddl_blob *blob, struct ddl_error *error)
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

static int add_seen(struct scanning *scanning, const char *text, struct ddl_error *error)
{
	struct ddl_scan *scan = &scanning->found->scan;

	return ddl_seen_add(scanning->arena, &scan->seen, &scan->n_seen, text) < 0 ?
		       ddl_fail(error, DDL_E_MEMORY, 0, "%s", scanning->medium->name) :
		       0;
}

/* As deep as on a stick; one more than there may be is kept, to tell. */
static int collect_loose(struct scanning *scanning, const char *name, struct ddl_error *error)
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

static int collect_image(struct scanning *scanning, const struct ddl_reader *reader, struct ddl_error *error)
{
	struct ddl_scan *scan = &scanning->found->scan;
	struct ddl_image *slot = ddl_arena_push(scanning->arena, &scan->images, &scan->n_images, sizeof(*slot));

	if (!slot || !(slot->name = ddl_arena_dup(scanning->arena, reader->name)))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
	slot->offset = reader->offset;
	slot->size = reader->size;
	slot->in_place = reader->in_place;
	return 0;
}

/* What is called an image need not be one that can be read. 1, 0, -1. */
static int is_image(struct scanning *scanning, struct ddl_reader *reader, struct ddl_error *error)
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
		return add_seen(scanning, ddl_arena_printf(scanning->arena, _("%s is %s"), reader->name, what), error);
	return result;
}

/* An archive in an archive: an ISO file is a medium, but not at any depth. */
static int collect_archive(struct scanning *scanning, struct ddl_reader *reader, struct ddl_error *error)
{
	struct ddl_scan *scan = &scanning->found->scan;
	int image;

	if (ddl_seen_what(reader->name))
		return ddl_seen_name(scanning->arena, &scan->seen, &scan->n_seen, reader->name) < 0 ?
			       ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name) :
			       0;
	if (ddl_module_name_is_loose(reader->name))
		return collect_loose(scanning, reader->name, error);
	image = is_image(scanning, reader, error);
	if (image < 0 || (!image && !ddl_text_ends_in(reader->name, ".zip") && !ddl_text_ends_in(reader->name, ".dud")))
		return image;
	if (image && scanning->medium->depth < DDL_MAX_ARCHIVE_DEPTH && scan->n_images < DDL_MAX_ISO_FILES)
		return collect_image(scanning, reader, error);
	return add_note(scanning,
			ddl_arena_printf(scanning->arena, _("%s is packed into %s and was not looked into: unpack that first."),
					 reader->name, scanning->medium->name),
			error);
}

/* The header of an RPM package, as far as it tells whether there are drivers in it. */
static int read_rpm(struct scanning *scanning, struct ddl_reader *reader, const uint8_t *first, size_t n, struct ddl_rpm *rpm,
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
static int add_folder(struct scanning *scanning, const char *name, size_t length, struct ddl_error *error)
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

static bool is_for(const struct scanning *scanning, const char *arch, size_t length)
{
	char name[DDL_MAX_NAME + 1];

	if (length >= sizeof(name))
		return false;
	memcpy(name, arch, length);
	name[length] = '\0';
	return ddl_arch_fits(name, scanning->machine ? scanning->machine->arch : "");
}

/* The header of a package on a disk of Red Hat's. What cannot be read of it shows when the package is read whole. */
static int collect_package(struct scanning *scanning, struct ddl_reader *reader, struct ddl_error *error)
{
	struct ddl_rpm_file *file;
	struct ddl_error trouble = DDL_ERROR_INIT;

	if (scanning->n_rpms >= DDL_MAX_REDHAT_PACKAGES)
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("more than %u packages"), DDL_MAX_REDHAT_PACKAGES);
	file = ddl_arena_push(scanning->arena, &scanning->rpms, &scanning->n_rpms, sizeof(*file));
	if (!file || !(file->name = ddl_arena_dup(scanning->arena, reader->name)))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
	file->size = reader->size;
	file->whole = read_rpm(scanning, reader, NULL, 0, &file->rpm, &trouble) == 0;
	return trouble.code == DDL_E_MEMORY || trouble.code == DDL_E_GONE ?
		       ddl_fail(error, trouble.code, trouble.os_errno, "%s", reader->name) :
		       0;
}

/* A file that is parsed as it is; `usual`: the name that its metadata have. */
static int collect_blob(struct scanning *scanning, struct ddl_reader *reader, const char *usual, struct ddl_error *error)
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
static int collect_update(struct scanning *scanning, struct ddl_reader *reader, struct ddl_error *error)
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
	struct scanning *scanning = arg;
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
		int result = is_for(scanning, arch, length) ?
				     collect_package(scanning, reader, error) :
				     add_folder(scanning, reader->name, (size_t)(arch - reader->name) + length, error);

		if (result < 0 || reader->wanted)
			return result;
	}
	return usual || reader->wanted ? collect_blob(scanning, reader, usual, error) : collect_archive(scanning, reader, error);
}

/* XS-REPOSITORY-LIST of the root, where there is one. ddl_repos_parse gives the notes on it. */
static int read_list(struct scanning *scanning, struct found *found, struct ddl_error *error)
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
	struct scanning *scanning = arg;

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
static int read_files(struct scanning *scanning, struct found *found, struct ddl_error *error)
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
static int keep_metadata(struct scanning *scanning, struct ddl_repo *repo, struct ddl_error *error)
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
static bool too_many_packages(const struct ddl_scan *scan)
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

		ddl_marshal_path(marshal, &image->name);
		ddl_marshal_number(marshal, &image->offset, INT64_MAX);
		ddl_marshal_number(marshal, &image->size, INT64_MAX);
		ddl_marshal_flag(marshal, &image->in_place);
	}
}

static void codec_found(struct ddl_marshal *marshal, struct found *found)
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
		marshal->failed = marshal->failed || too_many_packages(&found->scan);
	}
}

static int tell(struct ddl_sink *sink, struct found *found, struct ddl_error *error)
{
	struct ddl_marshal marshal = ddl_marshal_writer();
	int result = 0;

	codec_found(&marshal, found);
	if (marshal.failed)
		result = ddl_fail(error, DDL_E_MEMORY, 0, "metadata");
	else
		result = ddl_parts_send(sink, TELL_PART, marshal.bytes, marshal.used, error);
	free(marshal.bytes);
	return result;
}

/* What a Debian package says of itself, in the words of an RPM's header. */
static int read_control(struct scanning *scanning, struct ddl_reader *reader, const uint8_t *first, size_t n, struct ddl_rpm *rpm,
			struct ddl_error *error)
{
	struct ddl_deb deb = { .control = true };
	struct ddl_deb_control control;
	uint8_t piece[4096], *bytes = ddl_arena_alloc(scanning->arena, DDL_MAX_METADATA, 1);
	size_t used = 0;
	ssize_t got = (ssize_t)n;

	if (!bytes)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
	memcpy(piece, first, n);
	while (got > 0 && !(deb.data && !deb.left)) {
		const void *part;
		ssize_t found = ddl_deb_feed(&deb, piece, (size_t)got, &part);

		if (found < 0 || (size_t)found > DDL_MAX_METADATA - used)
			break;
		memcpy(bytes + used, part, (size_t)found);
		used += (size_t)found;
		got = deb.data && !deb.left ? 0 : reader->read(reader, piece, sizeof(piece), error);
	}
	if (got < 0)
		return -1;
	if (ddl_deb_control(scanning->arena, bytes, used, &control, error) < 0)
		return error && error->code == DDL_E_MEMORY ?
			       -1 :
			       ddl_fail(error, DDL_E_NOT_A_DISK, 0, _("%s is a Debian package that does not say what it is"),
					reader->name);
	*rpm = (struct ddl_rpm){
		.name = control.package, .version = control.version, .release = "", .summary = control.description
	};
	return 0;
}

/* Its modules are thousands, and the installer has its own. */
static bool is_whole_kernel(const struct ddl_rpm *deb)
{
	return ddl_text_starts(deb->name, "linux-image") || ddl_text_starts(deb->name, "linux-modules") ||
	       ddl_text_starts(deb->name, "kernel-image");
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
	bool is_deb = n > 0 && ddl_deb_begins(first, (size_t)n);
	enum ddl_package_type type = is_rpm ? DDL_PKG_RPM : is_deb ? DDL_PKG_DEB : DDL_PKG_DRIVER;

	if (n < 0)
		return -1;
	if (type == DDL_PKG_RPM && read_rpm(scanning, reader, first, (size_t)n, &rpm, error) < 0)
		return -1;
	if (type == DDL_PKG_DEB && read_control(scanning, reader, first, (size_t)n, &rpm, error) < 0)
		return -1;
	if (type == DDL_PKG_DEB && is_whole_kernel(&rpm))
		return ddl_fail(error, DDL_E_NOT_A_DISK, 0, _("%s is a whole kernel, and no driver disk"), reader->name);
	if (type == DDL_PKG_DRIVER &&
	    (n < 4 || memcmp(first,
			     "\x7f"
			     "ELF",
			     4) != 0) &&
	    !ddl_module_name_is_packed(reader->name))
		return ddl_fail(error, DDL_E_NOT_A_DISK, 0, _("%s is named like a driver, but is none"), reader->name);
	if (type == DDL_PKG_RPM && !rpm.of_driver && rpm.of_tar)
		return ddl_fail(error, DDL_E_NOT_A_DISK, 0,
				_("%s is an RPM package whose drivers are in a tar file inside: unpack that first"),
				reader->name);
	if (type == DDL_PKG_RPM && !rpm.of_driver)
		return ddl_fail(error, DDL_E_NOT_A_DISK, 0, _("%s is an RPM package without a driver in it"), reader->name);
	if (repo && ddl_repo_bare(scanning->arena, reader->name, reader->size, type, type == DDL_PKG_DRIVER ? NULL : &rpm, repo,
				  error) < 0)
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

	if (collect_bare(scanning, reader, &trouble) == 0)
		return 0;
	if (trouble.code == DDL_E_NOT_A_DISK)
		return add_seen(scanning, ddl_arena_dup(scanning->arena, trouble.text), error);
	if (others && (trouble.code == DDL_E_RPM || trouble.code == DDL_E_PATH || trouble.code == DDL_E_TOO_LARGE))
		return add_note(scanning,
				ddl_arena_printf(scanning->arena, "%s (%s)", ddl_code_sentence(trouble.code), trouble.text),
				error);
	if (error)
		*error = trouble;
	return -1;
}

/* Is there nothing that says what the packages are for? A list of packages alone, as createrepo makes it, does not. */
static bool is_unlisted(const struct scanning *scanning)
{
	for (size_t i = 0; i < scanning->n_blobs; i++)
		if (ddl_repo_begins(scanning->blobs[i].name))
			return false;
	return !scanning->treeinfo.bytes && !scanning->n_files; /* an installer's own packages are no driver disk */
}

/* Drivers without metadata in an ISO image or a zip file: where there is metadata, they are what it lists. */
static int read_loose(struct scanning *scanning, struct ddl_error *error)
{
	if (!is_unlisted(scanning))
		return 0;
	if (!scanning->n_loose && scanning->deep && !scanning->found->scan.n_images)
		return add_note(scanning,
				ddl_arena_printf(scanning->arena, _("Folders below %s were not looked into."), scanning->deep),
				error);
	if (scanning->n_loose > DDL_MAX_ISO_FILES) {
		scanning->n_loose--;
		if (add_note(scanning, _("There are too many files and folders here; not all were looked into."), error) < 0)
			return -1;
	}
	return ddl_files_visit(scanning->medium, scanning->loose, scanning->n_loose, visit_loose, scanning, error);
}

static int run_bare(struct scanning *scanning, struct ddl_sink *sink, struct ddl_error *error)
{
	if (ddl_files_visit(scanning->medium, scanning->wanted, scanning->n_wanted, collect_bare, scanning, error) < 0)
		return -1;
	return tell(sink, scanning->found, error);
}

/* All repositories of what was read. */
static int parse(struct scanning *scanning, struct found *found, struct ddl_error *error)
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
	if (too_many_packages(scan))
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("more than %u packages"), DDL_MAX_PACKAGES);
	if (ddl_products_find(scanning->arena, scan->repos, scan->n_repos, scanning->treeinfo.bytes, scanning->treeinfo.length,
			      &scan->products, &scan->n_products) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", ddl_treeinfo_name);
	return 0;
}

/* What is wrong with such a disk is its names, whatever that has led to. */
static int judge_names(const struct scanning *scanning, int parsed, struct ddl_error *error)
{
	bool none = parsed < 0 ? error->code == DDL_E_LIST : !scanning->found->scan.n_repos;

	return scanning->cut && none ? ddl_fail(error, DDL_E_NAMES, 0, "%s", scanning->cut) : parsed;
}

static int run_scan(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct scanning *scanning = arg;
	struct found found = { .n_listed = 0 };
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
		read = read_loose(scanning, error);
	return read < 0 ? -1 : tell(sink, &found, error);
}

/* ------------------------------------------------------------ in the parent */

static int receive(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct scanning *scanning = arg;

	return type == TELL_PART ? ddl_parts_add(&scanning->parts, bytes, n, error) :
				   ddl_fail(error, DDL_E_DAMAGED, 0, "the reader told something that makes no sense");
}

static int run_job(struct ddl_arena *arena, struct scanning *scanning, const struct ddl_confine *confine, struct found *found,
		   struct ddl_error *error)
{
	int *keep = ddl_arena_alloc(arena, scanning->n_wanted + 1, sizeof(*keep));
	struct ddl_job job = { .run = run_scan, .receive = receive, .arg = scanning, .keep = keep };
	struct ddl_marshal marshal;

	if (!keep)
		return ddl_fail(error, DDL_E_MEMORY, 0, "metadata");
	job.n_keep = ddl_files_keep(scanning->medium, scanning->wanted, scanning->n_wanted, keep);
	if (ddl_jobs_run(&job, 1, confine, error) < 0)
		return -1;
	marshal = ddl_marshal_reader(scanning->parts.bytes, scanning->parts.length, arena);
	codec_found(&marshal, found);
	if (marshal.no_memory)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", "");
	if (marshal.failed || marshal.used != marshal.room)
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

/* A child tells of it: only below the medium's root, whatever it says. */
static int is_below(const char *name, struct ddl_error *error)
{
	char clean[DDL_MAX_PATH];

	return ddl_path_clean_relative(clean, sizeof(clean), name) ? 0 : ddl_fail(error, DDL_E_DAMAGED, 0, "%s", name);
}

/* Looks for a name of a directory that is cut: that of metadata, or of the file `wanted` that is not there. */
static void look_for_cut_in(struct ddl_arena *arena, struct scanning *scanning, const char *directory, const char *wanted)
{
	int fd = ddl_file_open_dir(scanning->medium->fd, directory, NULL);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	struct stat st;

	if (!dir && fd >= 0)
		close(fd);
	if (!dir) /* what cannot be opened is said by who opens the files in it */
		return;
	if (!wanted || fstatat(fd, wanted, &st, AT_SYMLINK_NOFOLLOW) != 0)
		for (unsigned i = 0; !scanning->cut && i < DDL_MAX_FOLDER_ENTRIES && (entry = readdir(dir)); i++)
			if (wanted ? ddl_repo_is_cut(wanted, entry->d_name) : ddl_repo_is_cut_metadata(entry->d_name))
				scanning->cut = ddl_arena_dup(arena, entry->d_name);
	closedir(dir);
}

/* A file that repomd.xml names. */
static int want_listed(struct ddl_arena *arena, struct scanning *scanning, const char *file)
{
	size_t n = (size_t)(ddl_path_base(file) - file);
	const char *directory = ddl_arena_dupn(arena, file, n ? n - 1 : 0);

	if (!directory)
		return -1;
	look_for_cut_in(arena, scanning, directory, file + n);
	return want_file(arena, scanning, "", file);
}

/* The packages that lie in a folder of a Red Hat disk, and the list of them. */
static int want_packages(struct ddl_arena *arena, struct scanning *scanning, const char *folder, struct ddl_error *error)
{
	struct ddl_listing listing;

	if (ddl_listing_read_folder(scanning->medium, arena, folder, false, &listing, error) < 0)
		return -1;
	for (size_t i = 0, n = 0; i < listing.count && n <= DDL_MAX_REDHAT_PACKAGES; i++) {
		const struct ddl_listed *entry = &listing.entries[i];

		if (entry->folder || !ddl_text_ends_in(entry->name, ".rpm"))
			continue;
		n++;
		if (want_file(arena, scanning, "", entry->name) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", folder);
	}
	return want_file(arena, scanning, folder, ddl_repomd_name) < 0 ||
			       want_file(arena, scanning, folder, ddl_repomd_signature_name) < 0 ?
		       ddl_fail(error, DDL_E_MEMORY, 0, "%s", folder) :
		       0;
}

/* What belongs to a Red Hat disk at the top of the medium; other ones are media of their own. */
static int want_redhat(struct ddl_arena *arena, struct scanning *scanning, struct ddl_error *error)
{
	struct ddl_listing listing;
	int disk = ddl_file_open(scanning->medium->fd, ddl_redhat_name, NULL);

	if (disk < 0)
		return 0;
	close(disk);
	scanning->n_folders = 0;
	if (ddl_listing_read_folder(scanning->medium, arena, ddl_redhat_packages, false, &listing, error) < 0)
		return -1;
	for (size_t i = 0; i < listing.count; i++) {
		const char *name = listing.entries[i].name, *arch = ddl_path_base(name);

		if (!listing.entries[i].folder)
			continue;
		if ((is_for(scanning, arch, strlen(arch)) ? want_packages(arena, scanning, name, error) :
							    add_folder(scanning, name, strlen(name), error)) < 0)
			return -1;
	}
	return 0;
}

/* The files of the updates in "linux/suse" or "2/linux/suse". */
static int want_updates_in(struct ddl_arena *arena, struct scanning *scanning, const char *folder, struct ddl_error *error)
{
	struct ddl_listing listing;

	if (!folder)
		return ddl_fail(error, DDL_E_MEMORY, 0, "linux/suse");
	if (ddl_listing_read_folder(scanning->medium, arena, folder, true, &listing, error) < 0)
		return -1;
	for (size_t i = 0; i < listing.count; i++) {
		const char *name = listing.entries[i].name;
		enum ddl_suse_part part = listing.entries[i].folder ? DDL_SUSE_NONE : ddl_suse_part(name);
		struct ddl_listed *file;

		if (part == DDL_SUSE_NONE)
			continue;
		if (scanning->n_files >= DDL_MAX_SUSE_FILES)
			return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("more than %u files in linux/suse"), DDL_MAX_SUSE_FILES);
		file = ddl_arena_push(arena, &scanning->files, &scanning->n_files, sizeof(*file));
		if (!file || ((part == DDL_SUSE_CONFIG || part == DDL_SUSE_ORDER || part == DDL_SUSE_RPM) &&
			      want_file(arena, scanning, "", name) < 0))
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", name);
		*file = listing.entries[i];
	}
	return 0;
}

/* SUSE's driver updates at the top of the medium, or below numbers there; other ones are media of their own. */
static int want_updates(struct ddl_arena *arena, struct scanning *scanning, struct ddl_error *error)
{
	static const char place[] = "linux/suse";
	struct ddl_listing top;

	scanning->n_files = 0;
	if (want_updates_in(arena, scanning, place, error) < 0 ||
	    ddl_listing_read_folder(scanning->medium, arena, "", false, &top, error) < 0)
		return -1;
	for (size_t i = 0; i < top.count; i++) {
		const char *name = top.entries[i].name;

		if (top.entries[i].folder && strspn(name, "0123456789") == strlen(name) &&
		    want_updates_in(arena, scanning, ddl_arena_printf(arena, "%s/%s", name, place), error) < 0)
			return -1;
	}
	return 0;
}

/* The files to open on a directory medium: in the usual directories, and what `told` names. */
static int want_all(struct ddl_arena *arena, struct scanning *scanning, const struct found *told, struct ddl_error *error)
{
	int result = want_file(arena, scanning, "", ddl_treeinfo_name);

	look_for_cut_in(arena, scanning, "", NULL);
	for (size_t i = 0; ddl_repo_directories[i] && result == 0 && !(i && scanning->shallow); i++)
		result = want(arena, scanning, ddl_repo_directories[i]);
	for (size_t i = 0; i < told->n_listed && result == 0; i++) {
		if (is_below(told->listed[i], error) < 0)
			return -1;
		if (scanning->shallow || !is_usual(told->listed[i])) /* else it is wanted already, and read once */
			result = want(arena, scanning, told->listed[i]);
	}
	for (size_t i = 0; i < told->n_files && result == 0; i++) {
		if (is_below(told->files[i], error) < 0)
			return -1;
		result = want_listed(arena, scanning, told->files[i]);
	}
	if (result == 0 && (want_redhat(arena, scanning, error) < 0 || want_updates(arena, scanning, error) < 0))
		return -1;
	return result < 0 ? ddl_fail(error, DDL_E_MEMORY, 0, "metadata") : 0;
}

static int rehearse(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct scanning *scanning = arg;

	(void)sink;
	if (want_all(scanning->arena, scanning, scanning->told, error) == 0)
		(void)ddl_files_prepare(scanning->medium, scanning->wanted, scanning->n_wanted, error);
	return 0;
}

static int want_bare(struct ddl_arena *arena, struct scanning *scanning, struct ddl_error *error)
{
	struct ddl_wanted *wanted = ddl_arena_push(arena, &scanning->wanted, &scanning->n_wanted, sizeof(*wanted));

	if (!wanted)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", scanning->medium->name);
	*wanted = (struct ddl_wanted){ scanning->medium->name, -1, false };
	return ddl_files_prepare(scanning->medium, scanning->wanted, scanning->n_wanted, error);
}

static int scan_once(struct ddl_arena *arena, struct ddl_medium *medium, const struct ddl_confine *confine,
		     const struct ddl_machine *machine, const struct found *told, bool shallow, struct found *found,
		     struct ddl_error *error)
{
	struct scanning scanning = {
		.medium = medium, .arena = arena, .machine = machine, .n_known = told->n_files, .told = told, .shallow = shallow
	};
	int result = -1;

	if (medium->kind == DDL_MEDIUM_DIRECTORY &&
	    (ddl_medium_warm_up(medium, rehearse, &scanning, error) < 0 || want_all(arena, &scanning, told, error) < 0 ||
	     ddl_files_prepare(medium, scanning.wanted, scanning.n_wanted, error) < 0))
		goto out;
	if (medium->kind == DDL_MEDIUM_BARE && want_bare(arena, &scanning, error) < 0)
		goto out;
	result = run_job(arena, &scanning, confine, found, error);
out:
	ddl_files_unprepare(scanning.wanted, scanning.n_wanted);
	free(scanning.parts.bytes);
	return result;
}

int ddl_scan_medium(struct ddl_arena *arena, struct ddl_medium *medium, const struct ddl_confine *confine,
		    const struct ddl_machine *machine, struct ddl_scan *scan, struct ddl_error *error)
{
	struct found told = { .n_listed = 0 }, found = { .n_listed = 0 };
	bool shallow = medium->remote != NULL;

	*scan = (struct ddl_scan){ .n_repos = 0 };
	if (scan_once(arena, medium, confine, machine, &told, shallow, &found, error) < 0)
		return -1;
	if (shallow && !found.scan.n_repos && !found.n_listed && !found.n_files) {
		shallow = false;
		if (scan_once(arena, medium, confine, machine, &told, shallow, &found, error) < 0)
			return -1;
	}
	/*
	 * A child cannot open what the list or repomd.xml names: it is read once more with that. A
	 * directory of the list may hold an update, whose files are known only then.
	 */
	for (int i = 0;
	     i < 2 && medium->kind == DDL_MEDIUM_DIRECTORY && (found.n_listed > told.n_listed || found.n_files > told.n_files);
	     i++) {
		told = found;
		found = (struct found){ .n_listed = 0 };
		if (scan_once(arena, medium, confine, machine, &told, shallow, &found, error) < 0)
			return -1;
	}
	for (size_t i = 0; i < found.scan.n_repos; i++)
		if (ddl_repo_confirm(arena, found.scan.repos[i], confine, error) < 0)
			return -1;
	*scan = found.scan;
	return 0;
}
