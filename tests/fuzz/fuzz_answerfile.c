// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes answer files of XenServer's installer: the driver disks that one names. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "boot/answerfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_word(const char *word)
{
	if (!*word || strlen(word) >= DDL_MAX_PATH)
		abort();
	for (; *word; word++)
		if ((unsigned char)*word < 0x20 || *word == 0x7f)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ddl_confine here = { .unconfined = true };
	const struct ddl_blob file = { .name = "answer.xml", .bytes = data ? (const char *)data : "", .length = size };
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	const char **sources;
	size_t count;

	if (!arena)
		abort();
	if (ddl_answerfile_parse(arena, &file, &here, &sources, &count, &error) < 0) {
		if (error.code != DDL_E_ANSWER || !*error.text)
			abort();
		count = 0;
	}
	if (count > DDL_MAX_WORDS)
		abort();
	for (size_t i = 0; i < count; i++)
		check_word(sources[i]);
	ddl_arena_free(arena);
	return 0;
}
