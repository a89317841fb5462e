// SPDX-License-Identifier: GPL-2.0-or-later
/* What follows from the data alone. */
#include "model/model.h"

#include <string.h>

/* "Not signed" of the list says less than what the packages say; of these the worst counts. */
const struct ddl_signature *ddl_repo_signature(const struct ddl_repo *repo)
{
	const struct ddl_signature *worst = &repo->signature;

	if (repo->name_signature.state == DDL_SIGNED_BAD)
		return &repo->name_signature;
	if (worst->state > DDL_SIGNED_NOT)
		return worst;
	for (size_t i = 0; i < repo->n_packages; i++) {
		const struct ddl_signature *each = &repo->packages[i].signature;

		if (each->state != DDL_SIGNED_UNREAD && worst->state != DDL_SIGNED_BAD &&
		    (worst == &repo->signature || each->state == DDL_SIGNED_BAD || each->state < worst->state))
			worst = each;
	}
	return worst;
}

size_t ddl_machine_own_disks(const struct ddl_machine *machine)
{
	size_t count = 0;

	for (size_t i = 0; i < machine->n_disks; i++)
		count += !machine->disks[i].removable;
	return count;
}

enum ddl_status ddl_outcome_status(const struct ddl_outcome *outcome)
{
	switch (outcome->result) {
	case DDL_RESULT_UNDONE:
		return DDL_UNDONE;
	case DDL_RESULT_NOT_UNDONE:
		return DDL_NOT_UNDONE;
	case DDL_RESULT_REFUSED:
	case DDL_RESULT_BOUND_NO_DISK:
	case DDL_RESULT_NOT_TAKEN:
		return ddl_code_status(outcome->error.code);
	default:
		return DDL_DONE;
	}
}

bool ddl_signature_is_trusted(const struct ddl_signature *signature)
{
	return signature->state == DDL_SIGNED_GOOD || signature->state == DDL_SIGNED_BY_HAND;
}

bool ddl_repo_is_for(const struct ddl_repo *repo, enum ddl_installer installer)
{
	switch (repo->family) {
	case DDL_FAMILY_XENSERVER_TEXT:
	case DDL_FAMILY_XENSERVER_XML:
	case DDL_FAMILY_XENSERVER_UPDATE:
		return installer == DDL_INSTALLER_XENSERVER;
	case DDL_FAMILY_REDHAT:
		return installer == DDL_INSTALLER_REDHAT;
	case DDL_FAMILY_SUSE:
		return installer == DDL_INSTALLER_SUSE;
	case DDL_FAMILY_BARE:
	default:
		return installer == DDL_INSTALLER_DEBIAN && repo->n_packages && repo->packages[0].type == DDL_PKG_DEB;
	}
}

bool ddl_package_is_rpm(const struct ddl_package *package)
{
	return package->type == DDL_PKG_DRIVER_RPM || package->type == DDL_PKG_RPM;
}

bool ddl_package_is_covered(const struct ddl_repo *repo, const struct ddl_package *package)
{
	return ddl_signature_is_trusted(&repo->signature) || ddl_signature_is_trusted(&package->signature);
}

bool ddl_repo_name_is_signed(const struct ddl_repo *repo)
{
	const struct ddl_signature *name = &repo->name_signature;

	return name->state > DDL_SIGNED_NOT && name->state == repo->signature.state &&
	       strcmp(name->key, repo->signature.key) == 0;
}

const struct ddl_file *ddl_repo_licence(const struct ddl_repo *repo)
{
	for (size_t p = 0; p < repo->n_packages; p++)
		for (size_t f = 0; f < repo->packages[p].n_files && repo->packages[p].fit != DDL_FIT_OLDER; f++)
			if (repo->packages[p].files[f]->kind == DDL_FILE_LICENCE)
				return repo->packages[p].files[f];
	return NULL;
}

const struct ddl_repo *ddl_repo_of_module(struct ddl_repo *const *repos, size_t count, const struct ddl_module *module)
{
	for (size_t r = 0; r < count; r++)
		for (size_t p = 0; p < repos[r]->n_packages; p++)
			for (size_t m = 0; m < repos[r]->packages[p].n_modules; m++)
				if (repos[r]->packages[p].modules[m] == module)
					return repos[r];
	return NULL;
}

bool ddl_package_is_unread(const struct ddl_package *package)
{
	enum ddl_code code = package->trouble.code;

	return package->state == DDL_PKG_BAD && (code == DDL_E_GONE || code == DDL_E_TIMEOUT || code == DDL_E_READ);
}

/* One for another kernel is of no concern when it is damaged; that the medium is gone, or silent, is. */
static bool is_no_concern(const struct ddl_package *package)
{
	return package->elsewhere && package->trouble.code != DDL_E_GONE && package->trouble.code != DDL_E_TIMEOUT;
}

static const struct ddl_package *first_bad(const struct ddl_repo *repo, bool elsewhere)
{
	for (size_t i = 0; i < repo->n_packages; i++)
		if (repo->packages[i].state == DDL_PKG_BAD && (elsewhere || !is_no_concern(&repo->packages[i])))
			return &repo->packages[i];
	return NULL;
}

const struct ddl_package *ddl_repo_bad_package(const struct ddl_repo *repo)
{
	return first_bad(repo, false);
}

const struct ddl_package *ddl_repo_damaged_package(const struct ddl_repo *repo)
{
	return first_bad(repo, true);
}

bool ddl_outcome_loaded(const struct ddl_outcome *outcome)
{
	return outcome->result == DDL_RESULT_WORKS || outcome->result == DDL_RESULT_ALREADY ||
	       outcome->result == DDL_RESULT_BOUND_NO_DISK || outcome->result == DDL_RESULT_UNUSED;
}

size_t ddl_repo_modules(const struct ddl_repo *repo, struct ddl_module **modules, size_t room)
{
	size_t n = 0;

	for (size_t p = 0; p < repo->n_packages; p++)
		for (size_t m = 0; m < repo->packages[p].n_modules; m++)
			if (repo->packages[p].modules[m]->fit >= DDL_FIT_OLDER && n < room)
				modules[n++] = repo->packages[p].modules[m];
	return n;
}

static bool is_needed(const struct ddl_module *module)
{
	return module->fit >= DDL_FIT_REPLACES;
}

bool ddl_module_is_marked(const struct ddl_module *module)
{
	return module->tick == DDL_TICK_AUTO ? is_needed(module) : module->tick == DDL_TICK_YES;
}

void ddl_module_mark(struct ddl_module *module, bool marked)
{
	module->tick = marked == is_needed(module) ? DDL_TICK_AUTO : marked ? DDL_TICK_YES : DDL_TICK_NO;
}

enum ddl_code ddl_plan_not_allowed(const struct ddl_plan *plan, const struct ddl_options *allowed)
{
	if (!plan->replaces)
		return DDL_OK;
	if (!allowed->replace)
		return DDL_E_REPLACE;
	return plan->one_way && !allowed->one_way ? DDL_E_ONE_WAY : DDL_OK;
}

enum ddl_code ddl_repo_refusal(const struct ddl_repo *repo)
{
	if (repo->fit == DDL_FIT_OTHER_MACHINE)
		return DDL_E_MACHINE;
	return repo->fit == DDL_FIT_OTHER_KERNEL || repo->fit == DDL_FIT_TWIN ? DDL_E_KERNEL : DDL_E_NO_FIT;
}
