/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded view of a relocatable ELF file's sections (System V ABI, chapters 4 and 5;
 * both classes, both byte orders). Nothing is read that is not inside the bytes given.
 */
#ifndef DDL_ELF_H
#define DDL_ELF_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ddl_elf_section {
	uint64_t name, offset, size;
	uint32_t type;
};

struct ddl_elf {
	const uint8_t *bytes;
	size_t length;
	bool wide, big_endian; /* 64 bits; most significant byte first */
	uint64_t table; /* of the sections */
	size_t n_sections;
	struct ddl_elf_section names;
};

enum ddl_elf_fault { DDL_ELF_SOUND, DDL_ELF_NO_ELF, DDL_ELF_NOT_RELOCATABLE, DDL_ELF_BAD_TABLE, DDL_ELF_BAD_NAMES };

/* The image points into `bytes`, which must outlive it. */
enum ddl_elf_fault ddl_elf_open(struct ddl_elf *elf, const uint8_t *bytes, size_t length);

/* `n` bytes at `offset` are inside. */
bool ddl_elf_inside(const struct ddl_elf *elf, uint64_t offset, uint64_t n);

/* A number of `n` bytes at `offset`, which is inside. */
uint64_t ddl_elf_number(const struct ddl_elf *elf, uint64_t offset, unsigned n);

/* The section's header; `index` is below n_sections. Its offset and size are not checked. */
struct ddl_elf_section ddl_elf_section(const struct ddl_elf *elf, size_t index);

bool ddl_elf_named(const struct ddl_elf *elf, const struct ddl_elf_section *section, const char *name);

/* One field of a struct that has two layouts, at `base`. */
#define DDL_ELF_FIELD(elf, base, type, field) \
	((elf)->wide ? ddl_elf_number(elf, (base) + offsetof(Elf64_##type, field), sizeof(((Elf64_##type *)0)->field)) : \
		       ddl_elf_number(elf, (base) + offsetof(Elf32_##type, field), sizeof(((Elf32_##type *)0)->field)))

/* The size of such a struct. */
#define DDL_ELF_SIZE(elf, type) ((elf)->wide ? sizeof(Elf64_##type) : sizeof(Elf32_##type))

#endif
