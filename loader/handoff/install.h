/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drivers of packs into an installed system, for installers that do not know packs: modules, firmware
 * and settings are copied to where their packages have them, and its depmod is run.
 *
 * Nothing outside of the target is touched: its links (as /lib to usr/lib) are followed as they would be
 * with the target as the root directory. Each file appears whole, under its name, or not at all.
 */
#ifndef DDL_INSTALL_H
#define DDL_INSTALL_H

#include "model/frontend.h"

struct ddl_installed {
	const char **files; /* copied, in order, below the target */
	size_t n_files;
	const char **saved; /* settings that were there and differ: kept under this name */
	size_t n_saved;
	const char *release; /* the kernel that it was done for */
	const char *rebuild; /* the command that makes its initrd anew, to be run in the target; "": none is known */
};

/*
 * Installs what the packs on the SOURCE words have for the kernel; without words the packs that were
 * loaded (run/ddload/packs). `target` is a path on this machine. All packages are tested before
 * anything is written. Valid for the life of the session, also after a failure.
 * -1: DDL_E_TARGET: nothing was written; DDL_E_INSTALL: some of installed->files were, each whole;
 * others: of reading the packs.
 */
int ddl_session_install(struct ddl_session *session, const char *target, const char *const *words, size_t count,
			struct ddl_installed *installed, struct ddl_error *error);

#endif
