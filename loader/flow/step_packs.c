// SPDX-License-Identifier: GPL-2.0-or-later
/* A step of the flow: which packs of a medium are taken, and why one is not to be had. */
#include <string.h>

#include "flow/steps.h"
#include "module/module_name.h"

/* Has the other pack a driver that was built for this very release, for what this module is for? */
static bool has_exact(const struct ddl_repo *other, const struct ddl_module *module)
{
	for (size_t i = 0; i < other->n_packages; i++)
		for (size_t k = 0; k < other->packages[i].n_modules; k++) {
			const struct ddl_module *exact = other->packages[i].modules[k];

			if (!exact->by_abi && exact->fit >= DDL_FIT_LOADED &&
			    (exact->device == module->device || ddl_module_name_equal(exact->name, module->name)))
				return true;
		}
	return false;
}

/* What was built for another release is taken only where nothing was built for this one. */
static bool is_second_choice(const struct ddl_look *look, const struct ddl_repo *repo)
{
	bool second = repo->by_abi;

	for (size_t i = 0; i < repo->n_packages; i++)
		for (size_t k = 0; k < repo->packages[i].n_modules && second; k++) {
			const struct ddl_module *module = repo->packages[i].modules[k];
			bool exact = module->fit < DDL_FIT_REPLACES;

			for (size_t r = 0; r < look->n_repos && !exact; r++)
				exact = look->repos[r] != repo && has_exact(look->repos[r], module);
			second = exact;
		}
	return second;
}

void ddl_flow_say_why_not(const struct ddl_flow *flow, const struct ddl_repo *repo, struct ddl_error *error)
{
	const struct ddl_package *bad = ddl_repo_bad_package(repo);
	char words[DDL_ERROR_TEXT];

	if (bad) {
		*error = bad->trouble;
		(void)ddl_fail_in(error, "%s", bad->file);
		return;
	}
	ddl_describe_repo_fit(words, sizeof(words), repo, flow->session->machine.release);
	(void)ddl_fail(error, ddl_repo_refusal(repo), 0, "%s: %s", repo->identifier, words);
}

/* Nothing was chosen: already there, or the reason of the pack that comes nearest. */
static enum ddl_step nothing_chosen(struct ddl_flow *flow)
{
	const struct ddl_repo *best = NULL;

	for (size_t l = 0; l < flow->n_looks; l++)
		for (size_t r = 0; r < flow->looks[l]->n_repos; r++)
			if (!best || flow->looks[l]->repos[r]->fit > best->fit)
				best = flow->looks[l]->repos[r];
	if (best)
		ddl_flow_say_why_not(flow, best, &flow->trouble);
	else
		(void)ddl_fail(&flow->trouble, DDL_E_NOT_A_DISK, 0, "%s", "");
	return ddl_flow_fail(flow, ddl_flow_anew(flow));
}

static int choose(struct ddl_flow *flow, struct ddl_repo *repo)
{
	struct ddl_repo **slot = ddl_arena_push(flow->session->arena, &flow->set.repos, &flow->set.n_repos, sizeof(*slot));

	if (!slot)
		return -1;
	*slot = repo;
	flow->set.n_chosen = flow->set.n_repos;
	return 0;
}

static bool is_looked_at(const struct ddl_session *session, const struct ddl_source *source)
{
	for (size_t i = 0; i < session->n_looks; i++)
		if (strcmp(session->looks[i]->source->path, source->path) == 0)
			return true;
	return false;
}

/* What they need and do not have may lie on a medium that was not chosen, as it does for `load any`. */
static int complete_set(struct ddl_flow *flow)
{
	struct ddl_session *session = flow->session;
	struct ddl_source **sources = NULL;
	struct ddl_set chosen = flow->set;
	size_t count = 0, before = session->n_looks;

	if (ddl_set_complete(session, chosen.repos, chosen.n_repos, &flow->set, &flow->trouble) < 0)
		return -1;
	if (!flow->set.missing || flow->n_words)
		return 0;
	if (ddl_session_sources(session, &sources, &count, &flow->trouble) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (sources[i]->usable && !is_looked_at(session, sources[i]) &&
		    !ddl_session_look(session, sources[i], &flow->trouble))
			return -1;
	return session->n_looks == before ? 0 :
					    ddl_set_complete(session, chosen.repos, chosen.n_repos, &flow->set, &flow->trouble);
}

/* A pack that is loaded already is taken along where nothing else is: the plan says so. */
static enum ddl_step packs_done(struct ddl_flow *flow)
{
	for (size_t l = 0; l < flow->n_looks && !flow->set.n_repos; l++)
		for (size_t r = 0; r < flow->looks[l]->n_repos; r++)
			if (flow->looks[l]->repos[r]->fit == DDL_FIT_LOADED && !ddl_repo_bad_package(flow->looks[l]->repos[r]) &&
			    choose(flow, flow->looks[l]->repos[r]) < 0)
				return ddl_flow_no_memory(flow, DDL_STEP_PACKS);
	if (!flow->set.n_repos)
		return nothing_chosen(flow);
	if (complete_set(flow) < 0)
		return ddl_flow_fail(flow, DDL_STEP_PACKS);
	return DDL_STEP_VERIFY;
}

/* What fits best comes first; else in the order of the medium. */
static void order(struct ddl_look *look)
{
	for (size_t i = 1; i < look->n_repos; i++)
		for (size_t k = i; k && look->repos[k]->fit > look->repos[k - 1]->fit; k--) {
			struct ddl_repo *better = look->repos[k];

			look->repos[k] = look->repos[k - 1];
			look->repos[k - 1] = better;
		}
}

enum ddl_step ddl_step_packs(struct ddl_flow *flow)
{
	struct ddl_question question = { .kind = DDL_ASK_PACKS };
	struct ddl_look *look;
	enum ddl_reply reply;

	if (flow->next_look == flow->n_looks)
		return packs_done(flow);
	if (!flow->next_look && ddl_session_fit(flow->session, &flow->trouble) < 0) /* not as the set before has left them */
		return ddl_flow_fail(flow, DDL_STEP_PACKS);
	look = flow->looks[flow->next_look];
	order(look);
	question.look = look;
	question.ticked = ddl_arena_alloc(flow->session->arena, look->n_repos, sizeof(*question.ticked));
	if (!question.ticked)
		return ddl_flow_no_memory(flow, DDL_STEP_PACKS);
	for (size_t i = 0; i < look->n_repos; i++)
		question.ticked[i] = ddl_set_takes(flow->session, flow->looks, flow->n_looks, look->repos[i], DDL_FIT_REPLACES) &&
				     !is_second_choice(look, look->repos[i]);
	reply = ddl_flow_ask(flow, &question);
	if (reply == DDL_REPLY_AGAIN)
		return ddl_flow_anew(flow);
	if (reply == DDL_REPLY_BACK && !flow->n_words)
		return DDL_STEP_SOURCE;
	if (reply != DDL_REPLY_YES)
		return ddl_flow_end_by(flow, reply);
	for (size_t i = 0; i < look->n_repos; i++)
		if (question.ticked[i] && choose(flow, look->repos[i]) < 0)
			return ddl_flow_no_memory(flow, DDL_STEP_PACKS);
	flow->next_look++;
	return DDL_STEP_PACKS;
}
