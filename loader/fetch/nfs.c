// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files by NFS, through libnfs: nfs://SERVER/PATH, as addresses have it, and nfs:[OPTIONS:]SERVER:/PATH, as anaconda has it.
 * What is mounted is the folder that a file lies in; the mount is kept for the next file there.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <nfsc/libnfs.h>

#include "fetch/store.h"

#define MS_PER_SECOND 1000

static struct nfs_context *nfs; /* what is mounted; NULL: nothing is */
static char mounted[DDL_MAX_PATH]; /* and its address */

static int fail_nfs(struct ddl_remote_trouble *trouble, int result)
{
	const char *words = nfs ? nfs_get_error(nfs) : NULL;
	enum ddl_code code = result == -ENOENT || result == -EACCES || result == -EPERM ? DDL_E_SERVER : DDL_E_NETWORK;

	return ddl_fetch_fail(trouble, code, code == DDL_E_SERVER ? -result : EAGAIN, "", words ? words : "");
}

/* The word of anaconda's options that tells the version; 0: none does. */
static int version_of(const char *options, size_t n)
{
	static const char *const names[] = { "nfsvers=", "vers=", "version=" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		for (const char *at = options; at + strlen(names[i]) < options + n; at++)
			if (strncmp(at, names[i], strlen(names[i])) == 0)
				return atoi(at + strlen(names[i]));
	return 0;
}

/* As an address has it. False: it is none, or too long. */
static bool as_address(const char *url, char *to, size_t room)
{
	const char *options = url + strlen("nfs:"), *server = options, *path;
	char query[32] = "";

	if (strncmp(options, "//", 2) == 0)
		return snprintf(to, room, "%s", url) < (int)room;
	path = strstr(options, ":/");
	if (!path)
		return false;
	for (const char *c = options; c < path; c++)
		if (*c == ':')
			server = c + 1;
	if (version_of(options, (size_t)(server - options)))
		(void)snprintf(query, sizeof(query), "?version=%d", version_of(options, (size_t)(server - options)));
	return snprintf(to, room, "nfs://%.*s%s%s", (int)(path - server), server, path + 1, query) < (int)room;
}

/* Mounts the folder, unless it is mounted already. The result of libnfs. */
static int mount_folder(const char *server, const char *folder, const char *address)
{
	char key[sizeof(mounted)];
	struct nfs_url *options;
	int result;

	if (snprintf(key, sizeof(key), "%s:%s", server, folder) >= (int)sizeof(key))
		return -ENAMETOOLONG;
	if (nfs && strcmp(key, mounted) == 0)
		return 0;
	if (nfs)
		nfs_destroy_context(nfs);
	*mounted = '\0';
	nfs = nfs_init_context();
	if (!nfs)
		return -ENOMEM;
	options = nfs_parse_url_dir(nfs, address); /* sets the version and the ports */
	nfs_destroy_url(options);
	nfs_set_timeout(nfs, (int)DDL_FETCH_CONNECT_SECONDS * MS_PER_SECOND);
	nfs_set_uid(nfs, 0); /* as a mount by root would be */
	nfs_set_gid(nfs, 0);
	result = nfs_mount(nfs, server, folder);
	if (result == 0)
		memcpy(mounted, key, sizeof(key));
	return result;
}

/* "%20" and the like become what they stand for; in place. */
static void unescape(char *path)
{
	char *to = path;

	for (; *path; path++) {
		unsigned value;

		if (*path == '%' && sscanf(path + 1, "%2x", &value) == 1 && value && path[1] && path[2]) {
			*to++ = (char)value;
			path += 2;
		} else {
			*to++ = *path;
		}
	}
	*to = '\0';
}

/* Server and path of the address, without what stands behind "?". False: there is no path. */
static bool take_apart(const char *address, char *server, char *path, size_t room)
{
	const char *host = address + strlen("nfs://");
	size_t n_host = strcspn(host, "/"), n_path = strcspn(host + n_host, "?");

	if (!n_host || !n_path || n_host >= room || n_path >= room)
		return false;
	memcpy(server, host, n_host);
	server[n_host] = '\0';
	memcpy(path, host + n_host, n_path);
	path[n_path] = '\0';
	unescape(path);
	while (strlen(path) > 1 && path[strlen(path) - 1] == '/')
		path[strlen(path) - 1] = '\0';
	return true;
}

/* The file at the path of what is mounted. */
static int open_file(struct ddl_fetch *fetch, struct ddl_fetch_file *file, const char *path, struct ddl_remote_trouble *trouble)
{
	struct nfs_stat_64 st;
	struct nfsfh *handle;
	struct ddl_store store;
	int result = nfs_stat64(nfs, path, &st);

	if (result == 0 && S_ISDIR((mode_t)st.nfs_mode)) {
		file->directory = true;
		return 0;
	}
	if (result == 0)
		result = nfs_open(nfs, path, O_RDONLY, &handle);
	if (result < 0)
		return fail_nfs(trouble, result);
	file->handle = handle;
	file->ranges = true;
	ddl_store_begin(&store, fetch, file, 0);
	return ddl_store_size(&store, st.nfs_size, trouble) < 0 ? -1 : ddl_store_end(&store, trouble);
}

static int open_nfs(struct ddl_fetch *fetch, struct ddl_fetch_file *file, struct ddl_remote_trouble *trouble)
{
	char address[DDL_MAX_PATH + 32], server[DDL_MAX_PATH], path[DDL_MAX_PATH], *base;
	int result;

	if (!as_address(file->url, address, sizeof(address)) || !take_apart(address, server, path, sizeof(path)))
		return ddl_fetch_fail(trouble, DDL_E_SERVER, 0, N_("this is no address that can be used"), "");
	base = strrchr(path, '/');
	*base = '\0';
	result = mount_folder(server, base == path ? "/" : path, address);
	*base = '/';
	if (result == 0)
		return open_file(fetch, file, base, trouble);
	if (fail_nfs(trouble, result) == 0 || trouble->code != DDL_E_SERVER)
		return -1;
	/* what is shared may be the very folder that was named */
	if (mount_folder(server, path, address) < 0)
		return -1;
	*trouble = (struct ddl_remote_trouble){ .code = DDL_OK };
	file->directory = true;
	return 0;
}

static int fill_nfs(struct ddl_fetch *fetch, struct ddl_fetch_file *file, uint64_t block, uint64_t count,
		    struct ddl_remote_trouble *trouble)
{
	static struct ddl_store store;
	uint64_t at = block * DDL_REMOTE_BLOCK, end = (block + count) * DDL_REMOTE_BLOCK;
	static uint8_t bytes[DDL_REMOTE_BLOCK];

	ddl_store_begin(&store, fetch, file, block);
	for (end = end < file->size ? end : file->size; at < end;) {
		uint64_t want = end - at < sizeof(bytes) ? end - at : sizeof(bytes);
		int got = nfs_pread(nfs, file->handle, at, want, bytes);

		if (got == 0)
			return ddl_fetch_fail(trouble, DDL_E_CHANGED, 0, "", "");
		if (got < 0)
			return fail_nfs(trouble, got);
		if (ddl_store_put(&store, bytes, (size_t)got, trouble) < 0)
			return -1;
		at += (uint64_t)got;
	}
	return 0;
}

const struct ddl_fetch_way ddl_nfs_way = { open_nfs, fill_nfs };
