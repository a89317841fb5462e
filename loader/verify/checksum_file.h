/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checksum files that lie next to an ISO file (or a zip, a package) on the same medium, as
 * the pack builder and vendors write them: which there are, what they say, and the sum of
 * the whole file to hold against it. They show a good copy, and never who made it.
 */
#ifndef DDL_CHECKSUM_FILE_H
#define DDL_CHECKSUM_FILE_H

#include "base/arena.h"
#include "medium/medium.h"
#include "model/model.h"
#include "process/jobs.h"

#define DDL_SUM_ROOM 65U /* digits of the longest sum, and the NUL */

/*
 * The checksum that a file of checksums gives for the file called `name`: an MD5 (32 digits)
 * or SHA-256 (64), as small letters. Understood are lines of md5sum and sha256sum ("HEX  NAME",
 * "HEX *NAME"), of BSD's ("MD5 (NAME) = HEX"), and digits alone. The line that names the file
 * goes before others; where there is one line only, it is taken whatever it names, as people
 * rename files: *other says that it names another one. False: there is none. Any bytes may be given.
 */
bool ddl_checksum_file_read(const char *text, size_t length, const char *name, char digest[DDL_SUM_ROOM], bool *other);

/*
 * The checksum files of the file `name` on `outer`, read in a child: NAME.metadata.md5,
 * NAME.iso.md5, NAME.md5 and the same of SHA-256. Their `metadata` is set where the name says
 * so; `plain` in those that may be either's ("pack.md5" of pack.iso). All are UNCOMPARED, or
 * UNREADABLE when they say nothing of this file. -1 and the error.
 */
struct ddl_found_sum {
	struct ddl_sum sum;
	bool plain;
};
int ddl_checksum_file_find(struct ddl_arena *arena, const struct ddl_medium *outer, const char *name,
			   const struct ddl_confine *confine, struct ddl_found_sum **sums, size_t *count,
			   struct ddl_error *error);

/* Those sums of the whole file `name` on `outer` that are wanted, read in a child. `progress` may be NULL. */
struct ddl_whole {
	bool want_md5, want_sha256;
	char md5[33], sha256[DDL_SUM_ROOM]; /* out; of no meaning where it was not wanted */
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	void *arg;
};
int ddl_checksum_file_whole(struct ddl_arena *arena, const struct ddl_medium *outer, const char *name,
			    const struct ddl_confine *confine, struct ddl_whole *whole, struct ddl_error *error);

#endif
