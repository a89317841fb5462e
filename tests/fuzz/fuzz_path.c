// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes the path policy and the cleaning of texts. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Part by part: no empty one, no "." and "..", no control characters. */
static void check_clean(const char *path)
{
	if (!*path || strlen(path) >= DDL_MAX_PATH)
		abort();
	while (*path) {
		size_t n = strcspn(path, "/");

		if (!n || (n == 1 && *path == '.') || (n == 2 && path[0] == '.' && path[1] == '.'))
			abort();
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)path[i] < 0x20 || path[i] == 0x7f)
				abort();
		path += n;
		if (*path && !*++path)
			abort();
	}
}

static void check_policy(const char *name)
{
	char clean[DDL_MAX_PATH], relative[DDL_MAX_PATH], again[DDL_MAX_PATH];
	bool fine = ddl_path_clean(clean, sizeof(clean), name);
	bool strict = ddl_path_clean_relative(relative, sizeof(relative), name);

	if ((strict && !fine) || (strict && (*name == '/' || strcmp(clean, relative) != 0)))
		abort();
	if (!fine)
		return;
	check_clean(clean);
	if (!ddl_path_clean_relative(again, sizeof(again), clean) || strcmp(again, clean) != 0)
		abort();
}

static void check_text(char *text)
{
	char *once;

	ddl_text_clean_in_place(text);
	once = strdup(text);
	if (!once)
		return;
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			abort();
	ddl_text_clean_in_place(text);
	if (strcmp(once, text) != 0)
		abort();
	free(once);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	check_policy(text);
	check_text(text);
	free(text);
	return 0;
}
