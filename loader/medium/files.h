/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a medium and their bytes. They are wanted by name, and shown to a visitor in the order in which
 * they lie on the medium, which a confined child may do; an archive's can all be walked through.
 */
#ifndef DDL_FILES_H
#define DDL_FILES_H

#include "base/attributes.h"
#include "medium/medium.h"

struct ddl_wanted;

/* One file's bytes in order. read() gives the bytes read, 0 at the end, -1 with the error. */
struct ddl_reader {
	ssize_t (*read)(struct ddl_reader *reader, void *buffer, size_t n, struct ddl_error *error);
	const char *name; /* cleaned, as the medium has it */
	uint64_t size; /* as the directory says */
	uint64_t offset; /* of an ISO image in an archive: see struct ddl_image */
	bool in_place;
	const struct ddl_wanted *wanted; /* which of them this is; NULL in a walk */
	void *ctx;
};

/* 0: go on; 1: enough, stop without error; -1: stop, the error is set. */
typedef int (*ddl_files_visitor)(void *arg, struct ddl_reader *reader, struct ddl_error *error);

/*
 * A wanted file. For a directory medium ddl_files_prepare opens `fd` before the child is
 * confined, as there it could not; for an archive it stays -1.
 */
struct ddl_wanted {
	const char *name; /* cleaned relative path; compared without regard to case on ISO */
	int fd;
	bool found; /* visited */
};

/* The rehearsal (ddl_medium_warm_up) of opening the wanted files. */
int ddl_files_reach(const struct ddl_medium *medium, const struct ddl_wanted *wanted, size_t count,
		    struct ddl_error *error) DDL_MUST_CHECK;

/* Opens the wanted files of a directory medium; those that are not there keep -1. */
int ddl_files_prepare(const struct ddl_medium *medium, struct ddl_wanted *wanted, size_t count, struct ddl_error *error);
void ddl_files_unprepare(struct ddl_wanted *wanted, size_t count);

/* The descriptors that a child needs to read what is prepared: at most count + 1, into `keep`. How many they are. */
size_t ddl_files_keep(const struct ddl_medium *medium, const struct ddl_wanted *wanted, size_t count, int *keep);

/*
 * Visits the wanted files that exist, in medium order, each at most once. The visitor
 * may read any part of it. Names that are missing are left with found == false.
 */
int ddl_files_visit(const struct ddl_medium *medium, struct ddl_wanted *wanted, size_t count, ddl_files_visitor visit, void *arg,
		    struct ddl_error *error) DDL_MUST_CHECK;

/*
 * Visits every file of an archive medium (names only are needed: reading is optional and
 * what is not read is skipped, not transferred). Not for directories.
 */
int ddl_files_walk(const struct ddl_medium *medium, ddl_files_visitor visit, void *arg, struct ddl_error *error) DDL_MUST_CHECK;

/* Is it called as people call images? Under other names than .iso there are other things: those must be large enough for one. */
bool ddl_files_is_image(const char *name, uint64_t size);

/*
 * Reads the beginning of a file that is called so: is it an ISO 9660 image? 1, 0, -1. *what is a translated
 * name of what it is else, "a file compressed by gzip", or "".
 */
int ddl_files_is_iso(struct ddl_reader *reader, const char **what, struct ddl_error *error) DDL_MUST_CHECK;

#endif
