/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An answer file of XenServer's installer: which driver disks it names.
 *
 * Format (XenServer's installation guide, "answer file"; its installer's doc/answerfile.txt): an XML document,
 * <installation>, <upgrade> or <restore> outermost, with any number of
 * <driver-source type="local|url|nfs">WHERE</driver-source>; "local" is every local medium, and its WHERE is
 * ignored by the installer. All else in it is for the installer and passed over.
 */
#ifndef DDL_ANSWERFILE_H
#define DDL_ANSWERFILE_H

#include "base/arena.h"
#include "base/blob.h"
#include "process/jobs.h"

/*
 * The SOURCE words that the file gives, in its order ("any": every local medium); copied into `arena`. The bytes are interpreted
 * in a confined child. What is wrong (no XML, another document, too large, a type that is none, a
 * source that names nothing, more than DDL_MAX_WORDS, no address of a server) is DDL_E_ANSWER.
 * No <driver-source> at all: 0, and *count is 0.
 */
int ddl_answerfile_parse(struct ddl_arena *arena, const struct ddl_blob *file, const struct ddl_confine *confine,
			 const char ***sources, size_t *count, struct ddl_error *error);

/* The same of the file at <root>/path; root NULL: "/". errno ENOENT in the error where there is none. */
int ddl_answerfile_read(struct ddl_arena *arena, const char *root, const char *path, const char ***sources, size_t *count,
			struct ddl_error *error);

#endif
