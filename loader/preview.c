// SPDX-License-Identifier: GPL-2.0-or-later
/* What a worker does with its copy of the session: looks at one source, and counts. */
#include "preview.h"

#include "live.h"

static bool beat(void *ctx, const struct ddl_event *event)
{
	(void)ctx;
	if (!event->again)
		ddl_live_beat();
	return true;
}

static enum ddl_reply answer_nothing(void *ctx, struct ddl_question *question)
{
	(void)ctx;
	(void)question;
	return DDL_REPLY_NO;
}

/* In a worker: the terminal and the log belong to the program, not to this copy of it. */
static void look(void *arg, struct ddl_source *source, struct ddl_live_found *found)
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

int ddl_preview_start(struct ddl_session *session, int uevents, struct ddl_question *question,
		      struct ddl_error *error)
{
	struct ddl_live_call call = { .arena = session->arena, .uevents = uevents, .look = look, .arg = session };
	char media[DDL_MAX_PATH];

	(void)ddl_session_phase(session, DDL_PHASE_SOURCES, "");
	if (!ddl_session_run_path(session, media, sizeof(media), "media"))
		return ddl_fail(error, DDL_E_USAGE, 0, "--root");
	call.media = ddl_arena_dup(session->arena, media);
	call.devices = ddl_devices_list(session->arena, ddl_session_root(session), error);
	if (!call.devices)
		return -1;
	return call.media ? ddl_live_start(&call, question, error) : ddl_fail(error, DDL_E_MEMORY, 0, "media");
}
