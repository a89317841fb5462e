// SPDX-License-Identifier: GPL-2.0-or-later
/* Puts what is there several times in order: of each name the first is taken. */
#include "plan/versions.h"

#include <stdlib.h>
#include <string.h>

#include "package/rpm_version.h"
#include "repository/repository.h"

struct copy {
	const struct ddl_repo *repo;
	struct ddl_package *package;
	struct ddl_module *module; /* NULL: it is the package itself, which has none */
	const char *name;
	bool exact; /* built for this very kernel */
	bool ours; /* of the kind that this installer installs */
	size_t order; /* in which it was found */
};

struct copies {
	struct copy *all;
	size_t count, room;
	const struct ddl_machine *machine;
};

static bool for_this_kernel(enum ddl_fit fit)
{
	return fit > DDL_FIT_OLDER;
}

bool ddl_versions_usable(const struct ddl_package *package)
{
	return package->state == DDL_PKG_STAGED && for_this_kernel(package->fit);
}

bool ddl_versions_same(const struct ddl_module *a, const struct ddl_module *b)
{
	return strcmp(a->version, b->version) == 0 && strcmp(a->srcversion, b->srcversion) == 0;
}

/* Versions of modules are any text; in the order of RPM's they come as people expect. */
static int compare_versions(const char *a, const char *b)
{
	const struct ddl_evr one = { "", a ? a : "", "" }, other = { "", b ? b : "", "" };

	return ddl_evr_compare(&one, &other);
}

/* Of two that were built for other releases: the one whose symbol versions are known best, then that of the newer release. */
static int compare_releases(const struct ddl_module *a, const struct ddl_module *b)
{
	int order = (a->n_unknown > b->n_unknown) - (a->n_unknown < b->n_unknown);

	return order ? order : compare_versions(b->kernel, a->kernel);
}

/* Those of a name together, and first the one that is taken. */
static int compare(const void *one, const void *other)
{
	const struct copy *a = one, *b = other;
	int order = strcmp(a->name, b->name);

	if (!order)
		order = !a->module - !b->module;
	if (!order && a->module)
		order = (b->module->fit >= DDL_FIT_LOADED) - (a->module->fit >= DDL_FIT_LOADED);
	if (!order)
		order = b->exact - a->exact;
	if (!order)
		order = b->ours - a->ours;
	if (!order && a->module && !a->exact)
		order = compare_releases(a->module, b->module);
	if (!order && a->module)
		order = compare_versions(b->module->version, a->module->version);
	if (!order)
		order = compare_versions(b->package->version, a->package->version);
	if (!order && strcmp(a->repo->identifier, b->repo->identifier) == 0)
		order = ddl_xenserver_version_compare(b->repo->version, b->repo->build, a->repo->version, a->repo->build);
	return order ? order : (a->order > b->order) - (a->order < b->order);
}

static int add(struct copies *copies, const struct ddl_repo *repo, struct ddl_package *package, struct ddl_module *module)
{
	const char *name = module ? module->name : package->rpm_name;

	if (!name || !*name)
		return 0;
	if (copies->count == copies->room) {
		size_t room = copies->room ? 2 * copies->room : 64;
		struct copy *larger = realloc(copies->all, room * sizeof(*larger));

		if (!larger)
			return -1;
		copies->all = larger;
		copies->room = room;
	}
	copies->all[copies->count] = (struct copy){
		.repo = repo,
		.package = package,
		.module = module,
		.name = name,
		.exact = module && strcmp(module->kernel, copies->machine->release) == 0,
		.ours = ddl_repo_is_for(repo, copies->machine->installer),
		.order = copies->count,
	};
	copies->count++;
	return 0;
}

static int add_package(struct copies *copies, const struct ddl_repo *repo, struct ddl_package *package)
{
	if (!ddl_versions_usable(package))
		return 0;
	for (size_t i = 0; i < package->n_modules; i++)
		if (for_this_kernel(package->modules[i]->fit) && add(copies, repo, package, package->modules[i]) < 0)
			return -1;
	return package->n_modules ? 0 : add(copies, repo, package, NULL);
}

static void mark(const struct copy *copy, const struct copy *first)
{
	if (copy->module && copy->module != first->module) { /* else the pack itself is there twice */
		copy->module->fit = DDL_FIT_OLDER;
		copy->module->instead = first->module;
		copy->module->for_others = first->ours && !copy->ours;
	} else if (!copy->module && copy->package != first->package) {
		copy->package->fit = DDL_FIT_OLDER;
	}
}

int ddl_versions_mark(struct ddl_repo *const *repos, size_t count, const struct ddl_machine *machine)
{
	struct copies copies = { .machine = machine };
	const struct copy *first;
	int result = 0;

	for (size_t r = 0; r < count && result == 0; r++)
		for (size_t p = 0; p < repos[r]->n_packages && result == 0 && !ddl_repo_bad_package(repos[r]); p++)
			result = add_package(&copies, repos[r], &repos[r]->packages[p]);
	if (result == 0 && copies.count > 1)
		qsort(copies.all, copies.count, sizeof(*copies.all), compare);
	first = copies.all;
	for (size_t i = 1; i < copies.count && result == 0; i++) {
		if (strcmp(copies.all[i].name, first->name) == 0 && !copies.all[i].module == !first->module)
			mark(&copies.all[i], first);
		else
			first = &copies.all[i];
	}
	free(copies.all);
	return result;
}
