/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which machine this is: for outcomes of many machines that are collected. */
#ifndef DDL_IDENTITY_H
#define DDL_IDENTITY_H

#include "base/arena.h"
#include "base/attributes.h"
#include "model/model.h"

/*
 * From <root>/sys/class/dmi/id (what only root may read is "" for others), the physical interfaces of <root>/sys/class/net, and
 * BOOTIF= in <root>/proc/cmdline. Each text has DDL_MAX_NAME bytes at most. False: no memory.
 */
bool ddl_identity_read(struct ddl_arena *arena, const char *root, struct ddl_identity *identity) DDL_MUST_CHECK;

#endif
