// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A report of what happened, for somebody far away: put together here, and written onto a
 * stick by a child that mounts it, so that a stick that hangs holds up nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "process/jobs.h"
#include "session/session.h"
#include "source/mount.h"

#define NAME_ROOM 32U
#define MOST_REPORTS 100U /* on one stick */
#define SAVE_LIMIT_MS 60000 /* a slow stick */

/* ------------------------------------------------------------------- its text */

static void add_title(FILE *to, const char *title)
{
	fprintf(to, "\n==== %s\n", title);
}

static void add_json(FILE *to, const char *title, char *json)
{
	add_title(to, title);
	fprintf(to, "%s\n", json ? json : "-");
	free(json);
}

static void add_command_line(FILE *to, const struct ddl_session *session)
{
	char path[DDL_MAX_PATH], line[4096];
	FILE *from = NULL;

	if (ddl_path_join(path, sizeof(path), session->options.root, "/proc/cmdline"))
		from = fopen(path, "re");
	add_title(to, "kernel command line");
	fprintf(to, "%s\n", from && fgets(line, sizeof(line), from) ? line : "-");
	if (from)
		(void)fclose(from); /* it was only read */
}

static void add_kernel_lines(FILE *to, struct ddl_session *session)
{
	struct ddl_arena *arena = ddl_arena_new();
	const char **lines = NULL;
	size_t count = 0;

	add_title(to, "kernel log");
	if (arena && session->kernel->ops->log_read(session->kernel, true, arena, &lines, &count, NULL) == 0)
		for (size_t i = 0; i < count; i++)
			fprintf(to, "%s\n", lines[i]);
	ddl_arena_free(arena);
}

static void add_modaliases(FILE *to, const struct ddl_machine *machine)
{
	add_title(to, "devices");
	for (size_t i = 0; i < machine->n_devices; i++)
		fprintf(to, "%s %s %s %s\n", machine->devices[i].bus, machine->devices[i].address,
			*machine->devices[i].driver ? machine->devices[i].driver : "-", machine->devices[i].modalias);
}

static void add_pack(FILE *to, const struct ddl_repo *repo)
{
	add_title(to, "driver pack");
	fprintf(to, "%s %s-%s, fingerprint %s\n", repo->identifier, repo->version, repo->build, repo->fingerprint);
	for (size_t i = 0; i < repo->n_packages; i++)
		fprintf(to, "%s %llu %s %s\n", repo->packages[i].file, (unsigned long long)repo->packages[i].size,
			repo->packages[i].digest, ddl_code_name(repo->packages[i].trouble.code));
	for (size_t i = 0; i < repo->n_metadata; i++) {
		fprintf(to, "---- %s\n", repo->metadata[i].name);
		(void)fwrite(repo->metadata[i].bytes, 1, repo->metadata[i].length, to); /* failures show when `to` is closed */
		fputc('\n', to);
	}
}

char *ddl_report_text(struct ddl_session *session)
{
	char *text = NULL;
	size_t length = 0;
	FILE *to = open_memstream(&text, &length);

	if (!to)
		return NULL;
	fprintf(to, "ddload: report of kernel %s\n", session->machine.release ? session->machine.release : "?");
	add_command_line(to, session);
	if (session->outcome)
		add_json(to, "outcome", ddl_json_outcome(session->outcome));
	add_json(to, "machine", ddl_json_machine(&session->machine));
	add_modaliases(to, &session->machine);
	add_title(to, "log of ddload");
	fputs(ddl_log_text(session->log), to);
	add_kernel_lines(to, session);
	for (size_t l = 0; l < session->n_looks; l++)
		for (size_t r = 0; r < session->looks[l]->n_repos; r++)
			add_pack(to, session->looks[l]->repos[r]);
	if (fclose(to) != 0) {
		free(text);
		return NULL;
	}
	ddl_text_clean_lines(text, length);
	return text;
}

/* ------------------------------------------------------------------- saving it */

int ddl_report_places(struct ddl_session *session, struct ddl_source ***places, size_t *count, struct ddl_error *error)
{
	size_t kept = 0;

	if (ddl_session_sources(session, places, count, error) < 0)
		return -1;
	for (size_t i = 0; i < *count; i++)
		if ((*places)[i]->kind == DDL_SOURCE_DEVICE && ddl_mount_writes((*places)[i]->format))
			(*places)[kept++] = (*places)[i];
	*count = kept;
	return 0;
}

static int write_new(const char *place, const char *text, char *name)
{
	int at = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd = -1, cause = 0;

	for (unsigned i = 1; i < MOST_REPORTS && at >= 0 && fd < 0; i++) {
		(void)snprintf(name, NAME_ROOM, i == 1 ? "ddload-report.txt" : "ddload-report-%u.txt", i);
		fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0 || ddl_file_write_full(fd, text, strlen(text)) < 0 || fsync(fd) < 0)
		cause = errno;
	if (fd >= 0 && close(fd) < 0 && !cause)
		cause = errno;
	if (fd >= 0 && cause)
		(void)unlinkat(at, name, 0); /* half a report is none */
	if (at >= 0)
		(void)close(at);
	return cause;
}

/* What is done in a child. */
struct saving {
	const char *media, *path, *format, *text;
	char name[NAME_ROOM];
};

static int save(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct saving *saving = arg;
	char place[DDL_MAX_PATH];
	int result = -1, cause;

	if (!ddl_mount_in_job(saving->media) || !ddl_path_join(place, sizeof(place), saving->media, "report") ||
	    ddl_file_make_directories(place, 0700) < 0)
		return ddl_fail(error, DDL_E_SAVE, errno ? errno : EPERM, "%s", saving->media);
	if (ddl_mount_writable(saving->path, saving->format, place, error) == 0) {
		cause = write_new(place, saving->text, saving->name);
		ddl_mount_undo(place);
		result = cause ? ddl_fail(error, DDL_E_SAVE, cause, "%s", saving->name) :
				 ddl_sink_send(sink, 0, saving->name, NAME_ROOM, error);
	}
	(void)rmdir(place);
	return result;
}

static int take_name(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct saving *saving = arg;

	(void)type;
	if (n != NAME_ROOM)
		return ddl_fail(error, DDL_E_SAVE, EIO, "%s", saving->path);
	memcpy(saving->name, bytes, n);
	saving->name[NAME_ROOM - 1] = '\0';
	return 0;
}

int ddl_report_save(struct ddl_session *session, const struct ddl_source *place, char *name, size_t room, struct ddl_error *error)
{
	const struct ddl_confine confine = { .silence_ms = SAVE_LIMIT_MS };
	char media[DDL_MAX_PATH], path[DDL_MAX_PATH], *text = ddl_report_text(session);
	struct saving saving = { media, path, place->format, text, "" };
	struct ddl_job job = { .run = save, .receive = take_name, .arg = &saving, .device = true };
	struct ddl_error why = DDL_ERROR_INIT;
	int result;

	ddl_session_close_media(session); /* it may be the stick that the pack is on */
	if (!text || !ddl_session_run_path(session, media, sizeof(media), "media") ||
	    !ddl_path_join(path, sizeof(path), session->options.root, place->path)) {
		free(text);
		return ddl_fail(error, DDL_E_SAVE, ENOMEM, "%s", place->name);
	}
	result = ddl_jobs_run(&job, 1, &confine, &why);
	free(text);
	if (result < 0)
		return ddl_fail(error, DDL_E_SAVE,
				why.code == DDL_E_TIMEOUT ? ETIMEDOUT :
				why.os_errno              ? why.os_errno :
							    EIO,
				"%s", place->name);
	(void)snprintf(name, room, "%s", saving.name);
	ddl_log(session->log, "a report was saved on %s as %s", place->name, saving.name);
	return 0;
}
