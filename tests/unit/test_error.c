// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of errors: every code has its name, sentence and status; chains; texts too long. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void every_code_has_its_row(void **state)
{
	(void)state;
	for (unsigned code = 0; code < DDL_CODES; code++) {
		const char *name = ddl_code_name((enum ddl_code)code);
		const char *sentence = ddl_code_sentence((enum ddl_code)code);
		const char *hint = ddl_code_hint((enum ddl_code)code);

		assert_true(*name);
		for (const char *c = name; *c; c++)
			assert_true(islower((unsigned char)*c) || *c == '-');
		for (unsigned other = 0; other < code; other++) {
			assert_string_not_equal(name, ddl_code_name((enum ddl_code)other));
			assert_string_not_equal(sentence, ddl_code_sentence((enum ddl_code)other));
		}
		assert_true(strlen(sentence) > 10 && strchr(".", sentence[strlen(sentence) - 1]));
		assert_true(!*hint || strchr(".", hint[strlen(hint) - 1]));
		/* who reads of a refusal reads what to do; nothing is to do where it went well or was stopped */
		assert_int_equal(!*hint, code == DDL_OK || code == DDL_E_CANCELLED || code == DDL_E_LOADED_SAME ||
						 code == DDL_E_NOT_NEEDED);
		assert_true(ddl_code_status((enum ddl_code)code) <= DDL_NOT_TAKEN);
	}
}

static void statuses_are_those_of_the_manual(void **state)
{
	static const struct {
		enum ddl_code code;
		enum ddl_status status;
	} cases[] = {
		{ DDL_OK, 0 },
		{ DDL_E_USAGE, 1 },
		{ DDL_E_NO_SOURCE, 2 },
		{ DDL_E_NO_MEDIUM, 2 },
		{ DDL_E_NOT_A_DISK, 2 },
		{ DDL_E_CHECKSUM, 3 },
		{ DDL_E_SIZE, 3 },
		{ DDL_E_FINGERPRINT, 3 },
		{ DDL_E_KERNEL, 3 },
		{ DDL_E_LICENCE, 3 },
		{ DDL_E_DEPENDENCY, 3 },
		{ DDL_E_SIGNATURE, 3 },
		{ DDL_E_REPLACE, 3 },
		{ DDL_E_INSERT, 4 },
		{ DDL_E_INSERT_FORMAT, 4 },
		{ DDL_E_NOT_BOUND, 4 },
		{ DDL_E_UNDONE_PARTLY, 5 },
		{ DDL_E_CANCELLED, 6 },
		{ DDL_E_LOADED_SAME, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(ddl_code_status(cases[i].code), cases[i].status);
	assert_string_equal(ddl_code_name(DDL_CODES), "internal"); /* what no table holds */
	assert_string_equal(ddl_code_name((enum ddl_code)100000), "internal");
}

static void fails_with_words(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	assert_int_equal(ddl_fail(&error, DDL_E_SIZE, 5, "%d of %s", 3, "x\033[2J\n\xff"), -1);
	assert_int_equal(error.code, DDL_E_SIZE);
	assert_int_equal(error.os_errno, 5);
	assert_string_equal(error.text, "3 of x?[2J ?");
	assert_int_equal(ddl_fail_in(&error, "%s", "a.rpm"), -1);
	assert_int_equal(ddl_fail_in(&error, "sr%d", 0), -1);
	assert_int_equal(error.code, DDL_E_SIZE);
	assert_int_equal(error.os_errno, 5);
	assert_string_equal(error.text, "sr0: a.rpm: 3 of x?[2J ?");
	ddl_error_clear(&error);
	assert_int_equal(error.code, DDL_OK);
	assert_int_equal(error.os_errno, 0);
	assert_string_equal(error.text, "");
	(void)ddl_fail_in(&error, "%s", "where"); /* nothing was said: no colon behind it */
	assert_string_equal(error.text, "where");
	(void)ddl_fail(&error, DDL_E_SIZE, 0, "what");
	(void)ddl_fail_in(&error, "%s", "");
	assert_string_equal(error.text, "what");
	assert_int_equal(ddl_fail(NULL, DDL_E_SIZE, 0, "x"), -1);
	assert_int_equal(ddl_fail_in(NULL, "x"), -1);
	ddl_error_clear(NULL);
}

static void cuts_what_is_too_long(void **state)
{
	static char long_text[3 * DDL_ERROR_TEXT];
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	memset(long_text, 'y', sizeof(long_text) - 1);
	(void)ddl_fail(&error, DDL_E_SIZE, 0, "%s", long_text);
	assert_int_equal(strlen(error.text), DDL_ERROR_TEXT - 1);
	(void)ddl_fail_in(&error, "here");
	assert_int_equal(strlen(error.text), DDL_ERROR_TEXT - 1);
	assert_memory_equal(error.text, "here: yyy", 9);
	(void)ddl_fail(&error, DDL_E_SIZE, 0, "short");
	(void)ddl_fail_in(&error, "%s", long_text); /* the outermost counts most */
	assert_int_equal(strlen(error.text), DDL_ERROR_TEXT - 1);
	assert_memory_equal(error.text, "yyy", 3);
	/* cut within a character: nothing broken is left */
	for (size_t lead = DDL_ERROR_TEXT - 6; lead < DDL_ERROR_TEXT + 2; lead++) {
		(void)ddl_fail(&error, DDL_E_SIZE, 0, "%.*s\xe6\x97\xa5\xe6\x97\xa5", (int)lead, long_text);
		for (const char *c = error.text; *c; c++)
			assert_true(*c == 'y' || *c == '?' || strncmp(c, "\xe6\x97\xa5", 3) == 0 || (unsigned char)*c >> 6 == 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_its_row),
		cmocka_unit_test(statuses_are_those_of_the_manual),
		cmocka_unit_test(fails_with_words),
		cmocka_unit_test(cuts_what_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
