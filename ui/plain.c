/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plain front end: numbered choices, one question a time, on any terminal, at any
 * width, for screen readers and scripts. The end of the input is no answer: NO.
 */
#include "front.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare.h"
#include "console.h"
#include "term.h"
#include "text.h"

#define ANSWER_ROOM 1024U
#define COMPARE_DIGITS 16U  /* of a fingerprint in one line when it is compared */
#define HELD_NOTES 16U      /* notes on a plan that wait for the plan; more are told at once */
#define COMPLETE_MS 3000    /* the list of media waits so long for what is on them */
#define TICK_MS 100
#define QUIET_MS 400        /* after news of the list, before it is printed again */
#define SETTLE_TELL_MS 5000U /* a line on waiting is printed this often */

static struct plain {
	struct front front;
	struct print out;
	char line[ANSWER_ROOM];   /* the last answer, without its line break */
	char buffer[ANSWER_ROOM]; /* read and not yet used */
	size_t used;
	enum ddl_news news;       /* of the list of media that is shown */
	uint64_t settle_told;
	const char *held[HELD_NOTES]; /* point into the plan */
	size_t n_held;
} plain;

struct choice {
	char key;
	const char *words;
};

/* The greater news goes before the lesser. */
static void hear(struct ddl_question *question)
{
	enum ddl_news news = ddl_live_news(question);

	if (news > plain.news)
		plain.news = news;
}

/* Moves the first line of the buffer to plain.line; false when there is no whole one. */
static bool take_line(bool at_end)
{
	char *end = memchr(plain.buffer, '\n', plain.used);
	size_t length = end ? (size_t)(end - plain.buffer) : plain.used;

	if (!end && plain.used < sizeof plain.buffer && !(at_end && plain.used))
		return false;
	size_t keep = length < sizeof plain.line ? length : sizeof plain.line - 1;
	memcpy(plain.line, plain.buffer, keep);
	plain.line[keep] = '\0';
	size_t taken = end ? length + 1 : length;
	plain.used -= taken;
	memmove(plain.buffer, plain.buffer + taken, plain.used);
	plain.line[strcspn(plain.line, "\r")] = '\0';
	return true;
}

/*
 * Reads the next answer into plain.line; false at the end of the input or on a signal, and when
 * the list is news: then plain.news says so. `question` NULL: there is no list.
 */
static bool read_answer(struct ddl_question *question)
{
	int watch = question && question->live ? question->watch_fd : -1;

	while (!take_line(false)) {
		int ready = term_wait_also(plain.news == DDL_NEWS_NONE ? -1 : QUIET_MS, watch);

		if (ready == 2)
			hear(question);
		else if (ready == 0 && plain.news != DDL_NEWS_NONE)
			return false;
		if (ready < 0)
			return false;
		if (ready != 1)
			continue;
		ssize_t got = read(0, plain.buffer + plain.used, sizeof plain.buffer - plain.used);
		if (got <= 0)
			return got == 0 && take_line(true);
		plain.used += (size_t)got;
	}
	return true;
}

static bool prompt_or_news(const char *words, struct ddl_question *question)
{
	fprintf(plain.out.file, "%s ", words);
	fflush(plain.out.file);
	bool answered = read_answer(question);
	if (!answered || !isatty(0))
		fputc('\n', plain.out.file);
	return answered;
}

static bool prompt(const char *words)
{
	return prompt_or_news(words, NULL);
}

/* The answer without blanks around it. */
static char *answer(void)
{
	char *text = plain.line + strspn(plain.line, " \t");
	size_t length = strlen(text);

	while (length && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		text[--length] = '\0';
	return text;
}

/* 1 … max, or 0 when the answer is no such number. */
static size_t answer_number(size_t max)
{
	uint64_t number;
	const char *text = answer();

	return ddl_text_number(text, strlen(text), max, &number) ? (size_t)number : 0;
}

static void show_choices(const struct choice *choices)
{
	for (; choices->key; choices++)
		print_line(&plain.out, 1, "%c  %s", choices->key, choices->words);
}

static char answer_key(const struct choice *choices)
{
	const char *text = answer();

	for (; choices->key; choices++)
		if ((*text | 0x20) == choices->key && !text[1])
			return choices->key;
	return 0;
}

static void not_understood(void)
{
	print_line(&plain.out, 0, "%s", _("This is none of the choices."));
}

/* Asks until one of the keys is given; 0 when there is no answer. */
static char choose(const struct choice *choices)
{
	for (;;) {
		show_choices(choices);
		if (!prompt(_("Your choice:")))
			return 0;
		char key = answer_key(choices);
		if (key)
			return key;
		not_understood();
	}
}

static void save_report(const struct ddl_question *question)
{
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
	if (!prompt(_("Your choice:")) || !(number = answer_number(count)))
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
		key = choose(choices);
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

	while ((key = choose(choices)) == 'l')
		log_choices(question);
	return key;
}

/* ------------------------------------------------------------------ questions */

static void show_sources(const struct ddl_question *question)
{
	char line[512];

	if (!question->n_sources)
		print_line(&plain.out, 0, "%s", _("No medium was found. Put the driver disk in and look again."));
	else
		print_line(&plain.out, 0, "%s", _("Where is the driver disk?"));
	for (size_t i = 0; i < question->n_sources; i++)
		print_line(&plain.out, 1, "%zu  %s", i + 1,
			   text_source(line, sizeof line, question->sources[i]));
}

static enum ddl_reply ask_path(struct ddl_question *question)
{
	static char path[ANSWER_ROOM];

	if (!prompt(_("Path of a device, directory or file:")))
		return DDL_REPLY_NO;
	snprintf(path, sizeof path, "%s", answer());
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
			hear(question);
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
	for (;;) {
		struct ddl_source *const *shown = question->sources; /* the numbers are of this list, whatever is heard */
		size_t n_shown = question->n_sources;

		show_sources(question);
		show_choices(choices);
		if (!prompt_or_news(_("Your choice:"), question)) {
			enum ddl_news news = plain.news;

			plain.news = DDL_NEWS_NONE;
			if (news == DDL_NEWS_LIST && !term_signal())
				continue;
			return news == DDL_NEWS_MEDIA && !term_signal() ? DDL_REPLY_AGAIN : DDL_REPLY_NO;
		}
		size_t number = answer_number(n_shown);
		if (number) {
			question->sources = shown;
			question->n_sources = n_shown;
			question->chosen = number - 1;
			return DDL_REPLY_YES;
		}
		switch (answer_key(choices)) {
		case 'p':
			return ask_path(question);
		case 'a':
			return DDL_REPLY_AGAIN;
		case 'c':
			return DDL_REPLY_SKIP;
		default:
			not_understood();
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
		show_choices(choices);
		print_line(&plain.out, 0, "%s", _("A number marks or unmarks a pack."));
		if (!prompt(_("Your choice:")))
			return DDL_REPLY_NO;
		size_t number = answer_number(question->look->n_repos);
		if (number) {
			question->ticked[number - 1] = !question->ticked[number - 1];
			continue;
		}
		switch (answer_key(choices)) {
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
			not_understood();
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
		{ 'y', _("it is the same: test the packages") }, { 's', _("skip the test") },
		{ 'b', _("back") }, { 'c', _("cancel: nothing is loaded") }, { 0, NULL }
	};
	char line[512];

	print_line(&plain.out, 0, "%s", text_repo(line, sizeof line, question->repo));
	if (*text_signature(line, sizeof line, question->repo))
		print_line(&plain.out, 0, "%s", line);
	print_line(&plain.out, 0, "%s", _("Compare this fingerprint with the one on the vendor's sheet:"));
	ddl_text_groups(line, sizeof line, question->repo->fingerprint);
	print_line(&plain.out, 2, "%s", line);
	for (;;) {
		show_choices(choices);
		print_line(&plain.out, 0, "%s", _("Or type or scan the printed one to have it compared."));
		if (!prompt(_("Your choice:")))
			return DDL_REPLY_NO;
		if (strlen(answer()) > 1) {
			if (!compare_line(answer(), question->repo->fingerprint))
				continue;
			question->fingerprint_compared = true;
			return DDL_REPLY_YES;
		}
		switch (answer_key(choices)) {
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
			not_understood();
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
	return reply_of(choose(bad ? choices + 1 : choices));
}

static enum ddl_reply ask_licence(const struct ddl_question *question)
{
	const struct choice choices[] = {
		{ 'y', _("accept the licence") }, { 'b', _("back") },
		{ 'c', _("decline, and continue without a driver disk") }, { 0, NULL }
	};

	print_line(&plain.out, 0, _("The licence of %s:"), question->repo->description);
	print_text(&plain.out, 0, question->licence);
	return reply_of(choose(choices));
}

static enum ddl_reply ask_apply(const struct ddl_question *question)
{
	const struct choice choices[] = {
		{ 'y', _("do it") }, { 'b', _("back") }, { 'c', _("continue without a driver disk") },
		{ 0, NULL }
	};

	print_line(&plain.out, 0, "%s", _("What will be done:"));
	print_plan(&plain.out, question->plan);
	return reply_of(choose(choices));
}

static enum ddl_reply ask_past(const struct ddl_question *question)
{
	const struct choice choices[] = {
		{ 'p', _("put the old drivers back") }, { 'l', _("leave everything as it is") },
		{ 'c', _("cancel: nothing is loaded") }, { 0, NULL }
	};

	print_past(&plain.out, question->plan);
	switch (choose(choices)) {
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

/* Notes on a plan that is not shown, since there is nothing to do. */
static void tell_held(void)
{
	for (size_t i = 0; i < plain.n_held; i++)
		print_line(&plain.out, 0, "%s", plain.held[i]);
	plain.n_held = 0;
}

static enum ddl_reply ask(void *ctx, struct ddl_question *question)
{
	(void)ctx;
	if (question->kind == DDL_ASK_APPLY)
		plain.n_held = 0; /* print_plan has them */
	tell_held();
	plain.settle_told = 0;
	fputc('\n', plain.out.file);
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
	case DDL_ASK_OUTCOME:
		return ask_outcome(question);
	case DDL_ASK_TROUBLE:
		return ask_trouble(question);
	default:
		return DDL_REPLY_NO;
	}
}

/* --------------------------------------------------------------------- events */

static void tell_phase(const struct ddl_event *event)
{
	switch (event->phase) {
	case DDL_PHASE_SOURCES:
		print_line(&plain.out, 0, "%s", _("Looking for media ..."));
		break;
	case DDL_PHASE_LOOK:
		print_line(&plain.out, 0, _("Reading %s ..."), event->what);
		break;
	case DDL_PHASE_TEST:
		print_line(&plain.out, 0, "%s", _("Testing the packages ..."));
		break;
	case DDL_PHASE_SETTLE:
		print_line(&plain.out, 0, "%s", _("Waiting for the disks ..."));
		break;
	case DDL_PHASE_MACHINE:
	case DDL_PHASE_PLAN:
	case DDL_PHASE_APPLY:
	default:
		break;
	}
}

static void tell_step(const struct ddl_op *op)
{
	char words[512];

	ddl_words_op(words, sizeof words, op);
	if (op->state == DDL_OP_DONE)
		print_line(&plain.out, 0, _("%s: done"), words);
	else if (op->state == DDL_OP_FAILED)
		print_line(&plain.out, 0, _("%s: FAILED"), words);
	else if (op->state == DDL_OP_UNDONE)
		print_line(&plain.out, 0, _("%s: undone"), words);
	else if (op->state == DDL_OP_NOT_UNDONE)
		print_line(&plain.out, 0, _("%s: could not be undone"), words);
}

static void tell_settle(const struct ddl_event *event)
{
	if (event->phase != DDL_PHASE_SETTLE || event->done < plain.settle_told + SETTLE_TELL_MS)
		return;
	plain.settle_told = event->done;
	print_line(&plain.out, 0, _("still waiting, %lu of at most %lu seconds"),
		   (unsigned long)(event->done / 1000), (unsigned long)(event->total / 1000));
}

static bool event(void *ctx, const struct ddl_event *event)
{
	(void)ctx;
	if (event->kind == DDL_EVENT_NOTE && event->phase == DDL_PHASE_PLAN && plain.n_held < HELD_NOTES) {
		plain.held[plain.n_held++] = event->what;
		return !term_signal();
	}
	tell_held();
	switch (event->kind) {
	case DDL_EVENT_PHASE:
		tell_phase(event);
		break;
	case DDL_EVENT_PROGRESS:
		tell_settle(event);
		break;
	case DDL_EVENT_PACKAGE:
		print_line(&plain.out, 2, event->package->state == DDL_PKG_BAD ? _("%s: BAD") : _("%s: ok"),
			   event->package->file);
		break;
	case DDL_EVENT_STEP:
		tell_step(event->op);
		break;
	case DDL_EVENT_NOTE:
	default:
		print_line(&plain.out, 0, "%s", event->what);
		break;
	}
	fflush(plain.out.file);
	return !term_signal();
}

static void finish(struct front *front)
{
	(void)front;
	fflush(plain.out.file);
}

struct front *plain_front(bool verbose)
{
	plain.front = (struct front){ .ddl = { &plain, event, ask }, .told = DDL_OK, .finish = finish };
	plain.out = print_on(stdout, verbose);
	plain.used = 0;
	return &plain.front;
}
