// SPDX-License-Identifier: GPL-2.0-or-later
/* What every step of the flow may do: ask, go back, end, and leave an outcome behind. */
#include "flow/steps.h"

#include <time.h>
#include <unistd.h>

#include "apply/apply.h"
#include "base/limits.h"
#include "handoff/handoff.h"
#include "machine/identity.h"

enum ddl_reply ddl_flow_ask(struct ddl_flow *flow, struct ddl_question *question)
{
	question->machine = &flow->session->machine;
	question->log = ddl_log_text(flow->session->log);
	question->session = flow->session;
	for (size_t i = 0; i < flow->set.n_repos && flow->set.n_repos > 1; i++)
		if (flow->set.repos[i] == question->repo) {
			question->number = i + 1;
			question->of = flow->set.n_repos;
		}
	return ddl_session_ask(flow->session, question);
}

enum ddl_step ddl_flow_without_disk(struct ddl_flow *flow)
{
	flow->status = flow->applied ? flow->left : DDL_DONE;
	ddl_error_clear(&flow->trouble);
	return DDL_STEP_END;
}

enum ddl_step ddl_flow_leave(struct ddl_flow *flow)
{
	if (flow->applied)
		return ddl_flow_without_disk(flow);
	flow->status = DDL_CANCELLED;
	(void)ddl_fail(&flow->trouble, DDL_E_CANCELLED, 0, "%s", "");
	return DDL_STEP_END;
}

enum ddl_step ddl_flow_end_by(struct ddl_flow *flow, enum ddl_reply reply)
{
	return reply == DDL_REPLY_SKIP ? ddl_flow_without_disk(flow) : ddl_flow_leave(flow);
}

enum ddl_step ddl_flow_fail(struct ddl_flow *flow, enum ddl_step where)
{
	flow->failed = where;
	ddl_log_error(flow->session->log, "load", &flow->trouble);
	if (flow->trouble.code != DDL_E_CANCELLED)
		return DDL_STEP_TROUBLE;
	flow->session->cancelled = false; /* heard: the next step starts afresh */
	return flow->n_words ? ddl_flow_leave(flow) : DDL_STEP_SOURCE;
}

enum ddl_step ddl_flow_no_memory(struct ddl_flow *flow, enum ddl_step where)
{
	(void)ddl_fail(&flow->trouble, DDL_E_MEMORY, 0, "load");
	return ddl_flow_fail(flow, where);
}

enum ddl_step ddl_flow_anew(const struct ddl_flow *flow)
{
	return flow->n_words ? DDL_STEP_WORDS : DDL_STEP_SOURCE;
}

enum ddl_step ddl_flow_back_to_packs(struct ddl_flow *flow)
{
	flow->next_look = 0;
	flow->set = (struct ddl_set){ .n_repos = 0 };
	return DDL_STEP_PACKS;
}

enum ddl_step ddl_flow_other_way(struct ddl_flow *flow)
{
	flow->session->options.unbind = !flow->plan->unbinds;
	ddl_error_clear(&flow->trouble);
	return DDL_STEP_PLAN;
}

struct ddl_outcome *ddl_flow_refused(struct ddl_flow *flow, struct ddl_error *error)
{
	struct ddl_outcome *outcome = ddl_arena_alloc(flow->session->arena, 1, sizeof(*outcome));

	if (!outcome)
		return NULL;
	ddl_flow_judge_need(flow->session, error);
	outcome->result = error->code == DDL_E_NOT_NEEDED ? DDL_RESULT_NOTHING : DDL_RESULT_REFUSED;
	outcome->plan = flow->plan;
	outcome->repos = (const struct ddl_repo **)flow->set.repos;
	outcome->n_repos = flow->set.n_repos;
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

/* Who, where and when: what an outcome has beside what came of it. False: no memory. */
static bool sign(struct ddl_session *session)
{
	struct ddl_outcome *outcome = session->outcome;
	struct ddl_identity *identity = NULL;

	outcome->began = session->began;
	outcome->ended = (int64_t)time(NULL);
	outcome->kernel = ddl_arena_dup(session->arena, session->machine.release ? session->machine.release : "");
	if (!outcome->kernel)
		return false;
	if (!outcome->n_controllers && !outcome->n_disks && /* nothing was applied */
	    ddl_outcome_machine(session->arena, outcome, &session->machine, &session->machine) < 0)
		return false;
	if (session->options.anonymous)
		return true;
	identity = ddl_arena_alloc(session->arena, 1, sizeof(*identity));
	if (!identity || !ddl_identity_read(session->arena, ddl_session_root(session), identity))
		return false;
	outcome->identity = identity;
	return true;
}

void ddl_flow_hand_over(struct ddl_flow *flow)
{
	struct ddl_session *session = flow->session;
	struct ddl_error error = DDL_ERROR_INIT;
	char line[DDL_OUTCOME_LINE];

	session->outcome->compared = flow->compared;
	session->outcome->policy = session->policy;
	session->outcome->n_policy = session->n_policy;
	if (!sign(session))
		ddl_log(session->log, "no memory to say which machine this is");
	ddl_describe_fields(line, sizeof(line), session->outcome);
	session->kernel->ops->log_write(session->kernel, line);
	ddl_describe_line(line, sizeof(line), session->outcome);
	ddl_log(session->log, "%s", line);
	session->kernel->ops->log_write(session->kernel, line);
	if (ddl_log_failure(session->log))
		(void)ddl_session_tell(session, &(struct ddl_event){ .kind = DDL_EVENT_NOTE,
								     .phase = DDL_PHASE_APPLY,
								     .what = _("The log could not be written to its end.") });
	if (!is_worth_keeping(session) || ddl_handoff_write(session, session->outcome, &error) == 0)
		return;
	ddl_log_error(session->log, "hand-off", &error);
	if (session->outcome->result == DDL_RESULT_REFUSED)
		return; /* nothing was loaded that an installer would miss */
	(void)ddl_session_tell(
		session,
		&(struct ddl_event){ .kind = DDL_EVENT_NOTE,
				     .phase = DDL_PHASE_APPLY,
				     .what = _("What was loaded could not be written down for the installer; see the log.") });
}

void ddl_session_refused(struct ddl_session *session, struct ddl_error *error)
{
	struct ddl_flow flow = { .session = session };

	(void)ddl_session_log_default(session, NULL); /* without one the kernel log has the line */
	session->outcome = ddl_flow_refused(&flow, error);
	if (session->outcome) /* without memory the caller's own words have to do */
		ddl_flow_hand_over(&flow);
}
