/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a catalogue (scripts/make-catalogue) and finds sentences in it. */
#include "terminal/language.h"

#include <ctype.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/text.h"
#include "ddl.h"

#define DIRECTORY "/usr/share/ddload" /* holds zh_CN.cat */
#define MAX_CATALOGUE (256U * 1024U)
#define MAX_SENTENCES 2048U
#define MAX_WORD 15U
#define BETWEEN_FORMS '\1'

static struct sentence {
	const char *id, *translation; /* NUL, and behind it as many more forms as there are */
	unsigned more_forms;
} sentences[MAX_SENTENCES];
static size_t n_sentences;
static char plural_rule; /* of scripts/catalogue.py, PLURALS */
static bool latin; /* all letters are of Latin-1 */
static char *kept; /* the catalogue's text: sentences point into it */
static bool ascii, plain_borders; /* nothing but ASCII is shown; and that goes for the borders of screens, too */

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct sentence *)a)->id, ((const struct sentence *)b)->id);
}

/* As in Russian, where one rule goes by the last digits; with `last` false, as in Polish, 21 is no 1. */
static unsigned slavic_form(unsigned long n, bool last)
{
	bool teens = n % 100 >= 10 && n % 100 < 20;

	if (last ? n % 10 == 1 && n % 100 != 11 : n == 1)
		return 0;
	return n % 10 >= 2 && n % 10 <= 4 && !teens ? 1 : 2;
}

static unsigned form_of(unsigned long n)
{
	switch (plural_rule) {
	case '1':
		return n != 1;
	case '2':
		return n > 1;
	case '3':
		return slavic_form(n, true);
	case '4':
		return slavic_form(n, false);
	case '5':
		return n == 1 ? 0 : n >= 2 && n <= 4 ? 1 : 2;
	default:
		return 0;
	}
}

static const char *find(const char *msgid, unsigned long count)
{
	const struct sentence wanted = { .id = msgid };
	const struct sentence *found = bsearch(&wanted, sentences, n_sentences, sizeof *sentences, compare);

	if (!found)
		return NULL;
	const char *form = found->translation;
	unsigned wanted_form = form_of(count);
	for (unsigned i = 0; i < wanted_form && i < found->more_forms; i++)
		form += strlen(form) + 1;
	return form;
}

/* Parts the forms of a plural; returns how many there are behind the first. */
static unsigned part_forms(char *translation)
{
	unsigned more = 0;

	while ((translation = strchr(translation, BETWEEN_FORMS))) {
		*translation++ = '\0';
		more++;
	}
	return more;
}

/* Whole pairs only; they come sorted, and the first has no sentence but what the language is like. */
static void take_in(char *text, size_t length)
{
	char *end = text + length;

	n_sentences = 0;
	plural_rule = '0';
	latin = false;
	while (text < end && n_sentences < MAX_SENTENCES) {
		char *translation = text + strlen(text) + 1;
		if (translation >= end)
			return;
		char *next = translation + strlen(translation) + 1;
		if (*text) {
			sentences[n_sentences++] = (struct sentence){ text, translation, part_forms(translation) };
		} else {
			plural_rule = *translation;
			latin = strchr(translation, 'L') != NULL;
		}
		text = next;
	}
}

static bool read_catalogue(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char *text = fd < 0 ? NULL : malloc(MAX_CATALOGUE + 1);
	size_t used = 0;
	ssize_t got = 0;

	while (text && used < MAX_CATALOGUE && (got = read(fd, text + used, MAX_CATALOGUE - used)) > 0)
		used += (size_t)got;
	if (fd >= 0)
		close(fd);
	if (!text || got < 0 || !used) {
		free(text);
		return false;
	}
	text[used] = '\0';
	free(kept);
	kept = text;
	take_in(text, used);
	return n_sentences > 0;
}

/* The catalogue of "de_AT", else that of "de". */
static bool read_language(const char *directory, const char *word, size_t length)
{
	char path[DDL_MAX_PATH];

	while (length) {
		int made = snprintf(path, sizeof path, "%s/%.*s.cat", directory, (int)length, word);
		if (made < 0 || (size_t)made >= sizeof path)
			return false;
		if (read_catalogue(path))
			return true;
		while (length && word[--length] != '_')
			;
	}
	return false;
}

static const char *from_environment(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *word = getenv(names[i]);
		if (word && *word)
			return word;
	}
	return "";
}

/* The word says what the terminal speaks, else the locale does. */
static bool is_utf8(const char *word)
{
	const char *dot = strchr(word, '.');

	if (!strcmp(word, "C") || !strcmp(word, "POSIX"))
		return false;
	if (!dot)
		return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	return strncasecmp(dot, ".utf8", 5) == 0 || strncasecmp(dot, ".utf-8", 6) == 0;
}

/* slang asks the environment once more, which need not say what the word did. */
static void take_up_ascii(void)
{
	if (plain_borders)
		(void)setenv("LC_ALL", "C", 1);
	(void)setlocale(LC_ALL, "C");
}

bool language_start(const char *directory, const char *word)
{
	const char *term = getenv("TERM");

	ddl_set_catalogue(NULL);
	free(kept);
	kept = NULL;
	bool asked = word != NULL;
	if (!word)
		word = from_environment();
	ascii = !is_utf8(word);
	plain_borders = asked && ascii;
	if (ascii)
		take_up_ascii();
	size_t length = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	if (!length || length > MAX_WORD || ascii || !read_language(directory, word, length))
		return false;
	if (term && !strcmp(term, "linux") && !latin)
		return false;
	/* The screens ask the C library how wide a character is. */
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0 && !setlocale(LC_ALL, "C.UTF-8"))
		return false;
	ddl_set_catalogue(find);
	return true;
}

bool language_plain_borders(void)
{
	return plain_borders;
}

const char *language_shown(const char *text)
{
	static char *copy;

	if (!ascii)
		return text;
	free(copy);
	copy = strdup(text);
	if (!copy)
		return "";
	ddl_text_ascii(copy);
	return copy;
}

void language_choose(const char *root, const char *word)
{
	char directory[DDL_MAX_PATH];

	snprintf(directory, sizeof directory, "%s%s", root ? root : "", DIRECTORY);
	(void)language_start(directory, word); /* without a catalogue it is English */
}
