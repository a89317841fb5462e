// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes Red Hat's driver update disk: rhdd3, a zero byte, the version of a "Provides: kernel-modules" (its first byte
 * is the comparison), a zero byte, primary.xml, for which repomd.xml is made; without the last there is no list.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "repository/redhat.h"
#include "repository/xenserver_update.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next part of the input; NULL: there is none. */
static char *next(struct ddl_arena *arena, const char **at, size_t *left, size_t *length)
{
	const char *zero, *part = *at;

	if (!part)
		return NULL;
	zero = *left ? memchr(part, 0, *left) : NULL;
	*length = zero ? (size_t)(zero - part) : *left;
	*left -= *length + (zero != NULL);
	*at = zero ? zero + 1 : NULL;
	return ddl_arena_dupn(arena, part, *length);
}

static void check(const struct ddl_repo *repo)
{
	if (!*repo->identifier || !repo->description || !repo->version || !repo->n_packages ||
	    repo->n_packages > DDL_MAX_REDHAT_PACKAGES)
		abort();
	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_package *p = &repo->packages[i];

		if (!*p->file || *p->file == '/' || strncmp(p->file, "../", 3) == 0 || strstr(p->file, "/../") ||
		    (*p->digest && strlen(p->digest) != 64) || !p->kernel || !p->label)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ddl_machine machine = { .release = "4.18.0-553.el8.x86_64", .arch = "x86_64" };
	struct ddl_arena *arena = ddl_arena_new();
	const char *at = (const char *)data, *about, *version, *primary, **notes = NULL;
	size_t left = size, n_about = 0, n_version = 0, n_primary = 0, n_notes = 0;
	struct ddl_error error = DDL_ERROR_INIT;
	char list[512], hex[DDL_DIGEST_HEX] = "";
	struct ddl_repo repo;

	if (!arena)
		return 0;
	about = next(arena, &at, &left, &n_about);
	version = next(arena, &at, &left, &n_version);
	primary = next(arena, &at, &left, &n_primary);
	if (primary)
		ddl_repomd_sum(&(struct ddl_blob){ "primary", primary, n_primary, false }, hex);
	(void)snprintf(
		list, sizeof(list),
		"<repomd><data type=\"primary\"><checksum type=\"sha256\">%s</checksum><location href=\"p.xml\"/></data></repomd>",
		hex);
	struct ddl_rpm_provide provide = { "kernel-modules", n_version ? version + 1 : "",
					   n_version ? (unsigned)*version & 7U : 0 };
	struct ddl_rpm_file rpm = { "rpms/x86_64/a.rpm",
				    10,
				    true,
				    { .name = "kmod-a",
				      .version = "1",
				      .release = "1",
				      .arch = "x86_64",
				      .provides = &provide,
				      .n_provides = 1,
				      .of_driver = true } };
	struct ddl_blob blobs[] = { { "rhdd3", about, n_about, false },
				    { "rpms/x86_64/repodata/repomd.xml", list, strlen(list), false },
				    { "rpms/x86_64/p.xml", primary, n_primary, false } };
	struct ddl_contents contents = { .arena = arena,
					 .blobs = blobs,
					 .n_blobs = primary ? 3 : 1,
					 .rpms = &rpm,
					 .n_rpms = 1,
					 .machine = &machine,
					 .notes = &notes,
					 .n_notes = &n_notes };
	enum ddl_found found = ddl_redhat_read(&contents, "", &repo, &error);

	if (found == DDL_FOUND)
		check(&repo);
	else if (found != DDL_FOUND_BROKEN || error.code == DDL_OK)
		abort();
	ddl_arena_free(arena);
	return 0;
}
