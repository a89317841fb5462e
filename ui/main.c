/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ddload: loads a driver disk before an installer looks for disks. */
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "commands.h"
#include "terminal/language.h"
#include "terminal/term.h"

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
	const struct command *command = cli_read(argc, argv, commands, &cli, &status);
	if (command)
		status = command->run(&cli);
	return finish_output(status);
}
