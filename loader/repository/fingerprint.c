// SPDX-License-Identifier: GPL-2.0-or-later
/* Fingerprints of metadata. */
#include "repository/fingerprint.h"

#include "base/digest.h"

static const char *both(struct ddl_arena *arena, size_t size, const struct ddl_blob *one, const struct ddl_blob *two)
{
	struct ddl_digest digest;
	char hex[DDL_DIGEST_HEX];

	ddl_digest_start(&digest, size);
	ddl_digest_add(&digest, one->bytes, one->length);
	ddl_digest_add(&digest, two->bytes, two->length);
	ddl_digest_end_hex(&digest, hex);
	return ddl_arena_dup(arena, hex);
}

const char *ddl_fingerprint_md5(struct ddl_arena *arena, const struct ddl_blob *repository, const struct ddl_blob *packages)
{
	return both(arena, DDL_MD5, repository, packages);
}

const char *ddl_fingerprint_sha256(struct ddl_arena *arena, const struct ddl_blob *update, const struct ddl_blob *repomd)
{
	return both(arena, DDL_SHA256, update, repomd);
}
