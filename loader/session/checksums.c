// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds the checksum files beside packs, and holds the packs against them and against a fingerprint that was given. */
#include "session/checksums.h"

#include <string.h>

#include "base/digest.h"
#include "base/path.h"
#include "base/text.h"
#include "verify/checksum_file.h"

#define FINGERPRINT_ROOM 65U /* digits of the longest, and the NUL */

/* The medium that the file lies on, and its name there. */
struct place {
	struct ddl_medium *outer;
	const char *name;
	bool ours; /* it is closed after use */
};

/*
 * Of the file that a medium is, or of a loose one on it. False: there is none, as it is a device, a folder, or
 * cannot be opened again. A file that was given by its path lies in a directory like on a stick.
 */
static bool find_place(struct ddl_session *session, size_t number, const char *loose, struct place *place,
		       struct ddl_error *error)
{
	const struct ddl_opened *opened = &session->opened[number];
	struct ddl_source folder = { .kind = DDL_SOURCE_DIRECTORY, .name = opened->source->name };
	const char *path = opened->source->path, *base = ddl_path_base(path);

	*place = (struct place){ .name = opened->name };
	if (loose) {
		place->name = loose;
		place->outer = ddl_session_medium(session, number, error);
		if (!place->outer || place->outer->kind != DDL_MEDIUM_BARE)
			return place->outer != NULL;
	}
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

/* A line that names another file is this one's where the sums are the same, else it speaks of another. */
static void settle_other(struct ddl_sum *sum)
{
	if (!sum->other || sum->state != DDL_SUM_DIFFERS)
		return;
	sum->state = DDL_SUM_UNREADABLE;
	sum->expected = sum->found = "";
}

/*
 * Where there are several packs, one of them has that metadata, and it is nothing to the others. A sum
 * that may be either's is the metadata's when it is that.
 */
static int give_all(struct ddl_session *session, struct ddl_repo *const *repos, size_t count, const struct ddl_found_sum *found)
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
		settle_other(&each);
		if (give(session, repos[i], &each) < 0)
			return -1;
	}
	return 0;
}

/* The checksum files at the place. What cannot be read is a remark. */
static int find_sums(struct ddl_session *session, const struct place *place, struct ddl_found_sum **sums, size_t *n_sums,
		     const char **note, struct ddl_error *error)
{
	struct ddl_confine confine = ddl_session_confine(session);
	struct ddl_error trouble = DDL_ERROR_INIT;

	if (ddl_checksum_file_find(session->arena, place->outer, place->name, &confine, sums, n_sums, &trouble) == 0)
		return 0;
	*n_sums = 0;
	if (trouble.code == DDL_E_MEMORY || trouble.code == DDL_E_CANCELLED) {
		*error = trouble;
		return -1;
	}
	ddl_log_error(session->log, place->name, &trouble);
	*note = ddl_arena_printf(session->arena, _("%s: the checksum files beside it cannot be read: %s"), place->name,
				 ddl_code_sentence(trouble.code));
	return *note ? 0 : ddl_fail(error, DDL_E_MEMORY, 0, "%s", place->name);
}

/* The file's own checksum under the name of the metadata's: people take the one for the other. */
static void know_the_file(struct ddl_session *session, const struct place *place, struct ddl_repo *const *repos, size_t count,
			  struct ddl_sum *sum)
{
	struct ddl_confine confine = ddl_session_confine(session);
	struct ddl_whole whole = { .want_md5 = true, .want_sha256 = true };

	if (!sum->metadata || !*sum->expected || is_one_of(sum->expected, repos, count) ||
	    ddl_checksum_file_whole(session->arena, place->outer, place->name, &confine, &whole, NULL) < 0 ||
	    (strcmp(sum->expected, whole.md5) != 0 && strcmp(sum->expected, whole.sha256) != 0))
		return;
	sum->metadata = false;
	sum->state = DDL_SUM_SAME;
	sum->found = sum->expected;
}

int ddl_checksums_look(struct ddl_session *session, size_t number, struct ddl_repo *const *repos, size_t count, const char **note,
		       struct ddl_error *error)
{
	const struct ddl_medium *medium = session->opened[number].medium;
	struct ddl_error trouble = DDL_ERROR_INIT;
	struct ddl_found_sum *sums = NULL;
	struct place place;
	size_t n_sums = 0;
	int result;

	*note = NULL;
	if (!count || !medium || medium->kind != DDL_MEDIUM_ARCHIVE)
		return 0;
	if (!find_place(session, number, NULL, &place, &trouble))
		return trouble.code == DDL_E_MEMORY ? ddl_fail(error, DDL_E_MEMORY, 0, "%s", medium->name) : 0;
	result = find_sums(session, &place, &sums, &n_sums, note, error);
	for (size_t i = 0; i < n_sums && result == 0; i++) {
		know_the_file(session, &place, repos, count, &sums[i].sum);
		if (give_all(session, repos, count, &sums[i]) < 0)
			result = ddl_fail(error, DDL_E_MEMORY, 0, "%s", place.name);
	}
	leave_place(&place);
	return result;
}

int ddl_checksums_look_loose(struct ddl_session *session, struct ddl_repo *repo, const char **note, struct ddl_error *error)
{
	*note = NULL;
	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_package *package = &repo->packages[i];
		const struct ddl_medium *medium = session->opened[package->medium].medium;
		struct ddl_error trouble = DDL_ERROR_INIT;
		struct ddl_found_sum *sums = NULL;
		struct place place;
		size_t n_sums = 0;
		int result;

		if (medium && medium->kind == DDL_MEDIUM_ARCHIVE)
			continue; /* of what lies in one together, the sum of the whole is what is given */
		if (!find_place(session, package->medium, package->file, &place, &trouble)) {
			if (trouble.code == DDL_E_MEMORY)
				return ddl_fail(error, DDL_E_MEMORY, 0, "%s", package->file);
			continue;
		}
		result = find_sums(session, &place, &sums, &n_sums, note, error);
		leave_place(&place);
		for (size_t j = 0; j < n_sums && result == 0; j++) {
			sums[j].sum.of = package->file;
			if (give(session, repo, &sums[j].sum) < 0)
				result = ddl_fail(error, DDL_E_MEMORY, 0, "%s", package->file);
		}
		if (result < 0)
			return -1;
	}
	return 0;
}

int ddl_checksums_judge(const struct ddl_repo *repo, struct ddl_error *error)
{
	for (size_t i = 0; i < repo->n_sums; i++) {
		const struct ddl_sum *sum = &repo->sums[i];

		if (sum->state == DDL_SUM_DIFFERS)
			return ddl_fail(error, DDL_E_SUM, 0,
					sum->metadata ?
						_("%s, from the same medium, says %s; the disk's list of contents has %s") :
						_("%s, from the same medium, says %s; the whole file has %s"),
					sum->file, sum->expected, sum->found);
	}
	return 0;
}

/* ------------------------------------------------------------- the whole file */

static void tell_progress(void *arg, uint64_t done, uint64_t total)
{
	struct ddl_session *session = arg;

	(void)ddl_session_tell(session, &(struct ddl_event){ .kind = DDL_EVENT_PROGRESS,
							     .phase = DDL_PHASE_TEST,
							     .done = done,
							     .total = total,
							     .what = session->last.what });
}

static bool is_waiting(const struct ddl_sum *sum)
{
	return !sum->metadata && sum->state == DDL_SUM_UNCOMPARED;
}

static bool is_same_file(const struct ddl_sum *sum, const char *of)
{
	return of ? sum->of && strcmp(sum->of, of) == 0 : !sum->of;
}

static void compare(const struct ddl_repo *repo, const char *of, const struct ddl_whole *whole)
{
	for (size_t i = 0; i < repo->n_sums; i++) {
		struct ddl_sum *sum = &repo->sums[i];

		if (!is_waiting(sum) || !is_same_file(sum, of))
			continue;
		sum->found = strlen(sum->expected) == strlen(whole->md5) ? whole->md5 : whole->sha256;
		sum->state = strcmp(sum->expected, sum->found) == 0 ? DDL_SUM_SAME : DDL_SUM_DIFFERS;
		settle_other(sum);
	}
}

/* All packs in the file have the same sums of it. */
static void compare_all(const struct ddl_session *session, size_t medium, const struct ddl_whole *whole)
{
	for (size_t l = 0; l < session->n_looks; l++)
		for (size_t r = 0; r < session->looks[l]->n_repos; r++)
			if (session->looks[l]->repos[r]->medium == medium)
				compare(session->looks[l]->repos[r], NULL, whole);
}

static const struct ddl_package *package_named(const struct ddl_repo *repo, const char *file)
{
	for (size_t i = 0; file && i < repo->n_packages; i++)
		if (strcmp(repo->packages[i].file, file) == 0)
			return &repo->packages[i];
	return NULL;
}

/* What is waited for of one file. A loose one was hashed when it was looked into. */
static int test_file(struct ddl_session *session, const struct ddl_repo *repo, const struct ddl_sum *first,
		     struct ddl_error *error)
{
	struct ddl_whole *whole = ddl_arena_alloc(session->arena, 1, sizeof(*whole));
	const struct ddl_package *loose = package_named(repo, first->of);
	struct ddl_confine confine = ddl_session_confine(session);
	struct place place;
	int result = 0;

	if (!whole)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", first->file);
	*whole = (struct ddl_whole){ .progress = tell_progress, .arg = session };
	for (size_t i = 0; i < repo->n_sums; i++) {
		if (!is_waiting(&repo->sums[i]) || !is_same_file(&repo->sums[i], first->of))
			continue;
		if (strlen(repo->sums[i].expected) == sizeof(whole->md5) - 1)
			whole->want_md5 = true;
		else
			whole->want_sha256 = true;
	}
	if (loose && !whole->want_md5 && strlen(loose->digest) == sizeof(whole->sha256) - 1) {
		(void)strcpy(whole->sha256, loose->digest);
		compare(repo, first->of, whole);
		return 0;
	}
	if (!find_place(session, loose ? loose->medium : repo->medium, first->of, &place, error))
		return -1;
	(void)ddl_session_tell(
		session,
		&(struct ddl_event){ .kind = DDL_EVENT_PROGRESS, .phase = DDL_PHASE_TEST, .total = 1, .what = first->file });
	result = ddl_checksum_file_whole(session->arena, place.outer, place.name, &confine, whole, error);
	leave_place(&place);
	if (result == 0 && first->of)
		compare(repo, first->of, whole);
	else if (result == 0)
		compare_all(session, repo->medium, whole);
	return result;
}

int ddl_checksums_test(struct ddl_session *session, const struct ddl_repo *repo, struct ddl_error *error)
{
	for (size_t i = 0; i < repo->n_sums; i++)
		if (is_waiting(&repo->sums[i]) && test_file(session, repo, &repo->sums[i], error) < 0)
			return -1;
	return 0;
}

/* Is it the checksum of the file that the medium of this number is? */
static bool is_sum_of(struct ddl_session *session, size_t number, const char *digits)
{
	struct ddl_whole whole = { .want_md5 = true, .want_sha256 = true, .progress = tell_progress, .arg = session };
	struct ddl_confine confine = ddl_session_confine(session);
	struct ddl_error trouble = DDL_ERROR_INIT;
	struct place place;
	bool same = false;

	if (!find_place(session, number, NULL, &place, &trouble))
		return false;
	if (ddl_checksum_file_whole(session->arena, place.outer, place.name, &confine, &whole, &trouble) == 0)
		same = strcmp(whole.md5, digits) == 0 || strncmp(whole.sha256, digits, strlen(digits)) == 0;
	leave_place(&place);
	return same;
}

const char *ddl_fingerprint_is_file(struct ddl_session *session, const struct ddl_repo *repo, const char *digits)
{
	bool cancelled = session->cancelled;
	const char *file = NULL;

	if (strlen(digits) < 2 * DDL_MD5)
		return NULL;
	/* a pack in an ISO in a zip: it may be that of either */
	for (size_t i = repo->medium; i < session->n_opened && !file; i = session->opened[i].outer)
		if (is_sum_of(session, i, digits))
			file = *session->opened[i].inside ? session->opened[i].inside : session->opened[i].source->name;
	session->cancelled = cancelled;
	return file;
}

/* Both in groups, and from which digit on: nobody compares 64 digits in a row by eye. */
static int differs(const struct ddl_repo *repo, const char *given, struct ddl_error *error)
{
	char has[5 * FINGERPRINT_ROOM / 4], wanted[5 * FINGERPRINT_ROOM / 4];
	size_t same = 0;

	while (given[same] == repo->fingerprint[same])
		same++;
	ddl_text_groups(has, sizeof(has), repo->fingerprint);
	ddl_text_groups(wanted, sizeof(wanted), given);
	return ddl_fail(error, DDL_E_FINGERPRINT, 0, _("%s has %s, expected was %s; the first digit that differs is number %zu"),
			repo->identifier, has, wanted, same + 1);
}

int ddl_compare_fingerprint(struct ddl_session *session, const struct ddl_repo *repo, struct ddl_error *error)
{
	const char *wanted = session->options.fingerprint, *file;
	char given[FINGERPRINT_ROOM] = "";
	uint8_t digest[32];
	size_t digits = strlen(repo->fingerprint), n = digits / 2;

	if (ddl_checksums_judge(repo, error) < 0)
		return -1;
	if (!wanted)
		return 0;
	for (size_t size = sizeof(digest); size >= DDL_MD5 && !*given; size /= 2)
		if (ddl_text_unhex(wanted, digest, size))
			ddl_text_hex(given, digest, size);
	if (*given && strcmp(given, repo->fingerprint) == 0)
		return 0;
	file = ddl_fingerprint_is_file(session, repo, given);
	if (file)
		return ddl_fail(error, DDL_E_FINGERPRINT_FILE, 0, _("%s has %s; what was given (%s) is the checksum of %s"),
				repo->identifier, repo->fingerprint, given, file);
	if (strlen(given) != digits)
		return ddl_fail(error, DDL_E_FINGERPRINT, 0, _("%s has %s; what was given (%s) is not %zu hex digits"),
				repo->identifier, repo->fingerprint, wanted, 2 * n);
	return differs(repo, given, error);
}
