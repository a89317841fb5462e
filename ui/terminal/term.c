/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals, raw mode and size of the terminal. */
#include "terminal/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"

#define LEAST_COLUMNS 20U /* of what COLUMNS asks for */
#define MOST_COLUMNS 1000U
#define DEFAULT_COLUMNS 80U /* serial lines do not know their size and say 0 */

static volatile sig_atomic_t first_signal;
static int signal_pipe[2] = { -1, -1 };
static struct termios at_start; /* as the program found descriptor 0 */
static bool at_start_known;

static void keep_signal(int number)
{
	int saved = errno;

	/* A terminal that is gone outweighs a Ctrl-C that came before it. */
	if (!first_signal || first_signal == SIGINT)
		first_signal = number;
	if (signal_pipe[1] >= 0 && write(signal_pipe[1], "s", 1) < 0) {
		/* full: there is something to read already */
	}
	errno = saved;
}

/* SA_RESETHAND has put the default back: raising it again ends the program as the fault would. */
static void crash(int number)
{
	if (at_start_known)
		tcsetattr(0, TCSANOW, &at_start);
	raise(number);
}

static void handle(int number, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

void term_start(void)
{
	static const int kept[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };

	at_start_known = tcgetattr(0, &at_start) == 0;
	for (int end = 0; end < 2; end++)
		if (signal_pipe[end] >= 0)
			close(signal_pipe[end]); /* shared with the process this one was forked from */
	if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
		signal_pipe[0] = signal_pipe[1] = -1;
	for (unsigned i = 0; i < sizeof kept / sizeof *kept; i++)
		handle(kept[i], keep_signal, 0);
	for (unsigned i = 0; i < sizeof fatal / sizeof *fatal; i++)
		handle(fatal[i], crash, (int)SA_RESETHAND);
	handle(SIGPIPE, SIG_IGN, 0);
	atexit(term_cooked);
}

int term_signal(void)
{
	return first_signal;
}

int term_signal_fd(void)
{
	return signal_pipe[0];
}

int term_wait(int milliseconds)
{
	return term_wait_also(milliseconds, -1);
}

int term_wait_also(int milliseconds, int fd)
{
	struct pollfd fds[3] = { { .fd = 0, .events = POLLIN },
				 { .fd = signal_pipe[0], .events = POLLIN },
				 { .fd = fd, .events = POLLIN } };

	if (first_signal)
		return -1;
	int ready = poll(fds, 3, milliseconds);
	if (first_signal || (ready < 0 && errno != EINTR) || fds[0].revents & POLLNVAL)
		return -1;
	if (ready <= 0)
		return 0;
	return fds[0].revents ? 1 : fds[2].revents ? 2 : 0;
}

bool term_has_input(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 0) == 1 && poll_fd.revents & POLLIN;
}

bool term_gone(void)
{
	struct pollfd fd = { .fd = 0 };

	return poll(&fd, 1, 0) > 0;
}

bool term_raw_on(int fd, struct termios *before)
{
	struct termios raw;

	if (tcgetattr(fd, before) != 0)
		return false;
	raw = *before;
	/* Ctrl-C is a key: as a signal it would end the initrd's script that called as well. */
	raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ISIG);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	return tcsetattr(fd, TCSANOW, &raw) == 0;
}

bool term_raw(void)
{
	struct termios before;

	return term_raw_on(0, &before);
}

void term_cooked(void)
{
	if (at_start_known)
		tcsetattr(0, TCSADRAIN, &at_start);
}

bool term_is_fast(void)
{
	struct termios modes;

	return tcgetattr(1, &modes) != 0 || cfgetospeed(&modes) >= B38400;
}

unsigned term_columns(int fd)
{
	struct winsize size;
	uint64_t asked;
	const char *columns = getenv("COLUMNS");

	if (!isatty(fd))
		return 0;
	if (columns && ddl_text_number(columns, strlen(columns), MOST_COLUMNS, &asked) && asked >= LEAST_COLUMNS)
		return (unsigned)asked;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return DEFAULT_COLUMNS;
}
