/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan before, the outcome after, and trouble at any time. */
#include "newt_screen.h"

#include <stdlib.h>

#include "print.h"

static void blank(const struct print *print)
{
	print_line(print, 0, "%s", "");
}

/* The sentence, what it was about, what to do: as print_trouble, without the program's name. */
static void write_error(const struct print *print, const void *what)
{
	const struct ddl_error *error = what;
	const char *hint = ddl_code_hint(error->code);
	char about[2 * DDL_ERROR_TEXT];

	print_line(print, 0, "%s", ddl_code_sentence(error->code));
	if (*ddl_words_about(about, sizeof about, error)) {
		blank(print);
		print_line(print, 2, "%s", about);
	}
	if (*hint) {
		blank(print);
		print_line(print, 0, "%s", hint);
	}
}

void screen_error(const char *title, const struct ddl_error *error)
{
	char *text = screen_report(write_error, error);

	if (text)
		screen_tell(title, text, NULL);
	free(text);
}

static void write_plan(const struct print *print, const void *what)
{
	const struct ddl_plan *plan = what;

	print_line(print, 0, "%s", _("This will be done:"));
	blank(print);
	print_plan(print, plan);
	blank(print);
	print_line(print, 0, "%s", _("Nothing has been changed yet. If a step fails, what was done "
		   "is taken back."));
}

static const char *plan_help(void)
{
	return _("This page says what will happen, in this order. Everything that is needed has been read from the "
		 "medium and tested already.\n\n"
		 "L starts. B or Escape goes back without changing anything.\n\n"
		 "If a driver is to be replaced, its disks go away for some seconds. If the new driver does not "
		 "work, the old one is put back.");
}

enum ddl_reply newt_ask_apply(const struct ddl_question *question)
{
	const struct screen_button buttons[] = { { _("Load"), 'l' }, { _("Back"), 'b' }, { NULL, 0 } };
	char *text = screen_report(write_plan, question->plan);
	int key = SCREEN_GONE;

	if (text)
		key = screen_text(_("Before anything is changed"), text, plan_help(), buttons);
	free(text);
	if (key == 'l') {
		newt_progress_plan(question->plan);
		return DDL_REPLY_YES;
	}
	return key == 'b' || key == SCREEN_BACK ? DDL_REPLY_BACK : DDL_REPLY_NO;
}

static void write_past(const struct print *print, const void *what)
{
	print_past(print, what);
}

enum ddl_reply newt_ask_past(const struct ddl_question *question)
{
	const struct screen_button buttons[] = {
		{ _("Put back"), 'p' }, { _("Leave it"), 'l' }, { _("Cancel"), 'c' }, { NULL, 0 }
	};
	char *text = screen_report(write_past, question->plan);
	int key = SCREEN_GONE;

	if (text)
		key = screen_text(_("An earlier run was interrupted"), text,
				  _("P takes back what that run had done, so that the drivers are as they were before it. "
				    "L leaves everything as it is now. C and Escape change nothing and leave ddload; "
				    "the question comes again with the next run."), buttons);
	free(text);
	if (key == 'p')
		return DDL_REPLY_YES;
	return key == 'l' ? DDL_REPLY_SKIP : DDL_REPLY_NO;
}

static void write_outcome(const struct print *print, const void *what)
{
	const struct ddl_outcome *outcome = what;

	if (outcome->error.code != DDL_OK) {
		write_error(print, &outcome->error);
		blank(print);
	}
	print_outcome(print, outcome);
}

static const char *outcome_title(enum ddl_result result)
{
	switch (result) {
	case DDL_RESULT_WORKS:
		return _("The driver works");
	case DDL_RESULT_NOTHING:
	case DDL_RESULT_ALREADY:
		return _("Nothing to do");
	case DDL_RESULT_BOUND_NO_DISK:
	case DDL_RESULT_UNUSED:
		return _("Loaded, but not all is well");
	case DDL_RESULT_REFUSED:
		return _("Not loaded");
	case DDL_RESULT_UNDONE:
	case DDL_RESULT_NOT_UNDONE:
	default:
		return _("Loading failed");
	}
}

static const char *outcome_help(void)
{
	return _("This is what was seen after loading: which version of the driver is running, which controllers "
		 "it has taken, and which disks have appeared.\n\n"
		 "A begins again with another driver disk. C goes on with the installation.\n\n"
		 "F2 or L shows the log, with what the kernel said.");
}

enum ddl_reply newt_ask_outcome(const struct ddl_question *question)
{
	const struct screen_button well[] = {
		{ _("Continue"), 'c' }, { _("Another disk"), 'a' }, { NULL, 0 }
	};
	const struct screen_button ill[] = {
		{ _("Another disk"), 'a' }, { _("Continue"), 'c' }, { NULL, 0 }
	};
	const struct ddl_outcome *outcome = question->outcome;
	char *text = screen_report(write_outcome, outcome);
	int key = SCREEN_GONE;

	if (text)
		key = screen_text_log(outcome_title(outcome->result), text, outcome_help(),
				      outcome->result == DDL_RESULT_WORKS ? well : ill, question);
	free(text);
	return key == 'a' ? DDL_REPLY_AGAIN : key == 'c' ? DDL_REPLY_YES : DDL_REPLY_NO;
}

/* A refused plan's trouble lists all that is in the way. */
static void write_trouble(const struct print *print, const void *what)
{
	const struct ddl_question *question = what;
	const struct ddl_plan *plan = question->plan;

	write_error(print, question->error);
	if (!plan || plan->refusal.code != question->error->code)
		return;
	blank(print);
	for (size_t i = 0; i < plan->n_refusals; i++)
		print_line(print, 0, _("In the way: %s"), plan->refusals[i]);
}

static const char *trouble_help(void)
{
	return _("A tries the same again, for instance after the medium was put in once more. B or "
		 "Escape goes back, to another medium or pack. C goes on with the installation without "
		 "loading anything.\n\nF2 or L shows the log, with what the kernel said.");
}

enum ddl_reply newt_ask_trouble(const struct ddl_question *question)
{
	const struct screen_button buttons[] = {
		{ _("Back"), 'b' }, { _("Again"), 'a' }, { _("Continue without a driver"), 'c' }, { NULL, 0 }
	};
	char *text = screen_report(write_trouble, question);
	int key = SCREEN_GONE;

	if (text)
		key = screen_text_log(_("This did not work"), text, trouble_help(), buttons, question);
	free(text);
	switch (key) {
	case 'a':
		return DDL_REPLY_AGAIN;
	case 'b':
	case SCREEN_BACK:
		return DDL_REPLY_BACK;
	case 'c':
		return DDL_REPLY_SKIP;
	default:
		return DDL_REPLY_NO;
	}
}
