/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's consoles, for a program that an initrd's script starts with whatever
 * descriptors it has: a real terminal to ask on, the kernel's messages kept off it, a word
 * on every console, and the ends a failure may have.
 */
#ifndef UI_CONSOLE_H
#define UI_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#define CONSOLE_MOST 8 /* more than that nobody looks at */
#define CONSOLE_NAME 32

/*
 * Goes on in a child that has the terminal at 0, 1 and 2 and as its controlling one, so that
 * keys and Ctrl-C arrive; the parent waits and exits with the child's status. `name` is a
 * name below /dev; NULL: the console the kernel uses, and only where 0 is no terminal of ours
 * yet. Where 0 is that terminal already, nothing is done. Without a usable TERM, and without a size, the terminal gets them. False: there is no
 * such terminal, and everything is as it was.
 */
bool console_take(const char *name);

/*
 * Keeps kernel messages off the consoles until console_loud(). Called before console_take(),
 * the waiting parent puts them back, too: a child that is killed cannot.
 */
void console_quiet(void);
void console_loud(void);

/* Is there a terminal of this name? */
bool console_is_there(const char *name);

struct console_open {
	int fd; /* open for both, non-blocking; the caller closes it */
	char name[CONSOLE_NAME]; /* below /dev; never tty0 but the screen that is shown */
};

/*
 * Opens the consoles in `names`, separated by commas ("": all of the kernel's), but the terminal
 * at descriptor 1. Those that cannot be opened are left out. Returns how many.
 */
size_t console_open_others(const char *names, struct console_open others[CONSOLE_MOST]);

/* A sentence, marked and translated here, on those consoles; a %s in it is `what`. */
void console_everywhere(const char *names, const char *sentence, const char *what);

/* A shell on the terminal, until it ends; false: there is none. */
bool console_shell(void);

/* Restarts the machine, or switches it off. Returns only when it cannot, with errno. */
void console_leave(bool off);

#endif
