// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes the RPM header parser: the first byte is the size of the pieces it is fed in. */
#include <stdlib.h>
#include <string.h>

#include "package/rpm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int feed(struct ddl_rpm_parser *parser, const uint8_t *data, size_t size, size_t piece, struct ddl_error *error)
{
	int result = 0;

	for (size_t at = 0; at < size && result == 0; at += piece)
		result = ddl_rpm_parser_feed(parser, data + at, size - at < piece ? size - at : piece, error);
	return result;
}

static void check(const struct ddl_rpm *rpm, size_t size)
{
	const char *const texts[] = {
		rpm->name, rpm->version, rpm->release, rpm->arch, rpm->group, rpm->summary, rpm->compressor
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (strlen(texts[i]) >= DDL_MAX_TEXT)
			abort();
	}
	for (size_t i = 0; i < rpm->n_provides; i++) {
		if (strlen(rpm->provides[i].name) > size || strlen(rpm->provides[i].version) > size)
			abort();
	}
	if (!*rpm->name || rpm->payload_offset > size)
		abort();
}

/* Every byte of the packet and of what it is over is there, in the order of the file. */
static void check_signed(const struct ddl_rpm_parser *parser, const uint8_t *data, size_t size)
{
	struct ddl_rpm_signed found;
	unsigned sum = 0;

	if (!ddl_rpm_parser_signed(parser, &found))
		return;
	for (size_t i = 0; i < found.packet_length; i++)
		sum += found.packet[i];
	if (found.packet_length > DDL_MAX_SIGNATURE || sum > 255U * DDL_MAX_SIGNATURE || found.data_offset > size ||
	    found.data_length > size - found.data_offset || memcmp(found.data, data + found.data_offset, found.data_length) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ddl_rpm_parser *parser = ddl_rpm_parser_new(), *whole = ddl_rpm_parser_new();
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_rpm rpm;
	int result;

	if (!parser || !whole || !arena || !size)
		goto out;
	/* the answer may not depend on the pieces */
	result = feed(parser, data + 1, size - 1, data[0] ? data[0] : 256, &error);
	if (feed(whole, data + 1, size - 1, size, NULL) != result)
		abort();
	check_signed(whole, data + 1, size - 1);
	if (ddl_rpm_parser_finish(parser, arena, &rpm, &error)) {
		if (error.code != DDL_E_RPM || !*error.text)
			abort();
	} else {
		if (result != 1)
			abort();
		check(&rpm, size);
	}
out:
	ddl_rpm_parser_free(parser);
	ddl_rpm_parser_free(whole);
	ddl_arena_free(arena);
	return 0;
}
