// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a module's file, decompressed; writes a pack's. */
#include "module/module_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/decompress.h"
#include "base/file.h"
#include "base/limits.h"

uint8_t *ddl_module_file_read(const char *path, size_t *length, struct ddl_error *error)
{
	struct ddl_packed packed = { .fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) };
	uint8_t *bytes = NULL;

	*length = 0;
	if (packed.fd < 0) {
		(void)ddl_fail(error, DDL_E_OPEN, errno, "%s", path);
		return NULL;
	}
	bytes = ddl_decompress(&packed, DDL_MAX_STAGED_FILE, length, error);
	close(packed.fd);
	if (!bytes)
		(void)ddl_fail_in(error, "%s", path);
	return bytes;
}

int ddl_module_file_keep(int directory, const struct ddl_module *module, struct ddl_error *error)
{
	char name[DDL_MAX_PATH];

	snprintf(name, sizeof name, "%s.ko", module->name);
	return ddl_file_replace_from(directory, name, module->file->fd, module->file->size, error);
}
