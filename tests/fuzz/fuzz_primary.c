// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes the list of packages of generation 3: parsed, and resolved from a group that names "a". */
#include <stdlib.h>
#include <string.h>

#include "repository/xenserver_update.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ddl_blob blob = { "repodata/primary.xml", (const char *)data, size, false };
	const char *const names[] = { "a" };
	const char **notes = NULL;
	struct ddl_repo repo = { .family = DDL_FAMILY_XENSERVER_UPDATE };
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_arena *arena = ddl_arena_new();
	size_t n_notes = 0;

	if (!arena)
		return 0;
	if (ddl_primary_parse(arena, &blob, names, 1, "control", &repo, &notes, &n_notes, &error) < 0) {
		if (error.code == DDL_OK || !*error.text)
			abort();
		ddl_arena_free(arena);
		return 0;
	}
	if (!repo.n_packages || repo.n_packages > DDL_MAX_PACKAGES || repo.n_requires > DDL_MAX_REQUIRES ||
	    n_notes > DDL_MAX_LIST_LINES + 1 || strcmp(repo.packages[0].label, "a") != 0)
		abort();
	for (size_t i = 0; i < repo.n_packages; i++) {
		const struct ddl_package *p = &repo.packages[i];

		if (!*p->label || strlen(p->digest) != 64 || !*p->file || *p->file == '/' || strcmp(p->file, "..") == 0 ||
		    strncmp(p->file, "../", 3) == 0 || strstr(p->file, "/../"))
			abort();
	}
	for (size_t i = 0; i < repo.n_requires; i++)
		if (!*repo.requires[i].name || !*repo.requires[i].version)
			abort();
	ddl_arena_free(arena);
	return 0;
}
