// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of the walls around a program (gpgv): what it needs it may do, it is started once, and any other system
 * call kills it. Its starter has a list of its own, which AddressSanitizer's run time does not bear.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "process/jobs.h"
#include "process/sandbox.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_FILTER 0
#else
#define HAS_FILTER 1
#endif

static const char program[] = "/bin/true";
static char *const words[] = { (char *)(uintptr_t) "true", NULL };
static char *const no_environment[] = { NULL };

/* Each gives what the call gave: 0 or more is success. The numbers, not libc's wrappers, so that it is this call. */
static long try_read(void)
{
	long fd = syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC, 0);

	return fd < 0 ? fd : syscall(SYS_close, fd);
}

static long try_write(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/dev/null", O_WRONLY, 0);
}

static long try_read_write(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR, 0);
}

static long try_create(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/tmp/ddl-escaped", O_RDONLY | O_CREAT, 0600);
}

static long try_cut(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY | O_TRUNC, 0);
}

static long try_fork(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static long try_socket(void)
{
	return syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
}

static long try_kill(void)
{
	return syscall(SYS_kill, getpid(), 0);
}

static long try_ptrace(void)
{
	return syscall(SYS_ptrace, 0, 0, 0, 0);
}

static long try_memory_of(void)
{
	return syscall(SYS_process_vm_writev, getpid(), 0, 0, 0, 0, 0);
}

static long try_prctl(void)
{
	return syscall(SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0);
}

static long try_truncate(void)
{
	return syscall(SYS_ftruncate, 0, 0);
}

static long try_link(void)
{
	return syscall(SYS_symlinkat, "x", AT_FDCWD, "/tmp/ddl-escaped");
}

static long try_other_program(void)
{
	char copy[sizeof(program)];

	memcpy(copy, program, sizeof(copy)); /* its words are right, its place is not */
	return syscall(SYS_execve, copy, words, no_environment);
}

static long try_near_program(void)
{
	return syscall(SYS_execve, program + 1, words, no_environment); /* half of the address is the same */
}

static long try_program(void)
{
	return syscall(SYS_execve, program, words, no_environment);
}

static long try_program_at(void)
{
	return syscall(SYS_execveat, AT_FDCWD, program, words, no_environment, 0);
}

static long try_terminal(void)
{
	int n;

	return syscall(SYS_ioctl, 0, FIONREAD, &n);
}

/* Of its own, and one that hurts nobody: where the list is missing, the call is made. */
static long try_limits(void)
{
	struct rlimit limit = { 0, 0 };

	return syscall(SYS_prlimit64, 0, RLIMIT_CORE, &limit, NULL);
}

/* The wait status of one that is about to become the program and makes this call. 7: it failed. */
static int status_after(long (*call)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (!ddl_sandbox_program(program))
			_exit(99);
		(void)syscall(SYS_exit_group, call() < 0 ? 7 : 0); /* before _exit() AddressSanitizer looks at its stack */
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void a_program_may_do_what_it_needs(void **state)
{
	(void)state;
	assert_int_equal(status_after(try_read), 0);
	assert_int_equal(status_after(try_program), 0); /* which is dynamic, and of glibc */
	assert_int_equal(status_after(try_terminal), 7 << 8);
	assert_int_equal(status_after(try_limits), 7 << 8);
}

static void anything_else_kills_it(void **state)
{
	static long (*const tries[])(void) = {
		try_write,    try_read_write, try_create,        try_cut,          try_fork,
		try_socket,   try_kill,       try_ptrace,        try_memory_of,    try_prctl,
		try_truncate, try_link,       try_other_program, try_near_program, try_program_at,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		int status = status_after(tries[i]);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("call %zu: status %d", i, status);
	}
	assert_int_equal(access("/tmp/ddl-escaped", F_OK), -1);
}

/* ---------------------------------------------------------------- and in a job */

static long call_number, call_argument;

static int start_program(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	int status = -1;
	pid_t pid = fork();

	(void)arg;
	if (pid == 0) {
		if (!ddl_sandbox_program(program))
			_exit(99);
		(void)execve(program, words, no_environment);
		_exit(98);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return ddl_fail(error, DDL_E_INTERNAL, errno, "program");
	return ddl_sink_send(sink, 1, &status, sizeof(status), error);
}

static int make_call(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	(void)sink;
	(void)error;
	(void)arg;
	return (int)syscall(call_number, call_argument, 0, 0, 0, 0);
}

static int take_status(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	(void)type;
	(void)error;
	assert_int_equal(n, sizeof(int));
	memcpy(arg, bytes, sizeof(int));
	return 0;
}

static void a_job_may_start_one(void **state)
{
	const struct ddl_confine confine = { .silence_ms = 5000 };
	struct ddl_error error = DDL_ERROR_INIT;
	int status = -1;
	struct ddl_job job = { .run = start_program, .receive = take_status, .arg = &status, .programs = true };

	(void)state;
	assert_int_equal(ddl_jobs_run(&job, 1, &confine, &error), 0);
	assert_int_equal(status, 0);
}

static void its_starter_has_a_list_too(void **state)
{
	static const struct {
		long number, argument;
	} calls[] = {
		{ SYS_socket, AF_UNIX },
		{ SYS_kill, 0 }, /* the signal is none */
		{ SYS_ptrace, 0 },
		{ SYS_setuid, 0 },
		{ SYS_mount, 0 },
		{ SYS_unlinkat, AT_FDCWD },
		{ SYS_finit_module, 0 },
		{ SYS_unshare, CLONE_NEWUSER },
		{ SYS_clone, CLONE_NEWUSER | SIGCHLD },
		{ SYS_clone, CLONE_NEWNS | SIGCHLD },
	};
	const struct ddl_confine confine = { .silence_ms = 5000 };

	(void)state;
	if (!HAS_FILTER)
		skip();
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		struct ddl_error error = DDL_ERROR_INIT;
		struct ddl_job job = { .run = make_call, .receive = take_status, .programs = true };
		int call = -1;

		call_number = calls[i].number;
		call_argument = calls[i].argument;
		assert_int_equal(ddl_jobs_run(&job, 1, &confine, &error), -1);
		assert_int_equal(sscanf(error.text, "a reader wanted to make system call %d", &call), 1);
		assert_int_equal(call, calls[i].number);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_may_do_what_it_needs),
		cmocka_unit_test(anything_else_kills_it),
		cmocka_unit_test(a_job_may_start_one),
		cmocka_unit_test(its_starter_has_a_list_too),
	};

	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
