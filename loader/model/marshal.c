// SPDX-License-Identifier: GPL-2.0-or-later
/* The bytes of messages: numbers little-endian in 8 bytes, texts with their length before them. */
#include "model/marshal.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"

struct ddl_marshal ddl_marshal_writer(void)
{
	return (struct ddl_marshal){ .reading = false };
}

struct ddl_marshal ddl_marshal_reader(const void *bytes, size_t length, struct ddl_arena *arena)
{
	/* never written through while reading */
	return (struct ddl_marshal){ .reading = true, .bytes = (uint8_t *)(uintptr_t)bytes, .room = length, .arena = arena };
}

/* The next `n` bytes to write to or read from; NULL once anything failed. */
static uint8_t *next(struct ddl_marshal *marshal, size_t n)
{
	uint8_t *piece;

	if (!marshal->failed && !marshal->reading && marshal->room - marshal->used < n) {
		size_t room = marshal->room ? marshal->room : 1024;
		uint8_t *larger;

		while (room - marshal->used < n && room <= DDL_MAX_RESULT)
			room *= 2;
		larger = room <= 2 * (size_t)DDL_MAX_RESULT ? realloc(marshal->bytes, room) : NULL;
		if (larger) {
			marshal->bytes = larger;
			marshal->room = room;
		}
	}
	if (marshal->failed || marshal->room - marshal->used < n) {
		marshal->failed = true;
		return NULL;
	}
	piece = marshal->bytes + marshal->used;
	marshal->used += n;
	return piece;
}

void ddl_marshal_number(struct ddl_marshal *marshal, uint64_t *value, uint64_t max)
{
	uint8_t *piece = next(marshal, 8);

	if (!piece) {
		if (marshal->reading)
			*value = 0;
		return;
	}
	if (!marshal->reading) {
		for (unsigned i = 0; i < 8; i++)
			piece[i] = (uint8_t)(*value >> (8 * i));
		return;
	}
	*value = 0;
	for (unsigned i = 0; i < 8; i++)
		*value |= (uint64_t)piece[i] << (8 * i);
	if (*value > max) {
		marshal->failed = true;
		*value = 0;
	}
}

void ddl_marshal_flag(struct ddl_marshal *marshal, bool *value)
{
	uint64_t number = *value;

	ddl_marshal_number(marshal, &number, 1);
	*value = number == 1;
}

void ddl_marshal_bytes(struct ddl_marshal *marshal, const char **bytes, size_t *length, size_t max)
{
	uint64_t n = marshal->reading ? 0 : *length;
	uint8_t *piece;

	ddl_marshal_number(marshal, &n, max);
	piece = next(marshal, n);
	if (!marshal->reading) {
		if (piece && n)
			memcpy(piece, *bytes, n);
		return;
	}
	*bytes = piece ? ddl_arena_dupn(marshal->arena, piece, n) : NULL;
	*length = *bytes ? n : 0;
	marshal->no_memory = marshal->no_memory || (piece && !*bytes);
	marshal->failed = marshal->failed || !*bytes;
}

void ddl_marshal_text(struct ddl_marshal *marshal, const char **value, size_t max)
{
	const char *text = marshal->reading || !*value ? "" : *value;
	size_t n = marshal->reading ? 0 : strnlen(text, max);

	ddl_marshal_bytes(marshal, &text, &n, max);
	if (!marshal->reading)
		return;
	*value = text ? text : "";
	if (text)
		ddl_text_clean_in_place((char *)(uintptr_t)text);
}

/*
 * An array's count and, when reading, the array. An element takes eight bytes or more in
 * a message, so a count that the rest cannot hold is refused before memory is taken.
 */
static void *array(struct ddl_marshal *marshal, void *items, size_t *count, size_t max, size_t size)
{
	uint64_t n = marshal->reading ? 0 : *count;

	if (!marshal->reading && n > max)
		marshal->failed = true;
	ddl_marshal_number(marshal, &n, max);
	if (!marshal->reading)
		return items;
	*count = 0;
	if (marshal->failed || !n)
		return NULL;
	if (n > (marshal->room - marshal->used) / 8) {
		marshal->failed = true;
		return NULL;
	}
	items = ddl_arena_alloc(marshal->arena, n, size);
	if (!items)
		marshal->failed = marshal->no_memory = true;
	else
		*count = n;
	return items;
}

void ddl_marshal_texts(struct ddl_marshal *marshal, const char ***texts, size_t *count, size_t max_count, size_t max)
{
	*texts = array(marshal, *texts, count, max_count, sizeof(**texts));
	for (size_t i = 0; i < *count; i++)
		ddl_marshal_text(marshal, &(*texts)[i], max);
}

void ddl_marshal_error(struct ddl_marshal *marshal, struct ddl_error *error)
{
	uint64_t code = error->code, number = (uint64_t)error->os_errno;
	const char *words = error->text;

	ddl_marshal_number(marshal, &code, DDL_CODES - 1);
	ddl_marshal_number(marshal, &number, 4095);
	ddl_marshal_text(marshal, &words, sizeof(error->text) - 1);
	if (!marshal->reading)
		return;
	error->code = (enum ddl_code)code;
	error->os_errno = (int)number;
	(void)ddl_text_clean(error->text, sizeof(error->text), words, strlen(words));
}

/* A path from a medium; whatever the child says, it must be one that stays below its root. */
void ddl_marshal_path(struct ddl_marshal *marshal, const char **value)
{
	char clean[DDL_MAX_PATH];

	ddl_marshal_text(marshal, value, DDL_MAX_PATH - 1);
	if (marshal->reading && **value && (!ddl_path_clean_relative(clean, sizeof(clean), *value) || strcmp(clean, *value) != 0))
		marshal->failed = true;
}

void ddl_marshal_file(struct ddl_marshal *marshal, const char **value)
{
	ddl_marshal_path(marshal, value);
	if (marshal->reading && !**value)
		marshal->failed = true;
}

static void requires(struct ddl_marshal *marshal, struct ddl_requires *need)
{
	uint64_t test = need->test;

	ddl_marshal_text(marshal, &need->originator, DDL_MAX_NAME);
	ddl_marshal_text(marshal, &need->name, DDL_MAX_NAME);
	ddl_marshal_text(marshal, &need->version, DDL_MAX_NAME);
	ddl_marshal_text(marshal, &need->build, DDL_MAX_NAME);
	ddl_marshal_number(marshal, &test, DDL_TEST_GE);
	need->test = (enum ddl_test)test;
}

static void listed(struct ddl_marshal *marshal, struct ddl_package *package)
{
	uint64_t type = package->type;

	ddl_marshal_text(marshal, &package->label, DDL_MAX_NAME);
	ddl_marshal_number(marshal, &type, DDL_PKG_SETTINGS);
	package->type = (enum ddl_package_type)type;
	ddl_marshal_text(marshal, &package->kernel, DDL_MAX_NAME);
	ddl_marshal_file(marshal, &package->file);
	ddl_marshal_path(marshal, &package->root);
	ddl_marshal_text(marshal, &package->options, DDL_MAX_TEXT);
	ddl_marshal_number(marshal, &package->size, UINT64_MAX);
	ddl_marshal_text(marshal, &package->digest, 64);
	if (marshal->reading) {
		package->version = package->arch = "";
		package->fd = -1;
	}
}

void ddl_marshal_products(struct ddl_marshal *marshal, struct ddl_product **products, size_t *count)
{
	*products = array(marshal, *products, count, DDL_MAX_PRODUCTS, sizeof(**products));
	for (size_t i = 0; i < *count; i++) {
		const char **names[] = { &(*products)[i].originator, &(*products)[i].name, &(*products)[i].version,
					 &(*products)[i].build };

		for (size_t j = 0; j < sizeof(names) / sizeof(*names); j++)
			ddl_marshal_text(marshal, names[j], DDL_MAX_NAME);
	}
}

void ddl_marshal_repo(struct ddl_marshal *marshal, struct ddl_repo *repo)
{
	const char **names[] = { &repo->identifier, &repo->originator, &repo->name, &repo->product,
				 &repo->version,    &repo->build,      &repo->uuid, &repo->key };
	uint64_t family = repo->family;

	ddl_marshal_number(marshal, &family, DDL_FAMILY_BARE);
	repo->family = (enum ddl_family)family;
	ddl_marshal_path(marshal, &repo->directory);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ddl_marshal_text(marshal, names[i], 2 * DDL_MAX_NAME);
	ddl_marshal_text(marshal, &repo->description, DDL_MAX_TEXT);
	ddl_marshal_text(marshal, &repo->fingerprint, 64);
	ddl_marshal_number(marshal, &repo->memory_mb, UINT64_MAX);
	ddl_marshal_flag(marshal, &repo->homogeneous);
	ddl_marshal_flag(marshal, &repo->hidden);
	repo->requires = array(marshal, repo->requires, &repo->n_requires, DDL_MAX_REQUIRES, sizeof(*repo->requires));
	for (size_t i = 0; i < repo->n_requires; i++)
	requires(marshal, &repo->requires[i]);
	repo->packages = array(marshal, repo->packages, &repo->n_packages, DDL_MAX_PACKAGES, sizeof(*repo->packages));
	for (size_t i = 0; i < repo->n_packages; i++)
		listed(marshal, &repo->packages[i]);
	repo->lists = array(marshal, repo->lists, &repo->n_lists, DDL_MAX_SUSE_FILES, sizeof(*repo->lists));
	for (size_t i = 0; i < repo->n_lists; i++)
		listed(marshal, &repo->lists[i]);
	repo->metadata = array(marshal, repo->metadata, &repo->n_metadata, 8, sizeof(*repo->metadata));
	for (size_t i = 0; i < repo->n_metadata; i++) {
		ddl_marshal_file(marshal, &repo->metadata[i].name);
		ddl_marshal_bytes(marshal, &repo->metadata[i].bytes, &repo->metadata[i].length, DDL_MAX_PRIMARY);
	}
}

static void file(struct ddl_marshal *marshal, struct ddl_file *item)
{
	uint64_t kind = item->kind;

	ddl_marshal_number(marshal, &kind, DDL_FILE_LICENCE);
	item->kind = (enum ddl_file_kind)kind;
	ddl_marshal_file(marshal, &item->path);
	ddl_marshal_number(marshal, &item->size, UINT64_MAX);
	if (marshal->reading)
		item->fd = -1; /* the bytes come in messages of their own */
}

static void imports(struct ddl_marshal *marshal, struct ddl_module *item)
{
	item->imports = array(marshal, item->imports, &item->n_imports, DDL_MAX_SYMBOLS, sizeof(*item->imports));
	for (size_t i = 0; i < item->n_imports; i++) {
		uint64_t version = item->imports[i].version;

		ddl_marshal_text(marshal, &item->imports[i].name, DDL_MAX_NAME);
		ddl_marshal_number(marshal, &version, UINT32_MAX);
		item->imports[i].version = (uint32_t)version;
	}
}

static void module(struct ddl_marshal *marshal, struct ddl_module *item)
{
	const char **names[] = { &item->name,   &item->version, &item->srcversion, &item->vermagic,
				 &item->kernel, &item->arch,    &item->signer };

	ddl_marshal_file(marshal, &item->path);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ddl_marshal_text(marshal, names[i], DDL_MAX_NAME);
	/* it becomes the name of a file and of a directory in /sys */
	if (marshal->reading && !marshal->no_memory && !ddl_text_is_word(item->name))
		marshal->failed = true;
	ddl_marshal_text(marshal, &item->description, DDL_MAX_TEXT);
	ddl_marshal_text(marshal, &item->softdeps, DDL_MAX_TEXT);
	ddl_marshal_flag(marshal, &item->has_signature);
	ddl_marshal_texts(marshal, &item->aliases, &item->n_aliases, DDL_MAX_ALIASES, DDL_MAX_NAME);
	ddl_marshal_texts(marshal, &item->depends, &item->n_depends, DDL_MAX_DEPENDS, DDL_MAX_NAME);
	ddl_marshal_texts(marshal, &item->firmware, &item->n_firmware, DDL_MAX_FIRMWARE, DDL_MAX_NAME);
	imports(marshal, item);
	ddl_marshal_texts(marshal, &item->exports, &item->n_exports, DDL_MAX_SYMBOLS, DDL_MAX_NAME);
	if (marshal->reading)
		item->alias = item->loaded_version = "";
}

static void *element(struct ddl_marshal *marshal, void *item, size_t size)
{
	if (marshal->reading && !marshal->failed)
		marshal->no_memory = !(item = ddl_arena_alloc(marshal->arena, 1, size));
	if (!item)
		marshal->failed = true;
	return marshal->failed ? NULL : item;
}

static void proof(struct ddl_marshal *marshal, struct ddl_package *package)
{
	bool has = package->proof != NULL;

	ddl_marshal_flag(marshal, &has);
	package->proof = has ? element(marshal, package->proof, sizeof(*package->proof)) : NULL;
	if (!package->proof)
		return;
	ddl_marshal_bytes(marshal, &package->proof->packet, &package->proof->packet_length, DDL_MAX_SIGNATURE);
	ddl_marshal_bytes(marshal, &package->proof->data, &package->proof->data_length, DDL_MAX_RPM_HEADER + 16);
	ddl_marshal_number(marshal, &package->proof->data_offset, DDL_MAX_PACKAGE);
	ddl_marshal_flag(marshal, &package->proof->payload_too);
	ddl_marshal_flag(marshal, &package->proof->untied);
}

void ddl_marshal_package(struct ddl_marshal *marshal, struct ddl_package *package)
{
	uint64_t state = package->state;

	ddl_marshal_number(marshal, &state, DDL_PKG_BAD);
	package->state = (enum ddl_package_state)state;
	ddl_marshal_text(marshal, &package->version, DDL_MAX_NAME);
	ddl_marshal_text(marshal, &package->arch, DDL_MAX_NAME);
	ddl_marshal_text(marshal, &package->rpm_name, DDL_MAX_NAME);
	ddl_marshal_texts(marshal, &package->requires, &package->n_requires, DDL_MAX_DEPENDS, DDL_MAX_NAME);
	ddl_marshal_text(marshal, &package->digest, 64);
	ddl_marshal_error(marshal, &package->trouble);
	proof(marshal, package);
	package->files = array(marshal, package->files, &package->n_files, DDL_MAX_PACKAGE_FILES, sizeof(*package->files));
	for (size_t i = 0; i < package->n_files; i++) {
		package->files[i] = element(marshal, package->files[i], sizeof(struct ddl_file));
		if (!package->files[i])
			return;
		file(marshal, package->files[i]);
	}
	package->modules = array(marshal, package->modules, &package->n_modules, DDL_MAX_MODULES, sizeof(*package->modules));
	for (size_t i = 0; i < package->n_modules; i++) {
		package->modules[i] = element(marshal, package->modules[i], sizeof(struct ddl_module));
		if (!package->modules[i])
			return;
		module(marshal, package->modules[i]);
	}
}
