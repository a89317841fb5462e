// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From packs and the state of the machine to operations in order: what has to leave,
 * what comes in and in which order, what stands in the way. Changes nothing.
 */
#include "plan.h"

#include <errno.h>
#include <string.h>

#include "fit.h"
#include "machine.h"
#include "modprobe_conf.h"
#include "path.h"

enum mark { MARK_NEW, MARK_OPEN, MARK_PLACED };

/* A module that has to come in: from a pack, from the tree, or back after it was unloaded. */
struct incoming {
	const char *name;
	const struct ddl_module *pack; /* NULL: from the tree */
	const char *tree_path;
	const struct ddl_loaded *was;  /* it is unloaded before; NULL */
	enum mark mark;
	bool early;                    /* needs nothing that leaves or that a pack brings */
};

/* A module that has to leave. */
struct outgoing {
	const struct ddl_loaded *loaded;
	const char *tree_path;             /* "" for none */
	bool same;                         /* the file at tree_path is the build that is loaded */
	const char **defaults;             /* then: of loaded->params; NULL where not known */
	bool back;                         /* the tree's file is loaded again */
};

/* A device that is taken from the wrong driver. */
struct taken {
	const struct ddl_device *device;
	const struct ddl_module *module;
};

struct maker {
	struct ddl_arena *arena;
	const struct ddl_machine *machine;
	struct ddl_kernel *kernel;
	struct ddl_repo *const *repos;
	size_t n_repos;
	bool unbind;
	struct ddl_plan *plan;
	struct ddl_error *error;
	struct outgoing **out;      /* in the order of unloading */
	size_t n_out;
	struct taken **taken;       /* devices that change their driver, which stays */
	size_t n_taken;
	struct incoming **in;
	size_t n_in;
	struct incoming **order;    /* the same, each after what it needs */
	size_t n_order;
};

static int no_memory(struct maker *m)
{
	return ddl_fail(m->error, DDL_E_MEMORY, ENOMEM, "%s", _("the plan"));
}

/* Adds a pointer to one of the growing lists of pointers. */
static int push_pointer(struct maker *m, void *list, size_t *count, const void *pointer)
{
	void **items;
	const void **last;

	memcpy(&items, list, sizeof items);
	last = ddl_arena_push(m->arena, &items, count, sizeof *last);
	if (!last)
		return no_memory(m);
	memcpy(list, &items, sizeof items);
	*last = pointer;
	return 0;
}

/* `sentence` names one thing that is in the way; the first one's code is the refusal's. */
static int refuse(struct maker *m, enum ddl_code code, const char *sentence)
{
	size_t i;

	if (!sentence)
		return no_memory(m);
	for (i = 0; i < m->plan->n_refusals; i++)
		if (strcmp(m->plan->refusals[i], sentence) == 0)
			return 0;
	if (m->plan->refusal.code == DDL_OK)
		ddl_fail(&m->plan->refusal, code, 0, "%s", sentence);
	return push_pointer(m, &m->plan->refusals, &m->plan->n_refusals, sentence);
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

static const struct ddl_module *wanted_named(const struct maker *m, const char *name)
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

/* Options and blacklists of the chosen packs themselves for one module. */
static int pack_config(struct maker *m, const char *module, const char **options, bool *blacklisted)
{
	size_t i, j, k;

	for (i = 0; i < m->n_repos; i++) {
		for (j = 0; j < m->repos[i]->n_packages; j++) {
			const struct ddl_package *package = &m->repos[i]->packages[j];

			for (k = 0; used_package(package) && k < package->n_files; k++) {
				const struct ddl_file *file = package->files[k];

				if (file->kind == DDL_FILE_MODPROBE && file->fd >= 0 &&
				    ddl_modprobe_conf_file(m->arena, file, module, options,
							   blacklisted, m->error) != 0)
					return -1;
			}
		}
	}
	return 0;
}

static int add_wanted(struct maker *m, const struct ddl_module *module)
{
	const struct ddl_module *other = wanted_named(m, module->name);
	const char *options = "";
	bool blacklisted = false;

	if (other) {
		if (strcmp(other->version, module->version) == 0 &&
		    strcmp(other->srcversion, module->srcversion) == 0)
			return 0;
		return refuse(m, DDL_E_NO_FIT, ddl_arena_printf(m->arena,
			_("%s is there twice, in version %s and in version %s; choose one pack"),
			module->name, other->version, module->version));
	}
	if (pack_config(m, module->name, &options, &blacklisted) != 0)
		return -1;
	/*
	 * Only the pack's own blacklist keeps a module of the pack out: one from the initrd or
	 * the boot line is how the old driver of that name is kept away for the new one.
	 */
	if (blacklisted)
		return 0;
	return push_pointer(m, &m->plan->wanted, &m->plan->n_wanted, module);
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
		    push_pointer(m, &m->plan->firmware, &m->plan->n_firmware, package->files[i]) != 0)
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
			if (refuse(m, package->trouble.code ? package->trouble.code : DDL_E_CHECKSUM,
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
			if (refuse(m, DDL_E_KERNEL, ddl_arena_printf(m->arena,
					_("%s is for kernel %s, this kernel is %s"), package->label,
					kernel_of(package), m->machine->release)) != 0)
				return -1;
		}
	}
	if (other)
		return 0;
	return refuse(m, DDL_E_NO_FIT, ddl_arena_printf(m->arena,
		_("no driver and no firmware for kernel %s was found"), m->machine->release));
}

/* ------------------------------------------------------------ what has to leave */

static struct outgoing *leaving(const struct maker *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->n_out; i++)
		if (ddl_module_name_equal(m->out[i]->loaded->name, name))
			return m->out[i];
	return NULL;
}

/* Looks a module's file up in the tree; *path is "" when it is not there. */
static int tree_path(struct maker *m, const char *name, const char **path)
{
	struct ddl_tree_module tree = { 0 };
	bool found = false;

	*path = "";
	if (m->kernel->ops->tree_find(m->kernel, m->arena, name, &tree, &found, m->error) != 0)
		return -1;
	if (found && tree.path)
		*path = tree.path;
	return 0;
}

static int refuse_stuck(struct maker *m, const struct ddl_loaded *loaded)
{
	if (loaded->references < 0)
		return refuse(m, DDL_E_BUSY, ddl_arena_printf(m->arena,
			_("%s cannot be unloaded: it was built to stay"), loaded->name));
	if (!loaded->live)
		return refuse(m, DDL_E_BUSY, ddl_arena_printf(m->arena,
			_("%s is being loaded or unloaded at this moment"), loaded->name));
	return 0;
}

static bool holds(const struct ddl_loaded *loaded, const char *name)
{
	size_t i;

	for (i = 0; i < loaded->n_holders; i++)
		if (ddl_module_name_equal(loaded->holders[i], name))
			return true;
	return false;
}

/*
 * The file to load it from again: what an earlier load kept of the pack it came from, where
 * that is the build that is loaded; else the tree's, which may be another one.
 */
static int find_file(struct maker *m, struct outgoing *out)
{
	const struct ddl_kernel_ops *ops = m->kernel->ops;

	out->tree_path = ops->kept_path(m->kernel, m->arena, out->loaded->name);
	if (!out->tree_path)
		return no_memory(m);
	if (*out->tree_path && ops->compare_file(m->kernel, m->arena, out->tree_path, out->loaded, &out->same,
						 &out->defaults, m->error) != 0)
		return -1;
	if (out->same)
		return 0;
	if (tree_path(m, out->loaded->name, &out->tree_path) != 0)
		return -1;
	return *out->tree_path ? ops->compare_file(m->kernel, m->arena, out->tree_path, out->loaded, &out->same,
						   &out->defaults, m->error) : 0;
}

/*
 * Puts a module behind all that hold it, all the way up; the machine lists the newest
 * module first, as /proc/modules does, so that of two holders the newer leaves first.
 * `depth` guards against a circle, which a kernel never shows.
 */
static int leave(struct maker *m, const struct ddl_loaded *loaded,
		 const struct ddl_loaded *for_whom, size_t depth)
{
	struct outgoing *out;
	size_t i;

	if (leaving(m, loaded->name))
		return 0;
	if (depth > m->machine->n_loaded)
		return ddl_fail(m->error, DDL_E_INTERNAL, 0,
				_("the modules that hold %s go round in a circle"), loaded->name);
	for (i = 0; i < m->machine->n_loaded; i++) {
		const struct ddl_loaded *holder = &m->machine->loaded[i];

		if (holds(loaded, holder->name) && leave(m, holder, loaded, depth + 1) != 0)
			return -1;
	}
	if (leaving(m, loaded->name))
		return 0;
	out = ddl_arena_alloc(m->arena, 1, sizeof *out);
	if (!out)
		return no_memory(m);
	out->loaded = loaded;
	/* A dependent comes back; from the pack where the pack has it, else from the tree. */
	out->back = for_whom && !wanted_named(m, loaded->name);
	if (find_file(m, out) != 0)
		return -1;
	if (refuse_stuck(m, loaded) != 0)
		return -1;
	return push_pointer(m, &m->out, &m->n_out, out);
}

/* Does the driver that is pushed out have devices that no module of the packs takes? */
static bool needed_elsewhere(const struct maker *m, const char *module)
{
	size_t i, j;

	for (i = 0; i < m->machine->n_devices; i++) {
		const struct ddl_device *device = &m->machine->devices[i];
		bool taken = false;

		if (!*device->module || !ddl_module_name_equal(device->module, module))
			continue;
		for (j = 0; j < m->plan->n_wanted && !taken; j++) {
			const struct ddl_device *match = NULL;
			const char *alias;

			while ((match = ddl_machine_match_next(m->machine, m->plan->wanted[j], match,
							       &alias)) != NULL && match != device)
				;
			taken = match == device;
		}
		if (!taken)
			return true;
	}
	return false;
}

static int push_out(struct maker *m, const struct ddl_device *device)
{
	const struct ddl_loaded *loaded = NULL;
	struct outgoing *out;

	if (*device->module)
		loaded = ddl_machine_loaded(m->machine, device->module);
	if (!loaded)
		return refuse(m, DDL_E_BUILTIN, ddl_arena_printf(m->arena,
			_("%s is held by the driver %s, which is built into the kernel"),
			device->address, device->driver));
	if (leave(m, loaded, NULL, 0) != 0)
		return -1;
	out = leaving(m, loaded->name);
	out->back = out->back || needed_elsewhere(m, loaded->name);
	return 0;
}

static bool is_taken(const struct maker *m, const struct ddl_device *device)
{
	size_t i;

	for (i = 0; i < m->n_taken; i++)
		if (m->taken[i]->device == device)
			return true;
	return false;
}

static int take_away(struct maker *m, const struct ddl_device *device, const struct ddl_module *module)
{
	struct taken *taken;

	if (is_taken(m, device))
		return 0;
	taken = ddl_arena_alloc(m->arena, 1, sizeof *taken);
	if (!taken)
		return no_memory(m);
	taken->device = device;
	taken->module = module;
	return push_pointer(m, &m->taken, &m->n_taken, taken);
}

/*
 * A module that is not loaded: another driver may hold its devices. As long as one of
 * them is free, or held by a module of the packs, the others are left alone.
 */
static int free_its_devices(struct maker *m, const struct ddl_module *module)
{
	const struct ddl_device *device = NULL;
	const char *alias;

	while ((device = ddl_machine_match_next(m->machine, module, device, &alias)) != NULL)
		if (!*device->driver || (*device->module && wanted_named(m, device->module)))
			return 0;
	while ((device = ddl_machine_match_next(m->machine, module, device, &alias)) != NULL)
		if ((m->unbind ? take_away(m, device, module) : push_out(m, device)) != 0)
			return -1;
	return 0;
}

static int find_leaving(struct maker *m)
{
	size_t i;

	for (i = 0; i < m->plan->n_wanted; i++) {
		const struct ddl_module *module = m->plan->wanted[i];
		const struct ddl_loaded *loaded = ddl_machine_loaded(m->machine, module->name);
		int result = 0;

		if (loaded && !ddl_fit_same_build(module, loaded))
			result = leave(m, loaded, NULL, 0);
		else if (!loaded && ddl_machine_builtin(m->machine, module->name))
			result = refuse(m, DDL_E_BUILTIN, ddl_arena_printf(m->arena,
				_("%s is built into the kernel and cannot be unloaded"), module->name));
		else if (!loaded)
			result = free_its_devices(m, module);
		if (result != 0)
			return -1;
	}
	return 0;
}

/* --------------------------------------------------------- who is in the way */

static bool is_away(const struct maker *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->plan->n_away; i++)
		if (strcmp(m->plan->away[i], name) == 0)
			return true;
	return false;
}

static int goes_away(struct maker *m, const char *name)
{
	return is_away(m, name) ? 0 : push_pointer(m, &m->plan->away, &m->plan->n_away, name);
}

static int find_away(struct maker *m)
{
	size_t i, j;

	for (i = 0; i < m->machine->n_devices; i++) {
		const struct ddl_device *device = &m->machine->devices[i];

		if (!is_taken(m, device) && (!*device->module || !leaving(m, device->module)))
			continue;
		for (j = 0; j < device->n_disks; j++)
			if (goes_away(m, device->disks[j].name) != 0)
				return -1;
		for (j = 0; j < device->n_links; j++)
			if (goes_away(m, device->links[j]) != 0)
				return -1;
	}
	return 0;
}

static const char *use_sentence(struct maker *m, const struct ddl_use *use)
{
	switch (use->kind) {
	case DDL_USE_MOUNT:
		return ddl_arena_printf(m->arena, _("%s is mounted on %s"), use->what, use->by);
	case DDL_USE_SWAP:
		return ddl_arena_printf(m->arena, _("%s is in use as swap space"), use->what);
	case DDL_USE_DM:
		return ddl_arena_printf(m->arena, _("%s is in use by %s"), use->what, use->by);
	case DDL_USE_MD:
		return ddl_arena_printf(m->arena, _("%s is part of the RAID array %s"), use->what,
					use->by);
	case DDL_USE_LINK_UP:
		return ddl_arena_printf(m->arena, _("the network interface %s is up"), use->what);
	case DDL_USE_OPEN:
		break;
	}
	if (*use->by)
		return ddl_arena_printf(m->arena, _("%s is held open by %s"), use->what, use->by);
	return ddl_arena_printf(m->arena, _("%s is held open"), use->what);
}

static int refuse_uses(struct maker *m)
{
	size_t i;

	for (i = 0; i < m->machine->n_uses; i++) {
		const struct ddl_use *use = &m->machine->uses[i];

		if (is_away(m, use->disk) && refuse(m, DDL_E_BUSY, use_sentence(m, use)) != 0)
			return -1;
	}
	return 0;
}

/* Processes that have one of the disks open, each by its name. */
static int refuse_opens(struct maker *m)
{
	struct ddl_use *uses = NULL;
	size_t i, n = 0;

	if (m->kernel->ops->opens(m->kernel, m->arena, m->plan->away, m->plan->n_away, &uses, &n, m->error) != 0)
		return -1;
	for (i = 0; i < n; i++)
		if (refuse(m, DDL_E_BUSY, use_sentence(m, &uses[i])) != 0)
			return -1;
	return 0;
}

/* Uses that were counted by the kernel but have no name, once the named ones are told. */
static int refuse_references(struct maker *m)
{
	bool used = false;
	size_t i;

	if (m->plan->n_refusals > 0)
		return 0;
	for (i = 0; i < m->n_out && !used; i++)
		used = m->out[i]->loaded->references > (long)m->out[i]->loaded->n_holders;
	/* a device that is taken from its driver goes away whoever has it open: so that is looked for */
	if ((used || m->n_taken > 0) && refuse_opens(m) != 0)
		return -1;
	for (i = 0; i < m->n_out && m->plan->n_refusals == 0; i++) {
		const struct ddl_loaded *loaded = m->out[i]->loaded;
		long more = loaded->references - (long)loaded->n_holders;

		if (more > 0 && refuse(m, DDL_E_BUSY, ddl_arena_printf(m->arena,
				ddl_trn("%s is in use by something that the kernel does not name",
					"%s is in use by things that the kernel does not name",
					(unsigned long)more), loaded->name)) != 0)
			return -1;
	}
	return 0;
}

static int refuse_no_way_back(struct maker *m)
{
	size_t i;

	for (i = 0; i < m->n_out; i++)
		if (m->out[i]->back && !*m->out[i]->tree_path &&
		    refuse(m, DDL_E_BUSY, ddl_arena_printf(m->arena,
				_("%s would have to be unloaded and could not be loaded again: "
				  "this installer has no file of it"), m->out[i]->loaded->name)) != 0)
			return -1;
	return 0;
}

/* -------------------------------------------------------------- what comes in */

static int bring_in(struct maker *m, const char *name, const struct ddl_module *for_whom,
		    struct incoming **node);

/* "/lib/modules/…/scsi-mod.ko.xz" is "scsi_mod". */
static const char *name_of_path(struct maker *m, const char *path)
{
	const char *base = ddl_path_base(path), *end = strstr(base, ".ko");
	char *name = ddl_arena_dupn(m->arena, base, end ? (size_t)(end - base) : strlen(base));
	char *at;

	for (at = name; at && *at; at++)
		if (*at == '-')
			*at = '_';
	return name;
}

static int refuse_circle(struct maker *m, const char *name)
{
	return refuse(m, DDL_E_DEPENDENCY, ddl_arena_printf(m->arena,
		_("%s needs itself, by way of the modules that it depends on"), name));
}

static int bring_need(struct maker *m, struct incoming *in, const char *name,
		      const struct ddl_module *for_whom)
{
	struct incoming *need = NULL;

	if (bring_in(m, name, for_whom, &need) != 0)
		return -1;
	if (need && need->mark == MARK_OPEN)
		return refuse_circle(m, need->name);
	if (need && !need->early)
		in->early = false;
	return 0;
}

/* All that the module needs comes before it. */
static int bring_needs(struct maker *m, struct incoming *in, const struct ddl_tree_module *tree)
{
	size_t i;

	in->mark = MARK_OPEN;
	for (i = 0; in->pack && i < in->pack->n_depends; i++)
		if (bring_need(m, in, in->pack->depends[i], in->pack) != 0)
			return -1;
	for (i = 0; !in->pack && i < tree->n_needs; i++) {
		const char *name = name_of_path(m, tree->needs[i]);

		if (!name)
			return no_memory(m);
		if (bring_need(m, in, name, NULL) != 0)
			return -1;
	}
	in->mark = MARK_PLACED;
	return push_pointer(m, &m->order, &m->n_order, in);
}

static struct incoming *coming(const struct maker *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->n_in; i++)
		if (ddl_module_name_equal(m->in[i]->name, name))
			return m->in[i];
	return NULL;
}

/* Nothing has to be done for a module that is in and stays in. */
static bool is_in(const struct maker *m, const char *name)
{
	return (ddl_machine_loaded(m->machine, name) && !leaving(m, name)) ||
	       ddl_machine_builtin(m->machine, name);
}

static int refuse_missing(struct maker *m, const char *name, const struct ddl_module *for_whom)
{
	if (for_whom)
		return refuse(m, DDL_E_DEPENDENCY, ddl_arena_printf(m->arena,
			_("%s needs %s, which is neither on the disk nor in this installer"),
			for_whom->name, name));
	return refuse(m, DDL_E_DEPENDENCY, ddl_arena_printf(m->arena,
		_("%s is needed, and is neither on the disk nor in this installer"), name));
}

/*
 * At a desk (--kernel) there is no tree of the installer to look into: the plan goes on and
 * says what it relies on. In an initrd without a tree the kernel has the last word.
 */
static int assume(struct maker *m, const char *name)
{
	for (size_t i = 0; i < m->plan->n_assumed; i++)
		if (ddl_module_name_equal(m->plan->assumed[i], name))
			return 0;
	return push_pointer(m, &m->plan->assumed, &m->plan->n_assumed, name);
}

/*
 * *node becomes what brings `name` in; NULL when it is in already or cannot be had
 * (which is then refused).
 */
static int bring_in(struct maker *m, const char *name, const struct ddl_module *for_whom,
		    struct incoming **node)
{
	const struct ddl_module *pack = wanted_named(m, name);
	struct outgoing *out = leaving(m, name);
	struct ddl_tree_module tree = { 0 };
	struct incoming *in;
	bool found = false;

	*node = coming(m, name);
	if (*node || is_in(m, name))
		return 0;
	if (!pack && m->kernel->ops->tree_find(m->kernel, m->arena, name, &tree, &found, m->error) != 0)
		return -1;
	if (!pack && found && tree.builtin)
		return 0;
	if (!pack && !found && !m->machine->has_tree)
		return assume(m, name);
	if (!pack && (!found || !tree.path))
		return out && out->back ? 0 : refuse_missing(m, name, for_whom);
	if (m->n_in >= DDL_MAX_MODULES)
		return ddl_fail(m->error, DDL_E_TOO_LARGE, 0, _("more than %u modules in one load"),
				DDL_MAX_MODULES);
	in = ddl_arena_alloc(m->arena, 1, sizeof *in);
	if (!in)
		return no_memory(m);
	in->name = pack ? pack->name : ddl_arena_dup(m->arena, name);
	in->pack = pack;
	in->tree_path = pack ? "" : tree.path;
	in->was = out ? out->loaded : NULL;
	in->early = !pack && !out;
	*node = in;
	if (!in->name || push_pointer(m, &m->in, &m->n_in, in) != 0)
		return no_memory(m);
	return bring_needs(m, in, &tree);
}

/* What is certain to be refused by the kernel is refused here, before anything is unloaded. */
static int refuse_unsigned(struct maker *m)
{
	for (size_t i = 0; m->machine->signed_only && i < m->n_in; i++)
		if (m->in[i]->pack && !m->in[i]->pack->has_signature &&
		    refuse(m, DDL_E_SIGNATURE, ddl_arena_printf(m->arena,
				_("%s is not signed; this kernel takes signed drivers only"), m->in[i]->name)) != 0)
			return -1;
	return 0;
}

static int find_coming(struct maker *m)
{
	struct incoming *node;
	size_t i;

	for (i = 0; i < m->plan->n_wanted; i++) {
		const struct ddl_module *module = m->plan->wanted[i];

		if (is_in(m, module->name)) {
			if (!ddl_machine_builtin(m->machine, module->name) &&
			    push_pointer(m, &m->plan->already, &m->plan->n_already, module) != 0)
				return -1;
		} else if (bring_in(m, module->name, module, &node) != 0) {
			return -1;
		}
	}
	for (i = m->n_out; i > 0; i--)
		if (m->out[i - 1]->back &&
		    bring_in(m, m->out[i - 1]->loaded->name, NULL, &node) != 0)
			return -1;
	return 0;
}

/* ------------------------------------------------------------- the operations */

static struct ddl_op *add_op(struct maker *m, enum ddl_op_kind kind, const char *module)
{
	struct ddl_op *op = ddl_arena_push(m->arena, &m->plan->ops, &m->plan->n_ops, sizeof *op);

	if (!op) {
		no_memory(m);
		return NULL;
	}
	op->kind = kind;
	op->module = module;
	op->tree_path = op->params = op->version_before = op->version_after = "";
	op->bus = op->address = op->driver = op->override = "";
	return op;
}

/* Is there something in force that could be given again? */
static bool has_params(const struct ddl_loaded *loaded)
{
	size_t i;

	for (i = 0; i < loaded->n_params; i++)
		if (ddl_param_can_be_given(loaded->params[i]))
			return true;
	return false;
}

static int note(struct maker *m, const char *sentence)
{
	return ddl_plan_note(m->arena, m->plan, sentence) == 0 ? 0 : no_memory(m);
}

/* Whether one "name=value" in force goes on to the new version; *carry says so. */
static int judge_param(struct maker *m, const struct incoming *in, const char *param,
		       const char *usual, bool *carry)
{
	size_t n = strcspn(param, "=");
	bool there = m->kernel->ops->has_param(m->kernel, in->pack->file->fd, param, n);

	*carry = false;
	if (usual && strcmp(param + n + 1, usual) == 0)
		return 0;
	if (!usual || !ddl_param_can_be_given(param)) {
		if (strcmp(param + n, "=(null)") == 0)
			return 0;
		return note(m, ddl_arena_printf(m->arena, _("%s: whether somebody set %s cannot be known; "
			"the new version gets its own default"), in->name, param));
	}
	if (!there)
		return note(m, ddl_arena_printf(m->arena,
			_("%s: the new version has no parameter for %s"), in->name, param));
	*carry = true;
	return 0;
}

/*
 * What somebody set of the old version's parameters: those whose value in force is not what
 * the old module's own file has as the default. The kernel does not tell one from the other,
 * and an old default must not override the vendor's new one. `over` is set anyway. NULL: error.
 */
static const char *params_chosen(struct maker *m, const struct incoming *in, const char *over)
{
	const struct outgoing *out = leaving(m, in->name);
	const char *params = "";
	size_t i;

	if (!out || !has_params(out->loaded))
		return params;
	if (!out->same)
		return note(m, ddl_arena_printf(m->arena,
			_("%s: this installer does not have the file of the version that is loaded, so "
			  "that parameters which somebody set cannot be told from defaults; the new "
			  "version gets its own defaults"), in->name)) == 0 ? params : NULL;
	for (i = 0; i < out->loaded->n_params && params; i++) {
		const char *param = out->loaded->params[i];
		bool carry;

		if (ddl_params_have(over, param, strcspn(param, "=")))
			continue;
		if (judge_param(m, in, param, out->defaults[i], &carry) != 0)
			return NULL;
		if (carry && strlen(params) + strlen(param) < DDL_MAX_PARAMS)
			params = ddl_params_join(m->arena, params, param);
	}
	if (!params)
		no_memory(m);
	return params;
}

/* What modprobe.d and the boot line set, and over that the pack's own modprobe.d. NULL: error. */
static const char *params_configured(struct maker *m, const char *name, bool with_pack)
{
	const char *params, *config = "", *pack = "";
	bool blacklisted = false;

	if (m->kernel->ops->config(m->kernel, m->arena, name, &config, &blacklisted, m->error) != 0)
		return NULL;
	if (with_pack && pack_config(m, name, &pack, &blacklisted) != 0)
		return NULL;
	params = ddl_params_join(m->arena, config, pack);
	if (!params)
		no_memory(m);
	return params;
}

/* For the same file again, exactly what was in force, and over that what is configured. */
static const char *params_again(struct maker *m, const struct ddl_loaded *was)
{
	const char *params = ddl_params_in_force(m->arena, was);
	const char *config = params_configured(m, was->name, false);

	if (!config)
		return NULL;
	params = params ? ddl_params_join(m->arena, params, config) : NULL;
	if (!params)
		no_memory(m);
	return params;
}

static const char *params_in(struct maker *m, const struct incoming *in)
{
	const char *config = params_configured(m, in->name, in->pack != NULL), *params;

	if (!config || !in->pack)
		return config;
	params = params_chosen(m, in, config);
	if (!params)
		return NULL;
	params = ddl_params_join(m->arena, params, config);
	if (!params)
		no_memory(m);
	return params;
}

static int add_unloads(struct maker *m)
{
	size_t i;

	for (i = 0; i < m->n_out; i++) {
		const struct outgoing *out = m->out[i];
		struct ddl_op *op = add_op(m, DDL_OP_UNLOAD, out->loaded->name);

		if (!op)
			return -1;
		op->tree_path = out->tree_path;
		op->version_before = out->loaded->version;
		/* for the way back */
		op->params = params_again(m, out->loaded);
		if (!op->params)
			return -1;
		m->plan->replaces = true;
	}
	return 0;
}

static int add_incoming(struct maker *m, const struct incoming *in)
{
	bool reload = in->was && !in->pack;
	struct ddl_op *op = add_op(m, reload ? DDL_OP_RELOAD : DDL_OP_INSERT, in->name);

	if (!op)
		return -1;
	op->from_pack = in->pack;
	op->tree_path = in->tree_path;
	op->version_before = in->was ? in->was->version : "";
	op->version_after = in->pack ? in->pack->version : "";
	op->params = reload ? params_again(m, in->was) : params_in(m, in);
	return op->params ? 0 : -1;
}

static struct ddl_op *add_device_op(struct maker *m, enum ddl_op_kind kind, const char *module,
				    const struct ddl_device *device)
{
	struct ddl_op *op = add_op(m, kind, module);

	if (op) {
		op->bus = device->bus;
		op->address = device->address;
	}
	return op;
}

static int add_unbinds(struct maker *m)
{
	size_t i;

	for (i = 0; i < m->n_taken; i++) {
		struct ddl_op *op = add_device_op(m, DDL_OP_UNBIND, "", m->taken[i]->device);

		if (!op)
			return -1;
		op->driver = m->taken[i]->device->driver;
		m->plan->replaces = true;
	}
	return 0;
}

static int add_binds(struct maker *m)
{
	size_t i;

	for (i = 0; i < m->n_taken; i++)
		if (!add_device_op(m, DDL_OP_BIND, m->taken[i]->module->name, m->taken[i]->device))
			return -1;
	return 0;
}

/* What needs nothing of the pack comes first, so that the disks are away for less long. */
static int add_ops(struct maker *m)
{
	size_t i;

	if (m->n_order == 0 && (m->plan->n_firmware == 0 || m->plan->n_already > 0))
		return 0;
	if (m->plan->n_firmware > 0 && !add_op(m, DDL_OP_FIRMWARE, ""))
		return -1;
	for (i = 0; i < m->n_order; i++)
		if (m->order[i]->early && add_incoming(m, m->order[i]) != 0)
			return -1;
	if (add_unloads(m) != 0 || add_unbinds(m) != 0)
		return -1;
	for (i = 0; i < m->n_order; i++)
		if (!m->order[i]->early && add_incoming(m, m->order[i]) != 0)
			return -1;
	if (add_binds(m) != 0)
		return -1;
	return m->n_order == 0 || add_op(m, DDL_OP_SETTLE, "") ? 0 : -1;
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
	if (find_leaving(&m) != 0 || find_away(&m) != 0 || refuse_uses(&m) != 0 ||
	    refuse_references(&m) != 0 || refuse_no_way_back(&m) != 0 || find_coming(&m) != 0 ||
	    refuse_unsigned(&m) != 0)
		return -1;
	return add_ops(&m);
}
