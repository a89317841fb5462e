/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a pack's metadata says, without the word of the child that has read the whole medium. */
#ifndef DDL_CONFIRM_H
#define DDL_CONFIRM_H

#include "base/arena.h"
#include "base/attributes.h"
#include "model/model.h"
#include "process/jobs.h"

/*
 * Parses repo->metadata once more, in a child that sees these bytes and nothing else, takes what that says of the pack in
 * place of what was said before, and computes the fingerprint over the same bytes here. So whatever is said of a pack with
 * a certain fingerprint comes of the very bytes that have it. Packs whose list is no metadata alone (bare files, the
 * disks of Red Hat and SUSE) stay as they are. -1: DDL_E_DAMAGED where this is no such pack, no memory, cancelled.
 */
int ddl_repo_confirm(struct ddl_arena *arena, struct ddl_repo *repo, const struct ddl_confine *confine,
		     struct ddl_error *error) DDL_MUST_CHECK;

#endif
