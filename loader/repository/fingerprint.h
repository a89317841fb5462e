/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fingerprint of a repository: the digest of its metadata that the vendor prints. */
#ifndef DDL_FINGERPRINT_H
#define DDL_FINGERPRINT_H

#include "base/arena.h"
#include "base/blob.h"

/* The MD5 of generations 1 and 2: over XS-REPOSITORY and XS-PACKAGES, one after the other. NULL: no memory. */
const char *ddl_fingerprint_md5(struct ddl_arena *arena, const struct ddl_blob *repository, const struct ddl_blob *packages);

/* The SHA-256 of generation 3: over update.xml, which names the disk, and repomd.xml, which has the checksums of all else on it. */
const char *ddl_fingerprint_sha256(struct ddl_arena *arena, const struct ddl_blob *update, const struct ddl_blob *repomd);

#endif
