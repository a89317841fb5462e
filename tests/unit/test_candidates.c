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

#include "fixture.h"
#include "repository/candidates.h"
#include "repository/seen.h"
#include "tree.h"

static const char **names;
static size_t count;
static bool more;
static struct ddl_listing listing;

static int find(const char *directory)
{
	struct ddl_medium medium = { .kind = DDL_MEDIUM_DIRECTORY, .name = "stick" };
	int result;

	medium.fd = open(tree_path(directory), O_RDONLY | O_DIRECTORY);
	assert_true(medium.fd >= 0);
	result = ddl_listing_read(&medium, arena, &listing, &error);
	if (result == 0)
		result = ddl_candidates_find(&listing, arena, &names, &count, &more);
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
	static const char *const expected[] = { "A.ISO",    "a/b/c.ko.xz", "a/b/c/n.iso", "a/d.rpm", "e.zip",
						"f.tar.gz", "g.tgz",       "h.ko",        NULL };

	(void)state;
	assert_int_equal(DDL_MAX_FOLDER_DEPTH, 3);
	assert_true(tree_shell(
		"mkdir -p s/a/b/c/d s/dir.iso s/.hidden && cd s && touch A.ISO a/b/c.ko.xz a/d.rpm e.zip f.tar.gz "
		"g.tgz h.ko a/b/c/n.iso a/b/c/d/too-deep.iso .i.iso .hidden/j.iso .iso text.txt k.kox && ln -s A.ISO link.iso && "
		"ln -s a linked && mkfifo l.iso && touch $(printf 'm\\001.iso')"));
	assert_int_equal(find("s"), 0);
	expect(expected);
	assert_false(more);
}

/* limit: DDL_MAX_FOLDER_DEPTH. A folder that is too deep is listed, as one that was not read. */
static void what_is_too_deep_is_told(void **state)
{
	size_t unread = 0;

	(void)state;
	assert_true(tree_shell("mkdir -p deep/a/b/c/d/e && touch deep/a/b/c/d/x.iso"));
	assert_int_equal(find("deep"), 0);
	assert_int_equal(count, 0);
	assert_int_equal(listing.count, 4);
	for (size_t i = 0; i < listing.count; i++)
		unread += listing.entries[i].unread;
	assert_int_equal(unread, 1);
	assert_string_equal(listing.entries[3].name, "a/b/c/d");
	assert_true(listing.entries[3].unread);
}

/* By whatever name people give images, where they are large enough for one; they come after what is surer. */
static void images_by_other_names(void **state)
{
	static const char *const expected[] = { "b.DD", "c.img", "d.raw", "e.bin", NULL };
	static const char *const sure[] = { "z.iso", NULL };

	(void)state;
	assert_true(
		tree_shell("mkdir images && cd images && truncate -s 40K b.DD c.img d.raw e.bin && truncate -s 34816 f.bin && "
			   "touch g.img .dd"));
	assert_int_equal(find("images"), 0);
	expect(expected);
	assert_true(tree_shell("mkdir full && cd full && seq -f %%03g.bin 1 %u | xargs truncate -s 40K && touch z.iso",
			       DDL_MAX_ISO_FILES));
	assert_int_equal(find("full"), 0);
	assert_int_equal(count, DDL_MAX_ISO_FILES);
	assert_string_equal(names[count - 1], sure[0]);
	assert_true(more);
}

/* Whatever systems put onto a medium by themselves is as if it were not there. */
static void litter_is_passed_over(void **state)
{
	static const char *const expected[] = { "_MACOSX/b.iso", "a.iso", NULL };

	(void)state;
	assert_true(tree_shell(
		"mkdir -p l/__MACOSX 'l/System Volume Information' 'l/$RECYCLE.BIN' l/lost+found l/_MACOSX && cd l && touch "
		"a.iso ._a.iso __MACOSX/c.iso 'System Volume Information/d.iso' '$RECYCLE.BIN/e.iso' lost+found/f.iso _MACOSX/b.iso"));
	assert_int_equal(find("l"), 0);
	expect(expected);
	assert_true(ddl_listing_passes_over("__MACOSX/._pack.iso"));
	assert_true(ddl_listing_passes_over("a/b/._pack.iso"));
	assert_true(ddl_listing_passes_over("SYSTEM VOLUME INFORMATION/IndexerVolumeGuid"));
	assert_false(ddl_listing_passes_over("a/lost+found.iso"));
}

/* SUSE's driver updates are media where they lie below a folder; what is in them belongs to them. */
static void updates_in_folders(void **state)
{
	static const char *const expected[] = { "a/b", "a/b/c", "vendor", NULL };

	(void)state;
	assert_true(tree_shell("mkdir updates && cd updates && for top in . 1 vendor vendor/2 a/b a/b/c; do "
			       "mkdir -p $top/linux/suse/x86_64-tw/modules; touch $top/linux/suse/x86_64-tw/modules/a.ko; done"));
	assert_int_equal(find("updates"), 0);
	expect(expected);
}

/* They are named, and not opened to be called broken. */
static void what_a_name_says(void **state)
{
	static const struct {
		const char *name, *text;
	} all[] = {
		{ "hpdsa.dd.gz", "hpdsa.dd.gz is a compressed image" },
		{ "a/b.img.XZ", "a/b.img.XZ is a compressed image" },
		{ "driver.exe", "driver.exe is for Windows" },
		{ "kmod-a-1.src.rpm", "kmod-a-1.src.rpm is a source RPM, with no driver in it" },
		{ "rhel5/modules.cgz", "rhel5/modules.cgz is of an old Red Hat driver disk (RHEL 6 or before)" },
		{ "pack.iso", NULL },
		{ "a.gz", NULL },
		{ ".exe", NULL },
		{ "linux/suse/x86_64-sles15/inst-sys/a.ko", NULL },
	};
	const char **texts = NULL;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		size_t before = n;

		assert_int_equal(ddl_seen_name(arena, &texts, &n, all[i].name), 0);
		assert_int_equal(n, before + (all[i].text != NULL));
		if (all[i].text)
			assert_string_equal(texts[n - 1], all[i].text);
	}
	assert_int_equal(n, 5);
	assert_true(tree_shell("mkdir src && touch src/kmod-a-1.src.rpm src/a.rpm"));
	assert_int_equal(find("src"), 0);
	assert_int_equal(count, 1);
}

/* limit: DDL_MAX_SEEN */
static void seen_so_many(void **state)
{
	const char **texts = NULL;
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i <= DDL_MAX_SEEN; i++) {
		assert_int_equal(n, i < DDL_MAX_SEEN ? i : DDL_MAX_SEEN);
		assert_int_equal(ddl_seen_add(arena, &texts, &n, ddl_arena_printf(arena, "%u", i)), 0);
	}
	assert_int_equal(n, DDL_MAX_SEEN);
	assert_string_equal(texts[n - 2], ddl_arena_printf(arena, "%u", DDL_MAX_SEEN - 2));
	assert_string_equal(texts[n - 1], "and more, which is not named here");
	assert_int_equal(ddl_seen_add(arena, &texts, &n, "0"), 0);
	assert_int_equal(n, DDL_MAX_SEEN);
	assert_int_equal(ddl_seen_add(arena, &texts, &n, NULL), -1);
}

/* Metadata says which packages are meant, and what they must be: nothing else of that pack is offered. */
static void not_where_metadata_lies(void **state)
{
	static const char *const expected[] = { "bare/x.ko", "pack", "pack/in.iso", NULL };
	static const char *const loose[] = { "a.rpm", NULL };
	static const char *const top[] = { "sub/b.zip", NULL };

	(void)state;
	assert_true(
		tree_shell("mkdir -p m/pack/Packages m/bare && cd m && touch pack/update.xml pack/a.rpm pack/b.ko pack/in.iso "
			   "pack/Packages/c.rpm bare/x.ko"));
	assert_int_equal(find("m"), 0);
	expect(expected);
	assert_true(tree_shell("mkdir -p t/sub && cd t && touch XS-PACKAGES a.rpm sub/a.ko sub/b.zip"));
	assert_int_equal(find("t"), 0);
	expect(top);
	/* a list of packages with nobody to say what they are for hides none of them */
	assert_true(tree_shell("mkdir -p u/repodata && touch u/a.rpm u/repodata/repomd.xml"));
	assert_int_equal(find("u"), 0);
	expect(loose);
}

/* Once each: not what lies below a pack, nor what every medium is looked into for; its parent for a usual name. */
static void folders_with_a_pack(void **state)
{
	static const char *const expected[] = { "a", "b", "c/d", NULL };

	(void)state;
	assert_true(
		tree_shell("mkdir -p f/a/old f/b/packages.main f/b/packages.linux f/c/d f/packages f/.e && cd f && "
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
	assert_true(tree_shell("mkdir folders && cd folders && seq 1 %u | xargs mkdir", DDL_MAX_FOLDERS + 1));
	assert_int_equal(find("folders"), 0);
	assert_int_equal(count, 0);
	assert_true(more);
	assert_true(tree_shell("rmdir folders/1"));
	assert_int_equal(find("folders"), 0);
	assert_false(more);
	assert_true(tree_shell("mkdir large && cd large && seq 1 %u | xargs touch", DDL_MAX_FOLDER_ENTRIES));
	assert_int_equal(find("large"), 0);
	assert_false(more);
	assert_true(tree_shell("touch large/one-more"));
	assert_int_equal(find("large"), 0);
	assert_true(more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(by_name_and_depth),       TEST(what_is_too_deep_is_told), TEST(images_by_other_names),
		TEST(litter_is_passed_over),   TEST(what_a_name_says),         TEST(seen_so_many),
		TEST(not_where_metadata_lies), TEST(folders_with_a_pack),      TEST(limits_hold),
		TEST(updates_in_folders),
	};

	return cmocka_run_group_tests_name("offers", tests, NULL, NULL);
}
