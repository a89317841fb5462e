/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Versions as RPM compares them: epoch, version, release, and the ranges of dependencies. */
#ifndef DDL_RPM_VERSION_H
#define DDL_RPM_VERSION_H

#include <stdbool.h>

struct ddl_evr {
	const char *epoch, *version, *release; /* "" where there is none */
};

/* Which versions a dependency means; 0: any. */
enum { DDL_SENSE_LESS = 1, DDL_SENSE_GREATER = 2, DDL_SENSE_EQUAL = 4 };

/*
 * -1, 0, 1. No epoch is epoch 0; where one has no release, releases are not compared. Versions
 * are compared piece by piece, a piece being digits or letters and all else parting them: digits
 * as numbers, letters as bytes, a number is newer than letters, and more pieces are newer than
 * fewer; only '~' is older than nothing at all, and '^' newer than it and older than all else.
 */
int ddl_evr_compare(const struct ddl_evr *a, const struct ddl_evr *b);

/* Do the two ranges have a version in common? */
bool ddl_evr_overlap(const struct ddl_evr *a, unsigned sense_a, const struct ddl_evr *b, unsigned sense_b);

#endif
