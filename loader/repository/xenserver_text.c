// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a generation-1 repository: XS-REPOSITORY and XS-PACKAGES as lines of text. */
#include "repository/repository.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/attributes.h"
#include "base/digest.h"
#include "base/path.h"
#include "base/text.h"
#include "repository/fingerprint.h"

#define MAX_FIELDS 8U /* the longest line has 7: name size md5 tbz2 required file directory */

/* What stands in a destination for the kernel that is running; formats.md 1. */
static const char *const variables[] = { "${KERNEL_VERSION}", "${LINUX_KABI_VERSION}" };

struct reading {
	struct ddl_arena *arena;
	struct ddl_repo *repo;
	const char ***notes;
	size_t *n_notes;
	struct ddl_error *error;
	const struct ddl_blob *blob;
	size_t at, number; /* of the next line's first byte; of this line */
	const char *field[MAX_FIELDS];
	size_t n_fields;
	struct ddl_left_out left_out;
};

static int no_memory(struct reading *r)
{
	return ddl_fail(r->error, DDL_E_MEMORY, 0, "%s", r->blob->name);
}

/* Puts the file and the line before what ddl_fail has just said. */
static int in_line(struct reading *r)
{
	return ddl_fail_in(r->error, _("%s line %zu"), r->blob->name, r->number);
}

static int check_bytes(const struct ddl_blob *blob, struct ddl_error *error)
{
	if (blob->too_large || blob->length > DDL_MAX_METADATA)
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("%s: more than %u bytes"), blob->name, DDL_MAX_METADATA);
	if (blob->length && memchr(blob->bytes, 0, blob->length))
		return ddl_fail(error, DDL_E_METADATA, 0, _("%s: holds zero bytes, so it is no text"), blob->name);
	return 0;
}

/* The next line, without white space round it. False at the end. */
static bool next_line(struct reading *r, const char **line, size_t *length)
{
	const char *text = r->blob->bytes + r->at, *end;
	size_t n = r->blob->length - r->at;

	if (!n)
		return false;
	end = memchr(text, '\n', n);
	n = end ? (size_t)(end - text) : n;
	r->at += n + (end ? 1 : 0);
	r->number++;
	ddl_text_trim(&text, &n);
	*line = text;
	*length = n;
	return true;
}

/* The same, but a line that is not blank. */
static bool next_words(struct reading *r, const char **line, size_t *length)
{
	do {
		if (!next_line(r, line, length))
			return false;
	} while (!*length);
	return true;
}

static void begin(struct reading *r, const struct ddl_blob *blob)
{
	bool marked = blob->length >= 3 && memcmp(blob->bytes, "\xEF\xBB\xBF", 3) == 0;

	r->blob = blob;
	r->at = marked ? 3 : 0;
	r->number = 0;
}

/* ------------------------------------------------------------ XS-REPOSITORY */

static int note(struct reading *r, const char *text)
{
	return ddl_repo_note(r->arena, r->notes, r->n_notes, text) ? no_memory(r) : 0;
}

/* One of the four lines, cleaned. The product does without all but the first; what is missing is told. */
static int read_text(struct reading *r, const char *what, size_t max, const char **kept)
{
	bool first = kept == &r->repo->identifier;
	const char *line = "";
	size_t length = 0;

	if (!(first ? next_words(r, &line, &length) : next_line(r, &line, &length)))
		length = 0;
	if (!length && first)
		return ddl_fail(r->error, DDL_E_METADATA, 0, _("%s: the line with the %s is missing"), r->blob->name, what);
	if (length > max) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("%s is longer than %zu bytes"), what, max);
		return in_line(r);
	}
	*kept = ddl_text_keep(r->arena, line, length);
	if (!*kept)
		return no_memory(r);
	return length ? 0 : note(r, ddl_arena_printf(r->arena, _("%s: the line with the %s is missing"), r->blob->name, what));
}

static bool has_md5(const char *line, size_t length)
{
	size_t digits = 0;

	for (size_t i = 0; i < length && digits < 32; i++)
		digits = isxdigit((unsigned char)line[i]) ? digits + 1 : 0;
	return digits == 32;
}

/*
 * The fingerprint is over both files with no mark between them, so a package's line moved up into this one would keep it,
 * and lose the package. So there are four lines, none like a package's.
 */
static int check_boundary(struct reading *r)
{
	const char *line;
	size_t length, first = 0;

	begin(r, r->blob);
	while (next_words(r, &line, &length)) {
		first = first ? first : r->number;
		if (r->number - first >= 4 || has_md5(line, length)) {
			(void)ddl_fail(r->error, DDL_E_METADATA, 0,
				       _("identifier, name, product and version were expected, and nothing else"));
			return in_line(r);
		}
	}
	return 0;
}

static int read_repository(struct reading *r, const struct ddl_blob *blob)
{
	struct ddl_repo *repo = r->repo;
	const char *colon;

	if (check_bytes(blob, r->error))
		return -1;
	begin(r, blob);
	if (read_text(r, _("identifier"), DDL_MAX_NAME, &repo->identifier) ||
	    read_text(r, _("name"), DDL_MAX_TEXT, &repo->description) ||
	    read_text(r, _("product"), DDL_MAX_NAME, &repo->product) ||
	    read_text(r, _("version"), DDL_MAX_NAME, &repo->version) || check_boundary(r))
		return -1;
	if (!*repo->description)
		repo->description = repo->identifier;
	repo->originator = repo->build = "";
	repo->name = repo->identifier;
	colon = strchr(repo->identifier, ':');
	if (!colon || colon == repo->identifier || !colon[1])
		return note(r, ddl_arena_printf(r->arena, _("%s: the identifier is \"%s\": vendor:name was expected"), blob->name,
						repo->identifier));
	repo->originator = ddl_arena_dupn(r->arena, repo->identifier, (size_t)(colon - repo->identifier));
	repo->name = colon + 1;
	return repo->originator ? 0 : no_memory(r);
}

/* -------------------------------------------------------------- XS-PACKAGES */

/* Cuts the line at its blanks. A field is used to open files, so cleaning may not change it. */
static int split(struct reading *r, const char *line, size_t length)
{
	r->n_fields = 0;
	for (size_t at = 0; at < length;) {
		size_t n = 0;
		char *copy;

		while (at < length && ddl_text_is_blank(line[at]))
			at++;
		while (n < length - at && !ddl_text_is_blank(line[at + n]))
			n++;
		if (r->n_fields == MAX_FIELDS || n >= DDL_MAX_PATH) {
			(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the line has too many fields, or one that is too long"));
			return in_line(r);
		}
		copy = ddl_arena_alloc(r->arena, n + 1, 1);
		if (!copy)
			return no_memory(r);
		if (ddl_text_clean(copy, n + 1, line + at, n) != n || memcmp(copy, line + at, n) != 0) {
			(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("\"%s\" holds characters that cannot be shown"), copy);
			return in_line(r);
		}
		r->field[r->n_fields++] = copy;
		at += n;
	}
	return 0;
}

/* Which types there are, how many fields a line of them has, and where what stands; 0: nowhere. */
static const struct kind {
	const char *name;
	enum ddl_package_type type;
	size_t n_fields, file, root, kernel;
} kinds[] = {
	{ "tbz2", DDL_PKG_TBZ2, 7, 5, 6, 0 },
	{ "driver", DDL_PKG_DRIVER, 6, 4, 5, 0 },
	{ "firmware", DDL_PKG_FIRMWARE, 5, 4, 0, 0 },
	{ "rpm", DDL_PKG_RPM, 5, 4, 0, 0 },
	{ "driver-rpm", DDL_PKG_DRIVER_RPM, 6, 5, 0, 4 },
};

/* 1: it is of a type that is not known, and left out. */
static int read_kind(struct reading *r, const struct kind **kind)
{
	const char *type = r->n_fields > 3 ? r->field[3] : "";

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(type, kinds[i].name) != 0)
			continue;
		*kind = &kinds[i];
		if (r->n_fields == kinds[i].n_fields)
			return 0;
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("a %s has %zu fields, here are %zu"), type, kinds[i].n_fields,
			       r->n_fields);
		return in_line(r);
	}
	if (!*type) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the fields name, size, md5 and type were expected"));
		return in_line(r);
	}
	(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("type is \"%s\": driver-rpm, rpm, tbz2, driver or firmware was expected"),
		       type);
	(void)in_line(r);
	return ddl_repo_leave_out(r->arena, &r->left_out, r->notes, r->n_notes, r->error) ? no_memory(r) : 1;
}

/* The variable that a text begins with; NULL: none of ours. */
static const char *variable_at(const char *text)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(*variables); i++)
		if (ddl_text_starts(text, variables[i]))
			return variables[i];
	return NULL;
}

static int read_root(struct reading *r, const char *text, const char **root)
{
	char clean[DDL_MAX_PATH];
	const char *dollar = text;

	while ((dollar = strstr(dollar, "${")) != NULL) {
		if (!variable_at(dollar)) {
			(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("nobody knows what \"%s\" stands for"), dollar);
			return in_line(r);
		}
		dollar += 2;
	}
	if (strspn(text, "/.") == strlen(text) && !strstr(text, "..")) {
		*root = "";
		return 0;
	}
	if (!ddl_path_clean(clean, sizeof(clean), text)) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the destination is \"%s\": a path without \"..\" was expected"),
			       text);
		return in_line(r);
	}
	*root = ddl_arena_dup(r->arena, clean);
	return *root ? 0 : no_memory(r);
}

/* A destination that names a kernel in so many words says which one the driver is for. */
static int read_kernel(struct reading *r, struct ddl_package *package)
{
	static const char modules[] = "lib/modules/";
	const char *name = package->root + strlen(modules);

	package->kernel = "";
	if (package->type != DDL_PKG_DRIVER || !ddl_text_starts(package->root, modules) || strstr(name, "${") ||
	    !strchr(name, '/') || strcspn(name, "/") > DDL_MAX_NAME)
		return 0;
	package->kernel = ddl_arena_dupn(r->arena, name, strcspn(name, "/"));
	return package->kernel ? 0 : no_memory(r);
}

static int read_figures(struct reading *r, struct ddl_package *package)
{
	char hex[DDL_DIGEST_HEX];

	if (!ddl_text_number(r->field[1], strlen(r->field[1]), INT64_MAX, &package->size)) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("size is \"%s\": a whole number of bytes was expected"),
			       r->field[1]);
		return in_line(r);
	}
	if (!ddl_digest_read(hex, r->field[2], DDL_MD5)) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("md5 is \"%s\": 32 hexadecimal digits were expected"), r->field[2]);
		return in_line(r);
	}
	package->digest = ddl_arena_dup(r->arena, hex);
	return package->digest ? 0 : no_memory(r);
}

static int read_package(struct reading *r, const struct kind *kind, struct ddl_package *package)
{
	char clean[DDL_MAX_PATH];

	if (read_figures(r, package))
		return -1;
	if (strlen(r->field[0]) > DDL_MAX_NAME || strlen(r->field[kind->kernel]) > DDL_MAX_NAME) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("%s is longer than %u bytes"), _("name"), DDL_MAX_NAME);
		return in_line(r);
	}
	if (!ddl_path_clean_relative(clean, sizeof(clean), r->field[kind->file])) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("the file name \"%s\" is absolute or leads out of the pack"),
			       r->field[kind->file]);
		return in_line(r);
	}
	if (kind->type == DDL_PKG_TBZ2 && strcmp(r->field[4], "required") != 0 && strcmp(r->field[4], "optional") != 0) {
		(void)ddl_fail(r->error, DDL_E_METADATA, 0, _("\"%s\": required or optional was expected"), r->field[4]);
		return in_line(r);
	}
	package->label = r->field[0];
	package->type = kind->type;
	package->file = ddl_arena_dup(r->arena, clean);
	package->root = package->options = package->version = "";
	if (!package->file)
		return no_memory(r);
	if (kind->root && read_root(r, r->field[kind->root], &package->root))
		return -1;
	if (read_kernel(r, package))
		return -1;
	if (kind->kernel)
		package->kernel = r->field[kind->kernel];
	return 0;
}

static int by_file(const void *a, const void *b)
{
	return strcmp((*(const struct ddl_package *const *)a)->file, (*(const struct ddl_package *const *)b)->file);
}

/* The same file twice would be read twice and could carry two checksums. */
static int refuse_repeats(struct reading *r)
{
	size_t n = r->repo->n_packages;
	DDL_FREE const struct ddl_package **sorted = calloc(n ? n : 1, sizeof(const struct ddl_package *));

	if (!sorted)
		return no_memory(r);
	for (size_t i = 0; i < n; i++)
		sorted[i] = &r->repo->packages[i];
	qsort(sorted, n, sizeof(const struct ddl_package *), by_file);
	for (size_t i = 1; i < n; i++)
		if (strcmp(sorted[i - 1]->file, sorted[i]->file) == 0)
			return ddl_fail(r->error, DDL_E_METADATA, 0, _("%s: \"%s\" is named twice"), r->blob->name,
					sorted[i]->file);
	return 0;
}

static int read_packages(struct reading *r, const struct ddl_blob *blob)
{
	struct ddl_repo *repo = r->repo;
	const char *line;
	size_t length;

	if (check_bytes(blob, r->error))
		return -1;
	begin(r, blob);
	while (next_words(r, &line, &length)) {
		struct ddl_package *package;
		const struct kind *kind = NULL;
		int left_out;

		if (repo->n_packages >= DDL_MAX_PACKAGES)
			return ddl_fail(r->error, DDL_E_TOO_LARGE, 0, _("%s: more than %u packages"), blob->name,
					DDL_MAX_PACKAGES);
		if (split(r, line, length) || (left_out = read_kind(r, &kind)) < 0)
			return -1;
		if (left_out)
			continue;
		package = ddl_arena_push(r->arena, &repo->packages, &repo->n_packages, sizeof(*package));
		if (!package)
			return no_memory(r);
		if (read_package(r, kind, package))
			return -1;
	}
	return ddl_repo_left_out(r->arena, &r->left_out, repo, r->notes, r->n_notes, r->error) || refuse_repeats(r) ? -1 : 0;
}

/* ---------------------------------------------------------- the repository */

int ddl_repo_parse_text(struct ddl_arena *arena, const char *directory, const struct ddl_blob *repository,
			const struct ddl_blob *packages, struct ddl_repo *repo, const char ***notes, size_t *n_notes,
			struct ddl_error *error)
{
	struct ddl_error unheard = DDL_ERROR_INIT;
	struct reading r = {
		.arena = arena, .repo = repo, .notes = notes, .n_notes = n_notes, .error = error ? error : &unheard
	};

	*repo = (struct ddl_repo){ .family = DDL_FAMILY_XENSERVER_TEXT, .where = "" };
	if (read_repository(&r, repository) || read_packages(&r, packages))
		return -1;
	repo->directory = ddl_arena_dup(arena, directory);
	repo->fingerprint = ddl_fingerprint_md5(arena, repository, packages);
	return repo->directory && repo->fingerprint ? 0 : no_memory(&r);
}

/* The text with the release in place of each variable. NULL: no memory. */
static const char *fill_in(struct ddl_arena *arena, const char *text, const char *release)
{
	size_t room = strlen(text) + 1, used = 0;
	char *filled;

	for (const char *dollar = text; (dollar = strstr(dollar, "${")) != NULL; dollar += 2)
		room += strlen(release);
	filled = ddl_arena_alloc(arena, room, 1);
	while (filled && *text) {
		const char *variable = variable_at(text);

		if (variable) {
			memcpy(filled + used, release, strlen(release));
			used += strlen(release);
			text += strlen(variable);
		} else {
			filled[used++] = *text++;
		}
	}
	return filled;
}

int ddl_repo_fill_in(struct ddl_arena *arena, struct ddl_repo *repo, const char *release)
{
	for (size_t i = 0; i < repo->n_packages; i++) {
		struct ddl_package *package = &repo->packages[i];

		if (strstr(package->root, "${") && !(package->root = fill_in(arena, package->root, release)))
			return -1;
	}
	return 0;
}
