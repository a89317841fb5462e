// SPDX-License-Identifier: GPL-2.0-or-later
/* Tells by their names what the files of a SUSE driver update are. */
#include "medium/suse.h"

#include <string.h>

size_t ddl_suse_folder(const char *name)
{
	static const char place[] = "linux/suse/";
	const char *at = strstr(name, place);

	if (!at || (at > name && at[-1] != '/') || !at[strlen(place)])
		return 0;
	at += strlen(place);
	return (size_t)(at - name) + strcspn(at, "/");
}

/* What follows "modules" or "install" in it; NULL: it is elsewhere. */
static const char *below_drivers(const char *name)
{
	static const char *const folders[] = { "/modules", "/install" };
	size_t n = ddl_suse_folder(name);

	for (size_t i = 0; n && i < sizeof(folders) / sizeof(*folders); i++)
		if (strncmp(name + n, folders[i], strlen(folders[i])) == 0)
			return name + n + strlen(folders[i]);
	return NULL;
}

bool ddl_suse_is_driver(const char *name)
{
	const char *file = below_drivers(name);

	return file && *file == '/' && !strchr(file + 1, '/');
}

const char *ddl_suse_firmware(const char *name)
{
	static const char place[] = "/inst-sys/lib/firmware/";
	size_t n = ddl_suse_folder(name);

	return n && strncmp(name + n, place, strlen(place)) == 0 ? name + n + strlen(place) : NULL;
}

bool ddl_suse_leads(const char *folder)
{
	size_t n = ddl_suse_folder(folder);
	const char *rest = below_drivers(folder);

	return n && (!folder[n] || (rest && !*rest));
}
