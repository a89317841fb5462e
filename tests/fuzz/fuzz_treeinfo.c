// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes .treeinfo, which says what an installer installs. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "repository/product.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_product *products = NULL;
	size_t count = 0;

	if (!arena)
		return 0;
	if (ddl_products_find(arena, NULL, 0, (const char *)data, size, &products, &count) < 0 || count > 3)
		abort();
	for (size_t i = 0; i < count; i++) {
		if (!isdigit((unsigned char)*products[i].version) || strlen(products[i].version) > DDL_MAX_NAME ||
		    !*products[i].name || strlen(products[i].name) > DDL_MAX_NAME)
			abort();
		for (const char *c = products[i].name; *c; c++)
			if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '-')
				abort();
	}
	ddl_arena_free(arena);
	return 0;
}
