/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Red Hat family's driver update disk (RHEL 7 and later, Fedora, clones): any directory with a file "rhdd3", whose
 * first line describes it, and RPMs in "rpms/<uname -m>". What the installer's own tools make of it:
 * anaconda's dracut/driver_updates.py and dracut/dd/.
 */
#ifndef DDL_REDHAT_H
#define DDL_REDHAT_H

#include "repository/reader.h"

extern const char ddl_redhat_name[]; /* "rhdd3" */
extern const char ddl_redhat_packages[]; /* "rpms" */

/*
 * A row of the readers' table. The RPMs that say by "Provides: kernel-modules OP VERSION" that they are for this kernel,
 * those that say nothing (firmware, settings), and the others as for another kernel are one pack. The identifier is the
 * driver RPM's name. Where there is repodata its list of packages has the checksums, and the fingerprint is
 * the SHA-256 of repomd.xml; else both are known when the packages were read.
 * DDL_E_LIST, _XML, _METADATA, _TOO_LARGE of the repodata.
 */
enum ddl_found ddl_redhat_read(struct ddl_contents *contents, const char *directory, struct ddl_repo *repo,
			       struct ddl_error *error);

/*
 * What the repodata of `folder` alone says, among the blobs: `repo` gets the packages (file, size, digest), sorted by file,
 * the fingerprint and the lists. DDL_E_METADATA where there is no repomd.xml, and as ddl_redhat_read.
 */
int ddl_redhat_list(struct ddl_contents *contents, const char *folder, struct ddl_repo *repo, struct ddl_error *error);

/* Is it called as a package of such a disk is, "…rpms/x86_64/kmod-a.rpm"? Where the processor's name begins, and its length. */
bool ddl_redhat_is_package(const char *name, const char **arch, size_t *length);

/* The files of repodata that are read besides, of the disks among the blobs. -1: no memory. */
int ddl_redhat_files(struct ddl_arena *arena, const struct ddl_blob *blobs, size_t n_blobs, const char ***files, size_t *count,
		     struct ddl_error *error);

#endif
