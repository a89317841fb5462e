// SPDX-License-Identifier: GPL-2.0-or-later
/* Steps of the flow: what will be done, and doing it. */
#include "apply/apply.h"
#include "base/limits.h"
#include "flow/steps.h"
#include "plan/plan.h"

static enum ddl_step refuse(struct ddl_flow *flow)
{
	flow->session->outcome = ddl_flow_refused(flow, &flow->trouble);
	if (!flow->session->outcome)
		return ddl_flow_no_memory(flow, DDL_STEP_PLAN);
	ddl_flow_hand_over(flow);
	return ddl_flow_fail(flow, DDL_STEP_PLAN);
}

/* What a person did about the fingerprint stands with what is going to be done; where nobody is asked, the log says it. */
static int tell_compared(struct ddl_flow *flow)
{
	const char *words = flow->compared == DDL_COMPARED_SAME ? _("Fingerprint: compared, it is the same.") :
			    flow->compared == DDL_COMPARED_NOT  ? _("Fingerprint: not compared.") :
								  _("Fingerprint: it DIFFERED, and you went on by hand.");

	ddl_log(flow->session->log, "%s", words);
	return flow->by_policy ? 0 : ddl_plan_note(flow->session->plan_arena, flow->plan, words);
}

/* Of a pack that was chosen and is not loaded the plan says why. -1: no memory. */
static int tell_left_out(struct ddl_flow *flow)
{
	struct ddl_arena *arena = flow->session->plan_arena;
	char words[DDL_ERROR_TEXT];

	for (size_t i = 0; i < flow->set.n_chosen; i++) {
		const struct ddl_repo *repo = flow->set.repos[i];

		if (repo->fit >= DDL_FIT_OLDER)
			continue;
		ddl_describe_repo_fit(words, sizeof(words), repo, flow->session->machine.release);
		if (ddl_plan_note(arena, flow->plan,
				  ddl_arena_printf(arena, _("%s %s is not loaded: %s"), repo->identifier, repo->version, words)) <
		    0)
			return -1;
	}
	return 0;
}

enum ddl_step ddl_step_plan(struct ddl_flow *flow)
{
	struct ddl_question question = { .kind = DDL_ASK_APPLY };
	char words[DDL_ERROR_TEXT];
	enum ddl_code code;
	enum ddl_reply reply;

	flow->plan = ddl_session_plan(flow->session, &flow->set, &flow->trouble);
	if (!flow->plan)
		return ddl_flow_fail(flow, DDL_STEP_PLAN);
	if (flow->plan->refusal.code != DDL_OK) {
		flow->trouble = flow->plan->refusal;
		return refuse(flow);
	}
	if (tell_compared(flow) < 0 || tell_left_out(flow) < 0)
		return ddl_flow_no_memory(flow, DDL_STEP_PLAN);
	for (size_t i = 0; i < flow->plan->n_notes; i++)
		(void)ddl_session_tell(
			flow->session,
			&(struct ddl_event){ .kind = DDL_EVENT_NOTE, .phase = DDL_PHASE_PLAN, .what = flow->plan->notes[i] });
	if (!flow->plan->n_ops)
		return DDL_STEP_APPLY; /* nothing would change: there is nothing to ask */
	question.plan = flow->plan;
	reply = ddl_flow_ask(flow, &question);
	if (reply == DDL_REPLY_BACK)
		return ddl_flow_back_to_packs(flow);
	if (reply == DDL_REPLY_OTHER_WAY)
		return ddl_flow_other_way(flow);
	if (reply == DDL_REPLY_YES)
		return DDL_STEP_APPLY;
	if (!flow->n_words || reply == DDL_REPLY_SKIP)
		return ddl_flow_end_by(flow, reply);
	/* unattended: the policy did not allow it */
	code = ddl_plan_not_allowed(flow->plan, &flow->session->options);
	(void)ddl_fail(&flow->trouble, code ? code : DDL_E_CANCELLED, 0, "%s",
		       ddl_describe_replaced(words, sizeof(words), flow->plan));
	return code ? refuse(flow) : ddl_flow_leave(flow);
}

/* What could not be put back stays so, whatever is loaded after it. */
static void count(struct ddl_flow *flow)
{
	if (!flow->applied || flow->left != DDL_NOT_UNDONE)
		flow->left = flow->status;
	flow->status = flow->left;
	flow->applied = true;
}

enum ddl_step ddl_step_apply(struct ddl_flow *flow)
{
	struct ddl_session *session = flow->session;
	struct ddl_question question = { .kind = DDL_ASK_OUTCOME };
	struct ddl_apply apply = { .arena = session->plan_arena,
				   .kernel = session->kernel,
				   .log = session->log,
				   .front = &session->front,
				   .root = ddl_session_root(session),
				   .after_kill = session->options.after_kill,
				   .settle_ms = session->options.settle_ms };
	enum ddl_reply reply;
	char run[DDL_MAX_PATH];
	struct ddl_outcome *outcome = ddl_arena_alloc(session->plan_arena, 1, sizeof(*outcome));

	if (!outcome || !ddl_session_run_path(session, run, sizeof(run), ""))
		return ddl_flow_no_memory(flow, DDL_STEP_PLAN);
	apply.run_directory = run;
	apply.settle_ms = apply.settle_ms ? apply.settle_ms : DDL_SETTLE_DEFAULT_MS;
	(void)ddl_session_phase(session, DDL_PHASE_APPLY, "");
	(void)ddl_plan_apply(&apply, flow->plan, flow->set.repos, flow->set.n_repos, outcome); /* the outcome says it */
	session->outcome = outcome;
	session->cancelled = false; /* nothing is cancelled from here on */
	flow->status = ddl_outcome_status(outcome);
	if (outcome->result != DDL_RESULT_REFUSED && outcome->result != DDL_RESULT_NOTHING)
		count(flow);
	flow->trouble = outcome->error;
	ddl_flow_hand_over(flow);
	(void)ddl_session_machine(session, NULL); /* the outcome's screen shows it; the old view will do */
	question.outcome = outcome;
	reply = ddl_flow_ask(flow, &question);
	/* never what has no controller; of what has one, disks may still come */
	if (outcome->result == DDL_RESULT_WORKS || outcome->result == DDL_RESULT_BOUND_NO_DISK)
		ddl_modules_announce(&apply, flow->plan, session->machine.release);
	switch (reply) {
	case DDL_REPLY_AGAIN:
		return ddl_flow_anew(flow);
	case DDL_REPLY_BACK:
		return flow->n_words ? DDL_STEP_END : DDL_STEP_SOURCE;
	default:
		return DDL_STEP_END;
	}
}
