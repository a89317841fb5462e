/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The questions of the plain front end, one a time; no answer is NO. */
#include "plain/plain_front.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "front/compare.h"
#include "terminal/console.h"
#include "terminal/term.h"

#define COMPARE_DIGITS 16U /* of a fingerprint in one line when it is compared */
#define COMPLETE_MS 3000 /* the list of media waits so long for what is on them */
#define TICK_MS 100
#define MOST_TOLD 64U /* of more media every line counts as new */

/* A disk of the server is not written to by one wrong key. */
static bool may_write(const struct ddl_source *place)
{
	const struct choice choices[] = { { 'n', _("no"), DDL_REPLY_NO }, { 'w', _("write on it"), DDL_REPLY_YES }, { 0 } };
	const struct choice *choice;

	if (place->removable)
		return true;
	print_line(&plain.out, 0, _("%s is a disk of this server, and no stick. Write the report on it all the same?"),
		   place->name);
	choice = plain_choose(choices);
	return choice && choice->reply == DDL_REPLY_YES;
}

static void save_report(const struct ddl_question *question)
{
	const struct choice choices[] = { { 'b', _("back"), DDL_REPLY_BACK }, { 0 } };
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_source **places = NULL;
	char line[512];
	size_t count = 0, number;

	if (ddl_report_places(question->session, &places, &count, &error) < 0) {
		print_trouble(&plain.out, &error);
		return;
	}
	if (!count) {
		print_line(&plain.out, 0, "%s",
			   _("No stick was found that could be written to. Put in one with a FAT or ext "
			     "file system, and try again."));
		return;
	}
	print_line(&plain.out, 0, "%s", _("Two new files will be written on:"));
	for (size_t i = 0; i < count; i++)
		print_line(&plain.out, 1, "%zu  %s", i + 1, text_place(line, sizeof line, places[i]));
	plain_show_choices(choices, count);
	if (!plain_prompt(_("Your choice:")) || !(number = plain_number(count)) || !may_write(places[number - 1]))
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
	const struct choice choices[] = { { 'r', _("show the whole report"), DDL_REPLY_NO },
					  { 's', _("save the report on a stick"), DDL_REPLY_NO },
					  { 'h', _("a shell"), DDL_REPLY_NO },
					  { 'b', _("back"), DDL_REPLY_BACK },
					  { 0 } };
	const struct choice *choice;

	print_log(&plain.out, question);
	while (question->session && (choice = plain_choose(choices)) && choice->key != 'b') {
		if (choice->key == 'r')
			print_report(question);
		else if (choice->key == 's')
			save_report(question);
		else if (!console_shell())
			print_line(&plain.out, 0, "%s", _("There is no shell here."));
	}
}

/* The reply of the choice; the end of the input is NO. 'l' shows the log and what can be done with it, and asks again. */
static enum ddl_reply choose(const struct choice *choices, const struct ddl_question *question)
{
	const struct choice *choice;

	while ((choice = plain_choose(choices)) && choice->key == 'l')
		log_choices(question);
	return choice ? choice->reply : DDL_REPLY_NO;
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

/* Nobody leaves a machine without its disks by one wrong key; the end of the input is no answer. */
static bool goes_without(const struct ddl_machine *machine)
{
	const struct choice choices[] = { { 'y', _("go on without"), DDL_REPLY_YES }, { 'b', _("back"), DDL_REPLY_BACK }, { 0 } };
	const struct choice *choice;
	char words[256];

	if (!*text_without(words, sizeof words, machine))
		return true;
	print_line(&plain.out, 0, "%s", words);
	choice = plain_choose(choices);
	return !choice || choice->reply != DDL_REPLY_BACK;
}

static enum ddl_reply ask_source(struct ddl_question *question)
{
	const struct choice choices[] = {
		{ 'p', _("type a path"), DDL_REPLY_YES },
		{ 'a', _("look again"), DDL_REPLY_AGAIN },
		{ 'c', _("continue without a driver disk"), DDL_REPLY_SKIP },
		{ 0 },
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
		const struct choice *choice = plain_named(choices, n_shown);
		whole = true;
		if (!choice)
			plain_not_understood();
		else if (choice->key == 'p')
			return ask_path(question);
		else if (choice->key != 'c' || goes_without(question->machine))
			return choice->reply;
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
		print_line(&plain.out, 1, "%zu  [%c] %s", i + 1, question->ticked[i] ? 'x' : ' ', repo->description);
		print_line(&plain.out, 5, "%s", text_repo(line, sizeof line, repo));
		print_line(&plain.out, 5, "%s",
			   ddl_describe_repo_fit(line, sizeof line, repo, question->machine ? question->machine->release : ""));
		if (repo->by_abi)
			print_line(&plain.out, 5, "%s", ddl_describe_repo_abi(line, sizeof line, repo));
	}
	for (size_t i = 0; i < question->look->n_notes; i++)
		print_line(&plain.out, 1, _("note: %s"), question->look->notes[i]);
	return ticked;
}

static void show_details(const struct ddl_question *question)
{
	struct print details = plain.out;

	details.verbose = true;
	print_look(&details, question->look, question->machine ? question->machine->release : "");
}

static size_t find_modules(const struct ddl_look *look, struct ddl_module **modules, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < look->n_repos; i++)
		n += ddl_repo_modules(look->repos[i], modules + n, room - n);
	return n;
}

/* Single drivers are marked until a line has no number of one. */
static void mark_modules(const struct ddl_look *look)
{
	struct ddl_module *modules[DDL_MAX_MODULES];
	size_t n = find_modules(look, modules, DDL_MAX_MODULES), number;
	char words[512];

	do {
		print_line(&plain.out, 0, "%s", _("Which drivers of these packs?"));
		for (size_t i = 0; i < n; i++)
			print_line(&plain.out, 1, "%zu  [%c] %s %s: %s", i + 1, ddl_module_is_marked(modules[i]) ? 'x' : ' ',
				   modules[i]->name, modules[i]->version, ddl_describe_fit(words, sizeof words, modules[i]));
		print_line(&plain.out, 0, "%s", _("A driver's number marks or unmarks it. Enter goes back."));
		number = plain_prompt(_("Your choice:")) ? plain_number(n) : 0;
		if (number)
			ddl_module_mark(modules[number - 1], !ddl_module_is_marked(modules[number - 1]));
	} while (number);
}

static enum ddl_reply ask_packs(struct ddl_question *question)
{
	const struct choice choices[] = { { 'y', _("go on with the packs marked x"), DDL_REPLY_YES },
					  { 'd', _("show the details"), DDL_REPLY_NO },
					  { 'b', _("back"), DDL_REPLY_BACK },
					  { 'c', _("continue without a driver disk"), DDL_REPLY_SKIP },
					  { 'm', _("mark single drivers"), DDL_REPLY_NO },
					  { 0 } };

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
		const struct choice *choice = plain_named(choices, question->look->n_repos);
		if (!choice)
			plain_not_understood();
		else if (choice->key == 'd')
			show_details(question);
		else if (choice->key == 'm')
			mark_modules(question->look);
		else if (choice->key == 'y' && !ticked)
			print_line(&plain.out, 0, "%s", _("No pack is marked."));
		else
			return choice->reply;
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

/* What came of the line is shown. */
static enum ddl_compared compare_line(const char *line, const struct ddl_question *question)
{
	const char *fingerprint = question->repo->fingerprint;
	char typed[COMPARE_ROOM], words[512];
	bool digits = compare_take(typed, fingerprint, line);
	enum compare result = digits ? compare_result(typed, fingerprint) : COMPARE_EMPTY;

	if (result != COMPARE_SAME && compare_file(words, sizeof words, question, line))
		print_line(&plain.out, 0, "%s", words);
	else if (digits)
		show_compared(typed, fingerprint);
	else
		print_line(&plain.out, 0, "%s", _("These are not the digits of a fingerprint."));
	return result == COMPARE_SAME ? DDL_COMPARED_SAME : result == COMPARE_DIFFERS ? DDL_COMPARED_DIFFERS : DDL_COMPARED_NOT;
}

static void show_fingerprint(const struct ddl_repo *repo)
{
	char line[512];

	print_line(&plain.out, 0, "%s", text_pack(line, sizeof line, repo));
	if (*text_signature(line, sizeof line, repo))
		print_line(&plain.out, 0, "%s", line);
	for (unsigned i = 0; i < 2; i++)
		if (*compare_heading(repo, i))
			print_line(&plain.out, 0, "%s", compare_heading(repo, i));
	ddl_text_groups(line, sizeof line, repo->fingerprint);
	print_line(&plain.out, 0, "%s", line); /* 39 columns: one line of 40 */
	print_sums(&plain.out, 0, repo);
}

/* After a difference "the same" is not believed, and going on has to be said twice. False: ask again. */
static bool may_answer(struct ddl_question *question, enum ddl_reply reply, bool *warned)
{
	if (question->compared != DDL_COMPARED_DIFFERS || (reply != DDL_REPLY_YES && reply != DDL_REPLY_SKIP))
		return true;
	if (reply == DDL_REPLY_YES) {
		print_line(
			&plain.out, 0, "%s",
			_("What was typed differs, so it is not the same: type it again, or go back and do not load this disk."));
		return false;
	}
	if (!*warned)
		print_line(
			&plain.out, 0, "%s",
			_("What was typed differs: this is not the disk the vendor made. The same answer once more goes on with "
			  "it; that is written down."));
	return *warned || !(*warned = true);
}

static enum ddl_reply ask_verify(struct ddl_question *question)
{
	const bool sheet = compare_has_sheet(question->repo);
	const struct choice choices[] = { { 'y', sheet ? _("the same: test the packages") : _("test the files"), DDL_REPLY_YES },
					  { 's', _("go on without comparing"), DDL_REPLY_SKIP },
					  { 'b', _("back"), DDL_REPLY_BACK },
					  { 'c', _("cancel: nothing is loaded"), DDL_REPLY_NO },
					  { 0 } };
	bool warned = false;

	show_fingerprint(question->repo);
	for (;;) {
		plain_show_choices(choices, 0);
		print_line(&plain.out, 0, "%s", _("Or type or scan the printed one to have it compared."));
		if (!plain_prompt(_("Your choice:")))
			return DDL_REPLY_NO;
		if (strlen(plain_answer()) > 1) {
			question->compared = compare_line(plain_answer(), question);
			if (question->compared == DDL_COMPARED_SAME)
				return DDL_REPLY_YES;
			warned = false;
			continue;
		}
		const struct choice *choice = plain_named(choices, 0);
		if (!choice) {
			plain_not_understood();
			continue;
		}
		if (!may_answer(question, choice->reply, &warned))
			continue;
		if (sheet && choice->reply == DDL_REPLY_YES)
			question->compared = DDL_COMPARED_SAME;
		if (choice->reply != DDL_REPLY_YES && choice->reply != DDL_REPLY_SKIP)
			question->compared = DDL_COMPARED_NOT;
		return choice->reply;
	}
}

static enum ddl_reply ask_tested(const struct ddl_question *question)
{
	const struct choice again = { 'a', _("try again"), DDL_REPLY_AGAIN }, go_on = { 'y', _("go on"), DDL_REPLY_YES };
	bool ill = ddl_repo_bad_package(question->repo) || question->error;
	const struct choice choices[] = { ill ? again : go_on,
					  { 'b', _("back"), DDL_REPLY_BACK },
					  { 'c', _("continue without a driver disk"), DDL_REPLY_SKIP },
					  { 0 } };

	print_tested(&plain.out, question->repo);
	print_verdict(&plain.out, question->repo, question->error);
	return choose(choices, question);
}

static enum ddl_reply ask_licence(const struct ddl_question *question)
{
	const struct choice choices[] = { { 'y', _("accept the licence"), DDL_REPLY_YES },
					  { 'b', _("back"), DDL_REPLY_BACK },
					  { 'c', _("decline, and continue without a driver disk"), DDL_REPLY_SKIP },
					  { 0 } };

	print_line(&plain.out, 0, _("The licence of %s:"), question->repo->description);
	print_text(&plain.out, 0, question->licence);
	return choose(choices, question);
}

/* What another driver holds is taken from it alone, or that is unloaded; none where there is but one way. */
static struct choice other_way(const struct ddl_plan *plan, bool offered)
{
	const struct choice none = { 0 };
	struct choice choice = { 'u', _("take only the device from the other driver"), DDL_REPLY_OTHER_WAY };

	if (plan && plan->unbinds)
		choice.words = _("unload the other driver");
	return offered ? choice : none;
}

static enum ddl_reply ask_apply(const struct ddl_question *question)
{
	const struct choice choices[] = { { 'y', _("do it"), DDL_REPLY_YES },
					  { 'b', _("back"), DDL_REPLY_BACK },
					  { 'c', _("continue without a driver disk"), DDL_REPLY_SKIP },
					  other_way(question->plan, question->plan->n_held > 0),
					  { 0 } };

	print_line(&plain.out, 0, "%s", _("What will be done:"));
	print_plan(&plain.out, question->plan);
	return choose(choices, question);
}

static enum ddl_reply ask_trust(const struct ddl_question *question)
{
	const struct choice choices[] = { { 'n', _("no: go on, the key is not trusted"), DDL_REPLY_SKIP },
					  { 't', _("every digit is the same: trust the key this once"), DDL_REPLY_YES },
					  { 'b', _("back"), DDL_REPLY_BACK },
					  { 'c', _("cancel: nothing is loaded"), DDL_REPLY_NO },
					  { 0 } };

	print_trust(&plain.out, question->repo);
	return choose(choices, question);
}

static enum ddl_reply ask_interrupted(const struct ddl_question *question)
{
	const struct choice choices[] = { { 'n', _("no, load nothing"), DDL_REPLY_NO },
					  { 'y', _("yes, load all the same"), DDL_REPLY_YES },
					  { 0 } };

	print_interrupted(&plain.out, question->machine);
	print_line(&plain.out, 0, "%s", _("Load all the same?"));
	return choose(choices, question);
}

static enum ddl_reply ask_outcome(const struct ddl_question *question)
{
	const struct choice choices[] = { { 'a', _("another driver disk"), DDL_REPLY_AGAIN },
					  { 'c', _("continue"), DDL_REPLY_YES },
					  { 'l', _("show the log"), DDL_REPLY_NO },
					  { 0 } };

	print_outcome(&plain.out, question->outcome);
	if (question->outcome->error.code != DDL_OK)
		print_trouble(&plain.out, &question->outcome->error);
	plain.front.told = question->outcome->error.code;
	return choose(choices, question);
}

static enum ddl_reply ask_trouble(const struct ddl_question *question)
{
	const struct ddl_plan *plan = question->plan;
	const struct choice choices[] = { { 'a', _("try again"), DDL_REPLY_AGAIN },
					  { 'b', _("back"), DDL_REPLY_BACK },
					  { 'c', _("continue without a driver disk"), DDL_REPLY_SKIP },
					  { 'l', _("show the log"), DDL_REPLY_NO },
					  other_way(plan, plan && plan->other_way),
					  { 0 } };

	print_trouble(&plain.out, question->error);
	if (plan && plan->refusal.code == question->error->code)
		print_refusals(&plain.out, plan, question->error);
	plain.front.told = question->error->code;
	return choose(choices, question);
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
	case DDL_ASK_INTERRUPTED:
		return ask_interrupted(question);
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
