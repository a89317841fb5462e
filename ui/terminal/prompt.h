/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The F9 prompt: one line, counted down. */
#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include <stddef.h>

enum prompt_answer {
	PROMPT_TIMEOUT, /* nobody pressed anything; or there is nobody who could */
	PROMPT_LOAD, /* F9 or the letter d */
	PROMPT_GO_ON, /* Enter: do not wait any longer */
	PROMPT_STOPPED /* a signal */
};

/*
 * Asks on the terminal at descriptors 0 and 1 for so many seconds; 0: does not ask. With
 * `consoles` (see console_open_others; NULL: nowhere else) it stands on all of those as well,
 * and the first key that answers counts. After PROMPT_LOAD `where` names the console it came
 * from, "" for descriptor 0. One that is gone is not waited for.
 */
enum prompt_answer prompt_ask(unsigned seconds, const char *consoles, char *where, size_t room);

#endif
