/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The front ends: newt screens, plain lines, and answers by policy where nobody is asked. */
#ifndef UI_FRONT_H
#define UI_FRONT_H

#include <time.h>

#include "boot/cmdline.h"
#include "ddl.h"
#include "front/print.h"

struct front {
	struct ddl_front ddl; /* what the session calls; ctx is the front itself */
	enum ddl_code told; /* the trouble or outcome's error that was shown last */
	void (*finish)(struct front *front); /* takes the screens down; before anything is printed */
};

/* What an unattended run was allowed on the command line, and what it notes for the report. */
struct unattended {
	struct front front; /* first: the callbacks' ctx is cast back from it */
	const struct ddl_options *allowed;
	struct print out; /* progress lines; file NULL: silent */
	bool on_line; /* a progress line without its end is on the terminal */
	uint64_t shown; /* the per cent that stand there */
	time_t shown_at; /* and since when */
	const struct ddl_repo *tested[DDL_MAX_REPOSITORIES]; /* packs that were verified */
	size_t n_tested;
};

void unattended_front(struct unattended *unattended);

/* To go on, unless a signal asks the program to end. */
enum ddl_wish front_wish(void);

/* Numbered choices on descriptors 0 and 1, one question a time. There is one in a program. */
struct front *plain_front(bool verbose);

/*
 * Screens; there is one in a program. NULL where the terminal cannot do them, and then
 * *why is a translated sentence that says so.
 */
struct front *newt_front(enum ddl_colours colours, const char **why);

#endif
