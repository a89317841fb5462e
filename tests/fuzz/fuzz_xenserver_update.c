// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes update.xml of generation 3. */
#include <stdlib.h>
#include <string.h>

#include "repository/xenserver_update.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ddl_blob blob = { "update.xml", (const char *)data, size, false };
	struct ddl_repo repo = { .family = DDL_FAMILY_XENSERVER_UPDATE };
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_arena *arena = ddl_arena_new();
	const char *control;

	if (!arena)
		return 0;
	if (ddl_update_parse(arena, &blob, &repo, &control, &error) < 0) {
		if (error.code == DDL_OK || !*error.text)
			abort();
	} else if (!*repo.identifier || !control || !*repo.uuid || !*repo.description || strlen(repo.version) > DDL_MAX_NAME ||
		   *repo.key == '/' || strncmp(repo.key, "..", 3) == 0 || strncmp(repo.key, "../", 3) == 0) {
		abort();
	}
	ddl_arena_free(arena);
	return 0;
}
