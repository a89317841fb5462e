// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes repomd.xml of generation 3, and the unpacking of what it lists. */
#include <stdlib.h>
#include <string.h>

#include "repository/xenserver_update.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ddl_repomd_file *file)
{
	if (!file->href)
		return;
	if (!*file->href || *file->href == '/' || strcmp(file->href, "..") == 0 || strncmp(file->href, "../", 3) == 0 ||
	    strstr(file->href, "/../") || strlen(file->sum) != 64 || (file->open_sum && strlen(file->open_sum) != 64))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ddl_blob blob = { "repodata/repomd.xml", (const char *)data, size, false };
	const char **files = NULL;
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_repomd repomd;
	size_t count = 0;

	if (!arena)
		return 0;
	if (ddl_repomd_parse(arena, &blob, &repomd, &error) < 0) {
		if (error.code == DDL_OK || !*error.text)
			abort();
	} else {
		const struct ddl_blob blobs[] = { { "update.xml", "<update name-label='a' uuid='b'/>", 33, false }, blob };

		check(&repomd.primary);
		check(&repomd.group);
		if (!repomd.primary.href || ddl_update_files(arena, blobs, 2, &files, &count, &error) < 0 || !count)
			abort();
	}
	ddl_arena_free(arena);
	return 0;
}
