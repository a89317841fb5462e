// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the files on a directory medium that may be media themselves, by their names. */
#include "repository/candidates.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "medium/files.h"
#include "medium/suse.h"
#include "medium/unpacked.h"
#include "module/module_name.h"
#include "repository/repository.h"
#include "repository/seen.h"

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What is put together while the listing is gone through. */
struct offers {
	struct ddl_arena *arena;
	const char **names;
	size_t count;
	const char **listed; /* folders that metadata lies in */
	size_t n_listed;
	bool more;
};

enum offer { OFFER_NONE, OFFER_ARCHIVE, OFFER_IMAGE, OFFER_BARE, OFFER_METADATA };

static enum offer offer_of(const struct ddl_listed *entry)
{
	static const char *const archives[] = { ".iso",     ".zip",    ".tar",     ".tar.gz", ".tgz",
						".tar.bz2", ".tar.xz", ".tar.zst", ".dud" };

	if (!entry->folder && ddl_unpacked_by_name(entry->name))
		return OFFER_IMAGE;
	if (entry->folder || ddl_seen_what(entry->name) || ddl_suse_folder(entry->name))
		return OFFER_NONE;
	if (ddl_repo_begins(entry->name))
		return OFFER_METADATA;
	for (size_t i = 0; i < sizeof(archives) / sizeof(*archives); i++)
		if (ddl_text_ends_in(entry->name, archives[i]))
			return OFFER_ARCHIVE;
	if (ddl_files_is_image(entry->name, entry->size))
		return OFFER_IMAGE;
	return ddl_module_name_is_loose(entry->name) ? OFFER_BARE : OFFER_NONE;
}

static int offer(struct offers *offers, const char *name)
{
	const char **slot;

	if (offers->count >= DDL_MAX_ISO_FILES) {
		offers->more = true;
		return 0;
	}
	slot = ddl_arena_push(offers->arena, &offers->names, &offers->count, sizeof(*slot));
	if (!slot)
		return -1;
	*slot = name;
	return 0;
}

/* Does `name` lie in or below the folder? */
static bool is_within(const char *name, const char *folder)
{
	size_t n = strlen(folder);

	return !n || (strncmp(name, folder, n) == 0 && (name[n] == '/' || !name[n]));
}

static bool is_listed(const struct offers *offers, const char *name)
{
	for (size_t i = 0; i < offers->n_listed; i++)
		if (is_within(name, offers->listed[i]))
			return true;
	return false;
}

/* The directories that are looked into at the top of every medium, and so of one that is a folder. */
static bool has_usual_name(const char *folder)
{
	for (const char *const *usual = ddl_repo_directories; *usual; usual++)
		if (strcmp(ddl_path_base(folder), *usual) == 0)
			return true;
	return false;
}

static size_t length_of_top(const char *folder)
{
	size_t length = strlen(folder), base = strlen(ddl_path_base(folder));

	if (!has_usual_name(folder))
		return length;
	return length > base ? length - base - 1 : 0;
}

/*
 * A pack that was unpacked into a folder: the folder is as good a medium as the disk it came on. Not
 * where metadata lies above it: there it belongs to that, and the medium's own top is looked at anyway.
 */
static int offer_folder(struct offers *offers, const char *folder, size_t length)
{
	const char *top;

	if (!length)
		return 0;
	top = ddl_arena_dupn(offers->arena, folder, length);
	if (!top)
		return -1;
	for (size_t i = 0; i < offers->count; i++)
		if (strcmp(offers->names[i], top) == 0)
			return 0;
	return offer(offers, top);
}

/* Folders with metadata, of which the nearest come first. */
static int find_listed(struct offers *offers, const struct ddl_listing *listing)
{
	for (size_t i = 0; i < listing->count; i++) {
		const char *name = listing->entries[i].name, *folder, **slot;
		size_t n = (size_t)(ddl_path_base(name) - name);

		if (ddl_suse_folder(name) && offer_folder(offers, name, ddl_suse_top(name)) < 0)
			return -1;
		if (offer_of(&listing->entries[i]) != OFFER_METADATA)
			continue;
		folder = ddl_arena_dupn(offers->arena, name, n ? n - 1 : 0);
		if (folder && is_listed(offers, folder))
			continue;
		if (!folder || offer_folder(offers, folder, length_of_top(folder)) < 0)
			return -1;
		slot = ddl_arena_push(offers->arena, &offers->listed, &offers->n_listed, sizeof(*slot));
		if (!slot)
			return -1;
		*slot = folder;
	}
	return 0;
}

/* Archives, and what nothing lists; then, so that it takes the place of nothing surer, what is only called an image. */
static int find_files(struct offers *offers, const struct ddl_listing *listing)
{
	for (size_t i = 0; i < listing->count; i++) {
		enum offer kind = offer_of(&listing->entries[i]);

		if (kind == OFFER_ARCHIVE || (kind == OFFER_BARE && !is_listed(offers, listing->entries[i].name)))
			if (offer(offers, listing->entries[i].name) < 0)
				return -1;
	}
	for (size_t i = 0; i < listing->count; i++)
		if (offer_of(&listing->entries[i]) == OFFER_IMAGE && offer(offers, listing->entries[i].name) < 0)
			return -1;
	return 0;
}

int ddl_candidates_find(const struct ddl_listing *listing, struct ddl_arena *arena, const char ***names, size_t *count,
			bool *more)
{
	struct offers offers = { .arena = arena, .more = listing->more };

	if (find_listed(&offers, listing) < 0 || find_files(&offers, listing) < 0)
		return -1;
	if (offers.count > 0)
		qsort(offers.names, offers.count, sizeof(*offers.names), compare_names);
	*names = offers.names;
	*count = offers.count;
	*more = offers.more;
	return 0;
}
