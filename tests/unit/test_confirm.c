// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what is believed of a child that has read a pack's metadata by itself, and may be taken over by just these. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "repository/confirm.c" // NOLINT(bugprone-suspicious-include)

static const char digits[] = "900150983cd24fb0d6963f7d28e17f72"; /* MD5 of "abc" */

/* What comes of it when the child says that the pack is `lie`. */
static int taken(struct ddl_arena *arena, struct ddl_repo *repo, struct ddl_repo *lie, struct ddl_error *error)
{
	struct ddl_marshal marshal = ddl_marshal_writer();
	struct confirming confirming = { .contents = { .arena = arena, .blobs = blobs_of(arena, repo) },
					 .list_of = repo->family == DDL_FAMILY_REDHAT ? repo->directory : NULL };
	int result;

	ddl_marshal_repo(&marshal, lie);
	confirming.parts = (struct ddl_parts){ marshal.bytes, marshal.used };
	result = take(arena, &confirming, repo, error);
	free(marshal.bytes);
	return result;
}

static void only_the_bytes_count(void **state)
{
	struct ddl_metadata metadata[] = { { "XS-REPOSITORY", "a", 1 }, { "XS-PACKAGES", "bc", 2 } };
	struct ddl_metadata other = { "XS-PACKAGES", "x", 1 };
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_repo repo = { .family = DDL_FAMILY_XENSERVER_XML, .directory = "d", .metadata = metadata, .n_metadata = 2 };
	struct ddl_repo lie = repo, kept = repo;

	(void)state;
	lie.fingerprint = "00000000000000000000000000000000";
	lie.metadata = &other;
	lie.n_metadata = 1;
	assert_int_equal(taken(arena, &repo, &lie, &error), 0);
	assert_string_equal(repo.fingerprint, digits);
	assert_int_equal(repo.n_metadata, 2);
	assert_memory_equal(repo.metadata[1].bytes, "bc", 2);

	repo = kept;
	lie.family = DDL_FAMILY_XENSERVER_TEXT;
	assert_int_equal(taken(arena, &repo, &lie, &error), -1);
	assert_int_equal(error.code, DDL_E_DAMAGED);
	lie.family = repo.family;
	lie.directory = "e";
	assert_int_equal(taken(arena, &repo, &lie, &error), -1);
	ddl_arena_free(arena);
}

/* Of Red Hat's disks what is listed is held against the list, which another child has read. */
static void the_list_has_the_sums(void **state)
{
	struct ddl_metadata metadata = { "repodata/repomd.xml", "abc", 3 };
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_package package = { .file = "a.rpm", .digest = "12", .size = 5, .fd = -1 }, other = package;
	const struct ddl_package kept = package;
	struct ddl_repo repo = { .family = DDL_FAMILY_REDHAT,
				 .directory = "rpms/x86_64",
				 .identifier = "kmod-a",
				 .fingerprint = "0",
				 .packages = &package,
				 .n_packages = 1,
				 .metadata = &metadata,
				 .n_metadata = 1 };
	struct ddl_repo list = repo;

	(void)state;
	list.packages = &other;
	assert_int_equal(taken(arena, &repo, &list, &error), 0);
	assert_string_equal(repo.fingerprint, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(repo.identifier, "kmod-a");
	for (unsigned i = 0; i < 4; i++) {
		other = kept;
		list.n_packages = i != 3;
		if (i == 0)
			other.digest = "13";
		else if (i == 1)
			other.size = 6;
		else if (i == 2)
			other.file = "b.rpm";
		assert_int_equal(taken(arena, &repo, &list, &error), -1);
		assert_int_equal(error.code, DDL_E_DAMAGED);
	}
	ddl_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(only_the_bytes_count), cmocka_unit_test(the_list_has_the_sums) };

	return cmocka_run_group_tests_name("confirm", tests, NULL, NULL);
}
