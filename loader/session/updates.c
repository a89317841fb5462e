// SPDX-License-Identifier: GPL-2.0-or-later
/* Leaves one of SUSE's driver updates that are there several times. */
#include "session/updates.h"

#include <string.h>

static bool is_same(const struct ddl_repo *a, const struct ddl_repo *b)
{
	return a->family == DDL_FAMILY_SUSE && b->family == DDL_FAMILY_SUSE && *a->uuid && strcmp(a->uuid, b->uuid) == 0;
}

static void name_version(struct ddl_repo *repo)
{
	for (size_t i = 0; i < repo->n_packages && !*repo->version; i++)
		if (repo->packages[i].n_modules)
			repo->version = repo->packages[i].modules[0]->version;
}

/* Another one of its UpdateID that goes before it; NULL. */
static const struct ddl_repo *better(const struct ddl_look *look, size_t number)
{
	const struct ddl_repo *repo = look->repos[number];

	for (size_t i = 0; i < look->n_repos; i++) {
		const struct ddl_repo *other = look->repos[i];

		if (i != number && is_same(other, repo) && (other->fit > repo->fit || (other->fit == repo->fit && i < number)))
			return other;
	}
	return NULL;
}

int ddl_updates_once(struct ddl_session *session, struct ddl_look *look)
{
	struct ddl_repo **kept = ddl_arena_alloc(session->arena, look->n_repos, sizeof(*kept));
	size_t count = 0;

	for (size_t i = 0; kept && i < look->n_repos; i++) {
		const struct ddl_repo *repo = look->repos[i], *other = better(look, i);
		const char **note;

		if (repo->family == DDL_FAMILY_SUSE)
			name_version(look->repos[i]);
		if (!other) {
			kept[count++] = look->repos[i];
			continue;
		}
		note = ddl_arena_push(session->arena, &look->notes, &look->n_notes, sizeof(*note));
		if (!note || !(*note = ddl_arena_printf(session->arena, _("%s is the same update as %s and was left out."),
							repo->where, other->where)))
			return -1;
	}
	if (!kept)
		return -1;
	look->repos = kept; /* nothing is pushed to them any more */
	look->n_repos = count;
	return 0;
}
