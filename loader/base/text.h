/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that came from outside, made safe to show and to log; figures for people.
 */
#ifndef DDL_TEXT_H
#define DDL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

/*
 * Copies `from` to `to` (room `room`, NUL included) as valid UTF-8 on one line:
 * control characters, line breaks, bidirectional and zero-width controls and
 * broken sequences become '?' (white space becomes one blank). Cut at a character
 * border. Returns the length. Safe for any bytes.
 */
size_t ddl_text_clean(char *to, size_t room, const char *from, size_t length);

/* The same in place. */
void ddl_text_clean_in_place(char *text);

/* A cleaned copy in the arena; NULL: no memory. */
struct ddl_arena;
char *ddl_text_keep(struct ddl_arena *arena, const char *text, size_t length) DDL_MUST_CHECK;

/* `length` bytes with room for a NUL behind them, in place, line by line: line feeds stay. Never grows. */
void ddl_text_clean_lines(char *text, size_t length);

/* Columns on a terminal: 0 for combining marks, 2 for wide characters, 1 otherwise. */
size_t ddl_text_width(const char *utf8);

/*
 * The text in just so many columns, filled up with blanks; of what is too long the end is cut off, or its middle cut out,
 * with a '~' there. Returns `to`, which should have room for it all.
 */
char *ddl_text_column(char *to, size_t room, const char *text, size_t columns);
char *ddl_text_middle(char *to, size_t room, const char *text, size_t columns);

/* In place: of what is not ASCII each column becomes '?'. Never grows. */
void ddl_text_ascii(char *utf8);

/* "1.4 MB", powers of 1000; writes at most `room`. Returns `to`. */
char *ddl_text_size(char *to, size_t room, uint64_t bytes);

/* Lower-case hex of `n` bytes; `to` has 2 * n + 1. */
void ddl_text_hex(char *to, const uint8_t *bytes, size_t n);

/*
 * Reads a hex digest as people give it (upper or lower case, blanks, colons and
 * hyphens between groups). True when exactly `n` bytes were given.
 */
bool ddl_text_unhex(const char *text, uint8_t *bytes, size_t n);

/* The fingerprint in groups of four for comparing by eye: "2fb9 9ae9 …". `to` needs 5/4 of it. */
void ddl_text_groups(char *to, size_t room, const char *hex);

/* White space of ASCII: what stands between words of metadata and at the ends of their lines. */
bool ddl_text_is_blank(char c);

/* Letters and digits of ASCII and "_", one at least: what the kernel calls a module. */
bool ddl_text_is_word(const char *text);

/* Leaves blanks at both ends out. */
void ddl_text_trim(const char **text, size_t *length);

/* The length of the word that the text begins with; between double quotes blanks belong to it. */
size_t ddl_text_word(const char *text);

/*
 * Takes a line apart in place, at blanks: at most `max` words, each NUL-ended, in fields[]; what is behind the last is
 * left out. Returns how many there are.
 */
size_t ddl_text_fields(char *line, char **fields, size_t max);

/* Are so many characters the same, '-' taken for '_', as the kernel compares names of modules and parameters? */
bool ddl_text_same_name(const char *a, const char *b, size_t n);

/* For qsort of names of block devices: sdz before sdaa, nvme2n1 before nvme10n1. */
int ddl_text_device_order(const char *a, const char *b);

bool ddl_text_ends(const char *text, const char *end);
bool ddl_text_ends_in(const char *text, const char *end); /* without regard to case, and with something before it */
bool ddl_text_starts(const char *text, const char *start);

/* Parses a whole decimal number, no sign, no blanks; false when there is anything else or it is over max. */
bool ddl_text_number(const char *text, size_t length, uint64_t max, uint64_t *value);

#endif
