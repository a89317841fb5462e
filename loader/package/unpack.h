/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One package, read once from front to back: counted, hashed and unpacked in the same
 * pass, and only what has the right checksum looked into. Runs in a confined child.
 */
#ifndef DDL_UNPACK_H
#define DDL_UNPACK_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/stage.h"
#include "medium/files.h"
#include "model/model.h"

/* A file's bytes, unpacked; malloc'ed. */
struct ddl_held {
	struct ddl_file *file;
	uint8_t *bytes;
	size_t length;
	const char *link; /* what all names of a hard-linked file have in common; NULL: it has one name */
};

struct ddl_unpacking {
	struct ddl_arena *arena;
	struct ddl_package *package; /* in: what the metadata says; out: state, version, files, modules, trouble */
	bool unpack; /* else only tested */
	bool unlisted; /* a bare file: no metadata says what its digest must be; it is found out (SHA-256) */
	const struct ddl_stage *stage; /* where the files will go: what has no room there is not unpacked. NULL: any */
	/* Each piece as it was read, for progress and for keeping; -1 stops the reading. May be NULL. */
	int (*piece)(void *arg, const void *bytes, size_t n, struct ddl_error *error);
	void *arg;
	/* out: the modules, firmware, settings and licences; freed by ddl_unpack_held_free */
	struct ddl_held *held;
	size_t n_held;
};

/*
 * 0 also when the package is bad (package->state and ->trouble say so: DDL_E_SIZE,
 * _CHECKSUM, _RPM, _UNPACK, _PATH, _TOO_LARGE, _MODULE, _READ, _GONE); -1 when `piece` stopped it
 * or memory is short (DDL_E_MEMORY, DDL_E_STAGE).
 */
int ddl_unpack(struct ddl_unpacking *reading, struct ddl_reader *reader, struct ddl_error *error) DDL_MUST_CHECK;
void ddl_unpack_held_free(struct ddl_unpacking *reading);

/*
 * *repeated: the path of a file that is staged and is there twice, so that nobody could say which one is meant; NULL: none.
 * -1: no memory.
 */
int ddl_unpack_repeated(const struct ddl_package *package, const char **repeated) DDL_MUST_CHECK;

/* What a file in a package is, by its path (cleaned). */
enum ddl_file_kind ddl_file_kind(const char *path);

#endif
