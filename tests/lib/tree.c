// SPDX-License-Identifier: GPL-2.0-or-later
/* Files and directories for unit tests, below the test's own scratch directory. */
#include "tree.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define RESULTS 8

static const char *scratch(void)
{
	static char own[] = "/tmp/ddl-test-XXXXXX";
	static bool made;
	const char *given = getenv("DDL_TMP");

	if (given)
		return given;
	if (!made)
		assert_non_null(mkdtemp(own));
	made = true;
	return own;
}

const char *tree_path(const char *name)
{
	static char paths[RESULTS][4096];
	static unsigned next;
	char *path = paths[next++ % RESULTS];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", scratch(), name);
	return path;
}

static void make_parents(const char *name)
{
	char path[4096];

	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		(void)snprintf(path, sizeof(path), "%s/%.*s", scratch(), (int)(slash - name), name);
		assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
	}
}

static FILE *create(const char *name)
{
	FILE *file;

	make_parents(name);
	file = fopen(tree_path(name), "w");
	assert_non_null(file);
	return file;
}

void tree_file(const char *name, const char *text)
{
	FILE *file = create(name);

	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

unsigned char tree_byte(size_t at, unsigned seed)
{
	uint32_t x = (uint32_t)at * 2654435761U + seed * 40503U;

	return (unsigned char)(x >> 24 ^ x >> 13);
}

void tree_fill(const char *name, size_t n, unsigned seed)
{
	FILE *file = create(name);

	for (size_t i = 0; i < n; i++)
		assert_true(fputc(tree_byte(i, seed), file) != EOF);
	assert_int_equal(fclose(file), 0);
}

void tree_directory(const char *name)
{
	make_parents(name);
	assert_true(mkdir(tree_path(name), 0755) == 0 || errno == EEXIST);
}

void tree_link(const char *name, const char *target)
{
	make_parents(name);
	assert_int_equal(symlink(target, tree_path(name)), 0);
}

bool tree_shell(const char *command, ...)
{
	char text[8192], whole[12288];
	va_list args;

	va_start(args, command);
	(void)vsnprintf(text, sizeof(text), command, args);
	va_end(args);
	(void)snprintf(whole, sizeof(whole), "cd '%s' && { %s; } >shell.out 2>&1", scratch(), text);
	return system(whole) == 0;
}

bool tree_has(const char *program)
{
	bool there = tree_shell("PATH=$PATH:/usr/sbin:/sbin command -v %s", program);

	if (!there)
		print_message("%s is not installed\n", program);
	return there;
}
