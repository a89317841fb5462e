/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ddload: loads a driver disk before an installer looks for disks. The table of commands. */
#include <fcntl.h>
#include <poll.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "commands.h"
#include "language.h"
#include "term.h"

const struct command commands[] = {
	{ "prompt", "", N_("ask for F9 (or d), then show the menus"),
	  N_("Counts down on one line. Without the key the exit status is 0 and nothing was done. "
	     "Enter or Escape goes on at once."),
	  CLI_PLAIN | CLI_TIMEOUT | CLI_FINGERPRINT | CLI_LOADING, 0, 0, command_prompt },
	{ "menu", "[SOURCE...]", N_("show the menus at once"), "",
	  CLI_PLAIN | CLI_FINGERPRINT | CLI_LOADING, 0, SIZE_MAX, command_menu },
	{ "list", "[SOURCE...]", N_("what is on the media, what fits here, and why not"),
	  N_("Without a SOURCE every medium is looked at. With -v modules, aliases and firmware are shown."),
	  CLI_JSON | CLI_KERNEL, 0, SIZE_MAX, command_list },
	{ "verify", "SOURCE", N_("show the fingerprint and test every package"), "",
	  CLI_JSON | CLI_KERNEL | CLI_FINGERPRINT, 1, 1, command_verify },
	{ "plan", "SOURCE...", N_("what load would do, changing nothing"), "",
	  CLI_JSON | CLI_KERNEL | CLI_FINGERPRINT | CLI_LOADING, 1, SIZE_MAX, command_plan },
	{ "load", "SOURCE...", N_("load what fits, without questions"), "",
	  CLI_JSON | CLI_FINGERPRINT | CLI_LOADING, 1, SIZE_MAX, command_load },
	{ "auto", "", N_("do what the kernel command line asks (ddload=...)"),
	  N_("For the scripts of an initrd. Without a ddload= word it asks for F9, as prompt does. "
	     "ddload(8) explains the words."),
	  CLI_PLAIN | CLI_TIMEOUT | CLI_FINGERPRINT | CLI_LOADING, 0, 0, command_auto },
	{ "install", "[SOURCE...]", N_("put the drivers into an installed system"),
	  N_("Without a SOURCE those of the packs that were loaded. --target is needed."),
	  CLI_KERNEL | CLI_FINGERPRINT | CLI_TARGET, 0, SIZE_MAX, command_install },
	{ "status", "", N_("controllers, their drivers, and disks"), "", CLI_JSON, 0, 0, command_status },
	{ NULL, NULL, NULL, NULL, 0, 0, 0, NULL }
};

/* Who read it has seen enough, as in `ddload list | head -1`: they need not be told. */
static bool output_closed(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	return poll(&out, 1, 0) > 0 && out.revents & POLLERR;
}

/* A result that did not reach its reader is no success. */
static int finish_output(enum ddl_status status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return (int)status;
	if (!output_closed())
		fputs(_("ddload: the output could not be written.\n"), stderr);
	return status == DDL_DONE ? DDL_BAD_USAGE : (int)status;
}

/*
 * Descriptors 0 to 2 that an initrd's script has closed would be taken by the next file opened, and
 * answers read from it. Opened for reading: there is nothing to read, and what is written is still lost.
 */
static void fill_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY | O_NOCTTY) < 0)
			(void)open("/", O_RDONLY | O_DIRECTORY); /* no /dev yet: this cannot be read either */
}

int main(int argc, char **argv)
{
	struct cli cli;
	enum ddl_status status;

	fill_descriptors();
	setlocale(LC_ALL, "");
	term_start();
	language_choose(NULL, NULL); /* what is said about the command line itself */
	const struct command *command = cli_read(argc, argv, &cli, &status);
	if (command)
		status = command->run(&cli);
	return finish_output(status);
}
