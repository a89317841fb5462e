/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all newt screens share: the terminal, a window with a form, a row of buttons, keys
 * with letters, help, and the rule that no answer is never a yes.
 */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <newt.h>

#include "boot/cmdline.h"
#include "ddl.h"

#define SCREEN_MAX_BUTTONS 5
#define SCREEN_ROWS 24 /* what every screen must do with */
#define SCREEN_COLUMNS 80

/* What screen_run returns beside the keys of buttons and keys that were asked for. */
#define SCREEN_GONE (-1) /* no answer: the terminal is gone, a signal, Ctrl-C */
#define SCREEN_BACK (-2) /* Escape */
#define SCREEN_WATCH (-3) /* the descriptor of screen_watch is readable */
#define SCREEN_TIMER 0 /* the time of screen_timer is over */
#define SCREEN_ENTER '\r' /* Enter in a list or a field */

/* Colours of our own: what is wrong (it has a mark, too), and what is to be seen first. */
#define SCREEN_COLOUR_ALARM NEWT_COLORSET_CUSTOM(0)
#define SCREEN_COLOUR_STRONG NEWT_COLORSET_CUSTOM(1)

struct screen_button {
	const char *label; /* translated; NULL ends the row */
	char key; /* the letter that presses it, lower case */
};

struct screen {
	newtComponent form;
	int width, height; /* inside the window */
	const char *help; /* translated; what F1 shows; NULL or "": nothing */
	int watch; /* see screen_watch; 0: none */
	bool timed; /* screen_timer is on */
	bool windowless; /* the terminal was gone when it opened */
	bool typing; /* letters are text, not keys */
	newtComponent buttons[SCREEN_MAX_BUTTONS];
	char keys[SCREEN_MAX_BUTTONS + 1];
};

/* Takes the terminal; false with *why when newt cannot use it. */
bool screens_start(enum ddl_colours colours, const char **why);
void screens_finish(void);
bool screens_up(void);

/* Before newt looks at the terminal: shall it have colours? Afterwards: which; at the end: the terminal's own. */
void colours_before(enum ddl_colours colours);
void colours_set(enum ddl_colours colours);
void colours_own(void);

/* Columns inside the widest window, and rows inside the highest. */
int screen_widest(void);
int screen_highest(void);

void screen_open(struct screen *screen, const char *title, int width, int height);
/* What has been typed is for the window that opens next, which comes in the place of another; else it is thrown away. */
void screen_keep_keys(void);
/* Names the keys of the window that was opened last, on the lowest line. */
void screen_help_line(const char *line);
void screen_add(struct screen *screen, newtComponent component);
/* A label; `colour` 0: the usual one. */
newtComponent screen_label(struct screen *screen, int column, int row, const char *text, int colour);
/* A centred row of buttons at the bottom; the first is what Enter presses at once. */
void screen_buttons(struct screen *screen, const struct screen_button *buttons);
/* One more key that screen_run returns. */
void screen_key(struct screen *screen, int key);

/* From now on screen_run also returns when the descriptor is readable. */
void screen_watch(struct screen *screen, int fd);
/* And after so many milliseconds, again and again; 0: no longer. */
void screen_timer(struct screen *screen, int milliseconds);

/* Waits for an answer: a button's letter, a key, or one of SCREEN_*. */
int screen_run(struct screen *screen);
/* Shows a window that is only peeked at, the focus on its first button. */
void screen_draw(struct screen *screen);
/* Looks whether a key was pressed, without waiting; 0: none. */
int screen_peek(struct screen *screen);
void screen_close(struct screen *screen);

/*
 * A window with a text (scrolled where it is long) and buttons; `help` as in struct screen.
 * Returns as screen_run.
 */
int screen_text(const char *title, const char *text, const char *help, const struct screen_button *buttons);

/* A text that can only be closed; `help` NULL: how. */
void screen_tell(const char *title, const char *text, const char *help);

/*
 * A window with what `write` says, filled to its width. `buttons` NULL: it can only be closed, and where `help` is NULL as
 * well that is what the help says. With a question F2 and L show its log. Returns as screen_run.
 */
struct print;
int screen_page(const char *title, void (*write)(const struct print *print, const void *what), const void *what, const char *help,
		const struct screen_button *buttons, const struct ddl_question *question);

/* Who shows the log. */
void screen_log_by(void (*show)(const struct ddl_question *question));

/* A window that says what is wrong, what it was about, and what to do. */
void screen_error(const char *title, const struct ddl_error *error);

#endif
