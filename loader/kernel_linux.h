/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the real kernel share: kernel_linux.c (modules, log, the whole),
 * kernel_tree.c (modules on disk), kernel_bind.c (one device, one driver), kernel_firmware.c
 * and kernel_udev.c.
 */
#ifndef DDL_KERNEL_LINUX_H
#define DDL_KERNEL_LINUX_H

#include "kernel.h"

#define FIRMWARE_PATH_MAX 256U /* the kernel's own room for it */

struct linux_kernel {
	struct ddl_kernel kernel;     /* first, so that one is the other */
	char root[DDL_MAX_PATH];      /* "" for "/" */
	char release[DDL_MAX_NAME + 1];
	bool other_release;           /* not the running kernel's */
	char tree[DDL_MAX_PATH];      /* <root>/lib/modules/<release> */
	struct kmod_ctx *ctx;         /* for the tree and modprobe.d */
	char firmware_before[FIRMWARE_PATH_MAX + 1];
	bool firmware_set;
	uint64_t last_wait;           /* when the last one ended; 0: never */
};

static inline struct linux_kernel *linux_of(struct ddl_kernel *kernel)
{
	return (struct linux_kernel *)kernel;
}

/* <root>/<path>; false when there is no room for it. */
bool linux_below(const struct linux_kernel *self, char *to, size_t room, const char *path);

/* First line of a small file; false when it cannot be read. */
bool linux_read_line(const char *path, char *line, size_t room);

/* ---- the operations of kernel.h, by their names there ---- */

int linux_tree_find(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name,
		    struct ddl_tree_module *module, bool *found, struct ddl_error *error);
int linux_tree_add(struct ddl_kernel *kernel, const struct ddl_module *const *modules, size_t n,
		   struct ddl_error *error);
int linux_config(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name,
		 const char **options, bool *blacklisted, struct ddl_error *error);
const char *linux_softdeps(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name);
int linux_tree_names(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *word,
		     const char ***names, size_t *count);
const char *linux_override_now(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *bus,
			       const char *address);
int linux_unbind(struct ddl_kernel *kernel, const char *bus, const char *address, struct ddl_error *error);
int linux_bind_driver(struct ddl_kernel *kernel, const char *bus, const char *address,
		      const char *driver, const char *override, struct ddl_error *error);
int linux_bind_module(struct ddl_kernel *kernel, const char *bus, const char *address,
		      const char *module, struct ddl_error *error);
int linux_find_driver(struct ddl_kernel *kernel, const char *bus, const char *address, struct ddl_error *error);
void linux_udev_settle(struct ddl_kernel *kernel);
int linux_firmware_path(struct ddl_kernel *kernel, const char *directory, struct ddl_error *error);
void linux_firmware_now(struct ddl_kernel *kernel, char *to, size_t room);
int linux_firmware_reset(struct ddl_kernel *kernel, const char *before, struct ddl_error *error);

#endif
