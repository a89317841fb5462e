/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The newt front end: hands questions and events to their screens. */
#include "front/front.h"
#include "newt/questions.h"
#include "newt/screen.h"
#include "terminal/term.h"

static struct front newt;

static enum ddl_reply ask_screen(struct ddl_question *question)
{
	switch (question->kind) {
	case DDL_ASK_SOURCE:
		return newt_ask_source(question);
	case DDL_ASK_PACKS:
		return newt_ask_packs(question);
	case DDL_ASK_VERIFY:
		return newt_ask_verify(question);
	case DDL_ASK_TESTED:
		return newt_ask_tested(question);
	case DDL_ASK_LICENCE:
		return newt_ask_licence(question);
	case DDL_ASK_APPLY:
		return newt_ask_apply(question);
	case DDL_ASK_INTERRUPTED:
		return newt_ask_interrupted(question);
	case DDL_ASK_TRUST:
		return newt_ask_trust(question);
	case DDL_ASK_OUTCOME:
		newt.told = question->outcome->error.code;
		return newt_ask_outcome(question);
	case DDL_ASK_TROUBLE:
		newt.told = question->error->code;
		return newt_ask_trouble(question);
	default:
		return DDL_REPLY_NO;
	}
}

static enum ddl_reply ask(void *ctx, struct ddl_question *question)
{
	(void)ctx;
	newt_progress_close();
	if (!screens_up() || term_signal())
		return DDL_REPLY_NO;
	return ask_screen(question);
}

static enum ddl_wish event(void *ctx, const struct ddl_event *event)
{
	(void)ctx;
	if (screens_up())
		return newt_progress(event);
	return event->phase == DDL_PHASE_SETTLE ? DDL_WISH_GO_ON :
						  DDL_WISH_STOP; /* disks are waited for without a terminal, too */
}

static void finish(struct front *front)
{
	(void)front;
	newt_progress_close();
	screens_finish();
}

struct front *newt_front(enum ddl_colours colours, const char **why)
{
	if (!screens_start(colours, why))
		return NULL;
	screen_log_by(newt_log);
	newt = (struct front){ .ddl = { &newt, event, ask }, .told = DDL_OK, .finish = finish };
	return &newt;
}
