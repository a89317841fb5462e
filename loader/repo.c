// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the repositories on a medium by the names of its metadata files. */
#include "repo_update.h"

#include <nettle/md5.h>
#include <string.h>

#include "path.h"
#include "plain_name.h"
#include "text.h"

static const char repository_name[] = "XS-REPOSITORY";
static const char packages_name[] = "XS-PACKAGES";
const char ddl_repo_list_name[] = "XS-REPOSITORY-LIST";

#define MOST_SAID 8U /* remarks about the same thing */

/* formats.md 2, "Where a reader looks on a medium". */
const char *const ddl_repo_directories[] = {
	"", "packages", "packages.main", "packages.linux", "packages.site", NULL
};

const char *const ddl_repo_files[] = {
	repository_name, packages_name, ddl_repo_list_name, ddl_update_name, ddl_repomd_name, "repodata/repomd.xml.asc", NULL
};

/* What is put together while the blobs are gone through. */
struct search {
	struct ddl_arena *arena;
	const struct ddl_blob *blobs;
	size_t n_blobs;
	const char **directories; /* in the order of looking */
	size_t n_directories;
	const char **listed;      /* the part of them that XS-REPOSITORY-LIST names */
	size_t n_listed;
	struct ddl_repo **repos;
	size_t n_repos;
	const char ***notes;
	size_t *n_notes;
	struct ddl_error first;   /* what was wrong with the first that could not be read */
	const char **broken;      /* the same in words for each of them */
	size_t n_broken;
	size_t n_missing;         /* directories of the list without a repository */
	bool full, nested;        /* said: there are too many; there is a list that is not in the root */
};

/* The one place that says when a file's name is the one a format asks for. */
static bool name_is(const char *name, size_t length, const char *wanted)
{
	return length == strlen(wanted) && memcmp(name, wanted, length) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/*
 * Generation 1 is four lines of text, the first "vendor:name". Anything else is handed to
 * the XML reader, whose complaint says more than a guess.
 */
static bool is_text_generation(const char *bytes, size_t length)
{
	size_t at = 0, line;

	if (!bytes)
		return false;
	while (at < length && (is_blank(bytes[at]) || bytes[at] == '\n'))
		at++;
	for (line = at; line < length && bytes[line] != '\n'; line++) {
		unsigned char c = (unsigned char)bytes[line];

		if (c == '<' || (c < ' ' && c != '\r' && c != '\t'))
			return false;
	}
	return line > at && memchr(bytes + at, ':', line - at);
}

/* The first of the names it may have, from the one at `from` on; NULL: none. */
static const char *const *meant(const char *name, const char *const *from)
{
	const char *base = ddl_path_base(name);

	for (const char *const *file = ddl_repo_files; *file; file++)
		if (name_is(base, strlen(base), ddl_path_base(*file)))
			return file >= from ? file : NULL;
	for (; *from; from++)
		if (ddl_plain_name(ddl_path_base(*from), base))
			return from;
	return NULL;
}

bool ddl_repo_is_metadata(const char *name)
{
	return meant(name, ddl_repo_files) != NULL;
}

const char *ddl_repo_metadata_name(const char *name, const char *bytes, size_t length)
{
	const char *const *first = meant(name, ddl_repo_files);
	const char *const *other = first ? meant(name, first + 1) : NULL;

	if (!first)
		return NULL;
	/* a list has no "<", and no line with a colon in the middle where the other begins */
	return other && *first == repository_name && bytes && !memchr(bytes, '<', length) &&
	       !is_text_generation(bytes, length) ? *other : ddl_path_base(*first);
}

const char *ddl_repo_fingerprint(struct ddl_arena *arena, const struct ddl_blob *repository,
				 const struct ddl_blob *packages)
{
	uint8_t digest[MD5_DIGEST_SIZE];
	char hex[2 * MD5_DIGEST_SIZE + 1];
	struct md5_ctx md5;

	md5_init(&md5);
	md5_update(&md5, repository->length, (const uint8_t *)repository->bytes);
	md5_update(&md5, packages->length, (const uint8_t *)packages->bytes);
	md5_digest(&md5, sizeof(digest), digest);
	ddl_text_hex(hex, digest, sizeof(digest));
	return ddl_arena_dup(arena, hex);
}

/* ---------------------------------------------------------------- notes, sets */

/* Adds a note; NULL text means that there was no memory for it. */
static int add_note(struct ddl_arena *arena, const char ***notes, size_t *n_notes, const char *text)
{
	const char **note;

	if (!notes)
		return 0;
	if (!text)
		return -1;
	note = ddl_arena_push(arena, notes, n_notes, sizeof(*note));
	if (!note)
		return -1;
	*note = text;
	return 0;
}

static bool holds(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

/* Adds a directory that is not there yet. */
static int add_directory(struct ddl_arena *arena, const char ***names, size_t *count, const char *name)
{
	const char **place;

	if (holds(*names, *count, name))
		return 0;
	place = ddl_arena_push(arena, names, count, sizeof(*place));
	if (!place)
		return -1;
	*place = name;
	return 0;
}

/* ------------------------------------------------------- XS-REPOSITORY-LIST */

/* One line without its end. 0 also when it is refused with a note; -1: no memory. */
static int list_line(struct ddl_arena *arena, const char *line, size_t length, size_t number,
		     const char ***directories, size_t *count, const char ***notes, size_t *n_notes)
{
	char clean[DDL_MAX_PATH];
	const char *text, *name;

	while (length && is_blank(*line)) {
		line++;
		length--;
	}
	while (length && is_blank(line[length - 1]))
		length--;
	if (!length)
		return 0;
	if (length >= sizeof(clean))
		return add_note(arena, notes, n_notes,
				ddl_arena_printf(arena, _("XS-REPOSITORY-LIST line %zu is too long and was left out."), number));
	text = ddl_arena_dupn(arena, line, length);
	if (!text)
		return -1;
	if (strcmp(text, ".") == 0 || strcmp(text, "./") == 0)
		return 0; /* the root, which is looked in anyway */
	if (strlen(text) != length || !ddl_path_clean_relative(clean, sizeof(clean), text)) {
		char shown[DDL_MAX_PATH];

		(void)ddl_text_clean(shown, sizeof(shown), line, length);
		return add_note(arena, notes, n_notes,
				ddl_arena_printf(arena, _("XS-REPOSITORY-LIST line %zu names \"%s\", which is not a directory on this medium; it was left out."),
						 number, shown));
	}
	name = ddl_arena_dup(arena, clean);
	return name ? add_directory(arena, directories, count, name) : -1;
}

int ddl_repo_list(struct ddl_arena *arena, const char *bytes, size_t length,
		  const char ***directories, size_t *count, const char ***notes, size_t *n_notes,
		  struct ddl_error *error)
{
	size_t number = 0, at = length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

	*directories = NULL;
	*count = 0;
	while (at < length) {
		const char *end = memchr(bytes + at, '\n', length - at);
		size_t line = end ? (size_t)(end - bytes) - at : length - at;

		if (++number > DDL_MAX_LIST_LINES) {
			if (add_note(arena, notes, n_notes,
				     ddl_arena_printf(arena, _("XS-REPOSITORY-LIST has more than %u lines; the rest was left out."),
						      DDL_MAX_LIST_LINES)))
				return ddl_fail(error, DDL_E_MEMORY, 0, "%s", ddl_repo_list_name);
			break;
		}
		if (list_line(arena, bytes + at, line, number, directories, count, notes, n_notes))
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", ddl_repo_list_name);
		at += line + (end ? 1 : 0);
	}
	return 0;
}

/* ----------------------------------------------------------------- the search */

/* The metadata file of this name in this directory; NULL when it was not read. */
static const struct ddl_blob *find_blob(const struct search *s, const char *directory, const char *name)
{
	size_t n = strlen(directory);

	for (size_t i = 0; i < s->n_blobs; i++) {
		const char *slash = strrchr(s->blobs[i].name, '/');
		const char *base = slash ? slash + 1 : s->blobs[i].name;
		size_t length = slash ? (size_t)(slash - s->blobs[i].name) : 0;

		if (length == n && memcmp(s->blobs[i].name, directory, n) == 0 && name_is(base, strlen(base), name))
			return &s->blobs[i];
	}
	return NULL;
}

static int read_list(struct search *s, struct ddl_error *error)
{
	const struct ddl_blob *list = find_blob(s, "", ddl_repo_list_name);

	if (!list)
		return 0;
	if (list->too_large || list->length > DDL_MAX_METADATA) {
		if (add_note(s->arena, s->notes, s->n_notes,
			     ddl_arena_printf(s->arena, _("XS-REPOSITORY-LIST is larger than %u bytes and was left out."),
					      DDL_MAX_METADATA)))
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", ddl_repo_list_name);
		return 0;
	}
	return ddl_repo_list(s->arena, list->bytes, list->length, &s->listed, &s->n_listed, s->notes, s->n_notes,
			     error);
}

/* The directory that metadata was found in of those that could be the one that is meant; that itself where none is. */
static const char *directory_meant(const struct search *s, const char *wanted)
{
	size_t n = strlen(wanted);

	for (size_t i = 0; n && i < s->n_blobs; i++)
		if (strncmp(s->blobs[i].name, wanted, n) == 0 && s->blobs[i].name[n] == '/')
			return wanted;
	for (size_t i = 0; n && i < s->n_blobs; i++) {
		const char *name = s->blobs[i].name, *slash = strrchr(name, '/');
		const char *found = slash ? ddl_arena_dupn(s->arena, name, (size_t)(slash - name)) : NULL;

		if (found && ddl_plain_name(wanted, found) && !holds(s->directories, s->n_directories, found))
			return found;
	}
	return wanted;
}

/* All directories to look in, in order, none twice. */
static int gather_directories(struct search *s)
{
	for (size_t i = 0; ddl_repo_directories[i]; i++) {
		if (add_directory(s->arena, &s->directories, &s->n_directories,
				  directory_meant(s, ddl_repo_directories[i])))
			return -1;
	}
	for (size_t i = 0; i < s->n_listed; i++) {
		if (add_directory(s->arena, &s->directories, &s->n_directories, directory_meant(s, s->listed[i])))
			return -1;
	}
	for (size_t i = 0; i < s->n_blobs; i++) {
		const char *name = s->blobs[i].name, *slash = strrchr(name, '/');
		const char *directory = slash ? ddl_arena_dupn(s->arena, name, (size_t)(slash - name)) : "";

		if (!directory || add_directory(s->arena, &s->directories, &s->n_directories, directory))
			return -1;
	}
	return 0;
}

/* A repository that cannot be read; what is said of it waits until it is known whether another can. */
static int leave_out(struct search *s, const struct ddl_error *error)
{
	const char *text;

	if (error->code == DDL_E_MEMORY)
		return -1;
	if (s->first.code == DDL_OK)
		s->first = *error;
	text = ddl_arena_printf(s->arena, "%s (%s)", ddl_code_sentence(error->code), error->text);
	return add_note(s->arena, &s->broken, &s->n_broken, text);
}

static int add_repo(struct search *s, struct ddl_repo *repo)
{
	struct ddl_repo **place = ddl_arena_push(s->arena, &s->repos, &s->n_repos, sizeof(*place));

	if (!place)
		return -1;
	*place = repo;
	return 0;
}

/* Both files are there. */
static int parse_one(struct search *s, const char *directory, const struct ddl_blob *repository,
		     const struct ddl_blob *packages, struct ddl_error *error)
{
	struct ddl_repo *repo = ddl_arena_alloc(s->arena, 1, sizeof(*repo));

	if (!repo)
		return -1;
	if (is_text_generation(repository->bytes, repository->length) ? ddl_repo_parse_text(s->arena, directory, repository, packages, repo, error)
					   : ddl_repo_parse_xml(s->arena, directory, repository, packages, repo, error))
		return leave_out(s, error);
	return add_repo(s, repo);
}

/* An update that XenServer 7.1 and later, or XCP-ng, could install; only some bring drivers. */
static int parse_update(struct search *s, const char *directory, const struct ddl_blob *update, struct ddl_error *error)
{
	struct ddl_repo *repo = ddl_arena_alloc(s->arena, 1, sizeof(*repo));
	int result;

	if (!repo)
		return -1;
	result = ddl_repo_parse_update(s->arena, directory, s->blobs, s->n_blobs, repo, s->notes, s->n_notes, error);
	if (result < 0)
		return leave_out(s, error);
	if (result > 0)
		return add_note(s->arena, s->notes, s->n_notes,
				ddl_arena_printf(s->arena, _("%s: the update %s brings no drivers and was left out."), update->name,
						 repo->identifier));
	return add_repo(s, repo);
}

/* Only one of the two files is there, or none. */
static int note_incomplete(struct search *s, const char *directory, const struct ddl_blob *repository,
			   const struct ddl_blob *packages)
{
	const char *text;

	if (repository)
		text = ddl_arena_printf(s->arena, _("%s has no XS-PACKAGES beside it and was left out."), repository->name);
	else if (packages)
		text = ddl_arena_printf(s->arena, _("%s has no XS-REPOSITORY beside it and was left out."), packages->name);
	else if (holds(s->listed, s->n_listed, directory) && !find_blob(s, directory, ddl_update_name))
		text = ++s->n_missing > MOST_SAID ? "" : s->n_missing == MOST_SAID
			? _("XS-REPOSITORY-LIST names still more directories without a repository.")
			: ddl_arena_printf(s->arena, _("XS-REPOSITORY-LIST names \"%s\", but no repository is there."), directory);
	else
		text = "";
	if (text && !*text)
		return 0;
	return add_note(s->arena, s->notes, s->n_notes, text);
}

/* Lists that name each other lead nowhere: only the one in the root counts. */
static int note_nested(struct search *s, const char *directory)
{
	const struct ddl_blob *list = *directory && !s->nested ? find_blob(s, directory, ddl_repo_list_name) : NULL;

	if (!list)
		return 0;
	s->nested = true;
	return add_note(s->arena, s->notes, s->n_notes,
			ddl_arena_printf(s->arena, _("%s was left out: such a list counts only where the medium begins."), list->name));
}

static int look_in(struct search *s, const char *directory, struct ddl_error *error)
{
	const struct ddl_blob *repository = find_blob(s, directory, repository_name);
	const struct ddl_blob *packages = find_blob(s, directory, packages_name);
	const struct ddl_blob *update = find_blob(s, directory, ddl_update_name);
	bool both = repository && packages;

	if (s->n_repos >= DDL_MAX_REPOSITORIES && (both || update)) {
		if (s->full)
			return 0;
		s->full = true;
		return add_note(s->arena, s->notes, s->n_notes,
				ddl_arena_printf(s->arena, _("%s: there are more than %u repositories; it and what follows was left out."),
						 update ? update->name : repository->name, DDL_MAX_REPOSITORIES));
	}
	if (update && parse_update(s, directory, update, error) < 0)
		return -1;
	return both ? parse_one(s, directory, repository, packages, error)
		    : note_incomplete(s, directory, repository, packages);
}

int ddl_repos_parse(struct ddl_arena *arena, const struct ddl_blob *blobs, size_t n_blobs,
		    struct ddl_repo ***repos, size_t *n_repos, const char ***notes, size_t *n_notes,
		    struct ddl_error *error)
{
	struct search s = { .arena = arena, .blobs = blobs, .n_blobs = n_blobs, .notes = notes, .n_notes = n_notes };
	struct ddl_error trouble = DDL_ERROR_INIT;

	*repos = NULL;
	*n_repos = 0;
	if (read_list(&s, error))
		return -1;
	if (gather_directories(&s))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", repository_name);
	for (size_t i = 0; i < s.n_directories; i++) {
		if (look_in(&s, s.directories[i], &trouble) || note_nested(&s, s.directories[i]))
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", repository_name);
	}
	/* With nothing to show for it, the first is the error, and not said twice. */
	for (size_t i = s.n_repos ? 0 : 1; i < s.n_broken; i++) {
		if (add_note(arena, notes, n_notes, s.broken[i]))
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", repository_name);
	}
	*repos = s.repos;
	*n_repos = s.n_repos;
	if (s.n_repos || s.first.code == DDL_OK)
		return 0;
	if (error)
		*error = s.first;
	return -1;
}
