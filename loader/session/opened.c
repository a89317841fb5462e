// SPDX-License-Identifier: GPL-2.0-or-later
/* The media of a session, each opened when it is needed; images among them are unpacked once, or mounted. */
#include "session/session.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/remote.h"
#include "base/text.h"
#include "medium/archive.h"
#include "medium/files.h"
#include "medium/unpacked.h"
#include "process/fetcher.h"
#include "session/signed.h"

void ddl_session_close_media(struct ddl_session *session)
{
	/* backwards: an image file is closed before the medium that it is on */
	for (size_t i = session->n_opened; i > 0; i--) {
		ddl_medium_close(session->opened[i - 1].medium);
		session->opened[i - 1].medium = NULL;
	}
}

void ddl_session_drop_images(struct ddl_session *session)
{
	for (size_t i = 0; i < session->n_opened; i++) {
		if (session->opened[i].unpacked_size)
			ddl_stage_drop(session->stage, session->opened[i].unpacked, session->opened[i].unpacked_size);
		session->opened[i].unpacked_size = 0;
	}
}

/* May images be mounted: is this the machine's own root directory, and we its master? */
static bool may_mount(const struct ddl_session *session)
{
	return !*ddl_session_root(session) && geteuid() == 0 && access("/dev/loop-control", R_OK | W_OK) == 0;
}

/* One on a server has to be here as a whole, as it is mounted or unpacked. It is waited for without looking whether to go on. */
static int open_remote_image(struct ddl_session *session, const struct ddl_source *source, const char *address,
			     struct ddl_error *error)
{
	struct ddl_confine confine = ddl_session_confine(session);
	struct ddl_fetched fetched;
	int fd = ddl_fetcher_open(address, source->login, &confine, &fetched, error);

	if (fetched.directory)
		return ddl_fail(error, DDL_E_NOT_A_DISK, 0, "%s", source->name);
	if (fd < 0 || ddl_remote_wait(fd, 0, SIZE_MAX) == 0)
		return fd;
	(void)ddl_remote_told(errno, source->name, error);
	(void)close(fd);
	return -1;
}

/* The image file, wherever it lies, one in an archive in memory; or the one that has `end` at the end of its name. -1 and the error. */
static int open_image(struct ddl_session *session, const struct ddl_opened *opened, const struct ddl_medium *outer,
		      const char *end, struct ddl_error *error)
{
	const char *path_of = outer ? opened->name : opened->source->path;
	size_t n = outer ? strlen(path_of) : ddl_remote_path_length(path_of);
	const char *name = ddl_arena_printf(session->arena, "%.*s%s%s", (int)n, path_of, end, path_of + n);
	struct ddl_confine confine = ddl_session_confine(session);
	char path[DDL_MAX_PATH];
	uint64_t size;
	int fd;

	if (!name)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", opened->source->name);
	if (opened->unpacked_size && (fd = fcntl(opened->unpacked, F_DUPFD_CLOEXEC, 0)) >= 0)
		return fd;
	if (outer && outer->kind == DDL_MEDIUM_ARCHIVE)
		return ddl_unpacked_take(outer, name, session->stage, &confine, &size, error);
	if (outer)
		return ddl_medium_reach(outer, name, error) < 0 ? -1 : ddl_file_open(outer->fd, name, error);
	if (opened->source->kind == DDL_SOURCE_NETWORK)
		return open_remote_image(session, opened->source, name, error);
	if (!ddl_path_join(path, sizeof(path), *name == '/' ? ddl_session_root(session) : NULL, name))
		return ddl_fail(error, DDL_E_OPEN, ENAMETOOLONG, "%s", opened->source->name);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		(void)ddl_fail(error, DDL_E_OPEN, errno, "%s", opened->source->name);
	return fd;
}

static bool is_archive(const struct ddl_medium *medium)
{
	return medium && medium->kind == DDL_MEDIUM_ARCHIVE;
}

/* Closes what open_image gave. */
static void close_image(struct ddl_session *session, const struct ddl_medium *outer, int fd)
{
	if (fd >= 0)
		ddl_stage_drop(session->stage, fd, is_archive(outer) ? (uint64_t)lseek(fd, 0, SEEK_END) : 0);
}

static int check_image(struct ddl_session *session, struct ddl_opened *opened, const struct ddl_medium *outer, int fd,
		       const char *name, struct ddl_error *error)
{
	int asc = open_image(session, opened, outer, ".asc", NULL);
	int result = ddl_signed_stage(session, opened, fd, asc, name, error);

	close_image(session, outer, asc);
	return result;
}

/* A compressed image is unpacked once, a signed one checked; then `fd` is closed. What is in it, or -1. */
static int unpack_image(struct ddl_session *session, struct ddl_opened *opened, const struct ddl_medium *outer, int fd,
			const char *name, struct ddl_error *error)
{
	struct ddl_confine confine = ddl_session_confine(session);
	uint64_t size = is_archive(outer) ? (uint64_t)lseek(fd, 0, SEEK_END) : 0;
	int result = 0;

	if (opened->unpacked_size) /* once: `fd` is at that */
		return fd;
	(void)lseek(fd, 0, SEEK_SET);
	if (ddl_unpacked_by_name(name)) {
		uint64_t both = size;

		result = opened->unpacked = ddl_unpacked_stage(fd, name, may_mount(session), session->stage, &confine, &both,
							       error);
		opened->unpacked_size = result < 0 ? 0 : both;
	} else if (ddl_signed_by_name(name)) {
		result = check_image(session, opened, outer, fd, name, error);
	}
	if (result >= 0 && !opened->unpacked_size && !size)
		return fd;
	if (result >= 0 && !opened->unpacked_size) {
		opened->unpacked = fd;
		opened->unpacked_size = size;
	} else {
		close_image(session, outer, fd);
	}
	if (result < 0)
		return -1;
	fd = fcntl(opened->unpacked, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? ddl_fail(error, DDL_E_OPEN, errno, "%s", name) : fd;
}

/* A file that is called an image, compressed or not; of one that lies on a device the device is asked. */
static struct ddl_medium *open_image_medium(struct ddl_session *session, struct ddl_opened *opened,
					    const struct ddl_medium *outer, struct ddl_error *error)
{
	struct ddl_confine confine = ddl_session_confine(session);
	const char *name = outer ? opened->name : opened->source->name, *format;
	struct ddl_error why = DDL_ERROR_INIT;
	int fd = open_image(session, opened, outer, "", &why);
	struct ddl_medium *medium;

	if (fd < 0 && why.os_errno == EISDIR && outer) /* a folder with an unpacked pack may be called so, too */
		return ddl_medium_open_inner(outer, name, error);
	if (fd < 0) {
		if (error)
			*error = why;
		return NULL;
	}
	fd = unpack_image(session, opened, outer, fd, name, error);
	if (fd < 0)
		return NULL;
	format = may_mount(session) ? ddl_archive_file_system(fd) : NULL;
	if (format) {
		medium = ddl_medium_open_mounted(fd, name, format, &confine, error);
		(void)close(fd);
	} else {
		medium = ddl_medium_open_fd(fd, name, error);
	}
	if (medium && outer && !opened->unpacked_size) {
		medium->device = outer->device;
		medium->confine = outer->confine;
	}
	if (medium && is_archive(outer))
		medium->depth = outer->depth + 1;
	return medium;
}

/* Is what is in the file read from memory, as it has to be unpacked, or may be signed? */
static bool is_held(const char *name)
{
	return ddl_unpacked_by_name(name) || ddl_signed_by_name(name);
}

/* The same, or an image that may have to be mounted. */
static bool is_image(const struct ddl_session *session, const char *name)
{
	return is_held(name) || (may_mount(session) && !ddl_text_ends_in(name, ".iso") && ddl_files_is_image(name, UINT64_MAX));
}

struct ddl_medium *ddl_session_medium(struct ddl_session *session, size_t number, struct ddl_error *error)
{
	struct ddl_opened *opened = &session->opened[number];
	struct ddl_confine confine = ddl_session_confine(session);
	struct ddl_medium *outer;

	if (opened->medium)
		return opened->medium;
	if (opened->outer == SIZE_MAX) {
		opened->medium = (opened->source->kind == DDL_SOURCE_FILE || opened->source->kind == DDL_SOURCE_NETWORK) &&
						 (opened->unpacked_size || is_image(session, opened->source->path)) ?
					 open_image_medium(session, opened, NULL, error) :
					 ddl_medium_open(opened->source, ddl_session_root(session), &confine, error);
		return opened->medium;
	}
	outer = ddl_session_medium(session, opened->outer, error);
	if (outer)
		opened->medium = opened->image && (opened->image->in_place || !is_held(opened->name)) ?
					 ddl_medium_open_image(outer, opened->image, error) :
				 opened->unpacked_size || is_image(session, opened->name) ?
					 open_image_medium(session, opened, outer, error) :
					 ddl_medium_open_inner(outer, opened->name, error);
	return opened->medium;
}
