// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the product that is being installed: as was said, or as the installer's own medium says. */
#include "session/products.h"

#include "repository/product.h"
#include "repository/scan.h"
#include "source/source.h"

static int take_products(struct ddl_session *session, struct ddl_arena *arena, const char *where, const struct ddl_product *from,
			 size_t count, struct ddl_product **products, size_t *n_products)
{
	for (size_t i = 0; i < count; i++) {
		struct ddl_product *slot = ddl_arena_push(arena, products, n_products, sizeof(*slot));

		if (!slot)
			return -1;
		*slot = from[i];
		ddl_log(session->log, "%s: the installer of %s%s%s %s%s%s", where, from[i].originator,
			*from[i].originator ? ":" : "", from[i].name, from[i].version, *from[i].build ? "-" : "", from[i].build);
	}
	return 0;
}

/* What cannot be read is no installer's medium. */
static int ask_medium(struct ddl_session *session, struct ddl_arena *arena, const struct ddl_source *source,
		      struct ddl_product **products, size_t *n_products, struct ddl_error *error)
{
	struct ddl_confine confine = ddl_session_confine(session);
	struct ddl_error trouble = DDL_ERROR_INIT;
	struct ddl_medium *medium = ddl_medium_open(source, ddl_session_root(session), &confine, &trouble);
	struct ddl_scan scan = { .n_products = 0 };
	int result = medium ? ddl_scan_medium(arena, medium, &confine, NULL, &scan, &trouble) : -1;

	ddl_medium_close(medium);
	if (result < 0 && (trouble.code == DDL_E_MEMORY || trouble.code == DDL_E_CANCELLED))
		return ddl_fail(error, trouble.code, 0, "%s", source->name);
	if (result == 0 && take_products(session, arena, source->name, scan.products, scan.n_products, products, n_products) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", source->name);
	return 0;
}

static int ask_media(struct ddl_session *session, struct ddl_arena *arena, struct ddl_product **products, size_t *n_products,
		     struct ddl_error *error)
{
	struct ddl_error trouble = DDL_ERROR_INIT;
	struct ddl_source **sources = NULL;
	size_t count = 0;

	if (ddl_sources_find(arena, ddl_session_root(session), &sources, &count, NULL, &trouble) < 0)
		return trouble.code == DDL_E_MEMORY ? ddl_fail(error, DDL_E_MEMORY, 0, "media") : 0;
	for (size_t i = 0; i < count; i++)
		if (sources[i]->usable && ask_medium(session, arena, sources[i], products, n_products, error) < 0)
			return -1;
	return 0;
}

int ddl_session_products(struct ddl_session *session, struct ddl_arena *arena, struct ddl_repo *const *repos, size_t count,
			 struct ddl_product **products, size_t *n_products, struct ddl_error *error)
{
	size_t n_requires = 0;

	*products = NULL;
	*n_products = 0;
	for (size_t i = 0; i < count; i++)
		n_requires += repos[i]->n_requires;
	if (!n_requires)
		return 0;
	if (session->options.product) {
		struct ddl_product *given = ddl_arena_push(arena, products, n_products, sizeof(*given));

		return given && ddl_product_read(arena, session->options.product, given) ?
			       0 :
			       ddl_fail(error, DDL_E_MEMORY, 0, "--product");
	}
	for (size_t i = 0; i < session->n_looks; i++)
		if (take_products(session, arena, session->looks[i]->source->name, session->looks[i]->products,
				  session->looks[i]->n_products, products, n_products) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "products");
	if (*n_products || (session->options.kernel && !session->options.root))
		return 0;
	return ask_media(session, arena, products, n_products, error);
}
