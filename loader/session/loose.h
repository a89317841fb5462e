/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files by themselves, RPM packages and modules that no metadata lists: those that are together are one pack. */
#ifndef DDL_LOOSE_H
#define DDL_LOOSE_H

#include "session/session.h"

/* Makes one pack of those that lie on one medium, before they are read. -1: no memory. */
int ddl_loose_join(struct ddl_session *session, struct ddl_look *look);

/*
 * They have been read: Debian's packages that hold nothing of use are taken away, and named as seen; one that is damaged hides nothing of the others and becomes a pack of its own; the
 * fingerprint and the checksum files beside each are known from here on. -1 and the error.
 */
int ddl_loose_settle(struct ddl_session *session, struct ddl_look *look, struct ddl_error *error);

/* A file that was given as a source joins those that were given before it; a note says so. -1: no memory. */
int ddl_loose_join_given(struct ddl_session *session, struct ddl_look *look);

#endif
