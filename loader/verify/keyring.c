// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the trusted keys into one keyring. */
#include "verify/keyring.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attributes.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/path.h"
#include "verify/armor.h"

struct filling {
	struct ddl_stage *stage;
	int fd;
	uint64_t *size;
	struct ddl_log *log;
};

/* One file's keys; the number of bytes, 0 where there are none, -1 without memory. */
static ssize_t add_bytes(struct filling *filling, const char *bytes, size_t length, struct ddl_error *error)
{
	DDL_FREE uint8_t *keys = malloc(length + 1);
	size_t n = keys ? ddl_armor_open(keys, bytes, length) : 0;

	if (!keys)
		return ddl_fail(error, DDL_E_MEMORY, 0, "keys");
	if (n > DDL_MAX_KEYRING - *filling->size)
		return ddl_fail(error, DDL_E_TOO_LARGE, 0, "%s", "keys");
	if (n && ddl_stage_append(filling->stage, filling->fd, keys, n, error) < 0)
		return -1;
	*filling->size += n;
	return (ssize_t)n;
}

static ssize_t add_file(struct filling *filling, int at, const char *name, struct ddl_error *error)
{
	DDL_CLOSE int fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t length;
	DDL_FREE char *bytes = fd < 0 ? NULL : ddl_file_read(fd, DDL_MAX_KEY_FILE, &length, error);
	ssize_t n = -1;

	if (fd < 0)
		(void)ddl_fail(error, DDL_E_OPEN, errno, "%s", name);
	if (bytes)
		n = add_bytes(filling, bytes, length, error);
	if (n == 0)
		ddl_log(filling->log, "%s: no OpenPGP key in it", name);
	return n;
}

/* All files of a directory. What cannot be read is passed over; the number of bytes, or -1. */
static ssize_t add_directory(struct filling *filling, int at, struct ddl_error *error)
{
	DIR *directory = fdopendir(at);
	const struct dirent *entry;
	unsigned files = 0;
	ssize_t total = 0;

	if (!directory) {
		(void)close(at);
		return ddl_fail(error, DDL_E_MEMORY, errno, "keys");
	}
	while (total >= 0 && (entry = readdir(directory)) != NULL && files < DDL_MAX_KEY_FILES) {
		struct ddl_error why = DDL_ERROR_INIT;
		ssize_t n;

		if (entry->d_name[0] == '.')
			continue;
		files++;
		n = add_file(filling, at, entry->d_name, &why);
		if (n < 0)
			ddl_log_error(filling->log, "keys", &why);
		if (n < 0 && why.code == DDL_E_MEMORY)
			total = ddl_fail(error, why.code, 0, "keys");
		else
			total += n > 0 ? n : 0;
	}
	(void)closedir(directory);
	return total;
}

int ddl_keyring_read(const struct ddl_options *options, struct ddl_stage *stage, int fd, uint64_t *size, struct ddl_log *log,
		     struct ddl_error *error)
{
	struct filling filling = { stage, fd, size, log };
	struct ddl_error why = DDL_ERROR_INIT;
	char path[DDL_MAX_PATH];
	ssize_t n;
	int at = -1;

	*size = 0;
	if (ddl_path_join(path, sizeof(path), options->root ? options->root : "", "/etc/pki/rpm-gpg"))
		at = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (at >= 0 && add_directory(&filling, at, error) < 0)
		return -1;
	if (ddl_path_join(path, sizeof(path), options->root ? options->root : "", "/installkey.gpg") && access(path, R_OK) == 0 &&
	    add_file(&filling, AT_FDCWD, path, &why) < 0)
		ddl_log_error(log, "keys", &why);
	if (!options->keyring)
		return 0;
	at = open(options->keyring, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	n = at >= 0 ? add_directory(&filling, at, error) : add_file(&filling, AT_FDCWD, options->keyring, error);
	if (n > 0)
		return 0;
	if (n < 0)
		return ddl_fail_in(error, "--keyring");
	return ddl_fail(error, DDL_E_USAGE, 0, _("--keyring %s: there is no OpenPGP key in it"), options->keyring);
}
