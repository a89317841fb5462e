/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What went wrong, as a value: a code whose sentence, hint and exit status stand
 * in one table (error.c), the errno, and the chain of what was being done.
 */
#ifndef DDL_ERROR_H
#define DDL_ERROR_H

#include <stddef.h>

/* Marks a text for translation; see i18n.h. */
#include "base/i18n.h"

enum ddl_code {
	DDL_OK = 0,
	/* the call and the machine */
	DDL_E_USAGE,
	DDL_E_MEMORY,
	DDL_E_INTERNAL,
	DDL_E_NOT_ROOT,
	DDL_E_CANCELLED,
	DDL_E_TERMINAL,
	DDL_E_LOG,
	DDL_E_ANSWER,
	/* sources and media */
	DDL_E_NO_SOURCE,
	DDL_E_NO_PACK,
	DDL_E_OUTSIDE,
	DDL_E_SOURCES,
	DDL_E_NO_MEDIUM,
	DDL_E_OPEN,
	DDL_E_READ,
	DDL_E_MOUNT,
	DDL_E_CLAIMED,
	DDL_E_GONE,
	DDL_E_TIMEOUT,
	DDL_E_NOT_A_DISK,
	DDL_E_ARCHIVE,
	DDL_E_TOO_LARGE,
	DDL_E_PATH,
	DDL_E_DAMAGED,
	DDL_E_EJECT,
	DDL_E_SAVE,
	/* the network */
	DDL_E_FETCHER,
	DDL_E_NETWORK,
	DDL_E_SERVER,
	DDL_E_LOGIN,
	DDL_E_CERTIFICATE,
	DDL_E_TRANSFER,
	DDL_E_CHANGED,
	/* repositories and packages */
	DDL_E_XML,
	DDL_E_METADATA,
	DDL_E_LIST,
	DDL_E_NAMES,
	DDL_E_FINGERPRINT,
	DDL_E_FINGERPRINT_FILE,
	DDL_E_SUM,
	DDL_E_NO_PACKAGE,
	DDL_E_SIZE,
	DDL_E_CHECKSUM,
	DDL_E_RPM,
	DDL_E_UNPACK,
	DDL_E_LICENCE,
	DDL_E_REQUIRES,
	/* modules and what fits */
	DDL_E_MODULE,
	DDL_E_KERNEL,
	DDL_E_MACHINE,
	DDL_E_NO_FIT,
	DDL_E_NOT_NEEDED,
	DDL_E_NO_DRIVER,
	DDL_E_LOADED_SAME,
	DDL_E_REPLACE,
	DDL_E_ONE_WAY,
	DDL_E_DEPENDENCY,
	DDL_E_SIGNATURE,
	/* signatures of packs */
	DDL_E_FORGED,
	DDL_E_UNSIGNED,
	DDL_E_KEY_UNKNOWN,
	DDL_E_KEY_EXPIRED,
	DDL_E_WEAK,
	DDL_E_GPGV,
	/* the plan's refusals */
	DDL_E_BUSY,
	DDL_E_HELD,
	DDL_E_STAYS,
	DDL_E_BUILTIN,
	/* applying */
	DDL_E_STAGE,
	DDL_E_FIRMWARE,
	DDL_E_UNLOAD,
	DDL_E_INSERT,
	DDL_E_INSERT_FORMAT,
	DDL_E_INSERT_SYMBOL,
	DDL_E_INSERT_KEY,
	DDL_E_INSERT_LOCKED,
	DDL_E_INSERT_INIT,
	DDL_E_NOT_BOUND,
	DDL_E_NO_DISK,
	DDL_E_NO_DISK_YET,
	DDL_E_NOT_TAKEN,
	DDL_E_WRONG_VERSION,
	DDL_E_UNDONE_PARTLY,
	DDL_E_OTHER_RUN,
	DDL_E_INTERRUPTED,
	/* into an installed system */
	DDL_E_TARGET,
	DDL_E_INSTALL,
	DDL_CODES
};

/* The exit statuses of the program. */
enum ddl_status {
	DDL_DONE = 0,
	DDL_BAD_USAGE = 1,
	DDL_NOTHING_FOUND = 2,
	DDL_REFUSED = 3,
	DDL_UNDONE = 4,
	DDL_NOT_UNDONE = 5,
	DDL_CANCELLED = 6,
	DDL_NO_DISK = 7,
	DDL_NOT_TAKEN = 8
};

#define DDL_ERROR_TEXT 512

struct ddl_error {
	enum ddl_code code;
	int os_errno; /* 0 where there is none */
	char text[DDL_ERROR_TEXT]; /* what it was about, outermost first, "a: b: c"; cleaned, UTF-8 */
};

#define DDL_ERROR_INIT \
	{ \
		DDL_OK, 0, "" \
	}

/*
 * Sets the error and returns -1, so that a function may `return ddl_fail(…)`.
 * `text` says what it was about with figures and names ("e.ko: built for A, this
 * kernel is B"), never the sentence of the table over again. Foreign text in it
 * is cleaned here. A null `error` is allowed.
 */
int ddl_fail(struct ddl_error *error, enum ddl_code code, int os_errno, const char *text, ...)
	__attribute__((format(printf, 4, 5)));

/* Puts "where: " before the text on the way up; keeps code and errno. Returns -1. */
int ddl_fail_in(struct ddl_error *error, const char *where, ...) __attribute__((format(printf, 2, 3)));

void ddl_error_clear(struct ddl_error *error);

const char *ddl_code_name(enum ddl_code code); /* "checksum", for JSON and the log */
const char *ddl_code_sentence(enum ddl_code code); /* translated, a whole sentence */
const char *ddl_code_hint(enum ddl_code code); /* translated, what to do; may be "" */
void ddl_hints_at_boot(void); /* from here on hints name words of the kernel command line, and no options */
enum ddl_status ddl_code_status(enum ddl_code code);

#endif
