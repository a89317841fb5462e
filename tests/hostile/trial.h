/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One load of a disk on the fake kernel, in this process and its confined children, and
 * what it leaves: what was inserted, and the files below <root>/run/ddload.
 */
#ifndef DDL_TEST_TRIAL_H
#define DDL_TEST_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "ddl.h"
#include "starve.h"

/* A file that a load has left, or a module that it has inserted. */
struct kept {
	char *path; /* below run/ddload; a module: "inserted/NAME", "params/NAME" */
	char *bytes;
	size_t length;
};

struct trial {
	enum ddl_status status;
	struct ddl_error error;
	char log[2048]; /* the fake kernel's: what was loaded and unloaded */
	char before[512], after[512]; /* its modules and devices */
	struct kept *kept;
	size_t n_kept;
};

/* For the loads that follow: all in this process; which allocations fail. */
extern bool trial_unconfined;
extern struct starve trial_starve;

/* How often the last load asked for memory. */
extern unsigned long trial_asked;

/* Loads `disk`, which lies below `root`; <root>/run/ddload is new. `fingerprint` may be NULL. */
void trial_run(struct trial *trial, const char *root, const char *disk, const char *release, const char *fingerprint);
void trial_free(struct trial *trial);

/* The one with this path (letters of either case are the same), or NULL. */
const struct kept *trial_find(const struct trial *trial, const char *path);

/* Says what is wrong and ends the program with status 1. */
_Noreturn void trial_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Reads a whole file; ends the program where it cannot. */
char *trial_read(const char *path, size_t *length);

#endif
