/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The JSON writer: layout, escapes, foreign bytes, misuse; and the reports made with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "ddl.h"

static void expect(struct json *json, const char *wanted)
{
	char *text = json_take(json);

	assert_non_null(text);
	assert_string_equal(text, wanted);
	free(text);
}

static void layout(void **state)
{
	struct json json = JSON_INIT;
	const char *words[] = { "a", "b" };

	(void)state;
	json_object(&json, NULL);
	json_text(&json, "text", "x");
	json_fact(&json, "fact", "");
	json_number(&json, "number", UINT64_MAX);
	json_signed(&json, "signed", -1);
	json_bool(&json, "yes", true);
	json_texts(&json, "words", words, 2);
	json_array(&json, "none");
	json_close(&json);
	json_object(&json, "object");
	json_null(&json, "null");
	json_close(&json);
	json_close(&json);
	expect(&json, "{\n  \"text\": \"x\",\n  \"fact\": null,\n  \"number\": 18446744073709551615,\n"
		      "  \"signed\": -1,\n  \"yes\": true,\n  \"words\": [\n    \"a\",\n    \"b\"\n  ],\n"
		      "  \"none\": [],\n  \"object\": {\n    \"null\": null\n  }\n}\n");
}

static void escapes(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{ "plain", "\"plain\"\n" },
		{ "a\"b\\c/d", "\"a\\\"b\\\\c/d\"\n" },
		{ "\n\t\r\x01\x1f\x7f", "\"\\n\\t\\u000d\\u0001\\u001f\\u007f\"\n" },
		{ "\xc3\xbc \xe2\x82\xac \xf0\x9f\x98\x80", "\"\xc3\xbc \xe2\x82\xac \xf0\x9f\x98\x80\"\n" },
		{ "\x80", "\"\xef\xbf\xbd\"\n" }, /* continuation alone */
		{ "\xc3", "\"\xef\xbf\xbd\"\n" }, /* cut short at the end */
		{ "\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\"\n" },
		{ "\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\"\n" }, /* over-long */
		{ "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"\n" }, /* surrogate */
		{ "\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"\n" },
		{ "\xc3\"", "\"\xef\xbf\xbd\\\"\"\n" }, /* a quote after a broken start is kept */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct json json = JSON_INIT;
		json_text(&json, NULL, cases[i].text);
		expect(&json, cases[i].wanted);
	}
}

static void long_text(void **state)
{
	struct json json = JSON_INIT;
	enum { LENGTH = 100000 };
	char *given = malloc(LENGTH + 1);

	(void)state;
	assert_non_null(given);
	memset(given, 'x', LENGTH);
	given[LENGTH] = '\0';
	json_text(&json, NULL, given);
	char *text = json_take(&json);
	assert_non_null(text);
	assert_int_equal(strlen(text), LENGTH + 3);
	assert_memory_equal(text + 1, given, LENGTH);
	free(text);
	free(given);
}

static void misuse(void **state)
{
	struct json json = JSON_INIT;

	(void)state;
	json_object(&json, NULL); /* left open */
	assert_null(json_take(&json));
	json_close(&json); /* nothing is open */
	assert_null(json_take(&json));
	for (unsigned i = 0; i <= JSON_MAX_DEPTH; i++)
		json_array(&json, NULL);
	for (unsigned i = 0; i <= JSON_MAX_DEPTH; i++)
		json_close(&json);
	assert_null(json_take(&json));
	json_bool(&json, NULL, false); /* usable again after each */
	expect(&json, "false\n");
}

/* What is asked of a report: it holds this text. */
static void expect_part(char *json, const char *part)
{
	assert_non_null(json);
	if (!strstr(json, part))
		fail_msg("no %s in:\n%s", part, json);
	free(json);
}

static void errors(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	expect_part(ddl_json_error(&error), "\"error\": null");
	ddl_fail(&error, DDL_E_CHECKSUM, 5, "e.rpm: \"%s\"", "x");
	expect_part(ddl_json_error(&error), "\"code\": \"checksum\"");
	expect_part(ddl_json_error(&error), "\"about\": \"e.rpm: \\\"x\\\"\"");
	expect_part(ddl_json_error(&error), "\"errno\": 5");
	expect_part(ddl_json_error(&error), "\"status\": 3");
}

static void outcomes(void **state)
{
	static const char *const names[] = { "nothing", "works",   "already", "bound-no-disk", "not-taken",
					     "unused",  "refused", "undone",  "not-undone" };
	struct ddl_disk disk = { "sda", "", 8000000000ULL, false };

	(void)state;
	for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
		struct ddl_outcome outcome = { .result = (enum ddl_result)i, .appeared = &disk, .n_appeared = 1 };
		char part[64];
		snprintf(part, sizeof part, "\"result\": \"%s\"", names[i]);
		expect_part(ddl_json_outcome(&outcome), part);
		expect_part(ddl_json_outcome(&outcome), "\"size\": 8000000000");
		expect_part(ddl_json_outcome(&outcome), "\"plan\": null");
		expect_part(ddl_json_outcome(&outcome), "\"policy\": []");
		outcome.policy = &(struct ddl_policy){ "licence", "no", "acme:x", "nobody accepted it" };
		outcome.n_policy = 1;
		expect_part(ddl_json_outcome(&outcome), "\"question\": \"licence\",\n      \"about\": \"acme:x\",\n      "
							"\"answer\": \"no\",\n      \"why\": \"nobody accepted it\"");
	}
}

/* Every value of an enumeration has a name: none comes out as null or crashes. */
static void names(void **state)
{
	struct ddl_module module = { .name = "e",
				     .path = "e.ko",
				     .version = "",
				     .srcversion = "",
				     .vermagic = "",
				     .kernel = "",
				     .description = "",
				     .signer = "",
				     .alias = "",
				     .loaded_version = "" };
	struct ddl_module *modules[] = { &module };
	struct ddl_package package = { .label = "e",
				       .kernel = "",
				       .file = "e.rpm",
				       .root = "",
				       .options = "",
				       .digest = "",
				       .version = "",
				       .modules = modules,
				       .n_modules = 1 };
	struct ddl_repo repo = { .where = "",
				 .directory = "",
				 .identifier = "a:e",
				 .originator = "a",
				 .name = "e",
				 .product = "",
				 .version = "1",
				 .build = "",
				 .description = "E",
				 .packages = &package,
				 .n_packages = 1,
				 .fingerprint = "" };
	const struct ddl_repo *repos[] = { &repo };
	const struct ddl_error none = DDL_ERROR_INIT;

	(void)state;
	for (unsigned i = 0; i <= DDL_FIT_YES; i++) {
		repo.fit = package.fit = module.fit = (enum ddl_fit)i;
		package.type = (enum ddl_package_type)(i % (DDL_PKG_FIRMWARE + 1));
		package.state = (enum ddl_package_state)(i % (DDL_PKG_BAD + 1));
		char *json = ddl_json_repos(repos, 1, "6.1.0", &none);
		assert_non_null(json);
		assert_null(strstr(json, "\"fit\": null"));
		assert_null(strstr(json, "\"type\": null"));
		assert_null(strstr(json, "\"state\": null"));
		assert_non_null(strstr(json, "\"fit_words\": \""));
		free(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout), cmocka_unit_test(escapes),  cmocka_unit_test(long_text), cmocka_unit_test(misuse),
		cmocka_unit_test(errors), cmocka_unit_test(outcomes), cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
