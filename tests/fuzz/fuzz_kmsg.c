// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes a record of the kernel's log: what a driver says can hold anything. */
#include <stdlib.h>
#include <string.h>

#include "kernel/kmsg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ddl_kmsg_record record;
	const char *bytes = (const char *)data;

	if (!ddl_kmsg_parse(bytes, size, &record))
		return 0;
	if (record.text < bytes || record.length > size || (size_t)(record.text - bytes) > size - record.length)
		abort();
	return 0;
}
