// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests a metadata file of generation 3 against repomd.xml, and unpacks it. */
#include "base/decompress.h"
#include "repository/xenserver_update.h"

#include <string.h>

void ddl_repomd_sum(const struct ddl_blob *blob, char hex[DDL_DIGEST_HEX])
{
	struct ddl_digest sha256;

	ddl_digest_start(&sha256, DDL_SHA256);
	ddl_digest_add(&sha256, blob->bytes, blob->length);
	ddl_digest_end_hex(&sha256, hex);
}

static bool has_sum(const struct ddl_blob *blob, const char *wanted)
{
	char hex[DDL_DIGEST_HEX];

	ddl_repomd_sum(blob, hex);
	return strcmp(hex, wanted) == 0;
}

static int not_the_one(const struct ddl_blob *blob, struct ddl_error *error)
{
	return ddl_fail(error, DDL_E_LIST, 0, _("%s: its SHA-256 is not the one that repomd.xml lists"), blob->name);
}

static int wrong_size(const char *name, size_t length, uint64_t listed, struct ddl_error *error)
{
	return ddl_fail(error, DDL_E_LIST, 0, _("%s: it has %zu bytes, repomd.xml lists %llu"), name, length,
			(unsigned long long)listed);
}

static int unpack(const struct ddl_blob *blob, struct ddl_blob *opened, struct ddl_error *error)
{
	struct ddl_packed packed = { .bytes = blob->bytes, .length = blob->length };
	struct ddl_error why = DDL_ERROR_INIT;

	opened->bytes = (const char *)ddl_decompress(&packed, DDL_MAX_PRIMARY_OPEN, &opened->length, &why);
	if (opened->bytes)
		return 0;
	if (why.code == DDL_E_TOO_LARGE)
		return ddl_fail(error, why.code, 0, _("%s: it unpacks to more than a list of packages needs"), blob->name);
	return why.code == DDL_E_MEMORY ? ddl_fail(error, why.code, 0, "%s", blob->name) :
					  ddl_fail(error, DDL_E_LIST, 0, _("%s: it cannot be unpacked"), blob->name);
}

int ddl_repomd_open(const struct ddl_blob *blob, const struct ddl_repomd_file *file, struct ddl_blob *opened,
		    struct ddl_error *error)
{
	*opened = (struct ddl_blob){ .name = file->href };
	if (!blob)
		return ddl_fail(error, DDL_E_LIST, 0, _("%s: repomd.xml lists it, but it is not there"), file->href);
	if (blob->too_large)
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("%s: more than %u bytes"), blob->name, DDL_MAX_PRIMARY);
	opened->name = blob->name;
	if (file->size != UINT64_MAX && file->size != blob->length)
		return wrong_size(blob->name, blob->length, file->size, error);
	if (!has_sum(blob, file->sum))
		return not_the_one(blob, error);
	if (unpack(blob, opened, error) < 0)
		return -1;
	if (file->open_size != UINT64_MAX && file->open_size != opened->length)
		return wrong_size(blob->name, opened->length, file->open_size, error);
	return !file->open_sum || has_sum(opened, file->open_sum) ? 0 : not_the_one(blob, error);
}
