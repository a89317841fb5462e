/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run is about to change, written down before it does: <run>/journal. A run that is
 * killed leaves it, and the next one can put the old state back. While it is open it is
 * locked, so that two runs do not change drivers at the same time.
 */
#ifndef DDL_JOURNAL_H
#define DDL_JOURNAL_H

#include "apply_run.h"

enum ddl_journal_word {
	DDL_JOURNAL_BEGIN, DDL_JOURNAL_DONE, DDL_JOURNAL_FAILED, DDL_JOURNAL_UNDO, DDL_JOURNAL_UNDONE
};

/*
 * Begins the journal of run->plan: the operations, the modules that leave and the devices to be
 * expected back. An old journal is overwritten. Where it cannot be written run->journal is
 * -1, which is no reason not to load; DDL_E_BUSY when another run holds it, which is.
 */
int ddl_journal_begin(struct ddl_run *run, struct ddl_error *error);

/* One operation's step, or a firmware file's name before it is written. No journal: nothing. */
void ddl_journal_op(const struct ddl_run *run, size_t op, enum ddl_journal_word word);
void ddl_journal_file(const struct ddl_run *run, const char *name);

/* Closes the journal; it is removed when everything is well again, or works. */
void ddl_journal_end(struct ddl_run *run, bool remove);

/*
 * Reads the journal that is there into run->plan (which the caller gives), before, expected,
 * firmware and changed (begun and not undone). `keep`: run->journal stays open and locked for what is
 * done about it; otherwise it is given back at once, so that a look keeps no load from its
 * work. *there: false when there is none. DDL_E_BUSY: a run is at work at this moment;
 * DDL_E_DAMAGED: it is not what ddload writes, or not root's.
 */
int ddl_journal_read(struct ddl_run *run, bool keep, bool *there, struct ddl_error *error);

/* Removes a journal that could not be read, unless another run has it by now. */
void ddl_journal_drop(const struct ddl_run *run);

#endif
