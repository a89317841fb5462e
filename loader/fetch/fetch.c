// SPDX-License-Identifier: GPL-2.0-or-later
/* ddload-fetch's troubles, as they go to ddload. */
#include "fetch/fetch.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

int ddl_fetch_fail(struct ddl_remote_trouble *trouble, enum ddl_code code, int os_errno, const char *why, const char *more)
{
	*trouble = (struct ddl_remote_trouble){ .code = code, .os_errno = os_errno };
	(void)snprintf(trouble->why, sizeof(trouble->why), "%s", why);
	(void)ddl_text_clean(trouble->more, sizeof(trouble->more), more, strlen(more));
	return -1;
}
