// SPDX-License-Identifier: GPL-2.0-or-later
/* Steps of the flow: are the packs what they should be, and is their licence accepted? */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "beside.h"
#include "flow.h"
#include "limits.h"
#include "text.h"
#include "trust.h"

int ddl_compare_fingerprint(const struct ddl_options *options, const struct ddl_repo *repo,
			    struct ddl_error *error)
{
	char given[65];
	uint8_t digest[32];
	size_t n = strlen(repo->fingerprint) / 2;

	if (ddl_beside_judge(repo, error) < 0)
		return -1;
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
static enum ddl_reply test_pack(struct ddl_flow *flow, struct ddl_repo *repo)
{
	struct ddl_question question = { .kind = DDL_ASK_TESTED, .repo = repo };
	enum ddl_reply reply;
	int tested;

	ddl_error_clear(&flow->trouble); /* of something before that the person went back from */
	tested = ddl_session_test(flow->session, repo, &flow->trouble);
	question.error = tested < 0 ? &flow->trouble : NULL;
	if (tested < 0 && flow->trouble.code == DDL_E_CANCELLED)
		return DDL_REPLY_BACK;
	reply = ddl_flow_ask(flow, &question);
	flow->without = reply == DDL_REPLY_SKIP; /* before the test that word means "without testing" */
	return flow->without ? DDL_REPLY_NO : reply;
}

/* One pack's answers. YES and SKIP: go on with the next. */
static enum ddl_reply verify_pack(struct ddl_flow *flow, struct ddl_repo *repo)
{
	struct ddl_question question = { .kind = DDL_ASK_VERIFY, .repo = repo };
	enum ddl_reply reply = ddl_flow_ask(flow, &question);

	flow->by_policy = question.why != NULL;
	flow->compared = flow->compared && (question.fingerprint_compared || flow->session->options.fingerprint);
	if (reply == DDL_REPLY_YES)
		reply = test_pack(flow, repo);
	return reply;
}

/* From here on, for all packs of this run. False: no memory for it. */
static bool trust_by_hand(struct ddl_session *session, struct ddl_repo *repo, const char *key)
{
	const char *kept = ddl_arena_dup(session->arena, key);

	if (!kept)
		return false;
	session->options.trust_key = kept;
	if (session->checker)
		ddl_checker_trust(session->checker, kept);
	ddl_trust_by_hand(repo, kept);
	ddl_log(session->log, "%s: the key %s was trusted by hand", repo->identifier, kept);
	return true;
}

/* The key on the disk is never trusted by itself; a person may know its fingerprint. YES and SKIP: go on. */
static enum ddl_reply ask_trust(struct ddl_flow *flow, struct ddl_repo *repo)
{
	struct ddl_question question = { .kind = DDL_ASK_TRUST, .repo = repo };
	const struct ddl_signature *signature = ddl_repo_signature(repo);
	enum ddl_reply reply;

	if (signature->state != DDL_SIGNED_UNKNOWN || !signature->own)
		return DDL_REPLY_SKIP;
	reply = ddl_flow_ask(flow, &question);
	if (reply == DDL_REPLY_YES && !trust_by_hand(flow->session, repo, signature->key))
		return DDL_REPLY_NO;
	return reply;
}

/* Where nobody sees it on a screen. Packs before generation 3 never are signed: that is worth no word. */
static void tell_signature(struct ddl_flow *flow, const struct ddl_repo *repo)
{
	const struct ddl_signature *signature = ddl_repo_signature(repo);
	char words[DDL_MAX_TEXT];
	const char *line;

	if (!flow->by_policy || (signature->state == DDL_SIGNED_NOT && repo->generation != DDL_GEN_UPDATE) ||
	    !*ddl_words_signature(words, sizeof(words), signature))
		return;
	line = ddl_arena_printf(flow->session->arena, "%s: %s", repo->identifier, words); /* it is told again */
	if (line)
		(void)ddl_session_tell(flow->session, &(struct ddl_event){ .kind = DDL_EVENT_NOTE, .phase = DDL_PHASE_TEST,
			.what = line });
}

enum ddl_step ddl_step_verify(struct ddl_flow *flow)
{
	flow->compared = true;
	for (size_t i = 0; i < flow->n_chosen; i++) {
		struct ddl_repo *repo = flow->chosen[i];
		enum ddl_reply reply;

		if (ddl_compare_fingerprint(&flow->session->options, repo, &flow->trouble) < 0)
			return ddl_flow_fail(flow, DDL_STEP_VERIFY);
		reply = ask_trust(flow, repo);
		if (reply == DDL_REPLY_YES || reply == DDL_REPLY_SKIP)
			reply = verify_pack(flow, repo);
		flow->session->cancelled = false;
		if (reply == DDL_REPLY_BACK)
			return ddl_flow_back_to_packs(flow);
		if (reply != DDL_REPLY_YES && reply != DDL_REPLY_SKIP)
			return flow->without ? ddl_flow_without_disk(flow) : ddl_flow_leave(flow);
		if (ddl_flow_bad_package(repo)) {
			ddl_flow_say_why_not(flow, repo, &flow->trouble);
			return ddl_flow_fail(flow, DDL_STEP_VERIFY);
		}
		if (reply == DDL_REPLY_YES && flow->trouble.code != DDL_OK)
			return ddl_flow_fail(flow, DDL_STEP_VERIFY); /* the medium is gone: what was not tested is not loaded */
		tell_signature(flow, repo);
		if (ddl_trust_judge(&flow->session->options, repo, &flow->trouble) < 0)
			return ddl_flow_fail(flow, DDL_STEP_VERIFY);
	}
	return DDL_STEP_LICENCE;
}

static char *licence_text(struct ddl_flow *flow, const struct ddl_file *file)
{
	const char *rest = file->size > DDL_MAX_LICENCE ? _("\n[This is not all of it: the rest is too long to be shown.]\n") : "";
	size_t n = *rest ? DDL_MAX_LICENCE : (size_t)file->size;
	char *text = ddl_arena_alloc(flow->session->arena, n + strlen(rest) + 1, 1);
	ssize_t got = text ? pread(file->fd, text, n, 0) : -1;

	if (got < 0)
		return NULL;
	ddl_text_clean_lines(text, (size_t)got);
	(void)strcpy(text + strlen(text), rest);
	return text;
}

static enum ddl_reply ask_licence(struct ddl_flow *flow, struct ddl_repo *repo, const struct ddl_file *file)
{
	struct ddl_question question = { .kind = DDL_ASK_LICENCE, .repo = repo };

	question.licence = licence_text(flow, file);
	if (!question.licence) {
		(void)ddl_fail(&flow->trouble, DDL_E_LICENCE, errno, "%s", file->path);
		return DDL_REPLY_NO;
	}
	(void)ddl_fail(&flow->trouble, DDL_E_LICENCE, 0, "%s: %s", repo->identifier, file->path);
	return ddl_flow_ask(flow, &question);
}

enum ddl_step ddl_step_licence(struct ddl_flow *flow)
{
	for (size_t r = 0; r < flow->n_chosen; r++) {
		for (size_t p = 0; p < flow->chosen[r]->n_packages; p++) {
			const struct ddl_package *package = &flow->chosen[r]->packages[p];

			for (size_t f = 0; f < package->n_files; f++) {
				enum ddl_reply reply = DDL_REPLY_YES;

				if (package->files[f]->kind == DDL_FILE_LICENCE && package->files[f]->fd >= 0)
					reply = ask_licence(flow, flow->chosen[r], package->files[f]);
				if (reply == DDL_REPLY_BACK)
					return ddl_flow_back_to_packs(flow);
				if (reply == DDL_REPLY_SKIP)
					return ddl_flow_without_disk(flow);
				if (reply != DDL_REPLY_YES)
					return ddl_flow_fail(flow, DDL_STEP_LICENCE);
			}
		}
	}
	ddl_error_clear(&flow->trouble);
	return DDL_STEP_PLAN;
}

/* Verifies one pack. True: on with the next; what is wrong with this one is in *trouble. */
static bool verify_one(struct ddl_flow *flow, struct ddl_repo *repo, struct ddl_error *trouble)
{
	enum ddl_reply reply;
	bool on;

	ddl_error_clear(&flow->trouble);
	/* a checksum file that differs is said with what the test says: it shows which of both is damaged */
	if (ddl_beside_judge(repo, NULL) == 0 && ddl_compare_fingerprint(&flow->session->options, repo, trouble) < 0)
		return false;
	reply = verify_pack(flow, repo);
	on = reply == DDL_REPLY_YES || reply == DDL_REPLY_SKIP;
	*trouble = flow->trouble;
	if (ddl_flow_bad_package(repo)) {
		ddl_error_clear(trouble);
		ddl_flow_say_why_not(flow, repo, trouble);
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
	struct ddl_flow flow = { .session = session, .words = words, .n_words = 1, .status = DDL_DONE };
	struct ddl_error first = DDL_ERROR_INIT;
	bool on = ddl_session_machine(session, &first) != NULL;

	session->keep = session->options.require_signature; /* old signatures are over whole packages */
	session->cancelled = false;
	if (on && ddl_flow_look_at_word(&flow, word) < 0) {
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
