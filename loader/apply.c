// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a plan: one loop over its operations, and when one fails the same list
 * backwards, so that the machine is as it was.
 */
#include "apply_run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fit.h"
#include "journal.h"
#include "kernel_words.h"
#include "machine.h"

/* How often a module that something else loads in between is taken out again. */
#define INSERT_TRIES 3

static const char *const op_names[] = {
	[DDL_OP_FIRMWARE] = "firmware", [DDL_OP_UNLOAD] = "unload", [DDL_OP_INSERT] = "insert",
	[DDL_OP_RELOAD] = "reload", [DDL_OP_UNBIND] = "unbind", [DDL_OP_BIND] = "bind",
	[DDL_OP_SETTLE] = "settle",
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
	struct ddl_event event = { .kind = DDL_EVENT_STEP, .phase = DDL_PHASE_APPLY, .what = "",
				   .op = op };

	op->state = state;
	if (run->apply->front && run->apply->front->event)
		(void)run->apply->front->event(run->apply->front->ctx, &event);
}

/* ------------------------------------------------------------------- forward */

static int remove_module(struct ddl_run *run, const char *name, bool *changed,
			 struct ddl_error *error)
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
		return kernel->ops->insert(kernel, op->module, op->from_pack->file->fd, op->params,
					   error);
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
	if (ddl_run_look(run, error) != 0)
		return -1;
	if (ddl_check_version(&run->now, op->from_pack, error) == 0)
		return 0;
	ddl_log(run->apply->log, "%s: something else loaded another version; taking it out",
		op->module);
	if (remove_module(run, op->module, &changed, error) != 0)
		return -1;
	return 1;
}

static int insert_module(struct ddl_run *run, const struct ddl_op *op, bool *changed,
			 struct ddl_error *error)
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
	int result = -1;

	ddl_error_clear(&op->trouble);
	ddl_journal_op(run, i, DDL_JOURNAL_BEGIN);
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
	case DDL_OP_SETTLE:
		tell_phase(run, DDL_PHASE_SETTLE);
		result = ddl_settle(run, &op->trouble);
		break;
	}
	if (result != 0)
		ddl_log_error(run->apply->log, op_names[op->kind], &op->trouble);
	/* what changed nothing has nothing to be undone, least of all when the old driver is back under its name */
	ddl_journal_op(run, i, result == 0 ? DDL_JOURNAL_DONE : run->changed[i] ? DDL_JOURNAL_FAILED : DDL_JOURNAL_UNDONE);
	set_state(run, op, result == 0 ? DDL_OP_DONE : DDL_OP_FAILED);
	return result;
}

/* ------------------------------------------------------------------ backwards */

/* The staged module that is the very build which was loaded before; NULL for none. */
static const struct ddl_module *staged_copy(const struct ddl_run *run, const char *name)
{
	const struct ddl_loaded *was = ddl_machine_loaded(&run->before, name);
	size_t i;

	for (i = 0; was && i < run->plan->n_wanted; i++)
		if (ddl_module_name_equal(run->plan->wanted[i]->name, name) &&
		    ddl_fit_same_build(run->plan->wanted[i], was))
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
		result = kernel->ops->insert_path(kernel, op->module, op->tree_path, op->params,
						  &trouble);
	else
		result = ddl_fail(&trouble, DDL_E_UNDONE_PARTLY, 0,
				  _("%s: this installer has no file of it"), op->module);
	/* Loaded by itself in between: whether it is the right version is looked at in the end. */
	if (result == 0 || trouble.os_errno == EEXIST)
		return 0;
	*error = trouble;
	return -1;
}

static int undo_op(struct ddl_run *run, struct ddl_op *op, struct ddl_error *error)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	bool changed;

	switch (op->kind) {
	case DDL_OP_FIRMWARE:
		return ddl_firmware_take_back(run, error);
	case DDL_OP_UNLOAD:
		return put_back(run, op, error);
	case DDL_OP_INSERT:
	case DDL_OP_RELOAD:
		return remove_module(run, op->module, &changed, error);
	case DDL_OP_UNBIND:
		return kernel->ops->bind_driver(kernel, op->bus, op->address, op->driver, op->override, error);
	case DDL_OP_BIND:
		return kernel->ops->unbind(kernel, op->bus, op->address, error);
	case DDL_OP_SETTLE:
		break;
	}
	return 0;
}

static int tell_not_undone(struct ddl_run *run, const struct ddl_op *op,
			   const struct ddl_error *error)
{
	struct ddl_arena *arena = run->apply->arena;

	switch (op->kind) {
	case DDL_OP_UNLOAD:
		return ddl_left_over(run, ddl_arena_printf(arena,
			_("%s could not be loaded again: %s %s"), op->module,
			ddl_code_sentence(error->code), error->text));
	case DDL_OP_INSERT:
	case DDL_OP_RELOAD:
		return ddl_left_over(run, ddl_arena_printf(arena,
			_("%s could not be unloaded again: %s %s"), op->module,
			ddl_code_sentence(error->code), error->text));
	case DDL_OP_UNBIND:
		return ddl_left_over(run, ddl_arena_printf(arena,
			_("%s could not be given back to the driver %s: %s"), op->address, op->driver,
			error->text));
	case DDL_OP_BIND:
		return ddl_left_over(run, ddl_arena_printf(arena,
			_("%s could not be taken from %s again: %s"), op->address, op->module, error->text));
	default:
		return ddl_left_over(run, ddl_arena_printf(arena,
			_("the firmware could not be taken away again: %s"), error->text));
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
		ddl_journal_op(run, i - 1, DDL_JOURNAL_UNDO);
		if (undo_op(run, op, &trouble) == 0) {
			ddl_journal_op(run, i - 1, DDL_JOURNAL_UNDONE);
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

static void undo(struct ddl_run *run, size_t from, bool killed)
{
	struct ddl_outcome *outcome = run->outcome;
	struct ddl_error trouble = DDL_ERROR_INIT;
	int result = walk_back(run, from);

	if (killed)
		ddl_settle_find_drivers(run);
	tell_phase(run, DDL_PHASE_SETTLE);
	if (ddl_settle_back(run, &trouble) != 0 || ddl_outcome_left_over(run, &trouble) != 0) {
		ddl_log_error(run->apply->log, "after the way back", &trouble);
		ddl_left_over(run, ddl_arena_printf(run->apply->arena,
			_("it could not be seen whether everything is as before: %s"), trouble.text));
		result = -1;
	}
	outcome->result = result == 0 && outcome->n_left_over == 0 ? DDL_RESULT_UNDONE
								   : DDL_RESULT_NOT_UNDONE;
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

/* What is overridden now, so that the journal has it for a way back. */
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
	if (kernel->ops->may_change(kernel, error) != 0 || check_staged(run->plan, error) != 0)
		return -1;
	return note_overrides(run, error) == 0 && ddl_settle_expect(run, error) == 0 ? ddl_journal_begin(run, error) : -1;
}

static void keep_kernel_lines(struct ddl_run *run)
{
	struct ddl_kernel *kernel = run->apply->kernel;
	struct ddl_outcome *outcome = run->outcome;
	struct ddl_error trouble = DDL_ERROR_INIT;

	if (kernel->ops->log_since(kernel, run->mark, run->apply->arena, &outcome->kernel_lines,
				   &outcome->n_kernel_lines, &trouble) != 0)
		ddl_log_error(run->apply->log, "reading the kernel log", &trouble);
}

/* Adds to the error what the kernel's lines mean, in words. */
static void explain(struct ddl_outcome *outcome)
{
	const char *words = ddl_kernel_words_of(outcome->kernel_lines, outcome->n_kernel_lines);
	char text[DDL_ERROR_TEXT];

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

static int run_plan(struct ddl_run *run)
{
	struct ddl_outcome *outcome = run->outcome;
	size_t i;

	tell_phase(run, DDL_PHASE_APPLY);
	for (i = 0; i < run->plan->n_ops; i++)
		if (run_op(run, i) != 0 && !run->plan->ops[i].optional)
			break;
	if (i < run->plan->n_ops) {
		outcome->error = run->plan->ops[i].trouble;
		say_in_kernel_log(run, "an operation failed, going back");
		keep_kernel_lines(run);
		explain(outcome);
		undo(run, i, false);
		/* what the old driver says when it is back is of interest only if it is not */
		if (outcome->result == DDL_RESULT_NOT_UNDONE)
			keep_kernel_lines(run);
		return -1;
	}
	keep_kernel_lines(run);
	return 0;
}

static int refuse(struct ddl_outcome *outcome, const struct ddl_error *error)
{
	outcome->result = DDL_RESULT_REFUSED;
	outcome->error = *error;
	return -1;
}

int ddl_plan_apply(const struct ddl_apply *apply, struct ddl_plan *plan,
		   struct ddl_repo *const *repos, size_t n_repos, struct ddl_outcome *outcome)
{
	struct ddl_run run = { .apply = apply, .plan = plan, .repos = repos, .n_repos = n_repos,
			       .outcome = outcome, .journal = -1 };
	bool compared = outcome->fingerprint_compared;
	struct ddl_error error = DDL_ERROR_INIT;
	int result;

	*outcome = (struct ddl_outcome){ .plan = plan, .fingerprint_compared = compared };
	if (prepare(&run, &error) != 0)
		return refuse(outcome, &error);
	run.mark = apply->kernel->ops->log_mark(apply->kernel);
	if (plan->n_ops > 0)
		say_in_kernel_log(&run, "begins to load drivers");
	result = run_plan(&run);
	if (ddl_run_look(&run, &error) != 0 || ddl_outcome_fill(&run, &error) != 0) {
		ddl_log_error(apply->log, "looking at the result", &error);
		if (result == 0) { /* loaded, and not seen to work */
			outcome->error = error;
			outcome->result = DDL_RESULT_NOT_UNDONE;
		}
		result = -1;
	}
	if (plan->n_ops > 0 && result == 0)
		ddl_modules_keep(&run);
	if (outcome->result == DDL_RESULT_WORKS) /* never what was not seen to work */
		ddl_modules_announce(&run);
	if (plan->n_ops > 0)
		say_in_kernel_log(&run, result == 0 ? "drivers loaded" : "drivers not loaded");
	ddl_journal_end(&run, outcome->result != DDL_RESULT_NOT_UNDONE);
	ddl_arena_free(run.now_arena);
	return result;
}

/* ------------------------------------------------------ a run that was killed */

/* What one operation of it did is not there any more, or never was. */
static bool as_before(const struct ddl_run *run, const struct ddl_op *op)
{
	const struct ddl_loaded *was = ddl_machine_loaded(&run->before, op->module);
	const struct ddl_loaded *is = ddl_machine_loaded(&run->now, op->module);

	if (op->kind == DDL_OP_UNBIND)
		return ddl_device_driven_by(&run->now, op->bus, op->address, op->driver);
	if (op->kind != DDL_OP_UNLOAD && op->kind != DDL_OP_INSERT && op->kind != DDL_OP_RELOAD)
		return true;
	if (!was || !is)
		return !was && !is;
	return strcmp(was->version, is->version) == 0 && strcmp(was->srcversion, is->srcversion) == 0;
}

/* It came to its end and died before it could remove its journal. */
static bool all_done(const struct ddl_run *run)
{
	const struct ddl_op *last = run->plan->n_ops ? &run->plan->ops[run->plan->n_ops - 1] : NULL;

	return run->changed && last && last->state == DDL_OP_DONE && run->changed[run->plan->n_ops - 1];
}

/* Reads the journal, and says whether the drivers are neither as before nor as they were to be. */
static int read_past(struct ddl_run *run, bool keep, bool *needed, struct ddl_error *error)
{
	bool there;
	size_t i;

	*needed = false;
	if (ddl_journal_read(run, keep, &there, error) != 0)
		return -1;
	if (!there || !run->changed || all_done(run))
		return 0;
	if (ddl_run_look(run, error) != 0)
		return -1;
	*needed = ddl_settle_undriven(run) != NULL;
	for (i = 0; i < run->plan->n_ops && !*needed; i++)
		*needed = run->changed[i] && !as_before(run, &run->plan->ops[i]);
	return 0;
}

static struct ddl_run past_run(const struct ddl_apply *apply, struct ddl_plan *plan,
			       struct ddl_outcome *outcome)
{
	*plan = (struct ddl_plan){ 0 };
	return (struct ddl_run){ .apply = apply, .plan = plan, .outcome = outcome, .journal = -1 };
}

static void past_end(struct ddl_run *run, bool remove)
{
	ddl_journal_end(run, remove);
	ddl_arena_free(run->now_arena);
}

int ddl_past_look(const struct ddl_apply *apply, struct ddl_plan *plan, bool *needed, struct ddl_error *error)
{
	struct ddl_run run = past_run(apply, plan, NULL);
	int result = read_past(&run, false, needed, error);

	past_end(&run, false);
	return result;
}

void ddl_past_forget(const struct ddl_apply *apply)
{
	struct ddl_plan plan;
	struct ddl_run run = past_run(apply, &plan, NULL);
	struct ddl_error error = DDL_ERROR_INIT;
	bool needed;
	int result = read_past(&run, true, &needed, &error);

	if (result == 0 && !needed && run.n_firmware > 0 && !all_done(&run))
		result = ddl_firmware_take_back(&run, &error);
	if (result != 0)
		ddl_log_error(apply->log, "journal", &error);
	/* one that cannot be read is of no use to anybody; one that a run holds is left to it */
	if (error.code == DDL_E_DAMAGED)
		ddl_journal_drop(&run);
	past_end(&run, true);
}

int ddl_past_put_back(const struct ddl_apply *apply, struct ddl_plan *plan, struct ddl_outcome *outcome)
{
	struct ddl_run run = past_run(apply, plan, outcome);
	struct ddl_kernel *kernel = apply->kernel;
	struct ddl_error error = DDL_ERROR_INIT;
	bool needed;

	*outcome = (struct ddl_outcome){ .plan = plan };
	if (kernel->ops->may_change(kernel, &error) != 0 || read_past(&run, true, &needed, &error) != 0) {
		past_end(&run, false);
		return refuse(outcome, &error);
	}
	if (needed) {
		run.mark = kernel->ops->log_mark(kernel);
		say_in_kernel_log(&run, "puts back what a run before it had begun to change");
		tell_phase(&run, DDL_PHASE_APPLY);
		undo(&run, plan->n_ops - 1, true);
		keep_kernel_lines(&run);
	}
	if (outcome->result == DDL_RESULT_NOT_UNDONE)
		ddl_fail(&outcome->error, DDL_E_UNDONE_PARTLY, 0, "%s",
			 outcome->n_left_over > 0 ? outcome->left_over[0] : "");
	past_end(&run, needed && outcome->result == DDL_RESULT_UNDONE);
	return outcome->error.code == DDL_OK ? 0 : -1;
}
