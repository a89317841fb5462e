// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads ddload's words from the kernel command line. */
#include "boot/cmdline.h"

#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "boot/option_values.h"
#include "model/model.h"

#define PREFIX "ddload"
#define INSTALLERS_WORD "answerfile=" /* XenServer's; another installer's may mean something else */

struct reading {
	struct ddl_arena *arena;
	struct ddl_cmdline *to;
	const char *first[32]; /* the value of each word so far, by its row in the table; NULL: not seen */
	bool no_memory;
};

/* ----------------------------------------------------------------- complaints */

static void warn(struct reading *r, const char *sentence)
{
	const char **slot = sentence && r->to->n_warnings < DDL_MAX_WARNINGS ?
				    ddl_arena_push(r->arena, &r->to->warnings, &r->to->n_warnings, sizeof(*slot)) :
				    NULL;

	if (slot)
		*slot = sentence;
	else if (!sentence || r->to->n_warnings < DDL_MAX_WARNINGS)
		r->no_memory = true;
}

/* ------------------------------------------------- what each word takes over */

/* Each returns NULL, or a translated sentence that says what the value has to be. */

static const char *copied(struct reading *r, const char **to, const char *value)
{
	char *copy = ddl_arena_dup(r->arena, value);

	if (!copy) {
		r->no_memory = true;
		return NULL;
	}
	*to = copy;
	return NULL;
}

static const char *take_seconds(const char *value, unsigned least, unsigned most, int *to, const char *wrong)
{
	uint64_t number;

	if (!ddl_text_number(value, strlen(value), most, &number) || number < least)
		return wrong;
	*to = (int)number;
	return NULL;
}

static const char *take_yes(const char *value, enum ddl_said *to)
{
	static const char *const yes[] = { "", "yes", "1", "on", "true" }, *const no[] = { "no", "0", "off", "false" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		if (strcmp(value, yes[i]) == 0) {
			*to = DDL_SAID_YES;
			return NULL;
		}
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (strcmp(value, no[i]) == 0) {
			*to = DDL_SAID_NO;
			return NULL;
		}
	return _("it is yes or no");
}

static const struct {
	const char *name;
	enum ddl_mode mode;
} modes[] = {
	{ "off", DDL_MODE_OFF },
	{ "prompt", DDL_MODE_PROMPT },
	{ "menu", DDL_MODE_MENU },
	{ "auto", DDL_MODE_AUTO },
};

static enum ddl_mode mode_named(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (strlen(modes[i].name) == length && memcmp(modes[i].name, name, length) == 0)
			return modes[i].mode;
	return DDL_MODE_SOURCES;
}

static const char *take_sources(struct reading *r, const char *value)
{
	struct ddl_cmdline *to = r->to;

	to->mode = DDL_MODE_SOURCES;
	for (;;) {
		size_t length = strcspn(value, ",");
		const char **slot;

		if (!length)
			return _("a source is missing between two commas");
		if (mode_named(value, length) != DDL_MODE_SOURCES)
			return _("off, prompt, menu and auto stand alone, not among sources");
		if (to->n_sources == DDL_MAX_WORDS)
			return _("these are too many sources");
		slot = ddl_arena_push(r->arena, &to->sources, &to->n_sources, sizeof(*slot));
		if (slot)
			*slot = ddl_arena_dupn(r->arena, value, length);
		if (!slot || !*slot) {
			r->no_memory = true;
			return NULL;
		}
		if (!value[length])
			return NULL;
		value += length + 1;
	}
}

static const char *take_mode(struct reading *r, const char *value)
{
	r->to->sources = NULL;
	r->to->n_sources = 0;
	r->to->mode = mode_named(value, strlen(value));
	if (!*value)
		return _("it is off, prompt, menu, auto or a source");
	return r->to->mode == DDL_MODE_SOURCES ? take_sources(r, value) : NULL;
}

static const char *take_timeout(struct reading *r, const char *value)
{
	return take_seconds(value, 0, DDL_PROMPT_MAX_SECONDS, &r->to->timeout, _("it is a number of seconds from 0 to 3600"));
}

static const char *take_settle(struct reading *r, const char *value)
{
	return take_seconds(value, 1, DDL_SETTLE_MAX_MS / 1000U, &r->to->settle, _("it is a number of seconds from 1 to 600"));
}

static const char *take_look(struct reading *r, const char *value)
{
	return take_seconds(value, 1, DDL_LOOK_MAX_SECONDS, &r->to->look, _("it is a number of seconds from 1 to 3600"));
}

static const char *take_wait(struct reading *r, const char *value)
{
	return take_seconds(value, 0, DDL_WAIT_MAX_SECONDS, &r->to->wait, _("it is a number of seconds from 0 to 600"));
}

static const char *take_fingerprint(struct reading *r, const char *value)
{
	const char *wrong = ddl_fingerprint_wrong(value);

	return wrong ? wrong : copied(r, &r->to->fingerprint, value);
}

static const char *take_accept(struct reading *r, const char *value)
{
	return take_yes(value, &r->to->accept_licence);
}

static const char *take_replace(struct reading *r, const char *value)
{
	return take_yes(value, &r->to->replace);
}

static const char *take_after_kill(struct reading *r, const char *value)
{
	return take_yes(value, &r->to->after_kill);
}

static const char *take_kernel(struct reading *r, const char *value)
{
	if (strcmp(value, "exact") != 0 && strcmp(value, "abi") != 0)
		return _("it is exact or abi");
	r->to->exact_kernel = *value == 'e' ? DDL_SAID_YES : DDL_SAID_NO;
	return NULL;
}

static const char *take_one_way(struct reading *r, const char *value)
{
	return take_yes(value, &r->to->one_way);
}

static const char *take_unbind(struct reading *r, const char *value)
{
	return take_yes(value, &r->to->unbind);
}

static const char *take_signature(struct reading *r, const char *value)
{
	return take_yes(value, &r->to->require_signature);
}

static const char *take_allow_sha1(struct reading *r, const char *value)
{
	return take_yes(value, &r->to->allow_sha1);
}

static const char *take_trust_key(struct reading *r, const char *value)
{
	const char *wrong = ddl_key_wrong(value);

	return wrong ? wrong : copied(r, &r->to->trust_key, value);
}

static const char *const on_errors[] = {
	[DDL_ON_ERROR_STOP] = "stop",     [DDL_ON_ERROR_CONTINUE] = "continue", [DDL_ON_ERROR_SHELL] = "shell",
	[DDL_ON_ERROR_REBOOT] = "reboot", [DDL_ON_ERROR_POWEROFF] = "poweroff",
};

const char *ddl_on_error_name(enum ddl_on_error on_error)
{
	return on_errors[on_error];
}

static const char *take_on_error(struct reading *r, const char *value)
{
	for (size_t i = 0; i < sizeof(on_errors) / sizeof(*on_errors); i++)
		if (strcmp(value, on_errors[i]) == 0) {
			r->to->on_error = (enum ddl_on_error)i;
			return NULL;
		}
	return _("it is stop, continue, shell, reboot or poweroff");
}

static const char *take_no_disk(struct reading *r, const char *value)
{
	if (strcmp(value, "continue") != 0 && strcmp(value, "fail") != 0)
		return _("it is continue or fail");
	r->to->no_disk = *value == 'c' ? DDL_NO_DISK_CONTINUE : DDL_NO_DISK_FAIL;
	return NULL;
}

static const char *take_path(struct reading *r, const char **to, const char *value)
{
	return *value == '/' ? copied(r, to, value) : _("it is a path that begins with a slash");
}

static const char *take_keyring(struct reading *r, const char *value)
{
	return take_path(r, &r->to->keyring, value);
}

static const char *take_ca(struct reading *r, const char *value)
{
	return take_path(r, &r->to->ca, value);
}

static const char *take_pin(struct reading *r, const char *value)
{
	const char *wrong = ddl_pin_wrong(value);

	return wrong ? wrong : copied(r, &r->to->pin, value);
}

static const char *take_proxy(struct reading *r, const char *value)
{
	return copied(r, &r->to->proxy, value);
}

static const char *take_unverified(struct reading *r, const char *value)
{
	return take_yes(value, &r->to->unverified);
}

static const char *take_log(struct reading *r, const char *value)
{
	return take_path(r, &r->to->log, value);
}

/* A port of the virtual machine or a serial line: what reads it may be a program. */
static const char *take_report(struct reading *r, const char *value)
{
	if (!ddl_text_starts(value, "port:/dev/") || strstr(value, "/../"))
		return _("it is port: and the path of a device as in port:/dev/ttyS1");
	return copied(r, &r->to->report_port, value + strlen("port:"));
}

static const char *take_identity(struct reading *r, const char *value)
{
	return take_yes(value, &r->to->identity);
}

/* Names below /dev, as console= has one. */
static const char *take_console(struct reading *r, const char *value)
{
	if (ddl_text_starts(value, "/dev/"))
		value += strlen("/dev/");
	if (!*value || *value == '.' || strchr(value, '/'))
		return _("it is the name of a device as in ttyS0");
	return copied(r, &r->to->console, value);
}

static const char *take_lang(struct reading *r, const char *value)
{
	if (!*value || strchr(value, '/'))
		return _("it is a language as in de or de_DE.UTF-8");
	return copied(r, &r->to->lang, value);
}

enum ddl_colours ddl_colours_named(const char *name)
{
	static const char names[][16] = {
		[DDL_COLOURS_AUTO] = "auto",
		[DDL_COLOURS_ALWAYS] = "always",
		[DDL_COLOURS_NONE] = "none",
		[DDL_COLOURS_HIGH] = "high-contrast",
	};

	for (size_t i = DDL_COLOURS_AUTO; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0)
			return (enum ddl_colours)i;
	return DDL_COLOURS_UNSAID;
}

static const char *take_colours(struct reading *r, const char *value)
{
	enum ddl_colours named = ddl_colours_named(value);

	if (named == DDL_COLOURS_UNSAID)
		return _("it is auto, always, none or high-contrast");
	r->to->colours = named;
	return NULL;
}

static const char *take_handoff(struct reading *r, const char *value)
{
	return ddl_handoff_parse(value, &r->to->handoff) ?
		       NULL :
		       _("it is anaconda, rpm-list, debian or suse, or several with commas between");
}

static const char *take_answerfile(struct reading *r, const char *value)
{
	if (ddl_text_starts(value, "file://"))
		value += strlen("file://");
	if (strstr(value, "://"))
		return _("it needs the network sources, which this version does not have; give a file");
	return take_path(r, &r->to->answerfile, value);
}

/*
 * The words, in the order of the manual page. `guards`: what is not understood there is no
 * reason to go on with less than was asked for.
 */
static const struct word {
	const char *name, *value;
	bool guards;
	const char *(*take)(struct reading *r, const char *value);
} words[] = {
	{ "ddload", "off|prompt|menu|auto|SOURCE[,SOURCE...]", true, take_mode },
	{ "ddload.timeout", "SECONDS", false, take_timeout },
	{ "ddload.fingerprint", "HEX", true, take_fingerprint },
	{ "ddload.accept-eula", "", true, take_accept },
	{ "ddload.replace", "yes|no", true, take_replace },
	{ "ddload.one-way", "yes|no", true, take_one_way },
	{ "ddload.unbind", "yes|no", true, take_unbind },
	{ "ddload.after-kill", "yes|no", true, take_after_kill },
	{ "ddload.kernel", "abi|exact", true, take_kernel },
	{ "ddload.settle", "SECONDS", false, take_settle },
	{ "ddload.look", "SECONDS", false, take_look },
	{ "ddload.wait", "SECONDS", false, take_wait },
	{ "ddload.on-error", "stop|continue|shell|reboot|poweroff", false, take_on_error },
	{ "ddload.no-disk", "continue|fail", false, take_no_disk },
	{ "ddload.answerfile", "FILE", true, take_answerfile },
	{ "ddload.handoff", "anaconda|rpm-list|debian|suse[,...]", false, take_handoff },
	{ "ddload.report", "port:DEVICE", false, take_report },
	{ "ddload.report-identity", "yes|no", false, take_identity },
	{ "ddload.log", "FILE", false, take_log },
	{ "ddload.console", "TTY[,TTY...]", false, take_console },
	{ "ddload.lang", "LANGUAGE", false, take_lang },
	{ "ddload.colors", "auto|always|none|high-contrast", false, take_colours },
	{ "ddload.require-signature", "", true, take_signature },
	{ "ddload.allow-sha1", "yes|no", true, take_allow_sha1 },
	{ "ddload.keyring", "FILE|DIR", true, take_keyring },
	{ "ddload.trust-key", "HEX", true, take_trust_key },
	{ "ddload.ca", "FILE", true, take_ca },
	{ "ddload.pin", "sha256//BASE64", true, take_pin },
	{ "ddload.unverified", "yes|no", true, take_unverified },
	{ "ddload.proxy", "ADDRESS", false, take_proxy },
};

#define WORDS (sizeof(words) / sizeof(*words))
#define LONGEST_WORD 40U
#define MOST_MISTYPED 2U /* letters of a word that is still taken for another one */

const char *ddl_cmdline_word(size_t number, const char **value)
{
	if (number >= WORDS)
		return NULL;
	*value = words[number].value;
	return words[number].name;
}

/* ------------------------------------------------------------------ the words */

static bool same_name(const char *a, const char *b)
{
	size_t n = strlen(a);

	return n == strlen(b) && ddl_text_same_name(a, b, n);
}

static void refuse(struct reading *r, const struct word *word, const char *value, const char *why)
{
	if (word->guards && r->to->trouble.code == DDL_OK)
		(void)ddl_fail(&r->to->trouble, DDL_E_USAGE, 0, _("kernel command line: %s=%s: %s"), word->name, value, why);
	else
		warn(r, ddl_arena_printf(r->arena, word->guards ? _("%s=%s: %s") : _("%s=%s is left out: %s"), word->name, value,
					 why));
}

/* A second value: for a fingerprint that cannot be meant; elsewhere the last one counts, and it is said. */
static void compare_first(struct reading *r, size_t row, const char *value)
{
	const struct word *word = &words[row];

	if (r->first[row] && strcmp(r->first[row], value) != 0) {
		if (word->guards && word->take != take_mode)
			refuse(r, word, value,
			       ddl_arena_printf(r->arena, _("it contradicts %s=%s, which stands there, too"), word->name,
						r->first[row]));
		else if (strchr(r->first[row], '@') || strchr(value, '@')) /* a password is in it, maybe */
			warn(r, ddl_arena_printf(r->arena, _("%s is there twice; the last one counts"), word->name));
		else
			warn(r, ddl_arena_printf(r->arena, _("%s is there as %s and as %s; the last one counts"), word->name,
						 r->first[row], value));
	}
	r->first[row] = value;
}

/* How many letters have to be put in, taken out or changed to make one of the other; SIZE_MAX: they are too long. */
static size_t distance(const char *a, const char *b)
{
	size_t row[LONGEST_WORD + 1], n = strlen(a), m = strlen(b);

	if (n > LONGEST_WORD || m > LONGEST_WORD)
		return SIZE_MAX;
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t before = row[0]++;

		for (size_t j = 1; j <= m; j++) {
			size_t changed = before + !ddl_text_same_name(a + i - 1, b + j - 1, 1);
			size_t less = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			before = row[j];
			row[j] = changed < less ? changed : less;
		}
	}
	return row[m];
}

/* The word that was meant, most likely; NULL: none is near. */
static const char *nearest(const char *name)
{
	const char *best = NULL;
	size_t least = MOST_MISTYPED + 1;

	for (size_t row = 1; row < WORDS; row++) {
		size_t steps = distance(name, words[row].name);

		if (steps >= least)
			continue;
		least = steps;
		best = words[row].name;
	}
	return best;
}

static void read_word(struct reading *r, char *name)
{
	char *equals = strchr(name, '='), *value = equals ? equals + 1 : name + strlen(name);
	const char *wrong, *meant;

	ddl_text_clean_in_place(name);
	if (equals)
		*equals = '\0';
	for (size_t row = 0; row < WORDS; row++) {
		if (!same_name(name, words[row].name))
			continue;
		compare_first(r, row, value);
		wrong = words[row].take(r, value);
		if (wrong)
			refuse(r, &words[row], value, wrong);
		return;
	}
	meant = nearest(name);
	if (meant)
		warn(r, ddl_arena_printf(r->arena, _("%s is a word that this version does not know; is %s meant?"), name, meant));
	else
		warn(r, ddl_arena_printf(r->arena, _("%s is a word that this version does not know"), name));
}

/* What does not go together though each is well said. */
static void check_together(struct reading *r)
{
	const struct ddl_cmdline *to = r->to;
	bool unattended = to->mode == DDL_MODE_AUTO || to->mode == DDL_MODE_SOURCES;

	if (to->mode == DDL_MODE_UNSAID && to->answerfile) {
		r->to->mode = DDL_MODE_AUTO;
		unattended = true;
	}
	if (to->installer_answers && ddl_text_starts(to->installer_answers, "file:///")) {
		r->to->installer_answers += strlen("file://");
	} else if (to->installer_answers) {
		if (to->mode == DDL_MODE_AUTO)
			warn(r, ddl_arena_printf(r->arena,
						 _("answerfile=%s needs the network sources, which this version does not have; "
						   "driver disks that it names are not looked for"),
						 to->installer_answers));
		r->to->installer_answers = NULL;
	}
	if (to->answerfile && (to->mode == DDL_MODE_PROMPT || to->mode == DDL_MODE_MENU))
		warn(r, ddl_arena_printf(r->arena, _("ddload.answerfile is for ddload=auto, it means nothing here")));
	if (to->timeout >= 0 && (unattended || to->mode == DDL_MODE_MENU))
		warn(r, ddl_arena_printf(r->arena, _("ddload.timeout is for ddload=prompt, it means nothing here")));
	if (to->mode == DDL_MODE_OFF && (to->fingerprint || to->answerfile || to->replace != DDL_UNSAID))
		warn(r, ddl_arena_printf(r->arena, _("ddload=off: the other words of ddload mean nothing")));
}

/* Takes one word out of `text` (ended by a NUL), quotes removed; NULL: there is none. */
static char *next_word(char **text)
{
	char *word = *text + strspn(*text, " \t\r\n"), *to = word, *end = word + ddl_text_word(word);

	if (!*word)
		return NULL;
	*text = *end ? end + 1 : end;
	for (const char *from = word; from < end; from++)
		if (*from != '"')
			*to++ = *from;
	*to = '\0';
	return word;
}

int ddl_cmdline_parse(struct ddl_arena *arena, const char *bytes, size_t length, struct ddl_cmdline *cmdline,
		      struct ddl_error *error)
{
	struct reading r = { .arena = arena, .to = cmdline };
	size_t used = length < DDL_MAX_CMDLINE ? length : DDL_MAX_CMDLINE;
	char *text = ddl_arena_alloc(arena, used + 1, 1), *word;

	_Static_assert(sizeof(r.first) / sizeof(*r.first) >= WORDS, "a place for each word");
	*cmdline = (struct ddl_cmdline){ .timeout = -1, .settle = -1, .look = -1, .wait = -1 };
	if (!text)
		return ddl_fail(error, DDL_E_MEMORY, 0, "/proc/cmdline");
	for (size_t i = 0; i < used; i++)
		text[i] = bytes[i] ? bytes[i] : ' ';
	while ((word = next_word(&text)) && !r.no_memory) {
		if (strncmp(word, PREFIX, strlen(PREFIX)) == 0 && (word[strlen(PREFIX)] == '.' || word[strlen(PREFIX)] == '=')) {
			read_word(&r, word);
		} else if (ddl_text_starts(word, INSTALLERS_WORD)) {
			ddl_text_clean_in_place(word);
			(void)copied(&r, &cmdline->installer_answers, word + strlen(INSTALLERS_WORD));
		}
	}
	if (length > used)
		warn(&r, ddl_arena_printf(arena, _("the command line is longer than %u bytes; the rest was not read"),
					  DDL_MAX_CMDLINE));
	check_together(&r);
	return r.no_memory ? ddl_fail(error, DDL_E_MEMORY, 0, "/proc/cmdline") : 0;
}
