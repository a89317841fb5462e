/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Digits one by one or by the line, and where they differ. */
#include "front/compare.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ddl.h"

bool compare_has_sheet(const struct ddl_repo *repo)
{
	return repo->family != DDL_FAMILY_BARE;
}

const char *compare_heading(const struct ddl_repo *repo, unsigned line)
{
	if (compare_has_sheet(repo))
		return line ? "" : _("Compare this fingerprint with the one on the vendor's sheet:");
	if (repo->n_packages == 1)
		return line ? _("This is the file's SHA-256, for who was given that:") :
			      _("A file by itself has no fingerprint that a sheet would show.");
	return line ? _("This is the SHA-256 over the sorted lines \"SHA-256  name\" of all:") :
		      _("Files by themselves have no fingerprint that a sheet would show.");
}

bool compare_add(char *typed, const char *fingerprint, int key)
{
	size_t used = strlen(typed);

	if (key <= 0 || key > 'f' || !isxdigit(key) || used >= strlen(fingerprint) || used + 1 >= COMPARE_ROOM)
		return false;
	typed[used] = (char)tolower(key);
	typed[used + 1] = '\0';
	return true;
}

size_t compare_prefix(const char *text)
{
	static const char *const names[] = { "md5", "sha256", "sha-256" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t length = strlen(names[i]), n = strlen(text);
		if (strncasecmp(text, names[i], n < length ? n : length) == 0)
			return n < length ? SIZE_MAX : length + strspn(text + length, ":= \t");
	}
	return 0;
}

bool compare_take(char *typed, const char *fingerprint, const char *line)
{
	size_t prefix = compare_prefix(line + strspn(line, " \t"));

	*typed = '\0';
	if (prefix != SIZE_MAX)
		line += strspn(line, " \t") + prefix;
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

const char *compare_file(char *to, size_t room, const struct ddl_question *question, const char *line)
{
	static const char most[] = "0000000000000000000000000000000000000000000000000000000000000000";
	char digits[COMPARE_ROOM];
	const char *file = NULL;

	if (question->session && compare_take(digits, most, line))
		file = ddl_fingerprint_is_file(question->session, question->repo, digits);
	if (!file)
		return NULL;
	snprintf(to, room,
		 _("That is the checksum of the whole file %s, which is the one that was meant. The fingerprint is that of the "
		   "disk's list of contents: another number."),
		 file);
	return to;
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
		snprintf(to, room,
			 ddl_trn("%zu digit differs: digit %zu.", "%zu digits differ, the first is digit %zu.",
				 (unsigned long)wrong),
			 wrong, first);
		break;
	case COMPARE_EMPTY:
	default:
		snprintf(to, room, "%s", _("Type or scan the printed one to have it compared."));
		break;
	}
	return to;
}
