// SPDX-License-Identifier: GPL-2.0-or-later
/* The bytes of messages: numbers little-endian in 8 bytes, texts with their length before them. */
#include "codec.h"

#include <stdlib.h>
#include <string.h>

#include "path.h"
#include "text.h"

struct ddl_codec ddl_codec_writer(void)
{
	return (struct ddl_codec){ .reading = false };
}

struct ddl_codec ddl_codec_reader(const void *bytes, size_t length, struct ddl_arena *arena)
{
	/* never written through while reading */
	return (struct ddl_codec){ .reading = true, .bytes = (uint8_t *)(uintptr_t)bytes,
				   .room = length, .arena = arena };
}

/* The next `n` bytes to write to or read from; NULL once anything failed. */
static uint8_t *next(struct ddl_codec *codec, size_t n)
{
	uint8_t *piece;

	if (!codec->failed && !codec->reading && codec->room - codec->used < n) {
		size_t room = codec->room ? codec->room : 1024;
		uint8_t *larger;

		while (room - codec->used < n && room <= DDL_MAX_RESULT)
			room *= 2;
		larger = room <= 2 * (size_t)DDL_MAX_RESULT ? realloc(codec->bytes, room) : NULL;
		if (larger) {
			codec->bytes = larger;
			codec->room = room;
		}
	}
	if (codec->failed || codec->room - codec->used < n) {
		codec->failed = true;
		return NULL;
	}
	piece = codec->bytes + codec->used;
	codec->used += n;
	return piece;
}

void ddl_codec_number(struct ddl_codec *codec, uint64_t *value, uint64_t max)
{
	uint8_t *piece = next(codec, 8);

	if (!piece) {
		if (codec->reading)
			*value = 0;
		return;
	}
	if (!codec->reading) {
		for (unsigned i = 0; i < 8; i++)
			piece[i] = (uint8_t)(*value >> (8 * i));
		return;
	}
	*value = 0;
	for (unsigned i = 0; i < 8; i++)
		*value |= (uint64_t)piece[i] << (8 * i);
	if (*value > max) {
		codec->failed = true;
		*value = 0;
	}
}

void ddl_codec_flag(struct ddl_codec *codec, bool *value)
{
	uint64_t number = *value;

	ddl_codec_number(codec, &number, 1);
	*value = number == 1;
}

void ddl_codec_text(struct ddl_codec *codec, const char **value, size_t max)
{
	uint64_t n = codec->reading || !*value ? 0 : strnlen(*value, max);
	uint8_t *piece;
	char *copy;

	ddl_codec_number(codec, &n, max);
	piece = next(codec, n);
	if (!codec->reading) {
		if (piece && n)
			memcpy(piece, *value, n);
		return;
	}
	*value = "";
	if (!piece || !n)
		return;
	copy = ddl_arena_dupn(codec->arena, piece, n);
	if (!copy) {
		codec->failed = codec->no_memory = true;
		return;
	}
	ddl_text_clean_in_place(copy);
	*value = copy;
}

/*
 * An array's count and, when reading, the array. An element takes eight bytes or more in
 * a message, so a count that the rest cannot hold is refused before memory is taken.
 */
static void *array(struct ddl_codec *codec, void *items, size_t *count, size_t max, size_t size)
{
	uint64_t n = codec->reading ? 0 : *count;

	if (!codec->reading && n > max)
		codec->failed = true;
	ddl_codec_number(codec, &n, max);
	if (!codec->reading)
		return items;
	*count = 0;
	if (codec->failed || !n)
		return NULL;
	if (n > (codec->room - codec->used) / 8) {
		codec->failed = true;
		return NULL;
	}
	items = ddl_arena_alloc(codec->arena, n, size);
	if (!items)
		codec->failed = codec->no_memory = true;
	else
		*count = n;
	return items;
}

void ddl_codec_texts(struct ddl_codec *codec, const char ***texts, size_t *count, size_t max_count,
		     size_t max)
{
	*texts = array(codec, *texts, count, max_count, sizeof(**texts));
	for (size_t i = 0; i < *count; i++)
		ddl_codec_text(codec, &(*texts)[i], max);
}

void ddl_codec_bytes(struct ddl_codec *codec, const char **bytes, size_t *length, size_t max)
{
	uint64_t n = codec->reading ? 0 : *length;
	uint8_t *piece;

	ddl_codec_number(codec, &n, max);
	piece = next(codec, n);
	if (!codec->reading) {
		if (piece && n)
			memcpy(piece, *bytes, n);
		return;
	}
	*bytes = piece ? ddl_arena_dupn(codec->arena, piece, n) : NULL;
	*length = *bytes ? n : 0;
	codec->no_memory = codec->no_memory || (piece && !*bytes);
	codec->failed = codec->failed || !*bytes;
}

void ddl_codec_error(struct ddl_codec *codec, struct ddl_error *error)
{
	uint64_t code = error->code, number = (uint64_t)error->os_errno;
	const char *words = error->text;

	ddl_codec_number(codec, &code, DDL_CODES - 1);
	ddl_codec_number(codec, &number, 4095);
	ddl_codec_text(codec, &words, sizeof(error->text) - 1);
	if (!codec->reading)
		return;
	error->code = (enum ddl_code)code;
	error->os_errno = (int)number;
	(void)ddl_text_clean(error->text, sizeof(error->text), words, strlen(words));
}

/* A path from a medium; whatever the child says, it must be one that stays below its root. */
void ddl_codec_path(struct ddl_codec *codec, const char **value)
{
	char clean[DDL_MAX_PATH];

	ddl_codec_text(codec, value, DDL_MAX_PATH - 1);
	if (codec->reading && **value && (!ddl_path_clean_relative(clean, sizeof(clean), *value) ||
					  strcmp(clean, *value) != 0))
		codec->failed = true;
}

static void requires(struct ddl_codec *codec, struct ddl_requires *need)
{
	uint64_t test = need->test;

	ddl_codec_text(codec, &need->originator, DDL_MAX_NAME);
	ddl_codec_text(codec, &need->name, DDL_MAX_NAME);
	ddl_codec_text(codec, &need->version, DDL_MAX_NAME);
	ddl_codec_text(codec, &need->build, DDL_MAX_NAME);
	ddl_codec_number(codec, &test, DDL_TEST_GE);
	need->test = (enum ddl_test)test;
}

static void listed(struct ddl_codec *codec, struct ddl_package *package)
{
	uint64_t type = package->type;

	ddl_codec_text(codec, &package->label, DDL_MAX_NAME);
	ddl_codec_number(codec, &type, DDL_PKG_FIRMWARE);
	package->type = (enum ddl_package_type)type;
	ddl_codec_text(codec, &package->kernel, DDL_MAX_NAME);
	ddl_codec_path(codec, &package->file);
	ddl_codec_text(codec, &package->root, DDL_MAX_PATH - 1);
	ddl_codec_text(codec, &package->options, DDL_MAX_TEXT);
	ddl_codec_number(codec, &package->size, UINT64_MAX);
	ddl_codec_text(codec, &package->digest, 64);
	if (codec->reading) {
		package->version = "";
		package->fd = -1;
	}
}

void ddl_codec_products(struct ddl_codec *codec, struct ddl_product **products, size_t *count)
{
	*products = array(codec, *products, count, DDL_MAX_PRODUCTS, sizeof(**products));
	for (size_t i = 0; i < *count; i++) {
		const char **names[] = { &(*products)[i].originator, &(*products)[i].name, &(*products)[i].version,
					 &(*products)[i].build };

		for (size_t j = 0; j < sizeof(names) / sizeof(*names); j++)
			ddl_codec_text(codec, names[j], DDL_MAX_NAME);
	}
}

void ddl_codec_repo(struct ddl_codec *codec, struct ddl_repo *repo)
{
	const char **names[] = { &repo->identifier, &repo->originator, &repo->name, &repo->product,
				 &repo->version, &repo->build, &repo->uuid, &repo->key };
	uint64_t generation = repo->generation;

	ddl_codec_number(codec, &generation, DDL_GEN_BARE);
	repo->generation = (enum ddl_generation)generation;
	ddl_codec_path(codec, &repo->directory);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ddl_codec_text(codec, names[i], 2 * DDL_MAX_NAME);
	ddl_codec_text(codec, &repo->description, DDL_MAX_TEXT);
	ddl_codec_text(codec, &repo->fingerprint, 64);
	ddl_codec_number(codec, &repo->memory_mb, UINT64_MAX);
	ddl_codec_flag(codec, &repo->homogeneous);
	ddl_codec_flag(codec, &repo->hidden);
	repo->requires = array(codec, repo->requires, &repo->n_requires, DDL_MAX_REQUIRES,
			       sizeof(*repo->requires));
	for (size_t i = 0; i < repo->n_requires; i++)
		requires(codec, &repo->requires[i]);
	repo->packages = array(codec, repo->packages, &repo->n_packages, DDL_MAX_PACKAGES,
			       sizeof(*repo->packages));
	for (size_t i = 0; i < repo->n_packages; i++)
		listed(codec, &repo->packages[i]);
	repo->metadata = array(codec, repo->metadata, &repo->n_metadata, 8, sizeof(*repo->metadata));
	for (size_t i = 0; i < repo->n_metadata; i++) {
		ddl_codec_path(codec, &repo->metadata[i].name);
		ddl_codec_bytes(codec, &repo->metadata[i].bytes, &repo->metadata[i].length, DDL_MAX_PRIMARY);
	}
}

static void file(struct ddl_codec *codec, struct ddl_file *item)
{
	uint64_t kind = item->kind;

	ddl_codec_number(codec, &kind, DDL_FILE_LICENCE);
	item->kind = (enum ddl_file_kind)kind;
	ddl_codec_path(codec, &item->path);
	ddl_codec_number(codec, &item->size, UINT64_MAX);
	if (codec->reading)
		item->fd = -1; /* the bytes come in messages of their own */
}

static void module(struct ddl_codec *codec, struct ddl_module *item)
{
	const char **names[] = { &item->name, &item->version, &item->srcversion, &item->vermagic,
				 &item->kernel, &item->signer };

	ddl_codec_path(codec, &item->path);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ddl_codec_text(codec, names[i], DDL_MAX_NAME);
	ddl_codec_text(codec, &item->description, DDL_MAX_TEXT);
	ddl_codec_text(codec, &item->softdeps, DDL_MAX_TEXT);
	ddl_codec_flag(codec, &item->has_signature);
	ddl_codec_texts(codec, &item->aliases, &item->n_aliases, DDL_MAX_ALIASES, DDL_MAX_NAME);
	ddl_codec_texts(codec, &item->depends, &item->n_depends, DDL_MAX_DEPENDS, DDL_MAX_NAME);
	ddl_codec_texts(codec, &item->firmware, &item->n_firmware, DDL_MAX_FIRMWARE, DDL_MAX_NAME);
	if (codec->reading)
		item->alias = item->loaded_version = "";
}

static void *element(struct ddl_codec *codec, void *item, size_t size)
{
	if (codec->reading && !codec->failed)
		codec->no_memory = !(item = ddl_arena_alloc(codec->arena, 1, size));
	if (!item)
		codec->failed = true;
	return codec->failed ? NULL : item;
}

static void proof(struct ddl_codec *codec, struct ddl_package *package)
{
	bool has = package->proof != NULL;

	ddl_codec_flag(codec, &has);
	package->proof = has ? element(codec, package->proof, sizeof(*package->proof)) : NULL;
	if (!package->proof)
		return;
	ddl_codec_bytes(codec, &package->proof->packet, &package->proof->packet_length, DDL_MAX_SIGNATURE);
	ddl_codec_bytes(codec, &package->proof->data, &package->proof->data_length, DDL_MAX_RPM_HEADER + 16);
	ddl_codec_number(codec, &package->proof->data_offset, DDL_MAX_PACKAGE);
	ddl_codec_flag(codec, &package->proof->payload_too);
	ddl_codec_flag(codec, &package->proof->untied);
}

void ddl_codec_package(struct ddl_codec *codec, struct ddl_package *package)
{
	uint64_t state = package->state;

	ddl_codec_number(codec, &state, DDL_PKG_BAD);
	package->state = (enum ddl_package_state)state;
	ddl_codec_text(codec, &package->version, DDL_MAX_NAME);
	ddl_codec_text(codec, &package->rpm_name, DDL_MAX_NAME);
	ddl_codec_text(codec, &package->digest, 64);
	ddl_codec_error(codec, &package->trouble);
	proof(codec, package);
	package->files = array(codec, package->files, &package->n_files, DDL_MAX_PACKAGE_FILES,
			       sizeof(*package->files));
	for (size_t i = 0; i < package->n_files; i++) {
		package->files[i] = element(codec, package->files[i], sizeof(struct ddl_file));
		if (!package->files[i])
			return;
		file(codec, package->files[i]);
	}
	package->modules = array(codec, package->modules, &package->n_modules, DDL_MAX_MODULES,
				 sizeof(*package->modules));
	for (size_t i = 0; i < package->n_modules; i++) {
		package->modules[i] = element(codec, package->modules[i], sizeof(struct ddl_module));
		if (!package->modules[i])
			return;
		module(codec, package->modules[i]);
	}
}
