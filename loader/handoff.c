// SPDX-License-Identifier: GPL-2.0-or-later
/* Leaves the outcome and the loaded packs below /run/ddload. */
#include "handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limits.h"
#include "path.h"

/* Opens <root>/run/ddload for the files below it, making it where it is not there. */
static int open_run(struct ddl_session *session, struct ddl_error *error)
{
	char path[DDL_MAX_PATH];
	int fd;

	if (!ddl_session_run_path(session, path, sizeof(path), ""))
		return ddl_fail(error, DDL_E_STAGE, ENAMETOOLONG, "run/ddload");
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		(void)mkdir(path, 0755); /* there mostly; opening it is what counts */
		*slash = '/';
	}
	(void)mkdir(path, 0755);
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

/* Writes a file below `dir` under a name of its own, then gives it its name. */
static int write_bytes(int dir, const char *name, const char *bytes, size_t n, struct ddl_error *error)
{
	char temporary[DDL_MAX_PATH];
	int fd;

	if (snprintf(temporary, sizeof(temporary), "%s.new", name) >= (int)sizeof(temporary))
		return ddl_fail(error, DDL_E_STAGE, ENAMETOOLONG, "%s", name);
	(void)unlinkat(dir, temporary, 0); /* of an earlier run that was killed */
	fd = create(dir, temporary, error);
	if (fd < 0)
		return -1;
	if (ddl_write_full(fd, bytes, n) < 0) {
		(void)ddl_fail(error, DDL_E_STAGE, errno, "%s", temporary);
		(void)close(fd); /* what counts has failed */
		goto fail;
	}
	if (close(fd) < 0) {
		(void)ddl_fail(error, DDL_E_STAGE, errno, "%s", temporary);
		goto fail;
	}
	if (renameat(dir, temporary, dir, name) == 0)
		return 0;
	(void)ddl_fail(error, DDL_E_STAGE, errno, "%s", name);
fail:
	(void)unlinkat(dir, temporary, 0);
	return -1;
}

static int copy_staged(int from, int dir, const char *name, struct ddl_error *error)
{
	uint8_t buffer[64 * 1024];
	off_t at = 0;
	int fd;

	(void)unlinkat(dir, name, 0); /* the pack was loaded before in this run */
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

/* The identifier as a directory's name: no slash, no leading dot. */
static void directory_name(char *to, size_t room, const char *identifier)
{
	/* originator and name together may be longer than a name of a file system */
	(void)snprintf(to, room, "packs/%.*s", (int)DDL_MAX_NAME, identifier);
	for (char *c = to + strlen("packs/"); *c; c++)
		if (*c == '/' || (*c == '.' && c == to + strlen("packs/")))
			*c = '_';
}

static int write_pack(int run, const struct ddl_repo *repo, struct ddl_error *error)
{
	char directory[DDL_MAX_NAME * 2 + 16], name[DDL_MAX_PATH];

	directory_name(directory, sizeof(directory), repo->identifier);
	for (size_t i = 0; i < repo->n_metadata; i++) {
		if (!ddl_path_join(name, sizeof(name), directory, repo->metadata[i].name))
			return ddl_fail(error, DDL_E_STAGE, ENAMETOOLONG, "%s", directory);
		if (write_bytes(run, name, repo->metadata[i].bytes, repo->metadata[i].length, error) < 0)
			return -1;
	}
	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_package *package = &repo->packages[i];

		if (package->fd < 0)
			continue;
		if (!ddl_path_join(name, sizeof(name), directory, package->file))
			return ddl_fail(error, DDL_E_STAGE, ENAMETOOLONG, "%s", package->file);
		if (copy_staged(package->fd, run, name, error) < 0)
			return -1;
	}
	return 0;
}

static bool was_loaded(const struct ddl_outcome *outcome)
{
	return outcome->result == DDL_RESULT_WORKS || outcome->result == DDL_RESULT_ALREADY ||
	       outcome->result == DDL_RESULT_BOUND_NO_DISK || outcome->result == DDL_RESULT_UNUSED;
}

int ddl_handoff_write(struct ddl_session *session, const struct ddl_outcome *outcome,
		      struct ddl_error *error)
{
	char *json = ddl_json_outcome(outcome);
	int run = json ? open_run(session, error) : ddl_fail(error, DDL_E_MEMORY, 0, "outcome.json");
	int result = run < 0 ? -1 : write_bytes(run, "outcome.json", json, strlen(json), error);

	for (size_t i = 0; i < outcome->n_repos && result == 0 && was_loaded(outcome); i++)
		result = write_pack(run, outcome->repos[i], error);
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
