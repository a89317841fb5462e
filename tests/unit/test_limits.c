// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests at a limit of limits.h and one past it, for what has no test of its own: a pack's modprobe.d files. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "module/modprobe_conf.h"

static char text[DDL_MAX_MODPROBE_CONF + 2];

/* "options m aaaa…", the option string this long. */
static size_t option_line(size_t length)
{
	size_t n = (size_t)snprintf(text, sizeof(text), "options m ");

	memset(text + n, 'a', length);
	text[n + length] = '\n';
	return n + length + 1;
}

static int read_text(size_t length, size_t *got, struct ddl_error *error)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_modprobe_conf conf = DDL_MODPROBE_CONF_INIT;
	int result;

	assert_non_null(arena);
	result = ddl_modprobe_conf_read(arena, text, length, "m", &conf, error);
	*got = strlen(conf.options);
	ddl_arena_free(arena);
	return result;
}

/* limit: DDL_MAX_PARAMS */
static void options_of_a_module(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	size_t got;

	(void)state;
	assert_int_equal(read_text(option_line(DDL_MAX_PARAMS), &got, &error), 0);
	assert_int_equal(got, DDL_MAX_PARAMS);
	assert_int_equal(read_text(option_line(DDL_MAX_PARAMS + 1), &got, &error), -1);
	assert_int_equal(error.code, DDL_E_METADATA);
}

static int read_file(size_t size, struct ddl_error *error)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_file file = { .kind = DDL_FILE_MODPROBE, .path = "etc/modprobe.d/a.conf", .size = size };
	struct ddl_modprobe_conf conf = DDL_MODPROBE_CONF_INIT;
	int result;

	assert_non_null(arena);
	memset(text, '#', size);
	file.fd = memfd_create("conf", MFD_CLOEXEC);
	assert_int_equal(write(file.fd, text, size), size);
	result = ddl_modprobe_conf_file(arena, &file, "m", &conf, error);
	(void)close(file.fd);
	ddl_arena_free(arena);
	return result;
}

/* limit: DDL_MAX_MODPROBE_CONF */
static void size_of_a_file(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	assert_int_equal(read_file(DDL_MAX_MODPROBE_CONF, &error), 0);
	assert_int_equal(read_file(DDL_MAX_MODPROBE_CONF + 1, &error), -1);
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(options_of_a_module), cmocka_unit_test(size_of_a_file) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
