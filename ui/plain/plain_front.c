/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plain front end: numbered choices, one question a time, on any terminal, at any
 * width, for screen readers and scripts. The end of the input is no answer: NO. Here: what
 * is told between the questions.
 */
#include "plain/plain_front.h"

#include <string.h>
#include <unistd.h>

#include "terminal/term.h"

#define HELD_NOTES 16U /* notes on a plan that wait for the plan; more are told at once */
#define SETTLE_TELL_MS 5000U /* a line on waiting is printed this often */

struct plain plain;

static struct {
	uint64_t settle_told;
	int phase; /* told last, of what; -1: none since the last question */
	char what[64];
	const char *held[HELD_NOTES]; /* point into the plan */
	size_t n_held;
} events;

/* Notes on a plan that is not shown, since there is nothing to do. */
static void tell_held(void)
{
	for (size_t i = 0; i < events.n_held; i++)
		print_line(&plain.out, 0, "%s", events.held[i]);
	events.n_held = 0;
}

static enum ddl_reply ask(void *ctx, struct ddl_question *question)
{
	(void)ctx;
	if (question->kind == DDL_ASK_APPLY)
		events.n_held = 0; /* print_plan has them */
	tell_held();
	events.settle_told = 0;
	events.phase = -1;
	fputc('\n', plain.out.file);
	if (question->of)
		print_line(&plain.out, 0, _("Pack %zu of %zu:"), question->number, question->of);
	return plain_ask(question);
}

/* Phases come again and again, so that front ends can look at keys: each is told once. */
static bool is_told(const struct ddl_event *event)
{
	const char *what = event->what ? event->what : "";
	bool told = event->package || (events.phase == (int)event->phase && !strncmp(events.what, what, sizeof events.what - 1));

	events.phase = (int)event->phase;
	if (!told)
		snprintf(events.what, sizeof events.what, "%s", what);
	return told;
}

static void tell_phase(const struct ddl_event *event)
{
	if (is_told(event))
		return;
	switch (event->phase) {
	case DDL_PHASE_SOURCES:
		print_line(&plain.out, 0, "%s", _("Looking for media ..."));
		break;
	case DDL_PHASE_LOOK:
		print_line(&plain.out, 0, _("Reading %s ..."), event->what);
		break;
	case DDL_PHASE_TEST:
		print_line(&plain.out, 0, "%s", _("Testing the packages ..."));
		break;
	case DDL_PHASE_SETTLE:
		print_line(&plain.out, 0, "%s", _("Waiting for the disks ..."));
		if (isatty(0))
			print_line(&plain.out, 0, "%s", _("Enter goes on at once, with what is there; w and Enter wait longer."));
		break;
	case DDL_PHASE_MACHINE:
	case DDL_PHASE_PLAN:
	case DDL_PHASE_APPLY:
	default:
		break;
	}
}

static void tell_step(const struct ddl_op *op)
{
	char words[512];

	ddl_describe_op(words, sizeof words, op);
	if (op->state == DDL_OP_DONE)
		print_line(&plain.out, 0, _("%s: done"), words);
	else if (op->state == DDL_OP_FAILED)
		print_line(&plain.out, 0, _("%s: FAILED"), words);
	else if (op->state == DDL_OP_UNDONE)
		print_line(&plain.out, 0, _("%s: undone"), words);
	else if (op->state == DDL_OP_NOT_UNDONE)
		print_line(&plain.out, 0, _("%s: could not be undone"), words);
}

static void tell_settle(const struct ddl_event *event)
{
	unsigned long done = (unsigned long)(event->done / 1000), total = (unsigned long)(event->total / 1000);

	if (event->phase != DDL_PHASE_SETTLE || event->done < events.settle_told + SETTLE_TELL_MS)
		return;
	events.settle_told = event->done;
	if (event->most)
		print_line(&plain.out, 0, _("still waiting, %lu of %lu seconds (%lu at most, while disks appear)"), done, total,
			   (unsigned long)(event->most / 1000));
	else
		print_line(&plain.out, 0, _("still waiting, %lu of at most %lu seconds"), done, total);
}

/* While disks are waited for; a line that was typed before is another question's. */
static enum ddl_wish wish(const struct ddl_event *event)
{
	if (event->kind != DDL_EVENT_PROGRESS || !event->most || !isatty(0) || !plain_typed())
		return front_wish();
	return (*plain_answer() | 0x20) == 'w' ? DDL_WISH_LONGER : DDL_WISH_STOP;
}

static enum ddl_wish event(void *ctx, const struct ddl_event *event)
{
	char line[512];

	(void)ctx;
	if (event->again)
		return front_wish();
	if (event->kind == DDL_EVENT_NOTE && event->phase == DDL_PHASE_PLAN && events.n_held < HELD_NOTES) {
		events.held[events.n_held++] = event->what;
		return front_wish();
	}
	tell_held();
	switch (event->kind) {
	case DDL_EVENT_PHASE:
		tell_phase(event);
		break;
	case DDL_EVENT_PROGRESS:
		tell_settle(event);
		break;
	case DDL_EVENT_PACKAGE:
		print_line(&plain.out, 2, "%s: %s", event->package->file, text_verdict(event->package));
		break;
	case DDL_EVENT_STEP:
		tell_step(event->op);
		break;
	case DDL_EVENT_DISK:
		print_line(&plain.out, 2, "%s", text_disk(line, sizeof line, event->disk));
		break;
	case DDL_EVENT_NOTE:
	default:
		print_line(&plain.out, 0, "%s", event->what);
		break;
	}
	fflush(plain.out.file);
	return wish(event);
}

static void finish(struct front *front)
{
	(void)front;
	fflush(plain.out.file);
}

struct front *plain_front(bool verbose)
{
	plain.front = (struct front){ .ddl = { &plain, event, ask }, .told = DDL_OK, .finish = finish };
	plain.out = print_on(stdout, verbose);
	events.phase = -1;
	plain_input_start();
	return &plain.front;
}
