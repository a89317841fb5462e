/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names from outside, cleaned, put together, taken apart. */
#ifndef DDL_PATH_H
#define DDL_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"

/*
 * Cleans a relative name: leading "./" and "/" taken off, "//" and "/./" folded.
 * False for ".." parts, control characters, an empty result, or more than `room`.
 */
bool ddl_path_clean(char *to, size_t room, const char *from);

/* As above, but an absolute name is refused too: for names that metadata gives. */
bool ddl_path_clean_relative(char *to, size_t room, const char *from);

/* "root" + "/" + path without doubled slashes; false when it does not fit. */
bool ddl_path_join(char *to, size_t room, const char *root, const char *path);

const char *ddl_path_base(const char *path);

/*
 * The identifier as a directory's name, of no other identifier: no slash, no leading dot, and
 * "%" itself as "%25". One that is longer than a name may be is cut, and told from others by
 * its hash behind "%~", which no escape is.
 */
void ddl_path_of_identifier(char name[DDL_MAX_NAME + 1], const char *identifier);

#endif
