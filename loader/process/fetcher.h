/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ddload-fetch, a program beside ddload that talks to servers: started when the first address is opened, told
 * what to open, and ended. See base/remote.h for what is said, and for how the bytes are read.
 */
#ifndef DDL_FETCHER_H
#define DDL_FETCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/error.h"
#include "process/jobs.h"

/* How servers are reached and trusted. Strings may be NULL. What they point to outlives the fetcher. */
struct ddl_fetch_options {
	const char *root; /* that the machine's own files are below */
	const char *proxy; /* its address */
	const char *ca; /* a file of certificates; NULL: where systems have them */
	const char *pin; /* "sha256//…" */
	bool unverified;
	unsigned wait_seconds; /* 0: DDL_FETCH_WAIT_SECONDS */
	uint64_t memory; /* bytes that files from the network may take */
};

/* Before anything is opened; copied. */
void ddl_fetcher_options(const struct ddl_fetch_options *options);

struct ddl_fetched {
	bool directory; /* then there is no descriptor: what is below the address is opened by its own */
	const char *url; /* where it was found in the end; valid as long as the fetcher is */
};

/*
 * Opens the file at the address `url`, which has no user and password in it; `login` is "user:password" or "". Whoever
 * reads it must call ddl_remote_wait before. What was opened before is not fetched again; nor asked for again where
 * there was none. A descriptor, the caller's to close, or -1: with *fetched's `directory`, or the error: DDL_E_FETCHER,
 * _NETWORK, _SERVER (os_errno ENOENT: there is no such file), _LOGIN, _CERTIFICATE, _TRANSFER, _STAGE, _TOO_LARGE, _CANCELLED.
 */
int ddl_fetcher_open(const char *url, const char *login, const struct ddl_confine *confine, struct ddl_fetched *fetched,
		     struct ddl_error *error) DDL_MUST_CHECK;

bool ddl_fetcher_runs(void);

/* Ends the program, and forgets what was opened. */
void ddl_fetcher_stop(void);

#endif
