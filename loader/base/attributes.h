/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the compiler is told. DDL_MUST_CHECK behind a prototype: to ignore what it returns is an error.
 *
 * Variables that give back what they hold when they go out of scope, on every way out of a function:
 *
 *     DDL_FREE char *text = …;   DDL_CLOSE int fd = …;
 *
 * Set from the first line on (NULL, -1: nothing). For what a function takes and gives back itself, not for what it returns.
 */
#ifndef DDL_ATTRIBUTES_H
#define DDL_ATTRIBUTES_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DDL_MUST_CHECK __attribute__((warn_unused_result))
#define DDL_FREE __attribute__((cleanup(ddl_cleanup_free)))
#define DDL_CLOSE __attribute__((cleanup(ddl_cleanup_close)))

/* `variable` is the address of a pointer of any kind. */
static inline void ddl_cleanup_free(const void *variable)
{
	void *held;

	memcpy(&held, variable, sizeof(held));
	free(held);
}

/* errno stays: it may be on its way up. */
static inline void ddl_cleanup_close(const int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd);
	errno = saved;
}

#endif
