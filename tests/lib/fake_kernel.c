// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The fake kernel: modules with holders and counts, devices that bind, disks that take
 * their time, all in memory.
 */
#include "fake_kernel.h"
#include "plan/plan.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "machine/machine.h"
#include "module/module_name.h"

static struct fake_kernel *fake_of(struct ddl_kernel *kernel)
{
	return (struct fake_kernel *)kernel;
}

unsigned fake_kernel_calm;

static void *check_memory(void *memory)
{
	fake_kernel_calm--;
	if (!memory)
		abort();
	return memory;
}

#define must(call) (fake_kernel_calm++, check_memory(call))

static size_t split(struct fake_kernel *fake, const char *list, const char **to, size_t room)
{
	size_t n = 0;

	while (*list) {
		size_t length = strcspn(list, ",");

		if (n == room)
			abort();
		to[n++] = must(ddl_arena_dupn(fake->arena, list, length));
		list += length + (list[length] == ',');
	}
	return n;
}

static void note(struct fake_kernel *fake, const char *sign, const struct fake_image *image, const char *name)
{
	size_t used = strlen(fake->log);

	snprintf(fake->log + used, sizeof fake->log - used, "%s%s%s%s ", sign, image ? image->name : name,
		 image && *image->version ? "@" : "", image ? image->version : "");
}

static void say(struct fake_kernel *fake, const char *line)
{
	if (fake->n_lines < sizeof fake->lines / sizeof fake->lines[0])
		fake->lines[fake->n_lines++] = line;
}

/* Before or after a change: the moment to be killed at may have come. */
static void moment(struct fake_kernel *fake)
{
	if (++fake->moments == fake->dies_at)
		raise(SIGKILL);
}

/* The next call of this kind: does the script let it fail? */
static int scripted(struct fake_kernel *fake, enum fake_call call, const char *what, struct ddl_error *error)
{
	const struct fake_script *script = &fake->scripts[call];
	unsigned n = ++fake->calls[call];
	unsigned until = script->until ? script->until : script->nth;

	if (!script->nth || n < script->nth || n > until)
		return 0;
	if (script->line)
		say(fake, script->line);
	return ddl_fail(error, script->code, script->os_errno, "%s", what);
}

/* -------------------------------------------------------------- loaded modules */

static struct fake_image *loaded_named(struct fake_kernel *fake, const char *name)
{
	size_t i;

	for (i = 0; i < fake->n_images; i++)
		if (fake->images[i].loaded && ddl_module_name_equal(fake->images[i].name, name))
			return &fake->images[i];
	return NULL;
}

static bool needs(const struct fake_image *image, const char *name)
{
	size_t i;

	for (i = 0; i < FAKE_NEEDS && image->needs[i]; i++)
		if (ddl_module_name_equal(image->needs[i], name))
			return true;
	return false;
}

static size_t holders(struct fake_kernel *fake, const char *name, const char **to)
{
	size_t i, n = 0;

	for (i = 0; i < fake->n_images; i++) {
		if (!fake->images[i].loaded || !needs(&fake->images[i], name))
			continue;
		if (to)
			to[n] = fake->images[i].name;
		n++;
	}
	return n;
}

static bool binds(const struct fake_image *image, const char *address)
{
	size_t i;

	for (i = 0; i < FAKE_NEEDS && image->binds[i]; i++)
		if (strcmp(image->binds[i], address) == 0)
			return true;
	return false;
}

static void load(struct fake_kernel *fake, struct fake_image *image, const char *params)
{
	size_t i;

	image->loaded = true;
	image->order = ++fake->orders;
	image->loaded_at = fake->clock;
	snprintf(image->given, sizeof image->given, "%s", params);
	if (image->says)
		say(fake, image->says);
	for (i = 0; i < fake->n_devices; i++)
		if (!fake->devices[i].driver && !fake->devices[i].builtin_driver &&
		    (*fake->devices[i].override ? strcmp(fake->devices[i].override, image->name) == 0 :
						  binds(image, fake->devices[i].is.address)))
			fake->devices[i].driver = image;
}

static void release(struct fake_kernel *fake, const struct fake_image *image)
{
	size_t i;

	for (i = 0; i < fake->n_devices; i++)
		if (fake->devices[i].driver == image)
			fake->devices[i].driver = NULL;
}

static int try_load(struct fake_kernel *fake, struct fake_image *image, const char *name, const char *params,
		    struct ddl_error *error)
{
	size_t i;

	note(fake, "+", image, name);
	moment(fake);
	if (scripted(fake, FAKE_INSERT, name, error) != 0)
		return -1;
	if (!image)
		return ddl_fail(error, DDL_E_INSERT, ENOENT, "%s", name);
	if (loaded_named(fake, image->name))
		return ddl_fail(error, DDL_E_INSERT, EEXIST, "%s", name);
	for (i = 0; i < FAKE_NEEDS && image->needs[i]; i++) {
		if (!loaded_named(fake, image->needs[i])) {
			say(fake, "fake: Unknown symbol");
			return ddl_fail(error, DDL_E_INSERT_SYMBOL, ENOENT, "%s", name);
		}
	}
	load(fake, image, params);
	moment(fake);
	return 0;
}

static int fake_insert(struct ddl_kernel *kernel, const char *name, int fd, const char *params, struct ddl_error *error)
{
	struct fake_kernel *fake = fake_of(kernel);
	struct fake_image *image = NULL;
	size_t i;

	for (i = 0; i < fake->n_images; i++)
		if (fake->images[i].fd == fd && fd >= 0)
			image = &fake->images[i];
	return try_load(fake, image, name, params, error);
}

static struct fake_image *in_tree(struct fake_kernel *fake, const char *path, const char *name)
{
	size_t i;

	for (i = 0; path && i < fake->n_images; i++)
		if (fake->images[i].kept && strcmp(fake->images[i].kept, path) == 0)
			return &fake->images[i];
	for (i = 0; i < fake->n_images; i++)
		if (fake->images[i].path &&
		    (path ? strcmp(fake->images[i].path, path) == 0 : ddl_module_name_equal(fake->images[i].name, name)))
			return &fake->images[i];
	return NULL;
}

static int fake_insert_path(struct ddl_kernel *kernel, const char *name, const char *path, const char *params,
			    struct ddl_error *error)
{
	return try_load(fake_of(kernel), in_tree(fake_of(kernel), path, NULL), name, params, error);
}

static int fake_remove(struct ddl_kernel *kernel, const char *name, struct ddl_error *error)
{
	struct fake_kernel *fake = fake_of(kernel);
	struct fake_image *image = loaded_named(fake, name);

	note(fake, "-", image, name);
	moment(fake);
	if (scripted(fake, FAKE_REMOVE, name, error) != 0)
		return -1;
	if (!image)
		return ddl_fail(error, DDL_E_UNLOAD, ENOENT, "%s", name);
	if (image->extra_references > 0 || holders(fake, name, NULL) > 0)
		return ddl_fail(error, DDL_E_UNLOAD, EAGAIN, "%s", name);
	image->loaded = false;
	release(fake, image);
	if (fake->intruder) {
		load(fake, fake->intruder, "");
		fake->intruder = NULL;
	}
	moment(fake);
	return 0;
}

/* ---------------------------------------------------------- a device, a driver */

static struct fake_device *device_at(struct fake_kernel *fake, const char *address)
{
	size_t i;

	for (i = 0; i < fake->n_devices; i++)
		if (strcmp(fake->devices[i].is.address, address) == 0)
			return &fake->devices[i];
	abort();
}

static const char *fake_override_now(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *bus, const char *address)
{
	(void)bus;
	return ddl_arena_dup(arena, device_at(fake_of(kernel), address)->override);
}

static int fake_unbind(struct ddl_kernel *kernel, const char *bus, const char *address, struct ddl_error *error)
{
	struct fake_kernel *fake = fake_of(kernel);
	struct fake_device *device = device_at(fake, address);

	(void)bus;
	note(fake, "<", NULL, address);
	moment(fake);
	if (scripted(fake, FAKE_UNBIND, address, error) != 0)
		return -1;
	device->driver = NULL;
	if (device->builtin_driver)
		device->was_builtin = device->builtin_driver;
	device->builtin_driver = NULL;
	*device->override = '\0';
	moment(fake);
	return 0;
}

static int fake_bind_driver(struct ddl_kernel *kernel, const char *bus, const char *address, const char *driver,
			    const char *override, struct ddl_error *error)
{
	struct fake_kernel *fake = fake_of(kernel);
	struct fake_device *device = device_at(fake, address);

	(void)bus;
	note(fake, ">", NULL, address);
	moment(fake);
	if (scripted(fake, FAKE_BIND, address, error) != 0)
		return -1;
	snprintf(device->override, sizeof device->override, "%s", override);
	if (device->was_builtin && strcmp(device->was_builtin, driver) == 0) {
		device->builtin_driver = driver;
	} else if (!device->builtin_driver || strcmp(device->builtin_driver, driver) != 0) {
		device->driver = loaded_named(fake, driver);
		if (!device->driver)
			return ddl_fail(error, DDL_E_NOT_BOUND, ENODEV, "%s", address);
	}
	moment(fake);
	return 0;
}

static int fake_bind_module(struct ddl_kernel *kernel, const char *bus, const char *address, const char *module,
			    struct ddl_error *error)
{
	return fake_bind_driver(kernel, bus, address, module, module, error);
}

static int fake_probe(struct ddl_kernel *kernel, const char *bus, const char *address, struct ddl_error *error)
{
	struct fake_kernel *fake = fake_of(kernel);
	struct fake_device *device = device_at(fake, address);

	(void)bus;
	note(fake, "?", NULL, address);
	if (scripted(fake, FAKE_BIND, address, error) != 0)
		return -1;
	for (size_t i = 0; i < fake->n_images; i++)
		if (fake->images[i].loaded && binds(&fake->images[i], address) && !device->driver) {
			device->driver = &fake->images[i];
			fake->images[i].loaded_at = fake->clock;
		}
	return 0;
}

/* ------------------------------------------------------------------- snapshots */

/* Has the driver's probe of it ended? */
static bool is_bound(const struct fake_kernel *fake, const struct fake_device *device)
{
	const struct fake_image *driver = device->driver;

	return driver && driver->binds_after_ms != FAKE_NEVER && fake->clock - driver->loaded_at >= driver->binds_after_ms;
}

static size_t disks_of(const struct fake_kernel *fake, const struct fake_device *device)
{
	const struct fake_image *driver = device->driver;
	size_t n = 0;

	if (device->builtin_driver)
		driver = NULL;
	else if (!is_bound(fake, device) || driver->disks_after_ms == FAKE_NEVER ||
		 fake->clock - driver->loaded_at < driver->disks_after_ms)
		return 0;
	while (n < FAKE_DISKS && device->disk_names[n] &&
	       (!driver || ((!driver->disks_at_most || n < driver->disks_at_most) &&
			    fake->clock - driver->loaded_at - driver->disks_after_ms >= n * driver->disks_step_ms)))
		n++;
	return n;
}

static void show_device(struct fake_kernel *fake, struct ddl_arena *arena, struct ddl_machine *machine,
			const struct fake_device *device)
{
	struct ddl_device *to = must(ddl_arena_push(arena, &machine->devices, &machine->n_devices, sizeof *to));
	size_t i, n = disks_of(fake, device);
	bool bound = is_bound(fake, device);

	*to = device->is;
	to->driver = device->builtin_driver ? device->builtin_driver : bound ? device->driver->name : "";
	to->module = bound ? device->driver->name : "";
	for (i = 0; i < n; i++) {
		struct ddl_disk disk = { .name = device->disk_names[i], .model = "FAKE", .size = 1000000 };
		struct ddl_disk *one = must(ddl_arena_push(arena, &to->disks, &to->n_disks, sizeof *one));

		*one = disk;
		one = must(ddl_arena_push(arena, &machine->disks, &machine->n_disks, sizeof *one));
		*one = disk;
	}
	if (device->link && bound && (!device->link_once || device->driver->order == 1)) {
		const char **link = must(ddl_arena_push(arena, &to->links, &to->n_links, sizeof *link));
		*link = device->link;
	}
}

static void show_module(struct fake_kernel *fake, struct ddl_arena *arena, struct ddl_machine *machine,
			const struct fake_image *image)
{
	struct ddl_loaded *to = must(ddl_arena_push(arena, &machine->loaded, &machine->n_loaded, sizeof *to));
	const char *params = *image->given ? image->given : image->params;

	to->name = image->name;
	to->version = image->version;
	to->srcversion = image->srcversion;
	to->live = !image->halfway;
	to->holders = must(ddl_arena_alloc(arena, FAKE_IMAGES, sizeof *to->holders));
	to->n_holders = holders(fake, image->name, to->holders);
	to->references = image->extra_references < 0 ? -1 : (long)to->n_holders + image->extra_references;
	while (*params) {
		size_t n = strcspn(params, " ");
		const char **param = must(ddl_arena_push(arena, &to->params, &to->n_params, sizeof *param));

		*param = must(ddl_arena_dupn(arena, params, n));
		params += n + (params[n] == ' ');
	}
}

static int fake_snapshot(struct ddl_kernel *kernel, struct ddl_arena *arena, struct ddl_machine *machine, struct ddl_error *error)
{
	struct fake_kernel *fake = fake_of(kernel);
	unsigned order;
	size_t i;

	fake->clock += fake->look_ms;
	if (scripted(fake, FAKE_SNAPSHOT, "snapshot", error) != 0)
		return -1;
	*machine = (struct ddl_machine){ .release = FAKE_RELEASE, .arch = "x86_64" };
	for (order = fake->orders; order > 0; order--) /* newest first, as /proc/modules */
		for (i = 0; i < fake->n_images; i++)
			if (fake->images[i].loaded && fake->images[i].order == order)
				show_module(fake, arena, machine, &fake->images[i]);
	for (i = 0; i < fake->n_devices; i++)
		show_device(fake, arena, machine, &fake->devices[i]);
	machine->uses = fake->uses;
	machine->n_uses = fake->uses_after && !fake->calls[FAKE_REMOVE] ? 0 : fake->n_uses;
	machine->builtin = fake->builtin;
	machine->n_builtin = fake->n_builtin;
	machine->has_tree = !fake->no_tree;
	machine->signed_only = fake->signed_only;
	return 0;
}

/* ------------------------------------------------------------ tree, config, rest */

static void tree_needs(struct fake_kernel *fake, struct ddl_arena *arena, struct ddl_tree_module *module,
		       const struct fake_image *image)
{
	size_t i;

	for (i = 0; i < FAKE_NEEDS && image->needs[i]; i++) {
		const struct fake_image *need = in_tree(fake, NULL, image->needs[i]);
		const char **path;

		if (need)
			tree_needs(fake, arena, module, need);
		path = must(ddl_arena_push(arena, &module->needs, &module->n_needs, sizeof *path));
		*path = need ? need->path : image->needs[i];
	}
}

static int fake_tree_find(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name, struct ddl_tree_module *module,
			  bool *found, struct ddl_error *error)
{
	struct fake_kernel *fake = fake_of(kernel);
	const struct fake_image *image = in_tree(fake, NULL, name);

	(void)error;
	*module = (struct ddl_tree_module){ 0 };
	*found = image != NULL;
	if (image) {
		module->name = image->name;
		module->path = image->path;
		tree_needs(fake, arena, module, image);
	}
	return 0;
}

static int fake_symbols(struct ddl_kernel *kernel, const struct ddl_module *module, const struct ddl_symbol_table **table,
			const char **vermagic, struct ddl_error *error)
{
	(void)module;
	(void)error;
	*table = &fake_of(kernel)->symbols;
	*vermagic = fake_of(kernel)->vermagic;
	return 0;
}

static int fake_config(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name, const char **options,
		       bool *blacklisted, struct ddl_error *error)
{
	struct fake_kernel *fake = fake_of(kernel);

	(void)arena;
	(void)error;
	*options = !fake->options_for || ddl_module_name_equal(fake->options_for, name) ? fake->options : "";
	*blacklisted = false;
	return 0;
}

static const char *fake_softdeps(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name)
{
	const struct fake_kernel *fake = fake_of(kernel);

	(void)arena;
	return fake->softdeps_of && ddl_module_name_equal(fake->softdeps_of, name) ? fake->softdeps : "";
}

static int fake_tree_names(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *word, const char ***names,
			   size_t *count)
{
	const struct fake_kernel *fake = fake_of(kernel);
	size_t i;

	for (i = 0; i < fake->n_images; i++) {
		const struct fake_image *image = &fake->images[i];

		if (image->path &&
		    (ddl_module_name_equal(image->name, word) || (image->alias && strcmp(image->alias, word) == 0)))
			*(const char **)must(ddl_arena_push(arena, names, count, sizeof **names)) = image->name;
	}
	return 0;
}

static int fake_may_change(struct ddl_kernel *kernel, struct ddl_error *error)
{
	struct fake_kernel *fake = fake_of(kernel);

	return fake->may_change ? ddl_fail(error, fake->may_change, EPERM, "fake") : 0;
}

static int fake_opens(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *const *disks, size_t n_disks,
		      struct ddl_use **uses, size_t *n_uses, struct ddl_error *error)
{
	const struct fake_kernel *fake = fake_of(kernel);
	size_t i;

	(void)error;
	for (i = 0; fake->open_disk && i < n_disks; i++)
		if (strcmp(disks[i], fake->open_disk) == 0)
			*(struct ddl_use *)must(ddl_arena_push(arena, uses, n_uses, sizeof **uses)) = (struct ddl_use){
				DDL_USE_OPEN, disks[i], disks[i], "blkid (pid 123)"
			};
	return 0;
}

static bool fake_udev_settle(struct ddl_kernel *kernel)
{
	struct fake_kernel *fake = fake_of(kernel);

	snprintf(fake->settled + strlen(fake->settled), sizeof fake->settled - strlen(fake->settled), "[%s]", fake->log);
	return true;
}

static const char *fake_kept_path(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *name)
{
	const struct fake_kernel *fake = fake_of(kernel);
	size_t i;

	for (i = 0; i < fake->n_images; i++)
		if (fake->images[i].kept && ddl_module_name_equal(fake->images[i].name, name))
			return ddl_arena_dup(arena, fake->images[i].kept);
	return "";
}

static bool fake_same_build(struct ddl_kernel *kernel, struct ddl_arena *arena, const char *path, const struct ddl_loaded *loaded)
{
	const struct fake_image *image = in_tree(fake_of(kernel), path, NULL);

	(void)arena;
	return image && strcmp(image->version, loaded->version) == 0 && strcmp(image->srcversion, loaded->srcversion) == 0;
}

static int fake_firmware_path(struct ddl_kernel *kernel, const char *directory, struct ddl_error *error)
{
	struct fake_kernel *fake = fake_of(kernel);

	moment(fake);
	if (scripted(fake, FAKE_FIRMWARE, directory, error) != 0)
		return -1;
	if (*directory)
		memcpy(fake->firmware_before, fake->firmware_path, sizeof fake->firmware_before);
	snprintf(fake->firmware_path, sizeof fake->firmware_path, "%s", *directory ? directory : fake->firmware_before);
	moment(fake);
	return 0;
}

static bool fake_has_firmware(struct ddl_kernel *kernel, const char *name)
{
	const char *own = fake_of(kernel)->own_firmware;

	return own && strcmp(own, name) == 0;
}

static void fake_log_mark(struct ddl_kernel *kernel)
{
	fake_of(kernel)->lines_read = fake_of(kernel)->n_lines;
}

static int fake_log_read(struct ddl_kernel *kernel, bool all, struct ddl_arena *arena, const char ***lines, size_t *count,
			 struct ddl_error *error)
{
	struct fake_kernel *fake = fake_of(kernel);
	size_t i;

	(void)error;
	for (i = all ? 0 : fake->lines_read; i < fake->n_lines; i++) {
		const char **line = must(ddl_arena_push(arena, lines, count, sizeof *line));

		*line = fake->lines[i];
	}
	if (!all)
		fake->lines_read = fake->n_lines;
	return 0;
}

static void fake_log_write(struct ddl_kernel *kernel, const char *line)
{
	(void)kernel;
	(void)line;
}

static uint64_t fake_now(struct ddl_kernel *kernel)
{
	return fake_of(kernel)->clock;
}

static void fake_wait(struct ddl_kernel *kernel, unsigned milliseconds)
{
	fake_of(kernel)->clock += milliseconds;
}

static void fake_close(struct ddl_kernel *kernel)
{
	(void)kernel; /* fake_kernel_free does it, once a test has looked at it */
}

static const struct ddl_kernel_ops fake_ops = {
	.snapshot = fake_snapshot,
	.glance = fake_snapshot,
	.may_change = fake_may_change,
	.tree_find = fake_tree_find,
	.symbols = fake_symbols,
	.config = fake_config,
	.softdeps = fake_softdeps,
	.tree_names = fake_tree_names,
	.udev_settle = fake_udev_settle,
	.opens = fake_opens,
	.kept_path = fake_kept_path,
	.same_build = fake_same_build,
	.insert = fake_insert,
	.insert_path = fake_insert_path,
	.remove = fake_remove,
	.override_now = fake_override_now,
	.unbind = fake_unbind,
	.bind_driver = fake_bind_driver,
	.bind_module = fake_bind_module,
	.probe = fake_probe,
	.firmware_path = fake_firmware_path,
	.has_firmware = fake_has_firmware,
	.log_mark = fake_log_mark,
	.log_read = fake_log_read,
	.log_write = fake_log_write,
	.now = fake_now,
	.wait = fake_wait,
	.close = fake_close,
};

/* --------------------------------------------------------------- setting it up */

struct fake_kernel *fake_kernel_new(void)
{
	struct fake_kernel *fake = mmap(NULL, sizeof *fake, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (fake == MAP_FAILED)
		abort();
	fake->kernel.ops = &fake_ops;
	fake->arena = must(ddl_arena_new());
	fake->options = fake->vermagic = "";
	fake->clock = 1000000;
	return fake;
}

struct fake_image *fake_image(struct fake_kernel *fake, const char *name, const char *version, const char *path, int fd,
			      const char *needed, const char *bound)
{
	struct fake_image *image;

	if (fake->n_images == FAKE_IMAGES)
		abort();
	image = &fake->images[fake->n_images++];
	image->name = name;
	image->version = version;
	image->srcversion = *version ? must(ddl_arena_printf(fake->arena, "S%s", version)) : "";
	image->path = path;
	image->fd = fd;
	image->params = "";
	split(fake, needed, image->needs, FAKE_NEEDS - 1);
	split(fake, bound, image->binds, FAKE_NEEDS - 1);
	return image;
}

struct fake_device *fake_device(struct fake_kernel *fake, const char *address, const char *modalias, enum ddl_device_class class,
				const char *disks)
{
	struct fake_device *device;

	if (fake->n_devices == FAKE_DEVICES)
		abort();
	device = &fake->devices[fake->n_devices++];
	device->is = (struct ddl_device){ .bus = "pci",
					  .address = address,
					  .modalias = modalias,
					  .driver = "",
					  .module = "",
					  .ids = "1000:0060",
					  .place = address,
					  .class = class };
	split(fake, disks, device->disk_names, FAKE_DISKS);
	return device;
}

void fake_loaded(struct fake_kernel *fake, struct fake_image *image)
{
	load(fake, image, "");
	image->loaded_at = 0;
}

void fake_use(struct fake_kernel *fake, enum ddl_use_kind kind, const char *what, const char *disk, const char *by)
{
	if (fake->n_uses == FAKE_USES)
		abort();
	fake->uses[fake->n_uses++] = (struct ddl_use){ kind, what, disk, by };
}

void fake_fail(struct fake_kernel *fake, enum fake_call call, unsigned nth, enum ddl_code code, int os_errno, const char *line)
{
	fake->scripts[call] = (struct fake_script){ .nth = nth, .code = code, .os_errno = os_errno, .line = line };
}

const char *fake_state(struct fake_kernel *fake, char *to, size_t room)
{
	size_t used = 0, i;
	unsigned order;

	*to = '\0';
	for (order = 1; order <= fake->orders; order++) {
		for (i = 0; i < fake->n_images; i++) {
			const struct fake_image *image = &fake->images[i];

			if (!image->loaded || image->order != order)
				continue;
			used += (size_t)snprintf(to + used, room - used, "%s@%s ", image->name, image->version);
		}
	}
	used += (size_t)snprintf(to + used, room - used, "|");
	for (i = 0; i < fake->n_devices; i++)
		used += (size_t)snprintf(to + used, room - used, " %s=%s:%zu", fake->devices[i].is.address,
					 fake->devices[i].driver ? fake->devices[i].driver->name : "",
					 disks_of(fake, &fake->devices[i]));
	return to;
}

struct ddl_machine *fake_machine(struct fake_kernel *fake)
{
	struct ddl_machine *machine = must(ddl_arena_alloc(fake->arena, 1, sizeof *machine));
	struct fake_script script = fake->scripts[FAKE_SNAPSHOT];
	unsigned calls = fake->calls[FAKE_SNAPSHOT];

	fake->scripts[FAKE_SNAPSHOT].nth = 0;
	if (fake_snapshot(&fake->kernel, fake->arena, machine, NULL) != 0)
		abort();
	fake->scripts[FAKE_SNAPSHOT] = script;
	fake->calls[FAKE_SNAPSHOT] = calls;
	return machine;
}

/* ----------------------------------------------------------------------- packs */

struct ddl_repo *fake_pack(struct fake_kernel *fake, const char *name)
{
	struct ddl_repo *repo = must(ddl_arena_alloc(fake->arena, 1, sizeof *repo));
	struct ddl_package *package = must(ddl_arena_alloc(fake->arena, 1, sizeof *package));

	repo->identifier = repo->name = repo->description = name;
	repo->packages = package;
	repo->n_packages = 1;
	*package = (struct ddl_package){ .label = name,
					 .type = DDL_PKG_DRIVER_RPM,
					 .kernel = FAKE_RELEASE,
					 .file = "pack.rpm",
					 .root = "",
					 .options = "",
					 .state = DDL_PKG_STAGED,
					 .version = "1-1" };
	return repo;
}

static struct ddl_file *add_file(struct fake_kernel *fake, struct ddl_repo *repo, enum ddl_file_kind kind, const char *path)
{
	struct ddl_package *package = &repo->packages[0];
	struct ddl_file *file = must(ddl_arena_alloc(fake->arena, 1, sizeof *file));
	struct ddl_file **entry = must(ddl_arena_push(fake->arena, &package->files, &package->n_files, sizeof *entry));

	*entry = file;
	file->kind = kind;
	file->path = path;
	file->fd = -1;
	return file;
}

struct ddl_module *fake_pack_module(struct fake_kernel *fake, struct ddl_repo *repo, const struct fake_image *image,
				    const char *aliases)
{
	struct ddl_package *package = &repo->packages[0];
	struct ddl_module *module = must(ddl_arena_alloc(fake->arena, 1, sizeof *module));
	struct ddl_module **entry;

	*module = (struct ddl_module)DDL_MODULE_INIT;
	module->name = module->path = image->name;
	module->version = image->version;
	module->srcversion = image->srcversion;
	module->vermagic = FAKE_RELEASE " SMP";
	module->kernel = FAKE_RELEASE;
	module->arch = "x86_64";
	module->aliases = must(ddl_arena_alloc(fake->arena, 16, sizeof *module->aliases));
	module->n_aliases = split(fake, aliases, module->aliases, 16);
	module->depends = must(ddl_arena_alloc(fake->arena, FAKE_NEEDS, sizeof *module->depends));
	while (module->n_depends < FAKE_NEEDS && image->needs[module->n_depends]) {
		module->depends[module->n_depends] = image->needs[module->n_depends];
		module->n_depends++;
	}
	module->file = add_file(fake, repo, DDL_FILE_MODULE, image->name);
	module->file->fd = image->fd;
	entry = must(ddl_arena_push(fake->arena, &package->modules, &package->n_modules, sizeof *entry));
	*entry = module;
	return module;
}

int fake_plan(struct fake_kernel *fake, struct ddl_repo *const *repos, size_t n_chosen, size_t n_repos, bool unbind,
	      struct ddl_plan *plan, struct ddl_error *error)
{
	const struct ddl_plan_call call = { fake->arena, fake_machine(fake), &fake->kernel, repos, n_chosen,
					    n_repos,     fake->replace,      unbind };

	return ddl_plan_make(&call, plan, error);
}

/* Descriptors that tests really opened, to close in the end. */
static int opened[32];
static size_t n_opened;

struct ddl_file *fake_pack_file(struct fake_kernel *fake, struct ddl_repo *repo, enum ddl_file_kind kind, const char *path,
				const char *bytes)
{
	struct ddl_file *file = add_file(fake, repo, kind, path);

	file->size = strlen(bytes);
	file->fd = memfd_create("staged", MFD_CLOEXEC);
	if (file->fd < 0 || write(file->fd, bytes, strlen(bytes)) != (ssize_t)strlen(bytes) ||
	    n_opened == sizeof opened / sizeof opened[0])
		abort();
	opened[n_opened++] = file->fd;
	return file;
}

void fake_kernel_free(struct fake_kernel *fake)
{
	while (n_opened > 0)
		close(opened[--n_opened]);
	ddl_arena_free(fake->arena);
	munmap(fake, sizeof *fake);
}
