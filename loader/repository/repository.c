// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the repositories on a medium by the names of its metadata files. */
#include "repository/xenserver_update.h"

#include <string.h>
#include <strings.h>

#include "base/path.h"
#include "base/text.h"
#include "medium/suse.h"
#include "repository/redhat.h"
#include "repository/suse_update.h"

static const char repository_name[] = "XS-REPOSITORY";
static const char packages_name[] = "XS-PACKAGES";
const char ddl_repo_list_name[] = "XS-REPOSITORY-LIST";

#define MOST_SAID 8U /* remarks about the same thing */
/* Names that would be the same when they are cut are cut further, and numbered: "XS_RE000". */
#define CUT_BASE 5U
#define CUT_NUMBER 3U

/* formats.md 2, "Where a reader looks on a medium". */
const char *const ddl_repo_directories[] = { "", "packages", "packages.main", "packages.linux", "packages.site", NULL };

const char *const ddl_repo_files[] = { repository_name,
				       packages_name,
				       ddl_repo_list_name,
				       ddl_update_name,
				       ddl_update_signature_name,
				       ddl_repomd_name,
				       ddl_repomd_signature_name,
				       ddl_redhat_name,
				       NULL };

/* What is put together while the blobs are gone through. */
struct search {
	struct ddl_contents contents;
	const char **directories; /* in the order of looking */
	size_t n_directories;
	const char **listed; /* the part of them that XS-REPOSITORY-LIST names */
	size_t n_listed;
	struct ddl_repo **repos;
	size_t n_repos;
	struct ddl_error first; /* what was wrong with the first that could not be read */
	const char **broken; /* the same in words for each of them */
	size_t n_broken;
	size_t n_missing; /* directories of the list without a repository */
	bool full, nested; /* said: there are too many; there is a list that is not in the root */
};

/*
 * Generation 1 begins with a line of text, the identifier. What has a "<" in it is handed to the XML
 * reader, whose complaint says more than a guess.
 */
static bool is_text_generation(const char *bytes, size_t length)
{
	size_t at = 0, line;

	if (!bytes)
		return false;
	while (at < length && ddl_text_is_blank(bytes[at]))
		at++;
	for (line = at; line < length && bytes[line] != '\n'; line++) {
		unsigned char c = (unsigned char)bytes[line];

		if (c == '<' || (c < ' ' && c != '\r' && c != '\t'))
			return false;
	}
	return line > at;
}

const char *ddl_repo_metadata_name(const char *name)
{
	const char *base = ddl_path_base(name);

	for (const char *const *file = ddl_repo_files; *file; file++)
		if (strcasecmp(base, ddl_path_base(*file)) == 0)
			return ddl_path_base(*file);
	return NULL;
}

static char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '-' || c == '.' ? '_' : c;
}

bool ddl_repo_is_cut(const char *wanted, const char *found)
{
	const char *type = strrchr(wanted, '.'), *type_found = strrchr(found, '.');
	size_t base = type_found ? (size_t)(type_found - found) : strlen(found), same = 0;

	if (strlen(found) > strlen(wanted) || (type_found && (!type || strncasecmp(type, type_found, strlen(type_found)) != 0)))
		return false;
	while (same < base && fold(found[same]) == fold(wanted[same]))
		same++;
	return (same == base && same >= CUT_BASE) ||
	       (same >= CUT_BASE && base == CUT_BASE + CUT_NUMBER && strspn(found + CUT_BASE, "0123456789") == CUT_NUMBER);
}

bool ddl_repo_is_cut_metadata(const char *name)
{
	const char *base = ddl_path_base(name);

	return !ddl_repo_metadata_name(base) && (ddl_repo_is_cut(repository_name, base) || ddl_repo_is_cut(packages_name, base));
}

bool ddl_repo_begins(const char *name)
{
	const char *metadata = ddl_repo_metadata_name(name);

	return metadata ? !ddl_text_starts(metadata, "repomd.") && !ddl_text_ends(metadata, ".asc") :
			  ddl_repo_is_cut_metadata(name);
}

/* ---------------------------------------------------------------- notes, sets */

int ddl_repo_note(struct ddl_arena *arena, const char ***notes, size_t *n_notes, const char *text)
{
	const char **note;

	if (!text)
		return -1;
	if (!notes)
		return 0;
	note = ddl_arena_push(arena, notes, n_notes, sizeof(*note));
	if (!note)
		return -1;
	*note = text;
	return 0;
}

int ddl_repo_leave_out(struct ddl_arena *arena, struct ddl_left_out *left_out, const char ***notes, size_t *n_notes,
		       struct ddl_error *why)
{
	const char *text = ddl_arena_printf(arena, _("%s; this package was left out."), why->text);

	if (!left_out->count)
		left_out->first = *why;
	ddl_error_clear(why);
	return ++left_out->count <= MOST_SAID ? ddl_repo_note(arena, notes, n_notes, text) : 0;
}

int ddl_repo_left_out(struct ddl_arena *arena, const struct ddl_left_out *left_out, const struct ddl_repo *repo,
		      const char ***notes, size_t *n_notes, struct ddl_error *error)
{
	if (left_out->count && !repo->n_packages) {
		*error = left_out->first;
		return -1;
	}
	if (left_out->count > MOST_SAID && ddl_repo_note(arena, notes, n_notes,
							 ddl_arena_printf(arena, _("%s: %zu packages were left out in all."),
									  repo->identifier, left_out->count)))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", repo->identifier);
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
static int list_line(struct ddl_arena *arena, const char *line, size_t length, size_t number, const char ***directories,
		     size_t *count, const char ***notes, size_t *n_notes)
{
	char clean[DDL_MAX_PATH];
	const char *text, *name;

	ddl_text_trim(&line, &length);
	if (!length)
		return 0;
	if (length >= sizeof(clean))
		return ddl_repo_note(
			arena, notes, n_notes,
			ddl_arena_printf(arena, _("XS-REPOSITORY-LIST line %zu is too long and was left out."), number));
	text = ddl_arena_dupn(arena, line, length);
	if (!text)
		return -1;
	if (strcmp(text, ".") == 0 || strcmp(text, "./") == 0)
		return 0; /* the root, which is looked in anyway */
	if (strlen(text) != length || !ddl_path_clean_relative(clean, sizeof(clean), text)) {
		char shown[DDL_MAX_PATH];

		(void)ddl_text_clean(shown, sizeof(shown), line, length);
		return ddl_repo_note(
			arena, notes, n_notes,
			ddl_arena_printf(
				arena,
				_("XS-REPOSITORY-LIST line %zu names \"%s\", which is not a directory on this medium; it was left out."),
				number, shown));
	}
	name = ddl_arena_dup(arena, clean);
	return name ? add_directory(arena, directories, count, name) : -1;
}

int ddl_repo_list(struct ddl_arena *arena, const char *bytes, size_t length, const char ***directories, size_t *count,
		  const char ***notes, size_t *n_notes, struct ddl_error *error)
{
	size_t number = 0, at = length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

	*directories = NULL;
	*count = 0;
	while (at < length) {
		const char *end = memchr(bytes + at, '\n', length - at);
		size_t line = end ? (size_t)(end - bytes) - at : length - at;

		if (++number > DDL_MAX_LIST_LINES) {
			if (ddl_repo_note(arena, notes, n_notes,
					  ddl_arena_printf(arena,
							   _("XS-REPOSITORY-LIST has more than %u lines; the rest was left out."),
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

const struct ddl_blob *ddl_contents_blob(const struct ddl_contents *contents, const char *directory, const char *name)
{
	size_t n = strlen(directory);

	for (size_t i = 0; i < contents->n_blobs; i++) {
		const char *slash = strrchr(contents->blobs[i].name, '/');
		const char *base = slash ? slash + 1 : contents->blobs[i].name;
		size_t length = slash ? (size_t)(slash - contents->blobs[i].name) : 0;

		if (length == n && memcmp(contents->blobs[i].name, directory, n) == 0 && strcmp(base, name) == 0)
			return &contents->blobs[i];
	}
	return NULL;
}

int ddl_contents_note(struct ddl_contents *contents, const char *text)
{
	return ddl_repo_note(contents->arena, contents->notes, contents->n_notes, text);
}

static int read_list(struct search *s, struct ddl_error *error)
{
	const struct ddl_blob *list = ddl_contents_blob(&s->contents, "", ddl_repo_list_name);

	if (!list)
		return 0;
	if (list->too_large || list->length > DDL_MAX_METADATA) {
		if (ddl_contents_note(&s->contents,
				      ddl_arena_printf(s->contents.arena,
						       _("XS-REPOSITORY-LIST is larger than %u bytes and was left out."),
						       DDL_MAX_METADATA)))
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", ddl_repo_list_name);
		return 0;
	}
	return ddl_repo_list(s->contents.arena, list->bytes, list->length, &s->listed, &s->n_listed, s->contents.notes,
			     s->contents.n_notes, error);
}

/* All directories to look in, in order, none twice. */
static int gather_directories(struct search *s)
{
	for (size_t i = 0; ddl_repo_directories[i]; i++) {
		if (add_directory(s->contents.arena, &s->directories, &s->n_directories, ddl_repo_directories[i]))
			return -1;
	}
	for (size_t i = 0; i < s->n_listed; i++) {
		if (add_directory(s->contents.arena, &s->directories, &s->n_directories, s->listed[i]))
			return -1;
	}
	for (size_t i = 0; i < s->contents.n_blobs; i++) {
		const char *name = s->contents.blobs[i].name, *slash = strrchr(name, '/');
		const char *directory = slash ? ddl_arena_dupn(s->contents.arena, name, (size_t)(slash - name)) : "";

		if (!directory || add_directory(s->contents.arena, &s->directories, &s->n_directories, directory))
			return -1;
	}
	for (size_t i = 0; i < s->contents.n_files; i++) {
		const char *name = s->contents.files[i].name;
		const char *directory = ddl_arena_dupn(s->contents.arena, name, ddl_suse_folder(name));

		if (!directory || add_directory(s->contents.arena, &s->directories, &s->n_directories, directory))
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
	text = ddl_arena_printf(s->contents.arena, "%s (%s)", ddl_code_sentence(error->code), error->text);
	return ddl_repo_note(s->contents.arena, &s->broken, &s->n_broken, text);
}

static int add_repo(struct search *s, struct ddl_repo *repo)
{
	struct ddl_repo **place = ddl_arena_push(s->contents.arena, &s->repos, &s->n_repos, sizeof(*place));

	if (!place)
		return -1;
	*place = repo;
	return 0;
}

/* ------------------------------------------------------------------ XenServer's rows */

static enum ddl_found read_pair(struct ddl_contents *contents, const char *directory, struct ddl_repo *repo, bool text,
				struct ddl_error *error)
{
	const struct ddl_blob *repository = ddl_contents_blob(contents, directory, repository_name);
	const struct ddl_blob *packages = ddl_contents_blob(contents, directory, packages_name);

	if (!repository || !packages || is_text_generation(repository->bytes, repository->length) != text)
		return DDL_FOUND_NONE;
	return (text ? ddl_repo_parse_text(contents->arena, directory, repository, packages, repo, contents->notes,
					   contents->n_notes, error) :
		       ddl_repo_parse_xml(contents->arena, directory, repository, packages, repo, contents->notes,
					  contents->n_notes, error)) ?
		       DDL_FOUND_BROKEN :
		       DDL_FOUND;
}

static enum ddl_found read_text(struct ddl_contents *contents, const char *directory, struct ddl_repo *repo,
				struct ddl_error *error)
{
	return read_pair(contents, directory, repo, true, error);
}

static enum ddl_found read_xml(struct ddl_contents *contents, const char *directory, struct ddl_repo *repo,
			       struct ddl_error *error)
{
	return read_pair(contents, directory, repo, false, error);
}

/* An update that XenServer 7.1 and later, or XCP-ng, could install; only some bring drivers. */
static enum ddl_found read_update(struct ddl_contents *contents, const char *directory, struct ddl_repo *repo,
				  struct ddl_error *error)
{
	const struct ddl_blob *update = ddl_contents_blob(contents, directory, ddl_update_name);
	int result = update ? ddl_repo_parse_update(contents->arena, directory, contents->blobs, contents->n_blobs, repo,
						    contents->notes, contents->n_notes, error) :
			      0;

	if (!update || result < 0)
		return update ? DDL_FOUND_BROKEN : DDL_FOUND_NONE;
	return result ? DDL_FOUND_NO_DRIVER : DDL_FOUND;
}

static const struct ddl_reader_row readers[] = {
	{ DDL_FAMILY_XENSERVER_UPDATE, read_update }, { DDL_FAMILY_XENSERVER_TEXT, read_text },
	{ DDL_FAMILY_XENSERVER_XML, read_xml },       { DDL_FAMILY_REDHAT, ddl_redhat_read },
	{ DDL_FAMILY_SUSE, ddl_suse_update_read },
};

/* Only one of the two files is there, or none. */
static int note_incomplete(struct search *s, const char *directory)
{
	const struct ddl_blob *repository = ddl_contents_blob(&s->contents, directory, repository_name);
	const struct ddl_blob *packages = ddl_contents_blob(&s->contents, directory, packages_name);
	const char *text;

	if (repository && packages)
		return 0;
	if (repository)
		text = ddl_arena_printf(s->contents.arena, _("%s has no XS-PACKAGES beside it and was left out."),
					repository->name);
	else if (packages)
		text = ddl_arena_printf(s->contents.arena, _("%s has no XS-REPOSITORY beside it and was left out."),
					packages->name);
	else if (holds(s->listed, s->n_listed, directory) && !ddl_contents_blob(&s->contents, directory, ddl_update_name))
		text = ++s->n_missing > MOST_SAID ?
			       "" :
		       s->n_missing == MOST_SAID ?
			       _("XS-REPOSITORY-LIST names still more directories without a repository.") :
			       ddl_arena_printf(s->contents.arena,
						_("XS-REPOSITORY-LIST names \"%s\", but no repository is there."), directory);
	else
		text = "";
	if (text && !*text)
		return 0;
	return ddl_contents_note(&s->contents, text);
}

/* Lists that name each other lead nowhere: only the one in the root counts. */
static int note_nested(struct search *s, const char *directory)
{
	const struct ddl_blob *list = *directory && !s->nested ? ddl_contents_blob(&s->contents, directory, ddl_repo_list_name) :
								 NULL;

	if (!list)
		return 0;
	s->nested = true;
	return ddl_repo_note(s->contents.arena, s->contents.notes, s->contents.n_notes,
			     ddl_arena_printf(s->contents.arena,
					      _("%s was left out: such a list counts only where the medium begins."),
					      list->name));
}

static int no_room(struct search *s, const char *directory)
{
	if (s->full)
		return 0;
	s->full = true;
	return ddl_contents_note(&s->contents,
				 ddl_arena_printf(s->contents.arena,
						  _("%s: there are more than %u repositories; it and what follows was left out."),
						  directory, DDL_MAX_REPOSITORIES));
}

static int look_for(struct search *s, const struct ddl_reader_row *reader, const char *directory)
{
	struct ddl_repo *repo = ddl_arena_alloc(s->contents.arena, 1, sizeof(*repo));
	struct ddl_error trouble = DDL_ERROR_INIT;

	if (!repo)
		return -1;
	switch (reader->read(&s->contents, directory, repo, &trouble)) {
	case DDL_FOUND:
		return s->n_repos < DDL_MAX_REPOSITORIES ? add_repo(s, repo) : no_room(s, directory);
	case DDL_FOUND_BROKEN:
		return leave_out(s, &trouble);
	default:
		return 0;
	}
}

static int look_in(struct search *s, const char *directory)
{
	for (size_t i = 0; i < sizeof(readers) / sizeof(*readers) && !s->full; i++)
		if (look_for(s, &readers[i], directory) < 0)
			return -1;
	return note_incomplete(s, directory);
}

int ddl_repos_parse(const struct ddl_contents *contents, struct ddl_repo ***repos, size_t *n_repos, struct ddl_error *error)
{
	struct search s = { .contents = *contents };

	*repos = NULL;
	*n_repos = 0;
	if (read_list(&s, error))
		return -1;
	if (gather_directories(&s))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", repository_name);
	for (size_t i = 0; i < s.n_directories; i++) {
		if (look_in(&s, s.directories[i]) || note_nested(&s, s.directories[i]))
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", repository_name);
	}
	ddl_suse_update_sort(s.repos, s.n_repos);
	/* With nothing to show for it, the first is the error, and not said twice. */
	for (size_t i = s.n_repos ? 0 : 1; i < s.n_broken; i++) {
		if (ddl_contents_note(&s.contents, s.broken[i]))
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
