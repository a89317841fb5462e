// SPDX-License-Identifier: GPL-2.0-or-later
/* Leaves the outcome and the loaded packs below /run/ddload. */
#include "handoff/handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"

#define OUTCOME "outcome"
#define NEW_PACK ".new" /* no pack's name: theirs have no leading dot */

/* Opens <root>/run/ddload for the files below it, making it where it is not there. */
static int open_run(struct ddl_session *session, struct ddl_error *error)
{
	char path[DDL_MAX_PATH];
	int fd;

	if (!ddl_session_run_path(session, path, sizeof(path), ""))
		return ddl_fail(error, DDL_E_STAGE, ENAMETOOLONG, "run/ddload");
	if (ddl_file_make_directories(path, 0755) != 0)
		return ddl_fail(error, DDL_E_STAGE, errno, "%s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? ddl_fail(error, DDL_E_STAGE, errno, "%s", path) : fd;
}

static int write_files(int directory, const struct ddl_repo *repo, struct ddl_error *error)
{
	for (size_t i = 0; i < repo->n_metadata; i++)
		if (ddl_file_replace(directory, repo->metadata[i].name, repo->metadata[i].bytes, repo->metadata[i].length,
				     error) < 0)
			return -1;
	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_package *package = &repo->packages[i];

		if (package->fd >= 0 && ddl_file_replace_from(directory, package->file, package->fd, package->size, error) < 0)
			return -1;
	}
	for (size_t i = 0; i < repo->n_lists; i++) {
		const struct ddl_package *list = &repo->lists[i];

		if (list->fd >= 0 && ddl_file_replace_from(directory, list->file, list->fd, list->size, error) < 0)
			return -1;
	}
	return 0;
}

/* Takes the place of what another version of the pack has left, once it is all there. */
static int write_new(int packs, const struct ddl_repo *repo, struct ddl_error *error)
{
	char name[DDL_MAX_NAME + 1];
	int directory, result;

	ddl_path_of_identifier(name, repo->identifier);
	if (ddl_file_remove_tree(packs, NEW_PACK, error) < 0) /* of an earlier run that was killed */
		return -1;
	directory = ddl_file_step_into(packs, NEW_PACK);
	if (directory < 0)
		return ddl_fail(error, DDL_E_STAGE, errno, "packs/%s", NEW_PACK);
	result = write_files(directory, repo, error);
	(void)close(directory); /* its files are closed already */
	if (result == 0)
		result = ddl_file_remove_tree(packs, name, error);
	if (result == 0 && renameat(packs, NEW_PACK, packs, name) < 0)
		result = ddl_fail(error, DDL_E_STAGE, errno, "packs/%s", name);
	if (result < 0)
		(void)ddl_file_remove_tree(packs, NEW_PACK, NULL); /* the first reason is the one that is told */
	return result;
}

static int write_pack(int run, const struct ddl_repo *repo, struct ddl_error *error)
{
	int packs = ddl_file_step_into(run, "packs"), result;

	if (packs < 0)
		return ddl_fail(error, DDL_E_STAGE, errno, "packs");
	result = write_new(packs, repo, error);
	(void)close(packs);
	if (result < 0 && error)
		error->code = DDL_E_STAGE; /* whatever it was: what was loaded is not handed over */
	return result;
}

/* What is there is of a load before this one: it stays under a number, the oldest first. */
static int keep_earlier(int run, struct ddl_error *error)
{
	char name[32] = "";

	if (faccessat(run, "packs", F_OK, 0) < 0 || faccessat(run, OUTCOME ".json", F_OK, 0) < 0)
		return 0; /* nothing was loaded */
	for (unsigned number = 1; number <= DDL_MAX_EARLIER; number++) {
		(void)snprintf(name, sizeof(name), OUTCOME "-%u.json", number);
		if (faccessat(run, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			break; /* else the last one is replaced */
	}
	return renameat(run, OUTCOME ".json", run, name) < 0 ? ddl_fail(error, DDL_E_STAGE, errno, "%s", name) : 0;
}

/* Of what has its controller: disks may still come. */
static int leave_for_installers(struct ddl_session *session, int run, const struct ddl_outcome *outcome, struct ddl_error *error)
{
	unsigned kinds = session->options.handoff;

	if (outcome->result != DDL_RESULT_WORKS && outcome->result != DDL_RESULT_BOUND_NO_DISK)
		return 0;
	if (kinds & DDL_HANDOFF_SUSE && ddl_handoff_suse(session, run, outcome, error) < 0)
		return -1;
	if (kinds & DDL_HANDOFF_DEBIAN && ddl_handoff_debian(session, outcome, error) < 0)
		return -1;
	return kinds & (DDL_HANDOFF_ANACONDA | DDL_HANDOFF_RPM_LIST) ? ddl_handoff_installers(session, run, outcome, error) : 0;
}

int ddl_handoff_write(struct ddl_session *session, const struct ddl_outcome *outcome, struct ddl_error *error)
{
	char *json = ddl_json_outcome(outcome);
	int run = json ? open_run(session, error) : ddl_fail(error, DDL_E_MEMORY, 0, "outcome.json");
	int result = run < 0 || keep_earlier(run, error) < 0 ? -1 :
							       ddl_file_replace(run, OUTCOME ".json", json, strlen(json), error);

	for (size_t i = 0; i < outcome->n_repos && result == 0 && ddl_outcome_loaded(outcome); i++)
		result = write_pack(run, outcome->repos[i], error);
	if (result == 0)
		result = leave_for_installers(session, run, outcome, error);
	if (run >= 0)
		(void)close(run);
	free(json);
	return result;
}
