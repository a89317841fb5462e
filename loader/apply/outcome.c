// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each module did, what appeared, and after a failure what is not as before: all
 * from a look at the machine, never from what was meant to happen.
 */
#include "apply/apply_run.h"

#include <errno.h>
#include <string.h>

#include "machine/machine.h"
#include "model/describe.h"
#include "module/module_name.h"

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
		address = ddl_arena_push(run->apply->arena, &entry->bound, &entry->n_bound, sizeof *address);
		if (!address)
			return -1;
		*address = keep(run, device->address);
		if (!*address)
			return -1;
	}
	return 0;
}

/*
 * A value that somebody gave by hand leaves with the old version: the kernel does not tell it from a
 * default, and an old default must not override the vendor's new one.
 */
static void note_settings(const struct ddl_run *run, const struct ddl_loaded *before, const struct ddl_loaded *now)
{
	for (size_t i = 0; i < before->n_params; i++)
		for (size_t j = 0; j < now->n_params; j++) {
			const char *was = before->params[i], *is = now->params[j];

			if (strncmp(was, is, strcspn(was, "=") + 1) == 0 && strcmp(was, is) != 0)
				ddl_run_note(run, ddl_arena_printf(run->apply->arena, _("%s: %s was in force, now it is %s"),
								   before->name, was, is));
		}
}

static int fill_module(struct ddl_run *run, const struct ddl_module *module)
{
	const struct ddl_loaded *before = ddl_machine_loaded(&run->before, module->name);
	const struct ddl_loaded *now = ddl_machine_loaded(&run->now, module->name);
	struct ddl_loaded_now *entry = ddl_arena_push(run->apply->arena, &run->outcome->modules, &run->outcome->n_modules,
						      sizeof *entry);

	if (!entry)
		return -1;
	entry->module = module->name;
	entry->version_before = before ? before->version : "";
	entry->version_now = keep(run, now ? now->version : "");
	entry->srcversion = keep(run, now ? now->srcversion : "");
	entry->holder = keep(run, now && now->n_holders ? now->holders[0] : "");
	entry->repo = ddl_repo_of_module(run->repos, run->n_repos, module);
	entry->for_devices = module->n_aliases > 0;
	if (!entry->repo) /* the installer's own driver, that the first pack has brought firmware for */
		entry->repo = run->repos[0];
	if (!entry->version_now || !entry->srcversion || !entry->holder)
		return -1;
	if (before && now)
		note_settings(run, before, now);
	return fill_bound(run, entry);
}

static int fill_repos(struct ddl_run *run)
{
	size_t i;

	for (i = 0; i < run->n_repos; i++) {
		const struct ddl_repo **repo = ddl_arena_push(run->apply->arena, &run->outcome->repos, &run->outcome->n_repos,
							      sizeof *repo);

		if (!repo)
			return -1;
		*repo = run->repos[i];
	}
	return 0;
}

/* ----------------------------------------------------------- disks and links */

static const char *driver_of(const struct ddl_machine *machine, const struct ddl_device *device)
{
	for (size_t i = 0; i < machine->n_devices; i++)
		if (strcmp(machine->devices[i].address, device->address) == 0 &&
		    strcmp(machine->devices[i].bus, device->bus) == 0)
			return machine->devices[i].driver;
	return "";
}

static int keep_controller(struct ddl_arena *arena, struct ddl_outcome *outcome, const struct ddl_device *device,
			   const char *driver_before)
{
	struct ddl_controller *entry = ddl_arena_push(arena, &outcome->controllers, &outcome->n_controllers, sizeof *entry);

	if (!entry)
		return -1;
	*entry = (struct ddl_controller){ .class = device->class,
					  .address = ddl_arena_dup(arena, device->address),
					  .ids = ddl_arena_dup(arena, device->ids),
					  .name = device->name ? ddl_arena_dup(arena, device->name) : NULL,
					  .driver_before = ddl_arena_dup(arena, driver_before),
					  .driver = ddl_arena_dup(arena, device->driver) };
	return entry->address && entry->ids && (entry->name || !device->name) && entry->driver_before && entry->driver ? 0 : -1;
}

int ddl_outcome_machine(struct ddl_arena *arena, struct ddl_outcome *outcome, const struct ddl_machine *before,
			const struct ddl_machine *now)
{
	for (size_t i = 0; i < now->n_devices; i++)
		if (now->devices[i].class != DDL_CLASS_OTHER &&
		    keep_controller(arena, outcome, &now->devices[i], driver_of(before, &now->devices[i])) < 0)
			return -1;
	for (size_t i = 0; i < now->n_disks; i++) {
		struct ddl_disk *disk = ddl_arena_push(arena, &outcome->disks, &outcome->n_disks, sizeof *disk);

		if (!disk)
			return -1;
		*disk = now->disks[i];
		disk->name = ddl_arena_dup(arena, disk->name);
		disk->model = ddl_arena_dup(arena, disk->model);
		if (!disk->name || !disk->model)
			return -1;
	}
	return 0;
}

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

	for (i = 0; i < run->n_watched; i++)
		if (run->watched[i].was && run->watched[i].now == device)
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
	entry = ddl_arena_push(run->apply->arena, &run->outcome->appeared, &run->outcome->n_appeared, sizeof *entry);
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
	entry = ddl_arena_push(run->apply->arena, &run->outcome->links, &run->outcome->n_links, sizeof *entry);
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
			if (disk_appeared(run, device->disks[j].name, away) && add_disk(run, &device->disks[j]) != 0)
				return -1;
		for (j = 0; j < device->n_links; j++)
			if ((away || !had_link(run, device->links[j])) && add_link(run, device->links[j]) != 0)
				return -1;
	}
	for (i = 0; i < run->now.n_disks; i++)
		if (disk_appeared(run, run->now.disks[i].name, false) && add_disk(run, &run->now.disks[i]) != 0)
			return -1;
	return 0;
}

/* -------------------------------------------------------------------- remarks */

int ddl_remark(struct ddl_run *run, const char *sentence)
{
	const char **entry = sentence ? ddl_arena_push(run->apply->arena, &run->outcome->remarks, &run->outcome->n_remarks,
						       sizeof *entry) :
					NULL;

	if (!entry)
		return -1;
	*entry = sentence;
	return 0;
}

/* One device that is not as one would think, where the load counts as done all the same. */
static int remark_device(struct ddl_run *run, const struct ddl_watched *watched)
{
	struct ddl_arena *arena = run->apply->arena;

	switch (watched->state) {
	case DDL_WATCH_PARTLY:
		return ddl_remark(run, ddl_arena_printf(arena, _("%s: %zu of its %zu disks are back"),
							ddl_describe_address(watched->address), watched->now->n_disks,
							watched->n_disks));
	case DDL_WATCH_BOUND:
		if (watched->now->empty)
			return 0;
		return ddl_remark(run, ddl_arena_printf(arena, _("%s: nothing has appeared there yet"),
							ddl_describe_address(watched->address)));
	case DDL_WATCH_REFUSED:
	case DDL_WATCH_FREE:
		if (!watched->was)
			return ddl_remark(run, ddl_arena_printf(arena, _("%s: %s is made for it, and did not take it"),
								ddl_describe_address(watched->address),
								watched->target->module->name));
		return ddl_remark(run, ddl_arena_printf(arena, _("%s was driven by %s before and has no driver now"),
							ddl_describe_address(watched->address), watched->was));
	case DDL_WATCH_HELD:
		return ddl_remark(run, ddl_arena_printf(arena, _("%s: %s is made for it, but %s was quicker"),
							ddl_describe_address(watched->address), watched->target->module->name,
							watched->now->driver));
	case DDL_WATCH_GONE:
	case DDL_WATCH_READY:
		break;
	}
	return 0;
}

/* A dependent that the new driver does not suit, and without which it works. */
static int remark_op(struct ddl_run *run, const struct ddl_op *op)
{
	if (op->kind != DDL_OP_RELOAD || op->state != DDL_OP_FAILED)
		return 0;
	return ddl_remark(run, ddl_arena_printf(run->apply->arena, _("%s could not be loaded again: %s %s"), op->module,
						ddl_code_sentence(op->trouble.code), op->trouble.text));
}

static int fill_remarks(struct ddl_run *run, const struct ddl_watched *told)
{
	size_t i;

	for (i = 0; i < run->n_watched; i++)
		if (&run->watched[i] != told && remark_device(run, &run->watched[i]) != 0)
			return -1;
	for (i = 0; i < run->plan->n_ops; i++)
		if (remark_op(run, &run->plan->ops[i]) != 0)
			return -1;
	return 0;
}

/* ---------------------------------------------------------------- the result */

/* The device of that class that is further than the others; NULL: none is watched. */
static const struct ddl_watched *best_of(const struct ddl_run *run, enum ddl_device_class class)
{
	const struct ddl_watched *best = NULL;
	size_t i;

	for (i = 0; i < run->n_watched; i++) {
		const struct ddl_watched *watched = &run->watched[i];

		if (watched->now && (watched->target || watched->state >= DDL_WATCH_BOUND) && watched->now->class == class &&
		    (!best || watched->state > best->state))
			best = watched;
	}
	return best;
}

/*
 * Works: a device is bound to a module of the packs and has what devices of its class have.
 * Storage decides where there is any: a driver disk is about disks. What decided is in *by.
 */
static enum ddl_result result_of(struct ddl_run *run, const struct ddl_watched **by)
{
	static const enum ddl_device_class order[] = { DDL_CLASS_STORAGE, DDL_CLASS_NETWORK, DDL_CLASS_OTHER };
	struct ddl_error *error = &run->outcome->error;
	size_t i;

	for (i = 0, *by = NULL; i < sizeof order / sizeof *order && !*by; i++)
		*by = best_of(run, order[i]);
	if (!*by)
		return DDL_RESULT_UNUSED;
	if ((*by)->state > DDL_WATCH_BOUND)
		return DDL_RESULT_WORKS;
	if ((*by)->state == DDL_WATCH_BOUND) {
		ddl_fail(error, DDL_E_NO_DISK_YET, 0,
			 ddl_trn("%s %s: nothing after %u second", "%s %s: nothing after %u seconds", run->waited_ms / 1000),
			 ddl_describe_address((*by)->address), (*by)->ids, run->waited_ms / 1000);
		return DDL_RESULT_BOUND_NO_DISK;
	}
	ddl_fail(error, DDL_E_NOT_TAKEN, 0, _("%s %s: %s is made for it"), ddl_describe_address((*by)->address), (*by)->ids,
		 (*by)->target->module->name);
	return DDL_RESULT_NOT_TAKEN;
}

static bool is_told(const struct ddl_run *run, const struct ddl_module *module)
{
	for (size_t i = 0; i < run->outcome->n_modules; i++)
		if (ddl_module_name_equal(run->outcome->modules[i].module, module->name))
			return true;
	return false;
}

int ddl_outcome_fill(struct ddl_run *run, struct ddl_error *error)
{
	struct ddl_outcome *outcome = run->outcome;
	const struct ddl_watched *by;
	size_t i;

	for (i = 0; i < run->plan->n_wanted; i++)
		if (fill_module(run, run->plan->wanted[i]) != 0)
			return no_memory(error);
	for (i = 0; i < run->plan->n_probes; i++)
		if (!is_told(run, run->plan->probes[i].module) && fill_module(run, run->plan->probes[i].module) != 0)
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
	outcome->result = result_of(run, &by);
	if (fill_remarks(run, outcome->result == DDL_RESULT_WORKS ? NULL : by) != 0)
		return no_memory(error);
	return 0;
}

/* ------------------------------------------------------------ what is left over */

int ddl_left_over(struct ddl_run *run, const char *sentence)
{
	const char **entry;

	if (!sentence)
		return -1;
	entry = ddl_arena_push(run->apply->arena, &run->outcome->left_over, &run->outcome->n_left_over, sizeof *entry);
	if (!entry)
		return -1;
	*entry = sentence;
	return 0;
}

static int compare_module(struct ddl_run *run, const struct ddl_loaded *before)
{
	const struct ddl_loaded *now = ddl_machine_loaded(&run->now, before->name);

	if (!now)
		return ddl_left_over(
			run, ddl_arena_printf(run->apply->arena, _("%s was loaded before and is not loaded now"), before->name));
	if (strcmp(now->version, before->version) != 0 || strcmp(now->srcversion, before->srcversion) != 0)
		return ddl_left_over(run,
				     ddl_arena_printf(run->apply->arena,
						      _("%s was loaded in version %s before and is loaded in version %s now"),
						      before->name, before->version, now->version));
	return 0;
}

/* An operation that came in and is still in though it was not before. */
static int compare_inserted(struct ddl_run *run, const struct ddl_op *op)
{
	if (op->kind != DDL_OP_INSERT || op->state != DDL_OP_UNDONE || ddl_machine_loaded(&run->before, op->module) ||
	    !ddl_machine_loaded(&run->now, op->module))
		return 0;
	return ddl_left_over(run,
			     ddl_arena_printf(run->apply->arena, _("%s was not loaded before and is loaded now"), op->module));
}

/* A device that was taken from a driver is with it again. */
static int compare_taken(struct ddl_run *run, const struct ddl_op *op)
{
	const struct ddl_device *device = ddl_watch_device(&run->now, op->bus, op->address);

	if (op->kind != DDL_OP_UNBIND || (device && strcmp(device->driver, op->driver) == 0))
		return 0;
	return ddl_left_over(run,
			     ddl_arena_printf(run->apply->arena, _("%s is not driven by %s any more"), op->address, op->driver));
}

static int compare_device(struct ddl_run *run, const struct ddl_watched *watched)
{
	const struct ddl_device *device = watched->now;

	if (!watched->was)
		return 0;
	if (!device || !*device->driver)
		return ddl_left_over(run,
				     ddl_arena_printf(run->apply->arena, _("%s was driven by %s before and has no driver now"),
						      ddl_describe_address(watched->address), watched->was));
	if (device->n_disks < watched->n_disks)
		return ddl_left_over(run,
				     ddl_arena_printf(run->apply->arena, _("%s: %zu of its %zu disks are back"),
						      ddl_describe_address(watched->address), device->n_disks, watched->n_disks));
	if (device->n_links < watched->n_links)
		return ddl_left_over(run, ddl_arena_printf(run->apply->arena, _("%s: its network interface is not back"),
							   ddl_describe_address(watched->address)));
	return 0;
}

int ddl_outcome_left_over(struct ddl_run *run, struct ddl_error *error)
{
	size_t i;

	for (i = 0; i < run->before.n_loaded; i++)
		if (compare_module(run, &run->before.loaded[i]) != 0)
			return no_memory(error);
	for (i = 0; i < run->plan->n_ops; i++)
		if (compare_inserted(run, &run->plan->ops[i]) != 0 || compare_taken(run, &run->plan->ops[i]) != 0)
			return no_memory(error);
	for (i = 0; i < run->n_watched; i++)
		if (compare_device(run, &run->watched[i]) != 0)
			return no_memory(error);
	return 0;
}
