/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files and directories for unit tests, below the test's own scratch directory. */
#ifndef DDL_TEST_TREE_H
#define DDL_TEST_TREE_H

#include <stdbool.h>
#include <stddef.h>

/* The path `name` in the scratch directory; the last eight results stay valid. */
const char *tree_path(const char *name);

/* A new file, its directories made, with `n` bytes of text (or of a fixed pattern: tree_fill). */
void tree_file(const char *name, const char *text);
void tree_fill(const char *name, size_t n, unsigned seed);

/* The byte of the pattern at `at`. */
unsigned char tree_byte(size_t at, unsigned seed);

void tree_directory(const char *name);
void tree_link(const char *name, const char *target);

/* Runs a shell command in the scratch directory; true when it says 0. */
bool tree_shell(const char *command, ...) __attribute__((format(printf, 1, 2)));

/* A program that tests may do without is there (else the test says so and skips). */
bool tree_has(const char *program);

#endif
