// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests a metadata file of generation 3 against repomd.xml, and unpacks it. */
#include "repo_update.h"

#include <archive.h>
#include <archive_entry.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define FIRST_ROOM (256U * 1024U)

void ddl_repomd_sum(const struct ddl_blob *blob, char hex[DDL_SHA256_HEX])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha;

	sha256_init(&sha);
	sha256_update(&sha, blob->length, (const uint8_t *)blob->bytes);
	sha256_digest(&sha, sizeof(digest), digest);
	ddl_text_hex(hex, digest, sizeof(digest));
}

static bool has_sum(const struct ddl_blob *blob, const char *wanted)
{
	char hex[DDL_SHA256_HEX];

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

static struct archive *open_packed(const struct ddl_blob *blob)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;

	/* WARN would mean that an external program is run */
	if (archive && archive_read_support_format_raw(archive) == ARCHIVE_OK &&
	    archive_read_support_filter_gzip(archive) == ARCHIVE_OK &&
	    archive_read_support_filter_bzip2(archive) == ARCHIVE_OK &&
	    archive_read_support_filter_xz(archive) == ARCHIVE_OK &&
	    archive_read_support_filter_zstd(archive) == ARCHIVE_OK &&
	    archive_read_open_memory(archive, blob->bytes, blob->length) == ARCHIVE_OK &&
	    archive_read_next_header(archive, &entry) == ARCHIVE_OK)
		return archive;
	(void)archive_read_free(archive); /* nothing was read; NULL is allowed */
	return NULL;
}

static int unpack(struct archive *archive, const struct ddl_blob *blob, struct ddl_blob *opened, struct ddl_error *error)
{
	char *bytes = NULL;
	size_t room = 0;

	for (;;) {
		la_ssize_t n;

		if (room - opened->length < FIRST_ROOM / 2) {
			char *larger = realloc(bytes, room = room ? 2 * room : FIRST_ROOM);

			if (!larger)
				return ddl_fail(error, DDL_E_MEMORY, 0, "%s", blob->name);
			opened->bytes = bytes = larger;
		}
		n = archive_read_data(archive, bytes + opened->length, room - opened->length);
		if (n == 0)
			return 0;
		if (n < 0)
			return ddl_fail(error, DDL_E_LIST, 0, _("%s: it cannot be unpacked"), blob->name);
		opened->length += (size_t)n;
		if (opened->length > DDL_MAX_PRIMARY_OPEN ||
		    (opened->length > 1024U * 1024U && opened->length / DDL_MAX_RATIO > blob->length))
			return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("%s: it unpacks to more than a list of packages needs"),
					blob->name);
	}
}

int ddl_repomd_open(const struct ddl_blob *blob, const struct ddl_repomd_file *file, struct ddl_blob *opened,
		    struct ddl_error *error)
{
	struct archive *archive;
	int result;

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
	archive = open_packed(blob);
	if (!archive)
		return ddl_fail(error, DDL_E_LIST, 0, _("%s: it cannot be unpacked"), blob->name);
	result = unpack(archive, blob, opened, error);
	(void)archive_read_free(archive); /* reading is over; there is nothing to lose */
	if (result == 0 && file->open_size != UINT64_MAX && file->open_size != opened->length)
		return wrong_size(blob->name, opened->length, file->open_size, error);
	if (result == 0 && file->open_sum && !has_sum(opened, file->open_sum))
		return not_the_one(blob, error);
	return result;
}
