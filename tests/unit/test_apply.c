// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of applying a plan on the fake kernel: every operation failing in turn, what the
 * machine looks like afterwards, and what is said of it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "apply/apply.h"
#include "fake_kernel.h"
#include "kernel/kmsg_explain.h"
#include "plan/plan.h"
#include "tree.h"

#define ALIAS "pci:v00001000d00000060*"
#define MODALIAS "pci:v00001000d00000060sv00001000sd00001013bc01sc04i00"
#define MAX_DEPENDENTS 3

struct world {
	struct fake_kernel *fake;
	struct fake_device *device;
	struct fake_image *old, *new;
	struct ddl_repo *repo;
	struct ddl_module *module;
	struct ddl_plan plan;
	struct ddl_outcome outcome;
	bool unbind;
	struct ddl_log *log;
	char before[512], after[512], directory[256];
	unsigned progress, steps, notes;
	char last_note[DDL_ERROR_TEXT];
	uint64_t last_progress;
};

/* A chain: each dependent needs the one before, the first the driver. */
static struct world *world_new(unsigned dependents)
{
	static const char *const names[MAX_DEPENDENTS] = { "dep_a", "dep_b", "dep_c" };
	static const char *const paths[MAX_DEPENDENTS] = { "/t/dep_a.ko", "/t/dep_b.ko", "/t/dep_c.ko" };
	struct world *w = calloc(1, sizeof *w);
	const char *tmp = getenv("DDL_TMP");
	unsigned i;

	assert_non_null(w);
	w->fake = fake_kernel_new();
	w->log = ddl_log_open(NULL, NULL);
	snprintf(w->directory, sizeof w->directory, "%s/ddl-apply-%d", tmp ? tmp : "/tmp", (int)getpid());
	w->device = fake_device(w->fake, "03:00", MODALIAS, DDL_CLASS_STORAGE, "sda,sdb");
	w->old = fake_image(w->fake, "megaraid_sas", "1", "/t/megaraid_sas.ko", -1, "", "03:00");
	w->old->disks_after_ms = 700;
	w->new = fake_image(w->fake, "megaraid_sas", "2", NULL, 1001, "", "03:00");
	w->new->disks_after_ms = 1200;
	for (i = 0; i < dependents; i++)
		fake_image(w->fake, names[i], "", paths[i], -1, i ? names[i - 1] : "megaraid_sas", "");
	w->repo = fake_pack(w->fake, "acme");
	w->module = fake_pack_module(w->fake, w->repo, w->new, ALIAS);
	return w;
}

static void load_old(struct world *w)
{
	size_t i;

	fake_loaded(w->fake, w->old);
	for (i = 2; i < w->fake->n_images; i++)
		if (w->fake->images[i].path)
			fake_loaded(w->fake, &w->fake->images[i]);
}

static void world_free(struct world *w)
{
	ddl_log_close(w->log);
	fake_kernel_free(w->fake);
	free(w);
}

static enum ddl_wish on_event(void *ctx, const struct ddl_event *event)
{
	struct world *w = ctx;

	if (event->kind == DDL_EVENT_STEP)
		w->steps++;
	if (event->kind == DDL_EVENT_NOTE) {
		w->notes++;
		snprintf(w->last_note, sizeof w->last_note, "%s", event->what);
	}
	if (event->kind == DDL_EVENT_PROGRESS) {
		w->progress++;
		assert_true(event->done <= event->total);
		w->last_progress = event->done;
	}
	return event->phase == DDL_PHASE_SETTLE ? DDL_WISH_GO_ON : DDL_WISH_STOP; /* not heeded any more */
}

static void make_plan(struct world *w)
{
	struct ddl_error error = DDL_ERROR_INIT;

	fake_state(w->fake, w->before, sizeof w->before);
	assert_int_equal(fake_plan(w->fake, &w->repo, 1, 1, w->unbind, &w->plan, &error), 0);
}

/* Is that there in the module tree? */
static bool in_tree(const struct world *w, const char *name)
{
	char path[512];

	snprintf(path, sizeof path, "%s/lib/modules/" FAKE_RELEASE "/%s", w->directory, name);
	return access(path, F_OK) == 0;
}

static struct ddl_apply how(const struct world *w, const struct ddl_front *front)
{
	return (struct ddl_apply){ .arena = w->fake->arena,
				   .kernel = &w->fake->kernel,
				   .log = w->log,
				   .front = front,
				   .root = w->directory,
				   .run_directory = w->directory,
				   .settle_ms = 5000 };
}

static int apply(struct world *w)
{
	const struct ddl_front front = { .ctx = w, .event = on_event };
	const struct ddl_apply how_to = how(w, &front);
	int result = ddl_plan_apply(&how_to, &w->plan, &w->repo, 1, &w->outcome);

	fake_state(w->fake, w->after, sizeof w->after);
	/* the return value and the result say the same */
	assert_int_equal(result == 0, w->outcome.error.code == DDL_OK || w->outcome.result == DDL_RESULT_BOUND_NO_DISK ||
					      w->outcome.result == DDL_RESULT_NOT_TAKEN);
	assert_ptr_equal(w->outcome.plan, &w->plan);
	return result;
}

static int run(struct world *w)
{
	make_plan(w);
	return apply(w);
}

static void assert_undone(const struct world *w)
{
	size_t i;

	assert_int_equal(w->outcome.result, DDL_RESULT_UNDONE);
	assert_string_equal(w->after, w->before);
	assert_int_equal(w->outcome.n_left_over, 0);
	assert_int_equal(w->outcome.n_appeared, 0);
	for (i = 0; i < w->plan.n_ops; i++)
		assert_true(w->plan.ops[i].state == DDL_OP_UNDONE || w->plan.ops[i].state == DDL_OP_FAILED ||
			    w->plan.ops[i].state == DDL_OP_PENDING);
}

/* ------------------------------------------------------------------ it works */

static void works(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
	assert_string_equal(w->after, "megaraid_sas@2 | 03:00=megaraid_sas:2");
	assert_string_equal(w->fake->log, "+megaraid_sas@2 ");
	assert_int_equal(w->outcome.n_appeared, 2);
	assert_string_equal(w->outcome.appeared[1].name, "sdb");
	assert_int_equal(w->outcome.n_modules, 1);
	assert_string_equal(w->outcome.modules[0].version_before, "");
	assert_string_equal(w->outcome.modules[0].version_now, "2");
	assert_string_equal(w->outcome.modules[0].srcversion, "S2");
	assert_ptr_equal(w->outcome.modules[0].repo, w->repo);
	assert_int_equal(w->outcome.modules[0].n_bound, 1);
	assert_string_equal(w->outcome.modules[0].bound[0], "03:00");
	assert_int_equal(w->outcome.n_repos, 1);
	/* its disks are there: waited until nothing came for a short while, and not to the limit */
	assert_in_range(w->fake->clock, 1000000 + 1200 + DDL_SETTLE_SHORT_MS, 1000000 + 1200 + 2 * DDL_SETTLE_SHORT_MS);
	assert_true(w->progress > 5);
	assert_int_equal(w->steps, 4);
	world_free(w);
}

/* limit: DDL_SETTLE_SHORT_MS */
static void swaps(void **state)
{
	unsigned n;

	(void)state;
	for (n = 0; n <= MAX_DEPENDENTS; n++) {
		struct world *w = world_new(n);
		static const char *const logs[] = {
			"-megaraid_sas@1 +megaraid_sas@2 ",
			"-dep_a -megaraid_sas@1 +megaraid_sas@2 +dep_a ",
			"-dep_b -dep_a -megaraid_sas@1 +megaraid_sas@2 +dep_a +dep_b ",
			"-dep_c -dep_b -dep_a -megaraid_sas@1 +megaraid_sas@2 +dep_a +dep_b +dep_c ",
		};

		load_old(w);
		assert_int_equal(run(w), 0);
		assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
		assert_string_equal(w->fake->log, logs[n]);
		assert_int_equal(w->outcome.n_appeared, 2);
		assert_string_equal(w->outcome.modules[0].version_before, "1");
		assert_string_equal(w->outcome.modules[0].version_now, "2");
		/* all that was there is back: no need to wait for more */
		assert_in_range(w->fake->clock, 1000000 + 1200, 1000000 + 1200 + 2 * DDL_SETTLE_SHORT_MS);
		world_free(w);
	}
}

static void already(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	fake_loaded(w->fake, w->new);
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_ALREADY);
	assert_string_equal(w->fake->log, "");
	assert_string_equal(w->outcome.modules[0].version_now, "2");
	world_free(w);
}

static void parameters_are_given(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	load_old(w);
	w->old->params = "a=1 b=2";
	w->fake->options = "b=5";
	assert_int_equal(run(w), 0);
	assert_string_equal(w->new->given, "b=5");
	world_free(w);
	/* on the way back the old one gets what it had */
	w = world_new(0);
	load_old(w);
	w->old->params = "a=1 b=2";
	fake_fail(w->fake, FAKE_INSERT, 1, DDL_E_INSERT_INIT, ENODEV, NULL);
	assert_int_equal(run(w), -1);
	assert_undone(w);
	assert_string_equal(w->old->given, "a=1 b=2");
	world_free(w);
}

/* Softdeps come in around the driver; one that fails is passed over; only what was not in before goes out again. */
static void softdeps_around(void **state)
{
	struct fake_image *pre;
	struct world *w = world_new(0);

	(void)state;
	load_old(w);
	pre = fake_image(w->fake, "pre_a", "", "/t/pre_a.ko", -1, "", "");
	fake_image(w->fake, "post_b", "", "/t/post_b.ko", -1, "megaraid_sas", "");
	w->module->softdeps = "pre: pre_a post: post_b gone";
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
	assert_string_equal(w->fake->log, "+pre_a -megaraid_sas@1 +megaraid_sas@2 +post_b ");
	assert_non_null(strstr(w->after, "pre_a@ megaraid_sas@2 post_b@"));
	world_free(w);
	/* each fails in turn: 1 is pre_a, 3 post_b, 2 the driver itself */
	for (unsigned nth = 1; nth <= 3; nth++) {
		w = world_new(0);
		load_old(w);
		fake_image(w->fake, "pre_a", "", "/t/pre_a.ko", -1, "", "");
		fake_image(w->fake, "post_b", "", "/t/post_b.ko", -1, "megaraid_sas", "");
		w->module->softdeps = "pre: pre_a post: post_b";
		fake_fail(w->fake, FAKE_INSERT, nth, DDL_E_INSERT_INIT, ENODEV, NULL);
		assert_int_equal(run(w), nth == 2 ? -1 : 0);
		if (nth == 2) {
			assert_undone(w);
		} else {
			assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
			assert_int_equal(w->plan.ops[nth == 1 ? 0 : 3].state, DDL_OP_FAILED);
			assert_int_equal(w->plan.ops[nth == 1 ? 0 : 3].trouble.code, DDL_E_INSERT_INIT);
		}
		world_free(w);
	}
	/* one that was loaded before stays on the way back; one that was not goes, with what it needed */
	for (int loaded = 0; loaded < 2; loaded++) {
		w = world_new(0);
		w->new->binds[0] = NULL;
		fake_image(w->fake, "base", "", "/t/base.ko", -1, "", "");
		pre = fake_image(w->fake, "pre_a", "", "/t/pre_a.ko", -1, "base", "");
		if (loaded) {
			fake_loaded(w->fake, &w->fake->images[w->fake->n_images - 2]);
			fake_loaded(w->fake, pre);
		}
		fake_loaded(w->fake, w->old); /* the last, as it is after it was put back */
		fake_image(w->fake, "post_b", "", "/t/post_b.ko", -1, "megaraid_sas", "");
		w->module->softdeps = "pre: pre_a post: post_b";
		assert_int_equal(run(w), -1);
		assert_undone(w);
		assert_int_equal(pre->loaded, loaded);
		world_free(w);
	}
}

/* --------------------------------------------------------------- it is refused */

/* What builds on the driver is no part of its working: its failing is told, and undoes nothing. */
static void companion_fails(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	fake_pack_module(w->fake, w->repo, fake_image(w->fake, "megaraid_en", "2", NULL, 1010, "megaraid_sas", ""), "");
	fake_fail(w->fake, FAKE_INSERT, 2, DDL_E_INSERT_INIT, ENODEV, NULL);
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
	assert_string_equal(w->after, "megaraid_sas@2 | 03:00=megaraid_sas:2");
	assert_int_equal(w->plan.ops[1].state, DDL_OP_FAILED);
	assert_int_equal(w->plan.ops[1].trouble.os_errno, ENODEV);
	world_free(w);
}

static void refused(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	load_old(w);
	fake_use(w->fake, DDL_USE_MOUNT, "sda1", "sda", "/mnt");
	assert_int_equal(run(w), -1);
	assert_int_equal(w->outcome.result, DDL_RESULT_REFUSED);
	assert_int_equal(w->outcome.error.code, DDL_E_BUSY);
	assert_string_equal(w->fake->log, "");
	w->fake->n_uses = 0;
	w->fake->may_change = DDL_E_NOT_ROOT;
	assert_int_equal(run(w), -1);
	assert_int_equal(w->outcome.result, DDL_RESULT_REFUSED);
	assert_int_equal(w->outcome.error.code, DDL_E_NOT_ROOT);
	assert_string_equal(w->fake->log, "");
	w->fake->may_change = DDL_OK;
	w->module->file->fd = -1;
	assert_int_equal(run(w), -1);
	assert_int_equal(w->outcome.result, DDL_RESULT_REFUSED);
	assert_int_equal(w->outcome.error.code, DDL_E_STAGE);
	w->module->file->fd = 1001;
	fake_fail(w->fake, FAKE_SNAPSHOT, w->fake->calls[FAKE_SNAPSHOT] + 1, DDL_E_READ, EIO, NULL);
	assert_int_equal(run(w), -1);
	assert_int_equal(w->outcome.result, DDL_RESULT_REFUSED);
	assert_string_equal(w->fake->log, "");
	assert_string_equal(w->after, w->before);
	world_free(w);
}

/* ------------------------------------------------------- each operation fails */

/* The driver's insert fails, with any number of dependents. */
static void insert_fails(void **state)
{
	static const struct {
		enum ddl_code code;
		int os_errno;
		const char *line, *text;
	} rows[] = {
		{ DDL_E_INSERT_FORMAT, ENOEXEC, "megaraid_sas: version magic 'A' should be 'B'",
		  "megaraid_sas: The driver was built for another kernel, or for the same one with other settings." },
		{ DDL_E_INSERT_SYMBOL, EINVAL, "megaraid_sas: disagrees about version of symbol y",
		  "megaraid_sas: The driver was built against another build of this kernel: a function that it uses has changed." },
		{ DDL_E_INSERT_KEY, EKEYREJECTED, "Loading of unsigned module is rejected",
		  "megaraid_sas: The driver is not signed, and this kernel takes signed ones only." },
		{ DDL_E_INSERT_INIT, ENODEV, NULL, "megaraid_sas" },
		{ DDL_E_INSERT, ENOMEM, NULL, "megaraid_sas" },
		/* another driver's trouble is not this one's */
		{ DDL_E_INSERT_INIT, EIO, "bnx2x 0000:04:00.0: Direct firmware load for bnx2x.fw failed with error -2",
		  "megaraid_sas" },
	};
	unsigned dependents;
	size_t row;

	(void)state;
	for (dependents = 0; dependents <= MAX_DEPENDENTS; dependents++) {
		for (row = 0; row < sizeof rows / sizeof rows[0]; row++) {
			struct world *w = world_new(dependents);

			load_old(w);
			fake_fail(w->fake, FAKE_INSERT, 1, rows[row].code, rows[row].os_errno, rows[row].line);
			assert_int_equal(run(w), -1);
			assert_undone(w);
			assert_int_equal(w->outcome.error.code, rows[row].code);
			assert_int_equal(w->outcome.n_kernel_lines, rows[row].line ? 1 : 0);
			assert_string_equal(w->outcome.error.text, rows[row].text);
			assert_string_equal(w->outcome.modules[0].version_now, "1");
			world_free(w);
		}
	}
}

/* A dependent that the new driver does not suit is told; the driver and its disks stay. */
static void dependent_fails(void **state)
{
	(void)state;
	for (unsigned nth = 2; nth <= MAX_DEPENDENTS + 1; nth++) {
		struct world *w = world_new(MAX_DEPENDENTS);

		load_old(w);
		fake_fail(w->fake, FAKE_INSERT, nth, DDL_E_INSERT_SYMBOL, EINVAL, "dep: disagrees about version of symbol x");
		assert_int_equal(run(w), 0);
		assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
		assert_int_equal(w->outcome.n_appeared, 2);
		assert_int_equal(w->plan.ops[MAX_DEPENDENTS + nth].state, DDL_OP_FAILED);
		assert_int_equal(w->outcome.n_remarks, MAX_DEPENDENTS + 2 - nth); /* those that need it as well */
		assert_non_null(strstr(w->outcome.remarks[0], "could not be loaded again"));
		world_free(w);
	}
}

static void remove_fails(void **state)
{
	unsigned dependents, nth;

	(void)state;
	for (dependents = 0; dependents <= MAX_DEPENDENTS; dependents++) {
		for (nth = 1; nth <= dependents + 1; nth++) {
			struct world *w = world_new(dependents);

			load_old(w);
			fake_fail(w->fake, FAKE_REMOVE, nth, DDL_E_UNLOAD, EAGAIN, NULL);
			assert_int_equal(run(w), -1);
			assert_undone(w);
			assert_int_equal(w->outcome.error.code, DDL_E_UNLOAD);
			assert_int_equal(w->outcome.error.os_errno, EAGAIN);
			world_free(w);
		}
	}
}

/* Not loaded before: an insert that fails leaves nothing, dependencies of the tree neither. */
static void fresh_insert_fails(void **state)
{
	unsigned nth;

	(void)state;
	for (nth = 1; nth <= 3; nth++) {
		struct world *w = world_new(0);

		fake_image(w->fake, "base", "", "/t/base.ko", -1, "", "");
		fake_image(w->fake, "transport", "", "/t/transport.ko", -1, "base", "");
		w->new->needs[0] = w->module->depends[0] = "transport";
		w->module->n_depends = 1;
		fake_fail(w->fake, FAKE_INSERT, nth, DDL_E_INSERT_INIT, ENODEV, NULL);
		assert_int_equal(run(w), -1);
		assert_undone(w);
		assert_string_equal(w->after, "| 03:00=:0");
		world_free(w);
	}
}

/* ---------------------------------------------------- it does not do its work */

static void binds_nothing(void **state)
{
	unsigned dependents;

	(void)state;
	for (dependents = 0; dependents <= 2; dependents++) {
		struct world *w = world_new(dependents);

		load_old(w);
		w->new->binds[0] = NULL;
		assert_int_equal(run(w), -1);
		assert_undone(w);
		assert_int_equal(w->outcome.error.code, DDL_E_NOT_BOUND);
		assert_in_range(w->fake->clock, 1000000 + 5000, 1000000 + 7000);
		world_free(w);
	}
}

/* limit: DDL_SETTLE_QUIET_MS */
static void fresh_binds_nothing(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	w->new->binds[0] = NULL;
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_NOT_TAKEN);
	assert_int_equal(w->outcome.error.code, DDL_E_NOT_TAKEN);
	assert_string_equal(w->outcome.error.text, "03:00 1000:0060: megaraid_sas is made for it");
	assert_string_equal(w->after, "megaraid_sas@2 | 03:00=:0");
	world_free(w);
	/* and one that has no device at all is not waited for to the limit */
	w = world_new(0);
	w->module->n_aliases = 0;
	w->new->binds[0] = NULL;
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_UNUSED);
	assert_in_range(w->fake->clock, 1000000, 1000000 + DDL_SETTLE_QUIET_MS + 200);
	world_free(w);
}

static void bound_no_disk(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	w->new->disks_after_ms = FAKE_NEVER;
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_BOUND_NO_DISK);
	assert_int_equal(w->outcome.error.code, DDL_E_NO_DISK_YET);
	assert_string_equal(w->outcome.error.text, "03:00 1000:0060: nothing after 5 seconds");
	assert_int_equal(w->outcome.n_appeared, 0);
	assert_int_equal(w->last_progress, 5000);
	world_free(w);
}

static void disks_late(void **state)
{
	struct world *w = world_new(1);

	(void)state;
	load_old(w);
	w->new->disks_after_ms = 4800;
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
	assert_int_equal(w->outcome.n_appeared, 2);
	world_free(w);
}

/* limit: DDL_SETTLE_TIMES   disks that were there before are there to be found */
static void disks_never(void **state)
{
	char text[DDL_ERROR_TEXT];

	(void)state;
	for (unsigned dependents = 0; dependents <= 2; dependents++) {
		struct world *w = world_new(dependents);

		load_old(w);
		w->new->disks_after_ms = FAKE_NEVER;
		assert_int_equal(run(w), -1);
		assert_undone(w);
		assert_int_equal(w->outcome.error.code, DDL_E_NO_DISK);
		snprintf(text, sizeof text, "03:00 1000:0060: 0 of its 2 disks are back after %u seconds", 5 * DDL_SETTLE_TIMES);
		assert_string_equal(w->outcome.error.text, text);
		world_free(w);
	}
}

/* One disk of two is a volume of both, or one that is still to come: told, and no reason to go back. */
static void fewer_disks(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	load_old(w);
	w->new->disks_at_most = 1;
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
	assert_int_equal(w->outcome.n_remarks, 1);
	assert_string_equal(w->outcome.remarks[0], "03:00: 1 of its 2 disks are back");
	assert_in_range(w->fake->clock, 1000000 + 5000, 1000000 + 12000);
	world_free(w);
}

/* One of two controllers is dropped by the new driver. */
static void loses_a_controller(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	fake_device(w->fake, "04:00", MODALIAS, DDL_CLASS_STORAGE, "sdc");
	w->old->binds[1] = "04:00";
	load_old(w);
	assert_int_equal(run(w), -1);
	assert_undone(w);
	assert_int_equal(w->outcome.error.code, DDL_E_NOT_BOUND);
	assert_string_equal(w->outcome.error.text, "04:00 1000:0060: it was driven by megaraid_sas and has no driver now");
	w->new->binds[1] = "04:00";
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.modules[0].n_bound, 2);
	assert_int_equal(w->outcome.n_appeared, 3);
	world_free(w);
}

static void network(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	w->device->is.class = DDL_CLASS_NETWORK;
	memset(w->device->disk_names, 0, sizeof w->device->disk_names);
	w->device->link = "eth0";
	load_old(w);
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
	assert_int_equal(w->outcome.n_links, 1);
	assert_string_equal(w->outcome.links[0], "eth0");
	assert_in_range(w->fake->clock, 1000000, 1000000 + 600);
	world_free(w);
}

/* Two drivers of the pack are made for the controller (mpt2sas and mpt3sas): one takes it, which is all that is needed. */
static void two_drivers_for_one(void **state)
{
	struct world *w = world_new(0);
	struct fake_image *other = fake_image(w->fake, "megaraid_mm", "2", NULL, 1002, "", "03:00");

	(void)state;
	(void)fake_pack_module(w->fake, w->repo, other, ALIAS);
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
	assert_string_equal(w->after, "megaraid_sas@2 megaraid_mm@2 | 03:00=megaraid_sas:2");
	world_free(w);

	/* the first takes nothing */
	w = world_new(0);
	other = fake_image(w->fake, "megaraid_mm", "2", NULL, 1002, "", "03:00");
	(void)fake_pack_module(w->fake, w->repo, other, ALIAS);
	w->new->binds[0] = NULL;
	assert_int_equal(run(w), 0);
	assert_string_equal(w->after, "megaraid_sas@2 megaraid_mm@2 | 03:00=megaraid_mm:2");
	world_free(w);
}

/* The old driver is back, its interface is not: that the machine is as it was is not said. */
static void network_not_back(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	w->device->is.class = DDL_CLASS_NETWORK;
	memset(w->device->disk_names, 0, sizeof w->device->disk_names);
	w->device->link = "eth0";
	load_old(w);
	w->new->binds[0] = NULL;
	w->device->link_once = true;
	assert_int_equal(run(w), -1);
	assert_int_equal(w->outcome.result, DDL_RESULT_NOT_UNDONE);
	assert_int_equal(w->outcome.n_left_over, 1);
	assert_non_null(strstr(w->outcome.left_over[0], "its network interface is not back"));
	world_free(w);
}

static void wrong_driver_pushed_out(void **state)
{
	struct world *w = world_new(0);
	struct fake_image *generic = fake_image(w->fake, "generic", "9", "/t/generic.ko", -1, "", "03:00,05:00");

	(void)state;
	fake_device(w->fake, "05:00", "pci:v00008086d1", DDL_CLASS_STORAGE, "sdc");
	fake_loaded(w->fake, generic);
	assert_int_equal(run(w), 0);
	assert_string_equal(w->after, "megaraid_sas@2 generic@9 | 03:00=megaraid_sas:2 05:00=generic:1");
	world_free(w);

	/* it binds nothing: the generic driver takes the controller again */
	w = world_new(0);
	generic = fake_image(w->fake, "generic", "9", "/t/generic.ko", -1, "", "03:00");
	fake_loaded(w->fake, generic);
	w->new->binds[0] = NULL;
	assert_int_equal(run(w), -1);
	assert_undone(w);
	assert_string_equal(w->after, "generic@9 | 03:00=generic:2");
	world_free(w);
}

/* The wrong driver comes back for another device and takes the controller again as well. */
static void wrong_driver_takes_it_again(void **state)
{
	struct world *w = world_new(0);
	struct fake_image *generic = fake_image(w->fake, "generic", "9", "/t/generic.ko", -1, "", "03:00,05:00");

	(void)state;
	fake_device(w->fake, "05:00", "pci:v00008086d1", DDL_CLASS_STORAGE, "sdc");
	fake_loaded(w->fake, generic);
	w->new->binds[0] = NULL;
	assert_int_equal(run(w), -1);
	assert_undone(w);
	assert_int_equal(w->outcome.error.code, DDL_E_NOT_BOUND);
	assert_string_equal(w->outcome.error.text, "megaraid_sas: it took no device, though it is made for one here");
	world_free(w);
}

/* The older build is loaded and drives nothing, as mpt3sas beside mpt2sas: both make room. */
static void idle_older_build(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	fake_loaded(w->fake, fake_image(w->fake, "megaraid_mm", "20", "/t/megaraid_mm.ko", -1, "", "03:00"));
	fake_loaded(w->fake, w->old);
	assert_int_equal(run(w), 0);
	assert_string_equal(w->fake->log, "-megaraid_sas@1 -megaraid_mm@20 +megaraid_sas@2 ");
	assert_string_equal(w->after, "megaraid_sas@2 | 03:00=megaraid_sas:2");
	world_free(w);

	/* it takes nothing either: both are back, and who has the card has it again */
	w = world_new(0);
	fake_loaded(w->fake, fake_image(w->fake, "megaraid_mm", "20", "/t/megaraid_mm.ko", -1, "", "03:00"));
	fake_loaded(w->fake, w->old);
	w->new->binds[0] = NULL;
	assert_int_equal(run(w), -1);
	assert_undone(w);
	world_free(w);

	/* only the device is taken from the other one */
	w = world_new(0);
	fake_loaded(w->fake, fake_image(w->fake, "megaraid_mm", "20", "/t/megaraid_mm.ko", -1, "", "03:00"));
	fake_loaded(w->fake, w->old);
	w->unbind = true;
	assert_int_equal(run(w), 0);
	assert_string_equal(w->fake->log, "-megaraid_sas@1 <03:00 +megaraid_sas@2 >03:00 ");
	assert_string_equal(w->after, "megaraid_mm@20 megaraid_sas@2 | 03:00=megaraid_sas:2");
	world_free(w);
}

/* A generic driver holds the controller and another device; the controller alone is taken. */
static struct world *held_by_generic(void)
{
	struct world *w = world_new(0);

	fake_device(w->fake, "05:00", "pci:v00008086d1", DDL_CLASS_STORAGE, "sdc");
	fake_loaded(w->fake, fake_image(w->fake, "generic", "9", "/t/generic.ko", -1, "", "03:00,05:00"));
	snprintf(w->device->override, sizeof w->device->override, "generic");
	fake_use(w->fake, DDL_USE_MOUNT, "sdc1", "sdc", "/mnt"); /* does not matter */
	w->unbind = true;
	return w;
}

static void unbinds(void **state)
{
	struct world *w = held_by_generic();

	(void)state;
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
	assert_string_equal(w->fake->log, "<03:00 +megaraid_sas@2 >03:00 ");
	assert_string_equal(w->after, "generic@9 megaraid_sas@2 | 03:00=megaraid_sas:2 05:00=generic:1");
	assert_string_equal(w->device->override, "megaraid_sas");
	assert_true(w->plan.replaces);
	assert_int_equal(w->plan.n_away, 2);
	world_free(w);

	/* its own disk in use is in the way */
	w = held_by_generic();
	fake_use(w->fake, DDL_USE_MOUNT, "sdb1", "sdb", "/target");
	assert_int_equal(run(w), -1);
	assert_int_equal(w->outcome.error.code, DDL_E_BUSY);
	assert_string_equal(w->outcome.error.text, "sdb1 is mounted on /target");
	assert_string_equal(w->fake->log, "");
	world_free(w);

	/* from a driver that is built in as well, which cannot be unloaded */
	w = world_new(0);
	w->device->builtin_driver = "ahci";
	w->unbind = true;
	assert_int_equal(run(w), 0);
	assert_string_equal(w->after, "megaraid_sas@2 | 03:00=megaraid_sas:2");
	world_free(w);
}

/* Each of its operations fails; or the new driver has no disks; and all is as before. */
static void unbind_fails(void **state)
{
	static const struct {
		enum fake_call call;
		enum ddl_code code;
	} rows[] = {
		{ FAKE_UNBIND, DDL_E_UNLOAD },
		{ FAKE_INSERT, DDL_E_INSERT_INIT },
		{ FAKE_BIND, DDL_E_NOT_BOUND },
		{ FAKE_CALLS, DDL_E_NO_DISK },
	};
	size_t i, builtin;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (builtin = 0; builtin <= 1; builtin++) {
			struct world *w = builtin ? world_new(0) : held_by_generic();

			if (builtin)
				w->device->builtin_driver = "ahci";
			w->unbind = true;
			if (rows[i].call == FAKE_CALLS)
				w->new->disks_after_ms = FAKE_NEVER;
			else
				fake_fail(w->fake, rows[i].call, 1, rows[i].code, EIO, NULL);
			assert_int_equal(run(w), -1);
			assert_undone(w);
			assert_int_equal(w->outcome.error.code, rows[i].code);
			assert_string_equal(w->device->override, builtin ? "" : "generic");
			if (builtin)
				assert_string_equal(w->device->builtin_driver, "ahci");
			world_free(w);
		}
	}
}

static void unbind_not_undone(void **state)
{
	struct world *w = held_by_generic();

	(void)state;
	w->new->disks_after_ms = FAKE_NEVER;
	fake_fail(w->fake, FAKE_BIND, 2, DDL_E_NOT_BOUND, ENODEV, NULL); /* the way back's */
	assert_int_equal(run(w), -1);
	assert_int_equal(w->outcome.result, DDL_RESULT_NOT_UNDONE);
	assert_true(w->outcome.n_left_over >= 2);
	assert_string_equal(w->outcome.left_over[0], "03:00 could not be given back to the driver generic: 03:00");
	world_free(w);
}

/* ------------------------------------------------------------ races with udev */

static void intruders(void **state)
{
	struct world *w = world_new(1);
	struct fake_image *copy;

	(void)state;
	/* the tree's old driver is loaded again by alias, before the new one could be */
	load_old(w);
	make_plan(w);
	w->fake->calls[FAKE_REMOVE] = 0;
	w->fake->images[2].loaded = false; /* dep_a went by itself: as good as unloaded */
	w->fake->intruder = w->old;
	assert_int_equal(apply(w), 0);
	assert_string_equal(w->after, "megaraid_sas@2 dep_a@ | 03:00=megaraid_sas:2");
	assert_string_equal(w->fake->log, "-dep_a -megaraid_sas@1 +megaraid_sas@2 -megaraid_sas@1 "
					  "+megaraid_sas@2 +dep_a ");
	world_free(w);

	/* the same build from somewhere else: fine */
	w = world_new(0);
	copy = fake_image(w->fake, "megaraid_sas", "2", "/t/new.ko", -1, "", "03:00");
	make_plan(w);
	fake_loaded(w->fake, copy);
	assert_int_equal(apply(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
	world_free(w);
}

/* The kernel took it, but what runs is another version than the disk's. */
static void wrong_version(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	load_old(w);
	w->module->srcversion = "other";
	assert_int_equal(run(w), -1);
	assert_undone(w);
	assert_int_equal(w->outcome.error.code, DDL_E_WRONG_VERSION);
	assert_string_equal(w->outcome.error.text, "megaraid_sas: running is 2 (S2), the disk has 2 (other)");
	/* seen at once, not after waiting for its disks; only the old one's are waited for */
	assert_in_range(w->fake->clock, 1000000, 1000000 + 700 + 100);
	world_free(w);
}

/* ----------------------------------------------------- the way back fails too */

/* From the first insert on none works any more. */
static void not_undone_inserts(void **state)
{
	unsigned dependents;

	(void)state;
	for (dependents = 0; dependents <= 2; dependents++) {
		struct world *w = world_new(dependents);

		load_old(w);
		fake_fail(w->fake, FAKE_INSERT, 1, DDL_E_INSERT_INIT, ENODEV, NULL);
		w->fake->scripts[FAKE_INSERT].until = 100;
		assert_int_equal(run(w), -1);
		assert_int_equal(w->outcome.result, DDL_RESULT_NOT_UNDONE);
		assert_int_equal(w->outcome.error.code, DDL_E_INSERT_INIT);
		assert_true(w->outcome.n_left_over > dependents + 1);
		assert_string_equal(w->after, "| 03:00=:0");
		world_free(w);
	}
}

static void not_undone_stuck(void **state)
{
	struct world *w = world_new(0);
	size_t i;
	bool named = false;

	(void)state;
	/* the new one has no disks, and cannot be taken out either */
	load_old(w);
	w->new->disks_after_ms = FAKE_NEVER;
	fake_fail(w->fake, FAKE_REMOVE, 2, DDL_E_UNLOAD, EBUSY, NULL);
	w->fake->scripts[FAKE_REMOVE].until = 100000;
	assert_int_equal(run(w), -1);
	assert_int_equal(w->outcome.result, DDL_RESULT_NOT_UNDONE);
	assert_int_equal(w->plan.ops[1].state, DDL_OP_NOT_UNDONE);
	for (i = 0; i < w->outcome.n_left_over; i++)
		named = named || strcmp(w->outcome.left_over[i],
					"megaraid_sas was loaded in version 1 before and is loaded in version 2 now") == 0;
	assert_true(named);
	world_free(w);
}

static void no_file_to_put_back(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	load_old(w);
	w->old->path = NULL;
	w->new->binds[0] = NULL;
	assert_int_equal(run(w), -1);
	assert_true(w->plan.one_way);
	assert_string_equal(w->plan.notes[0], "megaraid_sas 1 could not be put back: this installer has no file of it");
	assert_int_equal(w->outcome.result, DDL_RESULT_NOT_UNDONE);
	assert_int_equal(w->outcome.error.code, DDL_E_NOT_BOUND);
	assert_int_equal(w->plan.ops[0].state, DDL_OP_NOT_UNDONE);
	assert_true(w->outcome.n_left_over >= 2); /* the module, the controller */
	world_free(w);

	/* the tree has another version than the one that was loaded: said, not hidden */
	w = world_new(0);
	w->old->path = NULL;
	fake_image(w->fake, "megaraid_sas", "0", "/t/megaraid_sas.ko", -1, "", "03:00");
	fake_loaded(w->fake, w->old);
	fake_fail(w->fake, FAKE_INSERT, 1, DDL_E_INSERT_FORMAT, ENOEXEC, NULL);
	assert_int_equal(run(w), -1);
	assert_int_equal(w->outcome.result, DDL_RESULT_NOT_UNDONE);
	assert_int_equal(w->outcome.n_left_over, 1);
	assert_string_equal(w->outcome.left_over[0],
			    "megaraid_sas was loaded in version 1 before and is loaded in version 0 now");
	world_free(w);
}

/* Loaded from an earlier pack: that very build comes back, from what was kept of it. */
static void kept_of_an_earlier_pack(void **state)
{
	struct world *w = world_new(1);
	struct fake_image *earlier = fake_image(w->fake, "megaraid_sas", "1.5", NULL, -1, "", "03:00");

	(void)state;
	earlier->kept = "/run/megaraid_sas.ko";
	fake_loaded(w->fake, earlier);
	fake_loaded(w->fake, &w->fake->images[2]);
	fake_fail(w->fake, FAKE_INSERT, 1, DDL_E_INSERT_FORMAT, ENOEXEC, NULL);
	assert_int_equal(run(w), -1);
	assert_undone(w);
	assert_string_equal(w->after, "megaraid_sas@1.5 dep_a@ | 03:00=megaraid_sas:2");
	world_free(w);

	/* what was kept is of another build than what is loaded: the tree's file then */
	w = world_new(0);
	fake_image(w->fake, "megaraid_sas", "1.5", NULL, -1, "", "03:00")->kept = "/run/megaraid_sas.ko";
	load_old(w);
	fake_fail(w->fake, FAKE_INSERT, 1, DDL_E_INSERT_FORMAT, ENOEXEC, NULL);
	assert_int_equal(run(w), -1);
	assert_undone(w);
	assert_string_equal(w->after, "megaraid_sas@1 | 03:00=megaraid_sas:2");
	world_free(w);
}

/* A dependent that is the pack's own build goes back from the pack's bytes, tree or not. */
static void dependent_back_from_pack(void **state)
{
	struct world *w = world_new(0);
	struct fake_image *upper = fake_image(w->fake, "upper", "5", NULL, 1005, "megaraid_sas", "");

	(void)state;
	load_old(w);
	fake_loaded(w->fake, upper);
	fake_pack_module(w->fake, w->repo, upper, "");
	fake_fail(w->fake, FAKE_INSERT, 1, DDL_E_INSERT_FORMAT, ENOEXEC, NULL);
	assert_int_equal(run(w), -1);
	assert_undone(w);
	assert_string_equal(w->after, "megaraid_sas@1 upper@5 | 03:00=megaraid_sas:2");
	world_free(w);
}

/* The look at the machine fails in the middle: gone back, as nothing can be seen to work. */
static void blind(void **state)
{
	unsigned nth;

	(void)state;
	for (nth = 2; nth <= 4; nth++) {
		struct world *w = world_new(1);

		load_old(w);
		make_plan(w);
		fake_fail(w->fake, FAKE_SNAPSHOT, nth, DDL_E_READ, EIO, NULL);
		assert_int_equal(apply(w), -1);
		assert_undone(w);
		assert_int_equal(w->outcome.error.code, DDL_E_READ);
		world_free(w);
	}
}

/* -------------------------------------------------------------------- firmware */

static bool there(const struct world *w, const char *name)
{
	char path[512];

	snprintf(path, sizeof path, "%s/firmware/%s", w->directory, name);
	return access(path, F_OK) == 0;
}

static void firmware(void **state)
{
	struct world *w = world_new(0);
	char path[512], bytes[16] = "";
	FILE *file;

	(void)state;
	fake_pack_file(w->fake, w->repo, DDL_FILE_FIRMWARE, "lib/firmware/acme/mega.bin", "FIRMWARE");
	fake_pack_file(w->fake, w->repo, DDL_FILE_FIRMWARE, "lib/firmware/updates/up.bin", "UP");
	/* fails: taken away again */
	fake_fail(w->fake, FAKE_INSERT, 1, DDL_E_INSERT_INIT, ENOENT,
		  "megaraid_sas 0000:03:00.0: Direct firmware load for y failed with error -2");
	assert_int_equal(run(w), -1);
	assert_undone(w);
	assert_string_equal(w->outcome.error.text, "megaraid_sas: The driver asked for a firmware file that was not found.");
	assert_false(there(w, "acme/mega.bin"));
	assert_string_equal(w->fake->firmware_path, "");
	/* works: in place */
	assert_int_equal(run(w), 0);
	snprintf(path, sizeof path, "%s/firmware", w->directory);
	assert_string_equal(w->fake->firmware_path, path);
	assert_true(there(w, "up.bin"));
	snprintf(path, sizeof path, "%s/firmware/acme/mega.bin", w->directory);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(bytes, sizeof bytes, file));
	fclose(file);
	assert_string_equal(bytes, "FIRMWARE");
	world_free(w);
}

static void expect_file(const struct world *w, const char *name, const char *text)
{
	char path[512], bytes[16] = "";
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", w->directory, name);
	file = fopen(path, "r");
	assert_int_equal(!file, !text);
	if (file && !fgets(bytes, sizeof bytes, file))
		*bytes = '\0';
	if (file)
		fclose(file);
	assert_string_equal(bytes, text ? text : "");
}

/* A second load that is undone leaves the first one's firmware as it was, and the kernel pointed to it. */
static void firmware_of_an_earlier_load(void **state)
{
	struct world *w = world_new(0);
	struct ddl_file *file = fake_pack_file(w->fake, w->repo, DDL_FILE_FIRMWARE, "lib/firmware/acme/mega.bin", "FIRST");
	char path[512];

	(void)state;
	assert_int_equal(run(w), 0);
	file->kind = DDL_FILE_OTHER;
	fake_pack_file(w->fake, w->repo, DDL_FILE_FIRMWARE, "lib/firmware/acme/mega.bin", "SECOND");
	fake_pack_file(w->fake, w->repo, DDL_FILE_FIRMWARE, "lib/firmware/acme/more.bin", "MORE");
	w->new->loaded = false;
	w->device->driver = NULL;
	w->fake->calls[FAKE_INSERT] = 0;
	fake_fail(w->fake, FAKE_INSERT, 1, DDL_E_INSERT_INIT, ENODEV, NULL);
	assert_int_equal(run(w), -1);
	assert_undone(w);
	snprintf(path, sizeof path, "%s/firmware", w->directory);
	assert_string_equal(w->fake->firmware_path, path);
	expect_file(w, "firmware/acme/mega.bin", "FIRST");
	expect_file(w, "firmware/acme/more.bin", NULL);
	/* one that works is in its place, and nothing is left of the first */
	assert_int_equal(run(w), 0);
	expect_file(w, "firmware/acme/mega.bin", "SECOND");
	assert_false(there(w, ".before-ddload"));
	world_free(w);
}

/* A kernel before 3.7 cannot be pointed anywhere: it looks in /lib/firmware. */
static void firmware_of_an_old_kernel(void **state)
{
	struct world *w = world_new(0);
	char command[600];

	(void)state;
	snprintf(command, sizeof command, "mkdir -p '%s/lib/firmware' && printf OWN >'%s/lib/firmware/mega.bin'", w->directory,
		 w->directory);
	assert_int_equal(system(command), 0);
	fake_pack_file(w->fake, w->repo, DDL_FILE_FIRMWARE, "lib/firmware/mega.bin", "PACK");
	fake_fail(w->fake, FAKE_FIRMWARE, 1, DDL_E_FIRMWARE, ENOENT, NULL);
	w->fake->scripts[FAKE_FIRMWARE].until = 100;
	fake_fail(w->fake, FAKE_INSERT, 1, DDL_E_INSERT_INIT, ENODEV, NULL);
	assert_int_equal(run(w), -1);
	assert_undone(w);
	expect_file(w, "lib/firmware/mega.bin", "OWN");
	assert_int_equal(run(w), 0);
	expect_file(w, "lib/firmware/mega.bin", "PACK");
	world_free(w);
}

/* A pack of firmware alone, for a driver that is loaded and has passed its device over. */
static void firmware_for_a_loaded_driver(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	w->old->binds[0] = NULL; /* for want of firmware */
	w->old->alias = MODALIAS;
	load_old(w);
	w->old->binds[0] = "03:00";
	w->repo = fake_pack(w->fake, "acme-firmware");
	w->repo->packages[0].kernel = "any";
	fake_pack_file(w->fake, w->repo, DDL_FILE_FIRMWARE, "lib/firmware/mega.bin", "FW");
	assert_int_equal(run(w), 0);
	assert_string_equal(w->fake->log, "?03:00 ");
	assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
	assert_int_equal(w->outcome.n_appeared, 2);
	assert_string_equal(w->outcome.modules[0].module, "megaraid_sas");
	assert_string_equal(w->outcome.modules[0].repo->identifier, "acme-firmware");
	expect_file(w, "firmware/mega.bin", "FW");
	world_free(w);

	/* it is not what the device has waited for: told, and the firmware stays */
	w = world_new(0);
	w->old->binds[0] = NULL;
	w->old->alias = MODALIAS;
	load_old(w);
	w->repo = fake_pack(w->fake, "acme-firmware");
	w->repo->packages[0].kernel = "any";
	fake_pack_file(w->fake, w->repo, DDL_FILE_FIRMWARE, "lib/firmware/mega.bin", "FW");
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_NOT_TAKEN);
	assert_string_equal(w->outcome.error.text, "03:00 1000:0060: megaraid_sas is made for it");
	world_free(w);
}

/* The pack has the very driver that is loaded, and the firmware that it lacks. */
static void firmware_with_the_same_driver(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	w->new->binds[0] = NULL;
	fake_loaded(w->fake, w->new);
	w->new->binds[0] = "03:00";
	fake_pack_file(w->fake, w->repo, DDL_FILE_FIRMWARE, "lib/firmware/mega.bin", "FW");
	assert_int_equal(run(w), 0);
	assert_string_equal(w->fake->log, "?03:00 ");
	assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
	assert_int_equal(w->outcome.n_modules, 1);
	/* it has its device now: there is nothing to do */
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_ALREADY);
	world_free(w);
}

static void firmware_fails(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	load_old(w);
	fake_pack_file(w->fake, w->repo, DDL_FILE_FIRMWARE, "lib/firmware/f/one.bin", "1");
	fake_fail(w->fake, FAKE_FIRMWARE, 1, DDL_E_FIRMWARE, EACCES, NULL);
	assert_int_equal(run(w), -1);
	assert_undone(w);
	assert_int_equal(w->outcome.error.code, DDL_E_FIRMWARE);
	assert_string_equal(w->fake->log, "");
	assert_false(there(w, "f/one.bin"));
	/* a name that leads out of the directory */
	fake_pack_file(w->fake, w->repo, DDL_FILE_FIRMWARE, "lib/firmware/../../out.bin", "2");
	w->fake->scripts[FAKE_FIRMWARE].nth = 0;
	assert_int_equal(run(w), -1);
	assert_undone(w);
	assert_int_equal(w->outcome.error.code, DDL_E_PATH);
	assert_false(there(w, "f/one.bin"));
	world_free(w);
}

/* --------------------------------------------------------- the errno, in words */

static void codes(void **state)
{
	static const char *const version[] = { "m: disagrees about version of symbol x" };
	static const char *const unknown[] = { "other", "m: Unknown symbol x (err -2)" };

	(void)state;
	assert_int_equal(ddl_insert_code(ENOEXEC, "m", NULL, 0), DDL_E_INSERT_FORMAT);
	assert_int_equal(ddl_insert_code(EINVAL, "m", version, 1), DDL_E_INSERT_SYMBOL);
	assert_int_equal(ddl_insert_code(EINVAL, "other", version, 1), DDL_E_INSERT_INIT); /* another's line */
	assert_int_equal(ddl_insert_code(EINVAL, "m", NULL, 0), DDL_E_INSERT_INIT);
	assert_int_equal(ddl_insert_code(ENOENT, "m", unknown, 2), DDL_E_INSERT_SYMBOL);
	assert_int_equal(ddl_insert_code(EKEYREJECTED, "m", NULL, 0), DDL_E_INSERT_KEY);
	assert_int_equal(ddl_insert_code(ENOKEY, "m", NULL, 0), DDL_E_INSERT_KEY);
	assert_int_equal(ddl_insert_code(EPERM, "m", NULL, 0), DDL_E_INSERT_LOCKED);
	assert_int_equal(ddl_insert_code(ENODEV, "m", NULL, 0), DDL_E_INSERT_INIT);
	assert_int_equal(ddl_insert_code(EEXIST, "m", NULL, 0), DDL_E_INSERT);
}

static void kernel_lines(void **state)
{
	static const char *const ours[] = { "mega_sas", "0000:03:00.0" };
	static const struct {
		const char *line;
		bool known;
	} rows[] = {
		{ "mega_sas: Unknown symbol f (err -2)", true },
		{ "mega-sas: Unknown symbol f (err -2)", true },
		{ "mega_sas2: Unknown symbol f (err -2)", false },
		{ "my_mega_sas: Unknown symbol f (err -2)", false },
		{ "qla2xxx 0000:03:00.0: Direct firmware load for x failed with error -2", true },
		{ "qla2xxx 0000:03:00.00: Direct firmware load for x failed with error -2", false },
		{ "qla2xxx 0000:04:00.0: Direct firmware load for x failed with error -2", false },
		{ "Lockdown: ddload: unsigned module loading is restricted; see man kernel_lockdown.7", true },
		{ "mega_sas 0000:03:00.0: enabling device (0000 -> 0002)", false },
		{ "mega_sas: module verification failed: signature and/or required key missing - tainting kernel", false },
		{ "mega_sas: unknown parameter 'a' ignored", false },
	};
	static const char *const several[] = { "mega_sas: Unknown symbol f (err -22)",
					       "mega_sas: disagrees about version of symbol f" };
	static const char *const failed[] = { "mega_sas: probe of 0000:03:00.0 failed with error -5",
					      "mega_sas 0000:04:00.0: probe with driver mega_sas failed with error -110" };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(ddl_kmsg_explain(&rows[i].line, 1, ours, 2) != NULL, rows[i].known);
	/* the cause, not the first line that is known */
	assert_string_equal(ddl_kmsg_explain(several, 2, ours, 2), ddl_kmsg_explain(&several[1], 1, ours, 2));
	assert_true(ddl_kmsg_probe_failed(failed, 2, "0000:03:00.0"));
	assert_true(ddl_kmsg_probe_failed(failed, 2, "0000:04:00.0"));
	assert_false(ddl_kmsg_probe_failed(failed, 2, "0000:05:00.0"));
}

/* udev is idle before the first module leaves, and before it is judged whether all is well. */
static void udev_is_waited_for(void **state)
{
	struct world *w = world_new(1);

	(void)state;
	load_old(w);
	assert_int_equal(run(w), 0);
	assert_string_equal(w->fake->settled, "[][-dep_a -megaraid_sas@1 +megaraid_sas@2 +dep_a ]");
	world_free(w);
	w = world_new(0);
	assert_int_equal(run(w), 0);
	assert_string_equal(w->fake->settled, "[+megaraid_sas@2 ]");
	world_free(w);
}

static void announce(struct world *w)
{
	const struct ddl_apply how_to = how(w, NULL);

	ddl_modules_announce(&how_to, &w->plan, FAKE_RELEASE);
}

/* The pack's module alone, and not what is loaded again from the tree. */
static void modules_go_into_the_tree(void **state)
{
	struct world *w = world_new(2);
	FILE *bytes = tmpfile();

	(void)state;
	assert_non_null(bytes);
	assert_int_equal(dup2(fileno(bytes), w->new->fd), w->new->fd);
	tree_directory("lib/modules/" FAKE_RELEASE);
	snprintf(w->directory, sizeof w->directory, "%s", tree_path("."));
	load_old(w);
	assert_int_equal(run(w), 0);
	announce(w);
	assert_true(in_tree(w, "updates/ddload/megaraid_sas.ko"));
	assert_false(in_tree(w, "updates/ddload/dep_a.ko"));
	assert_non_null(strstr(ddl_log_text(w->log), "depmod ended with 127"));
	close(w->new->fd);
	fclose(bytes);
	world_free(w);
}

/* What was set by hand is not carried over; each value that is another one now is told. */
static void other_settings_are_told(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	load_old(w);
	w->old->params = "a=1 ab=1 b=Y c=3 gone=1";
	w->new->params = "ab=1 a=0 b=Y c=(null) d=1";
	assert_int_equal(run(w), 0);
	assert_int_equal(w->notes, 2);
	assert_string_equal(w->last_note, "megaraid_sas: c=3 was in force, now it is c=(null)");
	world_free(w);
}

/* No tree, or one that cannot be written: a line in the log, and no failure. */
static void tree_that_is_not_there_is_no_failure(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	load_old(w);
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
	announce(w);
	assert_int_equal(w->notes, 0);
	assert_non_null(strstr(ddl_log_text(w->log), "a later modprobe finds the installer's own drivers"));
	world_free(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(udev_is_waited_for),
		cmocka_unit_test(modules_go_into_the_tree),
		cmocka_unit_test(other_settings_are_told),
		cmocka_unit_test(tree_that_is_not_there_is_no_failure),
		cmocka_unit_test(works),
		cmocka_unit_test(swaps),
		cmocka_unit_test(already),
		cmocka_unit_test(parameters_are_given),
		cmocka_unit_test(softdeps_around),
		cmocka_unit_test(companion_fails),
		cmocka_unit_test(refused),
		cmocka_unit_test(insert_fails),
		cmocka_unit_test(dependent_fails),
		cmocka_unit_test(remove_fails),
		cmocka_unit_test(fresh_insert_fails),
		cmocka_unit_test(binds_nothing),
		cmocka_unit_test(fresh_binds_nothing),
		cmocka_unit_test(bound_no_disk),
		cmocka_unit_test(disks_late),
		cmocka_unit_test(disks_never),
		cmocka_unit_test(fewer_disks),
		cmocka_unit_test(loses_a_controller),
		cmocka_unit_test(network),
		cmocka_unit_test(network_not_back),
		cmocka_unit_test(two_drivers_for_one),
		cmocka_unit_test(wrong_driver_pushed_out),
		cmocka_unit_test(unbinds),
		cmocka_unit_test(unbind_fails),
		cmocka_unit_test(unbind_not_undone),
		cmocka_unit_test(wrong_driver_takes_it_again),
		cmocka_unit_test(idle_older_build),
		cmocka_unit_test(intruders),
		cmocka_unit_test(wrong_version),
		cmocka_unit_test(not_undone_inserts),
		cmocka_unit_test(not_undone_stuck),
		cmocka_unit_test(no_file_to_put_back),
		cmocka_unit_test(dependent_back_from_pack),
		cmocka_unit_test(kept_of_an_earlier_pack),
		cmocka_unit_test(blind),
		cmocka_unit_test(firmware),
		cmocka_unit_test(firmware_of_an_earlier_load),
		cmocka_unit_test(firmware_of_an_old_kernel),
		cmocka_unit_test(firmware_for_a_loaded_driver),
		cmocka_unit_test(firmware_with_the_same_driver),
		cmocka_unit_test(firmware_fails),
		cmocka_unit_test(codes),
		cmocka_unit_test(kernel_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
