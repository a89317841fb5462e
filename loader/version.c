// SPDX-License-Identifier: GPL-2.0-or-later
/* Compares XenServer versions; the rule stands in repo.h. */
#include "repo.h"

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

static struct cursor cursor_new(const char *version, const char *build)
{
	struct cursor c = { version ? version : "", build && *build ? build : NULL };

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

/* Steps over what is left of this component and its dot; false when there is no other. */
static bool next_component(struct cursor *c)
{
	do {
		c->at += strcspn(c->at, ".-");
	} while (next_part(c));
	if (*c->at != '.')
		return false;
	c->at++;
	return true;
}

/* Digits as a number of any length, then what follows them (a letter suffix) as bytes. */
static int compare_part(struct cursor *a, struct cursor *b)
{
	size_t digits_a, digits_b, rest_a, rest_b, least;
	int result;

	while (*a->at == '0')
		a->at++;
	while (*b->at == '0')
		b->at++;
	for (digits_a = 0; is_digit(a->at[digits_a]);)
		digits_a++;
	for (digits_b = 0; is_digit(b->at[digits_b]);)
		digits_b++;
	if (digits_a != digits_b)
		return digits_a < digits_b ? -1 : 1;
	result = memcmp(a->at, b->at, digits_a);
	if (result)
		return result < 0 ? -1 : 1;
	a->at += digits_a;
	b->at += digits_b;
	rest_a = strcspn(a->at, ".-");
	rest_b = strcspn(b->at, ".-");
	least = rest_a < rest_b ? rest_a : rest_b;
	result = memcmp(a->at, b->at, least);
	if (!result && rest_a != rest_b)
		result = rest_a < rest_b ? -1 : 1;
	a->at += rest_a;
	b->at += rest_b;
	return result < 0 ? -1 : result > 0;
}

int ddl_version_compare(const char *version_a, const char *build_a,
			const char *version_b, const char *build_b)
{
	struct cursor a = cursor_new(version_a, build_a), b = cursor_new(version_b, build_b);

	for (;;) {
		bool more_a, more_b;

		do {
			int result = compare_part(&a, &b);

			if (result)
				return result;
			more_a = next_part(&a);
			more_b = next_part(&b);
		} while (more_a && more_b);
		more_a = next_component(&a);
		more_b = next_component(&b);
		if (more_a != more_b)
			return more_a ? 1 : -1;
		if (!more_a)
			return 0;
	}
}

const struct ddl_repo *ddl_look_newer(const struct ddl_look *look, const struct ddl_repo *repo)
{
	const struct ddl_repo *best = repo;
	bool before = true;

	if (repo->generation == DDL_GEN_BARE) /* known by its file's name only */
		return NULL;
	for (size_t i = 0; i < look->n_repos; i++) {
		const struct ddl_repo *other = look->repos[i];
		int order;

		before = before && other != repo;
		if (other == repo || other->generation == DDL_GEN_BARE || other->fit < DDL_FIT_NO_DEVICE ||
		    strcmp(other->identifier, repo->identifier) != 0)
			continue;
		if (repo->fit >= DDL_FIT_LOADED && other->fit < DDL_FIT_LOADED)
			continue; /* newer, but not for the devices that are here */
		order = ddl_version_compare(other->version, other->build, best->version, best->build);
		if (order > 0 || (order == 0 && best == repo && before))
			best = other;
	}
	return best == repo ? NULL : best;
}

bool ddl_version_valid(const char *version)
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

bool ddl_version_test(int compared, enum ddl_test test)
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
