// SPDX-License-Identifier: GPL-2.0-or-later
/* The lock and the mark of a run that changes drivers. */
#include "apply/changing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"

#define POLL_MS 20U
#define TRIES 25U /* half a second: far longer than one who looks needs */

static int open_file(const char *run_directory, int flags)
{
	char path[DDL_MAX_PATH];
	struct stat is;
	int fd;

	if (!ddl_path_join(path, sizeof path, run_directory, "changing")) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
	if (fd < 0 || (fstat(fd, &is) == 0 && S_ISREG(is.st_mode)))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

/* One who only looks has the lock for a moment, which is waited for. */
static bool lock(int fd)
{
	for (unsigned i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
		if (i == TRIES)
			return false;
		ddl_clock_pause(POLL_MS);
	}
	return true;
}

static void read_who(int fd, char who[DDL_CHANGING_WHO])
{
	char raw[DDL_CHANGING_WHO];
	ssize_t n = pread(fd, raw, sizeof raw - 1, 0);

	(void)ddl_text_clean(who, DDL_CHANGING_WHO, raw, n > 0 ? (size_t)n : 0);
}

enum ddl_changing_state ddl_changing_look(const char *run_directory, char who[DDL_CHANGING_WHO])
{
	int fd = open_file(run_directory, O_RDONLY);
	enum ddl_changing_state state = DDL_CHANGING_NOBODY;

	*who = '\0';
	if (fd < 0)
		return state;
	read_who(fd, who);
	if (*who)
		state = flock(fd, LOCK_SH | LOCK_NB) == 0 ? DDL_CHANGING_KILLED : DDL_CHANGING_SOMEBODY;
	close(fd);
	return state;
}

/* The words that we were called with, and our process. */
static int write_mark(int fd)
{
	char words[DDL_CHANGING_WHO - 32], mark[DDL_CHANGING_WHO];
	int from = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC), length;
	ssize_t n = from < 0 ? -1 : read(from, words, sizeof words - 1);

	if (from >= 0)
		close(from);
	n = n < 0 ? 0 : n;
	for (ssize_t i = 0; i + 1 < n; i++)
		if (!words[i])
			words[i] = ' ';
	words[n] = '\0';
	length = snprintf(mark, sizeof mark, "%s (process %d)", n ? words : "ddload", (int)getpid());
	return ftruncate(fd, 0) == 0 && pwrite(fd, mark, (size_t)length, 0) == length ? 0 : -1;
}

static int take(int fd, bool after_kill, struct ddl_log *log, struct ddl_error *error)
{
	bool ours = lock(fd);
	char who[DDL_CHANGING_WHO];

	read_who(fd, who);
	if (!ours)
		return ddl_fail(error, DDL_E_OTHER_RUN, 0, "%s", who);
	if (*who && !after_kill)
		return ddl_fail(error, DDL_E_INTERRUPTED, 0, "%s", who);
	if (*who)
		ddl_log(log, "goes on though a run was killed while it changed drivers: %s", who);
	if (write_mark(fd) != 0)
		ddl_log(log, "no mark is left that drivers are being changed: %s", strerror(errno));
	return 0;
}

static void hold_signals(sigset_t *before)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };
	sigset_t held;

	(void)sigfillset(&held);
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		(void)sigdelset(&held, faults[i]);
	(void)sigprocmask(SIG_SETMASK, &held, before);
}

int ddl_changing_begin(struct ddl_changing *changing, const char *run_directory, bool after_kill, struct ddl_log *log,
		       struct ddl_error *error)
{
	hold_signals(&changing->before);
	(void)ddl_file_make_directories(run_directory, 0755); /* opening the file is what counts */
	changing->fd = open_file(run_directory, O_RDWR | O_CREAT);
	if (changing->fd < 0) {
		ddl_log(log, "no lock against another run: %s: %s", run_directory, strerror(errno));
		return 0;
	}
	if (take(changing->fd, after_kill, log, error) == 0)
		return 0;
	close(changing->fd);
	changing->fd = -1;
	(void)sigprocmask(SIG_SETMASK, &changing->before, NULL);
	return -1;
}

void ddl_changing_end(struct ddl_changing *changing, struct ddl_log *log)
{
	if (changing->fd >= 0) {
		if (ftruncate(changing->fd, 0) != 0)
			ddl_log(log, "the mark that drivers are being changed stays: %s", strerror(errno));
		close(changing->fd); /* and with it the lock */
		changing->fd = -1;
	}
	(void)sigprocmask(SIG_SETMASK, &changing->before, NULL);
}
