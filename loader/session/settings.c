// SPDX-License-Identifier: GPL-2.0-or-later
/* What the settings that come with a pack say of its own drivers, so that the list says what the plan will say. */
#include "session/settings.h"

#include "module/modprobe_conf.h"

static void read_settings(struct ddl_arena *arena, const struct ddl_package *package, struct ddl_module *module)
{
	struct ddl_modprobe_conf conf = DDL_MODPROBE_CONF_INIT;

	for (size_t i = 0; i < package->n_files; i++)
		if (package->files[i]->kind == DDL_FILE_MODPROBE && package->files[i]->fd >= 0 &&
		    ddl_modprobe_conf_file(arena, package->files[i], module->name, &conf, NULL) != 0)
			return; /* the plan is refused for what is wrong with it */
	module->kept_out = module->kept_out || conf.blacklisted;
	module->commands = module->commands || conf.commands;
}

void ddl_session_read_settings(struct ddl_arena *arena, struct ddl_repo *repo)
{
	for (size_t i = 0; i < repo->n_packages; i++)
		for (size_t k = 0; k < repo->packages[i].n_modules; k++)
			for (size_t p = 0; p < repo->n_packages; p++)
				read_settings(arena, &repo->packages[p], repo->packages[i].modules[k]);
}
