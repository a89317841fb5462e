/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes JSON (RFC 8259), indented with two blanks, into memory.
 *
 * Usage: start with `struct json json = JSON_INIT`, open an object or array, add members,
 * close what was opened, and take the text with json_take(). `key` is NULL inside arrays
 * and for the outermost value. Failures (memory, nesting) are remembered: only json_take
 * has to be looked at.
 */
#ifndef DDL_JSON_H
#define DDL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_MAX_DEPTH 16U

struct json {
	char *text; /* NUL-ended, once something was written */
	size_t used, room;
	unsigned depth;
	char close[JSON_MAX_DEPTH]; /* what closes each open value */
	bool filled[JSON_MAX_DEPTH]; /* has a member already */
	bool failed;
};

#define JSON_INIT \
	{ \
		NULL, 0, 0, 0, { 0 }, { false }, false \
	}

void json_object(struct json *json, const char *key);
void json_array(struct json *json, const char *key);
void json_close(struct json *json);

/*
 * Any bytes are allowed in `text`: control characters are escaped, what is no UTF-8
 * becomes U+FFFD. NULL is written as null.
 */
void json_text(struct json *json, const char *key, const char *text);
/* As json_text, but "" is written as null: for facts that are not there. */
void json_fact(struct json *json, const char *key, const char *text);
void json_texts(struct json *json, const char *key, const char *const *texts, size_t count);
void json_number(struct json *json, const char *key, uint64_t number);
void json_signed(struct json *json, const char *key, int64_t number);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/*
 * The finished text with a newline at its end, to be freed with free(); NULL when memory
 * was short or something was left open. `json` is empty afterwards.
 */
char *json_take(struct json *json) __attribute__((warn_unused_result));

#endif
