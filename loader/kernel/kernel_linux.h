/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the real kernel share: kernel_linux.c (modules, log, the whole),
 * module_tree.c and dep_text.c (modules on disk), bind.c (one device, one driver), firmware_path.c
 * and udev.c.
 */
#ifndef DDL_KERNEL_LINUX_H
#define DDL_KERNEL_LINUX_H

#include "kernel/kernel.h"
#include "machine/pci_names.h"

#define FIRMWARE_PATH_MAX 256U /* the kernel's own room for it */

/* What is known of the versions of this kernel's symbols, and where it was read. */
struct linux_symbols {
	struct ddl_arena *arena; /* NULL: nobody has asked yet */
	struct ddl_symbol_table table;
	const char *vermagic; /* of its modules; "" */
	const char **read; /* files */
	size_t n_read;
};

struct linux_kernel {
	struct ddl_kernel kernel; /* first, so that one is the other */
	char root[DDL_MAX_PATH]; /* "" for "/" */
	char release[DDL_MAX_NAME + 1];
	bool other_release; /* not the running kernel's */
	char tree[DDL_MAX_PATH]; /* <root>/lib/modules/<release> */
	struct kmod_ctx *ctx; /* for the tree and modprobe.d */
	struct ddl_pci_names names; /* of the machine's controllers, looked up once */
	struct linux_symbols symbols;
	char firmware_before[FIRMWARE_PATH_MAX + 1];
	bool firmware_set;
	int log; /* the kernel log, open since log_mark; -1 */
};

static inline struct linux_kernel *linux_of(struct ddl_kernel *kernel)
{
	return (struct linux_kernel *)kernel;
}

/* <root>/<path>; false when there is no room for it. */
bool linux_below(const struct linux_kernel *self, char *to, size_t room, const char *path);

/* First line of a small file; false when it cannot be read. */
bool linux_read_line(const char *path, char *line, size_t room);

/* The module of that name in a modules.dep that is text only; not found where there is a list that libkmod reads. -1: no memory. */
int linux_dep_text_find(const struct linux_kernel *self, struct ddl_arena *arena, const char *name,
			struct ddl_tree_module *module, bool *found, struct ddl_error *error);

/* ---- the operations of kernel.h, by their names there ---- */

int linux_tree_find(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name, struct ddl_tree_module *module,
		    bool *found, struct ddl_error *error);
int linux_symbols(struct ddl_kernel *kernel, const struct ddl_module *module, const struct ddl_symbol_table **table,
		  const char **vermagic, struct ddl_error *error);
int linux_config(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name, const char **options, bool *blacklisted,
		 struct ddl_error *error);
const char *linux_softdeps(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name);
int linux_tree_names(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *word, const char ***names, size_t *count);
const char *linux_override_now(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *bus, const char *address);
int linux_unbind(struct ddl_kernel *kernel, const char *bus, const char *address, struct ddl_error *error);
int linux_bind_driver(struct ddl_kernel *kernel, const char *bus, const char *address, const char *driver, const char *override,
		      struct ddl_error *error);
int linux_bind_module(struct ddl_kernel *kernel, const char *bus, const char *address, const char *module,
		      struct ddl_error *error);
int linux_probe(struct ddl_kernel *kernel, const char *bus, const char *address, struct ddl_error *error);
bool linux_udev_settle(struct ddl_kernel *kernel);
bool linux_has_firmware(struct ddl_kernel *kernel, const char *name);
int linux_firmware_path(struct ddl_kernel *kernel, const char *directory, struct ddl_error *error);

#endif
