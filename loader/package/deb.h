/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Debian's packages, deb(5): an ar(5) archive of debian-binary, control.tar.* (what the package is) and data.tar.* (its
 * files). The bytes of one of them are found as they come by.
 */
#ifndef DDL_DEB_H
#define DDL_DEB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"

#define DDL_DEB_HEADER 60U /* bytes of a member's header */

/* The state between two pieces; all zero at first. */
struct ddl_deb {
	uint8_t header[DDL_DEB_HEADER];
	size_t have; /* bytes of the header that came by */
	uint64_t skip; /* bytes of members that are passed over, and of padding */
	uint64_t left; /* bytes of the data that are to come */
	bool control; /* wanted: control.tar in place of data.tar, which comes behind it */
	bool begun, data; /* the archive's own mark came by; what is wanted has begun */
};

/* What a package says of itself; each is "" where it does not. */
struct ddl_deb_control {
	const char *package, *version, *description;
};

/* Does it begin as such a package does? */
bool ddl_deb_begins(const uint8_t *first, size_t n);

/* Reads the file "control" of the control.tar in these bytes. -1: DDL_E_UNPACK where there is none; DDL_E_MEMORY. */
int ddl_deb_control(struct ddl_arena *arena, const uint8_t *bytes, size_t n, struct ddl_deb_control *control,
		    struct ddl_error *error);

/*
 * The wanted member's bytes in the next piece of the package, from *bytes on: how many, 0 where there are none in it. -1: the
 * package is not what it seems.
 */
ssize_t ddl_deb_feed(struct ddl_deb *deb, const uint8_t *piece, size_t n, const void **bytes);

#endif
