// SPDX-License-Identifier: GPL-2.0-or-later
/* Tells by their names what files are that look like a driver disk and are not read. */
#include "repository/seen.h"

#include <string.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "medium/unpacked.h"

static const struct {
	const char *end, *what;
} ends[] = {
	{ ".src.rpm", N_("a source RPM, with no driver in it") },
	{ ".nosrc.rpm", N_("a source RPM, with no driver in it") },
	{ ".dud", N_("a SUSE driver update") },
	{ ".deb", N_("a Debian package") },
	{ ".udeb", N_("a Debian package") },
	{ ".exe", N_("for Windows") },
	{ ".msi", N_("for Windows") },
	{ ".inf", N_("for Windows") },
	{ ".sys", N_("for Windows") },
	{ ".cab", N_("for Windows") },
	{ ".vib", N_("for VMware") },
	{ ".7z", N_("an archive of a kind that is not read here") },
	{ ".rar", N_("an archive of a kind that is not read here") },
};

/* "linux/suse/x86_64-sles15", or something in it; its length. 0: it is no such thing. */
static size_t suse_folder(const char *name)
{
	static const char place[] = "linux/suse/";
	const char *at = strstr(name, place);

	if (!at || (at > name && at[-1] != '/') || !at[strlen(place)])
		return 0;
	at += strlen(place);
	return (size_t)(at - name) + strcspn(at, "/");
}

const char *ddl_seen_what(const char *name)
{
	const char *base = ddl_path_base(name);

	if (suse_folder(name))
		return _("a SUSE driver update");
	if (strcmp(base, "rhdd") == 0 || strcmp(base, "modules.cgz") == 0)
		return _("of an old Red Hat driver disk (RHEL 6 or before)");
	if (ddl_unpacked_by_name(base))
		return _("a compressed image");
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (ddl_text_ends_in(base, ends[i].end))
			return _(ends[i].what);
	return NULL;
}

int ddl_seen_name(struct ddl_arena *arena, const char ***texts, size_t *count, const char *name)
{
	const char *what = ddl_seen_what(name);
	size_t n = suse_folder(name);

	if (!what)
		return 0;
	name = ddl_arena_dupn(arena, name, n ? n : strlen(name));
	return name ? ddl_seen_add(arena, texts, count, ddl_arena_printf(arena, _("%s is %s"), name, what)) : -1;
}

int ddl_seen_add(struct ddl_arena *arena, const char ***texts, size_t *count, const char *text)
{
	const char **slot;

	for (size_t i = 0; text && i < *count; i++)
		if (strcmp((*texts)[i], text) == 0)
			return 0;
	if (!text || *count >= DDL_MAX_SEEN)
		return text ? 0 : -1;
	if (*count == DDL_MAX_SEEN - 1)
		text = _("and more, which is not named here");
	slot = ddl_arena_push(arena, texts, count, sizeof(*slot));
	if (!slot)
		return -1;
	*slot = text;
	return 0;
}
