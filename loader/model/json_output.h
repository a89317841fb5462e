/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the model holds as JSON: for --json and for outcome.json. */
#ifndef DDL_JSON_OUTPUT_H
#define DDL_JSON_OUTPUT_H

#include "model/model.h"

/* Each gives a NUL-ended, indented JSON text to be freed with free(); NULL: no memory. */
char *ddl_json_looks(struct ddl_look *const *looks, size_t count, const char *release);
/* The packs of a verify, and its error or null. */
char *ddl_json_repos(const struct ddl_repo *const *repos, size_t count, const char *release, const struct ddl_error *error);
char *ddl_json_plan(const struct ddl_plan *plan);
char *ddl_json_machine(const struct ddl_machine *machine);
char *ddl_json_outcome(const struct ddl_outcome *outcome);
char *ddl_json_error(const struct ddl_error *error);

#endif
