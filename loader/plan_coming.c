// SPDX-License-Identifier: GPL-2.0-or-later
/* What comes in: the packs' modules, what they depend on, and what goes back in, in order. */
#include "plan_maker.h"

#include <string.h>

#include "machine.h"
#include "path.h"

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
	return plan_refuse(m, DDL_E_DEPENDENCY, ddl_arena_printf(m->arena,
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
			return plan_no_memory(m);
		if (bring_need(m, in, name, NULL) != 0)
			return -1;
	}
	in->mark = MARK_PLACED;
	return plan_push_pointer(m, &m->order, &m->n_order, in);
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
	return (ddl_machine_loaded(m->machine, name) && !plan_leaving(m, name)) ||
	       ddl_machine_builtin(m->machine, name);
}

static int refuse_missing(struct maker *m, const char *name, const struct ddl_module *for_whom)
{
	if (for_whom)
		return plan_refuse(m, DDL_E_DEPENDENCY, ddl_arena_printf(m->arena,
			_("%s needs %s, which is neither on the disk nor in this installer"),
			for_whom->name, name));
	return plan_refuse(m, DDL_E_DEPENDENCY, ddl_arena_printf(m->arena,
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
	return plan_push_pointer(m, &m->plan->assumed, &m->plan->n_assumed, name);
}

/*
 * *node becomes what brings `name` in; NULL when it is in already or cannot be had
 * (which is then refused).
 */
static int bring_in(struct maker *m, const char *name, const struct ddl_module *for_whom,
		    struct incoming **node)
{
	const struct ddl_module *pack = plan_wanted_named(m, name);
	struct outgoing *out = plan_leaving(m, name);
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
		return plan_no_memory(m);
	in->name = pack ? pack->name : ddl_arena_dup(m->arena, name);
	in->pack = pack;
	in->tree_path = pack ? "" : tree.path;
	in->was = out ? out->loaded : NULL;
	in->early = !pack && !out;
	*node = in;
	if (!in->name || plan_push_pointer(m, &m->in, &m->n_in, in) != 0)
		return plan_no_memory(m);
	return bring_needs(m, in, &tree);
}

/* What is certain to be refused by the kernel is refused here, before anything is unloaded. */
static int refuse_unsigned(struct maker *m)
{
	for (size_t i = 0; m->machine->signed_only && i < m->n_in; i++)
		if (m->in[i]->pack && !m->in[i]->pack->has_signature &&
		    plan_refuse(m, DDL_E_SIGNATURE, ddl_arena_printf(m->arena,
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
			    plan_push_pointer(m, &m->plan->already, &m->plan->n_already, module) != 0)
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

int plan_find_coming(struct maker *m)
{
	return find_coming(m) != 0 ? -1 : refuse_unsigned(m);
}
