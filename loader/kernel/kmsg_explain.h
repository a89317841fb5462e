/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What well-known lines of the kernel log mean, and what an insert's errno means with them.
 */
#ifndef DDL_KMSG_EXPLAIN_H
#define DDL_KMSG_EXPLAIN_H

#include "model/model.h"

/*
 * What says most of why something failed, translated; NULL: nothing that is known. `ours` are the names
 * of the modules and the addresses of the devices that it was about: another's line is not taken for theirs.
 */
const char *ddl_kmsg_explain(const char *const *lines, size_t count, const char *const *ours, size_t n_ours);

/* Does the kernel say that a driver has failed on the device at this address? */
bool ddl_kmsg_probe_failed(const char *const *lines, size_t count, const char *address);

/*
 * The code for an insert of the module `name` that failed with `os_errno` while the kernel wrote these lines
 * (kernel/module/main.c: ENOEXEC format, EINVAL also for a symbol's version, ENOENT for a
 * symbol that is missing, EKEYREJECTED and ENOKEY signature, EPERM lockdown).
 */
enum ddl_code ddl_insert_code(int os_errno, const char *name, const char *const *lines, size_t count);

#endif
