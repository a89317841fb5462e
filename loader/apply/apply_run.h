/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run of a plan, shared by the files that do it: apply.c (forward and back),
 * firmware.c, pack_files.c, settle.c (waiting and judging), outcome.c (what was seen).
 */
#ifndef DDL_APPLY_RUN_H
#define DDL_APPLY_RUN_H

#include "apply/apply.h"

/* How far a device is, from worst to best. */
enum ddl_watch_state {
	DDL_WATCH_GONE, /* it is not there (any more) */
	DDL_WATCH_HELD, /* a driver has it that is not the packs' */
	DDL_WATCH_REFUSED, /* it has no driver: the kernel says that its probe failed */
	DDL_WATCH_FREE, /* it has no driver (yet) */
	DDL_WATCH_BOUND, /* it has one, but nothing of what a device of its kind shows */
	DDL_WATCH_PARTLY, /* … some of what was there before */
	DDL_WATCH_READY
};

/* A device that is watched: its driver leaves, or a module of the packs is made for it, or has taken it. */
struct ddl_watched {
	const char *bus, *address, *ids;
	const char *was; /* the module (or driver) that leaves it; NULL: nothing does */
	size_t n_disks, n_links; /* that it had then */
	const struct ddl_target *target; /* that is made for it, or has taken it; NULL */
	const struct ddl_device *now; /* in run->now; NULL: it is not there */
	enum ddl_watch_state state;
};

/* A module of the packs, and whether this machine has a device for it. */
struct ddl_target {
	const struct ddl_module *module;
	bool matches; /* a device that is watched */
	bool replaced; /* it took another version's or another driver's place */
};

/* A file of firmware that was written. */
struct ddl_put {
	const char *name; /* below the directory */
	bool was; /* there was another one, which is set aside */
};

struct ddl_run {
	const struct ddl_apply *apply;
	struct ddl_plan *plan;
	struct ddl_repo *const *repos;
	size_t n_repos;
	struct ddl_outcome *outcome;
	struct ddl_machine before; /* in apply->arena */
	struct ddl_arena *now_arena; /* NULL until the first look after a change */
	struct ddl_machine now;
	bool *changed; /* for each operation: it did change something */
	struct ddl_watched *watched;
	size_t n_watched;
	size_t devices_seen; /* when it was found out what targets are for; 0: never */
	struct ddl_target *targets;
	size_t n_targets;
	const char **told; /* disks that were there all the time, or that the person was told of */
	size_t n_told;
	unsigned waited_ms; /* for the devices */
	bool ended; /* … until the person went on */
	const char *firmware_place; /* the directory that firmware is written to */
	struct ddl_put *firmware; /* what was written there */
	size_t n_firmware;
	bool firmware_path; /* the kernel was pointed to it */
};

/* Looks at the machine again (as snapshot does, or glance); run->now is replaced, and what the watched devices point to is gone. */
int ddl_run_look(struct ddl_run *run, bool whole, struct ddl_error *error);

/* Tells the person, and the log, what the outcome does not hold. */
void ddl_run_note(const struct ddl_run *run, const char *sentence);

/* Adds to the outcome what the kernel has written since it was last asked. */
void ddl_run_kernel_lines(struct ddl_run *run);

/* Writes the plan's firmware and points the kernel to it; then keeps it, or takes it all back. */
int ddl_firmware_put(struct ddl_run *run, struct ddl_error *error);
void ddl_firmware_keep(struct ddl_run *run);
int ddl_firmware_take_back(struct ddl_run *run, struct ddl_error *error);

/* Keeps the pack's modules that were loaded; what cannot be kept is in the log. */
void ddl_modules_keep(struct ddl_run *run);

/* ---- watch.c ---- */

/* Notes what is to be watched from the start, from run->before. */
int ddl_watch_begin(struct ddl_run *run, struct ddl_error *error);

/* Looks at the machine, and says of each watched device how far it is. */
int ddl_watch_look(struct ddl_run *run, bool whole, struct ddl_error *error);

/* Has the target's module taken a device? */
bool ddl_watch_has_taken(const struct ddl_run *run, const struct ddl_target *target);

const struct ddl_device *ddl_watch_device(const struct ddl_machine *machine, const char *bus, const char *address);

/* ---- settle.c ---- */

/* Waits until devices and disks are there, the person goes on, or the limit; then judges. */
int ddl_settle(struct ddl_run *run, struct ddl_error *error);

/* After the way back: waits until what was there before is back. */
int ddl_settle_back(struct ddl_run *run, struct ddl_error *error);

/* How long disks are waited for if nothing happens. */
unsigned ddl_settle_limit(const struct ddl_run *run);

/* Module is live and is the pack's build, as far as builds can be told apart. */
int ddl_check_version(const struct ddl_machine *machine, const struct ddl_module *module, struct ddl_error *error);

/* Says what was seen to work; run->now must be fresh. */
int ddl_outcome_fill(struct ddl_run *run, struct ddl_error *error);

/* After the way back: lists what is not as it was before. */
int ddl_outcome_left_over(struct ddl_run *run, struct ddl_error *error);
int ddl_left_over(struct ddl_run *run, const char *sentence);
int ddl_remark(struct ddl_run *run, const char *sentence); /* NULL: no memory */

#endif
