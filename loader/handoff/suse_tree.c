// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Leaves SUSE's driver updates where its installers look: linux/suse/<processor>-<release> in the root of the initrd, or below a
 * number where something is there already. linuxrc takes the one folder that UpdateDir of linuxrc.config names, Agama
 * the one that os-release names: both lead to ours, whichever release it was made for.
 */
#include "handoff/handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "module/dud_config.h"

#define PLACE "linux/suse"
#define MOST_UPDATES 999U
#define DATE_DIGITS 8U /* a rolling release's VERSION_ID is a date, which no folder has */

/* What linuxrc.config says, "x86_64-sles15"; "": nothing. */
static const char *update_dir(struct ddl_arena *arena, int root)
{
	const char *text = ddl_handoff_old(arena, root, "linuxrc.config");
	struct ddl_dud_line line = { .at = text, .end = text + (text ? strlen(text) : 0) };

	while (text && ddl_dud_next(&line))
		if (ddl_dud_is(&line, "updatedir")) {
			text = ddl_arena_dupn(arena, line.value, line.value_length);
			return text ? ddl_path_base(text) : NULL;
		}
	return text ? "" : NULL;
}

static const char *agama_dir(struct ddl_arena *arena, const struct ddl_machine *machine)
{
	const char *version = machine->system_version;

	if (machine->installer != DDL_INSTALLER_SUSE)
		return "";
	return ddl_arena_printf(arena, "%s-%s%s", machine->arch, machine->system,
				strspn(version, "0123456789") == DATE_DIGITS && !version[DATE_DIGITS] ? "" : version);
}

/* A folder of this name that is the update's own, with the same dud.config; or none of this name. */
static bool is_free(const struct ddl_session *session, int root, const char *place, const char *config)
{
	const char *path = ddl_arena_printf(session->arena, "%s/%s", place, ddl_dud_config_name), *old;

	if (!path || faccessat(root, place, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return path != NULL;
	old = ddl_handoff_old(session->arena, root, path);
	return old && config && *config && strcmp(old, config) == 0;
}

/* "linux/suse/x86_64-sles15", "1/linux/suse/x86_64-sles15" … */
static const char *choose_place(const struct ddl_session *session, int root, const struct ddl_repo *repo, const char *config)
{
	const char *place = ddl_arena_printf(session->arena, PLACE "/%s", ddl_path_base(repo->directory));

	for (unsigned number = 1; place && number < MOST_UPDATES && !is_free(session, root, place, config); number++)
		place = ddl_arena_printf(session->arena, "%u/" PLACE "/%s", number, ddl_path_base(repo->directory));
	return place;
}

/* Its scripts and programs are run, as far as they are such; nobody kept which. */
static int copy(int root, const char *place, const struct ddl_package *package, mode_t mode, struct ddl_arena *arena,
		struct ddl_error *error)
{
	const char *path = ddl_arena_printf(arena, "%s/%s", place, package->file);

	if (!path)
		return ddl_fail(error, DDL_E_STAGE, ENOMEM, "%s", place);
	if (package->fd < 0)
		return 0;
	if (ddl_file_replace_from(root, path, package->fd, package->size, error) < 0)
		return -1;
	return fchmodat(root, path, mode, 0) < 0 ? ddl_fail(error, DDL_E_STAGE, errno, "%s", path) : 0;
}

static int link_name(int root, const char *place, const char *name, struct ddl_arena *arena, struct ddl_error *error)
{
	const char *link = ddl_arena_printf(arena, "%.*s%s", (int)(ddl_path_base(place) - place), place, name);

	if (!link)
		return ddl_fail(error, DDL_E_STAGE, ENOMEM, "%s", place);
	if (!*name || strcmp(link, place) == 0 || symlinkat(ddl_path_base(place), root, link) == 0 || errno == EEXIST)
		return 0;
	return ddl_fail(error, DDL_E_STAGE, errno, "%s", link);
}

static int leave(const struct ddl_session *session, int root, int run, const struct ddl_repo *repo, struct ddl_error *error)
{
	struct ddl_arena *arena = session->arena;
	char name[DDL_MAX_NAME + 1];
	const char *config, *place, *linuxrc = update_dir(arena, root), *agama = agama_dir(arena, &session->machine);

	ddl_path_of_identifier(name, repo->identifier);
	config = ddl_arena_printf(arena, "packs/%s/%s", name, ddl_dud_config_name);
	config = config ? ddl_handoff_old(arena, run, config) : NULL;
	place = config ? choose_place(session, root, repo, config) : NULL;
	if (!place || !linuxrc || !agama)
		return ddl_fail(error, DDL_E_STAGE, ENOMEM, PLACE);
	for (size_t i = 0; i < repo->n_packages; i++)
		if (copy(root, place, &repo->packages[i], 0644, arena, error) < 0)
			return -1;
	for (size_t i = 0; i < repo->n_lists; i++)
		if (copy(root, place, &repo->lists[i], 0755, arena, error) < 0)
			return -1;
	return link_name(root, place, linuxrc, arena, error) < 0 ? -1 : link_name(root, place, agama, arena, error);
}

int ddl_handoff_suse(struct ddl_session *session, int run, const struct ddl_outcome *outcome, struct ddl_error *error)
{
	char path[DDL_MAX_PATH];
	int root = ddl_path_join(path, sizeof(path), session->options.root, "/") ?
			   open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) :
			   -1;
	int result = root < 0 ? ddl_fail(error, DDL_E_STAGE, errno, PLACE) : 0;
	size_t count = 0;

	for (size_t i = 0; i < outcome->n_repos && result == 0; i++)
		if (outcome->repos[i]->family == DDL_FAMILY_SUSE) {
			result = leave(session, root, run, outcome->repos[i], error);
			count++;
		}
	if (!count)
		ddl_log(session->log, "hand-off: there is no SUSE driver update for an installer in what was loaded");
	if (root >= 0)
		(void)close(root);
	if (result < 0 && error)
		error->code = DDL_E_STAGE;
	return result;
}
