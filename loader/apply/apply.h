/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a plan: one loop over its operations; on failure the same list backwards.
 * Then says what was seen to work.
 */
#ifndef DDL_APPLY_H
#define DDL_APPLY_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/log.h"
#include "kernel/kernel.h"
#include "model/frontend.h"

struct ddl_apply {
	struct ddl_arena *arena;
	struct ddl_kernel *kernel;
	struct ddl_log *log;
	const struct ddl_front *front;
	const char *root; /* the directory that stands for "/"; "" for "/" itself */
	const char *run_directory; /* <root>/run/ddload: the lock, firmware, modules */
	bool after_kill; /* also where an earlier run was killed while it changed drivers */
	unsigned settle_ms;
};

/*
 * Applies the plan and fills the outcome (always; also when it failed). Everything the plan
 * needs is staged before: no medium is touched. Returns 0 when the outcome's result is one
 * of NOTHING, WORKS, ALREADY, UNUSED, BOUND_NO_DISK, NOT_TAKEN (of these two the error says
 * more), else -1 with outcome->error set.
 */
int ddl_plan_apply(const struct ddl_apply *apply, struct ddl_plan *plan, struct ddl_repo *const *repos, size_t n_repos,
		   struct ddl_outcome *outcome);

/*
 * All controllers and disks of the machine `now`, with the drivers that they had `before`, for the outcome; copied into the
 * arena. -1: no memory.
 */
int ddl_outcome_machine(struct ddl_arena *arena, struct ddl_outcome *outcome, const struct ddl_machine *before,
			const struct ddl_machine *now) DDL_MUST_CHECK;

/*
 * Has a later modprobe of this kernel release find the modules that the plan has loaded: the tree's
 * depmod is run, which may take a second. What hinders it is in the log, and no failure of the load.
 */
void ddl_modules_announce(const struct ddl_apply *apply, const struct ddl_plan *plan, const char *release);

#endif
