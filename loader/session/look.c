// SPDX-License-Identifier: GPL-2.0-or-later
/* A look at a source: the media on it and in them, the packs on those, and what their packages are. */
#include "session/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "medium/listing.h"
#include "medium/unpacked.h"
#include "module/module_name.h"
#include "package/packages.h"
#include "plan/fit.h"
#include "plan/plan.h"
#include "repository/candidates.h"
#include "repository/product.h"
#include "repository/repository.h"
#include "repository/scan.h"
#include "repository/seen.h"
#include "session/abi.h"
#include "session/checksums.h"
#include "session/loose.h"
#include "session/settings.h"
#include "session/updates.h"
#include "verify/trust.h"

#define MOST_UNREAD 2U /* folders that were not looked into, by name */
#define MOST_NAMED 3U /* things that were seen, in the answer itself */

/* A new number for a medium; SIZE_MAX: no memory. */
static size_t add_medium(struct ddl_session *session, struct ddl_source *source)
{
	struct ddl_opened *opened = ddl_arena_push(session->arena, &session->opened, &session->n_opened, sizeof(*opened));

	if (!opened)
		return SIZE_MAX;
	*opened = (struct ddl_opened){ .source = source, .inside = "", .outer = SIZE_MAX, .name = "" };
	return session->n_opened - 1;
}

/* The same for a file on a medium. */
static size_t add_inner(struct ddl_session *session, size_t outer, const char *name, const struct ddl_image *image)
{
	const struct ddl_opened *around = &session->opened[outer];
	bool package = image && around->medium->kind == DDL_MEDIUM_BARE; /* which is called as its file is */
	const char *inside = package && *around->inside ? around->inside :
			     *around->inside            ? ddl_arena_printf(session->arena, "%s: %s", around->inside, name) :
							  name;
	size_t number = inside ? add_medium(session, around->source) : SIZE_MAX;
	struct ddl_opened *opened;

	if (number == SIZE_MAX)
		return SIZE_MAX;
	opened = &session->opened[number];
	opened->inside = inside;
	opened->outer = outer;
	opened->name = name;
	opened->image = image;
	if (package)
		opened->signature = session->opened[outer].signature;
	return number;
}

/* ------------------------------------------------------------------- packages */

static void tell_progress(void *arg, uint64_t done, uint64_t total, const struct ddl_package *package)
{
	struct ddl_session *session = arg;

	(void)ddl_session_tell(session, &(struct ddl_event){ .kind = DDL_EVENT_PROGRESS,
							     .phase = session->last.phase,
							     .done = done,
							     .total = total,
							     .what = package->file,
							     .package = package });
}

static void tell_finished(void *arg, const struct ddl_package *package)
{
	struct ddl_session *session = arg;

	if (package->state == DDL_PKG_BAD)
		ddl_log_error(session->log, package->file, &package->trouble);
	else
		ddl_log(session->log, "%s: checksum matches", package->file);
	(void)ddl_session_tell(session, &(struct ddl_event){ .kind = DDL_EVENT_PACKAGE,
							     .phase = session->last.phase,
							     .what = package->file,
							     .package = package });
}

/* Is the package for the kernel in question (or for any), so that it is worth unpacking? */
static bool concerns(const struct ddl_package *package, const char *release, bool abi)
{
	return !*package->kernel || strcmp(package->kernel, "any") == 0 || strcmp(package->kernel, release) == 0 ||
	       (abi && ddl_fit_near(package->kernel, release));
}

static struct ddl_trust trust_of(struct ddl_session *session)
{
	return (struct ddl_trust){ session->checker, &session->options, session->stage,
				   session->log,     session->arena,    ddl_session_confine(session) };
}

int ddl_session_check(struct ddl_session *session, const char *what, struct ddl_claim *claim, struct ddl_signature *signature,
		      struct ddl_error *error)
{
	struct ddl_trust trust = trust_of(session);
	int result = ddl_trust_check_file(&trust, what, claim, signature, error);

	session->checker = trust.checker;
	return result;
}

static int check_signatures(struct ddl_session *session, struct ddl_repo *repo, struct ddl_error *error)
{
	struct ddl_trust trust = trust_of(session);
	int result = ddl_trust_check(&trust, repo, error);

	session->checker = trust.checker;
	return result;
}

/* Whole packages were kept for their signatures; nothing is handed over. */
static void drop_whole_packages(struct ddl_session *session, struct ddl_repo *repo)
{
	for (size_t i = 0; i < repo->n_packages && !session->keep; i++)
		ddl_session_drop_whole(session, &repo->packages[i]);
}

static int read_packages(struct ddl_session *session, struct ddl_repo *repo, bool all, struct ddl_error *error)
{
	struct ddl_package_wish *wishes = ddl_arena_alloc(session->arena, repo->n_packages + repo->n_lists, sizeof(*wishes));
	struct ddl_packages_call call = { .arena = session->arena,
					  .directory = repo->directory,
					  .stage = session->stage,
					  .confine = ddl_session_confine(session),
					  .progress = tell_progress,
					  .finished = tell_finished,
					  .arg = session };
	bool abi = ddl_session_asks_abi(session, repo);
	size_t count = 0;

	call.confine.silence_ms = all ? DDL_CHILD_SILENCE_MS : DDL_LOOK_SILENCE_MS;
	if (!wishes)
		return ddl_fail(error, DDL_E_MEMORY, 0, "packages");
	for (size_t i = 0; i < repo->n_packages; i++) {
		struct ddl_package *package = &repo->packages[i];
		bool unpack = concerns(package, session->machine.release, abi);

		package->elsewhere = !unpack;
		if (package->state == DDL_PKG_UNREAD && (all || unpack))
			wishes[count++] = (struct ddl_package_wish){ package, unpack,
								     session->keep || (unpack && ddl_package_is_rpm(package)) };
	}
	for (size_t i = 0; all && i < repo->n_lists; i++)
		if (repo->lists[i].state == DDL_PKG_UNREAD)
			wishes[count++] = (struct ddl_package_wish){ &repo->lists[i], false, session->keep };
	if (!count)
		return 0;
	for (size_t i = 0, n; i < count; i += n) { /* loose files that were given one by one are media of their own */
		size_t medium = wishes[i].package->medium;

		for (n = 1; i + n < count && wishes[i + n].package->medium == medium;)
			n++;
		call.medium = ddl_session_medium(session, medium, error);
		if (!call.medium || ddl_packages_read(&call, wishes + i, n, error) < 0)
			return -1;
	}
	/* also when all was read before the children could be stopped */
	if (session->cancelled)
		return ddl_fail(error, DDL_E_CANCELLED, 0, "%s", "");
	if (check_signatures(session, repo, error) < 0)
		return -1;
	drop_whole_packages(session, repo);
	return 0;
}

int ddl_session_test(struct ddl_session *session, struct ddl_repo *repo, struct ddl_error *error)
{
	const struct ddl_package *bad;

	if (!ddl_session_known_machine(session, error))
		return -1;
	(void)ddl_session_phase(session, DDL_PHASE_TEST, repo->description);
	if (read_packages(session, repo, true, error) < 0 || ddl_session_fit(session, error) < 0)
		return -1;
	bad = ddl_repo_bad_package(repo);
	if (bad) {
		if (error)
			*error = bad->trouble;
		return ddl_fail_in(error, "%s", bad->file);
	}
	for (size_t i = 0; i < repo->n_lists; i++)
		if (repo->lists[i].state == DDL_PKG_BAD)
			return ddl_fail(error, DDL_E_LIST, repo->lists[i].trouble.os_errno, "%s", repo->lists[i].file);
	return ddl_checksums_test(session, repo, error) < 0 ? -1 : ddl_checksums_judge(repo, error);
}

/* -------------------------------------------------------------------- looking */

static int add_note(struct ddl_session *session, struct ddl_look *look, const char *note)
{
	const char **slot = note ? ddl_arena_push(session->arena, &look->notes, &look->n_notes, sizeof(*slot)) : NULL;

	if (!slot)
		return -1;
	*slot = note;
	return 0;
}

static int add_seen(struct ddl_session *session, struct ddl_look *look, const char *text)
{
	return ddl_seen_add(session->arena, &look->seen, &look->n_seen, text);
}

/* Of "driver/rpms/x86_64" the folder that the disk lies in, "driver". NULL: no memory. */
static const char *top_of(const struct ddl_session *session, const char *packages)
{
	size_t n = strlen(packages);

	for (unsigned parts = 0; n && parts < 2;)
		parts += packages[--n] == '/';
	return ddl_arena_dupn(session->arena, packages, n);
}

static int add_repo(struct ddl_session *session, struct ddl_look *look, struct ddl_repo *repo, size_t medium)
{
	const char *inside = session->opened[medium].inside, *below = repo->directory;
	struct ddl_repo **slot = ddl_arena_push(session->arena, &look->repos, &look->n_repos, sizeof(*slot));

	if (!slot)
		return -1;
	*slot = repo;
	repo->medium = medium;
	if (session->opened[medium].signature.state) /* it is over all that the pack says and brings */
		repo->signature = repo->name_signature = session->opened[medium].signature;
	for (size_t i = 0; i < repo->n_packages; i++)
		repo->packages[i].medium = medium;
	for (size_t i = 0; i < repo->n_lists; i++)
		repo->lists[i].medium = medium;
	if (repo->family == DDL_FAMILY_REDHAT) /* where rhdd3 lies; its packages are in rpms/ARCH below that */
		below = top_of(session, repo->directory);
	if (repo->family == DDL_FAMILY_BARE) /* the medium is the file itself, or an archive with it */
		below = session->opened[medium].medium->kind == DDL_MEDIUM_ARCHIVE ? repo->packages->file : "";
	if (!below)
		return -1;
	if (*inside && *below)
		repo->where = ddl_arena_printf(session->arena, "%s: %s", inside, below);
	else
		repo->where = *inside ? inside : below;
	return repo->where ? ddl_repo_fill_in(session->arena, repo, session->machine.release) : -1;
}

static int look_at_inner(struct ddl_session *session, struct ddl_look *look, size_t outer, const char *name,
			 const struct ddl_image *image);
static int look_at_offers(struct ddl_session *session, struct ddl_look *look, size_t outer);

/* A text about something in a file on the medium, with that file's name before it. NULL: no memory. */
static const char *inside(const struct ddl_session *session, size_t number, const char *text)
{
	const char *file = session->opened[number].inside;

	return *file ? ddl_arena_printf(session->arena, "%s: %s", file, text) : text;
}

/* An RPM package with a SUSE driver update in it: it is read once, its signature checked, and then it is read from memory. */
static int hold_package(struct ddl_session *session, size_t number, struct ddl_repo *repo, struct ddl_error *error)
{
	struct ddl_opened *opened = &session->opened[number];
	struct ddl_package *package = repo->packages;
	bool keep = session->keep;
	int result;

	package->medium = number;
	session->keep = true;
	result = read_packages(session, repo, false, error);
	session->keep = keep;
	if (result == 0 && package->state == DDL_PKG_BAD) {
		*error = package->trouble;
		result = ddl_fail_in(error, "%s", package->file);
	} else if (result == 0) {
		opened->unpacked = package->fd;
		opened->unpacked_size = package->size;
		opened->signature = package->signature;
		package->fd = -1;
		ddl_medium_close(opened->medium);
		opened->medium = NULL;
	}
	ddl_session_drop_repo(session, repo);
	return result;
}

/* Takes in what is on one medium. -1 only without memory; other trouble is in `trouble`. */
static int look_at_medium(struct ddl_session *session, struct ddl_look *look, size_t number, struct ddl_error *trouble)
{
	struct ddl_confine confine = ddl_session_confine(session);
	struct ddl_medium *medium = ddl_session_medium(session, number, trouble);
	struct ddl_scan scan;
	const char *note;

	if (!medium || ddl_scan_medium(session->arena, medium, &confine, &session->machine, &scan, trouble) < 0) {
		ddl_medium_name_trouble(look->source, ddl_session_root(session), trouble);
		return trouble->code == DDL_E_MEMORY ? -1 : 0;
	}
	if (medium->kind == DDL_MEDIUM_BARE && scan.n_images && scan.n_repos && scan.repos[0]->n_packages) {
		if (hold_package(session, number, scan.repos[0], trouble) < 0)
			return trouble->code == DDL_E_MEMORY ? -1 : 0;
		scan.n_repos = 0;
		medium = ddl_session_medium(session, number, trouble);
		if (!medium)
			return 0;
	}
	if (medium->found &&
	    add_note(session, look, ddl_arena_printf(session->arena, _("The server sent us on to %s."), medium->found)) < 0)
		return -1;
	for (size_t i = 0; i < scan.n_notes; i++)
		if (add_note(session, look, scan.notes[i]) < 0)
			return -1;
	for (size_t i = 0; i < scan.n_seen; i++)
		if (add_seen(session, look, inside(session, number, scan.seen[i])) < 0)
			return -1;
	for (size_t i = 0; i < scan.n_repos; i++) {
		const struct ddl_repo *repo = scan.repos[i];

		if (ddl_product_is(repo)) {
			if (add_note(session, look,
				     ddl_arena_printf(session->arena,
						      _("%s %s is a product that is installed, and no driver pack."),
						      repo->identifier, repo->version)) < 0)
				return -1;
			continue;
		}
		/* what is marked as hidden is so among what is installed, and not here */
		if (add_repo(session, look, scan.repos[i], number) < 0)
			return -1;
	}
	if (session->opened[number].outer == SIZE_MAX) { /* an installer's ISO on a stick need not be the one that runs */
		look->products = scan.products;
		look->n_products = scan.n_products;
	}
	if (ddl_checksums_look(session, number, scan.repos, scan.n_repos, &note, trouble) < 0)
		return trouble->code == DDL_E_MEMORY ? -1 : 0;
	if (note && add_note(session, look, note) < 0)
		return -1;
	for (size_t i = 0; i < scan.n_images && !session->cancelled; i++)
		if (look_at_inner(session, look, number, scan.images[i].name, &scan.images[i]) < 0)
			return -1;
	return 0;
}

/* It is gone or does not answer, and so is all else on it: the trouble of the whole look. */
static bool concerns_all(struct ddl_look *look, const struct ddl_error *trouble)
{
	if (trouble->code != DDL_E_GONE && trouble->code != DDL_E_TIMEOUT)
		return false;
	if (look->trouble.code == DDL_OK)
		look->trouble = *trouble;
	return true;
}

/* Why a file is of no use; the medium knows the last part of its name alone. NULL: no memory. */
static const char *why_not(const struct ddl_session *session, size_t number, const struct ddl_error *trouble)
{
	const char *file = session->opened[number].inside, *base = ddl_path_base(file);

	if (trouble->code == DDL_OK)
		return ddl_arena_printf(session->arena, _("%s holds no driver"), file);
	if (strcmp(trouble->text, base) == 0)
		return ddl_arena_printf(session->arena, _("%s is not what its name says"), file);
	if (ddl_text_starts(trouble->text, base))
		return ddl_arena_printf(session->arena, "%.*s%s", (int)(base - file), file, trouble->text);
	return ddl_arena_printf(session->arena, "%s: %s", file, trouble->text);
}

/* Is all of it unpacked to see what is in it? */
static bool is_compressed(const char *name, const struct ddl_image *image)
{
	static const char *const packings[] = { ".gz", ".tgz", ".bz2", ".xz", ".zst" };

	if (image)
		return !image->in_place;
	for (size_t i = 0; i < sizeof(packings) / sizeof(*packings); i++)
		if (ddl_text_ends_in(name, packings[i]))
			return !ddl_module_name_is_loose(name);
	return false;
}

/* What costs more than its place on the medium keeps nothing else from being seen. */
static bool is_time_over(const struct ddl_session *session, const struct ddl_look *look)
{
	unsigned limit = session->options.look_ms ? session->options.look_ms : DDL_LOOK_SECONDS * 1000U;

	return ddl_clock_children_ms() - look->began_ms >= limit;
}

static int note_left(struct ddl_session *session, struct ddl_look *look)
{
	if (!look->n_left)
		return 0;
	return add_note(
		session, look,
		ddl_arena_printf(
			session->arena,
			ddl_trn("%zu compressed file was not looked into: others took too long (look again, or --look, ddload.look=)",
				"%zu compressed files were not looked into: others took too long (look again, or --look, ddload.look=)",
				look->n_left),
			look->n_left));
}

/* A file on a medium that is a medium itself. */
static int look_at_inner(struct ddl_session *session, struct ddl_look *look, size_t outer, const char *name,
			 const struct ddl_image *image)
{
	size_t number, before = look->n_repos + look->n_notes + look->n_seen;
	struct ddl_error trouble = DDL_ERROR_INIT;
	const char *note;

	if (is_compressed(name, image) && is_time_over(session, look)) {
		look->n_left++;
		return 0;
	}
	number = add_inner(session, outer, name, image);
	if (number == SIZE_MAX || look_at_medium(session, look, number, &trouble) < 0)
		return -1;
	/* the image of a file system is as good as the stick that it would be written to */
	if (trouble.code == DDL_OK && session->opened[outer].outer == SIZE_MAX && session->opened[number].medium->image &&
	    look_at_offers(session, look, number) < 0)
		return -1;
	if (trouble.code == DDL_OK && look->n_repos + look->n_notes + look->n_seen > before)
		return 0;
	if (trouble.code == DDL_OK || trouble.code == DDL_E_NOT_A_DISK)
		return add_seen(session, look, why_not(session, number, &trouble));
	if (concerns_all(look, &trouble))
		return 0;
	note = ddl_arena_printf(session->arena, "%s: %s (%s)", session->opened[number].inside, ddl_code_sentence(trouble.code),
				trouble.text);
	return add_note(session, look, note);
}

/* Which folders hide what nobody looked into; of a few that is said. */
static int note_unread(struct ddl_session *session, struct ddl_look *look, const struct ddl_listing *listing)
{
	const char *said = "";
	unsigned count = 0;

	for (size_t i = 0; i < listing->count; i++) {
		const struct ddl_listed *entry = &listing->entries[i];
		size_t n = (size_t)(ddl_path_base(entry->name) - entry->name);

		if (!entry->unread || ddl_seen_what(entry->name) || (strncmp(entry->name, said, n) == 0 && strlen(said) == n))
			continue;
		if (count++ == MOST_UNREAD)
			return add_note(session, look, _("There are more folders that were not looked into."));
		said = ddl_arena_dupn(session->arena, entry->name, n);
		if (!said || add_note(session, look,
				      ddl_arena_printf(session->arena, _("Folders below %s were not looked into."), said)) < 0)
			return -1;
	}
	return 0;
}

/* What the names on the medium say. */
static int see_names(struct ddl_session *session, struct ddl_look *look, const struct ddl_listing *listing)
{
	for (size_t i = 0; i < listing->count; i++)
		if (!ddl_unpacked_by_name(listing->entries[i].name) && /* that is looked into */
		    ddl_seen_name(session->arena, &look->seen, &look->n_seen, listing->entries[i].name) < 0)
			return -1;
	return 0;
}

/* A file that a pack on the medium has as its package was read with the pack. */
static bool is_packed(const struct ddl_look *look, size_t medium, const char *name)
{
	for (size_t i = 0; i < look->n_repos; i++) {
		const struct ddl_repo *repo = look->repos[i];
		size_t n = strlen(repo->directory);

		if (repo->medium != medium || (n && (strncmp(name, repo->directory, n) != 0 || name[n] != '/')))
			continue;
		for (size_t p = 0; p < repo->n_packages; p++)
			if (strcmp(repo->packages[p].file, name + n + (n > 0)) == 0)
				return true;
	}
	return false;
}

/* Images, archives, packages and modules that were copied onto the medium are media themselves. */
static int look_at_offers(struct ddl_session *session, struct ddl_look *look, size_t outer)
{
	struct ddl_medium *medium = session->opened[outer].medium;
	struct ddl_error trouble = DDL_ERROR_INIT;
	struct ddl_listing listing;
	const char **names = NULL;
	size_t count = 0;
	bool more = false;

	if (!medium || medium->kind != DDL_MEDIUM_DIRECTORY || medium->remote || /* servers list nothing */
	    strcmp(look->source->path, "/") == 0) /* what else lies in an initrd is no medium */
		return 0;
	if (ddl_listing_read(medium, session->arena, &listing, &trouble) < 0)
		return trouble.code == DDL_E_MEMORY ?
			       -1 :
		       concerns_all(look, &trouble) ?
			       0 :
			       add_note(session, look, ddl_arena_printf(session->arena, "%s", ddl_code_sentence(trouble.code)));
	if (ddl_candidates_find(&listing, session->arena, &names, &count, &more) < 0 || see_names(session, look, &listing) < 0)
		return -1;
	for (size_t i = 0; i < count && !session->cancelled; i++)
		if (!is_packed(look, outer, names[i]) && look_at_inner(session, look, outer, names[i], NULL) < 0)
			return -1;
	if (!look->n_repos && note_unread(session, look, &listing) < 0)
		return -1;
	return more ? add_note(session, look, _("There are too many files and folders here; not all were looked into.")) : 0;
}

/* Where there are packs, what is wrong with something else is a remark. */
static int note_trouble(struct ddl_session *session, struct ddl_look *look, struct ddl_error *error)
{
	const struct ddl_error *trouble = &look->trouble;

	if (!look->n_repos || trouble->code == DDL_OK)
		return 0;
	if (add_note(session, look,
		     ddl_arena_printf(session->arena, "%s (%s)", ddl_code_sentence(trouble->code), trouble->text)) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", look->source->name);
	ddl_error_clear(&look->trouble);
	return 0;
}

/* Reads what is for this kernel. -1 and why the pack is of no use. */
static int read_repo(struct ddl_session *session, struct ddl_repo *repo, struct ddl_error *error)
{
	/* what no list has the checksums of is known by what it is, and that only when all was read */
	bool unlisted = !*repo->fingerprint;

	if (check_signatures(session, repo, error) < 0 ||
	    ((session->options.inspect || unlisted) && read_packages(session, repo, unlisted, error) < 0))
		return -1;
	if (unlisted && !(repo->fingerprint = ddl_repo_sum(session->arena, repo)))
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", repo->where);
	ddl_session_read_settings(session->arena, repo);
	return 0;
}

/* What one pack asks for and cannot have (memory, mostly) is no reason to do without the others. */
static int read_repos(struct ddl_session *session, struct ddl_look *look, struct ddl_error *error)
{
	size_t kept = 0;

	for (size_t i = 0; i < look->n_repos; i++) {
		struct ddl_repo *repo = look->repos[i];
		struct ddl_error trouble = DDL_ERROR_INIT;

		if (read_repo(session, repo, &trouble) == 0) {
			look->repos[kept++] = repo;
			continue;
		}
		ddl_session_drop_repo(session, repo);
		look->trouble = trouble;
		if (trouble.code == DDL_E_CANCELLED) {
			while (++i < look->n_repos)
				look->repos[kept++] = look->repos[i];
			look->n_repos = kept;
			if (error)
				*error = trouble;
			return -1;
		}
	}
	look->n_repos = kept;
	return note_trouble(session, look, error);
}

/* Reads what is for this kernel, and holds everything against the machine. */
static int judge(struct ddl_session *session, struct ddl_look *look, struct ddl_error *error)
{
	if (read_repos(session, look, error) < 0)
		return -1;
	if (ddl_loose_settle(session, look, error) < 0 || ddl_session_compare_abi(session, look, error) < 0)
		return -1;
	if (ddl_fit_packs(look->repos, look->n_repos, &session->machine) < 0 || ddl_updates_once(session, look) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", look->source->name);
	return 0;
}

/* "This is not a driver disk" is never the whole answer, where there was something. */
static void say_what_was_seen(struct ddl_look *look)
{
	struct ddl_error *trouble = &look->trouble;
	char others[64] = "";

	if (look->n_seen > MOST_NAMED)
		(void)snprintf(others, sizeof(others), _("; and %zu more"), look->n_seen - MOST_NAMED);
	if (look->n_seen)
		(void)ddl_fail(trouble, DDL_E_NOT_A_DISK, 0, "%s: %s%s%s%s%s%s", look->source->name, look->seen[0],
			       look->n_seen > 1 ? "; " : "", look->n_seen > 1 ? look->seen[1] : "", look->n_seen > 2 ? "; " : "",
			       look->n_seen > 2 ? look->seen[2] : "", others);
	else /* of a file there is one remark at most, and it belongs to the answer */
		(void)ddl_fail(trouble, DDL_E_NOT_A_DISK, 0, "%s",
			       look->n_notes == 1 && look->source->kind != DDL_SOURCE_DIRECTORY ? look->notes[0] :
												  look->source->name);
}

static int look_everywhere(struct ddl_session *session, struct ddl_look *look, struct ddl_error *error)
{
	size_t number = add_medium(session, look->source);

	if (number == SIZE_MAX || look_at_medium(session, look, number, &look->trouble) < 0 ||
	    look_at_offers(session, look, number) < 0 || note_left(session, look) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", look->source->name);
	if (session->cancelled) /* what was found so far is not all there is */
		return ddl_fail(error, DDL_E_CANCELLED, 0, "%s", "");
	if (look->n_repos) {
		if (note_trouble(session, look, error) < 0)
			return -1;
		if (ddl_loose_join(session, look) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", look->source->name);
		if (judge(session, look, error) < 0)
			return -1;
	}
	if (look->trouble.code == DDL_OK && !look->n_repos)
		say_what_was_seen(look);
	ddl_medium_name_trouble(look->source, ddl_session_root(session), &look->trouble);
	return 0;
}

/* There is not enough memory for this medium; for another one there may be. */
static void give_up(struct ddl_session *session, struct ddl_look *look, const struct ddl_error *trouble)
{
	for (size_t i = 0; i < look->n_repos; i++)
		ddl_session_drop_repo(session, look->repos[i]);
	look->n_repos = 0;
	if (look->trouble.code != DDL_E_MEMORY) /* else it says more */
		look->trouble = *trouble;
}

struct ddl_look *ddl_session_look(struct ddl_session *session, struct ddl_source *source, struct ddl_error *error)
{
	struct ddl_error trouble = DDL_ERROR_INIT;
	struct ddl_look *look = ddl_arena_alloc(session->arena, 1, sizeof(*look)), **slot;

	slot = look ? ddl_arena_push(session->arena, &session->looks, &session->n_looks, sizeof(*slot)) : NULL;
	if (!slot) {
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "%s", source->name);
		return NULL;
	}
	*slot = look;
	look->source = source;
	look->began_ms = ddl_clock_children_ms();
	if (!ddl_session_known_machine(session, error))
		return NULL;
	(void)ddl_session_phase(session, DDL_PHASE_LOOK, source->name);
	look->trouble = source->trouble;
	ddl_medium_name_trouble(source, ddl_session_root(session), &look->trouble);
	if (look->trouble.code == DDL_OK && look_everywhere(session, look, &trouble) < 0) {
		if (trouble.code != DDL_E_MEMORY) {
			if (error)
				*error = trouble;
			return NULL;
		}
		give_up(session, look, &trouble);
	}
	if (ddl_loose_join_given(session, look) < 0) {
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "%s", source->name);
		return NULL;
	}
	if (look->trouble.code != DDL_OK)
		ddl_log_error(session->log, source->name, &look->trouble);
	for (size_t i = 0; i < look->n_repos; i++)
		ddl_log(session->log, "%s: %s \"%s\" version %s, fingerprint %s", source->name, look->repos[i]->identifier,
			look->repos[i]->description, look->repos[i]->version, look->repos[i]->fingerprint);
	return look;
}
