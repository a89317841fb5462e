/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of generation 3 (formats.md 3) that its reader is made of: update.xml, repomd.xml,
 * the group file (comps) and the list of packages (primary). Only repo_update*.c, the scan and
 * tests include this. Formats: createrepo_c's output, and XenServer's update.xml.
 */
#ifndef DDL_REPO_UPDATE_H
#define DDL_REPO_UPDATE_H

#include "repo.h"

#define DDL_SHA256_HEX 65U /* with the end */

extern const char ddl_update_name[];    /* "update.xml" */
extern const char ddl_repomd_name[];    /* "repodata/repomd.xml" */

/* A file that repomd.xml lists; href NULL: it lists none of this type. */
struct ddl_repomd_file {
	const char *href;         /* relative to the directory of update.xml; clean */
	const char *sum;          /* SHA-256 of its bytes, 64 hex digits */
	const char *open_sum;     /* of the bytes unpacked; NULL: not said */
	uint64_t size, open_size; /* bytes; UINT64_MAX: not said */
};

struct ddl_repomd {
	struct ddl_repomd_file primary, group;
};

/* update.xml into the fields of `repo` that it has. DDL_E_XML, DDL_E_METADATA, DDL_E_TOO_LARGE. */
int ddl_update_parse(struct ddl_arena *arena, const struct ddl_blob *blob, struct ddl_repo *repo,
		     struct ddl_error *error);

/* repomd.xml. A checksum of another kind than sha256 is refused, as is a href that leads out. */
int ddl_repomd_parse(struct ddl_arena *arena, const struct ddl_blob *blob, struct ddl_repomd *repomd,
		     struct ddl_error *error);

/* The packages that the group `drivers` names. *found: there is such a group. */
int ddl_comps_parse(struct ddl_arena *arena, const struct ddl_blob *blob, const char ***names, size_t *count,
		    bool *found, struct ddl_error *error);

/* The SHA-256 of a file's bytes, in hex. */
void ddl_repomd_sum(const struct ddl_blob *blob, char hex[DDL_SHA256_HEX]);

/*
 * Holds a file's bytes against what repomd.xml says of it and unpacks them where they are packed
 * (gzip, bzip2, xz, zstd), at most DDL_MAX_PRIMARY_OPEN bytes. opened->bytes is malloc'ed and for
 * the caller to free, also after a failure. DDL_E_LIST (missing, size, checksum), DDL_E_TOO_LARGE.
 */
int ddl_repomd_open(const struct ddl_blob *blob, const struct ddl_repomd_file *file, struct ddl_blob *opened,
		    struct ddl_error *error);

/*
 * Reads primary and puts those packages into `repo` that are reached from `names` through what
 * they require and others on the disk provide; what nothing on the disk provides goes to
 * repo->requires where it has a version, else into a note. DDL_E_METADATA when a name is not
 * there, or a field is missing or wrong.
 */
int ddl_primary_parse(struct ddl_arena *arena, const struct ddl_blob *blob, const char *const *names, size_t count,
		      struct ddl_repo *repo, const char ***notes, size_t *n_notes, struct ddl_error *error);

/*
 * May a file of the medium be the one that is listed as `wanted`, as a plain ISO 9660 image gives it another
 * name? All beside repomd.xml may: there the checksum tells.
 */
bool ddl_update_may_be(const char *wanted, const char *name);

/*
 * The files that the updates among the blobs list and that are read besides: primary, group,
 * key. What cannot be parsed lists none; ddl_repos_parse says why. -1: no memory.
 */
int ddl_update_files(struct ddl_arena *arena, const struct ddl_blob *blobs, size_t n_blobs, const char ***files,
		     size_t *count, struct ddl_error *error);

#endif
