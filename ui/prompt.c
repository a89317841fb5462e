/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The F9 prompt: reads raw keys itself, as no screen is up yet. */
#include "prompt.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "ddl.h"
#include "term.h"

#define WIDE_LINE 50U       /* columns the long sentence needs */
#define ESCAPE_PAUSE_MS 500 /* the rest of a key's sequence comes within this, also at 300 baud */
#define LONGEST_SEQUENCE 8U
#define CTRL_C 0x03

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void show(unsigned columns, unsigned seconds)
{
	if (!columns || columns >= WIDE_LINE)
		printf(_("\rPress F9 (or d) to load a driver disk ... %u "), seconds);
	else
		printf(_("\rF9 or d: load a driver disk ... %u "), seconds);
	fflush(stdout);
}

/* One byte, or -1 when none comes in time or the terminal is gone. */
static int read_byte(int milliseconds)
{
	unsigned char byte;

	if (term_wait(milliseconds) != 1 || read(0, &byte, 1) != 1)
		return -1;
	return byte;
}

/*
 * After an Escape: F9 is "[20~" on xterm, linux and QEMU's serial line, "Ow" on terminals
 * of the VT100 kind. Nothing more is the Escape key. Other keys are not for us.
 */
static enum prompt_answer read_sequence(void)
{
	char sequence[LONGEST_SEQUENCE + 1] = "";
	size_t used = 0;

	while (used < LONGEST_SEQUENCE) {
		int byte = read_byte(ESCAPE_PAUSE_MS);
		if (byte < 0)
			break;
		sequence[used++] = (char)byte;
		bool introducer = used == 1 && (byte == '[' || byte == 'O');
		if (!introducer && byte >= 0x40 && byte <= 0x7e)
			break;
	}
	if (!strcmp(sequence, "[20~") || !strcmp(sequence, "Ow"))
		return PROMPT_LOAD;
	return used ? PROMPT_TIMEOUT : PROMPT_GO_ON;
}

/* What the key that is waiting to be read means; PROMPT_TIMEOUT: nothing. */
static enum prompt_answer read_key(bool *gone)
{
	int byte = read_byte(0);

	switch (byte) {
	case -1:
		*gone = true;
		return PROMPT_TIMEOUT;
	case CTRL_C:
		return PROMPT_STOPPED;
	case 0x1b:
		return read_sequence();
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

static enum prompt_answer count_down(unsigned seconds)
{
	unsigned columns = term_columns(1);
	long long end = now_ms() + seconds * 1000LL;
	unsigned shown = 0;
	bool gone = false;

	while (!gone) {
		long long left = end - now_ms();
		if (left <= 0)
			return PROMPT_TIMEOUT;
		unsigned whole = (unsigned)((left + 999) / 1000);
		if (whole != shown)
			show(columns, shown = whole);
		int ready = term_wait((int)(left - (whole - 1) * 1000LL));
		if (ready < 0)
			return PROMPT_STOPPED;
		if (ready == 0)
			continue;
		enum prompt_answer answer = read_key(&gone);
		if (answer != PROMPT_TIMEOUT)
			return answer;
	}
	return PROMPT_TIMEOUT;
}

enum prompt_answer prompt_ask(unsigned seconds)
{
	if (!seconds)
		return PROMPT_TIMEOUT;
	bool raw = term_raw();
	enum prompt_answer answer = count_down(seconds);
	if (raw) {
		/* A second, impatient F9 is not for the menus. */
		tcflush(0, TCIFLUSH);
		term_cooked();
	}
	fputs("\n", stdout);
	fflush(stdout);
	return answer;
}
