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

/*
 * Is there the journal of a run that was killed, and is the machine not as it was before it?
 * Then *needed, and `plan` holds the operations with how far they came. Nothing is changed.
 * -1: it cannot be read (DDL_E_BUSY: a run is at work at this moment).
 */
int ddl_past_look(const struct ddl_apply *apply, struct ddl_plan *plan, bool *needed,
		  struct ddl_error *error);

/*
 * Puts back what it had changed. Result UNDONE (and the journal is removed), NOT_UNDONE with
 * left_over, NOTHING when there was nothing to do, REFUSED. -1 with outcome->error for the
 * second and the last.
 */
int ddl_past_put_back(const struct ddl_apply *apply, struct ddl_plan *plan, struct ddl_outcome *outcome);

/* Leaves the drivers as they are and removes the journal; also firmware that nothing uses. */
void ddl_past_forget(const struct ddl_apply *apply);

#endif
