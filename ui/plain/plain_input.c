/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines that are typed at the plain front end, and choices by number or letter. */
#include "plain/plain_front.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "terminal/term.h"

#define QUIET_MS 400 /* after news of the list, before it is printed again */

static struct {
	char line[PLAIN_ANSWER_ROOM]; /* the last answer, without its line break */
	char buffer[PLAIN_ANSWER_ROOM]; /* read and not yet used */
	size_t used;
} input;

void plain_input_start(void)
{
	input.used = 0;
}

void plain_hear(struct ddl_question *question)
{
	enum ddl_news news = ddl_monitor_news(question);

	if (news > plain.news)
		plain.news = news;
}

/* Moves the first line of the buffer to input.line; false when there is no whole one. */
static bool take_line(bool at_end)
{
	char *end = memchr(input.buffer, '\n', input.used);
	size_t length = end ? (size_t)(end - input.buffer) : input.used;

	if (!end && input.used < sizeof input.buffer && !(at_end && input.used))
		return false;
	size_t keep = length < sizeof input.line ? length : sizeof input.line - 1;
	memcpy(input.line, input.buffer, keep);
	input.line[keep] = '\0';
	size_t taken = end ? length + 1 : length;
	input.used -= taken;
	memmove(input.buffer, input.buffer + taken, input.used);
	input.line[strcspn(input.line, "\r")] = '\0';
	return true;
}

/*
 * Reads the next answer into input.line; false at the end of the input or on a signal, and when
 * the list is news: then plain.news says so. `question` NULL: there is no list.
 */
static bool read_answer(struct ddl_question *question)
{
	int watch = question && question->live ? question->watch_fd : -1;

	while (!take_line(false)) {
		int ready = term_wait_also(plain.news == DDL_NEWS_NONE ? -1 : QUIET_MS, watch);

		if (ready == 2)
			plain_hear(question);
		else if (ready == 0 && plain.news != DDL_NEWS_NONE)
			return false;
		if (ready < 0)
			return false;
		if (ready != 1)
			continue;
		ssize_t got = read(0, input.buffer + input.used, sizeof input.buffer - input.used);
		if (got <= 0)
			return got == 0 && take_line(true);
		input.used += (size_t)got;
	}
	return true;
}

bool plain_typed(void)
{
	ssize_t got;

	if (take_line(false))
		return true;
	if (term_wait(0) != 1)
		return false;
	got = read(0, input.buffer + input.used, sizeof input.buffer - input.used);
	if (got > 0)
		input.used += (size_t)got;
	return got > 0 && take_line(false);
}

bool plain_prompt_or_news(const char *words, struct ddl_question *question)
{
	fprintf(plain.out.file, "%s ", words);
	fflush(plain.out.file);
	bool answered = read_answer(question);
	if (!answered || !isatty(0))
		fputc('\n', plain.out.file);
	return answered;
}

bool plain_prompt(const char *words)
{
	return plain_prompt_or_news(words, NULL);
}

const char *plain_answer(void)
{
	const char *text = input.line;
	size_t length = strlen(text);

	ddl_text_trim(&text, &length);
	input.line[text - input.line + (ptrdiff_t)length] = '\0';
	return text;
}

size_t plain_number(size_t max)
{
	uint64_t number;
	const char *text = plain_answer();

	return ddl_text_number(text, strlen(text), max, &number) ? (size_t)number : 0;
}

void plain_show_choices(const struct choice *choices, size_t before)
{
	for (; choices->key; choices++)
		print_line(&plain.out, 1, "%zu  %s (%c)", ++before, choices->words, choices->key);
}

const struct choice *plain_named(const struct choice *choices, size_t before)
{
	const char *text = plain_answer();

	for (; choices->key; choices++) {
		before++;
		if (((*text | 0x20) == choices->key && !text[1]) || plain_number(before) == before)
			return choices;
	}
	return NULL;
}

void plain_not_understood(void)
{
	print_line(
		&plain.out, 0, "%s",
		strcmp(plain_answer(), "?") ?
			_("This is none of the choices.") :
			_("Type the number or the letter of one of the choices, and press Enter. Nothing is done before that."));
}

const struct choice *plain_choose(const struct choice *choices)
{
	for (;;) {
		plain_show_choices(choices, 0);
		if (!plain_prompt(_("Your choice:")))
			return NULL;
		const struct choice *named = plain_named(choices, 0);
		if (named)
			return named;
		plain_not_understood();
	}
}
