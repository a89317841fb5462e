// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the log file: one clean line a call, appended; where it cannot be written. */
#include <errno.h>
#include <fcntl.h>
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

#include "base/limits.h"
#include "base/log.h"
#include "tree.h"

static char content[16384];

static const char *read_log(const char *name)
{
	int fd = open(tree_path(name), O_RDONLY);
	ssize_t n = fd >= 0 ? read(fd, content, sizeof(content) - 1) : -1;

	assert_true(n >= 0);
	content[n] = '\0';
	(void)close(fd);
	return content;
}

/* Takes "[12345.678] " off. */
static const char *words(const char *line)
{
	long long seconds;
	int fraction, used = 0;

	assert_int_equal(sscanf(line, "[%lld.%3d]%n", &seconds, &fraction, &used), 2);
	assert_true(seconds >= 0 && used >= 11);
	return line + used + 1;
}

static void writes_lines(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_log *log = ddl_log_open(tree_path("a/run/ddload/log"), &error);
	struct stat st;

	(void)state;
	assert_null(log); /* a root that is not there is not made */
	tree_directory("a");
	log = ddl_log_open(tree_path("a/run/ddload/log"), &error);
	assert_non_null(log);
	ddl_log(log, "%s has %d", "sr0", 3);
	ddl_log(log, "x\ny\033[2J\xff");
	(void)ddl_fail(&error, DDL_E_READ, EIO, "sr0");
	ddl_log_error(log, "look", &error);
	(void)ddl_fail(&error, DDL_E_CHECKSUM, 0, "a.rpm");
	ddl_log_error(log, "test", &error);
	ddl_log_close(log);
	(void)read_log("a/run/ddload/log");
	assert_string_equal(words(strtok(content, "\n")), "sr0 has 3");
	assert_string_equal(words(strtok(NULL, "\n")), "x y?[2J?");
	assert_string_equal(words(strtok(NULL, "\n")), "look: read: sr0: Input/output error");
	assert_string_equal(words(strtok(NULL, "\n")), "test: checksum: a.rpm");
	assert_null(strtok(NULL, "\n"));
	assert_int_equal(stat(tree_path("a/run/ddload/log"), &st), 0);
	assert_int_equal(ddl_log_failure(NULL), 0);
	assert_int_equal(st.st_mode & 0133, 0); /* nobody else writes to it, nobody runs it */
}

static void appends_and_cuts(void **state)
{
	static char long_text[5000];
	struct ddl_log *log;

	(void)state;
	memset(long_text, 'z', sizeof(long_text) - 1);
	tree_file("kept", "before\n");
	log = ddl_log_open(tree_path("kept"), NULL);
	assert_non_null(log);
	ddl_log(log, "%s", long_text);
	ddl_log(log, "after");
	ddl_log_close(log);
	(void)read_log("kept");
	assert_string_equal(strtok(content, "\n"), "before");
	assert_int_equal(strlen(words(strtok(NULL, "\n"))), 2047);
	assert_string_equal(words(strtok(NULL, "\n")), "after");
}

/* The installer's memory is not filled by a log of many runs; a file that the user names is kept whole. */
/* limit: DDL_MAX_LOG_FILE */
static void begins_anew_when_full(void **state)
{
	static const char *paths[] = { "a/run/ddload/log", "a/named" };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct ddl_log *log;
		struct stat st;

		tree_file(paths[i], "an old line\n");
		assert_int_equal(truncate(tree_path(paths[i]), DDL_MAX_LOG_FILE), 0);
		log = ddl_log_open(tree_path(paths[i]), NULL);
		assert_non_null(log);
		ddl_log(log, "one more");
		ddl_log_close(log);
		assert_int_equal(stat(tree_path(paths[i]), &st), 0);
		assert_true(st.st_size > DDL_MAX_LOG_FILE); /* just full: not yet */
		log = ddl_log_open(tree_path(paths[i]), NULL);
		assert_non_null(log);
		ddl_log(log, "the newest");
		ddl_log_close(log);
		assert_int_equal(stat(tree_path(paths[i]), &st), 0);
		assert_true(i == 0 ? st.st_size < 100 : st.st_size > DDL_MAX_LOG_FILE);
	}
}

static void keeps_nothing_without_a_path(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_log *log = ddl_log_open(NULL, &error);

	(void)state;
	assert_non_null(log);
	ddl_log(log, "x");
	ddl_log_error(log, "x", &error);
	ddl_log_close(log);
	ddl_log(NULL, "x");
	ddl_log_close(NULL);
}

static void expect_refused(const char *path)
{
	struct ddl_error error = DDL_ERROR_INIT;

	assert_null(ddl_log_open(path, &error));
	assert_int_equal(error.code, DDL_E_LOG);
	assert_true(*error.text && error.os_errno);
}

static void says_where_it_cannot_write(void **state)
{
	static char long_path[6000];

	(void)state;
	tree_file("file", "");
	tree_directory("directory");
	tree_file("target", "untouched\n");
	tree_link("link", "target");
	memset(long_path, 'a', sizeof(long_path) - 1);
	memset(long_path, '/', 1);
	long_path[2000] = '/';
	expect_refused(tree_path("file/log"));
	expect_refused(tree_path("directory"));
	expect_refused(tree_path("nowhere/log")); /* a directory is not made for a slip of the finger */
	expect_refused(tree_path("nowhere/ddload/log"));
	assert_int_equal(access(tree_path("nowhere"), F_OK), -1);
	expect_refused(tree_path("link")); /* a link somebody laid out in /tmp is not followed */
	expect_refused(long_path);
	assert_string_equal(read_log("target"), "untouched\n");
}

/* A full disk ends the log, not the load; and its descriptor is given back. */
static void lives_with_a_full_disk(void **state)
{
	int before = dup(0), after;
	struct ddl_log *log;

	(void)state;
	(void)close(before);
	if (access("/dev/full", W_OK) < 0)
		skip();
	log = ddl_log_open("/dev/full", NULL);
	assert_non_null(log);
	assert_int_equal(ddl_log_failure(log), 0);
	ddl_log(log, "one");
	ddl_log(log, "two");
	assert_int_equal(ddl_log_failure(log), ENOSPC);
	ddl_log_close(log);
	after = dup(0);
	(void)close(after);
	assert_int_equal(after, before);
}

/* What is shown is kept without a file, too; the oldest lines go, whole ones stay. */
/* limit: DDL_MAX_LOG_KEPT */
static void keeps_last_lines(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_log *log = ddl_log_open(NULL, &error);
	const char *text;

	(void)state;
	assert_string_equal(ddl_log_text(NULL), "");
	assert_string_equal(ddl_log_text(log), "");
	ddl_log(log, "one\033[2J");
	text = ddl_log_text(log);
	assert_true(strstr(text, "one") && text[strlen(text) - 1] == '\n' && !strchr(text, '\033'));
	for (int i = 0; i < 5000; i++)
		ddl_log(log, "line %d of many", i);
	text = ddl_log_text(log);
	assert_true(strlen(text) < DDL_MAX_LOG_KEPT && strlen(text) > DDL_MAX_LOG_KEPT / 3);
	assert_int_equal(*text, '[');
	assert_non_null(strstr(text, "line 4999 of many\n"));
	assert_null(strstr(text, "one"));
	ddl_log_close(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_last_lines),
		cmocka_unit_test(writes_lines),
		cmocka_unit_test(appends_and_cuts),
		cmocka_unit_test(begins_anew_when_full),
		cmocka_unit_test(keeps_nothing_without_a_path),
		cmocka_unit_test(says_where_it_cannot_write),
		cmocka_unit_test(lives_with_a_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
