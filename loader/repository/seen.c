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
	{ ".exe", N_("for Windows") },
	{ ".msi", N_("for Windows") },
	{ ".inf", N_("for Windows") },
	{ ".sys", N_("for Windows") },
	{ ".cab", N_("for Windows") },
	{ ".vib", N_("for VMware") },
	{ ".7z", N_("an archive of a kind that is not read here") },
	{ ".rar", N_("an archive of a kind that is not read here") },
};

const char *ddl_seen_what(const char *name)
{
	const char *base = ddl_path_base(name);

	if (strcmp(base, "rhdd") == 0 || strcmp(base, "modules.cgz") == 0)
		return _("of an old Red Hat driver disk (RHEL 6 or before)");
	if (ddl_text_ends_in(base, ".deb") &&
	    (ddl_text_starts(base, "firmware-") || strstr(base, "-firmware") || strstr(base, "microcode")))
		return _("a Debian package of firmware, with no driver in it");
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

	return what ? ddl_seen_add(arena, texts, count, ddl_arena_printf(arena, _("%s is %s"), name, what)) : 0;
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
