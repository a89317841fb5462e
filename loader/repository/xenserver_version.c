// SPDX-License-Identifier: GPL-2.0-or-later
/* Compares XenServer versions; the rule stands in repository.h. */
#include "repository/repository.h"

#include <string.h>

/* Walks over version, then build, as if they were joined by a hyphen. */
struct cursor {
	const char *at;
	const char *build; /* NULL once it is being walked over, or where there is none */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Is it a number, with letters behind it or not, or several? Else it is a name, which later products give their builds. */
static bool is_number(const char *build)
{
	bool digit = true; /* must come */

	for (; *build; build++) {
		if (digit ? !is_digit(*build) : strchr("/_+~ ", *build) != NULL)
			return false;
		digit = *build == '.' || *build == '-';
	}
	return !digit;
}

static struct cursor cursor_new(const char *version, const char *build)
{
	struct cursor c = { version ? version : "", build && is_number(build) ? build : NULL };

	return c;
}

/* Steps over a hyphen, written or meant; false at the end of the dotted component. */
static bool next_part(struct cursor *c)
{
	if (*c->at == '-') {
		c->at++;
		return true;
	}
	if (*c->at || !c->build)
		return false;
	c->at = c->build;
	c->build = NULL;
	return true;
}

static bool is_last_component(const struct cursor *c)
{
	return !strchr(c->at, '.') && !(c->build && strchr(c->build, '.'));
}

/* Steps over what is left of this component and its dot. */
static void next_component(struct cursor *c)
{
	do {
		c->at += strcspn(c->at, ".-");
	} while (next_part(c));
	c->at++;
}

struct number {
	const char *digits; /* without leading zeros: of any length */
	size_t n;
};

/* Steps over a part: its digits, and the letters behind them, which no product looks at. */
static struct number take_number(struct cursor *c)
{
	struct number number;

	while (*c->at == '0')
		c->at++;
	number = (struct number){ c->at, 0 };
	while (is_digit(number.digits[number.n]))
		number.n++;
	c->at += strcspn(c->at, ".-");
	return number;
}

static int compare_numbers(struct number a, struct number b)
{
	int result = a.n == b.n ? memcmp(a.digits, b.digits, a.n) : a.n < b.n ? -1 : 1;

	return result < 0 ? -1 : result > 0;
}

/* What stands behind hyphens; a missing one matches any. */
static int compare_parts(struct cursor *a, struct cursor *b)
{
	int result = 0;

	while (!result && next_part(a) && next_part(b))
		result = compare_numbers(take_number(a), take_number(b));
	return result;
}

int ddl_xenserver_version_compare(const char *version_a, const char *build_a, const char *version_b, const char *build_b)
{
	struct cursor a = cursor_new(version_a, build_a), b = cursor_new(version_b, build_b);
	bool past_a = false, past_b = false; /* only the build is left; the numbers that are not there are 0 */

	for (;;) {
		const struct number none = { "", 0 };
		int result = compare_numbers(past_a ? none : take_number(&a), past_b ? none : take_number(&b));
		bool last_a = past_a || is_last_component(&a), last_b = past_b || is_last_component(&b);

		if (!result && last_a == last_b)
			result = compare_parts(&a, &b);
		if (result || (last_a && last_b))
			return result;
		past_a = last_a;
		past_b = last_b;
		if (!last_a)
			next_component(&a);
		if (!last_b)
			next_component(&b);
	}
}

bool ddl_xenserver_version_valid(const char *version)
{
	size_t length = version ? strlen(version) : 0;

	if (length > DDL_MAX_NAME)
		return false;
	while (length) {
		size_t digits = 0;

		while (is_digit(version[digits]))
			digits++;
		if (!digits)
			return false;
		if (digits == length)
			return true;
		if (version[digits] != '.' && version[digits] != '-')
			return false;
		version += digits + 1;
		length -= digits + 1;
	}
	return false;
}

bool ddl_xenserver_version_test(int compared, enum ddl_test test)
{
	switch (test) {
	case DDL_TEST_EQ:
		return compared == 0;
	case DDL_TEST_NE:
		return compared != 0;
	case DDL_TEST_LT:
		return compared < 0;
	case DDL_TEST_GT:
		return compared > 0;
	case DDL_TEST_LE:
		return compared <= 0;
	case DDL_TEST_GE:
		return compared >= 0;
	}
	return false;
}
