// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a module, a package, a pack is for this machine: right kernel, a device that
 * needs it, and what is loaded already. Facts only; nothing is read and nothing changed.
 */
#include "plan.h"

#include <string.h>

#include "fit.h"
#include "machine.h"
#include "text.h"

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
	return base == own && strncmp(kernel, release, base) == 0 ? DDL_FIT_TWIN
								  : DDL_FIT_OTHER_KERNEL;
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
	return strcmp(module->version, loaded->version) == 0 &&
	       strcmp(module->srcversion, loaded->srcversion) == 0;
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
	module->alias = "";
	module->loaded_version = loaded ? loaded->version : "";
	module->fit = ddl_fit_kernel(module->kernel, machine->release);
	if (module->fit != DDL_FIT_YES)
		return;
	find_device(module, machine);
	if (loaded)
		module->fit = ddl_fit_same_build(module, loaded) ? DDL_FIT_LOADED : DDL_FIT_REPLACES;
	else if (!module->device)
		module->fit = DDL_FIT_NO_DEVICE;
	else
		module->fit = *module->device->driver ? DDL_FIT_REPLACES : DDL_FIT_YES;
}

static bool has_kernel(const struct ddl_package *package)
{
	return *package->kernel && strcmp(package->kernel, "any") != 0;
}

void ddl_fit_package(struct ddl_package *package, const struct ddl_machine *machine)
{
	enum ddl_fit stated = has_kernel(package)
		? ddl_fit_kernel(package->kernel, machine->release) : DDL_FIT_YES;
	size_t i;

	for (i = 0; i < package->n_modules; i++)
		ddl_fit_module(package->modules[i], machine);
	if (package->state == DDL_PKG_BAD) {
		package->fit = DDL_FIT_DAMAGED;
	} else if (stated != DDL_FIT_YES) {
		package->fit = stated;
	} else if (package->state != DDL_PKG_STAGED) {
		package->fit = DDL_FIT_UNREAD;
	} else if (package->n_modules == 0) {
		package->fit = DDL_FIT_SUPPORT;
	} else {
		package->fit = DDL_FIT_UNREAD;
		for (i = 0; i < package->n_modules; i++)
			if (package->modules[i]->fit > package->fit)
				package->fit = package->modules[i]->fit;
	}
}

void ddl_fit_repo(struct ddl_repo *repo, const struct ddl_machine *machine)
{
	bool driver = false, damaged = false;
	size_t i;

	repo->fit = DDL_FIT_UNREAD;
	for (i = 0; i < repo->n_packages; i++) {
		struct ddl_package *package = &repo->packages[i];

		ddl_fit_package(package, machine);
		damaged = damaged || package->state == DDL_PKG_BAD;
		/* Firmware for any kernel does not make a driver for another one fit. */
		if (package->fit == DDL_FIT_SUPPORT)
			continue;
		driver = true;
		if (package->fit > repo->fit)
			repo->fit = package->fit;
	}
	if (!driver && repo->n_packages > 0)
		repo->fit = DDL_FIT_SUPPORT;
	if (damaged) /* a pack is not loaded in part */
		repo->fit = DDL_FIT_DAMAGED;
}
