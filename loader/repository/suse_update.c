// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads SUSE's driver update: who it is, which drivers it brings, and what it would do besides. */
#include "repository/suse_update.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "medium/suse.h"
#include "module/dud_config.h"
#include "module/module_name.h"

#define MOST_TOLD 4U /* commands, and names in one remark */
#define MOST_PRIORITY 900U /* linuxrc's */

struct update {
	struct ddl_contents *contents;
	const char *directory;
	struct ddl_repo *repo;
	struct ddl_error *error;
	size_t modules, rpms; /* drivers by themselves, and in packages */
	size_t broken, commands;
	const char *names_broken, *scripts; /* "a, b" */
};

static int no_memory(const struct update *update)
{
	return ddl_fail(update->error, DDL_E_MEMORY, 0, "%s", update->directory);
}

static int note(const struct update *update, const char *text)
{
	return ddl_contents_note(update->contents, text) < 0 ? no_memory(update) : 0;
}

/* "a, b" and one more; beyond the first few "…". */
static int add_name(const struct update *update, const char **names, size_t *count, const char *name, size_t length)
{
	const char *clean = ddl_text_keep(update->contents->arena, name, length < DDL_MAX_NAME ? length : DDL_MAX_NAME);

	if (++*count > MOST_TOLD + 1)
		return 0;
	if (!clean)
		return no_memory(update);
	*names = *count == 1 ? clean :
			       ddl_arena_printf(update->contents->arena, "%s, %s", *names, *count > MOST_TOLD ? "..." : clean);
	return *names ? 0 : no_memory(update);
}

/* ------------------------------------------------------------------ dud.config */

/* A text of it, the first that there is; a tabulator stands for a blank in it. */
static int keep(const struct update *update, const struct ddl_dud_line *line, const char **to)
{
	char *text;

	if (**to || !line->value_length)
		return 0;
	text = ddl_arena_dupn(update->contents->arena, line->value,
			      line->value_length < DDL_MAX_NAME ? line->value_length : DDL_MAX_NAME);
	for (char *at = text; at && *at; at++)
		*at = *at == '\t' ? ' ' : *at;
	*to = text ? ddl_text_keep(update->contents->arena, text, strlen(text)) : NULL;
	return *to ? 0 : no_memory(update);
}

static int note_command(struct update *update, const struct ddl_dud_line *line)
{
	const char *command = "";

	if (++update->commands > MOST_TOLD)
		return 0;
	if (keep(update, line, &command) < 0)
		return -1;
	return note(update,
		    ddl_arena_printf(update->contents->arena, _("%s: its command is not run: %s"), update->directory, command));
}

static int read_line(struct update *update, struct ddl_dud_line *line)
{
	uint64_t number;
	const char *word;
	size_t n;

	if (ddl_dud_is(line, "updateid"))
		return keep(update, line, &update->repo->uuid);
	if (ddl_dud_is(line, "updatename"))
		return keep(update, line, &update->repo->description);
	if (ddl_dud_is(line, "exec"))
		return note_command(update, line);
	if (ddl_dud_is(line, "updatepriority") &&
	    ddl_text_number(line->value, line->value_length, UINT32_MAX, &number)) /* else it has none */
		update->repo->priority = 1 + (number < MOST_PRIORITY ? (unsigned)number : MOST_PRIORITY);
	while (ddl_dud_is(line, "brokenmodules") && ddl_dud_word(line, &word, &n))
		if (add_name(update, &update->names_broken, &update->broken, word, n) < 0)
			return -1;
	return 0;
}

static int read_config(struct update *update, const struct ddl_blob *config)
{
	struct ddl_dud_line line = { .at = config->bytes, .end = config->bytes + config->length };

	if (config->too_large || config->length > DDL_MAX_MODPROBE_CONF)
		return ddl_fail(update->error, DDL_E_TOO_LARGE, 0, _("%s is larger than %u bytes"), config->name,
				DDL_MAX_MODPROBE_CONF);
	while (ddl_dud_next(&line))
		if (read_line(update, &line) < 0)
			return -1;
	return update->broken ? note(update, ddl_arena_printf(update->contents->arena,
							      _("%s: it wants these drivers not to be loaded: %s"),
							      update->directory, update->names_broken)) :
				0;
}

/* -------------------------------------------------------------------- its files */

/* The file's name in the update; NULL: it is not in this one, or hidden, as mkdud's marks are. */
static const char *in_update(const struct update *update, const char *name)
{
	size_t n = strlen(update->directory);

	return strncmp(name, update->directory, n) == 0 && name[n] == '/' && !strstr(name + n, "/.") ? name + n + 1 : NULL;
}

static const struct ddl_rpm *header_of(const struct update *update, const char *name)
{
	for (size_t i = 0; i < update->contents->n_rpms; i++)
		if (strcmp(update->contents->rpms[i].name, name) == 0)
			return update->contents->rpms[i].whole ? &update->contents->rpms[i].rpm : NULL;
	return NULL;
}

static bool is_whole_kernel(const struct ddl_rpm *rpm)
{
	return ddl_text_starts(rpm->name, "kernel-") && !strstr(rpm->name, "-kmp") && !strstr(rpm->name, "firmware");
}

/* What the driver of the package is called; the first package names the pack. */
static int name_pack(const struct update *update, const char *label, const struct ddl_rpm *rpm)
{
	struct ddl_repo *repo = update->repo;

	if (!*repo->name)
		repo->name = label;
	if (rpm && !*repo->version)
		repo->version = ddl_arena_printf(update->contents->arena, "%s-%s", rpm->version, rpm->release);
	return repo->version ? 0 : no_memory(update);
}

/* "lib/firmware/megaraid_sas": where the kernel looks for it. */
static const char *firmware_folder(struct ddl_arena *arena, const char *file)
{
	const char *name = ddl_suse_firmware(file);
	size_t n = (size_t)(ddl_path_base(name) - name);

	return n ? ddl_arena_printf(arena, "lib/firmware/%.*s", (int)n - 1, name) : "lib/firmware";
}

static int add(struct update *update, const struct ddl_listed *file, bool wanted, struct ddl_package package)
{
	struct ddl_repo *repo = update->repo;
	struct ddl_package *slot = wanted ? ddl_arena_push(update->contents->arena, &repo->packages, &repo->n_packages,
							   sizeof(*slot)) :
					    ddl_arena_push(update->contents->arena, &repo->lists, &repo->n_lists, sizeof(*slot));

	if (!slot || !package.label || !package.root)
		return no_memory(update);
	*slot = package;
	slot->file = file->name + strlen(update->directory) + 1;
	slot->size = file->size;
	slot->kernel = slot->options = slot->version = slot->arch = slot->digest = "";
	slot->fd = -1;
	return 0;
}

static int add_rpm(struct update *update, const struct ddl_listed *file, struct ddl_package package)
{
	const struct ddl_rpm *rpm = header_of(update, file->name);
	bool kernel = rpm && is_whole_kernel(rpm);

	if (kernel && note(update, ddl_arena_printf(update->contents->arena, _("%s is a whole kernel, and no driver disk"),
						    file->name)) < 0)
		return -1;
	if (rpm && (kernel || !rpm->of_driver)) /* it is for the installed system */
		return add(update, file, false, package);
	package.type = DDL_PKG_RPM; /* what cannot be read of it shows when it is read whole */
	if (rpm && !(package.label = ddl_arena_dup(update->contents->arena, rpm->name)))
		return no_memory(update);
	update->rpms++;
	return name_pack(update, package.label, rpm) < 0 ? -1 : add(update, file, true, package);
}

static int add_file(struct update *update, const struct ddl_listed *file)
{
	struct ddl_arena *arena = update->contents->arena;
	const char *name = in_update(update, file->name), *base = ddl_path_base(file->name);
	struct ddl_package package = { .type = DDL_PKG_FIRMWARE, .label = base, .root = "" };
	size_t told = 0;

	switch (ddl_suse_part(file->name)) {
	case DDL_SUSE_CONFIG:
		package.type = DDL_PKG_SETTINGS;
		return add(update, file, file->size > 0, package);
	case DDL_SUSE_MODULE:
		package.type = DDL_PKG_DRIVER;
		package.label = ddl_module_name_of_file(arena, base);
		update->modules++;
		return package.label && name_pack(update, package.label, NULL) == 0 ? add(update, file, true, package) :
										      no_memory(update);
	case DDL_SUSE_RPM:
		return add_rpm(update, file, package);
	case DDL_SUSE_FIRMWARE:
		package.root = firmware_folder(arena, file->name);
		return add(update, file, true, package);
	case DDL_SUSE_NONE:
	case DDL_SUSE_ORDER:
	case DDL_SUSE_OTHER:
	default:
		if (ddl_text_starts(name, "install/") &&
		    (told = *update->scripts ? 1 : 0, add_name(update, &update->scripts, &told, base, strlen(base)) < 0))
			return -1;
		return add(update, file, false, package);
	}
}

/* ------------------------------------------------------------------ module.order */

/* Puts the driver of this name at `placed`, where it is behind that; true when there is one. */
static bool place(struct ddl_repo *repo, const char *name, size_t length, size_t *placed)
{
	for (size_t i = 0; i < repo->n_packages; i++) {
		struct ddl_package found = repo->packages[i];

		if (found.type != DDL_PKG_DRIVER || strlen(found.label) != length ||
		    !ddl_text_same_name(found.label, name, length))
			continue;
		if (i >= *placed) {
			memmove(repo->packages + *placed + 1, repo->packages + *placed, (i - *placed) * sizeof(found));
			repo->packages[(*placed)++] = found;
		}
		return true;
	}
	return false;
}

/* A name a line, with or without ".ko" and what follows that. */
static int put_in_order(struct update *update, const struct ddl_blob *order)
{
	const char *at = order->bytes, *end = at + order->length, *missing = "", *unnamed = "", *folder = update->directory;
	size_t placed = 0, n_missing = 0, n_unnamed = 0;
	struct ddl_arena *arena = update->contents->arena;

	if (order->too_large || order->length > DDL_MAX_MODPROBE_CONF)
		return ddl_fail(update->error, DDL_E_TOO_LARGE, 0, _("%s is larger than %u bytes"), order->name,
				DDL_MAX_MODPROBE_CONF);
	while (at < end) {
		const char *line = at, *stop = memchr(at, '\n', (size_t)(end - at)), *ko;
		size_t n = (size_t)((stop ? stop : end) - line);

		at += n + (stop != NULL);
		ddl_text_trim(&line, &n);
		ko = n ? memmem(line, n, ".ko", 3) : NULL;
		n = ko && ko > line ? (size_t)(ko - line) : n;
		if (n && !place(update->repo, line, n, &placed) && add_name(update, &missing, &n_missing, line, n) < 0)
			return -1;
	}
	for (size_t i = placed; i < update->repo->n_packages; i++)
		if (update->repo->packages[i].type == DDL_PKG_DRIVER &&
		    add_name(update, &unnamed, &n_unnamed, update->repo->packages[i].label,
			     strlen(update->repo->packages[i].label)) < 0)
			return -1;
	if (n_missing &&
	    note(update, ddl_arena_printf(arena, _("%s: module.order names what is not there: %s"), folder, missing)) < 0)
		return -1;
	return n_unnamed ?
		       note(update,
			    ddl_arena_printf(arena, _("%s: SUSE's installer would not load what module.order does not name: %s"),
					     folder, unnamed)) :
		       0;
}

/* ------------------------------------------------------------------- the update */

/* What its own installer does otherwise than we do. */
static int note_kind(struct update *update)
{
	struct ddl_arena *arena = update->contents->arena;

	if (*update->scripts && note(update, ddl_arena_printf(arena, _("%s: its scripts and programs are not run: %s"),
							      update->directory, update->scripts)) < 0)
		return -1;
	return update->modules && !update->rpms ?
		       note(update,
			    ddl_arena_printf(
				    arena,
				    _("%s: SUSE's installer does not take drivers that are in no RPM over into the installed system."),
				    update->directory)) :
		       0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp((*(const struct ddl_listed *const *)a)->name, (*(const struct ddl_listed *const *)b)->name);
}

/* In the order of their names, however they lie on the medium. */
static int add_files(struct update *update)
{
	const struct ddl_contents *contents = update->contents;
	const struct ddl_listed **files = ddl_arena_alloc(contents->arena, contents->n_files, sizeof(*files));
	size_t count = 0;

	if (!files)
		return no_memory(update);
	for (size_t i = 0; i < contents->n_files; i++)
		if (in_update(update, contents->files[i].name))
			files[count++] = &contents->files[i];
	if (count)
		qsort(files, count, sizeof(*files), compare_names);
	for (size_t i = 0; i < count; i++)
		if (add_file(update, files[i]) < 0)
			return -1;
	return 0;
}

static int read_update(struct update *update)
{
	const struct ddl_contents *contents = update->contents;
	const struct ddl_blob *config = ddl_contents_blob(contents, update->directory, ddl_dud_config_name);
	const char *modules = ddl_arena_printf(contents->arena, "%s/modules", update->directory);
	const struct ddl_blob *order = modules ? ddl_contents_blob(contents, modules, ddl_suse_order_name) : NULL;
	struct ddl_repo *repo = update->repo;

	if (!modules)
		return no_memory(update);
	if ((config && read_config(update, config) < 0) || add_files(update) < 0 || (order && put_in_order(update, order) < 0))
		return -1;
	repo->identifier = *repo->uuid ? repo->uuid : *repo->name ? repo->name : update->directory;
	if (!*repo->name)
		repo->name = repo->identifier;
	if (!*repo->description)
		repo->description = _("a SUSE driver update");
	return note_kind(update);
}

/* Its settings alone are no driver. */
static bool has_driver(const struct ddl_repo *repo)
{
	for (size_t i = 0; i < repo->n_packages; i++)
		if (repo->packages[i].type != DDL_PKG_SETTINGS)
			return true;
	return false;
}

enum ddl_found ddl_suse_update_read(struct ddl_contents *contents, const char *directory, struct ddl_repo *repo,
				    struct ddl_error *error)
{
	struct update update = {
		.contents = contents, .directory = directory, .repo = repo, .error = error, .names_broken = "", .scripts = ""
	};
	size_t n = ddl_suse_folder(directory);

	if (!n || directory[n])
		return DDL_FOUND_NONE;
	*repo = (struct ddl_repo){ .family = DDL_FAMILY_SUSE,
				   .where = "",
				   .directory = directory,
				   .originator = "",
				   .name = "",
				   .product = "",
				   .version = "",
				   .build = "",
				   .description = "",
				   .fingerprint = "",
				   .uuid = "",
				   .key = "" };
	if (read_update(&update) < 0)
		return DDL_FOUND_BROKEN;
	if (has_driver(repo))
		return DDL_FOUND;
	return note(&update, ddl_arena_printf(contents->arena, _("%s is a SUSE driver update without a driver: %s"), directory,
					      repo->description)) < 0 ?
		       DDL_FOUND_BROKEN :
		       DDL_FOUND_NO_DRIVER;
}

/* ------------------------------------------------------------------- several of them */

/* By number, as they are found by linuxrc; what has none is before them. */
static int compare_updates(const struct ddl_repo *a, const struct ddl_repo *b)
{
	long one = ddl_suse_number(a->directory), other = ddl_suse_number(b->directory);

	if (a->family != DDL_FAMILY_SUSE || b->family != DDL_FAMILY_SUSE)
		return (a->family == DDL_FAMILY_SUSE) - (b->family == DDL_FAMILY_SUSE);
	return (one > other) - (one < other);
}

static void sort(struct ddl_repo **repos, size_t count, int (*compare)(const struct ddl_repo *a, const struct ddl_repo *b))
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k && compare(repos[k - 1], repos[k]) > 0; k--) {
			struct ddl_repo *later = repos[k - 1];

			repos[k - 1] = repos[k];
			repos[k] = later;
		}
}

static int compare_priorities(const struct ddl_repo *a, const struct ddl_repo *b)
{
	return (a->priority > b->priority) - (a->priority < b->priority);
}

/* Where an update says no priority, it has as many before it as there were so far. */
void ddl_suse_update_sort(struct ddl_repo **repos, size_t count)
{
	size_t first = 0;

	sort(repos, count, compare_updates);
	while (first < count && repos[first]->family != DDL_FAMILY_SUSE)
		first++;
	for (size_t i = first; i < count; i++)
		if (!repos[i]->priority)
			repos[i]->priority = 1 + (unsigned)(i - first);
	if (first < count)
		sort(repos + first, count - first, compare_priorities);
}
