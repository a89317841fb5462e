// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Puts a pack's modules into the data that modprobe looks into. depmod itself would read
 * every module of the tree (and its --quick passes over what is not a second newer than
 * modules.dep); this reads the tables only, and is the same where there is no depmod.
 *
 * modules.dep has one line for a module, "file: file…", all that it needs, what has to
 * come in first last; files are relative to the tree. modules.dep.bin has the same lines by
 * module name, modules.alias.bin names by alias, with '-' as '_' outside of brackets.
 */
#include "depmod.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arena.h"
#include "depmod_index.h"
#include "machine.h"
#include "module_file.h"
#include "path.h"

#define BLANKS " \t"

struct line {
	const char *text;
	bool changed;
};

struct tree {
	int dir;
	struct ddl_arena *arena;
	struct line *lines;       /* of modules.dep */
	size_t n_lines;
	struct ddl_error *error;
};

static int no_memory(const struct tree *tree)
{
	return ddl_fail(tree->error, DDL_E_MEMORY, ENOMEM, "modules.dep");
}

/* The whole file, to be freed; NULL without an error where it is not there. */
static int read_file(const struct tree *tree, const char *name, char **bytes, size_t *length)
{
	int fd = openat(tree->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	*bytes = NULL;
	*length = 0;
	if (fd < 0)
		return errno == ENOENT ? 0 : ddl_fail(tree->error, DDL_E_OPEN, errno, "%s", name);
	*bytes = ddl_path_read_fd(fd, DDL_MAX_MODULE_TABLE, length, tree->error);
	close(fd);
	return *bytes ? 0 : -1;
}

/* The same of an index; one of a version that is not known is an error. */
static int read_index(const struct tree *tree, const char *name, struct ddl_index *index)
{
	char *bytes;

	*index = (struct ddl_index){ 0 };
	if (read_file(tree, name, &bytes, &index->length) != 0)
		return -1;
	index->bytes = (uint8_t *)bytes;
	return !bytes || ddl_index_known(index) ? 0 : ddl_fail(tree->error, DDL_E_DAMAGED, 0, "%s", name);
}

/* ---------------------------------------------------------------- modules.dep */

static struct line *push_line(struct tree *tree, const char *text)
{
	struct line *line = text ? ddl_arena_push(tree->arena, &tree->lines, &tree->n_lines, sizeof *line) : NULL;

	if (line)
		line->text = text;
	return line;
}

static bool take_value(void *arg, const char *value)
{
	struct tree *tree = arg;

	return push_line(tree, ddl_arena_dup(tree->arena, value)) != NULL;
}

/* "kernel/…/scsi-mod.ko.xz: …" is scsi_mod; "" for what is no such line. */
static const char *name_of(const char *line, char name[DDL_MAX_NAME + 1])
{
	size_t n = strcspn(line, ":"), start = n;
	const char *end;

	while (start > 0 && line[start - 1] != '/')
		start--;
	end = strstr(line + start, ".ko");
	n = end ? (size_t)(end - line) - start : 0;
	if (n > DDL_MAX_NAME)
		n = 0;
	for (size_t i = 0; i < n; i++)
		name[i] = line[start + i] == '-' ? '_' : line[start + i];
	name[n] = '\0';
	return name;
}

static struct line *find_line(const struct tree *tree, const char *module)
{
	char name[DDL_MAX_NAME + 1];

	for (size_t i = 0; i < tree->n_lines; i++)
		if (ddl_module_name_equal(name_of(tree->lines[i].text, name), module))
			return &tree->lines[i];
	return NULL;
}

/* Is the word (of that length) in the text? */
static const char *find_word(const char *text, const char *word, size_t length)
{
	for (; *text; text += strcspn(text, BLANKS)) {
		text += strspn(text, BLANKS);
		if (strcspn(text, BLANKS) == length && memcmp(text, word, length) == 0)
			return text;
	}
	return NULL;
}

/* Leaves the last of each file: so what has to come in first stays behind all that need it. */
static void keep_last(char *text)
{
	char *to = text;

	while (*text) {
		size_t blank = strspn(text, BLANKS), n = strcspn(text + blank, BLANKS);

		if (n > 0 && !find_word(text + blank + n, text + blank, n)) {
			memmove(to, text, blank + n);
			to += blank + n;
		}
		text += blank + n;
	}
	*to = '\0';
}

/* What depends on the old file gets the new one, with what that needs. */
static int lead_to(struct tree *tree, const char *old, const char *line)
{
	size_t length = strcspn(old, ":"), head = strcspn(line, ":");

	for (size_t i = 0; i < tree->n_lines; i++) {
		struct line *other = &tree->lines[i];
		const char *needs = other->text + strcspn(other->text, ":"), *at;
		char *text;

		if (!*needs || !(at = find_word(needs + 1, old, length)))
			continue;
		text = ddl_arena_printf(tree->arena, "%.*s%.*s%s%s", (int)(at - other->text), other->text,
					(int)head, line, line + head + 1, at + length);
		if (!text)
			return no_memory(tree);
		keep_last(text + strcspn(text, ":") + 1);
		*other = (struct line){ text, true };
	}
	return 0;
}

static int add_line(struct tree *tree, const struct ddl_module *module)
{
	struct line *line = find_line(tree, module->name);
	const char *old = line ? line->text : NULL;
	char *text = ddl_arena_printf(tree->arena, "%s/%s.ko:", DDL_TREE_DIRECTORY, module->name);

	for (size_t i = 0; text && i < module->n_depends; i++) {
		const struct line *need = find_line(tree, module->depends[i]);
		size_t head = need ? strcspn(need->text, ":") : 0;

		if (need && need->text[head]) /* else it is built in */
			text = ddl_arena_printf(tree->arena, "%s %.*s%s", text, (int)head, need->text,
						need->text + head + 1);
	}
	if (!text || (!line && !(line = push_line(tree, text))))
		return no_memory(tree);
	keep_last(text + strcspn(text, ":") + 1);
	*line = (struct line){ text, true };
	return old && strncmp(old, text, strcspn(text, ":") + 1) != 0 ? lead_to(tree, old, text) : 0;
}

static int write_lines(const struct tree *tree)
{
	size_t n = 0, at = 0;
	char *text;
	int result;

	for (size_t i = 0; i < tree->n_lines; i++)
		n += strlen(tree->lines[i].text) + 1;
	text = malloc(n + 1);
	if (!text)
		return no_memory(tree);
	for (size_t i = 0; i < tree->n_lines; i++)
		at += (size_t)sprintf(text + at, "%s\n", tree->lines[i].text);
	result = ddl_path_replace(tree->dir, "modules.dep", text, n, tree->error);
	free(text);
	return result;
}

static int put_lines(const struct tree *tree, struct ddl_index *index)
{
	char name[DDL_MAX_NAME + 1];

	for (size_t i = 0; i < tree->n_lines; i++)
		if (tree->lines[i].changed &&
		    !ddl_index_put(index, name_of(tree->lines[i].text, name), tree->lines[i].text, true))
			return ddl_fail(tree->error, DDL_E_DAMAGED, 0, "modules.dep.bin");
	return 0;
}

static int write_index(const struct tree *tree, const struct ddl_index *index, const char *name)
{
	return index->changed ? ddl_path_replace(tree->dir, name, index->bytes, index->length, tree->error) : 0;
}

static int read_lines(struct tree *tree, char *text, const struct ddl_index *index)
{
	char *rest = NULL;

	if (!text)
		return !index->bytes || ddl_index_each(index, take_value, tree) ? 0 :
			ddl_fail(tree->error, DDL_E_DAMAGED, 0, "modules.dep.bin");
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (!push_line(tree, line))
			return no_memory(tree);
	return 0;
}

static int change_dep(struct tree *tree, const struct ddl_module *const *modules, size_t n)
{
	struct ddl_index index = { 0 };
	char *text = NULL;
	size_t length;
	int result = read_file(tree, "modules.dep", &text, &length);

	if (result == 0)
		result = read_index(tree, "modules.dep.bin", &index);
	if (result == 0)
		result = read_lines(tree, text, &index);
	for (size_t i = 0; i < n && result == 0; i++)
		result = add_line(tree, modules[i]);
	if (result == 0 && text)
		result = write_lines(tree);
	if (result == 0 && index.bytes)
		result = put_lines(tree, &index) == 0 ? write_index(tree, &index, "modules.dep.bin") : -1;
	free(index.bytes);
	free(text);
	return result;
}

/* -------------------------------------------------------------- modules.alias */

/* One word of what can be seen: an alias comes from the module. */
static bool is_plain(const char *alias)
{
	const char *c = alias;

	while (*c > ' ' && *c < 0x7F)
		c++;
	return c > alias && !*c;
}

/* As libkmod writes it before it looks it up. */
static void normalize(char *alias)
{
	bool bracket = false;

	for (; *alias; alias++) {
		bracket = *alias == '[' || (bracket && *alias != ']');
		if (*alias == '-' && !bracket)
			*alias = '_';
	}
}

static int add_alias_lines(const struct tree *tree, char **text, size_t *length, const struct ddl_module *module)
{
	char line[DDL_MAX_TEXT + DDL_MAX_NAME + 16];

	for (size_t i = 0; i < module->n_aliases; i++) {
		size_t n;
		char *more;

		if (!is_plain(module->aliases[i]) ||
		    snprintf(line, sizeof line, "alias %s %s\n", module->aliases[i], module->name) >= (int)sizeof line ||
		    strstr(*text, line))
			continue;
		n = strlen(line);
		more = realloc(*text, *length + n + 1);
		if (!more)
			return no_memory(tree);
		*text = more;
		memcpy(more + *length, line, n + 1);
		*length += n;
	}
	return 0;
}

static int put_aliases(const struct tree *tree, struct ddl_index *index, const struct ddl_module *module)
{
	for (size_t i = 0; i < module->n_aliases; i++) {
		char *alias = ddl_arena_dup(tree->arena, module->aliases[i]);

		if (!alias)
			return no_memory(tree);
		normalize(alias);
		if (is_plain(alias) && !ddl_index_put(index, alias, module->name, false))
			return ddl_fail(tree->error, DDL_E_DAMAGED, 0, "modules.alias.bin");
	}
	return 0;
}

static int change_alias(const struct tree *tree, const struct ddl_module *const *modules, size_t n)
{
	struct ddl_index index = { 0 };
	char *text = NULL;
	size_t length, before;
	int result = read_file(tree, "modules.alias", &text, &length);

	before = length;
	for (size_t i = 0; i < n && text && result == 0; i++)
		result = add_alias_lines(tree, &text, &length, modules[i]);
	if (result == 0 && length > before)
		result = ddl_path_replace(tree->dir, "modules.alias", text, length, tree->error);
	free(text);
	if (result == 0)
		result = read_index(tree, "modules.alias.bin", &index);
	for (size_t i = 0; i < n && index.bytes && result == 0; i++)
		result = put_aliases(tree, &index, modules[i]);
	if (result == 0)
		result = write_index(tree, &index, "modules.alias.bin");
	free(index.bytes);
	return result;
}

/* ------------------------------------------------------------------ the whole */

/* The files first: a table never names one that is not there. */
static int put_files(const struct tree *tree, const struct ddl_module *const *modules, size_t n)
{
	int updates = ddl_path_step_into(tree->dir, "updates"), dir = -1, result = 0;

	if (updates >= 0) {
		dir = ddl_path_step_into(updates, "ddload");
		close(updates);
	}
	if (dir < 0)
		return ddl_fail(tree->error, DDL_E_OPEN, errno, "%s", DDL_TREE_DIRECTORY);
	for (size_t i = 0; i < n && result == 0; i++)
		result = ddl_module_file_keep(dir, modules[i], tree->error);
	close(dir);
	return result;
}

int ddl_depmod_add(const char *path, const struct ddl_module *const *modules, size_t n,
		   struct ddl_error *error)
{
	struct tree tree = { .error = error };
	int result;

	tree.dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tree.dir < 0) /* no tree: no modprobe looks there */
		return errno == ENOENT ? 0 : ddl_fail(error, DDL_E_OPEN, errno, "%s", path);
	tree.arena = ddl_arena_new();
	result = tree.arena ? put_files(&tree, modules, n) : no_memory(&tree);
	if (result == 0)
		result = change_dep(&tree, modules, n);
	if (result == 0)
		result = change_alias(&tree, modules, n);
	ddl_arena_free(tree.arena);
	close(tree.dir);
	return result;
}
