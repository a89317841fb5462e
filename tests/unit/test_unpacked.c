// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of compressed images: their names, what is unpacked of them, and how far. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "fixture.h"
#include "medium/unpacked.h"
#include "process.h"
#include "tree.h"

static struct ddl_stage *stage;
static const struct ddl_confine confine;

/* The file of the tree, unpacked; its size, 0 where that was refused. */
static uint64_t unpack(const char *name)
{
	int fd = open(tree_path(name), O_RDONLY | O_CLOEXEC), image;
	uint64_t size = 0;

	ddl_error_clear(&error);
	assert_true(fd >= 0);
	image = ddl_unpacked_stage(fd, name, false, stage, &confine, &size, &error);
	(void)close(fd);
	if (image < 0)
		return 0;
	assert_true(lseek(image, 0, SEEK_END) == (off_t)size);
	ddl_stage_drop(stage, image, size);
	return size;
}

static void names(void **state)
{
	(void)state;
	assert_true(ddl_unpacked_by_name("kmod-hpdsa.dd.gz"));
	assert_true(ddl_unpacked_by_name("A/B.ISO.XZ"));
	assert_true(ddl_unpacked_by_name("a.img.zst"));
	assert_false(ddl_unpacked_by_name("a.gz"));
	assert_false(ddl_unpacked_by_name(".iso.gz"));
	assert_false(ddl_unpacked_by_name("a.iso"));
	assert_false(ddl_unpacked_by_name("a.tar.gz"));
}

/* Nothing of what is no image is unpacked beyond its beginning: 100 MB of text would not fit here. */
static void no_image_is_not_unpacked(void **state)
{
	size_t before;

	(void)state;
	stage = ddl_stage_new(NULL, 1 << 20, &error);
	assert_non_null(stage);
	before = open_descriptors();
	assert_true(tree_shell("yes | head -c 100000000 | gzip -1 >a.img.gz; echo >b.img.gz"));
	assert_int_equal(unpack("a.img.gz"), 0);
	assert_int_equal(error.code, DDL_E_NOT_A_DISK);
	assert_int_equal(unpack("b.img.gz"), 0);
	assert_int_equal(error.code, DDL_E_NOT_A_DISK);
	assert_int_equal(open_descriptors(), before);
	ddl_stage_free(stage);
}

static void only_so_much(void **state)
{
	(void)state;
	stage = ddl_stage_new(NULL, 2 * DDL_MAX_STAGED_FILE, &error);
	assert_true(tree_shell("printf CD001 >m; truncate -s 134217728 a; dd if=m of=a bs=1 seek=32769 conv=notrunc 2>/dev/null; "
			       "gzip -1 <a >a.iso.gz; printf x >>a; gzip -1 <a >b.iso.gz; rm a"));
	assert_int_equal(unpack("a.iso.gz"), DDL_MAX_STAGED_FILE);
	assert_int_equal(unpack("b.iso.gz"), 0);
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
	ddl_stage_free(stage);
	stage = ddl_stage_new(NULL, 1 << 20, &error);
	assert_int_equal(unpack("a.iso.gz"), 0);
	assert_int_equal(error.code, DDL_E_STAGE);
	ddl_stage_free(stage);
}

/* What was staged on the way to it is counted, too. */
static void both_together(void **state)
{
	int fd, image;
	uint64_t size = DDL_MAX_STAGED_FILE - 65536;

	(void)state;
	stage = ddl_stage_new(NULL, 1 << 20, &error);
	assert_true(tree_shell(
		"printf CD001 >m; truncate -s 65536 a; dd if=m of=a bs=1 seek=32769 conv=notrunc 2>/dev/null; gzip -c a >a.iso.gz"));
	fd = open(tree_path("a.iso.gz"), O_RDONLY | O_CLOEXEC);
	image = ddl_unpacked_stage(fd, "a.iso.gz", false, stage, &confine, &size, &error);
	assert_true(image >= 0);
	assert_int_equal(size, 65536);
	ddl_stage_drop(stage, image, size);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	size = DDL_MAX_STAGED_FILE - 65535;
	assert_true(ddl_unpacked_stage(fd, "a.iso.gz", false, stage, &confine, &size, &error) < 0);
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
	(void)close(fd);
	ddl_stage_free(stage);
}

/* Takes the file out of a tar file of the tree; its size, 0 where that was refused. */
static uint64_t take(const char *name, uint64_t cap)
{
	struct ddl_source source = { .kind = DDL_SOURCE_FILE, .name = "a.tar", .path = tree_path("a.tar"), .login = "" };
	struct ddl_medium *medium = ddl_medium_open(&source, NULL, NULL, &error);
	uint64_t size = 0;
	int fd;

	assert_non_null(medium);
	ddl_error_clear(&error);
	stage = ddl_stage_new(NULL, cap, &error);
	fd = ddl_unpacked_take(medium, name, stage, &confine, &size, &error);
	assert_true(fd < 0 || lseek(fd, 0, SEEK_END) == (off_t)size);
	ddl_stage_drop(stage, fd, fd < 0 ? 0 : size);
	assert_true(ddl_stage_fits(stage, cap, NULL) == 0);
	ddl_stage_free(stage);
	ddl_medium_close(medium);
	return fd < 0 ? 0 : size;
}

static void taken_out(void **state)
{
	(void)state;
	assert_true(tree_shell("echo no update >b.dud; truncate -s 134217729 c.dud; tar cf a.tar b.dud c.dud; rm c.dud"));
	assert_int_equal(take("b.dud", 1 << 20), 10);
	assert_int_equal(take("b.dud", 9), 0);
	assert_int_equal(error.code, DDL_E_STAGE);
	assert_int_equal(take("c.dud", 1 << 20), 0);
	assert_int_equal(error.code, DDL_E_TOO_LARGE);
	assert_int_equal(take("none.dud", 1 << 20), 0);
	assert_int_equal(error.code, DDL_E_OPEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names), TEST(no_image_is_not_unpacked), TEST(only_so_much), TEST(both_together), TEST(taken_out),
	};

	return cmocka_run_group_tests_name("compressed images", tests, NULL, NULL);
}
