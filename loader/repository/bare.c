// SPDX-License-Identifier: GPL-2.0-or-later
/* A pack made up for files by themselves, RPM packages and modules, that no metadata lists. */
#include "repository/repository.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/path.h"
#include "module/module_name.h"
#include "package/rpm.h"

/* Called after its first file, with a module where that is known by now, and how many more there are. */
static int name_pack(struct ddl_arena *arena, struct ddl_repo *repo)
{
	const struct ddl_package *first = repo->packages;
	size_t more = repo->n_packages - 1;
	const char *file;

	while (first < repo->packages + more && !first->n_modules)
		first++;
	first = first->n_modules ? first : repo->packages;
	file = ddl_path_base(first->file);
	repo->name = first->label;
	repo->identifier = more ? ddl_arena_printf(arena, "%s+%zu", file, more) : ddl_arena_dup(arena, file);
	if (more)
		repo->description = ddl_arena_printf(
			arena, _("%zu drivers and packages by themselves, without a pack's metadata"), repo->n_packages);
	else
		repo->description = first->type == DDL_PKG_RPM ? _("an RPM package by itself, without a pack's metadata") :
				    first->type == DDL_PKG_DEB ? _("a Debian package by itself") :
								 _("a driver by itself, without a pack's metadata");
	return repo->identifier && repo->description ? 0 : -1;
}

int ddl_repo_bare(struct ddl_arena *arena, const char *file, uint64_t size, enum ddl_package_type type, const struct ddl_rpm *rpm,
		  struct ddl_repo *repo, struct ddl_error *error)
{
	struct ddl_package package = { .type = type, .size = size };
	char clean[DDL_MAX_PATH];

	*repo = (struct ddl_repo){ .family = DDL_FAMILY_BARE, .where = "", .directory = "" };
	if (!ddl_path_clean_relative(clean, sizeof(clean), file) || strcmp(clean, file) != 0)
		return ddl_fail(error, DDL_E_PATH, 0, "%s", file);
	repo->originator = repo->product = repo->build = repo->fingerprint = "";
	package.kernel = package.root = package.options = package.version = package.arch = package.digest = "";
	package.file = ddl_arena_dup(arena, file);
	package.label = rpm                    ? ddl_arena_dup(arena, rpm->name) :
			type == DDL_PKG_DRIVER ? ddl_module_name_of_file(arena, file) :
						 ddl_arena_dup(arena, ddl_path_base(file));
	repo->version = rpm ? ddl_arena_printf(arena, "%s%s%s", rpm->version, *rpm->release ? "-" : "", rpm->release) : "";
	if (!package.file || !package.label || !repo->version || ddl_repo_bare_add(arena, repo, &package) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", file);
	if (rpm && *rpm->summary && !(repo->description = ddl_arena_dup(arena, rpm->summary)))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", file);
	return 0;
}

int ddl_repo_bare_add(struct ddl_arena *arena, struct ddl_repo *repo, const struct ddl_package *package)
{
	size_t count = repo->n_packages;
	struct ddl_package *packages = ddl_arena_alloc(arena, count + 1,
						       sizeof(*packages)); /* no push has made those that are there */

	if (!packages)
		return -1;
	if (count)
		memcpy(packages, repo->packages, count * sizeof(*packages));
	packages[count] = *package;
	repo->packages = packages;
	repo->n_packages = count + 1;
	return name_pack(arena, repo);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What "sha256sum FILE... | LC_ALL=C sort | sha256sum" gives. */
const char *ddl_repo_sum(struct ddl_arena *arena, const struct ddl_repo *repo)
{
	size_t count = repo->n_packages + repo->n_lists;
	const char **lines = ddl_arena_alloc(arena, count, sizeof(*lines));
	struct ddl_digest digest;
	char hex[DDL_DIGEST_HEX];

	for (size_t i = 0; lines && i < count; i++) {
		const struct ddl_package *package = i < repo->n_packages ? &repo->packages[i] :
									   &repo->lists[i - repo->n_packages];

		if (!*package->digest) /* it could not be read to its end */
			return "";
		if (!(lines[i] = ddl_arena_printf(arena, "%s  %s\n", package->digest, package->file)))
			return NULL;
	}
	if (!lines)
		return NULL;
	qsort(lines, count, sizeof(*lines), compare_lines);
	ddl_digest_start(&digest, DDL_SHA256);
	for (size_t i = 0; i < count; i++)
		ddl_digest_add(&digest, lines[i], strlen(lines[i]));
	ddl_digest_end_hex(&digest, hex);
	return ddl_arena_dup(arena, hex);
}

static int compare_files(const void *a, const void *b)
{
	return strcmp(((const struct ddl_package *)a)->file, ((const struct ddl_package *)b)->file);
}

int ddl_repo_bare_read(struct ddl_arena *arena, struct ddl_repo *repo)
{
	const struct ddl_package *first = repo->packages;

	/* in whichever order they lie on a medium or were given, they are the same pack */
	qsort(repo->packages, repo->n_packages, sizeof(*repo->packages), compare_files);
	if (repo->n_packages > 1 && name_pack(arena, repo) < 0)
		return -1;
	if (repo->n_packages > 1)
		repo->version = "";
	else if (!*repo->version && first->n_modules)
		repo->version = ddl_arena_dup(arena, first->modules[0]->version);
	repo->fingerprint = repo->n_packages == 1 ? first->digest : ddl_repo_sum(arena, repo);
	return repo->version && repo->fingerprint ? 0 : -1;
}
