/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a vendor makes, made in memory for tests: modules (ELF), archives, RPM packages,
 * a pack's metadata. Everything can be made wrong. What cannot be had ends the test.
 */
#ifndef DDL_TEST_PACK_BUILDER_H
#define DDL_TEST_PACK_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of their own; built_free gives them back. */
struct built {
	uint8_t *bytes;
	size_t length, room;
};

void built_add(struct built *built, const void *bytes, size_t n);
void built_text(struct built *built, const char *text);
void built_free(struct built *built);

/* A module: a relocatable ELF file with sections "", .modinfo, .shstrtab (table last), and where it has symbols, two more. */
struct module_shape {
	bool narrow; /* 32 bits */
	bool big_endian;
	const char *modinfo; /* "key=value" lines, '\n' for the NUL behind each */
	size_t filling; /* bytes between the header and .modinfo */
	const char *imports; /* __versions: lines of "0x12345678 name", '\n' behind each; NULL */
	const char *exports; /* __ksymtab_strings: names, '\n' for the NUL behind each; NULL */
};
struct built build_module(const struct module_shape *shape);

/* The usual module: name, version, vermagic of `release`, an alias ("": none). */
struct built build_driver(const char *name, const char *version, const char *release, const char *alias);

/* Where things stand in a built module, for making them wrong. */
size_t module_section(const struct module_shape *shape, const struct built *module, unsigned index);

struct entry {
	const char *path;
	const void *bytes;
	size_t length;
	unsigned type; /* AE_IFREG where 0 */
	const char *target; /* of a link */
	unsigned inode; /* of a hard-linked file, the same for its names; 0: it has one name */
};

enum archive_kind { KIND_CPIO, KIND_TAR };

/* `filter`: "", "gzip", "bzip2", "xz", "lzma", "zstd". */
struct built build_archive(enum archive_kind kind, const char *filter, const struct entry *entries, size_t count);

/* The bytes alone, compressed. */
struct built build_compressed(const char *filter, const void *bytes, size_t n);

/* An RPM: lead, signature, header with these tags, and the payload. */
struct built build_rpm(const char *name, const char *version, const char *release, const struct built *payload);

/* Lower-case hex; static, the last four stay valid. */
const char *md5_hex(const void *bytes, size_t n);
const char *sha256_hex(const void *bytes, size_t n);

#endif
