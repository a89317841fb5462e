/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of PCI devices, from a list in the form of pci.ids: the reduced one that is
 * shipped beside the program, or the system's own. Without a list devices have no names.
 */
#ifndef DDL_PCI_NAMES_H
#define DDL_PCI_NAMES_H

#include "arena.h"
#include "ddl.h"

/*
 * Names the storage and network controllers of `machine` that have ids ("1000:0060").
 * `root`: a descriptor of the root directory. False only when memory is short.
 */
bool ddl_pci_names(struct ddl_arena *arena, int root, struct ddl_machine *machine);

#endif
