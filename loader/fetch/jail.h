/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walls round ddload-fetch, which it puts up itself. */
#ifndef DDL_JAIL_H
#define DDL_JAIL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * From here on: a root directory with nothing in it but what names are looked up with, read-only; a user id of its own;
 * no new privileges; no right but that to talk from a low port, which NFS servers ask for; limits; and no system calls
 * but those that talk to servers, read what is in that directory, and write to files that are open. `keep`: the descriptors that stay,
 * besides 0. False: it cannot be; then nothing may be fetched.
 */
bool ddl_jail_enter(const int *keep, size_t n_keep);

#endif
