/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What plan.c and its parts share: the plan while it is being made, and helpers.
 */
#ifndef DDL_PLANNER_H
#define DDL_PLANNER_H

#include "module/modprobe_conf.h"
#include "plan/plan.h"

enum mark { MARK_NEW, MARK_OPEN, MARK_PLACED };

/* A module that has to come in: from a pack, from the tree, or back after it was unloaded. */
struct incoming {
	const char *name;
	const struct ddl_module *pack; /* NULL: from the tree */
	const char *tree_path;
	const struct ddl_loaded *was; /* it is unloaded before; NULL */
	const char **needs; /* modules that it cannot be without */
	size_t n_needs;
	const char *softdeps; /* what else is loaded with it, where it is there */
	enum mark mark;
	bool optional; /* only a softdep has it come in */
	bool early; /* needs nothing that leaves or that a pack brings */
};

/* A module that has to leave. */
struct outgoing {
	const struct ddl_loaded *loaded;
	const char *tree_path; /* "" for none */
	bool back; /* the tree's file is loaded again */
};

/* A device that is taken from the wrong driver. */
struct taken {
	const struct ddl_device *device;
	const struct ddl_module *module;
};

/* Why a module of the chosen packs could be wanted, in the order in which they are tried. */
enum offer_class {
	OFFER_NEEDED, /* a disk or network controller has no driver */
	OFFER_ASKED, /* somebody asked for it, or for its pack, of which this machine needs nothing */
	OFFER_REPLACES, /* another build of it is loaded, or another driver has the device */
	OFFER_OTHER, /* a device of another class has no driver: its failing is no failure of the load */
	OFFER_LOADED, /* this very build is loaded */
	OFFER_NONE
};

/* A module of the chosen packs: the one that is taken, of several versions. */
struct offer {
	const struct ddl_module *module;
	enum offer_class class;
	bool picked;
	const char *reason; /* what it is for, or why nothing here needs it */
	const char *hindrance; /* why it is left out though it could be wanted; NULL */
};

struct maker {
	struct ddl_arena *arena;
	const struct ddl_machine *machine;
	struct ddl_kernel *kernel;
	struct ddl_repo *const *repos;
	size_t n_chosen, n_repos;
	bool *lends; /* for each of them: it was not chosen, but something of it is needed */
	bool unbind, replace;
	struct offer *offers;
	size_t n_offers;
	struct ddl_plan *plan;
	struct ddl_error *error;
	struct outgoing **out; /* in the order of unloading */
	size_t n_out;
	struct taken **taken; /* devices that change their driver, which stays */
	size_t n_taken;
	struct incoming **in;
	size_t n_in;
	struct incoming **order; /* the same, each after what it needs */
	size_t n_order;
	unsigned soft_steps; /* modules looked at for softdeps */
};

/* ---- planner.c ---- */

/* Sets DDL_E_MEMORY; -1. */
int plan_no_memory(struct maker *m);

/* Adds a pointer to one of the growing lists of pointers (`list` is its address). */
int plan_push_pointer(struct maker *m, void *list, size_t *count, const void *pointer);

/* `sentence` (NULL: no memory) names one thing that is in the way; the first one's code is the refusal's. */
int plan_refuse(struct maker *m, enum ddl_code code, const char *sentence);

/* Is the pack one of those that are loaded, and not all of it there in a version that goes before it? */
bool plan_takes_part(const struct maker *m, size_t repo);

/* The module of this name that is wanted; NULL. */
const struct ddl_module *plan_wanted_named(const struct maker *m, const char *name);

/* What modprobe.d files of the packs themselves say of one module; *conf is set. */
int plan_pack_config(struct maker *m, const char *module, struct ddl_modprobe_conf *conf);

/* ---- plan.c ---- */

/*
 * What `for_whom` needs and neither the chosen packs nor the tree have: the module of this name of the other
 * packs, which is wanted from here on, with the firmware and settings of its pack. *module NULL: they have none.
 */
int plan_lend(struct maker *m, const char *name, const struct ddl_module *for_whom, const struct ddl_module **module);

/* ---- wants.c: which of the packs' modules are wanted, and why ---- */

/* Finds out what the chosen packs offer. */
int plan_find_offers(struct maker *m);

/* The offered module of this name; NULL. */
const struct ddl_module *plan_offered_named(const struct maker *m, const char *name);

/* It is wanted from here on, with what the packs have of that it depends on. `reason` NULL: no memory. */
int plan_want(struct maker *m, const struct ddl_module *module, const char *reason);

/* Wants what is picked, of what is not loaded in that build. */
int plan_want_picked(struct maker *m);

/* What is loaded in the pack's own build and stays belongs to the plan, without anything to do. */
int plan_tell_loaded(struct maker *m);

/* Does it build on a wanted module, and may what it is for show itself only when that is loaded? */
const struct ddl_module *plan_builds_on(const struct maker *m, const struct ddl_module *module);

/* Of several versions one is taken; the others are told, also of packs that were not chosen. */
int plan_tell_others(struct maker *m);

/* Tells what of the packs is left out, each with its reason. */
int plan_tell_left_out(struct maker *m);

/* ---- unloads.c: what has to leave, and who is in the way ---- */

int plan_find_leaving(struct maker *m);

/* The leaving module of this name; NULL. */
struct outgoing *plan_leaving(const struct maker *m, const char *name);

/* ---- loads.c: what comes in, in order ---- */

int plan_find_coming(struct maker *m);

/* ---- probes.c: what loaded drivers are to look at again ---- */

int plan_find_probes(struct maker *m);

/* ---- operations.c: the operations, with their settings ---- */

int plan_add_ops(struct maker *m);

#endif
