/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Repositories from bytes: where to look on a medium, one parser for each generation,
 * all giving the same struct. Nothing here does input or output.
 */
#ifndef DDL_REPOSITORY_H
#define DDL_REPOSITORY_H

#include "base/arena.h"
#include "base/blob.h"
#include "model/model.h"

/* Directories always looked in, NULL-ended: "", "packages", "packages.main", … */
extern const char *const ddl_repo_directories[];

/* The metadata files' names in each of them, NULL-ended, and the list's in the root. */
extern const char *const ddl_repo_files[];
extern const char ddl_repo_list_name[];

/* The name of these, without a directory, that a file on a medium has but for upper and lower case; NULL: it is none. */
const char *ddl_repo_metadata_name(const char *name);

/*
 * Could `found` be what an ISO 9660 image without Joliet and Rock Ridge, which has room for 8 and 3 or 31
 * capitals, digits and "_" (ECMA-119, 7.5), has made of `wanted`? Or one with Joliet's 64 characters of a
 * checksum. Of the last parts of paths.
 */
bool ddl_repo_is_cut(const char *wanted, const char *found);
/* The same of XS-REPOSITORY and XS-PACKAGES: "XS_REPOS". */
bool ddl_repo_is_cut_metadata(const char *name);

/* Is the directory a repository because of a file of this name, cut or not? Other metadata lies below it, or lies there too. */
bool ddl_repo_begins(const char *name);

/*
 * The directories that XS-REPOSITORY-LIST names, cleaned; what is wrong with a line is a
 * translated note. Blank lines and repeats are passed over, ".." and absolute paths refused.
 * The directories replace *directories; notes are added to those in *notes, which must be of
 * this arena. `notes` may be NULL: ddl_repos_parse gives the same ones. -1: no memory.
 */
int ddl_repo_list(struct ddl_arena *arena, const char *bytes, size_t length, const char ***directories, size_t *count,
		  const char ***notes, size_t *n_notes, struct ddl_error *error);

struct ddl_contents; /* reader.h */

/*
 * Finds and parses all repositories among the blobs: the usual directories first, then those
 * of XS-REPOSITORY-LIST in its order, then any other that a blob lies in. A directory counts
 * when XS-REPOSITORY and XS-PACKAGES are both among the blobs; one alone is a note, and so is
 * a listed directory that has neither. A broken repository is an error only when there is no
 * good one; else a note. Zero repositories is no error.
 */
int ddl_repos_parse(const struct ddl_contents *contents, struct ddl_repo ***repos, size_t *n_repos, struct ddl_error *error);

/* Adds a translated note, of the arena; `notes` may be NULL: then it is not wanted. -1: no memory; also when `text` is NULL. */
int ddl_repo_note(struct ddl_arena *arena, const char ***notes, size_t *n_notes, const char *text);

/* Packages that the product would pass over, and take the others of the pack; as a reader finds them. */
struct ddl_left_out {
	struct ddl_error first; /* why */
	size_t count;
};
/* Tells why this one is left out, and clears it; the first few are told. 0, or -1: no memory. */
int ddl_repo_leave_out(struct ddl_arena *arena, struct ddl_left_out *left_out, const char ***notes, size_t *n_notes,
		       struct ddl_error *why);
/* After the last package: what was not told yet. -1 and the first reason where there is no other package; -1: no memory. */
int ddl_repo_left_out(struct ddl_arena *arena, const struct ddl_left_out *left_out, const struct ddl_repo *repo,
		      const char ***notes, size_t *n_notes, struct ddl_error *error);

/*
 * One generation-2 repository (formats.md 2): XS-REPOSITORY and XS-PACKAGES as XML.
 * Fills everything but `where` (""), `medium`, `fit`; the fingerprint is MD5 over both.
 * A package's `root` has no leading "/", so the root directory itself is "". A package of an
 * unknown type, or a driver-rpm without a kernel, is left out with a note where there are others, as the product does.
 * DDL_E_XML (not well formed, entities, too deep), DDL_E_METADATA (a field is missing or
 * wrong: which, in the text), DDL_E_TOO_LARGE.
 */
int ddl_repo_parse_xml(struct ddl_arena *arena, const char *directory, const struct ddl_blob *repository,
		       const struct ddl_blob *packages, struct ddl_repo *repo, const char ***notes, size_t *n_notes,
		       struct ddl_error *error);

/*
 * One generation-1 repository (formats.md 1): four lines, and one line for each package.
 * Gives what ddl_repo_parse_xml gives; like the product it takes any identifier, an empty name, and two
 * lines for four, each with a note. A package has no kernel unless it is a driver-rpm, or a driver whose
 * destination names one in so many words; the variables for the running kernel stay in `root`.
 * DDL_E_METADATA (which line, and why), DDL_E_TOO_LARGE.
 */
int ddl_repo_parse_text(struct ddl_arena *arena, const char *directory, const struct ddl_blob *repository,
			const struct ddl_blob *packages, struct ddl_repo *repo, const char ***notes, size_t *n_notes,
			struct ddl_error *error);

/*
 * One generation-3 repository (formats.md 3): update.xml of the directory, repodata/repomd.xml, and
 * the group file and the list of packages that this one names, all among the blobs. Its packages are
 * those that the group `drivers` leads to, and update.xml's control package; where there is no such group, what looks like
 * a driver among all, with a note. 1: it is no driver disk, which a note says (only the names are filled in). The fingerprint is the SHA-256 of update.xml and repomd.xml, one after the
 * other. A package has no kernel:
 * its modules say which when it is read. Notes are added to *notes.
 * DDL_E_LIST (a file is missing or not the one that repomd.xml lists), DDL_E_XML, _METADATA, _TOO_LARGE.
 */
int ddl_repo_parse_update(struct ddl_arena *arena, const char *directory, const struct ddl_blob *blobs, size_t n_blobs,
			  struct ddl_repo *repo, const char ***notes, size_t *n_notes, struct ddl_error *error);

/*
 * What a bare file gives in place of a repository: one package, named after it, without a
 * fingerprint until it is read. `rpm` says what a package is, of Debian's too; NULL for a module. DDL_E_PATH when its name cannot be used.
 */
struct ddl_rpm;
int ddl_repo_bare(struct ddl_arena *arena, const char *file, uint64_t size, enum ddl_package_type type, const struct ddl_rpm *rpm,
		  struct ddl_repo *repo, struct ddl_error *error);

/* Adds the package of another: several such files are one pack. -1: no memory. */
int ddl_repo_bare_add(struct ddl_arena *arena, struct ddl_repo *repo, const struct ddl_package *package);

/*
 * Its packages have been read. The fingerprint of one is its SHA-256; of several, the SHA-256 over the sorted lines
 * "sha256  name". The version of one is its own. -1: no memory.
 */
int ddl_repo_bare_read(struct ddl_arena *arena, struct ddl_repo *repo);

/* The same sum of a pack of another family that no list names the checksums of; "" where one could not be read. NULL: no memory. */
const char *ddl_repo_sum(struct ddl_arena *arena, const struct ddl_repo *repo);

/* Puts the release in place of ${KERNEL_VERSION} and ${LINUX_KABI_VERSION}. -1: no memory. */
int ddl_repo_fill_in(struct ddl_arena *arena, struct ddl_repo *repo, const char *release);

/*
 * XenServer versions: numbers separated by dots, hyphens between; version and build joined
 * by a hyphen; a missing build matches any. -1, 0, 1.
 *
 * The rule: the joined text is cut at its dots, each piece at its hyphens. Pieces are compared
 * in turn, their numbers in turn, as numbers of any length (007 is 7; an empty one is 0; letters
 * behind the digits, as in "30495p", are passed over). Where one piece has
 * fewer numbers than the other, the missing ones match: 4.0.0 equals 4.0.0-1 and 4.0.0-2,
 * though these two differ. Missing pieces are 0: 6.5 equals 6.5.0. A build that is no number is as none. NULL counts as "".
 * The product's own rule was another at times; tests/unit/test_xenserver_version.c has the table. What only
 * some of its times would refuse is taken, but for a build that is known to be older than what is asked for.
 */
int ddl_xenserver_version_compare(const char *version_a, const char *build_a, const char *version_b, const char *build_b);

/* Digits with single dots or hyphens between them, and at most DDL_MAX_NAME bytes. */
bool ddl_xenserver_version_valid(const char *version);

/* Is "<what is there> <test> <what is wanted>" true, given their comparison? */
bool ddl_xenserver_version_test(int compared, enum ddl_test test);

#endif
