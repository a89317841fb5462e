// SPDX-License-Identifier: GPL-2.0-or-later
/* A step of the flow: are the packs what they should be? */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "flow/steps.h"
#include "session/checksums.h"
#include "verify/trust.h"

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
	struct ddl_question question = { .kind = DDL_ASK_VERIFY, .repo = repo, .compared = DDL_COMPARED_NOT };
	enum ddl_reply reply = ddl_flow_ask(flow, &question);

	flow->by_policy = question.why != NULL;
	if (flow->session->options.fingerprint)
		question.compared = DDL_COMPARED_SAME; /* else it was refused before */
	if (question.compared > flow->compared)
		flow->compared = question.compared;
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

/* Where nobody sees it on a screen. */
static void tell_signature(struct ddl_flow *flow, const struct ddl_repo *repo)
{
	char words[DDL_MAX_TEXT];
	const char *line;

	if (!flow->by_policy || !*ddl_describe_repo_signature(words, sizeof(words), repo))
		return;
	line = ddl_arena_printf(flow->session->arena, "%s: %s", repo->identifier, words); /* it is told again */
	if (line)
		(void)ddl_session_tell(flow->session,
				       &(struct ddl_event){ .kind = DDL_EVENT_NOTE, .phase = DDL_PHASE_TEST, .what = line });
}

enum ddl_step ddl_step_verify(struct ddl_flow *flow)
{
	flow->compared = DDL_COMPARED_SAME;
	for (size_t i = 0; i < flow->set.n_repos; i++) {
		struct ddl_repo *repo = flow->set.repos[i];
		const struct ddl_package *bad;
		enum ddl_reply reply;

		if (ddl_compare_fingerprint(flow->session, repo, &flow->trouble) < 0)
			return ddl_flow_fail(flow, DDL_STEP_VERIFY);
		reply = ask_trust(flow, repo);
		if (reply == DDL_REPLY_YES || reply == DDL_REPLY_SKIP)
			reply = verify_pack(flow, repo);
		flow->session->cancelled = false;
		bad = ddl_repo_bad_package(repo);
		/* of a medium that was taken out nothing is known any more */
		if (reply == DDL_REPLY_AGAIN || (reply == DDL_REPLY_BACK && bad && ddl_package_is_unread(bad)))
			return ddl_flow_anew(flow);
		if (reply == DDL_REPLY_BACK)
			return ddl_flow_back_to_packs(flow);
		if (reply != DDL_REPLY_YES && reply != DDL_REPLY_SKIP)
			return flow->without ? ddl_flow_without_disk(flow) : ddl_flow_leave(flow);
		if (bad) {
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

/* Verifies one pack. True: on with the next; what is wrong with this one is in *trouble. */
static bool verify_one(struct ddl_flow *flow, struct ddl_repo *repo, struct ddl_error *trouble)
{
	const struct ddl_package *damaged;
	enum ddl_reply reply;
	bool on;

	ddl_error_clear(&flow->trouble);
	/* a checksum file that differs is said with what the test says: it shows which of both is damaged */
	if (ddl_checksums_judge(repo, NULL) == 0 && ddl_compare_fingerprint(flow->session, repo, trouble) < 0)
		return false;
	reply = verify_pack(flow, repo);
	on = reply == DDL_REPLY_YES || reply == DDL_REPLY_SKIP;
	*trouble = flow->trouble;
	damaged = ddl_repo_damaged_package(repo);
	if (ddl_repo_bad_package(repo)) {
		ddl_error_clear(trouble);
		ddl_flow_say_why_not(flow, repo, trouble);
	} else if (on && trouble->code == DDL_OK && damaged) {
		*trouble = damaged->trouble;
		(void)ddl_fail_in(trouble, "%s", damaged->file);
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

	session->keep = false;
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
