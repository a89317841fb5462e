/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run that was killed left behind, dealt with before a flow begins.
 */
#ifndef DDL_RECOVER_H
#define DDL_RECOVER_H

#include "session.h"

/* Is there a journal, and are the drivers neither as they were before it nor as they were to be? */
bool ddl_recover_needed(struct ddl_session *session);

/*
 * Unmounts what the killed run had mounted; where its journal says that drivers were left half
 * changed, asks (DDL_ASK_PAST) whether to put them back and does so. YES: the flow goes on. NO: the
 * person leaves. AGAIN: *error says what could not be put back, or that another run is at work.
 */
enum ddl_reply ddl_recover(struct ddl_session *session, struct ddl_error *error);

#endif
