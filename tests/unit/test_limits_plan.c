// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests at a limit of limits.h and one past it, for the plan, and how long disks are waited for. */
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
#include "plan/plan.h"

#define ALIAS "pci:v00001000d00000060*"
#define MODALIAS "pci:v00001000d00000060sv00001000sd00001013bc01sc04i00"
#define BEGUN 1000000U /* the fake's clock */

struct world {
	struct fake_kernel *fake;
	struct fake_image *old, *new;
	struct ddl_repo *repo;
	struct ddl_module *module;
	struct ddl_log *log;
	struct ddl_outcome outcome;
	char directory[256];
	unsigned looks; /* PROGRESS events */
};

static struct world *world_new(void)
{
	static unsigned number;
	struct world *w = calloc(1, sizeof(*w));
	const char *tmp = getenv("DDL_TMP");

	assert_non_null(w);
	w->fake = fake_kernel_new();
	w->log = ddl_log_open(NULL, NULL);
	(void)snprintf(w->directory, sizeof(w->directory), "%s/limits-%d-%u", tmp ? tmp : "/tmp", (int)getpid(), number++);
	fake_device(w->fake, "03:00", MODALIAS, DDL_CLASS_STORAGE, "sda");
	w->old = fake_image(w->fake, "megaraid_sas", "1", "/t/megaraid_sas.ko", -1, "", "03:00");
	w->new = fake_image(w->fake, "megaraid_sas", "2", NULL, 1001, "", "03:00");
	w->repo = fake_pack(w->fake, "acme");
	w->module = fake_pack_module(w->fake, w->repo, w->new, ALIAS);
	return w;
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

	w->looks += event->kind == DDL_EVENT_PROGRESS && event->phase == DDL_PHASE_SETTLE;
	return DDL_WISH_GO_ON;
}

static struct ddl_plan plan_of(struct world *w)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_plan plan;

	assert_int_equal(fake_plan(w->fake, &w->repo, 1, 1, false, &plan, &error), 0);
	return plan;
}

static int load(struct world *w, unsigned settle_ms)
{
	struct ddl_plan plan = plan_of(w);
	struct ddl_front front = { .ctx = w, .event = on_event };
	struct ddl_apply how = { .arena = w->fake->arena,
				 .kernel = &w->fake->kernel,
				 .log = w->log,
				 .front = &front,
				 .run_directory = w->directory,
				 .settle_ms = settle_ms };

	return ddl_plan_apply(&how, &plan, &w->repo, 1, &w->outcome);
}

/* --------------------------------------------------------------------- softdeps */

/* A module "m<number>" of the pack; the modules that it needs are numbers up to a 0. */
static void in_pack(struct world *w, unsigned number, const unsigned *needs)
{
	struct fake_image *image = fake_image(w->fake, ddl_arena_printf(w->fake->arena, "m%u", number), "1", NULL,
					      2000 + (int)number, "", "");

	for (unsigned i = 0; needs[i]; i++)
		image->needs[i] = ddl_arena_printf(w->fake->arena, "m%u", needs[i]);
	(void)fake_pack_module(w->fake, w->repo, image, "");
}

/* A softdep's module is inserted before the driver, where it can come; else it is left out. */
static bool comes_before(struct world *w, const char *name)
{
	struct ddl_plan plan = plan_of(w);
	size_t place[2] = { SIZE_MAX, SIZE_MAX };

	for (size_t i = 0; i < plan.n_ops; i++) {
		if (plan.ops[i].kind == DDL_OP_INSERT && strcmp(plan.ops[i].module, name) == 0)
			place[0] = i;
		if (plan.ops[i].kind == DDL_OP_INSERT && strcmp(plan.ops[i].module, "megaraid_sas") == 0)
			place[1] = i;
	}
	assert_true(place[1] != SIZE_MAX);
	return place[0] < place[1];
}

/* limit: DDL_MAX_SOFTDEP_DEPTH   m1 needs m2, which needs m3, … */
static void softdep_depth(void **state)
{
	(void)state;
	for (unsigned past = 0; past < 2; past++) {
		struct world *w = world_new();
		unsigned last = DDL_MAX_SOFTDEP_DEPTH + 1 + past;

		for (unsigned i = 1; i <= last; i++)
			in_pack(w, i, (unsigned[]){ i < last ? i + 1 : 0, 0 });
		w->module->softdeps = "pre: m1";
		assert_int_equal(comes_before(w, "m1"), !past);
		world_free(w);
	}
}

/* limit: DDL_MAX_SOFTDEP_STEPS   both of a layer need both of the next: twice as many ways at each */
static void softdep_steps(void **state)
{
	enum { LAYERS = 13, LAST = 2 * (LAYERS + 1) }; /* 2^14 - 1 steps */

	(void)state;
	assert_int_equal(DDL_MAX_SOFTDEP_STEPS, 1 << (LAYERS + 1));
	for (unsigned past = 0; past < 2; past++) {
		struct world *w = world_new();

		for (unsigned i = 1; i <= LAST; i++) {
			unsigned next = (i + 1) / 2 * 2 + 1;
			unsigned needs[] = { next, next + 1, i == 1 ? 100 : 0, past ? 101 : 0, 0 }; /* one more step, or two */

			if (next > LAST)
				needs[0] = 0;
			in_pack(w, i, needs);
		}
		in_pack(w, 100, (unsigned[]){ 0 });
		in_pack(w, 101, (unsigned[]){ 0 });
		w->module->softdeps = "pre: m1";
		assert_int_equal(comes_before(w, "m1"), !past);
		world_free(w);
	}
}

/* ---------------------------------------------------------------------- waiting */

/* How long was waited when the disks come after so long. */
static unsigned waited(unsigned disks_after_ms, unsigned settle_ms, struct world *w)
{
	w->new->disks_after_ms = disks_after_ms;
	assert_int_equal(load(w, settle_ms), 0);
	return w->fake->clock - BEGUN;
}

/* limit: DDL_SETTLE_DEFAULT_MS DDL_SETTLE_POLL_MS */
static void settle_default(void **state)
{
	struct world *w = world_new();

	(void)state;
	assert_in_range(waited(FAKE_NEVER, 0, w), DDL_SETTLE_DEFAULT_MS, DDL_SETTLE_DEFAULT_MS + DDL_SETTLE_POLL_MS);
	assert_int_equal(w->outcome.result, DDL_RESULT_BOUND_NO_DISK);
	assert_in_range(w->looks, DDL_SETTLE_DEFAULT_MS / DDL_SETTLE_POLL_MS, DDL_SETTLE_DEFAULT_MS / DDL_SETTLE_POLL_MS + 2);
	world_free(w);
	w = world_new();
	(void)waited(DDL_SETTLE_DEFAULT_MS - DDL_SETTLE_POLL_MS, 0, w);
	assert_int_equal(w->outcome.result, DDL_RESULT_WORKS);
	world_free(w);
	w = world_new();
	(void)waited(DDL_SETTLE_DEFAULT_MS + 2 * DDL_SETTLE_POLL_MS, 0, w);
	assert_int_equal(w->outcome.result, DDL_RESULT_BOUND_NO_DISK);
	world_free(w);
}

/* limit: DDL_SETTLE_MAX_MS   however long is asked for */
static void settle_most(void **state)
{
	struct world *w = world_new();

	(void)state;
	assert_in_range(waited(FAKE_NEVER, DDL_SETTLE_MAX_MS, w), DDL_SETTLE_MAX_MS, DDL_SETTLE_MAX_MS + DDL_SETTLE_POLL_MS);
	world_free(w);
	w = world_new();
	assert_in_range(waited(FAKE_NEVER, DDL_SETTLE_MAX_MS + 10000, w), DDL_SETTLE_MAX_MS,
			DDL_SETTLE_MAX_MS + DDL_SETTLE_POLL_MS);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(softdep_depth),
		cmocka_unit_test(softdep_steps),
		cmocka_unit_test(settle_default),
		cmocka_unit_test(settle_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
