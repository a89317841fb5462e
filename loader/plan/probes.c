// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices that their driver has passed over though it is loaded: for want of firmware, mostly. Where a pack
 * brings some, they are looked at once more.
 */
#include "plan/planner.h"

#include "machine/machine.h"

const char *ddl_probes_driver(struct ddl_arena *arena, struct ddl_kernel *kernel, const struct ddl_machine *machine,
			      const struct ddl_device *device)
{
	const char **names = NULL;
	size_t count = 0;

	if (*device->driver || device->class == DDL_CLASS_OTHER ||
	    kernel->ops->tree_names(kernel, arena, device->modalias, &names, &count) != 0)
		return "";
	for (size_t i = 0; i < count; i++)
		if (ddl_machine_loaded(machine, names[i]))
			return names[i];
	return "";
}

/* The installer's own driver, as a module of which there is no more to know. */
static const struct ddl_module *own_driver(struct maker *m, const struct ddl_device *device, const char *name)
{
	const struct ddl_loaded *loaded = ddl_machine_loaded(m->machine, name);
	struct ddl_module *module = ddl_arena_alloc(m->arena, 1, sizeof *module);
	const char **alias = ddl_arena_alloc(m->arena, 1, sizeof *alias);

	if (!module || !alias)
		return NULL;
	*alias = device->modalias;
	*module = (struct ddl_module)DDL_MODULE_INIT;
	module->name = loaded->name;
	module->version = module->loaded_version = loaded->version;
	module->srcversion = loaded->srcversion;
	module->alias = device->modalias;
	module->aliases = alias;
	module->n_aliases = 1;
	return module;
}

static bool is_for(const struct maker *m, const struct ddl_module *module, const struct ddl_device *device)
{
	const struct ddl_device *match = NULL;
	const char *alias;

	while ((match = ddl_machine_match_next(m->machine, module, match, &alias)) != NULL)
		if (match == device)
			return true;
	return false;
}

/* The loaded driver that is to look at the device again; NULL: none, or what comes in does. -1: no memory. */
static int driver_of(struct maker *m, const struct ddl_device *device, const struct ddl_module **module)
{
	const char *name;

	*module = NULL;
	if (*device->driver || device->class == DDL_CLASS_OTHER)
		return 0;
	for (size_t i = 0; i < m->plan->n_wanted; i++)
		if (is_for(m, m->plan->wanted[i], device)) {
			*module = ddl_machine_loaded(m->machine, m->plan->wanted[i]->name) ? m->plan->wanted[i] : NULL;
			return 0;
		}
	name = ddl_probes_driver(m->arena, m->kernel, m->machine, device);
	if (!*name || plan_leaving(m, name))
		return 0;
	*module = own_driver(m, device, name);
	return *module ? 0 : plan_no_memory(m);
}

int plan_find_probes(struct maker *m)
{
	for (size_t i = 0; i < m->machine->n_devices && m->plan->n_firmware && !m->n_order; i++) {
		const struct ddl_device *device = &m->machine->devices[i];
		const struct ddl_module *module;
		struct ddl_passed_over *probe;

		if (driver_of(m, device, &module) != 0)
			return -1;
		if (!module || plan_leaving(m, module->name))
			continue;
		probe = ddl_arena_push(m->arena, &m->plan->probes, &m->plan->n_probes, sizeof *probe);
		if (!probe)
			return plan_no_memory(m);
		*probe = (struct ddl_passed_over){ device, module };
	}
	return 0;
}
