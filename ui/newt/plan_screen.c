/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan before, the outcome after, and trouble at any time. */
#include "newt/screen.h"

#include "front/print.h"
#include "newt/questions.h"

static void write_plan(const struct print *print, const void *what)
{
	const struct ddl_plan *plan = what;

	print_line(print, 0, "%s", _("This will be done:"));
	print_blank(print);
	print_plan(print, plan);
	print_blank(print);
	print_line(print, 0, "%s",
		   _("Nothing has been changed yet. If a step fails, what was done "
		     "is taken back."));
}

static const char *plan_help(void)
{
	return _("This page says what will happen, in this order. Everything that is needed has been read from the "
		 "medium and tested already.\n\n"
		 "L starts. B or Escape goes back without changing anything.\n\n"
		 "If a driver is to be replaced, its disks go away for some seconds. If the new driver does not "
		 "work, the old one is put back.\n\n"
		 "Where another driver holds the controller, U takes only that from it, or unloads that driver whole: "
		 "what it is not on this page.");
}

/* What another driver holds: to take it alone, or to unload that driver. The last of a page's buttons. */
static struct screen_button other_way(const struct ddl_plan *plan, bool offered)
{
	const struct screen_button ways[] = { { _("Unbind the device"), 'u' }, { _("Unload the driver"), 'u' }, { NULL, 0 } };

	return ways[!offered ? 2 : plan->unbinds ? 1 : 0];
}

enum ddl_reply newt_ask_apply(const struct ddl_question *question)
{
	const struct ddl_plan *plan = question->plan;
	const struct screen_button buttons[] = {
		{ _("Load"), 'l' }, { _("Back"), 'b' }, other_way(plan, plan->n_held > 0), { NULL, 0 }
	};
	int key = screen_page(_("Before anything is changed"), write_plan, plan, plan_help(), buttons, NULL);

	if (key == 'u')
		return DDL_REPLY_OTHER_WAY;
	if (key == 'l') {
		newt_progress_plan(question->plan);
		return DDL_REPLY_YES;
	}
	return key == 'b' || key == SCREEN_BACK ? DDL_REPLY_BACK : DDL_REPLY_NO;
}

static void write_interrupted(const struct print *print, const void *what)
{
	print_interrupted(print, what);
	print_blank(print);
	print_line(print, 0, "%s", _("Load all the same?"));
}

enum ddl_reply newt_ask_interrupted(const struct ddl_question *question)
{
	const struct screen_button buttons[] = { { _("No"), 'n' }, { _("Yes"), 'y' }, { NULL, 0 } };
	int key = screen_page(_("An earlier run was killed"), write_interrupted, question->machine,
			      _("N and Escape change nothing and leave ddload: start the machine again then. Y goes on, "
				"though a driver that was cut off may hold its controller or have left it unusable."),
			      buttons, NULL);

	return key == 'y' ? DDL_REPLY_YES : DDL_REPLY_NO;
}

static void write_outcome(const struct print *print, const void *what)
{
	const struct ddl_outcome *outcome = what;

	if (outcome->error.code != DDL_OK) {
		print_trouble_page(print, &outcome->error);
		print_blank(print);
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
	case DDL_RESULT_NOT_TAKEN:
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
	const struct screen_button well[] = { { _("Continue"), 'c' }, { _("Another disk"), 'a' }, { NULL, 0 } };
	const struct screen_button ill[] = { { _("Another disk"), 'a' }, { _("Continue"), 'c' }, { NULL, 0 } };
	const struct ddl_outcome *outcome = question->outcome;
	int key = screen_page(outcome_title(outcome->result), write_outcome, outcome, outcome_help(),
			      outcome->result == DDL_RESULT_WORKS ? well : ill, question);

	return key == 'a' ? DDL_REPLY_AGAIN : key == 'c' ? DDL_REPLY_YES : DDL_REPLY_NO;
}

/* A refused plan's trouble lists all that is in the way. */
static void write_trouble(const struct print *print, const void *what)
{
	const struct ddl_question *question = what;
	const struct ddl_plan *plan = question->plan;

	print_trouble_page(print, question->error);
	if (!plan || plan->refusal.code != question->error->code)
		return;
	print_blank(print);
	print_refusals(print, plan, question->error);
}

static const char *trouble_help(void)
{
	return _("A tries the same again, for instance after the medium was put in once more. B or "
		 "Escape goes back, to another medium or pack. C goes on with the installation without "
		 "loading anything.\n\nF2 or L shows the log, with what the kernel said.");
}

enum ddl_reply newt_ask_trouble(const struct ddl_question *question)
{
	const struct ddl_plan *plan = question->plan;
	const struct screen_button buttons[] = { { _("Back"), 'b' },
						 { _("Again"), 'a' },
						 { _("Continue without a driver"), 'c' },
						 other_way(plan, plan && plan->other_way),
						 { NULL, 0 } };

	switch (screen_page(_("This did not work"), write_trouble, question, trouble_help(), buttons, question)) {
	case 'a':
		return DDL_REPLY_AGAIN;
	case 'b':
	case SCREEN_BACK:
		return DDL_REPLY_BACK;
	case 'c':
		return DDL_REPLY_SKIP;
	case 'u':
		return DDL_REPLY_OTHER_WAY;
	default:
		return DDL_REPLY_NO;
	}
}
