// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds packages by size and checksum in files of other names. */
#include "find_package.h"

#include <dirent.h>
#include <fcntl.h>
#include <nettle/md5.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limits.h"
#include "path.h"
#include "text.h"

/* A file that has the size of a package. */
struct file {
	const char *name;         /* on the medium */
	uint64_t size;
	const char *digest;       /* hex; NULL: not read */
};

/* What the parent puts together, and the two children see of it. */
struct finding {
	const struct ddl_packages_call *call;
	uint64_t *sizes;          /* of the packages, ascending */
	size_t n_sizes;
	struct file *files;
	size_t n_files;
	struct ddl_wanted *wanted; /* the files that are to be read, parallel to `index` */
	size_t *index;
	size_t n_wanted;
	bool sha256;
	struct ddl_sink *sink;
};

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static bool has_size(const struct finding *finding, uint64_t size)
{
	return bsearch(&size, finding->sizes, finding->n_sizes, sizeof(size), by_size) != NULL;
}

static int add_file(struct finding *finding, const char *name, uint64_t size, struct ddl_error *error)
{
	struct ddl_arena *arena = finding->call->arena;
	struct file *file = NULL;

	if (finding->n_files >= DDL_MAX_PACKAGES)
		return 0;
	name = ddl_arena_dup(arena, name);
	if (name)
		file = ddl_arena_push(arena, &finding->files, &finding->n_files, sizeof(*file));
	if (!file)
		return ddl_fail(error, DDL_E_MEMORY, 0, "packages");
	*file = (struct file){ name, size, NULL };
	return 0;
}

/* ------------------------------------------------------------- in the child */

static int tell_file(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	struct finding *finding = arg;
	const char *directory = finding->call->directory;
	size_t n = strlen(directory), length = strlen(reader->name);
	uint8_t message[sizeof(reader->size) + DDL_MAX_PATH];

	if (strncmp(reader->name, directory, n) != 0 || (n && reader->name[n] != '/') ||
	    !has_size(finding, reader->size) || length >= DDL_MAX_PATH)
		return 0;
	memcpy(message, &reader->size, sizeof(reader->size));
	memcpy(message + sizeof(reader->size), reader->name, length);
	return ddl_sink_send(finding->sink, 0, message, sizeof(reader->size) + length, error);
}

static int run_walk(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct finding *finding = arg;

	finding->sink = sink;
	return ddl_medium_walk(finding->call->medium, tell_file, finding, error);
}

static int tell_digest(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	struct finding *finding = arg;
	union { struct md5_ctx md5; struct sha256_ctx sha; } hash;
	uint8_t bytes[16384];
	struct { size_t index; uint8_t digest[SHA256_DIGEST_SIZE]; } message = {
		.index = finding->index[reader->wanted - finding->wanted] };
	ssize_t n;

	if (finding->sha256)
		sha256_init(&hash.sha);
	else
		md5_init(&hash.md5);
	while ((n = reader->read(reader, bytes, sizeof(bytes), error)) > 0) {
		if (finding->sha256)
			sha256_update(&hash.sha, (size_t)n, bytes);
		else
			md5_update(&hash.md5, (size_t)n, bytes);
	}
	if (n < 0)
		return -1;
	if (finding->sha256)
		sha256_digest(&hash.sha, SHA256_DIGEST_SIZE, message.digest);
	else
		md5_digest(&hash.md5, MD5_DIGEST_SIZE, message.digest);
	return ddl_sink_send(finding->sink, 0, &message, sizeof(message), error);
}

static int run_digests(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	struct finding *finding = arg;

	finding->sink = sink;
	return ddl_medium_visit(finding->call->medium, finding->wanted, finding->n_wanted, tell_digest, finding, error);
}

/* ------------------------------------------------------------ in the parent */

static int take_file(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct finding *finding = arg;
	char name[DDL_MAX_PATH], clean[DDL_MAX_PATH];
	uint64_t size = 0;

	if (type || n <= sizeof(size) || n - sizeof(size) >= sizeof(name))
		return ddl_fail(error, DDL_E_DAMAGED, 0, "the reader told something that makes no sense");
	memcpy(&size, bytes, sizeof(size));
	memcpy(name, (const uint8_t *)bytes + sizeof(size), n - sizeof(size));
	name[n - sizeof(size)] = '\0';
	if (!ddl_path_clean(clean, sizeof(clean), name))
		return ddl_fail(error, DDL_E_DAMAGED, 0, "the reader told something that makes no sense");
	return add_file(finding, clean, size, error);
}

static int take_digest(void *arg, uint32_t type, const void *bytes, size_t n, struct ddl_error *error)
{
	struct finding *finding = arg;
	char hex[2 * SHA256_DIGEST_SIZE + 1];
	size_t index;

	if (type || n != sizeof(index) + SHA256_DIGEST_SIZE)
		return ddl_fail(error, DDL_E_DAMAGED, 0, "the reader told something that makes no sense");
	memcpy(&index, bytes, sizeof(index));
	if (index >= finding->n_files)
		return ddl_fail(error, DDL_E_DAMAGED, 0, "the reader told something that makes no sense");
	ddl_text_hex(hex, (const uint8_t *)bytes + sizeof(index), finding->sha256 ? SHA256_DIGEST_SIZE : MD5_DIGEST_SIZE);
	finding->files[index].digest = ddl_arena_dup(finding->call->arena, hex);
	return finding->files[index].digest ? 0 : ddl_fail(error, DDL_E_MEMORY, 0, "packages");
}

/* Only that it was cancelled or memory was short: what could not be read stays missing. */
static int run_job(struct finding *finding, struct ddl_job *job, struct ddl_error *error)
{
	struct ddl_error trouble = DDL_ERROR_INIT;

	job->arg = finding;
	if (ddl_jobs_run(job, 1, &finding->call->confine, &trouble) == 0 ||
	    (trouble.code != DDL_E_CANCELLED && trouble.code != DDL_E_MEMORY))
		return 0;
	return ddl_fail(error, trouble.code, trouble.os_errno, "%s", trouble.text);
}

static int list_archive(struct finding *finding, struct ddl_error *error)
{
	int keep[] = { finding->call->medium->fd };

	return run_job(finding, &(struct ddl_job){ .run = run_walk, .receive = take_file, .keep = keep, .n_keep = 1 }, error);
}

static int list_names(struct finding *finding, const char *directory, struct ddl_error *error)
{
	int fd = ddl_path_open_dir(finding->call->medium->fd, directory, NULL), result = 0;
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	for (unsigned i = 0; result == 0 && i < DDL_MAX_FOLDER_ENTRIES && (entry = readdir(dir)); i++) {
		char path[DDL_MAX_PATH], clean[DDL_MAX_PATH];
		struct stat st;

		if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode) ||
		    !has_size(finding, (uint64_t)st.st_size) ||
		    !ddl_path_join(path, sizeof(path), *directory ? directory : NULL, entry->d_name) ||
		    !ddl_path_clean(clean, sizeof(clean), path) || strcmp(path, clean) != 0)
			continue;
		result = add_file(finding, clean, (uint64_t)st.st_size, error);
	}
	closedir(dir);
	return result;
}

struct listing {
	struct finding *finding;
	const char *directory;
};

static int rehearse(void *arg, struct ddl_sink *sink, struct ddl_error *error)
{
	const struct listing *listing = arg;

	(void)sink;
	return list_names(listing->finding, listing->directory, error);
}

static int list_directory(struct finding *finding, const char *directory, struct ddl_error *error)
{
	struct listing listing = { finding, directory };

	return ddl_medium_rehearse(finding->call->medium, rehearse, &listing, error) < 0 ? -1 : list_names(finding, directory, error);
}

/* The directories that the packages are listed in. */
static int list_directories(struct finding *finding, const struct ddl_package_wish *missing, size_t count,
			    struct ddl_error *error)
{
	char before[DDL_MAX_PATH] = "", path[DDL_MAX_PATH];
	int result = 0;

	for (size_t i = 0; i < count && result == 0; i++) {
		const char *directory = finding->call->directory, *file = missing[i].package->file;
		size_t n;

		if (!ddl_path_join(path, sizeof(path), *directory ? directory : NULL, file))
			continue;
		n = (size_t)(ddl_path_base(path) - path);
		path[n ? n - 1 : 0] = '\0';
		if (i && strcmp(path, before) == 0)
			continue;
		result = list_directory(finding, path, error);
		memcpy(before, path, sizeof(before));
	}
	return result;
}

/* Do only the file and one package have this size? */
static bool is_sole(const struct finding *finding, uint64_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < finding->n_files; i++)
		n += finding->files[i].size == size;
	for (size_t i = 0; i < finding->n_sizes; i++)
		n += finding->sizes[i] == size;
	return n <= 2;
}

/* As many at a time as there may be descriptors. */
static int read_digests(struct finding *finding, size_t *at, struct ddl_error *error)
{
	int keep[DDL_MAX_OPEN_PACKAGES + 1];
	struct ddl_job job = { .run = run_digests, .receive = take_digest, .keep = keep };
	int result;

	finding->n_wanted = 0;
	for (; *at < finding->n_files && finding->n_wanted < DDL_MAX_OPEN_PACKAGES; ++*at) {
		if (is_sole(finding, finding->files[*at].size))
			continue;
		finding->index[finding->n_wanted] = *at;
		finding->wanted[finding->n_wanted++] = (struct ddl_wanted){ finding->files[*at].name, -1, false };
	}
	if (ddl_medium_reach(finding->call->medium, finding->wanted, finding->n_wanted, error) < 0)
		return -1;
	if (!finding->n_wanted || ddl_medium_prepare(finding->call->medium, finding->wanted, finding->n_wanted, NULL) < 0)
		return 0;
	if (finding->call->medium->kind == DDL_MEDIUM_ARCHIVE)
		keep[job.n_keep++] = finding->call->medium->fd;
	for (size_t i = 0; i < finding->n_wanted; i++)
		if (finding->wanted[i].fd >= 0)
			keep[job.n_keep++] = finding->wanted[i].fd;
	result = run_job(finding, &job, error);
	ddl_medium_unprepare(finding->wanted, finding->n_wanted);
	return result;
}

/* By its checksum; else the only one of its size, whose checksum the test compares. */
static void choose(const struct finding *finding, struct ddl_package *package)
{
	for (size_t i = 0; i < finding->n_files && !package->stored; i++) {
		const struct file *file = &finding->files[i];

		if (file->size == package->size &&
		    (file->digest ? strcasecmp(file->digest, package->digest) == 0 : is_sole(finding, file->size)))
			package->stored = file->name;
	}
}

int ddl_packages_find(const struct ddl_packages_call *call, const struct ddl_package_wish *missing, size_t count,
		      struct ddl_error *error)
{
	struct finding finding = { .call = call, .sha256 = strlen(missing[0].package->digest) == 2 * SHA256_DIGEST_SIZE };
	size_t at = 0;

	finding.sizes = ddl_arena_alloc(call->arena, count, sizeof(*finding.sizes));
	finding.wanted = ddl_arena_alloc(call->arena, DDL_MAX_OPEN_PACKAGES, sizeof(*finding.wanted));
	finding.index = ddl_arena_alloc(call->arena, DDL_MAX_OPEN_PACKAGES, sizeof(*finding.index));
	if (!finding.sizes || !finding.wanted || !finding.index)
		return ddl_fail(error, DDL_E_MEMORY, 0, "packages");
	for (size_t i = 0; i < count; i++)
		finding.sizes[finding.n_sizes++] = missing[i].package->size;
	qsort(finding.sizes, count, sizeof(*finding.sizes), by_size);
	if ((call->medium->kind == DDL_MEDIUM_ARCHIVE ? list_archive(&finding, error)
						    : list_directories(&finding, missing, count, error)) < 0)
		return -1;
	while (at < finding.n_files)
		if (read_digests(&finding, &at, error) < 0)
			return -1;
	for (size_t i = 0; i < count; i++)
		choose(&finding, missing[i].package);
	return 0;
}
