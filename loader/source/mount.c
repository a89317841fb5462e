// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mounting a medium so that nothing on it is changed, executed or trusted.
 */
#include "source/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/text.h"
#include "source/loop.h"

#define MAX_TYPES 2
#define MAX_OPTIONS 4
#define MAX_PLACES 16 /* mount points of one name tried: others may be left over or in use */

/*
 * By libblkid's name: the kernel's file systems that read it, and the options that keep
 * the journal from being replayed (from each file system's own documentation), newest
 * spelling first. Another option is tried only when the kernel says EINVAL, as it does
 * for an option it does not know or a character set it has no table for.
 */
static const struct kind {
	const char *format;
	const char *types[MAX_TYPES];
	const char *options[MAX_OPTIONS];
} kinds[] = {
	{ "iso9660", { "iso9660" }, { "utf8", "" } },
	{ "udf", { "udf" }, { "utf8", "" } },
	{ "vfat", { "vfat" }, { "utf8", "utf8,iocharset=ascii", "utf8,iocharset=iso8859-1", "" } },
	{ "exfat", { "exfat" }, { "iocharset=utf8", "" } },
	{ "ntfs", { "ntfs3", "ntfs" }, { "iocharset=utf8", "nls=utf8", "" } },
	{ "ext2", { "ext4", "ext2" }, { "noload", "" } },
	{ "ext3", { "ext4", "ext3" }, { "noload" } },
	{ "ext4", { "ext4" }, { "noload" } },
	{ "ext4dev", { "ext4" }, { "noload" } },
	{ "xfs", { "xfs" }, { "norecovery,nouuid" } },
	{ "btrfs", { "btrfs" }, { "rescue=nologreplay", "nologreplay", "norecovery" } },
	{ "f2fs", { "f2fs" }, { "norecovery", "disable_roll_forward" } },
	{ "squashfs", { "squashfs" }, { "" } },
	{ "erofs", { "erofs" }, { "" } },
	{ "hfsplus", { "hfsplus" }, { "" } },
};

static const struct kind *kind_of(const char *format)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].format, format) == 0)
			return &kinds[i];
	return NULL;
}

bool ddl_mount_knows(const char *format)
{
	return kind_of(format) != NULL;
}

/* Makes <root>/run/ddload/media, which nobody else may look into. */
static int make_media(const char *root, char *media, size_t room)
{
	if (ddl_path_join(media, room, root, "/run/ddload/media"))
		return ddl_file_make_directories(media, 0700);
	errno = ENAMETOOLONG;
	return -1;
}

/* A new, empty directory; one that was left over is taken away first. */
static int make_place(const char *media, const char *name, char *place, size_t room)
{
	for (int i = 0; i < MAX_PLACES; i++) {
		int n = i == 0 ? snprintf(place, room, "%s/%s", media, name) : snprintf(place, room, "%s/%s.%d", media, name, i);

		if (n < 0 || (size_t)n >= room) {
			errno = ENAMETOOLONG;
			return -1;
		}
		/* Fails while something is mounted there, which is what is wanted. */
		(void)rmdir(place);
		if (mkdir(place, 0700) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

static int mount_kind(const struct kind *kind, const char *path, const char *place)
{
	const unsigned long flags = MS_RDONLY | MS_NODEV | MS_NOSUID | MS_NOEXEC;
	int cause = EINVAL;

	for (size_t t = 0; t < MAX_TYPES && kind->types[t]; t++) {
		for (size_t o = 0; o < MAX_OPTIONS && kind->options[o]; o++) {
			if (mount(path, place, kind->types[t], flags, kind->options[o]) == 0)
				return 0;
			cause = errno;
			if (cause != EINVAL)
				break;
		}
		if (cause != ENODEV && cause != EINVAL)
			break;
	}
	errno = cause;
	return -1;
}

#define MOUNT_FIELDS 5 /* of a line of mountinfo, up to the mount point */

/*
 * Where the device is mounted already (proc(5), mountinfo: the third field is
 * major:minor, the fourth the root within it, the fifth the mount point with octal
 * escapes). A descriptor, or -1.
 */
static int find_mounted(const char *path)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	struct stat st;
	char line[8192], number[sizeof("4294967295:4294967295")];
	int fd = -1;

	if (!file)
		return -1;
	if (stat(path, &st) < 0)
		st.st_rdev = 0;
	(void)snprintf(number, sizeof(number), "%u:%u", major(st.st_rdev), minor(st.st_rdev));
	while (fd < 0 && st.st_rdev != 0 && fgets(line, sizeof(line), file)) {
		char *field[MOUNT_FIELDS];

		if (ddl_text_fields(line, field, MOUNT_FIELDS) == MOUNT_FIELDS && strcmp(field[2], number) == 0 &&
		    strcmp(field[3], "/") == 0 && !strchr(field[4], '\\'))
			fd = open(field[4], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	fclose(file);
	return fd;
}

/* A device that is claimed: where it is mounted already, or by way of a loop device. -1 and errno. */
static int mount_claimed(const struct kind *kind, const char *path, const char *place)
{
	char node[64];
	int fd = find_mounted(path), loop, cause;

	if (fd >= 0)
		return fd;
	loop = ddl_loop_over(path, node, sizeof(node));
	if (loop < 0) {
		errno = EBUSY; /* that is what is in the way */
		return -1;
	}
	if (mount_kind(kind, node, place) == 0)
		fd = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cause = errno;
	if (fd >= 0)
		(void)umount2(place, UMOUNT_NOFOLLOW | MNT_DETACH);
	close(loop);
	errno = cause;
	return fd;
}

void ddl_mount_undo(const char *mountpoint)
{
	if (umount2(mountpoint, UMOUNT_NOFOLLOW) < 0)
		(void)umount2(mountpoint, UMOUNT_NOFOLLOW | MNT_DETACH);
	(void)rmdir(mountpoint);
}

/* What libblkid knows and is no file system for a medium, in words where there are some. */
static int cannot_be_one(const char *name, const char *format, struct ddl_error *error)
{
	if (strcmp(format, "crypto_LUKS") == 0 || strcmp(format, "BitLocker") == 0)
		return ddl_fail(error, DDL_E_NOT_A_DISK, 0, _("%s is encrypted (%s)"), name, format);
	if (strstr(format, "_member"))
		return ddl_fail(error, DDL_E_NOT_A_DISK, 0, _("%s is a part of something larger (%s)"), name, format);
	return *format ? ddl_fail(error, DDL_E_NOT_A_DISK, 0, "%s: %s", name, format) :
			 ddl_fail(error, DDL_E_NOT_A_DISK, 0, "%s", name);
}

int ddl_mount(const char *root, const char *path, const char *name, const char *format, struct ddl_error *error)
{
	const struct kind *kind = kind_of(format);
	char media[DDL_MAX_PATH], mountpoint[DDL_MAX_PATH];
	int fd, cause;

	if (!kind)
		return cannot_be_one(name, format, error);
	if (make_media(root, media, sizeof(media)) < 0)
		return ddl_fail(error, DDL_E_MOUNT, errno, "%s: %s", name, format);
	(void)ddl_mount_in_job(media); /* where that cannot be, others see the mount, for a moment */
	if (make_place(media, ddl_path_base(name), mountpoint, sizeof(mountpoint)) < 0)
		return ddl_fail(error, DDL_E_MOUNT, errno, "%s: %s", name, format);
	if (mount_kind(kind, path, mountpoint) < 0) {
		fd = errno == EBUSY ? mount_claimed(kind, path, mountpoint) : -1;
		cause = errno;
		(void)rmdir(mountpoint);
		if (fd >= 0)
			return fd;
		if (cause == ENOMEDIUM || cause == ENXIO) /* it was there when it was recognised */
			return ddl_fail(error, DDL_E_GONE, cause, "%s", name);
		return ddl_fail(error, cause == EBUSY ? DDL_E_CLAIMED : DDL_E_MOUNT, cause, "%s: %s", name, format);
	}
	fd = open(mountpoint, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cause = errno;
	(void)umount2(mountpoint, UMOUNT_NOFOLLOW | MNT_DETACH);
	(void)rmdir(mountpoint);
	return fd >= 0 ? fd : ddl_fail(error, DDL_E_MOUNT, cause, "%s: %s", name, format);
}

bool ddl_mount_in_job(const char *media)
{
	if (unshare(CLONE_NEWNS) < 0)
		return errno == EPERM;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return false;
	/* without it an empty directory may be left behind for the next that mounts */
	if (ddl_file_make_directories(media, 0700) == 0)
		(void)mount("ddload", media, "ramfs", MS_NODEV | MS_NOSUID | MS_NOEXEC, "mode=0700");
	return true;
}

bool ddl_mount_writes(const char *format)
{
	return strcmp(format, "vfat") == 0 || strcmp(format, "exfat") == 0 || strncmp(format, "ext", 3) == 0;
}

int ddl_mount_writable(const char *path, const char *format, const char *place, struct ddl_error *error)
{
	const struct kind *kind = ddl_mount_writes(format) ? kind_of(format) : NULL;
	int cause = EROFS;

	for (size_t t = 0; kind && t < MAX_TYPES && kind->types[t]; t++) {
		if (mount(path, place, kind->types[t], MS_NODEV | MS_NOSUID | MS_NOEXEC, "") == 0)
			return 0;
		cause = errno;
	}
	return ddl_fail(error, DDL_E_SAVE, cause, "%s", format);
}
