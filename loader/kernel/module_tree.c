// SPDX-License-Identifier: GPL-2.0-or-later
/* The real kernel's tree of modules below /lib/modules, and modprobe.d, through libkmod. */
#include "kernel/kernel_linux.h"

#include <errno.h>
#include <libkmod.h>
#include <string.h>
#include <sys/stat.h>

#include "machine/machine.h"
#include "module/modinfo.h"
#include "module/modprobe_conf.h"
#include "module/module_name.h"

static bool is_file(const char *path)
{
	struct stat is;

	return stat(path, &is) == 0 && S_ISREG(is.st_mode);
}

static int add_need(struct ddl_arena *arena, struct ddl_tree_module *module, const char *text)
{
	const char **need = ddl_arena_push(arena, &module->needs, &module->n_needs, sizeof *need);

	if (need)
		*need = ddl_arena_dup(arena, text);
	return need && *need ? 0 : -1;
}

/*
 * A file that modules.dep names but that is not in this initrd makes libkmod drop the whole
 * list. Then the names in the module itself are taken, so that the missing one is named.
 */
static int needs_by_name(struct ddl_arena *arena, const struct kmod_module *mod, struct ddl_tree_module *module)
{
	struct kmod_list *info = NULL, *at;
	int result = 0;

	if (kmod_module_get_info(mod, &info) < 0)
		return 0;
	kmod_list_foreach(at, info)
	{
		const char *name = kmod_module_info_get_value(at);

		if (strcmp(kmod_module_info_get_key(at), "depends") != 0)
			continue;
		while (*name && result == 0) {
			size_t n = strcspn(name, ",");
			char *one = ddl_arena_dupn(arena, name, n);

			result = !one ? -1 : n ? add_need(arena, module, one) : 0;
			name += n + (name[n] == ',');
		}
	}
	kmod_module_info_free_list(info);
	return result;
}

static int tree_needs(struct ddl_arena *arena, const struct kmod_module *mod, struct ddl_tree_module *module)
{
	struct kmod_list *needs = kmod_module_get_dependencies(mod), *at;
	int result = 0;

	if (!needs)
		return needs_by_name(arena, mod, module);
	kmod_list_foreach(at, needs)
	{
		struct kmod_module *need = kmod_module_get_module(at);

		if (result == 0)
			result = add_need(arena, module, kmod_module_get_path(need));
		kmod_module_unref(need);
	}
	kmod_module_unref_list(needs);
	return result;
}

int linux_tree_find(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name, struct ddl_tree_module *module,
		    bool *found, struct ddl_error *error)
{
	struct linux_kernel *self = linux_of(kernel);
	struct kmod_module *mod = NULL;
	const char *path;
	int result = 0;

	*found = false;
	*module = (struct ddl_tree_module){ 0 };
	if (kmod_module_new_from_name_lookup(self->ctx, name, &mod) < 0 || !mod)
		return linux_dep_text_find(self, arena, name, module, found, error);
	if (!ddl_module_name_equal(kmod_module_get_name(mod), name))
		goto out;
	path = kmod_module_get_path(mod);
	if (path && !is_file(path))
		goto out;
	*found = true;
	module->builtin = !path;
	module->name = ddl_arena_dup(arena, kmod_module_get_name(mod));
	module->path = ddl_arena_dup(arena, path);
	if (!module->name || (path && !module->path) || (path && tree_needs(arena, mod, module) != 0))
		result = ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", name);
out:
	kmod_module_unref(mod);
	return result;
}

static bool listed_as_blacklisted(const struct kmod_ctx *ctx, const char *name)
{
	struct kmod_config_iter *iter = kmod_config_get_blacklists(ctx);
	bool found = false;

	while (iter && !found && kmod_config_iter_next(iter))
		found = ddl_module_name_equal(kmod_config_iter_get_key(iter), name);
	kmod_config_iter_free_iter(iter);
	return found;
}

int linux_config(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name, const char **options, bool *blacklisted,
		 struct ddl_error *error)
{
	struct linux_kernel *self = linux_of(kernel);
	struct kmod_module *mod = NULL;
	const char *set;

	*options = "";
	*blacklisted = listed_as_blacklisted(self->ctx, name);
	if (kmod_module_new_from_name(self->ctx, name, &mod) < 0)
		return 0;
	set = kmod_module_get_options(mod);
	if (set)
		*options = ddl_arena_dup(arena, set);
	kmod_module_unref(mod);
	return *options ? 0 : ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", name);
}

const char *linux_softdeps(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name)
{
	struct kmod_config_iter *iter = kmod_config_get_softdeps(linux_of(kernel)->ctx);
	const char *all = "";

	while (iter && all && kmod_config_iter_next(iter))
		if (ddl_module_name_equal(kmod_config_iter_get_key(iter), name)) {
			const char *one = kmod_config_iter_get_value(iter), *post = one ? strstr(one, "post:") : NULL;
			const char *pre = ddl_arena_dupn(arena, one ? one : "",
							 post ? (size_t)(post - one) :
							 one  ? strlen(one) :
								0);

			/* libkmod puts no blank between the last word and "post:" */
			all = pre ? ddl_softdeps_join(arena, all, pre) : NULL;
			all = all && post ? ddl_softdeps_join(arena, all, post) : all;
		}
	kmod_config_iter_free_iter(iter);
	return all;
}

int linux_tree_names(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *word, const char ***names, size_t *count)
{
	struct kmod_ctx *ctx = linux_of(kernel)->ctx;
	struct kmod_list *found = NULL, *at;
	int result = 0;

	if (kmod_module_new_from_lookup(ctx, word, &found) < 0)
		return 0;
	kmod_list_foreach(at, found)
	{
		struct kmod_module *mod = kmod_module_get_module(at);
		const char *is = kmod_module_get_name(mod);

		if (result == 0 && (ddl_module_name_equal(is, word) || !listed_as_blacklisted(ctx, is))) {
			const char **name = ddl_arena_push(arena, names, count, sizeof *name);

			result = name && (*name = ddl_arena_dup(arena, is)) != NULL ? 0 : -1;
		}
		kmod_module_unref(mod);
	}
	kmod_module_unref_list(found);
	if (result == 0 && !*count) {
		struct ddl_error error = DDL_ERROR_INIT;
		struct ddl_tree_module module;
		const char **name;
		bool there = false;

		result = linux_dep_text_find(linux_of(kernel), arena, word, &module, &there, &error);
		name = there ? ddl_arena_push(arena, names, count, sizeof *name) : NULL;
		if (name)
			*name = module.name;
		if (there && !name)
			result = -1;
	}
	return result;
}
