// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests at a limit of limits.h and one past it, for children: how long one may be silent, how many there are,
 * what gpgv may say. The clock goes as fast as a test wants, and a copy of this program stands in for gpgv.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "process/jobs.h"
#include "tree.h"
#include "verify/signature.h"

/* ------------------------------------------------------------------------ the clock */

static long ahead_ms; /* of the real one */

/* In the C library's place: a program's own definition goes first. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
	long result = syscall(SYS_clock_gettime, clock, now);

	now->tv_sec += ahead_ms / 1000;
	now->tv_nsec += ahead_ms % 1000 * 1000000;
	if (now->tv_nsec >= 1000000000) {
		now->tv_sec++;
		now->tv_nsec -= 1000000000;
	}
	return (int)result;
}

static long real_ms(void)
{
	struct timespec now;

	(void)syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --------------------------------------------------------------------------- silence */

static int hang(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	(void)arg, (void)sink, (void)error;
	for (;;)
		(void)syscall(SYS_futex, &(int){ 0 }, 0, 0, NULL, NULL, 0);
	return 0;
}

static int hear_nothing(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	(void)arg, (void)type, (void)bytes, (void)n, (void)error;
	return 0;
}

static long begun_ms, limit_ms;
static unsigned calls;

/* Puts the clock a second before the limit; it is past it when a little more than that has gone by. */
static bool put_forward(void *arg)
{
	(void)arg;
	if (calls++ == 1) { /* the child has begun */
		begun_ms = real_ms();
		ahead_ms = limit_ms - 1000;
	}
	return true;
}

/* limit: DDL_CHILD_SILENCE_MS */
static void silence(void **state)
{
	struct ddl_job job = { .run = hang, .receive = hear_nothing };
	struct ddl_confine confine = { .go_on = put_forward };
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	calls = 0;
	limit_ms = DDL_CHILD_SILENCE_MS;
	assert_int_equal(ddl_jobs_run(&job, 1, &confine, &error), -1);
	ahead_ms = 0;
	assert_int_equal(error.code, DDL_E_TIMEOUT);
	assert_string_equal(error.text, "nothing read for 90 s");
	assert_true(real_ms() - begun_ms >= 900); /* not before its time */
}

/* ----------------------------------------------------------------------------- gpgv */

/* AddressSanitizer's run time needs system calls that gpgv may not make. */
#if defined(__SANITIZE_ADDRESS__)
#define STANDS_IN 0
#else
#define STANDS_IN 1
#endif

/* As gpgv: says as many bytes as the signature's file asks for, or nothing and for ever. */
static int stand_in(char **words)
{
	static const char good[] = "[GNUPG:] GOODSIG 0123456789ABCDEF A\n[GNUPG:] VALIDSIG 0123456789ABCDEF 1\n";
	char text[64] = "", **packet = words;
	long n;

	while (*packet && strcmp(*packet, "--") != 0)
		packet++;
	if (!*packet || pread((int)strtol(packet[1] + 2, NULL, 10), text, sizeof(text) - 1, 0) <= 0)
		return 2;
	n = strtol(text, NULL, 10);
	while (n < 0)
		(void)syscall(SYS_futex, &n, 0, (int)n, NULL, NULL, 0); /* waits by the means that gpgv has */
	if (fputs(good, stdout) < 0)
		return 2;
	for (n -= (long)strlen(good); n > 0; n--)
		if (putchar(n == 1 ? '\n' : 'x') < 0)
			return 2;
	return fflush(stdout) == 0 ? 0 : 2;
}

static enum ddl_signature_state check(long says, struct ddl_error *error)
{
	struct ddl_confine confine = { .go_on = says < 0 ? put_forward : NULL };
	struct ddl_options options = { .root = tree_path("no-root") };
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_stage *stage = ddl_stage_new(NULL, 0, error);
	struct ddl_log *log = ddl_log_open(NULL, NULL);
	struct ddl_checker *checker = ddl_checker_new(&options, stage, log, error);
	struct ddl_signature signature;
	struct ddl_claim claim = { .data = "data", .data_length = 4, .data_fd = -1 };
	char packet[32];

	(void)snprintf(packet, sizeof(packet), "%ld", says);
	claim.packet = packet;
	claim.packet_length = strlen(packet);
	assert_non_null(checker);
	assert_int_equal(ddl_signature_check(checker, &confine, arena, &claim, &signature, error), 0);
	ddl_checker_free(checker);
	ddl_log_close(log);
	ddl_stage_free(stage);
	ddl_arena_free(arena);
	return signature.state;
}

/* limit: DDL_MAX_GPGV_WORDS   one that says more has not ended well */
static void gpgv_words(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	if (!STANDS_IN)
		skip();
	assert_int_equal(check(100, &error), DDL_SIGNED_GOOD);
	assert_int_equal(check(DDL_MAX_GPGV_WORDS, &error), DDL_SIGNED_GOOD);
	/* more than that and a pipe full of it: it is ended by the closed pipe */
	assert_int_equal(check(3L * DDL_MAX_GPGV_WORDS, &error), DDL_SIGNED_BAD);
}

/* limit: DDL_GPGV_MS */
static void gpgv_hangs(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	if (!STANDS_IN)
		skip();
	calls = 0;
	limit_ms = DDL_GPGV_MS;
	assert_int_equal(check(-1, &error), DDL_SIGNED_UNCHECKED);
	ahead_ms = 0;
	assert_int_equal(error.code, DDL_E_TIMEOUT);
	assert_true(real_ms() - begun_ms >= 900);
	/* and none is left */
	assert_true(tree_shell(
		"for i in 1 2 3 4 5; do ls -l /proc/[0-9]*/exe 2>/dev/null | grep -q \"$(pwd -P)/ddload-gpgv\" || exit 0;"
		" sleep 0.2; done; exit 1"));
}

/* -------------------------------------------------------------------------- how many */

static atomic_uint *running;

static int count_me(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	unsigned now = atomic_fetch_add(&running[0], 1) + 1, most = atomic_load(&running[1]);
	const struct timespec moment = { 0, 300000000 };

	(void)arg, (void)sink, (void)error;
	while (now > most && !atomic_compare_exchange_weak(&running[1], &most, now))
		;
	(void)syscall(SYS_futex, &(int){ 0 }, 0, 0, &moment, NULL, 0);
	(void)atomic_fetch_sub(&running[0], 1);
	return 0;
}

/* limit: DDL_MAX_CHILDREN   asked for one more */
static void children(void **state)
{
	struct ddl_job jobs[DDL_MAX_CHILDREN + 1];
	struct ddl_confine confine = { .parallel = DDL_MAX_CHILDREN + 1 };

	(void)state;
	running = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(running, MAP_FAILED);
	for (unsigned i = 0; i < DDL_MAX_CHILDREN + 1; i++)
		jobs[i] = (struct ddl_job){ .run = count_me, .receive = hear_nothing };
	assert_int_equal(ddl_jobs_run(jobs, DDL_MAX_CHILDREN + 1, &confine, NULL), 0);
	assert_in_range(atomic_load(&running[1]), 2, DDL_MAX_CHILDREN);
	(void)munmap(running, 4096);
}

int main(int count, char **words)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silence),
		cmocka_unit_test(gpgv_words),
		cmocka_unit_test(gpgv_hangs),
		cmocka_unit_test(children),
	};
	const char *tmp = getenv("DDL_TMP");

	if (strcmp(words[0], "gpgv") == 0)
		return stand_in(words);
	/* again from a directory of its own, with itself in gpgv's place beside it */
	if (count == 1 && tmp && tree_shell("cp /proc/%d/exe again && cp again ddload-gpgv", (int)getpid())) {
		char *const again[] = { (char *)(uintptr_t)tree_path("again"), (char *)(uintptr_t) "-", NULL };

		(void)execv(again[0], again);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
