// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which versions this kernel's symbols have, from the files of its tree: its Module.symvers where
 * that is there, else what its own modules expect of the symbols that they use.
 */
#include "kernel/kernel_linux.h"

#include <dirent.h>
#include <libkmod.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/text.h"
#include "module/modinfo.h"
#include "module/module_file.h"

#define MAX_DEPTH 10U /* of folders in a tree; kernel/drivers/net/ethernet/mellanox/mlx5/core has six */

/* As kernels' packages call it: SUSE, a build by hand, Red Hat. */
static const char *const lists[] = { "modules.symvers", "Module.symvers", "symvers.gz", "symvers.xz", "symvers.zst" };

/* One walk through the tree, for one module. */
struct walk {
	struct linux_kernel *self;
	struct linux_symbols *to;
	const struct ddl_module *module;
	bool no_memory;
};

static bool all_known(const struct ddl_symbol_table *table, const struct ddl_module *module)
{
	for (size_t i = 0; i < module->n_imports; i++)
		if (!ddl_symbol_table_find(table, module->imports[i].name))
			return false;
	return true;
}

static bool enough(const struct walk *walk)
{
	const char *vermagic = walk->to->vermagic;

	if (walk->no_memory || walk->to->n_read >= DDL_MAX_SYMBOL_FILES)
		return true;
	/* of another kind of kernel nothing more has to be known */
	return *vermagic && (strcmp(ddl_vermagic_tail(vermagic), ddl_vermagic_tail(walk->module->vermagic)) != 0 ||
			     all_known(&walk->to->table, walk->module));
}

/* A module of this kernel; what else lies there, or is damaged, says nothing. */
static void read_module(struct walk *walk, const char *path)
{
	struct linux_symbols *to = walk->to;
	struct ddl_arena *scratch = ddl_arena_new();
	struct ddl_module facts = { .vermagic = "" };
	size_t length = 0;
	uint8_t *bytes = scratch ? ddl_module_file_read(path, &length, NULL) : NULL;

	walk->no_memory = !scratch;
	if (bytes && ddl_modinfo_read(scratch, path, bytes, length, &facts, NULL) == 0 &&
	    strcmp(facts.kernel, walk->self->release) == 0) {
		for (size_t i = 0; i < facts.n_imports && !walk->no_memory; i++) {
			facts.imports[i].name = ddl_arena_dup(to->arena, facts.imports[i].name);
			walk->no_memory = !facts.imports[i].name;
		}
		if (!*to->vermagic)
			to->vermagic = ddl_arena_dup(to->arena, facts.vermagic);
		walk->no_memory = walk->no_memory || !to->vermagic ||
				  ddl_symbol_table_add(to->arena, &to->table, facts.imports, facts.n_imports) < 0;
	}
	free(bytes);
	ddl_arena_free(scratch);
}

static void visit_file(struct walk *walk, const char *path)
{
	struct linux_symbols *to = walk->to;
	const char **slot;

	if (!strstr(ddl_path_base(path), ".ko"))
		return;
	for (size_t i = 0; i < to->n_read; i++)
		if (strcmp(to->read[i], path) == 0)
			return;
	slot = ddl_arena_push(to->arena, &to->read, &to->n_read, sizeof(*slot));
	if (slot)
		*slot = ddl_arena_dup(to->arena, path);
	walk->no_memory = !slot || !*slot;
	if (!walk->no_memory)
		read_module(walk, path);
}

/* All modules in the folder and below it, but for those below `but`. */
static void visit_folder(struct walk *walk, const char *folder, const char *but, unsigned depth)
{
	struct dirent **names = NULL;
	int count = depth < MAX_DEPTH ? scandir(folder, &names, NULL, alphasort) : -1;

	for (int i = 0; i < count; i++) {
		char path[DDL_MAX_PATH];
		struct stat is;

		if (!enough(walk) && names[i]->d_name[0] != '.' && ddl_path_join(path, sizeof(path), folder, names[i]->d_name) &&
		    strcmp(path, but) != 0 && lstat(path, &is) == 0) {
			if (S_ISDIR(is.st_mode))
				visit_folder(walk, path, "", depth + 1);
			else if (S_ISREG(is.st_mode))
				visit_file(walk, path);
		}
		free(names[i]);
	}
	free(names);
}

static void read_lists(struct walk *walk)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists) && !walk->to->table.n_symbols; i++) {
		char path[DDL_MAX_PATH];
		size_t length = 0;
		uint8_t *text = ddl_path_join(path, sizeof(path), walk->self->tree, lists[i]) ?
					ddl_module_file_read(path, &length, NULL) :
					NULL;

		if (text && ddl_symbol_table_text(walk->to->arena, &walk->to->table, (const char *)text, length) < 0)
			walk->no_memory = true;
		free(text);
	}
}

/* The folder of the tree's own module of that name, whose neighbours use much the same; else that of drivers. */
static bool first_folder(struct linux_kernel *self, const char *name, char *folder, size_t room)
{
	struct kmod_module *mod = NULL;
	const char *path;
	bool fits;

	if (kmod_module_new_from_name_lookup(self->ctx, name, &mod) < 0)
		mod = NULL;
	path = mod ? kmod_module_get_path(mod) : NULL;
	if (path && ddl_text_starts(path, self->tree))
		fits = snprintf(folder, room, "%s", path) < (int)room;
	else
		fits = ddl_path_join(folder, room, self->tree, "kernel/drivers/any");
	kmod_module_unref(mod);
	return fits;
}

/* From that folder outwards, until all is known. */
static void walk_tree(struct walk *walk)
{
	char folder[DDL_MAX_PATH], done[DDL_MAX_PATH] = "", *slash;

	if (!first_folder(walk->self, walk->module->name, folder, sizeof(folder)))
		return;
	while (!enough(walk) && strlen(folder) > strlen(walk->self->tree) && (slash = strrchr(folder, '/')) != NULL) {
		*slash = '\0';
		visit_folder(walk, folder, done, 0);
		memcpy(done, folder, strlen(folder) + 1);
	}
}

int linux_symbols(struct ddl_kernel *kernel, const struct ddl_module *module, const struct ddl_symbol_table **table,
		  const char **vermagic, struct ddl_error *error)
{
	struct linux_kernel *self = linux_of(kernel);
	struct walk walk = { .self = self, .to = &self->symbols, .module = module };

	if (!self->symbols.arena) {
		self->symbols.arena = ddl_arena_new();
		self->symbols.vermagic = "";
		if (!self->symbols.arena)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", module->name);
		read_lists(&walk);
	}
	walk_tree(&walk);
	if (walk.no_memory)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", module->name);
	*table = &self->symbols.table;
	*vermagic = self->symbols.vermagic;
	return 0;
}
