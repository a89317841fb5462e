// SPDX-License-Identifier: GPL-2.0-or-later
/* One run of the engine: what was looked at, what is open, what is staged, and its end. */
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "beside.h"
#include "limits.h"
#include "path.h"
#include "plan.h"
#include "recover.h"
#include "requires.h"
#include "source.h"
#include "trust.h"

const char *ddl_session_root(const struct ddl_session *session)
{
	return session->options.root ? session->options.root : "";
}

bool ddl_session_run_path(const struct ddl_session *session, char *to, size_t room, const char *below)
{
	char path[DDL_MAX_PATH];

	return ddl_path_join(path, sizeof(path), "/run/ddload", below) &&
	       ddl_path_join(to, room, ddl_session_root(session), path);
}

/* --------------------------------------------------------- beginning and end */

/* Where to stage on kernels without memfd; NULL: the usual places. An ordinary user may not have run/. */
static const char *stage_directory(const struct ddl_session *session, const char *run)
{
	char parent[DDL_MAX_PATH];

	if (!session->options.root)
		return NULL;
	return ddl_path_join(parent, sizeof(parent), ddl_session_root(session), "run") && access(parent, W_OK) == 0 ? run : "/tmp";
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
		(void)ddl_fail(error, DDL_E_USAGE, ENAMETOOLONG, "--root %s", ddl_session_root(session));
		return false;
	}
	session->log = ddl_log_open(session->options.log_path, error);
	if (!session->log)
		return false;
	session->kernel = ddl_kernel_open(ddl_session_root(session), session->options.kernel, error);
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
		return ddl_fail(error, DDL_E_LOG, ENAMETOOLONG, "--root %s", ddl_session_root(session));
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
const struct ddl_machine *ddl_session_known_machine(struct ddl_session *session, struct ddl_error *error)
{
	return session->machine_arena ? &session->machine : ddl_session_machine(session, error);
}

int ddl_session_sources(struct ddl_session *session, struct ddl_source ***sources, size_t *count,
			struct ddl_error *error)
{
	(void)ddl_session_phase(session, DDL_PHASE_SOURCES, "");
	return ddl_sources_find(session->arena, ddl_session_root(session), sources, count, error);
}

struct ddl_source *ddl_session_source(struct ddl_session *session, const char *word,
				      struct ddl_error *error)
{
	return ddl_source_from_word(session->arena, ddl_session_root(session), word, error);
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
		opened->medium = ddl_medium_open(opened->source, ddl_session_root(session), &confine, error);
		return opened->medium;
	}
	outer = ddl_session_medium(session, opened->outer, error);
	if (outer)
		opened->medium = opened->image ? ddl_medium_open_image(outer, opened->image, error)
					       : ddl_medium_open_inner(outer, opened->name, error);
	return opened->medium;
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
