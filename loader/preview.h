/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of sources while the person chooses, with what is on each: live.h, with a session's looks. */
#ifndef DDL_PREVIEW_H
#define DDL_PREVIEW_H

#include "session.h"

/*
 * Gives the question the sources; they are asked and looked into while it is asked. `uevents`
 * as in struct ddl_live_call. To be ended with ddl_live_stop(question->live). -1 and the error.
 */
int ddl_preview_start(struct ddl_session *session, int uevents, struct ddl_question *question,
		      struct ddl_error *error);

#endif
