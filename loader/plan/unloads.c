// SPDX-License-Identifier: GPL-2.0-or-later
/* What has to leave for the packs' modules: dependents first; and who is in the way. */
#include "plan/planner.h"

#include <string.h>

#include "machine/machine.h"
#include "model/describe.h"
#include "module/module_name.h"
#include "plan/fit.h"

struct outgoing *plan_leaving(const struct maker *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->n_out; i++)
		if (ddl_module_name_equal(m->out[i]->loaded->name, name))
			return m->out[i];
	return NULL;
}

/* Looks a module's file up in the tree; *path is "" when it is not there. */
static int tree_path(struct maker *m, const char *name, const char **path)
{
	struct ddl_tree_module tree = { 0 };
	bool found = false;

	*path = "";
	if (m->kernel->ops->tree_find(m->kernel, m->arena, name, &tree, &found, m->error) != 0)
		return -1;
	if (found && tree.path)
		*path = tree.path;
	return 0;
}

static int refuse_stuck(struct maker *m, const struct ddl_loaded *loaded)
{
	if (loaded->references < 0)
		return plan_refuse(m, DDL_E_STAYS,
				   ddl_arena_printf(m->arena, _("%s cannot be unloaded: it was built to stay"), loaded->name));
	if (!loaded->live)
		return plan_refuse(m, DDL_E_BUSY,
				   ddl_arena_printf(m->arena, _("%s is being loaded or unloaded at this moment"), loaded->name));
	return 0;
}

static bool holds(const struct ddl_loaded *loaded, const char *name)
{
	size_t i;

	for (i = 0; i < loaded->n_holders; i++)
		if (ddl_module_name_equal(loaded->holders[i], name))
			return true;
	return false;
}

/*
 * The file to load it from again: what an earlier load kept of the pack it came from, where
 * that is the build that is loaded; else the tree's, which may be another one.
 */
static int find_file(struct maker *m, struct outgoing *out)
{
	const struct ddl_kernel_ops *ops = m->kernel->ops;

	out->tree_path = ops->kept_path(m->kernel, m->arena, out->loaded->name);
	if (!out->tree_path)
		return plan_no_memory(m);
	if (*out->tree_path && ops->same_build(m->kernel, m->arena, out->tree_path, out->loaded))
		return 0;
	return tree_path(m, out->loaded->name, &out->tree_path);
}

/*
 * Puts a module behind all that hold it, all the way up; the machine lists the newest
 * module first, as /proc/modules does, so that of two holders the newer leaves first.
 * `depth` guards against a circle, which a kernel never shows.
 */
static int leave(struct maker *m, const struct ddl_loaded *loaded, const struct ddl_loaded *for_whom, size_t depth)
{
	struct outgoing *out;
	size_t i;

	if (plan_leaving(m, loaded->name))
		return 0;
	if (depth > m->machine->n_loaded)
		return ddl_fail(m->error, DDL_E_INTERNAL, 0, _("the modules that hold %s go round in a circle"), loaded->name);
	for (i = 0; i < m->machine->n_loaded; i++) {
		const struct ddl_loaded *holder = &m->machine->loaded[i];

		if (holds(loaded, holder->name) && leave(m, holder, loaded, depth + 1) != 0)
			return -1;
	}
	if (plan_leaving(m, loaded->name))
		return 0;
	out = ddl_arena_alloc(m->arena, 1, sizeof *out);
	if (!out)
		return plan_no_memory(m);
	out->loaded = loaded;
	/* A dependent comes back; from the pack where the pack has it, else from the tree. */
	if (for_whom && !plan_wanted_named(m, loaded->name)) {
		const struct ddl_module *offered = plan_offered_named(m, loaded->name);

		if (offered &&
		    plan_want(m, offered, ddl_arena_printf(m->arena, _("it is loaded and uses %s"), for_whom->name)) != 0)
			return -1;
		out->back = !offered;
	}
	if (find_file(m, out) != 0)
		return -1;
	if (refuse_stuck(m, loaded) != 0)
		return -1;
	return plan_push_pointer(m, &m->out, &m->n_out, out);
}

/* Does the driver that is pushed out have devices that no module of the packs takes? */
static bool needed_elsewhere(const struct maker *m, const char *module)
{
	size_t i, j;

	for (i = 0; i < m->machine->n_devices; i++) {
		const struct ddl_device *device = &m->machine->devices[i];
		bool taken = false;

		if (!*device->module || !ddl_module_name_equal(device->module, module))
			continue;
		for (j = 0; j < m->plan->n_wanted && !taken; j++) {
			const struct ddl_device *match = NULL;
			const char *alias;

			while ((match = ddl_machine_match_next(m->machine, m->plan->wanted[j], match, &alias)) != NULL &&
			       match != device)
				;
			taken = match == device;
		}
		if (!taken)
			return true;
	}
	return false;
}

/* That another driver has the device is told. */
static int note_held(struct maker *m, const struct ddl_device *device)
{
	struct ddl_holder *held = ddl_arena_push(m->arena, &m->plan->held, &m->plan->n_held, sizeof(*held));

	if (!held)
		return plan_no_memory(m);
	*held = (struct ddl_holder){ device->driver, device->address };
	return 0;
}

static int push_out(struct maker *m, const struct ddl_device *device)
{
	const struct ddl_loaded *loaded = NULL;
	struct outgoing *out;

	if (*device->module)
		loaded = ddl_machine_loaded(m->machine, device->module);
	if (!loaded)
		return plan_refuse(m, DDL_E_BUILTIN,
				   ddl_arena_printf(m->arena, _("%s is held by the driver %s, which is built into the kernel"),
						    ddl_describe_address(device->address), device->driver));
	if (leave(m, loaded, NULL, 0) != 0)
		return -1;
	out = plan_leaving(m, loaded->name);
	out->back = out->back || needed_elsewhere(m, loaded->name);
	return 0;
}

static bool is_held(const struct maker *m, const struct ddl_device *device)
{
	for (size_t i = 0; i < m->plan->n_held; i++)
		if (strcmp(m->plan->held[i].address, device->address) == 0)
			return true;
	return false;
}

static bool is_taken(const struct maker *m, const struct ddl_device *device)
{
	size_t i;

	for (i = 0; i < m->n_taken; i++)
		if (m->taken[i]->device == device)
			return true;
	return false;
}

static int take_away(struct maker *m, const struct ddl_device *device, const struct ddl_module *module)
{
	struct taken *taken;

	if (is_taken(m, device))
		return 0;
	taken = ddl_arena_alloc(m->arena, 1, sizeof *taken);
	if (!taken)
		return plan_no_memory(m);
	taken->device = device;
	taken->module = module;
	return plan_push_pointer(m, &m->taken, &m->n_taken, taken);
}

/*
 * A module that is not loaded, or in another build that drives nothing: another driver may hold its devices. As
 * long as one of them is free, or held by a module of the packs, the others are left alone.
 */
static int free_its_devices(struct maker *m, const struct ddl_module *module)
{
	const struct ddl_device *device = NULL;
	const char *alias;

	while ((device = ddl_machine_match_next(m->machine, module, device, &alias)) != NULL)
		if (!*device->driver || (*device->module && plan_wanted_named(m, device->module)))
			return 0;
	while ((device = ddl_machine_match_next(m->machine, module, device, &alias)) != NULL)
		if ((!is_held(m, device) && note_held(m, device) != 0) ||
		    (m->unbind ? take_away(m, device, module) : push_out(m, device)) != 0)
			return -1;
	return 0;
}

static int find_leaving(struct maker *m)
{
	size_t i;

	for (i = 0; i < m->plan->n_wanted; i++) {
		const struct ddl_module *module = m->plan->wanted[i];
		const struct ddl_loaded *loaded = ddl_machine_loaded(m->machine, module->name);
		int result = 0;

		if (loaded && !ddl_fit_same_build(module, loaded))
			result = leave(m, loaded, NULL, 0) != 0 ? -1 : free_its_devices(m, module);
		else if (!loaded && ddl_machine_builtin(m->machine, module->name))
			result = plan_refuse(m, DDL_E_BUILTIN,
					     ddl_arena_printf(m->arena, _("%s is built into the kernel and cannot be unloaded"),
							      module->name));
		else if (!loaded)
			result = free_its_devices(m, module);
		if (result != 0)
			return -1;
	}
	return 0;
}

/* --------------------------------------------------------- who is in the way */

static bool is_away(const struct maker *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->plan->n_away; i++)
		if (strcmp(m->plan->away[i], name) == 0)
			return true;
	return false;
}

static int goes_away(struct maker *m, const char *name)
{
	return is_away(m, name) ? 0 : plan_push_pointer(m, &m->plan->away, &m->plan->n_away, name);
}

static int find_away(struct maker *m)
{
	size_t i, j;

	for (i = 0; i < m->machine->n_devices; i++) {
		const struct ddl_device *device = &m->machine->devices[i];

		if (!is_taken(m, device) && (!*device->module || !plan_leaving(m, device->module)))
			continue;
		for (j = 0; j < device->n_disks; j++)
			if (goes_away(m, device->disks[j].name) != 0)
				return -1;
		for (j = 0; j < device->n_links; j++)
			if (goes_away(m, device->links[j]) != 0)
				return -1;
	}
	return 0;
}

static const char *use_sentence(struct maker *m, const struct ddl_use *use)
{
	switch (use->kind) {
	case DDL_USE_MOUNT:
		return ddl_arena_printf(m->arena, _("%s is mounted on %s"), use->what, use->by);
	case DDL_USE_SWAP:
		return ddl_arena_printf(m->arena, _("%s is in use as swap space"), use->what);
	case DDL_USE_DM:
		return ddl_arena_printf(m->arena, _("%s is in use by %s"), use->what, use->by);
	case DDL_USE_MD:
		return ddl_arena_printf(m->arena, _("%s is part of the RAID array %s"), use->what, use->by);
	case DDL_USE_LINK_UP:
		return ddl_arena_printf(m->arena, _("the network interface %s is up"), use->what);
	case DDL_USE_OPEN:
		break;
	}
	if (*use->by)
		return ddl_arena_printf(m->arena, _("%s is held open by %s"), use->what, use->by);
	return ddl_arena_printf(m->arena, _("%s is held open"), use->what);
}

static int refuse_uses(struct maker *m)
{
	size_t i;

	for (i = 0; i < m->machine->n_uses; i++) {
		const struct ddl_use *use = &m->machine->uses[i];

		if (is_away(m, use->disk) && plan_refuse(m, DDL_E_BUSY, use_sentence(m, use)) != 0)
			return -1;
	}
	return 0;
}

/* Processes that have one of the disks open, each by its name. */
static int refuse_opens(struct maker *m)
{
	struct ddl_use *uses = NULL;
	size_t i, n = 0;

	if (m->kernel->ops->opens(m->kernel, m->arena, m->plan->away, m->plan->n_away, &uses, &n, m->error) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (plan_refuse(m, DDL_E_BUSY, use_sentence(m, &uses[i])) != 0)
			return -1;
	return 0;
}

/* Uses that were counted by the kernel but have no name, once the named ones are told. */
static int refuse_references(struct maker *m)
{
	bool used = false;
	size_t i;

	if (m->plan->n_refusals > 0)
		return 0;
	for (i = 0; i < m->n_out && !used; i++)
		used = m->out[i]->loaded->references > (long)m->out[i]->loaded->n_holders;
	/* a device that is taken from its driver goes away whoever has it open: so that is looked for */
	if ((used || m->n_taken > 0) && refuse_opens(m) != 0)
		return -1;
	for (i = 0; i < m->n_out && m->plan->n_refusals == 0; i++) {
		const struct ddl_loaded *loaded = m->out[i]->loaded;
		long more = loaded->references - (long)loaded->n_holders;

		if (more > 0 && plan_refuse(m, DDL_E_BUSY,
					    ddl_arena_printf(m->arena,
							     ddl_trn("%s is in use by something that the kernel does not name",
								     "%s is in use by things that the kernel does not name",
								     (unsigned long)more),
							     loaded->name)) != 0)
			return -1;
	}
	return 0;
}

static int refuse_no_way_back(struct maker *m)
{
	size_t i;

	for (i = 0; i < m->n_out; i++)
		if (m->out[i]->back && !*m->out[i]->tree_path &&
		    plan_refuse(m, DDL_E_BUSY,
				ddl_arena_printf(m->arena,
						 _("%s would have to be unloaded and could not be loaded again: "
						   "this installer has no file of it"),
						 m->out[i]->loaded->name)) != 0)
			return -1;
	return 0;
}

int plan_find_leaving(struct maker *m)
{
	if (find_leaving(m) != 0 || find_away(m) != 0 || refuse_uses(m) != 0 || refuse_references(m) != 0)
		return -1;
	return refuse_no_way_back(m);
}

int ddl_unloads_check(struct ddl_arena *arena, const struct ddl_machine *machine, struct ddl_kernel *kernel, const char *name,
		      struct ddl_error *error)
{
	struct ddl_plan plan = { 0 };
	struct maker m = { .arena = arena, .machine = machine, .kernel = kernel, .plan = &plan, .error = error };
	const struct ddl_loaded *loaded = ddl_machine_loaded(machine, name);

	if (!loaded)
		return 0;
	if (leave(&m, loaded, NULL, 0) != 0 || find_away(&m) != 0 || refuse_uses(&m) != 0 || refuse_references(&m) != 0)
		return -1;
	if (plan.refusal.code == DDL_OK && m.n_out > 1)
		return ddl_fail(error, DDL_E_BUSY, 0, _("%s is in use by %s"), name, m.out[0]->loaded->name);
	if (plan.refusal.code == DDL_OK)
		return 0;
	*error = plan.refusal;
	return -1;
}
