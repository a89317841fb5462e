// SPDX-License-Identifier: GPL-2.0-or-later
/* Steps of the flow: what will be done, doing it, and what is left for the installer. */
#include <unistd.h>

#include "apply.h"
#include "flow.h"
#include "handoff.h"
#include "limits.h"

static enum ddl_status status_of(const struct ddl_outcome *outcome)
{
	switch (outcome->result) {
	case DDL_RESULT_UNDONE:
		return DDL_UNDONE;
	case DDL_RESULT_NOT_UNDONE:
		return DDL_NOT_UNDONE;
	case DDL_RESULT_REFUSED:
		return ddl_code_status(outcome->error.code);
	default:
		return DDL_DONE;
	}
}

struct ddl_outcome *ddl_flow_refused(struct ddl_flow *flow, const struct ddl_error *error)
{
	struct ddl_outcome *outcome = ddl_arena_alloc(flow->session->arena, 1, sizeof(*outcome));

	if (!outcome)
		return NULL;
	outcome->result = flow->session->options.optional && error->code == DDL_E_NO_FIT ? DDL_RESULT_NOTHING
											  : DDL_RESULT_REFUSED;
	outcome->plan = flow->plan;
	outcome->repos = (const struct ddl_repo **)flow->chosen;
	outcome->n_repos = flow->n_chosen;
	outcome->error = *error;
	return outcome;
}

/* The outcome of what was loaded, also by a run before this one, is not lost to a refusal. */
static bool is_worth_keeping(const struct ddl_session *session)
{
	char packs[DDL_MAX_PATH];

	if (session->outcome->result != DDL_RESULT_REFUSED && session->outcome->result != DDL_RESULT_NOTHING)
		return true;
	return !ddl_session_run_path(session, packs, sizeof(packs), "packs") || access(packs, F_OK) < 0;
}

void ddl_flow_hand_over(struct ddl_flow *flow)
{
	struct ddl_session *session = flow->session;
	struct ddl_error error = DDL_ERROR_INIT;
	char line[512];

	session->outcome->fingerprint_compared = flow->compared;
	session->outcome->policy = session->policy;
	session->outcome->n_policy = session->n_policy;
	ddl_handoff_line(line, sizeof(line), session->outcome);
	ddl_log(session->log, "%s", line);
	session->kernel->ops->log_write(session->kernel, line);
	if (ddl_log_failure(session->log))
		(void)ddl_session_tell(session, &(struct ddl_event){ .kind = DDL_EVENT_NOTE, .phase = DDL_PHASE_APPLY,
			.what = _("The log could not be written to its end.") });
	if (!is_worth_keeping(session) || ddl_handoff_write(session, session->outcome, &error) == 0)
		return;
	ddl_log_error(session->log, "hand-off", &error);
	if (session->outcome->result == DDL_RESULT_REFUSED)
		return; /* nothing was loaded that an installer would miss */
	(void)ddl_session_tell(session, &(struct ddl_event){ .kind = DDL_EVENT_NOTE, .phase = DDL_PHASE_APPLY,
		.what = _("What was loaded could not be written down for the installer; see the log.") });
}

static enum ddl_step refuse(struct ddl_flow *flow)
{
	flow->session->outcome = ddl_flow_refused(flow, &flow->trouble);
	if (!flow->session->outcome)
		return ddl_flow_no_memory(flow, DDL_STEP_PLAN);
	ddl_flow_hand_over(flow);
	return ddl_flow_fail(flow, DDL_STEP_PLAN);
}

void ddl_session_refused(struct ddl_session *session, const struct ddl_error *error)
{
	struct ddl_flow flow = { .session = session };

	(void)ddl_session_log_default(session, NULL); /* without one the kernel log has the line */
	session->outcome = ddl_flow_refused(&flow, error);
	if (session->outcome) /* without memory the caller's own words have to do */
		ddl_flow_hand_over(&flow);
}

enum ddl_step ddl_step_plan(struct ddl_flow *flow)
{
	struct ddl_question question = { .kind = DDL_ASK_APPLY };
	enum ddl_reply reply;

	flow->plan = ddl_session_plan(flow->session, flow->chosen, flow->n_chosen, &flow->trouble);
	if (!flow->plan)
		return ddl_flow_fail(flow, DDL_STEP_PLAN);
	if (flow->plan->refusal.code != DDL_OK) {
		flow->trouble = flow->plan->refusal;
		return refuse(flow);
	}
	for (size_t i = 0; i < flow->plan->n_notes; i++)
		(void)ddl_session_tell(flow->session, &(struct ddl_event){ .kind = DDL_EVENT_NOTE,
			.phase = DDL_PHASE_PLAN, .what = flow->plan->notes[i] });
	if (!flow->plan->n_ops)
		return DDL_STEP_APPLY; /* nothing would change: there is nothing to ask */
	question.plan = flow->plan;
	reply = ddl_flow_ask(flow, &question);
	if (reply == DDL_REPLY_BACK)
		return ddl_flow_back_to_packs(flow);
	if (reply == DDL_REPLY_YES)
		return DDL_STEP_APPLY;
	if (!flow->n_words || reply == DDL_REPLY_SKIP)
		return ddl_flow_end_by(flow, reply);
	/* unattended: the policy did not allow it */
	(void)ddl_fail(&flow->trouble, flow->plan->replaces ? DDL_E_REPLACE : DDL_E_CANCELLED, 0, "%s",
		       flow->plan->n_wanted ? flow->plan->wanted[0]->name : "");
	return flow->plan->replaces ? refuse(flow) : ddl_flow_leave(flow);
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
	struct ddl_apply apply = { session->plan_arena, session->kernel, session->log, &session->front, NULL,
				   session->options.settle_ms };
	char run[DDL_MAX_PATH];
	struct ddl_outcome *outcome = ddl_arena_alloc(session->plan_arena, 1, sizeof(*outcome));

	if (!outcome || !ddl_session_run_path(session, run, sizeof(run), ""))
		return ddl_flow_no_memory(flow, DDL_STEP_PLAN);
	apply.run_directory = run;
	apply.settle_ms = apply.settle_ms ? apply.settle_ms : DDL_SETTLE_DEFAULT_MS;
	(void)ddl_session_phase(session, DDL_PHASE_APPLY, "");
	(void)ddl_plan_apply(&apply, flow->plan, flow->chosen, flow->n_chosen, outcome); /* the outcome says it */
	session->outcome = outcome;
	session->cancelled = false; /* nothing is cancelled from here on */
	flow->status = status_of(outcome);
	if (outcome->result != DDL_RESULT_REFUSED && outcome->result != DDL_RESULT_NOTHING)
		count(flow);
	flow->trouble = outcome->error;
	ddl_flow_hand_over(flow);
	(void)ddl_session_machine(session, NULL); /* the outcome's screen shows it; the old view will do */
	question.outcome = outcome;
	switch (ddl_flow_ask(flow, &question)) {
	case DDL_REPLY_AGAIN:
		return flow->n_words ? DDL_STEP_WORDS : DDL_STEP_SOURCE;
	case DDL_REPLY_BACK:
		return flow->n_words ? DDL_STEP_END : DDL_STEP_SOURCE;
	default:
		return DDL_STEP_END;
	}
}
