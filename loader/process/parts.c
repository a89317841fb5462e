// SPDX-License-Identifier: GPL-2.0-or-later
/* A result that is larger than one message of a child, put together. */
#include "process/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

int ddl_parts_add(struct ddl_parts *parts, const void *bytes, size_t n, struct ddl_error *error)
{
	uint8_t *larger;

	if (n > DDL_MAX_RESULT - parts->length)
		return ddl_fail(error, DDL_E_DAMAGED, 0, "the reader told something that makes no sense");
	larger = realloc(parts->bytes, parts->length + n + !n);
	if (!larger)
		return ddl_fail(error, DDL_E_MEMORY, 0, "result");
	memcpy(larger + parts->length, bytes, n);
	parts->bytes = larger;
	parts->length += n;
	return 0;
}

int ddl_parts_send(struct ddl_sink *sink, uint32_t type, const uint8_t *bytes, size_t n, struct ddl_error *error)
{
	for (size_t at = 0; at < n; at += DDL_MAX_MESSAGE) {
		size_t rest = n - at;

		if (ddl_sink_send(sink, type, bytes + at, rest < DDL_MAX_MESSAGE ? rest : DDL_MAX_MESSAGE, error) < 0)
			return -1;
	}
	return 0;
}
