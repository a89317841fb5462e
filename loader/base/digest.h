/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MD5 and SHA-256, which are told apart by their size. */
#ifndef DDL_DIGEST_H
#define DDL_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nettle/md5.h>
#include <nettle/sha2.h>

#include "base/attributes.h"

/* Bytes of a digest: its kind. */
enum { DDL_MD5 = MD5_DIGEST_SIZE, DDL_SHA256 = SHA256_DIGEST_SIZE };

#define DDL_DIGEST_HEX (2 * SHA256_DIGEST_SIZE + 1) /* any of them in hex, with the end */

struct ddl_digest {
	size_t size; /* DDL_MD5 or DDL_SHA256 */
	union {
		struct md5_ctx md5;
		struct sha256_ctx sha256;
	} state;
};

void ddl_digest_start(struct ddl_digest *digest, size_t size);
void ddl_digest_add(struct ddl_digest *digest, const void *bytes, size_t n);

/* Ends it: its `size` bytes, or the same in lower-case hex. */
void ddl_digest_end(struct ddl_digest *digest, uint8_t *bytes);
void ddl_digest_end_hex(struct ddl_digest *digest, char hex[DDL_DIGEST_HEX]);

/* A digest as metadata give it: exactly 2 * size hex digits, which become lower-case. False: it is none. */
bool ddl_digest_read(char hex[DDL_DIGEST_HEX], const char *text, size_t size) DDL_MUST_CHECK;

#endif
