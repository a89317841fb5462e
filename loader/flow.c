// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The one flow of a load, for every front end: which medium, which packs, are they what
 * they should be, is the licence accepted, may it be done, and what came of it. Each step
 * asks through the front end and names the next one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply.h"
#include "handoff.h"
#include "limits.h"
#include "live.h"
#include "path.h"
#include "preview.h"
#include "recover.h"
#include "session.h"
#include "text.h"
#include "trust.h"
#include "uevent.h"

enum step { STEP_SOURCE, STEP_WORDS, STEP_PACKS, STEP_VERIFY, STEP_LICENCE, STEP_PLAN, STEP_APPLY, STEP_TROUBLE,
	    STEP_END };

struct flow {
	struct ddl_session *session;
	const char *const *words;
	size_t n_words;
	struct ddl_look **looks;      /* those that packs are chosen from, one after the other */
	size_t n_looks, next_look;
	struct ddl_repo **chosen;
	size_t n_chosen;
	bool compared;                /* every chosen pack's fingerprint was compared */
	struct ddl_plan *plan;
	enum step failed;             /* where the trouble arose */
	struct ddl_error trouble;
	enum ddl_status status;       /* what to end with */
	bool without;                 /* the person goes on without a disk after the test */
	bool applied;                 /* a plan was carried out, of this disk or of one before it */
	enum ddl_status left;         /* then: what they left behind */
	int watch;                    /* tells of media that come and go; -1: none */
};

static enum ddl_reply ask(struct flow *flow, struct ddl_question *question)
{
	question->machine = &flow->session->machine;
	question->log = ddl_log_text(flow->session->log);
	question->session = flow->session;
	return ddl_session_ask(flow->session, question);
}

static enum ddl_status status_of(const struct ddl_outcome *outcome)
{
	switch (outcome->result) {
	case DDL_RESULT_UNDONE:
		return DDL_UNDONE;
	case DDL_RESULT_NOT_UNDONE:
		return DDL_NOT_UNDONE;
	case DDL_RESULT_REFUSED:
		return ddl_code_status(outcome->error.code);
	default:
		return DDL_DONE;
	}
}

/* On without a (further) disk: what was done before counts, what was refused left nothing. */
static enum step without_disk(struct flow *flow)
{
	flow->status = flow->applied ? flow->left : DDL_DONE;
	ddl_error_clear(&flow->trouble);
	return STEP_END;
}

/* The person leaves without an answer: nothing is changed by this disk. */
static enum step leave(struct flow *flow)
{
	if (flow->applied)
		return without_disk(flow);
	flow->status = DDL_CANCELLED;
	(void)ddl_fail(&flow->trouble, DDL_E_CANCELLED, 0, "%s", "");
	return STEP_END;
}

/* An answer that is neither yes nor one of the question's own. */
static enum step end_by(struct flow *flow, enum ddl_reply reply)
{
	return reply == DDL_REPLY_SKIP ? without_disk(flow) : leave(flow);
}

static enum step fail(struct flow *flow, enum step where)
{
	flow->failed = where;
	ddl_log_error(flow->session->log, "load", &flow->trouble);
	if (flow->trouble.code != DDL_E_CANCELLED)
		return STEP_TROUBLE;
	flow->session->cancelled = false; /* heard: the next step starts afresh */
	return flow->n_words ? leave(flow) : STEP_SOURCE;
}

static enum step no_memory(struct flow *flow, enum step where)
{
	(void)ddl_fail(&flow->trouble, DDL_E_MEMORY, 0, "load");
	return fail(flow, where);
}

/* --------------------------------------------------------------------- sources */

static int add_look(struct flow *flow, struct ddl_source *source)
{
	struct ddl_look *look = ddl_session_look(flow->session, source, &flow->trouble);
	struct ddl_look **slot;

	if (!look)
		return -1;
	slot = ddl_arena_push(flow->session->arena, &flow->looks, &flow->n_looks, sizeof(*slot));
	if (!slot)
		return ddl_fail(&flow->trouble, DDL_E_MEMORY, 0, "%s", source->name);
	*slot = look;
	return 0;
}

/* Before looking anew. The person may change the disk now, and memory is needed for the next. */
static void forget_looks(struct flow *flow)
{
	ddl_session_close_media(flow->session);
	ddl_session_forget_looks(flow->session);
	flow->looks = NULL;
	flow->chosen = NULL;
	flow->n_looks = flow->next_look = flow->n_chosen = 0;
	ddl_error_clear(&flow->trouble);
}

/* Every medium there is; those that hold nothing are passed over. */
static int look_at_any(struct flow *flow)
{
	struct ddl_source **sources = NULL;
	size_t count = 0;

	if (ddl_session_sources(flow->session, &sources, &count, &flow->trouble) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (!sources[i]->usable)
			continue;
		if (add_look(flow, sources[i]) < 0)
			return -1;
		if (!flow->looks[flow->n_looks - 1]->n_repos)
			flow->n_looks--;
	}
	if (!count)
		return ddl_fail(&flow->trouble, DDL_E_NO_MEDIUM, 0, _("no drive, stick or disk was found"));
	if (!flow->n_looks)
		return ddl_fail(&flow->trouble, DDL_E_NOT_A_DISK, 0, _("none of %zu media holds a driver disk"), count);
	return 0;
}

static int look_at_word(struct flow *flow, const char *word)
{
	struct ddl_source *source;
	const struct ddl_look *look;

	if (strcmp(word, "any") == 0)
		return look_at_any(flow);
	source = ddl_session_source(flow->session, word, &flow->trouble);
	if (!source || add_look(flow, source) < 0)
		return -1;
	look = flow->looks[flow->n_looks - 1];
	if (look->trouble.code == DDL_OK)
		return 0;
	flow->trouble = look->trouble;
	return -1;
}

static enum step step_words(struct flow *flow)
{
	forget_looks(flow);
	for (size_t i = 0; i < flow->n_words; i++)
		if (look_at_word(flow, flow->words[i]) < 0)
			return fail(flow, STEP_WORDS);
	return STEP_PACKS;
}

/* One that was chosen before it was heard what it is. */
static bool is_unknown(const struct ddl_source *source)
{
	return source->look == DDL_LOOK_UNDER_WAY && !source->usable && source->trouble.code == DDL_OK;
}

static enum step look_at_chosen(struct flow *flow, const struct ddl_question *question)
{
	struct ddl_source *source;

	if (question->typed) {
		if (look_at_word(flow, question->typed) < 0)
			return fail(flow, STEP_SOURCE);
		return STEP_PACKS;
	}
	if (question->chosen >= question->n_sources)
		return STEP_SOURCE;
	source = question->sources[question->chosen];
	if (is_unknown(source))
		source = ddl_session_source(flow->session, source->path, &flow->trouble);
	if (!source || add_look(flow, source) < 0)
		return fail(flow, STEP_SOURCE);
	if (flow->looks[0]->trouble.code != DDL_OK) {
		flow->trouble = flow->looks[0]->trouble;
		return fail(flow, STEP_SOURCE);
	}
	return STEP_PACKS;
}

/* What comes while the list is shown is told; below --root there is nothing that could come. */
static void watch_media(struct flow *flow)
{
	if (flow->session->options.root)
		return;
	if (flow->watch < 0)
		flow->watch = ddl_uevent_open(); /* before looking: what comes meanwhile is told */
	if (flow->watch >= 0)
		(void)ddl_media_changed(flow->watch); /* it is looked at now */
}

static int list_sources(struct flow *flow, struct ddl_question *question)
{
	struct ddl_source **sources = NULL;
	struct ddl_error error = DDL_ERROR_INIT;

	if (!flow->session->options.root && ddl_preview_start(flow->session, flow->watch, question, &error) == 0)
		return 0;
	if (ddl_session_sources(flow->session, &sources, &question->n_sources, &flow->trouble) < 0)
		return -1;
	question->sources = sources;
	return 0;
}

static enum step step_source(struct flow *flow)
{
	struct ddl_question question = { .kind = DDL_ASK_SOURCE };
	enum ddl_reply reply;

	forget_looks(flow);
	watch_media(flow);
	(void)ddl_session_phase(flow->session, DDL_PHASE_MACHINE, "");
	if (!ddl_session_machine(flow->session, &flow->trouble) || list_sources(flow, &question) < 0)
		return fail(flow, STEP_SOURCE);
	reply = ask(flow, &question);
	ddl_live_stop(question.live);
	if (reply == DDL_REPLY_YES)
		return look_at_chosen(flow, &question);
	return reply == DDL_REPLY_AGAIN ? STEP_SOURCE : end_by(flow, reply);
}

/* ----------------------------------------------------------------------- packs */

static const struct ddl_package *bad_package(const struct ddl_repo *repo)
{
	for (size_t i = 0; i < repo->n_packages; i++)
		if (repo->packages[i].state == DDL_PKG_BAD)
			return &repo->packages[i];
	return NULL;
}

/* A pack of which a package is damaged is not loaded, not even in part. */
static bool fits(const struct ddl_repo *repo)
{
	return (repo->fit == DDL_FIT_YES || repo->fit == DDL_FIT_REPLACES) && !bad_package(repo);
}

/* Why this pack is not to be had, as an error. */
static void say_why_not(const struct flow *flow, const struct ddl_repo *repo, struct ddl_error *error)
{
	const struct ddl_package *bad = bad_package(repo);

	if (bad) {
		*error = bad->trouble;
		(void)ddl_fail_in(error, "%s", bad->file);
	} else if (repo->fit == DDL_FIT_OTHER_KERNEL || repo->fit == DDL_FIT_TWIN) {
		const char *kernel = "";

		for (size_t i = 0; i < repo->n_packages && !*kernel; i++)
			if (repo->packages[i].fit == repo->fit)
				kernel = repo->packages[i].n_modules ? repo->packages[i].modules[0]->kernel
								     : repo->packages[i].kernel;
		(void)ddl_fail(error, DDL_E_KERNEL, 0, _("%s: built for %s; this kernel is %s"), repo->identifier, kernel,
			       flow->session->machine.release);
	} else {
		(void)ddl_fail(error, DDL_E_NO_FIT, 0, _("%s: no device here needs it"), repo->identifier);
	}
}

/* Nothing was chosen: already there, or the reason of the pack that comes nearest. */
static enum step nothing_chosen(struct flow *flow)
{
	const struct ddl_repo *best = NULL;

	for (size_t l = 0; l < flow->n_looks; l++)
		for (size_t r = 0; r < flow->looks[l]->n_repos; r++)
			if (!best || flow->looks[l]->repos[r]->fit > best->fit)
				best = flow->looks[l]->repos[r];
	if (best)
		say_why_not(flow, best, &flow->trouble);
	else
		(void)ddl_fail(&flow->trouble, DDL_E_NOT_A_DISK, 0, "%s", "");
	return fail(flow, flow->n_words ? STEP_WORDS : STEP_SOURCE);
}

static int choose(struct flow *flow, struct ddl_repo *repo)
{
	struct ddl_repo **slot = ddl_arena_push(flow->session->arena, &flow->chosen, &flow->n_chosen, sizeof(*slot));

	if (!slot)
		return -1;
	*slot = repo;
	return 0;
}

/* A pack that is loaded already is taken along where nothing else is: the plan says so. */
static enum step packs_done(struct flow *flow)
{
	for (size_t l = 0; l < flow->n_looks && !flow->n_chosen; l++)
		for (size_t r = 0; r < flow->looks[l]->n_repos; r++)
			if (flow->looks[l]->repos[r]->fit == DDL_FIT_LOADED &&
			    !bad_package(flow->looks[l]->repos[r]) && choose(flow, flow->looks[l]->repos[r]) < 0)
				return no_memory(flow, STEP_PACKS);
	return flow->n_chosen ? STEP_VERIFY : nothing_chosen(flow);
}

static enum step step_packs(struct flow *flow)
{
	struct ddl_question question = { .kind = DDL_ASK_PACKS };
	struct ddl_look *look;
	enum ddl_reply reply;

	if (flow->next_look == flow->n_looks)
		return packs_done(flow);
	look = flow->looks[flow->next_look];
	question.look = look;
	question.ticked = ddl_arena_alloc(flow->session->arena, look->n_repos, sizeof(*question.ticked));
	if (!question.ticked)
		return no_memory(flow, STEP_PACKS);
	for (size_t i = 0; i < look->n_repos; i++)
		question.ticked[i] = fits(look->repos[i]) && !ddl_look_newer(look, look->repos[i]);
	reply = ask(flow, &question);
	if (reply == DDL_REPLY_AGAIN)
		return flow->n_words ? STEP_WORDS : STEP_SOURCE;
	if (reply == DDL_REPLY_BACK && !flow->n_words)
		return STEP_SOURCE;
	if (reply != DDL_REPLY_YES)
		return end_by(flow, reply);
	for (size_t i = 0; i < look->n_repos; i++)
		if (question.ticked[i] && choose(flow, look->repos[i]) < 0)
			return no_memory(flow, STEP_PACKS);
	flow->next_look++;
	return STEP_PACKS;
}

static enum step back_to_packs(struct flow *flow)
{
	flow->n_chosen = flow->next_look = 0;
	flow->chosen = NULL;
	return STEP_PACKS;
}

/* ---------------------------------------------------------------------- verify */

int ddl_compare_fingerprint(const struct ddl_options *options, const struct ddl_repo *repo,
			    struct ddl_error *error)
{
	char given[65];
	uint8_t digest[32];
	size_t n = strlen(repo->fingerprint) / 2;

	if (!options->fingerprint)
		return 0;
	if (n > sizeof(digest) || !ddl_text_unhex(options->fingerprint, digest, n))
		return ddl_fail(error, DDL_E_FINGERPRINT, 0, _("%s has %s; what was given (%s) is not %zu hex digits"),
				repo->identifier, repo->fingerprint, options->fingerprint, 2 * n);
	ddl_text_hex(given, digest, n);
	if (strcmp(given, repo->fingerprint) != 0)
		return ddl_fail(error, DDL_E_FINGERPRINT, 0, _("%s has %s, expected was %s"), repo->identifier,
				repo->fingerprint, given);
	return 0;
}

/* Tests the pack and shows the result. YES: go on. */
static enum ddl_reply test_pack(struct flow *flow, struct ddl_repo *repo)
{
	struct ddl_question question = { .kind = DDL_ASK_TESTED, .repo = repo };
	enum ddl_reply reply;
	int tested;

	ddl_error_clear(&flow->trouble); /* of something before that the person went back from */
	tested = ddl_session_test(flow->session, repo, &flow->trouble);
	question.error = tested < 0 ? &flow->trouble : NULL;
	if (tested < 0 && flow->trouble.code == DDL_E_CANCELLED)
		return DDL_REPLY_BACK;
	reply = ask(flow, &question);
	flow->without = reply == DDL_REPLY_SKIP; /* before the test that word means "without testing" */
	return flow->without ? DDL_REPLY_NO : reply;
}

/* One pack's answers. YES and SKIP: go on with the next. */
static enum ddl_reply verify_pack(struct flow *flow, struct ddl_repo *repo)
{
	struct ddl_question question = { .kind = DDL_ASK_VERIFY, .repo = repo };
	enum ddl_reply reply = ask(flow, &question);

	flow->compared = flow->compared && (question.fingerprint_compared || flow->session->options.fingerprint);
	if (reply == DDL_REPLY_YES)
		reply = test_pack(flow, repo);
	return reply;
}

static enum step step_verify(struct flow *flow)
{
	flow->compared = true;
	for (size_t i = 0; i < flow->n_chosen; i++) {
		struct ddl_repo *repo = flow->chosen[i];
		enum ddl_reply reply;

		if (ddl_compare_fingerprint(&flow->session->options, repo, &flow->trouble) < 0)
			return fail(flow, STEP_VERIFY);
		reply = verify_pack(flow, repo);
		flow->session->cancelled = false;
		if (reply == DDL_REPLY_BACK)
			return back_to_packs(flow);
		if (reply != DDL_REPLY_YES && reply != DDL_REPLY_SKIP)
			return flow->without ? without_disk(flow) : leave(flow);
		if (bad_package(repo)) {
			say_why_not(flow, repo, &flow->trouble);
			return fail(flow, STEP_VERIFY);
		}
		if (reply == DDL_REPLY_YES && flow->trouble.code != DDL_OK)
			return fail(flow, STEP_VERIFY); /* the medium is gone: what was not tested is not loaded */
		if (ddl_trust_judge(&flow->session->options, repo, &flow->trouble) < 0)
			return fail(flow, STEP_VERIFY);
	}
	return STEP_LICENCE;
}

/* --------------------------------------------------------------------- licence */

static char *licence_text(struct flow *flow, const struct ddl_file *file)
{
	size_t n = file->size > DDL_MAX_LICENCE ? DDL_MAX_LICENCE : (size_t)file->size;
	char *text = ddl_arena_alloc(flow->session->arena, n + 1, 1);
	ssize_t got = text ? pread(file->fd, text, n, 0) : -1;

	if (got < 0)
		return NULL;
	ddl_text_clean_lines(text, (size_t)got);
	return text;
}

static enum ddl_reply ask_licence(struct flow *flow, struct ddl_repo *repo, const struct ddl_file *file)
{
	struct ddl_question question = { .kind = DDL_ASK_LICENCE, .repo = repo };

	question.licence = licence_text(flow, file);
	if (!question.licence) {
		(void)ddl_fail(&flow->trouble, DDL_E_LICENCE, errno, "%s", file->path);
		return DDL_REPLY_NO;
	}
	(void)ddl_fail(&flow->trouble, DDL_E_LICENCE, 0, "%s: %s", repo->identifier, file->path);
	return ask(flow, &question);
}

static enum step step_licence(struct flow *flow)
{
	for (size_t r = 0; r < flow->n_chosen; r++) {
		for (size_t p = 0; p < flow->chosen[r]->n_packages; p++) {
			const struct ddl_package *package = &flow->chosen[r]->packages[p];

			for (size_t f = 0; f < package->n_files; f++) {
				enum ddl_reply reply = DDL_REPLY_YES;

				if (package->files[f]->kind == DDL_FILE_LICENCE && package->files[f]->fd >= 0)
					reply = ask_licence(flow, flow->chosen[r], package->files[f]);
				if (reply == DDL_REPLY_BACK)
					return back_to_packs(flow);
				if (reply == DDL_REPLY_SKIP)
					return without_disk(flow);
				if (reply != DDL_REPLY_YES)
					return fail(flow, STEP_LICENCE);
			}
		}
	}
	ddl_error_clear(&flow->trouble);
	return STEP_PLAN;
}

/* --------------------------------------------------------------- plan and apply */

/* An outcome for what was refused: nothing changed. */
static struct ddl_outcome *refused(struct flow *flow, const struct ddl_error *error)
{
	struct ddl_outcome *outcome = ddl_arena_alloc(flow->session->arena, 1, sizeof(*outcome));

	if (!outcome)
		return NULL;
	outcome->result = flow->session->options.optional && error->code == DDL_E_NO_FIT ? DDL_RESULT_NOTHING
											  : DDL_RESULT_REFUSED;
	outcome->plan = flow->plan;
	outcome->repos = (const struct ddl_repo **)flow->chosen;
	outcome->n_repos = flow->n_chosen;
	outcome->error = *error;
	return outcome;
}

/* The outcome of what was loaded, also by a run before this one, is not lost to a refusal. */
static bool is_worth_keeping(const struct ddl_session *session)
{
	char packs[DDL_MAX_PATH];

	if (session->outcome->result != DDL_RESULT_REFUSED && session->outcome->result != DDL_RESULT_NOTHING)
		return true;
	return !ddl_session_run_path(session, packs, sizeof(packs), "packs") || access(packs, F_OK) < 0;
}

/* Leaves the outcome for the installer, the log and the kernel log. */
static void hand_over(struct flow *flow)
{
	struct ddl_session *session = flow->session;
	struct ddl_error error = DDL_ERROR_INIT;
	char line[512];

	session->outcome->fingerprint_compared = flow->compared;
	session->outcome->policy = session->policy;
	session->outcome->n_policy = session->n_policy;
	ddl_handoff_line(line, sizeof(line), session->outcome);
	ddl_log(session->log, "%s", line);
	session->kernel->ops->log_write(session->kernel, line);
	if (ddl_log_failure(session->log))
		(void)ddl_session_tell(session, &(struct ddl_event){ .kind = DDL_EVENT_NOTE, .phase = DDL_PHASE_APPLY,
			.what = _("The log could not be written to its end.") });
	if (!is_worth_keeping(session) || ddl_handoff_write(session, session->outcome, &error) == 0)
		return;
	ddl_log_error(session->log, "hand-off", &error);
	if (session->outcome->result == DDL_RESULT_REFUSED)
		return; /* nothing was loaded that an installer would miss */
	(void)ddl_session_tell(session, &(struct ddl_event){ .kind = DDL_EVENT_NOTE, .phase = DDL_PHASE_APPLY,
		.what = _("What was loaded could not be written down for the installer; see the log.") });
}

static enum step refuse(struct flow *flow)
{
	flow->session->outcome = refused(flow, &flow->trouble);
	if (!flow->session->outcome)
		return no_memory(flow, STEP_PLAN);
	hand_over(flow);
	return fail(flow, STEP_PLAN);
}

void ddl_session_refused(struct ddl_session *session, const struct ddl_error *error)
{
	struct flow flow = { .session = session };

	(void)ddl_session_log_default(session, NULL); /* without one the kernel log has the line */
	session->outcome = refused(&flow, error);
	if (session->outcome) /* without memory the caller's own words have to do */
		hand_over(&flow);
}

static enum step step_plan(struct flow *flow)
{
	struct ddl_question question = { .kind = DDL_ASK_APPLY };
	enum ddl_reply reply;

	flow->plan = ddl_session_plan(flow->session, flow->chosen, flow->n_chosen, &flow->trouble);
	if (!flow->plan)
		return fail(flow, STEP_PLAN);
	if (flow->plan->refusal.code != DDL_OK) {
		flow->trouble = flow->plan->refusal;
		return refuse(flow);
	}
	for (size_t i = 0; i < flow->plan->n_notes; i++)
		(void)ddl_session_tell(flow->session, &(struct ddl_event){ .kind = DDL_EVENT_NOTE,
			.phase = DDL_PHASE_PLAN, .what = flow->plan->notes[i] });
	if (!flow->plan->n_ops)
		return STEP_APPLY; /* nothing would change: there is nothing to ask */
	question.plan = flow->plan;
	reply = ask(flow, &question);
	if (reply == DDL_REPLY_BACK)
		return back_to_packs(flow);
	if (reply == DDL_REPLY_YES)
		return STEP_APPLY;
	if (!flow->n_words || reply == DDL_REPLY_SKIP)
		return end_by(flow, reply);
	/* unattended: the policy did not allow it */
	(void)ddl_fail(&flow->trouble, flow->plan->replaces ? DDL_E_REPLACE : DDL_E_CANCELLED, 0, "%s",
		       flow->plan->n_wanted ? flow->plan->wanted[0]->name : "");
	return flow->plan->replaces ? refuse(flow) : leave(flow);
}

/* What could not be put back stays so, whatever is loaded after it. */
static void count(struct flow *flow)
{
	if (!flow->applied || flow->left != DDL_NOT_UNDONE)
		flow->left = flow->status;
	flow->status = flow->left;
	flow->applied = true;
}

static enum step step_apply(struct flow *flow)
{
	struct ddl_session *session = flow->session;
	struct ddl_question question = { .kind = DDL_ASK_OUTCOME };
	struct ddl_apply apply = { session->plan_arena, session->kernel, session->log, &session->front, NULL,
				   session->options.settle_ms };
	char run[DDL_MAX_PATH];
	struct ddl_outcome *outcome = ddl_arena_alloc(session->plan_arena, 1, sizeof(*outcome));

	if (!outcome || !ddl_session_run_path(session, run, sizeof(run), ""))
		return no_memory(flow, STEP_PLAN);
	apply.run_directory = run;
	apply.settle_ms = apply.settle_ms ? apply.settle_ms : DDL_SETTLE_DEFAULT_MS;
	(void)ddl_session_phase(session, DDL_PHASE_APPLY, "");
	(void)ddl_plan_apply(&apply, flow->plan, flow->chosen, flow->n_chosen, outcome); /* the outcome says it */
	session->outcome = outcome;
	session->cancelled = false; /* nothing is cancelled from here on */
	flow->status = status_of(outcome);
	if (outcome->result != DDL_RESULT_REFUSED && outcome->result != DDL_RESULT_NOTHING)
		count(flow);
	flow->trouble = outcome->error;
	hand_over(flow);
	(void)ddl_session_machine(session, NULL); /* the outcome's screen shows it; the old view will do */
	question.outcome = outcome;
	switch (ask(flow, &question)) {
	case DDL_REPLY_AGAIN:
		return flow->n_words ? STEP_WORDS : STEP_SOURCE;
	case DDL_REPLY_BACK:
		return flow->n_words ? STEP_END : STEP_SOURCE;
	default:
		return STEP_END;
	}
}

/* ------------------------------------------------------------------- the whole */

/* Nothing was begun: what would be "undone" after a failed step is "refused". */
static enum ddl_status status_of_trouble(const struct flow *flow)
{
	enum ddl_status status = ddl_code_status(flow->trouble.code);

	return status == DDL_UNDONE || status == DDL_NOT_UNDONE ? DDL_REFUSED : status;
}

/* The flow ends with this trouble: what reads the outcome later must see it, too. */
static enum step give_up(struct flow *flow)
{
	/* who may not write there, or gave a root that is another machine's, is spared */
	if (!flow->session->outcome && flow->trouble.code != DDL_E_NOT_ROOT && flow->trouble.code != DDL_E_USAGE) {
		flow->session->outcome = refused(flow, &flow->trouble);
		if (flow->session->outcome)
			hand_over(flow);
	}
	flow->status = flow->applied ? flow->left : status_of_trouble(flow);
	return STEP_END;
}

static enum step step_trouble(struct flow *flow)
{
	struct ddl_question question = { .kind = DDL_ASK_TROUBLE, .error = &flow->trouble,
					 .plan = flow->plan };
	enum ddl_reply reply;

	if (flow->failed >= STEP_PLAN) /* an outcome that is there before is another disk's */
		question.outcome = flow->session->outcome;
	if (flow->failed == STEP_END) { /* trying again would not help */
		(void)ask(flow, &question);
		return give_up(flow);
	}
	reply = ask(flow, &question);
	if (reply == DDL_REPLY_AGAIN)
		return flow->n_words ? STEP_WORDS : STEP_SOURCE;
	if (reply == DDL_REPLY_BACK && !flow->n_words)
		return flow->n_looks && flow->failed > STEP_PACKS ? back_to_packs(flow) : STEP_SOURCE;
	(void)give_up(flow);
	return reply == DDL_REPLY_SKIP ? without_disk(flow) : STEP_END;
}

static enum step step(struct flow *flow, enum step now)
{
	switch (now) {
	case STEP_SOURCE: return step_source(flow);
	case STEP_WORDS: return step_words(flow);
	case STEP_PACKS: return step_packs(flow);
	case STEP_VERIFY: return step_verify(flow);
	case STEP_LICENCE: return step_licence(flow);
	case STEP_PLAN: return step_plan(flow);
	case STEP_APPLY: return step_apply(flow);
	case STEP_TROUBLE: return step_trouble(flow);
	default: return STEP_END;
	}
}

/* First what a run that was killed has left; then `next`. */
static enum step step_past(struct flow *flow, enum step next)
{
	switch (ddl_recover(flow->session, &flow->trouble)) {
	case DDL_REPLY_YES:
		return next;
	case DDL_REPLY_AGAIN:
		return fail(flow, STEP_END);
	default:
		return leave(flow);
	}
}

enum ddl_status ddl_flow_load(struct ddl_session *session, const char *const *words, size_t count,
			      struct ddl_error *error)
{
	struct flow flow = { .session = session, .words = words, .n_words = count, .status = DDL_DONE, .watch = -1 };
	enum step now = count ? STEP_WORDS : STEP_SOURCE;

	session->keep = true;
	session->cancelled = false;
	if (session->kernel->ops->may_change(session->kernel, &flow.trouble) < 0 ||
	    ddl_session_log_default(session, &flow.trouble) < 0 ||
	    !ddl_session_machine(session, &flow.trouble))
		now = fail(&flow, STEP_END);
	else
		now = step_past(&flow, now);
	while (now != STEP_END)
		now = step(&flow, now);
	if (flow.watch >= 0)
		ddl_uevent_close(flow.watch);
	if (error)
		*error = flow.trouble;
	return flow.status;
}

/* Verifies one pack. True: on with the next; what is wrong with this one is in *trouble. */
static bool verify_one(struct flow *flow, struct ddl_repo *repo, struct ddl_error *trouble)
{
	enum ddl_reply reply;
	bool on;

	ddl_error_clear(&flow->trouble);
	if (ddl_compare_fingerprint(&flow->session->options, repo, trouble) < 0)
		return false;
	reply = verify_pack(flow, repo);
	on = reply == DDL_REPLY_YES || reply == DDL_REPLY_SKIP;
	*trouble = flow->trouble;
	if (bad_package(repo)) {
		ddl_error_clear(trouble);
		say_why_not(flow, repo, trouble);
	} else if (!on && trouble->code == DDL_OK) {
		(void)ddl_fail(trouble, DDL_E_CANCELLED, 0, "%s", "");
	} else if (on && trouble->code == DDL_OK) {
		(void)ddl_trust_judge(&flow->session->options, repo, trouble); /* what it says is the trouble */
	}
	return on;
}

enum ddl_status ddl_flow_verify(struct ddl_session *session, const char *word, struct ddl_error *error)
{
	const char *words[] = { word };
	struct flow flow = { .session = session, .words = words, .n_words = 1, .status = DDL_DONE };
	struct ddl_error first = DDL_ERROR_INIT;
	bool on = ddl_session_machine(session, &first) != NULL;

	session->keep = session->options.require_signature; /* old signatures are over whole packages */
	session->cancelled = false;
	if (on && look_at_word(&flow, word) < 0) {
		first = flow.trouble;
		on = false;
	}
	for (size_t l = 0; l < flow.n_looks && on; l++) {
		for (size_t r = 0; r < flow.looks[l]->n_repos && on; r++) {
			struct ddl_error trouble = DDL_ERROR_INIT;

			on = verify_one(&flow, flow.looks[l]->repos[r], &trouble);
			if (first.code == DDL_OK) /* the others are verified all the same */
				first = trouble;
		}
	}
	if (error)
		*error = first;
	return ddl_code_status(first.code);
}
