// SPDX-License-Identifier: GPL-2.0-or-later
/* Leaves for installers what they look for: anaconda's driver disks, a list of RPMs. */
#include "handoff/handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "machine/machine.h"
#include "module/module_name.h"

#define PACKS "/run/ddload/packs/"
#define OURS ".ddload" /* a link in DD-n that names the pack; anaconda looks for *.rpm */

struct rpm {
	const struct ddl_repo *repo;
	const struct ddl_package *package;
	const char *directory; /* the pack's, below PACKS */
	bool listed;
};

struct leaving {
	struct ddl_arena *arena;
	int run, install; /* run/ddload, run/install */
	struct rpm *rpms;
	size_t n_rpms;
	struct ddl_error *error;
};

static int no_memory(const struct leaving *l)
{
	return ddl_fail(l->error, DDL_E_STAGE, ENOMEM, "run/install");
}

/* ------------------------------------------------------------------ which RPMs */

/* A driver, firmware or settings: not only a licence, or names of other packages as an update's metapackage. */
static bool holds_something(const struct ddl_package *package)
{
	for (size_t i = 0; i < package->n_files; i++)
		if (package->files[i]->kind != DDL_FILE_OTHER && package->files[i]->kind != DDL_FILE_LICENCE)
			return true;
	return false;
}

static int collect(struct leaving *l, const struct ddl_repo *repo)
{
	char name[DDL_MAX_NAME + 1];
	const char *directory;

	ddl_path_of_identifier(name, repo->identifier);
	directory = ddl_arena_dup(l->arena, name);
	for (size_t i = 0; directory && i < repo->n_packages; i++) {
		const struct ddl_package *package = &repo->packages[i];
		struct rpm *rpm;

		/* from NO_DEVICE on it is for this kernel: a driver may need what no device asks for */
		if (package->fd < 0 || !package->rpm_name || !*package->rpm_name || package->fit < DDL_FIT_NO_DEVICE ||
		    !holds_something(package))
			continue;
		rpm = ddl_arena_push(l->arena, &l->rpms, &l->n_rpms, sizeof(*rpm));
		if (!rpm)
			return no_memory(l);
		*rpm = (struct rpm){ repo, package, directory, false };
	}
	return directory ? 0 : no_memory(l);
}

/* Does `a` want `b` to be there first? */
static bool needs(const struct ddl_package *a, const struct ddl_package *b)
{
	if (!b->n_modules)
		return a->n_modules > 0; /* firmware, settings */
	for (size_t i = 0; i < a->n_modules; i++)
		for (size_t d = 0; d < a->modules[i]->n_depends; d++)
			for (size_t j = 0; j < b->n_modules; j++)
				if (ddl_module_name_equal(a->modules[i]->depends[d], b->modules[j]->name))
					return true;
	return false;
}

/* The first that is not listed and needs no other such one; of a circle the first. */
static struct rpm *next_rpm(struct leaving *l)
{
	struct rpm *first = NULL;

	for (size_t i = 0; i < l->n_rpms; i++) {
		size_t other = 0;

		if (l->rpms[i].listed)
			continue;
		first = first ? first : &l->rpms[i];
		while (other < l->n_rpms &&
		       (other == i || l->rpms[other].listed || !needs(l->rpms[i].package, l->rpms[other].package)))
			other++;
		if (other == l->n_rpms)
			return &l->rpms[i];
	}
	return first;
}

/* Puts them in the order in which they may be installed one by one. */
static int sort(struct leaving *l)
{
	struct rpm *sorted = ddl_arena_alloc(l->arena, l->n_rpms, sizeof(*sorted)), *rpm;

	if (!sorted)
		return no_memory(l);
	for (size_t i = 0; (rpm = next_rpm(l)) != NULL; i++) {
		rpm->listed = true;
		sorted[i] = *rpm;
	}
	l->rpms = sorted;
	return 0;
}

/* ----------------------------------------------------------------------- lists */

static char *line_of(const struct leaving *l, const struct rpm *rpm, bool path)
{
	return path ? ddl_arena_printf(l->arena, PACKS "%s/%s\n", rpm->directory, rpm->package->file) :
		      ddl_arena_printf(l->arena, "%s\n", rpm->package->rpm_name);
}

/* A line of an earlier run that is not to stand there (again). */
static bool is_stale(const struct leaving *l, const char *line, size_t length, bool path)
{
	for (size_t i = 0; i < l->n_rpms; i++) {
		const char *is = path ? ddl_arena_printf(l->arena, PACKS "%s/", l->rpms[i].directory) :
					line_of(l, &l->rpms[i], false);

		if (is && (path ? length >= strlen(is) : length == strlen(is)) && memcmp(line, is, strlen(is)) == 0)
			return true;
	}
	return false;
}

char *ddl_handoff_old(struct ddl_arena *arena, int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct ddl_error unread = DDL_ERROR_INIT; /* then it is written anew */
	size_t length = 0;
	char *bytes = fd < 0 ? NULL : ddl_file_read(fd, DDL_MAX_METADATA, &length, &unread), *text;

	text = bytes ? ddl_arena_dupn(arena, bytes, length) : ddl_arena_dup(arena, "");
	free(bytes);
	if (fd >= 0)
		(void)close(fd);
	return text;
}

/* What others, and earlier runs, have put there stays. */
static int write_list(const struct leaving *l, int dir, const char *name, bool path)
{
	const char *line = ddl_handoff_old(l->arena, dir, name), *end;
	char *text = ddl_arena_dup(l->arena, "");

	for (; line && *line; line = end) {
		size_t length = strcspn(line, "\n");

		end = line + length + (line[length] == '\n');
		if (!is_stale(l, line, (size_t)(end - line), path))
			text = ddl_arena_printf(l->arena, "%s%.*s\n", text, (int)length, line);
		if (!text)
			return no_memory(l);
	}
	for (size_t i = 0; i < l->n_rpms && text; i++) {
		const char *own = line_of(l, &l->rpms[i], path);

		text = own ? ddl_arena_printf(l->arena, "%s%s", text, own) : NULL;
	}
	return line && text ? ddl_file_replace(dir, name, text, strlen(text), l->error) : no_memory(l);
}

/* -------------------------------------------------------------------- anaconda */

/* The number of the pack's DD-n, of an earlier run, or the first that is free. */
static unsigned number_for(const struct leaving *l, const char *target)
{
	char path[64], is[DDL_MAX_PATH];
	unsigned number = 1;

	for (;; number++) {
		ssize_t n;

		(void)snprintf(path, sizeof(path), "DD-%u", number);
		if (faccessat(l->install, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			return number;
		(void)snprintf(path, sizeof(path), "DD-%u/" OURS, number);
		n = readlinkat(l->install, path, is, sizeof(is));
		if (n >= 0 && (size_t)n == strlen(target) && memcmp(is, target, (size_t)n) == 0)
			return number;
	}
}

static int link_file(const struct leaving *l, int dir, const char *directory, const char *file, const char *name)
{
	const char *from = ddl_arena_printf(l->arena, "packs/%s/%s", directory, file);

	if (!from)
		return no_memory(l);
	return linkat(l->run, from, dir, name, 0) < 0 && errno != EEXIST ? ddl_fail(l->error, DDL_E_STAGE, errno, "%s", from) : 0;
}

static int link_rpms(const struct leaving *l, int dir, const char *directory)
{
	for (size_t i = 0; i < l->n_rpms; i++) {
		const char *file = l->rpms[i].package->file;

		if (strcmp(l->rpms[i].directory, directory) == 0 && link_file(l, dir, directory, file, ddl_path_base(file)) < 0)
			return -1;
	}
	return 0;
}

/* The lists of a repository's packages, below a directory of their own; without them its reader makes its own. */
static int link_lists(const struct leaving *l, int dir, const char *directory, const struct ddl_repo *repo)
{
	int repodata = ddl_file_step_into(dir, "repodata"), result = 0;

	if (repodata < 0)
		return ddl_fail(l->error, DDL_E_STAGE, errno, "repodata");
	for (size_t i = 0; i < repo->n_metadata && result == 0; i++)
		result = link_file(l, repodata, directory, repo->metadata[i].name, ddl_path_base(repo->metadata[i].name));
	for (size_t i = 0; i < repo->n_lists && result == 0; i++)
		if (repo->lists[i].fd >= 0)
			result = link_file(l, repodata, directory, repo->lists[i].file, ddl_path_base(repo->lists[i].file));
	(void)close(repodata);
	return result;
}

/* A driver disk of its own family as it would have copied it: all packages, for whichever kernel, and the lists of them. */
static int link_repository(const struct leaving *l, int dir, const char *directory, const struct ddl_repo *repo)
{
	for (size_t i = 0; i < repo->n_packages; i++) {
		const char *file = repo->packages[i].file;

		if (repo->packages[i].fd >= 0 && link_file(l, dir, directory, file, ddl_path_base(file)) < 0)
			return -1;
	}
	return repo->n_metadata ? link_lists(l, dir, directory, repo) : 0;
}

/* Its RPMs once more, under other names of the same files: they take no memory. */
static int write_disk(const struct leaving *l, const struct rpm *rpm)
{
	char name[32];
	const char *directory = rpm->directory, *target = ddl_arena_printf(l->arena, PACKS "%s", directory);
	int dir, result;

	if (!target)
		return no_memory(l);
	(void)snprintf(name, sizeof(name), "DD-%u", number_for(l, target));
	if (ddl_file_remove_tree(l->install, name, l->error) < 0)
		return -1;
	dir = ddl_file_step_into(l->install, name);
	if (dir < 0 || symlinkat(target, dir, OURS) < 0) {
		result = ddl_fail(l->error, DDL_E_STAGE, errno, "run/install/%s", name);
	} else {
		result = rpm->repo->family == DDL_FAMILY_REDHAT ? link_repository(l, dir, directory, rpm->repo) :
								  link_rpms(l, dir, directory);
	}
	if (dir >= 0)
		(void)close(dir);
	return result;
}

static int write_anaconda(struct leaving *l)
{
	const char *last = "";
	int result = 0;

	for (size_t i = 0; i < l->n_rpms && result == 0; i++) {
		if (strcmp(l->rpms[i].directory, last) != 0)
			result = write_disk(l, &l->rpms[i]);
		last = l->rpms[i].directory;
	}
	return result < 0 ? result : write_list(l, l->install, "dd_packages", false);
}

static int open_install(const struct leaving *l, const struct ddl_session *session)
{
	char path[DDL_MAX_PATH];
	int fd = -1;

	if (ddl_path_join(path, sizeof(path), session->options.root, "run/install") && ddl_file_make_directories(path, 0755) == 0)
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? ddl_fail(l->error, DDL_E_STAGE, errno, "run/install") : fd;
}

int ddl_handoff_installers(struct ddl_session *session, int run, const struct ddl_outcome *outcome, struct ddl_error *error)
{
	struct leaving l = { .arena = ddl_arena_new(), .run = run, .install = -1, .error = error };
	int result = l.arena ? 0 : no_memory(&l);

	for (size_t i = 0; i < outcome->n_repos && result == 0; i++)
		result = collect(&l, outcome->repos[i]);
	if (result == 0 && !l.n_rpms)
		ddl_log(session->log, "hand-off: there is no RPM for an installer in what was loaded");
	if (result == 0 && l.n_rpms && session->options.handoff & DDL_HANDOFF_ANACONDA) {
		/* before they are sorted: each pack's are together */
		l.install = open_install(&l, session);
		result = l.install < 0 ? -1 : write_anaconda(&l);
	}
	if (result == 0 && l.n_rpms && session->options.handoff & DDL_HANDOFF_RPM_LIST)
		result = sort(&l) < 0 ? -1 : write_list(&l, run, "rpms", true);
	if (l.install >= 0)
		(void)close(l.install);
	ddl_arena_free(l.arena);
	if (result < 0 && error)
		error->code = DDL_E_STAGE;
	return result;
}
