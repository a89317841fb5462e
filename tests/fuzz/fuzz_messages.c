// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes what a confined child may say to its parent, all of it: a child that a medium has taken
 * over answers each question with messages of any type, in any order. Stands in for confine.c.
 *
 * The input: a byte for the question, then messages (type, two bytes of length, the bytes). The
 * type 0xff ends a child's life; its length is then how it says it went.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/path.h"
#include "boot/answerfile.h"
#include "package/packages.h"
#include "repository/scan.h"
#include "source/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { N = 3, END = 0xff };

static const uint8_t *at;
static size_t left;
static struct ddl_medium medium = { .kind = DDL_MEDIUM_ARCHIVE, .fd = -1, .name = "fuzz" };
static const struct ddl_confine here = { .unconfined = true };

static unsigned take(void)
{
	if (!left)
		return 0;
	left--;
	return *at++;
}

/* Each message lies in memory of its own size: a byte read past its end is seen. */
static int say(struct ddl_job *job, unsigned type, size_t n)
{
	uint8_t *message = malloc(n);
	int result;

	if (n && !message)
		abort();
	if (n)
		memcpy(message, at, n);
	at += n;
	left -= n;
	result = job->receive(job->arg, type, message, n, &job->error);
	if (result < 0 && job->error.code == DDL_OK)
		abort();
	free(message);
	return result;
}

static void live(struct ddl_job *job)
{
	int result = 0;

	ddl_error_clear(&job->error);
	while (left && result == 0) {
		unsigned type = take();
		size_t n = take() << 8;

		n += take();
		if (type == END) {
			if (n % 4 == 0)
				(void)ddl_fail(&job->error, (enum ddl_code)(1 + n / 4 % (DDL_CODES - 1)), 0, "child");
			break;
		}
		result = say(job, type, n < left ? n : left);
	}
	job->ok = job->error.code == DDL_OK;
}

int ddl_jobs_run(struct ddl_job *jobs, size_t count, const struct ddl_confine *confine, struct ddl_error *error)
{
	int result = 0;

	if (!confine)
		abort();
	for (size_t i = 0; i < count; i++) {
		live(&jobs[i]);
		if (!jobs[i].ok && result == 0 && error)
			*error = jobs[i].error;
		result = jobs[i].ok ? result : -1;
	}
	return result;
}

int ddl_sink_send(struct ddl_sink *sink, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	(void)sink, (void)type, (void)bytes, (void)n, (void)error;
	abort(); /* there is no child */
}

int ddl_sink_give(struct ddl_sink *sink, int fd, struct ddl_error *error)
{
	(void)sink, (void)fd, (void)error;
	abort();
}

static void check_text(const char *text, size_t max)
{
	if (!text || strlen(text) > max)
		abort();
	for (; *text; text++)
		if (((unsigned char)*text < 0x20 && *text != '\n' && *text != '\t') || *text == 0x7f)
			abort();
}

static void check_path(const char *path)
{
	char clean[DDL_MAX_PATH];

	if (!ddl_path_clean_relative(clean, sizeof(clean), path) || strcmp(clean, path) != 0)
		abort();
}

static void hear_scan(struct ddl_arena *arena)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_scan scan;

	if (ddl_scan_medium(arena, &medium, &here, NULL, &scan, &error) < 0)
		return;
	if (scan.n_repos > DDL_MAX_REPOSITORIES || scan.n_images > DDL_MAX_ISO_FILES)
		abort();
	for (size_t i = 0; i < scan.n_images; i++)
		check_path(scan.images[i].name);
	for (size_t i = 0; i < scan.n_notes; i++)
		check_text(scan.notes[i], DDL_MAX_TEXT);
	for (size_t i = 0; i < scan.n_repos; i++) {
		check_text(scan.repos[i]->identifier, DDL_MAX_TEXT);
		check_text(scan.repos[i]->description, DDL_MAX_TEXT);
		for (size_t j = 0; j < scan.repos[i]->n_packages; j++)
			check_path(scan.repos[i]->packages[j].file);
	}
}

/* What the parent takes for staged has the bytes that it says, and what is bad has none. */
static void check_package(struct ddl_stage *stage, const struct ddl_package *package)
{
	struct stat st;

	if (package->state == DDL_PKG_UNREAD || (package->state == DDL_PKG_BAD) != (package->trouble.code != DDL_OK))
		abort();
	for (size_t i = 0; package->state == DDL_PKG_STAGED && i < package->n_files; i++) {
		if (package->files[i]->fd < 0)
			continue;
		if (fstat(package->files[i]->fd, &st) < 0 || (uint64_t)st.st_size != package->files[i]->size)
			abort();
		ddl_stage_drop(stage, package->files[i]->fd, package->files[i]->size);
	}
	for (size_t i = 0; package->state == DDL_PKG_STAGED && i < package->n_modules; i++)
		if (!package->modules[i]->file || package->modules[i]->file->fd < 0)
			abort();
	if (package->fd >= 0 &&
	    (package->state == DDL_PKG_BAD || fstat(package->fd, &st) < 0 || (uint64_t)st.st_size > package->size))
		abort();
	if (package->fd >= 0)
		ddl_stage_drop(stage, package->fd, (uint64_t)st.st_size);
}

static void hear_packages(struct ddl_arena *arena, unsigned how)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_stage *stage = ddl_stage_new(NULL, 1 << 20, &error);
	struct ddl_packages_call call = {
		.arena = arena, .medium = &medium, .directory = "packages", .stage = stage, .confine = here
	};
	struct ddl_package packages[N];
	struct ddl_package_wish wishes[N];
	int result, next;

	if (!stage)
		abort();
	for (unsigned i = 0; i < N; i++) {
		packages[i] = (struct ddl_package){ .label = "a",
						    .kernel = "k",
						    .file = "a.rpm",
						    .root = "",
						    .options = "",
						    .size = 100 + i / 2,
						    /* that of no message; or none is listed, and whatever comes is unpacked */
						    .digest = how & 16 ? "" : "00112233445566778899aabbccddeeff",
						    .version = "",
						    .fd = -1 };
		wishes[i] = (struct ddl_package_wish){ &packages[i], !(how & 8) || i != 1, how & 4 };
	}
	next = dup(0);
	(void)close(next);
	result = ddl_packages_read(&call, wishes, N, &error);
	if (result < 0 && error.code == DDL_OK)
		abort();
	for (unsigned i = 0; i < N; i++) {
		if (packages[i].state == DDL_PKG_UNREAD && result < 0)
			continue; /* cancelled */
		check_package(stage, &packages[i]);
	}
	/* nothing was left open */
	if (dup(0) != next)
		abort();
	(void)close(next);
	ddl_stage_free(stage);
}

static void hear_answer(struct ddl_arena *arena)
{
	const struct ddl_blob file = { .name = "answer", .bytes = "", .length = 0 };
	struct ddl_error error = DDL_ERROR_INIT;
	const char **sources;
	size_t count;

	if (ddl_answerfile_parse(arena, &file, &here, &sources, &count, &error) < 0)
		return;
	if (count > DDL_MAX_WORDS)
		abort();
	for (size_t i = 0; i < count; i++)
		check_text(sources[i], DDL_MAX_PATH);
}

static void hear_probe(void)
{
	struct ddl_probe probe = { .state = 0 };
	size_t n = left < sizeof(probe) ? left : sizeof(probe);

	memcpy(&probe, at, n);
	ddl_probe_check(&probe);
	if (probe.state > DDL_PROBE_FOUND)
		abort();
	check_text(probe.format, sizeof(probe.format) - 1);
	check_text(probe.uuid, sizeof(probe.uuid) - 1);
	check_text(probe.label, sizeof(probe.label) - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ddl_arena *arena = ddl_arena_new();
	unsigned question;

	if (!arena)
		abort();
	at = data;
	left = size;
	question = take();
	switch (question & 3) {
	case 0:
		hear_scan(arena);
		break;
	case 1:
		hear_packages(arena, question);
		break;
	case 2:
		hear_answer(arena);
		break;
	default:
		hear_probe();
		break;
	}
	ddl_arena_free(arena);
	return 0;
}
