/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The F9 prompt on one console or several: reads raw keys itself, as no screen is up yet. */
#include "terminal/prompt.h"

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "ddl.h"
#include "terminal/console.h"
#include "terminal/term.h"

#define WIDE_LINE 50U /* columns the long sentence needs */
#define ESCAPE_PAUSE_MS 500 /* the rest of a key's sequence comes within this, also at 300 baud */
#define LONGEST_SEQUENCE 8U
#define MOST_BEFORE 4096U /* keys that a terminal keeps: N_TTY_BUF_SIZE */
#define CTRL_C 0x03
#define LINE_ROOM 256U
#define WHOLE_LINE_EVERY 5U /* seconds */

/* One place where the question stands. The first is descriptors 0 and 1. */
struct asked {
	struct console_open console;
	struct termios before;
	bool raw;
	bool gone;
	unsigned columns;
	char shown[LINE_ROOM]; /* what stands there */
	char sequence[LONGEST_SEQUENCE + 1]; /* what came after an Escape so far */
	size_t used;
	long long escape_until; /* when a lone Escape is one; 0: none is waited for */
};

/* What cannot be written here is missed here; the others do not wait for it. */
static void put(struct asked *asked, const char *text)
{
	int fd = asked->console.fd ? asked->console.fd : 1;

	if (!asked->gone && write(fd, text, strlen(text)) < 0 && fd != 1)
		return;
}

/*
 * The whole line now and then, for who comes to the console late; else only what has changed at its
 * end: at 300 baud the line takes two seconds.
 */
static void show(struct asked *asked, unsigned seconds)
{
	char line[LINE_ROOM], changed[2 * LINE_ROOM];
	size_t same = 0, n = 0;

	if (!asked->columns || asked->columns >= WIDE_LINE)
		snprintf(line, sizeof line, _("\rPress F9 (or d) to load a driver disk ... %u "), seconds);
	else
		snprintf(line, sizeof line, _("\rF9 or d: load a driver disk ... %u "), seconds);
	while (seconds % WHOLE_LINE_EVERY && asked->shown[same] && asked->shown[same] == line[same])
		same++;
	for (size_t i = same; same && asked->shown[i]; i++)
		changed[n++] = '\b'; /* digits and a blank */
	n += (size_t)snprintf(changed + n, sizeof changed - n, "%s", line + same);
	if (same && strlen(line) < strlen(asked->shown))
		snprintf(changed + n, sizeof changed - n, " \b");
	memcpy(asked->shown, line, sizeof line);
	put(asked, changed);
}

/*
 * After an Escape: F9 is "[20~" on xterm, linux and QEMU's serial line, "Ow" on terminals
 * of the VT100 kind. Nothing more is the Escape key, or a terminal that answers something: no answer. Other keys are not for us.
 */
static enum prompt_answer end_sequence(struct asked *asked)
{
	asked->sequence[asked->used] = '\0';
	asked->escape_until = 0;
	asked->used = 0;
	if (!strcmp(asked->sequence, "[20~") || !strcmp(asked->sequence, "Ow"))
		return PROMPT_LOAD;
	return PROMPT_TIMEOUT;
}

static enum prompt_answer add_to_sequence(struct asked *asked, unsigned char byte)
{
	bool introducer = !asked->used && (byte == '[' || byte == 'O');

	asked->sequence[asked->used++] = (char)byte;
	asked->escape_until = (long long)ddl_clock_ms() + ESCAPE_PAUSE_MS;
	if ((!introducer && byte >= 0x40 && byte <= 0x7e) || asked->used == LONGEST_SEQUENCE)
		return end_sequence(asked);
	return PROMPT_TIMEOUT;
}

/* What a byte means that was read; PROMPT_TIMEOUT: nothing (yet). */
static enum prompt_answer take_byte(struct asked *asked, unsigned char byte)
{
	if (asked->escape_until)
		return add_to_sequence(asked, byte);
	switch (byte) {
	case CTRL_C:
		return PROMPT_STOPPED;
	case 0x1b:
		asked->escape_until = (long long)ddl_clock_ms() + ESCAPE_PAUSE_MS;
		return PROMPT_TIMEOUT;
	case 'd':
	case 'D':
		return PROMPT_LOAD;
	case '\r':
	case '\n':
		return PROMPT_GO_ON;
	default:
		return PROMPT_TIMEOUT;
	}
}

/* What the key that is waiting to be read means. */
static enum prompt_answer read_key(struct asked *asked)
{
	unsigned char byte;

	if (read(asked->console.fd, &byte, 1) == 1)
		return take_byte(asked, byte);
	asked->gone = true;
	return PROMPT_TIMEOUT;
}

/* Was it asked for while the kernel was still booting? Any other key of that time was meant for something else. */
static bool was_pressed(struct asked *asked)
{
	for (unsigned i = 0; asked->raw && i < MOST_BEFORE && term_has_input(asked->console.fd) && !asked->gone; i++)
		if (read_key(asked) == PROMPT_LOAD)
			return true;
	return false;
}

/* Waits for a key anywhere; false: a signal. */
static bool wait_keys(struct asked *all, size_t count, int milliseconds, struct pollfd *ready)
{
	for (size_t i = 0; i < count; i++)
		ready[i] = (struct pollfd){ .fd = all[i].gone ? -1 : all[i].console.fd, .events = POLLIN };
	ready[count] = (struct pollfd){ .fd = term_signal_fd(), .events = POLLIN };
	if (!term_signal() && poll(ready, count + 1, milliseconds) < 0)
		for (size_t i = 0; i < count; i++)
			ready[i].revents = 0;
	return !term_signal();
}

/* The answer of one console, if it gives one. */
static enum prompt_answer hear(struct asked *asked, const struct pollfd *ready)
{
	if (ready->revents & POLLNVAL)
		asked->gone = true;
	else if (ready->revents)
		return read_key(asked);
	if (asked->escape_until && (long long)ddl_clock_ms() >= asked->escape_until)
		return end_sequence(asked);
	return PROMPT_TIMEOUT;
}

static int pause_until(const struct asked *all, size_t count, long long until)
{
	long long left;

	for (size_t i = 0; i < count; i++)
		if (all[i].escape_until && all[i].escape_until < until)
			until = all[i].escape_until;
	left = until - (long long)ddl_clock_ms();
	return left > 0 ? (int)left : 0;
}

static enum prompt_answer count_down(struct asked *all, size_t count, unsigned seconds, size_t *who)
{
	struct pollfd ready[CONSOLE_MOST + 2];
	long long end = (long long)ddl_clock_ms() + seconds * 1000LL;
	unsigned shown = 0;

	for (;;) {
		long long left = end - (long long)ddl_clock_ms();
		size_t there = 0;
		if (left <= 0)
			return PROMPT_TIMEOUT;
		unsigned whole = (unsigned)((left + 999) / 1000);
		for (size_t i = 0; i < count; i++) {
			if (whole != shown)
				show(&all[i], whole);
			there += !all[i].gone;
		}
		shown = whole;
		if (!there)
			return PROMPT_TIMEOUT;
		if (!wait_keys(all, count, pause_until(all, count, end - (whole - 1) * 1000LL), ready))
			return PROMPT_STOPPED;
		for (*who = 0; *who < count; ++*who) {
			enum prompt_answer answer = hear(&all[*who], &ready[*who]);
			if (answer != PROMPT_TIMEOUT)
				return answer;
		}
	}
}

/* Keys at once and without echo; Ctrl-C is a key: as a signal it would end the calling script as well. */
static void begin(struct asked *asked)
{
	int fd = asked->console.fd;

	asked->columns = term_columns(fd ? fd : 1);
	asked->raw = fd ? term_raw_on(fd, &asked->before) : term_raw();
}

static void end(struct asked *asked, enum prompt_answer answer)
{
	int fd = asked->console.fd;

	put(asked, "\r\n");
	if (answer == PROMPT_TIMEOUT || answer == PROMPT_GO_ON) {
		put(asked, _("No driver disk was loaded; \"ddload menu\" asks again."));
		put(asked, "\r\n");
	}
	if (asked->raw) /* a second, impatient F9 is not for the menus */
		tcflush(fd, TCIFLUSH);
	if (asked->raw && fd)
		tcsetattr(fd, TCSANOW, &asked->before);
	else if (asked->raw)
		term_cooked();
	if (fd)
		close(fd);
}

enum prompt_answer prompt_ask(unsigned seconds, const char *consoles, char *where, size_t room)
{
	struct console_open others[CONSOLE_MOST];
	struct asked all[CONSOLE_MOST + 1] = { 0 };
	size_t count = 1, who = 0;
	enum prompt_answer answer;

	*where = '\0';
	if (!seconds)
		return PROMPT_TIMEOUT;
	fflush(stdout);
	if (consoles)
		count += console_open_others(consoles, others);
	for (size_t i = 1; i < count; i++)
		all[i].console = others[i - 1];
	for (size_t i = 0; i < count; i++)
		begin(&all[i]);
	while (who < count && !was_pressed(&all[who]))
		who++;
	answer = who < count ? PROMPT_LOAD : count_down(all, count, seconds, &who);
	for (size_t i = 0; i < count; i++)
		end(&all[i], answer);
	if (answer == PROMPT_LOAD && who)
		snprintf(where, room, "%s", all[who].console.name);
	return answer;
}
