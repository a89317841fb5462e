/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A result that is larger than one message of a child. */
#ifndef DDL_PARTS_H
#define DDL_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "process/jobs.h"

/* A result that a child tells in parts, put together in malloc'ed memory. */
struct ddl_parts {
	uint8_t *bytes;
	size_t length;
};

/* -1: more than DDL_MAX_RESULT bytes (DDL_E_DAMAGED), or no memory. */
int ddl_parts_add(struct ddl_parts *parts, const void *bytes, size_t n, struct ddl_error *error) DDL_MUST_CHECK;

/* In the child: tells the bytes in messages of this type. -1: nobody listens any more. */
int ddl_parts_send(struct ddl_sink *sink, uint32_t type, const uint8_t *bytes, size_t n, struct ddl_error *error) DDL_MUST_CHECK;

#endif
