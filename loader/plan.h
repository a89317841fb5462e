/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What would have to be done to get these packs' modules to work, from facts and the
 * state of the machine, without input or output: operations in order, each with its
 * versions, and what is in the way.
 */
#ifndef DDL_PLAN_H
#define DDL_PLAN_H

#include "arena.h"
#include "ddl.h"
#include "kernel.h"

/* Sets fit, device, alias and loaded_version of the module, and the fits above it. */
void ddl_fit_module(struct ddl_module *module, const struct ddl_machine *machine);
void ddl_fit_package(struct ddl_package *package, const struct ddl_machine *machine);
void ddl_fit_repo(struct ddl_repo *repo, const struct ddl_machine *machine);

/*
 * Builds the plan. The kernel is asked only what the tree and modprobe.d hold (tree_find,
 * config). With `unbind` a wrong driver
 * stays loaded, and only the devices that the packs are for are taken from it. Refusals are in the plan; -1 only when memory is short or the tree unreadable.
 */
int ddl_plan_make(struct ddl_arena *arena, const struct ddl_machine *machine,
		  struct ddl_kernel *kernel, struct ddl_repo *const *repos, size_t n_repos, bool unbind,
		  struct ddl_plan *plan, struct ddl_error *error);

/* Adds a remark to the plan, once; NULL is a lack of memory (-1). */
int ddl_plan_note(struct ddl_arena *arena, struct ddl_plan *plan, const char *sentence);

/*
 * Notes that the medium `device` ("sdb", "nvme0n1p1") is read through a driver that leaves,
 * where that is so: all that is needed of it is staged by then.
 */
int ddl_plan_note_medium(struct ddl_arena *arena, struct ddl_plan *plan, const char *device);

#endif
