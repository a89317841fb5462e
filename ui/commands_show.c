/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list, plan and status: commands that ask nothing and change nothing. */
#include "commands.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "front/print.h"

/* A session that nobody is asked in, and what it found. */
struct view {
	struct unattended front;
	struct ddl_session *session;
	const struct ddl_machine *machine;
	struct ddl_look *looks[DDL_MAX_SOURCES];
	size_t n_looks;
	enum ddl_status status; /* the first thing that went wrong with a source that was named */
	struct ddl_error trouble; /* … and what it was */
};

static int view_open(struct view *view, const struct cli *cli, bool inspect, struct ddl_error *error)
{
	struct ddl_options options = cli->engine;

	*view = (struct view){ .status = DDL_DONE };
	unattended_front(&view->front);
	options.inspect = inspect;
	view->session = ddl_session_new(&options, &view->front.front.ddl, error);
	if (!view->session)
		return -1;
	view->machine = ddl_session_machine(view->session, error);
	return view->machine ? 0 : -1;
}

/* Remembers the trouble with a source that was named, and says it. */
static void view_trouble(struct view *view, const struct cli *cli, const struct ddl_error *error)
{
	struct print out = print_on(stderr, cli->verbose);

	print_trouble(&out, error);
	if (view->status != DDL_DONE)
		return;
	view->status = ddl_code_status(error->code);
	view->trouble = *error;
}

/* Adds what is on the source; -1 only when memory is short. */
static int view_look(struct view *view, struct ddl_source *source, struct ddl_error *error)
{
	if (view->n_looks == DDL_MAX_SOURCES)
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, "%s", source->name);
	struct ddl_look *look = ddl_session_look(view->session, source, error);
	if (!look)
		return -1;
	view->looks[view->n_looks++] = look;
	return 0;
}

static int view_all(struct view *view, struct ddl_error *error)
{
	struct ddl_source **sources;
	size_t count;

	if (ddl_session_sources(view->session, &sources, &count, error) != 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (view_look(view, sources[i], error) != 0)
			return -1;
	return 0;
}

static int view_word(struct view *view, const struct cli *cli, const char *word, struct ddl_error *error)
{
	if (!strcmp(word, "any"))
		return view_all(view, error);
	struct ddl_source *source = ddl_session_source(view->session, word, error);
	if (!source) {
		view_trouble(view, cli, error);
		ddl_error_clear(error);
		return 0;
	}
	if (view_look(view, source, error) != 0)
		return -1;
	const struct ddl_look *look = view->looks[view->n_looks - 1];
	if (look->trouble.code != DDL_OK &&
	    (cli->n_words < 2 || !look->n_products)) /* an installer's, to say what is installed */
		view_trouble(view, cli, &look->trouble);
	return 0;
}

/* Looks at the sources that were named; at all of them when none was. */
static int view_sources(struct view *view, const struct cli *cli, struct ddl_error *error)
{
	if (!cli->n_words)
		return view_all(view, error);
	for (size_t i = 0; i < cli->n_words; i++)
		if (view_word(view, cli, cli->words[i], error) != 0)
			return -1;
	return 0;
}

static size_t count_repos(const struct view *view)
{
	size_t count = 0;

	for (size_t i = 0; i < view->n_looks; i++)
		count += view->looks[i]->n_repos;
	return count;
}

static enum ddl_status list(struct view *view, const struct cli *cli, struct ddl_error *error)
{
	struct print out = print_on(stdout, cli->verbose);

	if (view_open(view, cli, true, error) != 0 || view_sources(view, cli, error) != 0 ||
	    ddl_session_judge(view->session, error) != 0)
		return tell_error(cli, error);
	if (cli->json) {
		enum ddl_status status = put_json(cli, ddl_json_looks(view->looks, view->n_looks, view->machine->release));
		if (status != DDL_DONE)
			return status;
	}
	if (!cli->json)
		print_interrupted(&out, view->machine);
	for (size_t i = 0; !cli->json && i < view->n_looks; i++)
		print_look(&out, view->looks[i], view->machine->release);
	if (ddl_session_left_out(view->session)) {
		struct print errors = print_on(stderr, cli->verbose);

		print_line(&errors, 0, "%s", ddl_session_left_out(view->session));
	}
	if (view->status == DDL_DONE && !view->n_looks && !cli->json)
		print_line(&out, 0, "%s", _("No medium was found."));
	if (view->status == DDL_DONE && !count_repos(view))
		return DDL_NOTHING_FOUND;
	return view->status;
}

enum ddl_status command_list(const struct cli *cli)
{
	struct view view;
	struct ddl_error error = DDL_ERROR_INIT;
	enum ddl_status status = list(&view, cli, &error);

	ddl_session_free(view.session);
	return status;
}

/* Packs at least as good as `least`, into `repos` with room for DDL_MAX_REPOSITORIES. */
static size_t choose_repos(const struct view *view, enum ddl_fit least, struct ddl_repo **repos)
{
	size_t count = 0;

	for (size_t i = 0; i < view->n_looks; i++)
		for (size_t k = 0; k < view->looks[i]->n_repos; k++)
			if (count < DDL_MAX_REPOSITORIES &&
			    ddl_set_takes(view->session, view->looks, view->n_looks, view->looks[i]->repos[k], least))
				repos[count++] = view->looks[i]->repos[k];
	return count;
}

static const struct ddl_repo *best_repo(const struct view *view)
{
	const struct ddl_repo *best = NULL;

	for (size_t i = 0; i < view->n_looks; i++)
		for (size_t k = 0; k < view->looks[i]->n_repos; k++)
			if (!best || view->looks[i]->repos[k]->fit > best->fit)
				best = view->looks[i]->repos[k];
	return best;
}

/* Why no pack can be planned: the best one says it. */
static void why_none(const struct view *view, struct ddl_error *error)
{
	const struct ddl_repo *best = best_repo(view);
	const struct ddl_package *bad = best ? ddl_repo_bad_package(best) : NULL;
	char name[512], words[512];

	if (!best) {
		ddl_fail(error, DDL_E_NOT_A_DISK, 0, "%s", view->n_looks ? view->looks[0]->source->name : "any");
		return;
	}
	text_repo(name, sizeof name, best);
	if (bad) {
		*error = bad->trouble;
		ddl_fail_in(error, "%s: %s", name, bad->file);
		return;
	}
	ddl_describe_repo_fit(words, sizeof words, best, view->machine->release);
	ddl_fail(error, ddl_repo_refusal(best), 0, "%s: %s", name, words);
}

/* `unneeded`: nothing here needs any of the packs. */
static enum ddl_status show_plan(const struct cli *cli, const struct ddl_plan *plan, bool unneeded)
{
	struct print out = print_on(stdout, cli->verbose), errors = print_on(stderr, cli->verbose);
	struct ddl_error refusal = plan->refusal;
	char words[DDL_ERROR_TEXT];
	enum ddl_code code;

	if (refusal.code == DDL_OK && (code = ddl_plan_not_allowed(plan, &cli->engine)) != DDL_OK)
		ddl_fail(&refusal, code, 0, "%s", ddl_describe_replaced(words, sizeof words, plan));
	if (cli->json) {
		enum ddl_status status = put_json(cli, ddl_json_plan(plan));
		if (status != DDL_DONE)
			return status;
	} else {
		print_plan(&out, plan);
		if (unneeded && refusal.code == DDL_OK)
			print_line(&out, 0, "%s",
				   _("No device here needs any of this: \"load\" would refuse it on this machine."));
	}
	if (refusal.code != DDL_OK)
		print_trouble(&errors, &refusal);
	return ddl_code_status(refusal.code);
}

/*
 * At a desk no device needs the driver: then the packs for the kernel are planned all
 * the same, as load would do it where there is one.
 */
static enum ddl_status plan(struct view *view, const struct cli *cli, struct ddl_error *error)
{
	struct ddl_repo *repos[DDL_MAX_REPOSITORIES];

	if (view_open(view, cli, true, error) != 0 || view_sources(view, cli, error) != 0)
		return tell_error(cli, error);
	if (view->status != DDL_DONE) {
		if (cli->json)
			put_json(cli, ddl_json_error(&view->trouble));
		return view->status;
	}
	size_t count = choose_repos(view, DDL_FIT_LOADED, repos);
	bool unneeded = !count;
	if (unneeded)
		count = choose_repos(view, DDL_FIT_NO_DEVICE, repos);
	if (!count) {
		why_none(view, error);
		return tell_error(cli, error);
	}
	struct ddl_set set;
	if (ddl_set_complete(view->session, repos, count, &set, error) != 0)
		return tell_error(cli, error);
	for (size_t i = 0; i < set.n_repos; i++)
		if (ddl_compare_fingerprint(view->session, set.repos[i], error) != 0)
			return tell_error(cli, error);
	struct ddl_plan *made = ddl_session_plan(view->session, &set, error);
	return made ? show_plan(cli, made, unneeded) : tell_error(cli, error);
}

enum ddl_status command_plan(const struct cli *cli)
{
	struct view view;
	struct ddl_error error = DDL_ERROR_INIT;
	enum ddl_status status = plan(&view, cli, &error);

	ddl_session_free(view.session);
	return status;
}

static void show_status(const struct cli *cli, const struct ddl_machine *machine)
{
	struct print out = print_on(stdout, cli->verbose);
	char path[DDL_MAX_PATH];

	print_line(&out, 0, _("Kernel %s"), machine->release);
	print_machine(&out, machine);
	snprintf(path, sizeof path, "%s/run/ddload/outcome.json", cli->engine.root ? cli->engine.root : "");
	if (access(path, R_OK) == 0)
		print_line(&out, 0, _("The outcome of the last load, or why there was none, is in %s."), path);
}

enum ddl_status command_status(const struct cli *cli)
{
	struct view view;
	struct ddl_error error = DDL_ERROR_INIT;
	enum ddl_status status = DDL_DONE;

	if (view_open(&view, cli, false, &error) != 0)
		status = tell_error(cli, &error);
	else if (cli->json)
		status = put_json(cli, ddl_json_machine(view.machine));
	else
		show_status(cli, view.machine);
	ddl_session_free(view.session);
	return status;
}
