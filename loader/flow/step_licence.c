// SPDX-License-Identifier: GPL-2.0-or-later
/* A step of the flow: are the packs' licences accepted? One question for each pack, whatever its packages are. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "flow/steps.h"

struct licences {
	struct ddl_arena *arena;
	const struct ddl_file **files; /* those with a text of their own */
	size_t count;
	bool more; /* nobody reads as many */
};

enum { MOST_TEXTS = 64 };

static bool is_known(const struct licences *licences, const struct ddl_file *file)
{
	for (size_t i = 0; i < licences->count; i++)
		if (licences->files[i]->size == file->size && ddl_file_same(licences->files[i]->fd, file->fd))
			return true;
	return false;
}

/* -1: no memory. */
static int find_licences(struct licences *licences, const struct ddl_repo *repo)
{
	for (size_t p = 0; p < repo->n_packages; p++) {
		const struct ddl_package *package = &repo->packages[p];

		for (size_t f = 0; f < package->n_files; f++) {
			const struct ddl_file *file = package->files[f], **slot;

			if (file->kind != DDL_FILE_LICENCE || file->fd < 0 || package->fit == DDL_FIT_OLDER ||
			    is_known(licences, file))
				continue;
			licences->more = licences->count == MOST_TEXTS;
			if (licences->more)
				return 0;
			slot = ddl_arena_push(licences->arena, &licences->files, &licences->count, sizeof(*slot));
			if (!slot)
				return -1;
			*slot = file;
		}
	}
	return 0;
}

/* Adds what fits of a text; false when that is not all of it. */
static bool add(char *text, size_t *used, const char *bytes, size_t n)
{
	size_t room = DDL_MAX_LICENCE - *used, taken = n < room ? n : room;

	memcpy(text + *used, bytes, taken);
	*used += taken;
	return taken == n;
}

/* 1: it is too long; -1 and errno. */
static int add_file(char *text, size_t *used, const struct ddl_file *file)
{
	size_t room = DDL_MAX_LICENCE - *used, n = file->size < room ? (size_t)file->size : room;
	ssize_t got = pread(file->fd, text + *used, n, 0);

	if (got < 0)
		return -1;
	*used += (size_t)got;
	return n < file->size;
}

/* All texts, each under its name where there are several. NULL and errno. */
static char *text_of(const struct licences *licences)
{
	const char *rest = _("\n[This is not all of it: the rest is too long to be shown.]\n");
	char *text = ddl_arena_alloc(licences->arena, DDL_MAX_LICENCE + strlen(rest) + 1, 1);
	size_t used = 0;
	int result = 0;

	for (size_t i = 0; text && i < licences->count && result == 0; i++) {
		const char *path = licences->files[i]->path;

		if (licences->count > 1 && !(add(text, &used, i ? "\n\n" : "", i ? 2 : 0) &&
					     add(text, &used, path, strlen(path)) && add(text, &used, ":\n\n", 3)))
			result = 1;
		else
			result = add_file(text, &used, licences->files[i]);
	}
	if (!text || result < 0)
		return NULL;
	ddl_text_clean_lines(text, used);
	if (result > 0 || licences->more)
		(void)strcpy(text + strlen(text), rest);
	return text;
}

/* YES also where there is none. */
static enum ddl_reply ask_licence(struct ddl_flow *flow, struct ddl_repo *repo)
{
	struct ddl_question question = { .kind = DDL_ASK_LICENCE, .repo = repo };
	struct licences licences = { .arena = flow->session->arena };
	int found = find_licences(&licences, repo);

	if (found == 0 && !licences.count)
		return DDL_REPLY_YES;
	question.licence = found == 0 ? text_of(&licences) : NULL;
	(void)ddl_fail(&flow->trouble, DDL_E_LICENCE, question.licence ? 0 : errno, "%s: %s", repo->identifier,
		       licences.count ? licences.files[0]->path : "");
	return question.licence ? ddl_flow_ask(flow, &question) : DDL_REPLY_NO;
}

enum ddl_step ddl_step_licence(struct ddl_flow *flow)
{
	for (size_t i = 0; i < flow->set.n_repos; i++) {
		switch (ask_licence(flow, flow->set.repos[i])) {
		case DDL_REPLY_YES:
			break;
		case DDL_REPLY_BACK:
			return ddl_flow_back_to_packs(flow);
		case DDL_REPLY_SKIP:
			return ddl_flow_without_disk(flow);
		default:
			return ddl_flow_fail(flow, DDL_STEP_LICENCE);
		}
	}
	flow->set.accepted = true;
	ddl_error_clear(&flow->trouble);
	return DDL_STEP_PLAN;
}
