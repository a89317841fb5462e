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
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "base/version.h"
#include "ddl.h"
#include "machine/identity.h"
#include "model/describe.h"
#include "process/jobs.h"
#include "session/session.h"
#include "source/mount.h"

#define NAME_ROOM 48U
#define MOST_IN_HEAD 3U /* controllers */
#define MOST_REPORTS 100U /* on one stick */
#define SAVE_LIMIT_MS 60000 /* a slow stick */

/* ------------------------------------------------------------------- its text */

static void add_title(FILE *to, const char *title)
{
	fprintf(to, "\n==== %s\n", title);
}

/* Does the word of a command line look like something that is nobody's business? A name that says so, or "user:password@". */
static bool is_secret(const char *word, size_t length)
{
	static const char *const names[] = { "passw", "secret", "token", "credential", "chap", "psk=", "pw=", "pwd=", "apikey" };
	const char *at = memchr(word, '@', length), *equals = memchr(word, '=', length);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		for (size_t k = 0; k + strlen(names[i]) <= length; k++)
			if (strncasecmp(word + k, names[i], strlen(names[i])) == 0)
				return true;
	if (at && equals && at > equals) {
		const char *from = equals + 1;
		const char *slashes = strstr(from, "://");

		from = slashes && slashes < at ? slashes + 3 : from;
		return memchr(from, ':', (size_t)(at - from)) != NULL;
	}
	return false;
}

/* A line with words of the kernel command line, those left out that look like secrets. */
static void add_words(FILE *to, const char *line)
{
	bool left_out = false;

	while (*line) {
		size_t blanks = strspn(line, " \t\n\v\f\r"), length = ddl_text_word(line + blanks);

		(void)fwrite(line, 1, blanks, to); /* failures show when `to` is closed */
		line += blanks;
		if (is_secret(line, length)) {
			fprintf(to, "%.*s(left out)", (int)strcspn(line, "= \t\n") + (line[strcspn(line, "= \t\n")] == '='),
				line);
			left_out = true;
		} else {
			(void)fwrite(line, 1, length, to);
		}
		line += length;
	}
	fputs(left_out ? "\n(What looks like a secret was left out.)\n" : "\n", to);
}

static void add_command_line(FILE *to, const struct ddl_session *session)
{
	char path[DDL_MAX_PATH], line[4096];
	FILE *from = NULL;

	if (ddl_path_join(path, sizeof(path), session->options.root, "/proc/cmdline"))
		from = fopen(path, "re");
	add_title(to, _("kernel command line"));
	add_words(to, from && fgets(line, sizeof(line), from) ? line : "-");
	if (from)
		(void)fclose(from); /* it was only read */
}

/* The kernel tells its command line, too. */
static void add_kernel_lines(FILE *to, struct ddl_session *session)
{
	struct ddl_arena *arena = ddl_arena_new();
	const char **lines = NULL;
	size_t count = 0;

	add_title(to, _("kernel log"));
	if (arena && session->kernel->ops->log_read(session->kernel, true, arena, &lines, &count, NULL) == 0)
		for (size_t i = 0; i < count; i++) {
			if (strstr(lines[i], "ommand line"))
				add_words(to, lines[i]);
			else
				fprintf(to, "%s\n", lines[i]);
		}
	ddl_arena_free(arena);
}

static void add_modaliases(FILE *to, const struct ddl_machine *machine)
{
	add_title(to, _("devices"));
	for (size_t i = 0; i < machine->n_devices; i++)
		fprintf(to, "%s %s %s %s\n", machine->devices[i].bus, machine->devices[i].address,
			*machine->devices[i].driver ? machine->devices[i].driver : "-", machine->devices[i].modalias);
}

static void add_pack(FILE *to, const struct ddl_repo *repo)
{
	add_title(to, _("driver pack"));
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

static void add_server(FILE *to, const struct ddl_session *session)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_identity machine;
	char now[64] = "";
	time_t clock = time(NULL);
	struct tm utc;

	if (!session->options.root && gmtime_r(&clock, &utc)) /* of another machine's tree nobody knows the time */
		(void)snprintf(now, sizeof(now), ", %d-%02d-%02d %02d:%02d UTC", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
			       utc.tm_hour, utc.tm_min);
	fprintf(to, "ddload %s%s\n", ddl_version, now);
	if (arena && ddl_identity_read(arena, ddl_session_root(session), &machine) && (*machine.vendor || *machine.product))
		fprintf(to, _("Server: %s %s, firmware %s %s\n"), machine.vendor, machine.product, machine.firmware,
			machine.firmware_date);
	ddl_arena_free(arena);
}

static void add_failure(FILE *to, const struct ddl_outcome *outcome)
{
	for (size_t i = 0; i < outcome->n_repos; i++)
		fprintf(to, _("Pack: %s %s, fingerprint %s\n"), outcome->repos[i]->identifier, outcome->repos[i]->version,
			outcome->repos[i]->fingerprint);
	if (outcome->error.code != DDL_OK)
		fprintf(to, _("What failed: %s (%s)\n"), ddl_code_sentence(outcome->error.code), outcome->error.text);
	if (outcome->n_kernel_lines)
		fprintf(to, _("The kernel's last line: %s\n"), outcome->kernel_lines[outcome->n_kernel_lines - 1]);
}

/* In sentences; for programs it stands in the other file. */
static void add_outcome(FILE *to, const struct ddl_outcome *outcome)
{
	char line[512];

	add_title(to, _("outcome"));
	ddl_describe_line(line, sizeof(line), outcome);
	fprintf(to, "%s\n", line);
	for (size_t i = 0; outcome->plan && i < outcome->plan->n_ops; i++) {
		ddl_describe_op(line, sizeof(line), &outcome->plan->ops[i]);
		fprintf(to, "%s%s\n", line, ddl_describe_op_state(outcome->plan->ops[i].state));
	}
	for (size_t i = 0; i < outcome->n_remarks; i++)
		fprintf(to, "%s\n", outcome->remarks[i]);
	for (size_t i = 0; i < outcome->n_kernel_lines; i++)
		fprintf(to, "  %s\n", outcome->kernel_lines[i]);
}

static void add_disks(FILE *to, const struct ddl_machine *machine)
{
	char size[32];

	add_title(to, _("disks"));
	for (size_t i = 0; i < machine->n_disks; i++)
		fprintf(to, "%s %s %s\n", machine->disks[i].name, ddl_text_size(size, sizeof(size), machine->disks[i].size),
			machine->disks[i].model);
}

/* What support asks first, in the language of who reads it off the screen. */
static void add_head(FILE *to, const struct ddl_session *session)
{
	const struct ddl_machine *machine = &session->machine;
	char line[512];

	add_server(to, session);
	fprintf(to, _("Kernel: %s\n"), machine->release ? machine->release : "?");
	for (size_t i = 0, told = 0; i < machine->n_devices && told < MOST_IN_HEAD; i++) {
		if (machine->devices[i].class != DDL_CLASS_STORAGE)
			continue;
		ddl_describe_device(line, sizeof(line), &machine->devices[i]);
		fprintf(to, _("Controller: %s\n"), line);
		told++;
	}
	if (session->outcome)
		add_failure(to, session->outcome);
	fprintf(to, "%s\n", _("Send this file to the vendor of the driver disk."));
}

char *ddl_report_text(struct ddl_session *session)
{
	char *text = NULL;
	size_t length = 0;
	FILE *to = open_memstream(&text, &length);

	if (!to)
		return NULL;
	add_head(to, session);
	add_command_line(to, session);
	if (session->outcome)
		add_outcome(to, session->outcome);
	add_modaliases(to, &session->machine);
	add_disks(to, &session->machine);
	add_title(to, _("log of ddload"));
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

/* The same for programs. To be freed; NULL: no memory. */
static char *report_json(struct ddl_session *session)
{
	char *outcome = session->outcome ? ddl_json_outcome(session->outcome) : NULL;
	char *machine = ddl_json_machine(&session->machine), *text = NULL;
	int written = asprintf(&text, "{\"outcome\": %s, \"machine\": %s}\n", outcome ? outcome : "null",
			       machine ? machine : "null");

	free(outcome);
	free(machine);
	return written < 0 ? NULL : text;
}

/* ------------------------------------------------------------------- saving it */

int ddl_report_places(struct ddl_session *session, struct ddl_source ***places, size_t *count, struct ddl_error *error)
{
	struct ddl_source **sources = NULL, **kept;
	size_t found = 0;

	*count = 0;
	if (ddl_session_sources(session, &sources, &found, error) < 0)
		return -1;
	kept = ddl_arena_alloc(session->arena, found + 1, sizeof(*kept));
	if (!kept)
		return ddl_fail(error, DDL_E_MEMORY, 0, "report");
	for (int removable = 1; removable >= 0; removable--)
		for (size_t i = 0; i < found; i++)
			if (sources[i]->kind == DDL_SOURCE_DEVICE && ddl_mount_writes(sources[i]->format) &&
			    sources[i]->removable == removable)
				kept[(*count)++] = sources[i];
	*places = kept;
	return 0;
}

/* A file that was not there. 0, or what failed: EEXIST where it was. */
static int write_new(int at, const char *name, const char *text)
{
	int fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644), cause = 0;

	if (fd < 0)
		return errno;
	if (ddl_file_write_full(fd, text, strlen(text)) < 0 || fsync(fd) < 0)
		cause = errno;
	if (close(fd) < 0 && !cause)
		cause = errno;
	if (cause)
		(void)unlinkat(at, name, 0); /* half a report is none */
	return cause;
}

/* What is done in a child. */
struct saving {
	const char *media, *path, *format, *text, *json;
	char name[NAME_ROOM];
};

/* Both files, under the first number that none has yet; the name of the one to be read is left in `saving`. */
static int write_both(const char *place, struct saving *saving)
{
	int at = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC), cause = EEXIST;
	char number[16] = "", other[NAME_ROOM];

	if (at < 0)
		return errno;
	for (unsigned i = 1; i < MOST_REPORTS && cause == EEXIST; i++) {
		if (i > 1)
			(void)snprintf(number, sizeof(number), "-%u", i);
		(void)snprintf(saving->name, NAME_ROOM, "ddload-report%s.txt", number);
		(void)snprintf(other, NAME_ROOM, "ddload-report%s.json", number);
		cause = write_new(at, saving->name, saving->text);
	}
	if (!cause)
		cause = write_new(at, other, saving->json);
	(void)close(at);
	return cause;
}

static int save(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct saving *saving = arg;
	char place[DDL_MAX_PATH];
	int result = -1, cause;

	if (!ddl_mount_in_job(saving->media) || !ddl_path_join(place, sizeof(place), saving->media, "report") ||
	    ddl_file_make_directories(place, 0700) < 0)
		return ddl_fail(error, DDL_E_SAVE, errno ? errno : EPERM, "%s", saving->media);
	if (ddl_mount_writable(saving->path, saving->format, place, error) == 0) {
		cause = write_both(place, saving);
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
	char media[DDL_MAX_PATH], path[DDL_MAX_PATH], *text = ddl_report_text(session), *json = report_json(session);
	struct saving saving = { media, path, place->format, text, json, "" };
	struct ddl_job job = { .run = save, .receive = take_name, .arg = &saving, .device = true };
	struct ddl_error why = DDL_ERROR_INIT;
	int result;

	ddl_session_close_media(session); /* it may be the stick that the pack is on */
	if (!text || !json || !ddl_session_run_path(session, media, sizeof(media), "media") ||
	    !ddl_path_join(path, sizeof(path), session->options.root, place->path)) {
		free(text);
		free(json);
		return ddl_fail(error, DDL_E_SAVE, ENOMEM, "%s", place->name);
	}
	result = ddl_jobs_run(&job, 1, &confine, &why);
	free(text);
	free(json);
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
