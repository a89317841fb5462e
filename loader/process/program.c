// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs a program that is not ours, and waits for it. */
#include "process/program.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"

#define POLL_MS 20U
#define NOT_RUN 127

static _Noreturn void become(const char *const *places, const char *const *words, int root)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd < 3; fd++)
		if (null < 0 || dup2(null, fd) < 0)
			_exit(NOT_RUN);
	if (root >= 0 && (fchdir(root) < 0 || chroot(".") < 0))
		_exit(NOT_RUN);
	for (; *places; places++)
		(void)execv(*places, (char *const *)(uintptr_t)words);
	_exit(NOT_RUN);
}

int ddl_program_beside(const char *name)
{
	char path[DDL_MAX_PATH];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - DDL_MAX_NAME);

	while (n > 0 && path[n - 1] != '/')
		n--;
	if (n <= 0)
		return -1;
	strcpy(path + n, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

int ddl_program_run(const char *const *places, const char *const *words, int root, unsigned limit_ms)
{
	uint64_t start = ddl_clock_ms();
	pid_t child = fork(), ended = 0;
	int status = 0;

	if (child == 0)
		become(places, words, root);
	while (child > 0 && (ended = waitpid(child, &status, WNOHANG)) == 0) {
		if (ddl_clock_ms() - start >= limit_ms) {
			(void)kill(child, SIGKILL);
			(void)waitpid(child, NULL, 0);
			return -1;
		}
		ddl_clock_pause(POLL_MS); /* cut short by a signal: looked at earlier */
	}
	return ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
