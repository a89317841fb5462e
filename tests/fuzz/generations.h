/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the targets of generations 1 and 2 share: the input is XS-REPOSITORY, a zero byte, XS-PACKAGES. */
#ifndef DDL_FUZZ_GENERATIONS_H
#define DDL_FUZZ_GENERATIONS_H

#include <stdlib.h>
#include <string.h>

#include "repository/repository.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read by the sanitizer; a string without its end or a wild pointer would be found here. */
static void touch(const char *text)
{
	if (strlen(text) > DDL_MAX_METADATA)
		abort();
}

typedef int (*parser)(struct ddl_arena *arena, const char *directory, const struct ddl_blob *repository,
		      const struct ddl_blob *packages, struct ddl_repo *repo, const char ***notes, size_t *n_notes,
		      struct ddl_error *error);

/* 0: there is a repository; else an error that says something. */
static int parse_both(parser parse, struct ddl_arena *arena, const uint8_t *data, size_t size, struct ddl_repo *repo)
{
	const char *text = (const char *)data, *zero = size ? memchr(text, 0, size) : NULL;
	size_t first = zero ? (size_t)(zero - text) : size;
	struct ddl_blob blobs[2] = {
		{ "XS-REPOSITORY", text, first, false },
		{ "XS-PACKAGES", zero ? zero + 1 : text, zero ? size - first - 1 : size, false },
	};
	struct ddl_error error = DDL_ERROR_INIT;

	if (parse(arena, "packages", &blobs[0], &blobs[1], repo, NULL, NULL, &error) == 0) {
		touch(repo->identifier);
		touch(repo->description);
		touch(repo->build);
		return 0;
	}
	if (error.code == DDL_OK || !*error.text)
		abort();
	return -1;
}

static void touch_packages(const struct ddl_repo *repo)
{
	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_package *p = &repo->packages[i];

		touch(p->label);
		touch(p->options);
		touch(p->kernel);
		if (strlen(p->digest) != 32 || !*p->file || *p->file == '/' || *p->root == '/' || strcmp(p->file, "..") == 0 ||
		    strncmp(p->file, "../", 3) == 0 || strstr(p->file, "/../"))
			abort();
	}
}

#endif
