/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The drivers of one pack: which of them are loaded with it, as this machine needs them or as a person wants it. */
#include "base/text.h"
#include "newt/questions.h"
#include "newt/screen.h"
#include "terminal/language.h"

#include <stdint.h>
#include <stdlib.h>

#define LINE_ROOM 512U
#define MOST_ROWS 12

struct modules_screen {
	struct screen screen;
	struct ddl_module *modules[DDL_MAX_MODULES];
	size_t n_modules;
	newtComponent list, words;
};

static void module_line(const struct modules_screen *view, size_t i, char *to, size_t room)
{
	char name[240], words[LINE_ROOM], fits[240];
	const struct ddl_module *module = view->modules[i];
	size_t columns = (size_t)view->screen.width - 12, left = columns / 3;

	snprintf(words, sizeof words, "%s %s", module->name, module->version);
	ddl_text_column(name, sizeof name, words, left);
	ddl_describe_fit(words, sizeof words, module);
	ddl_text_column(fits, sizeof fits, words, columns - left);
	snprintf(to, room, "[%c] %s  %s", ddl_module_is_marked(module) ? '*' : ' ', name, fits);
}

static size_t current(const struct modules_screen *view)
{
	uintptr_t number = (uintptr_t)newtListboxGetCurrent(view->list);

	return number ? (size_t)number - 1 : 0;
}

static void open_list(struct modules_screen *view)
{
	const struct screen_button buttons[] = { { _("OK"), 'o' }, { NULL, 0 } };
	int rows = view->n_modules < MOST_ROWS ? (int)view->n_modules : MOST_ROWS;
	char line[LINE_ROOM];

	screen_open(&view->screen, _("Drivers of the pack"), screen_widest(), rows + 5);
	view->screen.help = _("These are the drivers in the pack that are for this kernel. Marked are those that this machine "
			      "needs; what they depend on is loaded with them.\n\n"
			      "The space bar marks or unmarks the driver under the cursor. O, Enter or Escape goes back.");
	screen_help_line(_(" Space: mark   O Enter Esc: back   F1 ?: help"));
	screen_label(&view->screen, 1, 0, _("Which drivers of the pack are to be loaded?"), SCREEN_COLOUR_STRONG);
	view->list = newtListbox(1, 2, rows, NEWT_FLAG_RETURNEXIT | (view->n_modules > MOST_ROWS ? NEWT_FLAG_SCROLL : 0));
	for (size_t i = 0; i < view->n_modules; i++) {
		module_line(view, i, line, sizeof line);
		newtListboxAppendEntry(view->list, language_shown(line), (void *)(uintptr_t)(i + 1));
	}
	newtListboxSetWidth(view->list, view->screen.width - 2);
	screen_add(&view->screen, view->list);
	screen_buttons(&view->screen, buttons);
	screen_key(&view->screen, ' ');
}

void newt_mark_modules(struct ddl_repo *repo)
{
	struct modules_screen *view = calloc(1, sizeof *view);
	char line[LINE_ROOM];

	if (!view)
		return;
	view->n_modules = ddl_repo_modules(repo, view->modules, DDL_MAX_MODULES);
	if (!view->n_modules) {
		screen_tell(_("Drivers of the pack"), _("This pack has no driver for this kernel."), NULL);
	} else {
		open_list(view);
		while (screen_run(&view->screen) == ' ') {
			size_t i = current(view);

			ddl_module_mark(view->modules[i], !ddl_module_is_marked(view->modules[i]));
			module_line(view, i, line, sizeof line);
			newtListboxSetEntry(view->list, (int)i, language_shown(line));
		}
		screen_close(&view->screen);
	}
	free(view);
}
