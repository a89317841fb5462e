/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of catalogues as scripts/make-catalogue writes them: plural forms, which file, which terminals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/i18n.h"
#include "terminal/language.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static char place[] = "/tmp/test_language.XXXXXX";
static char path[64];

/* A catalogue of one language: `text` is its bytes. */
static void put(const char *name, const char *text, size_t length)
{
	snprintf(path, sizeof path, "%s/%s.cat", place, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	fclose(file);
}

static int begin(void **state)
{
	(void)state;
	strcpy(place, "/tmp/test_language.XXXXXX");
	setenv("TERM", "xterm", 1);
	return mkdtemp(place) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	ddl_set_catalogue(NULL);
	unlink(path);
	return rmdir(place);
}

static const unsigned long counts[] = { 0, 1, 2, 5, 11, 12, 21, 22, 101, 111, 112 };
#define COUNTS (sizeof counts / sizeof *counts)

/* What the C expressions in scripts/catalogue.py give for these counts. */
static void plural_forms(void **state)
{
	static const struct {
		char rule;
		const char *forms;
	} languages[] = { { '0', "00000000000" }, { '1', "10111111111" }, { '2', "00111111111" },
			  { '3', "20122201022" }, { '4', "20122221222" }, { '5', "20122222222" } };

	(void)state;
	for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
		char text[] = "\0?\0one\0"
			      "0\1"
			      "1\1"
			      "2";
		text[1] = languages[i].rule;
		put("xx", text, sizeof text);
		assert_true(language_start(place, "xx.UTF-8"));
		for (size_t k = 0; k < COUNTS; k++) {
			char want[] = { languages[i].forms[k], '\0' };
			assert_string_equal(ddl_trn("one", "many", counts[k]), want);
		}
	}
}

/* Fewer forms than the rule has: the last one, and nothing behind it. */
static void too_few_forms(void **state)
{
	static const char text[] = "\0"
				   "3\0one\0only\0two\0a\1"
				   "b";

	(void)state;
	put("xx", text, sizeof text);
	assert_true(language_start(place, "xx.UTF-8"));
	assert_string_equal(ddl_trn("one", "many", 5), "only");
	assert_string_equal(ddl_trn("two", "many", 5), "b");
	assert_string_equal(ddl_tr("two"), "a");
	assert_string_equal(ddl_tr(""), "");
}

static void the_language_without_the_country(void **state)
{
	static const char text[] = "\0"
				   "1L\0word\0Wort";

	(void)state;
	put("de", text, sizeof text);
	assert_true(language_start(place, "de_AT.UTF-8"));
	assert_string_equal(ddl_tr("word"), "Wort");
	assert_false(language_start(place, "deu.UTF-8"));
	assert_false(language_start(place, "_de.UTF-8"));
	assert_string_equal(ddl_tr("word"), "word");
}

/* The kernel's own console has letters of Latin-1 and no others. */
static void which_terminals(void **state)
{
	static const char latin[] = "\0"
				    "1L\0word\0Wort",
			  other[] = "\0"
				    "0\0word\0\xE8\xAF\x8D";

	(void)state;
	setenv("TERM", "linux", 1);
	put("xx", latin, sizeof latin);
	assert_true(language_start(place, "xx.UTF-8"));
	put("xx", other, sizeof other);
	assert_false(language_start(place, "xx.UTF-8"));
	setenv("TERM", "xterm", 1);
	assert_true(language_start(place, "xx.UTF-8"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plural_forms),
		TEST(too_few_forms),
		TEST(the_language_without_the_country),
		TEST(which_terminals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
