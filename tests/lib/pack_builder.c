// SPDX-License-Identifier: GPL-2.0-or-later
/* Modules, archives and RPM packages made in memory for tests. */
#include "pack_builder.h"

#include <archive.h>
#include <archive_entry.h>
#include <elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"

static void need(bool ok)
{
	if (!ok)
		abort();
}

void built_add(struct built *built, const void *bytes, size_t n)
{
	if (!built->bytes || built->room - built->length < n) {
		built->room = 2 * (built->length + n) + 256;
		built->bytes = realloc(built->bytes, built->room);
		need(built->bytes != NULL);
	}
	if (n)
		memcpy(built->bytes + built->length, bytes, n);
	built->length += n;
}

void built_text(struct built *built, const char *text)
{
	built_add(built, text, strlen(text));
}

void built_free(struct built *built)
{
	free(built->bytes);
	*built = (struct built){ NULL, 0, 0 };
}

/* ------------------------------------------------------------------------- ELF */

static void put(struct built *built, const struct module_shape *shape, uint64_t value, unsigned n)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < n; i++)
		bytes[shape->big_endian ? n - 1 - i : i] = (uint8_t)(value >> (8 * i));
	built_add(built, bytes, n);
}

static unsigned word(const struct module_shape *shape)
{
	return shape->narrow ? 4 : 8;
}

static void put_section(struct built *built, const struct module_shape *shape, uint32_t name, uint32_t type, size_t offset,
			size_t size)
{
	put(built, shape, name, 4);
	put(built, shape, type, 4);
	put(built, shape, 0, word(shape)); /* flags */
	put(built, shape, 0, word(shape)); /* address */
	put(built, shape, offset, word(shape));
	put(built, shape, size, word(shape));
	put(built, shape, 0, 4);
	put(built, shape, 0, 4);
	put(built, shape, 1, word(shape));
	put(built, shape, 0, word(shape));
}

static unsigned n_sections(const struct module_shape *shape)
{
	return shape->imports || shape->exports ? 5 : 3;
}

static void put_elf_header(struct built *built, const struct module_shape *shape, size_t table)
{
	uint8_t id[16] = { 0x7f, 'E', 'L', 'F' };
	bool narrow = shape->narrow;

	id[EI_CLASS] = narrow ? ELFCLASS32 : ELFCLASS64;
	id[EI_DATA] = shape->big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	id[EI_VERSION] = EV_CURRENT;
	built_add(built, id, sizeof(id));
	put(built, shape, ET_REL, 2);
	put(built, shape, narrow ? EM_386 : EM_X86_64, 2);
	put(built, shape, EV_CURRENT, 4);
	put(built, shape, 0, word(shape));
	put(built, shape, 0, word(shape));
	put(built, shape, table, word(shape));
	put(built, shape, 0, 4);
	put(built, shape, narrow ? sizeof(Elf32_Ehdr) : sizeof(Elf64_Ehdr), 2);
	put(built, shape, 0, 2);
	put(built, shape, 0, 2);
	put(built, shape, narrow ? sizeof(Elf32_Shdr) : sizeof(Elf64_Shdr), 2);
	put(built, shape, n_sections(shape), 2);
	put(built, shape, 2, 2);
}

/* Each NUL stands as a line feed in the text. */
static void put_texts(struct built *built, const char *text)
{
	for (; *text; text++)
		built_add(built, *text == '\n' ? "" : text, 1);
}

/* struct modversion_info: the checksum, and the name in what is left of 64 bytes. */
static void put_imports(struct built *built, const struct module_shape *shape)
{
	for (const char *line = shape->imports; *line; line = strchr(line, '\n') + 1) {
		char name[64] = { 0 };
		unsigned version;

		need(sscanf(line, "0x%x %55s", &version, name) == 2);
		put(built, shape, version, word(shape));
		built_add(built, name, sizeof(name) - word(shape));
	}
}

struct built build_module(const struct module_shape *shape)
{
	static const char names[] = "\0.modinfo\0.shstrtab\0__versions\0__ksymtab_strings";
	size_t header = shape->narrow ? sizeof(Elf32_Ehdr) : sizeof(Elf64_Ehdr);
	struct built built = { NULL, 0, 0 }, parts[3] = { { NULL, 0, 0 } };
	size_t at = header + shape->filling, n_names = n_sections(shape) == 3 ? sizeof("\0.modinfo\0.shstrtab") : sizeof(names);
	size_t table;

	put_texts(&parts[0], shape->modinfo);
	if (shape->imports)
		put_imports(&parts[1], shape);
	put_texts(&parts[2], shape->exports ? shape->exports : "");
	table = (at + n_names + parts[0].length + parts[1].length + parts[2].length + 7) / 8 * 8;
	put_elf_header(&built, shape, table);
	for (size_t i = 0; i < shape->filling; i++)
		built_add(&built, "\x90", 1);
	built_add(&built, parts[0].bytes, parts[0].length);
	built_add(&built, names, n_names);
	built_add(&built, parts[1].bytes, parts[1].length);
	built_add(&built, parts[2].bytes, parts[2].length);
	while (built.length < table)
		built_add(&built, "", 1);
	put_section(&built, shape, 0, SHT_NULL, 0, 0);
	put_section(&built, shape, 1, SHT_PROGBITS, at, parts[0].length);
	at += parts[0].length;
	put_section(&built, shape, 10, SHT_STRTAB, at, n_names);
	at += n_names;
	if (n_sections(shape) > 3) {
		put_section(&built, shape, 20, SHT_PROGBITS, at, parts[1].length);
		put_section(&built, shape, 31, SHT_PROGBITS, at + parts[1].length, parts[2].length);
	}
	for (size_t i = 0; i < 3; i++)
		built_free(&parts[i]);
	return built;
}

size_t module_section(const struct module_shape *shape, const struct built *module, unsigned index)
{
	size_t size = shape->narrow ? sizeof(Elf32_Shdr) : sizeof(Elf64_Shdr);

	return module->length - (n_sections(shape) - index) * size;
}

struct built build_driver(const char *name, const char *version, const char *release, const char *alias)
{
	char modinfo[2048];

	need(snprintf(modinfo, sizeof(modinfo),
		      "name=%s\nversion=%s\nsrcversion=S%s\nvermagic=%s SMP preempt mod_unload modversions \n"
		      "description=Driver %s\ndepends=\n%s%s%s",
		      name, version, version, release, name, *alias ? "alias=" : "", alias,
		      *alias ? "\n" : "") < (int)sizeof(modinfo));
	return build_module(&(struct module_shape){ .modinfo = modinfo, .filling = 3000 });
}

/* -------------------------------------------------------------------- archives */

static la_ssize_t take(struct archive *archive, void *ctx, const void *bytes, size_t n)
{
	(void)archive;
	built_add(ctx, bytes, n);
	return (la_ssize_t)n;
}

static struct archive *writer(const char *filter, int (*format)(struct archive *), struct built *built)
{
	struct archive *archive = archive_write_new();

	need(archive && format(archive) == ARCHIVE_OK);
	need(!*filter || archive_write_add_filter_by_name(archive, filter) == ARCHIVE_OK);
	need(archive_write_set_bytes_in_last_block(archive, 1) == ARCHIVE_OK);
	need(archive_write_open(archive, built, NULL, take, NULL) == ARCHIVE_OK);
	return archive;
}

static void write_entry(struct archive *archive, const struct entry *item)
{
	struct archive_entry *entry = archive_entry_new();

	need(entry != NULL);
	archive_entry_set_pathname(entry, item->path);
	archive_entry_set_filetype(entry, item->type ? item->type : AE_IFREG);
	archive_entry_set_perm(entry, 04755); /* set-id bits must not matter */
	archive_entry_set_size(entry, (la_int64_t)item->length);
	archive_entry_set_nlink(entry, item->inode ? 3 : 1);
	archive_entry_set_ino(entry, item->inode);
	if (item->target)
		archive_entry_set_symlink(entry, item->target);
	need(archive_write_header(archive, entry) == ARCHIVE_OK);
	need(!item->length || archive_write_data(archive, item->bytes, item->length) == (la_ssize_t)item->length);
	archive_entry_free(entry);
}

struct built build_archive(enum archive_kind kind, const char *filter, const struct entry *entries, size_t count)
{
	struct built built = { NULL, 0, 0 };
	struct archive *archive = writer(
		filter, kind == KIND_TAR ? archive_write_set_format_pax_restricted : archive_write_set_format_cpio_newc, &built);

	for (size_t i = 0; i < count; i++)
		write_entry(archive, &entries[i]);
	need(archive_write_close(archive) == ARCHIVE_OK);
	need(archive_write_free(archive) == ARCHIVE_OK);
	return built;
}

struct built build_compressed(const char *filter, const void *bytes, size_t n)
{
	struct built built = { NULL, 0, 0 };
	struct archive *archive = writer(filter, archive_write_set_format_raw, &built);

	write_entry(archive, &(struct entry){ .path = "raw", .bytes = bytes, .length = n });
	need(archive_write_close(archive) == ARCHIVE_OK);
	need(archive_write_free(archive) == ARCHIVE_OK);
	return built;
}

/* ------------------------------------------------------------------------- RPM */

static void put32(struct built *built, size_t value)
{
	uint8_t bytes[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value };

	built_add(built, bytes, sizeof(bytes));
}

/* A header of string tags (type 6), in the order given; NULL ends the values. */
static void put_rpm_header(struct built *built, const size_t *tags, const char *const *values)
{
	size_t count = 0, size = 0;

	while (values[count])
		size += strlen(values[count++]) + 1;
	built_add(built, "\x8e\xad\xe8\x01\0\0\0\0", 8);
	put32(built, count);
	put32(built, size);
	for (size_t i = 0, at = 0; i < count; i++) {
		put32(built, tags[i]);
		put32(built, 6);
		put32(built, at);
		put32(built, 1);
		at += strlen(values[i]) + 1;
	}
	for (size_t i = 0; i < count; i++)
		built_add(built, values[i], strlen(values[i]) + 1);
}

struct built build_rpm(const char *name, const char *version, const char *release, const struct built *payload)
{
	const size_t signature[] = { 269 }, tags[] = { 1000, 1001, 1002, 1022 };
	const char *const sum[] = { "0123456789abcdef", NULL };
	const char *const values[] = { name, version, release, "x86_64", NULL };
	uint8_t lead[96] = { 0xed, 0xab, 0xee, 0xdb, 3, 0 };
	struct built built = { NULL, 0, 0 };

	built_add(&built, lead, sizeof(lead));
	put_rpm_header(&built, signature, sum);
	while (built.length % 8)
		built_add(&built, "", 1);
	put_rpm_header(&built, tags, values);
	built_add(&built, payload->bytes, payload->length);
	return built;
}

/* --------------------------------------------------------------------- digests */

static char *digest_text(void)
{
	static char texts[4][65];
	static unsigned next;

	return texts[next++ % 4];
}

static const char *digest_hex(const void *bytes, size_t n, size_t size)
{
	struct ddl_digest digest;
	char *text = digest_text();

	ddl_digest_start(&digest, size);
	ddl_digest_add(&digest, bytes, n);
	ddl_digest_end_hex(&digest, text);
	return text;
}

const char *md5_hex(const void *bytes, size_t n)
{
	return digest_hex(bytes, n, DDL_MD5);
}

const char *sha256_hex(const void *bytes, size_t n)
{
	return digest_hex(bytes, n, DDL_SHA256);
}
