/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chooses how a person is asked. */
#include "front.h"

struct front *front_choose(bool plain, enum ddl_colours colours, bool verbose)
{
	const char *why = NULL;

	if (plain)
		return plain_front(verbose);
	struct front *front = newt_front(colours, &why);
	if (front)
		return front;
	if (verbose) {
		struct print out = print_on(stderr, true);
		print_line(&out, 0, "%s", why);
	}
	return plain_front(verbose);
}
