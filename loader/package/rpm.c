// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads what an RPM file says of itself before its payload: lead, signature, header. */
#include "package/rpm.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define LEAD_SIZE 96U
#define INTRO_SIZE 16U /* magic, four reserved bytes, number of entries, size of the data */
#define ENTRY_SIZE 16U /* tag, type, offset, count: big-endian 32-bit numbers */
#define FIRST_ROOM 4096U

static const uint8_t lead_magic[4] = { 0xed, 0xab, 0xee, 0xdb };
static const uint8_t header_magic[4] = { 0x8e, 0xad, 0xe8, 0x01 };

enum {
	TAG_NAME = 1000,
	TAG_VERSION = 1001,
	TAG_RELEASE = 1002,
	TAG_SUMMARY = 1004,
	TAG_GROUP = 1016,
	TAG_ARCH = 1022,
	TAG_OLDFILENAMES = 1027,
	TAG_PROVIDENAME = 1047,
	TAG_REQUIRENAME = 1049,
	TAG_PROVIDEFLAGS = 1112,
	TAG_PROVIDEVERSION = 1113,
	TAG_BASENAMES = 1117,
	TAG_DIRNAMES = 1118,
	TAG_PAYLOADCOMPRESSOR = 1125,
	TAG_PAYLOADDIGEST = 5092,
	TAG_PAYLOADDIGESTALGO = 5093
};

/* In the signature: an OpenPGP packet over the header, or (the old ones) over header and payload. */
enum { TAG_DSA = 267, TAG_RSA = 268, TAG_PGP = 1002, TAG_GPG = 1005 };

#define ALGORITHM_SHA256 8U /* RFC 4880, 9.4 */

enum { TYPE_INT32 = 4, TYPE_STRING = 6, TYPE_BINARY = 7, TYPE_STRING_ARRAY = 8, TYPE_I18NSTRING = 9 };

/* What the next bytes of the file are. */
enum stage { LEAD, SIGNATURE_INTRO, SIGNATURE, HEADER_INTRO, HEADER, WHOLE, BAD };

/* A header structure as it comes in: its intro, index and data. */
struct block {
	uint32_t entries, data_size;
	uint8_t *bytes;
	size_t length, room;
};

struct ddl_rpm_parser {
	enum stage stage;
	uint64_t offset; /* bytes of the file that were taken so far */
	size_t wanted; /* bytes of this stage that are still to come */
	uint8_t intro[LEAD_SIZE]; /* lead or intro, as it comes in */
	size_t intro_length;
	struct block signature, header;
	struct ddl_error error; /* told again if it is fed again */
};

struct entry {
	uint32_t tag, type, offset, count;
};

static uint32_t big_endian(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

struct ddl_rpm_parser *ddl_rpm_parser_new(void)
{
	struct ddl_rpm_parser *parser = calloc(1, sizeof(*parser));

	if (parser)
		parser->wanted = LEAD_SIZE;
	return parser;
}

void ddl_rpm_parser_free(struct ddl_rpm_parser *parser)
{
	if (!parser)
		return;
	free(parser->signature.bytes);
	free(parser->header.bytes);
	free(parser);
}

/* ------------------------------------------------------------------- feeding */

/* Called as soon as some of the lead is there: what is no RPM is told after its first byte. */
static int check_lead(const struct ddl_rpm_parser *parser, struct ddl_error *error)
{
	size_t n = parser->intro_length;

	if (memcmp(parser->intro, lead_magic, n < sizeof(lead_magic) ? n : sizeof(lead_magic)) != 0)
		return ddl_fail(error, DDL_E_RPM, 0, _("does not begin as an RPM file does"));
	if (n >= 8 && parser->intro[6] == 0 && parser->intro[7] == 1)
		return ddl_fail(error, DDL_E_RPM, 0, _("is a source package, with no driver in it"));
	return 0;
}

/* Grows by doubling as bytes really arrive, so that a size that is a lie costs no memory. */
static int keep(struct block *block, const uint8_t *bytes, size_t n, struct ddl_error *error)
{
	if (block->room - block->length < n) {
		size_t room = block->room ? block->room : FIRST_ROOM;
		uint8_t *larger;

		while (room - block->length < n)
			room *= 2;
		larger = realloc(block->bytes, room);
		if (!larger)
			return ddl_fail(error, DDL_E_MEMORY, 0, _("the RPM's header"));
		block->bytes = larger;
		block->room = room;
	}
	memcpy(block->bytes + block->length, bytes, n);
	block->length += n;
	return 0;
}

/* Reads and keeps an intro; `size` is what follows it: index and data. */
static int read_intro(const struct ddl_rpm_parser *parser, struct block *block, size_t *size, struct ddl_error *error)
{
	if (memcmp(parser->intro, header_magic, sizeof(header_magic)) != 0)
		return ddl_fail(error, DDL_E_RPM, 0, _("no RPM header at byte %llu"),
				(unsigned long long)(parser->offset - INTRO_SIZE));
	block->entries = big_endian(parser->intro + 8);
	block->data_size = big_endian(parser->intro + 12);
	if (block->entries == 0 || block->entries > DDL_MAX_RPM_TAGS)
		return ddl_fail(error, DDL_E_RPM, 0, _("the header at byte %llu says it has %lu entries"),
				(unsigned long long)(parser->offset - INTRO_SIZE), (unsigned long)block->entries);
	*size = (size_t)block->entries * ENTRY_SIZE;
	if (DDL_MAX_RPM_HEADER - *size < block->data_size)
		return ddl_fail(error, DDL_E_RPM, 0, _("the header at byte %llu says it has %lu bytes of data"),
				(unsigned long long)(parser->offset - INTRO_SIZE), (unsigned long)block->data_size);
	*size += block->data_size;
	return keep(block, parser->intro, INTRO_SIZE, error);
}

static void next_stage(struct ddl_rpm_parser *parser, enum stage stage, size_t wanted)
{
	parser->stage = stage;
	parser->wanted = wanted;
	parser->intro_length = 0;
}

/* A stage's last byte is in: what comes next? */
static int stage_done(struct ddl_rpm_parser *parser, struct ddl_error *error)
{
	size_t size;

	switch (parser->stage) {
	case LEAD:
		next_stage(parser, SIGNATURE_INTRO, INTRO_SIZE);
		return 0;
	case SIGNATURE_INTRO:
		if (read_intro(parser, &parser->signature, &size, error))
			return -1;
		/* only the signature's data is filled up to a multiple of 8 */
		next_stage(parser, SIGNATURE, size + (8 - parser->signature.data_size % 8) % 8);
		return 0;
	case SIGNATURE:
		next_stage(parser, HEADER_INTRO, INTRO_SIZE);
		return 0;
	case HEADER_INTRO:
		if (read_intro(parser, &parser->header, &size, error))
			return -1;
		next_stage(parser, HEADER, size);
		return 0;
	default:
		next_stage(parser, WHOLE, 0);
		return 0;
	}
}

/* Takes `n` bytes, which all belong to the stage. */
static int take(struct ddl_rpm_parser *parser, const uint8_t *bytes, size_t n, struct ddl_error *error)
{
	switch (parser->stage) {
	case LEAD:
	case SIGNATURE_INTRO:
	case HEADER_INTRO:
		memcpy(parser->intro + parser->intro_length, bytes, n);
		parser->intro_length += n;
		if (parser->stage == LEAD && check_lead(parser, error))
			return -1;
		break;
	case HEADER:
		if (keep(&parser->header, bytes, n, error))
			return -1;
		break;
	default:
		if (keep(&parser->signature, bytes, n, error))
			return -1;
		break;
	}
	parser->offset += n;
	parser->wanted -= n;
	return 0;
}

int ddl_rpm_parser_feed(struct ddl_rpm_parser *parser, const void *bytes, size_t n, struct ddl_error *error)
{
	const uint8_t *from = bytes;

	while (n && parser->stage != WHOLE && parser->stage != BAD) {
		size_t piece = n < parser->wanted ? n : parser->wanted;

		if (take(parser, from, piece, &parser->error) || (!parser->wanted && stage_done(parser, &parser->error))) {
			parser->stage = BAD;
			break;
		}
		from += piece;
		n -= piece;
	}
	if (parser->stage == BAD) {
		if (error)
			*error = parser->error;
		return -1;
	}
	return parser->stage == WHOLE;
}

/* ------------------------------------------------------------------- the tags */

static struct entry entry_at(const struct block *block, uint32_t i)
{
	const uint8_t *at = block->bytes + INTRO_SIZE + (size_t)i * ENTRY_SIZE;
	struct entry entry = { big_endian(at), big_endian(at + 4), big_endian(at + 8), big_endian(at + 12) };

	return entry;
}

/* The bytes from an entry's offset to the end of the data; false when it lies outside. */
static bool entry_bytes(const struct block *block, const struct entry *entry, const uint8_t **bytes, size_t *length)
{
	const uint8_t *data = block->bytes + INTRO_SIZE + (size_t)block->entries * ENTRY_SIZE;

	if (entry->offset >= block->data_size || entry->count == 0)
		return false;
	*bytes = data + entry->offset;
	*length = block->data_size - entry->offset;
	return true;
}

static int bad_tag(const struct entry *entry, struct ddl_error *error)
{
	return ddl_fail(error, DDL_E_RPM, 0, _("tag %lu of its header is damaged"), (unsigned long)entry->tag);
}

/* The first string of an entry, cleaned. Of translated strings the first is the C locale's. */
static int read_string(const struct ddl_rpm_parser *parser, const struct entry *entry, struct ddl_arena *arena, const char **to,
		       struct ddl_error *error)
{
	char clean[DDL_MAX_TEXT];
	const uint8_t *bytes;
	size_t length;

	if (*to)
		return 0; /* the first entry of a tag counts */
	if ((entry->type != TYPE_STRING && entry->type != TYPE_I18NSTRING && entry->type != TYPE_STRING_ARRAY) ||
	    !entry_bytes(&parser->header, entry, &bytes, &length) || !memchr(bytes, 0, length))
		return bad_tag(entry, error);
	(void)ddl_text_clean(clean, sizeof(clean), (const char *)bytes, length);
	*to = ddl_arena_dup(arena, clean);
	return *to ? 0 : ddl_fail(error, DDL_E_MEMORY, 0, _("the RPM's header"));
}

/* The next string of an array, cleaned. */
static int next_string(const struct entry *entry, const uint8_t **bytes, size_t *length, struct ddl_arena *arena, const char **to,
		       struct ddl_error *error)
{
	const uint8_t *end = *length ? memchr(*bytes, 0, *length) : NULL;

	if (!end)
		return bad_tag(entry, error);
	*to = ddl_text_keep(arena, (const char *)*bytes, (size_t)(end - *bytes));
	if (!*to)
		return ddl_fail(error, DDL_E_MEMORY, 0, _("the RPM's header"));
	*length -= (size_t)(end - *bytes) + 1;
	*bytes = end + 1;
	return 0;
}

/* The first entry of this tag, an array of this type with at most DDL_MAX_RPM_PROVIDES elements of `size` bytes or more. */
static int find_array(const struct ddl_rpm_parser *parser, uint32_t tag, uint32_t type, size_t size, struct entry *entry,
		      const uint8_t **bytes, size_t *length, struct ddl_error *error)
{
	for (uint32_t i = 0; i < parser->header.entries; i++) {
		*entry = entry_at(&parser->header, i);
		if (entry->tag != tag)
			continue;
		if ((entry->type != type && !(type == TYPE_STRING_ARRAY && entry->type == TYPE_STRING)) ||
		    !entry_bytes(&parser->header, entry, bytes, length) || entry->count > DDL_MAX_RPM_PROVIDES ||
		    entry->count > *length / size)
			return bad_tag(entry, error);
		return 0;
	}
	*entry = (struct entry){ .tag = tag };
	return 0;
}

/* Their numbers of names, versions and flags must be the same, but that old packages have names alone. */
static int read_provides(const struct ddl_rpm_parser *parser, struct ddl_arena *arena, struct ddl_rpm *rpm,
			 struct ddl_error *error)
{
	struct entry names, versions, flags;
	const uint8_t *name = NULL, *version = NULL, *flag = NULL;
	size_t n_name = 0, n_version = 0, n_flag = 0;

	if (find_array(parser, TAG_PROVIDENAME, TYPE_STRING_ARRAY, 1, &names, &name, &n_name, error) < 0 ||
	    find_array(parser, TAG_PROVIDEVERSION, TYPE_STRING_ARRAY, 1, &versions, &version, &n_version, error) < 0 ||
	    find_array(parser, TAG_PROVIDEFLAGS, TYPE_INT32, 4, &flags, &flag, &n_flag, error) < 0)
		return -1;
	if (versions.count && (versions.count != names.count || flags.count != names.count))
		return bad_tag(&versions, error);
	rpm->provides = ddl_arena_alloc(arena, names.count, sizeof(*rpm->provides));
	if (!rpm->provides)
		return ddl_fail(error, DDL_E_MEMORY, 0, _("the RPM's header"));
	for (; rpm->n_provides < names.count; rpm->n_provides++) {
		struct ddl_rpm_provide *provide = &rpm->provides[rpm->n_provides];

		provide->version = "";
		if (next_string(&names, &name, &n_name, arena, &provide->name, error) < 0)
			return -1;
		if (!versions.count)
			continue;
		/* RPMSENSE_LESS, _GREATER and _EQUAL are 2, 4 and 8 */
		provide->sense = big_endian(flag + 4 * rpm->n_provides) >> 1 & 7;
		if (next_string(&versions, &version, &n_version, arena, &provide->version, error) < 0)
			return -1;
	}
	return 0;
}

/* Which version is wanted is left to who installs it: a disk has what belongs together. */
static int read_requires(const struct ddl_rpm_parser *parser, struct ddl_arena *arena, struct ddl_rpm *rpm,
			 struct ddl_error *error)
{
	const uint8_t *bytes = NULL;
	struct entry names;
	size_t n = 0;

	if (find_array(parser, TAG_REQUIRENAME, TYPE_STRING_ARRAY, 1, &names, &bytes, &n, error) < 0)
		return -1;
	for (uint32_t i = 0; i < names.count && rpm->n_requires < DDL_MAX_DEPENDS; i++) {
		const char *name, **slot;

		if (next_string(&names, &bytes, &n, arena, &name, error) < 0)
			return -1;
		if (!*name || strlen(name) > DDL_MAX_NAME || strpbrk(name, "/("))
			continue;
		slot = ddl_arena_push(arena, &rpm->requires, &rpm->n_requires, sizeof(*slot));
		if (!slot)
			return ddl_fail(error, DDL_E_MEMORY, 0, _("the RPM's header"));
		*slot = name;
	}
	return 0;
}

static bool is_of_driver(const uint8_t *name, size_t n)
{
	static const char *const wanted[] = { "lib/modules/", "lib/firmware/", "modprobe.d/", "udev/rules.d/" };

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (memmem(name, n, wanted[i], strlen(wanted[i])))
			return true;
	return false;
}

static bool is_of_update(const uint8_t *name, size_t n)
{
	return memmem(name, n, "/linux/suse/", 12);
}

static bool is_tar(const uint8_t *name, size_t n)
{
	static const char *const ends[] = { ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (n > strlen(ends[i]) && memcmp(name + n - strlen(ends[i]), ends[i], strlen(ends[i])) == 0)
			return true;
	return false;
}

/* Is one of the array's strings such a name? */
static bool names_one(const struct ddl_rpm_parser *parser, const struct entry *entry, bool (*is)(const uint8_t *name, size_t n))
{
	const uint8_t *bytes;
	size_t length;

	if (entry->type != TYPE_STRING_ARRAY || !entry_bytes(&parser->header, entry, &bytes, &length))
		return false;
	for (uint32_t i = 0; i < entry->count && length; i++) {
		const uint8_t *end = memchr(bytes, 0, length);
		size_t n = end ? (size_t)(end - bytes) : length;

		if (is(bytes, n))
			return true;
		if (!end)
			return false;
		length -= n + 1;
		bytes = end + 1;
	}
	return false;
}

/* Where a tag's string goes; NULL for a tag that is not wanted. */
static const char **place_of(struct ddl_rpm *rpm, uint32_t tag)
{
	switch (tag) {
	case TAG_NAME:
		return &rpm->name;
	case TAG_VERSION:
		return &rpm->version;
	case TAG_RELEASE:
		return &rpm->release;
	case TAG_SUMMARY:
		return &rpm->summary;
	case TAG_GROUP:
		return &rpm->group;
	case TAG_ARCH:
		return &rpm->arch;
	case TAG_PAYLOADCOMPRESSOR:
		return &rpm->compressor;
	default:
		return NULL;
	}
}

static const char *or_nothing(const char *text)
{
	return text ? text : "";
}

int ddl_rpm_parser_finish(struct ddl_rpm_parser *parser, struct ddl_arena *arena, struct ddl_rpm *rpm, struct ddl_error *error)
{
	*rpm = (struct ddl_rpm){ .payload_offset = parser->offset };
	if (parser->stage == BAD) {
		if (error)
			*error = parser->error;
		return -1;
	}
	if (parser->stage != WHOLE)
		return ddl_fail(error, DDL_E_RPM, 0, _("it ends after %llu bytes, before its header does"),
				(unsigned long long)parser->offset);
	for (uint32_t i = 0; i < parser->header.entries; i++) {
		struct entry entry = entry_at(&parser->header, i);
		const char **place = place_of(rpm, entry.tag);

		if (place && read_string(parser, &entry, arena, place, error))
			return -1;
		/* directories' names, in old packages those of files */
		if (entry.tag == TAG_DIRNAMES || entry.tag == TAG_OLDFILENAMES) {
			rpm->of_driver = rpm->of_driver || names_one(parser, &entry, is_of_driver);
			rpm->of_update = rpm->of_update || names_one(parser, &entry, is_of_update);
		}
		if (entry.tag == TAG_BASENAMES || entry.tag == TAG_OLDFILENAMES)
			rpm->of_tar = rpm->of_tar || names_one(parser, &entry, is_tar);
	}
	if (read_provides(parser, arena, rpm, error) || read_requires(parser, arena, rpm, error))
		return -1;
	if (!rpm->name || !*rpm->name || !rpm->version || !*rpm->version || !rpm->release || !*rpm->release)
		return ddl_fail(error, DDL_E_RPM, 0, _("its header has no name, version or release"));
	rpm->arch = or_nothing(rpm->arch);
	rpm->group = or_nothing(rpm->group);
	rpm->summary = or_nothing(rpm->summary);
	rpm->compressor = or_nothing(rpm->compressor);
	return 0;
}

/* RPMTAG_PAYLOADDIGEST: the SHA-256 of the payload as it is in the file. */
static bool read_payload_digest(const struct block *header, uint8_t *digest)
{
	bool sha256 = false, found = false;

	for (uint32_t i = 0; i < header->entries; i++) {
		struct entry entry = entry_at(header, i);
		const uint8_t *bytes;
		size_t length;

		if ((entry.tag != TAG_PAYLOADDIGEST && entry.tag != TAG_PAYLOADDIGESTALGO) ||
		    !entry_bytes(header, &entry, &bytes, &length))
			continue;
		if (entry.tag == TAG_PAYLOADDIGEST)
			found = (entry.type == TYPE_STRING || entry.type == TYPE_STRING_ARRAY) && memchr(bytes, 0, length) &&
				ddl_text_unhex((const char *)bytes, digest, 32);
		else
			sha256 = entry.type == TYPE_INT32 && length >= 4 && big_endian(bytes) == ALGORITHM_SHA256;
	}
	return sha256 && found;
}

/* Which signature is the better one; 0: it is none. */
static int worth(uint32_t tag, bool tied)
{
	return tag == TAG_RSA ? 4 : tag == TAG_DSA ? 3 : tag == TAG_PGP ? (tied ? 2 : 6) : tag == TAG_GPG ? (tied ? 1 : 5) : 0;
}

bool ddl_rpm_parser_signed(const struct ddl_rpm_parser *parser, struct ddl_rpm_signed *to)
{
	int best = 0;

	*to = (struct ddl_rpm_signed){ .data = parser->header.bytes, .data_length = parser->header.length };
	if (parser->stage != WHOLE)
		return false;
	to->data_offset = parser->offset - parser->header.length;
	to->tied = read_payload_digest(&parser->header, to->payload_digest);
	for (uint32_t i = 0; i < parser->signature.entries; i++) {
		struct entry entry = entry_at(&parser->signature, i);
		int more = worth(entry.tag, to->tied);
		const uint8_t *bytes;
		size_t length;

		if (more <= best)
			continue;
		best = more;
		to->payload_too = entry.tag == TAG_PGP || entry.tag == TAG_GPG;
		to->packet_length = 0; /* one that is damaged is a bad signature, not none */
		if (entry.type == TYPE_BINARY && entry_bytes(&parser->signature, &entry, &bytes, &length) &&
		    entry.count <= length && entry.count <= DDL_MAX_SIGNATURE) {
			to->packet = bytes;
			to->packet_length = entry.count;
		}
	}
	to->tied = to->tied && !to->payload_too;
	return best > 0;
}
