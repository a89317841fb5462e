// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The devices that a plan is about, and how far each of them is: those that lose their driver,
 * those that the packs' modules are made for, and those that they take.
 */
#include "apply/apply_run.h"

#include <errno.h>
#include <string.h>

#include "base/sysfs.h"
#include "kernel/kmsg_explain.h"
#include "machine/machine.h"
#include "module/module_name.h"

#define PCI_INFINIBAND 0x0207U /* PCI Code and ID Assignment Specification */
#define PCI_INFINIBAND_SERIAL 0x0c06U

int ddl_run_look(struct ddl_run *run, bool whole, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_machine now = { 0 };

	if (!arena)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", _("the machine"));
	if ((whole ? kernel->ops->snapshot : kernel->ops->glance)(kernel, arena, &now, error) != 0) {
		ddl_arena_free(arena);
		return -1;
	}
	ddl_arena_free(run->now_arena);
	run->now_arena = arena;
	run->now = now;
	return 0;
}

void ddl_run_kernel_lines(struct ddl_run *run)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	struct ddl_outcome *outcome = run->outcome;
	struct ddl_error trouble = DDL_ERROR_INIT;

	if (kernel->ops->log_read(kernel, false, run->apply->arena, &outcome->kernel_lines, &outcome->n_kernel_lines, &trouble) !=
	    0)
		ddl_log_error(run->apply->log, "reading the kernel log", &trouble);
}

static bool is_unloaded(const struct ddl_plan *plan, const char *module)
{
	size_t i;

	for (i = 0; i < plan->n_ops; i++)
		if (plan->ops[i].kind == DDL_OP_UNLOAD && ddl_module_name_equal(plan->ops[i].module, module))
			return true;
	return false;
}

/* The driver that it has now leaves it. */
static bool loses_driver(const struct ddl_plan *plan, const struct ddl_device *device)
{
	size_t i;

	for (i = 0; i < plan->n_ops; i++)
		if (plan->ops[i].kind == DDL_OP_UNBIND && strcmp(plan->ops[i].bus, device->bus) == 0 &&
		    strcmp(plan->ops[i].address, device->address) == 0)
			return true;
	return *device->module && is_unloaded(plan, device->module);
}

static bool is_already(const struct ddl_plan *plan, const struct ddl_module *module)
{
	size_t i;

	for (i = 0; i < plan->n_already; i++)
		if (plan->already[i] == module)
			return true;
	return false;
}

/* It takes a place that something else had: its own older version, or another driver. */
static bool replaces(const struct ddl_run *run, const struct ddl_module *module)
{
	const struct ddl_device *device = NULL;
	const char *alias;

	if (is_unloaded(run->plan, module->name))
		return true;
	while ((device = ddl_machine_match_next(&run->before, module, device, &alias)) != NULL)
		if (loses_driver(run->plan, device))
			return true;
	return false;
}

/* -------------------------------------------------------------------- the list */

static struct ddl_watched *watched_at(const struct ddl_run *run, const char *bus, const char *address)
{
	size_t i;

	for (i = 0; i < run->n_watched; i++)
		if (strcmp(run->watched[i].address, address) == 0 && strcmp(run->watched[i].bus, bus) == 0)
			return &run->watched[i];
	return NULL;
}

static struct ddl_watched *watch(struct ddl_run *run, const struct ddl_device *device)
{
	struct ddl_arena *arena = run->apply->arena;
	struct ddl_watched *watched = ddl_arena_push(arena, &run->watched, &run->n_watched, sizeof *watched);

	if (!watched)
		return NULL;
	watched->bus = ddl_arena_dup(arena, device->bus);
	watched->address = ddl_arena_dup(arena, device->address);
	watched->ids = ddl_arena_dup(arena, device->ids);
	if (watched->bus && watched->address && watched->ids)
		return watched;
	run->n_watched--; /* the run goes on with what it has, as an undo must */
	return NULL;
}

/*
 * Was it made by a driver that leaves as well? Then it goes with that driver, and another one
 * comes in its place: an enclosure or a target with another host's number, an auxiliary device.
 */
static bool is_made_by_leaving(const struct ddl_run *run, const struct ddl_device *device)
{
	size_t i;

	for (i = 0; i < run->before.n_devices; i++) {
		const struct ddl_device *above = &run->before.devices[i];

		if (above != device && loses_driver(run->plan, above) && strcmp(above->place, device->place) != 0 &&
		    ddl_sysfs_below(device->place, above->place))
			return true;
	}
	return false;
}

static int watch_leaving(struct ddl_run *run)
{
	size_t i;

	for (i = 0; i < run->before.n_devices; i++) {
		const struct ddl_device *device = &run->before.devices[i];
		struct ddl_watched *watched;

		if (!loses_driver(run->plan, device) || is_made_by_leaving(run, device))
			continue;
		watched = watch(run, device);
		if (!watched)
			return -1;
		watched->was = *device->module ? device->module : device->driver;
		watched->n_disks = device->n_disks;
		watched->n_links = device->n_links;
	}
	return 0;
}

static int add_target(struct ddl_run *run, const struct ddl_module *module)
{
	struct ddl_target *target;
	size_t i;

	for (i = 0; i < run->n_targets; i++)
		if (ddl_module_name_equal(run->targets[i].module->name, module->name))
			return 0;
	target = ddl_arena_push(run->apply->arena, &run->targets, &run->n_targets, sizeof *target);
	if (!target)
		return -1;
	target->module = module;
	target->replaced = replaces(run, module);
	return 0;
}

int ddl_watch_begin(struct ddl_run *run, struct ddl_error *error)
{
	const struct ddl_plan *plan = run->plan;
	int result = watch_leaving(run);
	size_t i;

	for (i = 0; i < plan->n_wanted && result == 0; i++)
		if (!is_already(plan, plan->wanted[i]))
			result = add_target(run, plan->wanted[i]);
	for (i = 0; i < plan->n_probes && result == 0; i++)
		result = add_target(run, plan->probes[i].module);
	return result == 0 ? 0 : ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", _("the machine"));
}

/* The target whose module drives it; NULL. */
static const struct ddl_target *taken_by(const struct ddl_run *run, const struct ddl_device *device)
{
	size_t i;

	for (i = 0; i < run->n_targets; i++)
		if (*device->module && ddl_module_name_equal(device->module, run->targets[i].module->name))
			return &run->targets[i];
	return NULL;
}

/* What has no driver and a target is made for is watched from now on. */
static int watch_free(struct ddl_run *run)
{
	const char *alias;
	size_t i;

	for (i = 0; i < run->n_targets; i++) {
		const struct ddl_device *device = NULL;

		while ((device = ddl_machine_match_next(&run->now, run->targets[i].module, device, &alias)) != NULL) {
			struct ddl_watched *watched = watched_at(run, device->bus, device->address);

			if (!watched && !*device->driver)
				watched = watch(run, device);
			else if (!watched)
				continue;
			if (!watched)
				return -1;
			if (!watched->target)
				watched->target = &run->targets[i];
			run->targets[i].matches = true;
		}
	}
	return 0;
}

static int watch_taken(struct ddl_run *run)
{
	size_t i;

	for (i = 0; i < run->now.n_devices; i++) {
		const struct ddl_device *device = &run->now.devices[i];
		const struct ddl_target *target = taken_by(run, device);
		struct ddl_watched *watched = target ? watched_at(run, device->bus, device->address) : NULL;

		if (!target)
			continue;
		if (!watched)
			watched = watch(run, device);
		if (!watched)
			return -1;
		watched->target = target;
	}
	return 0;
}

/* ----------------------------------------------------------------- how far each is */

/* What a device of its kind shows once its driver works; nothing, where its kind is not known. */
static bool shows_disks(const struct ddl_watched *watched, const struct ddl_device *device)
{
	return watched->n_disks > 0 || device->class == DDL_CLASS_STORAGE;
}

static bool shows_links(const struct ddl_watched *watched, const struct ddl_device *device)
{
	uint32_t class = device->class_code >> 8;

	return watched->n_links > 0 ||
	       (device->class == DDL_CLASS_NETWORK && class != PCI_INFINIBAND && class != PCI_INFINIBAND_SERIAL);
}

static enum ddl_watch_state state_of_bound(const struct ddl_watched *watched, const struct ddl_device *device)
{
	/* another driver may show it as one volume of many disks, the same one shows what it showed */
	bool same = watched->was && ddl_module_name_equal(watched->was, device->module);

	if (shows_disks(watched, device)) {
		if (device->n_disks == 0)
			return DDL_WATCH_BOUND;
		return same && device->n_disks < watched->n_disks ? DDL_WATCH_PARTLY : DDL_WATCH_READY;
	}
	if (shows_links(watched, device))
		return device->n_links > 0 ? DDL_WATCH_READY : DDL_WATCH_BOUND;
	return DDL_WATCH_READY;
}

static enum ddl_watch_state state_of(const struct ddl_run *run, const struct ddl_watched *watched)
{
	const struct ddl_device *device = watched->now;
	const struct ddl_outcome *outcome = run->outcome;

	if (!device)
		return DDL_WATCH_GONE;
	if (*device->driver)
		return watched->was || taken_by(run, device) ? state_of_bound(watched, device) : DDL_WATCH_HELD;
	return ddl_kmsg_probe_failed(outcome->kernel_lines, outcome->n_kernel_lines, watched->address) ? DDL_WATCH_REFUSED :
													 DDL_WATCH_FREE;
}

const struct ddl_device *ddl_watch_device(const struct ddl_machine *machine, const char *bus, const char *address)
{
	size_t i;

	for (i = 0; i < machine->n_devices; i++)
		if (strcmp(machine->devices[i].address, address) == 0 && strcmp(machine->devices[i].bus, bus) == 0)
			return &machine->devices[i];
	return NULL;
}

int ddl_watch_look(struct ddl_run *run, bool whole, struct ddl_error *error)
{
	size_t i;

	if (ddl_run_look(run, whole, error) != 0)
		return -1;
	/* drivers make devices (a bus, a host), so what targets are for is asked again when there are more or fewer */
	if ((run->devices_seen != run->now.n_devices && watch_free(run) != 0) || watch_taken(run) != 0)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", _("the machine"));
	run->devices_seen = run->now.n_devices;
	for (i = 0; i < run->n_watched; i++) {
		struct ddl_watched *watched = &run->watched[i];

		watched->now = ddl_watch_device(&run->now, watched->bus, watched->address);
		watched->state = state_of(run, watched);
	}
	return 0;
}

bool ddl_watch_has_taken(const struct ddl_run *run, const struct ddl_target *target)
{
	size_t i;

	for (i = 0; i < run->now.n_devices; i++)
		if (taken_by(run, &run->now.devices[i]) == target)
			return true;
	return false;
}
