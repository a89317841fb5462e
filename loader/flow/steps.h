/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the flow share: flow.c (the whole, and its trouble), steps.c (asking, ending,
 * handing over: what every step may do), need.c (was a driver disk needed at all), step_source.c (which medium), step_packs.c (which packs), step_verify.c (are they what
 * they should be), step_licence.c (is it accepted), step_apply.c (plan, change, hand-off).
 */
#ifndef DDL_STEPS_H
#define DDL_STEPS_H

#include "session/session.h"

enum ddl_step {
	DDL_STEP_SOURCE,
	DDL_STEP_WORDS,
	DDL_STEP_PACKS,
	DDL_STEP_VERIFY,
	DDL_STEP_LICENCE,
	DDL_STEP_PLAN,
	DDL_STEP_APPLY,
	DDL_STEP_TROUBLE,
	DDL_STEP_END
};

struct ddl_flow {
	struct ddl_session *session;
	const char *const *words;
	size_t n_words;
	struct ddl_look **looks; /* those that packs are chosen from, one after the other */
	size_t n_looks, next_look;
	struct ddl_set set; /* what was chosen, and from the choice on what goes with it */
	enum ddl_compared compared; /* the worst of the set's packs */
	struct ddl_plan *plan;
	enum ddl_step failed; /* where the trouble arose */
	struct ddl_error trouble;
	enum ddl_status status; /* what to end with */
	bool by_policy; /* nobody is asked */
	bool without; /* the person goes on without a disk after the test */
	bool applied; /* a plan was carried out, of this disk or of one before it */
	enum ddl_status left; /* then: what they left behind */
	int watch; /* tells of media that come and go; -1: none */
};

/* Asks the front end; gives the question what every question has. */
enum ddl_reply ddl_flow_ask(struct ddl_flow *flow, struct ddl_question *question);

/* The steps: each does its part and names the next. */
enum ddl_step ddl_step_source(struct ddl_flow *flow);
enum ddl_step ddl_step_words(struct ddl_flow *flow);
enum ddl_step ddl_step_packs(struct ddl_flow *flow);
enum ddl_step ddl_step_verify(struct ddl_flow *flow);
enum ddl_step ddl_step_licence(struct ddl_flow *flow);
enum ddl_step ddl_step_plan(struct ddl_flow *flow);
enum ddl_step ddl_step_apply(struct ddl_flow *flow);

/* On without a (further) disk: what was done before counts, what was refused left nothing. */
enum ddl_step ddl_flow_without_disk(struct ddl_flow *flow);
/* The person leaves without an answer: nothing is changed by this disk. */
enum ddl_step ddl_flow_leave(struct ddl_flow *flow);
/* Ends by an answer that is neither yes nor one of the question's own. */
enum ddl_step ddl_flow_end_by(struct ddl_flow *flow, enum ddl_reply reply);
/* The media are looked at anew: what is on them may be another now. */
enum ddl_step ddl_flow_anew(const struct ddl_flow *flow);
/* Back to where packs are chosen, with none of them chosen. */
enum ddl_step ddl_flow_back_to_packs(struct ddl_flow *flow);
/* A plan for the same packs that unbinds where this one unloads, or the other way round. */
enum ddl_step ddl_flow_other_way(struct ddl_flow *flow);
/* On to the trouble that flow->trouble holds, or what a cancelled step leads to. */
enum ddl_step ddl_flow_fail(struct ddl_flow *flow, enum ddl_step where);
enum ddl_step ddl_flow_no_memory(struct ddl_flow *flow, enum ddl_step where);

/* Looks at the media that a word of the command line names. -1: see flow->trouble. */
int ddl_flow_look_at_word(struct ddl_flow *flow, const char *word);

/* Why this pack is not to be had, as an error. */
void ddl_flow_say_why_not(const struct ddl_flow *flow, const struct ddl_repo *repo, struct ddl_error *error);

/*
 * Where nobody named the disk and nothing that was found is for this machine, the error becomes DDL_E_NOT_NEEDED,
 * or DDL_E_NO_DRIVER where a controller has no driver.
 */
void ddl_flow_judge_need(struct ddl_session *session, struct ddl_error *error);

/* An outcome, of the session's arena, for what was refused: nothing changed. The error is judged by ddl_flow_judge_need. NULL: no memory. */
struct ddl_outcome *ddl_flow_refused(struct ddl_flow *flow, struct ddl_error *error);
/* Leaves the session's outcome for the installer, the log and the kernel log. */
void ddl_flow_hand_over(struct ddl_flow *flow);

#endif
