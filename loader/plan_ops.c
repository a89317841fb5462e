// SPDX-License-Identifier: GPL-2.0-or-later
/* The plan's operations, each with its module's settings. */
#include "plan_maker.h"

#include <string.h>

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
	return ddl_plan_note(m->arena, m->plan, sentence) == 0 ? 0 : plan_no_memory(m);
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
	const struct outgoing *out = plan_leaving(m, in->name);
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
		plan_no_memory(m);
	return params;
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
		plan_no_memory(m);
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
	op->optional = in->optional;
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
int plan_add_ops(struct maker *m)
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
