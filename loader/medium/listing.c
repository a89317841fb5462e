// SPDX-License-Identifier: GPL-2.0-or-later
/* Goes through the folders of a directory medium, the nearest first, and lists what is in them. */
#include "medium/listing.h"

#include <dirent.h>
#include <errno.h>
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
#include "medium/suse.h"

struct reading {
	const struct ddl_medium *medium;
	struct ddl_arena *arena;
	struct ddl_listing *listing;
	const char *only; /* this folder alone; NULL: all */
	bool below; /* and those below it */
	size_t folders;
};

bool ddl_listing_passes_over(const char *name)
{
	static const char *const litter[] = { "__MACOSX", "System Volume Information", "$RECYCLE.BIN", "lost+found" };

	for (; *name; name += *name == '/') {
		size_t n = strcspn(name, "/");

		if (ddl_text_starts(name, "._"))
			return true;
		for (size_t i = 0; i < sizeof(litter) / sizeof(*litter); i++)
			if (n == strlen(litter[i]) && strncasecmp(name, litter[i], n) == 0)
				return true;
		name += n;
	}
	return false;
}

static unsigned depth_of(const char *folder)
{
	unsigned depth = *folder ? 1 : 0;

	for (; *folder; folder++)
		depth += *folder == '/';
	return depth;
}

/* One entry of a folder. Links, FIFOs and names that are not clean could not be opened. */
static int take_entry(struct reading *reading, int at, const char *folder, const char *name, struct ddl_error *error)
{
	struct ddl_listing *listing = reading->listing;
	struct ddl_listed *entry;
	char clean[DDL_MAX_PATH];
	struct stat st;

	if (*name == '.' || ddl_listing_passes_over(name) || fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) || !ddl_path_clean(clean, sizeof(clean), name) ||
	    strcmp(clean, name) != 0)
		return 0;
	if (listing->count >= DDL_MAX_FOLDER_ENTRIES) {
		listing->more = true;
		return 0;
	}
	entry = ddl_arena_push(reading->arena, &listing->entries, &listing->count, sizeof(*entry));
	if (!entry)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", name);
	entry->name = *folder ? ddl_arena_printf(reading->arena, "%s/%s", folder, name) : ddl_arena_dup(reading->arena, name);
	if (!entry->name) {
		listing->count--;
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", name);
	}
	entry->folder = S_ISDIR(st.st_mode);
	entry->size = entry->folder ? 0 : (uint64_t)st.st_size;
	entry->unread = entry->folder && !reading->below && depth_of(folder) >= DDL_MAX_FOLDER_DEPTH &&
			!ddl_suse_leads(entry->name);
	return 0;
}

static int read_entries(struct reading *reading, DIR *dir, const char *folder, struct ddl_error *error)
{
	while (!reading->listing->more) {
		const struct dirent *entry;

		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return errno ? ddl_fail(error, errno == ENODEV || errno == ENXIO ? DDL_E_GONE : DDL_E_READ, errno, "%s",
						folder) :
				       0;
		if (take_entry(reading, dirfd(dir), folder, entry->d_name, error) < 0)
			return -1;
	}
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct ddl_listed *)a)->name, ((const struct ddl_listed *)b)->name);
}

static int read_folder(struct reading *reading, const char *folder, struct ddl_error *error)
{
	size_t before = reading->listing->count;
	int fd = ddl_file_open_dir(reading->medium->fd, folder, error), result;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	if (!dir)
		return fd < 0 ? -1 : ddl_fail(error, DDL_E_MEMORY, errno, "%s", folder);
	result = read_entries(reading, dir, folder, error);
	closedir(dir);
	if (reading->listing->count > before)
		qsort(reading->listing->entries + before, reading->listing->count - before, sizeof(*reading->listing->entries),
		      compare_names);
	return result;
}

/* What is found is behind what is being looked into: the list of the folders to come is the listing itself. */
static int read_below(struct reading *reading, struct ddl_error *error)
{
	for (size_t i = 0; i < reading->listing->count; i++) {
		const struct ddl_listed entry = reading->listing->entries[i];
		struct ddl_error trouble = DDL_ERROR_INIT;

		if (!entry.folder || entry.unread)
			continue;
		if (++reading->folders > DDL_MAX_FOLDERS) {
			reading->listing->more = true;
			return 0;
		}
		/* a folder that cannot be read hides nothing of the others */
		if (read_folder(reading, entry.name, &trouble) == 0 ||
		    (trouble.code != DDL_E_MEMORY && trouble.code != DDL_E_GONE))
			continue;
		if (error)
			*error = trouble;
		return -1;
	}
	return 0;
}

static int read_all(struct reading *reading, struct ddl_error *error)
{
	if (reading->only) {
		struct ddl_error trouble = DDL_ERROR_INIT;

		if (read_folder(reading, reading->only, &trouble) == 0)
			return reading->below ? read_below(reading, error) : 0;
		if (trouble.code == DDL_E_OPEN)
			return 0;
		if (error)
			*error = trouble;
		return -1;
	}
	return read_folder(reading, "", error) < 0 ? -1 : read_below(reading, error);
}

static int rehearse(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	(void)sink;
	return read_all(arg, error);
}

static int read_listing(struct reading *reading, struct ddl_error *error)
{
	*reading->listing = (struct ddl_listing){ .count = 0 };
	if (ddl_medium_warm_up(reading->medium, rehearse, reading, error) < 0 || read_all(reading, error) < 0)
		return ddl_fail_in(error, "%s", reading->medium->name);
	return 0;
}

int ddl_listing_read(const struct ddl_medium *medium, struct ddl_arena *arena, struct ddl_listing *listing,
		     struct ddl_error *error)
{
	struct reading reading = { .medium = medium, .arena = arena, .listing = listing };

	return read_listing(&reading, error);
}

int ddl_listing_read_folder(const struct ddl_medium *medium, struct ddl_arena *arena, const char *folder, bool below,
			    struct ddl_listing *listing, struct ddl_error *error)
{
	struct reading reading = { .medium = medium, .arena = arena, .listing = listing, .only = folder, .below = below };

	return read_listing(&reading, error);
}
