/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel for tests: the operations of kernel.h over a table of modules, devices and
 * disks, with a clock of its own, a tree of modules, and errors by script. What a module
 * needs, binds and how long its disks take stands in its image. It is shared with
 * children, so that one may be killed in the middle and its state looked at.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include "ddl.h"
#include "kernel/kernel.h"

#define FAKE_RELEASE "6.1.0-49-amd64"
#define FAKE_NEVER UINT32_MAX

enum { FAKE_IMAGES = 48, FAKE_DEVICES = 8, FAKE_DISKS = 4, FAKE_NEEDS = 8, FAKE_USES = 8 };

/* A module's file: in the tree (path), or staged from a pack (fd). */
struct fake_image {
	const char *name, *version, *srcversion;
	const char *path; /* NULL: not in the tree */
	int fd; /* -1: not from a pack */
	const char *kept; /* where an earlier load kept it; NULL */
	const char *needs[FAKE_NEEDS]; /* modules whose symbols it uses */
	const char *binds[FAKE_NEEDS]; /* addresses of devices it takes */
	unsigned
		binds_after_ms; /* its probe goes on beside the insert, as of drivers that prefer that; FAKE_NEVER: it takes none */
	unsigned disks_after_ms; /* FAKE_NEVER: no disk ever */
	unsigned disks_step_ms; /* after the first, between one and the next */
	size_t disks_at_most; /* of each device; 0: all */
	const char *says; /* what the kernel writes when it is loaded; NULL: nothing */
	const char *params; /* as they read back when none are given; "" */
	const char *alias; /* a name that it has beside its own; NULL */
	/* the module as loaded */
	bool loaded;
	bool halfway; /* it is just being loaded or unloaded */
	unsigned order; /* of loading; the newest is the largest */
	long extra_references; /* beyond those of its holders */
	unsigned loaded_at;
	char given[DDL_MAX_PARAMS + 1]; /* params of the insert */
};

struct fake_device {
	struct ddl_device is; /* bus, address, modalias, class, class_code, ids */
	const char *disk_names[FAKE_DISKS];
	const char *link; /* an interface, at once; NULL */
	bool link_once; /* only with the driver that was loaded first */
	struct fake_image *driver; /* NULL: none */
	const char *builtin_driver; /* NULL: none */
	const char *was_builtin; /* it was taken from that; NULL */
	char override[32]; /* "": none */
};

enum fake_call { FAKE_INSERT, FAKE_REMOVE, FAKE_FIRMWARE, FAKE_SNAPSHOT, FAKE_UNBIND, FAKE_BIND, FAKE_CALLS };

struct fake_script {
	unsigned nth; /* this call fails (1: the first); 0: none */
	unsigned until; /* … and those up to here; 0: only the nth */
	enum ddl_code code;
	int os_errno;
	const char *line; /* what the kernel writes with it; NULL: nothing */
};

struct fake_kernel {
	struct ddl_kernel kernel; /* first */
	struct ddl_arena *arena;
	struct fake_image images[FAKE_IMAGES];
	size_t n_images;
	struct fake_device devices[FAKE_DEVICES];
	size_t n_devices;
	struct ddl_use uses[FAKE_USES];
	size_t n_uses;
	bool uses_after; /* they begin with the first module that leaves */
	const char *open_disk; /* held open by blkid; NULL */
	const char *builtin[4];
	size_t n_builtin;
	bool signed_only; /* module.sig_enforce=1 */
	char settled[1024]; /* udev was waited for: the log as it was then, in brackets */
	bool no_tree; /* /lib/modules/<release> is not there */
	const char *vermagic; /* of the tree's modules; "" */
	struct ddl_symbol_table symbols; /* of this kernel */
	bool replace; /* plans are made with the allowance to replace a loaded driver */
	const char *options; /* modprobe.d options of every module; "" */
	const char *options_for; /* … or of this one only; NULL */
	const char *softdeps_of; /* modprobe.d and modules.softdep have softdeps of this module … */
	const char *softdeps; /* … these: "pre: a b post: c" */
	struct fake_script scripts[FAKE_CALLS];
	unsigned calls[FAKE_CALLS];
	struct fake_image *intruder; /* loaded by "udev" after the next removal; NULL */
	enum ddl_code may_change; /* DDL_OK, or the code it refuses with */
	unsigned clock, orders;
	unsigned look_ms; /* that a look at the machine takes */
	unsigned moments; /* before and after each change so far */
	unsigned dies_at; /* at this moment the process gets SIGKILL; 0: never */
	char log[2048]; /* "-old +new@2 " … in order */
	const char *own_firmware; /* the one that the installer has; NULL: none */
	char firmware_path[256], firmware_before[256];
	const char *lines[64];
	size_t n_lines, lines_read;
};

/* Not 0 while it takes memory for itself: a test in which memory runs out leaves it alone then. */
extern unsigned fake_kernel_calm;

struct fake_kernel *fake_kernel_new(void);
void fake_kernel_free(struct fake_kernel *fake);

/* Lists in texts are separated by commas. `path` or `fd` (-1) says where the file is. */
struct fake_image *fake_image(struct fake_kernel *fake, const char *name, const char *version, const char *path, int fd,
			      const char *needs, const char *binds);
struct fake_device *fake_device(struct fake_kernel *fake, const char *address, const char *modalias, enum ddl_device_class class,
				const char *disks);

/* Loaded long ago: its disks are there. */
void fake_loaded(struct fake_kernel *fake, struct fake_image *image);
void fake_use(struct fake_kernel *fake, enum ddl_use_kind kind, const char *what, const char *disk, const char *by);
void fake_fail(struct fake_kernel *fake, enum fake_call call, unsigned nth, enum ddl_code code, int os_errno, const char *line);

/* "mod@version … | address=driver:disks …", in the order of loading: the state to compare. */
const char *fake_state(struct fake_kernel *fake, char *to, size_t room);

/* The machine as a snapshot shows it, in the fake's arena. */
struct ddl_machine *fake_machine(struct fake_kernel *fake);

/* -------------------------------------------------------------------- packs */

/* An empty pack with one package for FAKE_RELEASE. */
struct ddl_repo *fake_pack(struct fake_kernel *fake, const char *name);

/* Adds a module of the image to the pack's first package; `aliases` and the image's needs. */
struct ddl_module *fake_pack_module(struct fake_kernel *fake, struct ddl_repo *repo, const struct fake_image *image,
				    const char *aliases);

/* Plans the load of the first `n_chosen` of these packs: what ddl_plan_make gives. */
int fake_plan(struct fake_kernel *fake, struct ddl_repo *const *repos, size_t n_chosen, size_t n_repos, bool unbind,
	      struct ddl_plan *plan, struct ddl_error *error);

/* Adds a file with these bytes, really staged (a memfd; closed by fake_kernel_free). */
struct ddl_file *fake_pack_file(struct fake_kernel *fake, struct ddl_repo *repo, enum ddl_file_kind kind, const char *path,
				const char *bytes);

#endif
