// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes the group file of generation 3. */
#include <stdlib.h>
#include <string.h>

#include "repository/xenserver_update.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ddl_blob blob = { "repodata/comps.xml", (const char *)data, size, false };
	const char **names = NULL;
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_arena *arena = ddl_arena_new();
	size_t count = 0;
	enum ddl_comps found = DDL_COMPS_NO_GROUP;

	if (!arena)
		return 0;
	if (ddl_comps_parse(arena, &blob, &names, &count, &found, &error) < 0) {
		if (error.code == DDL_OK || !*error.text)
			abort();
	} else if (found == DDL_COMPS_NO_GROUP ? count > 0 : found == DDL_COMPS_GROUP && !count) {
		abort();
	}
	for (size_t i = 0; i < count; i++)
		if (strlen(names[i]) > DDL_MAX_NAME)
			abort();
	ddl_arena_free(arena);
	return 0;
}
