// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads what a module says of itself: finds section .modinfo and the kernel's signature trailer
 * (linux/scripts/sign-file.c: data, struct module_signature, "~Module signature appended~\n").
 */
#include "module/modinfo.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "module/arch.h"
#include "module/elf.h"
#include "module/modprobe_conf.h"
#include "module/module_name.h"
#include "module/symbol_versions.h"

struct image {
	struct ddl_elf elf;
	const char *path;
	struct ddl_error *error;
};

static int broken(const struct image *image, const char *what)
{
	return ddl_fail(image->error, DDL_E_MODULE, 0, "%s: %s", image->path, what);
}

static int open_image(struct image *image, const uint8_t *bytes, size_t length)
{
	switch (ddl_elf_open(&image->elf, bytes, length)) {
	case DDL_ELF_NO_ELF:
		return broken(image, _("not a kernel module (no ELF file)"));
	case DDL_ELF_NOT_RELOCATABLE:
		return broken(image, _("not a kernel module (not a relocatable ELF file)"));
	case DDL_ELF_BAD_TABLE:
		return broken(image, _("damaged (its table of sections)"));
	case DDL_ELF_BAD_NAMES:
		return broken(image, _("damaged (its names of sections)"));
	case DDL_ELF_SOUND:
	default:
		return 0;
	}
}

static int find_modinfo(const struct image *image, struct ddl_elf_section *found)
{
	for (size_t i = 0; i < image->elf.n_sections; i++) {
		*found = ddl_elf_section(&image->elf, i);
		if (found->type != SHT_PROGBITS || !ddl_elf_named(&image->elf, found, ".modinfo"))
			continue;
		if (!ddl_elf_inside(&image->elf, found->offset, found->size) || found->size > DDL_MAX_MODINFO)
			return broken(image, _("damaged (its .modinfo section)"));
		return 0;
	}
	return broken(image, _("not a kernel module (no .modinfo section)"));
}

/* Collecting into a ddl_module. */
struct gather {
	struct ddl_arena *arena;
	struct ddl_module *module;
	const char *path;
	struct ddl_error *error;
};

static int add(struct gather *gather, const char ***list, size_t *count, size_t max, const char *value, size_t length)
{
	const char **slot;

	if (*count >= max || length > DDL_MAX_NAME)
		return ddl_fail(gather->error, DDL_E_MODULE, 0, _("%s: too many or too long entries"), gather->path);
	slot = ddl_arena_push(gather->arena, list, count, sizeof(*slot));
	if (slot)
		*slot = ddl_text_keep(gather->arena, value, length);
	return slot && *slot ? 0 : ddl_fail(gather->error, DDL_E_MEMORY, 0, "%s", gather->path);
}

/* "a,b,c" */
static int add_depends(struct gather *gather, const char *value, size_t length)
{
	struct ddl_module *module = gather->module;

	while (length) {
		const char *comma = memchr(value, ',', length);
		size_t n = comma ? (size_t)(comma - value) : length;

		if (n && add(gather, &module->depends, &module->n_depends, DDL_MAX_DEPENDS, value, n) < 0)
			return -1;
		n += comma != NULL;
		value += n;
		length -= n;
	}
	return 0;
}

static int set(struct gather *gather, const char **field, size_t max, const char *value, size_t length)
{
	if (**field) /* the first one counts, as for modinfo(8) */
		return 0;
	while (field == &gather->module->version && length && ddl_text_is_blank(value[length - 1]))
		length--; /* as it is read from sysfs */
	*field = ddl_text_keep(gather->arena, value, length > max ? max : length);
	return *field ? 0 : ddl_fail(gather->error, DDL_E_MEMORY, 0, "%s", gather->path);
}

static int add_softdep(struct gather *gather, const char *value, size_t length)
{
	struct ddl_module *module = gather->module;
	char *one = ddl_text_keep(gather->arena, value, length);

	if (one)
		module->softdeps = ddl_softdeps_join(gather->arena, module->softdeps, one);
	return one && module->softdeps ? 0 : ddl_fail(gather->error, DDL_E_MEMORY, 0, "%s", gather->path);
}

/* One "key=value" of .modinfo. */
static int take(struct gather *gather, const char *entry, size_t length)
{
	struct ddl_module *module = gather->module;
	const struct {
		const char *key;
		const char **field;
		size_t max;
	} fields[] = {
		{ "name", &module->name, 64 },
		{ "version", &module->version, DDL_MAX_NAME },
		{ "srcversion", &module->srcversion, DDL_MAX_NAME },
		{ "vermagic", &module->vermagic, DDL_MAX_NAME },
		{ "description", &module->description, DDL_MAX_TEXT },
	};
	const char *equals = memchr(entry, '=', length);
	size_t key = equals ? (size_t)(equals - entry) : length;
	const char *value = entry + key + 1;
	size_t n = equals ? length - key - 1 : 0;

	if (!equals)
		return 0;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (strlen(fields[i].key) == key && memcmp(entry, fields[i].key, key) == 0)
			return set(gather, fields[i].field, fields[i].max, value, n);
	if (key == 5 && memcmp(entry, "alias", 5) == 0)
		return add(gather, &module->aliases, &module->n_aliases, DDL_MAX_ALIASES, value, n);
	if (key == 8 && memcmp(entry, "firmware", 8) == 0)
		return add(gather, &module->firmware, &module->n_firmware, DDL_MAX_FIRMWARE, value, n);
	if (key == 7 && memcmp(entry, "softdep", 7) == 0)
		return add_softdep(gather, value, n);
	return key == 7 && memcmp(entry, "depends", 7) == 0 ? add_depends(gather, value, n) : 0;
}

static int gather_modinfo(struct gather *gather, const char *bytes, size_t length)
{
	while (length) {
		size_t n = strnlen(bytes, length);

		if (n && take(gather, bytes, n) < 0)
			return -1;
		n += n < length; /* the NUL behind it */
		bytes += n;
		length -= n;
	}
	return 0;
}

static int finish(struct gather *gather)
{
	struct ddl_module *module = gather->module;
	char *name;

	name = *module->name ? ddl_arena_dup(gather->arena, module->name) : ddl_module_name_of_file(gather->arena, gather->path);
	module->kernel = ddl_arena_dupn(gather->arena, module->vermagic, strcspn(module->vermagic, " "));
	if (!name || !module->kernel)
		return ddl_fail(gather->error, DDL_E_MEMORY, 0, "%s", gather->path);
	ddl_module_name_fold(name);
	module->name = name;
	if (!ddl_text_is_word(module->name))
		return ddl_fail(gather->error, DDL_E_MODULE, 0, _("%s: its name is no module's name"), gather->path);
	if (!*module->vermagic)
		return ddl_fail(gather->error, DDL_E_MODULE, 0, _("%s: it does not say for which kernel it was built"),
				gather->path);
	return 0;
}

static bool has_signature(const uint8_t *bytes, size_t length)
{
	static const char marker[] = "~Module signature appended~\n";
	const size_t n = sizeof(marker) - 1;

	return length >= n && memcmp(bytes + length - n, marker, n) == 0;
}

int ddl_modinfo_read(struct ddl_arena *arena, const char *path, const uint8_t *bytes, size_t length, struct ddl_module *module,
		     struct ddl_error *error)
{
	struct image image = { .path = path, .error = error };
	struct gather gather = { arena, module, path, error };
	struct ddl_elf_section modinfo = { 0 };

	*module = (struct ddl_module)DDL_MODULE_INIT;
	module->path = path;
	module->has_signature = has_signature(bytes, length);
	if (open_image(&image, bytes, length) < 0)
		return -1;
	module->arch = ddl_arch_of_elf(&image.elf);
	if (find_modinfo(&image, &modinfo) < 0)
		return -1;
	if (gather_modinfo(&gather, (const char *)bytes + modinfo.offset, (size_t)modinfo.size) < 0)
		return -1;
	return finish(&gather) < 0 ? -1 : ddl_symbols_read(arena, &image.elf, module, error);
}
