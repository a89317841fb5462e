/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel module says of itself, from its bytes (ELF, section .modinfo, signature
 * trailer). libkmod would do this for a module that has a path; a child that has no file
 * system has bytes only, so this small bounded reader is ours. Inserting is libkmod's.
 */
#ifndef DDL_MODINFO_H
#define DDL_MODINFO_H

#include "base/arena.h"
#include "base/attributes.h"
#include "model/model.h"

/* Fills what the module's bytes say, all before `file`. DDL_E_MODULE with what is wrong. */
int ddl_modinfo_read(struct ddl_arena *arena, const char *path, const uint8_t *bytes, size_t length, struct ddl_module *module,
		     struct ddl_error *error) DDL_MUST_CHECK;

#endif
