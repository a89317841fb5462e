// SPDX-License-Identifier: GPL-2.0-or-later
/* The sections of a relocatable ELF file, each access held against its bounds. */
#include "module/elf.h"

#include <string.h>

bool ddl_elf_inside(const struct ddl_elf *elf, uint64_t offset, uint64_t n)
{
	return offset <= elf->length && n <= elf->length - offset;
}

uint64_t ddl_elf_number(const struct ddl_elf *elf, uint64_t offset, unsigned n)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < n; i++) {
		unsigned shift = 8 * (elf->big_endian ? n - 1 - i : i);

		value |= (uint64_t)elf->bytes[offset + i] << shift;
	}
	return value;
}

struct ddl_elf_section ddl_elf_section(const struct ddl_elf *elf, size_t index)
{
	uint64_t base = elf->table + index * DDL_ELF_SIZE(elf, Shdr);

	return (struct ddl_elf_section){
		.name = DDL_ELF_FIELD(elf, base, Shdr, sh_name),
		.offset = DDL_ELF_FIELD(elf, base, Shdr, sh_offset),
		.size = DDL_ELF_FIELD(elf, base, Shdr, sh_size),
		.type = (uint32_t)DDL_ELF_FIELD(elf, base, Shdr, sh_type),
	};
}

bool ddl_elf_named(const struct ddl_elf *elf, const struct ddl_elf_section *section, const char *name)
{
	size_t n = strlen(name) + 1;

	return section->name <= elf->names.size && n <= elf->names.size - section->name &&
	       memcmp(elf->bytes + elf->names.offset + section->name, name, n) == 0;
}

enum ddl_elf_fault ddl_elf_open(struct ddl_elf *elf, const uint8_t *bytes, size_t length)
{
	uint64_t count, names;

	*elf = (struct ddl_elf){ .bytes = bytes, .length = length };
	if (length < sizeof(Elf32_Ehdr) || memcmp(bytes, ELFMAG, SELFMAG) != 0)
		return DDL_ELF_NO_ELF;
	elf->wide = bytes[EI_CLASS] == ELFCLASS64;
	elf->big_endian = bytes[EI_DATA] == ELFDATA2MSB;
	if (length < DDL_ELF_SIZE(elf, Ehdr) || DDL_ELF_FIELD(elf, 0, Ehdr, e_type) != ET_REL)
		return DDL_ELF_NOT_RELOCATABLE;
	elf->table = DDL_ELF_FIELD(elf, 0, Ehdr, e_shoff);
	count = DDL_ELF_FIELD(elf, 0, Ehdr, e_shnum);
	names = DDL_ELF_FIELD(elf, 0, Ehdr, e_shstrndx);
	if (DDL_ELF_FIELD(elf, 0, Ehdr, e_shentsize) != DDL_ELF_SIZE(elf, Shdr) ||
	    !ddl_elf_inside(elf, elf->table, count * DDL_ELF_SIZE(elf, Shdr)) || names >= count)
		return DDL_ELF_BAD_TABLE;
	elf->n_sections = (size_t)count;
	elf->names = ddl_elf_section(elf, (size_t)names);
	return ddl_elf_inside(elf, elf->names.offset, elf->names.size) ? DDL_ELF_SOUND : DDL_ELF_BAD_NAMES;
}
