// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stands before the C library's malloc, calloc and realloc (or ASan's): a program's own
 * definition goes before those of all shared libraries. The stand-in kernel of the tests
 * sets fake_kernel_calm while it builds what it shows: its memory does not fail. Who asks is
 * told by where it returns to: libarchive ends the process when its memory runs out, libxml2
 * has lost its way then, so that they can be starved in a child only.
 */
#include "starve.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "fake_kernel.h"

#ifdef __SANITIZE_ADDRESS__
#define REAL(name) __interceptor_##name
#else
#define REAL(name) __libc_##name
#endif

void *REAL(malloc)(size_t n);
void *REAL(calloc)(size_t count, size_t n);
void *REAL(realloc)(void *old, size_t n);
extern const char __executable_start[], etext[]; /* by the linker: where our own code is */

static struct starve asked;
static bool counting;
static unsigned long count;
static atomic_ulong *most; /* of any process */

void starve_begin(const struct starve *starve)
{
	if (!most)
		most = mmap(NULL, sizeof(*most), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (most == MAP_FAILED)
		abort();
	atomic_store(most, 0);
	count = 0;
	asked = *starve;
	counting = true;
}

unsigned long starve_end(void)
{
	counting = false;
	return atomic_load(most);
}

static bool refuse(const void *caller)
{
	const char *at = caller;

	if (!counting || fake_kernel_calm || (!asked.libraries && (at < __executable_start || at >= etext)))
		return false;
	if (++count > atomic_load(most))
		atomic_store(most, count); /* one child at a time comes this far, or nearly so */
	if (!asked.nth || (asked.lasting ? count < asked.nth : count != asked.nth))
		return false;
	errno = ENOMEM;
	return true;
}

bool starve_refuses(void)
{
	return refuse(__executable_start);
}

#define REFUSED refuse(__builtin_return_address(0))

void *malloc(size_t n)
{
	return REFUSED ? NULL : REAL(malloc)(n);
}

void *calloc(size_t n, size_t size)
{
	return REFUSED ? NULL : REAL(calloc)(n, size);
}

void *realloc(void *old, size_t n)
{
	return REFUSED ? NULL : REAL(realloc)(old, n);
}

char *strdup(const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = REFUSED ? NULL : REAL(malloc)(n);

	return copy ? memcpy(copy, text, n) : NULL;
}
