/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One scan of a medium, shared by the files that do it: scan.c (which files are opened, and what is taken from the
 * child), scan_child.c (what the child reads), scan_loose.c (packages and modules that nothing lists).
 */
#ifndef DDL_SCAN_PARTS_H
#define DDL_SCAN_PARTS_H

#include "base/blob.h"
#include "medium/files.h"
#include "medium/listing.h"
#include "model/marshal.h"
#include "package/rpm.h"
#include "process/parts.h"
#include "repository/reader.h"
#include "repository/repository.h"
#include "repository/scan.h"

struct ddl_scan_found;

struct ddl_scanning {
	struct ddl_arena *arena; /* the child's own, or the caller's */
	struct ddl_medium *medium;
	struct ddl_wanted *wanted; /* for a directory medium */
	size_t n_wanted;
	size_t n_known; /* files that repomd.xml names and the parent has opened */
	const char *deep; /* a folder below which there are some that nobody looks at; NULL */
	struct ddl_wanted *loose; /* packages and modules in an archive, of use where nothing lists them */
	size_t n_loose;
	struct ddl_blob *blobs;
	size_t n_blobs;
	const struct ddl_machine *machine;
	struct ddl_listed *files; /* of SUSE's driver updates */
	size_t n_files;
	struct ddl_rpm_file *rpms; /* of Red Hat's disks, and of these */
	size_t n_rpms;
	const char **folders; /* … and the folders for other processors */
	size_t n_folders;
	struct ddl_blob treeinfo; /* of an installer's medium; bytes NULL: it is none */
	struct ddl_scan_found *found;
	const struct ddl_scan_found *told; /* what a child found the time before */
	bool shallow; /* a server is not asked for folders that nothing names, where something is found without */
	const char *cut; /* a name as an image without long names has it; NULL: none was seen */
	struct ddl_parts parts; /* the parent's: what was told so far */
};

/* What a child tells, all of it. */
struct ddl_scan_found {
	struct ddl_scan scan;
	const char **listed; /* directories that XS-REPOSITORY-LIST names */
	size_t n_listed;
	const char **files; /* that repomd.xml names and a parser wants */
	size_t n_files;
};

/* What a child's messages are: parts of all that was found. */
enum { DDL_SCAN_TELLS_PART = 1 };

/* All that was found, to be told or taken in; the scan's own limits hold. */
void ddl_scan_codec(struct ddl_marshal *marshal, struct ddl_scan_found *found);
/* Each repository has its limit; all together may not have more packages than one. */
bool ddl_scan_too_many(const struct ddl_scan *scan);

/* Is a package for this processor (or none is asked for)? */
bool ddl_scan_is_for(const struct ddl_scanning *scanning, const char *arch, size_t length);
/* One more folder with packages for another processor. */
int ddl_scan_add_folder(struct ddl_scanning *scanning, const char *name, size_t length, struct ddl_error *error);

/* The child's work: reads what the scan wants, and tells what it found. `arg` is the scan. */
int ddl_scan_child(void *arg, struct ddl_sink *sink, struct ddl_error *error);

/* In the child. A sentence that is said of the medium; NULL: no memory. -1 and the error. */
int ddl_scan_note(struct ddl_scanning *scanning, const char *text, struct ddl_error *error);
/* The same of something that is of no use. */
int ddl_scan_seen(struct ddl_scanning *scanning, const char *text, struct ddl_error *error);
/* An RPM's header, of which `n` bytes were read. */
int ddl_scan_rpm(struct ddl_scanning *scanning, struct ddl_reader *reader, const uint8_t *first, size_t n, struct ddl_rpm *rpm,
		 struct ddl_error *error);

/* In the child: a package or module that is a repository of its own. `arg` is the scan. */
int ddl_scan_bare(void *arg, struct ddl_reader *reader, struct ddl_error *error);
/* In the child: those in an archive, where no metadata say what they are for. */
int ddl_scan_loose(struct ddl_scanning *scanning, struct ddl_error *error);

#endif
