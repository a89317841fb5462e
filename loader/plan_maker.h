/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What plan.c and its parts share: the plan while it is being made.
 */
#ifndef DDL_PLAN_MAKER_H
#define DDL_PLAN_MAKER_H

#include "modprobe_conf.h"
#include "plan.h"

enum mark { MARK_NEW, MARK_OPEN, MARK_PLACED };

/* A module that has to come in: from a pack, from the tree, or back after it was unloaded. */
struct incoming {
	const char *name;
	const struct ddl_module *pack; /* NULL: from the tree */
	const char *tree_path;
	const struct ddl_loaded *was;  /* it is unloaded before; NULL */
	const char **needs;            /* modules that it cannot be without */
	size_t n_needs;
	const char *softdeps;          /* what else is loaded with it, where it is there */
	enum mark mark;
	bool optional;                 /* only a softdep has it come in */
	bool early;                    /* needs nothing that leaves or that a pack brings */
};

/* A module that has to leave. */
struct outgoing {
	const struct ddl_loaded *loaded;
	const char *tree_path;             /* "" for none */
	bool same;                         /* the file at tree_path is the build that is loaded */
	const char **defaults;             /* then: of loaded->params; NULL where not known */
	bool back;                         /* the tree's file is loaded again */
};

/* A device that is taken from the wrong driver. */
struct taken {
	const struct ddl_device *device;
	const struct ddl_module *module;
};

struct maker {
	struct ddl_arena *arena;
	const struct ddl_machine *machine;
	struct ddl_kernel *kernel;
	struct ddl_repo *const *repos;
	size_t n_repos;
	bool unbind;
	struct ddl_plan *plan;
	struct ddl_error *error;
	struct outgoing **out;      /* in the order of unloading */
	size_t n_out;
	struct taken **taken;       /* devices that change their driver, which stays */
	size_t n_taken;
	struct incoming **in;
	size_t n_in;
	struct incoming **order;    /* the same, each after what it needs */
	size_t n_order;
	unsigned soft_steps;        /* modules looked at for softdeps */
};

/* ---- plan.c ---- */

/* Sets DDL_E_MEMORY; -1. */
int plan_no_memory(struct maker *m);

/* Adds a pointer to one of the growing lists of pointers (`list` is its address). */
int plan_push_pointer(struct maker *m, void *list, size_t *count, const void *pointer);

/* `sentence` (NULL: no memory) names one thing that is in the way; the first one's code is the refusal's. */
int plan_refuse(struct maker *m, enum ddl_code code, const char *sentence);

/* The packs' module of this name; NULL. */
const struct ddl_module *plan_wanted_named(const struct maker *m, const char *name);

/* What modprobe.d files of the chosen packs themselves say of one module; *conf is set. */
int plan_pack_config(struct maker *m, const char *module, struct ddl_modprobe_conf *conf);

/* ---- plan_leaving.c: what has to leave, and who is in the way ---- */

int plan_find_leaving(struct maker *m);

/* The leaving module of this name; NULL. */
struct outgoing *plan_leaving(const struct maker *m, const char *name);

/* ---- plan_coming.c: what comes in, in order ---- */

int plan_find_coming(struct maker *m);

/* ---- plan_ops.c: the operations, with their settings ---- */

int plan_add_ops(struct maker *m);

#endif
