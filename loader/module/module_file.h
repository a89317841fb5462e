/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A module's file: from the installer's own tree, as bytes, whatever it is compressed with;
 * and a pack's, written down.
 */
#ifndef DDL_MODULE_FILE_H
#define DDL_MODULE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "model/model.h"

/*
 * The uncompressed bytes (.ko, .ko.gz, .ko.xz, .ko.zst), to be freed; at most
 * DDL_MAX_STAGED_FILE of them. NULL and the error: DDL_E_OPEN, DDL_E_TOO_LARGE, …
 */
uint8_t *ddl_module_file_read(const char *path, size_t *length, struct ddl_error *error) DDL_MUST_CHECK;

/*
 * Writes the module's staged bytes to "NAME.ko" in `directory`, in place of what is there.
 * -1 and the error; then that stays.
 */
int ddl_module_file_keep(int directory, const struct ddl_module *module, struct ddl_error *error) DDL_MUST_CHECK;

#endif
