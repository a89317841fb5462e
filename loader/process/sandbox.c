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
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/limits.h"
#include "base/remote.h"

/* Nobody, on every distribution. */
#define NOBODY 65534U

/* Descriptors beyond this are not looked for one by one: as many as ddload asks for (base/stage.c). */
#define MAX_OLD_FD 65536

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
	struct rlimit limit;

	if (first > last)
		return;
#ifdef SYS_close_range
	if (syscall(SYS_close_range, (unsigned)first, (unsigned)last, 0) == 0)
		return;
#endif
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > MAX_OLD_FD)
		limit.rlim_cur = MAX_OLD_FD;
	last = last < (int)limit.rlim_cur ? last : (int)limit.rlim_cur - 1;
	for (int fd = first; fd <= last; fd++)
		(void)close(fd); /* most are not open */
}

/* The terminal is taken away as well: 0, 1 and 2 lead nowhere. */
static int close_others(int channel, int remote, const int *keep, size_t n_keep, struct ddl_error *error)
{
	DDL_FREE int *kept = malloc((n_keep + 2) * sizeof(*kept));
	int nowhere, next = 3;

	if (!kept)
		return ddl_fail(error, DDL_E_MEMORY, 0, "reader");
	nowhere = open("/dev/null", O_RDWR | O_CLOEXEC); /* closed below, with all that is not kept */
	if (n_keep)
		memcpy(kept, keep, n_keep * sizeof(*kept));
	kept[n_keep] = channel;
	kept[n_keep + 1] = remote < 0 ? channel : remote;
	qsort(kept, n_keep + 2, sizeof(*kept), compare);
	for (int fd = 0; fd < 3; fd++)
		if (!is_kept(fd, channel, keep, n_keep) && (nowhere < 0 || dup2(nowhere, fd) < 0))
			(void)close(fd);
	for (size_t i = 0; i < n_keep + 2; i++) {
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

/* Reading, memory, telling, and what a C library does by itself. Nothing opens anything. */
static const uint16_t reading[] = {
	__NR_read,         __NR_readv,          __NR_pread64,         __NR_lseek,         __NR_fstat,        __NR_newfstatat,
	__NR_write,        __NR_writev,         __NR_sendto,          __NR_sendmsg,       __NR_close,        __NR_fcntl,
	__NR_fadvise64,    __NR_mmap,           __NR_munmap,          __NR_mremap,        __NR_mprotect,     __NR_madvise,
	__NR_brk,          __NR_futex,          __NR_getrandom,       __NR_clock_gettime, __NR_gettimeofday, __NR_rt_sigreturn,
	__NR_rt_sigaction, __NR_rt_sigprocmask, __NR_restart_syscall, __NR_getpid,        __NR_gettid,       __NR_exit,
	__NR_exit_group,   __NR_sysinfo, /* glibc's qsort asks how much memory there is, for more than 1 KiB */
#ifdef __NR_time
	__NR_time,
#endif
};

/* What gpgv needs besides: musl's and glibc's way into a program, and to look at a file by its name. */
static const uint16_t program[] = {
	__NR_set_tid_address,
	__NR_set_robust_list,
	__NR_dup,
	__NR_faccessat,
#ifdef __NR_rseq
	__NR_rseq,
#endif
#ifdef __NR_arch_prctl
	__NR_arch_prctl,
#endif
#ifdef __NR_access
	__NR_access,
#endif
};

/* What it asks for and can do without: to look at a terminal, at its limits, at where it lies. They fail. */
static const uint16_t fruitless[] = {
	__NR_ioctl,
	__NR_prlimit64,
	__NR_readlinkat,
#ifdef __NR_readlink
	__NR_readlink,
#endif
};

/* What the reader that starts it needs. */
static const uint16_t starting[] = {
	__NR_pipe2, __NR_dup3, __NR_wait4,     __NR_ftruncate, __NR_prctl, __NR_prlimit64, __NR_execve,
#ifdef __NR_fork
	__NR_fork,  __NR_dup2, __NR_setrlimit,
#endif
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define ARGUMENT(i) (uint32_t)(offsetof(struct seccomp_data, args) + 8 * (i)) /* its lower half */
#define FORBIDDEN_TO_OPEN (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)
#define FORBIDDEN_TO_CLONE \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/* A list of calls while it is put together: two steps for each, more for the few whose arguments are looked at. */
struct list {
	struct sock_filter steps[32 + 2 * (COUNT(reading) + COUNT(program) + COUNT(fruitless) + COUNT(starting))];
	unsigned short length;
};

#define STEP(list, code, value, yes, no) \
	((list)->steps[(list)->length++] = (struct sock_filter)BPF_JUMP((unsigned short)(code), (value), (yes), (no)))

static void answer(struct list *list, const uint16_t *calls, size_t n, uint32_t how)
{
	for (size_t i = 0; i < n; i++) {
		STEP(list, BPF_JMP | BPF_JEQ | BPF_K, calls[i], 0, 1);
		STEP(list, BPF_RET | BPF_K, how, 0, 0);
	}
}

static void begin(struct list *list)
{
	list->length = 0;
	STEP(list, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	STEP(list, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_HERE, 1, 0);
	STEP(list, BPF_RET | BPF_K, SECCOMP_RET_KILL, 0, 0);
	STEP(list, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	answer(list, reading, COUNT(reading), SECCOMP_RET_ALLOW);
}

/* A call that has none of these bits in one of its arguments. */
static void allow_without(struct list *list, uint32_t call, unsigned argument, uint32_t bits, uint32_t otherwise)
{
	STEP(list, BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4);
	STEP(list, BPF_LD | BPF_W | BPF_ABS, ARGUMENT(argument), 0, 0);
	STEP(list, BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
	STEP(list, BPF_RET | BPF_K, otherwise, 0, 0);
	STEP(list, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

/* To open files, but only to read them. */
static void allow_opens(struct list *list, uint32_t otherwise)
{
	allow_without(list, __NR_openat, 2, FORBIDDEN_TO_OPEN, otherwise);
#ifdef __NR_open
	allow_without(list, __NR_open, 1, FORBIDDEN_TO_OPEN, otherwise);
#endif
}

/* execve() of the path that lies at this very address: a program that has been started has nothing there. */
static void allow_execve(struct list *list, uintptr_t path)
{
	STEP(list, BPF_JMP | BPF_JEQ | BPF_K, __NR_execve, 0, 5);
	STEP(list, BPF_LD | BPF_W | BPF_ABS, ARGUMENT(0), 0, 0);
	STEP(list, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)path, 0, 3);
	STEP(list, BPF_LD | BPF_W | BPF_ABS, ARGUMENT(0) + 4, 0, 0);
	STEP(list, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(path >> 32), 0, 1);
	STEP(list, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

/* EINVAL: a kernel without seccomp filters (before 3.5, or configured so): the other walls stand. */
static bool put_up(struct list *list, uint32_t otherwise)
{
	const struct sock_fprog filter = { (unsigned short)(list->length + 1), list->steps };

	STEP(list, BPF_RET | BPF_K, otherwise, 0, 0);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0 || errno == EINVAL || errno == ENOSYS;
}

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

static int filter_calls(int channel, bool programs, void (*forbidden)(int channel, int call), struct ddl_error *error)
{
	const struct sigaction action = { .sa_sigaction = on_forbidden, .sa_flags = SA_SIGINFO };
	struct list list;

	whom_to_tell.channel = channel;
	whom_to_tell.forbidden = forbidden;
	if (sigaction(SIGSYS, &action, NULL) < 0)
		return ddl_fail(error, DDL_E_INTERNAL, errno, "SIGSYS");
	begin(&list);
	if (programs) { /* whatever the program may do its starter may, too: the lists add up */
		answer(&list, starting, COUNT(starting), SECCOMP_RET_ALLOW);
		answer(&list, program, COUNT(program), SECCOMP_RET_ALLOW);
		answer(&list, fruitless, COUNT(fruitless), SECCOMP_RET_ERRNO | EPERM);
		allow_opens(&list, SECCOMP_RET_TRAP);
		allow_without(&list, __NR_clone, 0, FORBIDDEN_TO_CLONE, SECCOMP_RET_TRAP);
	}
	return put_up(&list, SECCOMP_RET_TRAP) ? 0 : ddl_fail(error, DDL_E_INTERNAL, errno, "seccomp");
}

bool ddl_sandbox_program(const char *path)
{
	struct list list;

	begin(&list);
	answer(&list, program, COUNT(program), SECCOMP_RET_ALLOW);
	answer(&list, fruitless, COUNT(fruitless), SECCOMP_RET_ERRNO | EPERM);
	allow_opens(&list, SECCOMP_RET_KILL);
	allow_execve(&list, (uintptr_t)path);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && put_up(&list, SECCOMP_RET_KILL);
}

#else

/* No list of calls for this processor: the other walls stand. */
static int filter_calls(int channel, bool programs, void (*forbidden)(int channel, int call), struct ddl_error *error)
{
	(void)channel;
	(void)programs;
	(void)forbidden;
	(void)error;
	return 0;
}

bool ddl_sandbox_program(const char *path)
{
	(void)path;
	return true;
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
	return close_others(channel, -1, keep, n_keep, error);
}

int ddl_sandbox_enter(int channel, const int *keep, size_t n_keep, bool programs, void (*forbidden)(int channel, int call),
		      struct ddl_error *error)
{
	(void)signal(SIGINT, SIG_IGN); /* the parent decides what Ctrl-C means */
	(void)signal(SIGPIPE, SIG_IGN);
	offer_to_oom_killer();
	if (close_others(channel, programs ? -1 : ddl_remote_channel(), keep, n_keep, error) < 0 ||
	    set_limits(programs ? DDL_MAX_STAGED_FILE : 0, error) < 0 || drop_privileges(error) < 0)
		return -1;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* none outlives ddload; a new user id clears it */
	if (programs)
		(void)setsid(); /* a program has no terminal to open by its name */
	return INSTRUMENTED ? 0 : filter_calls(channel, programs, forbidden, error);
}
