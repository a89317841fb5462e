// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of finding sources: which devices are offered, what is on them, what words mean. */
#include <errno.h>
#include <fcntl.h>
#include <linux/cdrom.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"
#include "source/probe.h"
#include "source/source.h"
#include "tree.h"

/* What every file says that is asked as a CD drive; -1: it is none. In the place of the C library's. */
static struct {
	int drive, disc;
	bool hangs;
} drive = { -1, -1, false };

int ioctl(int fd, unsigned long request, ...)
{
	va_list rest;
	void *argument;

	va_start(rest, request);
	argument = va_arg(rest, void *);
	va_end(rest);
	if (request == CDROM_DRIVE_STATUS && drive.hangs)
		pause();
	if (request == CDROM_DRIVE_STATUS && drive.drive >= 0)
		return drive.drive;
	if (request == CDROM_DISC_STATUS && drive.disc >= 0)
		return drive.disc;
	return (int)syscall(SYS_ioctl, fd, request, argument);
}

/* ------------------------------------------------------------------ probing */

static void probe_image(const char *name, struct ddl_probe *probe)
{
	int fd = open(tree_path(name), O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	ddl_probe_fd(fd, probe);
	close(fd);
}

static void test_probe_images(void **state)
{
	static const struct {
		const char *program, *command, *format, *label, *uuid;
	} rows[] = {
		{ "xorriso", "mkdir -p d && xorriso -as mkisofs -quiet -J -R -V DRIVERS -o p.img d", "iso9660", "DRIVERS", NULL },
		{ "mkfs.ext4", "mkfs.ext4 -q -L oem -U 12345678-1234-1234-1234-123456789abc p.img 2M", "ext4", "oem",
		  "12345678-1234-1234-1234-123456789abc" },
		{ "mkfs.vfat", "truncate -s 4M p.img && mkfs.vfat -n OEMDRV -i CAFE1234 p.img", "vfat", "OEMDRV", "CAFE-1234" },
		{ "mkswap", "truncate -s 1M p.img && mkswap p.img", "swap", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ddl_probe probe;
		struct stat st;

		if (!tree_has(rows[i].program))
			continue;
		assert_true(tree_shell("PATH=$PATH:/usr/sbin:/sbin; rm -f p.img; %s", rows[i].command));
		probe_image("p.img", &probe);
		assert_int_equal(probe.state, DDL_PROBE_FOUND);
		assert_string_equal(probe.format, rows[i].format);
		assert_string_equal(probe.label, rows[i].label);
		if (rows[i].uuid)
			assert_string_equal(probe.uuid, rows[i].uuid);
		assert_int_equal(stat(tree_path("p.img"), &st), 0);
		assert_int_equal(probe.size, st.st_size);
	}
}

static void test_probe_nothing(void **state)
{
	struct ddl_probe probe;
	int fd;

	(void)state;
	tree_fill("noise.img", 1 << 20, 5);
	probe_image("noise.img", &probe);
	assert_int_equal(probe.state, DDL_PROBE_NOTHING);
	assert_string_equal(probe.format, "");
	fd = open(tree_path("."), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ddl_probe_fd(fd, &probe);
	close(fd);
	assert_int_equal(probe.state, DDL_PROBE_READ);
	assert_int_equal(probe.os_errno, EISDIR);
}

/* Control characters in a label never reach a terminal. */
static void test_probe_cleans(void **state)
{
	struct ddl_probe probe;
	int fd;

	(void)state;
	if (!tree_has("mkfs.ext4"))
		skip();
	assert_true(tree_shell("PATH=$PATH:/usr/sbin:/sbin; mkfs.ext4 -q -O ^metadata_csum -L marker00 label.img 2M"));
	/* ext4's superblock is at 1024, its label at 0x78 in it */
	fd = open(tree_path("label.img"), O_RDWR | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "\x1b[2J\xff\nx", 8, 1024 + 0x78), 8);
	close(fd);
	probe_image("label.img", &probe);
	assert_int_equal(probe.state, DDL_PROBE_FOUND);
	assert_string_equal(probe.label, "?[2J? x");
}

static long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* All side by side; a FIFO without a writer reads as empty, what is not there says so. */
static void test_probe_devices(void **state)
{
	const char *paths[40];
	struct ddl_probe probes[40];
	long before = milliseconds();

	(void)state;
	assert_true(tree_shell("mkdir -p d && xorriso -as mkisofs -quiet -J -R -V MANY -o many.img d"));
	for (size_t i = 0; i < 40; i++)
		paths[i] = ddl_arena_dup(arena, tree_path(i % 2 ? "many.img" : "absent"));
	ddl_probe_devices(paths, probes, 40, 20000);
	for (size_t i = 0; i < 40; i++) {
		assert_int_equal(probes[i].state, i % 2 ? DDL_PROBE_FOUND : DDL_PROBE_OPEN);
		if (i % 2)
			assert_string_equal(probes[i].label, "MANY");
		else
			assert_int_equal(probes[i].os_errno, ENOENT);
	}
	assert_true(milliseconds() - before < 20000);
	ddl_probe_devices(NULL, NULL, 0, 1000);
}

/* Drives without a disc, with an open tray, one that starts up, an audio CD, data with and without music. */
static void test_probe_drives(void **state)
{
	static const struct {
		int drive, disc;
		enum ddl_probe_state state;
	} drives[] = {
		{ CDS_NO_DISC, -1, DDL_PROBE_NO_MEDIUM },         { CDS_TRAY_OPEN, -1, DDL_PROBE_NO_MEDIUM },
		{ CDS_DRIVE_NOT_READY, -1, DDL_PROBE_NOT_READY }, { CDS_DISC_OK, CDS_AUDIO, DDL_PROBE_AUDIO },
		{ CDS_DISC_OK, CDS_DATA_1, DDL_PROBE_FOUND },     { CDS_DISC_OK, CDS_MIXED, DDL_PROBE_FOUND },
		{ CDS_DISC_OK, CDS_NO_INFO, DDL_PROBE_FOUND },    { CDS_NO_INFO, CDS_AUDIO, DDL_PROBE_FOUND },
	};
	const char *path = tree_path("drive.img");
	struct ddl_source *source;
	struct ddl_probe probe;

	(void)state;
	assert_true(tree_shell("mkdir -p d && xorriso -as mkisofs -quiet -J -R -V DRIVE -o drive.img d"));
	for (size_t i = 0; i < sizeof(drives) / sizeof(*drives); i++) {
		drive.drive = drives[i].drive;
		drive.disc = drives[i].disc;
		ddl_probe_devices(&path, &probe, 1, drives[i].state == DDL_PROBE_NOT_READY ? 1600 : 60000);
		assert_int_equal(probe.state, drives[i].state);
	}
	drive.drive = CDS_DISC_OK;
	drive.disc = CDS_AUDIO;
	assert_true(tree_shell(
		"mkdir -p drives/sys/class/block/sr9 drives/dev && cd drives && echo 1 >sys/class/block/sr9/removable && "
		"echo 4000 >sys/class/block/sr9/size && cp ../drive.img dev/sr9"));
	source = ddl_source_from_word(arena, tree_path("drives"), "sr9", &error);
	drive.drive = drive.disc = -1;
	assert_non_null(source);
	assert_false(source->usable);
	assert_int_equal(source->trouble.code, DDL_E_NOT_A_DISK);
	assert_non_null(strstr(source->trouble.text, "audio CD"));
}

/* One that does not answer is silent, and holds up the others no longer than its time. */
static void test_probe_silent(void **state)
{
	const char *path = "/dev/null", *paths[30];
	struct ddl_probe probes[30];
	long before = milliseconds();

	(void)state;
	for (size_t i = 0; i < 30; i++)
		paths[i] = i < 28 ? path : "/absent";
	drive.hangs = true;
	ddl_probe_devices(paths, probes, 30, 300);
	drive.hangs = false;
	for (size_t i = 0; i < 30; i++)
		assert_int_equal(probes[i].state, i < 28 ? DDL_PROBE_SILENT : DDL_PROBE_OPEN);
	assert_true(milliseconds() - before < 20000);
}

/* -------------------------------------------------------------- enumeration */

static void make_root(const char *name)
{
	const char *top = getenv("DDL_TOP");

	if (access(tree_path(name), F_OK) != 0)
		assert_true(tree_shell("%s/tests/roots/make-root %s %s", top ? top : ".", name, name));
}

static struct ddl_source *find(const char *root, const char *name)
{
	struct ddl_source **sources;
	size_t count;

	assert_int_equal(ddl_sources_find(arena, tree_path(root), &sources, &count, NULL, &error), 0);
	for (size_t i = 0; i < count; i++)
		if (strcmp(sources[i]->name, name) == 0)
			return sources[i];
	return NULL;
}

static void test_find(void **state)
{
	static const char *const expected[] = { "sr0", "md127", "sda", "sda1", "sda3" };
	struct ddl_source **sources;
	size_t count, seen = 0;

	(void)state;
	make_root("raid-loaded");
	assert_int_equal(ddl_sources_find(arena, tree_path("raid-loaded"), &sources, &count, NULL, &error), 0);
	for (size_t i = 0; i < count && seen < 5; i++)
		if (strcmp(sources[i]->name, expected[seen]) == 0)
			seen++;
	assert_int_equal(seen, 5); /* all there, in this order: removable first */
	assert_string_equal(sources[0]->name, "sr0");
	assert_string_equal(sources[0]->path, "/dev/sr0");
	assert_string_equal(sources[0]->model, "QEMU DVD-ROM");
	assert_true(sources[0]->removable);
	assert_int_equal(sources[0]->size, 2048 * 512);
	/* a made-up machine has no device nodes: said, and the device is listed all the same */
	assert_int_equal(sources[0]->trouble.code, DDL_E_OPEN);
	assert_int_equal(sources[0]->trouble.os_errno, ENOENT);
	assert_false(sources[0]->usable);
	/* members of LVM and of arrays, memory, a loop device without a file */
	assert_null(find("raid-loaded", "sda2"));
	assert_null(find("raid-loaded", "sda10"));
	assert_null(find("raid-loaded", "sdb"));
	assert_null(find("raid-loaded", "loop0"));
	assert_null(find("raid-loaded", "ram0"));
	assert_null(find("raid-loaded", "zram0"));
	assert_non_null(find("raid-loaded", "dm-0"));
}

static void test_find_hidden(void **state)
{
	(void)state;
	make_root("nvme-with-paths");
	assert_null(find("nvme-with-paths", "nvme0c0n1"));
	assert_non_null(find("nvme-with-paths", "nvme0n1p1"));
	assert_string_equal(find("nvme-with-paths", "nvme0n1")->model, "QEMU NVMe Ctrl");
}

/* Images in the place of device nodes: what is on a disk decides whether its partitions are offered. */
static void test_partitions(void **state)
{
	const struct ddl_source *source;

	(void)state;
	if (!tree_has("mkfs.vfat"))
		skip();
	make_root("raid-loaded");
	assert_true(tree_shell("PATH=$PATH:/usr/sbin:/sbin; cp -a raid-loaded stick && cd stick/dev && "
			       "truncate -s 4M sda sda1 sda3 && mkfs.vfat -n PACK sda1"));
	source = find("stick", "sda1");
	assert_true(source->usable);
	assert_string_equal(source->label, "PACK");
	assert_string_equal(source->format, "vfat");
	assert_int_equal(source->trouble.code, DDL_OK);
	assert_null(find("stick", "sda")); /* has a partition that can be used */
	assert_non_null(find("stick", "sda3")); /* nothing on it, and it says so */
	assert_false(find("stick", "sda3")->usable);
	/* a CD image written on the stick: the disk is the medium, not the partition in it */
	assert_true(tree_shell("mkdir -p d; cd stick/dev && rm sda sda1 && "
			       "xorriso -as mkisofs -quiet -J -R -V IMAGE -o sda ../../d && cp sda sda1"));
	assert_non_null(find("stick", "sda"));
	assert_null(find("stick", "sda1"));
	/* … but a boot partition of another kind stays beside it */
	assert_true(tree_shell("PATH=$PATH:/usr/sbin:/sbin; cd stick/dev && rm sda1 && truncate -s 4M sda1 && mkfs.vfat sda1"));
	assert_non_null(find("stick", "sda"));
	assert_non_null(find("stick", "sda1"));
}

static void test_find_nowhere(void **state)
{
	struct ddl_source **sources;
	size_t count;

	(void)state;
	tree_directory("bare");
	assert_int_equal(ddl_sources_find(arena, tree_path("bare"), &sources, &count, NULL, &error), -1);
	assert_int_equal(error.code, DDL_E_OPEN);
	assert_int_equal(count, 0);
	tree_directory("bare/sys/class/block");
	assert_int_equal(ddl_sources_find(arena, tree_path("bare"), &sources, &count, NULL, &error), 0);
	assert_int_equal(count, 0);
}

/* -------------------------------------------------------------------- words */

static void test_describe(void **state)
{
	struct ddl_source *source;
	const char *root;

	(void)state;
	tree_file("media/pack.iso", "12345");
	source = ddl_source_from_word(arena, NULL, tree_path("media"), &error);
	assert_int_equal(source->kind, DDL_SOURCE_DIRECTORY);
	assert_true(source->usable);
	source = ddl_source_from_word(arena, NULL, tree_path("media/pack.iso"), &error);
	assert_int_equal(source->kind, DDL_SOURCE_FILE);
	assert_string_equal(source->path, tree_path("media/pack.iso"));
	assert_int_equal(source->size, 5);
	assert_string_equal(source->label, "");
	/* absolute words are below the root, relative ones are not */
	root = ddl_arena_dup(arena, tree_path("."));
	source = ddl_source_from_word(arena, root, "/media/pack.iso", &error);
	assert_non_null(source);
	assert_string_equal(source->path, "/media/pack.iso");
	assert_null(ddl_source_from_word(arena, root, "media/pack.iso", &error));
	assert_int_equal(error.code, DDL_E_NO_SOURCE);
	assert_null(ddl_source_from_word(arena, NULL, "", &error));
	assert_null(ddl_source_from_word(arena, NULL, "/dev/null", &error));
	assert_int_equal(error.code, DDL_E_OPEN);
	assert_int_equal(mkfifo(tree_path("media/fifo"), 0600), 0);
	assert_null(ddl_source_from_word(arena, NULL, tree_path("media/fifo"), &error));
	assert_int_equal(error.code, DDL_E_OPEN);
	/* a file that there is but that cannot be read */
	if (geteuid() != 0) {
		assert_int_equal(chmod(tree_path("media/pack.iso"), 0), 0);
		assert_null(ddl_source_from_word(arena, NULL, tree_path("media/pack.iso"), &error));
		assert_int_equal(error.os_errno, EACCES);
	}
}

static void test_word_tags(void **state)
{
	struct ddl_source *source;
	const char *root;

	(void)state;
	if (!tree_has("mkfs.vfat"))
		skip();
	make_root("raid-without-driver");
	assert_true(tree_shell("PATH=$PATH:/usr/sbin:/sbin; cp -a raid-without-driver tags && cd tags/dev && "
			       "truncate -s 4M sr0 && mkfs.vfat -n 'OEM DRV' -i 0A1B2C3D sr0"));
	root = ddl_arena_dup(arena, tree_path("tags"));
	source = ddl_source_from_word(arena, root, "LABEL=OEM DRV", &error);
	assert_non_null(source);
	assert_string_equal(source->name, "sr0");
	source = ddl_source_from_word(arena, root, "UUID=0a1b-2c3d", &error);
	assert_non_null(source);
	assert_string_equal(source->path, "/dev/sr0");
	assert_null(ddl_source_from_word(arena, root, "LABEL=oem drv", &error));
	assert_int_equal(error.code, DDL_E_NO_SOURCE);
	assert_null(ddl_source_from_word(arena, root, "LABEL=", &error));
	assert_null(ddl_source_from_word(arena, root, "UUID=", &error));
	/* two of them: neither is the one that is meant */
	assert_true(tree_shell(
		"mkdir -p tags/sys/devices/pci0000:00/x/block/sdz && "
		"echo 8192 >tags/sys/devices/pci0000:00/x/block/sdz/size && "
		"ln -s ../../devices/pci0000:00/x/block/sdz tags/sys/class/block/sdz && cp tags/dev/sr0 tags/dev/sdz"));
	assert_null(ddl_source_from_word(arena, root, "LABEL=OEM DRV", &error));
	assert_int_equal(error.code, DDL_E_SOURCES);
	assert_string_equal(error.text, "LABEL=OEM DRV: sr0, sdz");
	/* without "/dev/" too, where there is no file of that name */
	source = ddl_source_from_word(arena, root, "sr0", &error);
	assert_non_null(source);
	assert_int_equal(source->kind, DDL_SOURCE_DEVICE);
	assert_string_equal(source->label, "OEM DRV");
	assert_string_equal(source->model, "QEMU DVD-ROM");
}

/* A real device by its path, where there are loop devices. */
static void test_word_device(void **state)
{
	struct ddl_source *source;
	char device[64] = "";
	FILE *file;

	(void)state;
	if (geteuid() != 0 || !tree_shell("mkdir -p d && xorriso -as mkisofs -quiet -J -R -V LOOPED -o looped.img d && "
					  "losetup -f --show -r looped.img >loop")) {
		print_message("no loop devices here\n");
		skip();
	}
	file = fopen(tree_path("loop"), "r");
	assert_non_null(fgets(device, sizeof(device), file));
	assert_int_equal(fclose(file), 0);
	device[strcspn(device, "\n")] = '\0';
	tree_link("by-path", device);
	source = ddl_source_from_word(arena, NULL, tree_path("by-path"), &error);
	assert_true(tree_shell("losetup -d %s", device));
	assert_non_null(source);
	assert_int_equal(source->kind, DDL_SOURCE_DEVICE);
	assert_string_equal(source->name, device + strlen("/dev/"));
	assert_string_equal(source->path, tree_path("by-path"));
	assert_string_equal(source->label, "LOOPED");
	assert_true(source->usable);
	assert_true(source->size > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probe_images),
		cmocka_unit_test(test_probe_nothing),
		cmocka_unit_test(test_probe_cleans),
		TEST(test_probe_devices),
		cmocka_unit_test(test_probe_silent),
		TEST(test_probe_drives),
		TEST(test_find),
		TEST(test_find_hidden),
		TEST(test_partitions),
		TEST(test_find_nowhere),
		TEST(test_describe),
		TEST(test_word_tags),
		TEST(test_word_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
