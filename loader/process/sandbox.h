/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The walls around a child that reads foreign bytes, put up by the child itself
 * before it reads the first of them.
 */
#ifndef DDL_SANDBOX_H
#define DDL_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/error.h"

/*
 * Closes every descriptor but `channel` and `keep`, sets the limits, gives up the user id
 * and all privileges, and lets only the system calls through that reading, computing and
 * telling need. -1 and the error when privileges cannot be given up; in a kernel without
 * seccomp the other walls stand. With `programs` it may start one (ddl_sandbox_program), open files to read them and
 * write DDL_MAX_STAGED_FILE bytes.
 * `forbidden` is told of the first system call that is none of these, which is not made; then it is all over.
 */
int ddl_sandbox_enter(int channel, const int *keep, size_t n_keep, bool programs, void (*forbidden)(int channel, int call),
		      struct ddl_error *error) DDL_MUST_CHECK;

/*
 * In what is to become a program, right before execve(path, …) with this very pointer: after that it may read files, compute
 * and write to what is open, and any other system call kills it with SIGSYS. False: the list could not be put up.
 */
bool ddl_sandbox_program(const char *path) DDL_MUST_CHECK;

/* Only closes the descriptors, and goes when ddload goes: for a child that interprets nothing. */
int ddl_sandbox_shut(int channel, const int *keep, size_t n_keep, struct ddl_error *error) DDL_MUST_CHECK;

#endif
