// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads checksum files next to an ISO file, and the sum of the whole file. */
#include "verify/checksum_file.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/digest.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "medium/files.h"

#define MD5_DIGITS (2U * DDL_MD5)
#define SHA256_DIGITS (2U * DDL_SHA256)
#define READ_BYTES (64U * 1024U)
#define TELL_EVERY (4U * 1024U * 1024U) /* bytes of the whole file */

enum { TELL_SUM = 1, TELL_PROGRESS, TELL_WHOLE };

/* ------------------------------------------------------------------- the text */

/* Digits of a sum at the start of the text, which end there or at a blank: their number, or 0. */
static size_t digits_of(const char *text, size_t n)
{
	size_t digits = 0;

	while (digits < n && isxdigit((unsigned char)text[digits]))
		digits++;
	return (digits == MD5_DIGITS || digits == SHA256_DIGITS) && (digits == n || ddl_text_is_blank(text[digits])) ? digits : 0;
}

/* A line's sum and the name in it, which may be empty. False: it has none. */
static bool read_line(const char *line, size_t n, const char **sum, size_t *n_sum, const char **name, size_t *n_name)
{
	const char *equals, *open, *close;

	while (n && (ddl_text_is_blank(*line) || *line == '\\')) { /* md5sum's mark of a name with a backslash */
		line++;
		n--;
	}
	while (n && ddl_text_is_blank(line[n - 1]))
		n--;
	*sum = line;
	*n_sum = digits_of(line, n);
	if (*n_sum) {
		*name = line + *n_sum;
		*n_name = n - *n_sum;
		while (*n_name && (ddl_text_is_blank(**name) || **name == '*')) {
			(*name)++;
			(*n_name)--;
		}
		return true;
	}
	equals = memrchr(line, '=', n);
	open = memchr(line, '(', n);
	close = equals ? memrchr(line, ')', (size_t)(equals - line)) : NULL;
	if (!open || !close || open > close)
		return false;
	*sum = equals + 1;
	while (*sum < line + n && ddl_text_is_blank(**sum))
		(*sum)++;
	*n_sum = digits_of(*sum, (size_t)(line + n - *sum));
	*name = open + 1;
	*n_name = (size_t)(close - open) - 1;
	return *n_sum > 0;
}

/* Is it that file's, wherever it was when the sum was made? */
static bool names(const char *name, size_t n, const char *wanted)
{
	size_t length = strlen(wanted);

	return n >= length && strncasecmp(name + n - length, wanted, length) == 0 &&
	       (n == length || name[n - length - 1] == '/' || name[n - length - 1] == '\\');
}

bool ddl_checksum_file_read(const char *text, size_t length, const char *name, char digest[DDL_SUM_ROOM], bool *other)
{
	size_t at = length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0, lines = 0;
	const char *base = ddl_path_base(name);
	bool named = false;

	*digest = '\0';
	*other = false;
	while (at < length && !named) {
		const char *end = memchr(text + at, '\n', length - at), *sum, *of;
		size_t line = end ? (size_t)(end - text) - at : length - at, n_sum, n_of;

		if (read_line(text + at, line, &sum, &n_sum, &of, &n_of)) {
			named = names(of, n_of, base);
			if (named || !lines++) {
				*other = !named && n_of && !(n_of == 1 && *of == '-'); /* what md5sum calls its own input */
				for (size_t i = 0; i <= n_sum; i++)
					digest[i] = i < n_sum ? (char)tolower((unsigned char)sum[i]) : '\0';
			}
		}
		at += line + (end ? 1 : 0);
	}
	if (!named && lines != 1)
		*digest = '\0';
	return *digest != '\0';
}

/* ------------------------------------------------------------ checksum files */

/* What is put in place of the ISO's ".iso" (NULL), or behind its whole name. */
static const struct {
	const char *end;
	bool behind, metadata;
} candidates[] = {
	{ ".metadata.md5", false, true }, { ".metadata.sha256", false, true },
	{ ".md5", true, false },          { ".sha256", true, false },
	{ ".md5", false, false },         { ".sha256", false, false },
};

#define ENDS (sizeof(candidates) / sizeof(*candidates))
#define CANDIDATES (2 * ENDS) /* in small letters and in capitals: archives and FAT know no difference, others do */

struct told {
	uint32_t index;
	uint32_t other; /* the line names another file */
	char digest[DDL_SUM_ROOM];
};

struct finding {
	const struct ddl_medium *medium;
	const char *name;
	struct ddl_wanted wanted[CANDIDATES];
	size_t n_wanted;
	struct ddl_sink *sink;
	struct told told[CANDIDATES];
	bool found[CANDIDATES];
};

/* Names all files that there may be. -1: no memory. */
static int want_sums(struct ddl_arena *arena, struct finding *finding)
{
	const char *base = ddl_path_base(finding->name), *dot = strrchr(base, '.');
	size_t whole = strlen(finding->name), stem = dot && dot > base ? (size_t)(dot - finding->name) : whole;

	finding->n_wanted = finding->medium->kind == DDL_MEDIUM_ARCHIVE ? ENDS : CANDIDATES;
	for (size_t i = 0; i < finding->n_wanted; i++) {
		const char *end = candidates[i % ENDS].end;
		size_t kept = candidates[i % ENDS].behind ? whole : stem;
		char *name = ddl_arena_printf(arena, "%.*s%s", (int)kept, finding->name, end);

		if (!name)
			return -1;
		for (char *c = name + kept; i >= ENDS && *c; c++)
			*c = (char)toupper((unsigned char)*c);
		finding->wanted[i] = (struct ddl_wanted){ name, -1, false };
	}
	return 0;
}

/* In the child. What is too large says nothing. */
static int collect_sum(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	struct finding *finding = arg;
	struct told told = { (uint32_t)(reader->wanted - finding->wanted), 0, "" };
	bool other = false;
	size_t got = 0;
	ssize_t n = 1;
	char *text;

	if (reader->size > DDL_MAX_SUM_FILE)
		return ddl_sink_send(finding->sink, TELL_SUM, &told, sizeof(told), error);
	text = malloc(DDL_MAX_SUM_FILE);
	if (!text)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
	while (n > 0 && got < DDL_MAX_SUM_FILE) {
		n = reader->read(reader, text + got, DDL_MAX_SUM_FILE - got, error);
		got += n > 0 ? (size_t)n : 0;
	}
	if (n >= 0)
		(void)ddl_checksum_file_read(text, got, finding->name, told.digest,
					     &other); /* where there is none, that is told */
	told.other = other;
	free(text);
	return n < 0 ? -1 : ddl_sink_send(finding->sink, TELL_SUM, &told, sizeof(told), error);
}

static int run_finding(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct finding *finding = arg;

	finding->sink = sink;
	return ddl_files_visit(finding->medium, finding->wanted, finding->n_wanted, collect_sum, finding, error);
}

/* Trusts nothing: digits of a sum, or none. */
static int receive_sum(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct finding *finding = arg;
	struct told told;
	size_t digits;

	if (type != TELL_SUM || n != sizeof(told))
		return ddl_fail(error, DDL_E_DAMAGED, 0, "%s", finding->name);
	memcpy(&told, bytes, sizeof(told));
	digits = strnlen(told.digest, sizeof(told.digest));
	if (told.index >= finding->n_wanted || digits == sizeof(told.digest) ||
	    (digits && digits_of(told.digest, digits) != digits))
		return ddl_fail(error, DDL_E_DAMAGED, 0, "%s", finding->name);
	finding->told[told.index] = told;
	finding->found[told.index] = true;
	return 0;
}

/* Runs the job on what is prepared of the medium. */
static int run_job(struct ddl_job *job, const struct ddl_medium *medium, struct ddl_wanted *wanted, size_t n_wanted,
		   const struct ddl_confine *confine, struct ddl_error *error)
{
	int keep[CANDIDATES + 1], result;

	if (ddl_files_reach(medium, wanted, n_wanted, error) < 0 || ddl_files_prepare(medium, wanted, n_wanted, error) < 0)
		return -1;
	job->keep = keep;
	job->n_keep = ddl_files_keep(medium, wanted, n_wanted, keep);
	/* where none can be opened there is nothing to read */
	result = job->n_keep ? ddl_jobs_run(job, 1, confine, error) : 0;
	ddl_files_unprepare(wanted, n_wanted);
	return result;
}

/* The same file, found under a name in capitals as well? */
static bool is_known(const struct finding *finding, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (finding->found[i] && strcasecmp(finding->wanted[i].name, finding->wanted[index].name) == 0)
			return true;
	return false;
}

int ddl_checksum_file_find(struct ddl_arena *arena, const struct ddl_medium *outer, const char *name,
			   const struct ddl_confine *confine, struct ddl_found_sum **sums, size_t *count, struct ddl_error *error)
{
	struct finding finding = { .medium = outer, .name = name };
	struct ddl_job job = { .run = run_finding, .receive = receive_sum, .arg = &finding };

	*sums = NULL;
	*count = 0;
	if (want_sums(arena, &finding) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", name);
	if (run_job(&job, outer, finding.wanted, finding.n_wanted, confine, error) < 0)
		return -1;
	for (size_t i = 0; i < CANDIDATES; i++) {
		const char *digest = finding.told[i].digest;
		struct ddl_found_sum *slot;

		if (!finding.found[i] || is_known(&finding, i))
			continue;
		slot = ddl_arena_push(arena, sums, count, sizeof(*slot));
		if (!slot)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", name);
		slot->plain = !candidates[i % ENDS].behind && !candidates[i % ENDS].metadata;
		slot->sum = (struct ddl_sum){ .metadata = candidates[i % ENDS].metadata,
					      .other = finding.told[i].other != 0,
					      .found = "",
					      .state = *digest ? DDL_SUM_UNCOMPARED : DDL_SUM_UNREADABLE,
					      .file = ddl_arena_dup(arena, ddl_path_base(finding.wanted[i].name)),
					      .expected = ddl_arena_dup(arena, digest) };
		if (!slot->sum.file || !slot->sum.expected)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", name);
	}
	return 0;
}

/* -------------------------------------------------------------- the whole file */

struct summing {
	const struct ddl_medium *medium;
	struct ddl_wanted wanted;
	struct ddl_sink *sink;
	struct ddl_whole *whole;
	uint64_t counted[2]; /* bytes done, and of how many */
	bool done;
};

struct both {
	uint8_t md5[DDL_MD5], sha256[DDL_SHA256];
};

static int sum_file(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	struct summing *summing = arg;
	uint64_t counted[2] = { 0, reader->size }, told = 0;
	uint8_t *bytes = malloc(READ_BYTES);
	struct ddl_digest md5, sha256;
	struct both both;
	ssize_t n = 1;

	if (!bytes)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", reader->name);
	ddl_digest_start(&md5, DDL_MD5);
	ddl_digest_start(&sha256, DDL_SHA256);
	while (n > 0 && (n = reader->read(reader, bytes, READ_BYTES, error)) > 0) {
		if (summing->whole->want_md5)
			ddl_digest_add(&md5, bytes, (size_t)n);
		if (summing->whole->want_sha256)
			ddl_digest_add(&sha256, bytes, (size_t)n);
		counted[0] += (uint64_t)n;
		if (counted[0] - told < TELL_EVERY)
			continue;
		told = counted[0];
		if (ddl_sink_send(summing->sink, TELL_PROGRESS, counted, sizeof(counted), error) < 0)
			n = -1;
	}
	free(bytes);
	if (n < 0)
		return -1;
	ddl_digest_end(&md5, both.md5);
	ddl_digest_end(&sha256, both.sha256);
	return ddl_sink_send(summing->sink, TELL_WHOLE, &both, sizeof(both), error) < 0 ? -1 : 1;
}

static int run_summing(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct summing *summing = arg;

	summing->sink = sink;
	return ddl_files_visit(summing->medium, &summing->wanted, 1, sum_file, summing, error);
}

static int receive_whole(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct summing *summing = arg;
	struct ddl_whole *whole = summing->whole;
	struct both both;

	if (type == TELL_PROGRESS && n == sizeof(summing->counted)) {
		memcpy(summing->counted, bytes, n);
		if (whole->progress)
			whole->progress(whole->arg, summing->counted[0], summing->counted[1]);
		return 0;
	}
	if (type != TELL_WHOLE || n != sizeof(both))
		return ddl_fail(error, DDL_E_DAMAGED, 0, "%s", summing->wanted.name);
	memcpy(&both, bytes, n);
	ddl_text_hex(whole->md5, both.md5, sizeof(both.md5));
	ddl_text_hex(whole->sha256, both.sha256, sizeof(both.sha256));
	summing->done = true;
	return 0;
}

int ddl_checksum_file_whole(struct ddl_arena *arena, const struct ddl_medium *outer, const char *name,
			    const struct ddl_confine *confine, struct ddl_whole *whole, struct ddl_error *error)
{
	struct summing summing = { .medium = outer, .wanted = { ddl_arena_dup(arena, name), -1, false }, .whole = whole };
	struct ddl_job job = { .run = run_summing, .receive = receive_whole, .arg = &summing };

	if (!summing.wanted.name)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", name);
	if (run_job(&job, outer, &summing.wanted, 1, confine, error) < 0)
		return -1;
	return summing.done ? 0 : ddl_fail(error, DDL_E_GONE, 0, "%s", name);
}
