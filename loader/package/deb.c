// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the files' archive in a Debian package that is read piece by piece. */
#include "package/deb.h"

#include <string.h>

#include "base/text.h"

#define MARK "!<arch>\n"
#define SIZE_AT 48U /* of the member, decimal, filled up with blanks */
#define SIZE_LENGTH 10U
#define END_AT 58U

bool ddl_deb_begins(const uint8_t *first, size_t n)
{
	static const char begin[] = MARK "debian-binary";

	return n >= sizeof(begin) - 1 && memcmp(first, begin, sizeof(begin) - 1) == 0;
}

/* Takes up to `wanted` bytes of the header in; true when they are all there. */
static bool take(struct ddl_deb *deb, size_t wanted, const uint8_t **at, const uint8_t *end)
{
	while (*at < end && deb->have < wanted)
		deb->header[deb->have++] = *(*at)++;
	return deb->have == wanted;
}

/* A member's header is whole: is it the data, or passed over? */
static bool begin_member(struct ddl_deb *deb)
{
	const char *digits = (const char *)deb->header + SIZE_AT;
	size_t length = SIZE_LENGTH;
	uint64_t size;

	ddl_text_trim(&digits, &length);
	if (memcmp(deb->header + END_AT, "`\n", 2) != 0 || !ddl_text_number(digits, length, UINT32_MAX * 4ULL, &size))
		return false;
	deb->have = 0;
	deb->data = memcmp(deb->header, "data.tar", strlen("data.tar")) == 0;
	if (deb->data)
		deb->left = size;
	else
		deb->skip = size + size % 2;
	return true;
}

ssize_t ddl_deb_feed(struct ddl_deb *deb, const uint8_t *piece, size_t n, const void **bytes)
{
	const uint8_t *at = piece, *end = piece + n;

	while (at < end && !deb->data) {
		size_t rest = (size_t)(end - at), skipped = deb->skip < rest ? (size_t)deb->skip : rest;

		at += skipped;
		deb->skip -= skipped;
		if (deb->skip || !take(deb, deb->begun ? DDL_DEB_HEADER : strlen(MARK), &at, end))
			continue;
		if (deb->begun ? !begin_member(deb) : memcmp(deb->header, MARK, strlen(MARK)) != 0)
			return -1;
		if (!deb->begun)
			deb->have = 0;
		deb->begun = true;
	}
	*bytes = at;
	if ((uint64_t)(end - at) > deb->left)
		end = at + deb->left;
	deb->left -= (uint64_t)(end - at);
	return end - at;
}
