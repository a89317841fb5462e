// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of reading an RPM's headers: good ones in every piece size, and damage of every kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "package/rpm.h"
#include "package/rpm_version.h"

/* ------------------------------------------------------------ a small builder */

enum { INT32 = 4, STRING = 6, BIN = 7, STRING_ARRAY = 8, I18NSTRING = 9 };

struct header {
	uint8_t index[64 * 16];
	uint8_t data[65536 + 64];
	size_t entries, size;
};

struct image {
	uint8_t bytes[200000];
	size_t length;
};

static void put32(uint8_t *to, size_t value)
{
	to[0] = (uint8_t)(value >> 24);
	to[1] = (uint8_t)(value >> 16);
	to[2] = (uint8_t)(value >> 8);
	to[3] = (uint8_t)value;
}

static void entry(struct header *h, size_t tag, size_t type, size_t offset, size_t count)
{
	uint8_t *at = h->index + 16 * h->entries++;

	put32(at, tag);
	put32(at + 4, type);
	put32(at + 8, offset);
	put32(at + 12, count);
}

static void add(struct header *h, size_t tag, size_t type, size_t count, const void *bytes, size_t n)
{
	entry(h, tag, type, h->size, count);
	memcpy(h->data + h->size, bytes, n);
	h->size += n;
}

static void add_string(struct header *h, size_t tag, size_t type, const char *text)
{
	add(h, tag, type, 1, text, strlen(text) + 1);
}

static void append(struct image *image, const void *bytes, size_t n)
{
	memcpy(image->bytes + image->length, bytes, n);
	image->length += n;
}

static void append_header(struct image *image, const struct header *h)
{
	uint8_t intro[16] = { 0x8e, 0xad, 0xe8, 0x01 };

	put32(intro + 8, h->entries);
	put32(intro + 12, h->size);
	append(image, intro, sizeof(intro));
	append(image, h->index, 16 * h->entries);
	append(image, h->data, h->size);
}

static void append_front(struct image *image, size_t signature_bytes)
{
	static struct header signature;
	uint8_t lead[96] = { 0xed, 0xab, 0xee, 0xdb, 3, 0 };
	uint8_t bytes[64] = { 0 };

	memset(&signature, 0, sizeof(signature));
	append(image, lead, sizeof(lead));
	add(&signature, 1004, BIN, signature_bytes, bytes, signature_bytes);
	append_header(image, &signature);
	append(image, bytes, (8 - signature_bytes % 8) % 8);
}

static void good_header(struct header *h)
{
	static const char provides[] = "megaraid_sas-modules\0kernel-modules\0ksym(default:scsi_add_host)";
	static const char versions[] = "07.999-1\0006.1.0-56-amd64\0";
	static const char flags[] = "\0\0\0\x08\0\0\0\x0c\0\0\0\0"; /* equal, greater or equal, none */
	static const char summaries[] = "MegaRAID driver\0MegaRAID-Treiber";

	memset(h, 0, sizeof(*h));
	add(h, 63, BIN, 16, "................", 16);
	add_string(h, 1000, STRING, "megaraid_sas-modules-6.1.0-56-amd64");
	add_string(h, 1001, STRING, "07.999");
	add_string(h, 1002, STRING, "1");
	add(h, 1004, I18NSTRING, 2, summaries, sizeof(summaries));
	add(h, 1009, INT32, 1, "\0\1\2\3", 4);
	add_string(h, 1016, I18NSTRING, "System Environment/Kernel");
	add_string(h, 1022, STRING, "x86_64");
	add(h, 1047, STRING_ARRAY, 3, provides, sizeof(provides));
	add(h, 1112, INT32, 3, flags, 12);
	add(h, 1113, STRING_ARRAY, 3, versions, sizeof(versions));
	add_string(h, 1125, STRING, "xz");
}

static struct header header;
static struct image image;

static void build(size_t signature_bytes)
{
	image.length = 0;
	append_front(&image, signature_bytes);
	append_header(&image, &header);
}

/* ------------------------------------------------------------------ reading it */

/*
 * Feeds `length` bytes in pieces of `piece` and finishes. The bytes are handed over in
 * a block of just their size, so that reading past them is seen by the sanitizer.
 */
static int read_rpm(const uint8_t *bytes, size_t length, size_t piece, struct ddl_arena *arena, struct ddl_rpm *rpm,
		    struct ddl_error *error)
{
	struct ddl_rpm_parser *parser = ddl_rpm_parser_new();
	int result = 0;

	assert_non_null(parser);
	for (size_t at = 0; at < length && result == 0; at += piece) {
		size_t n = length - at < piece ? length - at : piece;
		uint8_t *copy = malloc(n);

		assert_non_null(copy);
		memcpy(copy, bytes + at, n);
		result = ddl_rpm_parser_feed(parser, copy, n, error);
		free(copy);
	}
	if (result >= 0)
		result = ddl_rpm_parser_finish(parser, arena, rpm, error);
	ddl_rpm_parser_free(parser);
	return result;
}

static void expect_failure(const char *text)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_rpm rpm;

	assert_int_equal(read_rpm(image.bytes, image.length, 4096, arena, &rpm, &error), -1);
	assert_int_equal(error.code, DDL_E_RPM);
	assert_string_equal(error.text, text);
	ddl_arena_free(arena);
}

static void reads_a_driver_rpm(void **state)
{
	static const size_t pieces[] = { 1, 2, 7, 16, 95, 96, 97, 113, 4096, 1000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		struct ddl_arena *arena = ddl_arena_new();
		struct ddl_error error = DDL_ERROR_INIT;
		size_t headers;
		struct ddl_rpm rpm;

		good_header(&header);
		build(16 + i); /* every amount of filling behind the signature */
		headers = image.length;
		append(&image, "payload", 7);
		assert_int_equal(read_rpm(image.bytes, image.length, pieces[i], arena, &rpm, &error), 0);
		assert_int_equal(error.code, DDL_OK);
		assert_string_equal(rpm.name, "megaraid_sas-modules-6.1.0-56-amd64");
		assert_string_equal(rpm.version, "07.999");
		assert_string_equal(rpm.release, "1");
		assert_string_equal(rpm.arch, "x86_64");
		assert_string_equal(rpm.group, "System Environment/Kernel");
		assert_string_equal(rpm.summary, "MegaRAID driver");
		assert_string_equal(rpm.compressor, "xz");
		assert_int_equal(rpm.payload_offset, headers);
		assert_int_equal(rpm.n_provides, 3);
		assert_string_equal(rpm.provides[0].name, "megaraid_sas-modules");
		assert_string_equal(rpm.provides[0].version, "07.999-1");
		assert_int_equal(rpm.provides[0].sense, DDL_SENSE_EQUAL);
		assert_string_equal(rpm.provides[1].name, "kernel-modules");
		assert_string_equal(rpm.provides[1].version, "6.1.0-56-amd64");
		assert_int_equal(rpm.provides[1].sense, DDL_SENSE_GREATER | DDL_SENSE_EQUAL);
		assert_string_equal(rpm.provides[2].name, "ksym(default:scsi_add_host)");
		assert_string_equal(rpm.provides[2].version, "");
		assert_int_equal(rpm.provides[2].sense, 0);
		ddl_arena_free(arena);
	}
}

static void needs_only_name_version_release(void **state)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_rpm rpm;

	(void)state;
	memset(&header, 0, sizeof(header));
	add_string(&header, 1000, STRING, "a");
	add_string(&header, 1001, STRING, "1");
	add_string(&header, 1002, STRING, "2");
	build(20);
	assert_int_equal(read_rpm(image.bytes, image.length, 1, arena, &rpm, &error), 0);
	assert_string_equal(rpm.compressor, "");
	assert_string_equal(rpm.group, "");
	assert_string_equal(rpm.summary, "");
	assert_string_equal(rpm.arch, "");
	assert_int_equal(rpm.n_provides, 0);
	ddl_arena_free(arena);
	for (size_t missing = 1000; missing <= 1002; missing++) {
		memset(&header, 0, sizeof(header));
		for (size_t tag = 1000; tag <= 1002; tag++) {
			if (tag != missing)
				add_string(&header, tag, STRING, "1");
		}
		build(20);
		expect_failure("its header has no name, version or release");
	}
}

/* Names that may be those of packages: no files, and nothing in brackets. */
static void names_what_it_requires(void **state)
{
	static const char required[] = "/bin/sh\0kernel-core\0rpmlib(PayloadFilesHavePrefix)\0kmod-sas-common";
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_rpm rpm;

	(void)state;
	good_header(&header);
	add(&header, 1049, STRING_ARRAY, 4, required, sizeof(required));
	build(20);
	assert_int_equal(read_rpm(image.bytes, image.length, 7, arena, &rpm, &error), 0);
	assert_int_equal(rpm.n_requires, 2);
	assert_string_equal(rpm.requires[0], "kernel-core");
	assert_string_equal(rpm.requires[1], "kmod-sas-common");
	ddl_arena_free(arena);
}

static void cleans_what_is_shown(void **state)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_rpm rpm;

	(void)state;
	good_header(&header);
	header.entries = 0;
	header.size = 0;
	add_string(&header, 1000, STRING, "a\033[2Jb");
	add_string(&header, 1001, STRING, "1");
	add_string(&header, 1002, STRING, "2");
	add_string(&header, 1004, I18NSTRING, "one\ntwo \xff\xe2\x80\xae");
	add_string(&header, 1000, STRING, "second");
	build(20);
	assert_int_equal(read_rpm(image.bytes, image.length, 1000, arena, &rpm, &error), 0);
	assert_string_equal(rpm.name, "a?[2Jb");
	assert_string_equal(rpm.summary, "one two ??");
	ddl_arena_free(arena);
}

static void tells_at_the_first_byte(void **state)
{
	static const char *const others[] = { "PK\3\4", "\x1f\x8b", "CD001", "!<arch>", "\177ELF", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct ddl_rpm_parser *parser = ddl_rpm_parser_new();
		struct ddl_error error = DDL_ERROR_INIT, again = DDL_ERROR_INIT;

		assert_int_equal(ddl_rpm_parser_feed(parser, "", 0, &error), 0);
		assert_int_equal(ddl_rpm_parser_feed(parser, others[i], 1, &error), -1);
		assert_int_equal(error.code, DDL_E_RPM);
		assert_string_equal(error.text, "does not begin as an RPM file does");
		/* it stays refused, whatever follows */
		assert_int_equal(ddl_rpm_parser_feed(parser, "\xed\xab\xee\xdb", 4, &again), -1);
		assert_string_equal(again.text, error.text);
		ddl_rpm_parser_free(parser);
	}
}

static void refuses_a_source_package(void **state)
{
	(void)state;
	good_header(&header);
	build(16);
	image.bytes[7] = 1;
	expect_failure("is a source package, with no driver in it");
}

/* Sizes and counts of the headers, at the limit and one past it. */
/* limit: DDL_MAX_RPM_TAGS DDL_MAX_RPM_HEADER */
static void refuses_sizes_that_are_lies(void **state)
{
	const size_t intro = 96, main_intro = 96 + 16 + 16 + 16;
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_rpm rpm;

	(void)state;
	good_header(&header);
	build(16);
	assert_int_equal(image.bytes[main_intro], 0x8e);
	image.bytes[intro] = 0;
	expect_failure("no RPM header at byte 96");
	build(16);
	image.bytes[main_intro + 3] = 2;
	expect_failure("no RPM header at byte 144");
	build(16);
	put32(image.bytes + intro + 8, 0);
	expect_failure("the header at byte 96 says it has 0 entries");
	build(16);
	put32(image.bytes + main_intro + 8, DDL_MAX_RPM_TAGS + 1);
	expect_failure("the header at byte 144 says it has 65536 entries");
	build(16);
	put32(image.bytes + main_intro + 8, 0xFFFFFFFF);
	expect_failure("the header at byte 144 says it has 4294967295 entries");
	build(16);
	put32(image.bytes + main_intro + 12, 0xFFFFFFFF);
	expect_failure("the header at byte 144 says it has 4294967295 bytes of data");
	build(16);
	put32(image.bytes + main_intro + 12, DDL_MAX_RPM_HEADER - 16 * header.entries + 1);
	expect_failure("the header at byte 144 says it has 16777025 bytes of data");
	build(16);
	put32(image.bytes + main_intro + 12, DDL_MAX_RPM_HEADER - 16 * header.entries);
	assert_int_equal(read_rpm(image.bytes, image.length, 512, arena, &rpm, &error), -1);
	assert_non_null(strstr(error.text, "before its header does"));
	build(16);
	put32(image.bytes + main_intro + 8, DDL_MAX_RPM_TAGS);
	assert_int_equal(read_rpm(image.bytes, image.length, 512, arena, &rpm, &error), -1);
	assert_non_null(strstr(error.text, "before its header does"));
	ddl_arena_free(arena);
}

/* One entry that points or counts wrongly. */
static void refuses_damaged_tags(void **state)
{
	(void)state;
	good_header(&header);
	entry(&header, 1022, STRING, header.size, 1); /* a second one of its kind is not looked at */
	build(16);
	{
		struct ddl_arena *arena = ddl_arena_new();
		struct ddl_error error = DDL_ERROR_INIT;
		struct ddl_rpm rpm;

		assert_int_equal(read_rpm(image.bytes, image.length, 512, arena, &rpm, &error), 0);
		ddl_arena_free(arena);
	}
	good_header(&header);
	put32(header.index + 16 + 8, header.size); /* the name begins at the end */
	build(16);
	expect_failure("tag 1000 of its header is damaged");
	good_header(&header);
	put32(header.index + 16 + 8, 0xFFFFFFFF);
	build(16);
	expect_failure("tag 1000 of its header is damaged");
	good_header(&header);
	put32(header.index + 16 + 4, INT32);
	build(16);
	expect_failure("tag 1000 of its header is damaged");
	good_header(&header);
	put32(header.index + 16 + 12, 0);
	build(16);
	expect_failure("tag 1000 of its header is damaged");
	good_header(&header);
	header.size -= 1; /* the last string has no end */
	build(16);
	expect_failure("tag 1125 of its header is damaged");
	for (size_t i = 0; i < 3; i++) {
		static const size_t counts[] = { 7, DDL_MAX_RPM_PROVIDES + 1, 0xFFFFFFFF };

		good_header(&header);
		put32(header.index + 8 * 16 + 12, counts[i]); /* more provides than there are */
		build(16);
		expect_failure(i ? "tag 1047 of its header is damaged" : "tag 1113 of its header is damaged");
	}
}

static void provides_are_whole_or_damaged(void **state)
{
	(void)state;
	for (size_t tag = 9; tag <= 10; tag++) { /* flags, versions */
		good_header(&header);
		put32(header.index + tag * 16 + 12, 2);
		build(16);
		expect_failure("tag 1113 of its header is damaged");
		good_header(&header);
		put32(header.index + tag * 16 + 4, BIN);
		build(16);
		expect_failure(tag == 9 ? "tag 1112 of its header is damaged" : "tag 1113 of its header is damaged");
	}
	good_header(&header);
	put32(header.index + 9 * 16 + 12, 0x40000003); /* four bytes each: more than there are */
	build(16);
	expect_failure("tag 1112 of its header is damaged");
}

/* limit: DDL_MAX_RPM_PROVIDES */
static void holds_as_many_provides_as_allowed(void **state)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_rpm rpm;

	(void)state;
	memset(&header, 0, sizeof(header));
	add_string(&header, 1000, STRING, "a"); /* serves as version and release, too */
	entry(&header, 1001, STRING, 0, 1);
	entry(&header, 1002, STRING, 0, 1);
	entry(&header, 1047, STRING_ARRAY, 1, DDL_MAX_RPM_PROVIDES);
	header.size = sizeof(header.data);
	build(16);
	assert_int_equal(read_rpm(image.bytes, image.length, 512, arena, &rpm, &error), 0);
	assert_int_equal(rpm.n_provides, DDL_MAX_RPM_PROVIDES);
	assert_string_equal(rpm.provides[DDL_MAX_RPM_PROVIDES - 1].name, "");
	ddl_arena_free(arena);
}

static void cut_short_anywhere_is_an_error(void **state)
{
	(void)state;
	good_header(&header);
	build(19);
	for (size_t length = 0; length < image.length; length++) {
		struct ddl_arena *arena = ddl_arena_new();
		struct ddl_error error = DDL_ERROR_INIT;
		struct ddl_rpm rpm;
		char text[128];

		(void)snprintf(text, sizeof(text), "it ends after %zu bytes, before its header does", length);
		assert_int_equal(read_rpm(image.bytes, length, 64, arena, &rpm, &error), -1);
		assert_int_equal(error.code, DDL_E_RPM);
		assert_string_equal(error.text, text);
		ddl_arena_free(arena);
	}
}

/* Each bit turned over in turn: read or refused, but bounded and without a false step. */
static void survives_every_flipped_bit(void **state)
{
	size_t read = 0, refused = 0;

	(void)state;
	good_header(&header);
	build(16);
	for (size_t bit = 0; bit < 8 * image.length; bit++) {
		struct ddl_arena *arena = ddl_arena_new();
		struct ddl_error error = DDL_ERROR_INIT;
		struct ddl_rpm rpm;

		image.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (read_rpm(image.bytes, image.length, 512, arena, &rpm, &error)) {
			assert_int_equal(error.code, DDL_E_RPM);
			assert_true(*error.text);
			refused++;
		} else {
			assert_true(*rpm.name && *rpm.version && *rpm.release);
			assert_true(rpm.payload_offset <= image.length);
			read++;
		}
		image.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ddl_arena_free(arena);
	}
	assert_true(read > 1000); /* most of the bytes are not looked at, or are text */
	assert_true(refused > 300);
}

/* ------------------------------------------------------------------ signatures */

#define DIGEST "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

/* An image whose signature has the tags that end with 0; with `tied`, its header names the payload's SHA-256. */
static void build_signed(const size_t *tags, bool tied)
{
	static struct header signature;
	uint8_t lead[96] = { 0xed, 0xab, 0xee, 0xdb, 3, 0 };

	memset(&signature, 0, sizeof(signature));
	for (size_t i = 0; tags[i]; i++) {
		char packet[32];

		snprintf(packet, sizeof(packet), "packet of %zu", tags[i]);
		add(&signature, tags[i], BIN, strlen(packet), packet, strlen(packet));
	}
	good_header(&header);
	if (tied) {
		add_string(&header, 5092, STRING_ARRAY, DIGEST);
		add(&header, 5093, INT32, 1, "\0\0\0\10", 4);
	}
	image.length = 0;
	append(&image, lead, sizeof(lead));
	append_header(&image, &signature);
	append(&image, lead + 8, (8 - signature.size % 8) % 8);
	append_header(&image, &header);
}

static struct ddl_rpm_parser *parsed(void)
{
	struct ddl_rpm_parser *parser = ddl_rpm_parser_new();

	assert_int_equal(ddl_rpm_parser_feed(parser, image.bytes, image.length, NULL), 1);
	return parser;
}

static void expect_signed(const size_t *tags, bool tied, const char *packet, bool payload_too)
{
	struct ddl_rpm_signed found;
	struct ddl_rpm_parser *parser;
	size_t length;

	build_signed(tags, tied);
	parser = parsed();
	length = 16 + 16 * header.entries + header.size;
	assert_int_equal(ddl_rpm_parser_signed(parser, &found), packet != NULL);
	if (packet) {
		assert_int_equal(found.packet_length, strlen(packet));
		assert_memory_equal(found.packet, packet, strlen(packet));
		assert_int_equal(found.payload_too, payload_too);
		assert_int_equal(found.tied, tied && !payload_too);
		assert_int_equal(found.data_length, length);
		assert_int_equal(found.data_offset, image.length - length);
		assert_memory_equal(found.data, image.bytes + image.length - length, length);
		if (found.tied)
			assert_int_equal(found.payload_digest[31], 0x1f);
	}
	ddl_rpm_parser_free(parser);
}

static void finds_the_signature(void **state)
{
	static const size_t none[] = { 1004, 0 }, rsa[] = { 1004, 268, 0 }, all[] = { 1005, 1002, 267, 268, 0 },
			    dsa[] = { 267, 1005, 0 }, pgp[] = { 1002, 1005, 0 }, gpg[] = { 1005, 0 };

	(void)state;
	for (int tied = 0; tied < 2; tied++) {
		expect_signed(none, tied, NULL, false);
		expect_signed(rsa, tied, "packet of 268", false);
		expect_signed(pgp, tied, "packet of 1002", true);
		expect_signed(gpg, tied, "packet of 1005", true);
	}
	/* a header that does not tie the payload is worth less than what is over both */
	expect_signed(all, true, "packet of 268", false);
	expect_signed(all, false, "packet of 1002", true);
	expect_signed(dsa, true, "packet of 267", false);
	expect_signed(dsa, false, "packet of 1005", true);
}

/* limit: DDL_MAX_SIGNATURE   one that is larger is a bad signature, not none */
static void size_of_a_signature(void **state)
{
	static struct header signature;
	static uint8_t packet[DDL_MAX_SIGNATURE + 1];
	uint8_t lead[96] = { 0xed, 0xab, 0xee, 0xdb, 3, 0 };

	(void)state;
	for (size_t past = 0; past < 2; past++) {
		struct ddl_rpm_signed found;
		struct ddl_rpm_parser *parser;

		memset(&signature, 0, sizeof(signature));
		add(&signature, 268, BIN, DDL_MAX_SIGNATURE + past, packet, DDL_MAX_SIGNATURE + past);
		good_header(&header);
		image.length = 0;
		append(&image, lead, sizeof(lead));
		append_header(&image, &signature);
		append(&image, lead + 8, (8 - signature.size % 8) % 8);
		append_header(&image, &header);
		parser = parsed();
		assert_true(ddl_rpm_parser_signed(parser, &found));
		assert_int_equal(found.packet_length, past ? 0 : DDL_MAX_SIGNATURE);
		ddl_rpm_parser_free(parser);
	}
}

/* A damaged one is there all the same: it must not pass for "not signed". */
static void damaged_signature_is_one(void **state)
{
	static const size_t rsa[] = { 268, 0 };
	static const struct {
		size_t at;
		uint32_t value;
	} faults[] = {
		{ 4, STRING },
		{ 8, 0x10000 },
		{ 12, 0 },
		{ 12, 0x7fffffff },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		struct ddl_rpm_signed found;
		struct ddl_rpm_parser *parser;

		build_signed(rsa, true);
		put32(image.bytes + 96 + 16 + faults[i].at, faults[i].value);
		parser = parsed();
		assert_true(ddl_rpm_parser_signed(parser, &found));
		assert_int_equal(found.packet_length, 0);
		ddl_rpm_parser_free(parser);
	}
}

static void not_whole_is_not_signed(void **state)
{
	static const size_t rsa[] = { 268, 0 };

	(void)state;
	build_signed(rsa, true);
	for (size_t n = 0; n < image.length; n++) {
		struct ddl_rpm_parser *parser = ddl_rpm_parser_new();
		struct ddl_rpm_signed found;

		assert_int_equal(ddl_rpm_parser_feed(parser, image.bytes, n, NULL), 0);
		assert_false(ddl_rpm_parser_signed(parser, &found));
		ddl_rpm_parser_free(parser);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_driver_rpm),
		cmocka_unit_test(needs_only_name_version_release),
		cmocka_unit_test(names_what_it_requires),
		cmocka_unit_test(cleans_what_is_shown),
		cmocka_unit_test(tells_at_the_first_byte),
		cmocka_unit_test(refuses_a_source_package),
		cmocka_unit_test(refuses_sizes_that_are_lies),
		cmocka_unit_test(refuses_damaged_tags),
		cmocka_unit_test(provides_are_whole_or_damaged),
		cmocka_unit_test(holds_as_many_provides_as_allowed),
		cmocka_unit_test(cut_short_anywhere_is_an_error),
		cmocka_unit_test(survives_every_flipped_bit),
		cmocka_unit_test(finds_the_signature),
		cmocka_unit_test(size_of_a_signature),
		cmocka_unit_test(damaged_signature_is_one),
		cmocka_unit_test(not_whole_is_not_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
