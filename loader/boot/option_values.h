/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that the command line and the kernel command line both take. */
#ifndef DDL_OPTION_VALUES_H
#define DDL_OPTION_VALUES_H

#include <stdbool.h>

/* Reads "anaconda", "rpm-list", "debian", or several with commas between, into DDL_HANDOFF_*. False: it is something else. */
bool ddl_handoff_parse(const char *word, unsigned *kinds);

/* What is wrong with the fingerprint of a disk, or of a key, as people give it: translated; NULL: nothing is. */
const char *ddl_fingerprint_wrong(const char *text);
const char *ddl_key_wrong(const char *text);
const char *ddl_pin_wrong(const char *text); /* of a server's key */

#endif
