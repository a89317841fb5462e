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
 * a certain fingerprint comes of the very bytes that have it. Of Red Hat's disks with repodata that is the list of packages, with
 * sizes and checksums: where it is another, they are no such pack. What has no list (bare files, SUSE's updates) stays as it
 * is: its fingerprint is made of the checksums of its files (ddl_repo_sum). -1: DDL_E_DAMAGED where this is no such pack, no memory, cancelled.
 */
int ddl_repo_confirm(struct ddl_arena *arena, struct ddl_repo *repo, const struct ddl_confine *confine,
		     struct ddl_error *error) DDL_MUST_CHECK;

#endif
