/* SPDX-License-Identifier: GPL-2.0-or-later */
/* install: the packs' drivers into an installed system. */
#include "commands.h"

#include "base/path.h"
#include "front/print.h"
#include "handoff/install.h"

static void show(const struct print *out, const char *target, const struct ddl_installed *installed)
{
	for (size_t i = 0; i < installed->n_files; i++)
		print_line(out, 0, _("installed: %s"), installed->files[i]);
	for (size_t i = 0; i < installed->n_saved; i++)
		print_line(out, 0, _("what was there before is kept: %s"), installed->saved[i]);
	if (*installed->rebuild)
		print_line(out, 0, _("Now make its initrd anew: chroot %s %s"), target, installed->rebuild);
}

enum ddl_status command_install(const struct cli *cli)
{
	struct unattended front = { .allowed = &cli->engine, .out = print_on(stderr, cli->verbose) };
	struct ddl_options options = cli->engine;
	struct ddl_installed installed = { .rebuild = "" };
	struct ddl_error error = DDL_ERROR_INIT;
	struct print out = print_on(stdout, cli->verbose);
	struct ddl_session *session;
	char target[DDL_MAX_PATH];
	enum ddl_status status = DDL_DONE;

	if (!cli->target || !ddl_path_join(target, sizeof target, cli->engine.root, cli->target)) {
		ddl_fail(&error, DDL_E_USAGE, 0, "%s", _("install: --target names the directory of the installed system"));
		return tell_error(cli, &error);
	}
	unattended_front(&front);
	options.inspect = true;
	session = ddl_session_new(&options, &front.front.ddl, &error);
	if (!session)
		return tell_error(cli, &error);
	if (ddl_session_install(session, target, cli->words, cli->n_words, &installed, &error) < 0)
		status = ddl_code_status(error.code);
	front.front.finish(&front.front);
	show(&out, cli->target, &installed);
	if (status == DDL_DONE && !*installed.rebuild)
		print_line(&out, 0, "%s",
			   _("Its initrd has to be made anew before it starts; what does that is not known here."));
	if (status != DDL_DONE)
		tell_error(cli, &error);
	ddl_session_free(session);
	return status;
}
