// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The `options`, `softdep` and `blacklist` lines of a pack's modprobe.d files, from staged
 * bytes, and option strings put together. Commands in such files are never run.
 */
#include "module/modprobe_conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/file.h"
#include "base/text.h"
#include "module/dud_config.h"
#include "module/module_name.h"

struct cursor {
	const char *at;
	size_t left;
};

/* Takes one logical line: a backslash before the line break joins the next one to it. */
static char *take_line(struct cursor *from, char *line)
{
	size_t n = 0;

	while (from->left > 0) {
		char c = *from->at++;

		from->left--;
		if (c == '\\' && from->left > 0 && *from->at == '\n') {
			from->at++;
			from->left--;
			c = ' ';
		} else if (c == '\n') {
			break;
		}
		line[n++] = c;
	}
	line[n] = '\0';
	return line;
}

/* The next word of a line, ended in place; NULL at the end. */
static char *take_word(char **line)
{
	char *word = *line;

	while (ddl_text_is_blank(*word))
		word++;
	if (!*word)
		return NULL;
	for (*line = word; **line && !ddl_text_is_blank(**line);)
		(*line)++;
	if (**line)
		*(*line)++ = '\0';
	return word;
}

/* Options go to the kernel as one line; anything but printable ASCII has no business there. */
static bool printable(const char *text)
{
	for (; *text; text++)
		if ((*text < ' ' && *text != '\t') || *text > '~')
			return false;
	return true;
}

static int add_options(struct ddl_arena *arena, char *rest, const char **options, struct ddl_error *error)
{
	const char *joined;
	size_t n;

	while (ddl_text_is_blank(*rest))
		rest++;
	for (n = strlen(rest); n > 0 && ddl_text_is_blank(rest[n - 1]);)
		rest[--n] = '\0';
	if (!n)
		return 0;
	if (!printable(rest))
		return ddl_fail(error, DDL_E_METADATA, 0, "%s", _("the options hold characters that no option has"));
	joined = ddl_params_join(arena, *options, rest);
	if (!joined)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "modprobe.d");
	if (strlen(joined) > DDL_MAX_PARAMS)
		return ddl_fail(error, DDL_E_METADATA, 0, _("the options are longer than %u bytes"), DDL_MAX_PARAMS);
	*options = joined;
	return 0;
}

/* "install NAME /bin/true" is how a module is kept from being loaded even by its name. */
static bool does_nothing(const char *word)
{
	const char *slash = word ? strrchr(word, '/') : NULL;

	word = slash ? slash + 1 : word;
	return word && (strcmp(word, "true") == 0 || strcmp(word, "false") == 0 || strcmp(word, ":") == 0);
}

static int read_line(struct ddl_arena *arena, char *line, const char *module, struct ddl_modprobe_conf *conf,
		     struct ddl_error *error)
{
	const char *command = take_word(&line), *name = command ? take_word(&line) : NULL;

	if (!name || !ddl_module_name_equal(name, module))
		return 0;
	if (strcmp(command, "options") == 0)
		return add_options(arena, line, &conf->options, error);
	if (strcmp(command, "softdep") == 0) {
		conf->softdeps = ddl_softdeps_join(arena, conf->softdeps, line);
		return conf->softdeps ? 0 : ddl_fail(error, DDL_E_MEMORY, ENOMEM, "modprobe.d");
	}
	if (strcmp(command, "install") == 0 || strcmp(command, "remove") == 0) {
		bool nothing = *command == 'i' && does_nothing(take_word(&line));

		conf->blacklisted = conf->blacklisted || nothing;
		conf->commands = conf->commands || !nothing;
	}
	conf->blacklisted = conf->blacklisted || strcmp(command, "blacklist") == 0;
	return 0;
}

int ddl_modprobe_conf_read(struct ddl_arena *arena, const char *text, size_t length, const char *module,
			   struct ddl_modprobe_conf *conf, struct ddl_error *error)
{
	struct cursor from = { text, length };
	DDL_FREE char *line = malloc(length + 1);
	int result = 0;

	if (!line)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "modprobe.d");
	while (from.left > 0 && result == 0)
		result = read_line(arena, take_line(&from, line), module, conf, error);
	return result;
}

int ddl_modprobe_conf_dud(struct ddl_arena *arena, const char *text, size_t length, const char *module,
			  struct ddl_modprobe_conf *conf, struct ddl_error *error)
{
	struct ddl_dud_line line = { .at = text, .end = text + length };
	size_t own = strlen(module), n;
	int result = 0;

	while (result == 0 && ddl_dud_next(&line)) {
		const char *at;

		if (ddl_dud_is(&line, "options") && (n = ddl_dud_options(&line, &at)) == own &&
		    ddl_text_same_name(line.value, module, n)) {
			char *rest = ddl_arena_dupn(arena, at, (size_t)(line.value + line.value_length - at));

			result = rest ? add_options(arena, rest, &conf->options, error) :
					ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", ddl_dud_config_name);
		}
		while (ddl_dud_is(&line, "brokenmodules") && ddl_dud_word(&line, &at, &n))
			conf->blacklisted = conf->blacklisted || (n == own && ddl_text_same_name(at, module, n));
	}
	return result;
}

int ddl_modprobe_conf_file(struct ddl_arena *arena, const struct ddl_file *file, const char *module,
			   struct ddl_modprobe_conf *conf, struct ddl_error *error)
{
	size_t size = (size_t)file->size;
	DDL_FREE char *text = NULL;
	ssize_t n;

	if (file->fd < 0)
		return ddl_fail(error, DDL_E_STAGE, 0, "%s", file->path);
	if (file->size > DDL_MAX_MODPROBE_CONF)
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("%s: %llu bytes, at most %u are read"), file->path,
				(unsigned long long)file->size, DDL_MAX_MODPROBE_CONF);
	text = malloc(size + 1);
	if (!text)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", file->path);
	n = ddl_file_read_at(file->fd, text, size, 0);
	if (n < 0 || (size_t)n < size)
		return ddl_fail(error, DDL_E_STAGE, n < 0 ? errno : EIO, "%s", file->path);
	n = strcmp(file->path, ddl_dud_config_name) == 0 ? ddl_modprobe_conf_dud(arena, text, size, module, conf, error) :
							   ddl_modprobe_conf_read(arena, text, size, module, conf, error);
	return n == 0 ? 0 : ddl_fail_in(error, "%s", file->path);
}

/* ------------------------------------------------------------------ softdeps */

const char *ddl_softdeps_join(struct ddl_arena *arena, const char *first, const char *second)
{
	if (!*second || strlen(first) + strlen(second) + 3 > DDL_MAX_TEXT)
		return first;
	/* a mark of its own in between: what is behind neither "pre:" nor "post:" says nothing */
	return ddl_arena_printf(arena, "%s : %s", first, second);
}

bool ddl_softdeps_next(const char **at, bool *in, bool post, char *word, size_t room)
{
	const char *mark = post ? "post:" : "pre:", *from;
	size_t n;

	for (;;) {
		from = *at + strspn(*at, " \t\r");
		n = strcspn(from, " \t\r");
		*at = from + n;
		if (!n)
			return false;
		if (from[n - 1] == ':') {
			*in = n == strlen(mark) && memcmp(from, mark, n) == 0;
		} else if (*in && n < room) {
			memcpy(word, from, n);
			word[n] = '\0';
			return true;
		}
	}
}

/* ------------------------------------------------------------ option strings */

/* One "name=value" of an option string; values may hold blanks between double quotes. */
static const char *next_param(const char **options, size_t *length)
{
	const char *start = *options;

	while (ddl_text_is_blank(*start))
		start++;
	*length = ddl_text_word(start);
	*options = start + *length;
	return *length ? start : NULL;
}

static size_t name_length(const char *param, size_t length)
{
	const char *equals = memchr(param, '=', length);

	return equals ? (size_t)(equals - param) : length;
}

bool ddl_params_have(const char *options, const char *name, size_t length)
{
	const char *param;
	size_t n;

	while ((param = next_param(&options, &n)) != NULL)
		if (name_length(param, n) == length && ddl_text_same_name(param, name, length))
			return true;
	return false;
}

/* Copies the parameters of one string, each followed by a blank, but for those in `but`. */
static char *copy_params(char *to, const char *options, const char *but)
{
	const char *param;
	size_t n;

	while ((param = next_param(&options, &n)) != NULL) {
		if (ddl_params_have(but, param, name_length(param, n)))
			continue;
		memcpy(to, param, n);
		to += n;
		*to++ = ' ';
	}
	return to;
}

const char *ddl_params_join(struct ddl_arena *arena, const char *first, const char *second)
{
	char *joined = ddl_arena_alloc(arena, strlen(first) + strlen(second) + 3, 1);
	char *to;

	if (!joined)
		return NULL;
	to = copy_params(joined, first, second);
	to = copy_params(to, second, "");
	if (to > joined)
		to[-1] = '\0';
	return joined;
}

bool ddl_param_can_be_given(const char *param)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_.:+-/";
	const char *equals = strchr(param, '=');

	return equals && equals > param && equals[1] && strspn(equals + 1, plain) == strlen(equals + 1);
}

const char *ddl_params_in_force(struct ddl_arena *arena, const struct ddl_loaded *loaded)
{
	size_t i, used = 0;
	char *all = ddl_arena_alloc(arena, DDL_MAX_PARAMS + 1, 1);

	if (!all)
		return NULL;
	for (i = 0; i < loaded->n_params; i++) {
		const char *param = loaded->params[i];
		size_t n = strlen(param);

		if (!ddl_param_can_be_given(param) || DDL_MAX_PARAMS - used < n + 1)
			continue;
		if (used > 0)
			all[used++] = ' ';
		memcpy(all + used, param, n + 1);
		used += n;
	}
	return all;
}
