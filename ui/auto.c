/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * auto: does what the kernel command line asks. What is loaded goes through the same flow as
 * by hand; here is only where the packs are, how long one waits for them, and what becomes
 * of a failure that nobody sits in front of.
 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "boot/answerfile.h"
#include "boot/cmdline.h"
#include "commands.h"
#include "front/print.h"
#include "terminal/console.h"
#include "terminal/language.h"
#include "terminal/term.h"

#define POLL_MS 500
#define PORT_MS 2000 /* for a port to take more */
#define LATER_MS 1000 /* where one labelled volume is, a second may be on its way */
#define REBOOT_SECONDS 30U /* to read why, before the machine restarts */
#define MS_PER_SECOND 1000U
#define OWN_WORDS "/etc/ddload/cmdline" /* scripts/add-to-initrd --cmdline */
#define OWN_ANSWERS "/ddload/answerfile.xml" /* … --answer */

/* Volumes with these labels are driver disks by convention. */
static const char *const labels[] = { "OEMDRV", "DDLOAD" };

struct auto_run {
	struct cli cli; /* the command's own, with what the kernel's words add */
	struct ddl_arena *arena;
	struct ddl_cmdline words;
	const char **found; /* SOURCE words for the flow */
	size_t n_found;
	size_t n_empty; /* volumes that were looked at and hold no pack */
	bool any_medium; /* the answer file asks for what is on any local medium, whatever its label */
	bool none_asked; /* the answer file names no driver disk */
	bool answers_in_initrd; /* beside the packs, or in their place */
	const char *missing[CONSOLE_MOST]; /* terminals the words name that are not there */
	size_t n_missing;
	bool other_disks; /* than those that the driver was to bring, and that are not there yet */
	char line[DDL_OUTCOME_LINE]; /* the outcome's */
	char fields[DDL_OUTCOME_LINE]; /* the same for programs */
	struct print out;
};

/* --------------------------------------------------------------- what is asked for */

/* A file's bytes, to be freed; NULL and the error, with errno ENOENT where there is none. */
static char *read_file(const struct auto_run *run, const char *name, size_t *length, struct ddl_error *error)
{
	char path[DDL_MAX_PATH], *bytes;
	int fd;

	*length = 0;
	if (!ddl_path_join(path, sizeof path, run->cli.engine.root, name)) {
		ddl_fail(error, DDL_E_OPEN, ENAMETOOLONG, "%s", name);
		return NULL;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		ddl_fail(error, DDL_E_OPEN, errno, "%s", name);
		return NULL;
	}
	bytes = ddl_file_read(fd, DDL_MAX_CMDLINE, length, error);
	close(fd);
	return bytes;
}

/*
 * The words that were put into the initrd stand before the kernel's own: those count then. Where
 * either cannot be read it is not known what is wanted, which is a failure like any other.
 */
static int read_cmdline(struct auto_run *run, struct ddl_error *error)
{
	struct ddl_error none = DDL_ERROR_INIT, unread = DDL_ERROR_INIT;
	size_t own_length, length;
	char *own = read_file(run, OWN_WORDS, &own_length, &none), *bytes = read_file(run, "/proc/cmdline", &length, &unread);
	char *both = ddl_arena_alloc(run->arena, own_length + length + 2, 1);
	int result = -1;

	if (both) {
		if (own)
			memcpy(both, own, own_length);
		both[own_length] = ' ';
		if (bytes)
			memcpy(both + own_length + 1, bytes, length);
		result = ddl_cmdline_parse(run->arena, both, own_length + 1 + length, &run->words, error);
	} else {
		ddl_fail(error, DDL_E_MEMORY, 0, "/proc/cmdline");
	}
	if (result == 0 && !bytes)
		run->words.trouble = unread;
	else if (result == 0 && !own && none.os_errno != ENOENT)
		run->words.trouble = none;
	free(own);
	free(bytes);
	return result;
}

static void take_said(bool *option, enum ddl_said said)
{
	if (said != DDL_UNSAID)
		*option = said == DDL_SAID_YES;
}

/* What the kernel's words say stands above what the initrd's script has given. */
static void take_words(struct auto_run *run)
{
	const struct ddl_cmdline *words = &run->words;
	struct ddl_options *engine = &run->cli.engine;

	engine->inspect = true;
	take_said(&engine->accept_licence, words->accept_licence);
	take_said(&engine->replace, words->replace);
	take_said(&engine->after_kill, words->after_kill);
	take_said(&engine->one_way, words->one_way);
	take_said(&engine->unbind, words->unbind);
	take_said(&engine->require_signature, words->require_signature);
	take_said(&engine->allow_sha1, words->allow_sha1);
	take_said(&engine->exact_kernel, words->exact_kernel);
	engine->anonymous = words->identity == DDL_SAID_NO;
	if (words->keyring)
		engine->keyring = words->keyring;
	if (words->trust_key)
		engine->trust_key = words->trust_key;
	take_said(&engine->unverified, words->unverified);
	if (words->proxy)
		engine->proxy = words->proxy;
	if (words->ca)
		engine->ca = words->ca;
	if (words->pin)
		engine->pin = words->pin;
	if (words->wait >= 0)
		engine->wait_seconds = (unsigned)words->wait + !words->wait;
	if (words->fingerprint)
		engine->fingerprint = words->fingerprint;
	if (words->log)
		engine->log_path = words->log;
	if (words->handoff)
		engine->handoff = words->handoff;
	if (words->settle > 0)
		engine->settle_ms = (unsigned)words->settle * MS_PER_SECOND;
	if (words->look > 0)
		engine->look_ms = (unsigned)words->look * MS_PER_SECOND;
	if (words->timeout >= 0)
		run->cli.timeout = (unsigned)words->timeout;
	if (words->colours != DDL_COLOURS_UNSAID)
		run->cli.colours = words->colours;
	if (words->lang) {
		setenv("LANG", words->lang, 1);
		setlocale(LC_ALL, "");
	}
}

/* The driver disks that an answer file names join those of ddload=. It may name none: it has other things to say, too. */
static int read_answers(struct auto_run *run, struct ddl_error *error)
{
	struct ddl_cmdline *words = &run->words;
	bool its_own = !words->answerfile && !words->installer_answers;
	const char *path = words->answerfile ? words->answerfile :
			   its_own           ? OWN_ANSWERS :
					       words->installer_answers,
		   **named, **slot;
	size_t count;

	if (words->mode != DDL_MODE_AUTO && (words->mode != DDL_MODE_SOURCES || !words->answerfile))
		return 0;
	if (ddl_answerfile_read(run->arena, run->cli.engine.root, path, &named, &count, error) < 0) {
		if (!its_own || error->os_errno != ENOENT)
			return -1;
		ddl_error_clear(error);
		return 0;
	}
	run->answers_in_initrd = !strcmp(path, OWN_ANSWERS);
	run->none_asked = !count;
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(named[i], "any")) {
			run->any_medium = true;
			continue;
		}
		slot = ddl_arena_push(run->arena, &words->sources, &words->n_sources, sizeof *slot);
		if (!slot)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", path);
		*slot = named[i];
	}
	return 0;
}

/* ---------------------------------------------------------------- where packs are */

static enum ddl_wish silent(void *ctx, const struct ddl_event *event)
{
	(void)ctx;
	(void)event;
	return front_wish();
}

static enum ddl_reply decline(void *ctx, struct ddl_question *question)
{
	(void)ctx;
	(void)question;
	return DDL_REPLY_NO;
}

static int add_found(struct auto_run *run, const char *word)
{
	const char **slot = ddl_arena_push(run->arena, &run->found, &run->n_found, sizeof *slot);

	if (slot)
		*slot = ddl_arena_dup(run->arena, word);
	return slot && *slot ? 0 : -1;
}

static bool has_our_label(const struct ddl_source *source)
{
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (!strcasecmp(source->label, labels[i])) /* as each family's own installer writes it */
			return true;
	return false;
}

/* Packs in the initrd and on labelled volumes, or on any. Those labels are used for other things as well. */
static int find_auto(struct auto_run *run, struct ddl_session *session, bool *in_initrd, struct ddl_error *error)
{
	struct ddl_source **sources;
	size_t count;

	if (ddl_session_sources(session, &sources, &count, error) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		bool initrd = sources[i]->kind == DDL_SOURCE_DIRECTORY;
		const struct ddl_look *look;

		if (!initrd && !(sources[i]->usable && (run->any_medium || has_our_label(sources[i]))))
			continue;
		look = ddl_session_look(session, sources[i], error);
		if (!look)
			return -1;
		/* what only lies there is passed over, whatever is wrong with it */
		bool none = !look->n_repos && (look->trouble.code == DDL_E_NOT_A_DISK || (!initrd && !has_our_label(sources[i])));
		if (none && initrd && run->answers_in_initrd)
			continue;
		*in_initrd |= initrd;
		if (none && !initrd)
			run->n_empty++;
		else if (add_found(run, sources[i]->path) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "auto");
	}
	return 0;
}

static bool word_is_there(struct ddl_session *session, const char *word, struct ddl_error *error)
{
	struct ddl_source **sources, *source;
	size_t count;

	ddl_error_clear(error);
	if (strcmp(word, "any") != 0) {
		source = ddl_session_source(session, word, error);
		if (source && source->trouble.code != DDL_OK)
			*error = source->trouble;
		return source && source->trouble.code == DDL_OK;
	}
	if (ddl_session_sources(session, &sources, &count, error) < 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (sources[i]->usable)
			return true;
	ddl_fail(error, DDL_E_NO_SOURCE, 0, "any");
	return false;
}

/* The sources that are named join those that were found: all of them have to be there. */
static int find_named(struct auto_run *run, struct ddl_session *session, struct ddl_error *error)
{
	for (size_t i = 0; i < run->words.n_sources; i++) {
		if (!word_is_there(session, run->words.sources[i], error)) {
			run->n_found = 0;
			return error->code == DDL_E_MEMORY ? -1 : 0;
		}
		if (add_found(run, run->words.sources[i]) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "auto");
	}
	return 0;
}

/* One look with a session of its own: looking for a while must not add up in memory. */
static int look_once(struct auto_run *run, bool *in_initrd, struct ddl_error *error)
{
	static const struct ddl_front nobody = { NULL, silent, decline };
	struct ddl_options options = run->cli.engine;
	struct ddl_session *session;
	int result = 0;

	options.inspect = false;
	options.log_path = NULL;
	*in_initrd = false;
	run->n_found = run->n_empty = 0;
	run->found = NULL;
	session = ddl_session_new(&options, &nobody, error);
	if (!session)
		return -1;
	if (run->words.mode == DDL_MODE_AUTO || run->any_medium)
		result = find_auto(run, session, in_initrd, error);
	if (result == 0)
		result = find_named(run, session, error);
	ddl_session_free(session);
	return result;
}

/* False when the program is asked to end. */
static bool pause_for(int milliseconds)
{
	struct pollfd signal_there = { .fd = term_signal_fd(), .events = POLLIN };

	if (!term_signal())
		poll(&signal_there, 1, milliseconds);
	return !term_signal();
}

/* Looks until something is there or the time is over. -1 and the error where nothing is. */
static int find_sources(struct auto_run *run, struct ddl_error *error)
{
	unsigned seconds = run->words.wait < 0 ? DDL_WAIT_DEFAULT_SECONDS : (unsigned)run->words.wait;
	long long end = (long long)ddl_clock_ms() + seconds * 1000LL;
	bool in_initrd, told = false;

	for (;;) {
		ddl_error_clear(error);
		if (look_once(run, &in_initrd, error) < 0)
			return -1;
		if (run->n_found || (long long)ddl_clock_ms() >= end)
			break;
		if (!told)
			print_line(&run->out, 0, _("ddload: waiting for the driver disk (%u s at most) ..."), seconds);
		told = true;
		if (!pause_for(POLL_MS))
			return ddl_fail(error, DDL_E_CANCELLED, 0, "%s", "");
	}
	if (run->n_found && run->words.mode == DDL_MODE_AUTO && !in_initrd && (long long)ddl_clock_ms() < end)
		if (!pause_for(LATER_MS) || look_once(run, &in_initrd, error) < 0)
			return -1;
	if (run->n_found)
		return 0;
	if (error->code == DDL_OK && run->any_medium)
		return ddl_fail(error, DDL_E_NO_FIT, 0, "%s", _("no pack in the initrd, none on any medium"));
	if (error->code == DDL_OK && run->n_empty)
		return ddl_fail(error, DDL_E_NO_FIT, 0,
				ddl_trn("%zu volume labelled OEMDRV or DDLOAD, no pack on it",
					"%zu volumes labelled OEMDRV or DDLOAD, no pack on them", run->n_empty),
				run->n_empty);
	if (error->code == DDL_OK && run->none_asked)
		return ddl_fail(error, DDL_E_NO_FIT, 0, "%s", _("the answer file names no driver disk, and none is there"));
	if (error->code == DDL_OK)
		return ddl_fail(error, DDL_E_NO_PACK, 0, _("no pack in the initrd, no volume labelled OEMDRV or DDLOAD"));
	return -1;
}

/* ---------------------------------------------------------------------- loading */

/*
 * That nothing was needed is none. Nor are disks that are still to come, where one can install onto others,
 * or the words say so.
 */
static bool is_failure(const struct auto_run *run, const struct ddl_error *error)
{
	if (error->code == DDL_E_NOT_NEEDED)
		return false;
	if (error->code == DDL_E_NO_DISK_YET)
		return run->words.no_disk == DDL_NO_DISK_FAIL || (run->words.no_disk == DDL_NO_DISK_UNSAID && !run->other_disks);
	return error->code != DDL_OK;
}

/* A stick is not what one installs onto: the driver disk itself may be one. */
static bool has_disks(struct ddl_session *session)
{
	const struct ddl_machine *machine = ddl_session_machine(session, NULL);

	return machine && ddl_machine_own_disks(machine);
}

/* The flow by itself, every question answered by what the words allow. */
static enum ddl_status load(struct auto_run *run, struct ddl_error *error)
{
	struct unattended front = { .allowed = &run->cli.engine, .out = run->out };
	struct ddl_session *session;
	enum ddl_status status;

	unattended_front(&front);
	run->cli.engine.optional = run->words.mode == DDL_MODE_AUTO;
	session = ddl_session_new(&run->cli.engine, &front.front.ddl, error);
	if (!session)
		return ddl_code_status(error->code);
	if (error->code == DDL_OK && find_sources(run, error) == 0)
		status = ddl_flow_load(session, run->found, run->n_found, error);
	else
		status = ddl_code_status(error->code);
	front.front.finish(&front.front);
	if (error->code != DDL_OK && !ddl_session_outcome(session))
		ddl_session_refused(session, error);
	else if (ddl_session_outcome(session))
		print_outcome(&run->out, ddl_session_outcome(session));
	if (ddl_session_outcome(session)) {
		ddl_describe_line(run->line, sizeof run->line, ddl_session_outcome(session));
		ddl_describe_fields(run->fields, sizeof run->fields, ddl_session_outcome(session));
	}
	run->other_disks = error->code == DDL_E_NO_DISK_YET && has_disks(session);
	ddl_session_free(session);
	return status;
}

/* -------------------------------------------------------------- on a port of its own */

/* The kernel may have a port at which nobody reads: that holds up no boot. */
static int write_port(const char *path, const char *line)
{
	int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), cause = 0;
	size_t length = strlen(line), done = 0;

	if (fd < 0)
		return errno;
	while (done < length && !cause) {
		struct pollfd ready = { .fd = fd, .events = POLLOUT };
		ssize_t n = poll(&ready, 1, PORT_MS) == 1 && ready.revents & POLLOUT ? write(fd, line + done, length - done) : 0;

		if (n > 0)
			done += (size_t)n;
		else
			cause = n < 0 && errno != EAGAIN ? errno : ETIMEDOUT;
	}
	(void)close(fd);
	return cause;
}

static void report(struct auto_run *run)
{
	char path[DDL_MAX_PATH], line[DDL_OUTCOME_LINE + 1];
	int cause;

	if (!run->words.report_port || !*run->fields)
		return;
	(void)snprintf(line, sizeof line, "%s\n", run->fields);
	cause = ddl_path_join(path, sizeof path, run->cli.engine.root, run->words.report_port) ? write_port(path, line) :
												 ENAMETOOLONG;
	if (cause)
		print_line(&run->out, 0, _("The outcome could not be written to %s: %s"), run->words.report_port,
			   strerror(cause));
}

/* ---------------------------------------------------------------- after a failure */

/* Restarts the machine, or switches it off. */
static void leave_machine(struct auto_run *run, bool off)
{
	print_line(&run->out, 0, "%s", off ? _("The machine is switched off.") : _("The machine restarts."));
	fflush(run->out.file);
	console_loud();
	console_leave(off);
	if (off)
		print_line(&run->out, 0, _("It could not be switched off: %s"), strerror(errno));
	else
		print_line(&run->out, 0, _("It could not be restarted: %s"), strerror(errno));
}

static void shell(struct auto_run *run)
{
	print_line(&run->out, 0, "%s", _("This is a shell; \"exit\" goes on."));
	fflush(run->out.file);
	if (!console_shell())
		print_line(&run->out, 0, "%s", _("There is no shell in this initrd."));
}

static void say_ways(const struct auto_run *run)
{
	print_line(&run->out, 0, "%s",
		   _("Stopped, so that this can be read. Enter goes on without the driver, "
		     "s starts a shell, r restarts the machine."));
}

/* Until somebody says how to go on, by one key. Without a terminal nobody can: the console shows why. */
static void stop(struct auto_run *run)
{
	char key;

	say_ways(run);
	/* for a program that watches a BMC's console; not translated */
	console_everywhere("", "%s", "ddload: state=waiting");
	fprintf(run->out.file, "ddload: state=waiting\n");
	fflush(run->out.file);
	(void)term_raw(); /* where it is no terminal, nothing will be typed */
	for (;;) {
		key = 0;
		int ready = isatty(0) ? term_wait(-1) : (pause_for(-1) ? 0 : -1);

		if (ready < 0 || (ready > 0 && read(0, &key, 1) != 1))
			break;
		if (key == 'r' || key == 'R')
			leave_machine(run, false);
		else if (key == 's' || key == 'S' || key == '\n' || key == '\r')
			break;
		else if (ready > 0)
			say_ways(run);
	}
	term_cooked();
	if (key == 's' || key == 'S')
		shell(run);
}

static void leave_soon(struct auto_run *run, bool off)
{
	int wait_ms = (int)(REBOOT_SECONDS * MS_PER_SECOND);

	if (off)
		print_line(&run->out, 0, _("The machine is switched off in %u seconds; Enter stops that."), REBOOT_SECONDS);
	else
		print_line(&run->out, 0, _("The machine restarts in %u seconds; Enter stops that."), REBOOT_SECONDS);
	fflush(run->out.file);
	if (isatty(0) ? term_wait(wait_ms) == 0 : pause_for(wait_ms))
		leave_machine(run, off);
	stop(run);
}

/* The words' policy, on the machine that runs; not for somebody at a desk with --root. */
static void after_failure(struct auto_run *run)
{
	if (run->cli.engine.root) {
		print_line(&run->out, 0, _("on-error=%s is for the machine itself: with --root it is only said."),
			   ddl_on_error_name(run->words.on_error));
		return;
	}
	switch (run->words.on_error) {
	case DDL_ON_ERROR_CONTINUE:
		break;
	case DDL_ON_ERROR_SHELL:
		shell(run);
		break;
	case DDL_ON_ERROR_REBOOT:
	case DDL_ON_ERROR_POWEROFF:
		leave_soon(run, run->words.on_error == DDL_ON_ERROR_POWEROFF);
		break;
	case DDL_ON_ERROR_STOP:
	default:
		stop(run);
		break;
	}
}

/* --------------------------------------------------------------------- the command */

static void say_warnings(const struct auto_run *run)
{
	for (size_t i = 0; i < run->words.n_warnings; i++)
		print_line(&run->out, 0, _("ddload: kernel command line: %s"), run->words.warnings[i]);
	for (size_t i = 0; i < run->n_missing; i++)
		print_line(&run->out, 0, _("ddload: there is no terminal %s"), run->missing[i]);
}

/* The first console that there is of those the words name; else the kernel's, if this is none yet. */
static void take_console(struct auto_run *run)
{
	const char *names = run->words.console ? run->words.console : "";
	char *list = ddl_arena_dup(run->arena, names), *rest = NULL, *first = NULL;

	run->cli.consoles = names;
	console_quiet();
	for (char *name = list ? strtok_r(list, ",", &rest) : NULL; name; name = strtok_r(NULL, ",", &rest)) {
		if (!console_is_there(name) && run->n_missing < CONSOLE_MOST)
			run->missing[run->n_missing++] = name;
		else if (!first)
			first = name;
	}
	if (!first || !console_take(first))
		console_take(NULL); /* where there is none either, what is said goes where it goes */
	term_start(); /* for the terminal that it is now */
}

static enum ddl_status unattended(struct auto_run *run, struct ddl_error *error)
{
	enum ddl_status status = load(run, error);
	bool failed = is_failure(run, error);

	if (error->code != DDL_OK)
		print_trouble(&run->out, error);
	if (!*run->line) /* not even a session */
		snprintf(run->line, sizeof run->line, "ddload: FAILED (%s) %s", ddl_code_name(error->code), error->text);
	fprintf(run->out.file, "%s\n", language_shown(run->line)); /* one line, however long: programs look for it */
	fflush(run->out.file);
	if (!run->cli.engine.root)
		console_everywhere(run->cli.consoles, "%s", language_shown(run->line));
	report(run);
	if (failed)
		after_failure(run);
	return failed ? status : DDL_DONE;
}

static enum ddl_status follow(struct auto_run *run, struct ddl_error *error)
{
	enum ddl_mode mode = run->words.mode;

	if (run->words.trouble.code != DDL_OK)
		*error = run->words.trouble;
	else
		(void)read_answers(run, error); /* the error says it */
	if (error->code != DDL_OK || mode == DDL_MODE_AUTO || mode == DDL_MODE_SOURCES)
		return unattended(run, error);
	return mode == DDL_MODE_MENU ? command_menu(&run->cli) : command_prompt(&run->cli);
}

/* At a desk, before the words go into an initrd: nothing is done. */
static enum ddl_status check_words(struct auto_run *run)
{
	run->out = print_on(stderr, run->cli.verbose);
	say_warnings(run);
	if (run->words.trouble.code != DDL_OK)
		print_trouble(&run->out, &run->words.trouble);
	return run->words.n_warnings || run->words.trouble.code != DDL_OK ? ddl_code_status(DDL_E_USAGE) : DDL_DONE;
}

enum ddl_status command_auto(const struct cli *cli)
{
	struct auto_run run = { .cli = *cli, .arena = ddl_arena_new() };
	struct ddl_error error = DDL_ERROR_INIT;
	enum ddl_status status = DDL_DONE;
	bool off;

	ddl_hints_at_boot();
	if (!run.arena)
		ddl_fail(&error, DDL_E_MEMORY, 0, "auto");
	if (!run.arena || read_cmdline(&run, &error) < 0) {
		ddl_arena_free(run.arena);
		return tell_error(cli, &error);
	}
	if (cli->check) {
		status = check_words(&run);
		ddl_arena_free(run.arena);
		return status;
	}
	off = run.words.mode == DDL_MODE_OFF; /* then only what is wrong with the words is said */
	take_words(&run);
	if (!off && !cli->engine.root)
		take_console(&run);
	if (run.words.lang)
		run.cli.language = run.words.lang;
	language_choose(cli->engine.root, run.cli.language); /* TERM is known now */
	run.out = print_on(stderr, cli->verbose);
	say_warnings(&run);
	if (!off) {
		status = follow(&run, &error);
		console_loud();
	}
	ddl_arena_free(run.arena);
	return status;
}
