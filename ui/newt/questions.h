/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The questions as screens, one file for each group; the progress; the log. newt_front.c hands them out. */
#ifndef UI_QUESTIONS_H
#define UI_QUESTIONS_H

#include "ddl.h"

enum ddl_reply newt_ask_source(struct ddl_question *question);
enum ddl_reply newt_ask_packs(struct ddl_question *question);
/* Has single drivers of a pack marked or unmarked. */
void newt_mark_modules(struct ddl_repo *repo);
enum ddl_reply newt_ask_verify(struct ddl_question *question);
enum ddl_reply newt_ask_tested(const struct ddl_question *question);
enum ddl_reply newt_ask_licence(const struct ddl_question *question);
enum ddl_reply newt_ask_trust(const struct ddl_question *question);
enum ddl_reply newt_ask_apply(const struct ddl_question *question);
enum ddl_reply newt_ask_interrupted(const struct ddl_question *question);
enum ddl_reply newt_ask_outcome(const struct ddl_question *question);
enum ddl_reply newt_ask_trouble(const struct ddl_question *question);

/* What goes on: shown in a window of its own; what the person wishes by Escape or the keys it names. */
enum ddl_wish newt_progress(const struct ddl_event *event);
/* The plan that is carried out, for the list of steps. */
void newt_progress_plan(const struct ddl_plan *plan);
/* Closes that window, before a question. */
void newt_progress_close(void);

/* The log, and what can be done with it: a report to be saved or read, a shell. */
void newt_log(const struct ddl_question *question);

#endif
