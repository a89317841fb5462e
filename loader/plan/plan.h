/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What would have to be done to get these packs' modules to work, from facts and the
 * state of the machine, without input or output: operations in order, each with its
 * versions, and what is in the way.
 */
#ifndef DDL_PLAN_H
#define DDL_PLAN_H

#include "base/arena.h"
#include "base/attributes.h"
#include "kernel/kernel.h"
#include "model/model.h"

/* Sets fit, device, alias and loaded_version of the module, and the fits above it. */
void ddl_fit_module(struct ddl_module *module, const struct ddl_machine *machine);
void ddl_fit_package(struct ddl_package *package, const struct ddl_machine *machine);

/* The same of packs that are one set: of what several of them have, only one is taken (plan/versions.h). -1: no memory. */
int ddl_fit_packs(struct ddl_repo *const *repos, size_t count, const struct ddl_machine *machine);

struct ddl_plan_call {
	struct ddl_arena *arena;
	const struct ddl_machine *machine;
	struct ddl_kernel *kernel; /* is asked only what the tree and modprobe.d hold (tree_find, config) */
	struct ddl_repo *const *repos; /* the packs of the run … */
	size_t n_chosen; /* … of which the first so many are to be loaded; the others lend what those need */
	size_t n_repos;
	bool replace; /* a loaded driver may be replaced; else one is left alone where there is something else to load */
	bool unbind; /* a wrong driver stays loaded, and only the devices that the packs are for are taken from it */
};

/*
 * Builds the plan. Refusals are in the plan; -1 only when memory is short or the tree unreadable. The fits
 * of all these packs are set anew, the chosen ones as one set.
 */
int ddl_plan_make(const struct ddl_plan_call *call, struct ddl_plan *plan, struct ddl_error *error) DDL_MUST_CHECK;

/*
 * May the loaded module of this name be taken out on its own, as any that a plan unloads: nothing
 * holds it, and nobody uses what is below its devices? -1 and the error.
 */
int ddl_unloads_check(struct ddl_arena *arena, const struct ddl_machine *machine, struct ddl_kernel *kernel, const char *name,
		      struct ddl_error *error);

/*
 * The installer's own driver for a storage or network controller that has none, though that driver is loaded: it has
 * passed it over, for want of firmware perhaps. "" for none. The name is of the arena.
 */
const char *ddl_probes_driver(struct ddl_arena *arena, struct ddl_kernel *kernel, const struct ddl_machine *machine,
			      const struct ddl_device *device);

/* Adds a remark to the plan, once; NULL is a lack of memory (-1). */
int ddl_plan_note(struct ddl_arena *arena, struct ddl_plan *plan, const char *sentence) DDL_MUST_CHECK;

/*
 * Notes that the medium `device` ("sdb", "nvme0n1p1") is read through a driver that leaves,
 * where that is so: all that is needed of it is staged by then.
 */
int ddl_plan_note_medium(struct ddl_arena *arena, struct ddl_plan *plan, const char *device) DDL_MUST_CHECK;

#endif
