// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes SUSE's driver update: dud.config, a zero byte, module.order, a zero byte, names of its files, each ended by a line break. */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "medium/suse.h"
#include "module/modprobe_conf.h"
#include "repository/suse_update.h"

#define PLACE "linux/suse/x86_64-sles15"
#define MOST_FILES 64U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What comes before the next zero byte; the rest is left. */
static struct ddl_blob next(const char *name, const char **at, const char *end)
{
	const char *zero = *at < end ? memchr(*at, 0, (size_t)(end - *at)) : NULL, *from = *at;

	*at = zero ? zero + 1 : end;
	return (struct ddl_blob){ name, from, (size_t)((zero ? zero : end) - from), false };
}

/* As a medium gives them: clean, and relative to its top. */
static size_t list_files(struct ddl_arena *arena, const char *at, const char *end, struct ddl_listed *files)
{
	size_t count = 0;

	while (at < end && count < MOST_FILES) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((stop ? stop : end) - at);
		const char *name = n < DDL_MAX_PATH / 2 ? ddl_arena_dupn(arena, at, n) : "";
		char clean[DDL_MAX_PATH];

		at += n + (stop != NULL);
		name = name ? ddl_arena_printf(arena, PLACE "/%s", name) : NULL;
		if (name && ddl_path_clean_relative(clean, sizeof(clean), name) && ddl_suse_part(clean) != DDL_SUSE_NONE)
			files[count++] = (struct ddl_listed){ .name = ddl_arena_dup(arena, clean), .size = n };
	}
	return count;
}

static void check(const struct ddl_repo *repo, size_t n_files)
{
	if (!*repo->identifier || !*repo->name || !*repo->description || !repo->version ||
	    repo->n_packages + repo->n_lists > n_files)
		abort();
	for (size_t i = 0; i < repo->n_packages; i++)
		if (!*repo->packages[i].file || !repo->packages[i].label || !repo->packages[i].root ||
		    (i && strcmp(repo->packages[i].file, repo->packages[i - 1].file) == 0 && n_files < 2))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ddl_arena *arena = ddl_arena_new();
	const char *at = (const char *)data, *end = at + size, **notes = NULL;
	struct ddl_modprobe_conf conf = DDL_MODPROBE_CONF_INIT;
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_listed files[MOST_FILES];
	struct ddl_blob blobs[2];
	struct ddl_repo repo;
	size_t n_notes = 0;

	if (!arena)
		return 0;
	blobs[0] = next(PLACE "/dud.config", &at, end);
	blobs[1] = next(PLACE "/modules/module.order", &at, end);
	struct ddl_rpm_file rpm = {
		PLACE "/install/a.rpm", 10, true, { .name = "a-kmp", .version = "1", .release = "1", .of_driver = true }
	};
	struct ddl_contents contents = { .arena = arena,
					 .blobs = blobs,
					 .n_blobs = 2,
					 .rpms = &rpm,
					 .n_rpms = 1,
					 .files = files,
					 .n_files = list_files(arena, at, end, files),
					 .notes = &notes,
					 .n_notes = &n_notes };
	enum ddl_found found = ddl_suse_update_read(&contents, PLACE, &repo, &error);

	if (found == DDL_FOUND)
		check(&repo, contents.n_files);
	else if (found == DDL_FOUND_NONE || (found == DDL_FOUND_BROKEN && error.code == DDL_OK))
		abort();
	ddl_error_clear(&error);
	if (ddl_modprobe_conf_dud(arena, blobs[0].bytes, blobs[0].length, "megaraid_sas", &conf, &error) < 0 &&
	    error.code == DDL_OK)
		abort();
	ddl_arena_free(arena);
	return 0;
}
