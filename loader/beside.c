// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the checksum files beside packs, and the medium of the installer. */
#include "beside.h"

#include <string.h>

#include "path.h"
#include "product.h"
#include "scan.h"
#include "source.h"
#include "sums.h"

/* The medium that the file lies on, and its name there. */
struct place {
	struct ddl_medium *outer;
	const char *name;
	bool ours;                /* it is closed after use */
};

/*
 * False: there is none, as it is a device, a folder, or cannot be opened again. A file that was given
 * by its path lies in a directory like on a stick.
 */
static bool find_place(struct ddl_session *session, size_t number, struct place *place, struct ddl_error *error)
{
	const struct ddl_opened *opened = &session->opened[number];
	struct ddl_source folder = { .kind = DDL_SOURCE_DIRECTORY, .name = opened->source->name };
	const char *path = opened->source->path, *base = ddl_path_base(path);

	*place = (struct place){ .name = opened->name };
	if (opened->outer != SIZE_MAX) {
		place->outer = ddl_session_medium(session, opened->outer, error);
		return place->outer != NULL;
	}
	if (opened->source->kind != DDL_SOURCE_FILE)
		return false;
	folder.path = base == path ? "." : ddl_arena_dupn(session->arena, path, (size_t)(base - path));
	if (!folder.path) {
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "%s", path);
		return false;
	}
	place->name = base;
	place->outer = ddl_medium_open(&folder, ddl_session_root(session), NULL, error);
	place->ours = true;
	return place->outer != NULL;
}

static void leave_place(const struct place *place)
{
	if (place->ours)
		ddl_medium_close(place->outer);
}

/* Is it the fingerprint of one of them? */
static bool is_one_of(const char *digest, struct ddl_repo *const *repos, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(repos[i]->fingerprint, digest) == 0)
			return true;
	return false;
}

static int give(struct ddl_session *session, struct ddl_repo *repo, const struct ddl_sum *sum)
{
	struct ddl_sum *slot = ddl_arena_push(session->arena, &repo->sums, &repo->n_sums, sizeof(*slot));

	if (!slot)
		return -1;
	*slot = *sum;
	return 0;
}

/*
 * Where there are several packs, one of them has that metadata, and it is nothing to the others. A sum
 * that may be either's is the metadata's when it is that.
 */
static int give_all(struct ddl_session *session, struct ddl_repo *const *repos, size_t count,
		    const struct ddl_found_sum *found)
{
	struct ddl_sum sum = found->sum;
	bool known = *sum.expected && is_one_of(sum.expected, repos, count);

	sum.metadata = sum.metadata || (found->plain && known);
	for (size_t i = 0; i < count; i++) {
		struct ddl_sum each = sum;

		if (sum.metadata && known && strcmp(repos[i]->fingerprint, sum.expected) != 0)
			continue;
		if (sum.metadata && *sum.expected && strlen(sum.expected) == strlen(repos[i]->fingerprint)) {
			each.found = repos[i]->fingerprint;
			each.state = known ? DDL_SUM_SAME : DDL_SUM_DIFFERS;
		} else if (sum.metadata) {
			each.state = DDL_SUM_UNREADABLE; /* an MD5 of a disk whose fingerprint is a SHA-256 */
			each.expected = "";
		}
		if (give(session, repos[i], &each) < 0)
			return -1;
	}
	return 0;
}

int ddl_beside_look(struct ddl_session *session, size_t number, struct ddl_repo *const *repos, size_t count,
		    const char **note, struct ddl_error *error)
{
	struct ddl_confine confine = ddl_session_confine(session);
	const struct ddl_medium *medium = session->opened[number].medium;
	struct ddl_error trouble = DDL_ERROR_INIT;
	struct ddl_found_sum *sums = NULL;
	struct place place;
	size_t n_sums = 0;
	int result;

	*note = NULL;
	if (!count || !medium || medium->kind == DDL_MEDIUM_DIRECTORY)
		return 0;
	if (!find_place(session, number, &place, &trouble))
		return trouble.code == DDL_E_MEMORY ? ddl_fail(error, DDL_E_MEMORY, 0, "%s", medium->name) : 0;
	result = ddl_sums_find(session->arena, place.outer, place.name, &confine, &sums, &n_sums, &trouble);
	leave_place(&place);
	if (result < 0 && trouble.code != DDL_E_MEMORY && trouble.code != DDL_E_CANCELLED) {
		ddl_log_error(session->log, place.name, &trouble);
		*note = ddl_arena_printf(session->arena, _("%s: the checksum files beside it cannot be read: %s"),
					 place.name, ddl_code_sentence(trouble.code));
		return *note ? 0 : ddl_fail(error, DDL_E_MEMORY, 0, "%s", place.name);
	}
	if (result < 0) {
		*error = trouble;
		return -1;
	}
	for (size_t i = 0; i < n_sums; i++)
		if (give_all(session, repos, count, &sums[i]) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", place.name);
	return 0;
}

int ddl_beside_judge(const struct ddl_repo *repo, struct ddl_error *error)
{
	for (size_t i = 0; i < repo->n_sums; i++) {
		const struct ddl_sum *sum = &repo->sums[i];

		if (sum->state == DDL_SUM_DIFFERS)
			return ddl_fail(error, DDL_E_SUM, 0, sum->metadata
				? _("%s, from the same medium, says %s; the disk's list of contents has %s")
				: _("%s, from the same medium, says %s; the whole file has %s"),
				sum->file, sum->expected, sum->found);
	}
	return 0;
}

/* ------------------------------------------------------------- the whole file */

static void tell_progress(void *arg, uint64_t done, uint64_t total)
{
	struct ddl_session *session = arg;

	(void)ddl_session_tell(session, &(struct ddl_event){ .kind = DDL_EVENT_PROGRESS, .phase = DDL_PHASE_TEST,
		.done = done, .total = total, .what = session->last.what });
}

static bool is_waiting(const struct ddl_sum *sum)
{
	return !sum->metadata && sum->state == DDL_SUM_UNCOMPARED;
}

/* All packs in the file have the same sums of it. */
static int compare_all(struct ddl_session *session, size_t medium, const struct ddl_whole *whole)
{
	const char *md5 = ddl_arena_dup(session->arena, whole->md5), *sha256 = ddl_arena_dup(session->arena, whole->sha256);

	if (!md5 || !sha256)
		return -1;
	for (size_t l = 0; l < session->n_looks; l++) {
		for (size_t r = 0; r < session->looks[l]->n_repos; r++) {
			const struct ddl_repo *repo = session->looks[l]->repos[r];

			for (size_t i = 0; repo->medium == medium && i < repo->n_sums; i++) {
				struct ddl_sum *sum = &repo->sums[i];

				if (!is_waiting(sum))
					continue;
				sum->found = strlen(sum->expected) == strlen(md5) ? md5 : sha256;
				sum->state = strcmp(sum->expected, sum->found) == 0 ? DDL_SUM_SAME : DDL_SUM_DIFFERS;
			}
		}
	}
	return 0;
}

int ddl_beside_test(struct ddl_session *session, const struct ddl_repo *repo, struct ddl_error *error)
{
	struct ddl_whole whole = { .progress = tell_progress, .arg = session };
	struct ddl_confine confine = ddl_session_confine(session);
	struct place place;
	size_t waiting = 0;
	int result = -1;

	while (waiting < repo->n_sums && !is_waiting(&repo->sums[waiting]))
		waiting++;
	if (waiting == repo->n_sums)
		return 0;
	if (!find_place(session, repo->medium, &place, error))
		return -1;
	(void)ddl_session_tell(session, &(struct ddl_event){ .kind = DDL_EVENT_PROGRESS, .phase = DDL_PHASE_TEST,
		.total = 1, .what = repo->sums[waiting].file });
	result = ddl_sums_whole(session->arena, place.outer, place.name, &confine, &whole, error);
	leave_place(&place);
	if (result == 0 && compare_all(session, repo->medium, &whole) < 0)
		result = ddl_fail(error, DDL_E_MEMORY, 0, "%s", place.name);
	return result;
}

/* ---------------------------------------------------------------- the installer */

static int take_products(struct ddl_session *session, struct ddl_arena *arena, const char *where,
			 const struct ddl_product *from, size_t count, struct ddl_product **products, size_t *n_products)
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
	int result = medium ? ddl_scan_medium(arena, medium, &confine, &scan, &trouble) : -1;

	ddl_medium_close(medium);
	if (result < 0 && (trouble.code == DDL_E_MEMORY || trouble.code == DDL_E_CANCELLED))
		return ddl_fail(error, trouble.code, 0, "%s", source->name);
	if (result == 0 && take_products(session, arena, source->name, scan.products, scan.n_products, products, n_products) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", source->name);
	return 0;
}

static int ask_media(struct ddl_session *session, struct ddl_arena *arena, struct ddl_product **products,
		     size_t *n_products, struct ddl_error *error)
{
	struct ddl_error trouble = DDL_ERROR_INIT;
	struct ddl_source **sources = NULL;
	size_t count = 0;

	if (ddl_sources_find(arena, ddl_session_root(session), &sources, &count, &trouble) < 0)
		return trouble.code == DDL_E_MEMORY ? ddl_fail(error, DDL_E_MEMORY, 0, "media") : 0;
	for (size_t i = 0; i < count; i++)
		if (sources[i]->usable && ask_medium(session, arena, sources[i], products, n_products, error) < 0)
			return -1;
	return 0;
}

int ddl_beside_products(struct ddl_session *session, struct ddl_arena *arena, struct ddl_repo *const *repos,
			size_t count, struct ddl_product **products, size_t *n_products, struct ddl_error *error)
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

		return given && ddl_product_read(arena, session->options.product, given) ? 0
			: ddl_fail(error, DDL_E_MEMORY, 0, "--product");
	}
	for (size_t i = 0; i < session->n_looks; i++)
		if (take_products(session, arena, session->looks[i]->source->name, session->looks[i]->products,
				  session->looks[i]->n_products, products, n_products) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "products");
	if (*n_products || (session->options.kernel && !session->options.root))
		return 0;
	return ask_media(session, arena, products, n_products, error);
}
