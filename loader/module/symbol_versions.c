// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the versions of symbols from modules and from Module.symvers, and keeps a table of them. */
#include "module/symbol_versions.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

#define ENTRY 64U /* of __versions: an unsigned long and the name, which fills the rest */

static bool find_section(const struct ddl_elf *elf, const char *name, struct ddl_elf_section *found)
{
	for (size_t i = 0; i < elf->n_sections; i++) {
		*found = ddl_elf_section(elf, i);
		if (found->type == SHT_PROGBITS && ddl_elf_named(elf, found, name))
			return ddl_elf_inside(elf, found->offset, found->size);
	}
	return false;
}

static const char *keep_name(struct ddl_arena *arena, const uint8_t *bytes, size_t room)
{
	char *name = ddl_arena_dupn(arena, bytes, strnlen((const char *)bytes, room));

	if (name)
		ddl_text_clean_in_place(name);
	return name;
}

static int too_many(const struct ddl_module *module, struct ddl_error *error)
{
	return ddl_fail(error, DDL_E_MODULE, 0, _("%s: too many or too long entries"), module->path);
}

static int no_memory(const struct ddl_module *module, struct ddl_error *error)
{
	return ddl_fail(error, DDL_E_MEMORY, 0, "%s", module->path);
}

static int read_imports(struct ddl_arena *arena, const struct ddl_elf *elf, struct ddl_module *module, struct ddl_error *error)
{
	unsigned word = elf->wide ? 8 : 4;
	struct ddl_elf_section section;
	size_t n = find_section(elf, "__versions", &section) ? (size_t)(section.size / ENTRY) : 0;

	if (n > DDL_MAX_SYMBOLS)
		return too_many(module, error);
	module->imports = n ? ddl_arena_alloc(arena, n, sizeof(*module->imports)) : NULL;
	if (n && !module->imports)
		return no_memory(module, error);
	module->n_imports = n;
	for (size_t i = 0; i < n; i++) {
		uint64_t at = section.offset + i * ENTRY;

		module->imports[i].version = (uint32_t)ddl_elf_number(elf, at, word);
		module->imports[i].name = keep_name(arena, elf->bytes + at + word, ENTRY - word);
		if (!module->imports[i].name)
			return no_memory(module, error);
	}
	return 0;
}

/* Namespaces stand among the names, mostly "". */
static int read_exports(struct ddl_arena *arena, const struct ddl_elf *elf, struct ddl_module *module, struct ddl_error *error)
{
	struct ddl_elf_section section;
	size_t left = find_section(elf, "__ksymtab_strings", &section) ? (size_t)section.size : 0;
	const uint8_t *at = left ? elf->bytes + section.offset : NULL;

	while (left) {
		size_t n = strnlen((const char *)at, left);
		const char **slot;

		if (n > DDL_MAX_NAME || module->n_exports >= DDL_MAX_SYMBOLS)
			return too_many(module, error);
		slot = n ? ddl_arena_push(arena, &module->exports, &module->n_exports, sizeof(*slot)) : NULL;
		if (n && (!slot || !(*slot = keep_name(arena, at, n))))
			return no_memory(module, error);
		n += n < left; /* the NUL behind it */
		at += n;
		left -= n;
	}
	return 0;
}

int ddl_symbols_read(struct ddl_arena *arena, const struct ddl_elf *elf, struct ddl_module *module, struct ddl_error *error)
{
	return read_imports(arena, elf, module, error) < 0 ? -1 : read_exports(arena, elf, module, error);
}

const char *ddl_vermagic_tail(const char *vermagic)
{
	const char *tail = vermagic + strcspn(vermagic, " ");

	return tail + strspn(tail, " ");
}

/* --------------------------------------------------------------------- tables */

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct ddl_symbol *)a)->name, ((const struct ddl_symbol *)b)->name);
}

const struct ddl_symbol *ddl_symbol_table_find(const struct ddl_symbol_table *table, const char *name)
{
	const struct ddl_symbol wanted = { .name = name };

	return table->n_symbols ? bsearch(&wanted, table->symbols, table->n_symbols, sizeof(wanted), compare) : NULL;
}

int ddl_symbol_table_add(struct ddl_arena *arena, struct ddl_symbol_table *table, const struct ddl_symbol *symbols, size_t n)
{
	const struct ddl_symbol_table before = *table;

	for (size_t i = 0; i < n; i++) {
		struct ddl_symbol *slot;

		if (ddl_symbol_table_find(&before, symbols[i].name))
			continue;
		slot = ddl_arena_push(arena, &table->symbols, &table->n_symbols, sizeof(*slot));
		if (!slot)
			return -1;
		*slot = symbols[i];
	}
	if (table->n_symbols > before.n_symbols)
		qsort(table->symbols, table->n_symbols, sizeof(*table->symbols), compare);
	return 0;
}

/* "0x3a2c4b19<TAB>scsi_add_host_with_dma<TAB>drivers/scsi/scsi_mod<TAB>EXPORT_SYMBOL" */
static int take_line(struct ddl_arena *arena, const char *line, size_t length, struct ddl_symbol **symbols, size_t *n)
{
	const char *name = memchr(line, '\t', length), *end;
	struct ddl_symbol *slot;
	uint64_t version = 0;

	end = name ? memchr(name + 1, '\t', length - (size_t)(name + 1 - line)) : NULL;
	if (!end || name - line < 3 || memcmp(line, "0x", 2) != 0)
		return 0;
	for (const char *digit = line + 2; digit < name; digit++) {
		if (!strchr("0123456789abcdef", *digit))
			return 0;
		version = version << 4 | (uint64_t)(*digit <= '9' ? *digit - '0' : *digit - 'a' + 10);
	}
	slot = ddl_arena_push(arena, symbols, n, sizeof(*slot));
	if (!slot)
		return -1;
	*slot = (struct ddl_symbol){ ddl_arena_dupn(arena, name + 1, (size_t)(end - name - 1)), (uint32_t)version };
	return slot->name ? 0 : -1;
}

int ddl_symbol_table_text(struct ddl_arena *arena, struct ddl_symbol_table *table, const char *text, size_t length)
{
	struct ddl_symbol *symbols = NULL;
	size_t n = 0;

	while (length) {
		const char *end = memchr(text, '\n', length);
		size_t line = end ? (size_t)(end - text) : length;

		if (take_line(arena, text, line, &symbols, &n) < 0)
			return -1;
		line += end != NULL;
		text += line;
		length -= line;
	}
	return ddl_symbol_table_add(arena, table, symbols, n);
}
