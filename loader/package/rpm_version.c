// SPDX-License-Identifier: GPL-2.0-or-later
/* Compares versions of RPM packages; the rule stands in rpm_version.h. */
#include "package/rpm_version.h"

#include <stddef.h>
#include <string.h>

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* To the next piece, or to a mark that counts by itself. */
static const char *next_piece(const char *at)
{
	return at + strcspn(at, DIGITS LETTERS "~^");
}

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

/* One piece each, both of the kind that `kind` lists; steps over them. */
static int compare_pieces(const char **a, const char **b, const char *kind)
{
	size_t n, m, least;
	int result;

	if (*kind == '0') {
		*a += strspn(*a, "0");
		*b += strspn(*b, "0");
	}
	n = strspn(*a, kind);
	m = strspn(*b, kind);
	if (*kind == '0' && n != m)
		return n < m ? -1 : 1;
	least = n < m ? n : m;
	result = memcmp(*a, *b, least);
	*a += n;
	*b += m;
	return result ? sign(result) : (n > m) - (n < m);
}

static int compare(const char *a, const char *b)
{
	for (;;) {
		const char *kind;
		int result;

		a = next_piece(a);
		b = next_piece(b);
		if (*a == '~' || *b == '~') {
			if (*a != *b)
				return *a == '~' ? -1 : 1;
		} else if (*a == '^' || *b == '^') {
			if (*a != *b) /* newer than the end, older than anything else */
				return *a == '^' ? (*b ? -1 : 1) : (*a ? 1 : -1);
		} else if (!*a || !*b) {
			return (*a != 0) - (*b != 0);
		}
		if (*a == '~' || *a == '^') {
			a++;
			b++;
			continue;
		}
		kind = strspn(a, DIGITS) ? DIGITS : LETTERS;
		if (!strspn(b, kind)) /* a number is newer than letters */
			return *kind == '0' ? 1 : -1;
		result = compare_pieces(&a, &b, kind);
		if (result)
			return result;
	}
}

int ddl_evr_compare(const struct ddl_evr *a, const struct ddl_evr *b)
{
	int result = compare(*a->epoch ? a->epoch : "0", *b->epoch ? b->epoch : "0");

	if (!result)
		result = compare(a->version, b->version);
	if (!result && *a->release && *b->release)
		result = compare(a->release, b->release);
	return result;
}

bool ddl_evr_overlap(const struct ddl_evr *a, unsigned sense_a, const struct ddl_evr *b, unsigned sense_b)
{
	int order;

	if (!sense_a || !sense_b)
		return true;
	order = ddl_evr_compare(a, b);
	if (order == 0)
		return (sense_a & sense_b) != 0;
	if (order > 0) {
		unsigned other = sense_a;

		sense_a = sense_b;
		sense_b = other;
	}
	/* the lower one's range goes up, or the higher one's down */
	return (sense_a & DDL_SENSE_GREATER) || (sense_b & DDL_SENSE_LESS);
}
