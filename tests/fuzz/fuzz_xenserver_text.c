// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes generation 1. */
#include "generations.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_repo repo;

	if (arena && parse_both(ddl_repo_parse_text, arena, data, size, &repo) == 0) {
		if (repo.n_requires || ddl_repo_fill_in(arena, &repo, "6.1.0-56-amd64"))
			abort();
		for (size_t i = 0; i < repo.n_packages; i++)
			if (strstr(repo.packages[i].root, "${"))
				abort();
		touch_packages(&repo);
	}
	ddl_arena_free(arena);
	return 0;
}
