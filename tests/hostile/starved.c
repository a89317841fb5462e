// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Gives a parser its input again and again, and lets memory run out at each allocation in turn
 * (once, or from there on). It must say so, or come to its end without what it wanted; a
 * crash ends this program, a leak is seen by ASan.
 *
 * usage: starved TARGET FILE...     the inputs of the fuzz target of that name (tests/fuzz/seeds)
 *
 * The allocations of our own code fail, each piece taken from an arena as well, not those of libxml2 and libarchive (see starve.c).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "boot/answerfile.h"
#include "boot/cmdline.h"
#include "medium/files.h"
#include "module/modinfo.h"
#include "module/modprobe_conf.h"
#include "package/rpm.h"
#include "package/unpack.h"
#include "repository/repository.h"
#include "repository/scan.h"
#include "repository/xenserver_update.h"
#include "starve.h"

enum { MOST = 400 }; /* allocations that fail in turn; the last of more are drawn from all */

struct input {
	const char *bytes;
	size_t size;
	const char *digest; /* its MD5 */
	struct ddl_arena *arena;
	struct ddl_error error;
};

/* ---------------------------------------------------- the arena's own (the linker: --wrap) */

void *__real_ddl_arena_alloc(struct ddl_arena *arena, size_t count, size_t size);
char *__real_ddl_arena_dup(struct ddl_arena *arena, const char *text);
char *__real_ddl_arena_dupn(struct ddl_arena *arena, const void *bytes, size_t n);
void *__real_ddl_arena_push(struct ddl_arena *arena, void *items, size_t *count, size_t size);
void *__wrap_ddl_arena_alloc(struct ddl_arena *arena, size_t count, size_t size);
char *__wrap_ddl_arena_dup(struct ddl_arena *arena, const char *text);
char *__wrap_ddl_arena_dupn(struct ddl_arena *arena, const void *bytes, size_t n);
void *__wrap_ddl_arena_push(struct ddl_arena *arena, void *items, size_t *count, size_t size);

void *__wrap_ddl_arena_alloc(struct ddl_arena *arena, size_t count, size_t size)
{
	return starve_refuses() ? NULL : __real_ddl_arena_alloc(arena, count, size);
}

char *__wrap_ddl_arena_dup(struct ddl_arena *arena, const char *text)
{
	return starve_refuses() ? NULL : __real_ddl_arena_dup(arena, text);
}

char *__wrap_ddl_arena_dupn(struct ddl_arena *arena, const void *bytes, size_t n)
{
	return starve_refuses() ? NULL : __real_ddl_arena_dupn(arena, bytes, n);
}

void *__wrap_ddl_arena_push(struct ddl_arena *arena, void *items, size_t *count, size_t size)
{
	return starve_refuses() ? NULL : __real_ddl_arena_push(arena, items, count, size);
}

/* ----------------------------------------------------------------------- the parsers */

/* Two files in one, a NUL between them. */
static void two(const struct input *in, struct ddl_blob *blobs)
{
	const char *zero = in->size ? memchr(in->bytes, 0, in->size) : NULL;
	size_t first = zero ? (size_t)(zero - in->bytes) : in->size;

	blobs[0] = (struct ddl_blob){ "XS-REPOSITORY", in->bytes, first, false };
	blobs[1] = (struct ddl_blob){ "XS-PACKAGES", zero ? zero + 1 : in->bytes, zero ? in->size - first - 1 : in->size, false };
}

static int repo_text(struct input *in)
{
	struct ddl_blob blobs[2];
	struct ddl_repo repo;

	two(in, blobs);
	return ddl_repo_parse_text(in->arena, "", &blobs[0], &blobs[1], &repo, NULL, NULL, &in->error);
}

static int repo_xml(struct input *in)
{
	struct ddl_blob blobs[2];
	struct ddl_repo repo;

	two(in, blobs);
	return ddl_repo_parse_xml(in->arena, "", &blobs[0], &blobs[1], &repo, NULL, NULL, &in->error);
}

static int repo_list(struct input *in)
{
	const char **directories = NULL, **notes = NULL;
	size_t count = 0, n_notes = 0;

	return ddl_repo_list(in->arena, in->bytes, in->size, &directories, &count, &notes, &n_notes, &in->error);
}

static int update(struct input *in)
{
	const struct ddl_blob blob = { "update.xml", in->bytes, in->size, false };
	struct ddl_repo repo = { .family = DDL_FAMILY_XENSERVER_UPDATE };
	const char *control;

	return ddl_update_parse(in->arena, &blob, &repo, &control, &in->error);
}

static int repomd(struct input *in)
{
	const struct ddl_blob blob = { "repodata/repomd.xml", in->bytes, in->size, false };
	struct ddl_repomd found;

	return ddl_repomd_parse(in->arena, &blob, &found, &in->error);
}

static int comps(struct input *in)
{
	const struct ddl_blob blob = { "comps.xml", in->bytes, in->size, false };
	const char **names = NULL;
	size_t count = 0;
	enum ddl_comps found;

	return ddl_comps_parse(in->arena, &blob, &names, &count, &found, &in->error);
}

static int primary(struct input *in)
{
	const struct ddl_blob blob = { "primary.xml", in->bytes, in->size, false };
	const char *const names[] = { "a" };
	const char **notes = NULL;
	struct ddl_repo repo = { .family = DDL_FAMILY_XENSERVER_UPDATE };
	size_t n_notes = 0;

	return ddl_primary_parse(in->arena, &blob, names, 1, "", &repo, &notes, &n_notes, &in->error);
}

static int rpm(struct input *in)
{
	struct ddl_rpm_parser *parser = ddl_rpm_parser_new();
	struct ddl_rpm_signed found;
	struct ddl_rpm header;
	int result = -1;

	if (!parser)
		return ddl_fail(&in->error, DDL_E_MEMORY, 0, "parser");
	if (in->size && ddl_rpm_parser_feed(parser, in->bytes + 1, in->size - 1, &in->error) >= 0) {
		(void)ddl_rpm_parser_signed(parser, &found);
		result = ddl_rpm_parser_finish(parser, in->arena, &header, &in->error);
	}
	ddl_rpm_parser_free(parser);
	return result;
}

static int module(struct input *in)
{
	struct ddl_module facts;

	return ddl_modinfo_read(in->arena, "lib/modules/x/a.ko", (const uint8_t *)in->bytes, in->size, &facts, &in->error);
}

static int modprobe_conf(struct input *in)
{
	struct ddl_modprobe_conf conf = DDL_MODPROBE_CONF_INIT;

	return ddl_modprobe_conf_read(in->arena, in->bytes, in->size, "megaraid_sas", &conf, &in->error);
}

static int answer(struct input *in)
{
	const struct ddl_confine here = { .unconfined = true };
	const struct ddl_blob blob = { "answer.xml", in->bytes, in->size, false };
	const char **sources;
	size_t count;

	return ddl_answerfile_parse(in->arena, &blob, &here, &sources, &count, &in->error);
}

static int cmdline(struct input *in)
{
	struct ddl_cmdline line;

	return ddl_cmdline_parse(in->arena, in->bytes, in->size, &line, &in->error);
}

static size_t position;

static ssize_t read_input(struct ddl_reader *reader, void *buffer, size_t n, struct ddl_error *error)
{
	const struct input *in = reader->ctx;
	size_t left = in->size - 2 - position;

	(void)error;
	n = n < left ? n : left;
	memcpy(buffer, in->bytes + 2 + position, n);
	position += n;
	return (ssize_t)n;
}

static int package_read(struct input *in)
{
	struct ddl_package package = {
		.label = "x", .kernel = "", .file = "sub/a.ko", .root = "", .options = "", .version = "", .fd = -1
	};
	struct ddl_unpacking reading = { .arena = in->arena, .package = &package, .unpack = true };
	struct ddl_reader reader = { .read = read_input, .name = "a", .ctx = in };
	int result = 0;

	if (in->size < 2)
		return 0;
	package.type = (enum ddl_package_type)((uint8_t)in->bytes[0] % 5);
	package.size = reader.size = in->size - 2;
	package.digest = in->digest;
	position = 0;
	if (ddl_unpack(&reading, &reader, &in->error) < 0)
		result = -1;
	else if (package.state == DDL_PKG_BAD)
		result = ddl_fail(&in->error, package.trouble.code, 0, "%s", package.trouble.text);
	ddl_unpack_held_free(&reading);
	return result;
}

static const struct parser {
	const char *name;
	int (*run)(struct input *in);
} parsers[] = {
	{ "xenserver_text", repo_text },
	{ "xenserver_xml", repo_xml },
	{ "repo_list", repo_list },
	{ "xenserver_update", update },
	{ "repomd", repomd },
	{ "comps", comps },
	{ "primary", primary },
	{ "rpm", rpm },
	{ "modinfo", module },
	{ "modprobe_conf", modprobe_conf },
	{ "answerfile", answer },
	{ "cmdline", cmdline },
	{ "unpack", package_read },
};

/* -------------------------------------------------------------------------- starving */

static unsigned long tried, said;

/* The parser's result; how many allocations it made. */
static int once(const struct parser *parser, struct input *in, const struct starve *starve, unsigned long *made)
{
	int result;

	in->arena = NULL;
	in->error = (struct ddl_error)DDL_ERROR_INIT;
	starve_begin(starve);
	in->arena = ddl_arena_new();
	result = in->arena ? parser->run(in) : ddl_fail(&in->error, DDL_E_MEMORY, 0, "arena");
	*made = starve_end();
	ddl_arena_free(in->arena);
	return result;
}

/* True when it behaved. */
static bool starve_at(const struct parser *parser, struct input *in, const struct starve *starve, int whole, enum ddl_code code)
{
	unsigned long made;
	int result = once(parser, in, starve, &made);

	tried++;
	said += result < 0 && in->error.code == DDL_E_MEMORY;
	/* for want of memory, or as it fails with enough of it; it may not come to an end with something left out */
	if ((result < 0 && in->error.code == DDL_E_MEMORY) || (result < 0 && result == whole && in->error.code == code))
		return true;
	fprintf(stderr, "allocation %lu%s: %d %s \"%s\"\n", starve->nth, starve->lasting ? " and all after it" : "", result,
		ddl_code_name(in->error.code), in->error.text);
	return false;
}

static bool starve_all(const struct parser *parser, struct input *in)
{
	unsigned long made, unused;
	int whole = once(parser, in, &(struct starve){ .nth = 0 }, &made);
	enum ddl_code code = in->error.code;
	bool fine = true;

	for (unsigned long i = 1; i <= made && i <= MOST; i++) {
		unsigned long nth = made <= MOST ? i : 1 + (i - 1) * made / MOST;

		fine = starve_at(parser, in, &(struct starve){ .nth = nth }, whole, code) && fine;
		fine = starve_at(parser, in, &(struct starve){ .nth = nth, .lasting = true }, whole, code) && fine;
	}
	/* and afterwards all is as before */
	return once(parser, in, &(struct starve){ .nth = 0 }, &unused) == whole && unused == made && fine;
}

static bool starve_file(const struct parser *parser, const char *path)
{
	struct input in = { .size = 0 };
	struct ddl_digest md5;
	char hex[DDL_DIGEST_HEX];
	FILE *file = fopen(path, "rb");
	char *bytes;
	bool fine;
	long size;

	if (!file || fseek(file, 0, SEEK_END) < 0 || (size = ftell(file)) < 0 || fseek(file, 0, SEEK_SET) < 0 ||
	    !(bytes = malloc((size_t)size + 1)) || fread(bytes, 1, (size_t)size, file) != (size_t)size) {
		perror(path);
		exit(1);
	}
	(void)fclose(file);
	in.bytes = bytes;
	in.size = (size_t)size;
	ddl_digest_start(&md5, DDL_MD5);
	ddl_digest_add(&md5, bytes + 2, in.size > 2 ? in.size - 2 : 0);
	ddl_digest_end_hex(&md5, hex);
	in.digest = hex;
	fine = starve_all(parser, &in);
	if (!fine)
		fprintf(stderr, "… of %s\n", path);
	free(bytes);
	return fine;
}

int main(int count, char **words)
{
	bool fine = true;

	for (size_t i = 0; count > 2 && i < sizeof(parsers) / sizeof(*parsers); i++) {
		if (strcmp(words[1], parsers[i].name) != 0)
			continue;
		for (int file = 2; file < count; file++)
			fine = starve_file(&parsers[i], words[file]) && fine;
		printf("%d inputs, memory ran out %lu times, %lu times it was said\n", count - 2, tried, said);
		return fine && said ? 0 : 1;
	}
	fprintf(stderr, "usage: starved TARGET FILE...\n");
	return 2;
}
