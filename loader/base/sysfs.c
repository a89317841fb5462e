// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading /sys and /proc below a root.
 */
#include "base/sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"

/* Puts a path together from the caller's format and arguments; true when it fits. */
#define FORMAT_PATH(path, format) \
	__extension__({ \
		va_list args_; \
		int length_; \
		va_start(args_, format); \
		length_ = vsnprintf((path), sizeof(path), (format), args_); \
		va_end(args_); \
		length_ > 0 && (size_t)length_ < sizeof(path); \
	})

static const char *relative(const char *path)
{
	while (*path == '/')
		path++;
	return *path ? path : ".";
}

int ddl_sysfs_open(const char *root)
{
	return open(root && *root ? root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int open_at(int root, const char *path)
{
	return openat(root, relative(path), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static bool read_line(int root, char *to, size_t room, const char *path)
{
	char raw[4096];
	ssize_t got = -1;
	int fd = open_at(root, path);

	*to = '\0';
	if (fd >= 0) {
		got = ddl_file_read_full(fd, raw, sizeof(raw));
		close(fd);
	}
	if (got < 0)
		return false;
	for (ssize_t i = 0; i < got; i++)
		if (raw[i] == '\n')
			got = i;
	while (got > 0 && (raw[got - 1] == ' ' || raw[got - 1] == '\t'))
		got--;
	ddl_text_clean(to, room, raw, (size_t)got);
	return true;
}

bool ddl_sysfs_text(int root, char *to, size_t room, const char *path, ...)
{
	char whole[DDL_SYSFS_PATH];

	*to = '\0';
	return FORMAT_PATH(whole, path) && read_line(root, to, room, whole);
}

const char *ddl_sysfs_keep(int root, struct ddl_arena *arena, const char *path, ...)
{
	char whole[DDL_SYSFS_PATH], text[DDL_MAX_TEXT];

	if (!FORMAT_PATH(whole, path) || !read_line(root, text, sizeof(text), whole) || !*text)
		return "";
	return ddl_arena_dup(arena, text);
}

bool ddl_sysfs_number(int root, long long *value, const char *path, ...)
{
	char whole[DDL_SYSFS_PATH], text[64], *end;

	*value = 0;
	if (!FORMAT_PATH(whole, path) || !read_line(root, text, sizeof(text), whole) || !*text)
		return false;
	errno = 0;
	*value = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0';
}

bool ddl_sysfs_exists(int root, const char *path, ...)
{
	char whole[DDL_SYSFS_PATH];

	return FORMAT_PATH(whole, path) && faccessat(root, relative(whole), F_OK, 0) == 0;
}

char *ddl_sysfs_whole(int root, size_t cap, const char *path)
{
	struct ddl_error trouble = DDL_ERROR_INIT;
	int fd = open_at(root, path);
	size_t length;
	char *text;

	if (fd < 0)
		return NULL;
	text = ddl_file_read(fd, cap, &length, &trouble);
	close(fd);
	if (!text)
		errno = trouble.code == DDL_E_TOO_LARGE ? EFBIG : trouble.os_errno;
	return text;
}

/* Adds the parts of `more` to the path `to`; ".." takes one off. */
static bool fold(char *to, size_t room, const char *more)
{
	size_t used = strlen(to);

	while (*more) {
		size_t length = strcspn(more, "/");

		if (length == 2 && more[0] == '.' && more[1] == '.') {
			char *slash = strrchr(to, '/');

			used = slash ? (size_t)(slash - to) : 0;
		} else if (length > 0 && !(length == 1 && more[0] == '.')) {
			if (room - used < 2 || room - used - 2 < length)
				return false;
			if (used > 0)
				to[used++] = '/';
			memcpy(to + used, more, length);
			used += length;
		}
		to[used] = '\0';
		more += length;
		while (*more == '/')
			more++;
	}
	return true;
}

bool ddl_sysfs_link(int root, char *to, size_t room, const char *path, ...)
{
	char whole[DDL_SYSFS_PATH], target[DDL_SYSFS_PATH], *slash;
	ssize_t length;

	*to = '\0';
	if (!FORMAT_PATH(whole, path))
		return false;
	length = readlinkat(root, relative(whole), target, sizeof(target) - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	slash = strrchr(whole, '/');
	if (slash)
		*slash = '\0';
	if (target[0] != '/' && slash && !fold(to, room, whole))
		return false;
	return fold(to, room, target);
}

/* A name that a person could not be shown as it is does not occur; such a one is passed over. */
static bool is_clean(const char *name)
{
	char clean[DDL_MAX_NAME + 1];

	ddl_text_clean(clean, sizeof(clean), name, strlen(name));
	return strcmp(clean, name) == 0;
}

static int compare_natural(const void *a, const void *b)
{
	return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

bool ddl_sysfs_list(int root, struct ddl_arena *arena, const char *path, const char ***names, size_t *count)
{
	int fd = openat(root, relative(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	bool enough = true;

	*names = NULL;
	*count = 0;
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	while (enough && *count < DDL_MAX_DEVICES && (entry = readdir(dir)) != NULL) {
		const char **name;

		if (entry->d_name[0] == '.' || !is_clean(entry->d_name))
			continue;
		name = ddl_arena_push(arena, names, count, sizeof(**names));
		enough = name && (*name = ddl_arena_dup(arena, entry->d_name));
	}
	closedir(dir);
	if (enough && *count > 0)
		qsort(*names, *count, sizeof(**names), compare_natural);
	return enough;
}

bool ddl_sysfs_below(const char *path, const char *above)
{
	size_t length = strlen(above);

	return strncmp(path, above, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

bool ddl_sysfs_on_usb(const char *place)
{
	return strstr(place, "/usb") != NULL;
}
