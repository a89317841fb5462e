// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of files on a network: messages, addresses, replies' heads, the memory file, and waiting for its bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/remote.h"
#include "fetch/head.h"
#include "fetch/store.h"

static int memory_file(void)
{
	int fd = (int)syscall(SYS_memfd_create, "test", 2U);

	assert_true(fd >= 0);
	return fd;
}

/* ------------------------------------------------------------------- messages */

static void test_orders(void **state)
{
	struct ddl_remote_order order = { .kind = DDL_REMOTE_OPEN, .file = DDL_MAX_REMOTE_FILES - 1, .url = "http://h/x" };

	(void)state;
	assert_true(ddl_remote_order_valid(&order, sizeof(order)));
	assert_false(ddl_remote_order_valid(&order, sizeof(order) - 1));
	order.kind = 3;
	assert_false(ddl_remote_order_valid(&order, sizeof(order)));
	order.kind = DDL_REMOTE_START;
	memset(order.login, 'x', sizeof(order.login));
	assert_false(ddl_remote_order_valid(&order, sizeof(order)));
	order.login[sizeof(order.login) - 1] = '\0';
	assert_true(ddl_remote_order_valid(&order, sizeof(order)));
	order.file++;
	assert_false(ddl_remote_order_valid(&order, sizeof(order)));
}

static void test_wants(void **state)
{
	struct ddl_remote_want want = { .file = 0, .count = 1, .block = DDL_MAX_REMOTE_BLOCKS - 1 };

	(void)state;
	assert_true(ddl_remote_want_valid(&want, sizeof(want)));
	assert_false(ddl_remote_want_valid(&want, sizeof(want) + 1));
	want.block++;
	assert_false(ddl_remote_want_valid(&want, sizeof(want)));
	want = (struct ddl_remote_want){ .file = 0, .count = 0, .block = 0 };
	assert_false(ddl_remote_want_valid(&want, sizeof(want)));
	want = (struct ddl_remote_want){ .file = DDL_MAX_REMOTE_FILES, .count = 1, .block = 0 };
	assert_false(ddl_remote_want_valid(&want, sizeof(want)));
}

/* limit: DDL_MAX_REMOTE_BLOCKS */
static void test_replies(void **state)
{
	struct ddl_remote_reply reply = { .size = (uint64_t)DDL_MAX_REMOTE_BLOCKS * DDL_REMOTE_BLOCK };

	(void)state;
	assert_true(ddl_remote_reply_valid(&reply, sizeof(reply)));
	reply.size++;
	assert_false(ddl_remote_reply_valid(&reply, sizeof(reply)));
	reply.size = UINT64_MAX;
	assert_false(ddl_remote_reply_valid(&reply, sizeof(reply)));
	reply.size = 0;
	reply.trouble.code = DDL_CODES;
	assert_false(ddl_remote_reply_valid(&reply, sizeof(reply)));
	reply.trouble.code = DDL_E_SERVER;
	memset(reply.trouble.more, 'x', sizeof(reply.trouble.more));
	assert_false(ddl_remote_reply_valid(&reply, sizeof(reply)));
	reply.trouble.more[0] = '\0';
	reply.kind = DDL_REMOTE_DIRECTORY + 1;
	assert_false(ddl_remote_reply_valid(&reply, sizeof(reply)));
}

/* ------------------------------------------------------------------ addresses */

static void test_split(void **state)
{
	static const struct {
		const char *word, *url, *login; /* url NULL: it is refused */
	} rows[] = {
		{ "http://h/x.iso", "http://h/x.iso", "" },
		{ "http://u:p@h:80/x.iso?a=b@c", "http://h:80/x.iso?a=b@c", "u:p" },
		{ "https://u@h", "https://h", "u" },
		{ "https://u:p%40ss@[::1]:8/", "https://[::1]:8/", "u:p%40ss" },
		{ "ftp://a@b@h/x", "ftp://h/x", "a@b" },
		{ "http://h/a@b", "http://h/a@b", "" },
		{ "http://h?u:p@x", "http://h?u:p@x", "" },
		{ "nfs:server:/x", "nfs:server:/x", "" },
		{ "http:///x", NULL, NULL },
		{ "http://u:p@/x", NULL, NULL },
		{ "http://h/a b", NULL, NULL },
		{ "http://h/a\nb", NULL, NULL },
		{ "http://", NULL, NULL },
		{ "nfs:", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char url[64], login[16];

		assert_true(ddl_remote_is_url(rows[i].word));
		assert_int_equal(ddl_remote_split(rows[i].word, url, sizeof(url), login, sizeof(login)), rows[i].url != NULL);
		if (rows[i].url) {
			assert_string_equal(url, rows[i].url);
			assert_string_equal(login, rows[i].login);
		}
	}
	assert_false(ddl_remote_is_url("/http://h"));
	assert_false(ddl_remote_is_url("smb://h/x"));
	assert_false(ddl_remote_is_url("nfs"));
	assert_int_equal(ddl_remote_path_length("http://h/a?b=c/d"), strlen("http://h/a"));
	assert_int_equal(ddl_remote_path_length("nfs://h/a"), strlen("nfs://h/a"));
	assert_int_equal(ddl_remote_path_length("/media/what?"), strlen("/media/what?"));
}

static void test_split_room(void **state)
{
	char url[11], login[4];

	(void)state;
	assert_true(ddl_remote_split("http://a:b@h/x", url, sizeof(url), login, sizeof(login)));
	assert_false(ddl_remote_split("http://a:b@h/xy", url, sizeof(url), login, sizeof(login)));
	assert_false(ddl_remote_split("http://a:bc@h/x", url, sizeof(url), login, sizeof(login)));
}

/* ------------------------------------------------------------------ heads */

static bool read_head(struct ddl_head *head, const char *text)
{
	*head = (struct ddl_head){ .status = 0 };
	for (size_t n; *text; text += n) {
		n = strcspn(text, "\n") + 1;
		if (!ddl_head_line(head, text, n))
			return false;
	}
	return true;
}

static void test_head(void **state)
{
	struct ddl_head head;

	(void)state;
	assert_true(read_head(&head, "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-262143/547000\r\n"
				     "Content-Length: 262144\r\nLast-Modified: then\r\netag: \"a-b\"\r\n\r\n"));
	assert_int_equal(head.status, 206);
	assert_true(head.has_range && head.from == 0 && head.to == 262143 && head.total == 547000);
	assert_true(head.has_length && head.length == 262144);
	assert_string_equal(head.tag, "\"a-b\"");
	assert_true(read_head(&head, "HTTP/1.1 302 Found\r\nContent-Length: 7\r\nETag: \"x\"\r\n\r\nHTTP/2 200\r\n"
				     "ETag: W/\"x\"\r\nLast-Modified: Mon\r\n\r\n"));
	assert_int_equal(head.status, 200);
	assert_false(head.has_length);
	assert_string_equal(head.tag, "Mon");
}

static void test_head_nonsense(void **state)
{
	static const char *const ranges[] = { "bytes 0-9/*",
					      "bytes 5-4/10",
					      "bytes 0-10/10",
					      "bytes */10",
					      "bytes 0-9/10x",
					      "bytes -1-9/10",
					      "units 0-9/10",
					      "bytes 0-9",
					      "bytes 0-99999999999999999999/10",
					      "bytes 0 - 9/10",
					      "bytes 18446744073709551616-9/10" };
	struct ddl_head head;

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		char text[128];

		(void)snprintf(text, sizeof(text), "HTTP/1.1 206 x\r\nContent-Range: %s\r\n", ranges[i]);
		assert_true(read_head(&head, text));
		assert_false(head.has_range);
	}
	assert_true(read_head(&head, "HTTP/1.1 200 x\r\nContent-Length: 12a\r\n"));
	assert_false(head.has_length);
	assert_true(read_head(&head, "HTTP/1.1 200 x\r\nContent-Length: -1\r\n"));
	assert_false(head.has_length);
	assert_true(read_head(&head, "HTTP/1.1 20000\r\n"));
	assert_int_equal(head.status, 0);
}

/* limit: DDL_MAX_REPLY_HEAD */
static void test_head_length(void **state)
{
	struct ddl_head head = { .status = 0 };
	const char line[] = "X-Again: 890123456789012345678901234567890123456789012345678901234\r\n";

	(void)state;
	for (size_t n = 0; n + sizeof(line) - 1 <= DDL_MAX_REPLY_HEAD; n += sizeof(line) - 1)
		assert_true(ddl_head_line(&head, line, sizeof(line) - 1));
	assert_true(ddl_head_line(&head, line, DDL_MAX_REPLY_HEAD - head.length_of_head));
	assert_false(ddl_head_line(&head, line, 1));
}

/* ------------------------------------------------------------- the memory file */

struct rig {
	struct ddl_fetch *fetch;
	struct ddl_fetch_file *file;
	struct ddl_remote_trouble trouble;
	struct ddl_store store;
};

static void set_up(struct rig *rig, uint64_t memory)
{
	void *board = mmap(NULL, sizeof(struct ddl_remote_board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(board != MAP_FAILED);
	memset(rig, 0, sizeof(*rig));
	rig->fetch = calloc(1, sizeof(*rig->fetch));
	assert_non_null(rig->fetch);
	rig->fetch->board = board;
	rig->fetch->start.memory = memory;
	rig->file = &rig->fetch->files[0];
	rig->file->fd = memory_file();
	ddl_store_begin(&rig->store, rig->fetch, rig->file, 0);
}

static void tear_down(struct rig *rig)
{
	ddl_remote_attach(NULL, -1);
	assert_int_equal(close(rig->file->fd), 0);
	assert_int_equal(munmap(rig->fetch->board, sizeof(*rig->fetch->board)), 0);
	free(rig->fetch);
}

static void test_store(void **state)
{
	static uint8_t bytes[DDL_REMOTE_BLOCK + 5];
	struct rig rig;
	uint8_t back[6];

	(void)state;
	set_up(&rig, 3U * DDL_REMOTE_BLOCK);
	memset(bytes, 7, sizeof(bytes));
	assert_int_equal(ddl_store_size(&rig.store, sizeof(bytes), &rig.trouble), 0);
	assert_int_equal(ddl_store_put(&rig.store, bytes, 10, &rig.trouble), 0);
	assert_false(ddl_remote_has(rig.fetch->board, 0));
	assert_int_equal(ddl_store_put(&rig.store, bytes, sizeof(bytes) - 10, &rig.trouble), 0);
	assert_true(ddl_remote_has(rig.fetch->board, 0) && ddl_remote_has(rig.fetch->board, 1));
	assert_false(ddl_remote_has(rig.fetch->board, 2));
	assert_int_equal(pread(rig.file->fd, back, sizeof(back), DDL_REMOTE_BLOCK), 5);
	assert_int_equal(back[4], 7);
	assert_int_equal(ddl_store_put(&rig.store, bytes, 1, &rig.trouble), -1); /* more than was announced */
	assert_int_equal(rig.trouble.code, DDL_E_TRANSFER);
	assert_int_equal(ddl_store_end(&rig.store, &rig.trouble), 0);
	assert_int_equal(fcntl(rig.file->fd, F_GET_SEALS) & (F_SEAL_GROW | F_SEAL_SHRINK), F_SEAL_GROW | F_SEAL_SHRINK);
	assert_int_equal(rig.fetch->held, sizeof(bytes));
	tear_down(&rig);
}

/* Nobody knows how long it is: its end tells. */
static void test_store_unsized(void **state)
{
	static const uint8_t bytes[100];
	struct rig rig;

	(void)state;
	set_up(&rig, DDL_REMOTE_BLOCK);
	assert_int_equal(ddl_store_put(&rig.store, bytes, sizeof(bytes), &rig.trouble), 0);
	assert_int_equal(ddl_store_end(&rig.store, &rig.trouble), 0);
	assert_int_equal(rig.file->size, sizeof(bytes));
	assert_true(rig.file->sized && ddl_remote_has(rig.fetch->board, 0));
	tear_down(&rig);
}

static void test_store_memory(void **state)
{
	static const uint8_t bytes[DDL_REMOTE_BLOCK];
	struct rig rig;

	(void)state;
	set_up(&rig, 2U * DDL_REMOTE_BLOCK);
	assert_int_equal(ddl_store_put(&rig.store, bytes, sizeof(bytes), &rig.trouble), 0);
	assert_int_equal(ddl_store_put(&rig.store, bytes, sizeof(bytes), &rig.trouble), 0);
	assert_int_equal(ddl_store_put(&rig.store, bytes, sizeof(bytes), &rig.trouble), -1);
	assert_int_equal(rig.trouble.code, DDL_E_STAGE);
	assert_int_equal(ddl_store_size(&rig.store, (uint64_t)DDL_MAX_REMOTE_BLOCKS * DDL_REMOTE_BLOCK, &rig.trouble), 0);
	assert_int_equal(ddl_store_size(&rig.store, (uint64_t)DDL_MAX_REMOTE_BLOCKS * DDL_REMOTE_BLOCK + 1, &rig.trouble), -1);
	assert_int_equal(rig.trouble.code, DDL_E_TOO_LARGE);
	assert_int_equal(ddl_store_size(&rig.store, UINT64_MAX, &rig.trouble), -1);
	tear_down(&rig);
}

static void test_ahead(void **state)
{
	struct ddl_fetch_file file = { .size = 100U * DDL_REMOTE_BLOCK };
	static struct ddl_remote_board board;

	(void)state;
	assert_int_equal(ddl_store_ahead(&board, &file, 10, 1), 1);
	assert_int_equal(ddl_store_ahead(&board, &file, 11, 1), 2);
	assert_int_equal(ddl_store_ahead(&board, &file, 13, 1), 4);
	assert_int_equal(ddl_store_ahead(&board, &file, 17, 1), 8);
	assert_int_equal(ddl_store_ahead(&board, &file, 25, 1), 16);
	assert_int_equal(ddl_store_ahead(&board, &file, 41, 1), 16);
	assert_int_equal(ddl_store_ahead(&board, &file, 90, 20), 10); /* up to its end */
	assert_int_equal(ddl_store_ahead(&board, &file, 5, 1), 1); /* elsewhere: anew */
	board.present[1] = 1;
	assert_int_equal(ddl_store_ahead(&board, &file, 6, 8), 2); /* up to what is there */
}

/* -------------------------------------------------------------------- waiting */

/* The other side, in a child: hears one wish, and puts the block there or says why not. */
static void answer(struct rig *rig, int wants, bool well)
{
	struct ddl_remote_want want;
	static const uint8_t bytes[DDL_REMOTE_BLOCK] = { 9 };

	if (recv(wants, &want, sizeof(want), 0) != (ssize_t)sizeof(want) || !ddl_remote_want_valid(&want, sizeof(want)))
		_exit(1);
	if (well) {
		ddl_store_begin(&rig->store, rig->fetch, rig->file, want.block);
		_exit(ddl_store_put(&rig->store, bytes, sizeof(bytes), &rig->trouble) < 0);
	}
	(void)ddl_fetch_fail(&rig->fetch->board->trouble, DDL_E_CHANGED, 0, "", "a\nb");
	atomic_store(&rig->fetch->board->failed, 1);
	ddl_store_wake(rig->fetch->board);
	_exit(0);
}

static int wait_with(bool well)
{
	struct rig rig;
	uint8_t byte = 0;
	int ends[2], status, result;
	pid_t child;
	struct ddl_error error = DDL_ERROR_INIT;

	set_up(&rig, UINT32_MAX);
	assert_int_equal(ddl_store_size(&rig.store, 4U * DDL_REMOTE_BLOCK, &rig.trouble), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	ddl_remote_attach(rig.fetch->board, ends[0]);
	assert_int_equal(ddl_remote_channel(), ends[0]);
	assert_true(ddl_remote_add(rig.file->fd, 0, 0));
	child = fork();
	if (child == 0)
		answer(&rig, ends[1], well);
	result = ddl_remote_wait(rig.file->fd, 2U * DDL_REMOTE_BLOCK + 5, 10);
	if (result == 0) {
		assert_int_equal(pread(rig.file->fd, &byte, 1, 2 * DDL_REMOTE_BLOCK), 1);
		assert_int_equal(byte, 9);
	} else {
		assert_int_equal(errno, EREMOTEIO);
		assert_true(ddl_remote_told(EREMOTEIO, "x", &error));
		assert_int_equal(error.code, DDL_E_CHANGED);
		assert_null(strchr(error.text, '\n'));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(ddl_remote_wait(rig.file->fd, UINT64_MAX - 5, 3), 0); /* behind its end nothing is awaited */
	(void)close(ends[0]);
	(void)close(ends[1]);
	tear_down(&rig);
	return result;
}

static void test_wait(void **state)
{
	(void)state;
	assert_int_equal(wait_with(true), 0);
	assert_int_equal(wait_with(false), -1);
}

/* Nobody is at the other end any more. */
static void test_wait_alone(void **state)
{
	struct rig rig;
	struct ddl_error error = DDL_ERROR_INIT;
	int ends[2];

	(void)state;
	set_up(&rig, 0);
	assert_int_equal(ddl_store_size(&rig.store, 10, &rig.trouble), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	(void)close(ends[1]);
	ddl_remote_attach(rig.fetch->board, ends[0]);
	assert_true(ddl_remote_add(rig.file->fd, 0, 0));
	assert_int_equal(ddl_remote_wait(ends[0], 0, 1), 0); /* another descriptor */
	assert_int_equal(ddl_remote_wait(rig.file->fd, 0, 1), -1);
	assert_true(ddl_remote_told(errno, "x", &error));
	assert_int_equal(error.code, DDL_E_FETCHER);
	assert_false(ddl_remote_told(EIO, "x", &error));
	(void)close(ends[0]);
	tear_down(&rig);
}

/* limit: DDL_MAX_REMOTE_FILES */
static void test_most_files(void **state)
{
	struct rig rig;

	(void)state;
	set_up(&rig, 0);
	ddl_remote_attach(rig.fetch->board, -1);
	for (uint32_t i = 0; i < DDL_MAX_REMOTE_FILES; i++)
		assert_true(ddl_remote_add(rig.file->fd, i, 0));
	assert_false(ddl_remote_add(rig.file->fd, 0, 0));
	tear_down(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),        cmocka_unit_test(test_wants),        cmocka_unit_test(test_replies),
		cmocka_unit_test(test_split),         cmocka_unit_test(test_split_room),   cmocka_unit_test(test_head),
		cmocka_unit_test(test_head_nonsense), cmocka_unit_test(test_head_length),  cmocka_unit_test(test_store),
		cmocka_unit_test(test_store_unsized), cmocka_unit_test(test_store_memory), cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_wait),          cmocka_unit_test(test_wait_alone),   cmocka_unit_test(test_most_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
