// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes XS-REPOSITORY-LIST, alone and as part of a medium that holds a repository it may name. */
#include <stdlib.h>
#include <string.h>

#include "repository/reader.h"
#include "repository/repository.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_directory(const char *name)
{
	if (!*name || *name == '/' || strcmp(name, "..") == 0 || strncmp(name, "../", 3) == 0 || strstr(name, "/../") ||
	    strlen(name) >= DDL_MAX_PATH)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char repository[] =
		"<repository name='n' originator='o' product='p' version='1'><description>d</description></repository>";
	const struct ddl_blob blobs[] = {
		{ "XS-REPOSITORY-LIST", (const char *)data, size, false },
		{ "a/XS-REPOSITORY", repository, sizeof(repository) - 1, false },
		{ "a/XS-PACKAGES", "<packages/>", 11, false },
		{ "packages/XS-REPOSITORY", (const char *)data, size, false }, /* is it text of generation 1? */
		{ "packages/XS-PACKAGES", "<packages/>", 11, false },
	};
	const char **directories = NULL, **notes = NULL;
	size_t count = 0, n_notes = 0, n_repos = 0;
	struct ddl_repo **repos = NULL;
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_arena *arena = ddl_arena_new();

	if (!arena)
		return 0;
	if (ddl_repo_list(arena, blobs[0].bytes, size, &directories, &count, &notes, &n_notes, &error))
		abort();
	if (count > DDL_MAX_LIST_LINES || n_notes > DDL_MAX_LIST_LINES + 1)
		abort();
	for (size_t i = 0; i < count; i++) {
		check_directory(directories[i]);
		for (size_t j = 0; j < i; j++) {
			if (strcmp(directories[i], directories[j]) == 0)
				abort();
		}
	}
	if (ddl_repos_parse(&(struct ddl_contents){ .arena = arena,
						    .blobs = blobs,
						    .n_blobs = sizeof(blobs) / sizeof(*blobs),
						    .notes = &notes,
						    .n_notes = &n_notes },
			    &repos, &n_repos, &error) ||
	    n_repos < 1)
		abort();
	ddl_arena_free(arena);
	return 0;
}
