/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packages read from a medium by confined children, spread over the processors; what they
 * hold is staged to memory here. Each package is read at most once.
 */
#ifndef DDL_PACKAGES_H
#define DDL_PACKAGES_H

#include "base/arena.h"
#include "base/attributes.h"
#include "base/stage.h"
#include "medium/medium.h"
#include "model/model.h"
#include "process/jobs.h"

struct ddl_package_wish {
	struct ddl_package *package; /* must be UNREAD, or TESTED where it is to be unpacked */
	bool unpack;
	bool keep; /* stage the whole package, too: for the hand-off, or as an old signature is over all of it */
};

struct ddl_packages_call {
	struct ddl_arena *arena; /* for what is learnt of the packages */
	struct ddl_medium *medium;
	const char *directory; /* the repository's, on the medium */
	struct ddl_stage *stage;
	struct ddl_confine confine;
	/* `done` of `total` bytes read, all wishes together. May be NULL. */
	void (*progress)(void *arg, uint64_t done, uint64_t total, const struct ddl_package *package);
	/* A package is through: see its state. May be NULL. */
	void (*finished)(void *arg, const struct ddl_package *package);
	void *arg;
};

/*
 * Reads the packages. 0 when all could be judged (bad ones are BAD and have their trouble);
 * -1 when it was cancelled or memory is short. A child that crashed or hung makes its
 * packages BAD with DDL_E_DAMAGED or DDL_E_TIMEOUT.
 */
int ddl_packages_read(const struct ddl_packages_call *call, const struct ddl_package_wish *wishes, size_t count,
		      struct ddl_error *error) DDL_MUST_CHECK;

#endif
