/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that touches the kernel goes through these operations: real in
 * kernel_linux.c, faked in tests with a module table and scripted errors.
 * An operation returns 0, or -1 with the error set; errors are already worded by
 * the operation (ENOEXEC from insert is DDL_E_INSERT_FORMAT).
 */
#ifndef DDL_KERNEL_H
#define DDL_KERNEL_H

#include "arena.h"
#include "ddl.h"

struct ddl_kernel;

/* A module as the initrd's own tree has it. */
struct ddl_tree_module {
	const char *name;
	const char *path;       /* absolute; NULL: built in */
	const char **needs;     /* absolute paths it depends on, in insertion order */
	size_t n_needs;
	bool builtin;
};

struct ddl_kernel_ops {
	/* The machine now; strings in `arena`. */
	int (*snapshot)(struct ddl_kernel *kernel, struct ddl_arena *arena,
			struct ddl_machine *machine, struct ddl_error *error);
	/* May this process load modules at all? DDL_E_NOT_ROOT, DDL_E_INSERT_LOCKED, … */
	int (*may_change)(struct ddl_kernel *kernel, struct ddl_error *error);
	/* Looks a module up by name in /lib/modules/<release>. `found` false when it is not there. */
	int (*tree_find)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name,
			 struct ddl_tree_module *module, bool *found, struct ddl_error *error);
	/*
	 * Has a later modprobe find these modules of packs (each after what it needs), by name and
	 * by alias. -1: /lib/modules cannot be written, or is damaged; nothing else is changed then.
	 */
	int (*tree_add)(struct ddl_kernel *kernel, const struct ddl_module *const *modules, size_t n,
			struct ddl_error *error);
	/* Which processes hold these disks open (DDL_USE_OPEN); strings in `arena`. */
	int (*opens)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *const *disks, size_t n_disks,
		     struct ddl_use **uses, size_t *n_uses, struct ddl_error *error);
	/* Options that modprobe.d sets for the module ("" for none), and whether it is blacklisted. */
	int (*config)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name,
		      const char **options, bool *blacklisted, struct ddl_error *error);
	/* All that modprobe.d and modules.softdep say, as in ddl_module's softdeps; "" for nothing. NULL: no memory. */
	const char *(*softdeps)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name);
	/*
	 * The modules that a word of a softdep stands for, as modprobe finds them: its own name, or an
	 * alias in modprobe.d or in the tree, but for blacklisted ones. None is no error. -1: no memory.
	 */
	int (*tree_names)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *word,
			  const char ***names, size_t *count);
	/* The file that an earlier load kept of a pack's module of that name; "" for none. NULL: no memory. */
	const char *(*kept_path)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name);
	/*
	 * Holds the module file at `path` against the module that is loaded: *same, its version and
	 * srcversion are the loaded one's. (*defaults)[i] is then what loaded->params[i] is when
	 * nobody sets it; NULL where that cannot be known. A file that cannot be read is not the same.
	 */
	int (*compare_file)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *path,
			    const struct ddl_loaded *loaded, bool *same, const char ***defaults,
			    struct ddl_error *error);
	/* Has the staged module a parameter of that name (of that length)? */
	bool (*has_param)(struct ddl_kernel *kernel, int fd, const char *name, size_t length);
	/* Inserts the staged bytes (not compressed). The descriptor stays the caller's. */
	int (*insert)(struct ddl_kernel *kernel, const char *name, int fd, const char *params,
		      struct ddl_error *error);
	/* Inserts one file of the tree, compressed or not, without its dependencies. */
	int (*insert_path)(struct ddl_kernel *kernel, const char *name, const char *path,
			   const char *params, struct ddl_error *error);
	int (*remove)(struct ddl_kernel *kernel, const char *name, struct ddl_error *error);
	/* The device's driver_override; "" for none, or on a bus that knows of none. NULL: no memory. */
	const char *(*override_now)(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *bus,
				    const char *address);
	/* Takes a device from its driver and clears its driver_override; one without a driver is fine. */
	int (*unbind)(struct ddl_kernel *kernel, const char *bus, const char *address,
		      struct ddl_error *error);
	/* Gives the device to that driver, from whatever holds it, and sets driver_override to `override`. */
	int (*bind_driver)(struct ddl_kernel *kernel, const char *bus, const char *address,
			   const char *driver, const char *override, struct ddl_error *error);
	/* Gives the device to the module's driver for that bus, which is then its driver_override. */
	int (*bind_module)(struct ddl_kernel *kernel, const char *bus, const char *address,
			   const char *module, struct ddl_error *error);
	/* Has the kernel look for a driver for a device that has none; that none takes it is no error. */
	int (*find_driver)(struct ddl_kernel *kernel, const char *bus, const char *address, struct ddl_error *error);
	/* Where the kernel is to look for firmware first; "" puts back what was there. */
	int (*firmware_path)(struct ddl_kernel *kernel, const char *directory, struct ddl_error *error);
	/* What that is now ("" for none, or where it cannot be read); and puts exactly that back. */
	void (*firmware_now)(struct ddl_kernel *kernel, char *to, size_t room);
	int (*firmware_reset)(struct ddl_kernel *kernel, const char *before, struct ddl_error *error);
	/* A position in the kernel log, and the lines since one (cleaned, no more than DDL_MAX_KERNEL_LINES). */
	uint64_t (*log_mark)(struct ddl_kernel *kernel);
	int (*log_since)(struct ddl_kernel *kernel, uint64_t mark, struct ddl_arena *arena,
			 const char ***lines, size_t *count, struct ddl_error *error);
	/* One line for the kernel log; failure is of no consequence. */
	void (*log_write)(struct ddl_kernel *kernel, const char *line);
	/*
	 * Where udev runs: waits until it is idle, DDL_UDEV_SETTLE_MS at most, so that it neither has a
	 * disk open that is about to go nor still loads modules by alias.
	 */
	void (*udev_settle)(struct ddl_kernel *kernel);
	/* Sleeps a little; the fake moves its clock on. Milliseconds gone by, with what the caller
	 * did since the last wait where that was a moment ago. */
	unsigned (*wait)(struct ddl_kernel *kernel, unsigned milliseconds);
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
