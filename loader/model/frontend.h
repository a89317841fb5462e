/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The seam to a front end: the events it hears and the questions it answers, through two callbacks.
 * What questions and events point to is valid while the callback runs and read-only, but for what is
 * marked "out".
 */
#ifndef DDL_FRONTEND_H
#define DDL_FRONTEND_H

#include "model/model.h"

/* ------------------------------------------------------ events and questions */

enum ddl_phase {
	DDL_PHASE_MACHINE,
	DDL_PHASE_SOURCES,
	DDL_PHASE_LOOK,
	DDL_PHASE_TEST,
	DDL_PHASE_PLAN,
	DDL_PHASE_APPLY,
	DDL_PHASE_SETTLE
};

enum ddl_event_kind {
	DDL_EVENT_PHASE,
	DDL_EVENT_PROGRESS,
	DDL_EVENT_PACKAGE,
	DDL_EVENT_STEP,
	DDL_EVENT_DISK, /* SETTLE: one that was not there before, or is back */
	DDL_EVENT_NOTE
};

struct ddl_event {
	enum ddl_event_kind kind;
	enum ddl_phase phase;
	uint64_t done, total; /* PROGRESS: bytes; in SETTLE milliseconds gone by, and when nothing more is waited for … */
	uint64_t most; /* … unless things still arrive: then it is this; 0: the wait cannot be ended (the way back) */
	const char *what; /* PHASE: a source; PROGRESS: a package; NOTE: a translated sentence */
	const struct ddl_package *package; /* PACKAGE: just tested */
	const struct ddl_op *op; /* STEP: its state has changed */
	const struct ddl_disk *disk; /* DISK */
	bool again; /* nothing new: it was told before, and is so that keys are heard */
};

enum ddl_question_kind {
	DDL_ASK_SOURCE, /* which medium? sets `chosen` */
	DDL_ASK_PACKS, /* which packs? sets `ticked` */
	DDL_ASK_VERIFY, /* compare the fingerprint, test the packages? */
	DDL_ASK_TESTED, /* the test's result is shown; go on? */
	DDL_ASK_LICENCE, /* accept this text? */
	DDL_ASK_APPLY, /* do what the plan says? A refused plan is a TROUBLE instead */
	DDL_ASK_OUTCOME, /* shown; another disk (AGAIN) or leave (YES)? */
	DDL_ASK_TROUBLE, /* an error is shown; try again (AGAIN), back, or leave? */
	DDL_ASK_INTERRUPTED, /* an earlier run was killed while it changed drivers: load all the same? */
	DDL_ASK_TRUST /* trust the key on the disk this once (YES), or go on without (SKIP)? */
};

/* No answer (a terminal that is gone, end of input) must be given as NO. */
enum ddl_reply {
	DDL_REPLY_NO = 0, /* decline: nothing is changed; leaves the flow */
	DDL_REPLY_BACK, /* one step back; where there is none: as NO */
	DDL_REPLY_YES, /* go on with what the question holds */
	DDL_REPLY_SKIP, /* VERIFY: on without testing; TRUST: on, not trusted; else: on without a disk */
	DDL_REPLY_AGAIN, /* look again / another disk */
	DDL_REPLY_OTHER_WAY /* APPLY, TROUBLE: what another driver holds is taken from it, or that is unloaded: not as the plan has it */
};

/* What the person wishes, told at each event. */
enum ddl_wish {
	DDL_WISH_STOP = 0, /* cancel; from apply on it is heeded only in SETTLE: on at once, with what is there */
	DDL_WISH_GO_ON,
	DDL_WISH_LONGER /* SETTLE: wait as long again as was allowed */
};

struct ddl_monitor;
struct ddl_session;

struct ddl_question {
	enum ddl_question_kind kind;
	const struct ddl_machine *machine;
	struct ddl_source *const *sources; /* SOURCE */
	size_t n_sources;
	size_t chosen; /* SOURCE: in and out; an index */
	int watch_fd; /* SOURCE: readable when there may be news: see ddl_monitor_news; 0: none */
	struct ddl_monitor *live; /* SOURCE: the list's own; NULL: the list stays as it is */
	const char *typed; /* SOURCE: out: a path typed in place of a choice; must live until ask() is called again */
	const struct ddl_look *look; /* PACKS */
	bool *ticked; /* PACKS: in (what fits) and out, one for each look->repos */
	const struct ddl_repo *repo; /* VERIFY, TESTED, LICENCE, TRUST */
	size_t number, of; /* the repo is the first, second … of so many that were chosen; 0: there is but one */
	const char *licence; /* LICENCE: its whole text, cleaned line by line */
	enum ddl_compared compared; /* VERIFY: out: what came of typing it, or of the person's own eyes */
	const struct ddl_plan *plan; /* APPLY */
	const struct ddl_outcome *outcome; /* OUTCOME */
	const struct ddl_error *error; /* TROUBLE */
	struct ddl_session *session; /* for ddl_report_…; NULL: no report is to be had */
	const char
		*why; /* translated; what decided where nobody was asked: a front end, or (YES) who asks; NULL: a person does */
	const char *log; /* the last lines of the log, each with its line feed; "" for none */
};

struct ddl_front {
	void *ctx;
	/* Something happened. May not block. */
	enum ddl_wish (*event)(void *ctx, const struct ddl_event *event);
	/* A decision is needed. Every question has the safe default NO. */
	enum ddl_reply (*ask)(void *ctx, struct ddl_question *question);
};

/*
 * What has come in on a SOURCE question's watch_fd. LIST: more is known of what the list has, or of
 * which of it is worth showing: question->sources and n_sources are new. MEDIA: a medium or disk came
 * or went, and the answer AGAIN gives a new list. Does not block.
 */
enum ddl_news { DDL_NEWS_NONE, DDL_NEWS_LIST, DDL_NEWS_MEDIA };
enum ddl_news ddl_monitor_news(struct ddl_question *question);

/* Lets a drive give its medium out. -1 and the error when it has no such thing, or will not. */
int ddl_monitor_eject(struct ddl_question *question, size_t index, struct ddl_error *error);

#endif
