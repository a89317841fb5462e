// SPDX-License-Identifier: GPL-2.0-or-later
/* ddload-fetch: takes orders and wishes as base/remote.h has them, and goes on trying where it may help. */
#include <curl/curl.h>
#include <poll.h>
#include <psa/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fetch/jail.h"
#include "fetch/store.h"

#define ORDERS 0 /* its input */
#define MOST_FDS 3

static struct ddl_fetch fetch;

/* -------------------------------------------------------------------- starting */

/* One order and what descriptors come along; false: there are no more. */
static bool hear(struct ddl_remote_order *order, int fds[MOST_FDS])
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(MOST_FDS * sizeof(int))];
	} rights = { .room = { 0 } };
	struct iovec bytes = { order, sizeof(*order) };
	struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &rights, .msg_controllen = sizeof(rights) };
	ssize_t n = recvmsg(ORDERS, &message, MSG_CMSG_CLOEXEC | MSG_TRUNC);

	for (size_t i = 0; i < MOST_FDS; i++)
		fds[i] = -1;
	if (n > 0 && message.msg_controllen >= CMSG_LEN(sizeof(int)) && rights.head.cmsg_type == SCM_RIGHTS &&
	    rights.head.cmsg_len <= CMSG_LEN(MOST_FDS * sizeof(int)))
		memcpy(fds, CMSG_DATA(&rights.head), rights.head.cmsg_len - CMSG_LEN(0));
	return n > 0 && ddl_remote_order_valid(order, (size_t)n);
}

/* It is an initrd's own file; that it is cut short or too long shows when it is read for the first server. */
static void read_authorities(int fd)
{
	fetch.authorities = fd < 0 ? NULL : malloc(DDL_MAX_AUTHORITIES + 1);
	if (!fetch.authorities)
		return;
	while (fetch.n_authorities < DDL_MAX_AUTHORITIES) {
		ssize_t n = read(fd, fetch.authorities + fetch.n_authorities, DDL_MAX_AUTHORITIES - fetch.n_authorities);

		if (n <= 0)
			break;
		fetch.n_authorities += (size_t)n;
	}
	fetch.authorities[fetch.n_authorities] = '\0';
	(void)close(fd);
}

/* The readers' socket; -1: we were not started as we ought to be. */
static int start(void)
{
	int fds[MOST_FDS];
	void *board;

	if (!hear(&fetch.start, fds) || fetch.start.kind != DDL_REMOTE_START || fds[1] < 0)
		return -1;
	board = mmap(NULL, sizeof(*fetch.board), PROT_READ | PROT_WRITE, MAP_SHARED, fds[1], 0);
	if (board == MAP_FAILED)
		return -1;
	fetch.board = board;
	read_authorities(fds[2]);
	if (!ddl_jail_enter(fds, 1))
		return -1;
	return curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK && psa_crypto_init() == PSA_SUCCESS ? fds[0] : -1;
}

/* ----------------------------------------------------------------- going on trying */

static const struct ddl_fetch_way *way_of(const struct ddl_fetch_file *file)
{
	return strncmp(file->url, "nfs:", 4) == 0 ? &ddl_nfs_way : &ddl_http_way;
}

/* Some of it had come: then the time for trying begins anew. */
struct patience {
	time_t began;
	unsigned pause;
};

static time_t now(void)
{
	struct timespec time;

	return clock_gettime(CLOCK_MONOTONIC, &time) == 0 ? time.tv_sec : 0;
}

/* After a failure that may pass: waits 1, 2, 4, 8, 16 s. False: it is enough. */
static bool try_again(struct patience *patience, const struct ddl_remote_trouble *trouble)
{
	if (trouble->os_errno != EAGAIN || now() - patience->began + patience->pause > fetch.start.wait_seconds)
		return false;
	(void)nanosleep(&(struct timespec){ patience->pause, 0 }, NULL);
	patience->pause *= 2;
	return true;
}

static int open_file(struct ddl_fetch_file *file, struct ddl_remote_trouble *trouble)
{
	struct patience patience = { now(), 1 };
	int result;

	do {
		*trouble = (struct ddl_remote_trouble){ .code = DDL_OK };
		file->sized = file->ranges = false;
		result = way_of(file)->open(&fetch, file, trouble);
	} while (result < 0 && try_again(&patience, trouble));
	return result;
}

/* Those of the blocks that are not there yet. */
static int fill(struct ddl_fetch_file *file, uint64_t block, uint64_t end, struct ddl_remote_trouble *trouble)
{
	struct patience patience = { now(), 1 };

	for (;;) {
		uint64_t before, count;
		int result;

		while (block < end && ddl_remote_has(fetch.board, file->first + block))
			block++;
		if (block == end)
			return 0;
		before = fetch.held;
		*trouble = (struct ddl_remote_trouble){ .code = DDL_OK };
		count = ddl_store_ahead(fetch.board, file, block, end - block);
		result = way_of(file)->fill(&fetch, file, block, count, trouble);
		if (fetch.held != before)
			patience = (struct patience){ now(), 1 };
		if (result < 0 && !try_again(&patience, trouble))
			return -1;
		if (result == 0 && fetch.held == before)
			return ddl_fetch_fail(trouble, DDL_E_TRANSFER, 0, N_("less has come than the server had announced"), "");
	}
}

/* ------------------------------------------------------------------ orders, wishes */

static void follow_order(const struct ddl_remote_order *order, int fd)
{
	struct ddl_fetch_file *file = &fetch.files[order->file];
	struct ddl_remote_reply reply = { .kind = DDL_REMOTE_FILE, .file = order->file };

	*file = (struct ddl_fetch_file){ .number = order->file, .fd = fd, .first = order->first };
	memcpy(file->url, order->url, sizeof(file->url));
	memcpy(file->login, order->login, sizeof(file->login));
	if (open_file(file, &reply.trouble) < 0 || file->directory) {
		(void)close(fd);
		file->fd = -1;
	}
	reply.kind = file->directory ? DDL_REMOTE_DIRECTORY : DDL_REMOTE_FILE;
	reply.size = reply.trouble.code == DDL_OK && !file->directory ? file->size : 0;
	memcpy(reply.url, file->url, sizeof(reply.url));
	if (send(ORDERS, &reply, sizeof(reply), MSG_NOSIGNAL) < 0)
		exit(1); /* nobody is there any more */
}

static void grant(const struct ddl_remote_want *want)
{
	struct ddl_fetch_file *file = &fetch.files[want->file];
	uint64_t all = ddl_remote_blocks(file->size), end = want->block + want->count;
	struct ddl_remote_trouble trouble;

	if (file->fd < 0 || !file->sized || want->block >= all)
		return;
	if (fill(file, want->block, end < all ? end : all, &trouble) == 0)
		return;
	fetch.board->trouble = trouble;
	atomic_store(&fetch.board->failed, file->number + 1);
	ddl_store_wake(fetch.board);
}

static void serve(int wants)
{
	struct pollfd there[] = { { ORDERS, POLLIN, 0 }, { wants, POLLIN, 0 } };

	for (;;) {
		struct ddl_remote_order order = { .kind = 0 };
		struct ddl_remote_want want;
		int fds[MOST_FDS];
		ssize_t n;

		atomic_store(&fetch.board->busy, 0);
		if (poll(there, 2, -1) < 0)
			continue;
		atomic_store(&fetch.board->busy, 1);
		if (there[0].revents) {
			if (!hear(&order, fds) || order.kind != DDL_REMOTE_OPEN || fds[0] < 0)
				return;
			follow_order(&order, fds[0]);
		}
		if (there[1].revents & POLLIN) {
			n = recv(wants, &want, sizeof(want), MSG_DONTWAIT | MSG_TRUNC);
			if (n > 0 && ddl_remote_want_valid(&want, (size_t)n))
				grant(&want);
		} else if (there[1].revents) {
			there[1].fd = -1; /* readers come and go; orders tell when all is over */
		}
	}
}

int main(void)
{
	int wants;

	(void)signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < DDL_MAX_REMOTE_FILES; i++)
		fetch.files[i].fd = -1;
	wants = start();
	if (wants < 0)
		return 1;
	serve(wants);
	return 0;
}
