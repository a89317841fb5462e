/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of a SUSE driver update's dud.config, "Key: value" or "Key=value", as linuxrc reads them: a key's capital letters, "-", "_" and
 * "." are of no account, "#" begins a remark.
 */
#ifndef DDL_DUD_CONFIG_H
#define DDL_DUD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

extern const char ddl_dud_config_name[]; /* "dud.config" */

struct ddl_dud_line {
	const char *at, *end; /* what is still to be read */
	const char *key, *value; /* of this line, neither ended by a NUL */
	size_t key_length, value_length;
};

/* The next line that has a key; false at the end. `at` and `end` begin as the file's bytes. */
bool ddl_dud_next(struct ddl_dud_line *line);

/* Is this the line's key? `key` in small letters. */
bool ddl_dud_is(const struct ddl_dud_line *line, const char *key);

/* The next of the line's values that are parted by commas or blanks, taken off it; false at the end. */
bool ddl_dud_word(struct ddl_dud_line *line, const char **word, size_t *length);

/*
 * Of an "Options" line, "module.parameter" or "module=parameter": how long the module's name is, and where its
 * parameters begin, which go to the line's end. 0: it names none.
 */
size_t ddl_dud_options(const struct ddl_dud_line *line, const char **parameters);

#endif
