// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of media: the same files from a directory, an ISO, a zip, a tar and a mount. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "medium/files.h"
#include "medium/medium.h"
#include "tree.h"

#define SMALL 300000U
#define LARGE (40U * 1024U * 1024U)

static const char repository[] = "<repository/>\n";

/* One pack in every shape. */
static void make_pack(void)
{
	static bool made;

	if (made)
		return;
	made = true;
	tree_file("pack/XS-REPOSITORY", repository);
	tree_file("pack/packages.main/XS-PACKAGES", "<packages/>\n");
	tree_fill("pack/packages.main/driver-1.0-modules-6.1.0-56-amd64.x86_64.rpm", SMALL, 3);
	tree_file("pack/empty", "");
	tree_link("pack/link", "XS-REPOSITORY");
	assert_true(tree_shell("truncate -s %u pack/unwanted.rpm", LARGE));
	assert_true(tree_shell("mkfifo pack/fifo; mkdir pack/XS-PACKAGES"));
	assert_true(tree_shell("xorriso -as mkisofs -quiet -J -R -V PACK -o pack.iso pack"));
	assert_true(tree_shell("xorriso -as mkisofs -quiet -J -V PACK -o joliet.iso pack"));
	assert_true(tree_shell("cd pack && zip -q -r ../pack.zip . -x fifo && zip -q -0 -r ../stored.zip . -x fifo"));
	assert_true(tree_shell("tar -C pack --exclude=fifo -cf pack.tar ."));
}

static struct ddl_medium *open_path(const char *path, enum ddl_source_kind kind, struct ddl_error *error)
{
	struct ddl_source source = {
		.kind = kind, .name = "the source", .path = path, .label = "", .uuid = "", .format = "", .model = ""
	};

	return ddl_medium_open(&source, NULL, NULL, error);
}

/* What a visitor saw. */
struct seen {
	size_t files;
	uint64_t bytes;
	bool right; /* the package's bytes are those that were put in */
	const struct ddl_wanted *last;
	char names[512];
	size_t most; /* bytes to read of each; 0: all */
	size_t stop_after;
};

static int look(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	struct seen *seen = arg;
	unsigned char buffer[777];
	uint64_t done = 0;
	ssize_t got;

	seen->files++;
	seen->last = reader->wanted;
	(void)snprintf(seen->names + strlen(seen->names), sizeof(seen->names) - strlen(seen->names), "%s ", reader->name);
	while ((got = reader->read(reader, buffer, sizeof(buffer), error)) > 0) {
		for (ssize_t i = 0; i < got && strstr(reader->name, "driver-1.0"); i++)
			if (buffer[i] != tree_byte(done + (size_t)i, 3))
				seen->right = false;
		done += (uint64_t)got;
		if (seen->most && done >= seen->most)
			break;
	}
	if (got < 0)
		return -1;
	if (!seen->most && done != reader->size)
		seen->right = false;
	seen->bytes += done;
	return seen->stop_after && seen->files >= seen->stop_after ? 1 : 0;
}

#define PACKAGE "packages.main/driver-1.0-modules-6.1.0-56-amd64.x86_64.rpm"

static void check_medium(struct ddl_medium *medium)
{
	struct ddl_wanted wanted[] = {
		{ .name = PACKAGE },         { .name = "absent" },
		{ .name = "XS-REPOSITORY" }, { .name = "empty" },
		{ .name = "XS-PACKAGES" },   { .name = "packages.main/XS-PACKAGES" },
		{ .name = "link" },          { .name = "packages.main/absent" },
	};
	const size_t count = sizeof(wanted) / sizeof(wanted[0]);
	struct ddl_error error = DDL_ERROR_INIT;

	assert_non_null(medium);
	assert_int_equal(ddl_files_prepare(medium, wanted, count, &error), 0);
	for (int again = 0; again < 2; again++) {
		struct seen seen = { .right = true };

		assert_int_equal(ddl_files_visit(medium, wanted, count, look, &seen, &error), 0);
		assert_true(seen.right);
		assert_true(wanted[0].found && wanted[2].found && wanted[3].found && wanted[5].found);
		/* not there, a directory */
		assert_false(wanted[1].found || wanted[4].found || wanted[7].found);
		/* zip follows links when it packs; the others have them as links, which are not followed */
		if (!wanted[6].found) {
			assert_int_equal(seen.files, 4);
			assert_int_equal(seen.bytes, SMALL + strlen(repository) + strlen("<packages/>\n"));
		}
	}
	ddl_files_unprepare(wanted, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(wanted[i].fd, -1);
}

static void test_directory(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_medium *medium;

	(void)state;
	make_pack();
	medium = open_path(tree_path("pack"), DDL_SOURCE_DIRECTORY, &error);
	assert_int_equal(medium->kind, DDL_MEDIUM_DIRECTORY);
	assert_false(medium->outermost);
	check_medium(medium);
	assert_int_equal(ddl_files_walk(medium, look, NULL, &error), -1);
	ddl_medium_close(medium);
	assert_null(open_path(tree_path("nowhere"), DDL_SOURCE_DIRECTORY, &error));
	assert_int_equal(error.code, DDL_E_OPEN);
	assert_int_equal(error.os_errno, ENOENT);
}

static void test_archives(void **state)
{
	static const char *const names[] = { "pack.iso", "joliet.iso", "pack.zip", "stored.zip", "pack.tar" };

	(void)state;
	make_pack();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct ddl_error error = DDL_ERROR_INIT;
		struct ddl_medium *medium;
		struct seen seen = { .right = true, .most = 1 };

		/* by what is in it, not by its name */
		assert_true(tree_shell("ln -sf %s image", names[i]));
		medium = open_path(tree_path("image"), DDL_SOURCE_FILE, &error);
		assert_non_null(medium);
		assert_int_equal(medium->kind, DDL_MEDIUM_ARCHIVE);
		check_medium(medium);
		assert_int_equal(ddl_files_walk(medium, look, &seen, &error), 0);
		assert_true(seen.files == 5 || (strstr(names[i], "zip") && seen.files == 6));
		assert_non_null(strstr(seen.names, "packages.main/XS-PACKAGES "));
		assert_null(seen.last);
		ddl_medium_close(medium);
	}
}

/* Names without regard to case, which file is which, and stopping. */
static void test_visiting(void **state)
{
	struct ddl_wanted wanted[] = { { .name = "xs-repository" }, { .name = "PACKAGES.MAIN/xs-packages" } };
	struct ddl_error error = DDL_ERROR_INIT;
	struct seen seen = { .right = true, .stop_after = 1 };
	struct ddl_medium *medium;

	(void)state;
	make_pack();
	medium = open_path(tree_path("pack.iso"), DDL_SOURCE_FILE, &error);
	assert_int_equal(ddl_files_visit(medium, wanted, 2, look, &seen, &error), 0);
	assert_int_equal(seen.files, 1);
	assert_int_equal(wanted[0].found + wanted[1].found, 1);
	assert_ptr_equal(seen.last, wanted[0].found ? &wanted[0] : &wanted[1]);
	seen = (struct seen){ .right = true };
	assert_int_equal(ddl_files_visit(medium, wanted, 2, look, &seen, &error), 0);
	assert_int_equal(seen.files, 2);
	assert_non_null(strstr(seen.names, "XS-REPOSITORY ")); /* as the medium has it */
	assert_int_equal(ddl_files_visit(medium, wanted, 0, look, &seen, &error), 0);
	assert_int_equal(seen.files, 2);
	ddl_medium_close(medium);
}

/* Joliet's names are UTF-16, and no locale is set here: they come as UTF-8 all the same. */
static void test_joliet_names(void **state)
{
	struct ddl_wanted wanted[] = { { .name = "Treíber ж.rpm" } };
	struct ddl_error error = DDL_ERROR_INIT;
	struct seen seen = { .right = true };
	struct ddl_medium *medium;

	(void)state;
	if (!tree_has("genisoimage"))
		skip();
	tree_file("joliet/Treíber ж.rpm", "1234567");
	assert_true(tree_shell("genisoimage -quiet -input-charset utf-8 -J -V J -o names.iso joliet"));
	medium = open_path(tree_path("names.iso"), DDL_SOURCE_FILE, &error);
	assert_non_null(medium);
	assert_int_equal(ddl_files_visit(medium, wanted, 1, look, &seen, &error), 0);
	assert_true(wanted[0].found);
	assert_int_equal(seen.bytes, 7);
	ddl_medium_close(medium);
}

/* A second name of the same bytes: archives keep them once. */
static void test_hard_links(void **state)
{
	static const char *const names[] = { "links.iso", "links.tar" };

	(void)state;
	tree_fill("links/a", 5000, 9);
	assert_true(tree_shell("ln links/a links/b && ln links/a links/c && echo x >links/d && "
			       "tar -C links -cf links.tar . && "
			       "xorriso -as mkisofs -quiet -J -R --hardlinks -V L -o links.iso links"));
	for (size_t i = 0; i < 2; i++) {
		struct ddl_wanted wanted[] = { { .name = "c" }, { .name = "d" }, { .name = "b" }, { .name = "a" } };
		struct ddl_error error = DDL_ERROR_INIT;
		struct seen seen = { .right = true };
		struct ddl_medium *medium = open_path(tree_path(names[i]), DDL_SOURCE_FILE, &error);

		assert_non_null(medium);
		assert_int_equal(ddl_files_visit(medium, wanted, 4, look, &seen, &error), 0);
		assert_true(wanted[0].found && wanted[1].found && wanted[2].found && wanted[3].found);
		assert_true(seen.right);
		assert_int_equal(seen.bytes, 3 * 5000 + 2);
		ddl_medium_close(medium);
	}
}

/* limit: DDL_MAX_FILE_NAMES */
static void test_many_names(void **state)
{
	(void)state;
	tree_fill("many/a", 5000, 9);
	for (unsigned past = 0; past < 2; past++) {
		struct ddl_wanted wanted[DDL_MAX_FILE_NAMES + 1];
		char names[DDL_MAX_FILE_NAMES + 1][12];
		struct ddl_error error = DDL_ERROR_INIT;
		struct seen seen = { .right = true };
		struct ddl_medium *medium;

		for (unsigned i = 0; i < DDL_MAX_FILE_NAMES + past; i++) {
			(void)snprintf(names[i], sizeof(names[i]), "n%u", i);
			wanted[i] = (struct ddl_wanted){ .name = names[i] };
		}
		assert_true(tree_shell("cd many && for i in $(seq 0 %u); do ln -f a n$i; done && tar -cf ../many.tar a n*",
				       DDL_MAX_FILE_NAMES - 1 + past));
		medium = open_path(tree_path("many.tar"), DDL_SOURCE_FILE, &error);
		assert_non_null(medium);
		assert_int_equal(ddl_files_visit(medium, wanted, DDL_MAX_FILE_NAMES + past, look, &seen, &error), past ? -1 : 0);
		assert_int_equal(error.code, past ? DDL_E_TOO_LARGE : DDL_OK);
		assert_int_equal(seen.bytes, DDL_MAX_FILE_NAMES * 5000);
		ddl_medium_close(medium);
	}
}

/* ------------------------------------------------------- how much is read */

static unsigned long long bytes_read(void)
{
	FILE *file = fopen("/proc/self/io", "r");
	unsigned long long bytes = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "rchar: %llu", &bytes), 1);
	assert_int_equal(fclose(file), 0);
	return bytes;
}

/* What reading /proc/self/io itself adds to the figure. */
static unsigned long long own_reading(void)
{
	unsigned long long before = bytes_read();

	return bytes_read() - before;
}

static void test_reads_little(void **state)
{
	struct ddl_wanted wanted[] = { { .name = PACKAGE }, { .name = "XS-REPOSITORY" }, { .name = "no" } };
	struct ddl_error error = DDL_ERROR_INIT;
	struct seen seen = { .right = true };
	unsigned long long own = own_reading(), at;
	struct ddl_medium *medium;

	(void)state;
	make_pack();
	at = bytes_read();
	medium = open_path(tree_path("pack.iso"), DDL_SOURCE_FILE, &error);
	assert_non_null(medium);
	assert_in_range(bytes_read() - at - own, 0, 4096);
	/* the first visit: structure and the file, not the 40 MB that nobody wants */
	at = bytes_read();
	assert_int_equal(ddl_files_visit(medium, wanted, 3, look, &seen, &error), 0);
	assert_true(wanted[0].found && wanted[1].found);
	assert_in_range(bytes_read() - at - own, SMALL, SMALL + 40 * 1024);
	/* the second one, in children: the file only */
	for (int i = 0; i < 2; i++) {
		int status;
		pid_t child = fork();

		if (child == 0) {
			seen = (struct seen){ .right = true };
			at = bytes_read();
			if (ddl_files_visit(medium, wanted, 3, look, &seen, NULL) < 0 || !seen.right)
				_exit(1);
			_exit(bytes_read() - at - own <= SMALL + 4096 ? 0 : 2);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	ddl_medium_close(medium);
}

/* What the first visit, in a child, read of the structure is known to the next child. */
static void test_children_share(void **state)
{
	struct ddl_wanted wanted[] = { { .name = "XS-REPOSITORY" }, { .name = "no" } };
	struct ddl_error error = DDL_ERROR_INIT;
	unsigned long long own = own_reading();
	struct ddl_medium *medium;

	(void)state;
	make_pack();
	medium = open_path(tree_path("pack.iso"), DDL_SOURCE_FILE, &error);
	for (int i = 0; i < 2; i++) {
		int status;
		pid_t child = fork();

		if (child == 0) {
			struct seen seen = { .right = true };
			unsigned long long at = bytes_read(), spent;

			if (ddl_files_visit(medium, wanted, 2, look, &seen, NULL) < 0 || seen.files != 1)
				_exit(1);
			spent = bytes_read() - at - own;
			_exit(i == 0 ? (spent > 8192 && spent < 65536 ? 0 : 2) : (spent <= 2048 ? 0 : 3));
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	ddl_medium_close(medium);
}

/* --------------------------------------------------------- what goes wrong */

static void test_not_a_medium(void **state)
{
	static const struct {
		const char *name, *start, *says;
	} rows[] = {
		{ "bad.cab", "MSCF", "Windows" },
		{ "bad.txt", "hello", "the source" },
		{ "bad.empty", "", "the source" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ddl_error error = DDL_ERROR_INIT;

		tree_file(rows[i].name, rows[i].start);
		assert_null(open_path(tree_path(rows[i].name), DDL_SOURCE_FILE, &error));
		assert_int_equal(error.code, DDL_E_NOT_A_DISK);
		assert_non_null(strstr(error.text, rows[i].says));
	}
}

static void test_fifo_does_not_hang(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	make_pack();
	(void)alarm(20);
	assert_null(open_path(tree_path("pack/fifo"), DDL_SOURCE_FILE, &error));
	assert_int_equal(error.code, DDL_E_OPEN);
	(void)alarm(0);
}

/* An image that ends too early: at every sector of its structure, and within a file. */
static void test_cut_short(void **state)
{
	static const unsigned long sizes[] = { 32775, 34000, 40960, 49152, 51200, 53248, 55296, 57344, 100000, 200000 };
	struct ddl_wanted wanted[] = { { .name = PACKAGE } };
	size_t failed = 0;

	(void)state;
	make_pack();
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct ddl_error error = DDL_ERROR_INIT;
		struct seen seen = { .right = true };
		struct ddl_medium *medium;
		int result;

		assert_true(tree_shell("head -c %lu pack.iso >cut.iso", sizes[i]));
		medium = open_path(tree_path("cut.iso"), DDL_SOURCE_FILE, &error);
		assert_non_null(medium);
		result = ddl_files_visit(medium, wanted, 1, look, &seen, &error);
		if (result < 0) {
			failed++;
			assert_int_equal(error.code, DDL_E_ARCHIVE);
			assert_true(error.text[0] != '\0');
		} else {
			assert_false(wanted[0].found && seen.bytes != SMALL);
		}
		ddl_medium_close(medium);
	}
	assert_int_equal(failed, sizeof(sizes) / sizeof(sizes[0]));
}

/* Damaged bytes may give errors but nothing worse (the sanitizers look on). */
static void test_damaged(void **state)
{
	struct ddl_wanted wanted[] = { { .name = PACKAGE }, { .name = "XS-REPOSITORY" }, { .name = "no" } };

	(void)state;
	make_pack();
	for (unsigned i = 0; i < 40; i++) {
		struct ddl_error error = DDL_ERROR_INIT;
		struct seen seen = { .right = true };
		struct ddl_medium *medium;
		int fd, result;

		assert_true(tree_shell("head -c 1000000 pack.iso >damaged.iso"));
		fd = open(tree_path("damaged.iso"), O_WRONLY | O_CLOEXEC);
		for (unsigned k = 0; k < 30; k++) {
			unsigned char byte = tree_byte(k, i);
			off_t at = 32768 + 8 + (off_t)(tree_byte(k, i + 1000) * 256U + tree_byte(k, i + 2000)) % 24000;

			assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		}
		close(fd);
		medium = open_path(tree_path("damaged.iso"), DDL_SOURCE_FILE, &error);
		assert_non_null(medium);
		result = ddl_files_visit(medium, wanted, 3, look, &seen, &error);
		assert_true(result == 0 || error.code != DDL_OK);
		ddl_medium_close(medium);
	}
}

/* A read error of the drive is told as such (a directory's descriptor gives EISDIR). */
static void test_read_error(void **state)
{
	struct ddl_wanted wanted[] = { { .name = "XS-REPOSITORY" } };
	struct ddl_error error = DDL_ERROR_INIT;
	struct seen seen = { .right = true };
	struct ddl_medium *medium;
	int directory, mine;

	(void)state;
	make_pack();
	medium = open_path(tree_path("pack.iso"), DDL_SOURCE_FILE, &error);
	mine = medium->fd;
	directory = open(tree_path("pack"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	medium->fd = directory;
	assert_int_equal(ddl_files_visit(medium, wanted, 1, look, &seen, &error), -1);
	assert_int_equal(error.code, DDL_E_READ);
	assert_int_equal(error.os_errno, EISDIR);
	medium->fd = mine;
	close(directory);
	ddl_medium_close(medium);
}

/* ------------------------------------------------------ files on a medium */

static void test_inner(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_medium *outer, *inner;

	(void)state;
	make_pack();
	assert_true(tree_shell("mkdir -p stick/sub && ln pack.iso stick/b.ISO && ln joliet.iso stick/a.iso && "
			       "ln pack.zip stick/p.zip && ln -s a.iso stick/link.iso && mkdir stick/dir.iso && "
			       "mkfifo stick/f.iso && ln pack.iso stick/sub/c.iso && touch stick/.iso stick/.h.iso"));
	outer = open_path(tree_path("stick"), DDL_SOURCE_DIRECTORY, &error);
	inner = ddl_medium_open_inner(outer, "b.ISO", &error);
	assert_non_null(inner);
	check_medium(inner);
	ddl_medium_close(inner);
	assert_null(ddl_medium_open_inner(outer, "link.iso", &error));
	assert_int_equal(error.os_errno, ELOOP);
	assert_null(ddl_medium_open_inner(outer, "../pack.iso", &error));
	assert_int_equal(error.code, DDL_E_PATH);
	ddl_medium_close(outer);
	ddl_medium_close(NULL);
}

/* What a walk says of the image in an archive. */
static int find_image(void *arg, struct ddl_reader *reader, struct ddl_error *error)
{
	struct ddl_image *image = arg;

	(void)error;
	if (!strstr(reader->name, ".iso"))
		return 0;
	*image = (struct ddl_image){ "vendor/pack.iso", reader->offset, reader->size, reader->in_place };
	assert_string_equal(reader->name, image->name);
	return 0;
}

/* The vendor's zip, and others: the image is read where it is, or unpacked on the way. */
/* limit: DDL_MAX_ARCHIVE_DEPTH */
static void test_image_in_archive(void **state)
{
	static const struct {
		const char *name;
		bool in_place;
	} shapes[] = {
		{ "image-stored.zip", true }, { "image-packed.zip", false }, { "image.tar", true },  { "image.tar.gz", false },
		{ "image.tar.xz", false },    { "image.tar.zst", false },    { "image.iso", false },
	};
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	make_pack();
	assert_true(
		tree_shell("mkdir -p around/vendor && echo x >around/vendor/a && ln pack.iso around/vendor/pack.iso && "
			   "cd around && zip -q -r ../image-packed.zip vendor && zip -q -0 -r ../image-stored.zip vendor && "
			   "tar cf ../image.tar vendor && tar czf ../image.tar.gz vendor && tar cJf ../image.tar.xz vendor && "
			   "tar --zstd -cf ../image.tar.zst vendor && xorriso -as mkisofs -quiet -J -R -o ../image.iso ."));
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		struct ddl_medium *outer = open_path(tree_path(shapes[i].name), DDL_SOURCE_FILE, &error), *inner;
		struct ddl_image image = { .name = NULL };

		assert_non_null(outer);
		assert_int_equal(ddl_files_walk(outer, find_image, &image, &error), 0);
		assert_non_null(image.name);
		assert_int_equal(image.in_place, shapes[i].in_place);
		inner = ddl_medium_open_image(outer, &image, &error);
		assert_non_null(inner);
		assert_int_equal(ddl_medium_streams(inner), !image.in_place);
		check_medium(inner);
		assert_int_equal(inner->depth, DDL_MAX_ARCHIVE_DEPTH);
		assert_null(ddl_medium_open_image(inner, &image, &error)); /* and no deeper */
		ddl_medium_close(inner);
		image = (struct ddl_image){ .name = "absent.iso" };
		inner = ddl_medium_open_image(outer, &image, &error);
		assert_non_null(inner);
		assert_int_equal(ddl_files_walk(inner, find_image, &image, &error), -1);
		assert_int_equal(error.code, DDL_E_GONE);
		ddl_medium_close(inner);
		ddl_medium_close(outer);
	}
}

/* An archive that is damaged or cut off in the middle of the image is found out. */
static void test_packed_image_damaged(void **state)
{
	const struct ddl_image image = { .name = "vendor/pack.iso" };
	struct ddl_error error = DDL_ERROR_INIT;
	struct seen seen = { .right = true };

	(void)state;
	make_pack();
	assert_true(tree_shell("head -c 100000 image.tar.gz >cut.tar.gz; cp image-packed.zip hurt.zip && "
			       "printf XXXX | dd of=hurt.zip bs=1 seek=150000 conv=notrunc status=none"));
	for (int i = 0; i < 2; i++) {
		struct ddl_medium *outer = open_path(tree_path(i ? "hurt.zip" : "cut.tar.gz"), DDL_SOURCE_FILE, &error);
		struct ddl_medium *inner = ddl_medium_open_image(outer, &image, &error);

		assert_non_null(inner);
		/* bytes that are wrong and nothing more show in the checksum of what they are of */
		if (ddl_files_walk(inner, look, &seen, &error) < 0)
			assert_int_equal(error.code, DDL_E_ARCHIVE);
		else
			assert_true(i == 1 && !seen.right);
		ddl_medium_close(inner);
		ddl_medium_close(outer);
	}
}

/* A package or module by itself is a medium of one file. */
static void test_bare(void **state)
{
	struct ddl_wanted wanted[] = { { .name = "bare.ko" }, { .name = "other.ko" } };
	struct ddl_error error = DDL_ERROR_INIT;
	struct seen seen = { .right = true };
	struct ddl_medium *medium;

	(void)state;
	assert_true(tree_shell("mkdir -p bare && printf '\\177ELF and more' >bare/bare.ko && gzip -k bare/bare.ko && "
			       "cp bare/bare.ko.gz bare/tar.gz && printf '\\355\\253\\356\\333' >bare/x.rpm"));
	medium = open_path(tree_path("bare/bare.ko"), DDL_SOURCE_FILE, &error);
	assert_non_null(medium);
	assert_int_equal(medium->kind, DDL_MEDIUM_BARE);
	assert_int_equal(ddl_files_prepare(medium, wanted, 2, &error), 0);
	assert_int_equal(ddl_files_visit(medium, wanted, 2, look, &seen, &error), 0);
	assert_string_equal(seen.names, "bare.ko ");
	assert_int_equal(seen.bytes, 13);
	assert_true(wanted[0].found);
	assert_false(wanted[1].found);
	ddl_files_unprepare(wanted, 2);
	ddl_medium_close(medium);
	medium = open_path(tree_path("bare/bare.ko.gz"), DDL_SOURCE_FILE, &error);
	assert_int_equal(medium->kind, DDL_MEDIUM_BARE);
	ddl_medium_close(medium);
	medium = open_path(tree_path("bare/x.rpm"), DDL_SOURCE_FILE, &error);
	assert_int_equal(medium->kind, DDL_MEDIUM_BARE);
	ddl_medium_close(medium);
	medium = open_path(tree_path("bare/tar.gz"), DDL_SOURCE_FILE, &error); /* packed, but no tar file in it */
	assert_int_equal(medium->kind, DDL_MEDIUM_ARCHIVE);
	assert_int_equal(ddl_files_walk(medium, look, &seen, &error), -1);
	assert_int_equal(error.code, DDL_E_NOT_A_DISK);
	ddl_medium_close(medium);
}

/* Bytes at hand; the descriptor is closed whatever comes of it. */
static void test_open_fd(void **state)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_medium *medium;
	int fd;

	(void)state;
	make_pack();
	fd = open(tree_path("pack.iso"), O_RDONLY | O_CLOEXEC);
	medium = ddl_medium_open_fd(fd, "pack.zip: a\nb/pack.iso", &error);
	assert_non_null(medium);
	assert_string_equal(medium->name, "pack.iso");
	assert_string_equal(medium->name, "pack.iso");
	check_medium(medium);
	ddl_medium_close(medium);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	fd = open(tree_path("pack/XS-REPOSITORY"), O_RDONLY | O_CLOEXEC);
	assert_null(ddl_medium_open_fd(fd, "x", &error));
	assert_int_equal(error.code, DDL_E_NOT_A_DISK);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

/* A link in the place of a file of the disk is not followed. */
static void test_links_out(void **state)
{
	struct ddl_wanted wanted[] = { { .name = "XS-REPOSITORY" }, { .name = "sub/XS-PACKAGES" }, { .name = "ok" } };
	struct ddl_error error = DDL_ERROR_INIT;
	struct seen seen = { .right = true };
	struct ddl_medium *medium;

	(void)state;
	tree_link("evil/XS-REPOSITORY", "/etc/passwd");
	tree_link("evil/sub", "../pack/packages.main");
	tree_file("evil/ok", "ok");
	medium = open_path(tree_path("evil"), DDL_SOURCE_DIRECTORY, &error);
	assert_int_equal(ddl_files_prepare(medium, wanted, 3, &error), 0);
	assert_int_equal(ddl_files_visit(medium, wanted, 3, look, &seen, &error), 0);
	assert_string_equal(seen.names, "ok ");
	ddl_files_unprepare(wanted, 3);
	ddl_medium_close(medium);
}

/* ------------------------------------------------------------------ devices */

/* A loop device of the image, or "" where there are none. */
static void loop_of(const char *image, char *device, size_t room)
{
	FILE *file;

	device[0] = '\0';
	if (geteuid() != 0 || !tree_shell("losetup -f --show %s >loop", image))
		return;
	file = fopen(tree_path("loop"), "r");
	assert_non_null(file);
	if (!fgets(device, (int)room, file))
		device[0] = '\0';
	device[strcspn(device, "\n")] = '\0';
	assert_int_equal(fclose(file), 0);
}

static void check_device(const char *image, const char *format, bool need_not_mount)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_source source = {
		.kind = DDL_SOURCE_DEVICE, .name = "loop", .label = "", .uuid = "", .format = format, .model = ""
	};
	struct ddl_medium *medium;
	char device[64], root[4096];
	struct statvfs st;

	(void)snprintf(root, sizeof(root), "%s", tree_path("root"));
	tree_directory("root/dev");
	loop_of(image, device, sizeof(device));
	if (!device[0]) {
		print_message("no loop devices here\n");
		skip();
	}
	source.path = "/dev/medium";
	assert_true(tree_shell("rm -f root/dev/medium && ln -s %s root/dev/medium", device));
	medium = ddl_medium_open(&source, root, NULL, &error);
	if (medium) {
		if (medium->kind == DDL_MEDIUM_DIRECTORY) {
			const unsigned long flags = ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC;

			assert_int_equal(fstatvfs(medium->fd, &st), 0);
			assert_int_equal(st.f_flag & flags, flags);
			/* and nobody else sees it */
			assert_true(tree_shell("! grep -q root/run/ddload /proc/self/mountinfo"));
		}
		check_medium(medium);
		ddl_medium_close(medium);
	} else if (!need_not_mount) {
		/* this kernel lacks the file system: that must be what is said */
		assert_int_equal(error.code, DDL_E_MOUNT);
		assert_int_equal(error.os_errno, ENODEV);
	} else {
		fail_msg("%s", error.text);
	}
	/* nothing is left behind */
	assert_true(tree_shell("test -z \"$(ls root/run/ddload/media)\""));
	assert_true(tree_shell("! grep -q root/run/ddload /proc/self/mountinfo"));
	assert_true(tree_shell("losetup -d %s", device));
}

static void test_device_iso(void **state)
{
	(void)state;
	make_pack();
	check_device("pack.iso", "iso9660", true);
}

static void test_device_ext4(void **state)
{
	(void)state;
	make_pack();
	/* a stick that was pulled out: its journal waits to be replayed */
	if (!tree_shell("PATH=$PATH:/usr/sbin:/sbin; truncate -s 80M ext.img && mkfs.ext4 -q -d pack ext.img && "
			"debugfs -w -R 'feature needs_recovery' ext.img && md5sum ext.img >ext.md5")) {
		print_message("no ext4 image can be made here\n");
		skip();
	}
	check_device("ext.img", "ext4", false);
	/* it was not, nor was anything else written */
	assert_true(tree_shell("md5sum -c ext.md5"));
}

static void test_device_unknown(void **state)
{
	struct ddl_source source = { .kind = DDL_SOURCE_DEVICE,
				     .name = "x",
				     .path = tree_path("bytes"),
				     .label = "",
				     .uuid = "",
				     .format = "LVM2_member",
				     .model = "" };
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	tree_file("bytes", "no file system");
	assert_null(ddl_medium_open(&source, NULL, NULL, &error));
	assert_int_equal(error.code, DDL_E_NOT_A_DISK);
	assert_non_null(strstr(error.text, "LVM2_member"));
	source.path = tree_path("no-device");
	assert_null(ddl_medium_open(&source, NULL, NULL, &error));
	assert_int_equal(error.code, DDL_E_OPEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_archives),
		cmocka_unit_test(test_visiting),
		cmocka_unit_test(test_joliet_names),
		cmocka_unit_test(test_hard_links),
		cmocka_unit_test(test_many_names),
		cmocka_unit_test(test_reads_little),
		cmocka_unit_test(test_children_share),
		cmocka_unit_test(test_not_a_medium),
		cmocka_unit_test(test_fifo_does_not_hang),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_read_error),
		cmocka_unit_test(test_inner),
		cmocka_unit_test(test_image_in_archive),
		cmocka_unit_test(test_packed_image_damaged),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_open_fd),
		cmocka_unit_test(test_links_out),
		cmocka_unit_test(test_device_iso),
		cmocka_unit_test(test_device_ext4),
		cmocka_unit_test(test_device_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
