/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine as sysfs and procfs show it: devices and their drivers, disks, loaded
 * modules, who uses what. Reads only; all paths below a root, so that captured trees
 * of real machines work as fixtures.
 */
#ifndef DDL_MACHINE_H
#define DDL_MACHINE_H

#include "base/arena.h"
#include "model/model.h"

/*
 * Fills `machine` from <root>/sys, <root>/proc and <root>/lib/modules/<release>.
 * `release` NULL: uname -r. A missing tree gives empty lists; only a lack of memory
 * or an unreadable /sys/class/block is an error.
 */
int ddl_machine_read(struct ddl_arena *arena, const char *root, const char *release, struct ddl_machine *machine,
		     struct ddl_error *error);

/* The same without what takes its time and does not change by itself: parameters, uses, built-in modules. */
int ddl_machine_glance(struct ddl_arena *arena, const char *root, const char *release, struct ddl_machine *machine,
		       struct ddl_error *error);

const struct ddl_loaded *ddl_machine_loaded(const struct ddl_machine *machine, const char *name);
bool ddl_machine_builtin(const struct ddl_machine *machine, const char *name);

/* First device whose modalias one of the module's patterns matches (fnmatch, as depmod's aliases). */
const struct ddl_device *ddl_machine_match(const struct ddl_machine *machine, const struct ddl_module *module,
					   const char **alias);

/* The next device that matches after `after` (NULL: the first). */
const struct ddl_device *ddl_machine_match_next(const struct ddl_machine *machine, const struct ddl_module *module,
						const struct ddl_device *after, const char **alias);

#endif
