/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The versions of kernel symbols (CONFIG_MODVERSIONS): a checksum of the type of each function
 * and variable that a module uses, which the kernel holds against its own. With them a module
 * of another release is taken, if the rest of its vermagic is the kernel's.
 */
#ifndef DDL_SYMBOL_VERSIONS_H
#define DDL_SYMBOL_VERSIONS_H

#include "base/arena.h"
#include "model/model.h"
#include "module/elf.h"

/*
 * Fills imports (section __versions: struct modversion_info of linux/module.h) and exports (section
 * __ksymtab_strings). A module may have neither. -1: no memory, or more of them than DDL_MAX_SYMBOLS.
 */
int ddl_symbols_read(struct ddl_arena *arena, const struct ddl_elf *elf, struct ddl_module *module, struct ddl_error *error);

/* What is behind the release in a vermagic: "SMP preempt mod_unload modversions ". */
const char *ddl_vermagic_tail(const char *vermagic);

/* Versions that are known, by name. Begins as DDL_SYMBOL_TABLE_INIT; its memory is the arena's. */
struct ddl_symbol_table {
	struct ddl_symbol *symbols; /* in the order of their names */
	size_t n_symbols;
};

/* Adds those that are not in it yet. -1: no memory. */
int ddl_symbol_table_add(struct ddl_arena *arena, struct ddl_symbol_table *table, const struct ddl_symbol *symbols, size_t n);

/* Adds those of a Module.symvers: lines of "0x12345678<TAB>name<TAB>…"; others are passed over. -1: no memory. */
int ddl_symbol_table_text(struct ddl_arena *arena, struct ddl_symbol_table *table, const char *text, size_t length);

/* NULL: not known. */
const struct ddl_symbol *ddl_symbol_table_find(const struct ddl_symbol_table *table, const char *name);

#endif
