// SPDX-License-Identifier: GPL-2.0-or-later
/* A look at a source: the media on it and in them, the packs on those, and what their packages are. */
#include "session.h"

#include <stdlib.h>
#include <string.h>

#include "beside.h"
#include "limits.h"
#include "offers.h"
#include "package.h"
#include "plan.h"
#include "product.h"
#include "repo.h"
#include "scan.h"
#include "text.h"
#include "trust.h"

/* A new number for a medium; SIZE_MAX: no memory. */
static size_t add_medium(struct ddl_session *session, struct ddl_source *source)
{
	struct ddl_opened *opened = ddl_arena_push(session->arena, &session->opened, &session->n_opened,
						   sizeof(*opened));

	if (!opened)
		return SIZE_MAX;
	*opened = (struct ddl_opened){ .source = source, .inside = "", .outer = SIZE_MAX, .name = "" };
	return session->n_opened - 1;
}

/* The same for a file on a medium. */
static size_t add_inner(struct ddl_session *session, size_t outer, const char *name, const struct ddl_image *image)
{
	const struct ddl_opened *around = &session->opened[outer];
	const char *inside = *around->inside ? ddl_arena_printf(session->arena, "%s: %s", around->inside, name) : name;
	size_t number = inside ? add_medium(session, around->source) : SIZE_MAX;
	struct ddl_opened *opened;

	if (number == SIZE_MAX)
		return SIZE_MAX;
	opened = &session->opened[number];
	opened->inside = inside;
	opened->outer = outer;
	opened->name = name;
	opened->image = image;
	return number;
}

/* ------------------------------------------------------------------- packages */

static void tell_progress(void *arg, uint64_t done, uint64_t total, const struct ddl_package *package)
{
	struct ddl_session *session = arg;

	(void)ddl_session_tell(session, &(struct ddl_event){ .kind = DDL_EVENT_PROGRESS, .phase = session->last.phase,
		.done = done, .total = total, .what = package->file, .package = package });
}

static void tell_finished(void *arg, const struct ddl_package *package)
{
	struct ddl_session *session = arg;

	if (package->state == DDL_PKG_BAD)
		ddl_log_error(session->log, package->file, &package->trouble);
	else
		ddl_log(session->log, "%s: checksum matches", package->file);
	(void)ddl_session_tell(session, &(struct ddl_event){ .kind = DDL_EVENT_PACKAGE, .phase = session->last.phase,
		.what = package->file, .package = package });
}

/* Is the package for the kernel in question (or for any), so that it is worth unpacking? */
static bool concerns(const struct ddl_package *package, const char *release)
{
	return !*package->kernel || strcmp(package->kernel, "any") == 0 || strcmp(package->kernel, release) == 0;
}

static int check_signatures(struct ddl_session *session, struct ddl_repo *repo, struct ddl_error *error)
{
	struct ddl_trust trust = { session->checker, &session->options, session->stage, session->log, session->arena,
				   ddl_session_confine(session) };
	int result = ddl_trust_check(&trust, repo, error);

	session->checker = trust.checker;
	return result;
}

static int read_packages(struct ddl_session *session, struct ddl_repo *repo, bool all, struct ddl_error *error)
{
	struct ddl_package_wish *wishes = ddl_arena_alloc(session->arena, repo->n_packages, sizeof(*wishes));
	struct ddl_packages_call call = { .arena = session->arena, .directory = repo->directory,
		.stage = session->stage, .keep = session->keep, .confine = ddl_session_confine(session),
		.progress = tell_progress, .finished = tell_finished, .arg = session };
	size_t count = 0;

	call.confine.silence_ms = all ? DDL_CHILD_SILENCE_MS : DDL_LOOK_SILENCE_MS;
	if (!wishes)
		return ddl_fail(error, DDL_E_MEMORY, 0, "packages");
	for (size_t i = 0; i < repo->n_packages; i++) {
		struct ddl_package *package = &repo->packages[i];
		bool unpack = concerns(package, session->machine.release);

		if (package->state == DDL_PKG_UNREAD && (all || unpack))
			wishes[count++] = (struct ddl_package_wish){ package, unpack };
	}
	if (!count)
		return 0;
	call.medium = ddl_session_medium(session, repo->medium, error);
	if (!call.medium || ddl_packages_read(&call, wishes, count, error) < 0)
		return -1;
	/* also when all was read before the children could be stopped */
	return session->cancelled ? ddl_fail(error, DDL_E_CANCELLED, 0, "%s", "") : check_signatures(session, repo, error);
}

int ddl_session_test(struct ddl_session *session, struct ddl_repo *repo, struct ddl_error *error)
{
	if (!ddl_session_known_machine(session, error))
		return -1;
	(void)ddl_session_phase(session, DDL_PHASE_TEST, repo->description);
	if (read_packages(session, repo, true, error) < 0)
		return -1;
	ddl_fit_repo(repo, &session->machine);
	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_package *package = &repo->packages[i];

		if (package->state != DDL_PKG_BAD)
			continue;
		if (error)
			*error = package->trouble;
		return ddl_fail_in(error, "%s", package->file);
	}
	return ddl_beside_test(session, repo, error) < 0 ? -1 : ddl_beside_judge(repo, error);
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

static int add_repo(struct ddl_session *session, struct ddl_look *look, struct ddl_repo *repo, size_t medium)
{
	const char *inside = session->opened[medium].inside, *below = repo->directory;
	struct ddl_repo **slot = ddl_arena_push(session->arena, &look->repos, &look->n_repos, sizeof(*slot));

	if (!slot)
		return -1;
	*slot = repo;
	repo->medium = medium;
	if (repo->generation == DDL_GEN_BARE) /* the medium is the file itself, or an archive with it */
		below = session->opened[medium].medium->kind == DDL_MEDIUM_ARCHIVE ? repo->packages->file : "";
	if (*inside && *below)
		repo->where = ddl_arena_printf(session->arena, "%s: %s", inside, below);
	else
		repo->where = *inside ? inside : below;
	return repo->where ? ddl_repo_fill_in(session->arena, repo, session->machine.release) : -1;
}

static int look_at_inner(struct ddl_session *session, struct ddl_look *look, size_t outer, const char *name,
			 const struct ddl_image *image);

/* Takes in what is on one medium. -1 only without memory; other trouble is in `trouble`. */
static int look_at_medium(struct ddl_session *session, struct ddl_look *look, size_t number,
			  struct ddl_error *trouble)
{
	struct ddl_confine confine = ddl_session_confine(session);
	struct ddl_medium *medium = ddl_session_medium(session, number, trouble);
	struct ddl_scan scan;
	const char *note;

	if (!medium || ddl_scan_medium(session->arena, medium, &confine, &scan, trouble) < 0) {
		ddl_medium_name_trouble(look->source, ddl_session_root(session), trouble);
		return trouble->code == DDL_E_MEMORY ? -1 : 0;
	}
	for (size_t i = 0; i < scan.n_notes; i++)
		if (add_note(session, look, scan.notes[i]) < 0)
			return -1;
	for (size_t i = 0; i < scan.n_repos; i++) {
		const struct ddl_repo *repo = scan.repos[i];
		bool offer = !repo->hidden || session->options.hidden;

		if (ddl_product_is(repo)) {
			if (add_note(session, look, ddl_arena_printf(session->arena,
				_("%s %s is a product that is installed, and no driver pack."), repo->identifier, repo->version)) < 0)
				return -1;
			continue;
		}
		if (offer ? add_repo(session, look, scan.repos[i], number) < 0
			  : add_note(session, look, ddl_arena_printf(session->arena,
				_("%s is marked as hidden by its maker and is not offered; --hidden shows it."),
				repo->identifier)) < 0)
			return -1;
	}
	if (session->opened[number].outer == SIZE_MAX) { /* an installer's ISO on a stick need not be the one that runs */
		look->products = scan.products;
		look->n_products = scan.n_products;
	}
	if (ddl_beside_look(session, number, scan.repos, scan.n_repos, &note, trouble) < 0)
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

/* A file on a medium that is a medium itself. What is no driver disk need not be spoken of. */
static int look_at_inner(struct ddl_session *session, struct ddl_look *look, size_t outer, const char *name,
			 const struct ddl_image *image)
{
	size_t number = add_inner(session, outer, name, image);
	struct ddl_error trouble = DDL_ERROR_INIT;
	const char *note;

	if (number == SIZE_MAX || look_at_medium(session, look, number, &trouble) < 0)
		return -1;
	if (trouble.code == DDL_OK || (trouble.code == DDL_E_NOT_A_DISK && !ddl_text_ends_in(name, ".iso")))
		return 0;
	if (concerns_all(look, &trouble))
		return 0;
	note = ddl_arena_printf(session->arena, "%s: %s (%s)", session->opened[number].inside,
				ddl_code_sentence(trouble.code), trouble.text);
	return add_note(session, look, note);
}

/* Images, archives, packages and modules that were copied onto the medium are media themselves. */
static int look_at_offers(struct ddl_session *session, struct ddl_look *look, size_t outer)
{
	struct ddl_medium *medium = session->opened[outer].medium;
	struct ddl_error trouble = DDL_ERROR_INIT;
	const char **names = NULL;
	size_t count = 0;
	bool more = false;

	if (!medium || medium->kind != DDL_MEDIUM_DIRECTORY)
		return 0;
	if (ddl_offers_find(medium, session->arena, &names, &count, &more, &trouble) < 0)
		return trouble.code == DDL_E_MEMORY ? -1 : concerns_all(look, &trouble) ? 0 : add_note(session, look,
			ddl_arena_printf(session->arena, "%s", ddl_code_sentence(trouble.code)));
	for (size_t i = 0; i < count && !session->cancelled; i++)
		if (look_at_inner(session, look, outer, names[i], NULL) < 0)
			return -1;
	return more ? add_note(session, look, _("There are too many files and folders here; not all were looked into.")) : 0;
}

/* The same pack in two versions: a person can choose, and is told which goes first. */
static int note_versions(struct ddl_session *session, struct ddl_look *look)
{
	for (size_t i = 0; i < look->n_repos; i++) {
		const struct ddl_repo *repo = look->repos[i], *newer = ddl_look_newer(look, repo);

		if (newer && ddl_version_compare(newer->version, newer->build, repo->version, repo->build) != 0 &&
		    add_note(session, look, ddl_arena_printf(session->arena,
				_("%s is here in more than one version; %s goes before %s unless somebody chooses."),
				repo->identifier, newer->version, repo->version)) < 0)
			return -1;
	}
	return 0;
}

/* Reads what is for this kernel, and holds everything against the machine. */
static int judge(struct ddl_session *session, struct ddl_look *look, struct ddl_error *error)
{
	for (size_t i = 0; i < look->n_repos; i++) {
		struct ddl_error trouble = DDL_ERROR_INIT;

		/* a bare file is known by what it is, and that only when it was read */
		bool bare = look->repos[i]->generation == DDL_GEN_BARE;

		if (check_signatures(session, look->repos[i], &trouble) < 0 ||
		    ((session->options.inspect || bare) && read_packages(session, look->repos[i], false, &trouble) < 0)) {
			if (error)
				*error = trouble;
			return -1;
		}
		if (bare && ddl_repo_bare_read(session->arena, look->repos[i]) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", look->repos[i]->name);
		ddl_fit_repo(look->repos[i], &session->machine);
	}
	if (note_versions(session, look) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", look->source->name);
	return 0;
}

static int look_everywhere(struct ddl_session *session, struct ddl_look *look, struct ddl_error *error)
{
	size_t number = add_medium(session, look->source);

	if (number == SIZE_MAX || look_at_medium(session, look, number, &look->trouble) < 0 ||
	    look_at_offers(session, look, number) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", look->source->name);
	if (session->cancelled) /* what was found so far is not all there is */
		return ddl_fail(error, DDL_E_CANCELLED, 0, "%s", "");
	if (look->n_repos) {
		if (look->trouble.code != DDL_OK &&
		    add_note(session, look, ddl_arena_printf(session->arena, "%s (%s)",
							     ddl_code_sentence(look->trouble.code), look->trouble.text)) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", look->source->name);
		ddl_error_clear(&look->trouble);
		return judge(session, look, error);
	}
	if (look->trouble.code == DDL_OK) /* of a file there is one reason at most, and it belongs to the answer */
		(void)ddl_fail(&look->trouble, DDL_E_NOT_A_DISK, 0, "%s",
			       look->n_notes == 1 && look->source->kind == DDL_SOURCE_FILE ? look->notes[0]
										   : look->source->name);
	ddl_medium_name_trouble(look->source, ddl_session_root(session), &look->trouble);
	return 0;
}

struct ddl_look *ddl_session_look(struct ddl_session *session, struct ddl_source *source,
				  struct ddl_error *error)
{
	struct ddl_look *look = ddl_arena_alloc(session->arena, 1, sizeof(*look)), **slot;

	slot = look ? ddl_arena_push(session->arena, &session->looks, &session->n_looks, sizeof(*slot)) : NULL;
	if (!slot) {
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "%s", source->name);
		return NULL;
	}
	*slot = look;
	look->source = source;
	if (!ddl_session_known_machine(session, error))
		return NULL;
	(void)ddl_session_phase(session, DDL_PHASE_LOOK, source->name);
	look->trouble = source->trouble;
	ddl_medium_name_trouble(source, ddl_session_root(session), &look->trouble);
	if (look->trouble.code == DDL_OK && look_everywhere(session, look, error) < 0)
		return NULL;
	if (look->trouble.code != DDL_OK)
		ddl_log_error(session->log, source->name, &look->trouble);
	for (size_t i = 0; i < look->n_repos; i++)
		ddl_log(session->log, "%s: %s \"%s\" version %s, fingerprint %s", source->name, look->repos[i]->identifier,
			look->repos[i]->description, look->repos[i]->version, look->repos[i]->fingerprint);
	return look;
}
