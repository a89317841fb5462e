// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel command line's words, good and bad; and the manual page's table of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "boot/cmdline.h"
#include "fixture.h"

static struct ddl_cmdline line;

static const struct ddl_cmdline *parse_bytes(const char *text, size_t length)
{
	assert_int_equal(ddl_cmdline_parse(arena, text, length, &line, &error), 0);
	assert_int_equal(error.code, DDL_OK);
	return &line;
}

static const struct ddl_cmdline *parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

static void nothing_said(void **state)
{
	static const char *const lines[] = { "", "\n", "BOOT_IMAGE=/vmlinuz root=/dev/sda1 quiet\n",
					     "notddload=auto ddloadx=1 ddload" };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		parse(lines[i]);
		assert_int_equal(line.mode, DDL_MODE_UNSAID);
		assert_int_equal(line.timeout, -1);
		assert_int_equal(line.settle, -1);
		assert_int_equal(line.wait, -1);
		assert_int_equal(line.on_error, DDL_ON_ERROR_STOP);
		assert_null(line.fingerprint);
		assert_int_equal(line.accept_licence | line.replace | line.one_way | line.unbind | line.require_signature |
					 line.allow_sha1 | line.after_kill | line.exact_kernel,
				 DDL_UNSAID);
		assert_int_equal(line.no_disk, DDL_NO_DISK_UNSAID);
		assert_int_equal(line.n_warnings, 0);
		assert_int_equal(line.trouble.code, DDL_OK);
	}
}

static void every_word(void **state)
{
	(void)state;
	parse("quiet ddload=auto ddload.fingerprint=2fb99ae91000b446f3d71d782c734dae ddload.accept-eula ddload.replace=yes ddload.one-way=yes ddload.unbind=1 "
	      "ddload.after-kill=yes ddload.no-disk=continue "
	      "ddload.settle=60 ddload.look=90 ddload.wait=0 ddload.on-error=reboot ddload.answerfile=file:///answers.xml ddload.log=/run/l "
	      "ddload.console=/dev/ttyS0 ddload.lang=de_DE.UTF-8 ddload.colors=high-contrast ddload.require-signature ddload.allow-sha1 "
	      "ddload.report=port:/dev/ttyS1 ddload.report-identity=no\n");
	assert_int_equal(line.mode, DDL_MODE_AUTO);
	assert_string_equal(line.fingerprint, "2fb99ae91000b446f3d71d782c734dae");
	assert_int_equal(line.accept_licence & line.replace & line.one_way & line.unbind & line.require_signature &
				 line.allow_sha1 & line.after_kill,
			 DDL_SAID_YES);
	assert_string_equal(line.report_port, "/dev/ttyS1");
	assert_int_equal(line.identity, DDL_SAID_NO);
	assert_int_equal(line.no_disk, DDL_NO_DISK_CONTINUE);
	assert_int_equal(line.settle, 60);
	assert_int_equal(line.look, 90);
	assert_int_equal(line.wait, 0);
	assert_int_equal(line.on_error, DDL_ON_ERROR_REBOOT);
	assert_string_equal(ddl_on_error_name(line.on_error), "reboot");
	assert_string_equal(line.answerfile, "/answers.xml");
	assert_null(line.installer_answers);
	assert_string_equal(line.log, "/run/l");
	assert_string_equal(line.console, "ttyS0");
	assert_string_equal(line.lang, "de_DE.UTF-8");
	assert_int_equal(line.colours, DDL_COLOURS_HIGH);
	assert_int_equal(line.n_warnings, 0);
	assert_int_equal(line.trouble.code, DDL_OK);
	assert_int_equal(parse("ddload.no-disk=fail")->no_disk, DDL_NO_DISK_FAIL);
	assert_int_equal(parse("ddload.no-disk=yes")->n_warnings, 1);
}

static void modes(void **state)
{
	static const struct {
		const char *text;
		enum ddl_mode mode;
	} cases[] = {
		{ "ddload=off", DDL_MODE_OFF },   { "ddload=prompt", DDL_MODE_PROMPT },     { "ddload=menu", DDL_MODE_MENU },
		{ "ddload=auto", DDL_MODE_AUTO }, { "ddload=automatic", DDL_MODE_SOURCES }, { "ddload=sr0", DDL_MODE_SOURCES },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(parse(cases[i].text)->mode, cases[i].mode);
}

static void sources(void **state)
{
	(void)state;
	parse("ddload=LABEL=OEMDRV,/dev/sr0,any");
	assert_int_equal(line.n_sources, 3);
	assert_string_equal(line.sources[0], "LABEL=OEMDRV");
	assert_string_equal(line.sources[1], "/dev/sr0");
	assert_string_equal(line.sources[2], "any");
	/* both ways of quoting that the kernel takes */
	parse("a=1 \"ddload=LABEL=MY DISK\" b=2");
	assert_int_equal(line.n_sources, 1);
	assert_string_equal(line.sources[0], "LABEL=MY DISK");
	parse("ddload=LABEL=\"MY DISK\" ddload.replace");
	assert_string_equal(line.sources[0], "LABEL=MY DISK");
	assert_int_equal(line.replace, DDL_SAID_YES);
}

/* ddload.answerfile= by itself asks for auto; the installer's own word is no word of ours. */
static void answer_files(void **state)
{
	(void)state;
	parse("ddload.answerfile=/a.xml");
	assert_int_equal(line.mode, DDL_MODE_AUTO);
	parse("ddload=prompt ddload.answerfile=/a.xml");
	assert_int_equal(line.mode, DDL_MODE_PROMPT);
	assert_int_equal(line.n_warnings, 1);
	parse("ddload=auto answerfile=file:///a.xml");
	assert_string_equal(line.installer_answers, "/a.xml");
	assert_int_equal(line.n_warnings, 0);
	parse("answerfile=file:///a.xml");
	assert_int_equal(line.mode, DDL_MODE_UNSAID);
	parse("ddload=auto answerfile=http://h/a.xml");
	assert_null(line.installer_answers);
	assert_int_equal(line.n_warnings, 1);
	assert_non_null(strstr(line.warnings[0], "network sources"));
	parse("answerfile=http://h/a.xml");
	assert_int_equal(line.n_warnings, 0);
	assert_int_equal(line.trouble.code, DDL_OK);
}

static void guards_refuse(void **state)
{
	static const char *const cases[] = {
		"ddload=",
		"ddload=,",
		"ddload=sr0,,sr1",
		"ddload=sr0,",
		"ddload=auto,sr0",
		"ddload=sr0,off",
		"ddload=auto ddload.fingerprint=",
		"ddload=auto ddload.fingerprint=2fb9",
		"ddload=auto ddload.fingerprint=xyz",
		"ddload=auto ddload.replace=perhaps",
		"ddload=auto ddload.accept-eula=oui",
		"ddload=auto ddload.require-signature=2",
		"ddload=auto ddload.allow-sha1=md5",
		"ddload.replace=yes ddload.replace=no",
		"ddload.answerfile=http://host/a",
		"ddload.answerfile=a",
		"ddload.fingerprint=2fb99ae91000b446f3d71d782c734dae ddload.fingerprint=1fb99ae91000b446f3d71d782c734dae",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		parse(cases[i]);
		if (line.trouble.code != DDL_E_USAGE)
			fail_msg("%s was taken", cases[i]);
		assert_true(*line.trouble.text);
	}
}

static void others_warn(void **state)
{
	static const struct {
		const char *text, *warning;
	} cases[] = {
		{ "ddload.timeout=soon", "ddload.timeout=soon is left out" },
		{ "ddload.timeout=3601", "3600" },
		{ "ddload.settle=0", "from 1 to 600" },
		{ "ddload.settle=", "ddload.settle= is left out" },
		{ "ddload.wait=-1", "ddload.wait" },
		{ "ddload.on-error=panic", "stop, continue, shell, reboot or poweroff" },
		{ "ddload.log=here", "slash" },
		{ "ddload.report=port:/etc/passwd", "port:/dev/ttyS1" },
		{ "ddload.report=port:/dev/../etc/passwd", "port:/dev/ttyS1" },
		{ "ddload.console=../sda", "ttyS0" },
		{ "ddload.lang=../x", "language" },
		{ "ddload.colors=", "none or high-contrast" },
		{ "ddload.colors=no", "ddload.colors=no is left out" },
		{ "ddload.fingerprints=1", "ddload.fingerprints is a word that this version does not know" },
		{ "ddload.onerror=stop", "does not know; is ddload.on-error meant?" },
		{ "ddload.accept_eual", "is ddload.accept-eula meant?" },
		{ "ddload.nothing-of-it=1", "ddload.nothing-of-it is a word that this version does not know" },
		{ "ddload.=1", "ddload. is a word" },
		{ "ddload.wait=1 ddload.wait=2", "ddload.wait is there as 1 and as 2" },
		{ "ddload=auto ddload=off", "the last one counts" },
		{ "ddload=auto ddload.timeout=5", "ddload.timeout is for ddload=prompt" },
		{ "ddload=off ddload.replace", "mean nothing" },
		{ "ddload.t\x1b[2Jx=1", "ddload.t?[2Jx" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		parse(cases[i].text);
		assert_int_equal(line.trouble.code, DDL_OK);
		if (line.n_warnings != 1 || !strstr(line.warnings[0], cases[i].warning))
			fail_msg("%s: %zu warnings, %s", cases[i].text, line.n_warnings,
				 line.n_warnings ? line.warnings[0] : "none");
	}
	assert_int_equal(parse("ddload.wait=1 ddload.wait=2")->wait, 2);
	assert_int_equal(parse("ddload=auto ddload=off")->mode, DDL_MODE_OFF);
	assert_int_equal(parse("ddload=sr0 ddload=auto")->n_sources, 0);
	assert_int_equal(parse("ddload.wait=3 ddload.wait=3")->n_warnings, 0);
}

/* limit: DDL_PROMPT_MAX_SECONDS DDL_WAIT_MAX_SECONDS DDL_SETTLE_MAX_MS DDL_LOOK_MAX_SECONDS */
static void most_seconds(void **state)
{
	char text[64];

	(void)state;
	for (unsigned past = 0; past < 2; past++) {
		(void)snprintf(text, sizeof(text), "ddload=prompt ddload.timeout=%u", DDL_PROMPT_MAX_SECONDS + past);
		assert_int_equal(parse(text)->timeout, past ? -1 : (int)DDL_PROMPT_MAX_SECONDS);
		(void)snprintf(text, sizeof(text), "ddload.wait=%u", DDL_WAIT_MAX_SECONDS + past);
		assert_int_equal(parse(text)->wait, past ? -1 : (int)DDL_WAIT_MAX_SECONDS);
		(void)snprintf(text, sizeof(text), "ddload.settle=%u", DDL_SETTLE_MAX_MS / 1000U + past);
		assert_int_equal(parse(text)->settle, past ? -1 : (int)(DDL_SETTLE_MAX_MS / 1000U));
		(void)snprintf(text, sizeof(text), "ddload.look=%u", DDL_LOOK_MAX_SECONDS + past);
		assert_int_equal(parse(text)->look, past ? -1 : (int)DDL_LOOK_MAX_SECONDS);
	}
}

static void colours_said(void **state)
{
	(void)state;
	assert_int_equal(parse("")->colours, DDL_COLOURS_UNSAID);
	assert_int_equal(parse("ddload.colors=auto")->colours, DDL_COLOURS_AUTO);
	assert_int_equal(parse("ddload.colors=none")->colours, DDL_COLOURS_NONE);
	assert_int_equal(parse("ddload.colors=always")->colours, DDL_COLOURS_ALWAYS);
	assert_int_equal(parse("ddload.colors=none ddload.colors=purple")->colours, DDL_COLOURS_NONE);
}

static void names_as_the_kernel(void **state)
{
	(void)state;
	assert_int_equal(parse("ddload.accept_eula")->accept_licence, DDL_SAID_YES);
	assert_int_equal(parse("ddload.accept-eula=no")->accept_licence, DDL_SAID_NO);
	assert_int_equal(parse("ddload.kernel=abi")->exact_kernel, DDL_SAID_NO);
	assert_int_equal(parse("ddload.on_error=shell")->on_error, DDL_ON_ERROR_SHELL);
	assert_int_equal(parse("ddload.on+error=shell")->on_error, DDL_ON_ERROR_STOP);
}

/* limit: DDL_MAX_CMDLINE DDL_MAX_WORDS DDL_MAX_WARNINGS */
static void no_more_than_fits(void **state)
{
	size_t room = DDL_MAX_CMDLINE + 100;
	char *text = malloc(room);

	(void)state;
	assert_non_null(text);
	memset(text, ' ', room);
	memcpy(text + DDL_MAX_CMDLINE, "ddload=off", 10);
	memcpy(text, "ddload=auto", 11);
	parse_bytes(text, room);
	assert_int_equal(line.mode, DDL_MODE_AUTO);
	assert_int_equal(line.n_warnings, 1);
	/* many unknown words: so many warnings and no more */
	for (size_t i = 0; i + 10 <= room; i += 10)
		memcpy(text + i, "ddload.x= ", 10);
	parse_bytes(text, room);
	assert_int_equal(line.n_warnings, DDL_MAX_WARNINGS);
	/* many sources */
	memcpy(text, "ddload=a", 8);
	for (size_t i = 8; i + 1 < 1000; i += 2)
		memcpy(text + i, ",a", 2);
	parse_bytes(text, 1000);
	assert_int_equal(line.trouble.code, DDL_E_USAGE);
	assert_int_equal(line.n_sources, DDL_MAX_WORDS);
	parse_bytes("ddload=auto\0ddload.replace", 26);
	assert_int_equal(line.replace, DDL_SAID_YES);
	free(text);
}

/* Takes roff's escapes out: the page has "\-" where one reads "-". */
static void plain_text(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (*text != '\\')
			*to++ = *text;
	*to = '\0';
}

/* The page's table is the lines between .\" and .\" end; each row is "word[=value]<tab>…". */
static void manual_page_has_the_same_table(void **state)
{
	char path[4096], text[4096], want[256];
	bool inside = false, ended = false;
	size_t row = 0;
	const char *name, *value;
	FILE *page;

	(void)state;
	snprintf(path, sizeof(path), "%s/ui/ddload.cmdline.7", getenv("DDL_TOP"));
	page = fopen(path, "r");
	assert_non_null(page);
	while (fgets(text, sizeof(text), page)) {
		if (strcmp(text, ".\\\" end of the words\n") == 0)
			ended = inside;
		if (strcmp(text, ".\\\" the words of loader/boot/cmdline.c\n") == 0)
			inside = true;
		if (!inside || ended || strncmp(text, ".BI ddload", 10) != 0)
			continue;
		plain_text(text);
		text[strcspn(text, "\n")] = '\0';
		name = ddl_cmdline_word(row++, &value);
		if (!name)
			fail_msg("the page has a word more: %s", text);
		snprintf(want, sizeof(want), *value ? ".BI %s= \"%s\"" : ".BI %s", name, value);
		assert_string_equal(text, want);
	}
	fclose(page);
	assert_true(ended);
	assert_null(ddl_cmdline_word(row, &value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_said),
		TEST(every_word),
		TEST(modes),
		TEST(sources),
		TEST(answer_files),
		TEST(guards_refuse),
		TEST(others_warn),
		TEST(most_seconds),
		TEST(colours_said),
		TEST(names_as_the_kernel),
		TEST(no_more_than_fits),
		cmocka_unit_test(manual_page_has_the_same_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
