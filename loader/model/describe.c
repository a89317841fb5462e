/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sentences about packs, modules, devices, steps and results that every front end shares. */
#include "model/describe.h"

#include <stdarg.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define NAME_ROOM 512U

const char *ddl_describe_address(const char *address)
{
	static const char only[] = "0000:";

	return strncmp(address, only, sizeof only - 1) == 0 ? address + sizeof only - 1 : address;
}

/* The device's name and address, or its address and ids: "00:04.0 (1000:0060)". */
static const char *device_name(char *to, size_t room, const struct ddl_device *device)
{
	if (device->name)
		snprintf(to, room, _("%s at %s"), device->name, ddl_describe_address(device->address));
	else if (*device->ids)
		snprintf(to, room, "%s (%s)", ddl_describe_address(device->address), device->ids);
	else
		snprintf(to, room, "%s", ddl_describe_address(device->address));
	return to;
}

char *ddl_describe_signature(char *to, size_t room, const struct ddl_signature *signature)
{
	const char *signer = signature->signer && *signature->signer ? signature->signer : _("somebody unnamed");

	switch (signature->state) {
	case DDL_SIGNED_NOT:
		snprintf(to, room, "%s", _("not signed"));
		break;
	case DDL_SIGNED_UNCHECKED:
		snprintf(to, room, "%s", _("signed, but the signature could not be checked here"));
		break;
	case DDL_SIGNED_UNKNOWN:
		if (signature->signer && *signature->signer)
			snprintf(to, room, _("signed by a key that is not known here; it says that it is of %s"), signer);
		else
			snprintf(to, room, "%s", _("signed by a key that is not known here"));
		break;
	case DDL_SIGNED_WEAK:
		snprintf(to, room, _("NOT TRUSTED, made with a checksum that can be forged (SHA-1 or MD5): %s"), signer);
		break;
	case DDL_SIGNED_EXPIRED:
		snprintf(to, room, _("NOT TRUSTED, expired key or signature: %s"), signer);
		break;
	case DDL_SIGNED_GOOD:
		snprintf(to, room, _("signed by %s"), signer);
		break;
	case DDL_SIGNED_BY_HAND:
		snprintf(to, room, _("signed by %s, with the key that was trusted by hand"), signer);
		break;
	case DDL_SIGNED_BAD:
		snprintf(to, room, "%s", _("THE SIGNATURE IS BAD"));
		break;
	case DDL_SIGNED_UNREAD:
	default:
		*to = '\0';
		break;
	}
	return to;
}

char *ddl_describe_repo_signature(char *to, size_t room, const struct ddl_repo *repo)
{
	const struct ddl_signature *signature = ddl_repo_signature(repo);
	bool trusted = ddl_signature_is_trusted(signature);

	/* packs before generation 3 never are signed: that is worth no word */
	if (signature->state == DDL_SIGNED_NOT && repo->family != DDL_FAMILY_XENSERVER_UPDATE)
		*to = '\0';
	else if (trusted && !ddl_repo_name_is_signed(repo) && repo->family != DDL_FAMILY_BARE)
		snprintf(
			to, room,
			ddl_signature_is_trusted(&repo->signature) ?
				_("its packages are signed by %s; its name, version and description are not signed") :
				_("its packages are signed by %s; the list of them, with name, version and options, is not signed"),
			signature->signer && *signature->signer ? signature->signer : _("somebody unnamed"));
	else
		ddl_describe_signature(to, room, signature);
	return to;
}

char *ddl_describe_sum(char *to, size_t room, const struct ddl_sum *sum)
{
	switch (sum->state) {
	case DDL_SUM_UNREADABLE:
		snprintf(to, room, _("%s, from the same medium: there is no checksum of this disk in it"), sum->file);
		break;
	case DDL_SUM_SAME:
		snprintf(
			to, room,
			sum->metadata ?
				_("%s, from the same medium: the list of contents is the same; that shows a good copy, not who made it") :
				_("%s, from the same medium: the whole file is the same; that shows a good copy, not who made it"),
			sum->file);
		break;
	case DDL_SUM_DIFFERS:
		snprintf(to, room, _("%s, from the same medium: IT DIFFERS: it says %s, the disk has %s"), sum->file,
			 sum->expected, sum->found);
		break;
	case DDL_SUM_UNCOMPARED:
	default:
		snprintf(to, room, _("%s, from the same medium: not compared yet, the test of the packages does that"),
			 sum->file);
		break;
	}
	return to;
}

static void words_replaces(char *to, size_t room, const struct ddl_module *module)
{
	char name[NAME_ROOM];
	const struct ddl_device *device = module->device;

	if (*module->loaded_version)
		snprintf(to, room, _("replaces version %s, which is loaded"), module->loaded_version);
	else if (device && *device->driver && strcmp(device->module, module->name) != 0)
		snprintf(to, room, _("for %s, which the driver %s holds now"), device_name(name, sizeof name, device),
			 device->driver);
	else
		snprintf(to, room, "%s", _("replaces another build, which is loaded"));
}

static void words_older(char *to, size_t room, const struct ddl_module *module)
{
	const struct ddl_module *taken = module->instead;

	if (taken && module->for_others)
		snprintf(to, room, _("not taken: version %s is here on a disk for this installer"),
			 *taken->version ? taken->version : "-");
	else if (taken && strcmp(taken->version, module->version) != 0)
		snprintf(to, room, _("not taken: version %s is here as well"), *taken->version ? taken->version : "-");
	else
		snprintf(to, room, "%s", _("not taken: it is here once more"));
}

static void words_for_device(char *to, size_t room, const struct ddl_module *module)
{
	char name[NAME_ROOM];

	if (module->device && module->device->name)
		snprintf(to, room, _("for this controller: %s"), device_name(name, sizeof name, module->device));
	else if (module->device)
		snprintf(to, room, _("fits %s, which has no driver"), device_name(name, sizeof name, module->device));
	else
		snprintf(to, room, "%s", _("fits this machine"));
}

char *ddl_describe_source(char *to, size_t room, const struct ddl_source *source)
{
	const char *words = "";

	if (source->look == DDL_LOOK_UNDER_WAY)
		words = _("looking ...");
	else if (source->look == DDL_LOOK_DONE && !source->packs)
		words = source->found == DDL_OK || source->found == DDL_E_NOT_A_DISK ? _("no driver disk") :
										       ddl_code_sentence(source->found);
	(void)snprintf(to, room, "%s", words);
	if (source->look == DDL_LOOK_DONE && source->packs)
		(void)snprintf(to, room, ddl_trn("%u pack, %u for this machine", "%u packs, %u for this machine", source->packs),
			       source->packs, source->fitting);
	return to;
}

char *ddl_describe_abi(char *to, size_t room, const struct ddl_module *module)
{
	size_t n = module->n_differing;
	char names[NAME_ROOM];

	switch (module->abi) {
	case DDL_ABI_AGREES:
		snprintf(to, room, _("built for %s; this kernel should take it: its %zu symbol versions agree"), module->kernel,
			 module->n_imports);
		break;
	case DDL_ABI_PARTLY:
		snprintf(to, room,
			 _("built for %s; this kernel should take it: of its %zu symbol versions %zu are known here, and agree"),
			 module->kernel, module->n_imports, module->n_imports - module->n_unknown);
		break;
	case DDL_ABI_DIFFERS:
		snprintf(names, sizeof names, "%s%s%s%s", module->differing[0], n > 1 ? ", " : "",
			 n > 1 ? module->differing[1] : "", n > 2 ? ", ..." : "");
		snprintf(to, room,
			 ddl_trn("built for %s; %lu of its symbol versions differs from this kernel's: %s",
				 "built for %s; %lu of its symbol versions differ from this kernel's: %s", n),
			 module->kernel, (unsigned long)n, names);
		break;
	case DDL_ABI_OTHER:
	default:
		*to = '\0';
		break;
	}
	return to;
}

char *ddl_describe_fit(char *to, size_t room, const struct ddl_module *module)
{
	switch (module->fit) {
	case DDL_FIT_YES:
		words_for_device(to, room, module);
		break;
	case DDL_FIT_REPLACES:
		words_replaces(to, room, module);
		break;
	case DDL_FIT_LOADED:
		snprintf(to, room, "%s", _("already loaded in this version"));
		break;
	case DDL_FIT_SUPPORT:
		snprintf(to, room, "%s", _("firmware or settings, for any kernel"));
		break;
	case DDL_FIT_BUILTIN:
		snprintf(to, room, "%s", _("this driver is part of the kernel itself and cannot be replaced"));
		break;
	case DDL_FIT_KEPT_OUT:
		snprintf(to, room, "%s", _("settings in its own pack keep it from being loaded"));
		break;
	case DDL_FIT_NO_DEVICE:
		snprintf(to, room, "%s", _("for this kernel, but no device here needs it"));
		break;
	case DDL_FIT_OLDER:
		words_older(to, room, module);
		break;
	case DDL_FIT_TWIN:
		snprintf(to, room, _("the same driver for the kdump kernel %s"), module->kernel);
		break;
	case DDL_FIT_OTHER_MACHINE:
		snprintf(to, room, _("built for another kind of processor, %s"), module->arch);
		break;
	case DDL_FIT_OTHER_KERNEL:
		if (!*ddl_describe_abi(to, room, module))
			snprintf(to, room, _("built for another kernel, %s"), module->kernel);
		break;
	case DDL_FIT_DAMAGED:
		snprintf(to, room, "%s", _("damaged"));
		break;
	case DDL_FIT_UNREAD:
	default:
		snprintf(to, room, "%s", _("not looked into"));
		break;
	}
	return to;
}

/* The module that makes the pack as good as it is; NULL when its packages were not read. */
static const struct ddl_module *best_module(const struct ddl_repo *repo)
{
	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_package *package = &repo->packages[i];
		for (size_t k = 0; k < package->n_modules; k++)
			if (package->modules[k]->fit == repo->fit)
				return package->modules[k];
	}
	return NULL;
}

/* One that only its symbol versions keep from being for this kernel; NULL. */
static const struct ddl_module *differing_module(const struct ddl_repo *repo)
{
	for (size_t i = 0; i < repo->n_packages; i++)
		for (size_t k = 0; k < repo->packages[i].n_modules; k++)
			if (repo->packages[i].modules[k]->abi == DDL_ABI_DIFFERS)
				return repo->packages[i].modules[k];
	return NULL;
}

char *ddl_describe_repo_abi(char *to, size_t room, const struct ddl_repo *repo)
{
	const struct ddl_module *best = repo->by_abi ? best_module(repo) : NULL;

	*to = '\0';
	return best ? ddl_describe_abi(to, room, best) : to;
}

/* The kernel that a package for another kernel was built for; "" when it does not say. */
static const char *other_kernel(const struct ddl_package *package)
{
	if (package->fit != DDL_FIT_OTHER_KERNEL)
		return "";
	if (*package->kernel && strcmp(package->kernel, "any") != 0)
		return package->kernel;
	return package->n_modules ? package->modules[0]->kernel : "";
}

/* All of them, "4.19.0+1, 5.10.0", each once, as many as there is room for; "" when none says. */
static char *other_kernels(char *to, size_t room, const struct ddl_repo *repo)
{
	size_t used = 0;

	*to = '\0';
	for (size_t i = 0; i < repo->n_packages; i++) {
		const char *kernel = other_kernel(&repo->packages[i]);
		bool known = !*kernel;

		for (size_t k = 0; k < i && !known; k++)
			known = strcmp(other_kernel(&repo->packages[k]), kernel) == 0;
		if (known)
			continue;
		if (used + strlen(kernel) + 3 >= room)
			break;
		used += (size_t)snprintf(to + used, room - used, "%s%s", used ? ", " : "", kernel);
	}
	return to;
}

char *ddl_describe_repo_fit(char *to, size_t room, const struct ddl_repo *repo, const char *release)
{
	const struct ddl_module *best = best_module(repo), *differing = differing_module(repo);
	const struct ddl_package *bad = ddl_repo_bad_package(repo);
	char kernels[NAME_ROOM];

	if (repo->fit < DDL_FIT_NO_DEVICE && bad && ddl_package_is_unread(bad))
		snprintf(to, room, "%s", ddl_code_sentence(bad->trouble.code));
	else if (repo->fit < DDL_FIT_NO_DEVICE && bad)
		snprintf(to, room, "%s", _("damaged: what it has for this kernel cannot be used"));
	else if (repo->fit == DDL_FIT_OTHER_KERNEL && differing)
		ddl_describe_abi(to, room, differing);
	else if (repo->fit == DDL_FIT_OTHER_KERNEL && *other_kernels(kernels, sizeof kernels, repo))
		snprintf(to, room, _("for another kernel (%s; this is %s)"), kernels, release);
	else if (repo->fit == DDL_FIT_OTHER_KERNEL)
		snprintf(to, room, _("for another kernel (this is %s)"), release);
	else if (repo->fit == DDL_FIT_TWIN)
		snprintf(to, room, "%s", _("only for the kdump kernel"));
	else if (best)
		ddl_describe_fit(to, room, best);
	else if (!repo->n_packages)
		snprintf(to, room, "%s", _("it lists no packages"));
	else {
		const struct ddl_module fit_only = { .fit = repo->fit, .loaded_version = "", .kernel = "" };
		ddl_describe_fit(to, room, &fit_only);
	}
	return to;
}

static void words_unload(char *to, size_t room, const struct ddl_op *op)
{
	if (*op->version_before)
		snprintf(to, room, _("unload %s %s"), op->module, op->version_before);
	else
		snprintf(to, room, _("unload %s"), op->module);
}

static void words_insert(char *to, size_t room, const struct ddl_op *op)
{
	if (op->from_pack && *op->version_after)
		snprintf(to, room, _("load %s %s from the driver disk"), op->module, op->version_after);
	else if (op->from_pack)
		snprintf(to, room, _("load %s from the driver disk"), op->module);
	else if (op->optional)
		snprintf(to, room, _("load %s, which goes with it where it is there, from this system"), op->module);
	else
		snprintf(to, room, _("load %s, which it needs, from this system"), op->module);
}

const char *ddl_describe_op_state(enum ddl_op_state state)
{
	static const char *const words[] = {
		[DDL_OP_PENDING] = N_(" - not reached"), [DDL_OP_RUNNING] = N_(" - not reached"),
		[DDL_OP_DONE] = N_(" - done"),           [DDL_OP_FAILED] = N_(" - FAILED"),
		[DDL_OP_UNDONE] = N_(" - undone"),       [DDL_OP_NOT_UNDONE] = N_(" - could not be undone"),
	};

	return _(words[state]);
}

char *ddl_describe_op(char *to, size_t room, const struct ddl_op *op)
{
	switch (op->kind) {
	case DDL_OP_FIRMWARE:
		snprintf(to, room, "%s", _("put the firmware where the kernel looks for it"));
		break;
	case DDL_OP_UNLOAD:
		words_unload(to, room, op);
		break;
	case DDL_OP_INSERT:
		words_insert(to, room, op);
		break;
	case DDL_OP_RELOAD:
		snprintf(to, room, _("load %s again"), op->module);
		break;
	case DDL_OP_UNBIND:
		snprintf(to, room, _("take %s from the driver %s"), ddl_describe_address(op->address), op->driver);
		break;
	case DDL_OP_BIND:
		snprintf(to, room, _("give %s to %s"), ddl_describe_address(op->address), op->module);
		break;
	case DDL_OP_PROBE:
		snprintf(to, room, _("have %s look at %s again"), op->module, ddl_describe_address(op->address));
		break;
	case DDL_OP_SETTLE:
	default:
		snprintf(to, room, "%s", _("wait for the disks to appear"));
		break;
	}
	return to;
}

static bool comes_back(const struct ddl_plan *plan, const char *module)
{
	for (size_t i = 0; i < plan->n_ops; i++)
		if (plan->ops[i].kind == DDL_OP_RELOAD && strcmp(plan->ops[i].module, module) == 0)
			return true;
	return false;
}

/* The driver that is unloaded, and not for another's sake; "" for none. */
static const char *replaced(const struct ddl_plan *plan)
{
	for (size_t i = 0; i < plan->n_ops; i++)
		if (plan->ops[i].kind == DDL_OP_UNLOAD && !comes_back(plan, plan->ops[i].module))
			return plan->ops[i].module;
	return "";
}

char *ddl_describe_replaced(char *to, size_t room, const struct ddl_plan *plan)
{
	if (plan->n_held)
		snprintf(to, room, _("%s holds %s"), plan->held[0].driver, plan->held[0].address);
	else
		snprintf(to, room, "%s", replaced(plan));
	return to;
}

/* Whole sentences for each class, as other languages need them. */
static const char *device_sentence(enum ddl_device_class class, bool bound)
{
	switch (class) {
	case DDL_CLASS_STORAGE:
		return bound ? _("storage controller %s: driver %s") : _("storage controller %s: no driver");
	case DDL_CLASS_NETWORK:
		return bound ? _("network controller %s: driver %s") : _("network controller %s: no driver");
	case DDL_CLASS_OTHER:
	default:
		return bound ? _("device %s: driver %s") : _("device %s: no driver");
	}
}

char *ddl_describe_device(char *to, size_t room, const struct ddl_device *device)
{
	char name[NAME_ROOM];
	const char *sentence = device_sentence(device->class, *device->driver != '\0');

	device_name(name, sizeof name, device);
	/* The sentences are ours or a translation that is checked to take the same arguments. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(to, room, sentence, name, device->driver);
#pragma GCC diagnostic pop
	return to;
}

static const struct {
	enum ddl_result result;
	const char *sentence, *hint;
} results[] = {
	{ DDL_RESULT_NOTHING, N_("There was nothing to load."), "" },
	{ DDL_RESULT_WORKS, N_("The driver is loaded and works."), "" },
	{ DDL_RESULT_ALREADY, N_("This driver was loaded already, in the same version."),
	  N_("If disks are still missing, check the cables and the controller's own setup.") },
	{ DDL_RESULT_BOUND_NO_DISK, N_("The driver is loaded and has its controller."), "" },
	{ DDL_RESULT_NOT_TAKEN, N_("The driver is loaded, but its controller has no driver."), "" },
	{ DDL_RESULT_UNUSED, N_("The driver is loaded, but no device uses it."),
	  N_("This may be the driver for another model: compare the ids of the controllers.") },
	{ DDL_RESULT_REFUSED, N_("Nothing was changed."), "" },
	{ DDL_RESULT_UNDONE, N_("Loading failed. Everything is again as it was before."),
	  N_("The lines from the kernel say why. Try a driver disk made for this kernel.") },
	{ DDL_RESULT_NOT_UNDONE, N_("Loading failed, and not everything could be put back."),
	  N_("Restart the machine before you go on.") },
};

const char *ddl_describe_result_name(enum ddl_result result)
{
	static const char *const names[] = {
		[DDL_RESULT_NOTHING] = "nothing",       [DDL_RESULT_WORKS] = "works",
		[DDL_RESULT_ALREADY] = "already",       [DDL_RESULT_BOUND_NO_DISK] = "bound-no-disk",
		[DDL_RESULT_NOT_TAKEN] = "not-taken",   [DDL_RESULT_UNUSED] = "unused",
		[DDL_RESULT_REFUSED] = "refused",       [DDL_RESULT_UNDONE] = "undone",
		[DDL_RESULT_NOT_UNDONE] = "not-undone",
	};
	return names[result];
}

const char *ddl_describe_result(enum ddl_result result)
{
	for (size_t i = 0; i < sizeof results / sizeof *results; i++)
		if (results[i].result == result)
			return _(results[i].sentence);
	return "";
}

const char *ddl_describe_result_hint(enum ddl_result result)
{
	for (size_t i = 0; i < sizeof results / sizeof *results; i++)
		if (results[i].result == result && *results[i].hint)
			return _(results[i].hint);
	return "";
}

/* Where the sentence says that something could not be opened or read, the errno says why. */
static bool reason_is_open(enum ddl_code code)
{
	return code == DDL_E_OPEN || code == DDL_E_READ || code == DDL_E_MOUNT || code == DDL_E_LOG || code == DDL_E_STAGE ||
	       code == DDL_E_FIRMWARE || code == DDL_E_USAGE || code == DDL_E_INTERNAL;
}

char *ddl_describe_about(char *to, size_t room, const struct ddl_error *error)
{
	if (error->os_errno && reason_is_open(error->code))
		snprintf(to, room, "%s%s%s", error->text, *error->text ? ": " : "", strerror(error->os_errno));
	else
		snprintf(to, room, "%s", error->text);
	return to;
}

/* Adds words to a line; what does not fit is cut. */
static void __attribute__((format(printf, 3, 4))) append(char *line, size_t room, const char *format, ...)
{
	size_t used = strlen(line);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line + used, room - used, format, args);
	va_end(args);
}

/* What others say of themselves, in a line whose fields programs read: it ends no field and begins none. */
static void append_word(char *to, size_t room, const char *field, const char *not_these)
{
	for (char *at = to + strlen(to); *field && at < to + room - 1; field++) {
		*at++ = strchr(not_these, *field) ? '_' : *field;
		*at = '\0';
	}
}

static void append_field(char *to, size_t room, const char *before, const char *field)
{
	if (!*field)
		return;
	append(to, room, "%s", before);
	append_word(to, room, field, " ()");
}

/* Machines read this line as well: it is not translated. */
void ddl_describe_line(char *to, size_t room, const struct ddl_outcome *outcome)
{
	(void)snprintf(to, room, "ddload:");
	if (outcome->result == DDL_RESULT_NOTHING) {
		append(to, room, " nothing loaded: %s", outcome->error.text);
		return;
	}
	if (!ddl_outcome_loaded(outcome)) {
		append(to, room, " FAILED (%s) %s", ddl_code_name(outcome->error.code), outcome->error.text);
		return;
	}
	append(to, room, outcome->result == DDL_RESULT_ALREADY ? " already loaded" : " loaded");
	for (size_t i = 0; i < outcome->n_modules; i++) {
		const struct ddl_loaded_now *now = &outcome->modules[i];

		append_field(to, room, " ", now->module);
		append_field(to, room, " ", now->version_now);
		append(to, room, " (");
		append_field(to, room, "", now->repo->identifier);
		append_field(to, room, " ", now->repo->version);
		append_field(to, room, "-", now->repo->build);
		append(to, room, ")");
	}
	for (size_t i = 0; i < outcome->n_appeared; i++)
		append(to, room, " %s", outcome->appeared[i].name);
	for (size_t i = 0; i < outcome->n_links; i++)
		append(to, room, " %s", outcome->links[i]);
	if (outcome->result == DDL_RESULT_UNUSED)
		append(to, room, " (no device uses it)");
	if (outcome->result == DDL_RESULT_BOUND_NO_DISK)
		append(to, room, " (no disk)");
}

/* One of several values. */
static void append_value(char *to, size_t room, bool first, const char *value)
{
	append(to, room, "%s", first ? "" : ",");
	append_word(to, room, value ? value : "", " ,=\"\\");
}

#define CUT " cut=yes"

void ddl_describe_fields(char *to, size_t room, const struct ddl_outcome *outcome)
{
	const struct ddl_identity *machine = outcome->identity;

	(void)snprintf(to, room, "ddload: result=%s status=%d error=%s driver=", ddl_describe_result_name(outcome->result),
		       (int)ddl_outcome_status(outcome), outcome->error.code == DDL_OK ? "" : ddl_code_name(outcome->error.code));
	for (size_t i = 0; i < outcome->n_modules; i++)
		append_value(to, room, i == 0, outcome->modules[i].module);
	append(to, room, " version=");
	for (size_t i = 0; i < outcome->n_modules; i++)
		append_value(to, room, i == 0, outcome->modules[i].version_now);
	append(to, room, " pack=");
	for (size_t i = 0; i < outcome->n_repos; i++)
		append_value(to, room, i == 0, outcome->repos[i]->identifier);
	append(to, room, " disks=");
	for (size_t i = 0; i < outcome->n_appeared; i++)
		append_value(to, room, i == 0, outcome->appeared[i].name);
	append(to, room, " links=");
	for (size_t i = 0; i < outcome->n_links; i++)
		append_value(to, room, i == 0, outcome->links[i]);
	append(to, room, " serial=");
	append_value(to, room, true, machine ? machine->serial : "");
	append(to, room, " uuid=");
	append_value(to, room, true, machine ? machine->uuid : "");
	if (strlen(to) == room - 1) /* maybe not all of it: then the last word is no value */
		(void)snprintf(to + room - sizeof(CUT), sizeof(CUT), "%s", CUT);
}
