/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a driver disk may be: block devices from /sys/class/block, each probed with
 * libblkid on a descriptor, with a time limit; and directories and files by path.
 */
#ifndef DDL_SOURCE_H
#define DDL_SOURCE_H

#include "base/arena.h"
#include "model/model.h"

/* Packs that were put into the initrd: a directory with a pack, or with images of some. */
#define DDL_OWN_PACKS "/ddload"

/*
 * The initrd's own packs where there are any, then all block devices that could hold a medium,
 * in the order a person looks for them: removable first, then by name. A disk with partitions that are usable is left out
 * itself; ram, empty loop, dm and md members and the like are left out. Devices are
 * probed side by side in children; one that does not answer in DDL_PROBE_TIMEOUT_MS
 * is listed with its trouble (DDL_E_TIMEOUT), one with no medium with DDL_E_NO_MEDIUM. Of more than DDL_MAX_SOURCES
 * removable media and what hangs off USB are kept first; *left_out (may be NULL) is the sentence about the others, or NULL.
 */
int ddl_sources_find(struct ddl_arena *arena, const char *root, struct ddl_source ***sources, size_t *count,
		     const char **left_out, struct ddl_error *error);

/*
 * The same in steps, for those who show the list while devices are still asked. The devices as
 * sysfs has them, none asked yet; NULL: /sys cannot be read, or no memory.
 */
struct ddl_probe;
struct ddl_devices;
struct ddl_devices *ddl_devices_list(struct ddl_arena *arena, const char *root, struct ddl_error *error);
/* What is to be said of those that there was no room for, translated; NULL: nothing. */
const char *ddl_devices_left_out(struct ddl_arena *arena, const struct ddl_devices *devices);
size_t ddl_devices_count(const struct ddl_devices *devices);
struct ddl_source *ddl_devices_source(const struct ddl_devices *devices, size_t index);
/* The initrd's own packs; NULL: there are none. */
struct ddl_source *ddl_devices_own(const struct ddl_devices *devices);
/* Where device number `index` is, for ddl_probe_devices. */
const char *ddl_devices_path(const struct ddl_devices *devices, size_t index);
/* Takes in what the device answered; false: no memory. A later answer goes before an earlier one. */
bool ddl_devices_take(struct ddl_arena *arena, struct ddl_devices *devices, size_t index, const struct ddl_probe *probe);
/* What is offered, with what is known by now: see ddl_sources_find. */
int ddl_devices_offer(struct ddl_arena *arena, struct ddl_devices *devices, struct ddl_source ***sources, size_t *count,
		      struct ddl_error *error);

/* One SOURCE word: a path (device, directory, file), LABEL=…, UUID=…, or an address (base/remote.h). */
struct ddl_source *ddl_source_from_word(struct ddl_arena *arena, const char *root, const char *word, struct ddl_error *error);

#endif
