// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes the reader of modules: whatever it takes is bounded and clean. */
#include <stdlib.h>
#include <string.h>

#include "module/modinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_list(const char **texts, size_t count, size_t max)
{
	if (count > max)
		abort();
	for (size_t i = 0; i < count; i++)
		if (strlen(texts[i]) > DDL_MAX_NAME)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_module module;

	if (!arena)
		return 0;
	if (ddl_modinfo_read(arena, "lib/modules/x/a.ko", data, size, &module, &error) < 0) {
		if (error.code != DDL_E_MODULE || !*error.text)
			abort();
	} else {
		if (!*module.name || strlen(module.name) > 64 || strpbrk(module.name, "/.- ") || !*module.vermagic ||
		    strlen(module.version) > DDL_MAX_NAME || strlen(module.description) > DDL_MAX_TEXT)
			abort();
		check_list(module.aliases, module.n_aliases, DDL_MAX_ALIASES);
		check_list(module.depends, module.n_depends, DDL_MAX_DEPENDS);
		check_list(module.firmware, module.n_firmware, DDL_MAX_FIRMWARE);
	}
	ddl_arena_free(arena);
	return 0;
}
