/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes a console as a terminal, keeps it clean, and speaks on all of them. */
#include "terminal/console.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/i18n.h"
#include "terminal/term.h"

#define ACTIVE "/sys/class/tty/console/active"
#define SHOWN "/sys/class/tty/tty0/active"
#define PRINTK "/proc/sys/kernel/printk"
#define KLOG_CONSOLE_LEVEL 8 /* syslog(2) */
#define EMERGENCIES_ONLY 1
#define ROWS 24
#define COLUMNS 80
#define SHELL "/bin/sh"

static int level_before; /* 0: not changed */

/* A small file's first line; "" when it cannot be read. */
static char *first_line(char *to, int room, const char *path)
{
	FILE *file = fopen(path, "re");

	if (!file || !fgets(to, room, file))
		*to = '\0';
	if (file)
		fclose(file);
	to[strcspn(to, "\n")] = '\0';
	return to;
}

/* The console that /dev/console stands for: the last of the list; tty0 is whichever is shown. */
static void active_console(char *to, size_t room)
{
	char line[256], *last;

	first_line(line, sizeof line, ACTIVE);
	last = strrchr(line, ' ');
	last = last ? last + 1 : line;
	if (!strcmp(last, "tty0"))
		last = first_line(line, sizeof line, SHOWN);
	snprintf(to, room, "%s", last);
}

static int open_tty(const char *name, int flags)
{
	char path[300];
	int fd;

	snprintf(path, sizeof path, "/dev/%s", name);
	fd = open(path, flags | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0 && !isatty(fd)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A virtual terminal on the machine's own screen. */
static bool is_screen(const char *name)
{
	return !strncmp(name, "tty", 3) && name[3] >= '0' && name[3] <= '9';
}

/* The kernel starts everything with TERM=linux, whatever is at the other end of a serial line. */
static void name_terminal(const char *name)
{
	const char *term = getenv("TERM");

	if (is_screen(name))
		setenv("TERM", "linux", 1); /* it is nothing else, whatever the terminal was that one came from */
	else if (!term || !*term || !strcmp(term, "dumb") || !strcmp(term, "linux"))
		setenv("TERM", "vt100", 1);
}

static void size_terminal(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && (!size.ws_row || !size.ws_col)) {
		size.ws_row = ROWS;
		size.ws_col = COLUMNS;
		ioctl(fd, TIOCSWINSZ, &size); /* a serial line cannot tell; slang takes the same for none */
	}
}

/* Ends with the child's status; what asks this process to end is passed on. A child that was killed has put nothing back. */
static _Noreturn void wait_for(pid_t child, int tty, const struct termios *modes)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			_exit(EXIT_FAILURE);
		if (term_signal())
			kill(child, term_signal());
	}
	console_loud();
	if (!WIFEXITED(status) && modes)
		tcsetattr(tty, TCSANOW, modes);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Is it the terminal at descriptor 0? */
static bool is_own(const char *name)
{
	const char *own = ttyname(0);

	return own && !strncmp(own, "/dev/", 5) && !strcmp(own + 5, name);
}

bool console_take(const char *name)
{
	char active[256];
	struct termios modes;
	pid_t child;
	bool known;
	int fd;

	if (isatty(0) && isatty(1) && tcgetpgrp(0) >= 0 && (!name || is_own(name))) {
		size_terminal(0);
		return true;
	}
	if (!name) {
		active_console(active, sizeof active);
		name = active;
	}
	if (!*name || (fd = open_tty(name, O_RDWR)) < 0)
		return false;
	fflush(NULL);
	known = tcgetattr(fd, &modes) == 0;
	child = fork();
	if (child < 0) {
		close(fd);
		return false;
	}
	if (child > 0)
		wait_for(child, fd, known ? &modes : NULL);
	setsid();
	ioctl(fd, TIOCSCTTY, 0); /* another session's terminal: keys arrive, Ctrl-C does not */
	for (int to = 0; to <= 2; to++)
		dup2(fd, to);
	name_terminal(name);
	size_terminal(fd);
	close(fd);
	return true;
}

void console_quiet(void)
{
	char line[64];
	int level = atoi(first_line(line, sizeof line, PRINTK));

	if (level > EMERGENCIES_ONLY && klogctl(KLOG_CONSOLE_LEVEL, NULL, EMERGENCIES_ONLY) == 0)
		level_before = level;
}

void console_loud(void)
{
	if (level_before)
		klogctl(KLOG_CONSOLE_LEVEL, NULL, level_before);
	level_before = 0;
}

/* Is the terminal at descriptor 1 the one this descriptor is open on? */
static bool is_ours(int fd, const char *name)
{
	char active[256];
	struct stat ours, its;

	if (!isatty(1) || fstat(1, &ours) < 0 || fstat(fd, &its) < 0)
		return false;
	if (ours.st_rdev == its.st_rdev)
		return true;
	if (strcmp(name, "tty0") != 0)
		return false;
	first_line(active, sizeof active, SHOWN);
	return ttyname(1) && !strcmp(ttyname(1) + strlen("/dev/"), active);
}

bool console_is_there(const char *name)
{
	int fd = open_tty(name, O_RDWR | O_NONBLOCK);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool open_other(const char *name, struct console_open *other)
{
	char shown[256];

	/* one that nobody reads must not hold us up */
	other->fd = open_tty(name, O_RDWR | O_NONBLOCK);
	if (other->fd < 0)
		return false;
	if (is_ours(other->fd, name)) {
		close(other->fd);
		return false;
	}
	if (!strcmp(name, "tty0") && *first_line(shown, sizeof shown, SHOWN))
		name = shown;
	snprintf(other->name, sizeof other->name, "%.*s", CONSOLE_NAME - 1, name);
	return true;
}

size_t console_open_others(const char *names, struct console_open others[CONSOLE_MOST])
{
	char list[1024], *rest = NULL;
	size_t count = 0;

	if (*names)
		snprintf(list, sizeof list, "%s", names);
	else if (!*first_line(list, sizeof list, ACTIVE))
		snprintf(list, sizeof list, "console"); /* without /sys the kernel's own has to do */
	for (char *name = strtok_r(list, " ,", &rest); name && count < CONSOLE_MOST; name = strtok_r(NULL, " ,", &rest))
		count += open_other(name, &others[count]);
	return count;
}

void console_everywhere(const char *names, const char *sentence, const char *what)
{
	struct console_open others[CONSOLE_MOST];
	size_t count = console_open_others(names, others);

	for (size_t i = 0; i < count; i++) {
		/* What this terminal can show, the kernel's screen may not. */
		const char *said = is_screen(others[i].name) ? sentence : _(sentence), *hole = strstr(said, "%s");
		size_t before = hole ? (size_t)(hole - said) : strlen(said);
		char text[1024];
		int n = snprintf(text, sizeof text, "\r\n%.*s%.900s%s\r\n", (int)before, said, hole ? what : "",
				 hole ? hole + 2 : "");

		if (write(others[i].fd, text, n < (int)sizeof text ? (size_t)n : sizeof text - 1) < 0)
			errno = 0; /* there are the other consoles and the kernel log */
		close(others[i].fd);
	}
}

bool console_shell(void)
{
	pid_t child;
	int status = 0;

	if (access(SHELL, X_OK) < 0)
		return false;
	fflush(NULL);
	child = fork();
	if (child < 0)
		return false;
	if (child == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		for (int number = 1; number < NSIG; number++)
			signal(number, SIG_DFL);
		execl(SHELL, SHELL, "-i", (char *)NULL);
		_exit(127);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return !(WIFEXITED(status) && WEXITSTATUS(status) == 127);
}

void console_leave(bool off)
{
	sync();
	reboot(off ? RB_POWER_OFF : RB_AUTOBOOT);
}
