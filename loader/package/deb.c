// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds an archive in a Debian package that is read piece by piece, and reads what the package says of itself. */
#include "package/deb.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "base/decompress.h"
#include "base/limits.h"
#include "base/text.h"
#include "module/dud_config.h"

#define MARK "!<arch>\n"
#define SIZE_AT 48U /* of the member, decimal, filled up with blanks */
#define SIZE_LENGTH 10U
#define END_AT 58U

bool ddl_deb_begins(const uint8_t *first, size_t n)
{
	static const char begin[] = MARK "debian-binary";

	return n >= sizeof(begin) - 1 && memcmp(first, begin, sizeof(begin) - 1) == 0;
}

/* Takes up to `wanted` bytes of the header in; true when they are all there. */
static bool take(struct ddl_deb *deb, size_t wanted, const uint8_t **at, const uint8_t *end)
{
	while (*at < end && deb->have < wanted)
		deb->header[deb->have++] = *(*at)++;
	return deb->have == wanted;
}

/* A member's header is whole: is it the data, or passed over? */
static bool begin_member(struct ddl_deb *deb)
{
	const char *digits = (const char *)deb->header + SIZE_AT;
	size_t length = SIZE_LENGTH;
	uint64_t size;

	ddl_text_trim(&digits, &length);
	if (memcmp(deb->header + END_AT, "`\n", 2) != 0 || !ddl_text_number(digits, length, UINT32_MAX * 4ULL, &size))
		return false;
	deb->have = 0;
	deb->data = ddl_text_starts((const char *)deb->header, deb->control ? "control.tar" : "data.tar");
	if (deb->control && ddl_text_starts((const char *)deb->header, "data.tar")) /* too late for it */
		return false;
	if (deb->data)
		deb->left = size;
	else
		deb->skip = size + size % 2;
	return true;
}

ssize_t ddl_deb_feed(struct ddl_deb *deb, const uint8_t *piece, size_t n, const void **bytes)
{
	const uint8_t *at = piece, *end = piece + n;

	while (at < end && !deb->data) {
		size_t rest = (size_t)(end - at), skipped = deb->skip < rest ? (size_t)deb->skip : rest;

		at += skipped;
		deb->skip -= skipped;
		if (deb->skip || !take(deb, deb->begun ? DDL_DEB_HEADER : strlen(MARK), &at, end))
			continue;
		if (deb->begun ? !begin_member(deb) : memcmp(deb->header, MARK, strlen(MARK)) != 0)
			return -1;
		if (!deb->begun)
			deb->have = 0;
		deb->begun = true;
	}
	*bytes = at;
	if ((uint64_t)(end - at) > deb->left)
		end = at + deb->left;
	deb->left -= (uint64_t)(end - at);
	return end - at;
}

/* ------------------------------------------------------------ what it says of itself */

/* Its lines are as those of dud.config; what is continued begins with a blank, and comes behind what is asked for here. */
static int read_fields(struct ddl_arena *arena, const char *text, size_t length, struct ddl_deb_control *control)
{
	struct ddl_dud_line line = { .at = text, .end = text + length };

	while (ddl_dud_next(&line)) {
		const char **to = ddl_dud_is(&line, "package")     ? &control->package :
				  ddl_dud_is(&line, "version")     ? &control->version :
				  ddl_dud_is(&line, "description") ? &control->description :
								     NULL;

		if (to && !**to &&
		    !(*to = ddl_text_keep(arena, line.value,
					  line.value_length < DDL_MAX_NAME ? line.value_length : DDL_MAX_NAME)))
			return -1;
	}
	return 0;
}

/* The file's text, as far as there is room; -1: there is none. */
static la_ssize_t read_control(struct archive *archive, char *text, size_t room)
{
	struct archive_entry *entry;

	while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(entry);

		if (name && strcmp(name + (ddl_text_starts(name, "./") ? 2 : 0), "control") == 0)
			return archive_read_data(archive, text, room);
	}
	return -1;
}

int ddl_deb_control(struct ddl_arena *arena, const uint8_t *bytes, size_t n, struct ddl_deb_control *control,
		    struct ddl_error *error)
{
	struct archive *archive = archive_read_new();
	char text[DDL_MAX_TEXT];
	la_ssize_t got = -1;

	*control = (struct ddl_deb_control){ "", "", "" };
	if (archive && archive_read_support_format_tar(archive) == ARCHIVE_OK && ddl_decompress_filters(archive) == 0 &&
	    archive_read_open_memory(archive, bytes, n) == ARCHIVE_OK)
		got = read_control(archive, text, sizeof(text));
	if (archive)
		(void)archive_read_free(archive); /* reading is over; there is nothing to lose */
	if (got > 0 && read_fields(arena, text, (size_t)got, control) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "control");
	return *control->package ? 0 : ddl_fail(error, DDL_E_UNPACK, 0, _("it does not say what it is: it has no control file"));
}
