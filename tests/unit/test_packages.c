// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of packages read by children and staged: bytes, progress, kept packages, memory short, descriptors short. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "package/packages.h"
#include "process.h"
#include "rig.h"
#include "tree.h"

enum { N = 5 };

static struct ddl_arena *arena;
static struct ddl_medium *medium;
static struct ddl_stage *stage;
static struct ddl_package packages[N];
static struct ddl_package_wish wishes[N];
static struct ddl_packages_call call;
static struct ddl_error error;
static struct built rpms[N], module;
static uint64_t done, total;
static unsigned finished;
static size_t descriptors;

static void progress(void *arg, uint64_t now, uint64_t all, const struct ddl_package *package)
{
	assert_ptr_equal(arg, &call);
	assert_true(now > done && now <= all && (!total || all == total));
	assert_non_null(package);
	done = now;
	total = all;
}

static void finish(void *arg, const struct ddl_package *package)
{
	(void)arg;
	assert_true(package->state != DDL_PKG_UNREAD);
	finished++;
}

static int begin(void **state)
{
	struct ddl_source source = { .kind = DDL_SOURCE_DIRECTORY, .name = "m", .path = tree_path("medium") };

	(void)state;
	assert_true(tree_shell("rm -rf medium"));
	tree_directory("medium/sub");
	descriptors = open_descriptors();
	arena = ddl_arena_new();
	ddl_error_clear(&error);
	medium = ddl_medium_open(&source, "", NULL, &error);
	assert_non_null(medium);
	stage = ddl_stage_new(NULL, 0, &error);
	module = build_driver("a", "1", "6.1", "");
	done = total = 0;
	finished = 0;
	for (unsigned i = 0; i < N; i++) {
		uint8_t *filling = malloc(100000 * (i + 1)); /* several messages long */
		struct entry entries[] = { { "lib/modules/a.ko", module.bytes, module.length, 0, NULL, 0 },
					   { "lib/firmware/a.bin", filling, 100000 * (i + 1), 0, NULL, 0 } };
		struct built payload;
		char name[32];

		for (size_t at = 0; at < 100000 * (i + 1); at++)
			filling[at] = tree_byte(at, i);
		payload = build_archive(KIND_CPIO, "gzip", entries, 2);
		rpms[i] = build_rpm("a", "1", "1", &payload);
		built_free(&payload);
		free(filling);
		(void)snprintf(name, sizeof(name), "medium/sub/%u.rpm", i);
		tree_file(name, "");
		{
			int fd = open(tree_path(name), O_WRONLY);

			assert_int_equal(write(fd, rpms[i].bytes, rpms[i].length), rpms[i].length);
			(void)close(fd);
		}
		packages[i] = (struct ddl_package){ .label = "a",
						    .type = DDL_PKG_DRIVER_RPM,
						    .kernel = "6.1",
						    .root = "",
						    .file = ddl_arena_printf(arena, "%u.rpm", i),
						    .options = "",
						    .size = rpms[i].length,
						    .version = "",
						    .digest = ddl_arena_dup(arena, md5_hex(rpms[i].bytes, rpms[i].length)),
						    .fd = -1 };
		wishes[i] = (struct ddl_package_wish){ &packages[i], true, false };
	}
	call = (struct ddl_packages_call){ .arena = arena,
					   .medium = medium,
					   .directory = "sub",
					   .stage = stage,
					   .progress = progress,
					   .finished = finish,
					   .arg = &call };
	return 0;
}

static void drop_all(void)
{
	for (unsigned i = 0; i < N; i++) {
		if (packages[i].fd >= 0)
			ddl_stage_drop(stage, packages[i].fd, packages[i].size);
		for (size_t f = 0; f < packages[i].n_files; f++)
			if (packages[i].files[f]->fd >= 0)
				ddl_stage_drop(stage, packages[i].files[f]->fd, packages[i].files[f]->size);
	}
}

static int end(void **state)
{
	(void)state;
	drop_all();
	for (unsigned i = 0; i < N; i++)
		built_free(&rpms[i]);
	built_free(&module);
	ddl_stage_free(stage);
	ddl_medium_close(medium);
	ddl_arena_free(arena);
	assert_int_equal(open_descriptors(), descriptors);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return 0;
}

static void assert_holds(int fd, const uint8_t *bytes, size_t n)
{
	uint8_t *copy = malloc(n + 1);

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, copy, n + 1, 0), n);
	assert_memory_equal(copy, bytes, n);
	free(copy);
}

static void keep_all(void)
{
	for (unsigned i = 0; i < N; i++)
		wishes[i].keep = true;
}

static void stages_what_they_hold(void **state)
{
	uint64_t all = 0;

	(void)state;
	keep_all();
	assert_int_equal(ddl_packages_read(&call, wishes, N, &error), 0);
	for (unsigned i = 0; i < N; i++) {
		all += rpms[i].length;
		assert_int_equal(packages[i].state, DDL_PKG_STAGED);
		assert_string_equal(packages[i].version, "1-1");
		assert_int_equal(packages[i].n_files, 2);
		assert_holds(packages[i].fd, rpms[i].bytes, rpms[i].length);
		assert_holds(packages[i].files[0]->fd, module.bytes, module.length);
		assert_int_equal(packages[i].files[1]->size, 100000 * (i + 1));
		for (size_t at = 0; at < 100000 * (i + 1); at += 997) {
			uint8_t byte;

			assert_int_equal(pread(packages[i].files[1]->fd, &byte, 1, (off_t)at), 1);
			assert_int_equal(byte, tree_byte(at, i));
		}
		assert_ptr_equal(packages[i].modules[0]->file, packages[i].files[0]);
	}
	assert_int_equal(finished, N);
	assert_true(done == all && total == all); /* each byte once */
}

static void one_reader_for_a_disc(void **state)
{
	(void)state;
	(void)strcpy(medium->name, "sr0");
	assert_int_equal(ddl_packages_read(&call, wishes, N, &error), 0);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(packages[i].state, DDL_PKG_STAGED);
		assert_int_equal(packages[i].fd, -1); /* not kept */
	}
}

static void tested_first_and_unpacked_later(void **state)
{
	(void)state;
	wishes[0].unpack = false;
	assert_int_equal(ddl_packages_read(&call, wishes, 1, &error), 0);
	assert_int_equal(packages[0].state, DDL_PKG_TESTED);
	assert_int_equal(packages[0].n_files, 0);
	wishes[0].unpack = true;
	done = total = 0;
	assert_int_equal(ddl_packages_read(&call, wishes, 1, &error), 0);
	assert_int_equal(packages[0].state, DDL_PKG_STAGED);
	assert_int_equal(packages[0].n_files, 2);
}

/* What is no plain file below the medium is as if it were not there. */
static void links_and_others_are_not_followed(void **state)
{
	(void)state;
	assert_true(tree_shell("cd medium/sub && cp 0.rpm ../../outside.rpm && rm 0.rpm 1.rpm 2.rpm 3.rpm && "
			       "ln -s ../../outside.rpm 0.rpm && mkfifo 1.rpm && mkdir 2.rpm"));
	packages[3].file = "../../outside.rpm";
	assert_int_equal(ddl_packages_read(&call, wishes, N, &error), 0);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(packages[i].state, DDL_PKG_BAD);
		assert_int_equal(packages[i].trouble.code, DDL_E_NO_PACKAGE);
	}
	assert_int_equal(packages[4].state, DDL_PKG_STAGED);
	assert_int_equal(finished, N);
}

/* One that cannot be opened is that one's trouble; the others are tested. */
static void one_that_cannot_be_opened(void **state)
{
	(void)state;
	assert_int_equal(unlink(tree_path("medium/sub/1.rpm")), 0);
	assert_int_equal(mknod(tree_path("medium/sub/1.rpm"), S_IFSOCK | 0600, 0), 0); /* opening gives ENXIO */
	assert_int_equal(ddl_packages_read(&call, wishes, N, &error), 0);
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(packages[i].state, i == 1 ? DDL_PKG_BAD : DDL_PKG_STAGED);
	assert_int_equal(packages[1].trouble.code, DDL_E_GONE);
	assert_int_equal(packages[1].trouble.os_errno, ENXIO);
	assert_int_equal(finished, N);
}

static void damaged_ones_stage_nothing(void **state)
{
	size_t before = open_descriptors();

	(void)state;
	keep_all();
	for (unsigned i = 0; i < N; i++)
		packages[i].digest = "00000000000000000000000000000000";
	assert_int_equal(ddl_packages_read(&call, wishes, N, &error), 0);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(packages[i].trouble.code, DDL_E_CHECKSUM);
		assert_int_equal(packages[i].fd, -1);
		for (size_t f = 0; f < packages[i].n_files; f++)
			assert_int_equal(packages[i].files[f]->fd, -1);
	}
	assert_int_equal(open_descriptors(), before);
}

static void memory_for_staging_is_short(void **state)
{
	(void)state;
	ddl_stage_free(stage);
	stage = ddl_stage_new(NULL, 200000, &error);
	call.stage = stage;
	assert_int_equal(ddl_packages_read(&call, wishes, N, &error), -1);
	assert_int_equal(error.code, DDL_E_STAGE);
	drop_all();
	for (unsigned i = 0; i < N; i++)
		packages[i] = (struct ddl_package){ .fd = -1 };
	/* all of it was given back */
	{
		int fd = ddl_stage_create(stage, "x", &error);
		static uint8_t bytes[200000];

		assert_int_equal(ddl_stage_append(stage, fd, bytes, sizeof(bytes), &error), 0);
		ddl_stage_drop(stage, fd, sizeof(bytes));
	}
}

static bool stop(void *arg)
{
	unsigned *left = arg;

	return (*left)-- > 0;
}

static void cancelled(void **state)
{
	unsigned left = 2;

	(void)state;
	call.confine.go_on = stop;
	call.confine.go_on_arg = &left;
	keep_all();
	assert_int_equal(ddl_packages_read(&call, wishes, N, &error), -1);
	assert_int_equal(error.code, DDL_E_CANCELLED);
	for (unsigned i = 0; i < N; i++)
		assert_true(packages[i].state == DDL_PKG_UNREAD || packages[i].state == DDL_PKG_STAGED);
}

/* No descriptors left to open a package with: said, and nothing of ours is closed for it. */
static void descriptors_are_short(void **state)
{
	struct rlimit old, few;
	int next = dup(0), code, result;

	(void)state;
	(void)close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = old;
	few.rlim_cur = (rlim_t)next;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	result = ddl_packages_read(&call, wishes, N, &error);
	code = fcntl(0, F_GETFD);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(result, -1);
	assert_int_equal(error.os_errno, EMFILE);
	assert_true(code >= 0); /* standard input is still there */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(stages_what_they_hold),           TEST(one_reader_for_a_disc),
		TEST(tested_first_and_unpacked_later), TEST(links_and_others_are_not_followed),
		TEST(one_that_cannot_be_opened),       TEST(damaged_ones_stage_nothing),
		TEST(memory_for_staging_is_short),     TEST(cancelled),
		TEST(descriptors_are_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
