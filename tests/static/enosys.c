// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a command on a kernel that looks as old as Linux 3.7: every system call
// added since answers ENOSYS (finit_module is of 3.8, and openat2,
// memfd_create, statx, getrandom, copy_file_range, close_range... are younger).
//
// usage: enosys COMMAND [ARGUMENT...]
//
// Linked statically, so that it can go into an initrd too.

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the order of system call numbers is x86-64's"
#endif

// Numbers were given out in order of time: all from this one on are newer.
enum { FIRST_NEW_CALL = SYS_finit_module };

static int make_kernel_old(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_NEW_CALL, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, (long)SECCOMP_MODE_FILTER, &program, 0L, 0L);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: enosys COMMAND [ARGUMENT...]\n", stderr);
		return 125;
	}
	if (make_kernel_old() < 0) {
		fprintf(stderr, "enosys: no seccomp filter: %s\n", strerror(errno));
		return 125;
	}
	execvp(argv[1], argv + 1);
	fprintf(stderr, "enosys: %s: %s\n", argv[1], strerror(errno));
	return 127;
}
