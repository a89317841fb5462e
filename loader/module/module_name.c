// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of modules and of the files that hold them. */
#include "module/module_name.h"

#include <string.h>

#include "base/path.h"
#include "base/text.h"

bool ddl_module_name_equal(const char *a, const char *b)
{
	size_t n = strlen(a);

	return n == strlen(b) && ddl_text_same_name(a, b, n);
}

void ddl_module_name_fold(char *name)
{
	for (; *name; name++)
		if (*name == '-')
			*name = '_';
}

char *ddl_module_name_of_file(struct ddl_arena *arena, const char *path)
{
	const char *base = ddl_path_base(path), *end = *base ? strstr(base + 1, ".ko") : NULL;
	char *name;

	while (end && end[3] && end[3] != '.') /* "a.konfig.ko" */
		end = strstr(end + 1, ".ko");
	name = ddl_arena_dupn(arena, base, end ? (size_t)(end - base) : strlen(base));
	if (name)
		ddl_module_name_fold(name);
	return name;
}

/* A compressed file is a module when it is called one; the child that reads it sees whether it is. */
bool ddl_module_name_is_packed(const char *name)
{
	static const char *const ends[] = { ".ko.gz", ".ko.xz", ".ko.zst", ".ko.bz2" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (ddl_text_ends_in(name, ends[i]))
			return true;
	return false;
}

bool ddl_module_name_is(const char *file)
{
	return ddl_text_ends_in(file, ".ko") || ddl_module_name_is_packed(file);
}

bool ddl_module_name_is_loose(const char *name)
{
	static const char *const packages[] = { ".rpm", ".deb", ".udeb", ".ude" };

	for (size_t i = 0; i < sizeof(packages) / sizeof(*packages); i++)
		if (ddl_text_ends_in(name, packages[i]))
			return true;
	return ddl_module_name_is(name);
}
