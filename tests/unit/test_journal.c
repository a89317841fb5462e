// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of the journal: a run that is killed (really, by SIGKILL) before and after every
 * change it makes, going forward or back, and the next one that puts the old state back.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "apply.h"
#include "fake_kernel.h"
#include "plan.h"

#define ALIAS "pci:v00001000d00000060*"
#define MODALIAS "pci:v00001000d00000060sv00001000sd00001013bc01sc04i00"

struct world {
	struct fake_kernel *fake;
	struct ddl_repo *repo;
	struct ddl_plan plan;
	struct ddl_outcome outcome;
	bool unbind;
	struct ddl_log *log;
	char before[512], directory[256];
};

/* The old driver with two disks and its dependents, a chain; a pack with the new one and firmware. */
static struct world *world_new(unsigned dependents, bool loaded)
{
	static const char *const names[] = { "dep_a", "dep_b", "dep_c" };
	static const char *const paths[] = { "/t/dep_a.ko", "/t/dep_b.ko", "/t/dep_c.ko" };
	struct world *w = calloc(1, sizeof *w);
	const char *tmp = getenv("DDL_TMP");
	static unsigned number;
	struct fake_image *old, *new;
	unsigned i;

	assert_non_null(w);
	w->fake = fake_kernel_new();
	w->log = ddl_log_open(NULL, NULL);
	snprintf(w->directory, sizeof w->directory, "%s/journal 50%%-%d-%u", tmp ? tmp : "/tmp",
		 (int)getpid(), number++);
	fake_device(w->fake, "03:00", MODALIAS, DDL_CLASS_STORAGE, "sda,sdb");
	old = fake_image(w->fake, "megaraid_sas", "1", "/t %/megaraid_sas.ko", -1, "", "03:00");
	old->params = "a=1 b=2";
	new = fake_image(w->fake, "megaraid_sas", "2", NULL, 1001, "", "03:00");
	for (i = 0; i < dependents; i++)
		fake_image(w->fake, names[i], "", paths[i], -1, i ? names[i - 1] : "megaraid_sas", "");
	for (i = 0; loaded && i < w->fake->n_images; i++)
		if (w->fake->images[i].path)
			fake_loaded(w->fake, &w->fake->images[i]);
	w->repo = fake_pack(w->fake, "acme");
	fake_pack_module(w->fake, w->repo, new, ALIAS);
	fake_pack_file(w->fake, w->repo, DDL_FILE_FIRMWARE, "lib/firmware/acme/mega 2.bin", "FIRMWARE");
	fake_state(w->fake, w->before, sizeof w->before);
	return w;
}

static void world_free(struct world *w)
{
	ddl_log_close(w->log);
	fake_kernel_free(w->fake);
	free(w);
}

static struct ddl_apply how(const struct world *w)
{
	return (struct ddl_apply){ .arena = w->fake->arena, .kernel = &w->fake->kernel, .log = w->log,
				   .run_directory = w->directory, .settle_ms = 1000 };
}

static bool is_there(const struct world *w, const char *name)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s", w->directory, name);
	return access(path, F_OK) == 0;
}

static int load(struct world *w)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_apply apply = how(w);

	if (ddl_plan_make(w->fake->arena, fake_machine(w->fake), &w->fake->kernel, &w->repo, 1, w->unbind, &w->plan,
			  &error) != 0)
		return -1;
	return ddl_plan_apply(&apply, &w->plan, &w->repo, 1, &w->outcome);
}

static int put_back(struct world *w)
{
	struct ddl_apply apply = how(w);

	return ddl_past_put_back(&apply, &w->plan, &w->outcome);
}

/* Runs it in a child that is killed at that moment; false when it came to its end before. */
static bool killed_in(struct world *w, unsigned at, int (*what)(struct world *w))
{
	pid_t child;
	int status;

	w->fake->moments = 0;
	w->fake->dies_at = at;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)what(w);
		if (w->outcome.result == DDL_RESULT_REFUSED)
			fprintf(stderr, "refused: %s\n", w->outcome.error.text);
		_exit(w->outcome.result == DDL_RESULT_REFUSED);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	w->fake->dies_at = 0;
	if (WIFEXITED(status)) {
		assert_int_equal(WEXITSTATUS(status), 0);
		return false;
	}
	assert_int_equal(WTERMSIG(status), SIGKILL);
	return true;
}

static void assert_as_before(const struct world *w)
{
	char now[512];

	assert_string_equal(fake_state(w->fake, now, sizeof now), w->before);
	assert_string_equal(w->fake->firmware_path, "");
	assert_false(is_there(w, "firmware/acme/mega 2.bin"));
	assert_false(is_there(w, "journal"));
	assert_true(!w->fake->images[0].loaded || !*w->fake->images[0].given ||
		    strcmp(w->fake->images[0].given, "a=1 b=2") == 0);
}

/* What the next run does: it asks where that is needed, and in the end all is as before. */
static bool resume(struct world *w)
{
	struct ddl_apply apply = how(w);
	struct ddl_error error = DDL_ERROR_INIT;
	bool needed;

	assert_int_equal(ddl_past_look(&apply, &w->plan, &needed, &error), 0);
	if (needed) {
		assert_int_equal(put_back(w), 0);
		assert_int_equal(w->outcome.result, DDL_RESULT_UNDONE);
		assert_int_equal(w->outcome.n_left_over, 0);
	} else {
		ddl_past_forget(&apply);
	}
	return needed;
}

static void killed_forward_with(unsigned dependents, bool cuts_probe)
{
	unsigned at, needed = 0;

	for (at = 1;; at++) {
		struct world *w = world_new(dependents, true);
		bool killed;

		w->fake->cuts_probe = cuts_probe;
		killed = killed_in(w, at, load);
		if (killed) {
			needed += resume(w);
			assert_as_before(w);
		}
		world_free(w);
		if (!killed)
			break;
	}
	/* firmware path, each unload, each insert: before and after */
	assert_int_equal(at - 1, 2 * (1 + 2 * (dependents + 1)));
	assert_int_equal(needed, at - 1 - 3); /* not before the first unload has happened */
}

static void killed_forward(void **state)
{
	unsigned dependents;

	(void)state;
	for (dependents = 0; dependents <= 3; dependents++) {
		killed_forward_with(dependents, false);
		killed_forward_with(dependents, true);
	}
}

/* Nothing was loaded before: what came in goes out. */
static void killed_fresh(void **state)
{
	unsigned at;

	(void)state;
	for (at = 1;; at++) {
		struct world *w = world_new(0, false);
		bool killed = killed_in(w, at, load);

		if (killed) {
			assert_int_equal(resume(w), at == 4); /* the insert has happened */
			assert_as_before(w);
		}
		world_free(w);
		if (!killed)
			break;
	}
	assert_int_equal(at, 5);
}

/* The nth insert fails, and the way back is cut off at each moment; how many there were. */
static unsigned killed_on_the_way_back(unsigned dependents, unsigned nth, bool cuts_probe)
{
	unsigned at;

	for (at = 1;; at++) {
		struct world *w = world_new(dependents, true);
		bool killed;

		w->fake->cuts_probe = cuts_probe;
		fake_fail(w->fake, FAKE_INSERT, nth, DDL_E_INSERT_INIT, ENODEV, NULL);
		killed = killed_in(w, at, load);
		w->fake->scripts[FAKE_INSERT].nth = 0;
		if (killed)
			resume(w);
		assert_as_before(w);
		world_free(w);
		if (!killed)
			return at;
	}
}

/* The driver's own insert fails, or that of each dependent. */
static void killed_backward(void **state)
{
	unsigned dependents, nth;

	(void)state;
	for (dependents = 0; dependents <= 3; dependents++) {
		for (nth = 1; nth <= dependents + 1; nth++) {
			unsigned moments = killed_on_the_way_back(dependents, nth, false);

			assert_true(moments > 2 * (dependents + 1 + nth));
			assert_int_equal(killed_on_the_way_back(dependents, nth, true), moments);
		}
	}
}

/* The run that puts back is killed as well, at each moment, and the third one does it. */
static void killed_twice(void **state)
{
	unsigned first, second;

	(void)state;
	for (first = 5; first <= 14; first++) {
		for (second = 1;; second++) {
			struct world *w = world_new(2, true);
			bool again;

			assert_true(killed_in(w, first, load));
			again = killed_in(w, second, put_back);
			if (again)
				resume(w);
			assert_as_before(w);
			world_free(w);
			if (!again)
				break;
		}
	}
}

/* One device taken from the wrong driver, killed at each moment: it has it again, override and all. */
static void killed_unbinding(void **state)
{
	unsigned at;

	(void)state;
	for (at = 1;; at++) {
		struct world *w = world_new(0, false);
		bool killed;

		fake_loaded(w->fake, fake_image(w->fake, "generic", "9", "/t/generic.ko", -1, "", "03:00"));
		snprintf(w->fake->devices[0].override, sizeof w->fake->devices[0].override, "generic");
		fake_state(w->fake, w->before, sizeof w->before);
		w->unbind = true;
		killed = killed_in(w, at, load);
		if (killed) {
			resume(w);
			assert_as_before(w);
			assert_string_equal(w->fake->devices[0].override, "generic");
		}
		world_free(w);
		if (!killed)
			break;
	}
	assert_int_equal(at, 9); /* firmware, unbind, insert, bind: before and after */
}

/* It came to its end, and only the journal was left: the new state stays. */
static void done_but_for_the_journal(void **state)
{
	struct world *w = world_new(1, true);
	struct ddl_apply apply = how(w);
	struct ddl_error error = DDL_ERROR_INIT;
	char path[512], text[4096] = "";
	bool needed;
	FILE *file;

	(void)state;
	assert_true(killed_in(w, 10, load)); /* the last insert has happened: not waited for the disks yet */
	snprintf(path, sizeof path, "%s/journal", w->directory);
	file = fopen(path, "a+");
	assert_non_null(file);
	fputs("done 4\nbegin 5\n", file);
	fflush(file);
	assert_int_equal(ddl_past_look(&apply, &w->plan, &needed, &error), 0);
	assert_true(needed);
	assert_int_equal(w->plan.n_ops, 6);
	assert_int_equal(w->plan.ops[4].state, DDL_OP_DONE);
	assert_string_equal(w->plan.ops[2].tree_path, "/t %/megaraid_sas.ko");
	assert_string_equal(w->plan.ops[2].params, "a=1 b=2");
	fputs("done 5\nundo", file); /* and a line that was not finished */
	rewind(file);
	assert_true(fread(text, 1, sizeof text - 1, file) > 0);
	fclose(file);
	assert_int_equal(ddl_past_look(&apply, &w->plan, &needed, &error), 0);
	assert_false(needed);
	ddl_past_forget(&apply);
	assert_false(is_there(w, "journal"));
	assert_true(is_there(w, "firmware/acme/mega 2.bin"));
	assert_string_equal(fake_state(w->fake, path, sizeof path),
			    "megaraid_sas@2 dep_a@ | 03:00=megaraid_sas:2");
	world_free(w);
}

/* The old driver is not to be had any more: said, and the journal stays for another try. */
static void cannot_be_put_back(void **state)
{
	struct world *w = world_new(0, true);

	(void)state;
	assert_true(killed_in(w, 6, load));
	fake_fail(w->fake, FAKE_INSERT, w->fake->calls[FAKE_INSERT] + 1, DDL_E_INSERT_FORMAT, ENOEXEC, NULL);
	assert_int_equal(put_back(w), -1);
	assert_int_equal(w->outcome.result, DDL_RESULT_NOT_UNDONE);
	assert_int_equal(w->outcome.error.code, DDL_E_UNDONE_PARTLY);
	assert_true(w->outcome.n_left_over >= 2); /* the module, its controller */
	assert_true(is_there(w, "journal"));
	assert_int_equal(put_back(w), 0);
	assert_as_before(w);
	world_free(w);
}

static void write_journal(const struct world *w, const char *text, mode_t mode)
{
	char path[512];
	FILE *file;

	(void)mkdir(w->directory, 0755);
	snprintf(path, sizeof path, "%s/journal", w->directory);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void not_a_journal(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
		enum ddl_code code;
	} rows[] = {
		{ "", 0600, DDL_OK }, { "ddload-journal 1", 0600, DDL_OK }, { "ddload-journal 1\n", 0600, DDL_OK },
		{ "ddload-journal 1\n", 0622, DDL_E_DAMAGED }, { "ddload-journal 2\n", 0600, DDL_E_DAMAGED },
		{ "hello\n", 0600, DDL_E_DAMAGED }, { "ddload-journal 1\nop unload\n", 0600, DDL_E_DAMAGED },
		{ "ddload-journal 1\nop fly m - - - - - - - -\n", 0600, DDL_E_DAMAGED },
		{ "ddload-journal 1\nbegin 0\n", 0600, DDL_E_DAMAGED },
		{ "ddload-journal 1\nready\nbegin 0\n", 0600, DDL_E_DAMAGED },
		{ "ddload-journal 1\nop unload m - - - - - - - -\nready\nbegin 1\n", 0600, DDL_E_DAMAGED },
		{ "ddload-journal 1\nop unload m - - - - - - - -\nready\nbegin -1\n", 0600, DDL_E_DAMAGED },
		{ "ddload-journal 1\nready\nop unload m - - - - - - - -\n", 0600, DDL_E_DAMAGED },
		{ "ddload-journal 1\nfile ../../../etc/passwd\n", 0600, DDL_E_DAMAGED },
		{ "ddload-journal 1\nfile /etc/passwd\n", 0600, DDL_E_DAMAGED },
		{ "ddload-journal 1\nfile a%zz\n", 0600, DDL_E_DAMAGED },
		{ "ddload-journal 1\nfile a%00\n", 0600, DDL_E_DAMAGED },
		{ "ddload-journal 1\nfile a%\n", 0600, DDL_E_DAMAGED },
		{ "ddload-journal 1\n\n", 0600, DDL_E_DAMAGED },
		{ "ddload-journal 1\ndevice pci a - m 99999999 0\n", 0600, DDL_E_DAMAGED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world *w = world_new(0, true);
		struct ddl_apply apply = how(w);
		struct ddl_error error = DDL_ERROR_INIT;
		bool needed;
		int result;

		write_journal(w, rows[i].text, rows[i].mode);
		result = ddl_past_look(&apply, &w->plan, &needed, &error);
		if ((result == 0) != (rows[i].code == DDL_OK) || error.code != rows[i].code || needed)
			fail_msg("%s: %d %s", rows[i].text, result, error.text);
		ddl_past_forget(&apply);
		assert_as_before(w);
		assert_int_equal(load(w), 0); /* and the next load is not kept from its work */
		assert_false(is_there(w, "journal"));
		world_free(w);
	}
}

/* Two at a time: the second one changes nothing. */
static void another_run(void **state)
{
	struct world *w = world_new(0, true);
	char path[512], now[512];
	int fd;

	(void)state;
	write_journal(w, "ddload-journal 1\n", 0600);
	snprintf(path, sizeof path, "%s/journal", w->directory);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(load(w), -1);
	assert_int_equal(w->outcome.result, DDL_RESULT_REFUSED);
	assert_int_equal(w->outcome.error.code, DDL_E_BUSY);
	assert_int_equal(put_back(w), -1);
	assert_int_equal(w->outcome.error.code, DDL_E_BUSY);
	assert_string_equal(fake_state(w->fake, now, sizeof now), w->before);
	assert_true(is_there(w, "journal"));
	close(fd);
	assert_int_equal(load(w), 0);
	assert_false(is_there(w, "journal"));
	world_free(w);
}

/* Holds the journal's lock in a process of its own for a moment; then the journal goes, or stays. */
static pid_t holder(const struct world *w, int how, bool removes)
{
	const struct timespec moment = { 0, 60000000 };
	int ready[2], fd;
	char path[512], byte = 0;
	pid_t child;

	snprintf(path, sizeof path, "%s/journal", w->directory);
	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		fd = open(path, O_RDONLY);
		if (fd < 0 || flock(fd, how) != 0 || write(ready[1], &byte, 1) != 1)
			_exit(1);
		(void)nanosleep(&moment, NULL);
		_exit(removes && unlink(path) != 0);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return child;
}

static void end_of(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* The run before removes its journal while the lock is waited for: ours is another file, with the name. */
static void waits_for_one_that_ends(void **state)
{
	struct world *w = world_new(0, true);
	pid_t other;

	(void)state;
	write_journal(w, "ddload-journal 1\n", 0600);
	other = holder(w, LOCK_EX, true);
	assert_true(killed_in(w, 6, load));
	end_of(other);
	assert_true(is_there(w, "journal"));
	assert_true(resume(w));
	assert_as_before(w);
	world_free(w);
}

/* One that only looks keeps no load from its work, and no other from looking. */
static void looks_at_the_same_time(void **state)
{
	struct world *w = world_new(0, true);
	struct ddl_apply apply = how(w);
	struct ddl_error error = DDL_ERROR_INIT;
	bool needed;
	pid_t other;

	(void)state;
	assert_true(killed_in(w, 6, load));
	other = holder(w, LOCK_SH, false);
	assert_int_equal(ddl_past_look(&apply, &w->plan, &needed, &error), 0);
	assert_true(needed);
	assert_int_equal(put_back(w), 0);
	end_of(other);
	assert_as_before(w);
	write_journal(w, "ddload-journal 1\n", 0600);
	other = holder(w, LOCK_EX, true);
	assert_int_equal(ddl_past_look(&apply, &w->plan, &needed, &error), 0);
	assert_false(needed); /* it has gone meanwhile */
	end_of(other);
	world_free(w);
}

/* A link in its place is not followed; the load goes on without a journal. */
static void a_link(void **state)
{
	struct world *w = world_new(0, true);
	char path[512], target[512];

	(void)state;
	(void)mkdir(w->directory, 0755);
	snprintf(path, sizeof path, "%s/journal", w->directory);
	snprintf(target, sizeof target, "%s/target", w->directory);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(load(w), 0);
	assert_false(is_there(w, "target"));
	assert_int_equal(unlink(path), 0);
	world_free(w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_forward), cmocka_unit_test(killed_fresh),
		cmocka_unit_test(killed_backward), cmocka_unit_test(killed_twice),
		cmocka_unit_test(killed_unbinding),
		cmocka_unit_test(done_but_for_the_journal), cmocka_unit_test(cannot_be_put_back),
		cmocka_unit_test(not_a_journal), cmocka_unit_test(another_run),
		cmocka_unit_test(waits_for_one_that_ends), cmocka_unit_test(looks_at_the_same_time),
		cmocka_unit_test(a_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
