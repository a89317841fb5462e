// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads Red Hat's driver update disk: which RPMs are for this kernel, and what the disk says of itself. */
#include "repository/redhat.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "module/arch.h"
#include "package/rpm_version.h"
#include "repository/xenserver_update.h"

const char ddl_redhat_name[] = "rhdd3";
const char ddl_redhat_packages[] = "rpms";

/* A disk that is being read. */
struct disk {
	struct ddl_contents *contents;
	const char *directory; /* of rhdd3 */
	const char *folder; /* of its packages: directory/rpms/x86_64 */
	struct ddl_repo *repo;
	struct ddl_error *error;
};

static int no_memory(const struct disk *disk)
{
	return ddl_fail(disk->error, DDL_E_MEMORY, 0, "%s", ddl_redhat_name);
}

static int note(const struct disk *disk, const char *text)
{
	return ddl_contents_note(disk->contents, text) < 0 ? no_memory(disk) : 0;
}

/* ------------------------------------------------------------------ where things lie */

/* What follows "directory/" in the name; NULL: it lies elsewhere. */
static const char *below(const char *name, const char *directory)
{
	size_t n = strlen(directory);

	if (!n)
		return name;
	return strncmp(name, directory, n) == 0 && name[n] == '/' ? name + n + 1 : NULL;
}

/* The processor's name in "rpms/x86_64/…" below the directory; its length. 0: it is no such place. */
static size_t arch_below(const char *name, const char *directory, const char **arch)
{
	const char *at = below(name, directory);

	at = at ? below(at, ddl_redhat_packages) : NULL;
	*arch = at;
	return at ? strcspn(at, "/") : 0;
}

bool ddl_redhat_is_package(const char *name, const char **arch, size_t *length)
{
	const char *base = ddl_path_base(name), *at = base;

	for (unsigned slashes = 0; at > name && slashes < 3;)
		slashes += *--at == '/';
	at += *at == '/';
	*length = arch_below(at, "", arch);
	return *length && *arch + *length + 1 == base && ddl_text_ends_in(base, ".rpm");
}

static const struct ddl_blob *find(const struct ddl_blob *blobs, size_t n_blobs, const char *folder, const char *name)
{
	for (size_t i = 0; i < n_blobs; i++) {
		const char *at = below(blobs[i].name, folder);

		if (at && strcmp(at, name) == 0)
			return &blobs[i];
	}
	return NULL;
}

/* The first folder with packages; where the processor is known, those for others were not read. NULL: none, or no memory. */
static const char *find_folder(const struct disk *disk)
{
	const struct ddl_contents *contents = disk->contents;

	for (size_t i = 0; i < contents->n_rpms; i++) {
		const char *name = contents->rpms[i].name, *arch;
		size_t n = arch_below(name, disk->directory, &arch);

		if (n)
			return ddl_arena_dupn(contents->arena, name, (size_t)(arch - name) + n);
	}
	return NULL;
}

/* There are packages for other processors, or none. */
static enum ddl_found no_packages(const struct disk *disk)
{
	const struct ddl_contents *contents = disk->contents;
	const char *text = NULL, *arch;

	for (size_t i = 0; i < contents->n_folders && !text; i++) {
		size_t n = arch_below(contents->folders[i], disk->directory, &arch);

		if (n)
			text = ddl_arena_printf(contents->arena,
						_("%s is of a Red Hat driver disk for another kind of processor, %s."),
						contents->folders[i], arch);
	}
	if (!text)
		text = ddl_arena_printf(contents->arena, _("%s%s%s has no packages beside it, in rpms/%s."), disk->directory,
					*disk->directory ? "/" : "", ddl_redhat_name,
					contents->machine ? contents->machine->arch : "");
	return note(disk, text) < 0 ? DDL_FOUND_BROKEN : DDL_FOUND_NO_DRIVER;
}

/* -------------------------------------------------------------- which kernel it is for */

/* As rpm compares two versions, each one string, dashes and all. */
static bool fits(const char *release, const struct ddl_rpm_provide *provide)
{
	struct ddl_evr here = { "", release, "" }, there = { "", provide->version, "" };
	int order;

	/* disks of RHEL 6.0 and 6.1 name the kernel of that day, and were used with those after it */
	if (ddl_text_starts(provide->version, "2.6.32-131") || ddl_text_starts(provide->version, "2.6.32-71"))
		return true;
	order = ddl_evr_compare(&here, &there);
	return (order < 0 && provide->sense & DDL_SENSE_LESS) || (order > 0 && provide->sense & DDL_SENSE_GREATER) ||
	       (order == 0 && provide->sense & DDL_SENSE_EQUAL);
}

static bool is_of_kernel(const struct ddl_rpm_provide *provide)
{
	return strcmp(provide->name, "kernel-modules") == 0 && provide->sense && *provide->version;
}

/* The kernel that the package is for: "" this one, "any" where it does not say, else the first that it names. */
static const char *kernel_of(const struct disk *disk, const struct ddl_rpm *rpm)
{
	const struct ddl_machine *machine = disk->contents->machine;
	const char *first = "any";

	for (size_t i = 0; i < rpm->n_provides; i++) {
		if (!is_of_kernel(&rpm->provides[i]))
			continue;
		if (!machine || fits(machine->release, &rpm->provides[i]))
			return "";
		if (strcmp(first, "any") == 0)
			first = rpm->provides[i].version;
	}
	return first;
}

static bool is_enhancement(const struct ddl_rpm *rpm)
{
	for (size_t i = 0; i < rpm->n_provides; i++)
		if (strcmp(rpm->provides[i].name, "installer-enhancement") == 0)
			return true;
	return false;
}

/* What its peers would do otherwise than we do. */
static int note_kind(const struct disk *disk, const struct ddl_rpm *rpm, const char *file, const char *kernel)
{
	struct ddl_arena *arena = disk->contents->arena;

	if (strcmp(kernel, "any") != 0)
		return 0;
	if (is_enhancement(rpm))
		return note(disk,
			    ddl_arena_printf(arena, _("%s holds programs for the installer (installer-enhancement), no driver."),
					     file));
	return rpm->of_driver && strcmp(rpm->arch, "noarch") != 0 ?
		       note(disk,
			    ddl_arena_printf(
				    arena, _("%s does not say which kernels it is for; Red Hat's installer would pass it over."),
				    file)) :
		       0;
}

/* ------------------------------------------------------------------------ the packages */

static const struct ddl_rpm_file *find_rpm(const struct disk *disk, const char *file)
{
	const struct ddl_contents *contents = disk->contents;

	for (size_t i = 0; i < contents->n_rpms; i++) {
		const char *at = below(contents->rpms[i].name, disk->folder);

		if (at && strcmp(at, file) == 0)
			return &contents->rpms[i];
	}
	return NULL;
}

/* One whose header cannot be read is taken as one for any kernel: then it is read whole, and what is wrong is told. */
static int add_package(const struct disk *disk, const char *file, uint64_t size, const char *digest)
{
	const struct ddl_rpm_file *from = find_rpm(disk, file);
	struct ddl_package *package = ddl_arena_push(disk->contents->arena, &disk->repo->packages, &disk->repo->n_packages,
						     sizeof(*package));
	const char *kernel = from && from->whole ? kernel_of(disk, &from->rpm) : "any";

	if (!package)
		return no_memory(disk);
	*package = (struct ddl_package){ .label = from && from->whole ? from->rpm.name : ddl_path_base(file),
					 .type = strcmp(kernel, "any") == 0 ? DDL_PKG_RPM : DDL_PKG_DRIVER_RPM,
					 .kernel = kernel,
					 .file = file,
					 .root = "",
					 .options = "",
					 .size = size,
					 .digest = digest,
					 .version = "",
					 .arch = "" };
	return from && from->whole ? note_kind(disk, &from->rpm, file, kernel) : 0;
}

static int compare_files(const void *a, const void *b)
{
	return strcmp(((const struct ddl_package *)a)->file, ((const struct ddl_package *)b)->file);
}

/* Whatever lies there, as nothing lists it. */
static int take_folder(const struct disk *disk)
{
	const struct ddl_contents *contents = disk->contents;

	for (size_t i = 0; i < contents->n_rpms; i++) {
		const char *file = below(contents->rpms[i].name, disk->folder);

		if (file && add_package(disk, file, contents->rpms[i].size, "") < 0)
			return -1;
	}
	return 0;
}

static bool has_package(const struct ddl_repo *repo, const char *file)
{
	for (size_t i = 0; i < repo->n_packages; i++)
		if (strcmp(repo->packages[i].file, file) == 0)
			return true;
	return false;
}

/* What is listed; what is there besides belongs to nobody. */
static int take_listed(const struct disk *disk, const struct ddl_repomd_file *files, size_t count)
{
	const struct ddl_contents *contents = disk->contents;

	if (count > DDL_MAX_REDHAT_PACKAGES)
		return ddl_fail(disk->error, DDL_E_TOO_LARGE, 0, _("more than %u packages"), DDL_MAX_REDHAT_PACKAGES);
	for (size_t i = 0; i < count; i++)
		if (add_package(disk, files[i].href, files[i].size, files[i].sum) < 0)
			return -1;
	for (size_t i = 0; i < contents->n_rpms; i++) {
		const char *file = below(contents->rpms[i].name, disk->folder);

		if (file && !has_package(disk->repo, file) &&
		    note(disk, ddl_arena_printf(contents->arena, _("%s is not in the disk's list of packages and was left out."),
						contents->rpms[i].name)) < 0)
			return -1;
	}
	return 0;
}

/* The files that repomd.xml names, and itself, go with the packages to who installs later. */
static int keep_lists(const struct disk *disk, const struct ddl_repomd *repomd)
{
	const struct ddl_contents *contents = disk->contents;
	const char *const read[] = { ddl_repomd_name, ddl_repomd_signature_name, repomd->primary.href, repomd->group.href };

	for (size_t i = 0; i < sizeof(read) / sizeof(*read); i++)
		if (read[i] && ddl_repomd_keep(contents->arena, disk->repo,
					       find(contents->blobs, contents->n_blobs, disk->folder, read[i]), read[i]) < 0)
			return no_memory(disk);
	return ddl_repomd_keep_others(contents->arena, repomd, disk->repo) < 0 ? no_memory(disk) : 0;
}

static int take_repodata(const struct disk *disk, const struct ddl_blob *list)
{
	const struct ddl_contents *contents = disk->contents;
	char hex[DDL_DIGEST_HEX];
	struct ddl_repomd repomd;
	struct ddl_repomd_file *files = NULL;
	struct ddl_blob opened;
	size_t count = 0;
	int result;

	if (ddl_repomd_parse(contents->arena, list, &repomd, disk->error) < 0)
		return -1;
	result = ddl_repomd_open(find(contents->blobs, contents->n_blobs, disk->folder, repomd.primary.href), &repomd.primary,
				 &opened, disk->error);
	if (result == 0)
		result = ddl_primary_list(contents->arena, &opened, &files, &count, disk->error);
	free((void *)(uintptr_t)opened.bytes);
	if (result < 0 || take_listed(disk, files, count) < 0 || keep_lists(disk, &repomd) < 0)
		return -1;
	ddl_repomd_sum(list, hex);
	disk->repo->fingerprint = ddl_arena_dup(contents->arena, hex);
	return disk->repo->fingerprint ? 0 : no_memory(disk);
}

static void sort_packages(struct ddl_repo *repo)
{
	if (repo->n_packages)
		qsort(repo->packages, repo->n_packages, sizeof(*repo->packages), compare_files);
}

int ddl_redhat_list(struct ddl_contents *contents, const char *folder, struct ddl_repo *repo, struct ddl_error *error)
{
	const struct disk disk = { contents, "", folder, repo, error };
	const struct ddl_blob *list = find(contents->blobs, contents->n_blobs, folder, ddl_repomd_name);

	*repo = (struct ddl_repo){ .family = DDL_FAMILY_REDHAT, .directory = folder };
	if (!list)
		return ddl_fail(error, DDL_E_METADATA, 0, "%s", ddl_repomd_name);
	if (take_repodata(&disk, list) < 0)
		return -1;
	sort_packages(repo);
	return 0;
}

/* ---------------------------------------------------------------------- who it is */

/* How well a package can give the pack its name: the driver before its firmware, and of drivers the one for this machine and kernel. */
static int worth(const struct disk *disk, const struct ddl_package *package)
{
	const struct ddl_rpm_file *from = find_rpm(disk, package->file);

	if (!from || !from->whole)
		return 0;
	if (disk->contents->machine && !ddl_arch_fits(from->rpm.arch, disk->contents->machine->arch))
		return 1;
	return 1 + from->rpm.of_driver + 2 * !*package->kernel + 4 * (package->type == DDL_PKG_DRIVER_RPM) +
	       8 * (strcmp(from->rpm.arch, "noarch") != 0);
}

static int identify(const struct disk *disk, const struct ddl_blob *about)
{
	struct ddl_arena *arena = disk->contents->arena;
	struct ddl_repo *repo = disk->repo;
	const struct ddl_package *best = NULL;
	const char *line = about->length ? memchr(about->bytes, '\n', about->length) : NULL;
	const char *text = about->bytes;
	size_t n = line ? (size_t)(line - text) : about->length;

	for (size_t i = 0; i < repo->n_packages; i++)
		if (!best || worth(disk, &repo->packages[i]) > worth(disk, best))
			best = &repo->packages[i];
	if (!best)
		return ddl_fail(disk->error, DDL_E_METADATA, 0, _("%s: its list names no package"), disk->folder);
	repo->identifier = repo->name = best->label;
	repo->version = worth(disk, best) ? ddl_arena_printf(arena, "%s-%s", find_rpm(disk, best->file)->rpm.version,
							     find_rpm(disk, best->file)->rpm.release) :
					    "";
	ddl_text_trim(&text, &n);
	repo->description = about->too_large ? "" : ddl_text_keep(arena, text ? text : "", n < DDL_MAX_NAME ? n : DDL_MAX_NAME);
	if (repo->description && !*repo->description)
		repo->description = best->label;
	return repo->version && repo->description ? 0 : no_memory(disk);
}

enum ddl_found ddl_redhat_read(struct ddl_contents *contents, const char *directory, struct ddl_repo *repo,
			       struct ddl_error *error)
{
	struct disk disk = { contents, directory, NULL, repo, error };
	const struct ddl_blob *about = ddl_contents_blob(contents, directory, ddl_redhat_name), *list;

	if (!about)
		return DDL_FOUND_NONE;
	*repo = (struct ddl_repo){ .family = DDL_FAMILY_REDHAT,
				   .where = "",
				   .originator = "",
				   .product = "",
				   .build = "",
				   .fingerprint = "",
				   .uuid = "",
				   .key = "" };
	disk.folder = repo->directory = find_folder(&disk);
	if (!disk.folder)
		return no_packages(&disk);
	list = find(contents->blobs, contents->n_blobs, disk.folder, ddl_repomd_name);
	if ((list ? take_repodata(&disk, list) : take_folder(&disk)) < 0)
		return DDL_FOUND_BROKEN;
	sort_packages(repo);
	return identify(&disk, about) < 0 ? DDL_FOUND_BROKEN : DDL_FOUND;
}

/* -------------------------------------------------------------------- before it is read */

static int add_file(struct ddl_arena *arena, const char ***files, size_t *count, const char *folder, const char *name)
{
	const char **slot;

	if (!name)
		return 0;
	slot = ddl_arena_push(arena, files, count, sizeof(*slot));
	if (!slot)
		return -1;
	*slot = ddl_arena_printf(arena, "%s/%s", folder, name);
	return *slot ? 0 : -1;
}

/* Does the folder of repodata belong to a disk that is among the blobs? */
static bool is_of_disk(const struct ddl_blob *blobs, size_t n_blobs, const char *folder)
{
	for (size_t i = 0; i < n_blobs; i++) {
		size_t n = (size_t)(ddl_path_base(blobs[i].name) - blobs[i].name);
		char directory[DDL_MAX_PATH] = "";
		const char *arch;

		if (strcmp(blobs[i].name + n, ddl_redhat_name) != 0 || n > sizeof(directory))
			continue;
		memcpy(directory, blobs[i].name, n ? n - 1 : 0);
		n = arch_below(folder, directory, &arch);
		if (n && n == strlen(arch))
			return true;
	}
	return false;
}

int ddl_redhat_files(struct ddl_arena *arena, const struct ddl_blob *blobs, size_t n_blobs, const char ***files, size_t *count,
		     struct ddl_error *error)
{
	for (size_t i = 0; i < n_blobs; i++) {
		const char *name = blobs[i].name;
		struct ddl_error trouble = DDL_ERROR_INIT; /* said when it is read for good */
		size_t n = strlen(name), end = 1 + strlen(ddl_repomd_name);
		struct ddl_repomd repomd;
		const char *folder;

		if (n <= end || name[n - end] != '/' || strcmp(name + n - end + 1, ddl_repomd_name) != 0)
			continue;
		folder = ddl_arena_dupn(arena, name, n - end);
		if (!folder)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", name);
		if (!is_of_disk(blobs, n_blobs, folder) || *count >= DDL_MAX_LIST_LINES - 2)
			continue;
		if (ddl_repomd_parse(arena, &blobs[i], &repomd, &trouble) < 0 && trouble.code != DDL_E_MEMORY)
			continue;
		if (trouble.code == DDL_E_MEMORY || add_file(arena, files, count, folder, repomd.primary.href) < 0 ||
		    add_file(arena, files, count, folder, repomd.group.href) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", name);
	}
	return 0;
}
