// SPDX-License-Identifier: GPL-2.0-or-later
/* Understands the lines of an HTTP reply's head. */
#include "fetch/head.h"

#include <string.h>
#include <strings.h>

#include "base/limits.h"

/* Digits at *at, before `end`, which they are stepped over; false: none, or too many. */
static bool number(const char **at, const char *end, uint64_t *value)
{
	const char *begin = *at;

	*value = 0;
	for (; *at < end && **at >= '0' && **at <= '9'; (*at)++)
		if (__builtin_mul_overflow(*value, 10U, value) || __builtin_add_overflow(*value, (uint64_t)(**at - '0'), value))
			return false;
	return *at > begin;
}

static bool one(const char **at, const char *end, char c)
{
	return *at < end && *(*at)++ == c;
}

/* "bytes 0-262143/547000"; without a size ("/ *") it is of no use. */
static void take_range(struct ddl_head *head, const char *at, const char *end)
{
	if (end - at < 6 || strncasecmp(at, "bytes ", 6) != 0)
		return;
	at += 6;
	head->has_range = number(&at, end, &head->from) && one(&at, end, '-') && number(&at, end, &head->to) &&
			  one(&at, end, '/') && number(&at, end, &head->total) && at == end && head->from <= head->to &&
			  head->to < head->total;
}

static void take_tag(struct ddl_head *head, const char *at, const char *end)
{
	size_t n = (size_t)(end - at);

	if (n >= sizeof(head->tag))
		return;
	memcpy(head->tag, at, n);
	head->tag[n] = '\0';
}

/* The value of the field, where it is that one. */
static const char *value_of(const char *line, const char *end, const char *field)
{
	size_t n = strlen(field);

	if ((size_t)(end - line) <= n || strncasecmp(line, field, n) != 0 || line[n] != ':')
		return NULL;
	for (line += n + 1; line < end && (*line == ' ' || *line == '\t'); line++)
		continue;
	return line;
}

bool ddl_head_line(struct ddl_head *head, const char *line, size_t n)
{
	const char *end = line + n, *value;

	head->length_of_head += n;
	if (head->length_of_head > DDL_MAX_REPLY_HEAD)
		return false;
	while (end > line && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' '))
		end--;
	if (end - line >= 10 && memcmp(line, "HTTP/", 5) == 0 && (value = memchr(line, ' ', (size_t)(end - line)))) {
		const size_t so_far = head->length_of_head;
		uint64_t status = 0;

		value++;
		*head = (struct ddl_head){ .length_of_head = so_far };
		head->status = number(&value, end, &status) && status < 1000 ? (unsigned)status : 0;
	} else if ((value = value_of(line, end, "Content-Range"))) {
		take_range(head, value, end);
	} else if ((value = value_of(line, end, "Content-Length"))) {
		head->has_length = number(&value, end, &head->length) && value == end;
	} else if ((value = value_of(line, end, "ETag"))) {
		if (value < end && *value == '"') /* a weak one does not tell whether bytes are the same */
			take_tag(head, value, end);
	} else if (!*head->tag && (value = value_of(line, end, "Last-Modified"))) {
		take_tag(head, value, end);
	}
	return true;
}
