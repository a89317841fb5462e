// SPDX-License-Identifier: GPL-2.0-or-later
/* Takes the armour off OpenPGP public keys. */
#include "verify/armor.h"

#include <nettle/base64.h>
#include <stdbool.h>
#include <string.h>

static const char begin[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----";

/* Does a public key packet (RFC 4880, 4.2: tag 6, in the old or the new form) begin here? */
static bool is_key(const uint8_t *bytes, size_t n)
{
	return n > 2 && ((bytes[0] & 0xc0) == 0xc0 ? (bytes[0] & 0x3f) == 6 : (bytes[0] & 0xfc) == 0x98);
}

/* The line at `*at`, without its end; *at goes behind it. False at the end of the text. */
static bool next_line(const char **at, const char *end, const char **line, size_t *length)
{
	const char *stop = *at < end ? memchr(*at, '\n', (size_t)(end - *at)) : NULL;

	if (*at >= end)
		return false;
	*line = *at;
	stop = stop ? stop : end;
	*length = (size_t)(stop - *at);
	*at = stop < end ? stop + 1 : end;
	while (*length && strchr("\r\t ", (*line)[*length - 1]))
		(*length)--;
	return true;
}

/* One block's bytes, from behind its first line; *at goes to its end. */
static size_t open_block(uint8_t *to, const char **at, const char *end)
{
	struct base64_decode_ctx decoder;
	const char *line;
	size_t length, total = 0, got;

	while (next_line(at, end, &line, &length) && length) /* "Version:" and the like, up to an empty line */
		;
	base64_decode_init(&decoder);
	while (next_line(at, end, &line, &length)) {
		if (length && (line[0] == '=' || line[0] == '-'))
			return is_key(to, total) ? total : 0;
		got = BASE64_DECODE_LENGTH(length);
		if (!base64_decode_update(&decoder, &got, to + total, length, line))
			return 0;
		total += got;
	}
	return 0; /* it does not end */
}

size_t ddl_armor_open(uint8_t *to, const void *from, size_t n)
{
	const char *at = from, *end = at + n, *line;
	size_t length, total = 0;

	if (is_key(from, n)) {
		memcpy(to, from, n);
		return n;
	}
	while (next_line(&at, end, &line, &length))
		if (length == sizeof(begin) - 1 && memcmp(line, begin, length) == 0)
			total += open_block(to + total, &at, end);
	return total;
}
