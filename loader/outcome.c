// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each module did, what appeared, and after a failure what is not as before: all
 * from a look at the machine, never from what was meant to happen.
 */
#include "apply_run.h"

#include <errno.h>
#include <string.h>

#include "machine.h"

static int no_memory(struct ddl_error *error)
{
	return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", _("the outcome"));
}

/* The look at the machine is freed before the outcome is: what is kept is copied. */
static const char *keep(const struct ddl_run *run, const char *text)
{
	return ddl_arena_dup(run->apply->arena, text);
}

/* ------------------------------------------------------------------- modules */

static const struct ddl_repo *repo_of(const struct ddl_run *run, const struct ddl_module *module)
{
	size_t i, j, k;

	for (i = 0; i < run->n_repos; i++)
		for (j = 0; j < run->repos[i]->n_packages; j++)
			for (k = 0; k < run->repos[i]->packages[j].n_modules; k++)
				if (run->repos[i]->packages[j].modules[k] == module)
					return run->repos[i];
	return NULL;
}

static bool driven_by(const struct ddl_device *device, const char *module)
{
	return *device->module && ddl_module_name_equal(device->module, module);
}

static int fill_bound(struct ddl_run *run, struct ddl_loaded_now *entry)
{
	size_t i;

	for (i = 0; i < run->now.n_devices; i++) {
		const struct ddl_device *device = &run->now.devices[i];
		const char **address;

		if (!driven_by(device, entry->module))
			continue;
		address = ddl_arena_push(run->apply->arena, &entry->bound, &entry->n_bound,
					 sizeof *address);
		if (!address)
			return -1;
		*address = keep(run, device->address);
		if (!*address)
			return -1;
	}
	return 0;
}

static int fill_module(struct ddl_run *run, const struct ddl_module *module)
{
	const struct ddl_loaded *before = ddl_machine_loaded(&run->before, module->name);
	const struct ddl_loaded *now = ddl_machine_loaded(&run->now, module->name);
	struct ddl_loaded_now *entry = ddl_arena_push(run->apply->arena, &run->outcome->modules,
						      &run->outcome->n_modules, sizeof *entry);

	if (!entry)
		return -1;
	entry->module = module->name;
	entry->version_before = before ? before->version : "";
	entry->version_now = keep(run, now ? now->version : "");
	entry->srcversion = keep(run, now ? now->srcversion : "");
	entry->repo = repo_of(run, module);
	if (!entry->version_now || !entry->srcversion)
		return -1;
	return fill_bound(run, entry);
}

static int fill_repos(struct ddl_run *run)
{
	size_t i;

	for (i = 0; i < run->n_repos; i++) {
		const struct ddl_repo **repo = ddl_arena_push(run->apply->arena,
			&run->outcome->repos, &run->outcome->n_repos, sizeof *repo);

		if (!repo)
			return -1;
		*repo = run->repos[i];
	}
	return 0;
}

/* ----------------------------------------------------------- disks and links */

static bool has_disk(const struct ddl_machine *machine, const char *name)
{
	size_t i;

	for (i = 0; i < machine->n_disks; i++)
		if (strcmp(machine->disks[i].name, name) == 0)
			return true;
	return false;
}

/* New, or back after its driver left. CD drives are below devices, but no disks of the machine. */
static bool disk_appeared(const struct ddl_run *run, const char *name, bool away)
{
	return has_disk(&run->now, name) && (away || !has_disk(&run->before, name));
}

static bool had_link(const struct ddl_run *run, const char *name)
{
	size_t i, j;

	for (i = 0; i < run->before.n_devices; i++)
		for (j = 0; j < run->before.devices[i].n_links; j++)
			if (strcmp(run->before.devices[i].links[j], name) == 0)
				return true;
	return false;
}

/* Its driver left in this plan, so that what lies below it has come back. */
static bool was_away(const struct ddl_run *run, const struct ddl_device *device)
{
	size_t i;

	for (i = 0; i < run->n_expected; i++)
		if (ddl_expected_device(&run->now, &run->expected[i]) == device)
			return true;
	return false;
}

static int add_disk(struct ddl_run *run, const struct ddl_disk *disk)
{
	struct ddl_disk *entry;
	size_t i;

	for (i = 0; i < run->outcome->n_appeared; i++)
		if (strcmp(run->outcome->appeared[i].name, disk->name) == 0)
			return 0;
	entry = ddl_arena_push(run->apply->arena, &run->outcome->appeared,
			       &run->outcome->n_appeared, sizeof *entry);
	if (!entry)
		return -1;
	*entry = *disk;
	entry->name = keep(run, disk->name);
	entry->model = keep(run, disk->model);
	return entry->name && entry->model ? 0 : -1;
}

static int add_link(struct ddl_run *run, const char *name)
{
	const char **entry;
	size_t i;

	for (i = 0; i < run->outcome->n_links; i++)
		if (strcmp(run->outcome->links[i], name) == 0)
			return 0;
	entry = ddl_arena_push(run->apply->arena, &run->outcome->links, &run->outcome->n_links,
			       sizeof *entry);
	if (!entry)
		return -1;
	*entry = keep(run, name);
	return *entry ? 0 : -1;
}

static int fill_appeared(struct ddl_run *run)
{
	size_t i, j;

	for (i = 0; i < run->now.n_devices; i++) {
		const struct ddl_device *device = &run->now.devices[i];
		bool away = was_away(run, device);

		for (j = 0; j < device->n_disks; j++)
			if (disk_appeared(run, device->disks[j].name, away) &&
			    add_disk(run, &device->disks[j]) != 0)
				return -1;
		for (j = 0; j < device->n_links; j++)
			if ((away || !had_link(run, device->links[j])) &&
			    add_link(run, device->links[j]) != 0)
				return -1;
	}
	for (i = 0; i < run->now.n_disks; i++)
		if (disk_appeared(run, run->now.disks[i].name, false) && add_disk(run, &run->now.disks[i]) != 0)
			return -1;
	return 0;
}

/* ---------------------------------------------------------------- the result */

/*
 * Works: a device is bound to a module of the packs and has what devices of its class have.
 * Storage decides where there is any: a driver disk is about disks.
 */
static enum ddl_result result_of(const struct ddl_run *run)
{
	bool bound = false, storage = false, disks = false;
	size_t i, j;

	for (i = 0; i < run->now.n_devices; i++) {
		const struct ddl_device *device = &run->now.devices[i];

		for (j = 0; j < run->n_targets; j++) {
			if (!driven_by(device, run->targets[j].module->name))
				continue;
			bound = true;
			storage = storage || device->class == DDL_CLASS_STORAGE;
			disks = disks || device->n_disks > 0;
		}
	}
	if (!bound)
		return DDL_RESULT_UNUSED;
	return storage && !disks ? DDL_RESULT_BOUND_NO_DISK : DDL_RESULT_WORKS;
}

int ddl_outcome_fill(struct ddl_run *run, struct ddl_error *error)
{
	struct ddl_outcome *outcome = run->outcome;
	size_t i;

	for (i = 0; i < run->plan->n_wanted; i++)
		if (fill_module(run, run->plan->wanted[i]) != 0)
			return no_memory(error);
	if (fill_repos(run) != 0)
		return no_memory(error);
	if (outcome->error.code != DDL_OK)
		return 0; /* undone: nothing appeared, and the result is known */
	if (run->plan->n_ops == 0) {
		outcome->result = run->plan->n_already > 0 ? DDL_RESULT_ALREADY : DDL_RESULT_NOTHING;
		return 0;
	}
	if (fill_appeared(run) != 0)
		return no_memory(error);
	outcome->result = result_of(run);
	return 0;
}

/* ------------------------------------------------------------ what is left over */

int ddl_left_over(struct ddl_run *run, const char *sentence)
{
	const char **entry;

	if (!sentence)
		return -1;
	entry = ddl_arena_push(run->apply->arena, &run->outcome->left_over,
			       &run->outcome->n_left_over, sizeof *entry);
	if (!entry)
		return -1;
	*entry = sentence;
	return 0;
}

static int compare_module(struct ddl_run *run, const struct ddl_loaded *before)
{
	const struct ddl_loaded *now = ddl_machine_loaded(&run->now, before->name);

	if (!now)
		return ddl_left_over(run, ddl_arena_printf(run->apply->arena,
			_("%s was loaded before and is not loaded now"), before->name));
	if (strcmp(now->version, before->version) != 0 ||
	    strcmp(now->srcversion, before->srcversion) != 0)
		return ddl_left_over(run, ddl_arena_printf(run->apply->arena,
			_("%s was loaded in version %s before and is loaded in version %s now"),
			before->name, before->version, now->version));
	return 0;
}

/* An operation that came in and is still in though it was not before. */
static int compare_inserted(struct ddl_run *run, const struct ddl_op *op)
{
	if (op->kind != DDL_OP_INSERT || op->state != DDL_OP_UNDONE ||
	    ddl_machine_loaded(&run->before, op->module) ||
	    !ddl_machine_loaded(&run->now, op->module))
		return 0;
	return ddl_left_over(run, ddl_arena_printf(run->apply->arena,
		_("%s was not loaded before and is loaded now"), op->module));
}

/* A device that was taken from a driver is with it again. */
static int compare_taken(struct ddl_run *run, const struct ddl_op *op)
{
	if (op->kind != DDL_OP_UNBIND || ddl_device_driven_by(&run->now, op->bus, op->address, op->driver))
		return 0;
	return ddl_left_over(run, ddl_arena_printf(run->apply->arena,
		_("%s is not driven by %s any more"), op->address, op->driver));
}

static int compare_device(struct ddl_run *run, const struct ddl_expected *expected)
{
	const struct ddl_device *device = ddl_expected_device(&run->now, expected);

	if (!device || !*device->driver)
		return ddl_left_over(run, ddl_arena_printf(run->apply->arena,
			_("%s was driven by %s before and has no driver now"), expected->address,
			expected->module));
	if (device->n_disks < expected->n_disks)
		return ddl_left_over(run, ddl_arena_printf(run->apply->arena,
			_("%s: %zu of its %zu disks are back"), expected->address, device->n_disks,
			expected->n_disks));
	if (device->n_links < expected->n_links)
		return ddl_left_over(run, ddl_arena_printf(run->apply->arena,
			_("%s: its network interface is not back"), expected->address));
	return 0;
}

int ddl_outcome_left_over(struct ddl_run *run, struct ddl_error *error)
{
	size_t i;

	for (i = 0; i < run->before.n_loaded; i++)
		if (compare_module(run, &run->before.loaded[i]) != 0)
			return no_memory(error);
	for (i = 0; i < run->plan->n_ops; i++)
		if (compare_inserted(run, &run->plan->ops[i]) != 0 ||
		    compare_taken(run, &run->plan->ops[i]) != 0)
			return no_memory(error);
	for (i = 0; i < run->n_expected; i++)
		if (compare_device(run, &run->expected[i]) != 0)
			return no_memory(error);
	return 0;
}
