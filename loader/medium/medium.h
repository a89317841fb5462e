/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A source opened for reading: a directory (mounted read-only by us, or given), or an
 * archive (ISO, zip, tar) read by libarchive through a descriptor without mounting.
 * Both give the same two things: its files' names and sizes, and the bytes of wanted
 * files in the order in which they lie on the medium.
 */
#ifndef DDL_MEDIUM_H
#define DDL_MEDIUM_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "model/model.h"
#include "process/jobs.h"

/* BARE: one file, an RPM package or a module, that nothing lists. */
enum ddl_medium_kind { DDL_MEDIUM_DIRECTORY, DDL_MEDIUM_ARCHIVE, DDL_MEDIUM_BARE };

/* An ISO image in an archive, or what is packed in an RPM package. In place: its bytes lie in the archive's own, at `offset`; else they are packed. */
struct ddl_image {
	const char *name;
	uint64_t offset, size;
	bool in_place;
};

struct ddl_medium_device {
	bool silent; /* it did not answer in time: it is not asked again */
	char path[];
};

struct ddl_medium {
	enum ddl_medium_kind kind;
	int fd; /* directory, or the file's bytes; of a directory on a server -1 */
	const struct ddl_source *remote; /* that the directory is the address of; NULL: it is none */
	const char *found; /* where the server has sent us on to; NULL: nowhere. As the fetcher lives */
	unsigned depth; /* archives that it is read through: at most DDL_MAX_ARCHIVE_DEPTH */
	bool outermost; /* on its device: the last to be closed, for which the kernel may need the device */
	struct ddl_confine confine; /* whether to go on while the device is waited for */
	bool image; /* an image's file system, which was mounted: nobody has seen its files by their names yet */
	struct ddl_medium_device *device; /* that it is on; NULL: none is known. Of the outermost medium */
	char name[DDL_MAX_NAME + 1]; /* for messages */
	struct ddl_archive *archive; /* how to read it and what is known of it; NULL for a directory */
};

/*
 * Opens a source. A device is mounted ro,nodev,nosuid,noexec (noload / norecovery so that
 * no journal is replayed), by a child and seen by nobody else: the mount is gone as soon as the
 * medium is closed, and with ddload. Where that cannot be done (no right, no
 * such file system in this kernel) and it holds an ISO 9660 file system, libarchive
 * reads it. NULL and DDL_E_NO_MEDIUM, _MOUNT, _OPEN, _NOT_A_DISK, _TIMEOUT, …
 * `confine` may be NULL; it is copied.
 */
struct ddl_medium *ddl_medium_open(const struct ddl_source *source, const char *root, const struct ddl_confine *confine,
				   struct ddl_error *error) DDL_MUST_CHECK;

/*
 * Does the work in a child first, where the medium is on a device: see process/device_job.h. 0, or -1 and
 * DDL_E_TIMEOUT, _CANCELLED: then it is not to be done at all. What the work returns is of no account. In such a child
 * it does nothing: what that one does is the rehearsal already.
 */
int ddl_medium_warm_up(const struct ddl_medium *medium, int (*work)(void *arg, struct ddl_sink *sink, struct ddl_error *error),
		       void *arg, struct ddl_error *error) DDL_MUST_CHECK;

/* A medium that is a file on a directory medium (an .iso, .zip, .tar.gz, .rpm or .ko on a stick), or a folder there. */
struct ddl_medium *ddl_medium_open_inner(const struct ddl_medium *outer, const char *name,
					 struct ddl_error *error) DDL_MUST_CHECK;

/*
 * Opens the file in a child first, where it is on a device: that may never answer. 0; -1 as ddl_medium_warm_up.
 */
int ddl_medium_reach(const struct ddl_medium *outer, const char *name, struct ddl_error *error) DDL_MUST_CHECK;

/*
 * A medium that is the image of a file system in a file, mounted by way of a loop device, in place and as a device is. `fd`
 * is not closed. NULL and DDL_E_MOUNT: no right, no loop device, no such file system in this kernel.
 */
struct ddl_medium *ddl_medium_open_mounted(int fd, const char *name, const char *format, const struct ddl_confine *confine,
					   struct ddl_error *error) DDL_MUST_CHECK;

/* A medium that is an ISO image in an archive medium (in the vendor's zip), or what a bare RPM package holds. */
struct ddl_medium *ddl_medium_open_image(const struct ddl_medium *outer, const struct ddl_image *image,
					 struct ddl_error *error) DDL_MUST_CHECK;

/* Is it read from front to back, so that two readers would each unpack all of it? */
bool ddl_medium_streams(const struct ddl_medium *medium);

/*
 * A medium in bytes that are at hand: a file on another medium, or what was staged of one. Takes over `fd`, also on
 * failure. `name` is for messages, and what a bare file's contents are told by.
 */
struct ddl_medium *ddl_medium_open_fd(int fd, const char *name, struct ddl_error *error) DDL_MUST_CHECK;

/*
 * True when the device that the medium is on has lost its disk, or is gone itself. Tells a
 * read that failed because of that (EIO, as for a scratch) from others; asks a CD drive,
 * and waits up to a second for a device to go.
 */
bool ddl_medium_gone(const struct ddl_medium *medium);

/* What went wrong while the device was looked at becomes DDL_E_GONE where that is the cause. */
void ddl_medium_name_trouble(const struct ddl_source *source, const char *root, struct ddl_error *trouble);

/* Closes, which unmounts, and frees. NULL allowed. */
void ddl_medium_close(struct ddl_medium *medium);

#endif
