/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of PCI devices, from a list in the form of pci.ids: the reduced one that is
 * shipped beside the program, or the system's own. Without a list devices have no names.
 */
#ifndef DDL_PCI_NAMES_H
#define DDL_PCI_NAMES_H

#include "base/arena.h"
#include "model/model.h"

/* What was looked up so far. Zeroed memory is none; freed by ddl_pci_names_forget. */
struct ddl_pci_names {
	struct ddl_arena *arena;
	struct ddl_pci_name {
		const char *ids; /* "1000:0060" */
		const char *name; /* NULL: no list has it */
	} * known;
	size_t n_known;
};

/*
 * Names the storage and network controllers of `machine` that have ids. A list is read only for
 * ids that are met for the first time. `root`: "" or NULL for "/". The names live as long as
 * `names`. False only when memory is short.
 */
bool ddl_pci_names_give(struct ddl_pci_names *names, const char *root, struct ddl_machine *machine);

void ddl_pci_names_forget(struct ddl_pci_names *names);

#endif
