/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What unit tests do with their own process, and chance that is the same in every run. */
#ifndef DDL_TEST_PROCESS_H
#define DDL_TEST_PROCESS_H

#include <stddef.h>
#include <stdint.h>

/* Descriptors that are open; the one that counts them among them. */
size_t open_descriptors(void);

/* Makes a system call answer `cause` in this process from now on, as a kernel without it does; for a child. */
void forbid_call(unsigned number, unsigned cause);

/* Below `below`. */
uint32_t chance(uint32_t below);

#endif
