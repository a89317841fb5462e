/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Structs as bytes and back: what a confined child found, as a message to its parent.
 * One function describes a struct for both directions. Reading trusts nothing: every
 * length and count is checked, every text cleaned, and one fault makes all of it bad.
 */
#ifndef DDL_MARSHAL_H
#define DDL_MARSHAL_H

#include "base/arena.h"
#include "model/model.h"

struct ddl_marshal {
	bool reading;
	bool failed; /* a lack of memory, or bytes that make no sense */
	bool no_memory; /* reading: it was the former */
	uint8_t *bytes; /* writing: grown with realloc, the caller's to free() */
	size_t used, room; /* reading: position and length */
	struct ddl_arena *arena; /* reading: where texts and arrays go */
};

struct ddl_marshal ddl_marshal_writer(void);
struct ddl_marshal ddl_marshal_reader(const void *bytes, size_t length, struct ddl_arena *arena);

void ddl_marshal_number(struct ddl_marshal *marshal, uint64_t *value, uint64_t max);
void ddl_marshal_flag(struct ddl_marshal *marshal, bool *value);
/* NULL is written as "" and read as "". Cut at `max` bytes when written, refused when read. */
void ddl_marshal_text(struct ddl_marshal *marshal, const char **text, size_t max);
/* A path from a medium: one that does not stay below its root, or is not clean, is refused when read. */
void ddl_marshal_path(struct ddl_marshal *marshal, const char **path);
/* The same of a file, which has a name. */
void ddl_marshal_file(struct ddl_marshal *marshal, const char **path);
void ddl_marshal_texts(struct ddl_marshal *marshal, const char ***texts, size_t *count, size_t max_count, size_t max);
/* Any bytes; read, they get a NUL behind them. */
void ddl_marshal_bytes(struct ddl_marshal *marshal, const char **bytes, size_t *length, size_t max);
void ddl_marshal_error(struct ddl_marshal *marshal, struct ddl_error *error);

void ddl_marshal_products(struct ddl_marshal *marshal, struct ddl_product **products, size_t *count);
/* What a repository's metadata says (not where it is, not what packages hold). */
void ddl_marshal_repo(struct ddl_marshal *marshal, struct ddl_repo *repo);
/* What reading a package showed: state, version, files, modules, trouble. */
void ddl_marshal_package(struct ddl_marshal *marshal, struct ddl_package *package);

#endif
