/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Repositories from bytes: where to look on a medium, one parser for each generation,
 * all giving the same struct. Nothing here does input or output.
 */
#ifndef DDL_REPO_H
#define DDL_REPO_H

#include "arena.h"
#include "ddl.h"

/* A metadata file as read from the medium. */
struct ddl_blob {
	const char *name;         /* "packages.main/XS-PACKAGES" */
	const char *bytes;
	size_t length;
	bool too_large;           /* over DDL_MAX_METADATA: bytes is NULL */
};

/* Directories always looked in, NULL-ended: "", "packages", "packages.main", … */
extern const char *const ddl_repo_directories[];

/* Is a file of this name (its last part) metadata that a parser wants? */
bool ddl_repo_is_metadata(const char *name);

/*
 * The directories that XS-REPOSITORY-LIST names, cleaned; what is wrong with a line is a
 * translated note. Blank lines and repeats are passed over, ".." and absolute paths refused.
 */
int ddl_repo_list(struct ddl_arena *arena, const char *bytes, size_t length,
		  const char ***directories, size_t *count, const char ***notes, size_t *n_notes,
		  struct ddl_error *error);

/*
 * Finds and parses all repositories among the blobs. A broken one is an error only when
 * there is no good one; else a note. Zero repositories is no error.
 */
int ddl_repos_parse(struct ddl_arena *arena, const struct ddl_blob *blobs, size_t n_blobs,
		    struct ddl_repo ***repos, size_t *n_repos, const char ***notes, size_t *n_notes,
		    struct ddl_error *error);

/*
 * One generation-2 repository (formats.md 2): XS-REPOSITORY and XS-PACKAGES as XML.
 * Fills everything but `where`, `medium`, `fit`; the fingerprint is MD5 over both.
 * DDL_E_XML (not well formed, entities, too deep), DDL_E_METADATA (a field is missing or
 * wrong: which, in the text), DDL_E_TOO_LARGE.
 */
int ddl_repo_parse_xml(struct ddl_arena *arena, const char *directory,
		       const struct ddl_blob *repository, const struct ddl_blob *packages,
		       struct ddl_repo *repo, struct ddl_error *error);

/*
 * XenServer versions: numbers separated by dots, hyphens between; version and build joined
 * by a hyphen; a missing build matches any. -1, 0, 1.
 */
int ddl_version_compare(const char *version_a, const char *build_a,
			const char *version_b, const char *build_b);
bool ddl_version_valid(const char *version);
bool ddl_version_test(int compared, enum ddl_test test);

#endif
