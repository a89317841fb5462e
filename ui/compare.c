/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digits one by one or by the line, and where they differ. */
#include "compare.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "ddl.h"

bool compare_add(char *typed, const char *fingerprint, int key)
{
	size_t used = strlen(typed);

	if (key <= 0 || key > 'f' || !isxdigit(key) || used >= strlen(fingerprint) || used + 1 >= COMPARE_ROOM)
		return false;
	typed[used] = (char)tolower(key);
	typed[used + 1] = '\0';
	return true;
}

bool compare_take(char *typed, const char *fingerprint, const char *line)
{
	*typed = '\0';
	for (; *line; line++)
		if (!strchr(" \t-:", *line) && !compare_add(typed, fingerprint, (unsigned char)*line))
			return false;
	return true;
}

/* How many digits differ; the first one's number, from 1, in *first. */
static size_t count_wrong(const char *typed, const char *fingerprint, size_t *first)
{
	size_t wrong = 0;

	*first = 0;
	for (size_t i = 0; typed[i] && fingerprint[i]; i++) {
		if (typed[i] == fingerprint[i])
			continue;
		if (!wrong++)
			*first = i + 1;
	}
	return wrong;
}

enum compare compare_result(const char *typed, const char *fingerprint)
{
	size_t first;

	if (!*typed)
		return COMPARE_EMPTY;
	if (count_wrong(typed, fingerprint, &first))
		return COMPARE_DIFFERS;
	return strlen(typed) == strlen(fingerprint) ? COMPARE_SAME : COMPARE_PART;
}

char *compare_marks(char marks[COMPARE_ROOM], const char *typed, const char *fingerprint)
{
	size_t i;

	for (i = 0; typed[i] && fingerprint[i] && i < COMPARE_ROOM - 1; i++)
		marks[i] = typed[i] == fingerprint[i] ? ' ' : '^';
	marks[i] = '\0';
	return marks;
}

char *compare_words(char *to, size_t room, const char *typed, const char *fingerprint)
{
	size_t first, wrong = count_wrong(typed, fingerprint, &first);

	switch (compare_result(typed, fingerprint)) {
	case COMPARE_SAME:
		snprintf(to, room, "%s", _("Every digit is the same."));
		break;
	case COMPARE_PART:
		snprintf(to, room, _("The same so far: %zu of %zu digits."), strlen(typed), strlen(fingerprint));
		break;
	case COMPARE_DIFFERS:
		snprintf(to, room, ddl_trn("%zu digit differs: digit %zu.", "%zu digits differ, the first is digit %zu.",
			 (unsigned long)wrong), wrong, first);
		break;
	case COMPARE_EMPTY:
	default:
		snprintf(to, room, "%s", _("Type or scan the printed one to have it compared."));
		break;
	}
	return to;
}
