/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel command line asks of `ddload auto`: the words ddload=… and ddload.…=….
 * Bytes in, struct out; nothing is opened here. One table of the words stands in cmdline.c;
 * the manual page's table is held against it by a test.
 *
 * Format (Documentation/admin-guide/kernel-parameters.rst): words separated by white space,
 * double quotes keep white space together, '-' and '_' are the same in a name. Where a word
 * stands there twice the last one counts.
 */
#ifndef DDL_CMDLINE_H
#define DDL_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

enum ddl_mode {
	DDL_MODE_UNSAID, /* no ddload= */
	DDL_MODE_OFF,
	DDL_MODE_PROMPT,
	DDL_MODE_MENU,
	DDL_MODE_AUTO, /* packs in the initrd, the answer file's, volumes labelled OEMDRV or DDLOAD; with ddload.answerfile= unsaid as well */
	DDL_MODE_SOURCES /* the sources that are named */
};

enum ddl_on_error { DDL_ON_ERROR_STOP, DDL_ON_ERROR_CONTINUE, DDL_ON_ERROR_SHELL, DDL_ON_ERROR_REBOOT, DDL_ON_ERROR_POWEROFF };

/* What becomes of a driver that has its controller, and no disk is there yet. UNSAID: a failure where there is no other disk. */
enum ddl_no_disk { DDL_NO_DISK_UNSAID, DDL_NO_DISK_CONTINUE, DDL_NO_DISK_FAIL };

/* What the screens look like. AUTO: in colour where the terminal is known to have them and NO_COLOR is not set. */
enum ddl_colours { DDL_COLOURS_UNSAID, DDL_COLOURS_AUTO, DDL_COLOURS_ALWAYS, DDL_COLOURS_NONE, DDL_COLOURS_HIGH };

/* A word that is yes or no, or is not there: then what the initrd's script has given counts. */
enum ddl_said { DDL_UNSAID, DDL_SAID_NO, DDL_SAID_YES };

struct ddl_cmdline {
	enum ddl_mode mode;
	const char **sources; /* MODE_SOURCES: SOURCE words */
	size_t n_sources;
	int timeout, settle, look, wait; /* seconds; -1: not said */
	const char *fingerprint; /* NULL where not said, as the next ones */
	const char *proxy, *ca, *pin;
	const char *log, *console, *lang, *answerfile, *keyring, *trust_key;
	const char *report_port; /* a path below /dev: the outcome's line of fields is written there, too */
	const char *installer_answers; /* the installer's own answerfile=file://…: a path */
	enum ddl_said unverified, accept_licence, replace, one_way, unbind, require_signature, allow_sha1, after_kill,
		exact_kernel, identity;
	unsigned handoff; /* DDL_HANDOFF_*; 0: not said */
	enum ddl_on_error on_error;
	enum ddl_no_disk no_disk;
	enum ddl_colours colours;
	const char **warnings; /* translated: what was not understood, or said twice */
	size_t n_warnings;
	/*
	 * A word that guards something (which pack, whether to replace, signatures) is wrong or
	 * contradicts itself: DDL_E_USAGE. Nothing may be loaded then; the rest holds all the same.
	 */
	struct ddl_error trouble;
};

/*
 * Reads `length` bytes of a command line, no more than DDL_MAX_CMDLINE. Strings are copied
 * into `arena`. -1 and DDL_E_MEMORY only without memory; anything else is in `trouble`.
 */
int ddl_cmdline_parse(struct ddl_arena *arena, const char *bytes, size_t length, struct ddl_cmdline *cmdline,
		      struct ddl_error *error);

/* The words there are, for the test of the manual page: "ddload.wait", "SECONDS"; NULL behind the last. */
const char *ddl_cmdline_word(size_t number, const char **value);

/* The colours of this name, or UNSAID: there are none. */
enum ddl_colours ddl_colours_named(const char *name);

const char *ddl_on_error_name(enum ddl_on_error on_error);

#endif
