// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a module, a package, a pack is for this machine: right kernel, a device that
 * needs it, and what is loaded already. Facts only; nothing is read and nothing changed.
 */
#include "plan/plan.h"

#include <string.h>

#include "base/text.h"
#include "machine/machine.h"
#include "module/arch.h"
#include "plan/fit.h"
#include "plan/versions.h"

/* The length of a release without the flavour that generation 2 packs ship twice. */
static size_t base_length(const char *release, const char *flavour)
{
	size_t length = strlen(release);

	return ddl_text_ends(release, flavour) ? length - strlen(flavour) : length;
}

enum ddl_fit ddl_fit_kernel(const char *kernel, const char *release)
{
	size_t base, own;

	if (strcmp(kernel, release) == 0)
		return DDL_FIT_YES;
	if (!ddl_text_ends(kernel, "kdump") || ddl_text_ends(release, "kdump"))
		return DDL_FIT_OTHER_KERNEL;
	base = base_length(kernel, "kdump");
	own = base_length(release, "xen");
	return base == own && strncmp(kernel, release, base) == 0 ? DDL_FIT_TWIN : DDL_FIT_OTHER_KERNEL;
}

bool ddl_fit_near(const char *kernel, const char *release)
{
	static const char digits[] = "0123456789";
	size_t n = strspn(release, digits);

	n += release[n] == '.';
	n += strspn(release + n, digits);
	return strcmp(kernel, release) != 0 && strncmp(kernel, release, n) == 0 && !strspn(kernel + n, digits) &&
	       ddl_fit_kernel(kernel, release) == DDL_FIT_OTHER_KERNEL;
}

/* The kernel's own rule: linux/kernel/module/version.c, same_magic() and check_version(). */
int ddl_fit_abi(struct ddl_arena *arena, struct ddl_module *module, const char *vermagic, const struct ddl_symbol_table *here,
		const struct ddl_symbol_table *packs)
{
	module->abi = DDL_ABI_OTHER;
	module->n_unknown = module->n_differing = 0;
	if (!module->n_imports || !*vermagic || strcmp(ddl_vermagic_tail(module->vermagic), ddl_vermagic_tail(vermagic)) != 0)
		return 0;
	for (size_t i = 0; i < module->n_imports; i++) {
		const struct ddl_symbol *symbol = &module->imports[i], *known = ddl_symbol_table_find(here, symbol->name);
		const char **slot;

		if (ddl_symbol_table_find(packs, symbol->name))
			continue;
		if (!known)
			module->n_unknown++;
		if (!known || known->version == symbol->version)
			continue;
		slot = ddl_arena_push(arena, &module->differing, &module->n_differing, sizeof(*slot));
		if (!slot)
			return -1;
		*slot = symbol->name;
	}
	module->abi = module->n_differing ? DDL_ABI_DIFFERS : module->n_unknown ? DDL_ABI_PARTLY : DDL_ABI_AGREES;
	return 0;
}

bool ddl_fit_same_build(const struct ddl_module *module, const struct ddl_loaded *loaded)
{
	/*
	 * A module that has neither version nor srcversion cannot be told from another
	 * build, so it never counts as the same: saying "it is loaded already" of a
	 * driver that is not the disk's would be worse than loading it once more.
	 */
	if (!*module->version && !*module->srcversion)
		return false;
	return strcmp(module->version, loaded->version) == 0 && strcmp(module->srcversion, loaded->srcversion) == 0;
}

/* Sets device and alias: a device without a driver if there is one, else the first. */
static void find_device(struct ddl_module *module, const struct ddl_machine *machine)
{
	const struct ddl_device *device;
	const char *alias = "";

	module->device = ddl_machine_match(machine, module, &module->alias);
	if (!module->device) {
		module->alias = "";
		return;
	}
	for (device = module->device; device && *device->driver;)
		device = ddl_machine_match_next(machine, module, device, &alias);
	if (device && device != module->device) {
		module->device = device;
		module->alias = alias;
	}
}

void ddl_fit_module(struct ddl_module *module, const struct ddl_machine *machine)
{
	const struct ddl_loaded *loaded = ddl_machine_loaded(machine, module->name);

	module->device = NULL;
	module->instead = NULL;
	module->for_others = false;
	module->alias = "";
	module->loaded_version = loaded ? loaded->version : "";
	module->by_abi = false;
	module->fit = DDL_FIT_OTHER_MACHINE;
	if (!ddl_arch_fits(module->arch, machine->arch))
		return;
	module->fit = ddl_fit_kernel(module->kernel, machine->release);
	module->by_abi = module->fit == DDL_FIT_OTHER_KERNEL && module->abi >= DDL_ABI_PARTLY;
	if (module->fit != DDL_FIT_YES && !module->by_abi)
		return;
	find_device(module, machine);
	if (loaded)
		module->fit = ddl_fit_same_build(module, loaded) ? DDL_FIT_LOADED : DDL_FIT_REPLACES;
	else if (ddl_machine_builtin(machine, module->name))
		module->fit = DDL_FIT_BUILTIN;
	else if (!module->device)
		module->fit = DDL_FIT_NO_DEVICE;
	else
		module->fit = *module->device->driver ? DDL_FIT_REPLACES : DDL_FIT_YES;
	if (module->kept_out && module->fit >= DDL_FIT_REPLACES)
		module->fit = DDL_FIT_KEPT_OUT;
}

static bool has_kernel(const struct ddl_package *package)
{
	return *package->kernel && strcmp(package->kernel, "any") != 0;
}

/* How good the package is by what it says, and by its modules. */
static enum ddl_fit package_fit(const struct ddl_package *package, const struct ddl_machine *machine)
{
	enum ddl_fit stated = has_kernel(package) ? ddl_fit_kernel(package->kernel, machine->release) : DDL_FIT_YES;
	enum ddl_fit best = DDL_FIT_UNREAD;

	for (size_t i = 0; i < package->n_modules; i++)
		if (package->modules[i]->by_abi) /* what is known of the module counts more than what the disk lists */
			stated = DDL_FIT_YES;
	if (package->state == DDL_PKG_BAD)
		return DDL_FIT_DAMAGED;
	if (!ddl_arch_fits(package->arch, machine->arch))
		return DDL_FIT_OTHER_MACHINE;
	if (stated != DDL_FIT_YES)
		return stated;
	if (package->state != DDL_PKG_STAGED)
		return DDL_FIT_UNREAD;
	if (package->n_modules == 0)
		return DDL_FIT_SUPPORT;
	for (size_t i = 0; i < package->n_modules; i++)
		if (package->modules[i]->fit > best)
			best = package->modules[i]->fit;
	return best;
}

void ddl_fit_package(struct ddl_package *package, const struct ddl_machine *machine)
{
	for (size_t i = 0; i < package->n_modules; i++)
		ddl_fit_module(package->modules[i], machine);
	package->fit = package_fit(package, machine);
}

/* Is there nothing built for this very release that is as good as the best? */
static bool only_by_abi(const struct ddl_repo *repo)
{
	bool any = false;

	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_package *package = &repo->packages[i];

		for (size_t k = 0; k < package->n_modules; k++) {
			if (package->modules[k]->fit != repo->fit)
				continue;
			if (!package->modules[k]->by_abi)
				return false;
			any = true;
		}
	}
	return any;
}

/* As good as its best package; those whose modules are all there in another version say so. */
static void judge_repo(struct ddl_repo *repo)
{
	const struct ddl_package *bad = ddl_repo_bad_package(repo);
	bool driver = false;

	repo->fit = DDL_FIT_UNREAD;
	for (size_t i = 0; i < repo->n_packages; i++) {
		struct ddl_package *package = &repo->packages[i];

		/* Firmware for any kernel does not make a driver for another one fit. */
		if (package->fit == DDL_FIT_SUPPORT || (package->fit == DDL_FIT_OLDER && !package->n_modules))
			continue;
		driver = true;
		if (package->fit > repo->fit)
			repo->fit = package->fit;
	}
	if (!driver && repo->n_packages > 0)
		repo->fit = DDL_FIT_SUPPORT;
	if (bad) /* a pack is not loaded in part */
		repo->fit = ddl_package_is_unread(bad) ? DDL_FIT_UNREAD : DDL_FIT_DAMAGED;
	repo->by_abi = only_by_abi(repo);
}

int ddl_fit_packs(struct ddl_repo *const *repos, size_t count, const struct ddl_machine *machine)
{
	for (size_t r = 0; r < count; r++)
		for (size_t p = 0; p < repos[r]->n_packages; p++)
			ddl_fit_package(&repos[r]->packages[p], machine);
	if (ddl_versions_mark(repos, count, machine) != 0)
		return -1;
	for (size_t r = 0; r < count; r++) {
		for (size_t p = 0; p < repos[r]->n_packages; p++)
			if (repos[r]->packages[p].n_modules)
				repos[r]->packages[p].fit = package_fit(&repos[r]->packages[p], machine);
		judge_repo(repos[r]);
	}
	return 0;
}
