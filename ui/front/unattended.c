/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers by policy, for runs in which nobody is asked; tells the progress on lines. */
#include "front/front.h"

#include <time.h>
#include <unistd.h>

#include "terminal/term.h"

/* Ends a line that shows the per cent, so that a sentence can follow. */
static void end_line(struct unattended *unattended)
{
	if (unattended->on_line)
		fputc('\n', unattended->out.file);
	unattended->on_line = false;
	unattended->shown = 0;
}

/* Per cent are shown on terminals only: in a file each would be a line. Once a second, which 300 baud can follow. */
static void tell_progress(struct unattended *unattended, const struct ddl_event *event)
{
	if (event->phase != DDL_PHASE_TEST || !event->total || !unattended->out.width)
		return;
	uint64_t percent = event->done >= event->total ? 100 : event->done * 100 / event->total;
	if (unattended->on_line && (percent == unattended->shown || time(NULL) == unattended->shown_at))
		return;
	fprintf(unattended->out.file, _("\rtesting: %u %% "), (unsigned)percent);
	fflush(unattended->out.file);
	unattended->on_line = true;
	unattended->shown = percent;
	unattended->shown_at = time(NULL);
}

static void tell_step(struct unattended *unattended, const struct ddl_op *op)
{
	char words[512];

	ddl_describe_op(words, sizeof words, op);
	switch (op->state) {
	case DDL_OP_RUNNING:
		print_line(&unattended->out, 0, "%s ...", words);
		break;
	case DDL_OP_FAILED:
		print_line(&unattended->out, 0, _("%s: FAILED"), words);
		break;
	case DDL_OP_UNDONE:
		print_line(&unattended->out, 0, _("%s: undone"), words);
		break;
	case DDL_OP_NOT_UNDONE:
		print_line(&unattended->out, 0, _("%s: could not be undone"), words);
		break;
	case DDL_OP_PENDING:
	case DDL_OP_DONE:
	default:
		break;
	}
}

static void tell_package(struct unattended *unattended, const struct ddl_package *package)
{
	if (package->state != DDL_PKG_BAD && !unattended->out.verbose)
		return;
	end_line(unattended);
	if (package->state == DDL_PKG_BAD)
		print_line(&unattended->out, 0, _("%s: BAD"), package->file);
	else
		print_line(&unattended->out, 0, _("%s: tested, ok"), package->file);
}

enum ddl_wish front_wish(void)
{
	return term_signal() ? DDL_WISH_STOP : DDL_WISH_GO_ON;
}

static enum ddl_wish event(void *ctx, const struct ddl_event *event)
{
	struct unattended *unattended = ctx;

	if (!unattended->out.file)
		return front_wish();
	switch (event->kind) {
	case DDL_EVENT_PROGRESS:
		tell_progress(unattended, event);
		break;
	case DDL_EVENT_PACKAGE:
		tell_package(unattended, event->package);
		break;
	case DDL_EVENT_STEP:
		end_line(unattended);
		tell_step(unattended, event->op);
		break;
	case DDL_EVENT_NOTE:
		end_line(unattended);
		print_line(&unattended->out, 0, "%s", event->what);
		break;
	case DDL_EVENT_PHASE:
	case DDL_EVENT_DISK: /* the outcome lists them */
	default:
		break;
	}
	return front_wish();
}

static void note_tested(struct unattended *unattended, const struct ddl_repo *repo)
{
	for (size_t i = 0; i < unattended->n_tested; i++)
		if (unattended->tested[i] == repo)
			return;
	if (unattended->n_tested < DDL_MAX_REPOSITORIES)
		unattended->tested[unattended->n_tested++] = repo;
}

/* A damaged package, or disk, is a YES too: the flow refuses it then, and gives the reason. */
static enum ddl_reply reply_tested(const struct ddl_question *question)
{
	return question->error && question->error->code != DDL_E_SUM && !ddl_repo_bad_package(question->repo) ? DDL_REPLY_NO :
														DDL_REPLY_YES;
}

static enum ddl_reply answer(struct ddl_question *question, enum ddl_reply reply, const char *why)
{
	question->why = why;
	return reply;
}

static enum ddl_reply may_apply(const struct unattended *unattended, struct ddl_question *question)
{
	if (question->plan->refusal.code != DDL_OK)
		return answer(question, DDL_REPLY_NO, _("the plan cannot be carried out"));
	switch (ddl_plan_not_allowed(question->plan, unattended->allowed)) {
	case DDL_E_REPLACE:
		return answer(question, DDL_REPLY_NO, _("it is not allowed to replace a loaded driver"));
	case DDL_E_ONE_WAY:
		return answer(question, DDL_REPLY_NO, _("it is not allowed to replace a driver that could not be put back"));
	default:
		return answer(question, DDL_REPLY_YES,
			      question->plan->replaces ? _("it is allowed to replace a loaded driver") :
							 _("no loaded driver is replaced"));
	}
}

static enum ddl_reply ask(void *ctx, struct ddl_question *question)
{
	struct unattended *unattended = ctx;

	end_line(unattended);
	if (term_signal())
		return DDL_REPLY_NO;
	switch (question->kind) {
	case DDL_ASK_PACKS:
		for (size_t i = 0; i < question->look->n_notes && unattended->out.file; i++)
			print_line(&unattended->out, 0, "%s", question->look->notes[i]);
		/* as ticked; where nothing fits, the flow says why */
		return answer(question, DDL_REPLY_YES, _("what fits this machine is loaded"));
	case DDL_ASK_VERIFY:
		note_tested(unattended, question->repo);
		return answer(question, DDL_REPLY_YES, _("every package is tested"));
	case DDL_ASK_TESTED:
		note_tested(unattended, question->repo);
		return answer(question, reply_tested(question),
			      !question->error ? _("the test has passed") :
						 _("the test has not passed, so that nothing is loaded"));
	case DDL_ASK_LICENCE:
		return unattended->allowed->accept_licence ?
			       answer(question, DDL_REPLY_YES, _("licences are accepted beforehand")) :
			       answer(question, DDL_REPLY_NO, _("licences were not accepted beforehand"));
	case DDL_ASK_APPLY:
		return may_apply(unattended, question);
	case DDL_ASK_INTERRUPTED:
		return answer(question, DDL_REPLY_NO, _("it is not allowed after a run that was killed"));
	case DDL_ASK_TRUST:
		return answer(question, DDL_REPLY_SKIP, _("no key is trusted that was not named beforehand"));
	case DDL_ASK_OUTCOME:
		return DDL_REPLY_YES;
	case DDL_ASK_SOURCE: /* the command line names the sources: there is nobody to choose */
	case DDL_ASK_TROUBLE:
	default:
		return DDL_REPLY_NO;
	}
}

static void finish(struct front *front)
{
	end_line((struct unattended *)(void *)front);
}

void unattended_front(struct unattended *unattended)
{
	unattended->front.ddl = (struct ddl_front){ unattended, event, ask };
	unattended->front.told = DDL_OK;
	unattended->front.finish = finish;
}
