/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a pack's own modprobe.d files say of one module.
 */
#ifndef DDL_MODPROBE_CONF_H
#define DDL_MODPROBE_CONF_H

#include "arena.h"
#include "ddl.h"

/*
 * Reads `options` and `blacklist` lines for `module` from the bytes of one file (format:
 * modprobe.d(5)); every other line, `install` and `remove` above all, is passed over.
 * *options (never NULL; "" for none) is extended, *blacklisted is set but never cleared.
 * -1: no memory, or options longer than DDL_MAX_PARAMS (DDL_E_METADATA).
 */
int ddl_modprobe_conf_read(struct ddl_arena *arena, const char *text, size_t length,
			   const char *module, const char **options, bool *blacklisted,
			   struct ddl_error *error);

/* The same from a staged file. One over DDL_MAX_MODPROBE_CONF is refused (DDL_E_TOO_LARGE). */
int ddl_modprobe_conf_file(struct ddl_arena *arena, const struct ddl_file *file,
			   const char *module, const char **options, bool *blacklisted,
			   struct ddl_error *error);

/* True when the option string sets the parameter `name` (of length `length`). */
bool ddl_params_have(const char *options, const char *name, size_t length);

/*
 * "first second" without doubled blanks; a parameter that occurs in both is kept in
 * `second` alone. NULL: no memory.
 */
const char *ddl_params_join(struct ddl_arena *arena, const char *first, const char *second);

/* Does "name=value" read back exactly as it is given: one plain word, no array, no NULL string? */
bool ddl_param_can_be_given(const char *param);

/*
 * The parameters in force of a loaded module as an option string, without those that
 * cannot be given back as they are read: "(null)", arrays, values with blanks or quotes.
 * NULL: no memory.
 */
const char *ddl_params_in_force(struct ddl_arena *arena, const struct ddl_loaded *loaded);

#endif
