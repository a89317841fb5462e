// SPDX-License-Identifier: GPL-2.0-or-later
/* What comes in: the packs' modules, what they depend on, and what goes back in, in order. */
#include "plan/planner.h"

#include <string.h>

#include "base/path.h"
#include "machine/machine.h"
#include "module/module_name.h"

static bool is_in(const struct maker *m, const char *name);
static int bring_in(struct maker *m, const char *name, const struct ddl_module *for_whom, bool optional, struct incoming **node);
static int bring_soft(struct maker *m, struct incoming *in, bool post);

static int refuse_circle(struct maker *m, const char *name)
{
	return plan_refuse(m, DDL_E_DEPENDENCY,
			   ddl_arena_printf(m->arena, _("%s needs itself, by way of the modules that it depends on"), name));
}

static int bring_need(struct maker *m, struct incoming *in, const char *name, const struct ddl_module *for_whom)
{
	const struct ddl_module *offered = is_in(m, name) ? NULL : plan_offered_named(m, name);
	struct incoming *need = NULL;

	if (offered && plan_want(m, offered, ddl_arena_printf(m->arena, _("%s needs it"), in->name)) != 0)
		return -1;
	if (bring_in(m, name, for_whom, in->optional, &need) != 0)
		return -1;
	if (need && need->mark == MARK_OPEN)
		return refuse_circle(m, need->name);
	if (need && !need->early)
		in->early = false;
	return 0;
}

/* The names of what it needs, and its softdeps: a pack's module has them in itself and in the pack's files, too. */
static int note_needs(struct maker *m, struct incoming *in, const struct ddl_tree_module *tree)
{
	struct ddl_modprobe_conf pack;
	size_t i;

	for (i = 0; in->pack && i < in->pack->n_depends; i++)
		if (plan_push_pointer(m, &in->needs, &in->n_needs, in->pack->depends[i]) != 0)
			return -1;
	for (i = 0; !in->pack && i < tree->n_needs; i++) {
		const char *name = ddl_module_name_of_file(m->arena, tree->needs[i]);

		if (!name)
			return plan_no_memory(m);
		if (plan_push_pointer(m, &in->needs, &in->n_needs, name) != 0)
			return -1;
	}
	in->softdeps = "";
	if (in->was && !in->pack) /* it was loaded without what is not loaded now */
		return 0;
	in->softdeps = m->kernel->ops->softdeps(m->kernel, m->arena, in->name);
	if (in->softdeps && in->pack) {
		if (plan_pack_config(m, in->name, &pack) != 0)
			return -1;
		in->softdeps = ddl_softdeps_join(m->arena, in->softdeps, in->pack->softdeps);
		in->softdeps = in->softdeps ? ddl_softdeps_join(m->arena, in->softdeps, pack.softdeps) : NULL;
	}
	return in->softdeps ? 0 : plan_no_memory(m);
}

/* All that the module needs comes before it, and what it would like to have, too. */
static int bring_needs(struct maker *m, struct incoming *in)
{
	size_t i;

	in->mark = MARK_OPEN;
	for (i = 0; i < in->n_needs; i++)
		if (bring_need(m, in, in->needs[i], in->pack) != 0)
			return -1;
	if (bring_soft(m, in, false) != 0)
		return -1;
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
	return (ddl_machine_loaded(m->machine, name) && !plan_leaving(m, name)) || ddl_machine_builtin(m->machine, name);
}

static int refuse_missing(struct maker *m, const char *name, const struct ddl_module *for_whom)
{
	if (for_whom)
		return plan_refuse(
			m, DDL_E_DEPENDENCY,
			ddl_arena_printf(m->arena, _("%s needs %s, which is neither on a driver disk here nor in this installer"),
					 for_whom->name, name));
	return plan_refuse(
		m, DDL_E_DEPENDENCY,
		ddl_arena_printf(m->arena, _("%s is needed, and is neither on a driver disk here nor in this installer"), name));
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

/* What was to come in for a softdep only, but is needed: so is all that it needs itself. */
static void require(struct maker *m, struct incoming *in)
{
	if (!in->optional)
		return;
	in->optional = false;
	for (size_t i = 0; i < in->n_needs; i++) {
		struct incoming *need = coming(m, in->needs[i]);

		if (need)
			require(m, need);
	}
}

/*
 * *node becomes what brings `name` in; NULL when it is in already or cannot be had
 * (which is then refused).
 */
static int bring_in(struct maker *m, const char *name, const struct ddl_module *for_whom, bool optional, struct incoming **node)
{
	const struct ddl_module *pack = plan_wanted_named(m, name);
	struct outgoing *out = plan_leaving(m, name);
	struct ddl_tree_module tree = { 0 };
	struct incoming *in;
	bool found = false;

	*node = coming(m, name);
	if (*node && !optional)
		require(m, *node);
	if (*node || is_in(m, name))
		return 0;
	if (!pack && m->kernel->ops->tree_find(m->kernel, m->arena, name, &tree, &found, m->error) != 0)
		return -1;
	if (!pack && found && tree.builtin)
		return 0;
	if (!pack && for_whom && (!found || !tree.path) && plan_lend(m, name, for_whom, &pack) != 0)
		return -1;
	if (!pack && !found && !m->machine->has_tree)
		return assume(m, name);
	if (!pack && (!found || !tree.path))
		return out && out->back ? 0 : refuse_missing(m, name, for_whom);
	if (m->n_in >= DDL_MAX_MODULES)
		return ddl_fail(m->error, DDL_E_TOO_LARGE, 0, _("more than %u modules in one load"), DDL_MAX_MODULES);
	in = ddl_arena_alloc(m->arena, 1, sizeof *in);
	if (!in)
		return plan_no_memory(m);
	in->name = pack ? pack->name : ddl_arena_dup(m->arena, name);
	in->pack = pack;
	in->tree_path = pack ? "" : tree.path;
	in->was = out ? out->loaded : NULL;
	in->early = !pack && !out;
	in->optional = optional && !out;
	*node = in;
	if (!in->name || plan_push_pointer(m, &m->in, &m->n_in, in) != 0)
		return plan_no_memory(m);
	return note_needs(m, in, &tree) == 0 ? bring_needs(m, in) : -1;
}

/* ------------------------------------------------------------------ softdeps */

/*
 * Can it be had with all that it needs, and without going round in a circle? What cannot is
 * left out, where a softdep asks for it. `above` is how many need it, one through the other;
 * `listed`: what it needs in the tree stands with what the last of them needs (modules.dep has
 * all of that). The limits are for packs: a circle, or layers in which each needs all of the next.
 */
static int can_come(struct maker *m, const char *name, unsigned above, bool listed, bool *can)
{
	const struct ddl_module *pack = plan_offered_named(m, name);
	const struct incoming *in = coming(m, name);
	struct ddl_tree_module tree = { 0 };
	bool found = false;
	size_t i;

	*can = in ? in->mark != MARK_OPEN : is_in(m, name);
	if (in || *can || above > DDL_MAX_SOFTDEP_DEPTH || m->soft_steps++ >= DDL_MAX_SOFTDEP_STEPS)
		return 0;
	if (!pack && m->kernel->ops->tree_find(m->kernel, m->arena, name, &tree, &found, m->error) != 0)
		return -1;
	*can = pack || found;
	for (i = 0; *can && i < (pack ? pack->n_depends : listed ? 0 : tree.n_needs); i++) {
		const char *need = pack ? pack->depends[i] : ddl_module_name_of_file(m->arena, tree.needs[i]);

		if (!need)
			return plan_no_memory(m);
		if (can_come(m, need, above + 1, !pack, can) != 0)
			return -1;
	}
	return 0;
}

static int bring_one_soft(struct maker *m, struct incoming *in, const char *name, bool post)
{
	const struct ddl_module *offered = is_in(m, name) ? NULL : plan_offered_named(m, name);
	struct incoming *soft = NULL;
	size_t before = m->n_order;
	bool can;

	if (can_come(m, name, 0, false, &can) != 0)
		return -1;
	if (!can)
		return 0;
	if (offered && plan_want(m, offered, ddl_arena_printf(m->arena, _("it goes with %s"), in->name)) != 0)
		return -1;
	if (bring_in(m, name, NULL, true, &soft) != 0)
		return -1;
	if (soft && post && m->n_order > before) /* not before what it comes after */
		soft->early = false;
	else if (soft && !soft->early)
		in->early = false;
	return 0;
}

/* What the module's softdeps have before it or, with `post`, after it; what is not there is not missed. */
static int bring_soft(struct maker *m, struct incoming *in, bool post)
{
	const char *at = in->softdeps;
	char word[DDL_MAX_NAME + 1];
	bool behind = false;

	while (ddl_softdeps_next(&at, &behind, post, word, sizeof word)) {
		const char **names = NULL;
		size_t n = 0;

		if (plan_offered_named(m, word)) {
			if (bring_one_soft(m, in, word, post) != 0)
				return -1;
			continue;
		}
		if (m->kernel->ops->tree_names(m->kernel, m->arena, word, &names, &n) != 0)
			return plan_no_memory(m);
		for (size_t i = 0; i < n; i++)
			if (bring_one_soft(m, in, names[i], post) != 0)
				return -1;
	}
	return 0;
}

/* What is certain to be refused by the kernel is refused here, before anything is unloaded. */
static int refuse_unsigned(struct maker *m)
{
	for (size_t i = 0; m->machine->signed_only && i < m->n_in; i++)
		if (m->in[i]->pack && !m->in[i]->pack->has_signature &&
		    plan_refuse(m, DDL_E_SIGNATURE,
				ddl_arena_printf(m->arena, _("%s is not signed; this kernel takes signed drivers only"),
						 m->in[i]->name)) != 0)
			return -1;
	return 0;
}

/* Is it for a device that nobody would miss, where there are others to load? */
static bool is_optional(const struct maker *m, const struct ddl_module *module)
{
	bool other = false, needed = false;

	for (size_t i = 0; i < m->n_offers; i++) {
		other = other || (m->offers[i].module == module && m->offers[i].class == OFFER_OTHER);
		needed = needed || (m->offers[i].picked && m->offers[i].class == OFFER_NEEDED);
	}
	return other && needed;
}

/* What builds on a wanted module and is not there yet: loaded last, and no loss where it cannot be. */
static int bring_companions(struct maker *m)
{
	struct incoming *node;
	bool more = true, can;

	while (more) {
		more = false;
		for (size_t i = 0; i < m->n_offers; i++) {
			const struct ddl_module *module = m->offers[i].module, *on = plan_builds_on(m, module);

			if (!on || module->fit != DDL_FIT_NO_DEVICE || m->offers[i].class != OFFER_NONE ||
			    module->tick == DDL_TICK_NO || plan_wanted_named(m, module->name))
				continue;
			if (can_come(m, module->name, 0, false, &can) != 0)
				return -1;
			if (!can)
				continue;
			if (plan_want(m, module, ddl_arena_printf(m->arena, _("it builds on %s"), on->name)) != 0 ||
			    bring_in(m, module->name, module, true, &node) != 0)
				return -1;
			more = true;
		}
	}
	return 0;
}

static int find_coming(struct maker *m)
{
	struct incoming *node;
	size_t i, n = m->plan->n_wanted; /* what is wanted from here on is brought in by what wants it */

	for (i = 0; i < n; i++) {
		const struct ddl_module *module = m->plan->wanted[i];

		if (is_in(m, module->name)) {
			if (!ddl_machine_builtin(m->machine, module->name) &&
			    plan_push_pointer(m, &m->plan->already, &m->plan->n_already, module) != 0)
				return -1;
		} else if (bring_in(m, module->name, module, is_optional(m, module), &node) != 0) {
			return -1;
		}
	}
	for (i = m->n_out; i > 0; i--)
		if (m->out[i - 1]->back && bring_in(m, m->out[i - 1]->loaded->name, NULL, false, &node) != 0)
			return -1;
	if (bring_companions(m) != 0)
		return -1;
	for (i = 0; i < m->n_order; i++) /* which grows by what they bring */
		if (bring_soft(m, m->order[i], true) != 0)
			return -1;
	return 0;
}

int plan_find_coming(struct maker *m)
{
	return find_coming(m) != 0 ? -1 : refuse_unsigned(m);
}
