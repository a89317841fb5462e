// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files by NFS, through libnfs: nfs://SERVER/PATH, as addresses have it, and nfs:[OPTIONS:]SERVER:/PATH, as anaconda has it.
 * What is mounted is the folder that a file lies in. A mount stays, as files of it are read later, and is used for what lies
 * below it.
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

/* What is mounted; `options` is what stands behind the address' "?". */
struct mount {
	struct mount *next;
	struct nfs_context *nfs;
	char server[DDL_MAX_PATH], folder[DDL_MAX_PATH], options[DDL_MAX_PATH];
};

struct opened {
	struct nfs_context *nfs;
	struct nfsfh *file;
};

static struct mount *mounts; /* there are no more of them than files */

static int fail_nfs(struct ddl_remote_trouble *trouble, struct nfs_context *nfs, int result)
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

/* libnfs takes the port behind "?" alone; people write it behind the server, as with the other schemes. */
static bool move_port(const char *url, char *to, size_t room)
{
	const char *host = url + strlen("nfs://"), *end = host + strcspn(host, "/?"), *colon = end;

	while (colon > host && colon[-1] >= '0' && colon[-1] <= '9')
		colon--;
	if (colon == end || colon - host < 2 || colon[-1] != ':' ||
	    (*host != '[' && memchr(host, ':', (size_t)(colon - 1 - host))))
		return snprintf(to, room, "%s", url) < (int)room;
	return snprintf(to, room, "%.*s%s%snfsport=%.*s", (int)(colon - 1 - url), url, end, strchr(end, '?') ? "&" : "?",
			(int)(end - colon), colon) < (int)room;
}

/* As an address has it. False: it is none, or too long. */
static bool as_address(const char *url, char *to, size_t room)
{
	const char *options = url + strlen("nfs:"), *server = options, *path;
	char query[32] = "";

	if (strncmp(options, "//", 2) == 0)
		return move_port(url, to, room);
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

/* What of the path is below the mount, with its "/"; NULL: it is not of this mount. */
static const char *below_mount(const struct mount *mount, const char *server, const char *path, const char *options)
{
	size_t n = strcmp(mount->folder, "/") == 0 ? 0 : strlen(mount->folder);

	return strcmp(mount->server, server) == 0 && strcmp(mount->options, options) == 0 &&
			       strncmp(mount->folder, path, n) == 0 && path[n] == '/' ?
		       path + n :
		       NULL;
}

/* Mounts the folder of the server; the result of libnfs. */
static int mount_folder(const char *server, const char *folder, const char *address, struct mount **made)
{
	const char *options = address + strcspn(address, "?");
	struct mount *mount = calloc(1, sizeof(*mount));
	struct nfs_url *url;
	int result;

	*made = mount;
	if (!mount || !(mount->nfs = nfs_init_context()))
		return -ENOMEM;
	if (snprintf(mount->server, sizeof(mount->server), "%s", server) >= (int)sizeof(mount->server) ||
	    snprintf(mount->folder, sizeof(mount->folder), "%s", folder) >= (int)sizeof(mount->folder) ||
	    snprintf(mount->options, sizeof(mount->options), "%s", options) >= (int)sizeof(mount->options))
		return -ENAMETOOLONG;
	url = nfs_parse_url_dir(mount->nfs, address); /* sets the version and the ports */
	nfs_destroy_url(url);
	nfs_set_timeout(mount->nfs, (int)DDL_FETCH_CONNECT_SECONDS * MS_PER_SECOND);
	nfs_set_uid(mount->nfs, 0); /* as a mount by root would be */
	nfs_set_gid(mount->nfs, 0);
	result = nfs_mount(mount->nfs, server, folder);
	if (result < 0)
		return result;
	mount->next = mounts;
	mounts = mount;
	return 0;
}

/* One that nothing came of. */
static void forget_mount(struct mount *mount)
{
	if (mount && mount->nfs)
		nfs_destroy_context(mount->nfs);
	free(mount);
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
static int open_file(struct ddl_fetch *fetch, struct ddl_fetch_file *file, struct nfs_context *nfs, const char *path,
		     struct ddl_remote_trouble *trouble)
{
	struct nfs_stat_64 st;
	struct nfsfh *handle;
	struct opened *opened;
	struct ddl_store store;
	int result = nfs_stat64(nfs, path, &st);

	if (result == 0 && S_ISDIR((mode_t)st.nfs_mode)) {
		file->directory = true;
		return 0;
	}
	if (result == 0)
		result = nfs_open(nfs, path, O_RDONLY, &handle);
	if (result < 0)
		return fail_nfs(trouble, nfs, result);
	opened = malloc(sizeof(*opened));
	if (!opened) {
		(void)nfs_close(nfs, handle);
		return fail_nfs(trouble, NULL, -ENOMEM);
	}
	*opened = (struct opened){ nfs, handle };
	file->handle = opened;
	file->ranges = true;
	ddl_store_begin(&store, fetch, file, 0);
	return ddl_store_size(&store, st.nfs_size, trouble) < 0 ? -1 : ddl_store_end(&store, trouble);
}

/* In the folder that it lies in, which is mounted for it. */
static int open_in_folder(struct ddl_fetch *fetch, struct ddl_fetch_file *file, const char *server, char *path,
			  const char *address, struct ddl_remote_trouble *trouble)
{
	char *base = strrchr(path, '/');
	struct mount *mount;
	int result;

	*base = '\0';
	result = mount_folder(server, base == path ? "/" : path, address, &mount);
	*base = '/';
	if (result == 0)
		return open_file(fetch, file, mount->nfs, base, trouble);
	(void)fail_nfs(trouble, mount ? mount->nfs : NULL, result);
	forget_mount(mount);
	if (trouble->code != DDL_E_SERVER)
		return -1;
	/* what is shared may be the very folder that was named */
	if (mount_folder(server, path, address, &mount) < 0) {
		forget_mount(mount);
		return -1;
	}
	*trouble = (struct ddl_remote_trouble){ .code = DDL_OK };
	file->directory = true;
	return 0;
}

static int open_nfs(struct ddl_fetch *fetch, struct ddl_fetch_file *file, struct ddl_remote_trouble *trouble)
{
	char address[DDL_MAX_PATH + 32], server[DDL_MAX_PATH], path[DDL_MAX_PATH];

	if (!as_address(file->url, address, sizeof(address)) || !take_apart(address, server, path, sizeof(path)))
		return ddl_fetch_fail(trouble, DDL_E_SERVER, 0, N_("this is no address that can be used"), "");
	for (const struct mount *mount = mounts; mount; mount = mount->next) {
		const char *below = below_mount(mount, server, path, address + strcspn(address, "?"));

		if (below)
			return open_file(fetch, file, mount->nfs, below, trouble);
	}
	return open_in_folder(fetch, file, server, path, address, trouble);
}

static int fill_nfs(struct ddl_fetch *fetch, struct ddl_fetch_file *file, uint64_t block, uint64_t count,
		    struct ddl_remote_trouble *trouble)
{
	static struct ddl_store store;
	const struct opened *opened = file->handle;
	uint64_t at = block * DDL_REMOTE_BLOCK, end = (block + count) * DDL_REMOTE_BLOCK;
	static uint8_t bytes[DDL_REMOTE_BLOCK];

	ddl_store_begin(&store, fetch, file, block);
	for (end = end < file->size ? end : file->size; at < end;) {
		uint64_t want = end - at < sizeof(bytes) ? end - at : sizeof(bytes);
		int got = nfs_pread(opened->nfs, opened->file, at, want, bytes);

		if (got == 0)
			return ddl_fetch_fail(trouble, DDL_E_CHANGED, 0, "", "");
		if (got < 0)
			return fail_nfs(trouble, opened->nfs, got);
		if (ddl_store_put(&store, bytes, (size_t)got, trouble) < 0)
			return -1;
		at += (uint64_t)got;
	}
	return 0;
}

const struct ddl_fetch_way ddl_nfs_way = { open_nfs, fill_nfs };
