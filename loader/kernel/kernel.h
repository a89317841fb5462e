/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that touches the kernel goes through these operations: real in
 * kernel_linux.c, faked in tests with a module table and scripted errors.
 * An operation returns 0, or -1 with the error set; errors are already worded by
 * the operation (ENOEXEC from insert is DDL_E_INSERT_FORMAT).
 */
#ifndef DDL_KERNEL_H
#define DDL_KERNEL_H

#include "base/arena.h"
#include "model/model.h"
#include "module/symbol_versions.h"

struct ddl_kernel;

/* A module as the initrd's own tree has it. */
struct ddl_tree_module {
	const char *name;
	const char *path; /* absolute; NULL: built in */
	const char **needs; /* absolute paths it depends on, in insertion order */
	size_t n_needs;
	bool builtin;
};

struct ddl_kernel_ops {
	/* The machine now; strings in `arena`. */
	int (*snapshot)(struct ddl_kernel *kernel, struct ddl_arena *arena, struct ddl_machine *machine, struct ddl_error *error);
	/* The same by ddl_machine_glance: while disks are waited for. */
	int (*glance)(struct ddl_kernel *kernel, struct ddl_arena *arena, struct ddl_machine *machine, struct ddl_error *error);
	/* May this process load modules at all? DDL_E_NOT_ROOT, DDL_E_INSERT_LOCKED, … */
	int (*may_change)(struct ddl_kernel *kernel, struct ddl_error *error);
	/* Looks a module up by name in /lib/modules/<release>. `found` false when it is not there. */
	int (*tree_find)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name, struct ddl_tree_module *module,
			 bool *found, struct ddl_error *error);
	/*
	 * What the files of this kernel's tree say of its symbols: *table has those that the module imports, as far
	 * as they can be known, *vermagic is that of its own modules ("" for none). Both live as long as the kernel.
	 */
	int (*symbols)(struct ddl_kernel *kernel, const struct ddl_module *module, const struct ddl_symbol_table **table,
		       const char **vermagic, struct ddl_error *error);
	/* Which processes hold these disks open (DDL_USE_OPEN); strings in `arena`. */
	int (*opens)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *const *disks, size_t n_disks,
		     struct ddl_use **uses, size_t *n_uses, struct ddl_error *error);
	/* Options that modprobe.d sets for the module ("" for none), and whether it is blacklisted. */
	int (*config)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name, const char **options,
		      bool *blacklisted, struct ddl_error *error);
	/* All that modprobe.d and modules.softdep say, as in ddl_module's softdeps; "" for nothing. NULL: no memory. */
	const char *(*softdeps)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name);
	/*
	 * The modules that a word of a softdep stands for, as modprobe finds them: its own name, or an
	 * alias in modprobe.d or in the tree, but for blacklisted ones. None is no error. -1: no memory.
	 */
	int (*tree_names)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *word, const char ***names,
			  size_t *count);
	/* The file that an earlier load kept of a pack's module of that name; "" for none. NULL: no memory. */
	const char *(*kept_path)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name);
	/* Are version and srcversion of the module file at `path` the loaded one's? Not of a file that cannot be read. */
	bool (*same_build)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *path, const struct ddl_loaded *loaded);
	/* Inserts the staged bytes (not compressed). The descriptor stays the caller's. */
	int (*insert)(struct ddl_kernel *kernel, const char *name, int fd, const char *params, struct ddl_error *error);
	/* Inserts one file of the tree, compressed or not, without its dependencies. */
	int (*insert_path)(struct ddl_kernel *kernel, const char *name, const char *path, const char *params,
			   struct ddl_error *error);
	int (*remove)(struct ddl_kernel *kernel, const char *name, struct ddl_error *error);
	/* The device's driver_override; "" for none, or on a bus that knows of none. NULL: no memory. */
	const char *(*override_now)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *bus, const char *address);
	/* Takes a device from its driver and clears its driver_override; one without a driver is fine. */
	int (*unbind)(struct ddl_kernel *kernel, const char *bus, const char *address, struct ddl_error *error);
	/* Gives the device to that driver, from whatever holds it, and sets driver_override to `override`. */
	int (*bind_driver)(struct ddl_kernel *kernel, const char *bus, const char *address, const char *driver,
			   const char *override, struct ddl_error *error);
	/* Gives the device to the module's driver for that bus, which is then its driver_override. */
	int (*bind_module)(struct ddl_kernel *kernel, const char *bus, const char *address, const char *module,
			   struct ddl_error *error);
	/* Has the bus look for a driver of the device once more. That there is none, or that it fails, is no error. */
	int (*probe)(struct ddl_kernel *kernel, const char *bus, const char *address, struct ddl_error *error);
	/*
	 * Where the kernel is to look for firmware first; "" puts back what was there before that. errno ENOENT in
	 * the error: this kernel cannot be told.
	 */
	int (*firmware_path)(struct ddl_kernel *kernel, const char *directory, struct ddl_error *error);
	/* Does the installer have firmware of this name, where the kernel looks for it? */
	bool (*has_firmware)(struct ddl_kernel *kernel, const char *name);
	/* What the kernel writes from now on is of interest. */
	void (*log_mark)(struct ddl_kernel *kernel);
	/*
	 * Adds the lines since log_mark, or since they were last asked for, to those that are there
	 * (cleaned, no more than DDL_MAX_KERNEL_LINES); `all`: the whole log, whatever was asked before.
	 */
	int (*log_read)(struct ddl_kernel *kernel, bool all, struct ddl_arena *arena, const char ***lines, size_t *count,
			struct ddl_error *error);
	/* One line for the kernel log; failure is of no consequence. */
	void (*log_write)(struct ddl_kernel *kernel, const char *line);
	/*
	 * Where udev runs: waits until it is idle, DDL_UDEV_SETTLE_MS at most, so that it neither has a
	 * disk open that is about to go nor still loads modules by alias. False where there is none.
	 */
	bool (*udev_settle)(struct ddl_kernel *kernel);
	/* Milliseconds of a clock that only goes on; and lets some of them go by. */
	uint64_t (*now)(struct ddl_kernel *kernel);
	void (*wait)(struct ddl_kernel *kernel, unsigned milliseconds);
	void (*close)(struct ddl_kernel *kernel);
};

struct ddl_kernel {
	const struct ddl_kernel_ops *ops;
};

/*
 * The kernel of this program: the running one, all files below `root` ("" for "/"),
 * taken for `release` where that is not NULL. Tests link another one.
 */
struct ddl_kernel *ddl_kernel_open(const char *root, const char *release, struct ddl_error *error);

#endif
