// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The machine as a whole, and the questions asked of it: is a module loaded or built in,
 * which devices does it fit.
 */
#include "machine.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "machine_parts.h"
#include "pci_names.h"
#include "sysfs.h"
#include "text.h"

static bool take_release(struct ddl_machine_reader *reader, const char *release)
{
	struct utsname name;
	char *kept;

	if (!release)
		release = uname(&name) == 0 ? name.release : "";
	kept = ddl_arena_dup(reader->arena, release);
	if (kept)
		ddl_text_clean_in_place(kept);
	reader->machine->release = kept;
	return kept != NULL;
}

int ddl_machine_read(struct ddl_arena *arena, const char *root, const char *release,
		     struct ddl_machine *machine, struct ddl_error *error)
{
	struct ddl_machine_reader reader = { .arena = arena, .machine = machine };
	bool enough;

	memset(machine, 0, sizeof(*machine));
	reader.root = ddl_sysfs_open(root);
	if (reader.root < 0)
		return ddl_fail(error, DDL_E_OPEN, errno, "%s", root ? root : "/");
	if (faccessat(reader.root, "sys/class/block", R_OK | X_OK, 0) < 0 &&
	    errno != ENOENT && errno != ENOTDIR) {
		int cause = errno;

		close(reader.root);
		return ddl_fail(error, DDL_E_OPEN, cause, "%s", "/sys/class/block");
	}
	enough = take_release(&reader, release) && ddl_machine_blocks(&reader) &&
		 ddl_machine_interfaces(&reader) && ddl_machine_devices(&reader) &&
		 ddl_pci_names(arena, reader.root, machine) &&
		 ddl_machine_modules(&reader) && ddl_machine_uses(&reader);
	close(reader.root);
	return enough ? 0 : ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", "");
}

/* ------------------------------------------------------------------- modules */

/* strcmp with '-' taken for '_'. */
static int compare_names(const char *a, const char *b)
{
	for (;; a++, b++) {
		unsigned char x = *a == '-' ? '_' : (unsigned char)*a;
		unsigned char y = *b == '-' ? '_' : (unsigned char)*b;

		if (x != y)
			return x < y ? -1 : 1;
		if (x == '\0')
			return 0;
	}
}

bool ddl_module_name_equal(const char *a, const char *b)
{
	return compare_names(a, b) == 0;
}

const struct ddl_loaded *ddl_machine_loaded(const struct ddl_machine *machine, const char *name)
{
	for (size_t i = 0; i < machine->n_loaded; i++)
		if (ddl_module_name_equal(machine->loaded[i].name, name))
			return &machine->loaded[i];
	return NULL;
}

bool ddl_machine_builtin(const struct ddl_machine *machine, const char *name)
{
	for (size_t i = 0; i < machine->n_builtin; i++)
		if (ddl_module_name_equal(machine->builtin[i], name))
			return true;
	return false;
}

/* ------------------------------------------------------------------- matching */

#define WILD "*?[\\"

/*
 * fnmatch, but most aliases are of other vendors: the text before the first wildcard
 * tells that at once (8192 aliases against 300 devices are 2.5 million comparisons).
 * `plain`: the modalias has no wildcard's character in it, so that one that is the
 * same in both is none.
 */
static bool alias_matches(const char *alias, const char *modalias, bool plain)
{
	if (!plain)
		return fnmatch(alias, modalias, 0) == 0;
	while (*alias && *alias == *modalias) {
		alias++;
		modalias++;
	}
	if (*alias == '\0')
		return *modalias == '\0';
	return strchr(WILD, *alias) && fnmatch(alias, modalias, 0) == 0;
}

const struct ddl_device *ddl_machine_match_next(const struct ddl_machine *machine,
						const struct ddl_module *module,
						const struct ddl_device *after, const char **alias)
{
	size_t first = after ? (size_t)(after - machine->devices) + 1 : 0;

	for (size_t d = first; d < machine->n_devices; d++) {
		const struct ddl_device *device = &machine->devices[d];
		bool plain = !strpbrk(device->modalias, WILD);

		for (size_t a = 0; a < module->n_aliases; a++) {
			if (!alias_matches(module->aliases[a], device->modalias, plain))
				continue;
			if (alias)
				*alias = module->aliases[a];
			return device;
		}
	}
	return NULL;
}

const struct ddl_device *ddl_machine_match(const struct ddl_machine *machine,
					   const struct ddl_module *module, const char **alias)
{
	return ddl_machine_match_next(machine, module, NULL, alias);
}
