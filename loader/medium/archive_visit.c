// SPDX-License-Identifier: GPL-2.0-or-later
/* The files in an archive: those that are wanted, or all, are shown to a visitor, in one pass. */
#include "medium/archive_pass.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "medium/files.h"
#include "medium/listing.h"

struct file {
	struct ddl_reader reader; /* first: a reader is a file */
	struct ddl_pass *pass;
	uint64_t left; /* of what the directory promises */
};

static ssize_t read_contents(struct ddl_reader *reader, void *buffer, size_t n, struct ddl_error *error)
{
	struct file *file = reader->ctx;
	struct ddl_pass *pass = file->pass;
	la_ssize_t got;

	/* A zip file's contents are shorter there than here; a sector more or less is no matter. */
	pass->ahead = file->left > 0 ? file->left : DDL_SECTOR;
	if (pass->format == DDL_ARCHIVE_ZIP && pass->ahead > 4 * DDL_SECTOR)
		pass->ahead = 4 * DDL_SECTOR;
	do
		got = archive_read_data(pass->lib, buffer, n);
	while (got == ARCHIVE_RETRY);
	pass->ahead = 0;
	if (got < 0)
		return ddl_pass_failed(pass, reader->name, error);
	file->left -= (uint64_t)got < file->left ? (uint64_t)got : file->left;
	return (ssize_t)got;
}

/* What is looked for, by name without regard to case. */
struct search {
	struct ddl_wanted **byname;
	size_t count, missing;
	char **alias; /* by index in wanted: the file it is a hard link to, or NULL */
	const struct ddl_wanted *first;
	size_t n_alias;
};

static int by_name(const void *a, const void *b)
{
	const struct ddl_wanted *const *x = a, *const *y = b;

	return strcasecmp((*x)->name, (*y)->name);
}

static int name_is(const void *key, const void *element)
{
	const struct ddl_wanted *const *wanted = element;

	return strcasecmp(key, (*wanted)->name);
}

static struct ddl_wanted *search_for(const struct search *search, const char *name)
{
	struct ddl_wanted **found = bsearch(name, search->byname, search->count, sizeof(*search->byname), name_is);

	return found && !(*found)->found ? *found : NULL;
}

/*
 * Does an image's every byte lie in the medium's own, so that it can be read where it is? In a
 * zip file that only stores it, and in a tar file. Its first descriptor's mark must be there.
 */
static void find_image(const struct ddl_pass *pass, struct ddl_reader *reader)
{
	uint8_t mark[8];
	la_int64_t at = archive_filter_bytes(pass->lib, 0);

	if (pass->outer || (pass->format != DDL_ARCHIVE_ZIP && pass->format != DDL_ARCHIVE_TAR) ||
	    !ddl_files_is_image(reader->name, reader->size) || reader->size <= DDL_SYSTEM_AREA + DDL_SECTOR || at <= 0 ||
	    (uint64_t)at > pass->size || reader->size > pass->size - (uint64_t)at)
		return;
	if (pass->format == DDL_ARCHIVE_ZIP && !strstr(archive_format_name(pass->lib), "(uncompressed)"))
		return;
	reader->in_place = ddl_archive_has(
		mark, ddl_file_read_at(pass->medium->fd, mark, sizeof(mark), pass->base + (uint64_t)at + DDL_SYSTEM_AREA), 1,
		"CD001");
	reader->offset = pass->base + (uint64_t)at;
}

/* 0: go on, 1: the visitor has enough, -1: error. */
static int visit_entry(struct ddl_pass *pass, struct archive_entry *entry, const char *name, struct ddl_wanted *wanted,
		       ddl_files_visitor visit, void *arg, struct ddl_error *error)
{
	struct file file = {
		.reader = { .read = read_contents, .name = name, .wanted = wanted },
		.pass = pass,
	};

	if (!archive_entry_size_is_set(entry) || archive_entry_size(entry) < 0)
		return ddl_fail(error, DDL_E_ARCHIVE, 0, _("%s is not whole: it ends too early"), name);
	file.left = file.reader.size = (uint64_t)archive_entry_size(entry);
	find_image(pass, &file.reader);
	file.reader.ctx = &file;
	if (wanted)
		wanted->found = true;
	return visit(arg, &file.reader, error);
}

/* A second name of a file that went by before: its contents come with another pass. */
static int note_link(struct search *search, const struct ddl_wanted *wanted, const char *target, struct ddl_error *error)
{
	char clean[DDL_MAX_PATH];
	char **alias = &search->alias[wanted - search->first];

	if (*alias || !ddl_path_clean(clean, sizeof(clean), target))
		return 0;
	*alias = strdup(clean);
	if (!*alias)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", wanted->name);
	search->n_alias++;
	return 0;
}

/* One pass; `search` NULL visits everything. */
static int run(struct ddl_pass *pass, struct search *search, ddl_files_visitor visit, void *arg, struct ddl_error *error)
{
	struct archive_entry *entry;
	size_t entries = 0;
	int result;

	if (ddl_pass_open(pass, error) < 0)
		return -1;
	while ((result = ddl_pass_next(pass, &entry, error)) > 0) {
		char name[DDL_MAX_PATH];
		const char *target = archive_entry_hardlink(entry);
		struct ddl_wanted *wanted = NULL;

		if (++entries > DDL_MAX_ARCHIVE_ENTRIES)
			return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("%s holds more than %u files"), pass->medium->name,
					DDL_MAX_ARCHIVE_ENTRIES);
		if (archive_entry_filetype(entry) != AE_IFREG && !target)
			continue;
		if (!ddl_pass_name(entry, name, sizeof(name)) || ddl_listing_passes_over(name))
			continue;
		if (search) {
			wanted = search_for(search, name);
			if (!wanted)
				continue;
		}
		/* tar says 0 for a link, ISO nothing; only some have the bytes again. */
		if (target && (!search || archive_entry_size(entry) == 0)) {
			if (search && note_link(search, wanted, target, error) < 0)
				return -1;
			continue;
		}
		result = visit_entry(pass, entry, name, wanted, visit, arg, error);
		if (result != 0)
			return result;
		if (search && --search->missing == 0)
			return 0;
	}
	return result;
}

static int run_once(const struct ddl_medium *medium, struct search *search, ddl_files_visitor visit, void *arg,
		    struct ddl_error *error)
{
	locale_t before = medium->archive->utf8 ? uselocale(medium->archive->utf8) : (locale_t)0;
	struct ddl_pass *pass = ddl_pass_new(medium, error);
	int result = pass ? run(pass, search, visit, arg, error) : -1;

	ddl_pass_free(pass);
	if (before)
		(void)uselocale(before);
	return result;
}

/* Hard links: the target's bytes are given under the name that was wanted. */
struct linked {
	const struct search *search;
	struct ddl_wanted *wanted;
	size_t count, n_found;
	ddl_files_visitor visit;
	void *arg;
};

static int visit_linked(void *ctx, struct ddl_reader *reader, struct ddl_error *error)
{
	struct linked *linked = ctx;

	for (size_t i = 0; i < linked->count; i++) {
		const char *alias = linked->search->alias[i];

		if (!alias || linked->wanted[i].found || strcasecmp(alias, reader->name) != 0)
			continue;
		linked->wanted[i].found = true;
		linked->n_found++;
		reader->name = linked->wanted[i].name;
		reader->wanted = &linked->wanted[i];
		return linked->visit(linked->arg, reader, error);
	}
	return 0;
}

static int visit_wanted(const struct ddl_medium *medium, struct search *search, struct ddl_wanted *wanted, size_t count,
			ddl_files_visitor visit, void *arg, struct ddl_error *error)
{
	struct linked linked = { search, wanted, count, 0, visit, arg };
	int result;

	for (size_t i = 0; i < count; i++) {
		wanted[i].found = false;
		search->byname[i] = &wanted[i];
	}
	qsort(search->byname, count, sizeof(*search->byname), by_name);
	search->first = wanted;
	search->count = search->missing = count;
	result = run_once(medium, search, visit, arg, error);
	/* A pass gives a file's bytes once: as many more as the file with the most names has. */
	for (unsigned passes = 0; result == 0 && search->n_alias > linked.n_found; passes++) {
		size_t before = linked.n_found;

		if (passes == DDL_MAX_FILE_NAMES)
			return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("%s has one file under more than %u names"), medium->name,
					DDL_MAX_FILE_NAMES);
		result = run_once(medium, NULL, visit_linked, &linked, error);
		if (linked.n_found == before) /* the rest are names of what is not there */
			break;
	}
	return result;
}

int ddl_archive_visit(const struct ddl_medium *medium, struct ddl_wanted *wanted, size_t count, ddl_files_visitor visit,
		      void *arg, struct ddl_error *error)
{
	struct search search = { 0 };
	int result;

	if (!wanted)
		result = run_once(medium, NULL, visit, arg, error);
	else if (count == 0)
		return 0;
	else {
		search.byname = calloc(count, sizeof(*search.byname));
		search.alias = calloc(count, sizeof(*search.alias));
		if (search.byname && search.alias)
			result = visit_wanted(medium, &search, wanted, count, visit, arg, error);
		else
			result = ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", medium->name);
		for (size_t i = 0; search.alias && i < count; i++)
			free(search.alias[i]);
		free(search.alias);
		free(search.byname);
	}
	return result > 0 ? 0 : result;
}
