// SPDX-License-Identifier: GPL-2.0-or-later
/* Deals with the journal and the mounts of a run that was killed. */
#include "recover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "apply.h"
#include "limits.h"
#include "path.h"
#include "sysfs.h"

#define MAX_MOUNTS (4U * 1024U * 1024U) /* bytes of mountinfo */

struct recovery {
	struct ddl_session *session;
	struct ddl_apply apply;
	struct ddl_plan plan;
	char run[DDL_MAX_PATH];
};

/* -------------------------------------------------------------------- mounts */

/* Below <root>/run/ddload/media there is nothing but what ddload mounts; its names have no blanks to escape. */
static void unmount(struct ddl_session *session, const char *place)
{
	if (umount2(place, UMOUNT_NOFOLLOW | MNT_DETACH) == 0)
		ddl_log(session->log, "%s: unmounted, a run that was killed had left it", place);
	else
		ddl_log(session->log, "%s: %s", place, strerror(errno));
	(void)rmdir(place); /* an empty directory more is of no consequence */
}

static void unmount_all(struct ddl_session *session)
{
	char media[DDL_MAX_PATH], place[DDL_MAX_PATH], *text, *rest = NULL;
	int root = ddl_sysfs_open("");

	text = root >= 0 ? ddl_sysfs_whole(root, MAX_MOUNTS, "proc/self/mountinfo") : NULL;
	if (text && ddl_session_run_path(session, media, sizeof(media), "media/"))
		for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
			if (sscanf(line, "%*s %*s %*s %*s %1023s", place) == 1 &&
			    strncmp(place, media, strlen(media)) == 0)
				unmount(session, place);
	free(text);
	if (root >= 0)
		(void)close(root);
}

/* ------------------------------------------------------------------- journal */

static bool start(struct recovery *recovery, struct ddl_session *session)
{
	*recovery = (struct recovery){ .session = session };
	if (!ddl_session_run_path(session, recovery->run, sizeof(recovery->run), ""))
		return false;
	recovery->apply = (struct ddl_apply){ ddl_arena_new(), session->kernel, session->log, &session->front,
		recovery->run, session->options.settle_ms };
	return recovery->apply.arena != NULL;
}

static void note(struct ddl_session *session, const char *sentence)
{
	ddl_log(session->log, "%s", sentence);
	(void)ddl_session_tell(session, &(struct ddl_event){ .kind = DDL_EVENT_NOTE, .phase = DDL_PHASE_APPLY,
		.what = sentence });
}

static enum ddl_reply put_back(struct recovery *recovery, struct ddl_error *error)
{
	struct ddl_session *session = recovery->session;
	struct ddl_outcome outcome;
	int result = ddl_past_put_back(&recovery->apply, &recovery->plan, &outcome);

	session->cancelled = false; /* was not heeded while drivers were changed */
	(void)ddl_session_machine(session, NULL); /* the old view will do where there is no new one */
	if (result == 0) {
		note(session, _("The drivers are again as they were before the run that was interrupted."));
		return DDL_REPLY_YES;
	}
	for (size_t i = 0; i < outcome.n_left_over; i++)
		note(session, outcome.left_over[i]);
	*error = outcome.error;
	return DDL_REPLY_AGAIN;
}

static enum ddl_reply ask(struct recovery *recovery, struct ddl_error *error)
{
	struct ddl_session *session = recovery->session;
	struct ddl_question question = { .kind = DDL_ASK_PAST, .machine = &session->machine,
					 .plan = &recovery->plan };

	ddl_log(session->log, "an earlier run was interrupted while it changed drivers");
	switch (ddl_session_ask(session, &question)) {
	case DDL_REPLY_YES:
		return put_back(recovery, error);
	case DDL_REPLY_SKIP:
		ddl_past_forget(&recovery->apply);
		return DDL_REPLY_YES;
	default:
		return DDL_REPLY_NO;
	}
}

/* One that cannot be read does not keep anybody from loading a driver. */
static enum ddl_reply unreadable(struct recovery *recovery, const struct ddl_error *trouble,
				 struct ddl_error *error)
{
	ddl_log_error(recovery->session->log, "journal", trouble);
	if (trouble->code == DDL_E_BUSY) {
		*error = *trouble;
		return DDL_REPLY_AGAIN;
	}
	ddl_past_forget(&recovery->apply);
	return DDL_REPLY_YES;
}

enum ddl_reply ddl_recover(struct ddl_session *session, struct ddl_error *error)
{
	struct ddl_error trouble = DDL_ERROR_INIT;
	enum ddl_reply reply = DDL_REPLY_YES;
	struct recovery recovery;
	bool needed = false;

	unmount_all(session);
	if (!start(&recovery, session))
		return DDL_REPLY_YES;
	if (ddl_past_look(&recovery.apply, &recovery.plan, &needed, &trouble) != 0)
		reply = unreadable(&recovery, &trouble, error);
	else if (needed)
		reply = ask(&recovery, error);
	else
		ddl_past_forget(&recovery.apply);
	ddl_arena_free(recovery.apply.arena);
	return reply;
}

bool ddl_recover_needed(struct ddl_session *session)
{
	struct ddl_error trouble = DDL_ERROR_INIT;
	struct recovery recovery;
	bool needed = false;

	if (!start(&recovery, session))
		return false;
	if (ddl_past_look(&recovery.apply, &recovery.plan, &needed, &trouble) != 0)
		needed = false;
	ddl_arena_free(recovery.apply.arena);
	return needed;
}
