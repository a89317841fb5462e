// SPDX-License-Identifier: GPL-2.0-or-later
/* The tree's modules.dep where it is text only, as busybox' depmod and those before 2008 leave it: libkmod wants modules.dep.bin. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/path.h"
#include "kernel/kernel_linux.h"
#include "module/module_name.h"

/* A file as the list names it: below the tree, or by its whole path. NULL: no memory, or too long to be there. */
static const char *place_of(const struct linux_kernel *self, struct ddl_arena *arena, const char *file)
{
	char path[DDL_MAX_PATH];

	return ddl_path_join(path, sizeof(path), *file == '/' ? self->root : self->tree, file) ? ddl_arena_dup(arena, path) :
												 NULL;
}

/* "a.ko: b.ko c.ko" is loaded from its end. Of a file that is not in this initrd the name is taken, so that it is named. */
static int take_needs(const struct linux_kernel *self, struct ddl_arena *arena, char *files, struct ddl_tree_module *module)
{
	size_t count = 0;
	char *rest = NULL;

	for (const char *c = files; *c; c++)
		count += *c == ' ' || *c == '\t';
	module->needs = ddl_arena_alloc(arena, count + 1, sizeof(*module->needs));
	if (!module->needs)
		return -1;
	for (char *file = strtok_r(files, " \t\n", &rest); file; file = strtok_r(NULL, " \t\n", &rest)) {
		const char *place = place_of(self, arena, file);

		if (place && access(place, R_OK) < 0)
			place = ddl_module_name_of_file(arena, file);
		if (!place)
			return -1;
		memmove(module->needs + 1, module->needs, module->n_needs * sizeof(*module->needs));
		module->needs[0] = place;
		module->n_needs++;
	}
	return 0;
}

/* 1: this line is it; -1: no memory. */
static int take_line(const struct linux_kernel *self, struct ddl_arena *arena, char *line, const char *name,
		     struct ddl_tree_module *module)
{
	char *colon = strchr(line, ':');
	const char *its;

	if (!colon)
		return 0;
	*colon = '\0';
	its = ddl_module_name_of_file(arena, line);
	if (!its)
		return -1;
	if (!ddl_module_name_equal(its, name))
		return 0;
	*module = (struct ddl_tree_module){ .name = its, .path = place_of(self, arena, line) };
	if (!module->path || access(module->path, R_OK) < 0)
		return 0;
	return take_needs(self, arena, colon + 1, module) < 0 ? -1 : 1;
}

int linux_dep_text_find(const struct linux_kernel *self, struct ddl_arena *arena, const char *name,
			struct ddl_tree_module *module, bool *found, struct ddl_error *error)
{
	char path[DDL_MAX_PATH];
	DDL_FREE char *line = NULL;
	size_t room = 0;
	int result = 0;
	FILE *file;

	if (!ddl_path_join(path, sizeof(path), self->tree, "modules.dep.bin") || access(path, F_OK) == 0)
		return 0;
	path[strlen(path) - strlen(".bin")] = '\0';
	file = fopen(path, "re");
	while (file && result == 0 && getline(&line, &room, file) > 0)
		result = take_line(self, arena, line, name, module);
	if (file)
		(void)fclose(file);
	*found = result > 0;
	return result < 0 ? ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", name) : 0;
}
