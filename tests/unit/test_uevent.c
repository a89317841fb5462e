/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of the kernel's messages mean that a medium came or went. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "ddl.h"
#include "source/uevent.h"

static int ends[2];

static int set_up(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends);
}

static int tear_down(void **state)
{
	(void)state;
	close(ends[0]);
	close(ends[1]);
	return 0;
}

/* Line feeds in `text` are sent as NULs. */
static void send_text(const char *text)
{
	char message[16384];
	size_t length = strlen(text) + 1;

	memcpy(message, text, length);
	for (size_t i = 0; i < length; i++)
		message[i] = message[i] == '\n' ? '\0' : message[i];
	assert_int_equal(send(ends[1], message, length, 0), (ssize_t)length);
}

static void test_messages(void **state)
{
	static const struct {
		const char *text;
		bool counts;
	} cases[] = {
		{ "add@/devices/x/block/sdb\nACTION=add\nDEVPATH=/x\nSUBSYSTEM=block\nDEVNAME=sdb", true },
		{ "remove@/x\nACTION=remove\nSUBSYSTEM=block", true },
		{ "change@/x\nACTION=change\nSUBSYSTEM=block\nDISK_MEDIA_CHANGE=1", true },
		{ "change@/x\nACTION=change\nSUBSYSTEM=block", false },
		{ "change@/x\nACTION=change\nSUBSYSTEM=block\nSYNTH_UUID=0", false },
		{ "add@/x\nACTION=add\nSUBSYSTEM=usb\nX=SUBSYSTEM=block", false },
		{ "add@/x\nACTION=add\nSUBSYSTEM=blocks", false },
		{ "bind@/x\nACTION=bind\nSUBSYSTEM=block", false },
		{ "ACTION", false },
		{ "", false },
	};

	(void)state;
	assert_false(ddl_media_changed(ends[0]));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		send_text(cases[i].text);
		assert_int_equal(ddl_media_changed(ends[0]), cases[i].counts);
		assert_false(ddl_media_changed(ends[0]));
	}
}

/* All that waits is read at once, and one of many counts. */
static void test_many(void **state)
{
	char large[9000];

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	send_text(large);
	send_text("remove@/x\nACTION=remove\nSUBSYSTEM=block");
	send_text("add@/x\nACTION=add\nSUBSYSTEM=usb");
	assert_true(ddl_media_changed(ends[0]));
	assert_int_equal(recv(ends[0], large, 1, MSG_DONTWAIT), -1);
}

static void test_gone(void **state)
{
	(void)state;
	assert_false(ddl_media_changed(-1));
	ddl_uevent_close(-1);
	int fd = ddl_uevent_open(); /* not in every container */
	if (fd < 0)
		skip();
	(void)ddl_media_changed(fd);
	ddl_uevent_close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_messages),
		TEST(test_many),
		cmocka_unit_test(test_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
