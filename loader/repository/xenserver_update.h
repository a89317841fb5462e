/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of generation 3 (formats.md 3) that its reader is made of: update.xml, repomd.xml,
 * the group file (comps) and the list of packages (primary). Only repo_update*.c, the scan and
 * tests include this. Formats: createrepo_c's output, and XenServer's update.xml.
 */
#ifndef DDL_XENSERVER_UPDATE_H
#define DDL_XENSERVER_UPDATE_H

#include "base/digest.h"
#include "repository/repository.h"

extern const char ddl_update_name[]; /* "update.xml" */
extern const char ddl_update_signature_name[];
extern const char ddl_repomd_name[]; /* "repodata/repomd.xml" */
extern const char ddl_repomd_signature_name[];

/* A file that repomd.xml lists; href NULL: it lists none of this type. */
struct ddl_repomd_file {
	const char *href; /* relative to the directory of update.xml; clean */
	const char *sum; /* SHA-256 of its bytes, 64 hex digits */
	const char *open_sum; /* of the bytes unpacked; NULL: not said */
	uint64_t size, open_size; /* bytes; UINT64_MAX: not said */
};

struct ddl_repomd {
	struct ddl_repomd_file primary, group;
	struct ddl_repomd_file *others; /* what else it lists, whole */
	size_t n_others;
};

/*
 * update.xml into the fields of `repo` that it has; *control: the package that goes first where the disk
 * is installed, "" for none. DDL_E_XML, DDL_E_METADATA, DDL_E_TOO_LARGE.
 */
int ddl_update_parse(struct ddl_arena *arena, const struct ddl_blob *blob, struct ddl_repo *repo, const char **control,
		     struct ddl_error *error);

/* repomd.xml. A checksum of another kind than sha256 is refused, as is a href that leads out. DDL_E_TOO_LARGE. */
int ddl_repomd_parse(struct ddl_arena *arena, const struct ddl_blob *blob, struct ddl_repomd *repomd, struct ddl_error *error);

/* The packages that the group `drivers` names. HIDDEN: it is not `uservisible`: the product does not look at it. */
enum ddl_comps { DDL_COMPS_NO_GROUP, DDL_COMPS_HIDDEN, DDL_COMPS_GROUP };
int ddl_comps_parse(struct ddl_arena *arena, const struct ddl_blob *blob, const char ***names, size_t *count,
		    enum ddl_comps *found, struct ddl_error *error);

/* The SHA-256 of a file's bytes, in hex. */
void ddl_repomd_sum(const struct ddl_blob *blob, char hex[DDL_DIGEST_HEX]);

/*
 * Holds a file's bytes against what repomd.xml says of it and unpacks them where they are packed
 * (gzip, bzip2, xz, zstd), at most DDL_MAX_PRIMARY_OPEN bytes. opened->bytes is malloc'ed and for
 * the caller to free, also after a failure. DDL_E_LIST (missing, size, checksum), DDL_E_TOO_LARGE.
 */
int ddl_repomd_open(const struct ddl_blob *blob, const struct ddl_repomd_file *file, struct ddl_blob *opened,
		    struct ddl_error *error);

/* Keeps a file for the hand-off under the name that the metadata gives; NULL or too large: does nothing. -1: no memory. */
int ddl_repomd_keep(struct ddl_arena *arena, struct ddl_repo *repo, const struct ddl_blob *blob, const char *name);

/* What else repomd.xml lists is not read by a reader: it is tested and kept like packages. -1: no memory. */
int ddl_repomd_keep_others(struct ddl_arena *arena, const struct ddl_repomd *repomd, struct ddl_repo *repo);

/* All packages that primary lists, source packages aside: file, size and checksum of each. DDL_E_METADATA, DDL_E_XML, DDL_E_TOO_LARGE. */
int ddl_primary_list(struct ddl_arena *arena, const struct ddl_blob *blob, struct ddl_repomd_file **files, size_t *count,
		     struct ddl_error *error);

/*
 * Reads primary and puts those packages into `repo` that are reached from `names`, and from `control`
 * where it is not "", through what they require and others on the disk provide; what nothing on the disk provides goes to
 * repo->requires where it has a version, else into a note. DDL_E_METADATA when a name is not
 * there, or a field is missing or wrong. `names` NULL: there is no such group; then it is what looks like a driver
 * (its RPM group ends in "/Kernel" and its name says module or kmod, or it requires a kernel by its release), and with it
 * all else of that RPM group but the kernel. 1: nothing does.
 */
int ddl_primary_parse(struct ddl_arena *arena, const struct ddl_blob *blob, const char *const *names, size_t count,
		      const char *control, struct ddl_repo *repo, const char ***notes, size_t *n_notes, struct ddl_error *error);

/*
 * The files that the updates among the blobs list and that are read besides: primary, group,
 * key. What cannot be parsed lists none; ddl_repos_parse says why. -1: no memory.
 */
int ddl_update_files(struct ddl_arena *arena, const struct ddl_blob *blobs, size_t n_blobs, const char ***files, size_t *count,
		     struct ddl_error *error);

#endif
