/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was seen on a medium and is of no use, each with the reason: so that "not a driver disk" is never the whole answer. */
#ifndef DDL_SEEN_H
#define DDL_SEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Does the name alone say that it is of no use? What a file of that name is, translated; NULL: it does not. */
const char *ddl_seen_what(const char *name);

/* Adds it where it does: "driver.exe is for Windows". -1: no memory. */
int ddl_seen_name(struct ddl_arena *arena, const char ***texts, size_t *count, const char *name);

/* Adds a translated text, DDL_MAX_SEEN at most, each once. -1: no memory, also when `text` is NULL. */
int ddl_seen_add(struct ddl_arena *arena, const char ***texts, size_t *count, const char *text);

#endif
