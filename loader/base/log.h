/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ddload's own log: one cleaned line at a time, with seconds since the start, to a
 * file. The kernel log gets what the flow sends there itself.
 */
#ifndef DDL_LOG_H
#define DDL_LOG_H

#include "base/error.h"

struct ddl_log;

/*
 * Opens (appends to) `path`; of the directories only <root>/run/ddload is made. NULL path: a log
 * without a file. DDL_E_LOG where it cannot be written.
 */
struct ddl_log *ddl_log_open(const char *path, struct ddl_error *error);
void ddl_log_close(struct ddl_log *log);
/* 0, or the errno of the write that ended the file: what came later is not in it. */
int ddl_log_failure(const struct ddl_log *log);
/* The last lines, each with its line feed; "" for none. Valid until the next line. Never NULL. */
const char *ddl_log_text(const struct ddl_log *log);
void ddl_log(struct ddl_log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ddl_log_error(struct ddl_log *log, const char *doing, const struct ddl_error *error);

#endif
