// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of messages: whole structs there and back, and everything that a child could tell wrongly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/path.h"
#include "model/marshal.h"
#include "process.h"

/* -------------------------------------------------------------- structs in full */

static struct ddl_repo good_repo(void)
{
	static struct ddl_requires requires[] = {
		{ "xs", "main", "6.5.0", "90233", DDL_TEST_GE },
		{ "", "other", "1", "", DDL_TEST_NE },
	};
	static struct ddl_package packages[] = {
		{ .label = "megaraid_sas",
		  .type = DDL_PKG_DRIVER_RPM,
		  .kernel = "6.1.0-56-amd64",
		  .file = "sub/a.rpm",
		  .root = "",
		  .options = "-U --nodeps",
		  .size = 99719,
		  .digest = "2fb99ae91000b446f3d71d782c734dae" },
		{ .label = "fw",
		  .type = DDL_PKG_FIRMWARE,
		  .kernel = "",
		  .file = "fw.bin",
		  .root = "lib/x",
		  .options = "",
		  .size = UINT64_MAX,
		  .digest = "00" },
	};
	static struct ddl_package lists[] = { { .label = "f",
						.type = DDL_PKG_FIRMWARE,
						.kernel = "",
						.file = "repodata/filelists.xml.gz",
						.root = "",
						.options = "",
						.size = 77,
						.digest = "11" } };
	static struct ddl_metadata metadata[] = { { "XS-REPOSITORY", "<a\0\xff>", 5 }, { "XS-PACKAGES", "", 0 } };

	return (struct ddl_repo){ .family = DDL_FAMILY_XENSERVER_XML,
				  .where = "ignored",
				  .directory = "packages.main",
				  .identifier = "acme:megaraid-sas",
				  .originator = "acme",
				  .name = "megaraid-sas",
				  .product = "XenServer",
				  .version = "1.0",
				  .build = "7",
				  .description = "MegaRAID Ä driver",
				  .memory_mb = 512,
				  .homogeneous = true,
				  .hidden = false,
				  .requires = requires,
				  .n_requires = 2,
				  .packages = packages,
				  .n_packages = 2,
				  .fingerprint = "d4a71bc7572354f0fdbcb78ae6165c0d",
				  .uuid = "9ac5",
				  .key = "RPM-GPG-KEY-acme",
				  .metadata = metadata,
				  .n_metadata = 2,
				  .lists = lists,
				  .n_lists = 1 };
}

static void assert_same_listed(const struct ddl_package *a, const struct ddl_package *b, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(a[i].label, b[i].label);
		assert_int_equal(a[i].type, b[i].type);
		assert_string_equal(a[i].kernel, b[i].kernel);
		assert_string_equal(a[i].file, b[i].file);
		assert_string_equal(a[i].root, b[i].root);
		assert_string_equal(a[i].options, b[i].options);
		assert_true(a[i].size == b[i].size);
		assert_string_equal(a[i].digest, b[i].digest);
	}
}

static void assert_same_repo(const struct ddl_repo *a, const struct ddl_repo *b)
{
	assert_int_equal(a->family, b->family);
	assert_string_equal(a->directory, b->directory);
	assert_string_equal(a->identifier, b->identifier);
	assert_string_equal(a->originator, b->originator);
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->product, b->product);
	assert_string_equal(a->version, b->version);
	assert_string_equal(a->build, b->build);
	assert_string_equal(a->description, b->description);
	assert_string_equal(a->fingerprint, b->fingerprint);
	assert_string_equal(a->uuid, b->uuid);
	assert_string_equal(a->key, b->key);
	assert_int_equal(a->memory_mb, b->memory_mb);
	assert_int_equal(a->homogeneous, b->homogeneous);
	assert_int_equal(a->hidden, b->hidden);
	assert_int_equal(a->n_requires, b->n_requires);
	for (size_t i = 0; i < a->n_requires; i++) {
		assert_string_equal(a->requires[i].originator, b->requires[i].originator);
		assert_string_equal(a->requires[i].name, b->requires[i].name);
		assert_string_equal(a->requires[i].version, b->requires[i].version);
		assert_string_equal(a->requires[i].build, b->requires[i].build);
		assert_int_equal(a->requires[i].test, b->requires[i].test);
	}
	assert_int_equal(a->n_packages, b->n_packages);
	assert_same_listed(a->packages, b->packages, a->n_packages);
	assert_int_equal(a->n_lists, b->n_lists);
	assert_same_listed(a->lists, b->lists, a->n_lists);
	assert_int_equal(a->n_metadata, b->n_metadata);
	for (size_t i = 0; i < a->n_metadata; i++) {
		assert_string_equal(a->metadata[i].name, b->metadata[i].name);
		assert_int_equal(a->metadata[i].length, b->metadata[i].length);
		assert_memory_equal(a->metadata[i].bytes, b->metadata[i].bytes, a->metadata[i].length);
		assert_int_equal(b->metadata[i].bytes[b->metadata[i].length], 0);
	}
}

static struct ddl_package good_package(void)
{
	static struct ddl_file module_file = { DDL_FILE_MODULE, "lib/modules/6.1/extra/a.ko", 1000, 7 };
	static struct ddl_file licence = { DDL_FILE_LICENCE, "usr/share/EULA", 3, -1 };
	static struct ddl_file *files[] = { &module_file, &licence };
	static const char *aliases[] = { "pci:v00001000d00000060sv*sd*bc*sc*i*", "pci:v00001000d*" };
	static const char *depends[] = { "scsi_mod" }, *firmware[] = { "acme/a.bin", "acme/b.bin", "c" };
	static struct ddl_module module = { .name = "a",
					    .path = "lib/modules/6.1/extra/a.ko",
					    .version = "1.2",
					    .srcversion = "ABC",
					    .vermagic = "6.1 SMP",
					    .kernel = "6.1",
					    .description = "A driver",
					    .softdeps = "pre: a",
					    .signer = "Acme",
					    .has_signature = true,
					    .aliases = aliases,
					    .n_aliases = 2,
					    .depends = depends,
					    .n_depends = 1,
					    .firmware = firmware,
					    .n_firmware = 3 };
	static struct ddl_module *modules[] = { &module };
	struct ddl_package package = {
		.state = DDL_PKG_STAGED, .version = "1.2-3", .files = files, .n_files = 2, .modules = modules, .n_modules = 1
	};

	(void)ddl_fail(&package.trouble, DDL_E_MODULE, 22, "a.ko: x");
	return package;
}

static void assert_same_package(const struct ddl_package *a, const struct ddl_package *b)
{
	assert_int_equal(a->state, b->state);
	assert_string_equal(a->version, b->version);
	assert_int_equal(a->trouble.code, b->trouble.code);
	assert_int_equal(a->trouble.os_errno, b->trouble.os_errno);
	assert_string_equal(a->trouble.text, b->trouble.text);
	assert_int_equal(a->n_files, b->n_files);
	for (size_t i = 0; i < a->n_files; i++) {
		assert_int_equal(a->files[i]->kind, b->files[i]->kind);
		assert_string_equal(a->files[i]->path, b->files[i]->path);
		assert_true(a->files[i]->size == b->files[i]->size);
		assert_int_equal(b->files[i]->fd, -1); /* a child's descriptor means nothing here */
	}
	assert_int_equal(a->n_modules, b->n_modules);
	for (size_t i = 0; i < a->n_modules; i++) {
		const struct ddl_module *x = a->modules[i], *y = b->modules[i];

		assert_string_equal(x->name, y->name);
		assert_string_equal(x->path, y->path);
		assert_string_equal(x->version, y->version);
		assert_string_equal(x->srcversion, y->srcversion);
		assert_string_equal(x->vermagic, y->vermagic);
		assert_string_equal(x->kernel, y->kernel);
		assert_string_equal(x->description, y->description);
		assert_string_equal(x->softdeps, y->softdeps);
		assert_string_equal(x->signer, y->signer);
		assert_int_equal(x->has_signature, y->has_signature);
		assert_int_equal(x->n_aliases, y->n_aliases);
		for (size_t j = 0; j < x->n_aliases; j++)
			assert_string_equal(x->aliases[j], y->aliases[j]);
		assert_int_equal(x->n_depends, y->n_depends);
		for (size_t j = 0; j < x->n_depends; j++)
			assert_string_equal(x->depends[j], y->depends[j]);
		assert_int_equal(x->n_firmware, y->n_firmware);
		for (size_t j = 0; j < x->n_firmware; j++)
			assert_string_equal(x->firmware[j], y->firmware[j]);
		assert_null(y->file);
		assert_string_equal(y->alias, "");
		assert_string_equal(y->loaded_version, "");
	}
}

static struct ddl_marshal written_repo(struct ddl_repo repo)
{
	struct ddl_marshal marshal = ddl_marshal_writer();

	ddl_marshal_repo(&marshal, &repo);
	assert_false(marshal.failed);
	return marshal;
}

static struct ddl_marshal written_package(struct ddl_package package)
{
	struct ddl_marshal marshal = ddl_marshal_writer();

	ddl_marshal_package(&marshal, &package);
	assert_false(marshal.failed);
	return marshal;
}

static void a_repo_there_and_back(void **state)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_repo repo = good_repo(), back = { .n_packages = 0 };
	struct ddl_marshal out = written_repo(repo), in = ddl_marshal_reader(out.bytes, out.used, arena);

	(void)state;
	ddl_marshal_repo(&in, &back);
	assert_false(in.failed);
	assert_int_equal(in.used, out.used);
	free(out.bytes); /* nothing read points into the message */
	assert_same_repo(&repo, &back);
	for (size_t i = 0; i < back.n_packages; i++) {
		assert_int_equal(back.packages[i].fd, -1);
		assert_int_equal(back.packages[i].state, DDL_PKG_UNREAD);
		assert_string_equal(back.packages[i].version, "");
		assert_null(back.packages[i].files);
	}
	ddl_arena_free(arena);
}

static void a_package_there_and_back(void **state)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_package package = good_package(), back = { .n_files = 0 };
	struct ddl_marshal out = written_package(package), in = ddl_marshal_reader(out.bytes, out.used, arena);

	(void)state;
	ddl_marshal_package(&in, &back);
	assert_false(in.failed);
	assert_int_equal(in.used, out.used);
	free(out.bytes);
	assert_same_package(&package, &back);
	ddl_arena_free(arena);
}

/* ------------------------------------------------------------------ sorts of fields */

static void numbers_flags_and_texts(void **state)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_marshal out = ddl_marshal_writer(), in;
	uint64_t number = 0x0123456789ABCDEFU, back = 1;
	const char *text = "a\tb\xffz", *none = NULL, *read;
	bool flag = true;

	(void)state;
	ddl_marshal_number(&out, &number, UINT64_MAX);
	assert_memory_equal(out.bytes, "\xEF\xCD\xAB\x89\x67\x45\x23\x01", 8);
	ddl_marshal_flag(&out, &flag);
	ddl_marshal_text(&out, &text, 100);
	ddl_marshal_text(&out, &none, 100);
	ddl_marshal_text(&out, &text, 2); /* cut where it is written */
	in = ddl_marshal_reader(out.bytes, out.used, arena);
	flag = false;
	ddl_marshal_number(&in, &back, UINT64_MAX);
	assert_true(back == number);
	ddl_marshal_flag(&in, &flag);
	assert_true(flag);
	ddl_marshal_text(&in, &read, 100);
	assert_string_equal(read, "a b?z");
	ddl_marshal_text(&in, &read, 100);
	assert_string_equal(read, "");
	ddl_marshal_text(&in, &read, 2);
	assert_string_equal(read, "a ");
	assert_false(in.failed);
	assert_int_equal(in.used, in.room);
	free(out.bytes);
	ddl_arena_free(arena);
}

static void refuses_what_is_over_its_limit(void **state)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_marshal out = ddl_marshal_writer(), in;
	uint64_t number = 11, back = 3;
	const char *text = "abcdef", *read = NULL, **texts = NULL, *two[] = { "a", "b" };
	size_t count = 5;
	bool flag;

	(void)state;
	ddl_marshal_number(&out, &number, UINT64_MAX);
	ddl_marshal_text(&out, &text, 100);
	in = ddl_marshal_reader(out.bytes, out.used, arena);
	ddl_marshal_number(&in, &back, 10);
	assert_true(in.failed);
	assert_int_equal(back, 0);
	ddl_marshal_text(&in, &read, 100); /* once failed, nothing is read any more */
	assert_string_equal(read, "");
	in = ddl_marshal_reader(out.bytes, out.used, arena);
	ddl_marshal_flag(&in, &flag); /* neither 0 nor 1 */
	assert_true(in.failed);
	assert_false(flag);
	in = ddl_marshal_reader(out.bytes + 8, out.used - 8, arena);
	ddl_marshal_text(&in, &read, 5);
	assert_true(in.failed);
	assert_string_equal(read, "");
	in = ddl_marshal_reader(out.bytes, out.used, arena); /* 11 texts in what holds one */
	ddl_marshal_texts(&in, &texts, &count, 100, 100);
	assert_true(in.failed);
	assert_int_equal(count, 0);
	free(out.bytes);
	/* and what is too much to write is not half written */
	out = ddl_marshal_writer();
	texts = two;
	count = 2;
	ddl_marshal_texts(&out, &texts, &count, 1, 100);
	assert_true(out.failed);
	free(out.bytes);
	ddl_arena_free(arena);
}

/* limit: DDL_MAX_RESULT */
static void a_writer_stops_at_the_largest_result(void **state)
{
	struct ddl_marshal out = ddl_marshal_writer();
	static char bytes[1024 * 1024];
	const char *piece = bytes;
	size_t n = sizeof(bytes), written = 0;

	(void)state;
	for (; written < 200 && !out.failed; written++)
		ddl_marshal_bytes(&out, &piece, &n, sizeof(bytes));
	assert_true(out.failed);
	assert_true(written >= 31 && written <= 65);
	assert_true(out.room <= 2 * (size_t)DDL_MAX_RESULT);
	free(out.bytes);
}

static void refuses_paths_that_lead_out(void **state)
{
	static const char *const bad[] = { "/etc/passwd", "../x",  "a/../../x", "a/..", "..",  "./a",
					   "a//b",        "a/./b", "a/",        "a\nb", "\xff" };
	static const char *const good[] = { "", "a", "a/b.rpm", "..a", "a..b/c..." };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad) + sizeof(good) / sizeof(*good); i++) {
		bool is_bad = i < sizeof(bad) / sizeof(*bad);
		const char *path = is_bad ? bad[i] : good[i - sizeof(bad) / sizeof(*bad)];
		struct ddl_arena *arena = ddl_arena_new();

		for (unsigned where = 0; where < 5; where++) {
			struct ddl_repo repo = good_repo(), repo_back = { .n_packages = 0 };
			struct ddl_package package = good_package(), package_back = { .n_files = 0 }, listed = repo.packages[0];
			struct ddl_file file = *package.files[0], *files[] = { &file };
			struct ddl_module module = *package.modules[0], *modules[] = { &module };
			struct ddl_metadata metadata = repo.metadata[0];
			struct ddl_marshal out, in;

			if (where < 3) {
				repo.directory = where == 0 ? path : "";
				listed.file = where == 1 ? path : "x";
				metadata.name = where == 2 ? path : "x";
				repo.packages = &listed;
				repo.metadata = &metadata;
				repo.n_packages = repo.n_metadata = 1;
				out = written_repo(repo);
				in = ddl_marshal_reader(out.bytes, out.used, arena);
				ddl_marshal_repo(&in, &repo_back);
			} else {
				file.path = where == 3 ? path : "x";
				module.path = where == 4 ? path : "x";
				package.files = files;
				package.modules = modules;
				package.n_files = package.n_modules = 1;
				out = written_package(package);
				in = ddl_marshal_reader(out.bytes, out.used, arena);
				ddl_marshal_package(&in, &package_back);
			}
			/* text is made clean before it is looked at: "?" and "a b" are names like others; only a folder may be the top */
			assert_int_equal(in.failed,
					 *path ? is_bad && strcmp(path, "\xff") != 0 && strcmp(path, "a\nb") != 0 : where > 0);
			free(out.bytes);
		}
		ddl_arena_free(arena);
	}
}

/* ------------------------------------------------------------------------ damage */

static void assert_path_stays(const char *path)
{
	char clean[DDL_MAX_PATH];

	assert_true(!*path || (ddl_path_clean_relative(clean, sizeof(clean), path) && strcmp(clean, path) == 0));
}

/* Reads the bytes as a repository and as a package; true when one of them was taken as good. */
static bool read_both(const uint8_t *bytes, size_t n)
{
	struct ddl_arena *arena = ddl_arena_new();
	uint8_t *copy = malloc(n + !n); /* of just this size */
	struct ddl_repo repo = { .n_packages = 0 };
	struct ddl_package package = { .n_files = 0 };
	struct ddl_marshal first, second;

	memcpy(copy, bytes, n);
	first = ddl_marshal_reader(copy, n, arena);
	second = first;
	ddl_marshal_repo(&first, &repo);
	ddl_marshal_package(&second, &package);
	assert_true(first.used <= n && second.used <= n);
	if (!first.failed) {
		assert_true(repo.n_packages <= DDL_MAX_PACKAGES && repo.n_packages <= n / 8);
		assert_true(repo.n_requires <= DDL_MAX_REQUIRES && repo.n_metadata <= 4);
		assert_path_stays(repo.directory);
		for (size_t i = 0; i < repo.n_packages; i++) {
			assert_path_stays(repo.packages[i].file);
			assert_true(repo.packages[i].type <= DDL_PKG_SETTINGS && strlen(repo.packages[i].digest) <= 64);
		}
		for (size_t i = 0; i < repo.n_requires; i++)
			assert_true(repo.requires[i].test <= DDL_TEST_GE);
		for (size_t i = 0; i < repo.n_metadata; i++)
			assert_true(repo.metadata[i].length <= DDL_MAX_METADATA);
	}
	if (!second.failed) {
		assert_true(package.n_files <= n / 8 && package.n_modules <= n / 8);
		assert_true(package.state <= DDL_PKG_BAD && package.trouble.code < DDL_CODES);
		for (size_t i = 0; i < package.n_files; i++) {
			assert_path_stays(package.files[i]->path);
			assert_true(package.files[i]->kind <= DDL_FILE_LICENCE && package.files[i]->fd == -1);
		}
		for (size_t i = 0; i < package.n_modules; i++) {
			assert_path_stays(package.modules[i]->path);
			assert_true(strlen(package.modules[i]->name) <= DDL_MAX_NAME);
		}
	}
	free(copy);
	ddl_arena_free(arena);
	return !first.failed || !second.failed;
}

static void cut_anywhere_is_refused(void **state)
{
	struct ddl_marshal out[] = { written_repo(good_repo()), written_package(good_package()) };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (size_t n = 0; n < out[i].used; n++) {
			struct ddl_arena *arena = ddl_arena_new();
			struct ddl_marshal in = ddl_marshal_reader(out[i].bytes, n, arena);
			struct ddl_repo repo = { .n_packages = 0 };
			struct ddl_package package = { .n_files = 0 };

			if (i == 0)
				ddl_marshal_repo(&in, &repo);
			else
				ddl_marshal_package(&in, &package);
			assert_true(in.failed);
			ddl_arena_free(arena);
			(void)read_both(out[i].bytes, n);
		}
		free(out[i].bytes);
	}
}

static void any_bit_may_be_wrong(void **state)
{
	struct ddl_marshal out[] = { written_repo(good_repo()), written_package(good_package()) };
	size_t taken = 0, refused = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (size_t bit = 0; bit < 8 * out[i].used; bit++) {
			out[i].bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
			if (read_both(out[i].bytes, out[i].used))
				taken++;
			else
				refused++;
			out[i].bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
		}
		for (unsigned round = 0; round < 5000; round++) {
			uint8_t *copy = malloc(out[i].used);

			memcpy(copy, out[i].bytes, out[i].used);
			for (uint32_t n = 1 + chance(6); n; n--)
				copy[chance((uint32_t)out[i].used)] = chance(3) ? (uint8_t)chance(256) : chance(2) ? 0 : 0xFF;
			(void)read_both(copy, out[i].used);
			free(copy);
		}
		free(out[i].bytes);
	}
	assert_true(taken > 1000 && refused > 1000);
}

static void hostile_counts_take_no_memory(void **state)
{
	static const uint64_t counts[] = { 1, 2, 512, 10000, 20000, 1U << 20, UINT32_MAX, UINT64_MAX / 8, UINT64_MAX };
	uint8_t bytes[32 * 8];

	(void)state;
	for (size_t at = 0; at < sizeof(bytes); at += 8) {
		for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
			memset(bytes, 0, sizeof(bytes));
			for (unsigned b = 0; b < 8; b++)
				bytes[at + b] = (uint8_t)(counts[i] >> (8 * b));
			(void)read_both(bytes, sizeof(bytes));
			if (at == 0 && counts[i] > DDL_FAMILY_BARE)
				assert_false(read_both(bytes, sizeof(bytes)));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_repo_there_and_back),
		cmocka_unit_test(a_package_there_and_back),
		cmocka_unit_test(numbers_flags_and_texts),
		cmocka_unit_test(refuses_what_is_over_its_limit),
		cmocka_unit_test(a_writer_stops_at_the_largest_result),
		cmocka_unit_test(refuses_paths_that_lead_out),
		cmocka_unit_test(cut_anywhere_is_refused),
		cmocka_unit_test(any_bit_may_be_wrong),
		cmocka_unit_test(hostile_counts_take_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
