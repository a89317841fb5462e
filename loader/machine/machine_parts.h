/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pieces that machine.c puts together: each reads one side of the machine from an
 * opened root. All return false only when memory is short.
 */
#ifndef DDL_MACHINE_PARTS_H
#define DDL_MACHINE_PARTS_H

#include "machine/machine.h"

/* A block device of any kind: disk, partition, dm, md, loop. */
struct ddl_block {
	const char *name; /* as in sysfs */
	const char *place; /* "sys/devices/…" */
	const char *owner; /* the place of the hardware it belongs to; mostly `place` itself */
	const char *number; /* "8:1" */
	const char *disk; /* the whole disk's name; its own unless it is a partition */
	bool partition, virtual; /* virtual: no hardware of its own */
	bool optical; /* a CD or DVD drive */
};

struct ddl_interface {
	const char *name;
	const char *place;
	bool up;
};

/* What drivers of disks make below their device; a device with one is there for disks, whatever its bus says. */
struct ddl_host {
	const char *device; /* the device's place */
	bool fabric; /* Fibre Channel */
	bool port; /* a port of a SATA or IDE controller, */
	bool empty; /* with nothing attached */
};

struct ddl_machine_reader {
	struct ddl_arena *arena;
	int root;
	struct ddl_machine *machine;
	struct ddl_block *blocks;
	size_t n_blocks;
	struct ddl_interface *interfaces; /* those with hardware */
	size_t n_interfaces;
	bool whole; /* else only what changes by itself: no parameters */
	struct ddl_host *hosts;
	size_t n_hosts;
};

bool ddl_machine_system(struct ddl_machine_reader *reader);
bool ddl_machine_blocks(struct ddl_machine_reader *reader); /* blocks, machine->disks */
bool ddl_machine_interfaces(struct ddl_machine_reader *reader);
bool ddl_machine_hosts(struct ddl_machine_reader *reader);
bool ddl_machine_devices(struct ddl_machine_reader *reader); /* after all of these */
bool ddl_machine_loaded_modules(struct ddl_machine_reader *reader); /* loaded */
bool ddl_machine_modules(struct ddl_machine_reader *reader); /* what the kernel and its tree have: builtin, signed_only, … */
bool ddl_machine_uses(struct ddl_machine_reader *reader); /* after blocks and interfaces */

/* A module's name with underscores; NULL when memory is short. */
const char *ddl_machine_module_name(struct ddl_arena *arena, const char *name, size_t length);

/*
 * Gives each line of <root>/<path>, which has at most `cap` bytes, to `take`, which may take it apart. False, which ends
 * it: no memory. `there`, where not NULL: there is such a file.
 */
bool ddl_machine_each_line(struct ddl_machine_reader *reader, const char *path, size_t cap,
			   bool (*take)(struct ddl_machine_reader *reader, char *line), bool *there);

#endif
