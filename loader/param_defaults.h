/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The value that a module's parameter has when nobody sets it, from the module's own
 * file: so that a value somebody chose can be told from a default. The kernel shows
 * the value in force and keeps no note of where it came from.
 */
#ifndef DDL_PARAM_DEFAULTS_H
#define DDL_PARAM_DEFAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ddl_param_default {
	DDL_PARAM_NONE,    /* the module has no parameter of that name */
	DDL_PARAM_UNKNOWN, /* it has; its default cannot be read (an array, a type of the driver's own) */
	DDL_PARAM_KNOWN
};

/*
 * Looks `name` up in the uncompressed module; '-' and '_' are the same. With KNOWN, `to` is
 * the default as /sys/module/…/parameters shows it ("1", "Y", "text", "(null)").
 * Bytes that are no module have no parameters (NONE).
 */
enum ddl_param_default ddl_param_default(const uint8_t *bytes, size_t length, const char *name,
					 char *to, size_t room);

#endif
