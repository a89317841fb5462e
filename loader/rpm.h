/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lead, signature and header of an RPM file, from a stream of bytes. Bounded: counts,
 * offsets and types are checked before they are used. Format: rpm's "RPM V3/V4 package
 * format" documentation (lead 96 bytes, header magic 8e ad e8 01, index entries of 16 bytes).
 */
#ifndef DDL_RPM_H
#define DDL_RPM_H

#include "arena.h"
#include "ddl.h"

struct ddl_rpm {
	const char *name, *version, *release, *arch, *group, *summary;
	const char *compressor;   /* "gzip", "xz", "zstd", …; "" means gzip */
	uint64_t payload_offset;  /* bytes from the start of the file */
	const char **provides;    /* names only */
	size_t n_provides;
	bool has_modules;         /* files below lib/modules */
};

/*
 * Collects header bytes until they are whole. Feed the file's bytes in order, in pieces
 * of any size; the parser keeps what it needs (at most DDL_MAX_RPM_HEADER).
 */
struct ddl_rpm_parser;
struct ddl_rpm_parser *ddl_rpm_parser_new(void);
void ddl_rpm_parser_free(struct ddl_rpm_parser *parser);

/* 1: whole, use ddl_rpm_parser_finish; 0: wants more; -1: not an RPM or damaged. */
int ddl_rpm_parser_feed(struct ddl_rpm_parser *parser, const void *bytes, size_t n,
			struct ddl_error *error);
int ddl_rpm_parser_finish(struct ddl_rpm_parser *parser, struct ddl_arena *arena,
			  struct ddl_rpm *rpm, struct ddl_error *error);

#endif
