// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of package/deb.c: which bytes of a Debian package are its files', in whatever pieces they come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "package/deb.h"

#define MARK "!<arch>\n"
#define MEMBER(name, size) name "1700000000  0     0     100644  " size "`\n"
#define BEGINNING MARK MEMBER("debian-binary   ", "4         ") "2.0\n"
#define WHOLE \
	BEGINNING MEMBER("control.tar.xz/ ", "5         ") "12345\n" MEMBER("data.tar.zst/   ", "7         ") "content\nmore"

/* What comes of the text in pieces of this size: "-1" where it is no such package. */
static const char *fed(const char *text, size_t size)
{
	static char got[64];
	struct ddl_deb deb = { .have = 0 };
	size_t length = strlen(text), used = 0;

	for (size_t at = 0; at < length; at += size) {
		size_t n = length - at < size ? length - at : size;
		const void *bytes = NULL;
		ssize_t found = ddl_deb_feed(&deb, (const uint8_t *)text + at, n, &bytes);

		if (found < 0)
			return "-1";
		assert_true((size_t)found <= n && used + (size_t)found < sizeof(got));
		assert_true((const char *)bytes >= text + at && (const char *)bytes + found <= text + at + n);
		memcpy(got + used, bytes, (size_t)found);
		used += (size_t)found;
	}
	got[used] = '\0';
	return got;
}

static void only_the_files(void **state)
{
	(void)state;
	for (size_t size = 1; size <= sizeof(WHOLE); size++)
		assert_string_equal(fed(WHOLE, size), "content");
	assert_string_equal(fed(BEGINNING, 7), "");
	assert_string_equal(fed(BEGINNING MEMBER("data.tar        ", "0         "), 100), "");
	assert_true(ddl_deb_begins((const uint8_t *)WHOLE, strlen(WHOLE)));
	assert_false(ddl_deb_begins((const uint8_t *)MARK "other", 13));
	assert_false(ddl_deb_begins((const uint8_t *)MARK, 8));
}

static void what_it_says_of_itself(void **state)
{
	struct ddl_deb deb = { .control = true };
	const void *bytes = NULL;

	(void)state;
	assert_int_equal(ddl_deb_feed(&deb, (const uint8_t *)WHOLE, strlen(WHOLE), &bytes), 5);
	assert_memory_equal(bytes, "12345", 5);
	assert_true(deb.data && !deb.left);
	deb = (struct ddl_deb){ .control = true };
	assert_int_equal(ddl_deb_feed(&deb, (const uint8_t *)BEGINNING MEMBER("data.tar        ", "0         "), 136, &bytes),
			 -1);
}

/* A plain tar of one file with this name and text. */
static void make_tar(uint8_t *tar, const char *name, const char *text)
{
	unsigned sum = 0;

	memset(tar, 0, 2048);
	(void)snprintf((char *)tar, 100, "%s", name);
	(void)snprintf((char *)tar + 100, 9, "0000644");
	(void)snprintf((char *)tar + 124, 13, "%011o", (unsigned)strlen(text));
	(void)snprintf((char *)tar + 136, 13, "%011o", 0U);
	tar[156] = '0';
	memcpy(tar + 257, "ustar\00000", 8);
	memset(tar + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += tar[i];
	(void)snprintf((char *)tar + 148, 8, "%06o", sum);
	memcpy(tar + 512, text, strlen(text));
}

static void fields_of_control(void **state)
{
	static const char text[] = "Package: a-modules\nversion: 1:2-3\nDescription: A driver\n more: of it\nPackage: b\n";
	struct ddl_deb_control control;
	uint8_t tar[2048];

	(void)state;
	make_tar(tar, "./control", text);
	assert_int_equal(ddl_deb_control(arena, tar, sizeof(tar), &control, &error), 0);
	assert_string_equal(control.package, "a-modules");
	assert_string_equal(control.version, "1:2-3");
	assert_string_equal(control.description, "A driver");
	make_tar(tar, "control", "Version: 1\n");
	assert_int_equal(ddl_deb_control(arena, tar, sizeof(tar), &control, &error), -1);
	assert_int_equal(error.code, DDL_E_UNPACK);
	make_tar(tar, "./md5sums", text);
	assert_int_equal(ddl_deb_control(arena, tar, sizeof(tar), &control, &error), -1);
	assert_int_equal(ddl_deb_control(arena, (const uint8_t *)text, sizeof(text), &control, &error), -1);
	assert_int_equal(ddl_deb_control(arena, NULL, 0, &control, &error), -1);
}

static void no_package(void **state)
{
	static const char *const all[] = {
		"!<ARCH>\ndebian-binary",
		MARK MEMBER("debian-binary   ", "x         "),
		MARK MEMBER("debian-binary   ", "          "),
		MARK MEMBER("debian-binary   ", "-1        "),
		MARK MEMBER("debian-binary   ", "9999999999") "2.0\n" MEMBER("data.tar        ", "99999999 9"),
		MARK "debian-binary   1700000000  0     0     100644  4         xy2.0\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (i != 4)
			assert_string_equal(fed(all[i], 13), "-1");
	assert_string_equal(fed(all[4], 13), ""); /* it never comes to that */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_files),
		cmocka_unit_test(what_it_says_of_itself),
		TEST(fields_of_control),
		cmocka_unit_test(no_package),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
