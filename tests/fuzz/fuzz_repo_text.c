// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes generation 1: the input is XS-REPOSITORY, a zero byte, XS-PACKAGES. */
#include <stdlib.h>
#include <string.h>

#include "repo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read by the sanitizer; a string without its end or a wild pointer would be found here. */
static void touch(const char *text)
{
	if (strlen(text) > DDL_MAX_METADATA)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *zero = size ? memchr(text, 0, size) : NULL;
	size_t first = zero ? (size_t)(zero - text) : size;
	struct ddl_blob blobs[2] = {
		{ "XS-REPOSITORY", text, first, false },
		{ "XS-PACKAGES", zero ? zero + 1 : text, zero ? size - first - 1 : size, false },
	};
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_repo repo;

	if (!arena)
		return 0;
	if (ddl_repo_parse_text(arena, "packages", &blobs[0], &blobs[1], &repo, &error)) {
		if (error.code == DDL_OK || !*error.text)
			abort();
		ddl_arena_free(arena);
		return 0;
	}
	touch(repo.identifier);
	touch(repo.description);
	touch(repo.build);
	if (repo.n_requires || ddl_repo_fill_in(arena, &repo, "6.1.0-56-amd64"))
		abort();
	for (size_t i = 0; i < repo.n_packages; i++) {
		const struct ddl_package *p = &repo.packages[i];

		touch(p->label);
		touch(p->kernel);
		touch(p->options);
		if (strlen(p->digest) != 32 || !*p->file || *p->file == '/' || *p->root == '/' || strstr(p->root, "${") ||
		    strcmp(p->file, "..") == 0 || strncmp(p->file, "../", 3) == 0 || strstr(p->file, "/../"))
			abort();
	}
	ddl_arena_free(arena);
	return 0;
}
