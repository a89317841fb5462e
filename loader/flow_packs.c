// SPDX-License-Identifier: GPL-2.0-or-later
/* A step of the flow: which packs of a medium are taken, and why one is not to be had. */
#include "flow.h"

const struct ddl_package *ddl_flow_bad_package(const struct ddl_repo *repo)
{
	for (size_t i = 0; i < repo->n_packages; i++)
		if (repo->packages[i].state == DDL_PKG_BAD)
			return &repo->packages[i];
	return NULL;
}

/* A pack of which a package is damaged is not loaded, not even in part. */
static bool fits(const struct ddl_repo *repo)
{
	return (repo->fit == DDL_FIT_YES || repo->fit == DDL_FIT_REPLACES) && !ddl_flow_bad_package(repo);
}

void ddl_flow_say_why_not(const struct ddl_flow *flow, const struct ddl_repo *repo, struct ddl_error *error)
{
	const struct ddl_package *bad = ddl_flow_bad_package(repo);

	if (bad) {
		*error = bad->trouble;
		(void)ddl_fail_in(error, "%s", bad->file);
	} else if (repo->fit == DDL_FIT_OTHER_KERNEL || repo->fit == DDL_FIT_TWIN) {
		const char *kernel = "";

		for (size_t i = 0; i < repo->n_packages && !*kernel; i++)
			if (repo->packages[i].fit == repo->fit)
				kernel = repo->packages[i].n_modules ? repo->packages[i].modules[0]->kernel
								     : repo->packages[i].kernel;
		(void)ddl_fail(error, DDL_E_KERNEL, 0, _("%s: built for %s; this kernel is %s"), repo->identifier, kernel,
			       flow->session->machine.release);
	} else {
		(void)ddl_fail(error, DDL_E_NO_FIT, 0, _("%s: no device here needs it"), repo->identifier);
	}
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
	return ddl_flow_fail(flow, flow->n_words ? DDL_STEP_WORDS : DDL_STEP_SOURCE);
}

static int choose(struct ddl_flow *flow, struct ddl_repo *repo)
{
	struct ddl_repo **slot = ddl_arena_push(flow->session->arena, &flow->chosen, &flow->n_chosen, sizeof(*slot));

	if (!slot)
		return -1;
	*slot = repo;
	return 0;
}

/* A pack that is loaded already is taken along where nothing else is: the plan says so. */
static enum ddl_step packs_done(struct ddl_flow *flow)
{
	for (size_t l = 0; l < flow->n_looks && !flow->n_chosen; l++)
		for (size_t r = 0; r < flow->looks[l]->n_repos; r++)
			if (flow->looks[l]->repos[r]->fit == DDL_FIT_LOADED &&
			    !ddl_flow_bad_package(flow->looks[l]->repos[r]) && choose(flow, flow->looks[l]->repos[r]) < 0)
				return ddl_flow_no_memory(flow, DDL_STEP_PACKS);
	return flow->n_chosen ? DDL_STEP_VERIFY : nothing_chosen(flow);
}

enum ddl_step ddl_step_packs(struct ddl_flow *flow)
{
	struct ddl_question question = { .kind = DDL_ASK_PACKS };
	struct ddl_look *look;
	enum ddl_reply reply;

	if (flow->next_look == flow->n_looks)
		return packs_done(flow);
	look = flow->looks[flow->next_look];
	question.look = look;
	question.ticked = ddl_arena_alloc(flow->session->arena, look->n_repos, sizeof(*question.ticked));
	if (!question.ticked)
		return ddl_flow_no_memory(flow, DDL_STEP_PACKS);
	for (size_t i = 0; i < look->n_repos; i++)
		question.ticked[i] = fits(look->repos[i]) && !ddl_look_newer(look, look->repos[i]);
	reply = ddl_flow_ask(flow, &question);
	if (reply == DDL_REPLY_AGAIN)
		return flow->n_words ? DDL_STEP_WORDS : DDL_STEP_SOURCE;
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

enum ddl_step ddl_flow_back_to_packs(struct ddl_flow *flow)
{
	flow->n_chosen = flow->next_look = 0;
	flow->chosen = NULL;
	return DDL_STEP_PACKS;
}
