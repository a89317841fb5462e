// SPDX-License-Identifier: GPL-2.0-or-later
/* Steps of the flow: which medium. Lists what there is, and looks at what was chosen. */
#include <string.h>

#include "base/limits.h"
#include "flow/steps.h"
#include "source/monitor.h"
#include "source/uevent.h"

static int add_look(struct ddl_flow *flow, struct ddl_source *source)
{
	struct ddl_look *look = ddl_session_look(flow->session, source, &flow->trouble);
	struct ddl_look **slot;

	if (!look)
		return -1;
	slot = ddl_arena_push(flow->session->arena, &flow->looks, &flow->n_looks, sizeof(*slot));
	if (!slot)
		return ddl_fail(&flow->trouble, DDL_E_MEMORY, 0, "%s", source->name);
	*slot = look;
	return 0;
}

/* Before looking anew. The person may change the disk now, and memory is needed for the next. */
static void forget_looks(struct ddl_flow *flow)
{
	ddl_session_close_media(flow->session);
	ddl_session_forget_looks(flow->session);
	flow->looks = NULL;
	flow->set = (struct ddl_set){ .n_repos = 0 };
	flow->n_looks = flow->next_look = 0;
	ddl_error_clear(&flow->trouble);
}

/* Every medium there is; those that hold nothing are passed over. */
static int look_at_any(struct ddl_flow *flow)
{
	struct ddl_source **sources = NULL;
	size_t count = 0;

	if (ddl_session_sources(flow->session, &sources, &count, &flow->trouble) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (!sources[i]->usable)
			continue;
		if (add_look(flow, sources[i]) < 0)
			return -1;
		if (!flow->looks[flow->n_looks - 1]->n_repos)
			flow->n_looks--;
	}
	if (!count)
		return ddl_fail(&flow->trouble, DDL_E_NO_MEDIUM, 0, _("no drive, stick or disk was found"));
	if (!flow->n_looks)
		return ddl_fail(&flow->trouble, DDL_E_NOT_A_DISK, 0,
				ddl_trn("%zu medium, no driver disk on it", "none of %zu media holds a driver disk", count),
				count);
	return 0;
}

int ddl_flow_look_at_word(struct ddl_flow *flow, const char *word)
{
	struct ddl_source *source;
	const struct ddl_look *look;

	if (strcmp(word, "any") == 0)
		return look_at_any(flow);
	source = ddl_session_source(flow->session, word, &flow->trouble);
	if (!source || add_look(flow, source) < 0)
		return -1;
	look = flow->looks[flow->n_looks - 1];
	if (look->trouble.code == DDL_OK)
		return 0;
	flow->trouble = look->trouble;
	for (size_t i = 0; i < look->n_notes; i++) /* what was found there, and why it is of no use */
		(void)ddl_session_tell(
			flow->session,
			&(struct ddl_event){ .kind = DDL_EVENT_NOTE, .phase = DDL_PHASE_LOOK, .what = look->notes[i] });
	return -1;
}

enum ddl_step ddl_step_words(struct ddl_flow *flow)
{
	forget_looks(flow);
	for (size_t i = 0; i < flow->n_words; i++)
		if (ddl_flow_look_at_word(flow, flow->words[i]) < 0)
			return ddl_flow_fail(flow, DDL_STEP_WORDS);
	return DDL_STEP_PACKS;
}

/* One that was chosen before it was heard what it is. */
static bool is_unknown(const struct ddl_source *source)
{
	return source->look == DDL_LOOK_UNDER_WAY && !source->usable && source->trouble.code == DDL_OK;
}

static enum ddl_step look_at_chosen(struct ddl_flow *flow, const struct ddl_question *question)
{
	struct ddl_source *source;

	if (question->typed) {
		if (ddl_flow_look_at_word(flow, question->typed) < 0)
			return ddl_flow_fail(flow, DDL_STEP_SOURCE);
		return DDL_STEP_PACKS;
	}
	if (question->chosen >= question->n_sources)
		return DDL_STEP_SOURCE;
	source = question->sources[question->chosen];
	if (is_unknown(source))
		source = ddl_session_source(flow->session, source->path, &flow->trouble);
	if (!source || add_look(flow, source) < 0)
		return ddl_flow_fail(flow, DDL_STEP_SOURCE);
	if (flow->looks[0]->trouble.code != DDL_OK) {
		flow->trouble = flow->looks[0]->trouble;
		return ddl_flow_fail(flow, DDL_STEP_SOURCE);
	}
	return DDL_STEP_PACKS;
}

/* What comes while the list is shown is told; below --root there is nothing that could come. */
static void watch_media(struct ddl_flow *flow)
{
	if (flow->session->options.root)
		return;
	if (flow->watch < 0)
		flow->watch = ddl_uevent_open(); /* before looking: what comes meanwhile is told */
	if (flow->watch >= 0)
		(void)ddl_media_changed(flow->watch); /* it is looked at now */
}

/* ---- while the person chooses: what is on each of them ---- */

static enum ddl_wish beat(void *ctx, const struct ddl_event *event)
{
	(void)ctx;
	if (!event->again)
		ddl_monitor_beat();
	return DDL_WISH_GO_ON;
}

static enum ddl_reply answer_nothing(void *ctx, struct ddl_question *question)
{
	(void)ctx;
	(void)question;
	return DDL_REPLY_NO;
}

/* In a worker: the terminal and the log belong to the program, not to this copy of it. */
static void look(void *arg, struct ddl_source *source, struct ddl_monitor_found *found)
{
	struct ddl_session *session = arg;
	struct ddl_error error = DDL_ERROR_INIT;
	const struct ddl_look *seen;

	session->front = (struct ddl_front){ NULL, beat, answer_nothing };
	session->log = NULL;
	session->keep = false;
	seen = ddl_session_look(session, source, &error);
	found->trouble = seen ? seen->trouble.code : error.code;
	for (size_t i = 0; seen && i < seen->n_repos; i++) {
		found->packs++;
		found->fitting += seen->repos[i]->fit == DDL_FIT_YES || seen->repos[i]->fit == DDL_FIT_REPLACES;
	}
}

/*
 * Gives the question the sources; they are asked and looked into while it is asked. To be ended with
 * ddl_monitor_stop(question->live). -1 and the error.
 */
static int start_monitor(struct ddl_session *session, int uevents, struct ddl_question *question, struct ddl_error *error)
{
	struct ddl_monitor_call call = { .arena = session->arena, .uevents = uevents, .look = look, .arg = session };
	char media[DDL_MAX_PATH];

	(void)ddl_session_phase(session, DDL_PHASE_SOURCES, "");
	if (!ddl_session_run_path(session, media, sizeof(media), "media"))
		return ddl_fail(error, DDL_E_USAGE, 0, "--root");
	call.media = ddl_arena_dup(session->arena, media);
	call.devices = ddl_devices_list(session->arena, ddl_session_root(session), error);
	if (!call.devices)
		return -1;
	ddl_session_tell_left_out(session, ddl_devices_left_out(session->arena, call.devices));
	return call.media ? ddl_monitor_start(&call, question, error) : ddl_fail(error, DDL_E_MEMORY, 0, "media");
}

static int list_sources(struct ddl_flow *flow, struct ddl_question *question)
{
	struct ddl_source **sources = NULL;
	struct ddl_error error = DDL_ERROR_INIT;

	if (!flow->session->options.root && start_monitor(flow->session, flow->watch, question, &error) == 0)
		return 0;
	if (ddl_session_sources(flow->session, &sources, &question->n_sources, &flow->trouble) < 0)
		return -1;
	question->sources = sources;
	return 0;
}

enum ddl_step ddl_step_source(struct ddl_flow *flow)
{
	struct ddl_question question = { .kind = DDL_ASK_SOURCE };
	enum ddl_reply reply;

	forget_looks(flow);
	watch_media(flow);
	(void)ddl_session_phase(flow->session, DDL_PHASE_MACHINE, "");
	if (!ddl_session_machine(flow->session, &flow->trouble) || list_sources(flow, &question) < 0)
		return ddl_flow_fail(flow, DDL_STEP_SOURCE);
	reply = ddl_flow_ask(flow, &question);
	ddl_monitor_stop(question.live);
	if (reply == DDL_REPLY_YES)
		return look_at_chosen(flow, &question);
	return reply == DDL_REPLY_AGAIN ? DDL_STEP_SOURCE : ddl_flow_end_by(flow, reply);
}
