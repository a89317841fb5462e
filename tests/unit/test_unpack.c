// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of reading a package in one pass: every sort and compression, and every kind of damage. */
#include <archive_entry.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "medium/files.h"
#include "pack_builder.h"
#include "package/unpack.h"

#define RELEASE "6.1.0-56-amd64"

/* ---------------------------------------------------------------- a medium's reader */

struct source {
	struct ddl_reader reader;
	const uint8_t *bytes;
	size_t length, at, most; /* `most` bytes a call */
	size_t fails_at; /* SIZE_MAX: never */
	unsigned reads_after_end;
};

static ssize_t read_source(struct ddl_reader *reader, void *buffer, size_t n, struct ddl_error *why)
{
	struct source *source = reader->ctx;

	if (source->at >= source->fails_at)
		return ddl_fail(why, DDL_E_GONE, 5, "%s", reader->name);
	n = n > source->most ? source->most : n;
	n = n > source->length - source->at ? source->length - source->at : n;
	memcpy(buffer, source->bytes + source->at, n);
	source->at += n;
	return (ssize_t)n;
}

/* ---------------------------------------------------------------------- one reading */

static struct ddl_package package;
static struct ddl_unpacking reading;
static struct source source;
static struct ddl_error failure;
static size_t pieces, piece_bytes, stop_after;

static int end(void **state)
{
	ddl_unpack_held_free(&reading);
	return tear_down(state);
}

static int piece(void *arg, const void *bytes, size_t n, struct ddl_error *why)
{
	assert_ptr_equal(arg, &source);
	assert_memory_equal(bytes, source.bytes + piece_bytes, n); /* all of it, in order, once */
	pieces++;
	piece_bytes += n;
	return piece_bytes > stop_after ? ddl_fail(why, DDL_E_CANCELLED, 0, "stop") : 0;
}

static void prepare(enum ddl_package_type type, const char *file, const uint8_t *bytes, size_t n)
{
	ddl_unpack_held_free(&reading);
	package = (struct ddl_package){ .label = "x",
					.type = type,
					.kernel = RELEASE,
					.file = file,
					.root = "",
					.options = "",
					.size = n,
					.digest = md5_hex(bytes, n),
					.version = "",
					.fd = -1 };
	source = (struct source){ .bytes = bytes, .length = n, .most = SIZE_MAX, .fails_at = SIZE_MAX };
	source.reader = (struct ddl_reader){ .read = read_source, .name = file, .size = n, .ctx = &source };
	reading = (struct ddl_unpacking){ .arena = arena, .package = &package, .unpack = true, .piece = piece, .arg = &source };
	ddl_error_clear(&failure);
	pieces = piece_bytes = 0;
	stop_after = SIZE_MAX;
}

static void prepare_rpm(const struct built *rpm)
{
	prepare(DDL_PKG_DRIVER_RPM, "a.rpm", rpm->bytes, rpm->length);
}

static void expect_bad(enum ddl_code code, const char *words)
{
	assert_int_equal(ddl_unpack(&reading, &source.reader, &failure), 0);
	assert_int_equal(package.state, DDL_PKG_BAD);
	assert_int_equal(package.trouble.code, code);
	if (!strstr(package.trouble.text, words))
		assert_string_equal(package.trouble.text, words);
	assert_int_equal(failure.code, DDL_OK);
}

static void expect_good(void)
{
	assert_int_equal(ddl_unpack(&reading, &source.reader, &failure), 0);
	if (package.trouble.code != DDL_OK)
		print_message("%s\n", package.trouble.text);
	assert_int_equal(package.trouble.code, DDL_OK);
	assert_int_equal(package.state, reading.unpack ? DDL_PKG_STAGED : DDL_PKG_TESTED);
	assert_int_equal(piece_bytes, package.size); /* read to the end */
}

static const struct ddl_held *held(const char *path)
{
	for (size_t i = 0; i < reading.n_held; i++)
		if (strcmp(reading.held[i].file->path, path) == 0)
			return &reading.held[i];
	return NULL;
}

static struct built driver(void)
{
	return build_driver("megaraid_sas", "07.999", RELEASE, "pci:v00001000d00000060sv*sd*bc*sc*i*");
}

#define MODULE_PATH "lib/modules/" RELEASE "/extra/megaraid_sas.ko"

/* A driver RPM with one of everything. */
static struct built good_rpm(const char *filter)
{
	struct built module = driver();
	const struct entry entries[] = {
		{ "./lib/modules", NULL, 0, AE_IFDIR, NULL, 0 },
		{ "./" MODULE_PATH, module.bytes, module.length, 0, NULL, 0 },
		{ "./lib/firmware/acme/a.bin", "firmware", 8, 0, NULL, 0 },
		{ "./etc/modprobe.d/a.conf", "options a x=1\n", 14, 0, NULL, 0 },
		{ "./etc/udev/rules.d/60-a.rules", "#\n", 2, 0, NULL, 0 },
		{ "./usr/share/doc/a/README", "read me", 7, 0, NULL, 0 },
		{ "./usr/share/doc/a/EULA", "Accept\n", 7, 0, NULL, 0 },
		{ "./lib/modules/link.ko", NULL, 0, AE_IFLNK, "/etc/passwd", 0 },
		{ "./dev/sda", NULL, 0, AE_IFBLK, NULL, 0 },
		{ "./dev/fifo", NULL, 0, AE_IFIFO, NULL, 0 },
	};
	struct built payload = build_archive(KIND_CPIO, filter, entries, sizeof(entries) / sizeof(*entries));
	struct built rpm = build_rpm("megaraid_sas-modules-" RELEASE, "07.999", "1", &payload);

	built_free(&module);
	built_free(&payload);
	return rpm;
}

/* An RPM of these entries. */
static struct built rpm_of(const char *filter, const struct entry *entries, size_t count)
{
	struct built payload = build_archive(KIND_CPIO, filter, entries, count);
	struct built rpm = build_rpm("x", "1", "2", &payload);

	built_free(&payload);
	return rpm;
}

/* -------------------------------------------------------------------------- the good */

static void assert_good_rpm(void)
{
	static const struct {
		const char *path;
		enum ddl_file_kind kind;
		uint64_t size;
		bool held;
	} files[] = {
		{ MODULE_PATH, DDL_FILE_MODULE, 0, true },
		{ "lib/firmware/acme/a.bin", DDL_FILE_FIRMWARE, 8, true },
		{ "etc/modprobe.d/a.conf", DDL_FILE_MODPROBE, 14, true },
		{ "etc/udev/rules.d/60-a.rules", DDL_FILE_UDEV, 2, true },
		{ "usr/share/doc/a/README", DDL_FILE_OTHER, 7, false },
		{ "usr/share/doc/a/EULA", DDL_FILE_LICENCE, 7, true },
	};
	struct built module = driver();

	assert_string_equal(package.version, "07.999-1");
	assert_int_equal(package.n_files, 6); /* no directory, link, device or FIFO */
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(package.files[i]->path, files[i].path);
		assert_int_equal(package.files[i]->kind, files[i].kind);
		assert_int_equal(package.files[i]->size, files[i].size ? files[i].size : module.length);
		assert_int_equal(package.files[i]->fd, -1);
		assert_int_equal(held(files[i].path) != NULL, files[i].held);
	}
	assert_int_equal(reading.n_held, 5);
	assert_int_equal(held(MODULE_PATH)->length, module.length);
	assert_memory_equal(held(MODULE_PATH)->bytes, module.bytes, module.length);
	assert_memory_equal(held("usr/share/doc/a/EULA")->bytes, "Accept\n", 7);
	/* no more than a page: of the smallest there may be thousands */
	assert_in_range(malloc_usable_size(held("usr/share/doc/a/EULA")->bytes), 7, 4096);
	assert_int_equal(package.n_modules, 1);
	assert_string_equal(package.modules[0]->name, "megaraid_sas");
	assert_string_equal(package.modules[0]->version, "07.999");
	assert_string_equal(package.modules[0]->kernel, RELEASE);
	assert_string_equal(package.modules[0]->path, MODULE_PATH);
	built_free(&module);
}

static void every_compression(void **state)
{
	static const char *const filters[] = { "", "gzip", "bzip2", "xz", "lzma", "zstd" };
	static const size_t sizes[] = { SIZE_MAX, 1000, 97, 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
		for (size_t j = 0; j < sizeof(sizes) / sizeof(*sizes); j++) {
			struct built rpm = good_rpm(filters[i]);

			prepare_rpm(&rpm);
			source.most = sizes[j]; /* the header ends within a piece, or on its border */
			expect_good();
			assert_good_rpm();
			built_free(&rpm);
		}
	}
}

/* As rpmbuild and cpio write it: the bytes are with the last name only. */
static void every_name_of_a_hard_linked_file_has_its_bytes(void **state)
{
	(void)state;
	const struct entry entries[] = {
		{ .path = "./lib/firmware/a.bin", .inode = 7 },
		{ .path = "./lib/firmware/empty.bin" },
		{ .path = "./lib/firmware/b.bin", .inode = 7 },
		{ .path = "./lib/firmware/other.bin", .bytes = "other", .length = 5, .inode = 8 },
		{ .path = "./lib/firmware/c.bin", .bytes = "firmware", .length = 8, .inode = 7 },
	};
	static const char *const names[] = { "lib/firmware/a.bin", "lib/firmware/b.bin", "lib/firmware/c.bin" };
	struct built payload = build_archive(KIND_CPIO, "gzip", entries, sizeof(entries) / sizeof(*entries));
	struct built rpm = build_rpm("firmware", "1", "1", &payload);

	prepare_rpm(&rpm);
	expect_good();
	assert_int_equal(reading.n_held, 5);
	for (size_t i = 0; i < 3; i++) {
		const struct ddl_held *name = held(names[i]);

		assert_non_null(name);
		assert_int_equal(name->length, 8);
		assert_int_equal(name->file->size, 8);
		assert_memory_equal(name->bytes, "firmware", 8);
	}
	assert_int_equal(held("lib/firmware/empty.bin")->length, 0);
	assert_int_equal(held("lib/firmware/other.bin")->length, 5);
	built_free(&payload);
	built_free(&rpm);
}

static void testing_only(void **state)
{
	struct built rpm = good_rpm("xz");

	(void)state;
	prepare_rpm(&rpm);
	reading.unpack = false;
	expect_good();
	assert_int_equal(package.n_files + package.n_modules + reading.n_held, 0);
	assert_string_equal(package.version, "");
	built_free(&rpm);
}

static void sha256_as_well(void **state)
{
	struct built rpm = good_rpm("gzip");

	(void)state;
	prepare_rpm(&rpm);
	package.digest = sha256_hex(rpm.bytes, rpm.length);
	expect_good();
	assert_good_rpm();
	prepare_rpm(&rpm);
	package.digest = sha256_hex(rpm.bytes, rpm.length - 1);
	expect_bad(DDL_E_CHECKSUM, "SHA-256");
	built_free(&rpm);
}

static void compressed_modules(void **state)
{
	static const struct {
		const char *filter, *end;
	} sorts[] = { { "gzip", ".gz" }, { "xz", ".xz" }, { "bzip2", ".bz2" }, { "zstd", ".zst" } };
	struct built module = driver();

	(void)state;
	for (size_t i = 0; i < sizeof(sorts) / sizeof(*sorts); i++) {
		struct built packed = build_compressed(sorts[i].filter, module.bytes, module.length);
		char path[128];
		struct entry entry = { path, packed.bytes, packed.length, 0, NULL, 0 };
		struct built rpm;

		(void)snprintf(path, sizeof(path), "%s%s", MODULE_PATH, sorts[i].end);
		rpm = rpm_of("xz", &entry, 1);
		prepare_rpm(&rpm);
		expect_good();
		assert_int_equal(package.files[0]->kind, DDL_FILE_MODULE);
		assert_int_equal(package.files[0]->size, module.length); /* as it is staged: unpacked */
		assert_int_equal(reading.held[0].length, module.length);
		assert_memory_equal(reading.held[0].bytes, module.bytes, module.length);
		assert_string_equal(package.modules[0]->name, "megaraid_sas");
		built_free(&rpm);
		entry.length -= 20; /* the module inside is cut, the package is whole */
		rpm = rpm_of("", &entry, 1);
		prepare_rpm(&rpm);
		expect_bad(DDL_E_UNPACK, path);
		built_free(&rpm);
		built_free(&packed);
	}
	built_free(&module);
}

static void other_sorts_of_packages(void **state)
{
	struct built module = driver(), packed;
	const struct entry entries[] = { { "drivers/megaraid_sas.ko", module.bytes, module.length, 0, NULL, 0 },
					 { "firmware.txt", "x", 1, 0, NULL, 0 } };

	(void)state;
	packed = build_archive(KIND_TAR, "bzip2", entries, 2);
	prepare(DDL_PKG_TBZ2, "a.tar.bz2", packed.bytes, packed.length);
	expect_good();
	assert_int_equal(package.n_files, 2);
	assert_string_equal(package.modules[0]->path, "drivers/megaraid_sas.ko");
	built_free(&packed);
	prepare(DDL_PKG_DRIVER, "sub/megaraid_sas.ko", module.bytes, module.length);
	expect_good();
	assert_int_equal(package.n_files, 1);
	assert_string_equal(package.files[0]->path, "megaraid_sas.ko");
	assert_int_equal(reading.held[0].length, module.length);
	prepare(DDL_PKG_FIRMWARE, "sub/fw.bin", (const uint8_t *)"\x1f\x8b\x08 not gzip at all", 20);
	expect_good();
	assert_string_equal(package.files[0]->path, "lib/firmware/fw.bin");
	assert_int_equal(package.files[0]->kind, DDL_FILE_FIRMWARE);
	assert_memory_equal(reading.held[0].bytes, "\x1f\x8b\x08 not gzip at all", 20); /* as it is */
	/* what a type does not name is not tried */
	packed = build_archive(KIND_TAR, "bzip2", entries, 2);
	prepare(DDL_PKG_RPM, "a.rpm", packed.bytes, packed.length);
	expect_bad(DDL_E_RPM, "does not begin as an RPM");
	built_free(&packed);
	packed = build_archive(KIND_CPIO, "bzip2", entries, 2);
	prepare(DDL_PKG_TBZ2, "a.tbz2", packed.bytes, packed.length);
	expect_bad(DDL_E_UNPACK, "");
	built_free(&packed);
	built_free(&module);
}

static void what_a_file_is(void **state)
{
	static const struct {
		const char *path;
		enum ddl_file_kind kind;
	} cases[] = {
		{ "a.ko", DDL_FILE_MODULE },
		{ "a.ko.zst", DDL_FILE_MODULE },
		{ "a.koo", DDL_FILE_OTHER },
		{ "lib/firmware/a.ko", DDL_FILE_FIRMWARE },
		{ "usr/lib/firmware/a", DDL_FILE_FIRMWARE },
		{ "LICENSE-EULA", DDL_FILE_LICENCE },
		{ "lib/firmware/EULA", DDL_FILE_LICENCE },
		{ "EULA.txt", DDL_FILE_OTHER },
		{ "etc/modprobe.d/a.conf", DDL_FILE_MODPROBE },
		{ "etc/modprobe.d/a.conf.bak", DDL_FILE_OTHER },
		{ "lib/udev/rules.d/1.rules", DDL_FILE_UDEV },
		{ "", DDL_FILE_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(ddl_file_kind(cases[i].path), cases[i].kind);
}

/* --------------------------------------------------------------------- wrong bytes */

/* limit: DDL_MAX_PACKAGE */
static void wrong_size_and_digest(void **state)
{
	struct built rpm = good_rpm("xz");

	(void)state;
	prepare_rpm(&rpm);
	package.size++;
	expect_bad(DDL_E_SIZE, "the disk lists");
	assert_int_equal(piece_bytes, 0); /* not even read */
	prepare_rpm(&rpm);
	source.length -= 10; /* shorter than the directory says */
	expect_bad(DDL_E_SIZE, "bytes; the disk lists");
	prepare_rpm(&rpm);
	package.size = source.reader.size = rpm.length - 10; /* longer than that */
	expect_bad(DDL_E_SIZE, "more than the");
	prepare_rpm(&rpm);
	package.digest = "00000000000000000000000000000000";
	expect_bad(DDL_E_CHECKSUM, "MD5");
	assert_int_equal(package.n_modules, 0); /* nobody looked into what is not the vendor's */
	for (unsigned i = 0; i < 3; i++) {
		static const char *const digests[] = { "", "1234", "not hexadecimal, thirty-two long" };

		prepare_rpm(&rpm);
		package.digest = digests[i];
		expect_bad(DDL_E_CHECKSUM, "");
	}
	prepare_rpm(&rpm);
	package.size = source.reader.size = DDL_MAX_PACKAGE;
	expect_bad(DDL_E_SIZE, "bytes; the disk lists"); /* it may be so large, but this is not */
	prepare_rpm(&rpm);
	package.size = source.reader.size = DDL_MAX_PACKAGE + 1;
	expect_bad(DDL_E_TOO_LARGE, "bytes");
	assert_int_equal(piece_bytes, 0);
	built_free(&rpm);
}

/* Whatever bit is wrong, the checksum is what is said, and no module was looked into. */
static void any_byte_may_be_wrong(void **state)
{
	struct built rpm = good_rpm("gzip");

	(void)state;
	for (size_t at = 0; at < rpm.length; at += 1 + rpm.length / 150) {
		prepare_rpm(&rpm);
		rpm.bytes[at] ^= 0x41;
		expect_bad(DDL_E_CHECKSUM, "MD5");
		assert_int_equal(package.n_modules, 0);
		rpm.bytes[at] ^= 0x41;
	}
	built_free(&rpm);
}

/* A vendor's own fault: the checksum is right, the package is not. */
static void cut_short_before_it_was_listed(void **state)
{
	struct built rpm = good_rpm("gzip");

	(void)state;
	for (size_t n = 0; n + 8 < rpm.length; n += n < 300 ? 7 : 1 + rpm.length / 60) {
		prepare(DDL_PKG_DRIVER_RPM, "a.rpm", rpm.bytes, n);
		assert_int_equal(ddl_unpack(&reading, &source.reader, &failure), 0);
		assert_int_equal(package.state, DDL_PKG_BAD);
		assert_true(package.trouble.code == DDL_E_RPM || package.trouble.code == DDL_E_UNPACK);
		assert_true(*package.trouble.text);
	}
	built_free(&rpm);
}

static void the_medium_goes_away(void **state)
{
	struct built rpm = good_rpm("gzip");

	(void)state;
	for (size_t at = 0; at < rpm.length; at += 1 + rpm.length / 20) {
		prepare_rpm(&rpm);
		source.most = 64;
		source.fails_at = at;
		expect_bad(DDL_E_GONE, "a.rpm");
	}
	built_free(&rpm);
}

static void stopped_in_the_middle(void **state)
{
	struct built rpm = good_rpm("gzip");

	(void)state;
	for (unsigned unpack = 0; unpack < 2; unpack++) {
		prepare_rpm(&rpm);
		source.most = 64;
		stop_after = 500;
		reading.unpack = unpack;
		assert_int_equal(ddl_unpack(&reading, &source.reader, &failure), -1);
		assert_int_equal(failure.code, DDL_E_CANCELLED);
		assert_string_equal(failure.text, "stop");
		assert_int_equal(package.state, DDL_PKG_UNREAD);
		assert_in_range(piece_bytes, 501, 564);
	}
	built_free(&rpm);
}

/* ------------------------------------------------------------------- hostile content */

static void paths_that_lead_out(void **state)
{
	static const char *const bad[] = { "../etc/passwd", "./../a.ko", "lib/../../a.ko", "a\nb.ko", "lib/.." };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const struct entry entry = { bad[i], "x", 1, 0, NULL, 0 };
		struct built rpm = rpm_of("", &entry, 1);

		prepare_rpm(&rpm);
		expect_bad(DDL_E_PATH, "");
		assert_int_equal(reading.n_held, 0);
		built_free(&rpm);
	}
	{ /* an RPM's paths are absolute in what it installs: they are taken below */
		const struct entry entry = { "/lib/firmware//./a", "x", 1, 0, NULL, 0 };
		struct built rpm = rpm_of("", &entry, 1);

		prepare_rpm(&rpm);
		expect_good();
		assert_string_equal(package.files[0]->path, "lib/firmware/a");
		built_free(&rpm);
	}
}

static void bombs(void **state)
{
	size_t n = 40 * 1024 * 1024;
	uint8_t *zeroes = calloc(1, n);
	static const struct {
		const char *path;
		unsigned type;
	} cases[] = { { "a.ko", AE_IFREG }, { "usr/share/doc", AE_IFREG }, { "directory", AE_IFDIR } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		/* a directory with content is written as a file and then renamed in the header: mode 04xxxx */
		const struct entry entry = { cases[i].path, zeroes, n, AE_IFREG, NULL, 0 };
		struct built plain = build_archive(KIND_CPIO, "", &entry, 1), packed, rpm;

		if (cases[i].type == AE_IFDIR) {
			assert_memory_equal(plain.bytes + 14, "000089ed", 8);
			memcpy(plain.bytes + 14, "000049ed", 8);
		}
		packed = build_compressed("xz", plain.bytes, plain.length);
		rpm = build_rpm("x", "1", "2", &packed);
		prepare_rpm(&rpm);
		expect_bad(DDL_E_TOO_LARGE, "more than a driver needs");
		assert_int_equal(reading.n_held, 0);
		built_free(&plain);
		built_free(&packed);
		built_free(&rpm);
	}
	{ /* a compressed module that grows without end */
		struct built packed = build_compressed("xz", zeroes, n), rpm;
		const struct entry entry = { "a.ko.xz", packed.bytes, packed.length, 0, NULL, 0 };

		rpm = rpm_of("", &entry, 1);
		prepare_rpm(&rpm);
		expect_bad(DDL_E_TOO_LARGE, "more than a driver needs");
		built_free(&packed);
		built_free(&rpm);
	}
	free(zeroes);
}

/* limit: DDL_MAX_PACKAGE_FILES */
static void too_many_files(void **state)
{
	struct entry *entries = calloc(DDL_MAX_PACKAGE_FILES + 1, sizeof(*entries));
	struct built rpm;

	(void)state;
	for (size_t i = 0; i <= DDL_MAX_PACKAGE_FILES; i++)
		entries[i] = (struct entry){ "f", NULL, 0, 0, NULL, 0 };
	rpm = rpm_of("", entries, DDL_MAX_PACKAGE_FILES);
	prepare_rpm(&rpm);
	expect_good();
	assert_int_equal(package.n_files, DDL_MAX_PACKAGE_FILES);
	built_free(&rpm);
	rpm = rpm_of("", entries, DDL_MAX_PACKAGE_FILES + 1);
	prepare_rpm(&rpm);
	expect_bad(DDL_E_TOO_LARGE, "more than 20000 files");
	built_free(&rpm);
	free(entries);
}

/* The facts of one and the bytes of the other would be taken for one file's. */
static void the_same_path_twice(void **state)
{
	struct built module = driver(), rpm;
	const struct entry entries[] = { { "./lib/a.ko", module.bytes, module.length, 0, NULL, 0 },
					 { "lib/b.ko", module.bytes, module.length, 0, NULL, 0 },
					 { "lib/./a.ko", module.bytes, module.length, 0, NULL, 0 } };
	const struct entry others[] = { { "etc/x", "1", 1, 0, NULL, 0 }, { "etc/x", "2", 1, 0, NULL, 0 } };

	(void)state;
	rpm = rpm_of("", entries, 3);
	prepare_rpm(&rpm);
	expect_bad(DDL_E_UNPACK, "\"lib/a.ko\" is in it twice");
	built_free(&rpm);
	rpm = rpm_of("", others, 2); /* nobody uses them */
	prepare_rpm(&rpm);
	expect_good();
	built_free(&rpm);
	built_free(&module);
}

/* limit: DDL_MAX_MODULES */
static void too_many_modules_and_none_at_all(void **state)
{
	struct built module = driver(), rpm;
	struct entry *entries = calloc(DDL_MAX_MODULES + 1, sizeof(*entries));
	static char names[DDL_MAX_MODULES + 1][16];
	const struct entry fake = { "a.ko", "#!/bin/sh\n", 10, 0, NULL, 0 };

	(void)state;
	for (size_t i = 0; i <= DDL_MAX_MODULES; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "a%zu.ko", i);
		entries[i] = (struct entry){ names[i], module.bytes, module.length, 0, NULL, 0 };
	}
	rpm = rpm_of("", entries, DDL_MAX_MODULES);
	prepare_rpm(&rpm);
	expect_good();
	assert_int_equal(package.n_modules, DDL_MAX_MODULES);
	built_free(&rpm);
	rpm = rpm_of("", entries, DDL_MAX_MODULES + 1);
	prepare_rpm(&rpm);
	expect_bad(DDL_E_TOO_LARGE, "more than 512 modules");
	built_free(&rpm);
	rpm = rpm_of("gzip", &fake, 1);
	prepare_rpm(&rpm);
	expect_bad(DDL_E_MODULE, "not a kernel module");
	built_free(&rpm);
	rpm = rpm_of("gzip", NULL, 0); /* an empty payload is a package like others */
	prepare_rpm(&rpm);
	expect_good();
	assert_int_equal(package.n_files, 0);
	built_free(&rpm);
	free(entries);
	built_free(&module);
}

#define BEGUN(name) cmocka_unit_test_setup_teardown(name, set_up, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BEGUN(every_compression),     BEGUN(every_name_of_a_hard_linked_file_has_its_bytes),
		BEGUN(testing_only),          BEGUN(sha256_as_well),
		BEGUN(compressed_modules),    BEGUN(other_sorts_of_packages),
		BEGUN(what_a_file_is),        BEGUN(wrong_size_and_digest),
		BEGUN(any_byte_may_be_wrong), BEGUN(cut_short_before_it_was_listed),
		BEGUN(the_medium_goes_away),  BEGUN(stopped_in_the_middle),
		BEGUN(paths_that_lead_out),   BEGUN(bombs),
		BEGUN(too_many_files),        BEGUN(too_many_modules_and_none_at_all),
		BEGUN(the_same_path_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
