// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes generation 2. */
#include "generations.h"

static void touch_requires(const struct ddl_repo *repo)
{
	for (size_t i = 0; i < repo->n_requires; i++) {
		const struct ddl_requires *r = &repo->requires[i];

		touch(r->originator);
		if (!ddl_xenserver_version_valid(r->version) ||
		    ddl_xenserver_version_compare(r->version, r->build, repo->version, repo->build) !=
			    -ddl_xenserver_version_compare(repo->version, repo->build, r->version, r->build))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_repo repo;

	if (arena && parse_both(ddl_repo_parse_xml, arena, data, size, &repo) == 0) {
		touch_requires(&repo);
		touch_packages(&repo);
	}
	ddl_arena_free(arena);
	return 0;
}
