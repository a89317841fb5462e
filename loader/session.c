// SPDX-License-Identifier: GPL-2.0-or-later
/* One run of the engine: what was looked at, what is open, what is staged, and its end. */
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beside.h"
#include "limits.h"
#include "machine.h"
#include "package.h"
#include "offers.h"
#include "path.h"
#include "plan.h"
#include "product.h"
#include "recover.h"
#include "repo.h"
#include "requires.h"
#include "scan.h"
#include "source.h"
#include "text.h"
#include "trust.h"

static const char *root_of(const struct ddl_session *session)
{
	return session->options.root ? session->options.root : "";
}

bool ddl_session_run_path(const struct ddl_session *session, char *to, size_t room, const char *below)
{
	char path[DDL_MAX_PATH];

	return ddl_path_join(path, sizeof(path), "/run/ddload", below) &&
	       ddl_path_join(to, room, root_of(session), path);
}

/* --------------------------------------------------------- beginning and end */

/* Where to stage on kernels without memfd; NULL: the usual places. An ordinary user may not have run/. */
static const char *stage_directory(const struct ddl_session *session, const char *run)
{
	char parent[DDL_MAX_PATH];

	if (!session->options.root)
		return NULL;
	return ddl_path_join(parent, sizeof(parent), root_of(session), "run") && access(parent, W_OK) == 0 ? run : "/tmp";
}

static bool session_parts(struct ddl_session *session, struct ddl_error *error)
{
	char directory[DDL_MAX_PATH];

	session->arena = ddl_arena_new();
	if (!session->arena) {
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "session");
		return false;
	}
	if (!ddl_session_run_path(session, directory, sizeof(directory), "")) {
		(void)ddl_fail(error, DDL_E_USAGE, ENAMETOOLONG, "--root %s", root_of(session));
		return false;
	}
	session->log = ddl_log_open(session->options.log_path, error);
	if (!session->log)
		return false;
	session->kernel = ddl_kernel_open(root_of(session), session->options.kernel, error);
	if (!session->kernel)
		return false;
	session->stage = ddl_stage_new(stage_directory(session, directory), 0, error);
	return session->stage != NULL;
}

struct ddl_session *ddl_session_new(const struct ddl_options *options, const struct ddl_front *front,
				    struct ddl_error *error)
{
	struct ddl_session *session = calloc(1, sizeof(*session));

	if (!session) {
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "session");
		return NULL;
	}
	session->options = *options;
	session->front = *front;
	if (options->root && access(options->root, R_OK | X_OK) < 0) {
		(void)ddl_fail(error, DDL_E_USAGE, errno, "--root %s", options->root);
		ddl_session_free(session);
		return NULL;
	}
	if (!session_parts(session, error)) {
		ddl_session_free(session);
		return NULL;
	}
	return session;
}

void ddl_session_close_media(struct ddl_session *session)
{
	/* backwards: an image file is closed before the medium that it is on */
	for (size_t i = session->n_opened; i > 0; i--) {
		ddl_medium_close(session->opened[i - 1].medium);
		session->opened[i - 1].medium = NULL;
	}
}

static void drop_package(struct ddl_session *session, struct ddl_package *package)
{
	if (package->fd >= 0)
		ddl_stage_drop(session->stage, package->fd, package->size);
	package->fd = -1;
	for (size_t i = 0; i < package->n_files; i++) {
		struct ddl_file *file = package->files[i];

		if (file->fd >= 0)
			ddl_stage_drop(session->stage, file->fd, file->size);
		file->fd = -1;
	}
	for (size_t i = 0; i < package->n_modules; i++)
		package->modules[i]->device = NULL; /* of a view of the machine that is replaced soon */
}

void ddl_session_forget_looks(struct ddl_session *session)
{
	for (size_t l = 0; l < session->n_looks; l++)
		for (size_t r = 0; r < session->looks[l]->n_repos; r++)
			for (size_t p = 0; p < session->looks[l]->repos[r]->n_packages; p++)
				drop_package(session, &session->looks[l]->repos[r]->packages[p]);
	session->looks = NULL;
	session->n_looks = 0;
}

void ddl_session_free(struct ddl_session *session)
{
	if (!session)
		return;
	ddl_session_close_media(session);
	ddl_session_forget_looks(session);
	ddl_checker_free(session->checker);
	ddl_stage_free(session->stage);
	if (session->kernel)
		session->kernel->ops->close(session->kernel);
	ddl_log_close(session->log);
	ddl_arena_free(session->plan_arena);
	if (session->plan_machine_arena != session->machine_arena)
		ddl_arena_free(session->plan_machine_arena);
	ddl_arena_free(session->machine_arena);
	ddl_arena_free(session->arena);
	free(session);
}

int ddl_session_log_default(struct ddl_session *session, struct ddl_error *error)
{
	char path[DDL_MAX_PATH];
	struct ddl_log *log;

	if (session->options.log_path)
		return 0;
	if (!ddl_session_run_path(session, path, sizeof(path), "log"))
		return ddl_fail(error, DDL_E_LOG, ENAMETOOLONG, "--root %s", root_of(session));
	log = ddl_log_open(path, NULL);
	if (!log)
		return 0;
	ddl_log_close(session->log);
	session->log = log;
	return 0;
}

/* --------------------------------------------------------------------- events */

bool ddl_session_tell(struct ddl_session *session, const struct ddl_event *event)
{
	session->last = *event;
	if (!session->front.event(session->front.ctx, event))
		session->cancelled = true;
	return !session->cancelled;
}

bool ddl_session_phase(struct ddl_session *session, enum ddl_phase phase, const char *what)
{
	return ddl_session_tell(session, &(struct ddl_event){ .kind = DDL_EVENT_PHASE, .phase = phase, .what = what });
}

static const char *const questions[] = {
	[DDL_ASK_SOURCE] = "source", [DDL_ASK_PACKS] = "packs", [DDL_ASK_VERIFY] = "verify", [DDL_ASK_TESTED] = "tested",
	[DDL_ASK_LICENCE] = "licence", [DDL_ASK_APPLY] = "apply", [DDL_ASK_OUTCOME] = "outcome",
	[DDL_ASK_TROUBLE] = "trouble", [DDL_ASK_PAST] = "past", [DDL_ASK_TRUST] = "trust",
};

static const char *const answers[] = {
	[DDL_REPLY_NO] = "no", [DDL_REPLY_BACK] = "back", [DDL_REPLY_YES] = "yes", [DDL_REPLY_SKIP] = "skip",
	[DDL_REPLY_AGAIN] = "again",
};

enum ddl_reply ddl_session_ask(struct ddl_session *session, struct ddl_question *question)
{
	enum ddl_reply reply = session->front.ask(session->front.ctx, question);
	struct ddl_policy *entry;

	if (!question->why)
		return reply;
	entry = ddl_arena_push(session->arena, &session->policy, &session->n_policy, sizeof(*entry));
	if (!entry)
		return DDL_REPLY_NO;
	*entry = (struct ddl_policy){ questions[question->kind], answers[reply],
				      question->repo ? question->repo->identifier : "", question->why };
	ddl_log(session->log, "%s %s: %s (%s)", entry->question, entry->about, entry->answer, entry->why);
	return reply;
}

/* While children work: what was last said is said again, so that the person can stop it. */
static bool go_on(void *arg)
{
	struct ddl_session *session = arg;
	struct ddl_event again = session->last;

	if (again.kind != DDL_EVENT_PROGRESS)
		again.kind = DDL_EVENT_PHASE;
	again.again = true;
	return ddl_session_tell(session, &again);
}

struct ddl_confine ddl_session_confine(struct ddl_session *session)
{
	return (struct ddl_confine){ .unconfined = session->options.unconfined, .go_on = go_on, .go_on_arg = session };
}

/* ------------------------------------------------------------ machine, sources */

/* What was found to fit pointed to the devices of the machine as it was. */
static void fit_all(struct ddl_session *session)
{
	for (size_t l = 0; l < session->n_looks; l++)
		for (size_t r = 0; r < session->looks[l]->n_repos; r++)
			ddl_fit_repo(session->looks[l]->repos[r], &session->machine);
}

const struct ddl_machine *ddl_session_machine(struct ddl_session *session, struct ddl_error *error)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_machine machine = { .release = "" };

	if (!arena) {
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "machine");
		return NULL;
	}
	if (session->kernel->ops->snapshot(session->kernel, arena, &machine, error) < 0) {
		ddl_arena_free(arena); /* the view from before stays: packs point into it */
		return NULL;
	}
	if (session->machine_arena != session->plan_machine_arena)
		ddl_arena_free(session->machine_arena);
	session->machine_arena = arena;
	session->machine = machine;
	session->machine.interrupted = !session->options.kernel && ddl_recover_needed(session);
	if (session->options.kernel && !session->options.root)
		session->machine.n_loaded = 0; /* a question about another kernel: what runs here says nothing */
	fit_all(session);
	return &session->machine;
}

/* The machine as last looked at; looked at when it never was. */
static const struct ddl_machine *known_machine(struct ddl_session *session, struct ddl_error *error)
{
	return session->machine_arena ? &session->machine : ddl_session_machine(session, error);
}

int ddl_session_sources(struct ddl_session *session, struct ddl_source ***sources, size_t *count,
			struct ddl_error *error)
{
	(void)ddl_session_phase(session, DDL_PHASE_SOURCES, "");
	return ddl_sources_find(session->arena, root_of(session), sources, count, error);
}

struct ddl_source *ddl_session_source(struct ddl_session *session, const char *word,
				      struct ddl_error *error)
{
	return ddl_source_from_word(session->arena, root_of(session), word, error);
}

/* ---------------------------------------------------------------------- media */

struct ddl_medium *ddl_session_medium(struct ddl_session *session, size_t number, struct ddl_error *error)
{
	struct ddl_opened *opened = &session->opened[number];
	struct ddl_confine confine = ddl_session_confine(session);
	struct ddl_medium *outer;

	if (opened->medium)
		return opened->medium;
	if (opened->outer == SIZE_MAX) {
		opened->medium = ddl_medium_open(opened->source, root_of(session), &confine, error);
		return opened->medium;
	}
	outer = ddl_session_medium(session, opened->outer, error);
	if (outer)
		opened->medium = opened->image ? ddl_medium_open_image(outer, opened->image, error)
					       : ddl_medium_open_inner(outer, opened->name, error);
	return opened->medium;
}

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
	if (!known_machine(session, error))
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
		ddl_medium_name_trouble(look->source, root_of(session), trouble);
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
	ddl_medium_name_trouble(look->source, root_of(session), &look->trouble);
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
	if (!known_machine(session, error))
		return NULL;
	(void)ddl_session_phase(session, DDL_PHASE_LOOK, source->name);
	look->trouble = source->trouble;
	ddl_medium_name_trouble(source, root_of(session), &look->trouble);
	if (look->trouble.code == DDL_OK && look_everywhere(session, look, error) < 0)
		return NULL;
	if (look->trouble.code != DDL_OK)
		ddl_log_error(session->log, source->name, &look->trouble);
	for (size_t i = 0; i < look->n_repos; i++)
		ddl_log(session->log, "%s: %s \"%s\" version %s, fingerprint %s", source->name, look->repos[i]->identifier,
			look->repos[i]->description, look->repos[i]->version, look->repos[i]->fingerprint);
	return look;
}

/* ----------------------------------------------------------------------- plan */

/* Packs that need each other: those that were seen, the ones of the load first. */
static int judge_circle(struct ddl_session *session, struct ddl_arena *arena, struct ddl_plan *plan,
			struct ddl_repo *const *repos, size_t count, struct ddl_error *error)
{
	struct ddl_repo *all[DDL_MAX_REPOSITORIES];
	size_t n = 0;

	for (size_t i = 0; i < count && n < DDL_MAX_REPOSITORIES; i++)
		all[n++] = repos[i];
	for (size_t l = 0; l < session->n_looks; l++)
		for (size_t r = 0; r < session->looks[l]->n_repos && n < DDL_MAX_REPOSITORIES; r++)
			all[n++] = session->looks[l]->repos[r];
	return ddl_requires_circle(arena, all, n, repos, count, plan, error);
}

/* A medium that hangs off a driver that leaves is worth a word. */
static int note_media(struct ddl_session *session, struct ddl_arena *arena, struct ddl_plan *plan,
		      struct ddl_repo *const *repos, size_t count, struct ddl_error *error)
{
	for (size_t i = 0; i < count; i++) {
		const struct ddl_source *source = session->opened[repos[i]->medium].source;

		if (source->kind == DDL_SOURCE_DEVICE &&
		    ddl_plan_note_medium(arena, plan, ddl_path_base(source->path)) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "plan");
	}
	return 0;
}

struct ddl_plan *ddl_session_plan(struct ddl_session *session, struct ddl_repo *const *repos, size_t count,
				  struct ddl_error *error)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_plan *plan = arena ? ddl_arena_alloc(arena, 1, sizeof(*plan)) : NULL;
	struct ddl_product *products = NULL;
	size_t n_products = 0;

	if (!plan) {
		ddl_arena_free(arena);
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "plan");
		return NULL;
	}
	(void)ddl_session_phase(session, DDL_PHASE_PLAN, "");
	ddl_session_close_media(session); /* our own mount must not be what is in the way */
	ddl_arena_free(session->plan_arena);
	session->plan_arena = arena;
	session->outcome = NULL;
	if (!ddl_session_machine(session, error))
		return NULL;
	if (session->plan_machine_arena != session->machine_arena)
		ddl_arena_free(session->plan_machine_arena);
	session->plan_machine_arena = session->machine_arena;
	if (ddl_plan_make(arena, &session->machine, session->kernel, repos, count,
			  session->options.unbind, plan, error) < 0 ||
	    ddl_beside_products(session, arena, repos, count, &products, &n_products, error) < 0 ||
	    ddl_requires_judge(arena, products, n_products, repos, count, plan, error) < 0 ||
	    judge_circle(session, arena, plan, repos, count, error) < 0 ||
	    note_media(session, arena, plan, repos, count, error) < 0)
		return NULL;
	for (size_t i = 0; i < count && plan->refusal.code == DDL_OK; i++)
		(void)ddl_trust_judge(&session->options, repos[i], &plan->refusal); /* what it says, the plan says */
	for (size_t i = 0; i < plan->n_notes; i++)
		ddl_log(session->log, "%s", plan->notes[i]);
	return plan;
}

const struct ddl_outcome *ddl_session_outcome(const struct ddl_session *session)
{
	return session->outcome;
}
