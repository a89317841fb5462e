// SPDX-License-Identifier: GPL-2.0-or-later
/* Digests by nettle, of either kind in the same few calls. */
#include "base/digest.h"

#include <string.h>

#include "base/text.h"

void ddl_digest_start(struct ddl_digest *digest, size_t size)
{
	digest->size = size;
	if (size == DDL_MD5)
		md5_init(&digest->state.md5);
	else
		sha256_init(&digest->state.sha256);
}

void ddl_digest_add(struct ddl_digest *digest, const void *bytes, size_t n)
{
	if (digest->size == DDL_MD5)
		md5_update(&digest->state.md5, n, bytes);
	else
		sha256_update(&digest->state.sha256, n, bytes);
}

void ddl_digest_end(struct ddl_digest *digest, uint8_t *bytes)
{
	if (digest->size == DDL_MD5)
		md5_digest(&digest->state.md5, digest->size, bytes);
	else
		sha256_digest(&digest->state.sha256, digest->size, bytes);
}

void ddl_digest_end_hex(struct ddl_digest *digest, char hex[DDL_DIGEST_HEX])
{
	uint8_t bytes[DDL_SHA256];

	ddl_digest_end(digest, bytes);
	ddl_text_hex(hex, bytes, digest->size);
}

bool ddl_digest_read(char hex[DDL_DIGEST_HEX], const char *text, size_t size)
{
	uint8_t bytes[DDL_SHA256];

	/* blanks and colons are for people's typing, not for metadata */
	if (strlen(text) != 2 * size || !ddl_text_unhex(text, bytes, size))
		return false;
	ddl_text_hex(hex, bytes, size);
	return true;
}
