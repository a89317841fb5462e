// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of files below a directory: opened and created there only, removed, read. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "process.h"
#include "tree.h"

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

static void make_tree(void)
{
	static bool made;

	if (made)
		return;
	made = true;
	tree_file("t/file", "hello");
	tree_file("t/sub/deep/file", "deep");
	tree_file("outside", "secret");
	tree_link("t/link", "file");
	tree_link("t/out", "../outside");
	tree_link("t/sub/up", "..");
	tree_link("t/abs", "/etc");
	tree_directory("t/dir");
	assert_int_equal(mkfifo(tree_path("t/fifo"), 0644), 0);
}

static int top(void)
{
	int fd = open(tree_path("t"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* What opening must do, whichever way the kernel lets it be done. Plain exit codes: this also runs in a child. */
static int check_open(int at)
{
	static const struct {
		const char *name;
		enum ddl_code code;
		int os_errno;
	} bad[] = {
		{ "absent", DDL_E_OPEN, ENOENT },    { "absent/file", DDL_E_OPEN, ENOENT },  { "file/x", DDL_E_OPEN, ENOTDIR },
		{ "link", DDL_E_OPEN, ELOOP },       { "out", DDL_E_OPEN, ELOOP },           { "sub/up/file", DDL_E_OPEN, ELOOP },
		{ "abs/passwd", DDL_E_OPEN, ELOOP }, { "dir", DDL_E_OPEN, EISDIR },          { "fifo", DDL_E_OPEN, EINVAL },
		{ "../outside", DDL_E_PATH, 0 },     { "sub/../../outside", DDL_E_PATH, 0 }, { "", DDL_E_PATH, 0 },
	};
	char buffer[16] = "";
	int fd = ddl_file_open(at, "/sub//deep/file", NULL);

	if (fd < 0 || ddl_file_read_full(fd, buffer, sizeof(buffer)) != 4 || memcmp(buffer, "deep", 4) != 0)
		return 100;
	if (!(fcntl(fd, F_GETFD) & FD_CLOEXEC))
		return 101;
	close(fd);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ddl_error error = DDL_ERROR_INIT;

		if (ddl_file_open(at, bad[i].name, &error) >= 0 || error.code != bad[i].code || error.os_errno != bad[i].os_errno)
			return (int)i + 1;
	}
	fd = ddl_file_open_dir(at, "sub/deep", NULL);
	if (fd < 0 || faccessat(fd, "file", F_OK, 0) != 0)
		return 102;
	close(fd);
	if (ddl_file_open_dir(at, "sub/up", NULL) >= 0 || ddl_file_open_dir(at, "file", NULL) >= 0 ||
	    ddl_file_open_dir(at, "..", NULL) >= 0)
		return 103;
	fd = ddl_file_open_dir(at, "", NULL);
	if (fd < 0 || faccessat(fd, "sub", F_OK, 0) != 0)
		return 104;
	close(fd);
	return 0;
}

static void test_open(void **state)
{
	int at;

	(void)state;
	make_tree();
	at = top();
	assert_int_equal(check_open(at), 0);
	close(at);
}

static void test_open_old_kernel(void **state)
{
	static const unsigned causes[] = { ENOSYS, EPERM };

	(void)state;
	make_tree();
	for (size_t i = 0; i < 2; i++) {
		int status, at = top();
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0) {
			forbid_call(SYS_openat2, causes[i]);
			_exit(check_open(at));
		}
		close(at);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

static void test_create(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct stat st;
	int at, fd;

	(void)state;
	make_tree();
	at = top();
	fd = ddl_file_create(at, "new/lib/firmware/x.bin", &error);
	assert_true(fd >= 0);
	assert_int_equal(ddl_file_write_full(fd, "abc", 3), 0);
	close(fd);
	assert_int_equal(stat(tree_path("t/new/lib/firmware/x.bin"), &st), 0);
	assert_int_equal(st.st_size, 3);
	assert_int_equal(st.st_mode & 0133, 0);
	assert_int_equal(ddl_file_create(at, "new/lib/firmware/x.bin", &error), -1);
	assert_int_equal(error.os_errno, EEXIST);
	/* neither through a link nor out of the directory */
	assert_int_equal(ddl_file_create(at, "sub/up/made", &error), -1);
	assert_int_equal(ddl_file_create(at, "out", &error), -1);
	assert_int_equal(ddl_file_create(at, "../made", &error), -1);
	assert_int_equal(error.code, DDL_E_PATH);
	assert_int_equal(access(tree_path("t/made"), F_OK), -1);
	assert_int_equal(access(tree_path("made"), F_OK), -1);
	close(at);
}

static void test_make_directories(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(ddl_file_make_directories(tree_path("made/by/us/"), 0700), 0);
	assert_int_equal(stat(tree_path("made/by"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(stat(tree_path("made/by/us"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(ddl_file_make_directories(tree_path("made/by"), 0700), 0); /* there: as it is */
	assert_int_equal(stat(tree_path("made/by"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	tree_file("made/file", "");
	assert_int_equal(ddl_file_make_directories(tree_path("made/file/x"), 0755), -1);
	assert_int_equal(errno, ENOTDIR);
}

static void test_remove_tree(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	int at;

	(void)state;
	tree_file("kept/file", "untouched");
	tree_file("remove/tree/a/b/c", "x");
	tree_file("remove/tree/d", "x");
	tree_file("remove/beside", "x");
	tree_link("remove/tree/a/link", "../../../kept");
	tree_link("remove/link", "../kept");
	at = open(tree_path("remove"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(at >= 0);
	assert_int_equal(ddl_file_remove_tree(at, "tree", &error), 0);
	assert_int_equal(ddl_file_remove_tree(at, "tree", &error), 0); /* not there */
	assert_int_equal(ddl_file_remove_tree(at, "link", &error), 0);
	assert_true(tree_shell("test \"$(ls -A remove)\" = beside && grep -q untouched kept/file"));
	assert_true(tree_shell("mkdir -p remove/odd && mkfifo remove/odd/fifo"));
	assert_int_equal(ddl_file_remove_tree(at, "odd", &error), -1); /* nothing of ours */
	assert_int_equal(error.code, DDL_E_OPEN);
	assert_true(tree_shell("test -p remove/odd/fifo"));
	close(at);
}

static void test_replace(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	int at, from;

	(void)state;
	tree_directory("replace");
	tree_file("replace/name", "as it was");
	tree_file("replace/.new-file", "of a run that was killed");
	tree_file("from", "from a file");
	at = open(tree_path("replace"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	from = open(tree_path("from"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(ddl_file_replace_from(at, "name", from, 12, &error), -1); /* it is shorter */
	assert_int_equal(error.code, DDL_E_STAGE);
	assert_true(tree_shell("grep -qx 'as it was' replace/name && test \"$(ls -A replace)\" = name"));
	assert_int_equal(ddl_file_replace_from(at, "name", from, 11, &error), 0);
	assert_true(tree_shell("grep -qx 'from a file' replace/name"));
	assert_int_equal(ddl_file_replace(at, "name", "bytes", 5, &error), 0);
	assert_int_equal(ddl_file_replace(at, "sub/deep/name", "bytes", 5, &error), 0);
	assert_true(
		tree_shell("grep -qx bytes replace/sub/deep/name && test $(find replace/sub | wc -l) = 3 && rm -r replace/sub"));
	assert_true(tree_shell("grep -qx bytes replace/name && test \"$(ls -A replace)\" = name"));
	close(from);
	close(at);
}

static void test_read(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	char *bytes;
	size_t length = 0;
	int fd;

	(void)state;
	tree_fill("r", 10000, 1);
	fd = open(tree_path("r"), O_RDONLY);
	bytes = ddl_file_read(fd, 10000, &length, &error);
	assert_non_null(bytes);
	assert_int_equal(length, 10000);
	for (size_t i = 0; i < length; i++)
		assert_int_equal((unsigned char)bytes[i], tree_byte(i, 1));
	assert_int_equal(bytes[length], 0);
	free(bytes);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_null(ddl_file_read(fd, 9999, &length, &error));
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
	close(fd);
	/* procfs says size 0 */
	fd = open("/proc/self/mountinfo", O_RDONLY);
	bytes = ddl_file_read(fd, 1 << 20, &length, &error);
	assert_non_null(bytes);
	assert_true(length > 0 && length == strlen(bytes));
	free(bytes);
	close(fd);
	fd = open(tree_path("."), O_RDONLY);
	assert_null(ddl_file_read(fd, 100, &length, &error));
	assert_int_equal(error.code, DDL_E_READ);
	assert_int_equal(error.os_errno, EISDIR);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),        cmocka_unit_test(test_open_old_kernel),
		cmocka_unit_test(test_create),      cmocka_unit_test(test_make_directories),
		cmocka_unit_test(test_remove_tree), cmocka_unit_test(test_replace),
		cmocka_unit_test(test_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
