// SPDX-License-Identifier: GPL-2.0-or-later
/* Names from outside, cleaned and put together; no file is touched. */
#include "base/path.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool part_is(const char *part, size_t length, const char *text)
{
	return length == strlen(text) && memcmp(part, text, length) == 0;
}

bool ddl_path_clean(char *to, size_t room, const char *from)
{
	size_t used = 0;

	if (room == 0)
		return false;
	to[0] = '\0';
	while (*from != '\0') {
		size_t length = strcspn(from, "/");

		for (size_t i = 0; i < length; i++)
			if ((unsigned char)from[i] < 0x20 || from[i] == 0x7f)
				return false;
		if (part_is(from, length, ".."))
			return false;
		if (length > 0 && !part_is(from, length, ".")) {
			size_t slash = used > 0 ? 1 : 0;

			if (room - used <= slash || room - used - slash <= length)
				return false;
			if (slash)
				to[used++] = '/';
			memcpy(to + used, from, length);
			used += length;
			to[used] = '\0';
		}
		from += length;
		if (*from == '/')
			from++;
	}
	return used > 0;
}

bool ddl_path_clean_relative(char *to, size_t room, const char *from)
{
	return from[0] != '/' && ddl_path_clean(to, room, from);
}

bool ddl_path_join(char *to, size_t room, const char *root, const char *path)
{
	size_t length = root != NULL ? strlen(root) : 0;
	size_t rest;
	bool slash;

	while (length > 0 && root[length - 1] == '/')
		length--;
	slash = length > 0 || (root != NULL && root[0] == '/') || path[0] == '/';
	while (*path == '/')
		path++;
	rest = strlen(path);
	if (room <= length || room - length <= rest || room - length - rest <= (slash ? 1U : 0U))
		return false;
	if (length > 0)
		memcpy(to, root, length);
	if (slash)
		to[length++] = '/';
	memcpy(to + length, path, rest + 1);
	return true;
}

const char *ddl_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* FNV-1a, 64 bits. */
static uint64_t hash_of(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3U;
	return hash;
}

void ddl_path_of_identifier(char name[DDL_MAX_NAME + 1], const char *identifier)
{
	static const size_t tail = sizeof("%~0123456789abcdef") - 1;
	size_t used = 0;

	for (const char *c = identifier; *c; c++) {
		bool escaped = *c == '/' || *c == '%' || (*c == '.' && c == identifier);

		if (DDL_MAX_NAME - used < (escaped ? 3U : 1U)) {
			if (used > DDL_MAX_NAME - tail)
				used = DDL_MAX_NAME - tail;
			(void)snprintf(name + used, tail + 1, "%%~%016" PRIx64, hash_of(identifier));
			return;
		}
		if (escaped)
			used += (size_t)snprintf(name + used, 4, "%%%02X", (unsigned char)*c);
		else
			name[used++] = *c;
	}
	name[used] = '\0';
}
