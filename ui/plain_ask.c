/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The questions of the plain front end, one a time; no answer is NO. */
#include "plain.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "console.h"
#include "term.h"
#include "text.h"

#define COMPARE_DIGITS 16U /* of a fingerprint in one line when it is compared */
#define COMPLETE_MS 3000   /* the list of media waits so long for what is on them */
#define TICK_MS 100
#define MOST_TOLD 64U       /* of more media every line counts as new */

static void save_report(const struct ddl_question *question)
{
	const struct choice choices[] = { { 'b', _("back") }, { 0, NULL } };
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_source **places = NULL;
	char line[512];
	size_t count = 0, number;

	if (ddl_report_places(question->session, &places, &count, &error) < 0) {
		print_trouble(&plain.out, &error);
		return;
	}
	if (!count) {
		print_line(&plain.out, 0, "%s", _("No stick was found that could be written to. Put in one with a FAT or ext "
						  "file system, and try again."));
		return;
	}
	print_line(&plain.out, 0, "%s", _("A new file will be written on:"));
	for (size_t i = 0; i < count; i++)
		print_line(&plain.out, 1, "%zu  %s", i + 1, text_source(line, sizeof line, places[i]));
	plain_show_choices(choices, count);
	if (!plain_prompt(_("Your choice:")) || !(number = plain_number(count)))
		return;
	if (ddl_report_save(question->session, places[number - 1], line, sizeof line, &error) < 0)
		print_trouble(&plain.out, &error);
	else
		print_line(&plain.out, 0, _("The report is on %s, in the file %s."), places[number - 1]->name, line);
}

static void print_report(const struct ddl_question *question)
{
	char *text = ddl_report_text(question->session);

	if (text)
		print_text(&plain.out, 0, text);
	free(text);
}

static void log_choices(const struct ddl_question *question)
{
	const struct choice choices[] = {
		{ 'r', _("show the whole report") }, { 's', _("save the report on a stick") }, { 'h', _("a shell") },
		{ 'b', _("back") }, { 0, NULL }
	};

	print_log(&plain.out, question);
	for (char key = 'l'; question->session && key && key != 'b';) {
		key = plain_choose(choices);
		if (key == 'r')
			print_report(question);
		else if (key == 's')
			save_report(question);
		else if (key == 'h' && !console_shell())
			print_line(&plain.out, 0, "%s", _("There is no shell here."));
	}
}

/* The same, where 'l' shows the log and what can be done with it, and asks again. */
static char choose_log(const struct choice *choices, const struct ddl_question *question)
{
	char key;

	while ((key = plain_choose(choices)) == 'l')
		log_choices(question);
	return key;
}

/* What stood in the list when it was printed last: a slow line is given only what is new. */
static struct {
	size_t count;
	uint32_t sums[MOST_TOLD];
} told;

static uint32_t sum_of(const char *text)
{
	uint32_t sum = 5381;

	while (*text)
		sum = sum * 33 + (unsigned char)*text++;
	return sum;
}

/* The whole list, or, where there are as many media as before, those of which there is news. */
static void show_sources(const struct ddl_question *question, const struct choice *choices, bool whole)
{
	char line[512];

	whole = whole || question->n_sources != told.count;
	if (whole && !question->n_sources)
		print_line(&plain.out, 0, "%s", _("No medium was found. Put the driver disk in and look again."));
	else if (whole)
		print_line(&plain.out, 0, "%s", _("Where is the driver disk?"));
	told.count = question->n_sources;
	for (size_t i = 0; i < question->n_sources; i++) {
		uint32_t sum = sum_of(text_source(line, sizeof line, question->sources[i]));

		if (whole || i >= MOST_TOLD || told.sums[i] != sum)
			print_line(&plain.out, 1, "%zu  %s", i + 1, line);
		if (i < MOST_TOLD)
			told.sums[i] = sum;
	}
	if (whole)
		plain_show_choices(choices, question->n_sources);
}

static enum ddl_reply ask_path(struct ddl_question *question)
{
	static char path[PLAIN_ANSWER_ROOM];

	if (!plain_prompt(_("Path of a device, directory or file:")))
		return DDL_REPLY_NO;
	snprintf(path, sizeof path, "%s", plain_answer());
	if (!*path)
		return DDL_REPLY_AGAIN;
	question->typed = path;
	return DDL_REPLY_YES;
}

static bool being_looked_at(const struct ddl_question *question)
{
	for (size_t i = 0; i < question->n_sources; i++)
		if (question->sources[i]->look == DDL_LOOK_UNDER_WAY)
			return true;
	return false;
}

/* A list that is printed should be complete; but no drive is waited for longer than this. */
static void wait_for_looks(struct ddl_question *question)
{
	for (int i = 0; i < COMPLETE_MS / TICK_MS && being_looked_at(question) && !term_signal(); i++) {
		struct pollfd fd = { .fd = question->watch_fd, .events = POLLIN };

		if (poll(&fd, 1, TICK_MS) > 0)
			plain_hear(question);
	}
	if (plain.news == DDL_NEWS_LIST)
		plain.news = DDL_NEWS_NONE;
}

static enum ddl_reply ask_source(struct ddl_question *question)
{
	const struct choice choices[] = {
		{ 'p', _("type a path") }, { 'a', _("look again") },
		{ 'c', _("continue without a driver disk") }, { 0, NULL }
	};

	print_machine(&plain.out, question->machine);
	plain.news = DDL_NEWS_NONE;
	if (question->live)
		wait_for_looks(question);
	for (bool whole = true;;) {
		struct ddl_source *const *shown = question->sources; /* the numbers are of this list, whatever is heard */
		size_t n_shown = question->n_sources;

		show_sources(question, choices, whole);
		if (!plain_prompt_or_news(_("Your choice:"), question)) {
			enum ddl_news news = plain.news;

			plain.news = DDL_NEWS_NONE;
			whole = false;
			if (news == DDL_NEWS_LIST && !term_signal())
				continue;
			return news == DDL_NEWS_MEDIA && !term_signal() ? DDL_REPLY_AGAIN : DDL_REPLY_NO;
		}
		size_t number = plain_number(n_shown);
		if (number) {
			question->sources = shown;
			question->n_sources = n_shown;
			question->chosen = number - 1;
			return DDL_REPLY_YES;
		}
		switch (plain_key(choices, n_shown)) {
		case 'p':
			return ask_path(question);
		case 'a':
			return DDL_REPLY_AGAIN;
		case 'c':
			return DDL_REPLY_SKIP;
		default:
			plain_not_understood();
			whole = true;
		}
	}
}

static size_t show_packs(const struct ddl_question *question)
{
	char line[512];
	size_t ticked = 0;

	print_line(&plain.out, 0, "%s", _("Which driver packs?"));
	for (size_t i = 0; i < question->look->n_repos; i++) {
		const struct ddl_repo *repo = question->look->repos[i];
		ticked += question->ticked[i];
		print_line(&plain.out, 1, "%zu  [%c] %s", i + 1, question->ticked[i] ? 'x' : ' ',
			   repo->description);
		print_line(&plain.out, 5, "%s", text_repo(line, sizeof line, repo));
		print_line(&plain.out, 5, "%s", ddl_words_repo_fit(line, sizeof line, repo,
			   question->machine ? question->machine->release : ""));
	}
	for (size_t i = 0; i < question->look->n_notes; i++)
		print_line(&plain.out, 1, _("note: %s"), question->look->notes[i]);
	return ticked;
}

static enum ddl_reply ask_packs(struct ddl_question *question)
{
	const struct choice choices[] = {
		{ 'y', _("go on with the packs marked x") }, { 'd', _("show the details") },
		{ 'b', _("back") }, { 'c', _("continue without a driver disk") }, { 0, NULL }
	};

	for (;;) {
		size_t ticked = show_packs(question);
		plain_show_choices(choices, question->look->n_repos);
		print_line(&plain.out, 0, "%s", _("A pack's number marks or unmarks it."));
		if (!plain_prompt(_("Your choice:")))
			return DDL_REPLY_NO;
		size_t number = plain_number(question->look->n_repos);
		if (number) {
			question->ticked[number - 1] = !question->ticked[number - 1];
			continue;
		}
		switch (plain_key(choices, question->look->n_repos)) {
		case 'y':
			if (ticked)
				return DDL_REPLY_YES;
			print_line(&plain.out, 0, "%s", _("No pack is marked."));
			break;
		case 'd': {
			struct print details = plain.out;
			details.verbose = true;
			print_look(&details, question->look, question->machine ? question->machine->release : "");
			break;
		}
		case 'b':
			return DDL_REPLY_BACK;
		case 'c':
			return DDL_REPLY_SKIP;
		default:
			plain_not_understood();
		}
	}
}

/* The digits of both in short lines with marks below, for narrow terminals; then the words. */
static void show_compared(const char *typed, const char *fingerprint)
{
	char marks[COMPARE_ROOM], words[256];

	compare_marks(marks, typed, fingerprint);
	for (size_t i = 0; typed[i]; i += strnlen(typed + i, COMPARE_DIGITS)) {
		char groups[3][2 * COMPARE_DIGITS];
		const char *const rows[] = { fingerprint, typed, marks };
		for (size_t k = 0; k < 3; k++) {
			char part[COMPARE_DIGITS + 1];
			snprintf(part, sizeof part, "%s", rows[k] + i);
			ddl_text_groups(groups[k], sizeof groups[k], part);
		}
		print_line(&plain.out, 2, _("disk:   %s"), groups[0]);
		print_line(&plain.out, 2, _("sheet:  %s"), groups[1]);
		if (strchr(groups[2], '^')) /* as it stands: the blanks put the marks below their digits */
			fprintf(plain.out.file, "          %s\n", groups[2]);
	}
	print_line(&plain.out, 0, "%s", compare_words(words, sizeof words, typed, fingerprint));
}

/* True when the line held a whole fingerprint, which is the same. */
static bool compare_line(const char *line, const char *fingerprint)
{
	char typed[COMPARE_ROOM];

	if (!compare_take(typed, fingerprint, line)) {
		print_line(&plain.out, 0, "%s", _("These are not the digits of a fingerprint."));
		return false;
	}
	show_compared(typed, fingerprint);
	return compare_result(typed, fingerprint) == COMPARE_SAME;
}

static enum ddl_reply ask_verify(struct ddl_question *question)
{
	const struct choice choices[] = {
		{ 'y', _("the same: test the packages") }, { 's', _("skip the test") },
		{ 'b', _("back") }, { 'c', _("cancel: nothing is loaded") }, { 0, NULL }
	};
	char line[512];

	print_line(&plain.out, 0, "%s", text_repo(line, sizeof line, question->repo));
	if (*text_signature(line, sizeof line, question->repo))
		print_line(&plain.out, 0, "%s", line);
	print_line(&plain.out, 0, "%s", _("Compare this fingerprint with the one on the vendor's sheet:"));
	ddl_text_groups(line, sizeof line, question->repo->fingerprint);
	print_line(&plain.out, 0, "%s", line); /* 39 columns: one line of 40 */
	print_sums(&plain.out, 0, question->repo);
	for (;;) {
		plain_show_choices(choices, 0);
		print_line(&plain.out, 0, "%s", _("Or type or scan the printed one to have it compared."));
		if (!plain_prompt(_("Your choice:")))
			return DDL_REPLY_NO;
		if (strlen(plain_answer()) > 1) {
			if (!compare_line(plain_answer(), question->repo->fingerprint))
				continue;
			question->fingerprint_compared = true;
			return DDL_REPLY_YES;
		}
		switch (plain_key(choices, 0)) {
		case 'y':
			question->fingerprint_compared = true;
			return DDL_REPLY_YES;
		case 's':
			return DDL_REPLY_SKIP;
		case 'b':
			return DDL_REPLY_BACK;
		case 'c':
			return DDL_REPLY_NO;
		default:
			plain_not_understood();
		}
	}
}

/* Answers y, b and c as YES, BACK and SKIP; the end of the input as NO. */
static enum ddl_reply reply_of(char key)
{
	switch (key) {
	case 'y':
		return DDL_REPLY_YES;
	case 'b':
		return DDL_REPLY_BACK;
	case 'c':
		return DDL_REPLY_SKIP;
	default:
		return DDL_REPLY_NO;
	}
}

static enum ddl_reply ask_tested(const struct ddl_question *question)
{
	const struct choice choices[] = {
		{ 'y', _("go on") }, { 'b', _("back") }, { 'c', _("continue without a driver disk") },
		{ 0, NULL }
	};
	bool bad = bad_package(question->repo) || question->error;

	print_tested(&plain.out, question->repo);
	if (question->error)
		print_trouble(&plain.out, question->error);
	if (bad_package(question->repo))
		print_line(&plain.out, 0, "%s", _("This pack is damaged and will not be loaded."));
	else if (!bad)
		print_line(&plain.out, 0, "%s", _("All packages are as they should be."));
	return reply_of(plain_choose(bad ? choices + 1 : choices));
}

static enum ddl_reply ask_licence(const struct ddl_question *question)
{
	const struct choice choices[] = {
		{ 'y', _("accept the licence") }, { 'b', _("back") },
		{ 'c', _("decline, and continue without a driver disk") }, { 0, NULL }
	};

	print_line(&plain.out, 0, _("The licence of %s:"), question->repo->description);
	print_text(&plain.out, 0, question->licence);
	return reply_of(plain_choose(choices));
}

static enum ddl_reply ask_apply(const struct ddl_question *question)
{
	const struct choice choices[] = {
		{ 'y', _("do it") }, { 'b', _("back") }, { 'c', _("continue without a driver disk") },
		{ 0, NULL }
	};

	print_line(&plain.out, 0, "%s", _("What will be done:"));
	print_plan(&plain.out, question->plan);
	return reply_of(plain_choose(choices));
}

static enum ddl_reply ask_trust(const struct ddl_question *question)
{
	const struct choice choices[] = {
		{ 'n', _("no: go on, the key is not trusted") }, { 't', _("every digit is the same: trust the key this once") },
		{ 'b', _("back") }, { 'c', _("cancel: nothing is loaded") }, { 0, NULL }
	};

	print_trust(&plain.out, question->repo);
	switch (plain_choose(choices)) {
	case 't':
		return DDL_REPLY_YES;
	case 'n':
		return DDL_REPLY_SKIP;
	case 'b':
		return DDL_REPLY_BACK;
	default:
		return DDL_REPLY_NO;
	}
}

static enum ddl_reply ask_past(const struct ddl_question *question)
{
	const struct choice choices[] = {
		{ 'p', _("put the old drivers back") }, { 'l', _("leave everything as it is") },
		{ 'c', _("cancel: nothing is loaded") }, { 0, NULL }
	};

	print_past(&plain.out, question->plan);
	switch (plain_choose(choices)) {
	case 'p':
		return DDL_REPLY_YES;
	case 'l':
		return DDL_REPLY_SKIP;
	default:
		return DDL_REPLY_NO;
	}
}

static enum ddl_reply ask_outcome(const struct ddl_question *question)
{
	const struct choice choices[] = {
		{ 'a', _("another driver disk") }, { 'c', _("continue") }, { 'l', _("show the log") },
		{ 0, NULL }
	};

	print_outcome(&plain.out, question->outcome);
	if (question->outcome->error.code != DDL_OK)
		print_trouble(&plain.out, &question->outcome->error);
	plain.front.told = question->outcome->error.code;
	switch (choose_log(choices, question)) {
	case 'a':
		return DDL_REPLY_AGAIN;
	case 'c':
		return DDL_REPLY_YES;
	default:
		return DDL_REPLY_NO;
	}
}

static enum ddl_reply ask_trouble(const struct ddl_question *question)
{
	const struct choice choices[] = {
		{ 'a', _("try again") }, { 'b', _("back") }, { 'c', _("continue without a driver disk") },
		{ 'l', _("show the log") }, { 0, NULL }
	};

	const struct ddl_plan *plan = question->plan;

	print_trouble(&plain.out, question->error);
	for (size_t i = 0; plan && plan->refusal.code == question->error->code && i < plan->n_refusals; i++)
		print_line(&plain.out, 0, _("In the way: %s"), plan->refusals[i]);
	plain.front.told = question->error->code;
	switch (choose_log(choices, question)) {
	case 'a':
		return DDL_REPLY_AGAIN;
	case 'b':
		return DDL_REPLY_BACK;
	case 'c':
		return DDL_REPLY_SKIP;
	default:
		return DDL_REPLY_NO;
	}
}

enum ddl_reply plain_ask(struct ddl_question *question)
{
	switch (question->kind) {
	case DDL_ASK_SOURCE:
		return ask_source(question);
	case DDL_ASK_PACKS:
		return ask_packs(question);
	case DDL_ASK_VERIFY:
		return ask_verify(question);
	case DDL_ASK_TESTED:
		return ask_tested(question);
	case DDL_ASK_LICENCE:
		return ask_licence(question);
	case DDL_ASK_APPLY:
		return ask_apply(question);
	case DDL_ASK_PAST:
		return ask_past(question);
	case DDL_ASK_TRUST:
		return ask_trust(question);
	case DDL_ASK_OUTCOME:
		return ask_outcome(question);
	case DDL_ASK_TROUBLE:
		return ask_trouble(question);
	default:
		return DDL_REPLY_NO;
	}
}
