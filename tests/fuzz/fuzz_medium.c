// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes media that are one file: ISO 9660, zip, tar; opened, walked, and looked through for repositories. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "medium/files.h"
#include "medium/medium.h"
#include "repository/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(const char *path)
{
	if (!*path || *path == '/' || strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0 || strstr(path, "/../") ||
	    ddl_text_ends(path, "/..") || strlen(path) >= DDL_MAX_PATH)
		abort();
}

/* Every second file is read to its end, the others are skipped. */
static int visit(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	unsigned *turn = arg;
	char bytes[4096];
	ssize_t n = 1;

	check_path(reader->name);
	for (unsigned i = 0; i < 4096 && n > 0 && *turn % 2; i++) {
		n = reader->read(reader, bytes, sizeof(bytes), error);
		if (n > (ssize_t)sizeof(bytes))
			abort();
	}
	(*turn)++;
	return n < 0 ? -1 : 0;
}

static void look(struct ddl_arena *arena, struct ddl_medium *medium)
{
	const struct ddl_confine confine = { .unconfined = true };
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_scan scan = { .repos = NULL };
	unsigned turn = 0;

	if (medium->kind == DDL_MEDIUM_ARCHIVE && ddl_files_walk(medium, visit, &turn, &error) < 0 &&
	    (error.code == DDL_OK || !*error.text))
		abort();
	ddl_error_clear(&error);
	if (ddl_scan_medium(arena, medium, &confine, NULL, &scan, &error) < 0) {
		if (error.code == DDL_OK)
			abort();
		return;
	}
	if (scan.n_repos > DDL_MAX_REPOSITORIES || scan.n_images > DDL_MAX_ISO_FILES)
		abort();
	for (size_t i = 0; i < scan.n_images; i++)
		check_path(scan.images[i].name);
	for (size_t i = 0; i < scan.n_repos; i++)
		for (size_t j = 0; j < scan.repos[i]->n_packages; j++)
			check_path(scan.repos[i]->packages[j].file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_medium *medium;
	int fd = memfd_create("medium", MFD_CLOEXEC);

	if (!arena || fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	medium = ddl_medium_open_fd(fd, "a.iso", &error); /* takes the descriptor over */
	if (medium)
		look(arena, medium);
	else if (error.code == DDL_OK || !*error.text)
		abort();
	ddl_medium_close(medium);
	ddl_arena_free(arena);
	return 0;
}
