/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packs on a medium: a mark for each, whether it fits in words, and its details. */
#include "newt/screen.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "front/print.h"
#include "newt/questions.h"
#include "terminal/language.h"

#define LINE_ROOM 512U
#define MOST_ROWS 8 /* on 24 lines */
#define PANE_ROWS 5

struct packs_screen {
	struct screen screen;
	struct ddl_question *question;
	newtComponent list, pane[PANE_ROWS];
	size_t fits; /* columns of "whether it fits" */
};

static const char *release_of(const struct ddl_question *question)
{
	return question->machine ? question->machine->release : "";
}

/* What "whether it fits" takes at most: the descriptions, in which packs differ, get the rest, and never less than half. */
static size_t fit_columns(const struct packs_screen *packs)
{
	size_t most = 0, half = ((size_t)packs->screen.width - 12) / 2;
	char words[LINE_ROOM / 4];

	for (size_t i = 0; i < packs->question->look->n_repos; i++) {
		size_t width = ddl_text_width(
			ddl_describe_repo_fit(words, sizeof words, packs->question->look->repos[i], release_of(packs->question)));
		most = width > most ? width : most;
	}
	return most < half ? most : half;
}

/* "[*] description  whether it fits", cut to the width of the list. */
static void pack_line(const struct packs_screen *packs, size_t i, char *to, size_t room)
{
	char what[240], words[LINE_ROOM / 4], fits[240];
	const struct ddl_repo *repo = packs->question->look->repos[i];
	size_t columns = (size_t)packs->screen.width - 12, left = columns - packs->fits;

	ddl_text_middle(what, sizeof what, repo->description, left);
	ddl_describe_repo_fit(words, sizeof words, repo, release_of(packs->question));
	ddl_text_column(fits, sizeof fits, words, packs->fits);
	snprintf(to, room, "[%c] %s  %s", packs->question->ticked[i] ? '*' : ' ', what, fits);
}

static size_t current(const struct packs_screen *packs)
{
	uintptr_t number = (uintptr_t)newtListboxGetCurrent(packs->list);

	return number ? (size_t)number - 1 : 0;
}

static const char *first_kernel(const struct ddl_repo *repo)
{
	for (size_t i = 0; i < repo->n_packages; i++)
		if (repo->packages[i].fit == repo->fit && *repo->packages[i].kernel)
			return repo->packages[i].kernel;
	return repo->n_packages ? repo->packages[0].kernel : "";
}

/* Moves what does not fit into the columns to the next line, below the text after the title. */
static void wrap(char *line, char *next, size_t columns)
{
	size_t cut = 0, used;

	*next = '\0';
	if (ddl_text_width(line) <= columns)
		return;
	for (size_t i = 0; line[i] && i < columns; i++)
		cut = line[i] == ' ' ? i : cut;
	used = strspn(line + strcspn(line, " "), " ") + strcspn(line, " ");
	if (cut <= used)
		return;
	snprintf(next, LINE_ROOM, "%*s%s", (int)used, "", line + cut + 1);
	line[cut] = '\0';
}

/* What is known of the pack the cursor is on. */
static void show_pane(newtComponent list, void *data)
{
	const struct packs_screen *packs = data;
	const struct ddl_repo *repo = packs->question->look->repos[current(packs)];
	char lines[PANE_ROWS][LINE_ROOM], cut[LINE_ROOM], name[LINE_ROOM];

	(void)list;
	snprintf(lines[0], LINE_ROOM, _("Pack:    %s"), text_repo(name, sizeof name, repo));
	ddl_describe_repo_abi(name, sizeof name, repo);
	snprintf(lines[1], LINE_ROOM, _("Kernel:  %s"), *name ? name : first_kernel(repo));
	ddl_describe_repo_fit(name, sizeof name, repo, release_of(packs->question));
	snprintf(lines[2], LINE_ROOM, _("Here:    %s"), name);
	wrap(lines[2], lines[3], (size_t)packs->screen.width - 2);
	char *in = *lines[3] ? lines[4] : lines[3];
	lines[4][0] = '\0';
	if (*repo->where)
		snprintf(in, LINE_ROOM, _("In:      %s"), repo->where);
	for (int i = 0; i < PANE_ROWS; i++)
		newtLabelSetText(packs->pane[i],
				 language_shown(ddl_text_column(cut, sizeof cut, lines[i], (size_t)packs->screen.width - 2)));
	int colour = repo->fit >= DDL_FIT_LOADED ? SCREEN_COLOUR_STRONG : SCREEN_COLOUR_ALARM;
	newtLabelSetColors(packs->pane[2], colour);
	newtLabelSetColors(packs->pane[3], in == lines[4] ? colour : NEWT_COLORSET_LABEL);
}

static const char *packs_help(void)
{
	return _("These are the driver packs on the medium. Those that fit this machine are marked already. "
		 "The space bar marks or unmarks the pack under the cursor.\n\n"
		 "\"Here\" says whether the pack has a driver for a controller of this machine, or why it is of no use "
		 "here: for instance that it was built for another kernel.\n\n"
		 "D or F3 shows the packages, modules and fingerprint of the pack under the cursor.\n"
		 "M shows its drivers; those that this machine needs are marked, and others can be.\n"
		 "Enter or O goes on with the marked packs. B or Escape goes back to the media.");
}

static int list_rows(const struct ddl_question *question)
{
	int most = MOST_ROWS + screen_highest() - (SCREEN_ROWS - 5);

	return question->look->n_repos < (size_t)most ? (int)question->look->n_repos : most;
}

static void add_list(struct packs_screen *packs, int rows)
{
	char line[LINE_ROOM];
	const struct ddl_look *look = packs->question->look;
	size_t first = 0;

	packs->list = newtListbox(1, 2, rows, NEWT_FLAG_RETURNEXIT | (look->n_repos > (size_t)rows ? NEWT_FLAG_SCROLL : 0));
	for (size_t i = look->n_repos; i-- > 0;)
		first = packs->question->ticked[i] ? i : first;
	for (size_t i = 0; i < look->n_repos; i++) {
		pack_line(packs, i, line, sizeof line);
		newtListboxAppendEntry(packs->list, language_shown(line), (void *)(uintptr_t)(i + 1));
	}
	newtListboxSetWidth(packs->list, packs->screen.width - 2);
	newtListboxSetCurrent(packs->list, (int)first);
	screen_add(&packs->screen, packs->list);
}

static bool any_ticked(const struct ddl_question *question)
{
	for (size_t i = 0; i < question->look->n_repos; i++)
		if (question->ticked[i])
			return true;
	return false;
}

static void open_packs(struct packs_screen *packs, struct ddl_question *question)
{
	const struct screen_button buttons[] = { { _("OK"), 'o' }, { _("Details"), 'd' }, { _("Back"), 'b' }, { NULL, 0 } };
	int rows = list_rows(question);

	packs->question = question;
	screen_open(&packs->screen, _("Driver packs"), screen_widest(), rows + PANE_ROWS + 5);
	packs->fits = fit_columns(packs);
	packs->screen.help = packs_help();
	screen_help_line(_(" Space: mark   Enter: go on   D: details   M: drivers   Esc: back   F1 ?: help"));
	screen_label(&packs->screen, 1, 0, _("Which packs are to be loaded?"), SCREEN_COLOUR_STRONG);
	add_list(packs, rows);
	for (int i = 0; i < PANE_ROWS; i++)
		packs->pane[i] = screen_label(&packs->screen, 1, rows + 3 + i, "", 0);
	newtComponentAddCallback(packs->list, show_pane, packs);
	screen_buttons(&packs->screen, buttons);
	screen_key(&packs->screen, ' ');
	screen_key(&packs->screen, NEWT_KEY_F3);
	screen_key(&packs->screen, 'm');
	show_pane(packs->list, packs);
}

static void toggle(struct packs_screen *packs)
{
	char line[LINE_ROOM];
	size_t i = current(packs);

	packs->question->ticked[i] = !packs->question->ticked[i];
	pack_line(packs, i, line, sizeof line);
	newtListboxSetEntry(packs->list, (int)i, language_shown(line));
	newtFormSetCurrent(packs->screen.form, packs->list);
}

struct details {
	const struct ddl_look *look;
	size_t pack;
	const char *release;
};

static void write_details(const struct print *print, const void *what)
{
	const struct details *details = what;
	struct ddl_repo *one[] = { details->look->repos[details->pack] };
	struct ddl_look look = *details->look;
	struct print verbose = *print;

	look.repos = one;
	look.n_repos = 1;
	verbose.verbose = true;
	print_look(&verbose, &look, details->release);
}

static void show_details(const struct packs_screen *packs)
{
	struct details details = { packs->question->look, current(packs), release_of(packs->question) };

	(void)screen_page(_("Details"), write_details, &details,
			  _("These are the packages of the pack and the drivers in them: which kernel each was "
			    "built for, which controllers of this machine it is made for, which modules and firmware it needs, "
			    "and who has signed it.\n\nArrows, Page Up and Page Down move through the text. C, Enter or Escape "
			    "closes it."),
			  NULL, NULL);
}

static void say_none(void)
{
	screen_tell(_("Driver packs"),
		    _("No pack is marked. The space bar marks the pack under the cursor; "
		      "B goes back to the media."),
		    NULL);
}

/* True when the key answers the question. */
static bool packs_key(struct packs_screen *packs, int key, enum ddl_reply *reply)
{
	switch (key) {
	case ' ':
		toggle(packs);
		return false;
	case 'd':
	case NEWT_KEY_F3:
		show_details(packs);
		return false;
	case 'm':
		newt_mark_modules(packs->question->look->repos[current(packs)]);
		return false;
	case SCREEN_ENTER:
	case 'o':
		*reply = DDL_REPLY_YES;
		if (!any_ticked(packs->question))
			say_none();
		return any_ticked(packs->question);
	case 'b':
	case SCREEN_BACK:
		*reply = DDL_REPLY_BACK;
		return true;
	case SCREEN_GONE:
	default:
		*reply = DDL_REPLY_NO;
		return true;
	}
}

enum ddl_reply newt_ask_packs(struct ddl_question *question)
{
	struct packs_screen packs;
	enum ddl_reply reply = DDL_REPLY_NO;

	if (!question->look->n_repos)
		return DDL_REPLY_BACK;
	open_packs(&packs, question);
	while (!packs_key(&packs, screen_run(&packs.screen), &reply))
		continue;
	screen_close(&packs.screen);
	return reply;
}
