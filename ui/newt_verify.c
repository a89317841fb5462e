/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fingerprint to compare, what the package test said, and licences. */
#include "newt_screen.h"

#include <stdlib.h>

#include "print.h"
#include "text.h"

#define LINE_ROOM 512U

static const char *verify_help(void)
{
	return _("The fingerprint is the MD5 sum of the disk's list of contents. The vendor prints it on the sheet "
		 "that comes with the disk, or gives it on the web page.\n\n"
		 "If every digit is the same, press I: then each package is read and its checksum tested. "
		 "Packages are tested before they are loaded in any case; this comes first so that you see it.\n\n"
		 "If a digit differs, this is not the disk the vendor made: go back with B and do not load it.\n"
		 "S goes on without comparing.");
}

enum ddl_reply newt_ask_verify(struct ddl_question *question)
{
	const struct screen_button buttons[] = {
		{ _("It is the same - test packages"), 'i' }, { _("Skip"), 's' }, { _("Back"), 'b' },
		{ NULL, 0 }
	};
	struct screen screen;
	char name[LINE_ROOM], line[LINE_ROOM], groups[128];

	screen_open(&screen, _("Verify the driver disk"), screen_widest(), 11);
	screen.help = verify_help();
	size_t columns = (size_t)screen.width - 2;
	screen_label(&screen, 1, 1, screen_column(line, sizeof line, question->repo->description, columns), 0);
	screen_column(line, sizeof line, text_repo(name, sizeof name, question->repo), columns);
	screen_label(&screen, 1, 2, line, 0);
	screen_label(&screen, 1, 4, _("Compare this fingerprint with the one on the vendor's sheet:"), 0);
	ddl_text_groups(groups, sizeof groups, question->repo->fingerprint);
	int left = (screen.width - (int)ddl_text_width(groups)) / 2;
	screen_label(&screen, left < 1 ? 1 : left, 6, groups, SCREEN_COLOUR_STRONG);
	screen_buttons(&screen, buttons);
	int key = screen_run(&screen);
	screen_close(&screen);
	switch (key) {
	case 'i':
		question->fingerprint_compared = true;
		return DDL_REPLY_YES;
	case 's':
		return DDL_REPLY_SKIP;
	case 'b':
	case SCREEN_BACK:
		return DDL_REPLY_BACK;
	default:
		return DDL_REPLY_NO;
	}
}

static void write_tested(const struct print *print, const void *what)
{
	const struct ddl_question *question = what;
	const struct ddl_repo *repo = question->repo;

	if (bad_package(repo))
		print_line(print, 0, "%s", _("This pack is damaged and will not be loaded. "
			   "Fetch or copy the disk again."));
	else if (question->error)
		print_trouble(print, question->error);
	else
		print_line(print, 0, "%s", _("All packages are as they should be."));
	print_line(print, 0, "%s", "");
	print_tested(print, repo);
}

/* What the buttons of a text window mean. */
static enum ddl_reply reply_of(int key, int yes)
{
	if (key == yes)
		return DDL_REPLY_YES;
	return key == 'b' || key == SCREEN_BACK ? DDL_REPLY_BACK : DDL_REPLY_NO;
}

static const char *tested_help(void)
{
	return _("Each package was read whole from the medium and compared with the size and checksum that the "
		 "disk's list of contents gives for it.\n\n"
		 "A package marked BAD was changed or damaged after the vendor made the disk. Nothing of a "
		 "damaged pack is ever loaded: fetch the disk again, or copy it to another medium.");
}

enum ddl_reply newt_ask_tested(const struct ddl_question *question)
{
	const struct screen_button good[] = { { _("Go on"), 'g' }, { _("Back"), 'b' }, { NULL, 0 } };
	const struct screen_button bad[] = {
		{ _("Back"), 'b' }, { _("Continue without a disk"), 'c' }, { NULL, 0 }
	};
	char *text = screen_report(write_tested, question);
	int key = SCREEN_GONE;

	if (text)
		key = screen_text(_("Result of the test"), text, tested_help(),
				  bad_package(question->repo) || question->error ? bad : good);
	free(text);
	return reply_of(key, 'g');
}

enum ddl_reply newt_ask_licence(const struct ddl_question *question)
{
	const struct screen_button buttons[] = {
		{ _("Accept"), 'a' }, { _("Back"), 'b' }, { _("Decline"), 'd' }, { NULL, 0 }
	};
	int key = screen_text(_("Licence"), question->licence,
			      _("The vendor wants this licence accepted before the driver is loaded. Tab, arrows, "
				"Page Up and Page Down move through the text. A accepts it, B goes back, "
				"D goes on without loading anything."), buttons);

	return reply_of(key, 'a');
}
