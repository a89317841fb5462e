// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's messages since a moment: records of /dev/kmsg taken apart, the kernel's
 * own kept, those that programs wrote (ddload's too) left out.
 */
#include "kernel/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "base/text.h"

/* The kernel's own bound for a record (CONSOLE_EXT_LOG_MAX); a smaller buffer gives EINVAL. */
#define RECORD_MAX 8192U

bool ddl_kmsg_parse(const char *bytes, size_t length, struct ddl_kmsg_record *record)
{
	const char *comma = memchr(bytes, ',', length), *text = memchr(bytes, ';', length), *end;
	uint64_t priority;

	if (!comma || !text || comma > text || !ddl_text_number(bytes, (size_t)(comma - bytes), UINT64_MAX, &priority))
		return false;
	text++;
	length -= (size_t)(text - bytes);
	end = memchr(text, '\n', length);
	record->facility = (unsigned)(priority >> 3);
	record->text = text;
	record->length = end ? (size_t)(end - text) : length;
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
		if (length - i >= 4 && from[i] == '\\' && from[i + 1] == 'x' && hex(from[i + 2]) >= 0 && hex(from[i + 3]) >= 0) {
			to[n++] = (char)(hex(from[i + 2]) * 16 + hex(from[i + 3]));
			i += 3;
		} else {
			to[n++] = from[i];
		}
	}
	return n;
}

static int keep_line(const struct ddl_kmsg_record *record, struct ddl_arena *arena, const char ***lines, size_t *count,
		     struct ddl_error *error)
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

int ddl_kmsg_open(const char *path, bool behind)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat is;

	/* only the device itself has records; a file of that name in a captured tree has not */
	if (fd >= 0 && (fstat(fd, &is) != 0 || !S_ISCHR(is.st_mode) || (behind && lseek(fd, 0, SEEK_END) < 0))) {
		close(fd);
		return -1;
	}
	return fd;
}

int ddl_kmsg_read(int fd, struct ddl_arena *arena, const char ***lines, size_t *count, struct ddl_error *error)
{
	struct ddl_kmsg_record record;
	char bytes[RECORD_MAX];

	while (fd >= 0) {
		ssize_t n = read(fd, bytes, sizeof bytes);

		/* EPIPE: records were overwritten while they were read; the next ones are there */
		if (n < 0 && (errno == EINTR || errno == EPIPE))
			continue;
		if (n == 0 || (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)))
			return 0;
		if (n < 0)
			return ddl_fail(error, DDL_E_READ, errno, "%s", _("the kernel log"));
		if (ddl_kmsg_parse(bytes, (size_t)n, &record) && record.facility == 0 &&
		    keep_line(&record, arena, lines, count, error) != 0)
			return -1;
	}
	return 0;
}
