// SPDX-License-Identifier: GPL-2.0-or-later
/* ddload-fetch's root directory, user, limits and system calls. */
#include "fetch/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/remote.h"

#define OWN_USER 65533U /* not the readers' 65534: neither can touch the other */
#define MOST_MEMORY (256ULL * 1024U * 1024U)
#define MOST_FDS (DDL_MAX_REMOTE_FILES + 64U)
#define LOOKUP_BYTES 65536U

/* ------------------------------------------------------------ the root directory */

/* What the C library opens to look up a name. */
static const char *const lookups[] = { "etc/resolv.conf", "etc/hosts" };

struct lookup {
	char bytes[LOOKUP_BYTES];
	ssize_t n; /* -1: there is none */
};

static struct lookup looked_up[2];

static void read_lookups(void)
{
	for (size_t i = 0; i < 2; i++) {
		char path[64];
		DDL_CLOSE int fd = -1;

		(void)snprintf(path, sizeof(path), "/%s", lookups[i]);
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		looked_up[i].n = fd < 0 ? -1 : read(fd, looked_up[i].bytes, sizeof(looked_up[i].bytes));
	}
}

static bool write_lookups(void)
{
	if (mkdir("etc", 0755) < 0)
		return false;
	for (size_t i = 0; i < 2; i++) {
		DDL_CLOSE int fd = looked_up[i].n < 0 ? -1 : open(lookups[i], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);

		if (looked_up[i].n >= 0 && (fd < 0 || write(fd, looked_up[i].bytes, (size_t)looked_up[i].n) != looked_up[i].n))
			return false;
	}
	return true;
}

/* In a view of mounts of its own, over a directory that every system has. */
static bool new_root(void)
{
	static const char *const places[] = { "/tmp", "/run", "/mnt", "/dev", "/proc" };
	const unsigned long flags = MS_NODEV | MS_NOSUID | MS_NOEXEC;

	/* 4 KiB pages: two files, the directory, and some room */
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 && errno != EINVAL)
		return false;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (mount("tmpfs", places[i], "tmpfs", flags, "size=256k,nr_inodes=16,mode=755") == 0)
			return chdir(places[i]) == 0 && write_lookups() && chroot(".") == 0 && chdir("/") == 0 &&
			       mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL) == 0;
	return false;
}

/* ------------------------------------------------------------------ user, rights */

/* All rights but one are given up, in the kernel's own terms (capabilities(7)). */
static bool keep_low_ports(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct rights[2] = { { 0, 0, 0 }, { 0, 0, 0 } };

	rights[0].effective = rights[0].permitted = 1U << CAP_NET_BIND_SERVICE;
	return syscall(SYS_capset, &header, rights) == 0;
}

static bool drop_user(void)
{
	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && setgroups(0, NULL) == 0 &&
	       setresgid(OWN_USER, OWN_USER, OWN_USER) == 0 && setresuid(OWN_USER, OWN_USER, OWN_USER) == 0 && keep_low_ports() &&
	       setuid(0) < 0;
}

/* EPERM: an ordinary user's limit is lower already, which is as good. */
#define LIMIT(which, value) (setrlimit((which), &(struct rlimit){ (value), (value) }) == 0 || errno == EPERM)

/* Those beyond what a process may have are not there. */
static void close_others(const int *keep, size_t n_keep)
{
	long most = sysconf(_SC_OPEN_MAX);

	for (int fd = 3; fd < (most > 0 && most < 65536 ? (int)most : 65536); fd++) {
		bool kept = false;

		for (size_t i = 0; i < n_keep; i++)
			kept = kept || keep[i] == fd;
		if (!kept)
			(void)close(fd); /* most are not open */
	}
}

/* ------------------------------------------------------------------ system calls */

#if defined(__x86_64__)
#define ARCH_HERE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH_HERE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCH_HERE

#define ARGUMENT(i) offsetof(struct seccomp_data, args[i]) /* its lower half, where the lower comes first */
#define IS(name, then) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, then)
#define LOAD(at) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
/* Not by IS: musl has other names for some of these, which a macro's argument would become. */
#define ALLOW(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE(number) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (number))

/* Files are opened to be read; what that would make or change is not to be had. */
#define WRITING (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | 020000000 /* O_TMPFILE's own bit */)
#define OPENING(name, flags) \
	IS(name, 4), LOAD(ARGUMENT(flags)), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, WRITING, 0, 1), REFUSE(EACCES), \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static struct sock_filter allowed[] = {
	LOAD(offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH_HERE, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL),
	LOAD(offsetof(struct seccomp_data, nr)),
	/* sockets to servers on the internet, and no others */
	IS(socket, 5),
	LOAD(ARGUMENT(0)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 2, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 1, 0),
	REFUSE(EACCES),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	IS(ioctl, 5),
	LOAD(ARGUMENT(1)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FIONBIO, 2, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FIONREAD, 1, 0),
	REFUSE(ENOTTY),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
#ifdef __NR_open
	OPENING(open, 1),
#endif
	OPENING(openat, 2),
	ALLOW(connect),
	ALLOW(bind), /* to what end: the ports that answers come to */
	ALLOW(sendto),
	ALLOW(sendmsg),
	ALLOW(recvfrom),
	ALLOW(recvmsg),
	ALLOW(shutdown),
	ALLOW(getsockname),
	ALLOW(getpeername),
	ALLOW(getsockopt),
	ALLOW(setsockopt),
#ifdef __NR_poll
	ALLOW(poll),
	ALLOW(select),
#endif
	ALLOW(ppoll),
	ALLOW(pselect6),
	ALLOW(read),
	ALLOW(readv),
	ALLOW(write),
	ALLOW(writev),
	ALLOW(pread64),
	ALLOW(pwrite64),
	ALLOW(ftruncate),
	ALLOW(lseek),
	ALLOW(fstat),
	ALLOW(newfstatat),
	ALLOW(close),
	ALLOW(fcntl),
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
	ALLOW(nanosleep),
	ALLOW(clock_nanosleep),
	ALLOW(rt_sigaction),
	ALLOW(rt_sigprocmask),
	ALLOW(rt_sigreturn),
	ALLOW(restart_syscall),
	ALLOW(getpid),
	ALLOW(gettid),
	ALLOW(getuid),
	ALLOW(geteuid),
	ALLOW(getgid),
	ALLOW(getegid),
	ALLOW(uname), /* NFS servers are told who asks */
	ALLOW(exit),
	ALLOW(exit_group),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL),
};

/* A kernel without such filters (before 3.5, or configured so) has no memfd_create either, and nothing is fetched there. */
static bool filter_calls(void)
{
	const struct sock_fprog program = { sizeof(allowed) / sizeof(*allowed), allowed };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

#else

static bool filter_calls(void)
{
	return true; /* no list of calls for this processor: the other walls stand */
}

#endif

/* ------------------------------------------------------------------------- all */

static void offer_to_oom_killer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		(void)!write(fd, "1000", 4); /* else the kernel chooses by size */
		(void)close(fd);
	}
}

/*
 * An ordinary user gets a root directory of its own where user name spaces are allowed; where they are not it can
 * see what that user can, and is held by the rest.
 */
static void change_root_as_user(void)
{
	char map[32];
	uid_t user = geteuid();
	int fd;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return;
	fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)snprintf(map, sizeof(map), "%u %u 1", user, user); /* else no file could be made: it would be nobody's */
	if (write(fd, map, strlen(map)) > 0)
		(void)new_root();
	(void)close(fd);
}

static bool change_root(void)
{
	if (geteuid() == 0)
		return unshare(CLONE_NEWNS) == 0 && new_root();
	change_root_as_user();
	return true;
}

bool ddl_jail_enter(const int *keep, size_t n_keep)
{
	bool root = geteuid() == 0;

	read_lookups();
	offer_to_oom_killer();
	close_others(keep, n_keep);
	if (!change_root() || !LIMIT(RLIMIT_AS, MOST_MEMORY) || !LIMIT(RLIMIT_CORE, 0) || !LIMIT(RLIMIT_NOFILE, MOST_FDS) ||
	    !LIMIT(RLIMIT_FSIZE, (rlim_t)DDL_MAX_REMOTE_BLOCKS * DDL_REMOTE_BLOCK))
		return false;
	if (root && !drop_user())
		return false;
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filter_calls();
}
