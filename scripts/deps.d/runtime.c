// SPDX-License-Identifier: GPL-2.0-or-later
// What a static-pie program of musl lacks for us: packed relocations (before
// musl 1.2.4), the step that makes relocated data read-only, and the functions
// of glibc alone that Debian's libnewt.a and libslang.a call.  Also slang's three
// character tables, over musl's.

#include <elf.h>
#include <limits.h>
#include <link.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

long __fdelt_chk(long fd);
char *__strcpy_chk(char *to, const char *from, size_t to_size);
int __vsnprintf_chk(char *to, size_t limit, int flag, size_t to_size,
	const char *format, va_list arguments);
int __snprintf_chk(char *to, size_t limit, int flag, size_t to_size,
	const char *format, ...);
int __sprintf_chk(char *to, int flag, size_t to_size, const char *format, ...);
long __isoc23_strtol(const char *text, char **end, int base);

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

// glibc: vsnprintf into a buffer of known size.  Its flag also forbids %n in
// writable formats; newt's formats are constants.
int __vsnprintf_chk(char *to, size_t limit, int flag, size_t to_size,
	const char *format, va_list arguments)
{
	(void)flag;
	if (limit > to_size)
		abort();
	return vsnprintf(to, limit, format, arguments);
}

int __snprintf_chk(char *to, size_t limit, int flag, size_t to_size,
	const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int length = __vsnprintf_chk(to, limit, flag, to_size, format, arguments);
	va_end(arguments);
	return length;
}

int __sprintf_chk(char *to, int flag, size_t to_size, const char *format, ...)
{
	va_list arguments;
	// The size is SIZE_MAX where the compiler did not know it.
	size_t limit = to_size > INT_MAX ? INT_MAX : to_size;

	va_start(arguments, format);
	int length = __vsnprintf_chk(to, limit, flag, to_size, format, arguments);
	va_end(arguments);
	if (length >= 0 && (size_t)length >= limit)
		abort();
	return length;
}

// glibc 2.38: strtol that knows 0b101 as well, which newt asks for by no base.
long __isoc23_strtol(const char *text, char **end, int base)
{
	return strtol(text, end, base);
}

// musl: the part of scanf that reads numbers with a fraction, 7 KB.  No format of
// ours or of a library's has one, and none calls strtod.
long double __floatscan(FILE *stream, int precision, int pointer);

long double __floatscan(FILE *stream, int precision, int pointer)
{
	(void)stream;
	(void)precision;
	(void)pointer;
	abort();
}

// musl: time zones, 4 KB.  An initrd has none: local time is that of the clock.
extern const char __utc[];
const char __utc[] = "UTC";
void tzset(void);
void __secs_to_zone(long long seconds, int local, int *is_dst, long *offset, long *other, const char **zone);

void tzset(void)
{
}

void __secs_to_zone(long long seconds, int local, int *is_dst, long *offset, long *other, const char **zone)
{
	(void)seconds;
	(void)local;
	*is_dst = 0;
	*offset = 0;
	if (other)
		*other = 0;
	*zone = __utc;
}

// musl: the classes of all characters, 9 KB, which fnmatch has for "[[:alpha:]]".
// No alias of a device has that: no character is in any class.
wctype_t wctype(const char *name)
{
	(void)name;
	return 0;
}

int iswctype(wint_t character, wctype_t class)
{
	(void)character;
	(void)class;
	return 0;
}

// musl: upper and lower case of all characters, 5 KB.  fnmatch is never asked to
// disregard it, and what slang compares so are names of keys.
wint_t towupper(wint_t character)
{
	return character - 'a' < 26U ? character - 'a' + 'A' : character;
}

wint_t towlower(wint_t character)
{
	return character - 'A' < 26U ? character - 'A' + 'a' : character;
}

// slang: width and case of a character.  Its own tables are three objects with
// nothing else in them and take 86 KB; musl has the same knowledge, newer, in 8.
// wcwidth's -1 (not printable) is one column: slang shows a stand-in.
int SLwchar_wcwidth(wchar_t character);
int SLwchar_set_wcwidth_flags(int flags);
wchar_t SLwchar_toupper(wchar_t character);
wchar_t SLwchar_tolower(wchar_t character);

int SLwchar_wcwidth(wchar_t character)
{
	int width = wcwidth(character);

	return width < 0 ? 1 : width;
}

int SLwchar_set_wcwidth_flags(int flags)
{
	(void)flags;
	return 0;
}

wchar_t SLwchar_toupper(wchar_t character)
{
	return (wchar_t)towupper((wint_t)character);
}

wchar_t SLwchar_tolower(wchar_t character)
{
	return (wchar_t)towlower((wint_t)character);
}

// The start of the program as loaded; its link-time address is 0.
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));
extern const ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));

// musl's dynamic loader makes PT_GNU_RELRO read-only, its static-pie start-up
// does not: done here, before main and before any other constructor.
__attribute__((constructor(101))) static void protect_relro(void)
{
	const ElfW(Phdr) *header = (const ElfW(Phdr) *)getauxval(AT_PHDR);
	size_t count = getauxval(AT_PHNUM);
	uintptr_t base = (uintptr_t)&__ehdr_start;
	uintptr_t page = (uintptr_t)getpagesize();

	for (size_t i = 0; i < count; i++) {
		if (header[i].p_type != PT_GNU_RELRO)
			continue;
		uintptr_t start = (base + header[i].p_vaddr) & -page;
		uintptr_t end = (base + header[i].p_vaddr + header[i].p_memsz) & -page;
		if (end > start && mprotect((void *)start, end - start, PROT_READ) < 0)
			abort();
	}
}

// Position independence costs some 5000 relative relocations of 24 bytes each;
// packed (-z pack-relative-relocs, DT_RELR) they take 2 KB in all.  Before 1.2.4
// musl does not know that form, so the program starts here (-e ddl_start) and they
// are applied before musl's own start file runs.  Nothing is set up yet: no
// stack protector, no global data that needs relocating.
#ifdef DT_RELR
#define APPLY_RELR "" // a second time would be wrong
#else
#define APPLY_RELR "	call ddl_apply_relr\n" // the kernel gives an aligned stack
enum { DT_RELRSZ = 35, DT_RELR = 36 };

void ddl_apply_relr(void);

__attribute__((no_stack_protector, visibility("hidden"))) void ddl_apply_relr(void)
{
	uintptr_t base = (uintptr_t)&__ehdr_start;
	const ElfW(Addr) *relr = NULL;
	size_t count = 0;
	uintptr_t *where = NULL;

	for (const ElfW(Dyn) *dyn = _DYNAMIC; dyn->d_tag != DT_NULL; dyn++) {
		if (dyn->d_tag == DT_RELR)
			relr = (const void *)(base + dyn->d_un.d_ptr);
		else if (dyn->d_tag == DT_RELRSZ)
			count = dyn->d_un.d_val / sizeof(*relr);
	}
	// An even entry is an address; an odd one a bitmap of the 63 words after it.
	for (; count > 0; count--, relr++) {
		if ((*relr & 1) == 0) {
			where = (uintptr_t *)(base + *relr);
			*where++ += base;
			continue;
		}
		for (unsigned int bit = 1; bit < 64; bit++)
			if (*relr >> bit & 1)
				where[bit - 1] += base;
		where += 63;
	}
}
#endif

#ifndef __x86_64__
#error "ddl_start is written for x86-64"
#endif
__asm__(".text\n"
	".globl ddl_start\n"
	".hidden ddl_start\n"
	".type ddl_start, @function\n"
	"ddl_start:\n"
	"	xor %ebp, %ebp\n"
	APPLY_RELR
	"	jmp _start\n");
