// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the files on a directory medium that may be media themselves, by their names. */
#include "offers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limits.h"
#include "path.h"
#include "repo.h"
#include "text.h"

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What is put together while the folders are gone through. */
struct offers {
	const struct ddl_medium *medium;
	struct ddl_arena *arena;
	const char **names;
	size_t count;
	const char **folders;     /* still to be read; a folder's depth is the number of '/' in it and one */
	size_t n_folders;
	const char **listed;      /* folders that metadata lies in */
	size_t n_listed;
	size_t entries;
	bool more;
};

enum offer { OFFER_NONE, OFFER_ARCHIVE, OFFER_BARE, OFFER_METADATA };

static enum offer offer_of(const char *name)
{
	static const char *const archives[] = { ".iso", ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz",
						".tar.zst" };

	if (*name == '.')
		return OFFER_NONE;
	if (ddl_repo_is_metadata(name))
		return OFFER_METADATA;
	for (size_t i = 0; i < sizeof(archives) / sizeof(*archives); i++)
		if (ddl_text_ends_in(name, archives[i]))
			return OFFER_ARCHIVE;
	return ddl_medium_is_loose(name) ? OFFER_BARE : OFFER_NONE;
}

static unsigned depth_of(const char *folder)
{
	unsigned depth = *folder ? 1 : 0;

	for (; *folder; folder++)
		depth += *folder == '/';
	return depth;
}

static int add_name(struct offers *offers, const char ***names, size_t *count, const char *folder, const char *name)
{
	const char **slot = ddl_arena_push(offers->arena, names, count, sizeof(**names));

	if (!slot)
		return -1;
	*slot = *folder ? ddl_arena_printf(offers->arena, "%s/%s", folder, name) : ddl_arena_dup(offers->arena, name);
	return *slot ? 0 : -1;
}

/* One entry of a folder. Links, FIFOs and names that are not clean could not be opened. */
static int take_entry(struct offers *offers, int at, const char *folder, const char *name, bool *metadata,
		      struct ddl_error *error)
{
	char clean[DDL_MAX_PATH];
	enum offer offer = offer_of(name);
	struct stat st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !ddl_path_clean(clean, sizeof(clean), name) || strcmp(clean, name) != 0)
		return 0;
	if (S_ISDIR(st.st_mode)) {
		if (depth_of(folder) >= DDL_MAX_FOLDER_DEPTH || *name == '.')
			return 0;
		if (offers->n_folders >= DDL_MAX_FOLDERS)
			offers->more = true;
		else if (add_name(offers, &offers->folders, &offers->n_folders, folder, name) < 0)
			return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", name);
		return 0;
	}
	if (!S_ISREG(st.st_mode) || offer == OFFER_NONE)
		return 0;
	if (offer == OFFER_METADATA)
		*metadata = true;
	else if (offers->count >= DDL_MAX_ISO_FILES)
		offers->more = true;
	else if (add_name(offers, &offers->names, &offers->count, folder, name) < 0)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", name);
	return 0;
}

static int read_folder(struct offers *offers, DIR *dir, const char *folder, bool *metadata, struct ddl_error *error)
{
	for (;;) {
		const struct dirent *entry;

		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return errno ? ddl_fail(error, errno == ENODEV || errno == ENXIO ? DDL_E_GONE : DDL_E_READ, errno, "%s", folder) : 0;
		if (++offers->entries > DDL_MAX_FOLDER_ENTRIES) {
			offers->more = true;
			return 0;
		}
		if (take_entry(offers, dirfd(dir), folder, entry->d_name, metadata, error) < 0)
			return -1;
	}
}

/* Where metadata lies, in the folder or above it, packages and modules are what it lists. */
static void drop_bare(struct offers *offers, size_t from)
{
	size_t kept = from;

	for (size_t i = from; i < offers->count; i++)
		if (offer_of(ddl_path_base(offers->names[i])) != OFFER_BARE)
			offers->names[kept++] = offers->names[i];
	offers->count = kept;
}

static bool is_within(const char *folder, const char *above)
{
	size_t n = strlen(above);

	return !n || (strncmp(folder, above, n) == 0 && (folder[n] == '/' || !folder[n]));
}

/* The directories that are looked into at the top of every medium, and so of one that is a folder. */
static bool has_usual_name(const char *folder)
{
	for (const char *const *usual = ddl_repo_directories; *usual; usual++)
		if (strcmp(ddl_path_base(folder), *usual) == 0)
			return true;
	return false;
}

/*
 * A pack that was unpacked into a folder: the folder is as good a medium as the disk it came on. Not
 * where metadata lies above it: there it belongs to that, and the medium's own top is looked at anyway.
 */
static int offer_folder(struct offers *offers, const char *folder)
{
	size_t length = strlen(folder);
	char top[DDL_MAX_PATH];

	for (size_t i = 0; i < offers->n_listed; i++)
		if (is_within(folder, offers->listed[i]))
			return 0;
	if (has_usual_name(folder))
		length = length > strlen(ddl_path_base(folder)) ? length - strlen(ddl_path_base(folder)) - 1 : 0;
	if (!length || length >= sizeof(top))
		return 0;
	memcpy(top, folder, length);
	top[length] = '\0';
	for (size_t i = 0; i < offers->count; i++)
		if (strcmp(offers->names[i], top) == 0)
			return 0;
	if (offers->count < DDL_MAX_ISO_FILES)
		return add_name(offers, &offers->names, &offers->count, "", top);
	offers->more = true;
	return 0;
}

static int take_folder(const struct ddl_medium *medium, struct offers *offers, const char *folder,
		       struct ddl_error *error)
{
	size_t before = offers->count;
	bool metadata = false;
	int fd = ddl_path_open_dir(medium->fd, folder, error), result;
	DIR *dir;

	if (fd < 0)
		return -1;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return ddl_fail(error, DDL_E_MEMORY, errno, "%s", folder);
	}
	result = read_folder(offers, dir, folder, &metadata, error);
	closedir(dir);
	if (metadata && offer_folder(offers, folder) < 0)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", folder);
	if (metadata && add_name(offers, &offers->listed, &offers->n_listed, "", folder) < 0)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", folder);
	for (size_t i = 0; i < offers->n_listed; i++)
		if (is_within(folder, offers->listed[i]))
			drop_bare(offers, before);
	return result;
}

/* Each folder adds those in it to the list, so that the nearest come first. */
static int read_offers(const struct ddl_medium *medium, struct offers *offers, struct ddl_error *error)
{
	if (add_name(offers, &offers->folders, &offers->n_folders, "", "") < 0)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", medium->name);
	for (size_t i = 0; i < offers->n_folders; i++) {
		struct ddl_error trouble = DDL_ERROR_INIT;

		if (take_folder(medium, offers, offers->folders[i], &trouble) == 0)
			continue;
		/* A folder that cannot be read hides nothing of the others. */
		if (i && trouble.code != DDL_E_MEMORY && trouble.code != DDL_E_GONE)
			continue;
		if (error)
			*error = trouble;
		return -1;
	}
	return 0;
}

static int rehearse(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct offers *offers = arg;

	(void)sink;
	return read_offers(offers->medium, offers, error);
}

int ddl_offers_find(const struct ddl_medium *medium, struct ddl_arena *arena, const char ***names,
		      size_t *count, bool *more, struct ddl_error *error)
{
	struct offers offers = { .arena = arena, .medium = medium };

	*names = NULL;
	*count = 0;
	*more = false;
	if (ddl_medium_rehearse(medium, rehearse, &offers, error) < 0 || read_offers(medium, &offers, error) < 0)
		return ddl_fail_in(error, "%s", medium->name);
	if (offers.count > 0)
		qsort(offers.names, offers.count, sizeof(*offers.names), compare_names);
	*names = offers.names;
	*count = offers.count;
	*more = offers.more;
	return 0;
}
