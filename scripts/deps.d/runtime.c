// SPDX-License-Identifier: GPL-2.0-or-later
// What a static-pie program of musl lacks for us: two checked functions of
// glibc that Debian's libnewt.a and libslang.a call, and the step that makes
// the relocated data read-only.

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <unistd.h>

long __fdelt_chk(long fd);
char *__strcpy_chk(char *to, const char *from, size_t to_size);

// glibc: the index of a descriptor's word in an fd_set; a descriptor beyond
// FD_SETSIZE ends the program rather than writing past the set.
long __fdelt_chk(long fd)
{
	if (fd < 0 || fd >= FD_SETSIZE)
		abort();
	return fd / (8 * (long)sizeof(long));
}

// glibc: strcpy into a buffer whose size the compiler knew.
char *__strcpy_chk(char *to, const char *from, size_t to_size)
{
	size_t length = strlen(from);

	if (length >= to_size)
		abort();
	return memcpy(to, from, length + 1);
}

// musl's dynamic loader makes PT_GNU_RELRO read-only, its static-pie start-up
// does not (measured with 1.2.3): done here, before main and before any other
// constructor.  The load bias is what PT_DYNAMIC's address is off by.
extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));

__attribute__((constructor(101))) static void protect_relro(void)
{
	const ElfW(Phdr) *header = (const ElfW(Phdr) *)getauxval(AT_PHDR);
	size_t count = getauxval(AT_PHNUM);
	const ElfW(Phdr) *relro = NULL;
	uintptr_t bias = 0;

	for (size_t i = 0; i < count; i++) {
		if (header[i].p_type == PT_DYNAMIC)
			bias = (uintptr_t)_DYNAMIC - header[i].p_vaddr;
		else if (header[i].p_type == PT_GNU_RELRO)
			relro = &header[i];
	}
	if (!relro)
		return;
	uintptr_t page = (uintptr_t)getpagesize();
	uintptr_t start = (bias + relro->p_vaddr) & -page;
	uintptr_t end = (bias + relro->p_vaddr + relro->p_memsz) & -page;
	if (end > start && mprotect((void *)start, end - start, PROT_READ) < 0)
		abort();
}
