// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From packs and the state of the machine to operations in order: what it is all about, and
 * the parts (plan_leaving.c, plan_coming.c, plan_ops.c) one after the other. Changes nothing.
 */
#include "plan_maker.h"

#include <errno.h>
#include <string.h>

#include "fit.h"
#include "machine.h"

int plan_no_memory(struct maker *m)
{
	return ddl_fail(m->error, DDL_E_MEMORY, ENOMEM, "%s", _("the plan"));
}

/* Adds a pointer to one of the growing lists of pointers. */
int plan_push_pointer(struct maker *m, void *list, size_t *count, const void *pointer)
{
	void **items;
	const void **last;

	memcpy(&items, list, sizeof items);
	last = ddl_arena_push(m->arena, &items, count, sizeof *last);
	if (!last)
		return plan_no_memory(m);
	memcpy(list, &items, sizeof items);
	*last = pointer;
	return 0;
}

/* `sentence` names one thing that is in the way; the first one's code is the refusal's. */
int plan_refuse(struct maker *m, enum ddl_code code, const char *sentence)
{
	size_t i;

	if (!sentence)
		return plan_no_memory(m);
	for (i = 0; i < m->plan->n_refusals; i++)
		if (strcmp(m->plan->refusals[i], sentence) == 0)
			return 0;
	if (m->plan->refusal.code == DDL_OK)
		ddl_fail(&m->plan->refusal, code, 0, "%s", sentence);
	return plan_push_pointer(m, &m->plan->refusals, &m->plan->n_refusals, sentence);
}

/* -------------------------------------------------------------------- remarks */

int ddl_plan_note(struct ddl_arena *arena, struct ddl_plan *plan, const char *sentence)
{
	const char **note;
	size_t i;

	if (!sentence)
		return -1;
	for (i = 0; i < plan->n_notes; i++)
		if (strcmp(plan->notes[i], sentence) == 0)
			return 0;
	note = ddl_arena_push(arena, &plan->notes, &plan->n_notes, sizeof *note);
	if (!note)
		return -1;
	*note = sentence;
	return 0;
}

/* Is `name` the disk or a partition of it: "sda1" of "sda", "nvme0n1p1" of "nvme0n1"? */
static bool is_part_of(const char *name, const char *disk)
{
	size_t n = strlen(disk);

	if (!n || strncmp(name, disk, n) != 0)
		return false;
	if (!name[n])
		return true;
	name += n;
	if (disk[n - 1] >= '0' && disk[n - 1] <= '9' && *name++ != 'p')
		return false;
	return *name && strspn(name, "0123456789") == strlen(name);
}

int ddl_plan_note_medium(struct ddl_arena *arena, struct ddl_plan *plan, const char *device)
{
	size_t i;

	for (i = 0; i < plan->n_away; i++)
		if (is_part_of(device, plan->away[i]))
			return ddl_plan_note(arena, plan, ddl_arena_printf(arena,
				_("%s, which the drivers are on, is read through the driver that is "
				  "replaced; all that is needed of it has been copied to memory."),
				device));
	return 0;
}

/* ------------------------------------------------------- what it is all about */

static bool for_this_kernel(enum ddl_fit fit)
{
	return fit > DDL_FIT_OTHER_KERNEL && fit != DDL_FIT_TWIN;
}

/* Used is a package whose bytes are staged and that is for this kernel, or for any. */
static bool used_package(const struct ddl_package *package)
{
	return package->state == DDL_PKG_STAGED && for_this_kernel(package->fit);
}

const struct ddl_module *plan_wanted_named(const struct maker *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->plan->n_wanted; i++)
		if (ddl_module_name_equal(m->plan->wanted[i]->name, name))
			return m->plan->wanted[i];
	return NULL;
}

typedef int (*package_visit)(struct maker *m, struct ddl_package *package);

static int each_used_package(struct maker *m, package_visit visit)
{
	size_t i, j;

	for (i = 0; i < m->n_repos; i++)
		for (j = 0; j < m->repos[i]->n_packages; j++)
			if (used_package(&m->repos[i]->packages[j]) &&
			    visit(m, &m->repos[i]->packages[j]) != 0)
				return -1;
	return 0;
}

int plan_pack_config(struct maker *m, const char *module, struct ddl_modprobe_conf *conf)
{
	size_t i, j, k;

	*conf = (struct ddl_modprobe_conf)DDL_MODPROBE_CONF_INIT;
	for (i = 0; i < m->n_repos; i++) {
		for (j = 0; j < m->repos[i]->n_packages; j++) {
			const struct ddl_package *package = &m->repos[i]->packages[j];

			for (k = 0; used_package(package) && k < package->n_files; k++) {
				const struct ddl_file *file = package->files[k];

				if (file->kind == DDL_FILE_MODPROBE && file->fd >= 0 &&
				    ddl_modprobe_conf_file(m->arena, file, module, conf, m->error) != 0)
					return -1;
			}
		}
	}
	return 0;
}

static int add_wanted(struct maker *m, const struct ddl_module *module)
{
	const struct ddl_module *other = plan_wanted_named(m, module->name);
	struct ddl_modprobe_conf conf;

	if (other) {
		if (strcmp(other->version, module->version) == 0 &&
		    strcmp(other->srcversion, module->srcversion) == 0)
			return 0;
		return plan_refuse(m, DDL_E_TWICE, ddl_arena_printf(m->arena,
			_("%s is there twice, in version %s and in version %s; choose one pack"),
			module->name, other->version, module->version));
	}
	if (plan_pack_config(m, module->name, &conf) != 0)
		return -1;
	/*
	 * Only the pack's own blacklist keeps a module of the pack out: one from the initrd or
	 * the boot line is how the old driver of that name is kept away for the new one.
	 */
	if (conf.blacklisted)
		return 0;
	return plan_push_pointer(m, &m->plan->wanted, &m->plan->n_wanted, module);
}

static int want_package(struct maker *m, struct ddl_package *package)
{
	size_t i;

	for (i = 0; i < package->n_modules; i++)
		if (for_this_kernel(package->modules[i]->fit) &&
		    add_wanted(m, package->modules[i]) != 0)
			return -1;
	return 0;
}

static int want_firmware(struct maker *m, struct ddl_package *package)
{
	size_t i;

	for (i = 0; i < package->n_files; i++)
		if (package->files[i]->kind == DDL_FILE_FIRMWARE &&
		    plan_push_pointer(m, &m->plan->firmware, &m->plan->n_firmware, package->files[i]) != 0)
			return -1;
	return 0;
}

/* Nothing of a pack is used while one of its packages for this kernel is damaged. */
static int refuse_damaged(struct maker *m)
{
	size_t i, j;

	for (i = 0; i < m->n_repos; i++) {
		for (j = 0; j < m->repos[i]->n_packages; j++) {
			const struct ddl_package *package = &m->repos[i]->packages[j];
			bool any = !*package->kernel || strcmp(package->kernel, "any") == 0;

			if (package->state != DDL_PKG_BAD)
				continue;
			if (!any && ddl_fit_kernel(package->kernel, m->machine->release) != DDL_FIT_YES)
				continue;
			if (plan_refuse(m, package->trouble.code ? package->trouble.code : DDL_E_CHECKSUM,
				   ddl_arena_printf(m->arena, "%s: %s", package->file,
						    ddl_code_sentence(package->trouble.code
							? package->trouble.code : DDL_E_CHECKSUM))) != 0)
				return -1;
		}
	}
	return 0;
}

/* The kernel that a package or its first module was built for; "" for none. */
static const char *kernel_of(const struct ddl_package *package)
{
	if (package->n_modules > 0 && *package->modules[0]->kernel)
		return package->modules[0]->kernel;
	return strcmp(package->kernel, "any") == 0 ? "" : package->kernel;
}

/* Nothing is wanted: says for which kernels the packs are, if that is the reason. */
static int refuse_nothing(struct maker *m)
{
	size_t i, j, k;
	bool other = false;

	for (i = 0; i < m->n_repos; i++) {
		for (j = 0; j < m->repos[i]->n_packages; j++) {
			const struct ddl_package *package = &m->repos[i]->packages[j];
			enum ddl_fit fit = package->fit;

			for (k = 0; k < package->n_modules; k++)
				fit = package->modules[k]->fit;
			if (fit != DDL_FIT_OTHER_KERNEL && fit != DDL_FIT_TWIN)
				continue;
			other = true;
			if (plan_refuse(m, DDL_E_KERNEL, ddl_arena_printf(m->arena,
					_("%s is for kernel %s, this kernel is %s"), package->label,
					kernel_of(package), m->machine->release)) != 0)
				return -1;
		}
	}
	if (other)
		return 0;
	return plan_refuse(m, DDL_E_NO_FIT, ddl_arena_printf(m->arena,
		_("no driver and no firmware for kernel %s was found"), m->machine->release));
}

/* ---------------------------------------------------------------- the whole */

int ddl_plan_make(struct ddl_arena *arena, const struct ddl_machine *machine,
		  struct ddl_kernel *kernel, struct ddl_repo *const *repos, size_t n_repos, bool unbind,
		  struct ddl_plan *plan, struct ddl_error *error)
{
	struct maker m = { .arena = arena, .machine = machine, .kernel = kernel, .repos = repos,
			   .n_repos = n_repos, .unbind = unbind, .plan = plan, .error = error };
	size_t i;

	*plan = (struct ddl_plan){ 0 };
	for (i = 0; i < n_repos; i++)
		ddl_fit_repo(repos[i], machine); /* it may have changed since the disk was read */
	if (refuse_damaged(&m) != 0 || each_used_package(&m, want_package) != 0 ||
	    each_used_package(&m, want_firmware) != 0)
		return -1;
	if (plan->n_wanted == 0 && plan->n_firmware == 0 && plan->n_refusals == 0)
		return refuse_nothing(&m);
	if (plan_find_leaving(&m) != 0 || plan_find_coming(&m) != 0)
		return -1;
	return plan_add_ops(&m);
}
