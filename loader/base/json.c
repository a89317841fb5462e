/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small JSON writer: memory, commas, indentation and escapes. */
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 4096U

static void put(struct json *json, const char *bytes, size_t length)
{
	if (json->failed)
		return;
	if (json->room - json->used <= length) {
		size_t room = json->room ? json->room : FIRST_ROOM;
		while (room - json->used <= length) {
			if (room > SIZE_MAX / 2) {
				json->failed = true;
				return;
			}
			room *= 2;
		}
		char *text = realloc(json->text, room);
		if (!text) {
			json->failed = true;
			return;
		}
		json->text = text;
		json->room = room;
	}
	memcpy(json->text + json->used, bytes, length);
	json->used += length;
	json->text[json->used] = '\0';
}

static void put_string(struct json *json, const char *text)
{
	put(json, text, strlen(text));
}

static void new_line(struct json *json)
{
	put(json, "\n", 1);
	for (unsigned i = 0; i < json->depth; i++)
		put(json, "  ", 2);
}

/*
 * Length of the well-formed UTF-8 sequence at `s` (Unicode 15, table 3-7), 0 when there is
 * none. The NUL at the end of a text is never a continuation byte, so nothing is read past it.
 */
static size_t utf8_length(const unsigned char *s)
{
	static const struct {
		unsigned char first, last, low, high, length;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if (s[0] < forms[i].first || s[0] > forms[i].last)
			continue;
		if (s[1] < forms[i].low || s[1] > forms[i].high)
			return 0;
		for (size_t k = 2; k < forms[i].length; k++)
			if (s[k] < 0x80 || s[k] > 0xbf)
				return 0;
		return forms[i].length;
	}
	return 0;
}

static void put_escape(struct json *json, unsigned char c)
{
	char escape[8];

	switch (c) {
	case '"':
		put_string(json, "\\\"");
		return;
	case '\\':
		put_string(json, "\\\\");
		return;
	case '\n':
		put_string(json, "\\n");
		return;
	case '\t':
		put_string(json, "\\t");
		return;
	default:
		snprintf(escape, sizeof escape, "\\u%04x", (unsigned)c);
		put_string(json, escape);
	}
}

static void put_quoted(struct json *json, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	put(json, "\"", 1);
	while (*s) {
		size_t length = 1;
		if (*s < 0x20 || *s == 0x7f || *s == '"' || *s == '\\') {
			put_escape(json, *s);
		} else if (*s < 0x80) {
			put(json, (const char *)s, 1);
		} else if ((length = utf8_length(s)) != 0) {
			put(json, (const char *)s, length);
		} else {
			length = 1;
			put_string(json, "\xef\xbf\xbd");
		}
		s += length;
	}
	put(json, "\"", 1);
}

/* Comma, new line and key: all that comes before a value. */
static void begin(struct json *json, const char *key)
{
	if (json->depth) {
		if (json->filled[json->depth - 1])
			put(json, ",", 1);
		json->filled[json->depth - 1] = true;
		new_line(json);
	}
	if (key) {
		put_quoted(json, key);
		put(json, ": ", 2);
	}
}

static void open_value(struct json *json, const char *key, const char *mark, char closing)
{
	begin(json, key);
	put(json, mark, 1);
	if (json->depth == JSON_MAX_DEPTH) {
		json->failed = true;
		return;
	}
	json->close[json->depth] = closing;
	json->filled[json->depth] = false;
	json->depth++;
}

void json_object(struct json *json, const char *key)
{
	open_value(json, key, "{", '}');
}

void json_array(struct json *json, const char *key)
{
	open_value(json, key, "[", ']');
}

void json_close(struct json *json)
{
	if (!json->depth) {
		json->failed = true;
		return;
	}
	json->depth--;
	if (json->filled[json->depth])
		new_line(json);
	put(json, &json->close[json->depth], 1);
}

void json_text(struct json *json, const char *key, const char *text)
{
	begin(json, key);
	if (text)
		put_quoted(json, text);
	else
		put_string(json, "null");
}

void json_fact(struct json *json, const char *key, const char *text)
{
	json_text(json, key, text && *text ? text : NULL);
}

void json_texts(struct json *json, const char *key, const char *const *texts, size_t count)
{
	json_array(json, key);
	for (size_t i = 0; i < count; i++)
		json_text(json, NULL, texts[i]);
	json_close(json);
}

void json_number(struct json *json, const char *key, uint64_t number)
{
	char digits[24];

	begin(json, key);
	snprintf(digits, sizeof digits, "%" PRIu64, number);
	put_string(json, digits);
}

void json_signed(struct json *json, const char *key, int64_t number)
{
	char digits[24];

	begin(json, key);
	snprintf(digits, sizeof digits, "%" PRId64, number);
	put_string(json, digits);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin(json, key);
	put_string(json, value ? "true" : "false");
}

void json_null(struct json *json, const char *key)
{
	json_text(json, key, NULL);
}

char *json_take(struct json *json)
{
	char *text;

	put(json, "\n", 1);
	if (json->failed || json->depth) {
		free(json->text);
		text = NULL;
	} else {
		text = json->text;
	}
	*json = (struct json)JSON_INIT;
	return text;
}
