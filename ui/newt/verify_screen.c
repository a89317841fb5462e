/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fingerprint to compare, what the package test said, and licences. */
#include "newt/screen.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "front/compare.h"
#include "front/print.h"
#include "newt/questions.h"
#include "terminal/term.h"

#define LINE_ROOM 512U
#define GROUPS_ROOM 128U
#define PART_DIGITS 32U /* in one line */
#define MOST_PARTS 2
#define DIGITS_COLUMN 17
#define PREFIX_ROOM 16U

/* What the buttons here come as: no letter, as letters are text. */
enum { PRESSED_SAME = 1, PRESSED_TEST = 2, PRESSED_SKIP = 4, PRESSED_BACK = 5 };

static const char *verify_help(void)
{
	return _("The fingerprint is a checksum of the disk's list of contents. The vendor prints it on the sheet "
		 "that comes with the disk, or gives it on the web page.\n\n"
		 "Type or scan the printed one, in groups or not: digits that differ are marked, Backspace takes one back. Or "
		 "compare by eye.\n\n"
		 "If every digit is the same, press Enter: then each package is read and its checksum tested. "
		 "Packages are tested before they are loaded in any case; this comes first so that you see it.\n\n"
		 "If a digit differs, this is not the disk the vendor made: go back with Escape and do not load it.\n"
		 "Letters are digits here: Tab and Enter reach the other buttons.");
}

static const char *loose_help(void)
{
	return _("The files on this medium are no driver disk of a vendor, but packages and modules by themselves. "
		 "What is shown is the SHA-256 of the one file, or what \"sha256sum FILES | LC_ALL=C sort | sha256sum\" "
		 "gives for several. Who gave you the files may tell you that number: type it to have it compared.\n\n"
		 "Enter reads each file and looks into it; a damaged one is not loaded. "
		 "Tab and Enter reach the other buttons. Escape goes back.");
}

/*
 * The disk's fingerprint, what was typed of the printed one below it, and marks below that;
 * twice, where it is a SHA-256.
 */
struct verify_screen {
	struct screen screen;
	const char *fingerprint, *given; /* the disk's, and what the other one is called */
	char typed[COMPARE_ROOM], prefix[PREFIX_ROOM]; /* "SHA256:" before the first digit, or a part of it */
	newtComponent typed_line[MOST_PARTS], marks[MOST_PARTS], words;
};

static int count_parts(const char *fingerprint)
{
	return strlen(fingerprint) > PART_DIGITS ? MOST_PARTS : 1;
}

/* The digits of one part in groups. */
static const char *part_of(char groups[GROUPS_ROOM], const char *digits, int part)
{
	char some[PART_DIGITS + 1] = "";
	size_t from = (size_t)part * PART_DIGITS;

	if (strlen(digits) > from)
		snprintf(some, sizeof some, "%.*s", (int)PART_DIGITS, digits + from);
	ddl_text_groups(groups, GROUPS_ROOM, some);
	return groups;
}

static void show_typed(struct verify_screen *verify)
{
	char digits[COMPARE_ROOM], marks[COMPARE_ROOM], groups[GROUPS_ROOM], line[LINE_ROOM];
	size_t used = strlen(verify->typed), all = strlen(verify->fingerprint);
	enum compare result = compare_result(verify->typed, verify->fingerprint);

	memset(digits, '_', sizeof digits);
	memcpy(digits, verify->typed, used);
	digits[all < sizeof digits ? all : sizeof digits - 1] = '\0';
	compare_marks(marks, verify->typed, verify->fingerprint);
	for (int i = 0; i < count_parts(verify->fingerprint); i++) {
		newtLabelSetText(verify->typed_line[i], part_of(groups, digits, i));
		newtLabelSetText(verify->marks[i], part_of(groups, marks, i));
	}
	newtLabelSetText(verify->words, compare_words(line, sizeof line, verify->typed, verify->fingerprint));
	newtLabelSetColors(verify->words, result == COMPARE_DIFFERS ? SCREEN_COLOUR_ALARM :
					  result == COMPARE_SAME    ? SCREEN_COLOUR_STRONG :
								      NEWT_COLORSET_LABEL);
}

/* Both fingerprints, part by part, from the row on. */
static void add_digits(struct verify_screen *verify, int row)
{
	struct screen *screen = &verify->screen;
	char line[LINE_ROOM], groups[GROUPS_ROOM];
	int left = (screen->width - (int)(PART_DIGITS + PART_DIGITS / 4)) / 2;

	left = left < DIGITS_COLUMN ? DIGITS_COLUMN : left;
	for (int i = 0; i < count_parts(verify->fingerprint); i++, row += 3) {
		screen_label(screen, 1, row, ddl_text_column(line, sizeof line, i ? "" : _("On this disk:"), DIGITS_COLUMN - 1),
			     0);
		screen_label(screen, left, row, part_of(groups, verify->fingerprint, i), SCREEN_COLOUR_STRONG);
		screen_label(screen, 1, row + 1, ddl_text_column(line, sizeof line, i ? "" : verify->given, DIGITS_COLUMN - 1),
			     0);
		verify->typed_line[i] = screen_label(screen, left, row + 1, "", 0);
		verify->marks[i] = screen_label(screen, left, row + 2, "", SCREEN_COLOUR_STRONG);
	}
	verify->words = screen_label(screen, left, row, "", 0);
}

static void open_verify(struct verify_screen *verify, const struct ddl_question *question)
{
	const struct ddl_repo *repo = question->repo;
	const struct screen_button buttons[] = { { _("It is the same - test packages"), PRESSED_SAME },
						 { _("Go on without comparing"), PRESSED_SKIP },
						 { _("Go back"), PRESSED_BACK },
						 { NULL, 0 } };
	const struct screen_button loose[] = { { _("Test the files"), PRESSED_TEST },
					       { _("Go on without comparing"), PRESSED_SKIP },
					       { _("Go back"), PRESSED_BACK },
					       { NULL, 0 } };
	bool sheet = compare_has_sheet(repo);
	struct screen *screen = &verify->screen;
	char name[LINE_ROOM], line[LINE_ROOM];

	verify->fingerprint = repo->fingerprint;
	verify->given = sheet ? _("On the sheet:") : _("As given:");
	verify->typed[0] = verify->prefix[0] = '\0';
	screen_open(screen, text_title(line, sizeof line, _("Verify the driver disk"), question), screen_widest(),
		    9 + 3 * count_parts(repo->fingerprint));
	screen->help = sheet ? verify_help() : loose_help();
	screen_help_line(sheet ? _(" 0-9 A-F: type it   Enter: it is the same   Tab: buttons   Esc: back   F1: help") :
				 _(" 0-9 A-F: type it   Enter: test the files   Tab: buttons   Esc: back   F1: help"));
	size_t columns = (size_t)screen->width - 2;
	screen_label(screen, 1, 0, ddl_text_column(line, sizeof line, repo->description, columns), 0);
	ddl_text_middle(line, sizeof line, text_pack(name, sizeof name, repo), columns);
	screen_label(screen, 1, 1, line, 0);
	screen_label(screen, 1, 2, ddl_text_column(line, sizeof line, text_signature(name, sizeof name, repo), columns), 0);
	for (unsigned i = 0; i < 2; i++)
		screen_label(screen, 1, 3 + (int)i, ddl_text_column(line, sizeof line, compare_heading(repo, i), columns), 0);
	add_digits(verify, 5);
	screen_label(screen, 1, 6 + 3 * count_parts(repo->fingerprint),
		     ddl_text_column(line, sizeof line, text_sums(name, sizeof name, repo), columns), 0);
	screen->typing = true;
	screen_buttons(screen, sheet ? buttons : loose);
	for (int key = ' '; key <= '~'; key++)
		screen_key(screen, key);
	screen_key(screen, NEWT_KEY_BKSPC);
	screen_key(screen, NEWT_KEY_DELETE);
	show_typed(verify);
}

/* What a scanner sends before the digits; false: it is a digit, or nothing that could come before one. */
static bool prefix_key(struct verify_screen *verify, int key)
{
	char longer[PREFIX_ROOM + 1];

	if (*verify->typed)
		return false;
	snprintf(longer, sizeof longer, "%s%c", verify->prefix, key);
	if (strlen(longer) >= PREFIX_ROOM || compare_prefix(longer) < strlen(longer))
		return false;
	memcpy(verify->prefix, longer, strlen(longer) + 1);
	return true;
}

/* Takes what is text here: letters are digits or nothing, never a button. */
static bool typed_key(struct verify_screen *verify, int key)
{
	size_t used = strlen(verify->typed);

	if (key == NEWT_KEY_BKSPC || key == NEWT_KEY_DELETE) {
		if (used)
			verify->typed[used - 1] = '\0';
		else
			verify->prefix[0] = '\0';
	} else if (!(key >= ' ' && key <= '~')) {
		return false;
	} else if (!prefix_key(verify, key)) {
		(void)compare_add(verify->typed, verify->fingerprint,
				  key); /* blanks, other letters, one too many: no digit of it */
	}
	show_typed(verify);
	return true;
}

/* What was typed and differs, or is not all there, is not "the same". */
static bool may_be_same(const struct verify_screen *verify, const struct ddl_question *question)
{
	enum compare result = compare_result(verify->typed, verify->fingerprint);
	const char *file = NULL;
	char words[LINE_ROOM];

	if (result == COMPARE_DIFFERS) {
		file = compare_file(words, sizeof words, question, verify->typed);
		newt_progress_close();
	}
	if (result == COMPARE_DIFFERS)
		screen_tell(_("Not the same"),
			    file ? file :
				   _("What was typed differs from the disk's fingerprint where the marks "
				     "are. If the sheet says so, this is not the disk the vendor made: do not load it. If a "
				     "digit was mistyped, Backspace takes it back."),
			    NULL);
	else if (result == COMPARE_PART)
		screen_tell(_("Not the whole fingerprint"),
			    _("Some digits are missing. Type the rest, or take all back "
			      "with Backspace to compare by eye."),
			    NULL);
	return result == COMPARE_EMPTY || result == COMPARE_SAME;
}

/* Red marks and going on: that is a decision, and it is written down. */
static bool skip_after_all(const struct verify_screen *verify)
{
	const struct screen_button buttons[] = { { _("Back"), 'b' }, { _("Go on all the same"), 'g' }, { NULL, 0 } };

	if (compare_result(verify->typed, verify->fingerprint) != COMPARE_DIFFERS)
		return true;
	return screen_text(_("Not the same"),
			   _("What was typed differs from the disk's fingerprint: if the sheet says so, this is not the disk the "
			     "vendor made. Going on with it is written down in the log and in what the installer is told."),
			   NULL, buttons) == 'g';
}

static enum ddl_compared compared(const struct verify_screen *verify, int key)
{
	switch (compare_result(verify->typed, verify->fingerprint)) {
	case COMPARE_SAME:
		return DDL_COMPARED_SAME;
	case COMPARE_DIFFERS:
		return DDL_COMPARED_DIFFERS;
	case COMPARE_EMPTY:
	case COMPARE_PART:
	default:
		return key == PRESSED_SAME ? DDL_COMPARED_SAME : DDL_COMPARED_NOT;
	}
}

enum ddl_reply newt_ask_verify(struct ddl_question *question)
{
	struct verify_screen verify;
	int key;

	open_verify(&verify, question);
	do {
		key = screen_run(&verify.screen);
	} while (typed_key(&verify, key) || ((key == PRESSED_SAME || key == PRESSED_TEST) && !may_be_same(&verify, question)) ||
		 (key == PRESSED_SKIP && !skip_after_all(&verify)));
	screen_close(&verify.screen);
	question->compared = compared(&verify, key);
	switch (key) {
	case PRESSED_SAME:
	case PRESSED_TEST:
		return DDL_REPLY_YES;
	case PRESSED_SKIP:
		return DDL_REPLY_SKIP;
	case PRESSED_BACK:
	case SCREEN_BACK:
		question->compared = DDL_COMPARED_NOT;
		return DDL_REPLY_BACK;
	default:
		question->compared = DDL_COMPARED_NOT;
		return DDL_REPLY_NO;
	}
}

static void write_tested(const struct print *print, const void *what)
{
	const struct ddl_question *question = what;

	print_verdict(print, question->repo, question->error);
	print_blank(print);
	print_tested(print, question->repo);
}

/* What the buttons of a text window mean. */
static enum ddl_reply reply_of(int key, int yes)
{
	if (key == yes)
		return DDL_REPLY_YES;
	if (key == 'c' || key == 'd') /* on without a disk, on without accepting */
		return DDL_REPLY_SKIP;
	return key == 'b' || key == SCREEN_BACK ? DDL_REPLY_BACK : DDL_REPLY_NO;
}

static const char *tested_help(void)
{
	return _("Each package was read whole from the medium and compared with the size and checksum that the "
		 "disk's list of contents gives for it.\n\n"
		 "A package marked BAD was changed or damaged after the vendor made the disk. Nothing of a "
		 "damaged pack is ever loaded: fetch the disk again, or copy it to another medium. One that is \"not read\" may "
		 "be good: put the medium back, and A looks again.");
}

enum ddl_reply newt_ask_tested(const struct ddl_question *question)
{
	const struct screen_button good[] = { { _("Go on"), 'g' }, { _("Back"), 'b' }, { NULL, 0 } };
	const struct screen_button bad[] = {
		{ _("Back"), 'b' }, { _("Again"), 'a' }, { _("Continue without a driver"), 'c' }, { NULL, 0 }
	};
	bool ill = ddl_repo_bad_package(question->repo) || question->error;
	char title[LINE_ROOM];
	int key = screen_page(text_title(title, sizeof title, _("Result of the test"), question), write_tested, question,
			      tested_help(), ill ? bad : good, question);

	return ill && key == 'a' ? DDL_REPLY_AGAIN : reply_of(key, 'g');
}

enum ddl_reply newt_ask_licence(const struct ddl_question *question)
{
	const struct screen_button buttons[] = { { _("Accept"), 'a' }, { _("Back"), 'b' }, { _("Decline"), 'd' }, { NULL, 0 } };
	char title[LINE_ROOM], pack[LINE_ROOM], *text = NULL;

	/* which of several packs it is of */
	if (question->of && asprintf(&text, "%s\n\n%s", text_pack(pack, sizeof pack, question->repo), question->licence) < 0)
		return DDL_REPLY_NO;
	int key = screen_text(text_title(title, sizeof title, _("Licence"), question), text ? text : question->licence,
			      _("The vendor wants this licence accepted before the driver is loaded. Tab, arrows, "
				"Page Up and Page Down move through the text. A accepts it, B goes back, "
				"D goes on without loading anything."),
			      buttons);
	free(text);
	return reply_of(key, 'a');
}

static void write_trust(const struct print *print, const void *what)
{
	print_trust(print, what);
}

static const char *trust_help(void)
{
	return _("The signature shows that the disk is as the owner of this key made it. But the key came with the disk, and "
		 "nobody here knows whose it is. The vendor gives the fingerprint of the key elsewhere: on paper, on the web "
		 "page, on the telephone.\n\n"
		 "T trusts the key until ddload ends, after you have compared every digit. N goes on without trusting it: the "
		 "pack counts as signed by somebody unknown, and is refused where only signed packs may be loaded. "
		 "B and Escape go back to the packs.");
}

/* The first button has the focus: Enter trusts nothing. */
enum ddl_reply newt_ask_trust(const struct ddl_question *question)
{
	const struct screen_button buttons[] = {
		{ _("No"), 'n' }, { _("Trust it this once"), 't' }, { _("Back"), 'b' }, { NULL, 0 }
	};
	char title[LINE_ROOM];
	int key = screen_page(text_title(title, sizeof title, _("Trust this key?"), question), write_trust, question->repo,
			      trust_help(), buttons, NULL);

	return key == 'n' ? DDL_REPLY_SKIP : reply_of(key, 't');
}
