// SPDX-License-Identifier: GPL-2.0-or-later
/* Leaves the outcome and the loaded packs below /run/ddload. */
#include "handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "limits.h"
#include "path.h"

#define OUTCOME "outcome"
#define NEW_PACK ".new" /* no pack's name: theirs have no leading dot */

/* Opens <root>/run/ddload for the files below it, making it where it is not there. */
static int open_run(struct ddl_session *session, struct ddl_error *error)
{
	char path[DDL_MAX_PATH];
	int fd;

	if (!ddl_session_run_path(session, path, sizeof(path), ""))
		return ddl_fail(error, DDL_E_STAGE, ENAMETOOLONG, "run/ddload");
	if (ddl_path_make_directories(path, 0755) != 0)
		return ddl_fail(error, DDL_E_STAGE, errno, "%s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? ddl_fail(error, DDL_E_STAGE, errno, "%s", path) : fd;
}

static int create(int dir, const char *name, struct ddl_error *error)
{
	int fd = ddl_path_create(dir, name, error);

	if (fd < 0 && error)
		error->code = DDL_E_STAGE; /* whatever it was: what was loaded is not handed over */
	return fd;
}

static int copy_staged(int from, int dir, const char *name, struct ddl_error *error)
{
	uint8_t buffer[64 * 1024];
	off_t at = 0;
	int fd;

	(void)unlinkat(dir, name, 0); /* listed twice */
	fd = create(dir, name, error);
	if (fd < 0)
		return -1;
	for (;;) {
		ssize_t n = pread(from, buffer, sizeof(buffer), at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			break;
		if (n < 0 || ddl_write_full(fd, buffer, (size_t)n) < 0) {
			(void)ddl_fail(error, DDL_E_STAGE, errno, "%s", name);
			(void)close(fd);
			goto fail;
		}
		at += n;
	}
	if (close(fd) == 0)
		return 0;
	(void)ddl_fail(error, DDL_E_STAGE, errno, "%s", name);
fail:
	(void)unlinkat(dir, name, 0);
	return -1;
}

/* FNV-1a, 64 bits. */
static uint64_t hash_of(const char *text)
{
	uint64_t hash = 0xcbf29ce484222325U;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3U;
	return hash;
}

void ddl_handoff_directory(char name[DDL_MAX_NAME + 1], const char *identifier)
{
	static const size_t tail = sizeof("%~0123456789abcdef") - 1;
	size_t used = 0;

	for (const char *c = identifier; *c; c++) {
		bool escaped = *c == '/' || *c == '%' || (*c == '.' && c == identifier);

		if (DDL_MAX_NAME - used < (escaped ? 3U : 1U)) {
			if (used > DDL_MAX_NAME - tail)
				used = DDL_MAX_NAME - tail;
			(void)snprintf(name + used, tail + 1, "%%~%016" PRIx64, hash_of(identifier));
			return;
		}
		if (escaped)
			used += (size_t)snprintf(name + used, 4, "%%%02X", (unsigned char)*c);
		else
			name[used++] = *c;
	}
	name[used] = '\0';
}

static int write_files(int directory, const struct ddl_repo *repo, struct ddl_error *error)
{
	for (size_t i = 0; i < repo->n_metadata; i++)
		if (ddl_path_replace(directory, repo->metadata[i].name, repo->metadata[i].bytes,
				repo->metadata[i].length, error) < 0)
			return -1;
	for (size_t i = 0; i < repo->n_packages; i++)
		if (repo->packages[i].fd >= 0 &&
		    copy_staged(repo->packages[i].fd, directory, repo->packages[i].file, error) < 0)
			return -1;
	return 0;
}

/* Takes the place of what another version of the pack has left, once it is all there. */
static int write_new(int packs, const struct ddl_repo *repo, struct ddl_error *error)
{
	char name[DDL_MAX_NAME + 1];
	int directory, result;

	ddl_handoff_directory(name, repo->identifier);
	if (ddl_path_remove_tree(packs, NEW_PACK, error) < 0) /* of an earlier run that was killed */
		return -1;
	directory = ddl_path_step_into(packs, NEW_PACK);
	if (directory < 0)
		return ddl_fail(error, DDL_E_STAGE, errno, "packs/%s", NEW_PACK);
	result = write_files(directory, repo, error);
	(void)close(directory); /* its files are closed already */
	if (result == 0)
		result = ddl_path_remove_tree(packs, name, error);
	if (result == 0 && renameat(packs, NEW_PACK, packs, name) < 0)
		result = ddl_fail(error, DDL_E_STAGE, errno, "packs/%s", name);
	if (result < 0)
		(void)ddl_path_remove_tree(packs, NEW_PACK, NULL); /* the first reason is the one that is told */
	return result;
}

static int write_pack(int run, const struct ddl_repo *repo, struct ddl_error *error)
{
	int packs = ddl_path_step_into(run, "packs"), result;

	if (packs < 0)
		return ddl_fail(error, DDL_E_STAGE, errno, "packs");
	result = write_new(packs, repo, error);
	(void)close(packs);
	if (result < 0 && error)
		error->code = DDL_E_STAGE; /* whatever it was: what was loaded is not handed over */
	return result;
}

static bool was_loaded(const struct ddl_outcome *outcome)
{
	return outcome->result == DDL_RESULT_WORKS || outcome->result == DDL_RESULT_ALREADY ||
	       outcome->result == DDL_RESULT_BOUND_NO_DISK || outcome->result == DDL_RESULT_UNUSED;
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

int ddl_handoff_write(struct ddl_session *session, const struct ddl_outcome *outcome,
		      struct ddl_error *error)
{
	char *json = ddl_json_outcome(outcome);
	int run = json ? open_run(session, error) : ddl_fail(error, DDL_E_MEMORY, 0, "outcome.json");
	int result = run < 0 || keep_earlier(run, error) < 0 ? -1 :
		ddl_path_replace(run, OUTCOME ".json", json, strlen(json), error);

	for (size_t i = 0; i < outcome->n_repos && result == 0 && was_loaded(outcome); i++)
		result = write_pack(run, outcome->repos[i], error);
	if (result == 0 && outcome->result == DDL_RESULT_WORKS && session->options.handoff)
		result = ddl_handoff_installers(session, run, outcome, error);
	if (run >= 0)
		(void)close(run);
	free(json);
	return result;
}

/* Adds words to a line; what does not fit is cut. */
static void __attribute__((format(printf, 3, 4)))
append(char *line, size_t room, const char *format, ...)
{
	size_t used = strlen(line);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line + used, room - used, format, args);
	va_end(args);
}

/* Machines read this line as well: it is not translated. */
void ddl_handoff_line(char *to, size_t room, const struct ddl_outcome *outcome)
{
	(void)snprintf(to, room, "ddload:");
	if (outcome->result == DDL_RESULT_NOTHING) {
		append(to, room, " nothing loaded: %s", outcome->error.text);
		return;
	}
	if (!was_loaded(outcome)) {
		append(to, room, " FAILED (%s) %s", ddl_code_name(outcome->error.code), outcome->error.text);
		return;
	}
	append(to, room, outcome->result == DDL_RESULT_ALREADY ? " already loaded" : " loaded");
	for (size_t i = 0; i < outcome->n_modules; i++)
		append(to, room, " %s %s (%s %s%s%s)", outcome->modules[i].module, outcome->modules[i].version_now,
		       outcome->modules[i].repo->identifier, outcome->modules[i].repo->version,
		       *outcome->modules[i].repo->build ? "-" : "", outcome->modules[i].repo->build);
	for (size_t i = 0; i < outcome->n_appeared; i++)
		append(to, room, " %s", outcome->appeared[i].name);
	for (size_t i = 0; i < outcome->n_links; i++)
		append(to, room, " %s", outcome->links[i]);
	if (outcome->result == DDL_RESULT_UNUSED)
		append(to, room, " (no device uses it)");
	if (outcome->result == DDL_RESULT_BOUND_NO_DISK)
		append(to, room, " (no disk)");
}
