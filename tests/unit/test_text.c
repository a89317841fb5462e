// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of text from outside: whatever the bytes, valid UTF-8 on one line; figures, hex, widths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "process.h"

/* An own, slow judge: RFC 3629's table row by row. Length of the character, 0 when it is none. */
static size_t character(const unsigned char *s, uint32_t *code)
{
	static const struct {
		unsigned char from, to, from2, to2;
		size_t n;
	} rows[] = {
		{ 0x01, 0x7F, 0, 0, 1 },       { 0xC2, 0xDF, 0x80, 0xBF, 2 }, { 0xE0, 0xE0, 0xA0, 0xBF, 3 },
		{ 0xE1, 0xEC, 0x80, 0xBF, 3 }, { 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 },
		{ 0xF0, 0xF0, 0x90, 0xBF, 4 }, { 0xF1, 0xF3, 0x80, 0xBF, 4 }, { 0xF4, 0xF4, 0x80, 0x8F, 4 },
	};

	for (size_t r = 0; r < sizeof(rows) / sizeof(*rows); r++) {
		if (*s < rows[r].from || *s > rows[r].to)
			continue;
		if (rows[r].n > 1 && (s[1] < rows[r].from2 || s[1] > rows[r].to2))
			return 0;
		for (size_t i = 2; i < rows[r].n; i++)
			if (s[i] < 0x80 || s[i] > 0xBF)
				return 0;
		*code = rows[r].n == 1 ? s[0] : s[0] & (0x7FU >> rows[r].n);
		for (size_t i = 1; i < rows[r].n; i++)
			*code = *code << 6 | (s[i] & 0x3FU);
		return rows[r].n;
	}
	return 0;
}

static void assert_clean(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		uint32_t code = 0;
		size_t n = character(s, &code);

		assert_true(n > 0);
		assert_true(code >= 0x20 && (code < 0x7F || code >= 0xA0));
		assert_false(code >= 0x202A && code <= 0x202E); /* embeddings and overrides */
		assert_false(code >= 0x2066 && code <= 0x2069); /* isolates */
		assert_false(code >= 0x200B && code <= 0x200F);
		assert_false(code == 0x2028 || code == 0x2029 || code == 0xFEFF);
		s += n;
	}
}

/* Bytes that are likely to be nearly right. */
static size_t random_bytes(char *to, size_t room)
{
	static const char *const pieces[] = { "\xe2\x80", "\xc2",     "\xe2\x80\xae",     "\xed\xa0\x80", "\xf4\x90",
					      "\x1b[2J",  "\xc0\x80", "\xf0\x9f\x98\x80", "\xe6\x97\xa5", "a",
					      "\r\n",     "\x7f",     "\xc2\x9b" };
	size_t n = 0, wanted = chance((uint32_t)room + 1);

	while (n < wanted) {
		if (chance(2)) {
			to[n++] = (char)chance(256);
		} else {
			const char *piece = pieces[chance(sizeof(pieces) / sizeof(*pieces))];
			size_t length = strlen(piece);

			length = length > wanted - n ? wanted - n : length;
			memcpy(to + n, piece, length);
			n += length;
		}
	}
	return n;
}

static void any_bytes_come_out_clean(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 60000; round++) {
		char bytes[64], in_place[65];
		size_t n = random_bytes(bytes, sizeof(bytes)), room = chance(70), length;
		char *from = malloc(n + !n), *to = malloc(room + !room); /* of just this size, for ASan */

		memcpy(from, bytes, n);
		length = ddl_text_clean(to, room, from, n);
		if (room) {
			assert_true(length < room);
			assert_int_equal(strlen(to), length);
			assert_clean(to);
			assert_true(length <= n); /* never grows: it may be done in place */
		} else {
			assert_int_equal(length, 0);
		}
		if (room > n) {
			char again[65];

			memcpy(in_place, bytes, n);
			in_place[n] = '\0';
			ddl_text_clean_in_place(in_place);
			assert_string_equal(in_place, to);
			(void)ddl_text_clean(again, sizeof(again), to, length); /* clean text stays as it is */
			assert_string_equal(again, to);
		}
		free(from);
		free(to);
	}
}

static void each_character_alone(void **state)
{
	(void)state;
	for (uint32_t code = 1; code < 0x110000; code++) {
		char in[8], out[8];
		size_t n = 0;

		if (code < 0x80) {
			in[n++] = (char)code;
		} else if (code < 0x800) {
			in[n++] = (char)(0xC0 | code >> 6);
			in[n++] = (char)(0x80 | (code & 0x3F));
		} else if (code < 0x10000) {
			in[n++] = (char)(0xE0 | code >> 12);
			in[n++] = (char)(0x80 | (code >> 6 & 0x3F));
			in[n++] = (char)(0x80 | (code & 0x3F));
		} else {
			in[n++] = (char)(0xF0 | code >> 18);
			in[n++] = (char)(0x80 | (code >> 12 & 0x3F));
			in[n++] = (char)(0x80 | (code >> 6 & 0x3F));
			in[n++] = (char)(0x80 | (code & 0x3F));
		}
		in[n] = '\0';
		(void)ddl_text_clean(out, sizeof(out), in, n);
		if (strcmp(in, out) == 0)
			assert_clean(out);
		else
			assert_true(out[0] == '?' || out[0] == ' ');
	}
}

/* UTF-8 of a character past 0x7F. */
static size_t encode(uint32_t code, char *to)
{
	size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	to[0] = (char)(unsigned char)(0xF00U >> n | code >> (6 * (n - 1)));
	for (size_t i = 1; i < n; i++)
		to[i] = (char)(unsigned char)(0x80U | (code >> (6 * (n - 1 - i)) & 0x3FU));
	to[n] = '\0';
	return n;
}

/* Perl's Unicode says of each character whether it is one that nobody sees: 1, that it is one, 0, or that there is none, ?. */
static void what_is_not_seen_is_shown(void **state)
{
	FILE *perl = popen("perl -e 'for (0x80 .. 0x10FFFF) { print($_ >= 0xD800 && $_ < 0xE000 ? \"?\" : "
			   "chr($_) =~ /[\\p{DI}\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]/ ? 1 : chr($_) =~ /\\p{Cn}/ ? \"?\" : 0) }'",
			   "r");

	(void)state;
	assert_non_null(perl);
	for (uint32_t code = 0x80; code <= 0x10FFFF; code++) {
		int seen = fgetc(perl);
		char raw[8], clean[8];
		size_t n = encode(code, raw);
		bool hidden;

		(void)ddl_text_clean(clean, sizeof(clean), raw, n);
		hidden = strcmp(clean, raw) != 0;
		if (seen == '1' ? !hidden : seen == '0' ? hidden && code != 0x2800 : seen != '?')
			fail_msg("U+%04X: perl says %c, here it is %s", code, seen, hidden ? "hidden" : "shown");
	}
	assert_int_equal(pclose(perl), 0);
}

static void keeps_what_people_write(void **state)
{
	static const char *const texts[] = { "", "megaraid_sas 07.999", "Großer Treiber für ÄÖÜ", "日本語ドライバ", "Ω ≤ µ", "é",
					     "😀" };
	char out[200];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(ddl_text_clean(out, sizeof(out), texts[i], strlen(texts[i])), strlen(texts[i]));
		assert_string_equal(out, texts[i]);
	}
	assert_int_equal(ddl_text_clean(out, sizeof(out), "a\tb\nc\rd\0e", 9), 7);
	assert_string_equal(out, "a b c d");
	(void)ddl_text_clean(out, sizeof(out), "x\xe2\x80\xaey\xc2\x9bz\x1b\xff", 10);
	assert_string_equal(out, "x?y?z??");
	/* cut at a character's border */
	assert_int_equal(ddl_text_clean(out, 4, "\xe6\x97\xa5\xe6\x9c\xac", 6), 3);
	assert_string_equal(out, "\xe6\x97\xa5");
	assert_int_equal(ddl_text_clean(out, 6, "\xe6\x97\xa5\xe6\x9c\xac", 6), 3);
	/* no look beyond the length */
	assert_int_equal(ddl_text_clean(out, sizeof(out), "\xe6\x97\xa5", 2), 2);
	assert_string_equal(out, "??");
}

/* Into just so many columns, at the end or in the middle; wide characters are not halved, nor those that have no room. */
static void cuts_to_columns(void **state)
{
	char to[64], tight[6];

	(void)state;
	assert_string_equal(ddl_text_column(to, sizeof to, "abc", 5), "abc  ");
	assert_string_equal(ddl_text_column(to, sizeof to, "abcde", 5), "abcde");
	assert_string_equal(ddl_text_column(to, sizeof to, "abcdef", 5), "abcd~");
	assert_string_equal(ddl_text_column(to, sizeof to, "日本語", 4), "日~ ");
	assert_string_equal(ddl_text_column(to, sizeof to, "abc", 0), "");
	assert_string_equal(ddl_text_column(to, sizeof to, "", 3), "   ");
	assert_string_equal(ddl_text_middle(to, sizeof to, "abcde", 5), "abcde");
	assert_string_equal(ddl_text_middle(to, sizeof to, "abcdefgh", 5), "ab~gh");
	assert_string_equal(ddl_text_middle(to, sizeof to, "abcdefgh", 4), "a~gh");
	assert_string_equal(ddl_text_middle(to, sizeof to, "日本語です", 6), "日~す ");
	assert_string_equal(ddl_text_middle(to, sizeof to, "abc", 1), "~");
	assert_string_equal(ddl_text_column(tight, sizeof tight, "日本語", 6), "");
	assert_string_equal(ddl_text_column(tight, sizeof tight, "abc日本", 7), "abc");
}

static void counts_columns(void **state)
{
	(void)state;
	assert_int_equal(ddl_text_width(""), 0);
	assert_int_equal(ddl_text_width("abc"), 3);
	assert_int_equal(ddl_text_width("äöü"), 3);
	assert_int_equal(ddl_text_width("e\xcc\x81"), 1); /* e and a combining acute */
	assert_int_equal(ddl_text_width("日本"), 4);
	assert_int_equal(ddl_text_width("ｆ"), 2); /* full width */
	assert_int_equal(ddl_text_width("😀"), 2);
	assert_int_equal(ddl_text_width("\xff\xff"), 2); /* broken bytes take a column each */
}

static void orders_devices_as_numbers_are(void **state)
{
	static const char *const order[] = { "nvme0n1", "nvme2n1", "nvme10n1", "sda",  "sda2", "sda10",
					     "sdb",     "sdz",     "sdaa",     "sdba", "vda" };

	(void)state;
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		for (size_t j = 0; j < sizeof(order) / sizeof(*order); j++) {
			int result = ddl_text_device_order(order[i], order[j]);

			assert_int_equal((result > 0) - (result < 0), (i > j) - (i < j));
		}
}

static void knows_nothing_but_ascii(void **state)
{
	char text[] = "\xc3\xa4 b e\xcc\x81 \xe6\x97\xa5\xe6\x9c\xac\xff.";

	(void)state;
	ddl_text_ascii(text);
	assert_string_equal(text, "? b e ?????.");
}

static void tells_sizes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 B" },          { 999, "999 B" },      { 1000, "1.0 kB" },         { 1049, "1.0 kB" },
		{ 1999, "1.9 kB" },    { 99999, "99.9 kB" },  { 100000, "100 kB" },       { 999999, "999 kB" },
		{ 1000000, "1.0 MB" }, { 1400000, "1.4 MB" }, { 480103981056, "480 GB" }, { UINT64_MAX, "18.4 EB" },
	};
	char text[32], small[4];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(ddl_text_size(text, sizeof(text), cases[i].bytes), cases[i].text);
	assert_string_equal(ddl_text_size(small, sizeof(small), 1400000), "1.4");
}

static void hex_and_back(void **state)
{
	const uint8_t bytes[4] = { 0x00, 0x9a, 0xff, 0x10 };
	uint8_t back[4];
	char text[9];

	(void)state;
	ddl_text_hex(text, bytes, 4);
	assert_string_equal(text, "009aff10");
	assert_true(ddl_text_unhex("009aff10", back, 4));
	assert_memory_equal(back, bytes, 4);
	memset(back, 0, sizeof(back));
	assert_true(ddl_text_unhex(" 00:9A-ff 10\r\n", back, 4));
	assert_memory_equal(back, bytes, 4);
	assert_false(ddl_text_unhex("009aff1", back, 4)); /* a digit short */
	assert_false(ddl_text_unhex("009aff100", back, 4)); /* one too many */
	assert_false(ddl_text_unhex("009aff1g", back, 4));
	assert_false(ddl_text_unhex("0x9aff10", back, 4));
	assert_false(ddl_text_unhex("", back, 4));
	assert_true(ddl_text_unhex("", back, 0));
	for (unsigned round = 0; round < 2000; round++) {
		uint8_t some[16], again[16];
		char given[33];

		for (size_t i = 0; i < sizeof(some); i++)
			some[i] = (uint8_t)chance(256);
		ddl_text_hex(given, some, sizeof(some));
		assert_true(ddl_text_unhex(given, again, sizeof(again)));
		assert_memory_equal(again, some, sizeof(some));
	}
}

static void groups_of_four(void **state)
{
	char text[64], exact[10];

	(void)state;
	ddl_text_groups(text, sizeof(text), "2fb99ae91");
	assert_string_equal(text, "2fb9 9ae9 1");
	ddl_text_groups(text, sizeof(text), "");
	assert_string_equal(text, "");
	ddl_text_groups(text, 41, "2fb99ae91000b446f3d71d782c734dae");
	assert_string_equal(text, "2fb9 9ae9 1000 b446 f3d7 1d78 2c73 4dae");
	for (size_t room = 0; room <= sizeof(exact); room++) { /* never more than the room */
		char *small = malloc(room + !room);

		ddl_text_groups(small, room, "2fb99ae9");
		if (room)
			assert_memory_equal(small, "2fb9 9ae9", strlen(small));
		free(small);
	}
}

static void ends_starts_numbers(void **state)
{
	uint64_t value = 99;

	(void)state;
	assert_true(ddl_text_ends("a.ko", ".ko"));
	assert_true(ddl_text_ends(".ko", ".ko"));
	assert_false(ddl_text_ends("ko", ".ko"));
	assert_true(ddl_text_ends("x", ""));
	assert_true(ddl_text_starts("LABEL=x", "LABEL="));
	assert_false(ddl_text_starts("LABEL", "LABEL="));
	assert_true(ddl_text_number("0", 1, 10, &value) && value == 0);
	assert_true(ddl_text_number("00010", 5, 10, &value) && value == 10);
	value = 99;
	assert_false(ddl_text_number("11", 2, 10, &value));
	assert_false(ddl_text_number("", 0, 10, &value));
	assert_false(ddl_text_number("-1", 2, 10, &value));
	assert_false(ddl_text_number(" 1", 2, 10, &value));
	assert_false(ddl_text_number("1x", 2, 10, &value));
	assert_false(ddl_text_number("18446744073709551616", 20, UINT64_MAX, &value));
	assert_false(ddl_text_number("99999999999999999999999", 23, UINT64_MAX, &value));
	assert_int_equal(value, 99);
	assert_true(ddl_text_number("18446744073709551615", 20, UINT64_MAX, &value));
	assert_true(value == UINT64_MAX);
	assert_true(ddl_text_number("12345", 3, 1000, &value) && value == 123);
}

static void test_words(void **state)
{
	static const char *const rows[][2] = { { "", "" }, { " \t\r\n", "" }, { "a", "a" }, { "\v a b\f ", "a b" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *text = rows[i][0];
		size_t n = strlen(text);

		ddl_text_trim(&text, &n);
		assert_int_equal(n, strlen(rows[i][1]));
		assert_memory_equal(text, rows[i][1], n);
	}
	assert_int_equal(ddl_text_word("a=\"b c\" d"), 7);
	assert_int_equal(ddl_text_word("a=\"b c"), 6);
	assert_int_equal(ddl_text_word(" a"), 0);
	assert_true(ddl_text_same_name("mpt3-sas", "mpt3_sas", 8));
	assert_false(ddl_text_same_name("mpt3sas", "mpt2sas", 7));
}

static void fields_of_a_line(void **state)
{
	char line[] = "  22 1\t8:1 / /mnt\n", empty[] = " \n", *field[4];

	(void)state;
	assert_int_equal(ddl_text_fields(line, field, 4), 4);
	assert_string_equal(field[0], "22");
	assert_string_equal(field[2], "8:1");
	assert_string_equal(field[3], "/");
	assert_int_equal(ddl_text_fields(empty, field, 4), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_bytes_come_out_clean),
		cmocka_unit_test(each_character_alone),
		cmocka_unit_test(what_is_not_seen_is_shown),
		cmocka_unit_test(keeps_what_people_write),
		cmocka_unit_test(counts_columns),
		cmocka_unit_test(cuts_to_columns),
		cmocka_unit_test(knows_nothing_but_ascii),
		cmocka_unit_test(orders_devices_as_numbers_are),
		cmocka_unit_test(tells_sizes),
		cmocka_unit_test(hex_and_back),
		cmocka_unit_test(groups_of_four),
		cmocka_unit_test(test_words),
		cmocka_unit_test(fields_of_a_line),
		cmocka_unit_test(ends_starts_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
