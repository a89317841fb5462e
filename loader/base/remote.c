// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages about files on a network, and waiting for their bytes. */
#include "base/remote.h"

#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/text.h"

#define ASK_AGAIN_SECONDS 1 /* then it is seen, too, that ddload-fetch has gone */

/* ------------------------------------------------------------------- messages */

static bool is_text(const char *field, size_t room)
{
	return memchr(field, '\0', room) != NULL;
}

static bool is_trouble(const struct ddl_remote_trouble *trouble)
{
	return trouble->code < DDL_CODES && is_text(trouble->why, sizeof(trouble->why)) &&
	       is_text(trouble->more, sizeof(trouble->more));
}

bool ddl_remote_order_valid(const struct ddl_remote_order *order, size_t n)
{
	return n == sizeof(*order) && (order->kind == DDL_REMOTE_START || order->kind == DDL_REMOTE_OPEN) &&
	       order->file < DDL_MAX_REMOTE_FILES && order->first <= DDL_MAX_REMOTE_BLOCKS &&
	       is_text(order->url, sizeof(order->url)) && is_text(order->login, sizeof(order->login)) &&
	       is_text(order->pin, sizeof(order->pin));
}

bool ddl_remote_reply_valid(const struct ddl_remote_reply *reply, size_t n)
{
	return n == sizeof(*reply) && reply->kind <= DDL_REMOTE_DIRECTORY && reply->file < DDL_MAX_REMOTE_FILES &&
	       ddl_remote_blocks(reply->size) <= DDL_MAX_REMOTE_BLOCKS && is_trouble(&reply->trouble) &&
	       is_text(reply->url, sizeof(reply->url));
}

bool ddl_remote_want_valid(const struct ddl_remote_want *want, size_t n)
{
	return n == sizeof(*want) && want->file < DDL_MAX_REMOTE_FILES && want->block < DDL_MAX_REMOTE_BLOCKS &&
	       want->count > 0 && want->count <= DDL_MAX_REMOTE_BLOCKS;
}

/* ------------------------------------------------------------------ addresses */

bool ddl_remote_is_url(const char *word)
{
	static const char *const begins[] = { "http://", "https://", "ftp://", "tftp://", "nfs:" };

	for (size_t i = 0; i < sizeof(begins) / sizeof(*begins); i++)
		if (ddl_text_starts(word, begins[i]))
			return true;
	return false;
}

size_t ddl_remote_path_length(const char *word)
{
	return ddl_remote_is_url(word) ? strcspn(word, "?") : strlen(word);
}

bool ddl_remote_split(const char *word, char *url, size_t room, char *login, size_t login_room)
{
	const char *host = strstr(word, "://"), *at = NULL, *end;

	host = host ? host + 3 : word + strcspn(word, ":") + 1;
	end = host + strcspn(host, "/?#");
	for (const char *c = host; c < end; c++)
		at = *c == '@' ? c : at;
	*login = '\0';
	if (at && (snprintf(login, login_room, "%.*s", (int)(at - host), host) >= (int)login_room))
		return false;
	for (const char *c = word; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return false;
	if ((at ? at + 1 : host) == end)
		return false;
	return snprintf(url, room, "%.*s%s", (int)(host - word), word, at ? at + 1 : host) < (int)room;
}

/* -------------------------------------------------------------------- readers */

struct remote {
	dev_t device;
	ino_t inode;
	uint32_t file;
	uint64_t first;
};

static struct {
	const struct ddl_remote_board *board; /* NULL: nothing is open */
	int wants;
	struct remote files[DDL_MAX_REMOTE_FILES];
	size_t count;
} here;

void ddl_remote_attach(const struct ddl_remote_board *board, int wants)
{
	here.board = board;
	here.wants = wants;
	here.count = 0;
}

bool ddl_remote_add(int fd, uint32_t file, uint64_t first)
{
	struct stat st;

	if (here.count >= DDL_MAX_REMOTE_FILES || fstat(fd, &st) < 0)
		return false;
	here.files[here.count++] = (struct remote){ st.st_dev, st.st_ino, file, first };
	return true;
}

int ddl_remote_channel(void)
{
	return here.board ? here.wants : -1;
}

bool ddl_remote_busy(void)
{
	return here.board && atomic_load(&here.board->busy);
}

static const struct remote *find(const struct stat *st)
{
	for (size_t i = 0; i < here.count; i++)
		if (here.files[i].inode == st->st_ino && here.files[i].device == st->st_dev)
			return &here.files[i];
	return NULL;
}

/* The first block of these that is not there; `end`: all are. */
static uint64_t missing(const struct remote *remote, uint64_t block, uint64_t end)
{
	while (block < end && ddl_remote_has(here.board, remote->first + block))
		block++;
	return block;
}

/* False when nobody hears it. */
static bool ask_for(const struct remote *remote, uint64_t block, uint64_t end)
{
	const struct ddl_remote_want want = { remote->file, (uint32_t)(end - block), block };

	return send(here.wants, &want, sizeof(want), MSG_NOSIGNAL) == (ssize_t)sizeof(want);
}

static int wait_for(const struct remote *remote, uint64_t block, uint64_t end)
{
	const struct timespec again = { ASK_AGAIN_SECONDS, 0 };
	bool asked = false;

	for (;;) {
		uint32_t tick = atomic_load(&here.board->tick);

		block = missing(remote, block, end);
		if (block == end)
			return 0;
		if (atomic_load(&here.board->failed) == remote->file + 1)
			break;
		if (!asked && !ask_for(remote, block, end))
			break;
		/* woken for another's blocks: not asked again; after a while without any: it may have been lost */
		asked = syscall(SYS_futex, &here.board->tick, FUTEX_WAIT, tick, &again, NULL, 0) == 0 || errno != ETIMEDOUT;
	}
	errno = EREMOTEIO;
	return -1;
}

int ddl_remote_wait(int fd, uint64_t at, size_t n)
{
	const struct remote *remote;
	struct stat st;
	uint64_t end;

	if (!here.count || fstat(fd, &st) < 0 || !(remote = find(&st)) || at >= (uint64_t)st.st_size)
		return 0;
	end = (uint64_t)st.st_size - at < n ? (uint64_t)st.st_size : at + n;
	return wait_for(remote, at / DDL_REMOTE_BLOCK, ddl_remote_blocks(end));
}

int ddl_remote_fail(const struct ddl_remote_trouble *trouble, const char *name, struct ddl_error *error)
{
	const char *why = *trouble->why ? _(trouble->why) : "";

	return ddl_fail(error, trouble->code, trouble->os_errno, "%s%s%s%s%s", name, *why ? ": " : "", why,
			*trouble->more ? ": " : "", trouble->more);
}

bool ddl_remote_told(int cause, const char *name, struct ddl_error *error)
{
	struct ddl_remote_trouble trouble = { .code = DDL_E_FETCHER };

	if (cause != EREMOTEIO || !here.board)
		return false;
	if (atomic_load(&here.board->failed))
		trouble = here.board->trouble;
	if (!is_trouble(&trouble) || trouble.code == DDL_OK)
		trouble = (struct ddl_remote_trouble){ .code = DDL_E_FETCHER };
	(void)ddl_remote_fail(&trouble, name, error);
	return true;
}
