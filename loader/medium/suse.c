// SPDX-License-Identifier: GPL-2.0-or-later
/* Tells by their names what the files of a SUSE driver update are. */
#include "medium/suse.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "module/dud_config.h"
#include "module/module_name.h"

#define MOST_DIGITS 3U /* linuxrc applies no more than 1000 updates */

const char ddl_suse_order_name[] = "module.order";
static const char place[] = "linux/suse/";

/* Where "linux/suse/" begins in the name; NULL: nowhere, or nothing follows. */
static const char *find_place(const char *name)
{
	const char *at = strstr(name, place);

	return at && (at == name || at[-1] == '/') && at[strlen(place)] ? at : NULL;
}

size_t ddl_suse_folder(const char *name)
{
	const char *at = find_place(name);

	if (!at)
		return 0;
	at += strlen(place);
	return (size_t)(at - name) + strcspn(at, "/");
}

bool ddl_suse_leads(const char *folder)
{
	return ddl_text_ends(folder, "/linux") || ddl_text_ends(folder, "linux/suse");
}

/* What follows "folder/" in what lies in the update; NULL: it is elsewhere. */
static const char *below(const char *name, const char *folder)
{
	size_t n = ddl_suse_folder(name);

	return n && name[n] == '/' && ddl_text_starts(name + n + 1, folder) ? name + n + 1 + strlen(folder) : NULL;
}

const char *ddl_suse_firmware(const char *name)
{
	const char *file = below(name, "inst-sys/lib/firmware/");

	file = file ? file : below(name, "inst-sys/usr/lib/firmware/");
	return file && *file ? file : NULL;
}

enum ddl_suse_part ddl_suse_part(const char *name)
{
	const char *file = below(name, "");

	if (!file)
		return DDL_SUSE_NONE;
	if (strcmp(file, ddl_dud_config_name) == 0)
		return DDL_SUSE_CONFIG;
	file = below(name, "modules/");
	if (file && strcmp(file, ddl_suse_order_name) == 0)
		return DDL_SUSE_ORDER;
	if (file && !strchr(file, '/') && ddl_module_name_is(file))
		return DDL_SUSE_MODULE;
	file = below(name, "install/");
	if (file && !strchr(file, '/') && ddl_text_ends_in(file, ".rpm"))
		return DDL_SUSE_RPM;
	return ddl_suse_firmware(name) ? DDL_SUSE_FIRMWARE : DDL_SUSE_OTHER;
}

/* The number's first digit, where a number is all that the part of the name before `at` is; else `at`. */
static const char *number_before(const char *name, const char *at)
{
	const char *digits = at > name ? at - 1 : at;

	while (digits > name && digits[-1] >= '0' && digits[-1] <= '9')
		digits--;
	return digits < at - 1 && (digits == name || digits[-1] == '/') && (size_t)(at - 1 - digits) <= MOST_DIGITS ? digits : at;
}

size_t ddl_suse_top(const char *name)
{
	const char *at = find_place(name), *top = at ? number_before(name, at) : name;

	return top > name ? (size_t)(top - name) - 1 : 0;
}

long ddl_suse_number(const char *name)
{
	const char *at = find_place(name), *digits = at ? number_before(name, at) : NULL;

	return digits < at ? strtol(digits, NULL, 10) : -1;
}
