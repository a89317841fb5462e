/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Windows, forms, buttons and keys on newt; the terminal is checked before newt may exit over it. */
#include "newt/screen.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "front/print.h"
#include "terminal/language.h"
#include "terminal/term.h"

/*
 * From <slang.h>, which is not always there to include. SLtt_initialize tells what newtInit
 * would end the program over: -1 an unknown terminal, -2 one that cannot move its cursor.
 */
extern int SLang_TT_Read_FD, SLtt_Screen_Rows, SLtt_Screen_Cols, SLtt_Has_Alt_Charset;
int SLtt_initialize(const char *term);
void SLtt_get_screen_size(void);
void SLsmg_touch_screen(void);
int SLsmg_reinit_smg(void);

#define CTRL_C 3
#define CTRL_L 12
#define TITLE_ROOM 256U
#define PEEK_MS 1
#define SILENT_MS 30000 /* whoever comes back after this may have another terminal on the line */
#define MOST_COLUMNS 110 /* longer lines are hard to read */
#define KEY_HELP NEWT_KEY_F1
#define KEY_LOG 'l'

static bool up;

bool screens_up(void)
{
	return up;
}

/* ----------------------------------------------------------------- the terminal */

static bool terminal_known(const char *term)
{
	/* "dumb" has a description on many systems, and then slang only finds out while drawing. */
	return term && *term && strcmp(term, "dumb") != 0 && strcmp(term, "unknown") != 0 && SLtt_initialize(NULL) == 0;
}

static const char *terminal_trouble(void)
{
	if (!isatty(0) || !isatty(1))
		return _("Plain lines are used: this is no terminal.");
	if (!terminal_known(getenv("TERM")))
		return _("Plain lines are used: TERM names no terminal that is known here.");
	SLtt_get_screen_size();
	if (SLtt_Screen_Rows < SCREEN_ROWS || SLtt_Screen_Cols < SCREEN_COLUMNS)
		return _("Plain lines are used: the terminal is smaller than 80 columns by 24 lines.");
	return NULL;
}

bool screens_start(enum ddl_colours colours, const char **why)
{
	*why = terminal_trouble();
	if (*why)
		return false;
	colours_before(colours);
	/* Keys come from here; slang would prefer /dev/tty, and without one spin on descriptor 2. */
	SLang_TT_Read_FD = 0;
	if (newtInit() < 0) {
		*why = _("Plain lines are used: the terminal cannot be set up for screens.");
		return false;
	}
	if (language_plain_borders()) {
		SLtt_Has_Alt_Charset = 0; /* borders of - and |, which newtInit would have asked the terminal for */
		(void)SLsmg_reinit_smg();
	}
	up = true;
	atexit(screens_finish);
	colours_set(colours);
	newtCls();
	newtDrawRootText(1, 0, _("ddload - load a driver disk"));
	return true;
}

void screens_finish(void)
{
	if (!up)
		return;
	up = false;
	/* What comes next on this terminal is not ours: leave it empty, in its own colours. */
	colours_own();
	newtCls();
	newtFinished();
}

int screen_widest(void)
{
	int columns, rows;

	newtGetScreenSize(&columns, &rows);
	return columns - 6 < MOST_COLUMNS ? columns - 6 : MOST_COLUMNS;
}

int screen_highest(void)
{
	int columns, rows;

	newtGetScreenSize(&columns, &rows);
	return rows - 5;
}

/* ------------------------------------------------------------ windows and forms */

static bool keep; /* see screen_keep_keys */

void screen_keep_keys(void)
{
	keep = true;
}

/* A title that is a button's word as well goes without the button's letter: "Details(D)" of a translation. */
static const char *without_key(char *to, size_t room, const char *title)
{
	size_t length = strlen(title);

	snprintf(to, room, "%s", title);
	if (length > 3 && length < room && to[length - 1] == ')' && to[length - 3] == '(')
		to[length - 3] = '\0';
	return to;
}

void screen_open(struct screen *screen, const char *title, int width, int height)
{
	char words[TITLE_ROOM];

	memset(screen, 0, sizeof *screen);
	screen->width = width;
	screen->height = height;
	/* newt throws away what was typed before it opens a window; where the end is reached, for ever. */
	screen->windowless = term_gone();
	if (keep && !term_signal() && term_signal_fd() >= 0)
		SLang_TT_Read_FD = term_signal_fd(); /* where it finds nothing to throw away */
	if (!keep && term_is_fast())
		SLsmg_touch_screen(); /* all is drawn again: the kernel or another program may have written over it */
	if (!screen->windowless)
		newtCenteredWindow((unsigned)width, (unsigned)height, language_shown(without_key(words, sizeof words, title)));
	SLang_TT_Read_FD = 0;
	keep = false;
	newtPushHelpLine(_(" Tab, arrows: move   Enter: press   Letter: its button   Esc: back   F1 ?: help"));
	screen->form = newtForm(NULL, NULL, NEWT_FLAG_NOF12);
	newtFormAddHotKey(screen->form, NEWT_KEY_ESCAPE);
	newtFormAddHotKey(screen->form, CTRL_C);
	newtFormAddHotKey(screen->form, KEY_HELP);
	newtFormAddHotKey(screen->form, CTRL_L);
	newtFormAddHotKey(screen->form, NEWT_KEY_RESIZE);
	newtFormSetTimer(screen->form, SILENT_MS);
	if (term_signal_fd() >= 0)
		newtFormWatchFd(screen->form, term_signal_fd(), NEWT_FD_READ);
}

void screen_help_line(const char *line)
{
	newtPopHelpLine();
	newtPushHelpLine(line);
}

void screen_add(struct screen *screen, newtComponent component)
{
	newtFormAddComponent(screen->form, component);
}

newtComponent screen_label(struct screen *screen, int column, int row, const char *text, int colour)
{
	newtComponent label = newtLabel(column, row, language_shown(text));

	if (colour)
		newtLabelSetColors(label, colour);
	screen_add(screen, label);
	return label;
}

void screen_key(struct screen *screen, int key)
{
	newtFormAddHotKey(screen->form, key);
}

void screen_buttons(struct screen *screen, const struct screen_button *buttons)
{
	int count = 0, taken = 0;

	for (; count < SCREEN_MAX_BUTTONS && buttons[count].label; count++)
		taken += (int)ddl_text_width(buttons[count].label) + 2;
	int gap = count > 1 ? (screen->width - taken) / (count + 1) : 0;
	gap = gap > 4 ? 4 : gap < 1 ? 1 : gap;
	int column = (screen->width - taken - gap * (count - 1)) / 2 - 1;
	for (int i = 0; i < count; i++) {
		screen->buttons[i] = newtCompactButton(column, screen->height - 1, buttons[i].label);
		screen_add(screen, screen->buttons[i]);
		screen->keys[i] = buttons[i].key;
		if (!screen->typing) {
			screen_key(screen, buttons[i].key);
			screen_key(screen, toupper(buttons[i].key));
		}
		column += (int)ddl_text_width(buttons[i].label) + 2 + gap;
	}
	if (!screen->typing)
		screen_key(screen, '?');
}

void screen_watch(struct screen *screen, int fd)
{
	screen->watch = fd;
	newtFormWatchFd(screen->form, fd, NEWT_FD_READ);
}

void screen_timer(struct screen *screen, int milliseconds)
{
	screen->timed = milliseconds > 0;
	newtFormSetTimer(screen->form, screen->timed ? milliseconds : SILENT_MS);
}

void screen_close(struct screen *screen)
{
	newtFormDestroy(screen->form);
	newtPopHelpLine();
	if (!screen->windowless)
		newtPopWindowNoRefresh(); /* what comes next draws: a slow line gets the differences only */
}

/* ------------------------------------------------------------------------- keys */

static void show_help(const char *help)
{
	screen_tell(_("Help"), help, "");
}

/* The key of the button, or Enter for any other component. */
static int pressed(const struct screen *screen, newtComponent component)
{
	for (int i = 0; i < SCREEN_MAX_BUTTONS && screen->keys[i]; i++)
		if (screen->buttons[i] == component)
			return screen->keys[i];
	return SCREEN_ENTER;
}

static int hot_key(int key)
{
	if (key == CTRL_C)
		return SCREEN_GONE;
	if (key == NEWT_KEY_ESCAPE)
		return SCREEN_BACK;
	return key >= 'A' && key <= 'Z' ? key - 'A' + 'a' : key;
}

/*
 * One run of the form. newt spins when descriptor 0 is closed, and reports a terminal that
 * went away as an error: both are looked for here. 0: a timer.
 */
static int run_once(const struct screen *screen)
{
	struct newtExitStruct why = { .reason = NEWT_EXIT_ERROR };

	if (term_signal() || fcntl(0, F_GETFD) < 0)
		return SCREEN_GONE;
	newtFormRun(screen->form, &why);
	if (term_signal())
		return SCREEN_GONE;
	switch (why.reason) {
	case NEWT_EXIT_HOTKEY:
		return hot_key(why.u.key);
	case NEWT_EXIT_COMPONENT:
		return pressed(screen, why.u.co);
	case NEWT_EXIT_TIMER:
		return SCREEN_TIMER;
	case NEWT_EXIT_FDREADY:
		return screen->watch && why.u.watch == screen->watch ? SCREEN_WATCH : SCREEN_GONE;
	case NEWT_EXIT_ERROR:
	default:
		return SCREEN_GONE;
	}
}

/* All of it once more, for a terminal that was resized, connected again or written over. */
static void redraw(void)
{
	newtRedrawHelpLine();
	SLsmg_touch_screen();
	newtRefresh();
}

/*
 * Nothing tells that a serial line was unplugged and is used again, with an empty screen. A key
 * after so long a silence draws all of it once more.
 */
static void wait_silent(const struct screen *screen)
{
	uint64_t from = ddl_clock_ms();

	if (term_wait_also(-1, screen->watch ? screen->watch : -1) != 1)
		return;
	if (ddl_clock_ms() - from >= SILENT_MS)
		redraw();
}

int screen_run(struct screen *screen)
{
	for (;;) {
		int key = run_once(screen);
		if (key == SCREEN_TIMER && !screen->timed) {
			wait_silent(screen);
			continue;
		}
		if (key == CTRL_L || key == NEWT_KEY_RESIZE) {
			redraw();
			continue;
		}
		if (key != KEY_HELP && (key != '?' || screen->typing))
			return key;
		if (screen->help && *screen->help)
			show_help(screen->help);
	}
}

void screen_draw(struct screen *screen)
{
	newtDrawForm(screen->form);
	if (*screen->keys)
		newtFormSetCurrent(screen->form, screen->buttons[0]);
	newtRefresh();
}

int screen_peek(struct screen *screen)
{
	switch (term_wait(0)) {
	case -1:
		return SCREEN_GONE;
	case 0:
		return 0;
	default:
		newtFormSetTimer(screen->form, PEEK_MS);
		return run_once(screen);
	}
}

/* ------------------------------------------------------------------------ texts */

static char *report(void (*write)(const struct print *print, const void *what), const void *what)
{
	char *text = NULL;
	size_t length;
	FILE *memory = open_memstream(&text, &length);

	if (!memory)
		return NULL;
	struct print print = { memory, (unsigned)screen_widest() - 3, false };
	write(&print, what);
	if (fclose(memory) != 0 || !text) {
		free(text);
		return NULL;
	}
	while (length && text[length - 1] == '\n')
		text[--length] = '\0';
	return text;
}

static int count_lines(const char *text)
{
	int lines = 1;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* Fills a paragraph or more to the width of a window. */
static void write_text(const struct print *print, const void *what)
{
	print_text(print, 0, what);
}

static void right_label(struct screen *screen, int row, const char *text)
{
	screen_label(screen, screen->width - 1 - (int)ddl_text_width(text), row, text, 0);
}

/* Is Escape the way back, and not another answer? */
static bool has_back(const struct screen *screen)
{
	return strchr(screen->keys, 'b') != NULL;
}

static void add_log_keys(struct screen *screen)
{
	screen_label(screen, 1, screen->height - 2, _("F2 or L: the log"), 0);
	screen_key(screen, NEWT_KEY_F2);
	screen_key(screen, KEY_LOG);
	screen_key(screen, toupper(KEY_LOG));
	screen_help_line(has_back(screen) ? _(" Letter: its button   F2 L: log   Page Up, Page Down   Esc: back   F1 ?: help") :
					    _(" Letter: its button   F2 L: log   Page Up, Page Down   F1 ?: help"));
}

static void (*show_log)(const struct ddl_question *question); /* see screen_log_by */

void screen_log_by(void (*show)(const struct ddl_question *question))
{
	show_log = show;
}

/* As screen_page, for a text that is filled already. */
static int page(const char *title, const char *text, const char *help, const struct screen_button *buttons,
		const struct ddl_question *question)
{
	struct screen screen;
	int key, lines = count_lines(text), most = screen_highest() - 4;
	bool scrolled = lines > most;

	screen_open(&screen, title, screen_widest(), (scrolled ? most : lines) + 4);
	screen.help = help;
	/* The scroll bar takes two columns more than the text is given. */
	newtComponent box = newtTextbox(1, 1, screen.width - (scrolled ? 4 : 2), scrolled ? most : lines,
					scrolled ? NEWT_FLAG_SCROLL : 0);
	newtTextboxSetText(box, language_shown(text));
	screen_add(&screen, box);
	if (scrolled)
		right_label(&screen, screen.height - 2, _("Page Down, Page Up: more"));
	screen_buttons(&screen, buttons);
	if (question)
		add_log_keys(&screen);
	else if (!has_back(&screen))
		screen_help_line(_(" Tab, arrows: move   Enter: press   Letter: its button   F1 ?: help"));
	if (!buttons[1].label) { /* there is but one answer: Enter gives it from everywhere */
		screen_key(&screen, SCREEN_ENTER);
		screen_help_line(help && *help ? _(" Enter C Esc: close   Page Up, Page Down: more   F1 ?: help") :
						 _(" Enter C Esc: close   Page Up, Page Down: more"));
	}
	while ((key = screen_run(&screen)) == NEWT_KEY_F2 || (question && key == KEY_LOG))
		show_log(question);
	screen_close(&screen);
	return key;
}

int screen_page(const char *title, void (*write)(const struct print *print, const void *what), const void *what, const char *help,
		const struct screen_button *buttons, const struct ddl_question *question)
{
	const struct screen_button close[] = { { _("Close"), 'c' }, { NULL, 0 } };
	char *text = report(write, what);
	int key = SCREEN_GONE;

	if (!help && !buttons)
		help = _("Arrows, Page Up and Page Down move through the text. C, Enter or "
			 "Escape closes this window and goes back to where you were.");
	if (text)
		key = page(title, text, help, buttons ? buttons : close, question);
	free(text);
	return key;
}

int screen_text(const char *title, const char *text, const char *help, const struct screen_button *buttons)
{
	return screen_page(title, write_text, text, help, buttons, NULL);
}

void screen_tell(const char *title, const char *text, const char *help)
{
	(void)screen_text(title, text, help, NULL);
}

static void write_error(const struct print *print, const void *what)
{
	print_trouble_page(print, what);
}

void screen_error(const char *title, const struct ddl_error *error)
{
	(void)screen_page(title, write_error, error, NULL, NULL, NULL);
}
