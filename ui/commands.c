/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of commands, and how each of them tells what went wrong. */
#include "commands.h"

#include <stdint.h>
#include <stdlib.h>

#include "front/print.h"

const struct command commands[] = {
	{ "prompt", "", N_("ask for F9 (or d), then show the menus"),
	  N_("Counts down on one line. Without the key the exit status is 0 and nothing was done. "
	     "Enter goes on at once."),
	  CLI_PLAIN | CLI_TIMEOUT | CLI_FINGERPRINT | CLI_LOADING, 0, 0, command_prompt },
	{ "menu", "[SOURCE...]", N_("show the menus at once"), "", CLI_PLAIN | CLI_FINGERPRINT | CLI_LOADING, 0, SIZE_MAX,
	  command_menu },
	{ "list", "[SOURCE...]", N_("what is on the media, what fits here, and why not"),
	  N_("Without a SOURCE every medium is looked at. With -v modules, aliases and firmware are shown."),
	  CLI_JSON | CLI_KERNEL, 0, SIZE_MAX, command_list },
	{ "verify", "SOURCE", N_("show the fingerprint and test every package"), "", CLI_JSON | CLI_KERNEL | CLI_FINGERPRINT, 1,
	  1, command_verify },
	{ "plan", "SOURCE...", N_("what load would do, changing nothing"), "",
	  CLI_JSON | CLI_KERNEL | CLI_FINGERPRINT | CLI_LOADING, 1, SIZE_MAX, command_plan },
	{ "load", "SOURCE...", N_("load what fits, without questions"), "", CLI_JSON | CLI_FINGERPRINT | CLI_LOADING, 1, SIZE_MAX,
	  command_load },
	{ "auto", "", N_("do what the kernel command line asks (ddload=...)"),
	  N_("For the scripts of an initrd. Without a ddload= word it asks for F9, as prompt does. "
	     "ddload.cmdline(7) explains the words."),
	  CLI_PLAIN | CLI_TIMEOUT | CLI_FINGERPRINT | CLI_LOADING | CLI_CHECK, 0, 0, command_auto },
	{ "install", "[SOURCE...]", N_("put the drivers into an installed system"),
	  N_("Without a SOURCE those of the packs that were loaded. --target is needed."),
	  CLI_KERNEL | CLI_FINGERPRINT | CLI_TARGET, 0, SIZE_MAX, command_install },
	{ "status", "", N_("controllers, their drivers, and disks"), "", CLI_JSON, 0, 0, command_status },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL }
};

enum ddl_status tell_error(const struct cli *cli, const struct ddl_error *error)
{
	struct print out = print_on(stderr, cli->verbose);

	print_trouble(&out, error);
	if (cli->json)
		put_json(cli, ddl_json_error(error));
	return ddl_code_status(error->code);
}

enum ddl_status put_json(const struct cli *cli, char *text)
{
	if (!text) {
		struct ddl_error error = DDL_ERROR_INIT;
		struct print out = print_on(stderr, cli->verbose);
		ddl_fail(&error, DDL_E_MEMORY, 0, "--json");
		print_trouble(&out, &error);
		return ddl_code_status(error.code);
	}
	fputs(text, stdout);
	free(text);
	return DDL_DONE;
}
