// SPDX-License-Identifier: GPL-2.0-or-later
/* A pack's metadata parsed by itself, and its fingerprint over the same bytes. */
#include "repository/confirm.h"

#include <stdlib.h>
#include <string.h>

#include "base/blob.h"
#include "base/digest.h"
#include "model/marshal.h"
#include "process/parts.h"
#include "repository/fingerprint.h"
#include "repository/reader.h"
#include "repository/redhat.h"
#include "repository/repository.h"
#include "repository/xenserver_update.h"

enum { TELL_PART = 1 };

struct confirming {
	struct ddl_contents contents;
	const char *list_of; /* Red Hat's: the folder whose list is parsed; NULL: a whole pack */
	struct ddl_parts parts; /* the parent's: what was told so far */
};

static int no_such_pack(struct ddl_error *error)
{
	return ddl_fail(error, DDL_E_DAMAGED, 0, "the reader told something that makes no sense");
}

/* ------------------------------------------------------------- in the child */

static int parse_pack(struct confirming *confirming, struct ddl_repo *said, struct ddl_error *error)
{
	struct ddl_repo **repos;
	size_t count;

	if (confirming->list_of)
		return ddl_redhat_list(&confirming->contents, confirming->list_of, said, error);
	if (ddl_repos_parse(&confirming->contents, &repos, &count, error) < 0)
		return -1;
	if (count != 1)
		return no_such_pack(error);
	*said = *repos[0];
	return 0;
}

static int parse(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct ddl_marshal marshal = ddl_marshal_writer();
	struct ddl_repo said;
	int result;

	if (parse_pack(arg, &said, error) < 0)
		return -1;
	said.n_metadata = 0; /* the parent has it */
	ddl_marshal_repo(&marshal, &said);
	result = marshal.failed ? ddl_fail(error, DDL_E_MEMORY, 0, "metadata") :
				  ddl_parts_send(sink, TELL_PART, marshal.bytes, marshal.used, error);
	free(marshal.bytes);
	return result;
}

/* ------------------------------------------------------------ in the parent */

static int receive(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct confirming *confirming = arg;

	return type == TELL_PART ? ddl_parts_add(&confirming->parts, bytes, n, error) : no_such_pack(error);
}

static const struct ddl_blob *blob_of(const struct ddl_contents *contents, const struct ddl_repo *repo, const char *name)
{
	for (size_t i = 0; i < repo->n_metadata; i++)
		if (strcmp(repo->metadata[i].name, name) == 0)
			return &contents->blobs[i];
	return NULL;
}

static const char *fingerprint(struct ddl_arena *arena, const struct ddl_contents *contents, const struct ddl_repo *repo,
			       struct ddl_error *error)
{
	bool redhat = repo->family == DDL_FAMILY_REDHAT, update = repo->family == DDL_FAMILY_XENSERVER_UPDATE;
	const struct ddl_blob *first = blob_of(contents, repo, update ? ddl_update_name : ddl_repo_files[0]);
	const struct ddl_blob *second = blob_of(contents, repo, update || redhat ? ddl_repomd_name : ddl_repo_files[1]);
	char hex[DDL_DIGEST_HEX];
	const char *sum;

	if ((!first && !redhat) || !second) {
		(void)no_such_pack(error);
		return NULL;
	}
	if (redhat) {
		ddl_repomd_sum(second, hex);
		sum = ddl_arena_dup(arena, hex);
	} else {
		sum = update ? ddl_fingerprint_sha256(arena, first, second) : ddl_fingerprint_md5(arena, first, second);
	}
	if (!sum)
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "metadata");
	return sum;
}

static struct ddl_blob *blobs_of(struct ddl_arena *arena, const struct ddl_repo *repo)
{
	struct ddl_blob *blobs = ddl_arena_alloc(arena, repo->n_metadata, sizeof(*blobs));

	for (size_t i = 0; blobs && i < repo->n_metadata; i++) {
		const struct ddl_metadata *metadata = &repo->metadata[i];

		blobs[i] = (struct ddl_blob){ ddl_arena_printf(arena, "%s%s%s", repo->directory, *repo->directory ? "/" : "",
							       metadata->name),
					      metadata->bytes, metadata->length, false };
		if (!blobs[i].name)
			return NULL;
	}
	return blobs;
}

/* Do the packages of the pack have the sizes and sums of the list, and are they all of it? */
static bool is_listed(const struct ddl_repo *repo, const struct ddl_repo *list)
{
	if (repo->n_packages != list->n_packages)
		return false;
	for (size_t i = 0; i < list->n_packages; i++)
		if (strcmp(repo->packages[i].file, list->packages[i].file) != 0 ||
		    strcmp(repo->packages[i].digest, list->packages[i].digest) != 0 ||
		    repo->packages[i].size != list->packages[i].size)
			return false;
	return true;
}

static int take(struct ddl_arena *arena, const struct confirming *confirming, struct ddl_repo *repo, struct ddl_error *error)
{
	struct ddl_marshal marshal = ddl_marshal_reader(confirming->parts.bytes, confirming->parts.length, arena);
	struct ddl_repo said = *repo;

	ddl_marshal_repo(&marshal, &said);
	if (marshal.no_memory)
		return ddl_fail(error, DDL_E_MEMORY, 0, "metadata");
	if (marshal.failed || marshal.used != marshal.room || said.family != repo->family ||
	    strcmp(said.directory, repo->directory) != 0 || (confirming->list_of && !is_listed(repo, &said)))
		return no_such_pack(error);
	if (confirming->list_of)
		said = *repo; /* the rest is in the packages, which are not read here */
	said.metadata = repo->metadata;
	said.n_metadata = repo->n_metadata;
	said.fingerprint = fingerprint(arena, &confirming->contents, repo, error);
	*repo = said;
	return said.fingerprint ? 0 : -1;
}

int ddl_repo_confirm(struct ddl_arena *arena, struct ddl_repo *repo, const struct ddl_confine *confine, struct ddl_error *error)
{
	const char **notes = NULL; /* they were told before */
	size_t n_notes = 0;
	struct confirming confirming = { .contents = { .arena = arena,
						       .blobs = blobs_of(arena, repo),
						       .n_blobs = repo->n_metadata,
						       .notes = &notes,
						       .n_notes = &n_notes } };
	struct ddl_job job = { .run = parse, .receive = receive, .arg = &confirming };
	int result;

	if (repo->family > DDL_FAMILY_REDHAT)
		return 0;
	if (!confirming.contents.blobs)
		return ddl_fail(error, DDL_E_MEMORY, 0, "metadata");
	if (repo->family == DDL_FAMILY_REDHAT) {
		if (!blob_of(&confirming.contents, repo, ddl_repomd_name))
			return 0; /* nothing lists the packages */
		confirming.list_of = repo->directory;
	}
	result = ddl_jobs_run(&job, 1, confine, error);
	if (result == 0)
		result = take(arena, &confirming, repo, error);
	free(confirming.parts.bytes);
	return result;
}
