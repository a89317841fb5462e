// SPDX-License-Identifier: GPL-2.0-or-later
/* Joins loose files to packs, and parts damaged ones from them. */
#include "session/loose.h"

#include <string.h>

#include "plan/plan.h"
#include "repository/repository.h"
#include "repository/seen.h"
#include "session/checksums.h"

/* The pack is as if it were the file alone. */
static const struct ddl_opened *file_of(const struct ddl_session *session, const struct ddl_repo *repo)
{
	const struct ddl_opened *opened = &session->opened[repo->medium];

	return opened->medium && opened->medium->kind == DDL_MEDIUM_BARE ? opened : NULL;
}

/* Names its files as they lie on the medium that they are on, from which they are read. */
static void place(const struct ddl_session *session, struct ddl_repo *repo)
{
	const struct ddl_opened *file = file_of(session, repo);

	if (file && file->outer != SIZE_MAX) {
		repo->packages->file = file->name;
		repo->packages->medium = repo->medium = file->outer;
	}
}

static bool has_file(const struct ddl_repo *repo, const char *file)
{
	for (size_t i = 0; i < repo->n_packages; i++)
		if (strcmp(repo->packages[i].file, file) == 0)
			return true;
	return false;
}

/* The pack of loose files on this medium; NULL. */
static struct ddl_repo *pack_on(const struct ddl_look *look, size_t count, size_t medium)
{
	for (size_t i = 0; i < count; i++)
		if (look->repos[i]->family == DDL_FAMILY_BARE && look->repos[i]->medium == medium)
			return look->repos[i];
	return NULL;
}

int ddl_loose_join(struct ddl_session *session, struct ddl_look *look)
{
	size_t kept = 0;

	for (size_t i = 0; i < look->n_repos; i++) {
		struct ddl_repo *repo = look->repos[i], *pack = NULL;

		if (repo->family == DDL_FAMILY_BARE) {
			place(session, repo);
			pack = pack_on(look, kept, repo->medium);
		}
		if (!pack) {
			look->repos[kept++] = repo;
			continue;
		}
		if (ddl_repo_bare_add(session->arena, pack, repo->packages) < 0)
			return -1;
		pack->where = session->opened[pack->medium].inside;
	}
	look->n_repos = kept;
	return 0;
}

/* -------------------------------------------------------------- after reading */

static int add_repo(struct ddl_session *session, struct ddl_look *look, struct ddl_repo *repo)
{
	struct ddl_repo **slot = ddl_arena_push(session->arena, &look->repos, &look->n_repos, sizeof(*slot));

	if (!slot)
		return -1;
	*slot = repo;
	return 0;
}

/* A pack with some of this one's packages: those that are damaged, each by itself, or all others. */
static struct ddl_repo *pack_of(struct ddl_session *session, const struct ddl_repo *repo, const struct ddl_package *damaged)
{
	struct ddl_repo *part = ddl_arena_alloc(session->arena, 1, sizeof(*part));

	if (!part)
		return NULL;
	*part = *repo;
	part->packages = NULL;
	part->n_packages = 0;
	part->version = "";
	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_package *package = &repo->packages[i];

		if ((damaged ? package == damaged : package->state != DDL_PKG_BAD) &&
		    ddl_repo_bare_add(session->arena, part, package) < 0)
			return NULL;
	}
	if (part->n_packages == 1) {
		part->version = part->packages->version;
		part->where = *repo->where ? ddl_arena_printf(session->arena, "%s: %s", repo->where, part->packages->file) :
					     part->packages->file;
	}
	return part->where ? part : NULL;
}

/* *repo becomes what is whole of it. */
static int part_damaged(struct ddl_session *session, struct ddl_look *look, size_t number)
{
	const struct ddl_repo *repo = look->repos[number];
	size_t damaged = 0, parted = 0;

	for (size_t i = 0; i < repo->n_packages; i++)
		damaged += repo->packages[i].state == DDL_PKG_BAD;
	if (!damaged || repo->n_packages == 1)
		return 0;
	if (damaged < repo->n_packages && !(look->repos[number] = pack_of(session, repo, NULL)))
		return -1;
	for (size_t i = 0; i < repo->n_packages; i++) {
		struct ddl_repo *part = repo->packages[i].state == DDL_PKG_BAD ? pack_of(session, repo, &repo->packages[i]) :
										 NULL;

		if (repo->packages[i].state != DDL_PKG_BAD)
			continue;
		if (!part)
			return -1;
		if (damaged == repo->n_packages && !parted++)
			look->repos[number] = part;
		else if (add_repo(session, look, part) < 0)
			return -1;
	}
	return 0;
}

static int settle(struct ddl_session *session, struct ddl_look *look, struct ddl_repo *repo, struct ddl_error *error)
{
	const char *note, **slot;

	if (ddl_repo_bare_read(session->arena, repo) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", repo->name);
	if (ddl_checksums_look_loose(session, repo, &note, error) < 0)
		return -1;
	slot = note ? ddl_arena_push(session->arena, &look->notes, &look->n_notes, sizeof(*slot)) : NULL;
	if (note && !slot)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", repo->name);
	if (slot)
		*slot = note;
	return 0;
}

/* Debian's packages are known by what is in them: one with no driver, firmware or settings is none of ours. */
static bool is_of_no_use(const struct ddl_repo *repo)
{
	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_package *package = &repo->packages[i];

		if (package->type != DDL_PKG_DEB || package->state != DDL_PKG_STAGED)
			return false;
		for (size_t k = 0; k < package->n_files; k++)
			if (package->files[k]->kind != DDL_FILE_OTHER)
				return false;
	}
	return true;
}

static int drop_useless(struct ddl_session *session, struct ddl_look *look)
{
	size_t kept = 0;

	for (size_t i = 0; i < look->n_repos; i++) {
		const struct ddl_repo *repo = look->repos[i];

		if (repo->family != DDL_FAMILY_BARE || !is_of_no_use(repo)) {
			look->repos[kept++] = look->repos[i];
			continue;
		}
		for (size_t p = 0; p < repo->n_packages; p++)
			if (ddl_seen_add(session->arena, &look->seen, &look->n_seen,
					 ddl_arena_printf(session->arena,
							  _("%s is a Debian package without a driver or firmware"),
							  repo->packages[p].file)) < 0)
				return -1;
	}
	look->n_repos = kept;
	return 0;
}

int ddl_loose_settle(struct ddl_session *session, struct ddl_look *look, struct ddl_error *error)
{
	size_t count;

	if (drop_useless(session, look) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", look->source->name);
	count = look->n_repos;
	for (size_t i = 0; i < count; i++)
		if (look->repos[i]->family == DDL_FAMILY_BARE && part_damaged(session, look, i) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", look->source->name);
	for (size_t i = 0; i < look->n_repos; i++)
		if (look->repos[i]->family == DDL_FAMILY_BARE && settle(session, look, look->repos[i], error) < 0)
			return -1;
	return 0;
}

/* ------------------------------------------------------- sources that are files */

/* The look at one such file, whole, and nothing else: then that is its pack. */
static struct ddl_repo *pack_given(const struct ddl_session *session, const struct ddl_look *look)
{
	return look->source->kind == DDL_SOURCE_FILE && look->n_repos && look->repos[0]->family == DDL_FAMILY_BARE &&
			       session->opened[look->repos[0]->medium].outer == SIZE_MAX &&
			       !ddl_repo_bad_package(look->repos[0]) && file_of(session, look->repos[0]) ?
		       look->repos[0] :
		       NULL;
}

static int move_sums(struct ddl_session *session, const struct ddl_repo *from, struct ddl_repo *to)
{
	for (size_t i = 0; i < from->n_sums; i++) {
		struct ddl_sum *slot = ddl_arena_push(session->arena, &to->sums, &to->n_sums, sizeof(*slot));

		if (!slot)
			return -1;
		*slot = from->sums[i];
	}
	return 0;
}

int ddl_loose_join_given(struct ddl_session *session, struct ddl_look *look)
{
	const struct ddl_repo *repo = pack_given(session, look);
	struct ddl_look *first = NULL;
	struct ddl_repo *pack = NULL;
	const char **note;

	for (size_t l = 0; repo && l < session->n_looks && !pack; l++) {
		first = session->looks[l];
		pack = first != look ? pack_given(session, first) : NULL;
		if (pack && has_file(pack, repo->packages->file))
			pack = NULL;
	}
	if (!pack)
		return 0;
	note = ddl_arena_push(session->arena, &look->notes, &look->n_notes, sizeof(*note));
	if (!note ||
	    !(*note = ddl_arena_printf(session->arena, _("%s is part of one pack with %s."), look->source->name,
				       first->source->name)) ||
	    ddl_repo_bare_add(session->arena, pack, repo->packages) < 0 || move_sums(session, repo, pack) < 0 ||
	    ddl_repo_bare_read(session->arena, pack) < 0 || ddl_fit_packs(first->repos, first->n_repos, &session->machine) < 0)
		return -1;
	pack->where = "";
	look->n_repos = 0;
	return 0;
}
