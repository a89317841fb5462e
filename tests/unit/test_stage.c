// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of files held in memory: their cap, children that fill them, kernels without memfd. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/stage.h"
#include "process.h"
#include "tree.h"

static void test_keeps_bytes(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_stage *stage = ddl_stage_new(NULL, 0, &error);
	char back[8];
	int fd, other;

	(void)state;
	assert_non_null(stage);
	fd = ddl_stage_create(stage, "a", &error);
	other = ddl_stage_create(stage, "a", &error); /* names need not differ */
	assert_true(fd >= 0 && other >= 0 && fd != other);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(ddl_stage_append(stage, fd, "abc", 3, &error), 0);
	assert_int_equal(ddl_stage_append(stage, fd, "defg", 4, &error), 0);
	assert_int_equal(pread(fd, back, sizeof(back), 0), 7);
	assert_memory_equal(back, "abcdefg", 7);
	assert_int_equal(pread(other, back, sizeof(back), 0), 0);
	ddl_stage_drop(stage, fd, 7);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	ddl_stage_drop(stage, other, 0);
	ddl_stage_free(stage);
	ddl_stage_free(NULL);
}

static void test_cap(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_stage *stage = ddl_stage_new(NULL, 10, &error);
	struct stat st;
	int fd, other, status;
	pid_t child;

	(void)state;
	fd = ddl_stage_create(stage, "a", &error);
	assert_int_equal(ddl_stage_append(stage, fd, "0123456", 7, &error), 0);
	other = ddl_stage_create(stage, "b", &error);
	assert_int_equal(ddl_stage_append(stage, other, "0123", 4, &error), -1);
	assert_int_equal(error.code, DDL_E_STAGE);
	assert_non_null(strstr(error.text, "10 B"));
	assert_int_equal(fstat(other, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(ddl_stage_append(stage, other, "0123456789", SIZE_MAX, &error), -1);
	/* a child, which something may have taken over, can neither give room back nor take it */
	child = fork();
	if (child == 0) {
		ddl_stage_drop(stage, fd, 7);
		_exit(ddl_stage_append(stage, other, "", 0, NULL) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(ddl_stage_append(stage, other, "0123", 4, &error), -1);
	child = fork();
	if (child == 0)
		_exit(ddl_stage_append(stage, other, "", 0, NULL) == 0 && ddl_stage_append(stage, fd, "789", 3, NULL) == 0 ? 0 :
															     1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(ddl_stage_append(stage, other, "012", 3, &error), 0);
	assert_int_equal(ddl_stage_append(stage, other, "0", 1, &error), -1);
	ddl_stage_drop(stage, fd, 7);
	assert_int_equal(ddl_stage_append(stage, other, "0123456", 7, &error), 0);
	assert_int_equal(ddl_stage_append(stage, other, "0", 1, &error), -1);
	ddl_stage_drop(stage, other, 10);
	ddl_stage_free(stage);
}

static size_t entries(const char *path)
{
	DIR *dir = opendir(path);
	size_t count = 0;

	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count;
}

/* The exit status says which check failed. */
static int check_without_memfd(const char *directory)
{
	struct ddl_stage *stage = ddl_stage_new(directory, 1000, NULL);
	char back[4];
	struct stat st;
	int fd = ddl_stage_create(stage, "../x/y", NULL); /* a name is only a name */

	if (fd < 0 || ddl_stage_append(stage, fd, "abc", 3, NULL) < 0)
		return 1;
	if (pread(fd, back, 4, 0) != 3 || memcmp(back, "abc", 3) != 0)
		return 2;
	if (fstat(fd, &st) < 0 || st.st_nlink != 0 || (st.st_mode & 0777) != 0600)
		return 3;
	if (entries(directory) != 2) /* "." and ".." */
		return 4;
	ddl_stage_drop(stage, fd, 3);
	ddl_stage_free(stage);
	return 0;
}

static void test_old_kernel(void **state)
{
	const char *directory = tree_path("staging");
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		forbid_call(SYS_memfd_create, ENOSYS);
		_exit(check_without_memfd(directory));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_no_directory(void **state)
{
	int status;
	pid_t child;

	(void)state;
	tree_file("not-a-directory", "");
	child = fork();
	if (child == 0) {
		struct ddl_error error = DDL_ERROR_INIT;
		struct ddl_stage *stage = ddl_stage_new(tree_path("not-a-directory"), 10, NULL);

		forbid_call(SYS_memfd_create, ENOSYS);
		if (ddl_stage_create(stage, "a", &error) != -1)
			_exit(1);
		_exit(error.code == DDL_E_STAGE && error.os_errno == ENOTDIR ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Root in a container may be without the right to raise a hard limit. */
static bool may_raise(void)
{
	struct rlimit old;
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(getrlimit(RLIMIT_NOFILE, &old) < 0 ||
		      setrlimit(RLIMIT_NOFILE, &(struct rlimit){ old.rlim_cur, old.rlim_cur }) < 0 ||
		      setrlimit(RLIMIT_NOFILE, &(struct rlimit){ old.rlim_cur, old.rlim_cur + 1 }) < 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status == 0;
}

/* In a child, whose limits are its own. As the kernel starts init: 1,024 of 4,096. */
static int check_many_files(rlim_t hard, int count)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_stage *stage = ddl_stage_new(NULL, 0, NULL);
	int last = -1;

	if (setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 1024, hard }) < 0)
		return 1;
	for (int i = 0; i < count; i++) {
		last = ddl_stage_create(stage, "firmware", &error);
		if (last < 0)
			return error.os_errno == EMFILE ? 2 : 3;
	}
	return last >= count ? 0 : 4;
}

static int many_files(rlim_t hard, int count, uid_t user)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(user && setuid(user) < 0 ? 5 : check_many_files(hard, count));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* A package with thousands of firmware files: each is a descriptor. */
static void test_many_files(void **state)
{
	(void)state;
	assert_int_equal(many_files(8192, 5000, 0), 0);
	if (geteuid() == 0) {
		assert_int_equal(many_files(4096, 20000, 0), may_raise() ? 0 : 2);
		assert_int_equal(many_files(4096, 4000, 65534), 0);
		assert_int_equal(many_files(4096, 4200, 65534), 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keeps_bytes),  cmocka_unit_test(test_cap),        cmocka_unit_test(test_old_kernel),
		cmocka_unit_test(test_no_directory), cmocka_unit_test(test_many_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
