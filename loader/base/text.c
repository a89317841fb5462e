// SPDX-License-Identifier: GPL-2.0-or-later
/* Text from outside made safe to show: UTF-8 checked, controls taken out, widths, figures. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

/*
 * Decodes one UTF-8 character of at most `n` bytes (RFC 3629: no overlong forms, no
 * surrogates). Returns its length, or 0 when the bytes are not one.
 */
static size_t decode(const unsigned char *s, size_t n, uint32_t *code)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;
	uint32_t c;

	if (!length || length > n)
		return 0;
	c = length == 1 ? s[0] : s[0] & (0xFFU >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if (s[i] >> 6 != 2)
			return 0;
		c = c << 6 | (s[i] & 0x3FU);
	}
	if (c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		return 0;
	*code = c;
	return length;
}

/*
 * Characters that move, hide or reorder what a person sees, or that are not seen: by Unicode's properties
 * Default_Ignorable_Code_Point, Cc, Cf, Zl and Zp (test_text asks perl for these), noncharacters, and the blank of Braille.
 */
static bool deceives(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x7F, 0x9F },       { 0xAD, 0xAD },       { 0x34F, 0x34F },     { 0x600, 0x605 },     { 0x61C, 0x61C },
		{ 0x6DD, 0x6DD },     { 0x70F, 0x70F },     { 0x890, 0x891 },     { 0x8E2, 0x8E2 },     { 0x115F, 0x1160 },
		{ 0x17B4, 0x17B5 },   { 0x180B, 0x180F },   { 0x200B, 0x200F },   { 0x2028, 0x202E },   { 0x2060, 0x206F },
		{ 0x2800, 0x2800 },   { 0x3164, 0x3164 },   { 0xFDD0, 0xFDEF },   { 0xFE00, 0xFE0F },   { 0xFEFF, 0xFEFF },
		{ 0xFFA0, 0xFFA0 },   { 0xFFF0, 0xFFFB },   { 0x110BD, 0x110BD }, { 0x110CD, 0x110CD }, { 0x13430, 0x1343F },
		{ 0x1BCA0, 0x1BCA3 }, { 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF },
	};

	if (c < 0x7F)
		return c < 0x20;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return (c & 0xFFFE) == 0xFFFE;
}

static bool is_space(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

size_t ddl_text_clean(char *to, size_t room, const char *from, size_t length)
{
	const unsigned char *s = (const unsigned char *)from;
	size_t out = 0;

	if (!room)
		return 0;
	for (size_t i = 0; i < length && s[i];) {
		uint32_t c = 0;
		size_t n = decode(s + i, length - i, &c);

		if (n && is_space(c)) {
			if (room - out < 2)
				break;
			to[out++] = ' ';
		} else if (!n || deceives(c)) {
			if (room - out < 2)
				break;
			to[out++] = '?';
		} else if (n == 1) { /* by far the most: a call of musl's memmove costs more than the rest */
			if (room - out < 2)
				break;
			to[out++] = (char)c;
		} else {
			if (room - out < n + 1)
				break;
			memmove(to + out, s + i, n);
			out += n;
		}
		i += n ? n : 1;
	}
	to[out] = '\0';
	return out;
}

void ddl_text_clean_in_place(char *text)
{
	size_t n = strlen(text);

	(void)ddl_text_clean(text, n + 1, text, n); /* never grows: reading stays ahead of writing */
}

char *ddl_text_keep(struct ddl_arena *arena, const char *text, size_t length)
{
	char *copy = ddl_arena_alloc(arena, length + 1, 1);

	if (copy)
		(void)ddl_text_clean(copy, length + 1, text, length);
	return copy;
}

void ddl_text_clean_lines(char *text, size_t length)
{
	size_t from = 0, to = 0;

	while (from < length) {
		char *line = text + from, *end = memchr(line, '\n', length - from);
		size_t n = end ? (size_t)(end - line) : length - from;

		for (size_t i = 0; i < n; i++)
			line[i] = line[i] ? line[i] : ' '; /* what stands behind a NUL is to be read, too */
		memmove(text + to, line, n);
		to += ddl_text_clean(text + to, n + 1, text + to, n);
		if (end)
			text[to++] = '\n';
		from += n + (end != NULL);
	}
	text[to] = '\0';
}

/* Wide in the sense of Unicode's East Asian Width W and F, in ranges. */
static bool is_wide(uint32_t c)
{
	return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0x303E) || (c >= 0x3041 && c <= 0xA4CF) ||
	       (c >= 0xA960 && c <= 0xA97F) || (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
	       (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF01 && c <= 0xFF60) || (c >= 0xFFE0 && c <= 0xFFE6) ||
	       (c >= 0x1F300 && c <= 0x1F64F) || (c >= 0x1F900 && c <= 0x1F9FF) || (c >= 0x20000 && c <= 0x3FFFD);
}

static bool is_combining(uint32_t c)
{
	return (c >= 0x300 && c <= 0x36F) || (c >= 0x483 && c <= 0x489) || (c >= 0x591 && c <= 0x5BD) ||
	       (c >= 0x64B && c <= 0x65F) || (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x1DC0 && c <= 0x1DFF) ||
	       (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xFE20 && c <= 0xFE2F);
}

/* The bytes of as much of its beginning as takes at most so many columns; those it takes in *width. */
static size_t beginning(const char *utf8, size_t columns, size_t *width)
{
	size_t n = strlen(utf8), i = 0;

	*width = 0;
	while (i < n) {
		uint32_t c = 0;
		size_t length = decode((const unsigned char *)utf8 + i, n - i, &c);
		size_t takes = !length ? 1 : is_combining(c) ? 0 : is_wide(c) ? 2 : 1;

		if (*width + takes > columns)
			break;
		*width += takes;
		i += length ? length : 1;
	}
	return i;
}

size_t ddl_text_width(const char *utf8)
{
	size_t width;

	(void)beginning(utf8, SIZE_MAX, &width);
	return width;
}

/* In just so many columns; of what is too long `tail` columns of its end are kept. */
static char *column(char *to, size_t room, const char *text, size_t columns, size_t tail)
{
	size_t whole = ddl_text_width(text), used = whole, skipped, bytes = strlen(text);
	const char *end = "", *mark = "";

	if (whole > columns && columns > tail) {
		mark = "~";
		bytes = beginning(text, columns - tail - 1, &used);
		end = text + beginning(text, whole - tail, &skipped);
		if (skipped < whole - tail) /* half of a wide character */
			end += beginning(end, 2, &skipped);
		used += 1 + ddl_text_width(end);
	} else if (whole > columns) {
		bytes = used = 0;
	}
	if ((size_t)snprintf(to, room, "%.*s%s%s%*s", (int)bytes, text, mark, end, (int)(columns - used), "") >= room)
		for (bytes = room - 1; bytes && (to[bytes - 1] & 0x80); bytes--) /* not half a character */
			to[bytes - 1] = '\0';
	return to;
}

char *ddl_text_column(char *to, size_t room, const char *text, size_t columns)
{
	return column(to, room, text, columns, 0);
}

char *ddl_text_middle(char *to, size_t room, const char *text, size_t columns)
{
	return column(to, room, text, columns, columns / 2);
}

void ddl_text_ascii(char *utf8)
{
	size_t n = strlen(utf8), out = 0;

	for (size_t i = 0; i < n;) {
		uint32_t c;
		size_t length = decode((const unsigned char *)utf8 + i, n - i, &c);
		size_t columns = !length ? 1 : is_combining(c) ? 0 : is_wide(c) ? 2 : 1;

		if (length == 1)
			utf8[out++] = utf8[i];
		else
			for (size_t column = 0; column < columns; column++)
				utf8[out++] = '?';
		i += length ? length : 1;
	}
	utf8[out] = '\0';
}

char *ddl_text_size(char *to, size_t room, uint64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	uint64_t whole = bytes, tenth = 0;
	size_t unit = 0;

	while (whole >= 1000 && unit + 1 < sizeof(units) / sizeof(*units)) {
		tenth = whole % 1000 / 100;
		whole /= 1000;
		unit++;
	}
	if (unit && whole < 100)
		(void)snprintf(to, room, "%llu.%llu %s", (unsigned long long)whole, (unsigned long long)tenth, units[unit]);
	else
		(void)snprintf(to, room, "%llu %s", (unsigned long long)whole, units[unit]);
	return to;
}

void ddl_text_hex(char *to, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		to[2 * i] = digits[bytes[i] >> 4];
		to[2 * i + 1] = digits[bytes[i] & 15];
	}
	to[2 * n] = '\0';
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool ddl_text_unhex(const char *text, uint8_t *bytes, size_t n)
{
	size_t digits = 0;

	for (; *text; text++) {
		int value = digit(*text);

		if (value < 0) {
			if (!strchr(" \t\r\n:-", *text))
				return false;
			continue;
		}
		if (digits == 2 * n)
			return false;
		if (digits % 2)
			bytes[digits / 2] = (uint8_t)(bytes[digits / 2] | value);
		else
			bytes[digits / 2] = (uint8_t)(value << 4);
		digits++;
	}
	return digits == 2 * n;
}

void ddl_text_groups(char *to, size_t room, const char *hex)
{
	size_t out = 0;

	for (size_t i = 0; hex[i] && room - out > 2; i++) {
		if (i && i % 4 == 0)
			to[out++] = ' ';
		to[out++] = hex[i];
	}
	if (room)
		to[out] = '\0';
}

bool ddl_text_is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void ddl_text_trim(const char **text, size_t *length)
{
	while (*length && ddl_text_is_blank(**text)) {
		++*text;
		--*length;
	}
	while (*length && ddl_text_is_blank((*text)[*length - 1]))
		--*length;
}

size_t ddl_text_word(const char *text)
{
	bool quoted = false;
	size_t n;

	for (n = 0; text[n] && (quoted || !ddl_text_is_blank(text[n])); n++)
		if (text[n] == '"')
			quoted = !quoted;
	return n;
}

size_t ddl_text_fields(char *line, char **fields, size_t max)
{
	size_t count = 0;

	while (count < max) {
		while (ddl_text_is_blank(*line))
			line++;
		if (!*line)
			break;
		fields[count++] = line;
		while (*line && !ddl_text_is_blank(*line))
			line++;
		if (*line)
			*line++ = '\0';
	}
	return count;
}

bool ddl_text_same_name(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((a[i] == '-' ? '_' : a[i]) != (b[i] == '-' ? '_' : b[i]))
			return false;
	return true;
}

bool ddl_text_is_word(const char *text)
{
	return *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")];
}

bool ddl_text_ends(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return m <= n && memcmp(text + n - m, end, m) == 0;
}

bool ddl_text_ends_in(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length > tail && strcasecmp(text + length - tail, end) == 0;
}

bool ddl_text_starts(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

bool ddl_text_number(const char *text, size_t length, uint64_t max, uint64_t *value)
{
	uint64_t number = 0;

	if (!length)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		if (__builtin_mul_overflow(number, 10U, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(text[i] - '0'), &number) || number > max)
			return false;
	}
	*value = number;
	return true;
}

int ddl_text_device_order(const char *a, const char *b)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	size_t m = strspn(a, letters), n = strspn(b, letters);

	if (m != n && strncmp(a, b, 2) == 0)
		return m < n ? -1 : 1;
	return strverscmp(a, b);
}
