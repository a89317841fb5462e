/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: which command, with which options, on which sources. */
#ifndef UI_CLI_H
#define UI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"
#include "boot/cmdline.h"
#include "ddl.h"

#define PROMPT_SECONDS 10U
#define PROMPT_MAX_SECONDS DDL_PROMPT_MAX_SECONDS

struct cli {
	struct ddl_options engine;
	bool plain, json, verbose, check;
	const char *target; /* NULL: not said */
	enum ddl_colours colours;
	const char *language; /* NULL: as the environment says */
	const char *consoles; /* where others may be watching, as in console.h; NULL: on no other terminal */
	unsigned timeout; /* seconds the prompt waits */
	const char *const *words; /* SOURCE words; point into argv */
	size_t n_words;
};

/* Which options a command takes, beside --root, --log, --lang, --verbose and --help; --plain goes with all, unsaid. */
enum {
	CLI_PLAIN = 1,
	CLI_JSON = 2,
	CLI_KERNEL = 4,
	CLI_FINGERPRINT = 8,
	CLI_LOADING = 16,
	CLI_TIMEOUT = 32,
	CLI_TARGET = 64,
	CLI_CHECK = 128
};

struct command {
	const char *name;
	const char *sources; /* how the help shows its SOURCE words; "" for none */
	const char *summary; /* marked for translation */
	const char *more; /* a sentence or two for its own help; marked for translation */
	unsigned options; /* CLI_* */
	size_t min_words, max_words;
	enum ddl_status (*run)(const struct cli *cli);
};

/*
 * Reads the arguments; `commands` ends with a row without a name. Returns the command to run; NULL when the program is to end with
 * *status: help or version was shown, or the error was told on stderr.
 */
const struct command *cli_read(int argc, char **argv, const struct command *commands, struct cli *cli, enum ddl_status *status);

#endif
