// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Waits until the watched devices are bound and their disks are there, up to one deadline that
 * progress and the person move, and judges whether what was there before a swap is back.
 */
#include "apply/apply_run.h"

#include <errno.h>
#include <string.h>

#include "machine/machine.h"
#include "module/module_name.h"
#include "plan/fit.h"

/* ------------------------------------------------------------------ the deadline */

struct wait {
	uint64_t begun, changed; /* when it began, when something last was different */
	uint64_t limit; /* nothing that may never come is waited for longer … */
	uint64_t last; /* … and nothing at all */
	bool back; /* for what was there before; else for the packs' drivers */
	bool ended; /* the person goes on with what is there */
	struct {
		size_t devices, drivers, disks, links;
		uint64_t bytes;
	} seen;
};

unsigned ddl_settle_limit(const struct ddl_run *run)
{
	unsigned limit = run->apply->settle_ms ? run->apply->settle_ms : DDL_SETTLE_DEFAULT_MS;

	return limit < DDL_SETTLE_MAX_MS ? limit : DDL_SETTLE_MAX_MS;
}

static struct wait wait_begin(const struct ddl_run *run, bool back)
{
	uint64_t now = run->apply->kernel->ops->now(run->apply->kernel);
	uint64_t limit = ddl_settle_limit(run), last = limit * DDL_SETTLE_TIMES;

	return (struct wait){ .begun = now,
			      .changed = now,
			      .limit = now + limit,
			      .last = now + (last < DDL_SETTLE_MAX_MS ? last : DDL_SETTLE_MAX_MS),
			      .back = back };
}

/* While things are still arriving there is more time for the next. */
static void note_progress(const struct ddl_run *run, struct wait *wait, uint64_t now)
{
	const struct wait before = *wait;
	size_t i;

	wait->seen.devices = run->now.n_devices;
	wait->seen.disks = run->now.n_disks;
	wait->seen.drivers = wait->seen.links = 0;
	wait->seen.bytes = 0;
	for (i = 0; i < run->now.n_disks; i++)
		wait->seen.bytes += run->now.disks[i].size;
	for (i = 0; i < run->now.n_devices; i++) {
		wait->seen.links += run->now.devices[i].n_links;
		wait->seen.drivers += *run->now.devices[i].driver != '\0';
	}
	if (memcmp(&before.seen, &wait->seen, sizeof wait->seen) == 0)
		return;
	wait->changed = now;
	if (before.seen.devices > 0 && now + DDL_SETTLE_MORE_MS > wait->limit)
		wait->limit = now + DDL_SETTLE_MORE_MS;
	if (wait->limit > wait->last)
		wait->limit = wait->last;
}

/* Until when this device is waited for; 0: it is not. */
static uint64_t deadline(const struct ddl_run *run, const struct wait *wait, const struct ddl_watched *watched)
{
	if (wait->back && !watched->was)
		return 0;
	switch (watched->state) {
	case DDL_WATCH_BOUND: /* disks that were there before are there to be found */
		if (watched->n_disks + watched->n_links > 0)
			return wait->last;
		return watched->now->empty ? 0 : wait->limit;
	case DDL_WATCH_PARTLY:
		return wait->limit;
	case DDL_WATCH_FREE:
		if (!watched->was && ddl_watch_has_taken(run, watched->target))
			return 0; /* its driver has passed it over */
		return wait->limit;
	case DDL_WATCH_GONE:
		return watched->was ? wait->limit : 0;
	case DDL_WATCH_REFUSED: /* by the new driver; the old one may still take it */
		return wait->back ? wait->limit : 0;
	case DDL_WATCH_HELD:
	case DDL_WATCH_READY:
		break;
	}
	return 0;
}

/* How long nothing may change before it counts as settled: of what is known to be there all has come. */
static unsigned quiet_needed(const struct ddl_run *run)
{
	bool slow = run->n_watched == 0;
	size_t i;

	for (i = 0; i < run->n_watched; i++) {
		const struct ddl_watched *watched = &run->watched[i];

		if (!watched->now || watched->state < DDL_WATCH_BOUND)
			continue;
		/* of a device of no known kind nobody knows what it brings: a bus with disks on it? */
		slow = slow || watched->now->fabric || watched->now->empty ||
		       (watched->now->class == DDL_CLASS_OTHER && !watched->was);
	}
	return slow ? DDL_SETTLE_QUIET_MS : DDL_SETTLE_SHORT_MS;
}

static bool is_over(const struct ddl_run *run, const struct wait *wait, uint64_t now)
{
	bool pending = false;
	size_t i;

	if (wait->ended || now >= wait->last)
		return true;
	for (i = 0; i < run->n_watched; i++)
		pending = pending || deadline(run, wait, &run->watched[i]) > now;
	if (pending)
		return false;
	return wait->back || now >= wait->limit || now - wait->changed >= quiet_needed(run);
}

/* -------------------------------------------------------------------- the person */

static enum ddl_wish tell(const struct ddl_run *run, const struct ddl_event *event)
{
	if (run->apply->front && run->apply->front->event)
		return run->apply->front->event(run->apply->front->ctx, event);
	return DDL_WISH_GO_ON;
}

/* The wish comes with each look: to go on at once, or to wait as long again. */
static void tell_progress(const struct ddl_run *run, struct wait *wait, uint64_t now)
{
	struct ddl_event event = { .kind = DDL_EVENT_PROGRESS, .phase = DDL_PHASE_SETTLE, .what = "" };
	enum ddl_wish wish;

	event.total = (wait->back ? wait->last : wait->limit) - wait->begun;
	event.most = wait->back ? 0 : wait->last - wait->begun; /* half a way back is worse than a whole one */
	event.done = now - wait->begun;
	event.total = event.total > event.done ? event.total : event.done;
	wish = tell(run, &event);
	if (wait->back)
		return;
	wait->ended = wish == DDL_WISH_STOP;
	if (wish == DDL_WISH_LONGER) {
		wait->limit = (now > wait->limit ? now : wait->limit) + ddl_settle_limit(run);
		wait->last = wait->last > wait->limit ? wait->last : wait->limit;
	}
}

static bool is_told(const struct ddl_run *run, const char *disk)
{
	size_t i;

	for (i = 0; i < run->n_told; i++)
		if (strcmp(run->told[i], disk) == 0)
			return true;
	return false;
}

static int add_told(struct ddl_run *run, const char *disk)
{
	const char **told = ddl_arena_push(run->apply->arena, &run->told, &run->n_told, sizeof *told);

	if (told)
		*told = ddl_arena_dup(run->apply->arena, disk);
	return told && *told ? 0 : -1;
}

/* Each disk as it appears. */
static int tell_disks(struct ddl_run *run)
{
	size_t i;

	for (i = 0; i < run->now.n_disks; i++) {
		struct ddl_event event = {
			.kind = DDL_EVENT_DISK, .phase = DDL_PHASE_SETTLE, .what = "", .disk = &run->now.disks[i]
		};

		if (is_told(run, event.disk->name))
			continue;
		if (add_told(run, event.disk->name) != 0)
			return -1;
		(void)tell(run, &event); /* what the person wishes is asked with the progress */
	}
	return 0;
}

/* Is it below a device whose driver leaves? Then it is news when it is back. */
static bool goes_away(const struct ddl_run *run, const char *disk)
{
	size_t i, j;

	for (i = 0; i < run->n_watched; i++) {
		const struct ddl_watched *watched = &run->watched[i];
		const struct ddl_device *before = ddl_watch_device(&run->before, watched->bus, watched->address);

		for (j = 0; before && watched->was && j < before->n_disks; j++)
			if (strcmp(before->disks[j].name, disk) == 0)
				return true;
	}
	return false;
}

/* What was there all the time is no news. */
static int tell_begin(struct ddl_run *run)
{
	size_t i;

	for (i = 0; i < run->before.n_disks; i++)
		if (!goes_away(run, run->before.disks[i].name) && add_told(run, run->before.disks[i].name) != 0)
			return -1;
	return 0;
}

/* ------------------------------------------------------------------------ waiting */

/* The kernel says of which devices the probe has failed. */
static int look(struct ddl_run *run, bool back, struct ddl_error *error)
{
	if (!back)
		ddl_run_kernel_lines(run);
	return ddl_watch_look(run, false, error);
}

/* From a fresh look at the devices on, until nothing more is waited for. */
static int wait_for_devices(struct ddl_run *run, bool back, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	struct wait wait = wait_begin(run, back);

	for (;;) {
		uint64_t now = kernel->ops->now(kernel);

		note_progress(run, &wait, now);
		if (!back && tell_disks(run) != 0)
			return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", _("the machine"));
		tell_progress(run, &wait, now);
		if (is_over(run, &wait, now)) {
			run->waited_ms = (unsigned)(now - wait.begun);
			run->ended = wait.ended;
			return 0;
		}
		kernel->ops->wait(kernel, DDL_SETTLE_POLL_MS);
		if (look(run, back, error) != 0)
			return -1;
	}
}

int ddl_settle_back(struct ddl_run *run, struct ddl_error *error)
{
	if (look(run, true, error) != 0)
		return -1;
	return wait_for_devices(run, true, error);
}

/* --------------------------------------------------------------------- judging */

int ddl_check_version(const struct ddl_machine *machine, const struct ddl_module *module, struct ddl_error *error)
{
	const struct ddl_loaded *loaded = ddl_machine_loaded(machine, module->name);

	if (!loaded || !loaded->live)
		return ddl_fail(error, DDL_E_INSERT, 0, _("%s: it is not there after it was loaded"), module->name);
	if ((*module->version || *module->srcversion) && !ddl_fit_same_build(module, loaded))
		return ddl_fail(error, DDL_E_WRONG_VERSION, 0, _("%s: running is %s (%s), the disk has %s (%s)"), module->name,
				loaded->version, loaded->srcversion, module->version, module->srcversion);
	return 0;
}

/* An optional module that the kernel did not take is not looked for. */
static bool was_let_go(const struct ddl_plan *plan, const struct ddl_module *module)
{
	for (size_t i = 0; i < plan->n_ops; i++)
		if (plan->ops[i].from_pack == module)
			return plan->ops[i].optional && plan->ops[i].state == DDL_OP_FAILED;
	return false;
}

static int check_versions(const struct ddl_run *run, struct ddl_error *error)
{
	size_t i;

	for (i = 0; i < run->n_targets; i++)
		if (!was_let_go(run->plan, run->targets[i].module) &&
		    ddl_check_version(&run->now, run->targets[i].module, error) != 0)
			return -1;
	return 0;
}

/*
 * What was there before must be there again: at least one disk of each device that had some, and an
 * interface. A device that showed neither, of no kind that would, is told in the outcome.
 */
static int check_back(const struct ddl_run *run, const struct ddl_watched *watched, struct ddl_error *error)
{
	const struct ddl_device *before = ddl_watch_device(&run->before, watched->bus, watched->address);
	bool matters = watched->n_disks + watched->n_links > 0 || before->class != DDL_CLASS_OTHER;

	if (!matters || watched->state > DDL_WATCH_BOUND)
		return 0;
	if (watched->state < DDL_WATCH_BOUND)
		return ddl_fail(error, DDL_E_NOT_BOUND, 0, _("%s %s: it was driven by %s and has no driver now"),
				watched->address, watched->ids, watched->was);
	if (run->ended)
		return 0; /* the person goes on without: it may all still come */
	if (watched->n_disks > 0)
		return ddl_fail(error, DDL_E_NO_DISK, 0, _("%s %s: %zu of its %zu disks are back after %u seconds"),
				watched->address, watched->ids, watched->now->n_disks, watched->n_disks, run->waited_ms / 1000);
	if (watched->n_links > 0)
		return ddl_fail(error, DDL_E_NOT_BOUND, 0, _("%s %s: its network interface is not back after %u seconds"),
				watched->address, watched->ids, run->waited_ms / 1000);
	return 0;
}

static int judge(const struct ddl_run *run, struct ddl_error *error)
{
	size_t i;

	for (i = 0; i < run->n_targets; i++) {
		const struct ddl_target *target = &run->targets[i];

		if (target->replaced && target->matches && !ddl_watch_has_taken(run, target))
			return ddl_fail(error, DDL_E_NOT_BOUND, 0, _("%s: it took no device, though it is made for one here"),
					target->module->name);
	}
	for (i = 0; i < run->n_watched; i++)
		if (run->watched[i].was && check_back(run, &run->watched[i], error) != 0)
			return -1;
	return 0;
}

int ddl_settle(struct ddl_run *run, struct ddl_error *error)
{
	if (tell_begin(run) != 0)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", _("the machine"));
	if (look(run, false, error) != 0 || check_versions(run, error) != 0)
		return -1;
	if (wait_for_devices(run, false, error) != 0)
		return -1;
	/* What udev loads by alias is loaded by then, and its links to the disks are there. */
	if (run->apply->kernel->ops->udev_settle(run->apply->kernel) && (look(run, false, error) != 0 || tell_disks(run) != 0))
		return -1;
	/* A driver may give up, or be changed by somebody else, while it is waited for. */
	if (check_versions(run, error) != 0)
		return -1;
	return judge(run, error);
}
