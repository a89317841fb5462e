// SPDX-License-Identifier: GPL-2.0-or-later
/* Opens a medium's metadata files, has a child read them, and takes the parsed repositories from it. */
#include "repository/scan_parts.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "medium/suse.h"
#include "repository/confirm.h"
#include "repository/product.h"
#include "repository/redhat.h"
#include "repository/xenserver_update.h"

static int receive(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct ddl_scanning *scanning = arg;

	return type == DDL_SCAN_TELLS_PART ? ddl_parts_add(&scanning->parts, bytes, n, error) :
					     ddl_fail(error, DDL_E_DAMAGED, 0, "the reader told something that makes no sense");
}

static int run_job(struct ddl_arena *arena, struct ddl_scanning *scanning, const struct ddl_confine *confine,
		   struct ddl_scan_found *found, struct ddl_error *error)
{
	int *keep = ddl_arena_alloc(arena, scanning->n_wanted + 1, sizeof(*keep));
	struct ddl_job job = { .run = ddl_scan_child, .receive = receive, .arg = scanning, .keep = keep };
	struct ddl_marshal marshal;

	if (!keep)
		return ddl_fail(error, DDL_E_MEMORY, 0, "metadata");
	job.n_keep = ddl_files_keep(scanning->medium, scanning->wanted, scanning->n_wanted, keep);
	if (ddl_jobs_run(&job, 1, confine, error) < 0)
		return -1;
	marshal = ddl_marshal_reader(scanning->parts.bytes, scanning->parts.length, arena);
	ddl_scan_codec(&marshal, found);
	if (marshal.no_memory)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", "");
	if (marshal.failed || marshal.used != marshal.room)
		return ddl_fail(error, DDL_E_DAMAGED, 0, "the reader told something that makes no sense");
	return 0;
}

static int want_file(struct ddl_arena *arena, struct ddl_scanning *scanning, const char *directory, const char *name)
{
	struct ddl_wanted *wanted = ddl_arena_push(arena, &scanning->wanted, &scanning->n_wanted, sizeof(*wanted));

	if (!wanted)
		return -1;
	wanted->fd = -1;
	wanted->name = *directory ? ddl_arena_printf(arena, "%s/%s", directory, name) : ddl_arena_dup(arena, name);
	return wanted->name ? 0 : -1;
}

static int want(struct ddl_arena *arena, struct ddl_scanning *scanning, const char *directory)
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
static void look_for_cut_in(struct ddl_arena *arena, struct ddl_scanning *scanning, const char *directory, const char *wanted)
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
static int want_listed(struct ddl_arena *arena, struct ddl_scanning *scanning, const char *file)
{
	size_t n = (size_t)(ddl_path_base(file) - file);
	const char *directory = ddl_arena_dupn(arena, file, n ? n - 1 : 0);

	if (!directory)
		return -1;
	look_for_cut_in(arena, scanning, directory, file + n);
	return want_file(arena, scanning, "", file);
}

/* The packages that lie in a folder of a Red Hat disk, and the list of them. */
static int want_packages(struct ddl_arena *arena, struct ddl_scanning *scanning, const char *folder, struct ddl_error *error)
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
static int want_redhat(struct ddl_arena *arena, struct ddl_scanning *scanning, struct ddl_error *error)
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
		if ((ddl_scan_is_for(scanning, arch, strlen(arch)) ?
			     want_packages(arena, scanning, name, error) :
			     ddl_scan_add_folder(scanning, name, strlen(name), error)) < 0)
			return -1;
	}
	return 0;
}

/* The files of the updates in "linux/suse" or "2/linux/suse". */
static int want_updates_in(struct ddl_arena *arena, struct ddl_scanning *scanning, const char *folder, struct ddl_error *error)
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
static int want_updates(struct ddl_arena *arena, struct ddl_scanning *scanning, struct ddl_error *error)
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
static int want_all(struct ddl_arena *arena, struct ddl_scanning *scanning, const struct ddl_scan_found *told,
		    struct ddl_error *error)
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
	struct ddl_scanning *scanning = arg;

	(void)sink;
	if (want_all(scanning->arena, scanning, scanning->told, error) == 0)
		(void)ddl_files_prepare(scanning->medium, scanning->wanted, scanning->n_wanted, error);
	return 0;
}

static int want_bare(struct ddl_arena *arena, struct ddl_scanning *scanning, struct ddl_error *error)
{
	struct ddl_wanted *wanted = ddl_arena_push(arena, &scanning->wanted, &scanning->n_wanted, sizeof(*wanted));

	if (!wanted)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", scanning->medium->name);
	*wanted = (struct ddl_wanted){ scanning->medium->name, -1, false };
	return ddl_files_prepare(scanning->medium, scanning->wanted, scanning->n_wanted, error);
}

static int scan_once(struct ddl_arena *arena, struct ddl_medium *medium, const struct ddl_confine *confine,
		     const struct ddl_machine *machine, const struct ddl_scan_found *told, bool shallow,
		     struct ddl_scan_found *found, struct ddl_error *error)
{
	struct ddl_scanning scanning = {
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
	struct ddl_scan_found told = { .n_listed = 0 }, found = { .n_listed = 0 };
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
		found = (struct ddl_scan_found){ .n_listed = 0 };
		if (scan_once(arena, medium, confine, machine, &told, shallow, &found, error) < 0)
			return -1;
	}
	for (size_t i = 0; i < found.scan.n_repos; i++)
		if (ddl_repo_confirm(arena, found.scan.repos[i], confine, error) < 0)
			return -1;
	*scan = found.scan;
	return 0;
}
