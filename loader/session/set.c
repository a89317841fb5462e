// SPDX-License-Identifier: GPL-2.0-or-later
/* The packs of one load as one set, before they are verified: which of those that were chosen are used, and which are needed besides. */
#include "session/session.h"

#include <string.h>

#include "plan/plan.h"
#include "plan/requires.h"

static bool holds(struct ddl_repo *const *repos, size_t count, const struct ddl_repo *repo)
{
	for (size_t i = 0; i < count; i++)
		if (repos[i] == repo)
			return true;
	return false;
}

static int add(struct ddl_arena *arena, struct ddl_repo ***repos, size_t *count, struct ddl_repo *repo)
{
	struct ddl_repo **slot = ddl_arena_push(arena, repos, count, sizeof(*slot));

	if (!slot)
		return -1;
	*slot = repo;
	return 0;
}

/* Does a controller have no driver though it is loaded? Firmware may be what that lacks. */
static bool wants_firmware(struct ddl_session *session)
{
	for (size_t i = 0; i < session->machine.n_devices; i++)
		if (*ddl_probes_driver(session->arena, session->kernel, &session->machine, &session->machine.devices[i]))
			return true;
	return false;
}

bool ddl_set_takes(struct ddl_session *session, struct ddl_look *const *looks, size_t n_looks, const struct ddl_repo *repo,
		   enum ddl_fit least)
{
	if (ddl_repo_bad_package(repo) || repo->fit >= least)
		return !ddl_repo_bad_package(repo);
	for (size_t l = 0; l < n_looks && repo->fit == DDL_FIT_SUPPORT; l++)
		for (size_t r = 0; r < looks[l]->n_repos; r++)
			if (looks[l]->repos[r]->fit >= least && !ddl_repo_bad_package(looks[l]->repos[r]))
				return true;
	return repo->fit == DDL_FIT_SUPPORT && wants_firmware(session);
}

/* The chosen packs, and behind them all others that were found and are whole. */
static int gather(struct ddl_session *session, struct ddl_arena *arena, struct ddl_repo *const *chosen, size_t count,
		  struct ddl_repo ***all, size_t *n_all)
{
	for (size_t i = 0; i < count; i++)
		if (add(arena, all, n_all, chosen[i]) < 0)
			return -1;
	for (size_t l = 0; l < session->n_looks; l++) {
		for (size_t r = 0; r < session->looks[l]->n_repos; r++) {
			struct ddl_repo *repo = session->looks[l]->repos[r];

			if (!ddl_repo_bad_package(repo) && !holds(*all, *n_all, repo) && add(arena, all, n_all, repo) < 0)
				return -1;
		}
	}
	return 0;
}

/* Is all that is of use in it there in a version that goes before it? */
static bool is_passed_over(const struct ddl_repo *repo)
{
	bool older = repo->fit == DDL_FIT_OLDER;

	for (size_t i = 0; i < repo->n_packages; i++)
		older = older || repo->packages[i].fit == DDL_FIT_OLDER;
	return older;
}

static int fill(struct ddl_session *session, const struct ddl_plan *draft, struct ddl_repo *const *all, size_t n_chosen,
		size_t n_all, struct ddl_set *set)
{
	for (size_t i = 0; i < n_all; i++) {
		bool used = holds(draft->used, draft->n_used, all[i]), keep = i < n_chosen && !is_passed_over(all[i]);

		if ((used || keep) && add(session->arena, &set->repos, &set->n_repos, all[i]) < 0)
			return -1;
		if (i < n_chosen)
			set->n_chosen = set->n_repos;
	}
	set->missing = draft->refusal.code == DDL_E_DEPENDENCY;
	for (size_t i = 0; i < draft->n_notes; i++) {
		const char **slot = ddl_arena_push(session->arena, &set->notes, &set->n_notes, sizeof(*slot));

		if (!slot || !(*slot = ddl_arena_dup(session->arena, draft->notes[i])))
			return -1;
	}
	return 0;
}

int ddl_set_complete(struct ddl_session *session, struct ddl_repo *const *chosen, size_t count, struct ddl_set *set,
		     struct ddl_error *error)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_plan_call call = {
		.arena = arena, .kernel = session->kernel, .replace = session->options.replace, .unbind = session->options.unbind
	};
	struct ddl_repo **all = NULL;
	struct ddl_plan draft;
	int result = -1;

	call.machine = ddl_session_known_machine(session, error);
	if (!arena || gather(session, arena, chosen, count, &all, &call.n_repos) < 0 ||
	    ddl_requires_follow(session->arena, all, call.n_repos) < 0) {
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "packs");
	} else if (call.machine) {
		call.repos = all;
		call.n_chosen = count;
		*set = (struct ddl_set){ .n_repos = 0 };
		result = ddl_plan_make(&call, &draft, error);
		if (result == 0 && fill(session, &draft, all, count, call.n_repos, set) < 0)
			result = ddl_fail(error, DDL_E_MEMORY, 0, "packs");
	}
	ddl_arena_free(arena);
	return result;
}
