// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads parameters' defaults out of a module: section __param is an array of struct
 * kernel_param (linux/include/linux/moduleparam.h), whose pointers are relocations: the
 * first to the name, the last to the variable, one between them to the type's functions
 * (param_ops_int, …). The variable's first bytes, in .data or .bss, are the default.
 */
#include "param_defaults.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "elf_image.h"
#include "limits.h"

/* Where a pointer leads once the module is loaded: into a section, or to a symbol elsewhere. */
struct target {
	uint64_t section, offset; /* section SHN_UNDEF: outside the module */
	const char *symbol;       /* "" for a section's own */
};

struct relocations {
	const struct ddl_elf *elf;
	struct ddl_elf_section section; /* of the relocations */
	struct ddl_elf_section symbols, strings, place;
	size_t entry, count;
	bool addends;
};

/* --------------------------------------------------------------- relocations */

/* The relocations of section number `place`; false when it has none that are sound. */
static bool find_relocations(const struct ddl_elf *elf, size_t place, struct relocations *found)
{
	for (size_t i = 0; i < elf->n_sections; i++) {
		struct ddl_elf_section section = ddl_elf_section(elf, i);

		if ((section.type != SHT_RELA && section.type != SHT_REL) || section.info != place)
			continue;
		*found = (struct relocations){ .elf = elf, .section = section, .addends = section.type == SHT_RELA };
		found->entry = found->addends ? DDL_ELF_SIZE(elf, Rela) : DDL_ELF_SIZE(elf, Rel);
		found->count = (size_t)(section.size / found->entry);
		found->place = ddl_elf_section(elf, place);
		if (section.link >= elf->n_sections)
			return false;
		found->symbols = ddl_elf_section(elf, section.link);
		if (found->symbols.link >= elf->n_sections)
			return false;
		found->strings = ddl_elf_section(elf, found->symbols.link);
		return ddl_elf_inside(elf, section.offset, section.size) &&
		       ddl_elf_inside(elf, found->symbols.offset, found->symbols.size) &&
		       ddl_elf_inside(elf, found->strings.offset, found->strings.size);
	}
	return false;
}

static uint64_t place_of(const struct relocations *from, size_t index)
{
	return DDL_ELF_FIELD(from->elf, from->section.offset + index * from->entry, Rel, r_offset);
}

/* The text at `offset` of a section; NULL when it does not end inside. */
static const char *text_at(const struct ddl_elf *elf, const struct ddl_elf_section *section, uint64_t offset)
{
	const char *text;

	if (section->type == SHT_NOBITS || offset >= section->size ||
	    !ddl_elf_inside(elf, section->offset, section->size))
		return NULL;
	text = (const char *)elf->bytes + section->offset + offset;
	return memchr(text, '\0', (size_t)(section->size - offset)) ? text : NULL;
}

static bool resolve(const struct relocations *from, size_t index, struct target *target)
{
	const struct ddl_elf *elf = from->elf;
	uint64_t base = from->section.offset + index * from->entry;
	uint64_t info = DDL_ELF_FIELD(elf, base, Rel, r_info);
	uint64_t symbol = elf->wide ? ELF64_R_SYM(info) : ELF32_R_SYM((uint32_t)info);
	unsigned pointer = elf->wide ? 8 : 4;
	uint64_t at, addend;

	if (symbol >= from->symbols.size / DDL_ELF_SIZE(elf, Sym))
		return false;
	at = from->symbols.offset + symbol * DDL_ELF_SIZE(elf, Sym);
	if (from->addends) {
		addend = DDL_ELF_FIELD(elf, base, Rela, r_addend);
	} else {
		uint64_t place = place_of(from, index);

		if (place > from->place.size || pointer > from->place.size - place ||
		    !ddl_elf_inside(elf, from->place.offset, from->place.size))
			return false;
		addend = ddl_elf_number(elf, from->place.offset + place, pointer);
	}
	target->section = DDL_ELF_FIELD(elf, at, Sym, st_shndx);
	target->offset = DDL_ELF_FIELD(elf, at, Sym, st_value) + addend;
	if (!elf->wide)
		target->offset &= UINT32_MAX;
	target->symbol = text_at(elf, &from->strings, DDL_ELF_FIELD(elf, at, Sym, st_name));
	return target->symbol && target->section < elf->n_sections;
}

/* The pointer stored at `offset` of the section; false when nothing is relocated there. */
static bool pointer_at(const struct relocations *from, uint64_t offset, struct target *target)
{
	for (size_t i = 0; i < from->count; i++)
		if (place_of(from, i) == offset)
			return resolve(from, i, target);
	return false;
}

/* ------------------------------------------------------------- one parameter */

/*
 * struct kernel_param has had three layouts, all with a name first and the variable last;
 * the right size is the one that has a name at each of its multiples. 0: none of them.
 */
static uint64_t entry_size(const struct relocations *from)
{
	unsigned pointer = from->elf->wide ? 8 : 4;
	const uint64_t sizes[] = { 5 * pointer, 4 * pointer };

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		uint64_t size = sizes[i], at = 0;
		struct target target;

		if (!from->place.size || from->place.size % size)
			continue;
		while (at < from->place.size && pointer_at(from, at, &target) && target.section != SHN_UNDEF)
			at += size;
		if (at == from->place.size)
			return size;
	}
	return 0;
}

static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
			return false;
	return *a == *b;
}

/* The type's word in the entry: "int" for param_ops_int or, before 2.6.36, param_get_int; "" for none. */
static const char *type_of(const struct relocations *from, uint64_t entry, uint64_t size)
{
	for (size_t i = 0; i < from->count; i++) {
		struct target target;

		if (place_of(from, i) < entry || place_of(from, i) >= entry + size || !resolve(from, i, &target))
			continue;
		if (target.section == SHN_UNDEF && (strncmp(target.symbol, "param_ops_", 10) == 0 ||
						    strncmp(target.symbol, "param_get_", 10) == 0))
			return target.symbol + 10;
	}
	return "";
}

static bool is_named(const struct relocations *from, uint64_t entry, const char *name)
{
	struct ddl_elf_section section;
	struct target target;
	const char *own;

	if (!pointer_at(from, entry, &target))
		return false;
	section = ddl_elf_section(from->elf, (size_t)target.section);
	own = text_at(from->elf, &section, target.offset);
	return own && same_name(own, name);
}

/* ------------------------------------------------------------- its variable */

/* The number of `n` bytes that the variable begins with; .bss is zero. */
static bool number_at(const struct ddl_elf *elf, const struct target *variable, unsigned n, uint64_t *number)
{
	struct ddl_elf_section section = ddl_elf_section(elf, (size_t)variable->section);

	if (variable->offset > section.size || n > section.size - variable->offset)
		return false;
	*number = 0;
	if (section.type == SHT_NOBITS)
		return true;
	if (!ddl_elf_inside(elf, section.offset, section.size))
		return false;
	*number = ddl_elf_number(elf, section.offset + variable->offset, n);
	return true;
}

static enum ddl_param_default text_default(const struct ddl_elf *elf, const struct target *variable,
					   char *to, size_t room)
{
	struct relocations from;
	struct ddl_elf_section section;
	struct target target;
	const char *text;
	uint64_t number;

	if (!number_at(elf, variable, elf->wide ? 8 : 4, &number))
		return DDL_PARAM_UNKNOWN;
	if (!find_relocations(elf, (size_t)variable->section, &from) ||
	    !pointer_at(&from, variable->offset, &target)) {
		snprintf(to, room, "(null)");
		return number ? DDL_PARAM_UNKNOWN : DDL_PARAM_KNOWN;
	}
	section = ddl_elf_section(elf, (size_t)target.section);
	text = text_at(elf, &section, target.offset);
	if (target.section == SHN_UNDEF || !text || strlen(text) >= room)
		return DDL_PARAM_UNKNOWN;
	snprintf(to, room, "%s", text);
	return DDL_PARAM_KNOWN;
}

/* As the kernel's param_get_…() (linux/kernel/params.c) writes them. 0 for pointers' own size. */
static const struct type {
	const char *word;
	unsigned bytes;
	char format; /* i: signed, u: unsigned, x: hexadecimal, b: Y or N, n: N or Y */
} types[] = {
	{ "byte", 1, 'u' }, { "short", 2, 'i' }, { "ushort", 2, 'u' }, { "int", 4, 'i' }, { "uint", 4, 'u' },
	{ "long", 0, 'i' }, { "ulong", 0, 'u' }, { "ullong", 8, 'u' }, { "hexint", 4, 'x' },
	{ "bool", 1, 'b' }, { "bool_enable_only", 1, 'b' }, { "invbool", 1, 'n' }, { "bint", 4, 'i' },
};

static enum ddl_param_default number_default(const struct ddl_elf *elf, const struct target *variable,
					     const struct type *type, char *to, size_t room)
{
	unsigned bytes = type->bytes ? type->bytes : elf->wide ? 8 : 4;
	uint64_t number, sign = (uint64_t)1 << (8 * bytes - 1);

	if (!number_at(elf, variable, bytes, &number))
		return DDL_PARAM_UNKNOWN;
	switch (type->format) {
	case 'i': /* the sign spread over the upper bits */
		snprintf(to, room, "%" PRId64, (int64_t)((number ^ sign) - sign));
		break;
	case 'x':
		snprintf(to, room, "%#" PRIx64, number);
		break;
	case 'b':
		snprintf(to, room, "%s", number ? "Y" : "N");
		break;
	case 'n':
		snprintf(to, room, "%s", number ? "N" : "Y");
		break;
	default:
		snprintf(to, room, "%" PRIu64, number);
		break;
	}
	return DDL_PARAM_KNOWN;
}

static enum ddl_param_default default_of(const struct relocations *from, uint64_t entry, uint64_t size,
					 char *to, size_t room)
{
	const char *word = type_of(from, entry, size);
	struct target variable;

	if (!pointer_at(from, entry + size - (from->elf->wide ? 8 : 4), &variable) ||
	    variable.section == SHN_UNDEF)
		return DDL_PARAM_UNKNOWN;
	if (strcmp(word, "charp") == 0)
		return text_default(from->elf, &variable, to, room);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcmp(types[i].word, word) == 0)
			return number_default(from->elf, &variable, &types[i], to, room);
	return DDL_PARAM_UNKNOWN;
}

/* Section __param and its relocations. */
static bool find_params(const struct ddl_elf *elf, struct relocations *found)
{
	for (size_t i = 0; i < elf->n_sections; i++) {
		struct ddl_elf_section section = ddl_elf_section(elf, i);

		if (section.type == SHT_PROGBITS && ddl_elf_named(elf, &section, "__param"))
			return section.size <= DDL_MAX_PARAM_SECTION && find_relocations(elf, i, found);
	}
	return false;
}

enum ddl_param_default ddl_param_default(const uint8_t *bytes, size_t length, const char *name,
					 char *to, size_t room)
{
	struct relocations from;
	struct ddl_elf elf;
	uint64_t size;

	if (ddl_elf_open(&elf, bytes, length) != DDL_ELF_SOUND || !find_params(&elf, &from))
		return DDL_PARAM_NONE;
	size = entry_size(&from);
	if (!size)
		return DDL_PARAM_UNKNOWN;
	for (uint64_t entry = 0; entry < from.place.size; entry += size)
		if (is_named(&from, entry, name))
			return default_of(&from, entry, size, to, room);
	return DDL_PARAM_NONE;
}
