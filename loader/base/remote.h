/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files on a network: what ddload and ddload-fetch say to each other, and how a reader waits for bytes.
 *
 * A remote file is a memory file of the remote one's size, with holes where nothing was fetched yet. Both sides
 * hold it, and a board in shared memory that has a bit for each block that is there. Who wants to read says so
 * on a socket that all readers share, and looks at the board until the bits are set: nobody has to be answered.
 * Orders go over another socket, which readers do not have: to open a file is the parent's alone.
 * Both are SOCK_SEQPACKET and unix(7); every message is one of the structs below, whole, and is checked by
 * who gets it like any foreign bytes.
 */
#ifndef DDL_REMOTE_H
#define DDL_REMOTE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "base/limits.h"

#define DDL_REMOTE_BLOCK 65536U /* bytes that a bit of the board stands for */

/* The first order, with descriptors: the readers' socket, the board, certificates of authorities (may be missing); and the others, with the memory file. */
enum ddl_remote_order_kind { DDL_REMOTE_START = 1, DDL_REMOTE_OPEN };

struct ddl_remote_order {
	uint32_t kind;
	uint32_t file; /* OPEN: its number, as in readers' wishes */
	uint64_t first; /* OPEN: the bit of its first block */
	uint64_t memory; /* START: bytes that may be held, of all files */
	uint32_t wait_seconds; /* START: for so long what may pass is tried again */
	uint32_t unverified; /* START: servers need not show who they are */
	char url[DDL_MAX_PATH]; /* START: of the proxy, "" for none */
	char login[DDL_MAX_NAME + 1]; /* "user:password", as it is in addresses; "" for none */
	char pin[DDL_MAX_NAME + 1]; /* START: "sha256//…" of the server's key; "" for none */
};

/* Why something was not fetched. */
struct ddl_remote_trouble {
	uint32_t code; /* enum ddl_code */
	int32_t os_errno;
	char why[128]; /* a sentence's part in English, to be translated; may be "" */
	char more[256]; /* what the server said, a date; may be "" */
};

enum ddl_remote_kind { DDL_REMOTE_FILE, DDL_REMOTE_DIRECTORY };

/* The answer to OPEN. */
struct ddl_remote_reply {
	uint32_t kind; /* enum ddl_remote_kind */
	uint32_t file; /* its number again */
	uint64_t size; /* of the file, which has it already and keeps it */
	struct ddl_remote_trouble trouble; /* code DDL_OK: there is none */
	char url[DDL_MAX_PATH]; /* where it was found in the end, without user and password */
};

/* What a reader says: these blocks, please. */
struct ddl_remote_want {
	uint32_t file, count;
	uint64_t block;
};

/* In shared memory; ddload-fetch writes, all others only read. */
struct ddl_remote_board {
	_Atomic uint32_t tick; /* of futex(2): another number whenever something here has changed */
	_Atomic uint32_t busy; /* something is being fetched */
	_Atomic uint32_t failed; /* number of the file that failed, plus one; 0: none */
	struct ddl_remote_trouble trouble; /* that of the file, written before */
	_Atomic uint8_t present[DDL_MAX_REMOTE_BLOCKS / 8];
};

/* Is the message one? They look at its size, too. */
bool ddl_remote_order_valid(const struct ddl_remote_order *order, size_t n);
bool ddl_remote_reply_valid(const struct ddl_remote_reply *reply, size_t n);
bool ddl_remote_want_valid(const struct ddl_remote_want *want, size_t n);

/* How many blocks hold so many bytes. */
static inline uint64_t ddl_remote_blocks(uint64_t size)
{
	return size / DDL_REMOTE_BLOCK + (size % DDL_REMOTE_BLOCK != 0);
}

/* Is it there? */
static inline bool ddl_remote_has(const struct ddl_remote_board *board, uint64_t bit)
{
	return atomic_load_explicit(&board->present[bit / 8], memory_order_acquire) >> bit % 8 & 1;
}

/* Does the word name something on a network: "http://…", "nfs:server:/path"? */
bool ddl_remote_is_url(const char *word);

/* How much of an address or a path a name is put behind: of an address what stands before "?", which stays at its end. */
size_t ddl_remote_path_length(const char *word);

/*
 * Takes an address apart: `url`, of `room` bytes, gets it without "user:password@", `login` that, or "". False: one of them has
 * no room, there is no server's name, or there are characters that none has (spaces, controls).
 */
bool ddl_remote_split(const char *word, char *url, size_t room, char *login, size_t login_room);

/* ---- the reader's side; all of it is nothing where no remote file is open ---- */

/* What readers look at, and where they say what they want; the descriptor stays the caller's. NULL, -1: no longer. */
void ddl_remote_attach(const struct ddl_remote_board *board, int wants);

/* The memory file at `fd` is that remote one. False: there are too many. */
bool ddl_remote_add(int fd, uint32_t file, uint64_t first);

/* The socket of the wishes, which a child keeps; -1: none. */
int ddl_remote_channel(void);

/* Is something being fetched, so that a child that says nothing only waits? */
bool ddl_remote_busy(void);

/*
 * Before bytes are read: waits until they are there; at once where the descriptor is that of no remote file.
 * -1 with errno EREMOTEIO: they will not come (ddl_remote_told says why).
 */
int ddl_remote_wait(int fd, uint64_t at, size_t n) DDL_MUST_CHECK;

/* The error of a read that failed with `cause`, where that was the network; false: it was not. */
bool ddl_remote_told(int cause, const char *name, struct ddl_error *error);

/* The error of that trouble, for a person: "name: why: more". -1. */
int ddl_remote_fail(const struct ddl_remote_trouble *trouble, const char *name, struct ddl_error *error);

#endif
