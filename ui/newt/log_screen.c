/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log on the screen, and what one can do there: save a report, read it, take a shell. */
#include "newt/screen.h"

#include <stdlib.h>

#include "base/text.h"
#include "front/print.h"
#include "newt/questions.h"
#include "terminal/console.h"
#include "terminal/language.h"

#define MOST_PLACES 8
#define LINE_ROOM 512U

static void write_log(const struct print *print, const void *what)
{
	print_log(print, what);
}

static void save_on(const struct ddl_question *question, const struct ddl_source *place)
{
	struct ddl_error error = DDL_ERROR_INIT;
	char name[64], text[LINE_ROOM];

	if (ddl_report_save(question->session, place, name, sizeof name, &error) < 0) {
		screen_error(_("Save a report"), &error);
		return;
	}
	snprintf(text, sizeof text, _("The report is on %s, in the file %s."), place->name, name);
	screen_tell(_("Save a report"), text, NULL);
}

/* Which of them; NULL: none. */
static const struct ddl_source *choose_place(struct ddl_source *const *places, size_t count)
{
	const struct screen_button buttons[] = { { _("Save"), 's' }, { _("Back"), 'b' }, { NULL, 0 } };
	bool scrolls = count > MOST_PLACES;
	int rows = scrolls ? MOST_PLACES : (int)count;
	struct screen screen;
	char line[LINE_ROOM], cut[LINE_ROOM];

	screen_open(&screen, _("Save a report"), screen_widest(), rows + 4);
	screen.help = _(
		"Choose a stick with the arrows and press Enter or S. Two new files are written there, one to be read and one "
		"for programs; nothing that is on the stick is changed. B or Escape goes back, and nothing is written.");
	screen_label(&screen, 1, 0, _("Two new files will be written on:"), SCREEN_COLOUR_STRONG);
	newtComponent list = newtListbox(1, 1, rows, NEWT_FLAG_RETURNEXIT | (scrolls ? NEWT_FLAG_SCROLL : 0));
	for (size_t i = 0; i < count; i++) {
		ddl_text_column(cut, sizeof cut, text_place(line, sizeof line, places[i]),
				(size_t)screen.width - (scrolls ? 5 : 2));
		newtListboxAppendEntry(list, language_shown(cut), (void *)(uintptr_t)(i + 1));
	}
	newtListboxSetWidth(list, screen.width - 2);
	screen_add(&screen, list);
	screen_buttons(&screen, buttons);
	int key = screen_run(&screen);
	size_t number = (size_t)(uintptr_t)newtListboxGetCurrent(list);
	screen_close(&screen);
	return (key == SCREEN_ENTER || key == 's') && number ? places[number - 1] : NULL;
}

/* A disk of the server is not written to by one wrong key. */
static bool may_write(const struct ddl_source *place)
{
	const struct screen_button buttons[] = { { _("No"), 'n' }, { _("Write on it"), 'w' }, { NULL, 0 } };
	char text[LINE_ROOM];

	if (place->removable)
		return true;
	snprintf(text, sizeof text, _("%s is a disk of this server, and no stick. Write the report on it all the same?"),
		 place->name);
	return screen_text(_("Save a report"), text, NULL, buttons) == 'w';
}

static void save_report(const struct ddl_question *question)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_source **places = NULL;
	const struct ddl_source *place;
	size_t count = 0;

	if (ddl_report_places(question->session, &places, &count, &error) < 0) {
		screen_error(_("Save a report"), &error);
		return;
	}
	newt_progress_close(); /* looking for media is an event, too */
	if (!count) {
		screen_tell(_("Save a report"),
			    _("No stick was found that could be written to. Put in one with a FAT or ext "
			      "file system, and try again."),
			    NULL);
		return;
	}
	place = choose_place(places, count);
	if (place && may_write(place))
		save_on(question, place);
}

static void show_report(const struct ddl_question *question)
{
	char *text = ddl_report_text(question->session);

	if (text)
		screen_tell(_("Report"), text,
			    _("This is the whole report, as it would be saved on a stick: the machine, the outcome, "
			      "the log, the kernel's lines and what the packs say of themselves. Where no stick "
			      "can be used, copy it from here or from the serial line.\n\nArrows, Page Up and "
			      "Page Down move through it. C, Enter or Escape closes it."));
	free(text);
}

static void take_shell(void)
{
	newtSuspend();
	puts(_("This is a shell. \"exit\" takes you back to ddload."));
	bool there = console_shell();
	newtResume();
	if (!there)
		screen_tell(_("Shell"), _("There is no shell here."), NULL);
}

static const char *log_help(void)
{
	return _("This is what ddload has done and what the kernel said meanwhile, the newest last. Arrows, Page Up and "
		 "Page Down move through it.\n\nS saves a report for the vendor on a stick; R shows that report here. "
		 "Nothing of the drivers themselves is in it.\nH is a shell, where the installer has one.\n"
		 "C, Enter or Escape closes the log.");
}

void newt_log(const struct ddl_question *question)
{
	const struct screen_button only[] = { { _("Close"), 'c' }, { NULL, 0 } };
	const struct screen_button all[] = {
		{ _("Close"), 'c' }, { _("Save a report"), 's' }, { _("Report"), 'r' }, { _("Shell"), 'h' }, { NULL, 0 }
	};

	for (;;) {
		int key = screen_page(_("Log"), write_log, question, log_help(), question->session ? all : only, NULL);

		switch (key) {
		case 's':
			save_report(question);
			break;
		case 'r':
			show_report(question);
			break;
		case 'h':
			take_shell();
			break;
		default:
			return;
		}
	}
}
