/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that runs out when a test says so: malloc and its kin, of this program or of all its libraries too. */
#ifndef DDL_TEST_STARVE_H
#define DDL_TEST_STARVE_H

#include <stdbool.h>

struct starve {
	unsigned long nth; /* this allocation fails (1: the next); 0: none, they are only counted */
	bool lasting; /* … and all that follow it */
	bool libraries; /* those of libraries count and fail as well */
};

/* From now on. A child goes on counting where it was forked. */
void starve_begin(const struct starve *starve);

/* Counts one of another sort, as from an arena, as an allocation of ours: must it fail? */
bool starve_refuses(void);

/* Back to normal. How many were asked for since, in the process that asked most. */
unsigned long starve_end(void);

#endif
