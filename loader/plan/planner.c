// SPDX-License-Identifier: GPL-2.0-or-later
/* What the parts of the plan all need: refusals, the packs' own modules and settings, lists that grow. */
#include "plan/planner.h"

#include <errno.h>
#include <string.h>

#include "module/module_name.h"
#include "plan/versions.h"

int plan_no_memory(struct maker *m)
{
	return ddl_fail(m->error, DDL_E_MEMORY, ENOMEM, "%s", _("the plan"));
}

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

bool plan_takes_part(const struct maker *m, size_t repo)
{
	return repo < m->n_chosen ? m->repos[repo]->fit != DDL_FIT_OLDER : m->lends[repo];
}

const struct ddl_module *plan_wanted_named(const struct maker *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->plan->n_wanted; i++)
		if (ddl_module_name_equal(m->plan->wanted[i]->name, name))
			return m->plan->wanted[i];
	return NULL;
}

int plan_pack_config(struct maker *m, const char *module, struct ddl_modprobe_conf *conf)
{
	size_t i, j, k;

	*conf = (struct ddl_modprobe_conf)DDL_MODPROBE_CONF_INIT;
	for (i = 0; i < m->n_repos; i++) {
		for (j = 0; plan_takes_part(m, i) && j < m->repos[i]->n_packages; j++) {
			const struct ddl_package *package = &m->repos[i]->packages[j];

			for (k = 0; ddl_versions_usable(package) && k < package->n_files; k++) {
				const struct ddl_file *file = package->files[k];

				if (file->kind == DDL_FILE_MODPROBE && file->fd >= 0 &&
				    ddl_modprobe_conf_file(m->arena, file, module, conf, m->error) != 0)
					return -1;
			}
		}
	}
	return 0;
}
