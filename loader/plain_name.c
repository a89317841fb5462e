// SPDX-License-Identifier: GPL-2.0-or-later
/* Tells which file of a plain ISO 9660 image bears the name that was meant. */
#include "plain_name.h"

#include <string.h>

#define SHORT_BASE    8U
#define SHORT_TYPE    3U
#define NUMBERED_BASE 5U
#define NUMBER        3U  /* digits */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return is_digit(c) || (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80 ? c : '_';
}

static bool same(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fold(a[i]) != fold(b[i]))
			return false;
	return true;
}

/* The length without a version and the dot that stands where there is no type. */
static size_t without_version(const char *name, size_t n)
{
	size_t end = n;

	while (end > 0 && is_digit(name[end - 1]))
		end--;
	if (end > 0 && end < n && name[end - 1] == ';')
		n = end - 1;
	return n > 0 && name[n - 1] == '.' ? n - 1 : n;
}

static size_t base_length(const char *name, size_t n)
{
	for (size_t i = n; i > 0; i--)
		if (name[i - 1] == '.')
			return i - 1;
	return n;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Cut to 8.3, the base perhaps to 5 and numbered. */
static bool is_short(const char *wanted, size_t n_wanted, const char *found, size_t n_found)
{
	size_t base = base_length(wanted, n_wanted), base_found = base_length(found, n_found);
	size_t type = least(n_wanted - base, SHORT_TYPE + 1), kept = least(base, SHORT_BASE);

	if (n_found - base_found != type || !same(wanted + base, found + base_found, type))
		return false;
	if (base_found == kept && same(wanted, found, kept))
		return true;
	kept = least(base, NUMBERED_BASE);
	if (base_found != kept + NUMBER || !same(wanted, found, kept))
		return false;
	for (size_t i = 0; i < NUMBER; i++)
		if (!is_digit(found[kept + i]))
			return false;
	return true;
}

static bool same_part(const char *wanted, size_t n_wanted, const char *found, size_t n_found)
{
	n_found = without_version(found, n_found);
	return (n_wanted == n_found && same(wanted, found, n_found)) || is_short(wanted, n_wanted, found, n_found);
}

bool ddl_plain_name(const char *wanted, const char *found)
{
	for (;;) {
		size_t n_wanted = strcspn(wanted, "/"), n_found = strcspn(found, "/");

		if (wanted[n_wanted] != found[n_found] || !same_part(wanted, n_wanted, found, n_found))
			return false;
		if (!wanted[n_wanted])
			return true;
		wanted += n_wanted + 1;
		found += n_found + 1;
	}
}
