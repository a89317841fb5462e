// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of running helper programs. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "process/program.h"
#include "tree.h"

#define LIMIT_MS 20000U

static int shell(const char *command, int root, unsigned limit_ms)
{
	static const char *const places[] = { "/nowhere/sh", "/bin/sh", NULL };
	const char *const words[] = { "sh", "-c", command, NULL };

	return ddl_program_run(places, words, root, limit_ms);
}

static void its_status_is_told(void **state)
{
	static const char *const nowhere[] = { "/nowhere/sh", "/etc", NULL }, *const words[] = { "sh", NULL };

	(void)state;
	assert_int_equal(shell("exit 0", -1, LIMIT_MS), 0);
	assert_int_equal(shell("exit 7", -1, LIMIT_MS), 7);
	assert_int_equal(shell("kill -9 $$", -1, LIMIT_MS), -1);
	assert_int_equal(ddl_program_run(nowhere, words, -1, LIMIT_MS), 127);
}

/* Its input is empty, and what it says goes nowhere: it would tear up a screen. */
static void it_has_no_terminal(void **state)
{
	(void)state;
	assert_int_equal(shell("read line || exit 3", -1, LIMIT_MS), 3);
	assert_int_equal(shell("[ /proc/self/fd/1 -ef /dev/null ] && [ /proc/self/fd/2 -ef /dev/null ] || exit 3", -1, LIMIT_MS),
			 0);
}

static void one_that_hangs_is_killed(void **state)
{
	uint64_t start = ddl_clock_ms();

	(void)state;
	assert_int_equal(shell("exec sleep 60", -1, 100), -1);
	assert_true(ddl_clock_ms() - start < LIMIT_MS);
}

static void another_root_directory(void **state)
{
	int root;

	(void)state;
	if (geteuid() != 0 || !tree_has("busybox"))
		skip();
	assert_true(tree_shell("mkdir -p r/bin r/dev && cp \"$(command -v busybox)\" r/bin/sh"));
	root = open(tree_path("r"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(root >= 0);
	assert_int_equal(shell("[ -x /bin/sh ] && [ ! -e /proc ] && exit 5", root, LIMIT_MS), 5);
	(void)close(root);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_status_is_told),
		cmocka_unit_test(it_has_no_terminal),
		cmocka_unit_test(one_that_hangs_is_killed),
		cmocka_unit_test(another_root_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
