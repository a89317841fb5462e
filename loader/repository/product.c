// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the product in what an installer's medium says. */
#include "repository/product.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/text.h"
#include "repository/repository.h"

const char ddl_treeinfo_name[] = ".treeinfo";

/* Numbers with dots or hyphens between them, each with letters behind it or not: "6.2.0-70446c". */
static bool is_version(const char *text, size_t n)
{
	bool digit = true; /* must come */

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (digit ? !isdigit(c) : !isalnum(c) && c != '.' && c != '-')
			return false;
		digit = c == '.' || c == '-';
	}
	return n > 0 && n <= DDL_MAX_NAME && !digit;
}

bool ddl_product_read(struct ddl_arena *arena, const char *word, struct ddl_product *product)
{
	const char *colon = strchr(word, ':'), *equals = colon ? strchr(colon, '=') : NULL;

	if (!colon || !equals || colon == word || equals == colon + 1 || !is_version(equals + 1, strlen(equals + 1)))
		return false;
	*product = (struct ddl_product){ .originator = ddl_arena_dupn(arena, word, (size_t)(colon - word)),
					 .name = ddl_arena_dupn(arena, colon + 1, (size_t)(equals - colon) - 1),
					 .version = equals + 1,
					 .build = "" };
	return product->originator && product->name;
}

static int add(struct ddl_arena *arena, const char *originator, const char *name, const char *version, const char *build,
	       struct ddl_product **products, size_t *count)
{
	struct ddl_product *slot;

	if (!name || !version || !build)
		return -1;
	slot = *count < DDL_MAX_PRODUCTS ? ddl_arena_push(arena, products, count, sizeof(*slot)) : NULL;
	if (!slot)
		return *count < DDL_MAX_PRODUCTS ? -1 : 0;
	*slot = (struct ddl_product){ originator, name, version, build };
	return 0;
}

/* ------------------------------------------------------------------ .treeinfo */

struct text {
	const char *at;
	size_t n;
};

static struct text trim(const char *at, size_t n)
{
	ddl_text_trim(&at, &n);
	return (struct text){ at, n };
}

static bool is(struct text text, const char *word)
{
	return text.n == strlen(word) && strncasecmp(text.at, word, text.n) == 0;
}

/* What is wanted of it. */
struct treeinfo {
	struct text platform, version, name; /* [platform] version; [branding] version, name; [system-v1] has all three */
};

static void read_line(struct treeinfo *info, struct text *section, struct text line)
{
	const struct {
		const char *section, *key;
		struct text *to;
	} wanted[] = {
		{ "platform", "version", &info->platform },
		{ "branding", "version", &info->version },
		{ "branding", "name", &info->name },
		{ "system-v1", "platform_version", &info->platform },
		{ "system-v1", "product_version", &info->version },
		{ "system-v1", "product_name", &info->name },
	};
	const char *equals = line.n ? memchr(line.at, '=', line.n) : NULL;
	struct text key, value;

	if (line.n && *line.at == '[')
		*section = line.at[line.n - 1] == ']' ? trim(line.at + 1, line.n - 2) : (struct text){ "", 0 };
	if (!equals || (line.n && *line.at == '['))
		return;
	key = trim(line.at, (size_t)(equals - line.at));
	value = trim(equals + 1, (size_t)(line.at + line.n - equals) - 1);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (is(*section, wanted[i].section) && is(key, wanted[i].key))
			*wanted[i].to = value;
}

/* "XenServer" as packages have it: "xenserver". NULL: no memory; "": it is no name. */
static const char *small_name(struct ddl_arena *arena, struct text name)
{
	char *small = name.n <= DDL_MAX_NAME ? ddl_arena_dupn(arena, name.at ? name.at : "", name.n) : ddl_arena_dup(arena, "");

	for (char *c = small; c && *c; c++) {
		if (!isalnum((unsigned char)*c) && *c != '-')
			*small = '\0';
		*c = (char)tolower((unsigned char)*c);
	}
	return small;
}

static int read_treeinfo(struct ddl_arena *arena, const char *bytes, size_t length, struct ddl_product **products, size_t *count)
{
	struct treeinfo info = { .platform = { "", 0 }, .version = { "", 0 }, .name = { "", 0 } };
	struct text section = { "", 0 };
	const char *version, *name;

	for (size_t at = 0; at < length;) {
		const char *end = memchr(bytes + at, '\n', length - at);
		size_t n = end ? (size_t)(end - bytes) - at : length - at;

		read_line(&info, &section, trim(bytes + at, n));
		at += n + (end ? 1 : 0);
	}
	if (is_version(info.platform.at, info.platform.n) &&
	    add(arena, "xcp", "main", ddl_arena_dupn(arena, info.platform.at, info.platform.n), "", products, count) < 0)
		return -1;
	if (!is_version(info.version.at, info.version.n))
		return 0;
	version = ddl_arena_dupn(arena, info.version.at, info.version.n);
	name = small_name(arena, info.name);
	if (!name || add(arena, "xs", "main", version, "", products, count) < 0)
		return -1;
	return *name ? add(arena, "", name, version, "", products, count) : 0;
}

/* ---------------------------------------------------------------------- the whole */

bool ddl_product_is(const struct ddl_repo *repo)
{
	return strcmp(repo->identifier, "xs:main") == 0 || strcmp(repo->identifier, "xcp:main") == 0;
}

int ddl_products_find(struct ddl_arena *arena, struct ddl_repo *const *repos, size_t n_repos, const char *treeinfo, size_t length,
		      struct ddl_product **products, size_t *count)
{
	for (size_t i = 0; i < n_repos; i++) {
		const struct ddl_repo *repo = repos[i];

		if (ddl_product_is(repo) && is_version(repo->version, strlen(repo->version)) &&
		    add(arena, repo->originator, repo->name, repo->version, repo->build, products, count) < 0)
			return -1;
	}
	return treeinfo ? read_treeinfo(arena, treeinfo, length, products, count) : 0;
}

bool ddl_product_valid(const char *word)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_product product;
	bool valid = arena && ddl_product_read(arena, word, &product);

	ddl_arena_free(arena);
	return valid;
}
