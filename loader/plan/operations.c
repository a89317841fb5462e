// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan's operations, each with its module's settings. */
#include "plan/planner.h"

#include <string.h>

#include "plan/fit.h"

static struct ddl_op *add_op(struct maker *m, enum ddl_op_kind kind, const char *module)
{
	struct ddl_op *op = ddl_arena_push(m->arena, &m->plan->ops, &m->plan->n_ops, sizeof *op);

	if (!op) {
		plan_no_memory(m);
		return NULL;
	}
	op->kind = kind;
	op->module = module;
	op->tree_path = op->params = op->version_before = op->version_after = "";
	op->bus = op->address = op->driver = op->override = op->reason = "";
	return op;
}

/* What modprobe.d and the boot line set, and over that the pack's own modprobe.d. NULL: error. */
static const char *params_configured(struct maker *m, const char *name, bool with_pack)
{
	struct ddl_modprobe_conf pack = DDL_MODPROBE_CONF_INIT;
	const char *params, *config = "";
	bool blacklisted = false;

	if (m->kernel->ops->config(m->kernel, m->arena, name, &config, &blacklisted, m->error) != 0)
		return NULL;
	if (with_pack && plan_pack_config(m, name, &pack) != 0)
		return NULL;
	params = ddl_params_join(m->arena, config, pack.options);
	if (!params)
		plan_no_memory(m);
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
		plan_no_memory(m);
	return params;
}

/* What could not be put back is told before it is taken out. */
static int note_way_back(struct maker *m, const struct outgoing *out)
{
	const struct ddl_module *pack = plan_wanted_named(m, out->loaded->name);
	const char *sentence;

	if (*out->tree_path || (pack && ddl_fit_same_build(pack, out->loaded)))
		return 0;
	m->plan->one_way = true;
	sentence = ddl_arena_printf(m->arena, _("%s %s could not be put back: this installer has no file of it"),
				    out->loaded->name, out->loaded->version);
	return ddl_plan_note(m->arena, m->plan, sentence) == 0 ? 0 : plan_no_memory(m);
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
		if (note_way_back(m, out) != 0)
			return -1;
	}
	return 0;
}

static const char *reason_of(const struct maker *m, const struct ddl_module *module)
{
	for (size_t i = 0; i < m->plan->n_wanted; i++)
		if (m->plan->wanted[i] == module)
			return m->plan->reasons[i];
	return "";
}

static int add_incoming(struct maker *m, const struct incoming *in)
{
	bool reload = in->was && !in->pack;
	struct ddl_op *op = add_op(m, reload ? DDL_OP_RELOAD : DDL_OP_INSERT, in->name);

	if (!op)
		return -1;
	op->from_pack = in->pack;
	op->repo = in->pack ? ddl_repo_of_module(m->repos, m->n_repos, in->pack) : NULL;
	op->optional = in->optional;
	op->reason = reason_of(m, in->pack);
	op->tree_path = in->tree_path;
	op->version_before = in->was ? in->was->version : "";
	op->version_after = in->pack ? in->pack->version : "";
	op->params = reload ? params_again(m, in->was) : params_configured(m, in->name, in->pack != NULL);
	return op->params ? 0 : -1;
}

static struct ddl_op *add_device_op(struct maker *m, enum ddl_op_kind kind, const char *module, const struct ddl_device *device)
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
int plan_add_ops(struct maker *m)
{
	size_t i;

	if (m->n_order + m->plan->n_probes == 0 && (m->plan->n_firmware == 0 || m->plan->n_already > 0))
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
	for (i = 0; i < m->plan->n_probes; i++)
		if (!add_device_op(m, DDL_OP_PROBE, m->plan->probes[i].module->name, m->plan->probes[i].device))
			return -1;
	return m->n_order + m->plan->n_probes == 0 || add_op(m, DDL_OP_SETTLE, "") ? 0 : -1;
}
