// SPDX-License-Identifier: GPL-2.0-or-later
/* Copies the drivers of packs into an installed system, and makes its kernel know them. */
#include "handoff/install.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "module/module_name.h"
#include "plan/plan.h"
#include "process/program.h"
#include "session/session.h"
#include "verify/trust.h"

#define NEW_NAME ".ddload-new" /* what is being written, until it is whole */
#define SAVED ".ddload-saved" /* no program reads settings of this name */
#define MAX_LINKS 16 /* followed in one path */

struct installing {
	struct ddl_session *session;
	struct ddl_installed *to;
	const char *target;
	int root; /* the target's root directory */
	struct ddl_repo **repos;
	size_t n_repos;
};

/* ------------------------------------------------------------------ paths in the target */

/* Puts what the link `part` of `dir` says in the place of the first `done` bytes of the path. -1 and errno. */
static int follow(int dir, const char *part, size_t before, size_t done, char path[DDL_MAX_PATH])
{
	char says[DDL_MAX_PATH], whole[3 * DDL_MAX_PATH];
	ssize_t n = readlinkat(dir, part, says, sizeof(says) - 1);

	if (n < 0)
		return -1;
	says[n] = '\0';
	(void)snprintf(whole, sizeof(whole), "%.*s/%s/%s", *says == '/' ? 0 : (int)before, path, says, path + done);
	if (ddl_path_clean(path, DDL_MAX_PATH, whole))
		return 0;
	errno = ELOOP; /* ".." in it, or too long: it is not worked out where that leads */
	return -1;
}

/*
 * The directory that holds the path's last part, whose place in `path` goes to *name; made where it is not
 * there and `make` says so. Links before the last part lead on within the target. -1 and errno.
 */
static int open_parent(const struct installing *in, char path[DDL_MAX_PATH], bool make, const char **name)
{
	int dir = dup(in->root), links = 0;
	char *part = path, *slash;

	while (dir >= 0 && (slash = strchr(part, '/')) != NULL) {
		int next;

		*slash = '\0';
		next = make ? ddl_file_step_into(dir, part) : openat(dir, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0 && (errno == ELOOP || errno == ENOTDIR) && links++ < MAX_LINKS) {
			/* cut at its slash, the path ends where the link's name does */
			size_t before = (size_t)(part - path), done = (size_t)(slash - path) + 1;

			next = follow(dir, part, before, done, path) == 0 ? dup(in->root) : -1;
			slash = NULL;
		}
		(void)close(dir);
		dir = next;
		if (slash)
			*slash = '/';
		part = slash ? slash + 1 : path;
	}
	*name = part;
	return dir;
}

/* Is the path there, in the target? Its last part may be a link, whose target is not looked at. */
static bool exists(const struct installing *in, const char *where)
{
	char path[DDL_MAX_PATH];
	const char *name;
	struct stat st;
	bool there;
	int dir;

	if (!ddl_path_clean(path, sizeof(path), where))
		return false;
	dir = open_parent(in, path, false, &name);
	if (dir < 0)
		return false;
	there = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	(void)close(dir);
	return there;
}

/* ---------------------------------------------------------------------------- one file */

static int keep(const struct installing *in, const char ***list, size_t *count, const char *path, const char *end)
{
	const char **slot = ddl_arena_push(in->session->arena, list, count, sizeof(*slot));

	if (slot)
		*slot = ddl_arena_printf(in->session->arena, "%s%s", path, end);
	return slot && *slot ? 0 : -1;
}

/* Settings may have been changed by hand: what is there stays beside the new file. */
static int save_old(const struct installing *in, int dir, const char *name, const struct ddl_file *file)
{
	char saved[DDL_MAX_NAME + 1];
	int old, result = 0;

	if (file->kind != DDL_FILE_MODPROBE && file->kind != DDL_FILE_UDEV)
		return 0;
	old = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (old < 0)
		return errno == ENOENT ? 0 : -1;
	if (!ddl_file_same(old, file->fd)) {
		if ((size_t)snprintf(saved, sizeof(saved), "%s%s", name, SAVED) >= sizeof(saved)) {
			errno = ENAMETOOLONG;
			result = -1;
		} else if (linkat(dir, name, dir, saved, 0) < 0 && errno != EEXIST) {
			result = -1;
		} else {
			result = keep(in, &in->to->saved, &in->to->n_saved, file->path, SAVED);
		}
	}
	(void)close(old);
	return result;
}

/* -1 and errno. */
static int write_file(const struct installing *in, int dir, const char *name, const struct ddl_file *file)
{
	int fd, cause;

	(void)unlinkat(dir, NEW_NAME, 0); /* of a run that was killed */
	fd = openat(dir, NEW_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	if (fchmod(fd, 0644) < 0 || ddl_file_copy(file->fd, fd, file->size) < 0 || fsync(fd) < 0)
		goto fail;
	if (close(fd) < 0 || save_old(in, dir, name, file) < 0) {
		fd = -1;
		goto fail;
	}
	if (renameat(dir, NEW_NAME, dir, name) == 0)
		return 0;
	fd = -1;
fail:
	cause = errno;
	if (fd >= 0)
		(void)close(fd);
	(void)unlinkat(dir, NEW_NAME, 0);
	errno = cause;
	return -1;
}

/* The release in the file's path that is not this kernel's, though the kernel takes the module; "" for none. */
static const char *other_release(const struct ddl_package *package, const struct ddl_file *file)
{
	for (size_t i = 0; i < package->n_modules; i++)
		if (package->modules[i]->file == file && package->modules[i]->by_abi)
			return package->modules[i]->kernel;
	return "";
}

/* The path of a file in a package that knows where it goes; of a module by itself where the pack's list says, else where depmod looks first. */
static bool path_below(const struct installing *in, char to[DDL_MAX_PATH], const struct ddl_package *package,
		       const struct ddl_file *file)
{
	bool named = ddl_module_name_is(package->root), loose = !strchr(file->path, '/');
	int n = !loose         ? snprintf(to, DDL_MAX_PATH, "%s", file->path) :
		named          ? snprintf(to, DDL_MAX_PATH, "%s", package->root) :
		*package->root ? snprintf(to, DDL_MAX_PATH, "%s/%s", package->root, file->path) :
				 snprintf(to, DDL_MAX_PATH, "lib/modules/%s/updates/%s", in->to->release, file->path);

	return n > 0 && n < (int)DDL_MAX_PATH;
}

/*
 * A module's bytes are staged unpacked: its name says so, too. One that was built for another release goes
 * where this kernel looks for it.
 */
static bool name_in_target(const struct installing *in, char to[DDL_MAX_PATH], const struct ddl_package *package,
			   const struct ddl_file *file)
{
	char path[DDL_MAX_PATH], from[DDL_MAX_PATH];
	const char *ko, *other = other_release(package, file), *at;
	size_t n, before, rest;

	if (!path_below(in, from, package, file))
		return false;
	ko = file->kind == DDL_FILE_MODULE ? strstr(ddl_path_base(from), ".ko.") : NULL;
	at = *other ? strstr(from, other) : NULL;
	n = ko ? (size_t)(ko - from) + 3 : strlen(from);
	before = at ? (size_t)(at - from) : 0;
	rest = at ? before + strlen(other) : 0;
	(void)snprintf(path, sizeof(path), "%.*s%s%.*s", (int)before, from, at ? in->to->release : "", (int)(n - rest),
		       from + rest);
	return ddl_path_clean(to, DDL_MAX_PATH, path);
}

static int copy_file(const struct installing *in, const struct ddl_package *package, const struct ddl_file *file,
		     struct ddl_error *error)
{
	char path[DDL_MAX_PATH], shown[DDL_MAX_PATH];
	const char *name;
	int dir, result;

	if (!name_in_target(in, path, package, file))
		return ddl_fail(error, DDL_E_INSTALL, ENAMETOOLONG, "%s", file->path);
	memcpy(shown, path, sizeof(shown));
	dir = open_parent(in, path, true, &name);
	result = dir < 0 ? -1 : write_file(in, dir, name, file);
	if (result < 0)
		(void)ddl_fail(error, DDL_E_INSTALL, errno, "%s", shown);
	else if (keep(in, &in->to->files, &in->to->n_files, shown, "") < 0)
		result = ddl_fail(error, DDL_E_INSTALL, ENOMEM, "%s", shown);
	if (dir >= 0)
		(void)close(dir);
	return result;
}

/* --------------------------------------------------------------------------- which files */

/* A package for another kernel, or for the kdump kernel, was not unpacked or has no module for this one; one that is there twice goes once. */
static bool is_for(const struct installing *in, const struct ddl_package *package)
{
	bool other = false;

	if (package->fit == DDL_FIT_OLDER || package->fit == DDL_FIT_OTHER_MACHINE)
		return false;
	for (size_t i = 0; i < package->n_modules; i++) {
		if (strcmp(package->modules[i]->kernel, in->to->release) == 0 || package->modules[i]->by_abi)
			return package->state == DDL_PKG_STAGED;
		other = true;
	}
	return package->state == DDL_PKG_STAGED && !other;
}

static bool has_place(const struct ddl_file *file)
{
	return file->fd >= 0 && (strchr(file->path, '/') || file->kind == DDL_FILE_MODULE) && file->kind != DDL_FILE_OTHER &&
	       file->kind != DDL_FILE_LICENCE;
}

/* Copies the files of one kind, or counts them. */
static int each_file(const struct installing *in, bool modules, size_t *count, struct ddl_error *error)
{
	for (size_t r = 0; r < in->n_repos; r++)
		for (size_t p = 0; p < in->repos[r]->n_packages; p++) {
			const struct ddl_package *package = &in->repos[r]->packages[p];

			for (size_t f = 0; f < package->n_files && is_for(in, package); f++) {
				const struct ddl_file *file = package->files[f];

				if (!has_place(file) || (file->kind == DDL_FILE_MODULE) != modules)
					continue;
				if (count)
					++*count;
				else if (copy_file(in, package, file, error) < 0)
					return -1;
			}
		}
	return 0;
}

/* What was loaded was accepted then; what is named now has to be accepted beforehand. */
static int check_licences(const struct installing *in, const struct ddl_repo *repo, struct ddl_error *error)
{
	for (size_t p = 0; p < repo->n_packages; p++)
		for (size_t f = 0; f < repo->packages[p].n_files; f++)
			if (repo->packages[p].files[f]->kind == DDL_FILE_LICENCE && !in->session->options.accept_licence)
				return ddl_fail(error, DDL_E_LICENCE, 0, "%s", repo->packages[p].files[f]->path);
	return 0;
}

static int add_packs(struct installing *in, const char *word, struct ddl_error *error)
{
	struct ddl_source *source = ddl_session_source(in->session, word, error);
	struct ddl_look *look = source ? ddl_session_look(in->session, source, error) : NULL;

	if (!look)
		return -1;
	if (look->trouble.code != DDL_OK) {
		*error = look->trouble;
		return -1;
	}
	/* a loose file may have joined the pack of one that was given before it */
	for (size_t i = 0; i < look->n_repos; i++) {
		struct ddl_repo **slot = ddl_arena_push(in->session->arena, &in->repos, &in->n_repos, sizeof(*slot));

		if (!slot)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", word);
		*slot = look->repos[i];
	}
	return 0;
}

/* When all are known: they are one set, of which each driver is copied once. */
static int check_packs(const struct installing *in, bool loaded, struct ddl_error *error)
{
	for (size_t i = 0; i < in->n_repos; i++)
		if (ddl_session_test(in->session, in->repos[i], error) < 0 ||
		    ddl_compare_fingerprint(in->session, in->repos[i], error) < 0 ||
		    ddl_trust_judge(&in->session->options, in->repos[i], error) < 0 ||
		    (!loaded && check_licences(in, in->repos[i], error) < 0))
			return -1;
	return ddl_fit_packs(in->repos, in->n_repos, &in->session->machine) < 0 ? ddl_fail(error, DDL_E_MEMORY, 0, "packs") : 0;
}

/* The packs that were loaded, as the hand-off has left them. */
static int add_loaded(struct installing *in, struct ddl_error *error)
{
	char packs[DDL_MAX_PATH], path[DDL_MAX_PATH];
	struct dirent **names = NULL;
	int count = -1, result = 0;

	if (ddl_session_run_path(in->session, packs, sizeof(packs), "packs"))
		count = scandir(packs, &names, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		if (result == 0 && names[i]->d_name[0] != '.') {
			char *word = NULL;

			if (ddl_path_join(path, sizeof(path), "/run/ddload/packs", names[i]->d_name))
				word = ddl_arena_dup(in->session->arena, path);
			result = word ? add_packs(in, word, error) : ddl_fail(error, DDL_E_MEMORY, 0, "packs");
		}
		free(names[i]);
	}
	free(names);
	if (result == 0 && !in->n_repos)
		return ddl_fail(error, DDL_E_NO_SOURCE, 0, "%s", _("no pack was loaded: there is none in /run/ddload/packs"));
	return result;
}

/* ------------------------------------------------------------------------------- depmod */

/* Without a change of root an absolute link (/lib to /usr/lib) would lead depmod out of the target. */
static bool leads_inside(const struct installing *in)
{
	char path[DDL_MAX_PATH], plain[DDL_MAX_PATH], clean[DDL_MAX_PATH];
	struct stat inside, seen;
	const char *name;
	bool same;
	int dir;

	(void)snprintf(plain, sizeof(plain), "lib/modules/%s/modules.dep", in->to->release);
	if (!ddl_path_clean(path, sizeof(path), plain))
		return false;
	dir = open_parent(in, path, false, &name);
	*strrchr(plain, '/') = '\0';
	if (dir < 0)
		return false;
	same = ddl_path_join(clean, sizeof(clean), in->target, plain) && fstat(dir, &inside) == 0 && stat(clean, &seen) == 0 &&
	       inside.st_dev == seen.st_dev && inside.st_ino == seen.st_ino;
	(void)close(dir);
	return same;
}

/* The target's own knows its kernel's ways of packing; else this machine's, on the target. */
static int depmod(const struct installing *in, struct ddl_error *error)
{
	static const char *const places[] = { "/sbin/depmod", "/usr/sbin/depmod", "/bin/depmod", "/usr/bin/depmod", NULL };
	const char *release = in->to->release;
	const char *const inside[] = { "depmod", release, NULL };
	const char *const beside[] = { "depmod", "-b", in->target, release, NULL };
	int status = ddl_program_run(places, inside, in->root, DDL_DEPMOD_MS);

	if (status != 0 && leads_inside(in))
		status = ddl_program_run(places, beside, -1, DDL_DEPMOD_MS);
	if (status < 0)
		return ddl_fail(error, DDL_E_INSTALL, 0, _("depmod %s did not end well; run it in the installed system"),
				release);
	return status == 0 ? 0 :
			     ddl_fail(error, DDL_E_INSTALL, 0, _("depmod %s ended with %d; run it in the installed system"),
				      release, status);
}

static const char *rebuild_command(const struct installing *in)
{
	const char *release = in->to->release;
	struct ddl_arena *arena = in->session->arena;

	if (exists(in, "/usr/sbin/update-initramfs"))
		return ddl_arena_printf(arena, "update-initramfs -u -k %s", release);
	if (exists(in, "/usr/bin/dracut") || exists(in, "/sbin/dracut"))
		return ddl_arena_printf(arena, "dracut --force --kver %s", release);
	return exists(in, "/sbin/mkinitrd") ? "mkinitrd" : "";
}

int ddl_session_install(struct ddl_session *session, const char *target, const char *const *words, size_t count,
			struct ddl_installed *installed, struct ddl_error *error)
{
	struct installing in = { .session = session, .to = installed, .target = target, .root = -1 };
	const struct ddl_machine *machine = ddl_session_machine(session, error);
	char modules[DDL_MAX_PATH];
	size_t found = 0;
	int result = 0;

	*installed = (struct ddl_installed){ .rebuild = "", .release = "" };
	if (!machine)
		return -1;
	installed->release = ddl_arena_dup(session->arena, machine->release);
	if (!installed->release)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", target);
	in.root = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in.root < 0)
		return ddl_fail(error, DDL_E_TARGET, errno, "%s", target);
	(void)snprintf(modules, sizeof(modules), "/lib/modules/%s", installed->release);
	if (strchr(installed->release, '/') || !exists(&in, modules))
		result = ddl_fail(error, DDL_E_TARGET, 0,
				  _("%s: the kernel %s is not installed there; --kernel names another one"), target,
				  installed->release);
	for (size_t i = 0; i < count && result == 0; i++)
		result = add_packs(&in, words[i], error);
	if (result == 0 && !count)
		result = add_loaded(&in, error);
	if (result == 0)
		result = check_packs(&in, !count, error);
	if (result == 0)
		result = each_file(&in, true, &found, error);
	if (result == 0 && !found)
		result = ddl_fail(error, DDL_E_KERNEL, 0, _("no pack has a module for %s"), installed->release);
	/* firmware and settings first: a module that is found at the next start has what it needs */
	if (result == 0)
		result = each_file(&in, false, NULL, error) < 0 || each_file(&in, true, NULL, error) < 0 ? -1 :
													   depmod(&in, error);
	if (result == 0)
		installed->rebuild = rebuild_command(&in);
	(void)close(in.root);
	if (result == 0 && !installed->rebuild)
		return ddl_fail(error, DDL_E_INSTALL, ENOMEM, "%s", target);
	return result;
}
