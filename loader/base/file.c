// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files below a directory and never out of it: opened, made, replaced, removed; whole reads
 * and whole writes.
 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/remote.h"

/* From linux/openat2.h (Linux 5.6), which older header packages lack. */
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#define WITHIN_NO_MAGICLINKS 0x02U
#define WITHIN_NO_SYMLINKS 0x04U
#define WITHIN_BENEATH 0x08U

struct within_how {
	uint64_t flags, mode, resolve;
};

/* A rename elsewhere makes openat2 answer EAGAIN; it is asked again this often. */
#define WITHIN_TRIES 8

/* What takes the place of another is written under this name; no run that is at work has it. */
#define NEW_NAME ".new-file"

/* Directories in each other that are removed with all they hold: one descriptor each. */
#define REMOVE_DEPTH 64U

static int openat2_within(int dirfd, const char *name, int flags)
{
	struct within_how how = {
		.flags = (uint64_t)(unsigned)flags,
		.resolve = WITHIN_BENEATH | WITHIN_NO_SYMLINKS | WITHIN_NO_MAGICLINKS,
	};
	long fd;
	int tries = WITHIN_TRIES;

	do
		fd = syscall(SYS_openat2, dirfd, name, &how, sizeof how);
	while (fd < 0 && (errno == EINTR || (errno == EAGAIN && --tries > 0)));
	return (int)fd;
}

/*
 * What openat2 does, for kernels without it: one part at a time, none of them a link.
 * `name` is clean. A directory part that is a link gives ENOTDIR; ELOOP is what
 * openat2 says, so that is what a caller sees.
 */
static int open_by_parts(int dirfd, const char *name, int flags)
{
	char part[DDL_MAX_NAME + 1];
	int at = dirfd, next = -1, saved;

	for (;;) {
		size_t length = strcspn(name, "/");
		bool last = name[length] == '\0';
		int how = last ? flags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
		struct stat st;

		if (length > DDL_MAX_NAME) {
			errno = ENAMETOOLONG;
			break;
		}
		memcpy(part, name, length);
		part[length] = '\0';
		next = openat(at, part, how);
		if (next < 0 && errno == ENOTDIR && fstatat(at, part, &st, AT_SYMLINK_NOFOLLOW) == 0)
			errno = S_ISLNK(st.st_mode) ? ELOOP : ENOTDIR;
		if (last || next < 0)
			break;
		if (at != dirfd)
			close(at);
		at = next;
		next = -1;
		name += length + 1;
	}
	saved = errno;
	if (at != dirfd)
		close(at);
	errno = saved;
	return next;
}

static int open_within(int dirfd, const char *name, int flags)
{
	int fd = openat2_within(dirfd, name, flags);

	/* EPERM: a seccomp filter (a container's) that does not know the call. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		fd = open_by_parts(dirfd, name, flags);
	return fd;
}

static int open_failed(struct ddl_error *error, const char *name)
{
	int cause = errno;

	switch (cause) {
	case ELOOP:
		return ddl_fail(error, DDL_E_OPEN, cause, _("%s is a link, and links on a medium are not followed"), name);
	case EIO:
	case ENODEV:
	case ENXIO:
	case ENOMEDIUM:
		return ddl_fail(error, DDL_E_GONE, cause, "%s", name);
	case ENOMEM:
		return ddl_fail(error, DDL_E_MEMORY, cause, "%s", name);
	default:
		return ddl_fail(error, DDL_E_OPEN, cause, "%s", name);
	}
}

int ddl_file_open(int dirfd, const char *name, struct ddl_error *error)
{
	char clean[DDL_MAX_PATH];
	struct stat st;
	int fd;

	if (!ddl_path_clean(clean, sizeof clean, name))
		return ddl_fail(error, DDL_E_PATH, 0, "%s", name);
	/* Not blocking: a FIFO in the place of a file must not hang us. */
	fd = open_within(dirfd, clean, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return open_failed(error, clean);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return ddl_fail(error, DDL_E_OPEN, S_ISDIR(st.st_mode) ? EISDIR : EINVAL, _("%s is not a file"), clean);
}

int ddl_file_open_dir(int dirfd, const char *name, struct ddl_error *error)
{
	char clean[DDL_MAX_PATH];
	int flags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC;
	int fd;

	if (name[0] == '\0' || strcmp(name, ".") == 0)
		fd = openat(dirfd, ".", flags);
	else if (!ddl_path_clean(clean, sizeof clean, name))
		return ddl_fail(error, DDL_E_PATH, 0, "%s", name);
	else
		fd = open_within(dirfd, clean, flags);
	if (fd < 0)
		return open_failed(error, name);
	return fd;
}

int ddl_file_step_into(int dirfd, const char *part)
{
	if (mkdirat(dirfd, part, 0755) < 0 && errno != EEXIST)
		return -1;
	return openat(dirfd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int ddl_file_create(int dirfd, const char *name, struct ddl_error *error)
{
	char clean[DDL_MAX_PATH];
	char *part = clean, *slash;
	int at = dirfd, fd = -1;

	if (!ddl_path_clean(clean, sizeof clean, name))
		return ddl_fail(error, DDL_E_PATH, 0, "%s", name);
	while ((slash = strchr(part, '/')) != NULL) {
		int next;

		*slash = '\0';
		next = ddl_file_step_into(at, part);
		if (next < 0)
			break;
		if (at != dirfd)
			close(at);
		at = next;
		part = slash + 1;
	}
	if (slash == NULL)
		fd = openat(at, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		ddl_fail(error, DDL_E_OPEN, errno, "%s", name);
	if (at != dirfd)
		close(at);
	return fd;
}

int ddl_file_make_directories(const char *path, mode_t mode)
{
	char part[DDL_MAX_PATH];
	size_t n = strlen(path);

	if (n >= sizeof part) {
		errno = ENAMETOOLONG;
		return -1;
	}
	while (n > 1 && path[n - 1] == '/')
		n--;
	for (size_t i = 1; i <= n; i++) {
		if (i < n && path[i] != '/')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, i < n ? 0755 : mode) != 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

static int remove_below(int dirfd, const char *name, dev_t device, unsigned depth);

/* All that a directory holds; the descriptor is used up. */
static int empty(int fd, unsigned depth)
{
	DIR *directory = fdopendir(fd);
	struct dirent *entry;
	struct stat st;
	int result = 0, cause;

	if (directory == NULL) {
		cause = errno;
		close(fd);
		errno = cause;
		return -1;
	}
	if (fstat(fd, &st) != 0)
		result = -1;
	while (result == 0 && (errno = 0, entry = readdir(directory)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			result = remove_below(fd, entry->d_name, st.st_dev, depth);
	if (errno != 0)
		result = -1;
	cause = errno;
	closedir(directory);
	errno = cause;
	return result;
}

static int remove_below(int dirfd, const char *name, dev_t device, unsigned depth)
{
	struct stat st;
	int fd;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : -1;
	if (S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
		return unlinkat(dirfd, name, 0);
	if (!S_ISDIR(st.st_mode) || st.st_dev != device || depth == REMOVE_DEPTH) {
		errno = S_ISDIR(st.st_mode) ? EXDEV : EINVAL;
		return -1;
	}
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || empty(fd, depth + 1) != 0)
		return -1;
	return unlinkat(dirfd, name, AT_REMOVEDIR);
}

int ddl_file_remove_tree(int dirfd, const char *name, struct ddl_error *error)
{
	struct stat st;

	if (fstat(dirfd, &st) != 0 || remove_below(dirfd, name, st.st_dev, 0) != 0)
		return ddl_fail(error, DDL_E_OPEN, errno, "%s", name);
	return 0;
}

/* `at` NULL: from where the file stands. */
static ssize_t read_all_of(int fd, char *to, size_t n, const uint64_t *at)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = !at                                           ? read(fd, to + done, n - done) :
			      ddl_remote_wait(fd, *at + done, n - done) < 0 ? -1 :
									      pread(fd, to + done, n - done, (off_t)(*at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

ssize_t ddl_file_read_full(int fd, void *buffer, size_t n)
{
	return read_all_of(fd, buffer, n, NULL);
}

ssize_t ddl_file_read_at(int fd, void *buffer, size_t n, uint64_t at)
{
	return read_all_of(fd, buffer, n, &at);
}

int ddl_file_write_full(int fd, const void *bytes, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t put = write(fd, (const char *)bytes + done, n - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		done += (size_t)put;
	}
	return 0;
}

/* How much to begin with: the file's size where it has one, so that one read does. */
static size_t first_guess(int fd, size_t cap)
{
	struct stat st;
	size_t guess = 4096;

	if (fstat(fd, &st) == 0 && st.st_size > 0)
		guess = (uintmax_t)st.st_size < cap ? (size_t)st.st_size : cap;
	return guess < cap ? guess : cap;
}

char *ddl_file_read(int fd, size_t cap, size_t *length, struct ddl_error *error)
{
	size_t room = first_guess(fd, cap), used = 0;
	char *bytes = NULL;

	for (;;) {
		/* One byte more than is wanted shows whether there is more; then room for the NUL. */
		char *more = realloc(bytes, room + 2);
		ssize_t got;

		if (more == NULL) {
			ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", "");
			goto fail;
		}
		bytes = more;
		got = ddl_file_read_full(fd, bytes + used, room + 1 - used);
		if (got < 0) {
			ddl_fail(error, DDL_E_READ, errno, "%s", "");
			goto fail;
		}
		used += (size_t)got;
		if (used <= room)
			break;
		if (room == cap) {
			ddl_fail(error, DDL_E_TOO_LARGE, 0, _("more than %zu bytes"), cap);
			goto fail;
		}
		room = room > cap / 2 ? cap : room * 2;
	}
	bytes[used] = '\0';
	*length = used;
	return bytes;
fail:
	free(bytes);
	return NULL;
}

bool ddl_file_same(int a, int b)
{
	char left[4096], right[sizeof(left)];
	off_t at = 0;

	for (;;) {
		ssize_t n = pread(a, left, sizeof(left), at), m = pread(b, right, sizeof(right), at);

		if (n < 0 || n != m || memcmp(left, right, (size_t)n) != 0)
			return false;
		if (n == 0)
			return true;
		at += n;
	}
}

int ddl_file_copy(int from, int to, uint64_t size)
{
	char buffer[65536];

	for (uint64_t done = 0; done < size;) {
		size_t want = size - done < sizeof buffer ? (size_t)(size - done) : sizeof buffer;
		ssize_t n = ddl_file_read_at(from, buffer, want, done);

		if (n == 0)
			errno = EIO;
		if (n <= 0 || ddl_file_write_full(to, buffer, (size_t)n) != 0)
			return -1;
		done += (uint64_t)n;
	}
	return 0;
}

/* What a file is to hold: bytes, or where they are NULL the first `size` bytes of a file. */
struct content {
	const void *bytes;
	int fd;
	uint64_t size;
};

static int put(int dir, const char *name, const struct content *content, struct ddl_error *error)
{
	int fd, result;

	(void)unlinkat(dir, name, 0); /* of an earlier run that was killed */
	fd = ddl_file_create(dir, name, error);
	if (fd < 0) {
		if (error)
			error->code = DDL_E_STAGE; /* whatever it was */
		return -1;
	}
	result = content->bytes ? ddl_file_write_full(fd, content->bytes, (size_t)content->size) :
				  ddl_file_copy(content->fd, fd, content->size);
	if (result < 0)
		(void)ddl_fail(error, DDL_E_STAGE, errno, "%s", name);
	if (close(fd) < 0 && result == 0)
		result = ddl_fail(error, DDL_E_STAGE, errno, "%s", name);
	if (result < 0)
		(void)unlinkat(dir, name, 0); /* half a file is none */
	return result;
}

static int replace(int dir, const char *name, const struct content *content, struct ddl_error *error)
{
	char temporary[DDL_MAX_PATH];
	size_t above = (size_t)(ddl_path_base(name) - name);

	if (snprintf(temporary, sizeof(temporary), "%.*s" NEW_NAME, (int)above, name) >= (int)sizeof(temporary))
		return ddl_fail(error, DDL_E_STAGE, ENAMETOOLONG, "%s", name);
	if (put(dir, temporary, content, error) < 0)
		return ddl_fail_in(error, "%s", name);
	if (renameat(dir, temporary, dir, name) == 0)
		return 0;
	(void)ddl_fail(error, DDL_E_STAGE, errno, "%s", name);
	(void)unlinkat(dir, temporary, 0);
	return -1;
}

int ddl_file_replace(int dir, const char *name, const void *bytes, size_t n, struct ddl_error *error)
{
	return replace(dir, name, &(struct content){ .bytes = bytes, .size = n }, error);
}

int ddl_file_replace_from(int dir, const char *name, int from, uint64_t size, struct ddl_error *error)
{
	return replace(dir, name, &(struct content){ .fd = from, .size = size }, error);
}
