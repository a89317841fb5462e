// SPDX-License-Identifier: GPL-2.0-or-later
/* A child's walls: descriptors, limits, user id, system calls. */
#include "process/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/limits.h"

/* Nobody, on every distribution. */
#define NOBODY 65534U

/* Descriptors beyond this are not looked for one by one. */
#define MAX_OLD_FD 4096

/* The sanitizers' run time needs memory and system calls that a reader does not. */
#if defined(__SANITIZE_ADDRESS__)
#define INSTRUMENTED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer)
#define INSTRUMENTED 1
#endif
#endif
#ifndef INSTRUMENTED
#define INSTRUMENTED 0
#endif

#if defined(__x86_64__)
#define AUDIT_ARCH_HERE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define AUDIT_ARCH_HERE AUDIT_ARCH_AARCH64
#endif

static bool is_kept(int fd, int channel, const int *keep, size_t n_keep)
{
	for (size_t i = 0; i < n_keep; i++)
		if (keep[i] == fd)
			return true;
	return fd == channel;
}

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Closes first … last; one by one where the kernel (before 5.9) cannot do it at once. */
static void close_between(int first, int last)
{
	if (first > last)
		return;
#ifdef SYS_close_range
	if (syscall(SYS_close_range, (unsigned)first, (unsigned)last, 0) == 0)
		return;
#endif
	last = last > MAX_OLD_FD ? MAX_OLD_FD : last;
	for (int fd = first; fd <= last; fd++)
		(void)close(fd); /* most are not open */
}

/* The terminal is taken away as well: 0, 1 and 2 lead nowhere. */
static int close_others(int channel, const int *keep, size_t n_keep, struct ddl_error *error)
{
	DDL_FREE int *kept = malloc((n_keep + 1) * sizeof(*kept));
	int nowhere, next = 3;

	if (!kept)
		return ddl_fail(error, DDL_E_MEMORY, 0, "reader");
	nowhere = open("/dev/null", O_RDWR | O_CLOEXEC); /* closed below, with all that is not kept */
	if (n_keep)
		memcpy(kept, keep, n_keep * sizeof(*kept));
	kept[n_keep] = channel;
	qsort(kept, n_keep + 1, sizeof(*kept), compare);
	for (int fd = 0; fd < 3; fd++)
		if (!is_kept(fd, channel, keep, n_keep) && (nowhere < 0 || dup2(nowhere, fd) < 0))
			(void)close(fd);
	for (size_t i = 0; i <= n_keep; i++) {
		close_between(next, kept[i] - 1);
		next = kept[i] >= next ? kept[i] + 1 : next;
	}
	close_between(next, INT_MAX);
	return 0;
}

/* EPERM: an ordinary user's limit is lower already, which is as good. */
#define SET_LIMITS(which, soft, hard) (setrlimit((which), &(struct rlimit){ (soft), (hard) }) == 0 || errno == EPERM)
#define SET_LIMIT(which, value) SET_LIMITS(which, value, value)

static int set_limits(rlim_t file_size, struct ddl_error *error)
{
	if ((!INSTRUMENTED && !SET_LIMIT(RLIMIT_AS, DDL_MAX_CHILD_MEMORY)) ||
	    /* the soft one says what it was (SIGXCPU): being killed means that memory was short */
	    !SET_LIMITS(RLIMIT_CPU, DDL_CHILD_CPU_SECONDS, DDL_CHILD_CPU_SECONDS + 1) || !SET_LIMIT(RLIMIT_CORE, 0) ||
	    !SET_LIMIT(RLIMIT_FSIZE, file_size))
		return ddl_fail(error, DDL_E_INTERNAL, errno, "limits of the reader");
	return 0;
}

static int drop_privileges(struct ddl_error *error)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return ddl_fail(error, DDL_E_INTERNAL, errno, "no_new_privs");
	if (geteuid() != 0)
		return 0;
	/* the libc's wrappers tell other threads, of which there are none; the calls are enough */
	if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return ddl_fail(error, DDL_E_INTERNAL, errno, "user id of the reader");
	if (setuid(0) == 0)
		return ddl_fail(error, DDL_E_INTERNAL, 0, "the reader is still root");
	return 0;
}

#ifdef AUDIT_ARCH_HERE

#define ALLOW(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* Reading, memory, telling, and what a C library does by itself. Nothing opens anything. */
static struct sock_filter allowed[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_HERE, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	ALLOW(read),
	ALLOW(readv),
	ALLOW(pread64),
	ALLOW(lseek),
	ALLOW(fstat),
	ALLOW(newfstatat),
	ALLOW(write),
	ALLOW(writev),
	ALLOW(sendto),
	ALLOW(sendmsg),
	ALLOW(close),
	ALLOW(fcntl),
	ALLOW(fadvise64),
	ALLOW(mmap),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(mprotect),
	ALLOW(madvise),
	ALLOW(brk),
	ALLOW(futex),
	ALLOW(getrandom),
	ALLOW(clock_gettime),
	ALLOW(gettimeofday),
	ALLOW(rt_sigreturn),
	ALLOW(rt_sigaction),
	ALLOW(rt_sigprocmask),
	ALLOW(restart_syscall),
	ALLOW(getpid),
	ALLOW(gettid),
	ALLOW(exit),
	ALLOW(exit_group),
	ALLOW(sysinfo), /* glibc's qsort asks how much memory there is, for more than 1 KiB */
#ifdef __NR_time
	ALLOW(time),
#endif
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
};

static struct {
	int channel;
	void (*forbidden)(int channel, int call);
} whom_to_tell;

static void on_forbidden(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	whom_to_tell.forbidden(whom_to_tell.channel, info->si_syscall);
	_exit(1);
}

/* EINVAL: a kernel without seccomp filters (before 3.5, or configured so): the other walls stand. */
static int filter_calls(int channel, void (*forbidden)(int channel, int call), struct ddl_error *error)
{
	const struct sock_fprog program = { sizeof(allowed) / sizeof(*allowed), allowed };
	const struct sigaction action = { .sa_sigaction = on_forbidden, .sa_flags = SA_SIGINFO };

	whom_to_tell.channel = channel;
	whom_to_tell.forbidden = forbidden;
	if (sigaction(SIGSYS, &action, NULL) < 0)
		return ddl_fail(error, DDL_E_INTERNAL, errno, "SIGSYS");
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 || errno == EINVAL || errno == ENOSYS)
		return 0;
	return ddl_fail(error, DDL_E_INTERNAL, errno, "seccomp");
}

#else

static int filter_calls(int channel, void (*forbidden)(int channel, int call), struct ddl_error *error)
{
	(void)channel;
	(void)forbidden;
	(void)error; /* no list of calls for this processor: the other walls stand */
	return 0;
}

#endif

/* Where memory runs out the kernel shall take a reader, and not what may be changing drivers. */
static void offer_to_oom_killer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		(void)!write(fd, "1000", 4); /* else it chooses by size, which is a reader as well */
		(void)close(fd);
	}
}

int ddl_sandbox_shut(int channel, const int *keep, size_t n_keep, struct ddl_error *error)
{
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	return close_others(channel, keep, n_keep, error);
}

int ddl_sandbox_enter(int channel, const int *keep, size_t n_keep, bool programs, void (*forbidden)(int channel, int call),
		      struct ddl_error *error)
{
	(void)signal(SIGINT, SIG_IGN); /* the parent decides what Ctrl-C means */
	(void)signal(SIGPIPE, SIG_IGN);
	offer_to_oom_killer();
	if (close_others(channel, keep, n_keep, error) < 0 || set_limits(programs ? DDL_MAX_KEYRING : 0, error) < 0 ||
	    drop_privileges(error) < 0)
		return -1;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* none outlives ddload; a new user id clears it */
	return INSTRUMENTED || programs ? 0 : filter_calls(channel, forbidden, error);
}
