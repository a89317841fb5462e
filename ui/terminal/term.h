/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal underneath the front ends: signals as something to look at, raw mode
 * that is always put back, and what kind of terminal this is.
 */
#ifndef UI_TERM_H
#define UI_TERM_H

#include <stdbool.h>
#include <termios.h>

/*
 * From now on SIGHUP, SIGINT, SIGQUIT and SIGTERM do not end the program but are kept for
 * term_signal(); SIGPIPE is ignored; a crash puts the terminal back first. Call it once, and once
 * more in a child that has another terminal.
 */
void term_start(void);

/* The signal that asks the program to end, or 0. It stays: whoever looks later must stop as well. */
int term_signal(void);

/* A descriptor that is readable while there is a signal to look at; for poll. -1: none. */
int term_signal_fd(void);

/*
 * Waits for input on descriptor 0. 1: there is some (or its end); 0: the time is over;
 * -1: a signal, or the terminal is gone. `milliseconds` < 0: no limit.
 */
int term_wait(int milliseconds);

/* The same, and 2 when there is no input but `fd` is readable. */
int term_wait_also(int milliseconds, int fd);

/* Are there keys that wait to be read? */
bool term_has_input(int fd);

/* The terminal at descriptor 0 was hung up or closed: nothing can be read any more. */
bool term_gone(void);

/* Keys at once and without echo on descriptor 0, until term_cooked(); false when it is no terminal. */
bool term_raw(void);
/* The same on another terminal; `before` is what puts it back. */
bool term_raw_on(int fd, struct termios *before);
void term_cooked(void);

/* Can a whole page be sent at each step, on a terminal at descriptor 1? Not on a slow serial line. */
bool term_is_fast(void);

/* Columns of the terminal behind the descriptor; 0 when it is none. */
unsigned term_columns(int fd);

#endif
