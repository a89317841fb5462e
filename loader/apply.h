/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a plan: one loop over its operations; on failure the same list backwards.
 * Then says what was seen to work.
 */
#ifndef DDL_APPLY_H
#define DDL_APPLY_H

#include "arena.h"
#include "ddl.h"
#include "kernel.h"
#include "log.h"

struct ddl_apply {
	struct ddl_arena *arena;
	struct ddl_kernel *kernel;
	struct ddl_log *log;
	const struct ddl_front *front;
	const char *run_directory;   /* <root>/run/ddload: journal, firmware */
	unsigned settle_ms;
};

/*
 * Applies the plan and fills the outcome (always; also when it failed). Everything the plan
 * needs is staged before: no medium is touched. Returns 0 when the outcome's result is one
 * of NOTHING, WORKS, ALREADY, UNUSED, BOUND_NO_DISK, else -1 with outcome->error set.
 */
int ddl_plan_apply(const struct ddl_apply *apply, struct ddl_plan *plan,
		   struct ddl_repo *const *repos, size_t n_repos, struct ddl_outcome *outcome);

#endif
