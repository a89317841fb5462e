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

static struct sentence {
	const char *id, *translation;
} sentences[MAX_SENTENCES];
static size_t n_sentences;
static char *kept; /* the catalogue's text: sentences point into it */
static bool ascii, plain_borders; /* nothing but ASCII is shown; and that goes for the borders of screens, too */

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct sentence *)a)->id, ((const struct sentence *)b)->id);
}

/* One form for any count: the languages there are need no more. */
static const char *find(const char *msgid, unsigned long count)
{
	const struct sentence wanted = { msgid, NULL };
	const struct sentence *found = bsearch(&wanted, sentences, n_sentences, sizeof *sentences, compare);

	(void)count;
	return found ? found->translation : NULL;
}

/* Whole pairs only; they come sorted. */
static void take_in(const char *text, size_t length)
{
	const char *end = text + length;

	n_sentences = 0;
	while (text < end && n_sentences < MAX_SENTENCES) {
		const char *translation = text + strlen(text) + 1;
		if (translation >= end)
			return;
		sentences[n_sentences++] = (struct sentence){ text, translation };
		text = translation + strlen(translation) + 1;
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
	kept = text;
	take_in(text, used);
	return n_sentences > 0;
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
	char name[MAX_WORD + 1], path[DDL_MAX_PATH];

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
	if (!length || length > MAX_WORD || ascii || (term && !strcmp(term, "linux")))
		return false;
	memcpy(name, word, length);
	name[length] = '\0';
	int made = snprintf(path, sizeof path, "%s/%s.cat", directory, name);
	if (made < 0 || (size_t)made >= sizeof path || !read_catalogue(path))
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
