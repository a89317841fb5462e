// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a plan: one loop over its operations, and when one fails the same list
 * backwards, so that the machine is as it was.
 */
#include "apply/apply_run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "apply/changing.h"
#include "kernel/kmsg_explain.h"
#include "machine/machine.h"
#include "module/module_name.h"
#include "plan/fit.h"
#include "plan/plan.h"

/* How often a module that something else loads in between is taken out again. */
#define INSERT_TRIES 3

static const char *const op_names[] = {
	[DDL_OP_FIRMWARE] = "firmware", [DDL_OP_UNLOAD] = "unload", [DDL_OP_INSERT] = "insert", [DDL_OP_RELOAD] = "reload",
	[DDL_OP_UNBIND] = "unbind",     [DDL_OP_BIND] = "bind",     [DDL_OP_PROBE] = "probe",   [DDL_OP_SETTLE] = "settle",
};

static void tell_phase(const struct ddl_run *run, enum ddl_phase phase)
{
	struct ddl_event event = { .kind = DDL_EVENT_PHASE, .phase = phase, .what = "" };

	/* A wish to cancel is not heeded any more: half a swap is worse than a whole one. */
	if (run->apply->front && run->apply->front->event)
		(void)run->apply->front->event(run->apply->front->ctx, &event);
}

static void set_state(const struct ddl_run *run, struct ddl_op *op, enum ddl_op_state state)
{
	struct ddl_event event = { .kind = DDL_EVENT_STEP, .phase = DDL_PHASE_APPLY, .what = "", .op = op };

	op->state = state;
	if (run->apply->front && run->apply->front->event)
		(void)run->apply->front->event(run->apply->front->ctx, &event);
}

void ddl_run_note(const struct ddl_run *run, const char *sentence)
{
	struct ddl_event event = { .kind = DDL_EVENT_NOTE, .phase = DDL_PHASE_APPLY, .what = sentence ? sentence : "" };

	ddl_log(run->apply->log, "%s", event.what);
	if (run->apply->front && run->apply->front->event)
		(void)run->apply->front->event(run->apply->front->ctx, &event);
}

/* ------------------------------------------------------------------- forward */

static int remove_module(struct ddl_run *run, const char *name, bool *changed, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	struct ddl_error trouble = DDL_ERROR_INIT;

	*changed = kernel->ops->remove(kernel, name, &trouble) == 0;
	if (*changed || trouble.os_errno == ENOENT) /* gone already is as good */
		return 0;
	if (error)
		*error = trouble;
	return -1;
}

static int insert_once(struct ddl_run *run, const struct ddl_op *op, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;

	if (op->from_pack)
		return kernel->ops->insert(kernel, op->module, op->from_pack->file->fd, op->params, error);
	return kernel->ops->insert_path(kernel, op->module, op->tree_path, op->params, error);
}

/*
 * It is there already: udev or the kernel was quicker, by alias, and took the tree's file.
 * Fine where that is the build that was to be loaded; else it goes out again.
 */
static int check_intruder(struct ddl_run *run, const struct ddl_op *op, struct ddl_error *error)
{
	bool changed;

	if (!op->from_pack)
		return 0;
	if (ddl_run_look(run, true, error) != 0)
		return -1;
	if (ddl_check_version(&run->now, op->from_pack, error) == 0)
		return 0;
	/* its disks may be in use already */
	if (ddl_unloads_check(run->apply->arena, &run->now, run->apply->kernel, op->module, error) != 0)
		return -1;
	ddl_log(run->apply->log, "%s: something else loaded another version; taking it out", op->module);
	if (remove_module(run, op->module, &changed, error) != 0)
		return -1;
	return 1;
}

static int insert_module(struct ddl_run *run, const struct ddl_op *op, bool *changed, struct ddl_error *error)
{
	struct ddl_error trouble = DDL_ERROR_INIT;
	int tries, result;

	for (tries = 0; tries < INSERT_TRIES; tries++) {
		ddl_error_clear(&trouble);
		if (insert_once(run, op, &trouble) == 0) {
			*changed = true;
			return 0;
		}
		if (trouble.os_errno != EEXIST)
			break;
		/* A module of the tree that came by itself stays; what replaces one does not. */
		*changed = op->from_pack || op->kind == DDL_OP_RELOAD;
		result = check_intruder(run, op, &trouble);
		if (result == 0)
			return 0;
		*changed = false;
		if (result < 0)
			break;
	}
	if (error)
		*error = trouble;
	return -1;
}

/* Before the first disk goes: udev may be looking at it just now. */
static void settle_udev_before(const struct ddl_run *run, size_t op)
{
	while (op-- > 0)
		if (run->plan->ops[op].kind == DDL_OP_UNLOAD || run->plan->ops[op].kind == DDL_OP_UNBIND)
			return;
	run->apply->kernel->ops->udev_settle(run->apply->kernel);
}

static int run_op(struct ddl_run *run, size_t i)
{
	struct ddl_op *op = &run->plan->ops[i];
	struct ddl_kernel *kernel = run->apply->kernel;
	uint64_t began = kernel->ops->now(kernel);
	int result = -1;

	ddl_error_clear(&op->trouble);
	set_state(run, op, DDL_OP_RUNNING);
	ddl_log(run->apply->log, "%s %s %s", op_names[op->kind], op->module, op->params);
	switch (op->kind) {
	case DDL_OP_FIRMWARE:
		run->changed[i] = true; /* a part of the files counts as well */
		result = ddl_firmware_put(run, &op->trouble);
		break;
	case DDL_OP_UNLOAD:
		settle_udev_before(run, i);
		result = remove_module(run, op->module, &run->changed[i], &op->trouble);
		break;
	case DDL_OP_INSERT:
	case DDL_OP_RELOAD:
		result = insert_module(run, op, &run->changed[i], &op->trouble);
		break;
	case DDL_OP_UNBIND:
		settle_udev_before(run, i);
		run->changed[i] = true; /* its override may be cleared though it was not taken */
		result = kernel->ops->unbind(kernel, op->bus, op->address, &op->trouble);
		break;
	case DDL_OP_BIND:
		run->changed[i] = true;
		result = kernel->ops->bind_module(kernel, op->bus, op->address, op->module, &op->trouble);
		break;
	case DDL_OP_PROBE:
		run->changed[i] = true;
		result = kernel->ops->probe(kernel, op->bus, op->address, &op->trouble);
		break;
	case DDL_OP_SETTLE:
		tell_phase(run, DDL_PHASE_SETTLE);
		result = ddl_settle(run, &op->trouble);
		break;
	}
	if (result != 0)
		ddl_log_error(run->apply->log, op_names[op->kind], &op->trouble);
	op->took_ms = (unsigned)(kernel->ops->now(kernel) - began);
	set_state(run, op, result == 0 ? DDL_OP_DONE : DDL_OP_FAILED);
	return result;
}

/* ------------------------------------------------------------------ backwards */

/* On the way back there is time: udev looks at the new disks, and lets go of them. */
static int remove_again(struct ddl_run *run, const char *name, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	uint64_t end = kernel->ops->now(kernel) + ddl_settle_limit(run);
	bool changed;

	for (;;) {
		struct ddl_error trouble = DDL_ERROR_INIT;

		if (remove_module(run, name, &changed, &trouble) == 0)
			return 0;
		if ((trouble.os_errno != EAGAIN && trouble.os_errno != EBUSY) || kernel->ops->now(kernel) >= end) {
			*error = trouble;
			return -1;
		}
		kernel->ops->udev_settle(kernel);
		kernel->ops->wait(kernel, DDL_SETTLE_POLL_MS);
	}
}

/* The staged module that is the very build which was loaded before; NULL for none. */
static const struct ddl_module *staged_copy(const struct ddl_run *run, const char *name)
{
	const struct ddl_loaded *was = ddl_machine_loaded(&run->before, name);
	size_t i;

	for (i = 0; was && i < run->plan->n_wanted; i++)
		if (ddl_module_name_equal(run->plan->wanted[i]->name, name) && ddl_fit_same_build(run->plan->wanted[i], was))
			return run->plan->wanted[i];
	return NULL;
}

static int put_back(struct ddl_run *run, const struct ddl_op *op, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	const struct ddl_module *copy = staged_copy(run, op->module);
	struct ddl_error trouble = DDL_ERROR_INIT;
	int result;

	if (copy)
		result = kernel->ops->insert(kernel, op->module, copy->file->fd, op->params, &trouble);
	else if (*op->tree_path)
		result = kernel->ops->insert_path(kernel, op->module, op->tree_path, op->params, &trouble);
	else
		result = ddl_fail(&trouble, DDL_E_UNDONE_PARTLY, 0, _("%s: this installer has no file of it"), op->module);
	/* Loaded by itself in between: whether it is the right version is looked at in the end. */
	if (result == 0 || trouble.os_errno == EEXIST)
		return 0;
	*error = trouble;
	return -1;
}

static int undo_op(struct ddl_run *run, struct ddl_op *op, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;

	switch (op->kind) {
	case DDL_OP_FIRMWARE:
		return ddl_firmware_take_back(run, error);
	case DDL_OP_UNLOAD:
		return put_back(run, op, error);
	case DDL_OP_INSERT:
	case DDL_OP_RELOAD:
		return remove_again(run, op->module, error);
	case DDL_OP_UNBIND:
		return kernel->ops->bind_driver(kernel, op->bus, op->address, op->driver, op->override, error);
	case DDL_OP_BIND:
	case DDL_OP_PROBE:
		return kernel->ops->unbind(kernel, op->bus, op->address, error);
	case DDL_OP_SETTLE:
		break;
	}
	return 0;
}

static int tell_not_undone(struct ddl_run *run, const struct ddl_op *op, const struct ddl_error *error)
{
	struct ddl_arena *arena = run->apply->arena;

	switch (op->kind) {
	case DDL_OP_UNLOAD:
		return ddl_left_over(run, ddl_arena_printf(arena, _("%s could not be loaded again: %s %s"), op->module,
							   ddl_code_sentence(error->code), error->text));
	case DDL_OP_INSERT:
	case DDL_OP_RELOAD:
		return ddl_left_over(run, ddl_arena_printf(arena, _("%s could not be unloaded again: %s %s"), op->module,
							   ddl_code_sentence(error->code), error->text));
	case DDL_OP_UNBIND:
		return ddl_left_over(run, ddl_arena_printf(arena, _("%s could not be given back to the driver %s: %s"),
							   op->address, op->driver, error->text));
	case DDL_OP_BIND:
	case DDL_OP_PROBE:
		return ddl_left_over(run, ddl_arena_printf(arena, _("%s could not be taken from %s again: %s"), op->address,
							   op->module, error->text));
	default:
		return ddl_left_over(run,
				     ddl_arena_printf(arena, _("the firmware could not be taken away again: %s"), error->text));
	}
}

/* Every operation that did something is undone, even when another one could not be. */
static int walk_back(struct ddl_run *run, size_t from)
{
	int result = 0;
	size_t i;

	for (i = from + 1; i > 0; i--) {
		struct ddl_op *op = &run->plan->ops[i - 1];
		struct ddl_error trouble = DDL_ERROR_INIT;
		bool failed = op->state == DDL_OP_FAILED;

		if (!run->changed[i - 1])
			continue;
		ddl_log(run->apply->log, "undo %s %s", op_names[op->kind], op->module);
		if (undo_op(run, op, &trouble) == 0) {
			if (!failed)
				set_state(run, op, DDL_OP_UNDONE);
			continue;
		}
		ddl_log_error(run->apply->log, "undo", &trouble);
		if (!failed)
			op->trouble = trouble;
		set_state(run, op, DDL_OP_NOT_UNDONE);
		result = -1;
		if (tell_not_undone(run, op, &trouble) != 0)
			return -1;
	}
	return result;
}

static void undo(struct ddl_run *run, size_t from)
{
	struct ddl_outcome *outcome = run->outcome;
	struct ddl_error trouble = DDL_ERROR_INIT;
	int result;

	run->apply->kernel->ops->udev_settle(run->apply->kernel);
	result = walk_back(run, from);
	tell_phase(run, DDL_PHASE_SETTLE);
	if (ddl_settle_back(run, &trouble) != 0 || ddl_outcome_left_over(run, &trouble) != 0) {
		ddl_log_error(run->apply->log, "after the way back", &trouble);
		ddl_left_over(run, ddl_arena_printf(run->apply->arena,
						    _("it could not be seen whether everything is as before: %s"), trouble.text));
		result = -1;
	}
	outcome->result = result == 0 && outcome->n_left_over == 0 ? DDL_RESULT_UNDONE : DDL_RESULT_NOT_UNDONE;
}

/* -------------------------------------------------------------------- the run */

/* Everything that will be needed is in memory; looked at once more before the first step. */
static int check_staged(const struct ddl_plan *plan, struct ddl_error *error)
{
	size_t i;

	for (i = 0; i < plan->n_ops; i++) {
		const struct ddl_module *module = plan->ops[i].from_pack;

		if (module && (!module->file || module->file->fd < 0))
			return ddl_fail(error, DDL_E_STAGE, 0, "%s", plan->ops[i].module);
	}
	for (i = 0; i < plan->n_firmware; i++)
		if (plan->firmware[i]->fd < 0)
			return ddl_fail(error, DDL_E_STAGE, 0, "%s", plan->firmware[i]->path);
	return 0;
}

/* What is overridden now, for the way back. */
static int note_overrides(struct ddl_run *run, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	size_t i;

	for (i = 0; i < run->plan->n_ops; i++) {
		struct ddl_op *op = &run->plan->ops[i];

		if (op->kind != DDL_OP_UNBIND)
			continue;
		op->override = kernel->ops->override_now(kernel, run->apply->arena, op->bus, op->address);
		if (!op->override)
			return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", op->address);
	}
	return 0;
}

static int prepare(struct ddl_run *run, struct ddl_error *error)
{
	const struct ddl_apply *apply = run->apply;
	struct ddl_kernel *kernel = apply->kernel;

	if (run->plan->refusal.code != DDL_OK) {
		*error = run->plan->refusal;
		return -1;
	}
	run->changed = ddl_arena_alloc(apply->arena, run->plan->n_ops + 1, sizeof *run->changed);
	if (!run->changed)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", _("the plan"));
	if (kernel->ops->snapshot(kernel, apply->arena, &run->before, error) != 0)
		return -1;
	if (run->plan->n_ops == 0)
		return 0;
	if (check_staged(run->plan, error) != 0)
		return -1;
	return note_overrides(run, error) == 0 ? ddl_watch_begin(run, error) : -1;
}

/* Names in the kernel's lines by which they are ours: the modules' and the devices'. NULL: no memory. */
static const char **our_names(const struct ddl_run *run, size_t *count)
{
	const char **names = ddl_arena_alloc(run->apply->arena, run->plan->n_ops + run->n_watched + 1, sizeof *names);
	size_t i;

	for (i = 0, *count = 0; names && i < run->plan->n_ops; i++)
		names[(*count)++] = run->plan->ops[i].module;
	for (i = 0; names && i < run->n_watched; i++)
		names[(*count)++] = run->watched[i].address;
	return names;
}

/* Adds to the error what the kernel's lines mean, in words. */
static void explain(const struct ddl_run *run)
{
	struct ddl_outcome *outcome = run->outcome;
	char text[DDL_ERROR_TEXT];
	size_t count;
	const char **names = our_names(run, &count);
	const char *words = names ? ddl_kmsg_explain(outcome->kernel_lines, outcome->n_kernel_lines, names, count) : NULL;

	if (!words)
		return;
	snprintf(text, sizeof text, "%s", outcome->error.text);
	ddl_fail(&outcome->error, outcome->error.code, outcome->error.os_errno, "%s: %s", text, words);
}

static void say_in_kernel_log(struct ddl_run *run, const char *what)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	char line[DDL_MAX_NAME];

	snprintf(line, sizeof line, "ddload: %s", what);
	kernel->ops->log_write(kernel, line);
}

/* Is its failing no failure of the load? Of a dependent that does not come back the devices are judged. */
static bool may_fail(const struct ddl_op *op)
{
	return op->optional || op->kind == DDL_OP_RELOAD;
}

static int run_plan(struct ddl_run *run)
{
	struct ddl_outcome *outcome = run->outcome;
	size_t i;

	tell_phase(run, DDL_PHASE_APPLY);
	for (i = 0; i < run->plan->n_ops; i++)
		if (run_op(run, i) != 0 && !may_fail(&run->plan->ops[i]))
			break;
	ddl_run_kernel_lines(run);
	if (i == run->plan->n_ops)
		return 0;
	outcome->error = run->plan->ops[i].trouble;
	say_in_kernel_log(run, "an operation failed, going back");
	explain(run);
	undo(run, i);
	/* what the old driver says when it is back is of interest only if it is not */
	if (outcome->result == DDL_RESULT_NOT_UNDONE)
		ddl_run_kernel_lines(run);
	return -1;
}

static int refuse(struct ddl_outcome *outcome, const struct ddl_error *error)
{
	outcome->result = DDL_RESULT_REFUSED;
	outcome->error = *error;
	return -1;
}

/* Nobody else changes drivers, and no signal cuts it short. */
static void change(struct ddl_run *run)
{
	const struct ddl_apply *apply = run->apply;
	struct ddl_outcome *outcome = run->outcome;
	struct ddl_error error = DDL_ERROR_INIT;
	int result;

	apply->kernel->ops->log_mark(apply->kernel);
	if (run->plan->n_ops > 0)
		say_in_kernel_log(run, "begins to load drivers");
	result = run_plan(run);
	if (ddl_watch_look(run, true, &error) != 0 || ddl_outcome_fill(run, &error) != 0) {
		ddl_log_error(apply->log, "looking at the result", &error);
		if (result == 0) { /* loaded, and not seen to work */
			outcome->error = error;
			outcome->result = DDL_RESULT_NOT_UNDONE;
		}
		result = -1;
	}
	if (run->plan->n_ops > 0 && result == 0) {
		ddl_firmware_keep(run);
		ddl_modules_keep(run);
	}
	if (result == 0 && outcome->error.code != DDL_OK)
		explain(run);
	if (run->plan->n_ops > 0)
		say_in_kernel_log(run, result == 0 ? "drivers loaded" : "drivers not loaded");
}

int ddl_plan_apply(const struct ddl_apply *apply, struct ddl_plan *plan, struct ddl_repo *const *repos, size_t n_repos,
		   struct ddl_outcome *outcome)
{
	struct ddl_run run = { .apply = apply, .plan = plan, .repos = repos, .n_repos = n_repos, .outcome = outcome };
	enum ddl_compared compared = outcome->compared;
	bool changes;
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_changing changing;

	*outcome = (struct ddl_outcome){ .plan = plan, .compared = compared };
	changes = plan->n_ops > 0 && plan->refusal.code == DDL_OK;
	if (changes && apply->kernel->ops->may_change(apply->kernel, &error) != 0)
		return refuse(outcome, &error);
	if (changes && ddl_changing_begin(&changing, apply->run_directory, apply->after_kill, apply->log, &error) != 0)
		return refuse(outcome, &error);
	if (prepare(&run, &error) != 0)
		refuse(outcome, &error);
	else
		change(&run);
	if (changes)
		ddl_changing_end(&changing, apply->log);
	if (ddl_outcome_machine(apply->arena, outcome, &run.before, &run.now) < 0)
		ddl_log(apply->log, "no memory for the list of controllers");
	ddl_arena_free(run.now_arena);
	return outcome->result == DDL_RESULT_REFUSED || outcome->result == DDL_RESULT_UNDONE ||
			       outcome->result == DDL_RESULT_NOT_UNDONE ?
		       -1 :
		       0;
}
