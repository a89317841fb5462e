// SPDX-License-Identifier: GPL-2.0-or-later
/* A repository made up for one bare file, an RPM package or a module, that no metadata lists. */
#include "repo.h"

#include <string.h>

#include "path.h"
#include "rpm.h"
#include "text.h"

/* The module's name: "megaraid_sas" for "megaraid_sas.ko.xz". */
static const char *module_name(struct ddl_arena *arena, const char *file)
{
	size_t n = strlen(file);

	for (size_t i = 1; i + 3 <= n; i++)
		if (strncmp(file + i, ".ko", 3) == 0 && (!file[i + 3] || file[i + 3] == '.'))
			n = i;
	return ddl_arena_dupn(arena, file, n);
}

int ddl_repo_bare(struct ddl_arena *arena, const char *file, uint64_t size, const struct ddl_rpm *rpm,
		  struct ddl_repo *repo, struct ddl_error *error)
{
	struct ddl_package *package = ddl_arena_alloc(arena, 1, sizeof(*package));
	char clean[DDL_MAX_PATH];

	*repo = (struct ddl_repo){ .generation = DDL_GEN_BARE, .where = "", .directory = "" };
	if (!ddl_path_clean_relative(clean, sizeof(clean), file) || strcmp(clean, file) != 0)
		return ddl_fail(error, DDL_E_PATH, 0, "%s", file);
	repo->originator = repo->product = repo->version = repo->build = repo->fingerprint = "";
	repo->identifier = ddl_arena_dup(arena, ddl_path_base(file));
	if (rpm) {
		repo->name = ddl_arena_dup(arena, rpm->name);
		repo->version = ddl_arena_printf(arena, "%s-%s", rpm->version, rpm->release);
		repo->description = *rpm->summary ? ddl_arena_dup(arena, rpm->summary) : _("an RPM package by itself, without a pack's metadata");
	} else {
		repo->name = module_name(arena, ddl_path_base(file));
		repo->description = _("a driver by itself, without a pack's metadata");
	}
	if (!package || !repo->identifier || !repo->name || !repo->version || !repo->description ||
	    !(package->file = ddl_arena_dup(arena, file)))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", file);
	package->label = repo->name;
	package->type = rpm ? DDL_PKG_RPM : DDL_PKG_DRIVER;
	package->kernel = package->root = package->options = package->version = package->digest = "";
	package->size = size;
	repo->packages = package;
	repo->n_packages = 1;
	return 0;
}

int ddl_repo_bare_read(struct ddl_arena *arena, struct ddl_repo *repo)
{
	const struct ddl_package *package = repo->packages;

	repo->fingerprint = package->digest;
	if (!*repo->version && package->n_modules)
		repo->version = ddl_arena_dup(arena, package->modules[0]->version);
	return repo->version ? 0 : -1;
}
