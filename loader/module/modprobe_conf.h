/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a pack's own modprobe.d files say of one module.
 */
#ifndef DDL_MODPROBE_CONF_H
#define DDL_MODPROBE_CONF_H

#include "base/arena.h"
#include "base/attributes.h"
#include "model/model.h"

/* What is said of one module. */
struct ddl_modprobe_conf {
	const char *options; /* never NULL; "" for none */
	const char *softdeps; /* the same; as in ddl_module */
	bool blacklisted; /* also where `install` has a command that does nothing */
	bool commands; /* `install` or `remove` have others */
};
#define DDL_MODPROBE_CONF_INIT \
	{ \
		"", "", false, false \
	}

/*
 * Reads `options`, `softdep` and `blacklist` lines for `module` from the bytes of one file (format:
 * modprobe.d(5)); of `install` and `remove` it is only noted that they are there: no command is ever run.
 * What is in *conf is extended; a softdep that makes it longer than DDL_MAX_TEXT is left out.
 * -1: no memory, or options longer than DDL_MAX_PARAMS (DDL_E_METADATA).
 */
int ddl_modprobe_conf_read(struct ddl_arena *arena, const char *text, size_t length, const char *module,
			   struct ddl_modprobe_conf *conf, struct ddl_error *error) DDL_MUST_CHECK;

/* The same from a SUSE driver update's dud.config: Options, and BrokenModules as a blacklist. */
int ddl_modprobe_conf_dud(struct ddl_arena *arena, const char *text, size_t length, const char *module,
			  struct ddl_modprobe_conf *conf, struct ddl_error *error) DDL_MUST_CHECK;

/* The same from a staged file, by its name of either kind. One over DDL_MAX_MODPROBE_CONF is refused (DDL_E_TOO_LARGE). */
int ddl_modprobe_conf_file(struct ddl_arena *arena, const struct ddl_file *file, const char *module,
			   struct ddl_modprobe_conf *conf, struct ddl_error *error) DDL_MUST_CHECK;

/* "first : second" of softdeps; `first` where that would be longer than DDL_MAX_TEXT. NULL: no memory. */
const char *ddl_softdeps_join(struct ddl_arena *arena, const char *first, const char *second) DDL_MUST_CHECK;

/*
 * The next word of softdeps that is behind "pre:" (or, with `post`, behind "post:"), copied to `word`;
 * false at the end. *at begins as the softdeps, and *in as false.
 */
bool ddl_softdeps_next(const char **at, bool *in, bool post, char *word, size_t room);

/* True when the option string sets the parameter `name` (of length `length`). */
bool ddl_params_have(const char *options, const char *name, size_t length);

/*
 * "first second" without doubled blanks; a parameter that occurs in both is kept in
 * `second` alone. NULL: no memory.
 */
const char *ddl_params_join(struct ddl_arena *arena, const char *first, const char *second) DDL_MUST_CHECK;

/* Does "name=value" read back exactly as it is given: one plain word, no array, no NULL string? */
bool ddl_param_can_be_given(const char *param);

/*
 * The parameters in force of a loaded module as an option string, without those that
 * cannot be given back as they are read: "(null)", arrays, values with blanks or quotes.
 * NULL: no memory.
 */
const char *ddl_params_in_force(struct ddl_arena *arena, const struct ddl_loaded *loaded) DDL_MUST_CHECK;

#endif
