// SPDX-License-Identifier: GPL-2.0-or-later
/* Packages and modules that nothing lists: each is a repository of its own. In the child. */
#include "repository/scan_parts.h"

#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "module/module_name.h"
#include "package/deb.h"

/* What a Debian package says of itself, in the words of an RPM's header. */
static int read_control(struct ddl_scanning *scanning, struct ddl_reader *reader, const uint8_t *first, size_t n,
			struct ddl_rpm *rpm, struct ddl_error *error)
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

/* What the package holds is a medium: a SUSE driver update. */
static int add_payload(struct ddl_scanning *scanning, const struct ddl_reader *reader, uint64_t offset, struct ddl_error *error)
{
	struct ddl_scan *scan = &scanning->found->scan;
	struct ddl_image *slot = ddl_arena_push(scanning->arena, &scan->images, &scan->n_images, sizeof(*slot));

	if (!slot || !(slot->name = ddl_arena_dup(scanning->arena, reader->name)))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
	slot->offset = offset;
	slot->size = offset < reader->size ? reader->size - offset : 0;
	slot->in_place = true;
	return 0;
}

/* A package or module that lies there by itself is a repository of its own. */
int ddl_scan_bare(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	static const uint8_t lead[] = { 0xed, 0xab, 0xee, 0xdb };
	struct ddl_scanning *scanning = arg;
	struct ddl_scan *scan = &scanning->found->scan;
	struct ddl_repo *repo = ddl_arena_alloc(scanning->arena, 1, sizeof(*repo)), **slot;
	struct ddl_rpm rpm;
	uint8_t first[512];
	ssize_t n = reader->read(reader, first, sizeof(first), error);
	bool is_rpm = n >= (ssize_t)sizeof(lead) && memcmp(first, lead, sizeof(lead)) == 0;
	bool is_deb = n > 0 && ddl_deb_begins(first, (size_t)n), update;
	enum ddl_package_type type = is_rpm ? DDL_PKG_RPM : is_deb ? DDL_PKG_DEB : DDL_PKG_DRIVER;

	if (n < 0)
		return -1;
	if (type == DDL_PKG_RPM && ddl_scan_rpm(scanning, reader, first, (size_t)n, &rpm, error) < 0)
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
	update = type == DDL_PKG_RPM && rpm.of_update && scanning->medium->kind == DDL_MEDIUM_BARE;
	if (update && add_payload(scanning, reader, rpm.payload_offset, error) < 0)
		return -1;
	if (type == DDL_PKG_RPM && !rpm.of_driver && rpm.of_tar)
		return ddl_fail(error, DDL_E_NOT_A_DISK, 0,
				_("%s is an RPM package whose drivers are in a tar file inside: unpack that first"),
				reader->name);
	if (type == DDL_PKG_RPM && !rpm.of_driver && !update)
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
	struct ddl_scanning *scanning = arg;
	struct ddl_error trouble = DDL_ERROR_INIT;
	bool others = scanning->n_loose > 1 || scanning->found->scan.n_images;

	if (ddl_scan_bare(scanning, reader, &trouble) == 0)
		return 0;
	if (trouble.code == DDL_E_NOT_A_DISK)
		return ddl_scan_seen(scanning, ddl_arena_dup(scanning->arena, trouble.text), error);
	if (others && (trouble.code == DDL_E_RPM || trouble.code == DDL_E_PATH || trouble.code == DDL_E_TOO_LARGE))
		return ddl_scan_note(scanning,
				     ddl_arena_printf(scanning->arena, "%s (%s)", ddl_code_sentence(trouble.code), trouble.text),
				     error);
	if (error)
		*error = trouble;
	return -1;
}

/* Is there nothing that says what the packages are for? A list of packages alone, as createrepo makes it, does not. */
static bool is_unlisted(const struct ddl_scanning *scanning)
{
	for (size_t i = 0; i < scanning->n_blobs; i++)
		if (ddl_repo_begins(scanning->blobs[i].name))
			return false;
	return !scanning->treeinfo.bytes && !scanning->n_files; /* an installer's own packages are no driver disk */
}

/* Drivers without metadata in an ISO image or a zip file: where there is metadata, they are what it lists. */
int ddl_scan_loose(struct ddl_scanning *scanning, struct ddl_error *error)
{
	if (!is_unlisted(scanning))
		return 0;
	if (!scanning->n_loose && scanning->deep && !scanning->found->scan.n_images)
		return ddl_scan_note(
			scanning, ddl_arena_printf(scanning->arena, _("Folders below %s were not looked into."), scanning->deep),
			error);
	if (scanning->n_loose > DDL_MAX_ISO_FILES) {
		scanning->n_loose--;
		if (ddl_scan_note(scanning, _("There are too many files and folders here; not all were looked into."), error) < 0)
			return -1;
	}
	return ddl_files_visit(scanning->medium, scanning->loose, scanning->n_loose, visit_loose, scanning, error);
}
