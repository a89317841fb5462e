// SPDX-License-Identifier: GPL-2.0-or-later
/* Holds files that are signed as a whole against their signatures, in memory. */
#include "session/signed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "medium/unpacked.h"

bool ddl_signed_by_name(const char *name)
{
	return ddl_text_ends_in(name, ".dud");
}

/*
 * How gpg begins a signed message (RFC 4880, 4.2 and 9.3): a signature to come, or a compressed packet that goes on to the
 * file's end. What is packed as in zip or zlib lacks only gzip's words round it to be a file that can be unpacked as others.
 */
static const struct begins {
	uint8_t mark[2];
	uint8_t skip;
	bool packed, gzip;
} beginnings[] = {
	{ { 0x90, 0x0d }, 0, false, false },
	{ { 0xa3, 1 }, 2, true, true },
	{ { 0xa3, 2 }, 4, true, true },
	{ { 0xa3, 3 }, 2, true, false },
};

static const uint8_t gzip_head[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 }, gzip_tail[8];

/* NULL: it holds no signature. */
static const struct begins *begins(int fd)
{
	uint8_t first[2];

	if (ddl_file_read_at(fd, first, sizeof(first), 0) == (ssize_t)sizeof(first))
		for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++)
			if (memcmp(first, beginnings[i].mark, sizeof(first)) == 0)
				return &beginnings[i];
	return NULL;
}

/* Bytes in memory while they are put together. */
struct held {
	struct ddl_stage *stage;
	int fd;
	uint64_t size;
};

static int hold(struct held *held, const void *bytes, size_t n, struct ddl_error *error)
{
	if (ddl_stage_append(held->stage, held->fd, bytes, n, error) < 0)
		return -1;
	held->size += n;
	return 0;
}

static void drop(const struct held *held)
{
	ddl_stage_drop(held->stage, held->fd, held->size);
}

/* The file from `skip` on. */
static int hold_file(struct held *held, int from, uint64_t skip, const char *name, struct ddl_error *error)
{
	DDL_FREE uint8_t *piece = malloc(DDL_MAX_MESSAGE);
	ssize_t n = piece ? 1 : -1;

	while (n > 0 && (n = ddl_file_read_at(from, piece, DDL_MAX_MESSAGE, skip)) > 0) {
		skip += (size_t)n;
		if (skip > DDL_MAX_STAGED_FILE)
			return ddl_fail(error, DDL_E_TOO_LARGE, 0, _("%s is larger than %u bytes"), name,
					(unsigned)DDL_MAX_STAGED_FILE);
		if (hold(held, piece, (size_t)n, error) < 0)
			return -1;
	}
	return n < 0 ? ddl_fail(error, DDL_E_READ, errno, "%s", name) : 0;
}

/* A signed message in memory, no longer compressed. */
static int hold_message(struct ddl_session *session, struct held *held, int from, const struct begins *how, const char *name,
			struct ddl_error *error)
{
	struct held packed;
	struct ddl_confine confine = ddl_session_confine(session);
	int fd;

	if (!how->packed)
		return hold_file(held, from, 0, name, error);
	if ((how->gzip && hold(held, gzip_head, sizeof(gzip_head), error) < 0) ||
	    hold_file(held, from, how->skip, name, error) < 0 ||
	    (how->gzip && hold(held, gzip_tail, sizeof(gzip_tail), error) < 0) || lseek(held->fd, 0, SEEK_SET) < 0)
		return -1;
	packed = *held;
	held->size = 0;
	fd = ddl_unpacked_stage(packed.fd, name, false, session->stage, &confine, &held->size, error);
	drop(&packed);
	held->fd = fd;
	return fd < 0 ? -1 : 0;
}

/* What the message at held->fd holds takes its place. Without gpgv there is no way to it. */
static int open_message(struct ddl_session *session, struct held *held, const char *name, struct ddl_signature *signature,
			struct ddl_error *error)
{
	struct held plain = { session->stage, ddl_stage_create(session->stage, "signed", error), 0 };
	struct ddl_claim claim = { .message = true, .data_fd = held->fd };
	int written = ddl_stage_create(session->stage, "message", error), result = -1;

	claim.plain_fd = written;
	if (plain.fd >= 0 && written >= 0 && ddl_session_check(session, name, &claim, signature, error) == 0)
		result = signature->state == DDL_SIGNED_UNCHECKED ? ddl_fail(error, DDL_E_GPGV, 0, "%s", name) :
			 signature->state == DDL_SIGNED_BAD       ? ddl_fail(error, DDL_E_FORGED, 0, "%s", name) :
								    hold_file(&plain, written, 0, name, error);
	ddl_stage_drop(session->stage, written, 0);
	drop(held);
	*held = plain;
	return result;
}

/* The file as it is, by the signature beside it. */
static int hold_signed(struct ddl_session *session, struct held *held, int from, int asc, const char *name,
		       struct ddl_signature *signature, struct ddl_error *error)
{
	size_t length = 0;
	DDL_FREE char *packet = ddl_file_read(asc, DDL_MAX_SIGNATURE, &length, error);
	struct ddl_claim claim = { .packet = packet, .data_fd = held->fd };

	claim.packet_length = length;
	return packet && hold_file(held, from, 0, name, error) == 0 ? ddl_session_check(session, name, &claim, signature, error) :
								      -1;
}

int ddl_signed_stage(struct ddl_session *session, struct ddl_opened *opened, int fd, int asc, const char *name,
		     struct ddl_error *error)
{
	const struct begins *how = begins(fd);
	struct ddl_signature signature = { .state = DDL_SIGNED_UNREAD };
	struct held held = { .stage = session->stage };
	int result;

	if (!how && asc < 0)
		return 0;
	name = ddl_path_base(name);
	held.fd = ddl_stage_create(session->stage, "signed", error);
	if (held.fd < 0)
		return -1;
	result = how ? hold_message(session, &held, fd, how, name, error) :
		       hold_signed(session, &held, fd, asc, name, &signature, error);
	if (result == 0 && how)
		result = open_message(session, &held, name, &signature, error);
	if (result < 0) {
		drop(&held);
		return -1;
	}
	opened->unpacked = held.fd; /* until all looks are forgotten: it is never read again */
	opened->unpacked_size = held.size;
	opened->signature = signature;
	return 0;
}
