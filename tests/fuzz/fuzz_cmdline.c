// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes the kernel command line: any bytes. What guards something is never half understood. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "boot/cmdline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_cmdline line;

	if (!arena)
		return 0;
	if (ddl_cmdline_parse(arena, (const char *)data, size, &line, &error) < 0)
		abort(); /* only without memory */
	if (line.n_warnings > DDL_MAX_WARNINGS || line.n_sources > DDL_MAX_WORDS)
		abort();
	if (line.trouble.code == DDL_OK && (line.mode == DDL_MODE_SOURCES) != (line.n_sources > 0))
		abort();
	if (line.trouble.code == DDL_OK && line.fingerprint && strlen(line.fingerprint) < 32)
		abort();
	for (size_t i = 0; i < line.n_sources; i++)
		if (!*line.sources[i] || strchr(line.sources[i], ','))
			abort();
	for (size_t i = 0; i < line.n_warnings; i++)
		if (!*line.warnings[i] || strchr(line.warnings[i], '\x1b'))
			abort();
	if ((line.log && *line.log != '/') || (line.console && strchr(line.console, '/')))
		abort();
	ddl_arena_free(arena);
	return 0;
}
