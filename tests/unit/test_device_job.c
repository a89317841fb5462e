// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of children that touch devices: what they give, that they are left behind, and close. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "process.h"
#include "process/device_job.h"
#include "process/reaper.h"

static int gives(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	int fd = open(arg, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? ddl_fail(error, DDL_E_OPEN, errno, "%s", (char *)arg) : ddl_sink_give(sink, fd, error);
}

static int gives_two(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	return gives((char[]){ "/dev/null" }, sink, error) < 0 ? -1 : gives(arg, sink, error);
}

static int gives_and_fails(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	return gives(arg, sink, error) < 0 ? -1 : ddl_fail(error, DDL_E_READ, EIO, "%s", "x");
}

static int hangs(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	(void)arg;
	(void)sink;
	(void)error;
	for (;;)
		(void)pause();
	return 0;
}

static int crashes(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	(void)sink;
	(void)error;
	_exit(*(int *)arg);
	return 0;
}

/* Only `keep` is open, beside the way back and what leads nowhere. */
static int counts(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	int open_ones = 0;

	(void)sink;
	for (int fd = 0; fd < 256; fd++)
		open_ones += fcntl(fd, F_GETFD) >= 0;
	if (fcntl(*(int *)arg, F_GETFD) < 0 || open_ones != 5)
		return ddl_fail(error, DDL_E_INTERNAL, 0, "%d", open_ones);
	return 0;
}

static int knows_where(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	(void)arg;
	(void)sink;
	return ddl_device_job_inside() ? 0 : ddl_fail(error, DDL_E_INTERNAL, 0, "outside");
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static void no_children(void)
{
	for (unsigned i = 0; i < 500; i++) {
		ddl_reaper_reap();
		if (waitpid(-1, NULL, WNOHANG) < 0)
			break;
		(void)usleep(10000);
	}
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_gives(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	size_t before = open_descriptors();
	struct stat root, given;
	int fd;

	(void)state;
	assert_int_equal(stat("/", &root), 0);
	for (int two = 0; two < 2; two++) {
		assert_int_equal(ddl_device_job(NULL, NULL, 0, 60000, "x", two ? gives_two : gives, (char[]){ "/" }, &fd, &error),
				 0);
		assert_int_equal(fstat(fd, &given), 0);
		assert_int_equal(given.st_ino, root.st_ino);
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		assert_int_equal(close(fd), 0);
	}
	/* nobody wants it, or it is worth nothing */
	assert_int_equal(ddl_device_job(NULL, NULL, 0, 60000, "x", gives, (char[]){ "/" }, NULL, &error), 0);
	assert_int_equal(ddl_device_job(NULL, NULL, 0, 60000, "x", gives_and_fails, (char[]){ "/" }, &fd, &error), -1);
	assert_int_equal(error.code, DDL_E_READ);
	assert_int_equal(fd, -1);
	assert_int_equal(ddl_device_job(NULL, NULL, 0, 60000, "x", gives, (char[]){ "/none" }, &fd, &error), -1);
	assert_int_equal(error.code, DDL_E_OPEN);
	assert_int_equal(error.os_errno, ENOENT);
	assert_int_equal(open_descriptors(), before);
	no_children();
}

static void test_ends(void **state)
{
	struct ddl_confine cancelled = { .go_on = never };
	struct ddl_error error = DDL_ERROR_INIT;
	int fd = open("/", O_RDONLY | O_CLOEXEC), status = 3;

	(void)state;
	assert_int_equal(ddl_device_job(NULL, &fd, 1, 60000, "x", counts, &fd, NULL, &error), 0);
	assert_int_equal(ddl_device_job(NULL, NULL, 0, 200, "the drive", hangs, NULL, NULL, &error), -1);
	assert_int_equal(error.code, DDL_E_TIMEOUT);
	assert_string_equal(error.text, "the drive");
	assert_int_equal(ddl_device_job(&cancelled, NULL, 0, 60000, "x", hangs, NULL, NULL, &error), -1);
	assert_int_equal(error.code, DDL_E_CANCELLED);
	assert_int_equal(ddl_device_job(NULL, NULL, 0, 60000, "x", crashes, &status, NULL, &error), -1);
	assert_int_equal(error.code, DDL_E_DAMAGED);
	assert_int_equal(close(fd), 0);
	no_children();
}

/* When it returns nobody has the descriptor any more. */
static void test_close(void **state)
{
	size_t before = open_descriptors();
	int ends[2];
	char byte;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	ddl_device_job_close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 0);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(open_descriptors(), before);
	no_children();
}

/* What is done in such a child starts none of its own: that would tell a front end that is not there. */
static void inside_and_outside(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	assert_int_equal(ddl_device_job(NULL, NULL, 0, 0, "x", knows_where, NULL, NULL, &error), 0);
	assert_false(ddl_device_job_inside());
}

/* The exit status says which check failed. */
static int check_without_processes(void)
{
	struct ddl_error error = DDL_ERROR_INIT;
	size_t before = open_descriptors();
	int given = -1;

	forbid_call(SYS_clone, EAGAIN);
	if (ddl_device_job(NULL, NULL, 0, 0, "x", gives, "/dev/null", &given, &error) != -1 || given != -1)
		return 1;
	if (error.code != DDL_E_MEMORY || error.os_errno != EAGAIN)
		return 2;
	ddl_device_job_close(open("/dev/null", O_RDONLY | O_CLOEXEC));
	return open_descriptors() == before ? 0 : 3;
}

/* There may be no more processes: said, and nothing is left open. */
static void no_more_processes(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0)
		_exit(check_without_processes());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gives),         cmocka_unit_test(test_ends),         cmocka_unit_test(test_close),
		cmocka_unit_test(inside_and_outside), cmocka_unit_test(no_more_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
