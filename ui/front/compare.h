/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fingerprint that is typed or scanned from the vendor's sheet, held against the disk's. */
#ifndef UI_COMPARE_H
#define UI_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/frontend.h"

#define COMPARE_ROOM 65U /* digits of the longest fingerprint, and the NUL */

enum compare {
	COMPARE_EMPTY, /* nothing was typed */
	COMPARE_PART, /* the same so far, not all of it */
	COMPARE_SAME,
	COMPARE_DIFFERS
};

/*
 * Two lines that say what the pack's fingerprint is, and what to compare it with. A vendor's sheet shows none of
 * files by themselves, so that nobody can say that it is the same without giving one.
 */
const char *compare_heading(const struct ddl_repo *repo, unsigned line);
bool compare_has_sheet(const struct ddl_repo *repo);

/* Adds one digit, as a small letter; false when it is none or all are there. */
bool compare_add(char *typed, const char *fingerprint, int key);

/*
 * The length of what scanners and tools put before the digits ("SHA256:", "MD5="), and 0 where there is no such thing;
 * SIZE_MAX: the text could become one.
 */
size_t compare_prefix(const char *text);

/*
 * Takes the digits of a line, which may stand in groups (blanks, '-', ':'), behind such a prefix; false when
 * there is anything else in it, or too many.
 */
bool compare_take(char *typed, const char *fingerprint, const char *line);

enum compare compare_result(const char *typed, const char *fingerprint);

/* '^' below each digit that differs, blanks elsewhere, without groups. Returns `marks`. */
char *compare_marks(char marks[COMPARE_ROOM], const char *typed, const char *fingerprint);

/*
 * Where the line's digits are the checksum of the file that the pack is in: a translated sentence, in `to`. NULL: they
 * are not. Reads that file.
 */
const char *compare_file(char *to, size_t room, const struct ddl_question *question, const char *line);

/* What came of it, as a translated sentence. Returns `to`. */
char *compare_words(char *to, size_t room, const char *typed, const char *fingerprint);

#endif
