/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which language the sentences are in. */
#ifndef UI_LANGUAGE_H
#define UI_LANGUAGE_H

#include <stdbool.h>

/*
 * Takes the language from `word` ("zh_CN.UTF-8"; NULL: LC_ALL, LC_MESSAGES or LANG), where
 * `directory` has a catalogue for it, or for the language without the country, and the terminal
 * can show it: in UTF-8, and on the kernel's VGA console only what is of Latin-1. Otherwise it is English, which is no error;
 * so it is, too, after an earlier call.
 */
bool language_start(const char *directory, const char *word);

/*
 * The text as the terminal can show it: itself or, where word or environment name another code than UTF-8
 * (C is one), a copy in ASCII that is valid until the next call.
 */
const char *language_shown(const char *text);

/* Must the borders be ASCII, too? So where the word itself says it: consoles that show bytes have no set of lines either. */
bool language_plain_borders(void);

/* The same with the catalogues below `root` (NULL: none), where they are installed. */
void language_choose(const char *root, const char *word);

#endif
