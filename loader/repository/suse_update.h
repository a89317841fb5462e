/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SUSE's driver update: a folder "linux/suse/<processor>-<release>" with dud.config, modules, install (RPMs, scripts) and inst-sys
 * (files for the installer's own system). openSUSE's mkdud writes it, linuxrc and Agama read it.
 */
#ifndef DDL_SUSE_UPDATE_H
#define DDL_SUSE_UPDATE_H

#include "repository/reader.h"

/*
 * A row of the readers' table: each such folder is a pack. Its identifier is UpdateID, its description UpdateName; its
 * packages are dud.config (Options, BrokenModules), the modules in the order of module.order, RPMs with drivers, and
 * firmware; all else in it goes along for the installer. Commands and scripts are told, and never run.
 * DDL_E_TOO_LARGE of dud.config and of module.order.
 */
enum ddl_found ddl_suse_update_read(struct ddl_contents *contents, const char *directory, struct ddl_repo *repo,
				    struct ddl_error *error);

/* Puts a medium's updates behind all else, in the order in which linuxrc applies them: by UpdatePriority, else by number. */
void ddl_suse_update_sort(struct ddl_repo **repos, size_t count);

#endif
