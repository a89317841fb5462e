// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From packs and the state of the machine to operations in order: what it is all about, and
 * the parts (unloads.c, loads.c, operations.c) one after the other. Changes nothing.
 */
#include "plan/planner.h"

#include <errno.h>
#include <string.h>

#include "machine/machine.h"
#include "model/describe.h"
#include "module/module_name.h"
#include "plan/fit.h"
#include "plan/versions.h"

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
			return ddl_plan_note(
				arena, plan,
				ddl_arena_printf(arena,
						 _("%s, which the drivers are on, is read through the driver that is "
						   "replaced; all that is needed of it has been copied to memory."),
						 device));
	return 0;
}

/* ------------------------------------------------------- what it is all about */

/* What was built for another release is loaded on the word of its symbol versions: that is told. */
static int note_abi(struct maker *m)
{
	for (size_t i = 0; i < m->plan->n_wanted; i++) {
		const struct ddl_module *module = m->plan->wanted[i];
		char words[DDL_MAX_TEXT];

		if (module->by_abi && ddl_plan_note(m->arena, m->plan,
						    ddl_arena_printf(m->arena, "%s: %s", module->name,
								     ddl_describe_abi(words, sizeof(words), module))) != 0)
			return plan_no_memory(m);
	}
	return 0;
}

/* What modprobe would run is no business of ours, and that is told. */
static int note_commands(struct maker *m)
{
	struct ddl_modprobe_conf conf;

	for (size_t i = 0; i < m->plan->n_wanted; i++) {
		const char *name = m->plan->wanted[i]->name;

		if (plan_pack_config(m, name, &conf) != 0)
			return -1;
		if (conf.commands &&
		    ddl_plan_note(
			    m->arena, m->plan,
			    ddl_arena_printf(m->arena,
					     _("%s: its pack has a command for modprobe to run (install, remove); it is not run"),
					     name)) != 0)
			return plan_no_memory(m);
	}
	return 0;
}

/* Nothing of a pack is used while one of its packages for this kernel is damaged. */
static int refuse_damaged(struct maker *m)
{
	size_t i, j;

	for (i = 0; i < m->n_chosen; i++) {
		for (j = 0; j < m->repos[i]->n_packages; j++) {
			const struct ddl_package *package = &m->repos[i]->packages[j];
			bool any = !*package->kernel || strcmp(package->kernel, "any") == 0;

			if (package->state != DDL_PKG_BAD)
				continue;
			if (!any && ddl_fit_kernel(package->kernel, m->machine->release) != DDL_FIT_YES)
				continue;
			if (plan_refuse(m, package->trouble.code ? package->trouble.code : DDL_E_CHECKSUM,
					ddl_arena_printf(m->arena, "%s: %s", package->file,
							 ddl_code_sentence(package->trouble.code ? package->trouble.code :
												   DDL_E_CHECKSUM))) != 0)
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

/* Nothing is wanted: says for which kernels or processors the packs are, if that is the reason. */
static int refuse_nothing(struct maker *m)
{
	size_t i, j, k;
	bool other = false;

	for (i = 0; i < m->n_chosen; i++) {
		for (j = 0; j < m->repos[i]->n_packages; j++) {
			const struct ddl_package *package = &m->repos[i]->packages[j];
			const char *sentence;
			char words[DDL_MAX_TEXT];
			enum ddl_fit fit = package->fit;

			*words = '\0';
			for (k = 0; k < package->n_modules; k++) {
				fit = package->modules[k]->fit;
				if (!*words)
					ddl_describe_abi(words, sizeof words, package->modules[k]);
			}
			if (fit != DDL_FIT_OTHER_KERNEL && fit != DDL_FIT_TWIN && fit != DDL_FIT_OTHER_MACHINE)
				continue;
			other = true;
			if (fit == DDL_FIT_OTHER_MACHINE)
				sentence = ddl_arena_printf(
					m->arena, _("%s is for the processor %s, this machine has %s"), package->label,
					package->n_modules ? package->modules[0]->arch : package->arch, m->machine->arch);
			else
				sentence = *words ? ddl_arena_printf(m->arena, "%s: %s", package->label, words) :
						    ddl_arena_printf(m->arena, _("%s is for kernel %s, this kernel is %s"),
								     package->label, kernel_of(package), m->machine->release);
			if (plan_refuse(m, fit == DDL_FIT_OTHER_MACHINE ? DDL_E_MACHINE : DDL_E_KERNEL, sentence) != 0)
				return -1;
		}
	}
	if (other)
		return 0;
	if (m->n_offers)
		return plan_refuse(m, DDL_E_NO_FIT,
				   ddl_arena_printf(m->arena, "%s: %s", m->offers[0].module->name, m->offers[0].reason));
	return plan_refuse(
		m, DDL_E_NO_FIT,
		ddl_arena_printf(m->arena, _("no driver and no firmware for kernel %s was found"), m->machine->release));
}

/* ------------------------------------------------------ what the packs give */

/* Is something of the pack wanted, or is it firmware and settings alone, which belong to the rest? */
static bool gives(const struct maker *m, const struct ddl_repo *repo)
{
	size_t i, j;

	for (i = 0; i < repo->n_packages; i++) {
		const struct ddl_package *package = &repo->packages[i];

		if (repo->fit == DDL_FIT_SUPPORT && ddl_versions_usable(package))
			return true;
		for (j = 0; j < package->n_modules; j++)
			if (plan_wanted_named(m, package->modules[j]->name) == package->modules[j])
				return true;
	}
	return false;
}

static int take_firmware(struct maker *m, const struct ddl_package *package)
{
	size_t i;

	for (i = 0; i < package->n_files; i++)
		if (package->files[i]->kind == DDL_FILE_FIRMWARE &&
		    plan_push_pointer(m, &m->plan->firmware, &m->plan->n_firmware, package->files[i]) != 0)
			return -1;
	return 0;
}

/* Will it be there under this name? */
static bool comes_along(const struct maker *m, const char *name)
{
	for (size_t i = 0; i < m->plan->n_firmware; i++) {
		const char *path = m->plan->firmware[i]->path, *at = strstr(path, name);
		const char *end = at ? at + strlen(name) : "";

		if (at > path && at[-1] == '/' && (!*end || strcmp(end, ".xz") == 0 || strcmp(end, ".zst") == 0))
			return true;
	}
	return m->kernel->ops->has_firmware(m->kernel, name);
}

enum { MOST_NAMED = 3 };

/* A driver names all firmware that it may ask for; which of it this device needs only the driver knows. */
static int note_firmware(struct maker *m, const struct ddl_module *module)
{
	const char *names = "";
	size_t n = 0;

	for (size_t i = 0; i < module->n_firmware && n <= MOST_NAMED && names; i++) {
		if (comes_along(m, module->firmware[i]))
			continue;
		names = ddl_arena_printf(m->arena, "%s%s%s", names, n ? ", " : "", n < MOST_NAMED ? module->firmware[i] : "...");
		n++;
	}
	if (n && names)
		names = ddl_arena_printf(
			m->arena, _("%s may ask for firmware that is neither on the driver disk nor in this installer: %s"),
			module->name, names);
	return names && (!n || ddl_plan_note(m->arena, m->plan, names) == 0) ? 0 : plan_no_memory(m);
}

static int note_missing_firmware(struct maker *m)
{
	for (size_t i = 0; i < m->n_in && m->machine->has_tree; i++)
		if (m->in[i]->pack && note_firmware(m, m->in[i]->pack) != 0)
			return -1;
	return 0;
}

static int take_pack(struct maker *m, struct ddl_repo *repo)
{
	size_t i;

	for (i = 0; i < m->plan->n_used; i++)
		if (m->plan->used[i] == repo)
			return 0;
	for (i = 0; i < repo->n_packages; i++)
		if (ddl_versions_usable(&repo->packages[i]) && take_firmware(m, &repo->packages[i]) != 0)
			return -1;
	return plan_push_pointer(m, &m->plan->used, &m->plan->n_used, repo);
}

static int take_packs(struct maker *m)
{
	size_t i;

	for (i = 0; i < m->n_repos; i++)
		if (plan_takes_part(m, i) && gives(m, m->repos[i]) && take_pack(m, m->repos[i]) != 0)
			return -1;
	return 0;
}

/* -------------------------------------------------------------------- lending */

/* The one that is taken, if it is in this pack. */
static const struct ddl_module *module_in(const struct ddl_repo *repo, const char *name)
{
	size_t i, j;

	for (i = 0; i < repo->n_packages; i++)
		for (j = 0; ddl_versions_usable(&repo->packages[i]) && j < repo->packages[i].n_modules; j++)
			if (repo->packages[i].modules[j]->fit > DDL_FIT_OLDER &&
			    ddl_module_name_equal(repo->packages[i].modules[j]->name, name))
				return repo->packages[i].modules[j];
	return NULL;
}

int plan_lend(struct maker *m, const char *name, const struct ddl_module *for_whom, const struct ddl_module **module)
{
	size_t i = m->n_chosen;

	*module = NULL;
	for (; i < m->n_repos && !*module; i++)
		*module = module_in(m->repos[i], name);
	if (!*module)
		return 0;
	m->lends[i - 1] = true;
	if (plan_want(m, *module, ddl_arena_printf(m->arena, _("%s needs it"), for_whom->name)) != 0)
		return -1;
	return ddl_plan_note(m->arena, m->plan,
			     ddl_arena_printf(m->arena, _("%s, which %s needs, is taken from %s"), (*module)->name,
					      for_whom->name, m->repos[i - 1]->identifier)) == 0 ?
		       0 :
		       plan_no_memory(m);
}

/* ------------------------------------------------------- what can be had */

/* What every attempt begins with. */
struct start {
	struct maker maker;
	struct ddl_plan plan;
};

/* Plans what is picked, from the beginning. */
static int attempt(struct maker *m, const struct start *start)
{
	*m = start->maker;
	*m->plan = start->plan;
	memset(m->lends, 0, m->n_repos * sizeof(*m->lends));
	return plan_want_picked(m) != 0 || plan_find_leaving(m) != 0 || plan_find_coming(m) != 0 || plan_tell_loaded(m) != 0 ?
		       -1 :
		       0;
}

/* Who makes room: not the modules that only leave along. */
static const char *leaving_driver(const struct maker *m)
{
	for (size_t i = m->n_out; i > 0 && !m->plan->n_held; i--)
		if (!m->out[i - 1]->back)
			return m->out[i - 1]->loaded->name;
	return m->plan->n_held ? m->plan->held[0].driver : m->out[m->n_out - 1]->loaded->name;
}

/* Why this attempt cannot be carried out; NULL: it can. */
static const char *hindrance(const struct maker *m)
{
	if (m->plan->n_refusals)
		return m->plan->refusals[0];
	if (m->replace || !(m->n_out || m->n_taken))
		return NULL;
	return ddl_arena_printf(m->arena, _("%s would have to be replaced, which was not allowed"), leaving_driver(m));
}

static bool is_candidate(const struct offer *offer)
{
	return offer->class < OFFER_LOADED;
}

/* All that could be wanted; loaded drivers are replaced where that is allowed, or there is nothing else to do. */
static void pick_all(struct maker *m)
{
	bool replace = m->replace, any = false;

	for (size_t i = 0; i < m->n_offers; i++)
		any = any || (is_candidate(&m->offers[i]) && m->offers[i].class != OFFER_REPLACES);
	for (size_t i = 0; i < m->n_offers; i++) {
		struct offer *offer = &m->offers[i];

		offer->picked = is_candidate(offer) && (offer->class != OFFER_REPLACES || replace || !any);
		if (offer->class == OFFER_REPLACES && !offer->picked)
			offer->hindrance = _("it would replace a loaded driver, which was not allowed");
	}
}

/* One by one: what stands in the way of one must not keep the others out. */
static int pick_each(struct maker *m, const struct start *start)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_offers; i++)
		m->offers[i].picked = false;
	for (enum offer_class class = OFFER_NEEDED; class < OFFER_LOADED; class ++)
		for (size_t i = 0; i < start->maker.n_offers; i++) {
			struct offer *offer = &start->maker.offers[i];
			const char *why;

			if (offer->class != class)
				continue;
			offer->picked = true;
			if (attempt(m, start) != 0)
				return -1;
			why = hindrance(m);
			offer->picked = !why;
			offer->hindrance = why;
			n += !why;
		}
	if (n == 0) /* then all that is in the way is told */
		pick_all(m);
	return attempt(m, start);
}

static int pick(struct maker *m)
{
	const struct start start = { *m, *m->plan };

	pick_all(m);
	if (attempt(m, &start) != 0)
		return -1;
	return start.plan.n_refusals || !hindrance(m) ? 0 : pick_each(m, &start);
}

/* ---------------------------------------------------------------- the whole */

/* What another driver holds, and that there are two ways to get at it. */
static int note_held(struct maker *m)
{
	for (size_t i = 0; i < m->plan->n_held && !m->plan->refusal.code; i++) {
		const struct ddl_holder *held = &m->plan->held[i];
		const char *taken = ddl_arena_printf(m->arena, _("%s holds %s: only that device is taken from it"), held->driver,
						     ddl_describe_address(held->address));
		const char *whole = ddl_arena_printf(m->arena,
						     _("%s holds %s: it is unloaded; with --unbind (ddload.unbind=yes) only that "
						       "device would be taken from it"),
						     held->driver, ddl_describe_address(held->address));

		if (ddl_plan_note(m->arena, m->plan, m->unbind ? taken : whole) != 0)
			return plan_no_memory(m);
	}
	return 0;
}

static int make(struct maker *m)
{
	if (refuse_damaged(m) != 0 || plan_find_offers(m) != 0 || pick(m) != 0 || plan_tell_others(m) != 0 ||
	    take_packs(m) != 0 || note_abi(m) != 0 || note_commands(m) != 0 || note_missing_firmware(m) != 0 ||
	    note_held(m) != 0 || plan_tell_left_out(m) != 0)
		return -1;
	if (m->plan->n_wanted == 0 && m->plan->n_firmware == 0 && m->plan->n_refusals == 0)
		return refuse_nothing(m);
	return plan_find_probes(m) != 0 || plan_add_ops(m) != 0 ? -1 : 0;
}

/* What cannot be unloaded can often do without the one device. */
static int try_other_way(const struct maker *m)
{
	struct ddl_plan plan = { 0 }, *refused = m->plan;
	struct maker other = *m;

	other.plan = &plan;
	other.unbind = !m->unbind;
	if (make(&other) != 0)
		return -1;
	refused->other_way = plan.refusal.code == DDL_OK;
	if (!refused->other_way || m->unbind)
		return 0;
	if (refused->refusal.code == DDL_E_BUSY)
		(void)ddl_fail_in(&refused->refusal, _("%s holds %s"), refused->held[0].driver, refused->held[0].address);
	refused->refusal.code = DDL_E_HELD;
	return 0;
}

static bool is_in_the_way(enum ddl_code code)
{
	return code == DDL_E_BUSY || code == DDL_E_STAYS || code == DDL_E_BUILTIN;
}

int ddl_plan_make(const struct ddl_plan_call *call, struct ddl_plan *plan, struct ddl_error *error)
{
	struct maker m = { .arena = call->arena,
			   .machine = call->machine,
			   .kernel = call->kernel,
			   .repos = call->repos,
			   .n_chosen = call->n_chosen,
			   .n_repos = call->n_repos,
			   .lends = ddl_arena_alloc(call->arena, call->n_repos + 1, sizeof(*m.lends)),
			   .unbind = call->unbind,
			   .replace = call->replace,
			   .plan = plan,
			   .error = error },
		     start;

	*plan = (struct ddl_plan){ 0 };
	/* the machine may have changed since the disks were read; the others are one set of their own */
	if (!m.lends || ddl_fit_packs(m.repos, m.n_chosen, m.machine) != 0 ||
	    ddl_fit_packs(m.repos + m.n_chosen, m.n_repos - m.n_chosen, m.machine) != 0)
		return plan_no_memory(&m);
	start = m;
	if (make(&m) != 0)
		return -1;
	plan->unbinds = m.unbind;
	return plan->n_held && is_in_the_way(plan->refusal.code) ? try_other_way(&start) : 0;
}
