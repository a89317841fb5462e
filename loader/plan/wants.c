// SPDX-License-Identifier: GPL-2.0-or-later
/* Which of the packs' modules are wanted, and why; what is left out, and why. */
#include "plan/planner.h"

#include <string.h>

#include "base/text.h"
#include "model/describe.h"
#include "module/module_name.h"
#include "plan/fit.h"
#include "plan/versions.h"

/* ---------------------------------------------------------------- what there is */

/* `all`: this machine needs nothing of the pack, which was chosen all the same. */
static enum offer_class class_of(const struct ddl_module *module, bool all)
{
	if (module->tick != DDL_TICK_AUTO)
		return module->tick == DDL_TICK_YES ? OFFER_ASKED : OFFER_NONE;
	if (module->fit == DDL_FIT_LOADED)
		return OFFER_LOADED;
	if (module->fit == DDL_FIT_KEPT_OUT)
		return OFFER_NONE;
	if (module->fit < DDL_FIT_LOADED)
		return all ? OFFER_ASKED : OFFER_NONE;
	if (module->device && !*module->device->driver)
		return module->device->class == DDL_CLASS_OTHER ? OFFER_OTHER : OFFER_NEEDED;
	return OFFER_REPLACES;
}

static const char *why_not(struct maker *m, const struct ddl_module *module)
{
	char words[DDL_MAX_TEXT];

	if (module->tick == DDL_TICK_NO)
		return _("it was unmarked");
	return ddl_arena_dup(m->arena, ddl_describe_fit(words, sizeof words, module));
}

static int add_offer(struct maker *m, const struct ddl_module *module, bool all)
{
	struct ddl_modprobe_conf conf;
	struct offer *offer;

	if (module->fit <= DDL_FIT_OLDER || plan_offered_named(m, module->name)) /* the same pack once more */
		return 0;
	offer = ddl_arena_push(m->arena, &m->offers, &m->n_offers, sizeof *offer);
	if (!offer)
		return plan_no_memory(m);
	*offer = (struct offer){ .module = module, .class = class_of(module, all), .reason = why_not(m, module) };
	if (!offer->reason)
		return plan_no_memory(m);
	if (plan_pack_config(m, module->name, &conf) != 0)
		return -1;
	/*
	 * Only the pack's own blacklist keeps a module of the pack out: one from the initrd or
	 * the boot line is how the old driver of that name is kept away for the new one.
	 */
	if (conf.blacklisted && offer->class != OFFER_ASKED) {
		offer->class = OFFER_NONE;
		offer->reason = _("settings in its own pack keep it from being loaded");
	}
	return 0;
}

int plan_find_offers(struct maker *m)
{
	for (size_t i = 0; i < m->n_chosen; i++) {
		bool all = m->repos[i]->fit < DDL_FIT_LOADED;

		for (size_t j = 0; j < m->repos[i]->n_packages; j++) {
			const struct ddl_package *package = &m->repos[i]->packages[j];

			if (!ddl_versions_usable(package))
				continue;
			for (size_t k = 0; k < package->n_modules; k++)
				if (add_offer(m, package->modules[k], all) != 0)
					return -1;
		}
	}
	return 0;
}

const struct ddl_module *plan_offered_named(const struct maker *m, const char *name)
{
	for (size_t i = 0; i < m->n_offers; i++)
		if (ddl_module_name_equal(m->offers[i].module->name, name))
			return m->offers[i].module->tick == DDL_TICK_NO ? NULL : m->offers[i].module;
	return NULL;
}

/* ---------------------------------------------------------------- what is wanted */

static int add_wanted(struct maker *m, const struct ddl_module *module, const char *reason)
{
	size_t n_reasons = m->plan->n_wanted;

	if (!reason || plan_push_pointer(m, &m->plan->reasons, &n_reasons, reason) != 0 ||
	    plan_push_pointer(m, &m->plan->wanted, &m->plan->n_wanted, module) != 0)
		return plan_no_memory(m);
	return 0;
}

int plan_want(struct maker *m, const struct ddl_module *module, const char *reason)
{
	if (plan_wanted_named(m, module->name))
		return 0;
	if (add_wanted(m, module, reason) != 0)
		return -1;
	for (size_t i = 0; i < module->n_depends; i++) {
		const struct ddl_module *need = plan_offered_named(m, module->depends[i]);

		if (need && need->fit != DDL_FIT_BUILTIN && need->fit != DDL_FIT_LOADED &&
		    plan_want(m, need, ddl_arena_printf(m->arena, _("%s needs it"), module->name)) != 0)
			return -1;
	}
	return 0;
}

int plan_want_picked(struct maker *m)
{
	for (size_t i = 0; i < m->n_offers; i++) {
		const struct offer *offer = &m->offers[i];
		const char *reason = offer->reason;

		if (!offer->picked)
			continue;
		if (offer->class == OFFER_ASKED)
			reason = offer->module->tick == DDL_TICK_YES ?
					 _("it was asked for") :
					 _("no device here needs it; its pack was chosen all the same");
		if (plan_want(m, offer->module, reason) != 0)
			return -1;
	}
	return 0;
}

int plan_tell_loaded(struct maker *m)
{
	for (size_t i = 0; i < m->n_offers; i++) {
		const struct offer *offer = &m->offers[i];

		if (offer->class == OFFER_LOADED && !plan_wanted_named(m, offer->module->name) &&
		    (add_wanted(m, offer->module, offer->reason) != 0 ||
		     plan_push_pointer(m, &m->plan->already, &m->plan->n_already, offer->module) != 0))
			return -1;
	}
	return 0;
}

enum { MOST_NOTED = 64 }; /* nobody reads more of them */

static int note_other(struct maker *m, const struct ddl_module *other)
{
	const struct ddl_module *taken = plan_wanted_named(m, other->name);
	const char *words;

	if (!taken || other->fit < DDL_FIT_OLDER || m->plan->n_notes >= MOST_NOTED || ddl_versions_same(taken, other))
		return 0;
	if (strcmp(taken->version, other->version) != 0)
		words = ddl_arena_printf(m->arena, _("%s: version %s is taken; version %s is there as well"), other->name,
					 *taken->version ? taken->version : "-", *other->version ? other->version : "-");
	else
		words = ddl_arena_printf(m->arena, _("%s is there in more than one build of version %s; the first is taken"),
					 other->name, *other->version ? other->version : "-");
	return ddl_plan_note(m->arena, m->plan, words) == 0 ? 0 : plan_no_memory(m);
}

/* Of several versions one is taken; the others are told, also of packs that were not chosen. */
int plan_tell_others(struct maker *m)
{
	size_t i, j, k;

	for (i = 0; i < m->n_repos; i++) {
		for (j = 0; j < m->repos[i]->n_packages; j++) {
			const struct ddl_package *package = &m->repos[i]->packages[j];
			bool usable = ddl_versions_usable(package) || package->fit == DDL_FIT_OLDER;

			for (k = 0; usable && k < package->n_modules; k++)
				if (note_other(m, package->modules[k]) != 0)
					return -1;
		}
	}
	return 0;
}

/* PCI's devices are all there before any driver is; those of other buses come with the drivers that make them. */
static bool may_appear(const struct ddl_module *module)
{
	for (size_t i = 0; i < module->n_aliases; i++)
		if (ddl_text_starts(module->aliases[i], "pci:"))
			return false;
	return true;
}

const struct ddl_module *plan_builds_on(const struct maker *m, const struct ddl_module *module)
{
	for (size_t i = 0; i < module->n_depends && may_appear(module); i++) {
		const struct ddl_module *need = plan_wanted_named(m, module->depends[i]);

		if (need)
			return need;
	}
	return NULL;
}

int plan_tell_left_out(struct maker *m)
{
	for (size_t i = 0; i < m->n_offers; i++) {
		const struct offer *offer = &m->offers[i];
		struct ddl_unwanted *left;

		if (plan_wanted_named(m, offer->module->name) || offer->module->fit == DDL_FIT_LOADED)
			continue;
		left = ddl_arena_push(m->arena, &m->plan->left_out, &m->plan->n_left_out, sizeof *left);
		if (!left)
			return plan_no_memory(m);
		*left = (struct ddl_unwanted){ offer->module, offer->hindrance ? offer->hindrance : offer->reason };
	}
	return 0;
}
