// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes a checksum file: the name it is about, a NUL, then its text. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "verify/checksum_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *name = (const char *)data, *end = memchr(data, '\0', size);
	char digest[DDL_SUM_ROOM];
	size_t digits;
	bool other;

	if (!end)
		return 0;
	if (ddl_checksum_file_read(end + 1, size - (size_t)(end + 1 - name), name, digest, &other) != (*digest != '\0'))
		abort();
	digits = strnlen(digest, sizeof(digest));
	if (digits && digits != 32 && digits != 64)
		abort();
	for (size_t i = 0; i < digits; i++)
		if (!isxdigit((unsigned char)digest[i]) || isupper((unsigned char)digest[i]))
			abort();
	return 0;
}
