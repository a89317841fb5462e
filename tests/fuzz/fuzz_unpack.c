// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the reading of packages, checksum right, so that all of it is reached. The first
 * byte is the type, the second the size of the pieces.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "medium/files.h"
#include "package/unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	struct ddl_reader reader;
	const uint8_t *data;
	size_t size, at, piece;
};

static ssize_t read_input(struct ddl_reader *reader, void *buffer, size_t n, struct ddl_error *error)
{
	struct input *input = reader->ctx;

	(void)error;
	n = n > input->piece ? input->piece : n;
	n = n > input->size - input->at ? input->size - input->at : n;
	memcpy(buffer, input->data + input->at, n);
	input->at += n;
	return (ssize_t)n;
}

static void check(const struct ddl_unpacking *reading)
{
	const struct ddl_package *package = reading->package;

	if (package->n_files > DDL_MAX_PACKAGE_FILES || package->n_modules > DDL_MAX_MODULES ||
	    reading->n_held > package->n_files)
		abort();
	if ((package->state == DDL_PKG_BAD) != (package->trouble.code != DDL_OK) || package->state == DDL_PKG_UNREAD)
		abort();
	for (size_t i = 0; i < package->n_files; i++) {
		const char *path = package->files[i]->path;

		if (!*path || *path == '/' || strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0 || strstr(path, "/../") ||
		    ddl_text_ends(path, "/.."))
			abort();
	}
	for (size_t i = 0; i < reading->n_held && package->state == DDL_PKG_STAGED; i++)
		if (reading->held[i].length != reading->held[i].file->size || reading->held[i].length > DDL_MAX_STAGED_FILE)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_package package = {
		.label = "x", .kernel = "", .file = "sub/a.ko", .root = "", .options = "", .version = "", .fd = -1
	};
	struct ddl_unpacking reading = { .arena = arena, .package = &package, .unpack = true };
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_digest md5;
	char hex[DDL_DIGEST_HEX];
	struct input input;

	if (size < 2 || !arena)
		goto end;
	input = (struct input){ .data = data + 2, .size = size - 2, .piece = data[1] ? data[1] : 65536 };
	input.reader = (struct ddl_reader){ .read = read_input, .name = "a", .size = size - 2, .ctx = &input };
	ddl_digest_start(&md5, DDL_MD5);
	ddl_digest_add(&md5, data + 2, size - 2);
	ddl_digest_end_hex(&md5, hex);
	package.type = (enum ddl_package_type)(data[0] % 6);
	package.size = size - 2;
	package.digest = hex;
	if (ddl_unpack(&reading, &input.reader, &error) < 0)
		abort(); /* nobody stopped it */
	check(&reading);
end:
	ddl_unpack_held_free(&reading);
	ddl_arena_free(arena);
	return 0;
}
