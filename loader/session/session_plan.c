// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan for packs of this run: made of the machine as it is now, and judged by what they require and who has signed them. */
#include "session/session.h"

#include "base/path.h"
#include "plan/plan.h"
#include "plan/requires.h"
#include "session/products.h"
#include "verify/trust.h"

/* A medium that hangs off a driver that leaves is worth a word. */
static int note_media(struct ddl_session *session, struct ddl_arena *arena, struct ddl_plan *plan, struct ddl_repo *const *repos,
		      size_t count, struct ddl_error *error)
{
	for (size_t i = 0; i < count; i++) {
		const struct ddl_source *source = session->opened[repos[i]->medium].source;

		if (source->kind == DDL_SOURCE_DEVICE && ddl_plan_note_medium(arena, plan, ddl_path_base(source->path)) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "plan");
	}
	return 0;
}

/* Who only plans has not been asked for them. */
static int note_licences(const struct ddl_session *session, struct ddl_arena *arena, const struct ddl_set *set,
			 struct ddl_plan *plan)
{
	for (size_t i = 0; i < set->n_repos && !set->accepted && !session->options.accept_licence; i++) {
		const struct ddl_file *licence = ddl_repo_licence(set->repos[i]);

		if (licence &&
		    ddl_plan_note(
			    arena, plan,
			    ddl_arena_printf(
				    arena,
				    _("The licence of %s (%s) will have to be accepted: --accept-eula where nobody is asked."),
				    set->repos[i]->identifier, licence->path)) < 0)
			return -1;
	}
	return 0;
}

/*
 * Where only what is signed may be used, who installs later gets nothing else: what was not asked for here, as a driver
 * for another kernel, need not be signed.
 */
static int keep_signed(struct ddl_session *session, struct ddl_arena *arena, struct ddl_repo *repo, struct ddl_plan *plan)
{
	const char *first = NULL;
	unsigned long count = 0;

	for (size_t i = 0; i < repo->n_packages; i++) {
		struct ddl_package *package = &repo->packages[i];

		if (package->fd < 0 || ddl_package_is_covered(repo, package))
			continue;
		ddl_session_drop_whole(session, package);
		first = first ? first : package->file;
		count++;
	}
	if (!count)
		return 0;
	return ddl_plan_note(
		arena, plan,
		ddl_arena_printf(
			arena,
			ddl_trn("%s: %lu package is not signed by a trusted key and is not handed over to the installer: %s",
				"%s: %lu packages are not signed by a trusted key and are not handed over to the installer: %s ...",
				count),
			repo->identifier, count, first));
}

static int judge_signatures(struct ddl_session *session, const struct ddl_set *set, struct ddl_plan *plan)
{
	for (size_t i = 0; i < set->n_repos && plan->refusal.code == DDL_OK; i++)
		(void)ddl_trust_judge(&session->options, set->repos[i], &plan->refusal); /* what it says, the plan says */
	for (size_t i = 0; i < set->n_repos && plan->refusal.code == DDL_OK && session->options.require_signature; i++)
		if (keep_signed(session, session->plan_arena, set->repos[i], plan) < 0)
			return -1;
	return 0;
}

/* What the packs require, who has signed them, and what was passed over before they were verified. */
static int judge_set(struct ddl_session *session, const struct ddl_set *set, struct ddl_plan *plan, struct ddl_error *error)
{
	struct ddl_arena *arena = session->plan_arena;
	struct ddl_product *products = NULL;
	size_t n_products = 0;

	if (ddl_session_products(session, arena, set->repos, set->n_repos, &products, &n_products, error) < 0 ||
	    ddl_requires_judge(arena, session->machine.release, products, n_products, set->repos, set->n_repos, set->n_repos,
			       plan, error) < 0 ||
	    note_media(session, arena, plan, set->repos, set->n_repos, error) < 0)
		return -1;
	if (note_licences(session, arena, set, plan) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "plan");
	for (size_t i = 0; i < set->n_notes; i++)
		if (ddl_plan_note(arena, plan, set->notes[i]) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "plan");
	return judge_signatures(session, set, plan) < 0 ? ddl_fail(error, DDL_E_MEMORY, 0, "plan") : 0;
}

struct ddl_plan *ddl_session_plan(struct ddl_session *session, const struct ddl_set *set, struct ddl_error *error)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_plan *plan = arena ? ddl_arena_alloc(arena, 1, sizeof(*plan)) : NULL;
	struct ddl_plan_call call = { arena,         &session->machine, session->kernel,          set->repos,
				      set->n_chosen, set->n_repos,      session->options.replace, session->options.unbind };

	if (!plan) {
		ddl_arena_free(arena);
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "plan");
		return NULL;
	}
	(void)ddl_session_phase(session, DDL_PHASE_PLAN, "");
	ddl_session_close_media(session); /* our own mount must not be what is in the way */
	ddl_arena_free(session->plan_arena);
	session->plan_arena = arena;
	session->outcome = NULL;
	if (!ddl_session_machine(session, error))
		return NULL;
	if (session->plan_machine_arena != session->machine_arena)
		ddl_arena_free(session->plan_machine_arena);
	session->plan_machine_arena = session->machine_arena;
	if (ddl_plan_make(&call, plan, error) < 0 || judge_set(session, set, plan, error) < 0)
		return NULL;
	for (size_t i = 0; i < plan->n_notes; i++)
		ddl_log(session->log, "%s", plan->notes[i]);
	return plan;
}

/* Each of what is required is known by the sentence that a plan would have. */
static int judge_alone(struct ddl_session *session, const struct ddl_look *look, struct ddl_repo *repo, struct ddl_error *error)
{
	struct ddl_arena *arena = session->arena;
	struct ddl_repo **all = ddl_arena_alloc(arena, look->n_repos, sizeof(*all));
	struct ddl_product *products;
	struct ddl_plan plan = { 0 };
	size_t n_products, count = 0;

	if (!all)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", repo->identifier);
	all[count++] = repo;
	for (size_t i = 0; i < look->n_repos; i++)
		if (look->repos[i] != repo)
			all[count++] = look->repos[i];
	if (ddl_session_products(session, arena, &repo, 1, &products, &n_products, error) < 0 ||
	    ddl_requires_judge(arena, session->machine.release, products, n_products, all, count, 1, &plan, error) < 0)
		return -1;
	repo->against = plan.refusals;
	repo->n_against = plan.n_refusals;
	return 0;
}

int ddl_session_judge(struct ddl_session *session, struct ddl_error *error)
{
	for (size_t l = 0; l < session->n_looks; l++)
		for (size_t r = 0; r < session->looks[l]->n_repos; r++)
			if (session->looks[l]->repos[r]->n_requires &&
			    judge_alone(session, session->looks[l], session->looks[l]->repos[r], error) < 0)
				return -1;
	return 0;
}
