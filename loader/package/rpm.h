/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lead, signature and header of an RPM file, from a stream of bytes. Bounded: counts,
 * offsets and types are checked before they are used. Format: rpm's "RPM V3/V4 package
 * format" documentation (lead 96 bytes, header magic 8e ad e8 01, index entries of 16 bytes).
 */
#ifndef DDL_RPM_H
#define DDL_RPM_H

#include "base/arena.h"
#include "model/model.h"

/* Something that the package provides: "kernel-modules >= 4.18.0-553.el8.x86_64". */
struct ddl_rpm_provide {
	const char *name;
	const char *version; /* as it stands there, "[epoch:]version[-release]"; "" when none */
	unsigned sense; /* DDL_SENSE_… of rpm_version.h; 0: any version */
};

struct ddl_rpm {
	const char *name, *version, *release, *arch, *group, *summary;
	const char *compressor; /* "gzip", "xz", "zstd", …; "" means gzip */
	uint64_t payload_offset; /* bytes from the start of the file */
	struct ddl_rpm_provide *provides;
	size_t n_provides;
	const char **requires; /* names that may be those of packages; not files, nor what is in brackets */
	size_t n_requires; /* DDL_MAX_DEPENDS at most */
	bool of_tar; /* it holds a tar file */
	bool of_update; /* it holds a SUSE driver update */
	bool of_driver; /* it holds what a driver consists of: modules, firmware, settings for modprobe, udev rules */
};

/*
 * Collects header bytes until they are whole. Feed the file's bytes in order, in pieces
 * of any size; the parser keeps what it needs (at most DDL_MAX_RPM_HEADER).
 */
struct ddl_rpm_parser;
struct ddl_rpm_parser *ddl_rpm_parser_new(void);
void ddl_rpm_parser_free(struct ddl_rpm_parser *parser);

/* 1: whole, use ddl_rpm_parser_finish; 0: wants more; -1: not an RPM or damaged. */
int ddl_rpm_parser_feed(struct ddl_rpm_parser *parser, const void *bytes, size_t n, struct ddl_error *error);
int ddl_rpm_parser_finish(struct ddl_rpm_parser *parser, struct ddl_arena *arena, struct ddl_rpm *rpm, struct ddl_error *error);

/* A signature in the file and what it is over; points into the parser. Tags: rpm's <rpmtag.h> (RPMSIGTAG_*). */
struct ddl_rpm_signed {
	const uint8_t *packet; /* OpenPGP, binary */
	size_t packet_length; /* 0: there is one, but it is damaged */
	const uint8_t *data; /* the main header, its intro included */
	size_t data_length;
	uint64_t data_offset; /* of that in the file */
	bool payload_too; /* an old signature: over the header and all that follows */
	bool tied; /* the header says what the payload's SHA-256 is: this */
	uint8_t payload_digest[32];
};

/* False: it is not signed (or not whole yet). Of several, the one over the
 * header alone is taken where the header ties the payload (rpm 4.14 and later), else the one over all. */
bool ddl_rpm_parser_signed(const struct ddl_rpm_parser *parser, struct ddl_rpm_signed *to);

#endif
