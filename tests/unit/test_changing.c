// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of one run at a time, and of what one that was killed leaves behind: with real processes, real
 * locks and real signals, and loads on a made-up kernel.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "apply/apply.h"
#include "apply/changing.h"
#include "fake_kernel.h"
#include "plan/plan.h"
#include "tree.h"

#define ALIAS "pci:v00001000d00000060*"
#define MODALIAS "pci:v00001000d00000060sv00001000sd00001013bc01sc04i00"

static struct ddl_error error = DDL_ERROR_INIT;
static struct ddl_changing changing;
static char who[DDL_CHANGING_WHO], directory[256];
static struct ddl_log *run_log;

static int set_up(void **state)
{
	(void)state;
	assert_true(tree_shell("rm -rf run"));
	snprintf(directory, sizeof directory, "%s", tree_path("run"));
	run_log = ddl_log_open(NULL, NULL);
	ddl_error_clear(&error);
	return run_log ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	ddl_log_close(run_log);
	return 0;
}

static int begin(bool after_kill)
{
	ddl_error_clear(&error);
	return ddl_changing_begin(&changing, directory, after_kill, run_log, &error);
}

/* Another process takes the lock, and is killed when it has it. */
static void kill_one(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (begin(true) == 0)
			raise(SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void one_at_a_time(void **state)
{
	char process[32], byte;
	int ready[2], go[2];
	pid_t child;

	(void)state;
	assert_int_equal(ddl_changing_look(directory, who), DDL_CHANGING_NOBODY);
	assert_int_equal(pipe(ready) | pipe(go), 0);
	child = fork();
	if (child == 0) {
		int result = begin(false);

		if (result != 0 || write(ready[1], "x", 1) != 1 || read(go[0], &byte, 1) != 1)
			_exit(1);
		ddl_changing_end(&changing, run_log);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	snprintf(process, sizeof process, "(process %d)", (int)child);
	assert_int_equal(ddl_changing_look(directory, who), DDL_CHANGING_SOMEBODY);
	assert_non_null(strstr(who, process));
	assert_int_equal(begin(true), -1);
	assert_int_equal(error.code, DDL_E_OTHER_RUN);
	assert_non_null(strstr(error.text, "test_changing "));
	assert_non_null(strstr(error.text, process));
	assert_int_equal(write(go[1], "x", 1), 1);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(ddl_changing_look(directory, who), DDL_CHANGING_NOBODY);
	assert_int_equal(begin(false), 0);
	ddl_changing_end(&changing, run_log);
}

static void a_killed_run_leaves_its_mark(void **state)
{
	(void)state;
	kill_one();
	assert_int_equal(ddl_changing_look(directory, who), DDL_CHANGING_KILLED);
	assert_non_null(strstr(who, "(process "));
	assert_int_equal(begin(false), -1);
	assert_int_equal(error.code, DDL_E_INTERRUPTED);
	assert_string_equal(error.text, who);
	assert_int_equal(ddl_changing_look(directory, who), DDL_CHANGING_KILLED);
	assert_int_equal(begin(true), 0);
	assert_non_null(strstr(ddl_log_text(run_log), who));
	ddl_changing_end(&changing, run_log);
	assert_int_equal(ddl_changing_look(directory, who), DDL_CHANGING_NOBODY);
}

/* What stands in the file is somebody's command line: nothing of it may reach a terminal as it is. */
static void the_mark_is_only_text(void **state)
{
	(void)state;
	tree_file("run/changing", "\x1b[2Jevil\n(process 1)");
	assert_int_equal(ddl_changing_look(directory, who), DDL_CHANGING_KILLED);
	assert_null(strpbrk(who, "\x1b\n"));
}

/* No directory for it, or something else in its place: the load is not hindered. */
static void no_place_for_the_lock(void **state)
{
	(void)state;
	assert_true(tree_shell("mkdir -p run && mkfifo run/changing"));
	assert_int_equal(ddl_changing_look(directory, who), DDL_CHANGING_NOBODY);
	assert_int_equal(begin(false), 0);
	assert_non_null(strstr(ddl_log_text(run_log), "no lock against another run"));
	ddl_changing_end(&changing, run_log);
	assert_true(tree_shell("rm -r run && touch run"));
	assert_int_equal(begin(false), 0);
	assert_int_equal(changing.fd, -1);
	ddl_changing_end(&changing, run_log);
}

/* ------------------------------------------------------------------------ loads */

struct world {
	struct fake_kernel *fake;
	struct ddl_repo *repo;
	struct ddl_plan plan;
	struct ddl_outcome outcome;
	bool raises; /* whatever a person or a terminal may send, while drivers are changed */
};

static volatile sig_atomic_t heard;

static void hear(int number)
{
	(void)number;
	heard++;
}

static const int sent[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH, SIGALRM, SIGUSR1 };

static enum ddl_wish on_event(void *ctx, const struct ddl_event *event)
{
	const struct world *w = ctx;

	if (w->raises && event->kind == DDL_EVENT_STEP) {
		for (size_t i = 0; i < sizeof sent / sizeof *sent; i++)
			raise(sent[i]);
		assert_int_equal(heard, 0);
	}
	return DDL_WISH_GO_ON;
}

static struct world world(void)
{
	struct world w = { .fake = fake_kernel_new() };

	fake_device(w.fake, "03:00", MODALIAS, DDL_CLASS_STORAGE, "sda");
	fake_loaded(w.fake, fake_image(w.fake, "megaraid_sas", "1", "/t/megaraid_sas.ko", -1, "", "03:00"));
	w.repo = fake_pack(w.fake, "acme");
	fake_pack_module(w.fake, w.repo, fake_image(w.fake, "megaraid_sas", "2", NULL, 1001, "", "03:00"), ALIAS);
	return w;
}

static int load(struct world *w, bool after_kill)
{
	struct ddl_front front = { .ctx = w, .event = on_event };
	struct ddl_apply how = { .arena = w->fake->arena,
				 .kernel = &w->fake->kernel,
				 .log = run_log,
				 .front = &front,
				 .root = directory,
				 .run_directory = directory,
				 .after_kill = after_kill,
				 .settle_ms = 1000 };

	assert_int_equal(fake_plan(w->fake, &w->repo, 1, 1, false, &w->plan, &error), 0);
	return ddl_plan_apply(&how, &w->plan, &w->repo, 1, &w->outcome);
}

static void signals_wait_till_the_end(void **state)
{
	struct world w = world();
	struct sigaction act = { .sa_handler = hear };

	(void)state;
	for (size_t i = 0; i < sizeof sent / sizeof *sent; i++)
		assert_int_equal(sigaction(sent[i], &act, NULL), 0);
	w.raises = true;
	assert_int_equal(load(&w, false), 0);
	assert_int_equal(w.outcome.result, DDL_RESULT_WORKS);
	assert_int_equal(heard, sizeof sent / sizeof *sent);
	/* and on the way back */
	fake_kernel_free(w.fake);
	w = world();
	w.raises = true;
	heard = 0;
	w.fake->scripts[FAKE_INSERT] = (struct fake_script){ .nth = 1, .code = DDL_E_INSERT, .os_errno = 5 };
	assert_int_equal(load(&w, false), -1);
	assert_int_equal(w.outcome.result, DDL_RESULT_UNDONE);
	assert_int_equal(heard, sizeof sent / sizeof *sent);
	fake_kernel_free(w.fake);
}

/* At every moment of a swap: what is refused is the next load, until somebody says otherwise. */
static void killed_in_a_load(void **state)
{
	unsigned at = 1, already = 0;

	(void)state;
	for (;; at++) {
		struct world w = world();
		pid_t child = fork();
		int status;

		if (child == 0) {
			w.fake->dies_at = at;
			_exit(load(&w, true) == 0 ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		if (!WIFSIGNALED(status)) {
			fake_kernel_free(w.fake);
			break;
		}
		w.fake->dies_at = 0;
		if (load(&w, false) == 0) { /* the last moment: the new one is in, and there is nothing to change */
			assert_int_equal(w.outcome.result, DDL_RESULT_ALREADY);
			assert_int_equal(ddl_changing_look(directory, who), DDL_CHANGING_KILLED);
			already++;
		} else {
			assert_int_equal(w.outcome.result, DDL_RESULT_REFUSED);
			assert_int_equal(w.outcome.error.code, DDL_E_INTERRUPTED);
			assert_int_equal(load(&w, true), 0);
			assert_int_equal(ddl_changing_look(directory, who), DDL_CHANGING_NOBODY);
		}
		fake_kernel_free(w.fake);
	}
	assert_int_equal(already, 1);
	assert_int_equal(at, 5); /* the old one out, the new one in: before and after */
}

/* What could not be undone is no killed run: a further load is possible, here with what was in the way gone. */
static void a_load_after_one_that_was_not_undone(void **state)
{
	struct world w = world();

	(void)state;
	w.fake->scripts[FAKE_INSERT] = (struct fake_script){ .nth = 1, .until = 2, .code = DDL_E_INSERT, .os_errno = 5 };
	assert_int_equal(load(&w, false), -1);
	assert_int_equal(w.outcome.result, DDL_RESULT_NOT_UNDONE);
	assert_int_equal(ddl_changing_look(directory, who), DDL_CHANGING_NOBODY);
	memset(w.fake->scripts, 0, sizeof w.fake->scripts);
	assert_int_equal(load(&w, false), 0);
	assert_int_equal(w.outcome.result, DDL_RESULT_WORKS);
	fake_kernel_free(w.fake);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(one_at_a_time),
		TEST(a_killed_run_leaves_its_mark),
		TEST(the_mark_is_only_text),
		TEST(no_place_for_the_lock),
		TEST(signals_wait_till_the_end),
		TEST(killed_in_a_load),
		TEST(a_load_after_one_that_was_not_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
