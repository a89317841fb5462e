/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SUSE's driver updates: one of them may be there several times, for several of its releases. */
#ifndef DDL_UPDATES_H
#define DDL_UPDATES_H

#include "session/session.h"

/*
 * Of those with one UpdateID the one that fits best stays, as linuxrc applies none twice; a note names each other. One
 * without a version has its driver's. To be called when it is known how the packs fit. -1: no memory.
 */
int ddl_updates_once(struct ddl_session *session, struct ddl_look *look);

#endif
