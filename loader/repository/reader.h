/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A family of driver disks is a row of the readers' table, its functions a file of their own.
 * All give the same structs. A reader is shown one medium: what files have been read, in which
 * directory it is to look. It opens nothing and changes nothing.
 */
#ifndef DDL_READER_H
#define DDL_READER_H

#include "base/arena.h"
#include "base/blob.h"
#include "medium/listing.h"
#include "model/model.h"
#include "package/rpm.h"

/* A package that lies beside a disk's list or in place of one, and what its header says. */
struct ddl_rpm_file {
	const char *name; /* on the medium */
	uint64_t size;
	bool whole; /* the header could be read: `rpm` is there */
	struct ddl_rpm rpm;
};

/* A medium as its readers see it. */
struct ddl_contents {
	struct ddl_arena *arena;
	const struct ddl_blob *blobs; /* the files that were read */
	size_t n_blobs;
	const struct ddl_rpm_file *rpms; /* packages of Red Hat's disks, and of SUSE's */
	size_t n_rpms;
	const struct ddl_listed *files; /* of SUSE's driver updates, all */
	size_t n_files;
	const char *const *folders; /* those of such disks that are for other processors: "rpms/aarch64" */
	size_t n_folders;
	const struct ddl_machine *machine; /* what it is to be for; NULL: nobody asks */
	const char ***notes; /* translated remarks are added to them */
	size_t *n_notes;
};

enum ddl_found {
	DDL_FOUND_BROKEN = -1, /* it is one, but cannot be read: the error says why */
	DDL_FOUND_NONE, /* it is none of this family */
	DDL_FOUND_NO_DRIVER, /* it is one that brings no drivers; a note says which */
	DDL_FOUND /* it is one, and read */
};

struct ddl_reader_row {
	enum ddl_family family;
	/*
	 * Reads the disk of this family that lies in the directory ("": the medium's root): who it is
	 * (identifier, version, description), its packages, its fingerprint.
	 */
	enum ddl_found (*read)(struct ddl_contents *contents, const char *directory, struct ddl_repo *repo,
			       struct ddl_error *error);
};

/* The file of this name in this directory (not below it); NULL when it was not read. */
const struct ddl_blob *ddl_contents_blob(const struct ddl_contents *contents, const char *directory, const char *name);

/* Adds a remark; NULL text: there was no memory for it. -1: no memory. */
int ddl_contents_note(struct ddl_contents *contents, const char *text);

#endif
