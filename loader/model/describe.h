/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences about what the model holds, which every front end shares. */
#ifndef DDL_DESCRIBE_H
#define DDL_DESCRIBE_H

#include "model/model.h"

/* Sentences that every front end shares; translated, written to `to`, which is returned. */
char *ddl_describe_fit(char *to, size_t room, const struct ddl_module *module);
char *ddl_describe_repo_fit(char *to, size_t room, const struct ddl_repo *repo, const char *release);
/* What the symbol versions of a module of another release say; "" where they were not compared. */
char *ddl_describe_abi(char *to, size_t room, const struct ddl_module *module);
/* The same of the pack's best module, where that is of another release; "" otherwise. */
char *ddl_describe_repo_abi(char *to, size_t room, const struct ddl_repo *repo);
/* What the error was about and, where the sentence leaves it open, the system's reason; "" for nothing. */
char *ddl_describe_about(char *to, size_t room, const struct ddl_error *error);
/* What is known of what is on the source, short: "looking ...", "2 packs, 1 for this machine"; "" before it was looked at. */
char *ddl_describe_source(char *to, size_t room, const struct ddl_source *source);
/* "signed by Acme <…>", "not signed", …; "" when it was not looked at. */
char *ddl_describe_signature(char *to, size_t room, const struct ddl_signature *signature);
/* The same of a pack, and what of it the signature is not over. */
char *ddl_describe_repo_signature(char *to, size_t room, const struct ddl_repo *repo);
/* What came of a checksum file beside the pack, marked as being from the same medium. */
char *ddl_describe_sum(char *to, size_t room, const struct ddl_sum *sum);
char *ddl_describe_op(char *to, size_t room, const struct ddl_op *op);
/* " - done", " - not reached", …, to stand after it. */
const char *ddl_describe_op_state(enum ddl_op_state state);
/* The address as a person says it: PCI's "0000:" is left out. */
const char *ddl_describe_address(const char *address);
char *ddl_describe_device(char *to, size_t room, const struct ddl_device *device);
const char *ddl_describe_result_name(enum ddl_result result); /* "works": for programs, never translated */
const char *ddl_describe_result(enum ddl_result result);
const char *ddl_describe_result_hint(enum ddl_result result);
#define DDL_OUTCOME_LINE 640 /* bytes: the kernel takes lines of up to 900 or so */

/* The outcome on one line, for machines as well: "ddload: loaded megaraid_sas …", "ddload: FAILED …". */
void ddl_describe_line(char *to, size_t room, const struct ddl_outcome *outcome);

/*
 * The same for programs that collect it, in words NAME=VALUE: "ddload: result=works error= driver=megaraid_sas …". Every NAME
 * is there always; no VALUE has a blank, an equals sign, a quotation mark or a comma of its own, whatever a disk or a
 * firmware says. Several values stand with commas between. Of what does not fit the end is " cut=yes". Not translated.
 */
void ddl_describe_fields(char *to, size_t room, const struct ddl_outcome *outcome);

/* Who makes room for the plan's drivers: "ahci holds 0000:00:1f.2", or the name of the driver. Returns `to`. */
char *ddl_describe_replaced(char *to, size_t room, const struct ddl_plan *plan);

#endif
