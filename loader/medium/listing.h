/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names on a directory medium, each once: read in one go, so that nothing is read again to say why something was not used. */
#ifndef DDL_LISTING_H
#define DDL_LISTING_H

#include "base/attributes.h"
#include "medium/medium.h"

struct ddl_listed {
	const char *name; /* clean, from the medium's top: "vendor/pack.iso" */
	uint64_t size; /* of a file */
	bool folder;
	bool unread; /* a folder that lies too deep to be looked into */
};

struct ddl_listing {
	struct ddl_listed *entries; /* the nearest first, those of a folder together and by name */
	size_t count;
	bool more; /* there is too much: these are not all */
};

/*
 * Files and folders, DDL_MAX_FOLDER_DEPTH folders down, DDL_MAX_FOLDERS and DDL_MAX_FOLDER_ENTRIES in all. Links and
 * what is neither are left out, as are names that could not be opened and those with a leading dot. A folder
 * that cannot be read is as if it were empty. -1: the top cannot be read, the device is gone, or no memory.
 */
int ddl_listing_read(const struct ddl_medium *medium, struct ddl_arena *arena, struct ddl_listing *listing,
		     struct ddl_error *error) DDL_MUST_CHECK;

/* The names in one folder alone, and (`below`) in those below it, at any depth. None when it is not there. */
int ddl_listing_read_folder(const struct ddl_medium *medium, struct ddl_arena *arena, const char *folder, bool below,
			    struct ddl_listing *listing, struct ddl_error *error) DDL_MUST_CHECK;

/* Is it, or does it lie in, what macOS, Windows and file systems put onto a medium by themselves? */
bool ddl_listing_passes_over(const char *name);

#endif
