/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The repositories on a medium: its metadata files are read and parsed by a confined
 * child, and nothing else of the medium is. No side effects.
 */
#ifndef DDL_SCAN_H
#define DDL_SCAN_H

#include "base/arena.h"
#include "base/attributes.h"
#include "medium/medium.h"
#include "model/model.h"
#include "process/jobs.h"

struct ddl_scan {
	struct ddl_repo **repos;
	size_t n_repos;
	struct ddl_image *images; /* ISO files in an archive: media themselves */
	size_t n_images;
	struct ddl_product *products; /* it is an installer's medium */
	size_t n_products;
	const char **notes; /* translated */
	size_t n_notes;
	const char **seen; /* what is in an archive and of no use, and why; translated */
	size_t n_seen;
};

/*
 * `machine`: whose kernel and processor it is to be for, NULL: nobody asks.
 * 0 with what was found (perhaps nothing); -1 and the error when the medium cannot be read
 * or its only repository is broken. Everything in `scan` lives in the arena.
 */
int ddl_scan_medium(struct ddl_arena *arena, struct ddl_medium *medium, const struct ddl_confine *confine,
		    const struct ddl_machine *machine, struct ddl_scan *scan, struct ddl_error *error) DDL_MUST_CHECK;

#endif
