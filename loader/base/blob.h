/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file's name and bytes, as a medium has them: what parsers are given. */
#ifndef DDL_BLOB_H
#define DDL_BLOB_H

#include <stdbool.h>
#include <stddef.h>

/* A metadata file as read from the medium. */
struct ddl_blob {
	const char *name; /* "packages.main/XS-PACKAGES" */
	const char *bytes;
	size_t length;
	bool too_large; /* over its limit: bytes is NULL */
};

#endif
