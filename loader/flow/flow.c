// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The one flow of a load, for every front end: which medium, which packs, are they what
 * they should be, is the licence accepted, may it be done, and what came of it. Each step
 * asks through the front end and names the next one.
 */
#include "flow/steps.h"

#include "apply/changing.h"
#include "base/limits.h"
#include "source/uevent.h"

/* Nothing was begun: what would be "undone" after a failed step is "refused". */
static enum ddl_status status_of_trouble(const struct ddl_flow *flow)
{
	enum ddl_status status = ddl_code_status(flow->trouble.code);

	return status == DDL_UNDONE || status == DDL_NOT_UNDONE ? DDL_REFUSED : status;
}

/* The flow ends with this trouble: what reads the outcome later must see it, too. */
static enum ddl_step give_up(struct ddl_flow *flow)
{
	/* who may not write there, or gave a root that is another machine's, is spared */
	if (!flow->session->outcome && flow->trouble.code != DDL_E_NOT_ROOT && flow->trouble.code != DDL_E_USAGE) {
		flow->session->outcome = ddl_flow_refused(flow, &flow->trouble);
		if (flow->session->outcome)
			ddl_flow_hand_over(flow);
	}
	flow->status = flow->applied ? flow->left : status_of_trouble(flow);
	return DDL_STEP_END;
}

static enum ddl_step step_trouble(struct ddl_flow *flow)
{
	struct ddl_question question = { .kind = DDL_ASK_TROUBLE, .error = &flow->trouble, .plan = flow->plan };
	enum ddl_reply reply;

	if (flow->failed >= DDL_STEP_PLAN) /* an outcome that is there before is another disk's */
		question.outcome = flow->session->outcome;
	if (flow->failed == DDL_STEP_END) { /* trying again would not help */
		(void)ddl_flow_ask(flow, &question);
		return give_up(flow);
	}
	reply = ddl_flow_ask(flow, &question);
	if (reply == DDL_REPLY_AGAIN)
		return ddl_flow_anew(flow);
	if (reply == DDL_REPLY_OTHER_WAY && flow->plan && flow->failed == DDL_STEP_PLAN)
		return ddl_flow_other_way(flow);
	if (reply == DDL_REPLY_BACK && !flow->n_words)
		return flow->n_looks && flow->failed > DDL_STEP_PACKS && flow->trouble.code != DDL_E_GONE ?
			       ddl_flow_back_to_packs(flow) :
			       DDL_STEP_SOURCE;
	(void)give_up(flow);
	return reply == DDL_REPLY_SKIP ? ddl_flow_without_disk(flow) : DDL_STEP_END;
}

static enum ddl_step step(struct ddl_flow *flow, enum ddl_step now)
{
	switch (now) {
	case DDL_STEP_SOURCE:
		return ddl_step_source(flow);
	case DDL_STEP_WORDS:
		return ddl_step_words(flow);
	case DDL_STEP_PACKS:
		return ddl_step_packs(flow);
	case DDL_STEP_VERIFY:
		return ddl_step_verify(flow);
	case DDL_STEP_LICENCE:
		return ddl_step_licence(flow);
	case DDL_STEP_PLAN:
		return ddl_step_plan(flow);
	case DDL_STEP_APPLY:
		return ddl_step_apply(flow);
	case DDL_STEP_TROUBLE:
		return step_trouble(flow);
	default:
		return DDL_STEP_END;
	}
}

/* First whether another run changes drivers now, or one was killed in the middle of it; then `next`. */
static enum ddl_step step_others(struct ddl_flow *flow, enum ddl_step next)
{
	struct ddl_session *session = flow->session;
	struct ddl_question question = { .kind = DDL_ASK_INTERRUPTED,
					 .why = session->options.after_kill ? _("it is allowed after a run that was killed") :
									      NULL };
	char run[DDL_MAX_PATH], who[DDL_CHANGING_WHO];

	if (ddl_session_run_path(session, run, sizeof(run), "") && ddl_changing_look(run, who) == DDL_CHANGING_SOMEBODY) {
		(void)ddl_fail(&flow->trouble, DDL_E_OTHER_RUN, 0, "%s", who);
		return ddl_flow_fail(flow, DDL_STEP_END);
	}
	if (!session->machine.interrupted)
		return next;
	ddl_log(session->log, "a run was killed while it changed drivers: %s", session->machine.interrupted);
	if (ddl_flow_ask(flow, &question) == DDL_REPLY_YES) {
		session->options.after_kill = true;
		return next;
	}
	if (!question.why) /* a person has read it, and leaves */
		return ddl_flow_leave(flow);
	(void)ddl_fail(&flow->trouble, DDL_E_INTERRUPTED, 0, "%s", session->machine.interrupted);
	return ddl_flow_fail(flow, DDL_STEP_END);
}

enum ddl_status ddl_flow_load(struct ddl_session *session, const char *const *words, size_t count, struct ddl_error *error)
{
	struct ddl_flow flow = { .session = session, .words = words, .n_words = count, .status = DDL_DONE, .watch = -1 };
	enum ddl_step now = count ? DDL_STEP_WORDS : DDL_STEP_SOURCE;

	session->keep = true;
	session->cancelled = false;
	if (session->kernel->ops->may_change(session->kernel, &flow.trouble) < 0 ||
	    ddl_session_log_default(session, &flow.trouble) < 0 || !ddl_session_machine(session, &flow.trouble))
		now = ddl_flow_fail(&flow, DDL_STEP_END);
	else
		now = step_others(&flow, now);
	while (now != DDL_STEP_END)
		now = step(&flow, now);
	if (flow.watch >= 0)
		ddl_uevent_close(flow.watch);
	if (error)
		*error = flow.trouble;
	return flow.status;
}
