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

#include "apply.h"
#include "fake_kernel.h"
#include "kernel_words.h"
#include "plan.h"

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

static bool on_event(void *ctx, const struct ddl_event *event)
{
	struct world *w = ctx;

	if (event->kind == DDL_EVENT_STEP)
		w->steps++;
	w->notes += event->kind == DDL_EVENT_NOTE;
	if (event->kind == DDL_EVENT_PROGRESS) {
		w->progress++;
		assert_true(event->done <= event->total);
		w->last_progress = event->done;
	}
	return false; /* a wish to cancel: not heeded any more */
}

static void make_plan(struct world *w)
{
	struct ddl_error error = DDL_ERROR_INIT;

	fake_state(w->fake, w->before, sizeof w->before);
	assert_int_equal(ddl_plan_make(w->fake->arena, fake_machine(w->fake), &w->fake->kernel, &w->repo,
				       1, w->unbind, &w->plan, &error), 0);
}

static int apply(struct world *w)
{
	struct ddl_front front = { .ctx = w, .event = on_event };
	struct ddl_apply how = { .arena = w->fake->arena, .kernel = &w->fake->kernel, .log = w->log,
				 .front = &front, .run_directory = w->directory, .settle_ms = 5000 };
	int result = ddl_plan_apply(&how, &w->plan, &w->repo, 1, &w->outcome);

	fake_state(w->fake, w->after, sizeof w->after);
	/* the return value and the result say the same */
	assert_int_equal(result == 0, w->outcome.error.code == DDL_OK);
	assert_ptr_equal(w->outcome.plan, &w->plan);
	/* modprobe is told of what works, and of nothing else */
	if (w->outcome.result != DDL_RESULT_WORKS)
		assert_string_equal(w->fake->announced, "");
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
	/* new disks: waited until nothing came for a while, and not to the limit */
	assert_in_range(w->fake->clock, 1000000 + 1200 + DDL_SETTLE_QUIET_MS, 1000000 + 3000);
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

/* The nth insert fails, for every n and number of dependents. */
static void insert_fails(void **state)
{
	static const struct {
		enum ddl_code code;
		int os_errno;
		const char *line, *words;
	} rows[] = {
		{ DDL_E_INSERT_FORMAT, ENOEXEC, "x: version magic 'A' should be 'B'",
		  "x: The driver was built for another kernel, or for the same one with other settings." },
		{ DDL_E_INSERT_SYMBOL, EINVAL, "x: disagrees about version of symbol y",
		  "x: The driver was built against another build of this kernel: a function that it uses has changed." },
		{ DDL_E_INSERT_KEY, EKEYREJECTED, "Loading of unsigned module is rejected",
		  "x: The driver is not signed, and this kernel takes signed ones only." },
		{ DDL_E_INSERT_INIT, ENODEV, NULL, "x" },
		{ DDL_E_INSERT, ENOMEM, NULL, "x" },
	};
	unsigned dependents, nth;
	size_t row;

	(void)state;
	for (dependents = 0; dependents <= MAX_DEPENDENTS; dependents++) {
		for (nth = 1; nth <= dependents + 1; nth++) {
			for (row = 0; row < sizeof rows / sizeof rows[0]; row++) {
				struct world *w = world_new(dependents);
				char text[DDL_ERROR_TEXT];

				load_old(w);
				fake_fail(w->fake, FAKE_INSERT, nth, rows[row].code,
					  rows[row].os_errno, rows[row].line);
				assert_int_equal(run(w), -1);
				assert_undone(w);
				assert_int_equal(w->outcome.error.code, rows[row].code);
				assert_int_equal(w->outcome.n_kernel_lines, rows[row].line ? 1 : 0);
				snprintf(text, sizeof text, "%s%s", nth == 1 ? "megaraid_sas" :
					 nth == 2 ? "dep_a" : nth == 3 ? "dep_b" : "dep_c",
					 rows[row].words + 1);
				assert_string_equal(w->outcome.error.text, text);
				assert_string_equal(w->outcome.modules[0].version_now, "1");
				world_free(w);
			}
		}
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
	assert_int_equal(w->outcome.result, DDL_RESULT_UNUSED);
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

static void disks_never(void **state)
{
	unsigned dependents, some;

	(void)state;
	for (dependents = 0; dependents <= 2; dependents++) {
		for (some = 0; some <= 1; some++) {
			struct world *w = world_new(dependents);

			load_old(w);
			if (some)
				w->new->disks_at_most = 1;
			else
				w->new->disks_after_ms = FAKE_NEVER;
			assert_int_equal(run(w), -1);
			assert_undone(w);
			assert_int_equal(w->outcome.error.code, DDL_E_NO_DISK);
			assert_string_equal(w->outcome.error.text, some
				? "03:00 1000:0060: 1 of its 2 disks are back after 5 seconds"
				: "03:00 1000:0060: 0 of its 2 disks are back after 5 seconds");
			world_free(w);
		}
	}
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
	assert_string_equal(w->outcome.error.text,
			    "04:00 1000:0060: it was driven by megaraid_sas and has no driver now");
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

static void wrong_driver_pushed_out(void **state)
{
	struct world *w = world_new(0);
	struct fake_image *generic = fake_image(w->fake, "generic", "9", "/t/generic.ko", -1, "",
						"03:00,05:00");

	(void)state;
	fake_device(w->fake, "05:00", "pci:v00008086d1", DDL_CLASS_STORAGE, "sdc");
	fake_loaded(w->fake, generic);
	assert_int_equal(run(w), 0);
	assert_string_equal(w->after,
		"megaraid_sas@2 generic@9 | 03:00=megaraid_sas:2 05:00=generic:1");
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
	struct fake_image *generic = fake_image(w->fake, "generic", "9", "/t/generic.ko", -1, "",
						"03:00,05:00");

	(void)state;
	fake_device(w->fake, "05:00", "pci:v00008086d1", DDL_CLASS_STORAGE, "sdc");
	fake_loaded(w->fake, generic);
	w->new->binds[0] = NULL;
	assert_int_equal(run(w), -1);
	assert_undone(w);
	assert_int_equal(w->outcome.error.code, DDL_E_NOT_BOUND);
	assert_string_equal(w->outcome.error.text,
			    "megaraid_sas: it took no device, though it is made for one here");
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
		{ FAKE_UNBIND, DDL_E_UNLOAD }, { FAKE_INSERT, DDL_E_INSERT_INIT }, { FAKE_BIND, DDL_E_NOT_BOUND },
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
	assert_string_equal(w->outcome.error.text,
			    "megaraid_sas: running is 2 (S2), the disk has 2 (other)");
	/* seen at once, not after waiting for its disks; only the old one's are waited for */
	assert_in_range(w->fake->clock, 1000000, 1000000 + 700 + 100);
	world_free(w);
}

/* ----------------------------------------------------- the way back fails too */

static void not_undone_inserts(void **state)
{
	unsigned dependents, from;

	(void)state;
	for (dependents = 0; dependents <= 2; dependents++) {
		/* from the first insert on, or from a later one, none works any more */
		for (from = 1; from <= dependents + 1; from++) {
			struct world *w = world_new(dependents);

			load_old(w);
			fake_fail(w->fake, FAKE_INSERT, from, DDL_E_INSERT_INIT, ENODEV, NULL);
			w->fake->scripts[FAKE_INSERT].until = 100;
			assert_int_equal(run(w), -1);
			assert_int_equal(w->outcome.result, DDL_RESULT_NOT_UNDONE);
			assert_int_equal(w->outcome.error.code, DDL_E_INSERT_INIT);
			assert_true(w->outcome.n_left_over > dependents + 1);
			assert_string_equal(w->after, "| 03:00=:0");
			world_free(w);
		}
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
	fake_fail(w->fake, FAKE_INSERT, 2, DDL_E_INSERT_FORMAT, ENOEXEC, NULL);
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
	fake_fail(w->fake, FAKE_INSERT, 1, DDL_E_INSERT_INIT, ENOENT, "x: Direct firmware load for y failed");
	assert_int_equal(run(w), -1);
	assert_undone(w);
	assert_string_equal(w->outcome.error.text,
		"megaraid_sas: The driver asked for a firmware file that was not found.");
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
	static const char *const several[] = {
		"m: module verification failed: signature and/or required key missing - tainting kernel",
		"m: unknown parameter 'a' ignored", "m: disagrees about version of symbol f",
		"m: Unknown symbol f (err -22)" };
	static const char *const unknown[] = { "other", "m: Unknown symbol x (err -2)" };

	(void)state;
	assert_int_equal(ddl_insert_code(ENOEXEC, NULL, 0), DDL_E_INSERT_FORMAT);
	assert_int_equal(ddl_insert_code(EINVAL, version, 1), DDL_E_INSERT_SYMBOL);
	assert_int_equal(ddl_insert_code(EINVAL, NULL, 0), DDL_E_INSERT_INIT);
	assert_int_equal(ddl_insert_code(ENOENT, unknown, 2), DDL_E_INSERT_SYMBOL);
	assert_int_equal(ddl_insert_code(EKEYREJECTED, NULL, 0), DDL_E_INSERT_KEY);
	assert_int_equal(ddl_insert_code(ENOKEY, NULL, 0), DDL_E_INSERT_KEY);
	assert_int_equal(ddl_insert_code(EPERM, NULL, 0), DDL_E_INSERT_LOCKED);
	assert_int_equal(ddl_insert_code(ENODEV, NULL, 0), DDL_E_INSERT_INIT);
	assert_int_equal(ddl_insert_code(EEXIST, NULL, 0), DDL_E_INSERT);
	assert_null(ddl_kernel_words("megaraid_sas 0000:03:00.0: enabling device"));
	assert_non_null(ddl_kernel_words_of(unknown, 2));
	/* the cause, not the first line that is known; a remark is no cause */
	assert_string_equal(ddl_kernel_words_of(several, 4), ddl_kernel_words(several[2]));
	assert_non_null(ddl_kernel_words(several[0]));
	assert_null(ddl_kernel_words_of(several, 2));
}

/* udev is idle before the first module leaves, and before it is judged whether all is well. */
static void udev_is_waited_for(void **state)
{
	struct world *w = world_new(1);

	(void)state;
	load_old(w);
	assert_int_equal(run(w), 0);
	assert_string_equal(w->fake->settled,
			    "[][-dep_a -megaraid_sas@1 +megaraid_sas@2 +dep_a ]");
	world_free(w);
	w = world_new(0);
	assert_int_equal(run(w), 0);
	assert_string_equal(w->fake->settled, "[+megaraid_sas@2 ]");
	world_free(w);
}

/* The pack's module alone, and not what is loaded again from the tree. */
static void modprobe_is_told(void **state)
{
	struct world *w = world_new(2);

	(void)state;
	load_old(w);
	assert_int_equal(run(w), 0);
	assert_string_equal(w->fake->announced, "megaraid_sas");
	assert_int_equal(w->notes, 0);
	world_free(w);
}

static void tree_that_cannot_be_written_is_a_remark(void **state)
{
	struct world *w = world_new(0);

	(void)state;
	load_old(w);
	w->fake->tree_read_only = true;
	assert_int_equal(run(w), 0);
	assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
	assert_int_equal(w->notes, 1);
	world_free(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(udev_is_waited_for),
		cmocka_unit_test(modprobe_is_told),
		cmocka_unit_test(tree_that_cannot_be_written_is_a_remark),
		cmocka_unit_test(works), cmocka_unit_test(swaps), cmocka_unit_test(already),
		cmocka_unit_test(parameters_are_given), cmocka_unit_test(softdeps_around), cmocka_unit_test(refused),
		cmocka_unit_test(insert_fails), cmocka_unit_test(remove_fails),
		cmocka_unit_test(fresh_insert_fails), cmocka_unit_test(binds_nothing),
		cmocka_unit_test(fresh_binds_nothing), cmocka_unit_test(bound_no_disk),
		cmocka_unit_test(disks_late), cmocka_unit_test(disks_never),
		cmocka_unit_test(loses_a_controller), cmocka_unit_test(network),
		cmocka_unit_test(wrong_driver_pushed_out),
		cmocka_unit_test(unbinds), cmocka_unit_test(unbind_fails), cmocka_unit_test(unbind_not_undone),
		cmocka_unit_test(wrong_driver_takes_it_again), cmocka_unit_test(intruders),
		cmocka_unit_test(wrong_version), cmocka_unit_test(not_undone_inserts),
		cmocka_unit_test(not_undone_stuck), cmocka_unit_test(no_file_to_put_back),
		cmocka_unit_test(dependent_back_from_pack),
		cmocka_unit_test(kept_of_an_earlier_pack), cmocka_unit_test(blind),
		cmocka_unit_test(firmware), cmocka_unit_test(firmware_fails),
		cmocka_unit_test(codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
