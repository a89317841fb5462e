// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of plain lines: nothing that a disk says begins a line as one of our own does, wherever it is wrapped. A pack may
 * be called anything; what it is called is padded here so that each column of the terminal ends within it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "front/print.h"

#define FALSE_LINE "ddload: loaded megaraid_sas 1.0 (acme:pack) sda"

static const unsigned widths[] = { 0, 40, 80 };

/* How many lines begin as ours do. */
static unsigned own_lines(const char *text)
{
	unsigned count = 0;

	for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		count += strncmp(line, "ddload:", 7) == 0;
	return count;
}

/* What is printed with foreign words in it; freed by the caller. */
static char *printed(unsigned width, unsigned indent, const char *form, const char *words)
{
	char *text = NULL;
	size_t length;
	struct print print = { open_memstream(&text, &length), width, false };

	assert_non_null(print.file);
	if (strcmp(form, "own") == 0)
		print_line(&print, indent, "ddload: %s", words);
	else if (strcmp(form, "after") == 0)
		print_line(&print, indent, "%s: BAD", words);
	else
		print_text(&print, indent, words);
	assert_int_equal(fclose(print.file), 0);
	return text;
}

static void check(const char *words)
{
	static const char *const forms[] = { "text", "after", "own" };

	for (size_t w = 0; w < sizeof(widths) / sizeof(*widths); w++)
		for (unsigned indent = 0; indent < 5; indent++)
			for (size_t f = 0; f < sizeof(forms) / sizeof(*forms); f++) {
				char *text = printed(widths[w], indent, forms[f], words);
				bool own = strcmp(forms[f], "own") == 0 && !indent;

				if (own_lines(text) != own)
					fail_msg("width %u, indent %u, %s: %s", widths[w], indent, forms[f], text);
				free(text);
			}
}

static void words_of_a_disk_begin_no_line(void **state)
{
	char words[512];

	(void)state;
	for (unsigned pad = 0; pad < 170; pad++) {
		for (unsigned blanks = 0; blanks < 2; blanks++) { /* words, or one long one that is cut anywhere */
			memset(words, 'x', pad);
			if (blanks && pad)
				words[pad - 1] = ' ';
			strcpy(words + pad, FALSE_LINE);
			check(words);
		}
		memset(words, ' ', pad); /* or nothing but blanks before it */
		check(words);
	}
	check("what it is\n" FALSE_LINE);
	check("\n" FALSE_LINE);
	check("\u8bf4\u660e" FALSE_LINE);
}

/* Nothing of it is lost. */
static void all_is_printed(void **state)
{
	char *text = printed(40, 0, "text", FALSE_LINE);

	(void)state;
	assert_string_equal(text, "  ddload: loaded megaraid_sas 1.0\n    (acme:pack) sda\n");
	free(text);
	text = printed(80, 0, "own", "The disk is damaged.");
	assert_string_equal(text, "ddload: The disk is damaged.\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_a_disk_begin_no_line),
		cmocka_unit_test(all_is_printed),
	};

	return cmocka_run_group_tests_name("print", tests, NULL, NULL);
}
