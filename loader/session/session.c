// SPDX-License-Identifier: GPL-2.0-or-later
/* One run of the engine: what was looked at, what is open, what is staged, and its end. */
#include "session/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "apply/changing.h"
#include "base/limits.h"
#include "base/path.h"
#include "plan/plan.h"
#include "process/fetcher.h"
#include "source/source.h"

#define LOOK_FURTHER 4U /* times as long as before */

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
	return ddl_path_join(parent, sizeof(parent), ddl_session_root(session), "run") && access(parent, W_OK) == 0 ? run :
														      "/tmp";
}

static void set_up_fetcher(const struct ddl_session *session)
{
	const struct ddl_options *options = &session->options;

	ddl_fetcher_options(&(struct ddl_fetch_options){
		.root = options->root,
		.proxy = options->proxy,
		.ca = options->ca,
		.pin = options->pin,
		.unverified = options->unverified && (options->fingerprint || options->require_signature),
		.wait_seconds = options->wait_seconds,
		.memory = ddl_stage_cap(session->stage),
	});
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
	if (!session->stage)
		return false;
	set_up_fetcher(session);
	return true;
}

struct ddl_session *ddl_session_new(const struct ddl_options *options, const struct ddl_front *front, struct ddl_error *error)
{
	struct ddl_session *session = calloc(1, sizeof(*session));

	if (!session) {
		(void)ddl_fail(error, DDL_E_MEMORY, 0, "session");
		return NULL;
	}
	session->began = (int64_t)time(NULL);
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

void ddl_session_drop_whole(struct ddl_session *session, struct ddl_package *package)
{
	if (package->fd >= 0)
		ddl_stage_drop(session->stage, package->fd, package->size);
	package->fd = -1;
}

static void drop_package(struct ddl_session *session, struct ddl_package *package)
{
	ddl_session_drop_whole(session, package);
	for (size_t i = 0; i < package->n_files; i++) {
		struct ddl_file *file = package->files[i];

		if (file->fd >= 0)
			ddl_stage_drop(session->stage, file->fd, file->size);
		file->fd = -1;
	}
	for (size_t i = 0; i < package->n_modules; i++)
		package->modules[i]->device = NULL; /* of a view of the machine that is replaced soon */
}

void ddl_session_drop_repo(struct ddl_session *session, struct ddl_repo *repo)
{
	for (size_t p = 0; p < repo->n_packages; p++)
		drop_package(session, &repo->packages[p]);
	for (size_t p = 0; p < repo->n_lists; p++)
		drop_package(session, &repo->lists[p]);
}

/* Who looks again after something was left, as it took too long, wants to see it. */
static void look_further(struct ddl_session *session)
{
	unsigned now = session->options.look_ms ? session->options.look_ms : DDL_LOOK_SECONDS * 1000U;
	unsigned most = DDL_LOOK_MAX_SECONDS * 1000U;

	session->options.look_ms = now < most / LOOK_FURTHER ? now * LOOK_FURTHER : most;
}

void ddl_session_forget_looks(struct ddl_session *session)
{
	bool left = false;

	for (size_t l = 0; l < session->n_looks; l++) {
		for (size_t r = 0; r < session->looks[l]->n_repos; r++)
			ddl_session_drop_repo(session, session->looks[l]->repos[r]);
		left = left || session->looks[l]->n_left;
	}
	if (left)
		look_further(session);
	session->looks = NULL;
	session->n_looks = 0;
	ddl_session_drop_images(session);
	if (ddl_fetcher_runs()) {
		ddl_session_close_media(session); /* nothing more would come into their files */
		ddl_fetcher_stop();
	}
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
	if (session->front.event(session->front.ctx, event) == DDL_WISH_STOP)
		session->cancelled = true;
	return !session->cancelled;
}

bool ddl_session_phase(struct ddl_session *session, enum ddl_phase phase, const char *what)
{
	return ddl_session_tell(session, &(struct ddl_event){ .kind = DDL_EVENT_PHASE, .phase = phase, .what = what });
}

static const char *const questions[] = {
	[DDL_ASK_SOURCE] = "source",   [DDL_ASK_PACKS] = "packs",     [DDL_ASK_VERIFY] = "verify",
	[DDL_ASK_TESTED] = "tested",   [DDL_ASK_LICENCE] = "licence", [DDL_ASK_APPLY] = "apply",
	[DDL_ASK_OUTCOME] = "outcome", [DDL_ASK_TROUBLE] = "trouble", [DDL_ASK_INTERRUPTED] = "interrupted",
	[DDL_ASK_TRUST] = "trust",
};

static const char *const answers[] = {
	[DDL_REPLY_NO] = "no",     [DDL_REPLY_BACK] = "back",   [DDL_REPLY_YES] = "yes",
	[DDL_REPLY_SKIP] = "skip", [DDL_REPLY_AGAIN] = "again",
};

enum ddl_reply ddl_session_ask(struct ddl_session *session, struct ddl_question *question)
{
	enum ddl_reply reply = question->why ? DDL_REPLY_YES : session->front.ask(session->front.ctx, question);
	struct ddl_policy *entry;

	if (!question->why)
		return reply;
	entry = ddl_arena_push(session->arena, &session->policy, &session->n_policy, sizeof(*entry));
	if (!entry)
		return DDL_REPLY_NO;
	*entry = (struct ddl_policy){ questions[question->kind], answers[reply], question->repo ? question->repo->identifier : "",
				      question->why };
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

int ddl_session_fit(struct ddl_session *session, struct ddl_error *error)
{
	for (size_t l = 0; l < session->n_looks; l++)
		if (ddl_fit_packs(session->looks[l]->repos, session->looks[l]->n_repos, &session->machine) < 0)
			return ddl_fail(error, DDL_E_MEMORY, 0, "machine");
	return 0;
}

/* NULL: nobody; also without memory for the name, as the load finds it again. */
static const char *who_was_killed(const struct ddl_session *session, struct ddl_arena *arena)
{
	char run[DDL_MAX_PATH], who[DDL_CHANGING_WHO];

	return ddl_session_run_path(session, run, sizeof(run), "") && ddl_changing_look(run, who) == DDL_CHANGING_KILLED ?
		       ddl_arena_dup(arena, who) :
		       NULL;
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
	session->machine.interrupted = session->options.kernel ? NULL : who_was_killed(session, arena);
	if (session->options.kernel && !session->options.root)
		session->machine.n_loaded = 0; /* a question about another kernel: what runs here says nothing */
	return ddl_session_fit(session, error) < 0 ? NULL : &session->machine;
}

/* The machine as last looked at; looked at when it never was. */
const struct ddl_machine *ddl_session_known_machine(struct ddl_session *session, struct ddl_error *error)
{
	return session->machine_arena ? &session->machine : ddl_session_machine(session, error);
}

void ddl_session_tell_left_out(struct ddl_session *session, const char *sentence)
{
	session->left_out = sentence;
	if (!sentence)
		return;
	ddl_log(session->log, "%s", sentence);
	(void)ddl_session_tell(session,
			       &(struct ddl_event){ .kind = DDL_EVENT_NOTE, .phase = DDL_PHASE_SOURCES, .what = sentence });
}

const char *ddl_session_left_out(const struct ddl_session *session)
{
	return session->left_out;
}

int ddl_session_sources(struct ddl_session *session, struct ddl_source ***sources, size_t *count, struct ddl_error *error)
{
	const char *left_out = NULL;
	int result;

	(void)ddl_session_phase(session, DDL_PHASE_SOURCES, "");
	result = ddl_sources_find(session->arena, ddl_session_root(session), sources, count, &left_out, error);
	if (result == 0)
		ddl_session_tell_left_out(session, left_out);
	return result;
}

struct ddl_source *ddl_session_source(struct ddl_session *session, const char *word, struct ddl_error *error)
{
	return ddl_source_from_word(session->arena, ddl_session_root(session), word, error);
}

/* ---------------------------------------------------------------------- media */

const struct ddl_outcome *ddl_session_outcome(const struct ddl_session *session)
{
	return session->outcome;
}
