// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks sentences up in the catalogue in force; English where it has none. */
#include "base/i18n.h"

#include <stddef.h>

static ddl_catalogue catalogue;

void ddl_set_catalogue(ddl_catalogue find)
{
	catalogue = find;
}

const char *ddl_tr(const char *msgid)
{
	const char *found = catalogue ? catalogue(msgid, 1) : NULL;

	return found ? found : msgid;
}

const char *ddl_trn(const char *one, const char *many, unsigned long count)
{
	const char *found = catalogue ? catalogue(one, count) : NULL;

	if (found)
		return found;
	return count == 1 ? one : many;
}
