// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of confined children: what a job may not do ends the job and not ddload, and
 * nothing is left of it. Under AddressSanitizer there is no filter of system calls and no
 * limit on memory, so what they alone would stop is tested on the other builds.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "process.h"
#include "process/jobs.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_FILTER 0
#else
#define HAS_FILTER 1
#endif

/* ------------------------------------------------------------ nothing is left over */

static size_t descriptors_before;

static int begin(void **state)
{
	(void)state;
	descriptors_before = open_descriptors();
	return 0;
}

static int end(void **state)
{
	(void)state;
	assert_int_equal(open_descriptors(), descriptors_before);
	errno = 0;
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child, not even a dead one */
	assert_int_equal(errno, ECHILD);
	return 0;
}

static unsigned elapsed_ms(const struct timespec *since)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned)((now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000);
}

/* ------------------------------------------------------------------- what is heard */

struct heard {
	char text[4096];
	size_t messages, bytes;
	uint32_t last_type;
	int (*act)(struct ddl_sink *sink, struct ddl_error *error);
	unsigned number;
};

static int hear(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct heard *heard = arg;

	(void)error;
	heard->messages++;
	heard->bytes += n;
	heard->last_type = type;
	if (strlen(heard->text) + n < sizeof(heard->text))
		strncat(heard->text, bytes, n);
	return 0;
}

static int act(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct heard *heard = arg;

	return heard->act(sink, error);
}

static int say(struct ddl_sink *sink, const char *text, struct ddl_error *error)
{
	return ddl_sink_send(sink, 1, text, strlen(text), error);
}

static struct ddl_error failure;

/* Runs one job in a child. */
static struct heard run(int (*what)(struct ddl_sink *, struct ddl_error *), unsigned silence_ms, int expected)
{
	struct heard heard = { .act = what };
	struct ddl_job job = { .run = act, .receive = hear, .arg = &heard };
	struct ddl_confine confine = { .silence_ms = silence_ms };

	ddl_error_clear(&failure);
	assert_int_equal(ddl_jobs_run(&job, 1, &confine, &failure), expected);
	assert_int_equal(job.ok, expected == 0);
	assert_int_equal(job.error.code, failure.code);
	return heard;
}

/* ------------------------------------------------------------------------- the good */

static int greet(struct ddl_sink *sink, struct ddl_error *error)
{
	return say(sink, "hello ", error) < 0 ? -1 : say(sink, "world", error);
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* What libraries call by themselves on the way: memory in all sizes, sorting, time, printing. */
static int work(struct ddl_sink *sink, struct ddl_error *error)
{
	static int numbers[100000];
	struct timespec now;
	char text[64];

	for (int i = 0; i < 100000; i++)
		numbers[i] = (int)((unsigned)i * 7919U % 100000U);
	qsort(numbers, 100000, sizeof(*numbers), compare);
	for (size_t n = 1; n < 200u * 1024 * 1024; n *= 3) {
		char *bytes = malloc(n), *more = bytes ? realloc(bytes, 2 * n) : NULL;

		if (!more)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%zu", n);
		more[0] = more[2 * n - 1] = 1;
		free(more);
	}
	(void)time(NULL);
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	(void)snprintf(text, sizeof(text), "%d %.3f", numbers[99999], 1.5);
	return say(sink, text, error);
}

static int send_much(struct ddl_sink *sink, struct ddl_error *error)
{
	static char bytes[DDL_MAX_MESSAGE];

	for (unsigned i = 0; i < 100; i++)
		if (ddl_sink_send(sink, i, bytes, i % 2 ? sizeof(bytes) : i, error) < 0)
			return -1;
	return ddl_sink_send(sink, 7, bytes, 0, error);
}

static int send_too_much(struct ddl_sink *sink, struct ddl_error *error)
{
	static char bytes[DDL_MAX_MESSAGE + 1];

	return ddl_sink_send(sink, 1, bytes, sizeof(bytes), error);
}

static int fail_with_words(struct ddl_sink *sink, struct ddl_error *error)
{
	(void)sink;
	return ddl_fail(error, DDL_E_CHECKSUM, EIO, "a.rpm");
}

static int fail_without_words(struct ddl_sink *sink, struct ddl_error *error)
{
	(void)sink;
	(void)error;
	return -1;
}

/* limit: DDL_MAX_MESSAGE */
static void tells_what_it_finds(void **state)
{
	struct heard heard = run(greet, 0, 0);

	(void)state;
	assert_string_equal(heard.text, "hello world");
	assert_int_equal(heard.messages, 2);
	heard = run(work, 0, 0);
	assert_string_equal(heard.text, "99999 1.500");
	heard = run(send_much, 0, 0);
	assert_int_equal(heard.messages, 101);
	assert_int_equal(heard.bytes, 50 * DDL_MAX_MESSAGE + 2450);
	assert_int_equal(heard.last_type, 7);
}

static void its_error_comes_over(void **state)
{
	(void)state;
	(void)run(fail_with_words, 0, -1);
	assert_int_equal(failure.code, DDL_E_CHECKSUM);
	assert_int_equal(failure.os_errno, EIO);
	assert_string_equal(failure.text, "a.rpm");
	(void)run(fail_without_words, 0, -1);
	assert_int_equal(failure.code, DDL_E_INTERNAL);
	(void)run(send_too_much, 0, -1);
	assert_int_equal(failure.code, DDL_E_INTERNAL);
	assert_string_equal(failure.text, "message of 65537 bytes");
}

/* ---------------------------------------------------------------- what is forbidden */

static int try_open(struct ddl_sink *sink, struct ddl_error *error)
{
	return open("/etc/passwd", O_RDONLY) < 0 ? say(sink, "no", error) : say(sink, "OPENED", error);
}

static int try_create(struct ddl_sink *sink, struct ddl_error *error)
{
	return open("/tmp/ddl-escaped", O_WRONLY | O_CREAT, 0600) < 0 ? say(sink, "no", error) : say(sink, "OPENED", error);
}

static int try_socket(struct ddl_sink *sink, struct ddl_error *error)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? say(sink, "no", error) : say(sink, "CONNECTED", error);
}

static int try_exec(struct ddl_sink *sink, struct ddl_error *error)
{
	static char *const argv[] = { (char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t) "exit 0", NULL };

	(void)execv("/bin/sh", argv);
	return say(sink, "no", error);
}

static int try_fork(struct ddl_sink *sink, struct ddl_error *error)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return say(sink, "FORKED", error);
}

static int try_kill(struct ddl_sink *sink, struct ddl_error *error)
{
	(void)kill(1, 0);
	return say(sink, "KILLED", error);
}

static int try_ptrace(struct ddl_sink *sink, struct ddl_error *error)
{
	(void)syscall(SYS_ptrace, 0, 0, 0, 0);
	return say(sink, "TRACED", error);
}

static int try_setuid(struct ddl_sink *sink, struct ddl_error *error)
{
	(void)syscall(SYS_setuid, 0);
	return say(sink, "ROOT", error);
}

static int try_module(struct ddl_sink *sink, struct ddl_error *error)
{
	(void)syscall(SYS_delete_module, "no_such_module", O_NONBLOCK);
	return say(sink, "REMOVED", error);
}

static int try_ioctl(struct ddl_sink *sink, struct ddl_error *error)
{
	int n;

	(void)sink;
	(void)error;
	return ioctl(0, FIONREAD, &n);
}

static void forbidden_calls_end_the_job(void **state)
{
	static const struct {
		int (*function)(struct ddl_sink *sink, struct ddl_error *error);
		int call; /* -1: the library's choice */
	} tries[] = {
		{ try_open, -1 },           { try_create, -1 },         { try_socket, SYS_socket },
		{ try_exec, SYS_execve },   { try_fork, -1 },           { try_kill, SYS_kill },
		{ try_ptrace, SYS_ptrace }, { try_setuid, SYS_setuid }, { try_module, SYS_delete_module },
		{ try_ioctl, SYS_ioctl },
	};

	(void)state;
	if (!HAS_FILTER)
		skip();
	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		struct heard heard = run(tries[i].function, 5000, -1);
		int call = -1;

		assert_int_equal(failure.code, DDL_E_INTERNAL); /* a disk is not to be blamed for it */
		assert_int_equal(sscanf(failure.text, "a reader wanted to make system call %d, which none may make", &call), 1);
		assert_true(tries[i].call < 0 ? call >= 0 : call == tries[i].call);
		assert_int_equal(heard.messages, 0);
	}
	assert_int_equal(access("/tmp/ddl-escaped", F_OK), -1);
	assert_string_equal(run(greet, 0, 0).text, "hello world"); /* and the next one works */
}

/* --------------------------------------------------------------------- what breaks */

static int crash(struct ddl_sink *sink, struct ddl_error *error)
{
	(void)signal(SIGSEGV, SIG_DFL); /* not the sanitizer's */
	(void)say(sink, "a", error);
	*(volatile int *)(uintptr_t)16 = 1;
	return 0;
}

static int trap(struct ddl_sink *sink, struct ddl_error *error)
{
	(void)sink;
	(void)error;
	(void)signal(SIGILL, SIG_DFL);
	__builtin_trap();
}

static int go_away(struct ddl_sink *sink, struct ddl_error *error)
{
	(void)sink;
	(void)error;
	_exit(0);
}

static int loop(struct ddl_sink *sink, struct ddl_error *error)
{
	(void)sink;
	(void)error;
	for (volatile unsigned i = 0; i < UINT32_MAX; i++)
		;
	return 0;
}

static int silent(struct ddl_sink *sink, struct ddl_error *error)
{
	volatile int lock = 0;

	(void)sink;
	(void)error;
	while (!lock) /* waits for one that nobody gives */
		(void)syscall(SYS_futex, &lock, 0, 0, NULL, NULL, 0);
	return 0;
}

static int burn(struct ddl_sink *sink, struct ddl_error *error)
{
	for (unsigned i = 0; i < 3; i++)
		if (say(sink, "x", error) < 0)
			return -1;
	return loop(sink, error);
}

static int eat(struct ddl_sink *sink, struct ddl_error *error)
{
	size_t total = 0;

	for (;;) {
		char *piece = malloc(16 * 1024 * 1024);

		if (!piece)
			break;
		memset(piece, 1, 4096);
		total += 16;
	}
	if (total > DDL_MAX_CHILD_MEMORY / (1024 * 1024))
		return say(sink, "ATE", error);
	return ddl_fail(error, DDL_E_MEMORY, 0, "after %zu MiB", total);
}

static void a_crash_is_the_jobs(void **state)
{
	struct heard heard = run(crash, 5000, -1);

	(void)state;
	assert_int_equal(failure.code, DDL_E_DAMAGED);
	assert_string_equal(heard.text, "a"); /* what it said before is heard */
	(void)run(trap, 5000, -1);
	assert_int_equal(failure.code, DDL_E_DAMAGED);
	assert_non_null(strstr(failure.text, "signal"));
	(void)run(go_away, 5000, -1);
	assert_int_equal(failure.code, DDL_E_DAMAGED);
	assert_string_equal(failure.text, "the reader ended without a result");
}

static void one_that_hangs_is_given_up(void **state)
{
	static int (*const hangs[])(struct ddl_sink *, struct ddl_error *) = { loop, silent, burn };

	(void)state;
	for (size_t i = 0; i < sizeof(hangs) / sizeof(*hangs); i++) {
		struct timespec since;

		(void)clock_gettime(CLOCK_MONOTONIC, &since);
		(void)run(hangs[i], 400, -1);
		assert_int_equal(failure.code, DDL_E_TIMEOUT);
		assert_in_range(elapsed_ms(&since), 400, 3000);
	}
}

/* limit: DDL_MAX_CHILD_MEMORY */
static void memory_is_limited(void **state)
{
	struct heard heard;

	(void)state;
	if (!HAS_FILTER)
		skip();
	heard = run(eat, 20000, -1);
	assert_int_equal(heard.messages, 0);
	assert_int_equal(failure.code, DDL_E_MEMORY);
}

/* The child may not ask the kernel for its limits; who it is can be said. */
static int tell_pid(struct ddl_sink *sink, struct ddl_error *error)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%ld", (long)getpid());
	if (say(sink, text, error) < 0)
		return -1;
	return loop(sink, error);
}

/* What /proc shows of a child, looked at from the parent while it runs. */
static char proc_oom[16], proc_status[8192], proc_limits[8192], proc_fds[1024];

static void read_proc(const char *pid, const char *name, char *to, size_t room)
{
	char path[128];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	n = read(fd, to, room - 1);
	assert_true(n > 0);
	to[n] = '\0';
	(void)close(fd);
}

static int look_at_child(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	char pid[32], path[64];
	struct dirent *entry;
	DIR *dir;

	(void)arg;
	(void)type;
	(void)snprintf(pid, sizeof(pid), "%.*s", (int)n, (const char *)bytes);
	read_proc(pid, "status", proc_status, sizeof(proc_status));
	read_proc(pid, "limits", proc_limits, sizeof(proc_limits));
	read_proc(pid, "oom_score_adj", proc_oom, sizeof(proc_oom));
	(void)snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	proc_fds[0] = '\0';
	while (dir && (entry = readdir(dir))) {
		char target[256], link[400];
		ssize_t length;

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(link, sizeof(link), "%s/%s", path, entry->d_name);
		length = readlink(link, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		if (strncmp(target, "socket:", 7) == 0)
			target[6] = '\0';
		(void)strncat(proc_fds, target, sizeof(proc_fds) - strlen(proc_fds) - 2);
		(void)strcat(proc_fds, " ");
	}
	if (dir)
		closedir(dir);
	return ddl_fail(error, DDL_E_CANCELLED, 0, "seen");
}

/* limit: DDL_CHILD_CPU_SECONDS   the kernel ends it after that */
static void its_walls_as_seen_from_outside(void **state)
{
	int kept = open("/dev/zero", O_RDONLY), other = open("/etc/passwd", O_RDONLY), far = fcntl(other, F_DUPFD, 700);
	struct heard heard = { .act = tell_pid };
	struct ddl_job job = { .run = act, .receive = look_at_child, .arg = &heard, .keep = &kept, .n_keep = 1 };
	struct ddl_confine confine = { .silence_ms = 5000 };
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	assert_true(kept >= 0 && other >= 0 && far >= 700);
	assert_int_equal(ddl_jobs_run(&job, 1, &confine, &error), -1);
	(void)close(kept);
	(void)close(other);
	(void)close(far);
	assert_int_equal(error.code, DDL_E_CANCELLED);
	assert_string_equal(error.text, "seen");
	assert_string_equal(proc_fds, *proc_fds == '/' && strstr(proc_fds, "socket /dev/zero") ?
					      "/dev/null /dev/null /dev/null socket /dev/zero " :
					      "/dev/null /dev/null /dev/null /dev/zero socket ");
	assert_non_null(strstr(proc_status, "NoNewPrivs:\t1\n"));
	if (HAS_FILTER)
		assert_non_null(strstr(proc_status, "Seccomp:\t2\n"));
	if (geteuid() == 0) {
		assert_non_null(strstr(proc_status, "Uid:\t65534\t65534\t65534\t65534\n"));
		assert_non_null(strstr(proc_status, "Gid:\t65534\t65534\t65534\t65534\n"));
		assert_non_null(strstr(proc_status, "Groups:\t \n"));
		assert_non_null(strstr(proc_status, "CapPrm:\t0000000000000000\n"));
		assert_non_null(strstr(proc_status, "CapEff:\t0000000000000000\n"));
	}
	assert_int_equal(DDL_CHILD_CPU_SECONDS, 120);
	assert_non_null(strstr(proc_limits, "Max cpu time              120                  121"));
	assert_non_null(strstr(proc_limits, "Max file size             0                    0"));
	assert_non_null(strstr(proc_limits, "Max core file size        0                    0"));
	assert_string_equal(proc_oom, "1000\n");
}

static int kill_child(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	char pid[32];

	(void)arg;
	(void)type;
	(void)error;
	(void)snprintf(pid, sizeof(pid), "%.*s", (int)n, (const char *)bytes);
	return kill((pid_t)strtol(pid, NULL, 10), SIGKILL);
}

/* The kernel does so where memory is short: the disk is not to blame. */
static void killed_means_no_memory(void **state)
{
	struct heard heard = { .act = tell_pid };
	struct ddl_job job = { .run = act, .receive = kill_child, .arg = &heard };
	struct ddl_confine confine = { .silence_ms = 5000 };
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	assert_int_equal(ddl_jobs_run(&job, 1, &confine, &error), -1);
	assert_int_equal(error.code, DDL_E_MEMORY);
}

/* ---------------------------------------------------------------- wrong on the wire */

static int channel_of(void)
{
	for (int fd = 3; fd < 4096; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return fd;
	return -1;
}

static int write_long_frame(struct ddl_sink *sink, struct ddl_error *error)
{
	const uint32_t frame[2] = { 1, DDL_MAX_MESSAGE + 1 };

	(void)error;
	(void)!write(channel_of(), frame, sizeof(frame));
	return loop(sink, error);
}

static int write_half_a_frame(struct ddl_sink *sink, struct ddl_error *error)
{
	const uint32_t frame[2] = { 1, 1000 };

	(void)sink;
	(void)error;
	(void)!write(channel_of(), frame, sizeof(frame));
	(void)!write(channel_of(), "abc", 3);
	_exit(0);
}

static int write_garbled_end(struct ddl_sink *sink, struct ddl_error *error)
{
	const uint32_t frame[3] = { UINT32_MAX, 4, 0 };

	(void)!write(channel_of(), frame, sizeof(frame));
	return loop(sink, error);
}

static int write_hostile_end(struct ddl_sink *sink, struct ddl_error *error)
{
	const uint32_t frame[2] = { UINT32_MAX, sizeof(struct ddl_error) };
	struct ddl_error end;

	memset(&end, 0xFE, sizeof(end)); /* no such code, a text without an end */
	(void)!write(channel_of(), frame, sizeof(frame));
	(void)!write(channel_of(), &end, sizeof(end));
	return loop(sink, error);
}

static int write_noise(struct ddl_sink *sink, struct ddl_error *error)
{
	uint32_t seed = 12345;

	(void)sink;
	(void)error;
	for (unsigned i = 0; i < 100000; i++) {
		seed = seed * 1664525 + 1013904223;
		if (write(channel_of(), &seed, sizeof(seed)) < 0)
			break;
	}
	_exit(0);
}

static int speak_in_drops(struct ddl_sink *sink, struct ddl_error *error)
{
	const uint32_t frame[2] = { 5, 3 };

	(void)sink;
	(void)error;
	for (size_t i = 0; i < sizeof(frame); i++)
		(void)!write(channel_of(), (const char *)frame + i, 1);
	for (size_t i = 0; i < 3; i++)
		(void)!write(channel_of(), &"xyz"[i], 1);
	return 0;
}

static int refuse(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	(void)arg;
	(void)type;
	(void)bytes;
	(void)n;
	return ddl_fail(error, DDL_E_SIZE, 0, "refused");
}

static int talk_for_ever(struct ddl_sink *sink, struct ddl_error *error)
{
	while (say(sink, "and", error) == 0)
		;
	return -1;
}

static void nonsense_is_refused(void **state)
{
	static const struct {
		int (*act)(struct ddl_sink *, struct ddl_error *);
		const char *words;
	} cases[] = {
		{ write_long_frame, "the reader's message is too long" },
		{ write_half_a_frame, "the reader ended without a result" },
		{ write_garbled_end, "the reader's last word is garbled" },
		{ write_hostile_end, "" },
		{ write_noise, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct heard heard = run(cases[i].act, 5000, -1);

		assert_int_equal(failure.code, DDL_E_DAMAGED);
		if (*cases[i].words)
			assert_string_equal(failure.text, cases[i].words);
		for (const char *c = failure.text; *c; c++)
			assert_true((unsigned char)*c >= ' ' && (unsigned char)*c < 0x7F);
		assert_int_equal(heard.messages, 0);
	}
	{
		struct heard heard = run(speak_in_drops, 5000, 0);

		assert_string_equal(heard.text, "xyz");
		assert_int_equal(heard.last_type, 5);
	}
}

static void the_parent_may_refuse(void **state)
{
	struct heard heard = { .act = talk_for_ever };
	struct ddl_job job = { .run = act, .receive = refuse, .arg = &heard };
	struct ddl_confine confine = { .silence_ms = 0 };
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	assert_int_equal(ddl_jobs_run(&job, 1, &confine, &error), -1);
	assert_int_equal(error.code, DDL_E_SIZE);
	assert_string_equal(error.text, "refused");
}

/* --------------------------------------------------------------------- many of them */

struct many {
	unsigned number;
	bool fails;
	char heard[64];
};

static int tell_number(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct many *many = arg;
	char text[64];

	if (many->fails)
		return ddl_fail(error, DDL_E_SIZE, 0, "number %u", many->number);
	(void)snprintf(text, sizeof(text), "I am %u", many->number);
	return say(sink, text, error);
}

static int hear_number(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct many *many = arg;

	(void)type;
	(void)error;
	(void)snprintf(many->heard, sizeof(many->heard), "%.*s", (int)n, (const char *)bytes);
	return 0;
}

static void run_many(const struct ddl_confine *confine)
{
	enum { N = 40 };
	struct many many[N];
	struct ddl_job jobs[N];
	struct ddl_error error = DDL_ERROR_INIT;

	for (unsigned i = 0; i < N; i++) {
		many[i] = (struct many){ .number = i, .fails = i == 17 || i == 23 };
		jobs[i] = (struct ddl_job){ .run = tell_number, .receive = hear_number, .arg = &many[i] };
	}
	assert_int_equal(ddl_jobs_run(jobs, N, confine, &error), -1);
	assert_string_equal(error.text, "number 17"); /* the first of them, whichever ended first */
	for (unsigned i = 0; i < N; i++) {
		char text[64];

		(void)snprintf(text, sizeof(text), "I am %u", i);
		assert_int_equal(jobs[i].ok, !many[i].fails);
		assert_int_equal(jobs[i].error.code, many[i].fails ? DDL_E_SIZE : DDL_OK);
		assert_string_equal(many[i].heard, many[i].fails ? "" : text);
	}
}

static void each_job_has_its_result(void **state)
{
	(void)state;
	run_many(&(struct ddl_confine){ .parallel = 1 });
	run_many(&(struct ddl_confine){ .parallel = 3 });
	run_many(&(struct ddl_confine){ .parallel = 1000 });
	run_many(&(struct ddl_confine){ .parallel = 0 });
	run_many(&(struct ddl_confine){ .unconfined = true });
	assert_int_equal(ddl_jobs_run(NULL, 0, &(struct ddl_confine){ .parallel = 1 }, NULL), 0);
}

/* Two that each wait for the other's silence to end run in the time of one. */
static void jobs_run_side_by_side(void **state)
{
	struct heard heard[4];
	struct ddl_job jobs[4];
	struct ddl_confine confine = { .parallel = 4, .silence_ms = 700 };
	struct timespec since;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		heard[i] = (struct heard){ .act = silent };
		jobs[i] = (struct ddl_job){ .run = act, .receive = hear, .arg = &heard[i] };
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &since);
	assert_int_equal(ddl_jobs_run(jobs, 4, &confine, NULL), -1);
	assert_in_range(elapsed_ms(&since), 700, 2300); /* one after the other: 2800 */
}

static unsigned questions;

static bool stop_soon(void *arg)
{
	(void)arg;
	return ++questions < 4;
}

static void cancelled_at_once(void **state)
{
	for (unsigned unconfined = 0; unconfined < 2; unconfined++) {
		struct heard heard[6];
		struct ddl_job jobs[6];
		struct ddl_confine confine = { .parallel = 2, .go_on = stop_soon, .unconfined = unconfined };
		struct ddl_error error = DDL_ERROR_INIT;
		struct timespec since;

		(void)state;
		questions = 0;
		for (size_t i = 0; i < 6; i++) {
			heard[i] = (struct heard){ .act = unconfined ? greet : silent };
			jobs[i] = (struct ddl_job){ .run = act, .receive = hear, .arg = &heard[i] };
		}
		(void)clock_gettime(CLOCK_MONOTONIC, &since);
		assert_int_equal(ddl_jobs_run(jobs, 6, &confine, &error), -1);
		assert_int_equal(error.code, DDL_E_CANCELLED);
		assert_in_range(elapsed_ms(&since), 0, 2000);
		assert_int_equal(questions, 4);
		assert_false(jobs[5].ok);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tells_what_it_finds),
		TEST(its_error_comes_over),
		TEST(forbidden_calls_end_the_job),
		TEST(a_crash_is_the_jobs),
		TEST(one_that_hangs_is_given_up),
		TEST(memory_is_limited),
		TEST(its_walls_as_seen_from_outside),
		TEST(killed_means_no_memory),
		TEST(nonsense_is_refused),
		TEST(the_parent_may_refuse),
		TEST(each_job_has_its_result),
		TEST(jobs_run_side_by_side),
		TEST(cancelled_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
