// SPDX-License-Identifier: GPL-2.0-or-later
/* The log file: one line a call, cleaned, with the seconds since the machine started. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"

struct ddl_log {
	int fd; /* -1: there is no file */
	int failure; /* errno of the write that ended the file */
	char text[DDL_MAX_LOG_KEPT]; /* NUL-ended */
	size_t used;
};

static const char own[] = "/run/ddload";

/* Is it <root>/run/ddload/NAME? */
static bool is_own(const char *path)
{
	size_t n = (size_t)(ddl_path_base(path) - path);

	return n >= sizeof(own) && memcmp(path + n - sizeof(own), own, sizeof(own) - 1) == 0;
}

/*
 * Makes <root>/run/ddload for a log in it; any other directory is the user's, and a slip of
 * the finger must not make one.
 */
static int make_directory(const char *path, struct ddl_error *error)
{
	char directory[DDL_MAX_PATH];
	size_t n = (size_t)(ddl_path_base(path) - path), root;

	if (!is_own(path))
		return 0;
	root = n - sizeof(own);
	if (n >= sizeof(directory))
		return ddl_fail(error, DDL_E_LOG, ENAMETOOLONG, "%s", path);
	memcpy(directory, path, n);
	directory[root] = '\0';
	if (root > 0 && access(directory, F_OK) < 0)
		return ddl_fail(error, DDL_E_LOG, errno, "%s", path);
	directory[root] = '/';
	directory[n - 1] = '\0';
	return ddl_file_make_directories(directory, 0755) < 0 ? ddl_fail(error, DDL_E_LOG, errno, "%s", path) : 0;
}

struct ddl_log *ddl_log_open(const char *path, struct ddl_error *error)
{
	struct ddl_log *log = calloc(1, sizeof(*log));

	if (!log) {
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "log");
		return NULL;
	}
	log->fd = -1;
	if (!path)
		return log;
	if (make_directory(path, error) < 0)
		goto fail;
	log->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0644);
	if (log->fd < 0) {
		(void)ddl_fail(error, DDL_E_LOG, errno, "%s", path);
		goto fail;
	}
	/* Ours lies in memory: it begins anew when many runs have filled it. */
	if (is_own(path) && lseek(log->fd, 0, SEEK_END) > DDL_MAX_LOG_FILE && ftruncate(log->fd, 0) < 0)
		ddl_log(log, "%s: %s", path, strerror(errno));
	return log;
fail:
	free(log);
	return NULL;
}

void ddl_log_close(struct ddl_log *log)
{
	if (!log)
		return;
	if (log->fd >= 0)
		(void)close(log->fd); /* every line was written by itself */
	free(log);
}

int ddl_log_failure(const struct ddl_log *log)
{
	return log ? log->failure : 0;
}

const char *ddl_log_text(const struct ddl_log *log)
{
	return log ? log->text : "";
}

/* The older half makes room, up to the end of a line. */
static void keep(struct ddl_log *log, const char *line, size_t length)
{
	if (sizeof(log->text) - log->used <= length) {
		char *half = log->text + log->used / 2, *end = memchr(half, '\n', log->used - log->used / 2);
		size_t gone = end ? (size_t)(end - log->text) + 1 : log->used;

		log->used -= gone;
		memmove(log->text, log->text + gone, log->used);
	}
	if (sizeof(log->text) - log->used <= length)
		return;
	memcpy(log->text + log->used, line, length);
	log->used += length;
	log->text[log->used] = '\0';
}

void ddl_log(struct ddl_log *log, const char *format, ...)
{
	char raw[2048], clean[2048], line[2112];
	struct timespec now = { 0, 0 };
	va_list args;
	int n;

	if (!log)
		return;
	va_start(args, format);
	n = vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	if (n < 0)
		return;
	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	(void)ddl_text_clean(clean, sizeof(clean), raw, strlen(raw));
	n = snprintf(line, sizeof(line), "[%5lld.%03ld] %s\n", (long long)now.tv_sec, now.tv_nsec / 1000000, clean);
	if (n <= 0)
		return;
	keep(log, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
	if (log->fd >= 0 && ddl_file_write_full(log->fd, line, (size_t)n) < 0) {
		log->failure = errno;
		(void)close(log->fd); /* a full log must not stop a load; the outcome has what counts */
		log->fd = -1;
	}
}

void ddl_log_error(struct ddl_log *log, const char *doing, const struct ddl_error *error)
{
	ddl_log(log, "%s: %s: %s%s%s", doing, ddl_code_name(error->code), error->text, error->os_errno ? ": " : "",
		error->os_errno ? strerror(error->os_errno) : "");
}
