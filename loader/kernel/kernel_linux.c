// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The real kernel: modules in and out through libkmod, /dev/kmsg; with bind.c,
 * firmware_path.c, module_tree.c and udev.c, nothing else of ddload changes the machine.
 */
#include "kernel/kernel_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "kernel/kmsg.h"
#include "kernel/kmsg_explain.h"
#include "machine/machine.h"
#include "machine/open_files.h"
#include "module/modinfo.h"
#include "module/module_file.h"

#define SYSFS_TYPE 0x62656572L
#define REMOVE_STEP_MS 50U

/* Where modprobe.d files are, as in modprobe.d(5). */
static const char *const config_directories[] = {
	"etc/modprobe.d",
	"run/modprobe.d",
	"usr/local/lib/modprobe.d",
	"lib/modprobe.d",
};
#define N_CONFIG (sizeof config_directories / sizeof config_directories[0])

bool linux_below(const struct linux_kernel *self, char *to, size_t room, const char *path)
{
	return ddl_path_join(to, room, *self->root ? self->root : "/", path);
}

/* libkmod would write to stderr, across the screens. What it returns says enough. */
static void say_nothing(void *data, int priority, const char *file, int line, const char *fn, const char *format, va_list args)
{
	(void)data;
	(void)priority;
	(void)file;
	(void)line;
	(void)fn;
	(void)format;
	(void)args;
}

static struct kmod_ctx *new_context(const char *tree, const char *const *config)
{
	struct kmod_ctx *ctx = kmod_new(tree, config);

	if (ctx)
		kmod_set_log_fn(ctx, say_nothing, NULL);
	return ctx;
}

/* ------------------------------------------------------------------- reading */

static int linux_snapshot(struct ddl_kernel *kernel, struct ddl_arena *arena, struct ddl_machine *machine,
			  struct ddl_error *error)
{
	struct linux_kernel *self = linux_of(kernel);

	if (ddl_machine_read(arena, self->root, self->release, machine, error) != 0)
		return -1;
	if (!ddl_pci_names_give(&self->names, self->root, machine))
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", _("the machine"));
	return 0;
}

static int linux_glance(struct ddl_kernel *kernel, struct ddl_arena *arena, struct ddl_machine *machine, struct ddl_error *error)
{
	struct linux_kernel *self = linux_of(kernel);

	return ddl_machine_glance(arena, self->root, self->release, machine, error);
}

bool linux_read_line(const char *path, char *line, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (fd < 0)
		return false;
	n = ddl_file_read_full(fd, line, room - 1);
	close(fd);
	if (n < 0)
		return false;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return true;
}

static bool may_load_modules(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &header, data) != 0)
		return geteuid() == 0;
	return data[CAP_TO_INDEX(CAP_SYS_MODULE)].effective & CAP_TO_MASK(CAP_SYS_MODULE);
}

static int linux_may_change(struct ddl_kernel *kernel, struct ddl_error *error)
{
	struct linux_kernel *self = linux_of(kernel);
	char path[DDL_MAX_PATH], line[16];
	struct statfs is;

	if (self->other_release)
		return ddl_fail(error, DDL_E_KERNEL, 0, _("drivers for %s cannot be loaded here: another kernel is running"),
				self->release);
	/* With --root there may be another machine's files where the facts come from. */
	if (*self->root && (!linux_below(self, path, sizeof path, "sys") || statfs(path, &is) != 0 || is.f_type != SYSFS_TYPE))
		return ddl_fail(error, DDL_E_USAGE, 0, _("%s does not hold this machine's /sys, so nothing is loaded"),
				self->root);
	if (geteuid() != 0)
		return ddl_fail(error, DDL_E_NOT_ROOT, EPERM, _("the user is %u"), (unsigned)geteuid());
	if (!may_load_modules())
		return ddl_fail(error, DDL_E_NOT_ROOT, EPERM, "%s",
				_("root here may not load modules (CAP_SYS_MODULE is missing)"));
	if (linux_below(self, path, sizeof path, "proc/sys/kernel/modules_disabled") &&
	    linux_read_line(path, line, sizeof line) && strcmp(line, "1") == 0)
		return ddl_fail(error, DDL_E_INSERT_LOCKED, 0, "%s",
				_("kernel.modules_disabled is set: until the next start no module can be loaded"));
	return 0;
}

static int linux_opens(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *const *disks, size_t n_disks,
		       struct ddl_use **uses, size_t *n_uses, struct ddl_error *error)
{
	if (!ddl_open_files(arena, linux_of(kernel)->root, disks, n_disks, uses, n_uses))
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", _("the machine"));
	return 0;
}

/* ---------------------------------------------------------------- module files */

static const char *linux_kept_path(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name)
{
	char path[DDL_MAX_PATH], rest[DDL_MAX_PATH];
	struct stat is;

	/* only what root has put there: it may be loaded again */
	if (strchr(name, '/') || snprintf(rest, sizeof rest, "run/ddload/modules/%s.ko", name) >= (int)sizeof rest ||
	    !linux_below(linux_of(kernel), path, sizeof path, rest) || lstat(path, &is) != 0 || !S_ISREG(is.st_mode) ||
	    is.st_uid != 0 || (is.st_mode & (S_IWGRP | S_IWOTH)))
		*path = '\0';
	return ddl_arena_dup(arena, path);
}

static bool linux_same_build(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *path,
			     const struct ddl_loaded *loaded)
{
	struct ddl_module facts;
	size_t length = 0;
	uint8_t *bytes = ddl_module_file_read(path, &length, NULL);
	bool same = bytes && ddl_modinfo_read(arena, path, bytes, length, &facts, NULL) == 0 &&
		    strcmp(facts.version, loaded->version) == 0 && strcmp(facts.srcversion, loaded->srcversion) == 0;

	(void)kernel;
	free(bytes);
	return same;
}

/* ------------------------------------------------------------------ in and out */

static int open_log(const struct linux_kernel *self, bool behind)
{
	char path[DDL_MAX_PATH];

	return linux_below(self, path, sizeof path, "dev/kmsg") ? ddl_kmsg_open(path, behind) : -1;
}

/* Words an errno by what the kernel wrote meanwhile. */
static int insert_failed(const char *name, int os_errno, int log, struct ddl_error *error)
{
	struct ddl_arena *arena = ddl_arena_new();
	const char **lines = NULL;
	size_t count = 0;
	enum ddl_code code;

	if (arena && ddl_kmsg_read(log, arena, &lines, &count, NULL) != 0)
		count = 0;
	code = ddl_insert_code(os_errno, name, lines, count);
	ddl_arena_free(arena);
	/* "No such file" of a missing symbol would lead astray; an init's own errno says something */
	if (code == DDL_E_INSERT || code == DDL_E_INSERT_INIT)
		return ddl_fail(error, code, os_errno, "%s: %s", name, strerror(os_errno));
	return ddl_fail(error, code, os_errno, "%s", name);
}

/*
 * A context of its own for each insert: libkmod keeps modules by name, and says EEXIST for
 * a second path, which would be taken for "loaded already". 0, or a negative errno.
 */
static int insert_file(struct linux_kernel *self, const char *path, const char *params)
{
	static const char *const no_config[] = { NULL };
	struct kmod_ctx *ctx = new_context(self->tree, no_config);
	struct kmod_module *mod = NULL;
	int result = -ENOMEM;

	if (!ctx)
		return result;
	result = kmod_module_new_from_path(ctx, path, &mod);
	if (result == 0)
		result = kmod_module_insert_module(mod, 0, params);
	kmod_module_unref(mod);
	kmod_unref(ctx);
	return result;
}

/*
 * finit_module refuses a file that somebody, we too, holds open for writing (ETXTBSY): so it
 * is with a staged file where there is no memfd. And there may be no /proc to name it by.
 */
static int insert_bytes(int fd, const char *params)
{
	struct stat is;
	void *bytes;
	int result = 0;

	if (fstat(fd, &is) != 0 || is.st_size <= 0)
		return -EIO;
	bytes = mmap(NULL, (size_t)is.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	if (syscall(SYS_init_module, bytes, (unsigned long)is.st_size, params) != 0)
		result = -errno;
	munmap(bytes, (size_t)is.st_size);
	return result;
}

static int linux_insert(struct ddl_kernel *kernel, const char *name, int fd, const char *params, struct ddl_error *error)
{
	int log = open_log(linux_of(kernel), true), result;
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	result = access(path, R_OK) == 0 ? insert_file(linux_of(kernel), path, params) : -ETXTBSY;
	if (result == -ETXTBSY)
		result = insert_bytes(fd, params);
	result = result < 0 ? insert_failed(name, -result, log, error) : 0;
	if (log >= 0)
		close(log);
	return result;
}

static int linux_insert_path(struct ddl_kernel *kernel, const char *name, const char *path, const char *params,
			     struct ddl_error *error)
{
	int log = open_log(linux_of(kernel), true);
	int result = insert_file(linux_of(kernel), path, params);

	result = result < 0 ? insert_failed(name, -result, log, error) : 0;
	if (log >= 0)
		close(log);
	return result;
}

static uint64_t linux_now(struct ddl_kernel *kernel)
{
	(void)kernel;
	return ddl_clock_ms();
}

static void linux_wait(struct ddl_kernel *kernel, unsigned milliseconds)
{
	(void)kernel;
	ddl_clock_pause(milliseconds);
}

/* Used for a moment only (udev looks at a disk) is no reason to give up. */
static int linux_remove(struct ddl_kernel *kernel, const char *name, struct ddl_error *error)
{
	struct kmod_module *mod = NULL;
	uint64_t begun = ddl_clock_ms();
	int result = kmod_module_new_from_name(linux_of(kernel)->ctx, name, &mod);

	if (result < 0)
		return ddl_fail(error, DDL_E_UNLOAD, -result, "%s: %s", name, strerror(-result));
	for (;;) {
		result = kmod_module_remove_module(mod, KMOD_REMOVE_NOLOG);
		if ((result != -EAGAIN && result != -EBUSY) || ddl_clock_ms() - begun >= DDL_REMOVE_RETRY_MS)
			break;
		ddl_clock_pause(REMOVE_STEP_MS);
	}
	kmod_module_unref(mod);
	return result < 0 ? ddl_fail(error, DDL_E_UNLOAD, -result, "%s: %s", name, strerror(-result)) : 0;
}

/* ------------------------------------------------------------------ kernel log */

static void linux_log_mark(struct ddl_kernel *kernel)
{
	struct linux_kernel *self = linux_of(kernel);

	if (self->log >= 0)
		close(self->log);
	self->log = open_log(self, true);
}

static int linux_log_read(struct ddl_kernel *kernel, bool all, struct ddl_arena *arena, const char ***lines, size_t *count,
			  struct ddl_error *error)
{
	struct linux_kernel *self = linux_of(kernel);
	int log = all ? open_log(self, false) : self->log;
	int result = ddl_kmsg_read(log, arena, lines, count, error);

	if (all && log >= 0)
		close(log);
	return result;
}

static void linux_log_write(struct ddl_kernel *kernel, const char *line)
{
	char path[DDL_MAX_PATH], record[DDL_ERROR_TEXT];
	struct stat is;
	size_t n;
	int fd;

	if (!linux_below(linux_of(kernel), path, sizeof path, "dev/kmsg"))
		return;
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return;
	memcpy(record, "<14>", 4); /* user.info */
	n = 4 + ddl_text_clean(record + 4, sizeof record - 5, line, strlen(line));
	record[n++] = '\n'; /* without it nobody can read the record until the next one comes */
	if (fstat(fd, &is) == 0 && S_ISCHR(is.st_mode) && write(fd, record, n) < 0)
		errno = 0; /* of no consequence */
	close(fd);
}

/* ----------------------------------------------------------------- open, close */

static void linux_close(struct ddl_kernel *kernel)
{
	struct linux_kernel *self = linux_of(kernel);

	if (self->log >= 0)
		close(self->log);
	kmod_unref(self->ctx);
	ddl_pci_names_forget(&self->names);
	ddl_arena_free(self->symbols.arena);
	free(self);
}

static const struct ddl_kernel_ops linux_ops = {
	.snapshot = linux_snapshot,
	.glance = linux_glance,
	.may_change = linux_may_change,
	.tree_find = linux_tree_find,
	.symbols = linux_symbols,
	.opens = linux_opens,
	.config = linux_config,
	.softdeps = linux_softdeps,
	.tree_names = linux_tree_names,
	.kept_path = linux_kept_path,
	.same_build = linux_same_build,
	.insert = linux_insert,
	.insert_path = linux_insert_path,
	.remove = linux_remove,
	.override_now = linux_override_now,
	.unbind = linux_unbind,
	.bind_driver = linux_bind_driver,
	.bind_module = linux_bind_module,
	.probe = linux_probe,
	.firmware_path = linux_firmware_path,
	.has_firmware = linux_has_firmware,
	.log_mark = linux_log_mark,
	.log_read = linux_log_read,
	.log_write = linux_log_write,
	.now = linux_now,
	.wait = linux_wait,
	.udev_settle = linux_udev_settle,
	.close = linux_close,
};

static int set_names(struct linux_kernel *self, const char *root, const char *release, struct ddl_error *error)
{
	struct utsname running;
	char path[DDL_MAX_PATH];

	if (uname(&running) != 0)
		return ddl_fail(error, DDL_E_INTERNAL, errno, "uname");
	if (!release)
		release = running.release;
	self->other_release = strcmp(release, running.release) != 0;
	if (strchr(release, '/') || strlen(release) >= sizeof self->release)
		return ddl_fail(error, DDL_E_USAGE, 0, "%s", release);
	memcpy(self->release, release, strlen(release) + 1);
	if (strlen(root) >= sizeof self->root)
		return ddl_fail(error, DDL_E_USAGE, ENAMETOOLONG, "%s", root);
	if (strcmp(root, "/") != 0)
		memcpy(self->root, root, strlen(root) + 1);
	if (!linux_below(self, path, sizeof path, "lib/modules") ||
	    !ddl_path_join(self->tree, sizeof self->tree, path, self->release))
		return ddl_fail(error, DDL_E_USAGE, ENAMETOOLONG, "%s", root);
	return 0;
}

static int open_tree(struct linux_kernel *self, struct ddl_error *error)
{
	char paths[N_CONFIG][DDL_MAX_PATH];
	const char *config[N_CONFIG + 1] = { NULL };
	size_t i;

	for (i = 0; i < N_CONFIG; i++) {
		if (!linux_below(self, paths[i], sizeof paths[i], config_directories[i]))
			return ddl_fail(error, DDL_E_USAGE, ENAMETOOLONG, "%s", self->root);
		config[i] = paths[i];
	}
	self->ctx = new_context(self->tree, config);
	if (!self->ctx)
		return ddl_fail(error, DDL_E_MEMORY, ENOMEM, "libkmod");
	return 0;
}

struct ddl_kernel *ddl_kernel_open(const char *root, const char *release, struct ddl_error *error)
{
	struct linux_kernel *self = calloc(1, sizeof *self);

	if (!self) {
		ddl_fail(error, DDL_E_MEMORY, ENOMEM, "%s", _("the kernel"));
		return NULL;
	}
	self->kernel.ops = &linux_ops;
	self->log = -1;
	if (set_names(self, root ? root : "", release, error) != 0 || open_tree(self, error) != 0) {
		linux_close(&self->kernel);
		return NULL;
	}
	return &self->kernel;
}
