/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names as they come out of an ISO 9660 image without Joliet and Rock Ridge, which has room
 * for 8 and 3 or for 30 capitals, digits and underscores (ECMA-119, 7.5 and 10).
 */
#ifndef DDL_PLAIN_NAME_H
#define DDL_PLAIN_NAME_H

#include <stdbool.h>

/*
 * Could `found` be what such an image has made of `wanted`? Each part of a path by itself:
 * whole, cut to 8.3, or cut to 5 and numbered where two would be the same; in any case, with
 * or without its version (";1"), other characters than letters and digits being all alike.
 */
bool ddl_plain_name(const char *wanted, const char *found);

#endif
