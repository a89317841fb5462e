/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prompt, menu, load and verify: commands that run a flow through a front end. */
#include "commands.h"

#include <string.h>
#include <unistd.h>

#include "front/print.h"
#include "terminal/console.h"
#include "terminal/language.h"
#include "terminal/prompt.h"
#include "terminal/term.h"

/* The others are told who has the menus. */
static void say_where(const struct cli *cli)
{
	const char *name = ttyname(1);

	if (name && cli->consoles)
		console_everywhere(cli->consoles, N_("ddload is being used on %s."), strncmp(name, "/dev/", 5) ? name : name + 5);
}

/* And at the end what came of it. */
static void say_outcome(const struct cli *cli, const struct ddl_session *session)
{
	const struct ddl_outcome *outcome = session ? ddl_session_outcome(session) : NULL;
	char line[640];

	if (!cli->consoles)
		return;
	if (outcome) {
		ddl_describe_line(line, sizeof line, outcome);
		console_everywhere(cli->consoles, "%s", line);
	} else {
		console_everywhere(cli->consoles, N_("ddload has ended, no driver was loaded."), "");
	}
}

struct front *front_choose(bool plain, enum ddl_colours colours, bool verbose)
{
	const char *why = NULL;

	if (plain)
		return plain_front(verbose);
	struct front *front = newt_front(colours, &why);
	if (front)
		return front;
	if (verbose) {
		struct print out = print_on(stderr, true);
		print_line(&out, 0, "%s", why);
	}
	return plain_front(verbose);
}

/* The screens or the plain lines, and the flow behind them. */
enum ddl_status command_menu(const struct cli *cli)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_options options = cli->engine;
	enum ddl_status status;

	options.inspect = options.replace = true; /* a person sees the plan before */
	if (!cli->engine.root)
		console_quiet();
	say_where(cli);
	struct front *front = front_choose(cli->plain, cli->colours, cli->verbose);
	struct ddl_session *session = ddl_session_new(&options, &front->ddl, &error);
	if (session)
		status = ddl_flow_load(session, cli->words, cli->n_words, &error);
	else
		status = ddl_code_status(error.code);
	front->finish(front);
	if (error.code != DDL_OK && error.code != front->told)
		tell_error(cli, &error);
	console_loud();
	say_outcome(cli, session);
	ddl_session_free(session);
	return status;
}

/* On the console where the key was pressed; where that is gone already, here. */
static enum ddl_status menu_on(const struct cli *cli, const char *console)
{
	if (*console && console_take(console)) {
		term_start();
		language_choose(cli->engine.root, cli->language);
	}
	return command_menu(cli);
}

enum ddl_status command_prompt(const struct cli *cli)
{
	char where[CONSOLE_NAME];
	enum prompt_answer answer;

	if (!cli->engine.root)
		console_quiet();
	answer = prompt_ask(cli->timeout, cli->consoles, where, sizeof where);
	if (answer == PROMPT_LOAD)
		return menu_on(cli, where);
	console_loud();
	switch (answer) {
	case PROMPT_STOPPED:
		return ddl_code_status(DDL_E_CANCELLED);
	case PROMPT_TIMEOUT:
	case PROMPT_GO_ON:
	default:
		return DDL_DONE;
	}
}

/* Progress goes to stderr, results to stdout. */
static void open_unattended(struct unattended *front, const struct cli *cli)
{
	*front = (struct unattended){
		.allowed = &cli->engine,
		.out = print_on(stderr, cli->verbose),
	};
	unattended_front(front);
}

static void show_loaded(const struct cli *cli, const struct ddl_outcome *outcome)
{
	struct print out = print_on(stdout, cli->verbose);

	if (cli->json)
		put_json(cli, ddl_json_outcome(outcome));
	else
		print_outcome(&out, outcome);
}

enum ddl_status command_load(const struct cli *cli)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_options options = cli->engine;
	struct unattended front;

	open_unattended(&front, cli);
	options.inspect = true;
	struct ddl_session *session = ddl_session_new(&options, &front.front.ddl, &error);
	if (!session)
		return tell_error(cli, &error);
	enum ddl_status status = ddl_flow_load(session, cli->words, cli->n_words, &error);
	front.front.finish(&front.front);
	const struct ddl_outcome *outcome = ddl_session_outcome(session);
	if (outcome)
		show_loaded(cli, outcome);
	if (error.code != DDL_OK && (outcome || !cli->json)) {
		struct print out = print_on(stderr, cli->verbose);
		print_trouble(&out, &error);
	} else if (error.code != DDL_OK) {
		tell_error(cli, &error);
	}
	ddl_session_free(session);
	return status;
}

static void show_verified(const struct cli *cli, struct ddl_session *session, const struct unattended *front,
			  const struct ddl_error *error)
{
	struct print out = print_on(stdout, cli->verbose);
	struct ddl_error ignored = DDL_ERROR_INIT;

	if (cli->json) {
		const struct ddl_machine *machine = ddl_session_machine(session, &ignored);
		put_json(cli, ddl_json_repos(front->tested, front->n_tested, machine ? machine->release : "", error));
		return;
	}
	for (size_t i = 0; i < front->n_tested; i++)
		print_tested(&out, front->tested[i]);
}

enum ddl_status command_verify(const struct cli *cli)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct unattended front;

	open_unattended(&front, cli);
	struct ddl_session *session = ddl_session_new(&cli->engine, &front.front.ddl, &error);
	if (!session)
		return tell_error(cli, &error);
	enum ddl_status status = ddl_flow_verify(session, cli->words[0], &error);
	front.front.finish(&front.front);
	show_verified(cli, session, &front, &error);
	if (error.code != DDL_OK) {
		struct print out = print_on(stderr, cli->verbose);
		print_trouble(&out, &error);
	}
	ddl_session_free(session);
	return status;
}
