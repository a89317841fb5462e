/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Media that are archives: recognised by their bytes, read by libarchive through one
 * descriptor. Only medium.c and files.c include this.
 *
 * ISO 9660: ECMA-119, volume descriptors from sector 16 on, each with "CD001" at byte 1.
 * zip: "PK\3\4" at the start (APPNOTE 4.3.7). tar: "ustar" at byte 257 (POSIX pax).
 */
#ifndef DDL_ARCHIVE_H
#define DDL_ARCHIVE_H

#include "base/attributes.h"
#include "medium/files.h"

#define DDL_SECTOR 2048U
#define DDL_SYSTEM_AREA (16U * DDL_SECTOR) /* before the first volume descriptor; never of interest */

enum ddl_archive_format {
	DDL_ARCHIVE_NONE,
	DDL_ARCHIVE_ISO9660,
	DDL_ARCHIVE_ZIP,
	DDL_ARCHIVE_TAR,
	DDL_ARCHIVE_PACKED, /* compressed: a tar file that is, or a module */
	DDL_ARCHIVE_BARE, /* an RPM package or a module, with no metadata round it */
	DDL_ARCHIVE_OTHER /* known, but no medium */
};

/*
 * What the bytes are; reads less than 4 KiB. `what`, where not NULL, gets a translated
 * name for PACKED, BARE and OTHER ("an RPM package"), else "". DDL_ARCHIVE_NONE with the error set when
 * reading fails, without it (DDL_OK) when the bytes are nothing known.
 */
enum ddl_archive_format ddl_archive_recognise(int fd, const char **what, struct ddl_error *error);

/* The file system that the file is an image of and that can only be mounted, as libblkid calls it; NULL: none of these. */
const char *ddl_archive_file_system(int fd);
const char *ddl_archive_file_system_of(const uint8_t *first, size_t n);

/* The same of the file's first DDL_SECTOR bytes, and those from DDL_SYSTEM_AREA on; of both as many as there are. */
enum ddl_archive_format ddl_archive_of_bytes(const uint8_t *first, size_t n_first, const uint8_t *volume, size_t n_volume,
					     const char **what);

/*
 * The state that belongs to an open archive: its format, and what was read of its
 * structure, shared with children so that the second visit reads none of it again.
 * The parent never looks into what children put there; they read it as they read the medium.
 */
struct ddl_archive *ddl_archive_new(enum ddl_archive_format format, struct ddl_error *error) DDL_MUST_CHECK;
void ddl_archive_free(struct ddl_archive *archive); /* NULL allowed */

/* The same for an ISO image that lies in an archive (struct ddl_image of medium.h); `outer` NULL: for what an RPM package holds. */
struct ddl_archive *ddl_archive_image(const struct ddl_archive *outer, const struct ddl_image *image,
				      struct ddl_error *error) DDL_MUST_CHECK;

/* Can it only be read from front to back, as it is unpacked on the way? */
bool ddl_archive_streams(const struct ddl_archive *archive);

/* ddl_files_visit and ddl_files_walk for archives; `count` 0 and `wanted` NULL walk. */
int ddl_archive_visit(const struct ddl_medium *medium, struct ddl_wanted *wanted, size_t count, ddl_files_visitor visit,
		      void *arg, struct ddl_error *error) DDL_MUST_CHECK;

#endif
