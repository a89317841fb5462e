// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the list that fills while it is shown: workers that answer, hang, crash and lie; news of the kernel. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "source/monitor.h"
#include "source/mount.h"
#include "tree.h"

static struct ddl_arena *arena;
static struct ddl_question question;
static struct ddl_monitor_call call;
static struct ddl_error error;

/* What is on a source, by its name. */
static void look(void *arg, struct ddl_source *source, struct ddl_monitor_found *found)
{
	assert_ptr_equal(arg, &call);
	switch (*source->name) {
	case 'h':
		for (;;)
			(void)pause();
	case 'c':
		(void)raise(SIGKILL);
		break;
	case 'l': /* led astray by what it read */
		*found = (struct ddl_monitor_found){ UINT32_MAX, UINT32_MAX, UINT32_MAX };
		break;
	case 's': /* slow, but alive */
		for (unsigned i = 0; i < 50; i++) {
			ddl_monitor_beat();
			(void)poll(NULL, 0, 100);
		}
		found->packs = 3;
		break;
	default:
		*found = (struct ddl_monitor_found){ 2, 1, DDL_OK };
	}
}

static void add_device(const char *name, const char *size, bool image)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "live/sys/class/block/%s/size", name);
	tree_file(path, size);
	(void)snprintf(path, sizeof(path), "live/sys/class/block/%s/removable", name);
	tree_file(path, "1\n");
	if (image)
		assert_true(tree_shell("mkdir -p live/dev; cp stick.img live/dev/%s", name));
}

static int begin(void **state)
{
	(void)state;
	arena = ddl_arena_new();
	question = (struct ddl_question){ .kind = DDL_ASK_SOURCE };
	ddl_error_clear(&error);
	tree_directory("live");
	assert_true(tree_shell("PATH=$PATH:/usr/sbin:/sbin; rm -rf live stick.img; truncate -s 1M stick.img && "
			       "mkfs.vfat -n STICK stick.img >/dev/null && mkdir -p live/sys/class/block"));
	call = (struct ddl_monitor_call){
		.arena = arena, .uevents = -1, .look = look, .arg = &call, .media = ddl_arena_dup(arena, tree_path("live/media"))
	};
	return arena ? 0 : -1;
}

/* Where "/" is no mount (in a chroot) nothing can be mounted apart, and workers leave media alone. */
static void need_looks(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(ddl_mount_in_job(call.media) ? 0 : 1);
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	if (status != 0)
		skip();
}

/* No worker outlives the list. */
static int end(void **state)
{
	pid_t gone = 0;

	(void)state;
	ddl_monitor_stop(question.live);
	for (unsigned i = 0; i < 200 && gone >= 0; i++) {
		gone = waitpid(-1, NULL, WNOHANG);
		(void)poll(NULL, 0, 10);
	}
	assert_int_equal(gone, -1);
	assert_int_equal(errno, ECHILD);
	ddl_arena_free(arena);
	return 0;
}

static void start(void)
{
	call.devices = ddl_devices_list(arena, tree_path("live"), &error);
	assert_non_null(call.devices);
	assert_int_equal(ddl_monitor_start(&call, &question, &error), 0);
}

static const struct ddl_source *named(const char *name)
{
	for (size_t i = 0; i < question.n_sources; i++)
		if (strcmp(question.sources[i]->name, name) == 0)
			return question.sources[i];
	fail_msg("%s is not in the list", name);
	return NULL;
}

/* Until the source is in this state; the machine may be slow. */
static void wait_for(const char *name, enum ddl_look_state state)
{
	for (unsigned i = 0; i < 600 && named(name)->look != state; i++) {
		struct pollfd fd = { question.watch_fd, POLLIN, 0 };

		if (poll(&fd, 1, 100) > 0)
			(void)ddl_monitor_news(&question);
	}
	assert_int_equal(named(name)->look, state);
}

static void fills_while_one_hangs(void **state)
{
	static const char *const names[] = { "hangs", "crashes", "lies", "good", "more", "other" };

	(void)state;
	need_looks();
	for (size_t i = 0; i < 6; i++)
		add_device(names[i], "2048\n", true);
	start();
	assert_int_equal(question.n_sources, 6); /* at once, whatever is not known yet */
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(named(names[i])->look, DDL_LOOK_UNDER_WAY);
	for (size_t i = 1; i < 6; i++)
		wait_for(names[i], DDL_LOOK_DONE);
	assert_string_equal(named("good")->label, "STICK");
	assert_string_equal(named("good")->format, "vfat");
	assert_true(named("good")->usable);
	assert_int_equal(named("other")->packs, 2);
	assert_int_equal(named("other")->fitting, 1);
	assert_int_equal(named("crashes")->found, DDL_E_DAMAGED);
	assert_int_equal(named("crashes")->packs, 0);
	assert_int_equal(named("lies")->packs, DDL_MAX_REPOSITORIES);
	assert_int_equal(named("lies")->found, DDL_E_DAMAGED);
	for (unsigned i = 0; i < 600 && named("hangs")->trouble.code == DDL_OK; i++) {
		(void)poll(NULL, 0, 100);
		(void)ddl_monitor_news(&question);
	}
	assert_int_equal(named("hangs")->trouble.code, DDL_E_TIMEOUT);
	assert_int_equal(named("hangs")->look, DDL_LOOK_UNDER_WAY);
}

/* Those that hang do not keep the rest from being looked at. */
static void many_that_hang(void **state)
{
	static const char *const names[] = { "h1", "h2", "h3", "h4", "h5", "h6" };

	(void)state;
	need_looks();
	for (size_t i = 0; i < 6; i++)
		add_device(names[i], "2048\n", true);
	add_device("slow", "2048\n", true);
	start();
	wait_for("slow", DDL_LOOK_DONE);
	assert_int_equal(named("slow")->trouble.code, DDL_OK);
	assert_int_equal(named("slow")->packs, 3);
}

static void nothing_to_look_into(void **state)
{
	(void)state;
	add_device("absent", "2048\n", false);
	add_device("empty", "0\n", true);
	assert_true(tree_shell("truncate -s 0 live/dev/empty; truncate -s 1M live/dev/blank"));
	add_device("blank", "2048\n", false);
	start();
	wait_for("absent", DDL_LOOK_DONE);
	wait_for("blank", DDL_LOOK_DONE);
	assert_int_equal(named("absent")->trouble.code, DDL_E_OPEN);
	assert_int_equal(named("blank")->found, DDL_OK);
	assert_string_equal(named("blank")->format, "");
	assert_int_equal(named("blank")->packs, 0);
}

/* A disk is left out as soon as one of its partitions is known to be a medium. */
static void partitions_are_known_late(void **state)
{
	(void)state;
	need_looks();
	assert_true(
		tree_shell("mkdir -p live/sys/devices/x/sdz/sdz1 live/dev && cp stick.img live/dev/sdz1 && "
			   "truncate -s 2M live/dev/sdz && cd live/sys/devices/x/sdz && echo 4096 >size && "
			   "echo 1 >removable && echo 2048 >sdz1/size && echo 1 >sdz1/partition && cd ../../../class/block && "
			   "ln -s ../../devices/x/sdz . && ln -s ../../devices/x/sdz/sdz1 ."));
	start();
	assert_int_equal(question.n_sources, 2);
	wait_for("sdz1", DDL_LOOK_DONE);
	assert_int_equal(question.n_sources, 1);
}

static void the_initrds_own(void **state)
{
	(void)state;
	need_looks();
	tree_file("live/ddload/README", ""); /* an empty one is no source */
	start();
	assert_int_equal(question.n_sources, 1);
	wait_for(DDL_OWN_PACKS, DDL_LOOK_DONE);
	assert_int_equal(named(DDL_OWN_PACKS)->packs, 2);
}

static void the_kernel_speaks(void **state)
{
	static const char added[] = "add@/x\0ACTION=add\0SUBSYSTEM=block", other[] = "add@/x\0ACTION=add\0SUBSYSTEM=usb";
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	call.uevents = ends[0];
	assert_int_equal(ddl_monitor_start(&call, &question, &error), 0); /* without devices */
	assert_int_equal(ddl_monitor_news(&question), DDL_NEWS_NONE);
	assert_int_equal(send(ends[1], other, sizeof(other), 0), sizeof(other));
	assert_int_equal(ddl_monitor_news(&question), DDL_NEWS_NONE);
	assert_int_equal(send(ends[1], added, sizeof(added), 0), sizeof(added));
	assert_int_equal(ddl_monitor_news(&question), DDL_NEWS_MEDIA);
	assert_int_equal(ddl_monitor_news(&question), DDL_NEWS_NONE);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void ejecting(void **state)
{
	struct ddl_question none = { .kind = DDL_ASK_SOURCE };
	struct ddl_source absent = { .name = "x", .path = tree_path("live/none") };
	struct ddl_source *sources[] = { &absent };

	(void)state;
	none.sources = sources;
	none.n_sources = 1;
	assert_int_equal(ddl_monitor_news(&none), DDL_NEWS_NONE);
	assert_int_equal(ddl_monitor_eject(&none, 0, &error), -1);
	assert_int_equal(error.code, DDL_E_OPEN);
	add_device("good", "2048\n", true);
	start();
	assert_int_equal(ddl_monitor_eject(&question, 0, &error), -1); /* a file is no drive */
	assert_int_equal(error.code, DDL_E_EJECT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fills_while_one_hangs),
		TEST(many_that_hang),
		TEST(nothing_to_look_into),
		TEST(partitions_are_known_late),
		TEST(the_initrds_own),
		TEST(the_kernel_speaks),
		TEST(ejecting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
