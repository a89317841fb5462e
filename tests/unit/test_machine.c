// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of reading the machine, on trees that tests/roots/make-root builds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"
#include "machine/machine.h"
#include "module/module_name.h"
#include "tree.h"

#define RELEASE "6.1.0-56-amd64"

static struct ddl_machine machine;

static void read_root(const char *name)
{
	const char *top = getenv("DDL_TOP");

	if (access(tree_path(name), F_OK) != 0)
		assert_true(tree_shell("%s/tests/roots/make-root %s %s", top ? top : ".", name, name));
	assert_int_equal(ddl_machine_read(arena, tree_path(name), RELEASE, &machine, &error), 0);
}

static const struct ddl_device *device_at(const char *bus, const char *address)
{
	for (size_t i = 0; i < machine.n_devices; i++)
		if (strcmp(machine.devices[i].bus, bus) == 0 && strcmp(machine.devices[i].address, address) == 0)
			return &machine.devices[i];
	return NULL;
}

/* ------------------------------------------------------------------ devices */

/* A device of a bus, and what its driver has made below it: links as sysfs has them. */
static void made_up_device(const char *bus, const char *name, const char *modalias)
{
	assert_true(tree_shell("mkdir -p hosts/sys/class/block hosts/sys/devices/%s/%s hosts/sys/bus/%s/devices && "
			       "echo '%s' >hosts/sys/devices/%s/%s/modalias && "
			       "ln -s ../../../devices/%s/%s hosts/sys/bus/%s/devices/%s",
			       bus, name, bus, modalias, bus, name, bus, name, bus, name));
}

static void made_up_link(const char *class, const char *place)
{
	const char *name = strrchr(place, '/') + 1;

	assert_true(tree_shell("mkdir -p hosts/sys/class/%s hosts/sys/devices/%s && ln -s ../../devices/%s hosts/sys/class/%s/%s",
			       class, place, place, class, name));
}

/* What a device is there for, where its bus does not say so: its driver has made a SCSI host. */
static void test_hosts(void **state)
{
	(void)state;
	made_up_device("platform", "hisi_sas", "platform:hisi_sas_v1");
	made_up_device("platform", "other", "platform:other");
	made_up_device("vio", "30000003", "vio:TvscsiSIBM,v-scsi");
	made_up_device("vio", "30000004", "vio:TfcpSIBM,vfc-client");
	made_up_device("vio", "30000005", "vio:TnetworkSIBM,l-lan");
	made_up_device("ccw", "0.0.1900", "ccw:t1731m03dt1732dm03");
	made_up_device("ccw", "0.0.0600", "ccw:t1731m01dt1732dm01");
	made_up_device("ccw", "0.0.0200", "ccw:t3990mE9dt3390dm0A");
	made_up_device("acpi", "full", "acpi:A:");
	made_up_device("acpi", "bare", "acpi:B:");
	made_up_link("scsi_host", "platform/hisi_sas/host3/scsi_host/host3");
	made_up_link("scsi_host", "vio/30000004/host4/scsi_host/host4");
	made_up_link("fc_host", "vio/30000004/host4/fc_host/host4");
	made_up_link("scsi_host", "acpi/full/ata1/host5/scsi_host/host5");
	made_up_link("scsi_host", "acpi/bare/ata3/host6/scsi_host/host6");
	made_up_link("ata_device", "acpi/full/ata1/link1/dev1.0/ata_device/dev1.0");
	made_up_link("ata_device", "acpi/full/ata2/link2/dev2.0/ata_device/dev2.0");
	made_up_link("ata_device", "acpi/bare/ata3/link3/dev3.0/ata_device/dev3.0");
	assert_true(tree_shell(
		"echo ata >hosts/sys/class/ata_device/dev1.0/class && echo unknown >hosts/sys/class/ata_device/dev2.0/class && "
		"echo unknown >hosts/sys/class/ata_device/dev3.0/class"));
	assert_int_equal(ddl_machine_read(arena, tree_path("hosts"), "x", &machine, &error), 0);
	assert_int_equal(device_at("platform", "hisi_sas")->class, DDL_CLASS_STORAGE);
	assert_false(device_at("platform", "hisi_sas")->fabric);
	assert_int_equal(device_at("platform", "other")->class, DDL_CLASS_OTHER);
	assert_int_equal(device_at("vio", "30000003")->class, DDL_CLASS_STORAGE);
	assert_true(device_at("vio", "30000004")->fabric);
	assert_int_equal(device_at("vio", "30000005")->class, DDL_CLASS_NETWORK);
	assert_int_equal(device_at("ccw", "0.0.1900")->class, DDL_CLASS_STORAGE);
	assert_int_equal(device_at("ccw", "0.0.0600")->class, DDL_CLASS_NETWORK);
	assert_int_equal(device_at("ccw", "0.0.0200")->class, DDL_CLASS_STORAGE);
	/* libata says of each port what it has found; nothing is to come where it found nothing at all */
	assert_int_equal(device_at("acpi", "full")->class, DDL_CLASS_STORAGE);
	assert_false(device_at("acpi", "full")->empty);
	assert_true(device_at("acpi", "bare")->empty);
	assert_string_equal(device_at("acpi", "bare")->place, "sys/devices/acpi/bare");
}

/* While disks are waited for only what changes is looked at. */
static void test_glance(void **state)
{
	struct ddl_machine whole;

	(void)state;
	read_root("raid-loaded");
	whole = machine;
	assert_int_equal(ddl_machine_glance(arena, tree_path("raid-loaded"), RELEASE, &machine, &error), 0);
	assert_int_equal(machine.n_devices, whole.n_devices);
	assert_int_equal(machine.n_disks, whole.n_disks);
	assert_int_equal(machine.n_loaded, whole.n_loaded);
	assert_string_equal(ddl_machine_loaded(&machine, "megaraid_sas")->srcversion,
			    ddl_machine_loaded(&whole, "megaraid_sas")->srcversion);
	assert_int_equal(device_at("pci", "0000:03:00.0")->n_disks, 2);
	assert_int_equal(ddl_machine_loaded(&machine, "megaraid_sas")->n_params, 0);
	assert_int_equal(machine.n_builtin, 0);
	assert_int_equal(machine.n_uses, 0);
}

static void test_controller_without_driver(void **state)
{
	const struct ddl_device *device;

	(void)state;
	read_root("raid-without-driver");
	assert_string_equal(machine.release, RELEASE);
	device = device_at("pci", "0000:03:00.0");
	assert_non_null(device);
	assert_string_equal(device->modalias, "pci:v00001000d00000060sv00001000sd00001013bc01sc04i00");
	assert_string_equal(device->driver, "");
	assert_string_equal(device->module, "");
	assert_string_equal(device->ids, "1000:0060");
	assert_int_equal(device->class_code, 0x010400);
	assert_int_equal(device->class, DDL_CLASS_STORAGE);
	assert_int_equal(device->n_disks, 0);
	device = device_at("pci", "0000:00:01.1");
	assert_string_equal(device->driver, "ata_piix");
	assert_string_equal(device->module, "ata_piix");
	assert_int_equal(device->n_disks, 1);
	assert_string_equal(device->disks[0].name, "sr0");
	/* a bridge is driven by code that is built in, and has no disks of its own */
	device = device_at("pci", "0000:00:1c.0");
	assert_string_equal(device->driver, "pcieport");
	assert_string_equal(device->module, "");
	assert_int_equal(device->class, DDL_CLASS_OTHER);
	assert_non_null(device_at("platform", "pcspkr"));
	assert_string_equal(device_at("platform", "pcspkr")->ids, "");
	assert_null(device_at("cpu", "cpu0"));
	assert_true(device_at("pci", "0000:00:01.1")->disks[0].removable);
	assert_string_equal(device_at("pci", "0000:00:01.1")->disks[0].model, "QEMU DVD-ROM");
	/* disks to install onto: neither loop, ram nor zram, and no CD drive */
	assert_int_equal(machine.n_disks, 0);
	assert_int_equal(machine.n_uses, 0);
}

static void test_disks_below(void **state)
{
	const struct ddl_device *device;

	(void)state;
	read_root("raid-loaded");
	device = device_at("pci", "0000:03:00.0");
	assert_string_equal(device->module, "megaraid_sas");
	assert_int_equal(device->n_disks, 2);
	assert_string_equal(device->disks[0].name, "sda");
	assert_string_equal(device->disks[0].model, "MR9361-8i");
	assert_int_equal(device->disks[0].size, 41943040ULL * 512);
	assert_false(device->disks[0].removable);
	assert_string_equal(device->disks[1].name, "sdb");
	assert_int_equal(device_at("pci", "0000:00:1c.0")->n_disks, 0);
	device = device_at("scsi", "0:2:1:0");
	assert_string_equal(device->driver, "sd");
	assert_string_equal(device->module, "sd_mod");
	assert_int_equal(device->n_disks, 1);
	device = device_at("pci", "0000:00:03.0");
	assert_int_equal(device->class, DDL_CLASS_NETWORK);
	assert_int_equal(device->n_links, 1);
	assert_string_equal(device->links[0], "eth0");
	assert_int_equal(machine.n_disks, 2); /* sda sdb: no dm, md, partition, CD drive */
}

static void test_nvme_and_virtio(void **state)
{
	const struct ddl_device *device;

	(void)state;
	read_root("nvme-with-paths");
	assert_int_equal(machine.n_disks, 2);
	device = device_at("pci", "0000:00:05.0");
	assert_int_equal(device->class, DDL_CLASS_STORAGE);
	assert_int_equal(device->n_disks, 1);
	assert_string_equal(device->disks[0].name, "nvme0n1");
	assert_string_equal(device->disks[0].model, "QEMU NVMe Ctrl");
	device = device_at("virtio", "virtio0");
	assert_int_equal(device->class, DDL_CLASS_STORAGE);
	assert_string_equal(device->module, "");
	assert_int_equal(device->n_disks, 1);
	assert_string_equal(device->disks[0].name, "vda");
	assert_string_equal(device->disks[0].model, "");
	assert_int_equal(machine.n_uses, 1);
	assert_string_equal(machine.uses[0].what, "nvme0n1p1");
	assert_string_equal(machine.uses[0].disk, "nvme0n1");
}

/* ------------------------------------------------------------------ modules */

static void test_modules(void **state)
{
	const struct ddl_loaded *loaded;

	(void)state;
	read_root("raid-loaded");
	loaded = ddl_machine_loaded(&machine, "megaraid-sas");
	assert_non_null(loaded);
	assert_string_equal(loaded->name, "megaraid_sas");
	assert_string_equal(loaded->version, "07.719.03.00-rc1");
	assert_string_equal(loaded->srcversion, "A1B2C3D4E5F60718293A4B5");
	assert_int_equal(loaded->references, 2);
	assert_true(loaded->live);
	assert_int_equal(loaded->n_holders, 0);
	assert_int_equal(loaded->n_params, 2);
	assert_string_equal(loaded->params[0], "dual_qdepth_disable=0");
	assert_string_equal(loaded->params[1], "max_sectors=0");
	loaded = ddl_machine_loaded(&machine, "scsi_mod");
	assert_int_equal(loaded->n_holders, 2);
	assert_string_equal(loaded->holders[0], "libata");
	assert_string_equal(loaded->holders[1], "sr_mod");
	assert_string_equal(loaded->version, "");
	/* cannot be unloaded; is not ready */
	assert_int_equal(ddl_machine_loaded(&machine, "e1000")->references, -1);
	assert_int_equal(ddl_machine_loaded(&machine, "e1000")->n_holders, 0);
	assert_false(ddl_machine_loaded(&machine, "slow")->live);
	assert_null(ddl_machine_loaded(&machine, "megaraid"));
	assert_null(ddl_machine_loaded(&machine, "sd_mod")); /* in /sys/module only: built in */
	assert_true(ddl_machine_builtin(&machine, "xhci_hcd"));
	assert_true(ddl_machine_builtin(&machine, "xhci-hcd"));
	assert_false(ddl_machine_builtin(&machine, "xhci"));
}

static void test_names(void **state)
{
	(void)state;
	assert_true(ddl_module_name_equal("a-b_c", "a_b-c"));
	assert_false(ddl_module_name_equal("a-b", "a-bc"));
	assert_false(ddl_module_name_equal("ab", "a_b"));
	assert_true(ddl_module_name_equal("", ""));
}

/* --------------------------------------------------------------------- uses */

static bool is_used(enum ddl_use_kind kind, const char *what, const char *disk, const char *by)
{
	for (size_t i = 0; i < machine.n_uses; i++)
		if (machine.uses[i].kind == kind && strcmp(machine.uses[i].what, what) == 0 &&
		    strcmp(machine.uses[i].disk, disk) == 0 && strcmp(machine.uses[i].by, by) == 0)
			return true;
	return false;
}

static void test_uses(void **state)
{
	(void)state;
	read_root("raid-loaded");
	assert_true(is_used(DDL_USE_MOUNT, "sda1", "sda", "/mnt/boot disk"));
	assert_true(is_used(DDL_USE_MOUNT, "dm-0", "sda", "/")); /* through LVM */
	assert_true(is_used(DDL_USE_MOUNT, "sr0", "sr0", "/cdrom"));
	/* btrfs has no device number of its own; the array lies on both disks */
	assert_true(is_used(DDL_USE_MOUNT, "md127", "sda", "/srv"));
	assert_true(is_used(DDL_USE_MOUNT, "md127", "sdb", "/srv"));
	assert_true(is_used(DDL_USE_SWAP, "sda3", "sda", "swap"));
	assert_true(is_used(DDL_USE_DM, "sda2", "sda", "dm-0 (LVM vg0)"));
	assert_true(is_used(DDL_USE_MD, "sda10", "sda", "md127"));
	assert_true(is_used(DDL_USE_MD, "sdb", "sdb", "md127"));
	assert_true(is_used(DDL_USE_LINK_UP, "eth0", "eth0", "eth0"));
	assert_int_equal(machine.n_uses, 10);
}

/* ----------------------------------------------------------------- matching */

static void test_match(void **state)
{
	static const char *aliases[] = {
		"pci:v00001000d00000411sv*sd*bc*sc*i*",
		"pci:v00001000d00000060sv*sd*bc*sc*i*",
		"pci:v00008086d0000100Esv*sd*bc*sc*i*",
	};
	static const char *storage[] = { "pci:v*d*sv*sd*bc01sc0[148]i*" };
	static const char *odd[] = { "", "*x", "pci", "[", "pci:v00001000d00000060", "\\", "scsi:t-0x00?" };
	struct ddl_module module = { .aliases = aliases, .n_aliases = 3 };
	const struct ddl_device *device;
	const char *alias = NULL;

	(void)state;
	read_root("raid-loaded");
	device = ddl_machine_match(&machine, &module, &alias);
	assert_string_equal(device->address, "0000:00:03.0");
	assert_string_equal(alias, aliases[2]);
	device = ddl_machine_match_next(&machine, &module, device, &alias);
	assert_string_equal(device->address, "0000:03:00.0");
	assert_string_equal(alias, aliases[1]);
	assert_null(ddl_machine_match_next(&machine, &module, device, &alias));
	module = (struct ddl_module){ .aliases = storage, .n_aliases = 1 };
	device = ddl_machine_match(&machine, &module, NULL);
	assert_string_equal(device->address, "0000:00:01.1");
	assert_string_equal(ddl_machine_match_next(&machine, &module, device, NULL)->address, "0000:03:00.0");
	module = (struct ddl_module){ .aliases = odd, .n_aliases = sizeof(odd) / sizeof(odd[0]) };
	assert_null(ddl_machine_match(&machine, &module, &alias));
	module.n_aliases = 0;
	assert_null(ddl_machine_match(&machine, &module, &alias));
}

/* A wildcard's character in a device's own modalias is only a character. */
static void test_match_odd_modalias(void **state)
{
	static const char *aliases[] = { "dmi:a[b*" };
	static const char *wild[] = { "dmi:a*z" };
	struct ddl_device device = { .modalias = "dmi:a*b]z" };
	struct ddl_machine odd = { .devices = &device, .n_devices = 1 };
	struct ddl_module module = { .aliases = aliases, .n_aliases = 1 };

	(void)state;
	assert_null(ddl_machine_match(&odd, &module, NULL));
	module.aliases = wild;
	assert_ptr_equal(ddl_machine_match(&odd, &module, NULL), &device);
}

/* A driver with as many aliases as there may be, against a large machine: under a second, sanitizers and all. */
static void test_match_many(void **state)
{
	static const char *aliases[DDL_MAX_ALIASES];
	struct ddl_module module = { .aliases = aliases, .n_aliases = DDL_MAX_ALIASES };
	struct ddl_machine large = { .n_devices = 300 };
	struct timespec before, after;

	(void)state;
	large.devices = ddl_arena_alloc(arena, large.n_devices, sizeof(*large.devices));
	for (size_t i = 0; i < large.n_devices; i++)
		large.devices[i].modalias = ddl_arena_printf(arena, "pci:v00008086d%08zXsv00001028sd00000600bc08sc80i00", i);
	for (size_t i = 0; i < DDL_MAX_ALIASES; i++)
		aliases[i] = ddl_arena_printf(arena, "pci:v00001000d%08zXsv*sd*bc*sc*i*", i);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	assert_null(ddl_machine_match(&large, &module, NULL));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	assert_in_range((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000, 0, 999);
}

/* -------------------------------------------------------------- odd machines */

static void test_nothing_there(void **state)
{
	struct utsname name;

	(void)state;
	tree_directory("empty-root");
	assert_int_equal(ddl_machine_read(arena, tree_path("empty-root"), NULL, &machine, &error), 0);
	assert_int_equal(machine.n_devices + machine.n_disks + machine.n_loaded + machine.n_uses + machine.n_builtin, 0);
	assert_int_equal(uname(&name), 0);
	assert_string_equal(machine.release, name.release);
	assert_int_equal(ddl_machine_read(arena, tree_path("no-root"), NULL, &machine, &error), -1);
	assert_int_equal(error.code, DDL_E_OPEN);
}

static void test_odd_files(void **state)
{
	(void)state;
	tree_file("odd/proc/modules",
		  "\nshort\nname 1 2\na 1 0 - Live 0x0\nb 1 - a,, Unloading 0x0 (OE)\nc 1 -1 [unsafe], Live 0\n");
	tree_file("odd/proc/self/mountinfo", "garbage\n1 2 3\n1 2 8:0 / /x - \n 1 2 8:0 / /\\777\\04 rw - ext4 /dev/sda rw\n");
	tree_file("odd/proc/swaps", "Filename\n/dev/none partition 1 2 3\n");
	tree_file("odd/lib/modules/x/modules.builtin", "\n/\n.ko\nkernel/a.ko\nkernel/b\n");
	tree_file("odd/sys/class/block/sda/size", "not a number\n");
	tree_file("odd/sys/class/block/sda/dev", "8:0");
	tree_file("odd/sys/class/net/bonding_masters", "\n");
	tree_link("odd/sys/bus/pci/devices/0000:00:00.0", "../../../loop");
	tree_link("odd/sys/loop", "loop");
	tree_file("odd/sys/bus/pci/devices/plain/modalias", "pci:x\n");
	assert_int_equal(ddl_machine_read(arena, tree_path("odd"), "x", &machine, &error), 0);
	assert_int_equal(machine.n_loaded, 3);
	assert_string_equal(machine.loaded[1].holders[0], "a");
	assert_int_equal(machine.loaded[1].references, -1);
	assert_false(machine.loaded[1].live);
	assert_int_equal(machine.n_builtin, 1);
	assert_int_equal(machine.n_disks, 1);
	assert_int_equal(machine.disks[0].size, 0);
	assert_int_equal(machine.n_uses, 1);
	assert_int_equal(machine.n_devices, 0);
	/* a release that would lead out of lib/modules */
	assert_int_equal(ddl_machine_read(arena, tree_path("odd"), "../modules/x", &machine, &error), 0);
	assert_int_equal(machine.n_builtin, 0);
}

/* This very machine can be read, and a capture of it reads the same. */
static void test_capture(void **state)
{
	struct ddl_machine real;
	const char *top = getenv("DDL_TOP");

	(void)state;
	assert_true(tree_shell("%s/scripts/capture-root real.tar && mkdir real && tar -C real -xf real.tar", top ? top : "."));
	assert_true(tree_shell("%s/scripts/capture-root --help | grep -q usage && ! ls ./--help 2>/dev/null", top ? top : "."));
	assert_int_equal(ddl_machine_read(arena, NULL, NULL, &real, &error), 0);
	assert_int_equal(ddl_machine_read(arena, tree_path("real"), NULL, &machine, &error), 0);
	assert_int_equal(machine.n_devices, real.n_devices);
	for (size_t i = 0; i < real.n_devices; i++) {
		assert_string_equal(machine.devices[i].address, real.devices[i].address);
		assert_string_equal(machine.devices[i].modalias, real.devices[i].modalias);
		assert_string_equal(machine.devices[i].driver, real.devices[i].driver);
		assert_string_equal(machine.devices[i].module, real.devices[i].module);
		assert_int_equal(machine.devices[i].class, real.devices[i].class);
		assert_int_equal(machine.devices[i].n_disks, real.devices[i].n_disks);
		assert_int_equal(machine.devices[i].n_links, real.devices[i].n_links);
	}
	assert_int_equal(machine.n_disks, real.n_disks);
	for (size_t i = 0; i < real.n_disks; i++) {
		assert_string_equal(machine.disks[i].name, real.disks[i].name);
		assert_string_equal(machine.disks[i].model, real.disks[i].model);
		assert_int_equal(machine.disks[i].size, real.disks[i].size);
	}
	assert_int_equal(machine.n_loaded, real.n_loaded);
	assert_int_equal(machine.n_builtin, real.n_builtin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_controller_without_driver),
		TEST(test_disks_below),
		TEST(test_nvme_and_virtio),
		TEST(test_modules),
		cmocka_unit_test(test_names),
		TEST(test_uses),
		TEST(test_match),
		cmocka_unit_test(test_match_odd_modalias),
		TEST(test_hosts),
		TEST(test_glance),
		TEST(test_match_many),
		TEST(test_nothing_there),
		TEST(test_odd_files),
		TEST(test_capture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
