/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pieces that machine.c puts together: each reads one side of the machine from an
 * opened root. All return false only when memory is short.
 */
#ifndef DDL_MACHINE_PARTS_H
#define DDL_MACHINE_PARTS_H

#include "machine.h"

/* A block device of any kind: disk, partition, dm, md, loop. */
struct ddl_block {
	const char *name;         /* as in sysfs */
	const char *place;        /* "sys/devices/…" */
	const char *owner;        /* the place of the hardware it belongs to; mostly `place` itself */
	const char *number;       /* "8:1" */
	const char *disk;         /* the whole disk's name; its own unless it is a partition */
	bool partition, virtual;  /* virtual: no hardware of its own */
	bool optical;             /* a CD or DVD drive */
};

struct ddl_interface {
	const char *name;
	const char *place;
	bool up;
};

struct ddl_machine_reader {
	struct ddl_arena *arena;
	int root;
	struct ddl_machine *machine;
	struct ddl_block *blocks;
	size_t n_blocks;
	struct ddl_interface *interfaces; /* those with hardware */
	size_t n_interfaces;
};

bool ddl_machine_blocks(struct ddl_machine_reader *reader);     /* blocks, machine->disks */
bool ddl_machine_interfaces(struct ddl_machine_reader *reader);
bool ddl_machine_devices(struct ddl_machine_reader *reader);    /* after both */
bool ddl_machine_modules(struct ddl_machine_reader *reader);    /* loaded and builtin */
bool ddl_machine_uses(struct ddl_machine_reader *reader);       /* after blocks and interfaces */

/* A module's name with underscores; NULL when memory is short. */
const char *ddl_machine_module_name(struct ddl_arena *arena, const char *name, size_t length);

#endif
