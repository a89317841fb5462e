/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys that are trusted here: those of the initrd and of --keyring, as one keyring for gpgv. */
#ifndef DDL_KEYRING_H
#define DDL_KEYRING_H

#include "base/attributes.h"
#include "base/log.h"
#include "base/stage.h"
#include "model/model.h"

/*
 * Appends the keys to the staged file `fd`; *size is how many bytes. What is no file of keys
 * is told to the log. -1: options->keyring cannot be read (DDL_E_KEYRING) or holds no key, or no memory.
 */
int ddl_keyring_read(const struct ddl_options *options, struct ddl_stage *stage, int fd, uint64_t *size, struct ddl_log *log,
		     struct ddl_error *error) DDL_MUST_CHECK;

#endif
