/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a pack's modprobe.d files say of its own drivers. */
#ifndef DDL_SETTINGS_H
#define DDL_SETTINGS_H

#include "base/arena.h"
#include "model/model.h"

/* Sets kept_out and commands of each of the pack's modules, whose packages were read. */
void ddl_session_read_settings(struct ddl_arena *arena, struct ddl_repo *repo);

#endif
