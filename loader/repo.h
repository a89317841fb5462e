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
	bool too_large;           /* over its limit: bytes is NULL */
};

/* Directories always looked in, NULL-ended: "", "packages", "packages.main", … */
extern const char *const ddl_repo_directories[];

/* The metadata files' names in each of them, NULL-ended, and the list's in the root. */
extern const char *const ddl_repo_files[];
extern const char ddl_repo_list_name[];

/* Is a file of this name (its last part) metadata that a parser wants? Also as plain ISO 9660 has it ("XS_REPOS"). */
bool ddl_repo_is_metadata(const char *name);

/*
 * The name that such a file ought to have, from what it is called and what stands in it: there
 * are two that "XS_REPOS" may stand for. NULL: it is none.
 */
const char *ddl_repo_metadata_name(const char *name, const char *bytes, size_t length);

/*
 * The directories that XS-REPOSITORY-LIST names, cleaned; what is wrong with a line is a
 * translated note. Blank lines and repeats are passed over, ".." and absolute paths refused.
 * The directories replace *directories; notes are added to those in *notes, which must be of
 * this arena. `notes` may be NULL: ddl_repos_parse gives the same ones. -1: no memory.
 */
int ddl_repo_list(struct ddl_arena *arena, const char *bytes, size_t length,
		  const char ***directories, size_t *count, const char ***notes, size_t *n_notes,
		  struct ddl_error *error);

/*
 * Finds and parses all repositories among the blobs: the usual directories first, then those
 * of XS-REPOSITORY-LIST in its order, then any other that a blob lies in. A directory counts
 * when XS-REPOSITORY and XS-PACKAGES are both among the blobs; one alone is a note, and so is
 * a listed directory that has neither. A broken repository is an error only when there is no
 * good one; else a note. Zero repositories is no error. Notes are added to *notes, as above.
 */
int ddl_repos_parse(struct ddl_arena *arena, const struct ddl_blob *blobs, size_t n_blobs,
		    struct ddl_repo ***repos, size_t *n_repos, const char ***notes, size_t *n_notes,
		    struct ddl_error *error);

/*
 * One generation-2 repository (formats.md 2): XS-REPOSITORY and XS-PACKAGES as XML.
 * Fills everything but `where` (""), `medium`, `fit`; the fingerprint is MD5 over both.
 * A package's `root` has no leading "/", so the root directory itself is "".
 * DDL_E_XML (not well formed, entities, too deep), DDL_E_METADATA (a field is missing or
 * wrong: which, in the text), DDL_E_TOO_LARGE.
 */
int ddl_repo_parse_xml(struct ddl_arena *arena, const char *directory,
		       const struct ddl_blob *repository, const struct ddl_blob *packages,
		       struct ddl_repo *repo, struct ddl_error *error);

/*
 * One generation-1 repository (formats.md 1): four lines, and one line for each package.
 * Gives what ddl_repo_parse_xml gives. A package has no kernel unless it is a driver whose
 * destination names one in so many words; the variables for the running kernel stay in `root`.
 * DDL_E_METADATA (which line, and why), DDL_E_TOO_LARGE.
 */
int ddl_repo_parse_text(struct ddl_arena *arena, const char *directory,
			const struct ddl_blob *repository, const struct ddl_blob *packages,
			struct ddl_repo *repo, struct ddl_error *error);

/*
 * One generation-3 repository (formats.md 3): update.xml of the directory, repodata/repomd.xml, and
 * the group file and the list of packages that this one names, all among the blobs. Its packages are
 * those that the group `drivers` leads to; 1: it has no such group, so it is no driver disk (only
 * the names are filled in). The fingerprint is the SHA-256 of repomd.xml. A package has no kernel:
 * its modules say which when it is read. Notes are added to *notes.
 * DDL_E_LIST (a file is missing or not the one that repomd.xml lists), DDL_E_XML, _METADATA, _TOO_LARGE.
 */
int ddl_repo_parse_update(struct ddl_arena *arena, const char *directory, const struct ddl_blob *blobs, size_t n_blobs,
			  struct ddl_repo *repo, const char ***notes, size_t *n_notes, struct ddl_error *error);

/*
 * What a bare file gives in place of a repository: one package, named after it, without a
 * fingerprint until it is read. `rpm` NULL: a module. DDL_E_PATH when its name cannot be used.
 */
struct ddl_rpm;
int ddl_repo_bare(struct ddl_arena *arena, const char *file, uint64_t size, const struct ddl_rpm *rpm,
		  struct ddl_repo *repo, struct ddl_error *error);

/* Its package has been read: that one's SHA-256 is the fingerprint, the module's version is its own. -1: no memory. */
int ddl_repo_bare_read(struct ddl_arena *arena, struct ddl_repo *repo);

/* Puts the release in place of ${KERNEL_VERSION} and ${LINUX_KABI_VERSION}. -1: no memory. */
int ddl_repo_fill_in(struct ddl_arena *arena, struct ddl_repo *repo, const char *release);

/* The metadata MD5 of generations 1 and 2: over both files, one after the other. NULL: no memory. */
const char *ddl_repo_fingerprint(struct ddl_arena *arena, const struct ddl_blob *repository,
				 const struct ddl_blob *packages);

/*
 * XenServer versions: numbers separated by dots, hyphens between; version and build joined
 * by a hyphen; a missing build matches any. -1, 0, 1.
 *
 * The rule: the joined text is cut at its dots, each piece at its hyphens. Pieces are compared
 * in turn, their numbers in turn, as numbers of any length (007 is 7; an empty one is 0; what
 * follows the digits, as in "30495p", is compared as bytes, none first). Where one piece has
 * fewer numbers than the other, the missing ones match: 4.0.0 equals 4.0.0-1 and 4.0.0-2,
 * though these two differ. Fewer pieces are older: 6.5 is before 6.5.0, as in XenServer's own
 * tools. NULL counts as "".
 */
int ddl_version_compare(const char *version_a, const char *build_a,
			const char *version_b, const char *build_b);

/* Digits with single dots or hyphens between them, and at most DDL_MAX_NAME bytes. */
bool ddl_version_valid(const char *version);

/* Is "<what is there> <test> <what is wanted>" true, given their comparison? */
bool ddl_version_test(int compared, enum ddl_test test);

#endif
