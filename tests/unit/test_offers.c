// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what is found on a stick by its name: where it is looked for, and where not. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "offers.h"
#include "tree.h"

static struct ddl_arena *arena;
static struct ddl_error error;
static const char **names;
static size_t count;
static bool more;

static int set_up(void **state)
{
	(void)state;
	arena = ddl_arena_new();
	ddl_error_clear(&error);
	return arena ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	ddl_arena_free(arena);
	return 0;
}

static int find(const char *directory)
{
	struct ddl_medium medium = { .kind = DDL_MEDIUM_DIRECTORY, .name = "stick" };
	int result;

	medium.fd = open(tree_path(directory), O_RDONLY | O_DIRECTORY);
	assert_true(medium.fd >= 0);
	result = ddl_offers_find(&medium, arena, &names, &count, &more, &error);
	close(medium.fd);
	return result;
}

static void expect(const char *const *expected)
{
	size_t n = 0;

	while (expected[n])
		n++;
	for (size_t i = 0; i < count && i < n; i++)
		assert_string_equal(names[i], expected[i]);
	assert_int_equal(count, n);
}

/* limit: DDL_MAX_FOLDER_DEPTH */
static void by_name_and_depth(void **state)
{
	static const char *const expected[] = {
		"A.ISO", "a/b/c.ko.xz", "a/d.rpm", "e.zip", "f.tar.gz", "g.tgz", "h.ko", NULL
	};

	(void)state;
	assert_int_equal(DDL_MAX_FOLDER_DEPTH, 2);
	assert_true(tree_shell("mkdir -p s/a/b/c s/dir.iso s/.hidden && cd s && touch A.ISO a/b/c.ko.xz a/d.rpm e.zip f.tar.gz "
			       "g.tgz h.ko a/b/c/too-deep.iso .i.iso .hidden/j.iso .iso text.txt k.kox && ln -s A.ISO link.iso && "
			       "ln -s a linked && mkfifo l.iso && touch $(printf 'm\\001.iso')"));
	assert_int_equal(find("s"), 0);
	expect(expected);
	assert_false(more);
}

/* Metadata says which packages are meant, and what they must be: nothing else of that pack is offered. */
static void not_where_metadata_lies(void **state)
{
	static const char *const expected[] = { "bare/x.ko", "pack", "pack/in.iso", NULL };
	static const char *const top[] = { "sub/b.zip", NULL };

	(void)state;
	assert_true(tree_shell("mkdir -p m/pack/Packages m/bare && cd m && touch pack/update.xml pack/a.rpm pack/b.ko pack/in.iso "
			       "pack/Packages/c.rpm bare/x.ko"));
	assert_int_equal(find("m"), 0);
	expect(expected);
	assert_true(tree_shell("mkdir -p t/sub && cd t && touch XS-PACKAGES a.rpm sub/a.ko sub/b.zip"));
	assert_int_equal(find("t"), 0);
	expect(top);
}

/* Once each: not what lies below a pack, nor what every medium is looked into for; its parent for a usual name. */
static void folders_with_a_pack(void **state)
{
	static const char *const expected[] = { "a", "b", "c/d", NULL };

	(void)state;
	assert_true(tree_shell("mkdir -p f/a/old f/b/packages.main f/b/packages.linux f/c/d f/packages f/.e && cd f && "
			       "for d in a a/old b/packages.main b/packages.linux c/d packages .e; do touch $d/XS-REPOSITORY; done"));
	assert_int_equal(find("f"), 0);
	expect(expected);
}

/* limit: DDL_MAX_ISO_FILES DDL_MAX_FOLDERS DDL_MAX_FOLDER_ENTRIES */
static void limits_hold(void **state)
{
	(void)state;
	assert_true(tree_shell("mkdir many && cd many && seq -f %%03g.iso 1 %u | xargs touch", DDL_MAX_ISO_FILES));
	assert_int_equal(find("many"), 0);
	assert_int_equal(count, DDL_MAX_ISO_FILES);
	assert_false(more);
	assert_true(tree_shell("touch many/x.iso"));
	assert_int_equal(find("many"), 0);
	assert_int_equal(count, DDL_MAX_ISO_FILES);
	assert_true(more);
	assert_true(tree_shell("mkdir folders && cd folders && seq 1 %u | xargs mkdir", DDL_MAX_FOLDERS));
	assert_int_equal(find("folders"), 0);
	assert_int_equal(count, 0);
	assert_true(more);
	assert_true(tree_shell("rmdir folders/1"));
	assert_int_equal(find("folders"), 0);
	assert_false(more);
	assert_true(tree_shell("mkdir large && cd large && seq 1 %u | xargs touch", DDL_MAX_FOLDER_ENTRIES - 2)); /* . and .. */
	assert_int_equal(find("large"), 0);
	assert_false(more);
	assert_true(tree_shell("touch large/one-more"));
	assert_int_equal(find("large"), 0);
	assert_true(more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(by_name_and_depth, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_where_metadata_lies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(folders_with_a_pack, set_up, tear_down),
		cmocka_unit_test_setup_teardown(limits_hold, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("offers", tests, NULL, NULL);
}
