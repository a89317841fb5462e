// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files held in memory, away from the medium, and how much memory they may take.
 */
#include "base/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"

/* From linux/memfd.h; the system call came with Linux 3.17, the last flag with 6.3. */
#define STAGE_CLOEXEC 0x0001U
#define STAGE_NOEXEC_SEAL 0x0008U

#define STAGE_DIRECTORIES 2
#define STAGE_NAMES 100 /* tries for a name nobody has */
#define STAGE_FILES 65536U /* descriptors: the largest package's files, and all packages kept for the hand-off */

struct ddl_stage {
	uint64_t cap;
	uint64_t used; /* ours alone: a child has what it was when it began, and cannot change it here */
	char *directories[STAGE_DIRECTORIES];
	bool absent[STAGE_DIRECTORIES]; /* was not there before: leaves no trace when it is empty in the end */
};

/* A line "Name:   123 kB" of /proc/meminfo in bytes; 0 when it is not there. */
static uint64_t meminfo(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	line = line ? strchr(line, ':') : NULL;
	return line ? (uint64_t)strtoull(line + 1, NULL, 10) * 1024 : 0;
}

/*
 * A third of what the kernel could give without swapping: a file is in the memory of the child that
 * unpacks it, too, while it is staged.
 */
static uint64_t default_cap(void)
{
	int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	uint64_t available = 0;
	size_t length;
	char *text = NULL;
	struct sysinfo info;

	if (fd >= 0) {
		text = ddl_file_read(fd, 65536, &length, NULL);
		close(fd);
	}
	if (text != NULL) {
		available = meminfo(text, "MemAvailable");
		/* Before Linux 3.14 there is no such line. */
		if (available == 0)
			available = meminfo(text, "MemFree") + meminfo(text, "\nCached");
		free(text);
	}
	if (available == 0 && sysinfo(&info) == 0)
		available = (uint64_t)info.freeram * info.mem_unit;
	return available / 3;
}

uint64_t ddl_stage_cap(const struct ddl_stage *stage)
{
	return stage->cap;
}

struct ddl_stage *ddl_stage_new(const char *directory, uint64_t cap, struct ddl_error *error)
{
	struct ddl_stage *stage = calloc(1, sizeof *stage);

	if (stage == NULL) {
		ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", "");
		return NULL;
	}
	stage->cap = cap != 0 ? cap : default_cap();
	stage->directories[0] = strdup(directory != NULL ? directory : "/run/ddload");
	if (directory == NULL)
		stage->directories[1] = strdup("/tmp");
	if (stage->directories[0] == NULL || (directory == NULL && stage->directories[1] == NULL)) {
		ddl_stage_free(stage);
		ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", "");
		return NULL;
	}
	for (size_t i = 0; i < STAGE_DIRECTORIES && stage->directories[i] != NULL; i++)
		stage->absent[i] = access(stage->directories[i], F_OK) < 0;
	return stage;
}

void ddl_stage_free(struct ddl_stage *stage)
{
	if (stage == NULL)
		return;
	for (size_t i = 0; i < STAGE_DIRECTORIES; i++) {
		if (stage->absent[i])
			(void)rmdir(stage->directories[i]); /* fails, as it should, when the hand-off is in it */
		free(stage->directories[i]);
	}
	free(stage);
}

/*
 * The name is seen in /proc only; it is cut to what the kernel takes. Without the
 * "not executable" flag newer kernels grumble in their log, or refuse.
 */
static int create_memfd(const char *name)
{
	char shown[64];
	long fd;

	snprintf(shown, sizeof shown, "%s", name);
	fd = syscall(SYS_memfd_create, shown, STAGE_CLOEXEC | STAGE_NOEXEC_SEAL);
	if (fd < 0 && errno == EINVAL)
		fd = syscall(SYS_memfd_create, shown, STAGE_CLOEXEC);
	return (int)fd;
}

/* A file that has no name once this returns. */
static int create_unlinked(const char *directory)
{
	static unsigned serial;
	DDL_CLOSE int at = -1;
	int fd;

	if (ddl_file_make_directories(directory, 0755) < 0) /* the file itself has no name: nobody sees it */
		return -1;
	at = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (at < 0)
		return -1;
	fd = openat(at, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	for (int i = 0; fd < 0 && i < STAGE_NAMES; i++) {
		char name[64];

		snprintf(name, sizeof name, ".stage-%ld-%u", (long)getpid(), serial++);
		fd = openat(at, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0 && unlinkat(at, name, 0) < 0) {
			close(fd);
			fd = -1;
			break;
		}
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd;
}

/*
 * Each file takes a descriptor, of which a process has 1,024 unless it asks: asked for when half of them are in use, so
 * that what else is opened does not run out. Who is not root gets what the hard limit allows.
 */
static void allow_more(int fd)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || fd < 0 || (rlim_t)fd < limit.rlim_cur / 2 || limit.rlim_cur >= STAGE_FILES)
		return;
	limit.rlim_cur = STAGE_FILES;
	if (limit.rlim_max >= STAGE_FILES || setrlimit(RLIMIT_NOFILE, &(struct rlimit){ STAGE_FILES, STAGE_FILES }) < 0) {
		limit.rlim_cur = limit.rlim_max < STAGE_FILES ? limit.rlim_max : STAGE_FILES;
		(void)setrlimit(RLIMIT_NOFILE, &limit); /* else the next file says that there are too many */
	}
}

int ddl_stage_create(struct ddl_stage *stage, const char *name, struct ddl_error *error)
{
	int fd = create_memfd(name);
	int cause = ENOENT;

	allow_more(fd);

	/* EPERM: a seccomp filter that does not know the call. */
	if (fd >= 0 || (errno != ENOSYS && errno != EPERM && errno != EACCES)) {
		if (fd < 0)
			ddl_fail(error, DDL_E_STAGE, errno, "%s", name);
		return fd;
	}
	for (size_t i = 0; i < STAGE_DIRECTORIES && stage->directories[i] != NULL; i++) {
		fd = create_unlinked(stage->directories[i]);
		if (fd >= 0)
			return fd;
		cause = errno;
	}
	return ddl_fail(error, DDL_E_STAGE, cause, "%s", name);
}

static bool take(struct ddl_stage *stage, uint64_t n)
{
	if (stage->used > stage->cap || stage->cap - stage->used < n)
		return false;
	stage->used += n;
	return true;
}

static void give_back(struct ddl_stage *stage, uint64_t n)
{
	stage->used -= n < stage->used ? n : stage->used;
}

static int no_room(const struct ddl_stage *stage, uint64_t n, struct ddl_error *error)
{
	char held[32], more[32], cap[32];

	return ddl_fail(error, DDL_E_STAGE, ENOMEM, _("%s are held in memory, %s more are needed, at most %s may be held"),
			ddl_text_size(held, sizeof held, stage->used), ddl_text_size(more, sizeof more, n),
			ddl_text_size(cap, sizeof cap, stage->cap));
}

int ddl_stage_fits(const struct ddl_stage *stage, uint64_t n, struct ddl_error *error)
{
	return stage->used > stage->cap || stage->cap - stage->used < n ? no_room(stage, n, error) : 0;
}

int ddl_stage_append(struct ddl_stage *stage, int fd, const void *bytes, size_t n, struct ddl_error *error)
{
	if (!take(stage, n))
		return no_room(stage, n, error);
	if (ddl_file_write_full(fd, bytes, n) < 0) {
		int cause = errno;

		give_back(stage, n);
		return ddl_fail(error, DDL_E_STAGE, cause, "%s", "");
	}
	return 0;
}

void ddl_stage_drop(struct ddl_stage *stage, int fd, uint64_t size)
{
	if (fd >= 0)
		close(fd);
	give_back(stage, size);
}
