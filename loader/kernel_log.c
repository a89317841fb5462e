// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's messages since a moment: records of /dev/kmsg taken apart, the kernel's
 * own kept, those that programs wrote (ddload's too) left out.
 */
#include "kernel_log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "i18n.h"
#include "limits.h"
#include "text.h"

/* The kernel's own bound for a record (CONSOLE_EXT_LOG_MAX); a smaller buffer gives EINVAL. */
#define RECORD_MAX 8192U

/* A number up to `end`; *at is moved behind the character that ends it. */
static bool take_number(const char **at, const char *end, char stop, uint64_t *value)
{
	const char *border = memchr(*at, stop, (size_t)(end - *at));

	if (!border || !ddl_text_number(*at, (size_t)(border - *at), UINT64_MAX, value))
		return false;
	*at = border + 1;
	return true;
}

bool ddl_kernel_record_parse(const char *bytes, size_t length, struct ddl_kernel_record *record)
{
	const char *at = bytes, *end = bytes + length, *text, *line_end;
	uint64_t priority;

	if (!take_number(&at, end, ',', &priority) ||
	    !take_number(&at, end, ',', &record->sequence))
		return false;
	text = memchr(at, ';', (size_t)(end - at));
	if (!text)
		return false;
	text++;
	line_end = memchr(text, '\n', (size_t)(end - text));
	record->facility = (unsigned)(priority >> 3);
	record->text = text;
	record->length = (size_t)((line_end ? line_end : end) - text);
	return true;
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The kernel writes what does not print as "\\x09"; back to bytes, for cleaning as any text. */
static size_t unescape(char *to, const char *from, size_t length)
{
	size_t i, n = 0;

	for (i = 0; i < length; i++) {
		if (length - i >= 4 && from[i] == '\\' && from[i + 1] == 'x' &&
		    hex(from[i + 2]) >= 0 && hex(from[i + 3]) >= 0) {
			to[n++] = (char)(hex(from[i + 2]) * 16 + hex(from[i + 3]));
			i += 3;
		} else {
			to[n++] = from[i];
		}
	}
	return n;
}

static int keep_line(const struct ddl_kernel_record *record, struct ddl_arena *arena,
		     const char ***lines, size_t *count, struct ddl_error *error)
{
	char plain[RECORD_MAX], clean[RECORD_MAX + 1];
	const char **line, *copy;

	ddl_text_clean(clean, sizeof clean, plain, unescape(plain, record->text, record->length));
	copy = ddl_arena_dup(arena, clean);
	if (copy && *count == DDL_MAX_KERNEL_LINES) {
		memmove(*lines, *lines + 1, (*count - 1) * sizeof **lines);
		(*lines)[*count - 1] = copy;
		return 0;
	}
	line = copy ? ddl_arena_push(arena, lines, count, sizeof *line) : NULL;
	if (!line)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", _("the kernel log"));
	*line = copy;
	return 0;
}

int ddl_kernel_log_read(int fd, uint64_t from, struct ddl_arena *arena, const char ***lines,
			size_t *count, uint64_t *next, struct ddl_error *error)
{
	struct ddl_kernel_record record;
	char bytes[RECORD_MAX];

	for (;;) {
		ssize_t n = read(fd, bytes, sizeof bytes);

		/* EPIPE: records were overwritten while they were read; the next ones are there */
		if (n < 0 && (errno == EINTR || errno == EPIPE))
			continue;
		if (n == 0 || (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)))
			return 0;
		if (n < 0)
			return ddl_fail(error, DDL_E_READ, errno, "%s", _("the kernel log"));
		if (!ddl_kernel_record_parse(bytes, (size_t)n, &record))
			continue;
		if (next)
			*next = record.sequence + 1;
		if (arena && record.facility == 0 && record.sequence >= from &&
		    keep_line(&record, arena, lines, count, error) != 0)
			return -1;
	}
}

/* Only the device itself has records; a file of that name in a captured tree has not. */
static int open_log(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat is;

	if (fd >= 0 && (fstat(fd, &is) != 0 || !S_ISCHR(is.st_mode))) {
		close(fd);
		errno = ENOTTY;
		return -1;
	}
	return fd;
}

uint64_t ddl_kernel_log_mark(const char *path)
{
	int fd = open_log(path);
	uint64_t next = 0;

	if (fd < 0)
		return 0;
	(void)ddl_kernel_log_read(fd, 0, NULL, NULL, NULL, &next, NULL); /* then all is shown */
	close(fd);
	return next;
}

int ddl_kernel_log_since(const char *path, uint64_t mark, struct ddl_arena *arena,
			 const char ***lines, size_t *count, struct ddl_error *error)
{
	int fd = open_log(path), result;

	*lines = NULL;
	*count = 0;
	if (fd < 0)
		return 0;
	result = ddl_kernel_log_read(fd, mark, arena, lines, count, NULL, error);
	close(fd);
	return result;
}
