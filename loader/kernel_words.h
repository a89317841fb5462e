/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What well-known lines of the kernel log mean, and what an insert's errno means with them.
 */
#ifndef DDL_KERNEL_WORDS_H
#define DDL_KERNEL_WORDS_H

#include "ddl.h"

/* A translated sentence for a line, or NULL for one that is not known. */
const char *ddl_kernel_words(const char *line);

/* The explanation that says most of why something failed, or NULL. */
const char *ddl_kernel_words_of(const char *const *lines, size_t count);

/*
 * The code for an insert that failed with `os_errno` while the kernel wrote these lines
 * (kernel/module/main.c: ENOEXEC format, EINVAL also for a symbol's version, ENOENT for a
 * symbol that is missing, EKEYREJECTED and ENOKEY signature, EPERM lockdown).
 */
enum ddl_code ddl_insert_code(int os_errno, const char *const *lines, size_t count);

#endif
