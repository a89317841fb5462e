/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the command line by getopt_long; says what is wrong with it; shows the help. */
#include "cli.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/version.h"
#include "boot/option_values.h"
#include "front/print.h"
#include "repository/product.h"
#include "terminal/language.h"

#define HELP_COLUMNS 80U
#define MS_PER_SECOND 1000U

/* Values of the long options; those with a letter use it. */
enum {
	OPT_PLAIN = 256,
	OPT_JSON,
	OPT_ROOT,
	OPT_LOG,
	OPT_KERNEL,
	OPT_FINGERPRINT,
	OPT_ACCEPT_EULA,
	OPT_REPLACE,
	OPT_ONE_WAY,
	OPT_UNBIND,
	OPT_AFTER_KILL,
	OPT_SETTLE,
	OPT_LOOK,
	OPT_TIMEOUT,
	OPT_LANG,
	OPT_COLORS,
	OPT_VERSION,
	OPT_EXACT_KERNEL,
	OPT_PRODUCT,
	OPT_TARGET,
	OPT_REQUIRE_SIGNATURE,
	OPT_ALLOW_SHA1,
	OPT_KEYRING,
	OPT_TRUST_KEY,
	OPT_CA,
	OPT_PIN,
	OPT_UNVERIFIED,
	OPT_PROXY,
	OPT_HANDOFF,
	OPT_CHECK
};

/* What a command must allow for the option, and how the help explains it. */
static const struct {
	int option;
	unsigned needs;
	const char *show, *help;
} explained[] = {
	{ OPT_PLAIN, CLI_PLAIN, "--plain", N_("plain lines and numbers in place of screens") },
	{ OPT_COLORS, CLI_PLAIN, "--colors WHICH", N_("of the screens: auto, always, none, high-contrast") },
	{ OPT_TIMEOUT, CLI_TIMEOUT, "--timeout SECONDS", N_("how long to wait for a key (10; 0: not at all)") },
	{ OPT_JSON, CLI_JSON, "--json", N_("print the result as JSON") },
	{ OPT_KERNEL, CLI_KERNEL, "--kernel RELEASE", N_("for this kernel, not the running one") },
	{ OPT_EXACT_KERNEL, CLI_KERNEL | CLI_LOADING, "--exact-kernel", N_("only drivers built for this very release") },
	{ OPT_PRODUCT, CLI_KERNEL | CLI_LOADING, "--product NAME=VER", N_("what is being installed, as xs:main=6.5.0-90233") },
	{ OPT_FINGERPRINT, CLI_FINGERPRINT, "--fingerprint HEX", N_("refuse a disk whose fingerprint is another") },
	{ OPT_REQUIRE_SIGNATURE, CLI_FINGERPRINT, "--require-signature", N_("refuse a pack not signed by a trusted key") },
	{ OPT_ALLOW_SHA1, CLI_KERNEL | CLI_FINGERPRINT, "--allow-sha1", N_("trust signatures made with SHA-1, too") },
	{ OPT_KEYRING, CLI_KERNEL | CLI_FINGERPRINT, "--keyring FILE", N_("trust these keys, too (a file or a directory)") },
	{ OPT_TRUST_KEY, CLI_KERNEL | CLI_FINGERPRINT, "--trust-key HEX",
	  N_("trust the key on the disk that has this fingerprint") },
	{ OPT_CA, CLI_KERNEL | CLI_FINGERPRINT, "--ca FILE", N_("certificates of authorities that servers show") },
	{ OPT_PIN, CLI_KERNEL | CLI_FINGERPRINT, "--pin sha256//KEY", N_("the server's key, in place of authorities") },
	{ OPT_UNVERIFIED, CLI_FINGERPRINT, "--unverified", N_("any server, as the pack is proven: fingerprint, signature") },
	{ OPT_PROXY, CLI_KERNEL | CLI_FINGERPRINT, "--proxy ADDRESS", N_("reach servers by this one, http://HOST:PORT") },
	{ OPT_ACCEPT_EULA, CLI_LOADING | CLI_TARGET, "--accept-eula", N_("accept the licences on the disk") },
	{ OPT_REPLACE, CLI_LOADING, "--replace", N_("allow a loaded driver to be replaced") },
	{ OPT_ONE_WAY, CLI_LOADING, "--one-way", N_("with --replace: even one that could not be put back") },
	{ OPT_UNBIND, CLI_LOADING, "--unbind", N_("take only the device from a wrong driver") },
	{ OPT_AFTER_KILL, CLI_LOADING, "--after-kill", N_("load though a run was killed while it changed drivers") },
	{ OPT_LOOK, CLI_KERNEL | CLI_FINGERPRINT, "--look SECONDS", N_("time for the compressed files on a medium (20)") },
	{ OPT_SETTLE, CLI_LOADING, "--settle SECONDS", N_("how long to wait for disks (30)") },
	{ OPT_HANDOFF, CLI_LOADING, "--handoff KIND,...", N_("leave for installers: anaconda, rpm-list, debian, suse") },
	{ OPT_CHECK, CLI_CHECK, "--check", N_("only say what is wrong with the words") },
	{ OPT_TARGET, CLI_TARGET, "--target DIR", N_("the directory of the installed system") },
	{ OPT_ROOT, 0, "--root DIR", N_("take all paths below this directory") },
	{ OPT_LOG, 0, "--log FILE", N_("write a log to this file") },
	{ OPT_LANG, 0, "--lang LANGUAGE", N_("language of the sentences, as zh_CN.UTF-8") },
	{ 'v', 0, "-v, --verbose", N_("say more") },
	{ 'h', 0, "-h, --help", N_("show this help") },
};

#define EXPLAINED (sizeof explained / sizeof *explained)

static const struct option long_options[] = { { "plain", no_argument, NULL, OPT_PLAIN },
					      { "json", no_argument, NULL, OPT_JSON },
					      { "root", required_argument, NULL, OPT_ROOT },
					      { "log", required_argument, NULL, OPT_LOG },
					      { "kernel", required_argument, NULL, OPT_KERNEL },
					      { "exact-kernel", no_argument, NULL, OPT_EXACT_KERNEL },
					      { "product", required_argument, NULL, OPT_PRODUCT },
					      { "fingerprint", required_argument, NULL, OPT_FINGERPRINT },
					      { "require-signature", no_argument, NULL, OPT_REQUIRE_SIGNATURE },
					      { "allow-sha1", no_argument, NULL, OPT_ALLOW_SHA1 },
					      { "keyring", required_argument, NULL, OPT_KEYRING },
					      { "trust-key", required_argument, NULL, OPT_TRUST_KEY },
					      { "ca", required_argument, NULL, OPT_CA },
					      { "pin", required_argument, NULL, OPT_PIN },
					      { "unverified", no_argument, NULL, OPT_UNVERIFIED },
					      { "proxy", required_argument, NULL, OPT_PROXY },
					      { "accept-eula", no_argument, NULL, OPT_ACCEPT_EULA },
					      { "replace", no_argument, NULL, OPT_REPLACE },
					      { "one-way", no_argument, NULL, OPT_ONE_WAY },
					      { "unbind", no_argument, NULL, OPT_UNBIND },
					      { "after-kill", no_argument, NULL, OPT_AFTER_KILL },
					      { "look", required_argument, NULL, OPT_LOOK },
					      { "settle", required_argument, NULL, OPT_SETTLE },
					      { "handoff", required_argument, NULL, OPT_HANDOFF },
					      { "check", no_argument, NULL, OPT_CHECK },
					      { "timeout", required_argument, NULL, OPT_TIMEOUT },
					      { "colors", required_argument, NULL, OPT_COLORS },
					      { "lang", required_argument, NULL, OPT_LANG },
					      { "target", required_argument, NULL, OPT_TARGET },
					      { "verbose", no_argument, NULL, 'v' },
					      { "help", no_argument, NULL, 'h' },
					      { "version", no_argument, NULL, OPT_VERSION },
					      { NULL, 0, NULL, 0 } };

/* The help is filled also where it is read by a pager or kept in a file. */
static struct print help_out(void)
{
	struct print out = print_on(stdout, false);

	if (!out.width)
		out.width = HELP_COLUMNS;
	return out;
}

static void print_options(const struct print *out, unsigned allowed)
{
	for (size_t i = 0; i < EXPLAINED; i++)
		if (!explained[i].needs || explained[i].needs & allowed)
			print_line(out, 2, "%-20s %s", explained[i].show, _(explained[i].help));
}

static void help_command(const struct command *command)
{
	struct print out = help_out();

	print_line(&out, 0, _("Usage: ddload %s [OPTION...] %s"), command->name, command->sources);
	print_line(&out, 0, "%s", _(command->summary));
	if (*command->more)
		print_text(&out, 0, _(command->more));
	fputs("\n", stdout);
	print_line(&out, 0, "%s", _("Options:"));
	print_options(&out, command->options);
}

static void help_program(const struct command *commands)
{
	struct print out = help_out();

	print_line(&out, 0, "%s", _("Usage: ddload COMMAND [OPTION...] [SOURCE...]"));
	print_line(&out, 0, "%s", _("Loads drivers from a driver disk before an installer looks for disks."));
	fputs("\n", stdout);
	print_line(&out, 0, "%s", _("Commands:"));
	for (const struct command *command = commands; command->name; command++)
		print_line(&out, 2, "%-8s%-12s%s", command->name, command->sources, _(command->summary));
	fputs("\n", stdout);
	print_text(&out, 0,
		   _("SOURCE is a device (/dev/sr0 or sr0), LABEL=..., UUID=..., a directory, an "
		     "image or package file, an address (http, https, ftp, tftp, nfs), or \"any\" for every medium there is."));
	fputs("\n", stdout);
	print_line(&out, 0, "%s",
		   _("Exit status: 0 done, 1 wrong usage, 2 nothing found, 3 refused by a check, "
		     "4 failed and put back, 5 failed and not put back, 6 cancelled."));
	print_line(&out, 0, "%s",
		   _("\"ddload COMMAND --help\" shows the options of a command, "
		     "\"ddload --version\" the version; ddload(8) tells more."));
}

/* Says what is wrong and how to find help. */
static const struct command *refuse(enum ddl_status *status, const char *what, const char *word)
{
	struct print out = print_on(stderr, false);
	struct ddl_error error = DDL_ERROR_INIT;

	ddl_fail(&error, DDL_E_USAGE, 0, "%s: %s", word, what);
	print_trouble(&out, &error);
	*status = ddl_code_status(DDL_E_USAGE);
	return NULL;
}

static bool read_seconds(const char *text, unsigned max, unsigned *seconds)
{
	uint64_t value;

	if (!ddl_text_number(text, strlen(text), max, &value))
		return false;
	*seconds = (unsigned)value;
	return true;
}

/* What an option without a value sets. */
static bool *flag_of(struct cli *cli, int option)
{
	switch (option) {
	case OPT_PLAIN:
		return &cli->plain;
	case OPT_JSON:
		return &cli->json;
	case OPT_EXACT_KERNEL:
		return &cli->engine.exact_kernel;
	case OPT_REQUIRE_SIGNATURE:
		return &cli->engine.require_signature;
	case OPT_ALLOW_SHA1:
		return &cli->engine.allow_sha1;
	case OPT_UNVERIFIED:
		return &cli->engine.unverified;
	case OPT_ACCEPT_EULA:
		return &cli->engine.accept_licence;
	case OPT_REPLACE:
		return &cli->engine.replace;
	case OPT_ONE_WAY:
		return &cli->engine.one_way;
	case OPT_UNBIND:
		return &cli->engine.unbind;
	case OPT_AFTER_KILL:
		return &cli->engine.after_kill;
	case OPT_CHECK:
		return &cli->check;
	case 'v':
		return &cli->verbose;
	default:
		return NULL;
	}
}

/* What an option sets whose value is taken as it stands. */
static const char **text_of(struct cli *cli, int option)
{
	switch (option) {
	case OPT_ROOT:
		return &cli->engine.root;
	case OPT_LOG:
		return &cli->engine.log_path;
	case OPT_KERNEL:
		return &cli->engine.kernel;
	case OPT_PRODUCT:
		return &cli->engine.product;
	case OPT_FINGERPRINT:
		return &cli->engine.fingerprint;
	case OPT_TARGET:
		return &cli->target;
	case OPT_KEYRING:
		return &cli->engine.keyring;
	case OPT_TRUST_KEY:
		return &cli->engine.trust_key;
	case OPT_CA:
		return &cli->engine.ca;
	case OPT_PIN:
		return &cli->engine.pin;
	case OPT_PROXY:
		return &cli->engine.proxy;
	case OPT_LANG:
		return &cli->language;
	default:
		return NULL;
	}
}

/* NULL, or what is wrong with a value that is taken as it stands. */
static const char *check(int option, const char *argument)
{
	if (option == OPT_KERNEL && !*argument)
		return _("this is no kernel release");
	if (option == OPT_PRODUCT && !ddl_product_valid(argument))
		return _("this is no product like xs:main=6.5.0-90233");
	if (option == OPT_FINGERPRINT)
		return ddl_fingerprint_wrong(argument);
	if (option == OPT_PIN)
		return ddl_pin_wrong(argument);
	return option == OPT_TRUST_KEY ? ddl_key_wrong(argument) : NULL;
}

/* Nobody shall see in the list of processes what an address has before its "@"; we keep a copy. False: no memory. */
static bool hide_login(char **word)
{
	char *copy = strstr(*word, "://") && strchr(*word, '@') ? strdup(*word) : *word;

	if (copy && copy != *word)
		memset(*word, '*', strlen(*word));
	*word = copy;
	return copy != NULL;
}

static const char *take_seconds(struct cli *cli, int option, const char *argument)
{
	unsigned seconds;

	if (option == OPT_TIMEOUT)
		return read_seconds(argument, PROMPT_MAX_SECONDS, &cli->timeout) ?
			       NULL :
			       _("this is no number of seconds from 0 to 3600");
	if (option == OPT_LOOK) {
		if (!read_seconds(argument, DDL_LOOK_MAX_SECONDS, &seconds) || !seconds)
			return _("this is no number of seconds from 1 to 3600");
		cli->engine.look_ms = seconds * MS_PER_SECOND;
		return NULL;
	}
	if (!read_seconds(argument, DDL_SETTLE_MAX_MS / MS_PER_SECOND, &seconds) || !seconds)
		return _("this is no number of seconds from 1 to 600");
	cli->engine.settle_ms = seconds * MS_PER_SECOND;
	return NULL;
}

/* Takes one option over; NULL, or what is wrong with its argument. */
static const char *take(struct cli *cli, int option, const char *argument)
{
	bool *flag = flag_of(cli, option);
	const char **text = text_of(cli, option), *wrong;

	if (option == OPT_COLORS) {
		cli->colours = ddl_colours_named(argument);
		return cli->colours == DDL_COLOURS_UNSAID ? _("it is auto, always, none or high-contrast") : NULL;
	}

	if (flag) {
		*flag = true;
		return NULL;
	}
	if (option == OPT_HANDOFF)
		return ddl_handoff_parse(argument, &cli->engine.handoff) ?
			       NULL :
			       _("it is anaconda, rpm-list, debian or suse, or several with commas between");
	if (!text)
		return take_seconds(cli, option, argument);
	wrong = check(option, argument);
	if (!wrong)
		*text = argument;
	return wrong;
}

/* Lines are what every command but the menus' writes anyway: a script may ask for them everywhere. */
static bool allowed(const struct command *command, int option)
{
	if (option == OPT_PLAIN)
		return true;
	for (size_t i = 0; i < EXPLAINED; i++)
		if (explained[i].option == option)
			return !explained[i].needs || explained[i].needs & command->options;
	return true;
}

static const struct command *find_command(const struct command *commands, const char *name)
{
	for (const struct command *command = commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

static const struct command *check_words(const struct command *command, const struct cli *cli, enum ddl_status *status)
{
	if (cli->n_words < command->min_words)
		return refuse(status, _("this command needs a SOURCE"), command->name);
	if (cli->n_words > command->max_words)
		return refuse(status, _("this is one word too many"), cli->words[command->max_words]);
	return command;
}

static const struct command *read_options(int argc, char **argv, const struct command *command, struct cli *cli,
					  enum ddl_status *status)
{
	int option, which = 0;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":hv", long_options, &which)) != -1) {
		if (option == '?' || option == ':')
			return refuse(status, option == ':' ? _("this option needs a value") : _("there is no such option"),
				      argv[optind - 1]);
		if (option == 'h')
			break;
		if (!allowed(command, option) || option == OPT_VERSION) {
			char name[32]; /* long options only: the short ones go with every command */
			snprintf(name, sizeof name, "--%s", long_options[which].name);
			return refuse(status, _("this option does not go with the command"), name);
		}
		const char *wrong = optarg && !hide_login(&optarg) ? ddl_code_sentence(DDL_E_MEMORY) : take(cli, option, optarg);
		if (wrong)
			return refuse(status, wrong, optarg);
	}
	language_choose(cli->engine.root, cli->language);
	if (option == 'h') {
		help_command(command);
		return NULL;
	}
	for (char **word = argv + optind; *word; word++)
		if (!hide_login(word))
			return refuse(status, ddl_code_sentence(DDL_E_MEMORY), "ddload");
	cli->words = (const char *const *)(argv + optind);
	cli->n_words = (size_t)(argc - optind);
	return check_words(command, cli, status);
}

const struct command *cli_read(int argc, char **argv, const struct command *commands, struct cli *cli, enum ddl_status *status)
{
	const char *first = argc > 1 ? argv[1] : "";

	*cli = (struct cli){ .timeout = PROMPT_SECONDS };
	*status = DDL_DONE;
	if (!strcmp(first, "--version")) {
		printf("ddload %s\ncommit: %s\nlibraries: %s\n", ddl_version, ddl_commit, ddl_libraries);
		return NULL;
	}
	if (!strcmp(first, "--help") || !strcmp(first, "-h")) {
		help_program(commands);
		return NULL;
	}
	if (!*first)
		return refuse(status, _("a command is needed: menu opens the menus"), "ddload");
	const struct command *command = find_command(commands, first);
	if (!command)
		return refuse(status,
			      *first == '-' ? _("the command comes first, then its options") : _("there is no such command"),
			      first);
	return read_options(argc - 1, argv + 1, command, cli, status);
}
