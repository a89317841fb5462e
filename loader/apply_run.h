/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run of a plan, shared by the files that do it: apply.c (forward and back),
 * firmware.c, settle.c (waiting and judging), outcome.c (what was seen).
 */
#ifndef DDL_APPLY_RUN_H
#define DDL_APPLY_RUN_H

#include "apply.h"

/* A device whose driver leaves: as it was, so that it can be said to be back. */
struct ddl_expected {
	const char *bus, *address, *ids;
	const char *module;       /* that drove it */
	size_t n_disks, n_links;
};

/* A module of the packs, and whether this machine has a device for it. */
struct ddl_target {
	const struct ddl_module *module;
	bool matches;
	bool replaced;            /* it took another version's or another driver's place */
};

struct ddl_run {
	const struct ddl_apply *apply;
	struct ddl_plan *plan;
	struct ddl_repo *const *repos;
	size_t n_repos;
	struct ddl_outcome *outcome;
	struct ddl_machine before;     /* in apply->arena */
	struct ddl_arena *now_arena;   /* NULL until the first look after a change */
	struct ddl_machine now;
	bool *changed;                 /* for each operation: it did change something */
	struct ddl_expected *expected;
	size_t n_expected;
	struct ddl_target *targets;
	size_t n_targets;
	size_t targets_seen;           /* devices when `matches` was found out; 0: never */
	const char **firmware;         /* names written below the firmware directory */
	size_t n_firmware;
	bool firmware_path;
	const char *firmware_before;   /* of a run that was killed; NULL: this very run's, which the kernel's ops know */
	int journal;                   /* -1: none */
	uint64_t mark;                 /* in the kernel log */
};

/* Looks at the machine again; run->now is replaced. */
int ddl_run_look(struct ddl_run *run, struct ddl_error *error);

/* Writes the plan's firmware and points the kernel to it; or takes it all back. */
int ddl_firmware_put(struct ddl_run *run, struct ddl_error *error);
int ddl_firmware_take_back(struct ddl_run *run, struct ddl_error *error);

/* Keeps the pack's modules that were loaded; what cannot be kept is in the log. */
void ddl_modules_keep(struct ddl_run *run);

/* Has a later modprobe find them, too. What hinders it is told, and no failure of the load. */
void ddl_modules_announce(struct ddl_run *run);

/* Notes which devices and targets there are to wait for, from run->before. */
int ddl_settle_expect(struct ddl_run *run, struct ddl_error *error);

/* Waits until devices and disks are there, or the limit; then judges. */
int ddl_settle(struct ddl_run *run, struct ddl_error *error);

/* The first device that had a driver before and has none now, though it is there; NULL. */
const struct ddl_expected *ddl_settle_undriven(const struct ddl_run *run);

/*
 * Has the kernel look again for the drivers of such devices: a process that is killed in the
 * middle of an insert leaves a module that is loaded and took nothing, as its probe was cut off.
 */
void ddl_settle_find_drivers(struct ddl_run *run);

/* After the way back: waits until what was there before is back. */
int ddl_settle_back(struct ddl_run *run, struct ddl_error *error);

const struct ddl_device *ddl_expected_device(const struct ddl_machine *machine,
					     const struct ddl_expected *expected);

/* Has the device a driver of that name? */
bool ddl_device_driven_by(const struct ddl_machine *machine, const char *bus, const char *address,
			  const char *driver);

/* Module is live and is the pack's build, as far as builds can be told apart. */
int ddl_check_version(const struct ddl_machine *machine, const struct ddl_module *module,
		      struct ddl_error *error);

/* Says what was seen to work; run->now must be fresh. */
int ddl_outcome_fill(struct ddl_run *run, struct ddl_error *error);

/* After the way back: lists what is not as it was before. */
int ddl_outcome_left_over(struct ddl_run *run, struct ddl_error *error);
int ddl_left_over(struct ddl_run *run, const char *sentence);

#endif
