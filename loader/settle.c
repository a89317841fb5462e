// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Waits for devices to be bound and for disks to appear, with a limit and a progress
 * line, and judges whether what was there before a swap is back.
 */
#include "apply_run.h"

#include <errno.h>
#include <string.h>

#include "fit.h"
#include "machine.h"

int ddl_run_look(struct ddl_run *run, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_machine now = { 0 };

	if (!arena)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", _("the machine"));
	if (kernel->ops->snapshot(kernel, arena, &now, error) != 0) {
		ddl_arena_free(arena);
		return -1;
	}
	ddl_arena_free(run->now_arena);
	run->now_arena = arena;
	run->now = now;
	return 0;
}

/* --------------------------------------------------------------- expectations */

static bool is_unloaded(const struct ddl_plan *plan, const char *module)
{
	size_t i;

	for (i = 0; i < plan->n_ops; i++)
		if (plan->ops[i].kind == DDL_OP_UNLOAD &&
		    ddl_module_name_equal(plan->ops[i].module, module))
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

static int expect_device(struct ddl_run *run, const struct ddl_device *device)
{
	struct ddl_expected *expected = ddl_arena_push(run->apply->arena, &run->expected,
						       &run->n_expected, sizeof *expected);

	if (!expected)
		return -1;
	expected->bus = device->bus;
	expected->address = device->address;
	expected->ids = device->ids;
	expected->module = *device->module ? device->module : device->driver;
	expected->n_disks = device->n_disks;
	expected->n_links = device->n_links;
	return 0;
}

int ddl_settle_expect(struct ddl_run *run, struct ddl_error *error)
{
	size_t i;

	for (i = 0; i < run->before.n_devices; i++) {
		const struct ddl_device *device = &run->before.devices[i];

		if (loses_driver(run->plan, device) && expect_device(run, device) != 0)
			return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", device->address);
	}
	for (i = 0; i < run->plan->n_wanted; i++) {
		struct ddl_target *target;

		if (is_already(run->plan, run->plan->wanted[i]))
			continue;
		target = ddl_arena_push(run->apply->arena, &run->targets, &run->n_targets,
					sizeof *target);
		if (!target)
			return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s",
					run->plan->wanted[i]->name);
		target->module = run->plan->wanted[i];
		target->replaced = replaces(run, target->module);
	}
	return 0;
}

/* Drivers make devices (a bus, a host), so this is asked again when there are more or fewer. */
static void find_matches(struct ddl_run *run)
{
	const char *alias;
	size_t i;

	if (run->targets_seen == run->now.n_devices)
		return;
	run->targets_seen = run->now.n_devices;
	for (i = 0; i < run->n_targets; i++)
		run->targets[i].matches =
			ddl_machine_match(&run->now, run->targets[i].module, &alias) != NULL;
}

const struct ddl_device *ddl_expected_device(const struct ddl_machine *machine,
					     const struct ddl_expected *expected)
{
	size_t i;

	for (i = 0; i < machine->n_devices; i++)
		if (strcmp(machine->devices[i].address, expected->address) == 0 &&
		    strcmp(machine->devices[i].bus, expected->bus) == 0)
			return &machine->devices[i];
	return NULL;
}

bool ddl_device_driven_by(const struct ddl_machine *machine, const char *bus, const char *address,
			  const char *driver)
{
	const struct ddl_expected wanted = { .bus = bus, .address = address };
	const struct ddl_device *device = ddl_expected_device(machine, &wanted);

	return device && strcmp(device->driver, driver) == 0;
}

static bool is_undriven(const struct ddl_run *run, const struct ddl_expected *expected)
{
	const struct ddl_device *device = ddl_expected_device(&run->now, expected);

	return device && !*device->driver;
}

const struct ddl_expected *ddl_settle_undriven(const struct ddl_run *run)
{
	size_t i;

	for (i = 0; i < run->n_expected; i++)
		if (is_undriven(run, &run->expected[i]))
			return &run->expected[i];
	return NULL;
}

void ddl_settle_find_drivers(struct ddl_run *run)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	struct ddl_error trouble = DDL_ERROR_INIT;
	size_t i;

	if (ddl_run_look(run, &trouble) != 0)
		ddl_log_error(run->apply->log, "looking for devices without a driver", &trouble);
	for (i = 0; i < run->n_expected; i++)
		if (is_undriven(run, &run->expected[i]) &&
		    kernel->ops->find_driver(kernel, run->expected[i].bus, run->expected[i].address, &trouble) != 0)
			ddl_log_error(run->apply->log, "finding a driver", &trouble); /* what is missing is told in the end */
}

/* --------------------------------------------------------------- what is there */

struct view {
	bool back;            /* all that was there before is there again */
	bool bound;           /* no device of a target is without a driver */
	bool any_device;      /* a target has a device */
	bool bare;            /* a storage device is bound, new, and has no disk yet */
	bool filled;          /* … and another one has */
	bool only_expected;   /* no bound device beyond those that were there before */
	bool storage;         /* a storage device is bound */
	size_t disks, links;
	uint64_t bytes;
	size_t drivers;       /* bound devices */
};

static bool same_view(const struct view *a, const struct view *b)
{
	return a->disks == b->disks && a->links == b->links && a->bytes == b->bytes &&
	       a->drivers == b->drivers;
}

static const struct ddl_expected *was_expected(const struct ddl_run *run,
					       const struct ddl_device *device)
{
	size_t i;

	for (i = 0; i < run->n_expected; i++)
		if (strcmp(run->expected[i].address, device->address) == 0 &&
		    strcmp(run->expected[i].bus, device->bus) == 0)
			return &run->expected[i];
	return NULL;
}

static bool is_back(const struct ddl_run *run, const struct ddl_expected *expected)
{
	const struct ddl_device *device = ddl_expected_device(&run->now, expected);

	return device && *device->driver && device->n_disks >= expected->n_disks &&
	       device->n_links >= expected->n_links;
}

static bool has_bound(const struct ddl_machine *machine, const char *module)
{
	size_t i;

	for (i = 0; i < machine->n_devices; i++)
		if (*machine->devices[i].module &&
		    ddl_module_name_equal(machine->devices[i].module, module))
			return true;
	return false;
}

/* A device that the module is made for and that nothing drives yet. */
static bool has_free(const struct ddl_machine *machine, const struct ddl_module *module)
{
	const struct ddl_device *device = NULL;
	const char *alias;

	while ((device = ddl_machine_match_next(machine, module, device, &alias)) != NULL)
		if (!*device->driver)
			return true;
	return false;
}

static void view_target(const struct ddl_run *run, const struct ddl_target *target,
			struct view *view)
{
	size_t i;

	if (!target->matches)
		return;
	view->any_device = true;
	if (!has_bound(&run->now, target->module->name) && has_free(&run->now, target->module))
		view->bound = false;
	for (i = 0; i < run->now.n_devices; i++) {
		const struct ddl_device *device = &run->now.devices[i];
		const struct ddl_expected *expected;

		if (!*device->module || !ddl_module_name_equal(device->module, target->module->name))
			continue;
		expected = was_expected(run, device);
		if (!expected)
			view->only_expected = false;
		if (device->class != DDL_CLASS_STORAGE)
			continue;
		view->storage = true;
		if (!expected && device->n_disks == 0)
			view->bare = true;
		if (device->n_disks > 0)
			view->filled = true;
	}
}

static struct view view_now(const struct ddl_run *run)
{
	struct view view = { .back = true, .bound = true, .only_expected = true };
	size_t i;

	for (i = 0; i < run->n_expected; i++)
		if (!is_back(run, &run->expected[i]))
			view.back = false;
	for (i = 0; i < run->n_targets; i++)
		view_target(run, &run->targets[i], &view);
	view.disks = run->now.n_disks;
	for (i = 0; i < run->now.n_disks; i++)
		view.bytes += run->now.disks[i].size;
	for (i = 0; i < run->now.n_devices; i++) {
		view.links += run->now.devices[i].n_links;
		view.drivers += *run->now.devices[i].driver != '\0';
	}
	return view;
}

/* How long nothing may change before it counts as settled; UINT_MAX: wait for the limit. */
#define TO_THE_LIMIT UINT32_MAX

static unsigned quiet_needed(const struct view *view, bool way_back)
{
	if (!view->back)
		return TO_THE_LIMIT;
	if (way_back)
		return 0;
	if (!view->bound || (view->bare && !view->filled))
		return TO_THE_LIMIT;
	if (view->bare)
		return DDL_SETTLE_BARE_MS;
	if (view->any_device && (view->only_expected || !view->storage))
		return DDL_SETTLE_SHORT_MS;
	return DDL_SETTLE_QUIET_MS;
}

/* -------------------------------------------------------------------- waiting */

static void tell_progress(const struct ddl_run *run, unsigned done, unsigned limit)
{
	struct ddl_event event = { .kind = DDL_EVENT_PROGRESS, .phase = DDL_PHASE_SETTLE,
				   .done = done < limit ? done : limit, .total = limit, .what = "" };

	if (run->apply->front && run->apply->front->event)
		(void)run->apply->front->event(run->apply->front->ctx, &event);
}

static unsigned limit_of(const struct ddl_run *run)
{
	unsigned limit = run->apply->settle_ms ? run->apply->settle_ms : DDL_SETTLE_DEFAULT_MS;

	return limit < DDL_SETTLE_MAX_MS ? limit : DDL_SETTLE_MAX_MS;
}

static int wait_until_quiet(struct ddl_run *run, bool way_back, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	unsigned limit = limit_of(run), elapsed = 0, quiet = 0;
	struct view last = { 0 }, view;

	for (;;) {
		unsigned slept;

		find_matches(run);
		view = view_now(run);
		if (!same_view(&view, &last))
			quiet = 0;
		last = view;
		tell_progress(run, elapsed, limit);
		if (quiet >= quiet_needed(&view, way_back) || elapsed >= limit)
			return 0;
		slept = kernel->ops->wait(kernel, DDL_SETTLE_POLL_MS);
		if (slept == 0) /* woken early; time goes on all the same */
			slept = 1;
		elapsed += slept;
		quiet += slept;
		if (ddl_run_look(run, error) != 0)
			return -1;
	}
}

int ddl_settle_back(struct ddl_run *run, struct ddl_error *error)
{
	if (ddl_run_look(run, error) != 0)
		return -1;
	return wait_until_quiet(run, true, error);
}

/* --------------------------------------------------------------------- judging */

int ddl_check_version(const struct ddl_machine *machine, const struct ddl_module *module,
		      struct ddl_error *error)
{
	const struct ddl_loaded *loaded = ddl_machine_loaded(machine, module->name);

	if (!loaded || !loaded->live)
		return ddl_fail(error, DDL_E_INSERT, 0, _("%s: it is not there after it was loaded"),
				module->name);
	if ((*module->version || *module->srcversion) && !ddl_fit_same_build(module, loaded))
		return ddl_fail(error, DDL_E_WRONG_VERSION, 0,
				_("%s: running is %s (%s), the disk has %s (%s)"), module->name,
				loaded->version, loaded->srcversion, module->version,
				module->srcversion);
	return 0;
}

static int check_versions(const struct ddl_run *run, struct ddl_error *error)
{
	size_t i;

	for (i = 0; i < run->n_targets; i++)
		if (ddl_check_version(&run->now, run->targets[i].module, error) != 0)
			return -1;
	return 0;
}

static int check_expected(const struct ddl_run *run, const struct ddl_expected *expected,
			  struct ddl_error *error)
{
	const struct ddl_device *device = ddl_expected_device(&run->now, expected);

	if (!device || !*device->driver)
		return ddl_fail(error, DDL_E_NOT_BOUND, 0,
				_("%s %s: it was driven by %s and has no driver now"),
				expected->address, expected->ids, expected->module);
	if (device->n_disks < expected->n_disks)
		return ddl_fail(error, DDL_E_NO_DISK, 0,
				_("%s %s: %zu of its %zu disks are back after %u seconds"),
				expected->address, expected->ids, device->n_disks,
				expected->n_disks, limit_of(run) / 1000);
	if (device->n_links < expected->n_links)
		return ddl_fail(error, DDL_E_NOT_BOUND, 0,
				_("%s %s: its network interface is not back after %u seconds"),
				expected->address, expected->ids, limit_of(run) / 1000);
	return 0;
}

static int judge(const struct ddl_run *run, struct ddl_error *error)
{
	size_t i;

	for (i = 0; i < run->n_targets; i++) {
		const struct ddl_target *target = &run->targets[i];

		if (target->replaced && target->matches && !has_bound(&run->now, target->module->name))
			return ddl_fail(error, DDL_E_NOT_BOUND, 0,
					_("%s: it took no device, though it is made for one here"),
					target->module->name);
	}
	for (i = 0; i < run->n_expected; i++)
		if (check_expected(run, &run->expected[i], error) != 0)
			return -1;
	return 0;
}

int ddl_settle(struct ddl_run *run, struct ddl_error *error)
{
	if (ddl_run_look(run, error) != 0 || check_versions(run, error) != 0)
		return -1;
	if (wait_until_quiet(run, false, error) != 0)
		return -1;
	/* What udev loads by alias is loaded by then, and its links to the disks are there. */
	run->apply->kernel->ops->udev_settle(run->apply->kernel);
	if (ddl_run_look(run, error) != 0)
		return -1;
	/* A driver may give up, or be changed by somebody else, while it is waited for. */
	if (check_versions(run, error) != 0)
		return -1;
	return judge(run, error);
}
