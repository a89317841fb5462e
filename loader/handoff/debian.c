// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Leaves Debian's packages for Debian's installer: it installs each /var/cache/firmware/NAME.deb into the system (hw-detect's
 * pre-pkgsel.d/50install-firmware), and takes the lines of `components` there as names of parts of the archive.
 */
#include "handoff/handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"

#define PLACE "var/cache/firmware"
#define COMPONENTS "components"
#define LOCAL "local\n" /* no part of the archive */

static int open_place(const struct ddl_session *session, struct ddl_error *error)
{
	char path[DDL_MAX_PATH];
	int fd = -1;

	if (ddl_path_join(path, sizeof(path), session->options.root, PLACE) && ddl_file_make_directories(path, 0755) == 0)
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? ddl_fail(error, DDL_E_STAGE, errno, PLACE) : fd;
}

/* One with a driver for this kernel; the installer's own packages (.udeb) are not installed into a system. */
static bool is_left(const struct ddl_package *package)
{
	return package->type == DDL_PKG_DEB && package->fd >= 0 && package->fit >= DDL_FIT_NO_DEVICE && package->n_modules &&
	       ddl_text_ends_in(package->file, ".deb");
}

/* The line stands there once; what others have written stays. */
static int add_component(struct ddl_session *session, int place, struct ddl_error *error)
{
	const char *old = ddl_handoff_old(session->arena, place, COMPONENTS);
	const char *text = old ? ddl_arena_printf(session->arena, LOCAL "%s", old) : NULL;

	if (!text)
		return ddl_fail(error, DDL_E_STAGE, ENOMEM, PLACE);
	/* from the end of our own line on */
	return strstr(text + strlen(LOCAL) - 1, "\n" LOCAL) ? 0 : ddl_file_replace(place, COMPONENTS, text, strlen(text), error);
}

int ddl_handoff_debian(struct ddl_session *session, const struct ddl_outcome *outcome, struct ddl_error *error)
{
	int place = -1, result = 0;

	for (size_t r = 0; r < outcome->n_repos; r++)
		for (size_t p = 0; p < outcome->repos[r]->n_packages && result == 0; p++) {
			const struct ddl_package *package = &outcome->repos[r]->packages[p];

			if (!is_left(package))
				continue;
			if (place < 0 && (place = open_place(session, error)) < 0)
				return -1;
			result = ddl_file_replace_from(place, ddl_path_base(package->file), package->fd, package->size, error);
		}
	if (place < 0) {
		ddl_log(session->log, "hand-off: there is no Debian package for an installer in what was loaded");
		return 0;
	}
	if (result == 0)
		result = add_component(session, place, error);
	(void)close(place);
	if (result < 0 && error)
		error->code = DDL_E_STAGE;
	return result;
}
