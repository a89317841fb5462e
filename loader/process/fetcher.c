// SPDX-License-Identifier: GPL-2.0-or-later
/* Starts ddload-fetch, gives it orders, and takes in what it answers. */
#include "process/fetcher.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/path.h"
#include "base/remote.h"
#include "process/program.h"

#define TICK_MS 100
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW)
#define MOST_FDS 3

/* What came of an address; `number` is its place in the table. */
struct opened {
	char url[DDL_MAX_PATH], found[DDL_MAX_PATH];
	int fd; /* -1: a directory, or an error */
	struct ddl_error error;
};

static struct {
	struct ddl_fetch_options options;
	pid_t pid; /* 0: not started */
	int orders, wants;
	struct ddl_remote_board *board;
	uint64_t first; /* bits of the board that are taken */
	struct opened opened[DDL_MAX_REMOTE_FILES];
	uint32_t count;
} fetcher;

void ddl_fetcher_options(const struct ddl_fetch_options *options)
{
	fetcher.options = *options;
}

bool ddl_fetcher_runs(void)
{
	return fetcher.pid > 0;
}

void ddl_fetcher_stop(void)
{
	if (!fetcher.pid)
		return;
	(void)kill(fetcher.pid, SIGKILL);
	(void)waitpid(fetcher.pid, NULL, 0);
	(void)close(fetcher.orders);
	(void)close(fetcher.wants);
	ddl_remote_attach(NULL, -1);
	(void)munmap(fetcher.board, sizeof(*fetcher.board));
	for (uint32_t i = 0; i < fetcher.count; i++)
		if (fetcher.opened[i].fd >= 0)
			(void)close(fetcher.opened[i].fd);
	fetcher.pid = 0;
	fetcher.board = NULL;
	fetcher.first = fetcher.count = 0;
}

/* ------------------------------------------------------------------- starting */

static int fault(struct ddl_error *error)
{
	return ddl_fail(error, DDL_E_FETCHER, errno, "ddload-fetch");
}

static int memory_file(const char *name)
{
	/* by its number: older libcs lack the function */
	return (int)syscall(SYS_memfd_create, name, 1U | 2U /* MFD_CLOEXEC | MFD_ALLOW_SEALING */);
}

static int send_order(const struct ddl_remote_order *order, const int *fds, size_t n_fds, struct ddl_error *error)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(MOST_FDS * sizeof(int))];
	} rights = { .room = { 0 } };
	struct iovec bytes = { (void *)(uintptr_t)order, sizeof(*order) };
	struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &rights };

	message.msg_controllen = (unsigned)CMSG_SPACE(n_fds * sizeof(int));
	rights.head.cmsg_len = (unsigned)CMSG_LEN(n_fds * sizeof(int));
	rights.head.cmsg_level = SOL_SOCKET;
	rights.head.cmsg_type = SCM_RIGHTS;
	memcpy(CMSG_DATA(&rights.head), fds, n_fds * sizeof(int));
	return sendmsg(fetcher.orders, &message, MSG_NOSIGNAL) == (ssize_t)sizeof(*order) ? 0 : fault(error);
}

/* In the child: its orders are its input, and it has no other descriptor, word or variable of ours. */
static _Noreturn void become(int program, int orders)
{
	char *const words[] = { (char *)(uintptr_t) "ddload-fetch", NULL }, *const nothing[] = { NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (dup2(orders, 0) == 0 && (null < 0 || (dup2(null, 1) == 1 && dup2(null, 2) == 2)))
		(void)fexecve(program, words, nothing);
	_exit(127);
}

static int open_authorities(void)
{
	static const char *const places[] = { "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
					      "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem" };
	char path[DDL_MAX_PATH];
	int fd = -1;

	if (fetcher.options.ca)
		return open(fetcher.options.ca, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	for (size_t i = 0; i < sizeof(places) / sizeof(*places) && fd < 0; i++)
		if (ddl_path_join(path, sizeof(path), fetcher.options.root, places[i]))
			fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return fd;
}

static bool copy_text(char *to, size_t room, const char *text)
{
	size_t n = text ? strlen(text) : 0;

	if (n >= room)
		return false;
	memcpy(to, text ? text : "", n + 1);
	return true;
}

static int send_start(int wants, int board, struct ddl_error *error)
{
	DDL_CLOSE int authorities = open_authorities();
	const struct ddl_fetch_options *options = &fetcher.options;
	const int fds[] = { wants, board, authorities };
	struct ddl_remote_order order = { .kind = DDL_REMOTE_START,
					  .memory = options->memory,
					  .unverified = options->unverified,
					  .wait_seconds = options->wait_seconds ? options->wait_seconds :
										  DDL_FETCH_WAIT_SECONDS };

	if (authorities < 0 && options->ca)
		return ddl_fail(error, DDL_E_CERTIFICATE, errno, "%s", options->ca);
	if ((options->proxy &&
	     !ddl_remote_split(options->proxy, order.url, sizeof(order.url), order.login, sizeof(order.login))) ||
	    !copy_text(order.pin, sizeof(order.pin), options->pin))
		return ddl_fail(error, DDL_E_USAGE, 0, "%s", order.url);
	return send_order(&order, fds, authorities >= 0 ? 3 : 2, error);
}

static int start_with(int program, int board, struct ddl_error *error)
{
	int orders[2], wants[2], result;
	pid_t pid;

	/* what was opened before a failure stays: with so few descriptors or so little memory left nothing more goes on anyway */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, orders) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, wants) < 0 || (pid = fork()) < 0)
		return fault(error);
	fetcher.pid = pid;
	if (pid == 0)
		become(program, orders[1]);
	(void)close(orders[1]);
	fetcher.orders = orders[0];
	fetcher.wants = wants[0];
	result = send_start(wants[1], board, error);
	(void)close(wants[1]);
	ddl_remote_attach(fetcher.board, fetcher.wants);
	return result;
}

static int start(struct ddl_error *error)
{
	DDL_CLOSE int program = ddl_program_beside("ddload-fetch"), board = memory_file("board");
	void *shared;

	if (program < 0 || board < 0 || ftruncate(board, sizeof(*fetcher.board)) < 0 ||
	    fcntl(board, F_ADD_SEALS, SEALS | F_SEAL_SEAL) < 0 ||
	    (shared = mmap(NULL, sizeof(*fetcher.board), PROT_READ, MAP_SHARED, board, 0)) == MAP_FAILED)
		return fault(error);
	fetcher.board = shared;
	if (start_with(program, board, error) == 0)
		return 0;
	if (fetcher.pid)
		ddl_fetcher_stop();
	else
		(void)munmap(shared, sizeof(*fetcher.board));
	fetcher.board = NULL;
	return -1;
}

/* -------------------------------------------------------------------- opening */

static int hear(struct ddl_remote_reply *reply, const struct ddl_confine *confine, struct ddl_error *error)
{
	struct pollfd there = { .fd = fetcher.orders, .events = POLLIN };
	ssize_t n;

	while (poll(&there, 1, TICK_MS) <= 0) /* a signal: looked at whether to go on */
		if (confine && confine->go_on && !confine->go_on(confine->go_on_arg))
			return ddl_fail(error, DDL_E_CANCELLED, 0, "%s", "");
	n = recv(fetcher.orders, reply, sizeof(*reply), MSG_DONTWAIT | MSG_TRUNC);
	return n > 0 && ddl_remote_reply_valid(reply, (size_t)n) ? 0 : fault(error);
}

/* What the other side says of the file is so: it cannot become another one, but for what is in it. */
static bool is_as_said(int fd, const struct ddl_remote_reply *reply)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (uint64_t)st.st_size == reply->size && (fcntl(fd, F_GET_SEALS) & SEALS) == SEALS &&
	       ddl_remote_blocks(reply->size) <= DDL_MAX_REMOTE_BLOCKS - fetcher.first;
}

static int take(const struct ddl_remote_reply *reply, const char *url, int fd, struct ddl_error *error)
{
	if (reply->trouble.code != DDL_OK)
		return ddl_remote_fail(&reply->trouble, url, error);
	if (reply->kind == DDL_REMOTE_DIRECTORY)
		return -1;
	if (reply->file != fetcher.count || !is_as_said(fd, reply) || !ddl_remote_add(fd, reply->file, fetcher.first))
		return ddl_fail(error, DDL_E_DAMAGED, 0, "%s", url);
	fetcher.first += ddl_remote_blocks(reply->size);
	return fd;
}

/* One more in the table, whatever comes of it, unless the person wants no more. */
static struct opened *ask(const char *url, const char *login, const struct ddl_confine *confine, struct ddl_error *error)
{
	struct opened *opened = &fetcher.opened[fetcher.count];
	struct ddl_remote_order order = { .kind = DDL_REMOTE_OPEN, .file = fetcher.count, .first = fetcher.first };
	struct ddl_remote_reply reply = { .kind = DDL_REMOTE_FILE };
	int fd;

	if (fetcher.count == DDL_MAX_REMOTE_FILES || !copy_text(order.url, sizeof(order.url), url) ||
	    !copy_text(order.login, sizeof(order.login), login)) {
		(void)ddl_fail(error, DDL_E_TOO_LARGE, 0, "%s", url);
		return NULL;
	}
	fd = memory_file("remote");
	if (fd < 0 || send_order(&order, &fd, 1, error) < 0 || hear(&reply, confine, error) < 0) {
		if (error->code == DDL_OK)
			(void)fault(error);
		(void)close(fd);
		(void)kill(fetcher.pid,
			   SIGKILL); /* who waits for bytes of other files sees that; a new one comes with the next look */
		return NULL;
	}
	opened->error.code = DDL_OK;
	opened->fd = take(&reply, url, fd, &opened->error);
	memcpy(opened->url, order.url, sizeof(order.url));
	memcpy(opened->found, reply.url, sizeof(reply.url));
	if (opened->fd < 0)
		(void)close(fd);
	fetcher.count++;
	return opened;
}

int ddl_fetcher_open(const char *url, const char *login, const struct ddl_confine *confine, struct ddl_fetched *fetched,
		     struct ddl_error *error)
{
	const struct opened *opened = NULL;
	struct ddl_error trouble = DDL_ERROR_INIT;
	int fd;

	*fetched = (struct ddl_fetched){ .url = url };
	for (uint32_t i = 0; i < fetcher.count && !opened; i++)
		if (strcmp(fetcher.opened[i].url, url) == 0)
			opened = &fetcher.opened[i];
	if (!opened && (fetcher.pid || start(&trouble) == 0))
		opened = ask(url, login, confine, &trouble);
	if (opened)
		fetched->url = opened->found;
	if (opened && opened->fd >= 0) {
		fd = fcntl(opened->fd, F_DUPFD_CLOEXEC, 0);
		return fd < 0 ? ddl_fail(error, DDL_E_OPEN, errno, "%s", url) : fd;
	}
	if (opened)
		trouble = opened->error;
	fetched->directory = opened && trouble.code == DDL_OK;
	if (error)
		*error = trouble;
	return opened ? -1 : ddl_fail_in(error, "%s", url);
}
