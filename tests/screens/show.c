/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shows one screen by name, with made-up facts, through a real front end: what the golden
 * screens are taken of.
 *
 *	show [--plain] SCENE
 *
 * After the answer it prints "reply: WORD" and what was chosen; scenes that show progress
 * go on until they are told to stop, and print "reply: stopped". SHOW_ROOT is the root of a
 * machine without media, for what can be done with a log. SHOW_COLORS is the value of --colors,
 * SHOW_REPLY a file for the answer.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "source/monitor.h"
#include "terminal/language.h"
#include "terminal/term.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MB 1000000ULL
#define GB (1000ULL * MB)

/* ------------------------------------------------------------------ the machine */

static struct ddl_disk disks[] = {
	{ "sda", "QEMU HARDDISK", 8 * GB, false },
	{ "sdb", "SanDisk Ultra", 16 * GB, true },
	{ "nvme0n1", "Samsung SSD 970 PRO 512GB", 512 * GB, false },
	{ "nvme1n1", "Samsung SSD 970 PRO 512GB", 512 * GB, false },
};

#define DEVICE(address_, ids_, name_, driver_, class_) \
	{ \
		.bus = "pci", .address = address_, .ids = ids_, .name = name_, .driver = driver_, .module = driver_, \
		.modalias = "pci:v" ids_, .class = class_ \
	}

static struct ddl_device devices[] = {
	DEVICE("0000:00:01.1", "8086:7010", "Intel 82371SB PIIX3 IDE [Natoma/Triton II]", "ata_piix", DDL_CLASS_STORAGE),
	DEVICE("0000:00:03.0", "8086:100e", "Intel 82540EM Gigabit Ethernet Controller", "e1000", DDL_CLASS_NETWORK),
	DEVICE("0000:00:04.0", "1000:0060", "Broadcom / LSI MegaRAID SAS 1078", "", DDL_CLASS_STORAGE),
	DEVICE("0000:00:1f.2", "8086:2922", "Intel 82801IR/IO/IH (ICH9R/DO/DH) 6 port SATA Controller [AHCI mode]", "ahci",
	       DDL_CLASS_STORAGE),
	DEVICE("0000:03:00.0", "1000:005d", NULL, "", DDL_CLASS_STORAGE),
	DEVICE("0000:04:00.0", "14e4:1657", "Broadcom NetXtreme BCM5719 Gigabit Ethernet PCIe", "tg3", DDL_CLASS_NETWORK),
	DEVICE("0000:04:00.1", "14e4:1657", "Broadcom NetXtreme BCM5719 Gigabit Ethernet PCIe", "tg3", DDL_CLASS_NETWORK),
	DEVICE("0000:00:1f.3", "8086:2930", NULL, "i2c_i801", DDL_CLASS_OTHER),
};

static struct ddl_machine server = {
	.release = "6.1.0-56-amd64",
	.devices = devices,
	.n_devices = 3,
};

static struct ddl_machine killed = {
	.release = "6.1.0-56-amd64",
	.interrupted = "ddload load --replace /dev/sr0 (process 214)",
};

static struct ddl_machine large = {
	.release = "6.1.0-56-amd64",
	.devices = devices,
	.n_devices = COUNT(devices),
	.disks = disks,
	.n_disks = COUNT(disks),
};

/* More controllers without a driver than the screen has rows for controllers, on a bus where those with one come first. */
#define IDLE(address_) \
	DEVICE("0000:" address_, "1000:005d", "Broadcom / LSI MegaRAID SAS-3 3108 [Invader]", "", DDL_CLASS_STORAGE)
static struct ddl_device many_devices[] = {
	DEVICE("0000:00:1f.2", "8086:2922", "Intel 82801IR/IO/IH (ICH9R/DO/DH) 6 port SATA Controller [AHCI mode]", "ahci",
	       DDL_CLASS_STORAGE),
	IDLE("02:00.0"),
	DEVICE("0000:03:00.0", "1000:0097", "Broadcom / LSI SAS3008 PCI-Express Fusion-MPT SAS-3", "megaraid_sas",
	       DDL_CLASS_STORAGE),
	IDLE("04:00.0"),
	IDLE("05:00.0"),
	IDLE("06:00.0"),
	IDLE("07:00.0"),
	IDLE("08:00.0"),
	IDLE("09:00.0"),
};
static struct ddl_machine idle = { .release = "6.1.0-56-amd64",
				   .devices = many_devices,
				   .n_devices = COUNT(many_devices),
				   .disks = disks,
				   .n_disks = COUNT(disks) };

/* ------------------------------------------------------------------------- media */

static struct ddl_source cd = {
	.kind = DDL_SOURCE_DEVICE,
	.name = "sr0",
	.path = "/dev/sr0",
	.label = "MegaRAID SAS driver 07.999",
	.uuid = "",
	.format = "iso9660",
	.model = "QEMU DVD-ROM",
	.size = 503808,
	.removable = true,
	.usable = true,
};
static struct ddl_source stick = {
	.kind = DDL_SOURCE_DEVICE,
	.name = "sdb1",
	.path = "/dev/sdb1",
	.label = "TRANSPORT",
	.uuid = "1234-ABCD",
	.format = "vfat",
	.model = "SanDisk Ultra",
	.size = 16 * GB,
	.removable = true,
	.usable = true,
};
static struct ddl_source empty = {
	.kind = DDL_SOURCE_DEVICE,
	.name = "sr1",
	.path = "/dev/sr1",
	.label = "",
	.uuid = "",
	.format = "",
	.model = "",
	.removable = true,
};
static struct ddl_source broken = {
	.kind = DDL_SOURCE_DEVICE,
	.name = "sdc",
	.path = "/dev/sdc",
	.label = "",
	.uuid = "",
	.format = "",
	.model = "",
	.size = 4 * GB,
	.trouble = { DDL_E_TIMEOUT, 0, "sdc" },
};
static struct ddl_source volumes[6];

/* As they are while what is on them is found out. */
static struct ddl_source looked[] = {
	{ .name = "sr0",
	  .path = "/dev/sr0",
	  .label = "ACME DRIVER DISK",
	  .format = "iso9660",
	  .model = "QEMU DVD-ROM",
	  .size = 368 * 1024,
	  .removable = true,
	  .usable = true,
	  .look = DDL_LOOK_DONE,
	  .packs = 1,
	  .fitting = 1 },
	{ .name = "sdb1",
	  .path = "/dev/sdb1",
	  .label = "STICK",
	  .format = "vfat",
	  .model = "SanDisk Ultra",
	  .size = 16 * GB,
	  .removable = true,
	  .usable = true,
	  .look = DDL_LOOK_DONE,
	  .packs = 3 },
	{ .name = "sdc",
	  .path = "/dev/sdc",
	  .label = "",
	  .format = "",
	  .model = "Generic Flash Disk",
	  .size = 4 * GB,
	  .removable = true,
	  .look = DDL_LOOK_UNDER_WAY },
	{ .name = "sdd1",
	  .path = "/dev/sdd1",
	  .label = "DATA",
	  .format = "ext4",
	  .model = "Disk",
	  .size = 4 * GB,
	  .usable = true,
	  .look = DDL_LOOK_DONE,
	  .found = DDL_E_NOT_A_DISK },
	{ .name = "sde",
	  .path = "/dev/sde",
	  .label = "",
	  .format = "",
	  .model = "Disk",
	  .size = 4 * GB,
	  .look = DDL_LOOK_UNDER_WAY,
	  .trouble = { DDL_E_TIMEOUT, 0, "" } },
};
static struct ddl_source *looked_sources[] = { &looked[0], &looked[1], &looked[2], &looked[3], &looked[4] };
static struct ddl_source *few_sources[] = { &cd };
static struct ddl_source *many_sources[10] = { &stick, &cd, &empty, &broken };

static void fill_volumes(void)
{
	static char names[COUNT(volumes)][8];

	for (size_t i = 0; i < COUNT(volumes); i++) {
		snprintf(names[i], sizeof names[i], "nvme%zu", i);
		volumes[i] = (struct ddl_source){
			.kind = DDL_SOURCE_DEVICE,
			.name = names[i],
			.path = names[i],
			.label = "",
			.uuid = "",
			.format = "LVM2_member",
			.model = "Samsung SSD",
			.size = 512 * GB,
		};
		many_sources[4 + i] = &volumes[i];
	}
}

/* ------------------------------------------------------------------------- packs */

static const char *aliases[] = { "pci:v00001000d00000060sv*sd*bc*sc*i*", "pci:v00001000d0000005Dsv*sd*bc*sc*i*" };
static const char *needs[] = { "scsi_mod" };

static struct ddl_module module = {
	.name = "megaraid_sas",
	.path = "lib/modules/6.1.0-56-amd64/extra/megaraid_sas.ko",
	.version = "07.999",
	.srcversion = "0123456789ABCDEF0123456",
	.vermagic = "6.1.0-56-amd64 SMP preempt mod_unload modversions ",
	.kernel = "6.1.0-56-amd64",
	.description = "Broadcom MegaRAID SAS Driver",
	.signer = "",
	.aliases = aliases,
	.n_aliases = COUNT(aliases),
	.depends = needs,
	.n_depends = 1,
	.fit = DDL_FIT_YES,
	.device = &devices[2],
	.alias = "pci:v00001000d00000060sv*sd*bc*sc*i*",
	.loaded_version = "",
};
static struct ddl_module *modules[] = { &module };
static struct ddl_file file = {
	.kind = DDL_FILE_MODULE,
	.path = "lib/modules/6.1.0-56-amd64/extra/megaraid_sas.ko",
	.size = 343040,
	.fd = -1,
};
static struct ddl_file *files[] = { &file };

static struct ddl_package packages[] = {
	{ .label = "megaraid_sas",
	  .type = DDL_PKG_DRIVER_RPM,
	  .kernel = "6.1.0-56-amd64",
	  .file = "megaraid_sas-modules-6.1.0-56-amd64-07.999-1.x86_64.rpm",
	  .root = "",
	  .options = "",
	  .size = 99719,
	  .digest = "2fb99ae91000b446f3d71d782c734dae",
	  .state = DDL_PKG_STAGED,
	  .version = "07.999-1",
	  .files = files,
	  .n_files = 1,
	  .modules = modules,
	  .n_modules = 1,
	  .fit = DDL_FIT_YES },
	{ .label = "megaraid_sas",
	  .type = DDL_PKG_DRIVER_RPM,
	  .kernel = "6.1.0-56-kdump",
	  .file = "megaraid_sas-modules-6.1.0-56-kdump-07.999-1.x86_64.rpm",
	  .root = "",
	  .options = "",
	  .size = 98304,
	  .digest = "9ae92fb91000b446f3d71d782c734dae",
	  .state = DDL_PKG_TESTED,
	  .version = "07.999-1",
	  .fit = DDL_FIT_TWIN },
};
static struct ddl_package bad_packages[] = {
	{ .label = "megaraid_sas",
	  .type = DDL_PKG_DRIVER_RPM,
	  .kernel = "6.1.0-56-amd64",
	  .file = "megaraid_sas-modules-6.1.0-56-amd64-07.999-1.x86_64.rpm",
	  .root = "",
	  .options = "",
	  .size = 99719,
	  .digest = "2fb99ae91000b446f3d71d782c734dae",
	  .state = DDL_PKG_BAD,
	  .version = "",
	  .fit = DDL_FIT_DAMAGED,
	  .trouble = { DDL_E_CHECKSUM, 0,
		       "it is d41d8cd98f00b204e9800998ecf8427e, the disk says 2fb99ae91000b446f3d71d782c734dae" } },
};
static struct ddl_package other_packages[] = {
	{ .label = "qla2xxx",
	  .type = DDL_PKG_DRIVER_RPM,
	  .kernel = "4.19.0+1",
	  .file = "qlogic-qla2xxx-10.02.02.00_k-1.x86_64.rpm",
	  .root = "",
	  .options = "",
	  .size = 1200000,
	  .digest = "20c326976b5e53b7e028c25eebe24378",
	  .version = "",
	  .fit = DDL_FIT_OTHER_KERNEL },
};

#define REPO(description_, name_, packages_, fit_) \
	{ \
		.family = DDL_FAMILY_XENSERVER_XML, .where = "", .directory = "", .identifier = "acme:" name_, \
		.originator = "acme", .name = name_, .product = "XenServer", .version = "1.0", .build = "7", \
		.description = description_, .packages = packages_, .n_packages = COUNT(packages_), \
		.fingerprint = "2fb99ae91000b446f3d71d782c734dae", .fit = fit_ \
	}

static struct ddl_repo good_repo = REPO("MegaRAID SAS driver 07.999", "megaraid-sas", packages, DDL_FIT_YES);
static struct ddl_repo bad_repo = REPO("MegaRAID SAS driver 07.999", "megaraid-sas", bad_packages, DDL_FIT_DAMAGED);
/* As it is when the stick is pulled out during the test. */
static struct ddl_package gone_packages[] = {
	{ .label = "megaraid_sas",
	  .type = DDL_PKG_DRIVER_RPM,
	  .kernel = "6.1.0-56-amd64",
	  .file = "megaraid_sas-modules-6.1.0-56-amd64-07.999-1.x86_64.rpm",
	  .root = "",
	  .options = "",
	  .size = 99719,
	  .digest = "2fb99ae91000b446f3d71d782c734dae",
	  .state = DDL_PKG_BAD,
	  .version = "",
	  .trouble = { DDL_E_GONE, 5, "" } },
};
static struct ddl_repo gone_repo = REPO("MegaRAID SAS driver 07.999", "megaraid-sas", gone_packages, DDL_FIT_UNREAD);
static struct ddl_repo other_repo = REPO("QLogic Fibre Channel HBA driver for the older kernel of last year's release", "qla2xxx",
					 other_packages, DDL_FIT_OTHER_KERNEL);

/* One of several, each in a file of its own. */
static struct ddl_repo second_repo = { .identifier = "acme:second",
				       .version = "1.0",
				       .build = "7",
				       .description = "the second of three packs",
				       .where = "drivers/storage/acme-second-1.0.iso",
				       .fingerprint = "2fb99ae91000b446f3d71d782c734dae" };

static struct ddl_repo b_repo = {
	.identifier = "acme:b", .version = "1", .build = "", .description = "b", .fingerprint = "bad09ae91000b446f3d71d782c734dae"
};

static struct ddl_repo long_repo = { .identifier = "acme:long",
				     .version = "1",
				     .build = "",
				     .description = "a pack with a SHA-256",
				     .fingerprint = "1e0defda496f0a358565157ec4fd212c85158e4720fd28af491677f7c4f8bbd7" };

static struct ddl_sum sums[] = {
	{ .file = "pack.metadata.md5",
	  .metadata = true,
	  .state = DDL_SUM_SAME,
	  .expected = "2fb99ae91000b446f3d71d782c734dae",
	  .found = "2fb99ae91000b446f3d71d782c734dae" },
	{ .file = "pack.iso.md5",
	  .state = DDL_SUM_DIFFERS,
	  .expected = "00000000000000000000000000000000",
	  .found = "900150983cd24fb0d6963f7d28e17f72" },
};
static struct ddl_repo beside_repo = REPO("MegaRAID SAS driver 07.999", "megaraid-sas", packages, DDL_FIT_YES);
static struct ddl_error not_the_same = {
	DDL_E_SUM, 0,
	"pack.iso.md5, from the same medium, says "
	"00000000000000000000000000000000; the whole file has 900150983cd24fb0d6963f7d28e17f72"
};

static struct ddl_repo unknown_repo = { .family = DDL_FAMILY_XENSERVER_UPDATE,
					.identifier = "megaraid-sas",
					.version = "1.0",
					.build = "",
					.description = "MegaRAID SAS driver for XenServer 7",
					.fingerprint = "1e0defda496f0a358565157ec4fd212c85158e4720fd28af491677f7c4f8bbd7",
					.signature = { DDL_SIGNED_UNKNOWN, "Acme Updates <updates@acme.example>",
						       "5FE4C4D57C1A2B3C4D5E6F708192A3B4C5D6E7F8", true } };
static struct ddl_repo expired_repo = { .family = DDL_FAMILY_XENSERVER_UPDATE,
					.identifier = "megaraid-sas",
					.version = "1.0",
					.build = "",
					.description = "MegaRAID SAS driver for XenServer 7",
					.fingerprint = "1e0defda496f0a358565157ec4fd212c85158e4720fd28af491677f7c4f8bbd7",
					.signature = { DDL_SIGNED_EXPIRED, "Acme of old <old@acme.example>",
						       "5FE4C4D57C1A2B3C4D5E6F708192A3B4C5D6E7F8", false } };

static struct ddl_repo loose_repo = { .family = DDL_FAMILY_BARE,
				      .where = "",
				      .directory = "",
				      .identifier = "megaraid_sas-modules-6.1.0-56-amd64-07.999.00.00-1.x86_64.rpm+2",
				      .version = "",
				      .build = "",
				      .description = "3 drivers and packages by themselves, without a pack's metadata",
				      .packages = packages,
				      .n_packages = COUNT(packages),
				      .fingerprint = "1e0defda496f0a358565157ec4fd212c85158e4720fd28af491677f7c4f8bbd7",
				      .fit = DDL_FIT_YES };

static struct ddl_repo *two_repos[] = { &good_repo, &other_repo };
static struct ddl_repo *other_repos[] = { &other_repo };
static struct ddl_look two = { .source = &cd, .repos = two_repos, .n_repos = 2 };
static struct ddl_look other = { .source = &cd, .repos = other_repos, .n_repos = 1 };
static bool ticked[2];

/* -------------------------------------------------------------- plans, outcomes */

#define OP(kind_, module_, before, after, from, state_) \
	{ \
		.kind = kind_, .module = module_, .from_pack = from, .tree_path = "", .params = "", .version_before = before, \
		.version_after = after, .state = state_ \
	}

static struct ddl_op load_ops[] = {
	OP(DDL_OP_INSERT, "scsi_transport_sas", "", "", NULL, DDL_OP_DONE),
	OP(DDL_OP_INSERT, "megaraid_sas", "", "07.999", &module, DDL_OP_DONE),
	OP(DDL_OP_SETTLE, "", "", "", NULL, DDL_OP_RUNNING),
};
static struct ddl_op new_ops[] = {
	OP(DDL_OP_INSERT, "scsi_transport_sas", "", "", NULL, DDL_OP_PENDING),
	OP(DDL_OP_INSERT, "megaraid_sas", "", "07.999", &module, DDL_OP_PENDING),
	OP(DDL_OP_SETTLE, "", "", "", NULL, DDL_OP_PENDING),
};
static struct ddl_op swap_ops[] = {
	OP(DDL_OP_UNLOAD, "megaraid_sas", "07.719.03.00-rc1", "", NULL, DDL_OP_PENDING),
	OP(DDL_OP_INSERT, "megaraid_sas", "", "07.999", &module, DDL_OP_PENDING),
	OP(DDL_OP_SETTLE, "", "", "", NULL, DDL_OP_PENDING),
};
static struct ddl_op failed_ops[] = {
	OP(DDL_OP_UNLOAD, "megaraid_sas", "07.719.03.00-rc1", "", NULL, DDL_OP_UNDONE),
	OP(DDL_OP_INSERT, "megaraid_sas", "", "07.999", &module, DDL_OP_FAILED),
	OP(DDL_OP_SETTLE, "", "", "", NULL, DDL_OP_PENDING),
};
static const char *away[] = { "sda" };
static const char *in_the_way[] = { "sda1 is mounted on /mnt/data", "sda2 is in use by dm-0 (LVM vg0)" };

static struct ddl_plan load_plan = { .ops = load_ops, .n_ops = COUNT(load_ops) };
static struct ddl_plan new_plan = { .ops = new_ops, .n_ops = COUNT(new_ops) };
static struct ddl_plan swap_plan = { .ops = swap_ops, .n_ops = COUNT(swap_ops), .replaces = true, .away = away, .n_away = 1 };
static const char *notes[] = {
	"sdb1, which the drivers are on, is read through the driver that is replaced; all that is needed of it has been copied to memory."
};
static struct ddl_plan note_plan = {
	.ops = swap_ops, .n_ops = COUNT(swap_ops), .replaces = true, .notes = notes, .n_notes = COUNT(notes)
};
static struct ddl_plan failed_plan = { .ops = failed_ops, .n_ops = COUNT(failed_ops), .replaces = true };
static struct ddl_plan refused_plan = {
	.replaces = true, .refusals = in_the_way, .n_refusals = 2, .refusal = { DDL_E_BUSY, 0, "sda1 is mounted on /mnt/data" }
};
static struct ddl_holder held[] = { { "ahci", "0000:00:1f.2" } };
static const char *held_notes[] = {
	"ahci holds 0000:00:1f.2: it is unloaded; with --unbind (ddload.unbind=yes) only that device would be taken from it"
};
static struct ddl_plan held_plan = {
	.ops = swap_ops, .n_ops = COUNT(swap_ops), .replaces = true, .held = held, .n_held = 1, .notes = held_notes, .n_notes = 1
};
static struct ddl_op taken_ops[] = {
	OP(DDL_OP_INSERT, "megaraid_sas", "", "07.999", &module, DDL_OP_PENDING),
	OP(DDL_OP_SETTLE, "", "", "", NULL, DDL_OP_PENDING),
};
static const char *taken_notes[] = { "ahci holds 0000:00:1f.2: only that device is taken from it" };
static struct ddl_plan taken_plan = { .ops = taken_ops,
				      .n_ops = COUNT(taken_ops),
				      .replaces = true,
				      .held = held,
				      .n_held = 1,
				      .unbinds = true,
				      .notes = taken_notes,
				      .n_notes = 1 };
static const char *disc_in_use[] = { "sr0 is mounted on /media" };
static struct ddl_plan held_refused_plan = { .replaces = true,
					     .held = held,
					     .n_held = 1,
					     .other_way = true,
					     .refusals = disc_in_use,
					     .n_refusals = 1,
					     .refusal = { DDL_E_HELD, 0, "ahci holds 0000:00:1f.2: sr0 is mounted on /media" } };
static const char *bound[] = { "0000:00:04.0" };
static struct ddl_loaded_now now_loaded = {
	"megaraid_sas", "", "07.999", "0123456789ABCDEF0123456", &good_repo, bound, 1, "", true
};
static struct ddl_loaded_now now_swapped = {
	"megaraid_sas", "07.719.03.00-rc1", "07.999", "0123456789ABCDEF0123456", &good_repo, bound, 1, "", true
};
static const char *kernel_lines[] = {
	"megaraid_sas: loading out-of-tree module taints kernel.",
	"megaraid_sas: disagrees about version of symbol scsi_host_alloc",
	"megaraid_sas: Unknown symbol scsi_host_alloc (err -22)",
};

static struct ddl_outcome works = {
	.result = DDL_RESULT_WORKS, .modules = &now_loaded, .n_modules = 1, .appeared = disks, .n_appeared = 1, .plan = &load_plan
};
static const char *remarks[] = { "0000:00:05.0: megaraid_sas is made for it, and did not take it" };
static struct ddl_outcome swapped = { .result = DDL_RESULT_WORKS,
				      .modules = &now_swapped,
				      .n_modules = 1,
				      .appeared = disks,
				      .n_appeared = 1,
				      .remarks = remarks,
				      .n_remarks = COUNT(remarks),
				      .plan = &swap_plan };
static struct ddl_outcome no_disk = { .result = DDL_RESULT_BOUND_NO_DISK,
				      .modules = &now_loaded,
				      .n_modules = 1,
				      .plan = &load_plan,
				      .error = { DDL_E_NO_DISK_YET, 0, "0000:00:04.0 1000:0060: nothing after 30 seconds" } };
static const char *not_taken_lines[] = {
	"megaraid_sas: loading out-of-tree module taints kernel.",
	"megaraid_sas 0000:00:04.0: Direct firmware load for mega.fw failed with error -2",
	"megaraid_sas: probe of 0000:00:04.0 failed with error -2",
};
static struct ddl_loaded_now now_unused = {
	"megaraid_sas", "", "07.999", "0123456789ABCDEF0123456", &good_repo, NULL, 0, "", true
};
static struct ddl_outcome not_taken = {
	.result = DDL_RESULT_NOT_TAKEN,
	.modules = &now_unused,
	.n_modules = 1,
	.plan = &load_plan,
	.kernel_lines = not_taken_lines,
	.n_kernel_lines = COUNT(not_taken_lines),
	.error = { DDL_E_NOT_TAKEN, 0,
		   "0000:00:04.0 1000:0060: megaraid_sas is made for it: The driver asked for a firmware file that was not found." }
};
static struct ddl_outcome failed = { .result = DDL_RESULT_UNDONE,
				     .plan = &failed_plan,
				     .kernel_lines = kernel_lines,
				     .n_kernel_lines = COUNT(kernel_lines),
				     .error = { DDL_E_INSERT_SYMBOL, 22, "megaraid_sas" } };

static struct ddl_outcome already = { .result = DDL_RESULT_ALREADY };
static struct ddl_outcome refused = { .result = DDL_RESULT_REFUSED,
				      .plan = &refused_plan,
				      .error = { DDL_E_BUSY, 0, "sda1 is mounted on /mnt/data" } };

static const char log_text[] = "[   12.345] sr0: acme:megaraid-sas \"MegaRAID SAS driver 07.999\" version 1.0, fingerprint "
			       "2fb99ae91000b446f3d71d782c734dae\n"
			       "[   14.002] unload megaraid_sas \n"
			       "[   14.210] insert megaraid_sas \n"
			       "[   14.233] undo unload megaraid_sas\n"
			       "[   14.900] megaraid_sas: Everything is again as it was before.\n";

static struct ddl_error other_kernel = { DDL_E_KERNEL, 0,
					 "acme:qla2xxx 1.0-7: built for 4.19.0+1, this kernel is 6.1.0-56-amd64" };
static struct ddl_error in_use = { DDL_E_BUSY, 0, "sda1 is mounted on /mnt/data" };
static struct ddl_error pulled_out = { DDL_E_GONE, 5, "sr0: megaraid_sas-modules-6.1.0-56-amd64-07.999-1.x86_64.rpm" };

static char licence[8192];

static void fill_licence(void)
{
	size_t used = 0;

	for (int i = 1; i <= 40; i++)
		used += (size_t)snprintf(licence + used, sizeof licence - used,
					 "%d. The licensee shall not do thing number %d, nor have it done.\n", i, i);
}

/* ------------------------------------------------------------------------ scenes */

static const struct scene {
	const char *name;
	struct ddl_question question;
} questions[] = {
	{ "source", { .kind = DDL_ASK_SOURCE, .machine = &server, .sources = few_sources, .n_sources = 1 } },
	{ "source-added", { .kind = DDL_ASK_SOURCE, .machine = &server, .sources = few_sources, .n_sources = 1 } },
	{ "source-refreshed", { .kind = DDL_ASK_SOURCE, .machine = &server, .sources = few_sources, .n_sources = 1 } },
	{ "source-other-event", { .kind = DDL_ASK_SOURCE, .machine = &server, .sources = few_sources, .n_sources = 1 } },
	{ "source-looked",
	  { .kind = DDL_ASK_SOURCE, .machine = &server, .sources = looked_sources, .n_sources = COUNT(looked_sources) } },
	{ "source-news",
	  { .kind = DDL_ASK_SOURCE, .machine = &server, .sources = looked_sources, .n_sources = COUNT(looked_sources) } },
	{ "source-news-more",
	  { .kind = DDL_ASK_SOURCE,
	    .machine = &server,
	    .sources = looked_sources,
	    .n_sources = COUNT(looked_sources),
	    .chosen = 1 } },
	{ "source-none", { .kind = DDL_ASK_SOURCE, .machine = &server } },
	{ "source-many",
	  { .kind = DDL_ASK_SOURCE, .machine = &large, .sources = many_sources, .n_sources = COUNT(many_sources), .chosen = 1 } },
	{ "source-idle",
	  { .kind = DDL_ASK_SOURCE, .machine = &idle, .sources = many_sources, .n_sources = COUNT(many_sources) } },
	{ "packs", { .kind = DDL_ASK_PACKS, .machine = &server, .look = &two, .ticked = ticked } },
	{ "packs-none-fit", { .kind = DDL_ASK_PACKS, .machine = &server, .look = &other, .ticked = ticked } },
	{ "verify", { .kind = DDL_ASK_VERIFY, .compared = DDL_COMPARED_NOT, .repo = &good_repo } },
	{ "verify-loose", { .kind = DDL_ASK_VERIFY, .compared = DDL_COMPARED_NOT, .repo = &loose_repo } },
	{ "verify-long", { .kind = DDL_ASK_VERIFY, .compared = DDL_COMPARED_NOT, .repo = &long_repo } },
	{ "verify-beside", { .kind = DDL_ASK_VERIFY, .compared = DDL_COMPARED_NOT, .repo = &beside_repo } },
	{ "verify-expired", { .kind = DDL_ASK_VERIFY, .compared = DDL_COMPARED_NOT, .repo = &expired_repo } },
	{ "verify-second", { .kind = DDL_ASK_VERIFY, .compared = DDL_COMPARED_NOT, .repo = &second_repo, .number = 2, .of = 3 } },
	{ "licence-second", { .kind = DDL_ASK_LICENCE, .repo = &second_repo, .licence = "Use it well.", .number = 2, .of = 3 } },
	{ "trust", { .kind = DDL_ASK_TRUST, .repo = &unknown_repo } },
	{ "verify-b", { .kind = DDL_ASK_VERIFY, .compared = DDL_COMPARED_NOT, .repo = &b_repo } },
	{ "tested", { .kind = DDL_ASK_TESTED, .repo = &good_repo } },
	{ "tested-bad", { .kind = DDL_ASK_TESTED, .repo = &bad_repo } },
	{ "tested-gone", { .kind = DDL_ASK_TESTED, .repo = &gone_repo, .error = &pulled_out } },
	{ "tested-beside", { .kind = DDL_ASK_TESTED, .repo = &beside_repo, .error = &not_the_same } },
	{ "licence", { .kind = DDL_ASK_LICENCE, .repo = &good_repo, .licence = licence } },
	{ "plan", { .kind = DDL_ASK_APPLY, .plan = &new_plan } },
	{ "plan-replace", { .kind = DDL_ASK_APPLY, .plan = &swap_plan } },
	{ "plan-held", { .kind = DDL_ASK_APPLY, .plan = &held_plan } },
	{ "plan-taken", { .kind = DDL_ASK_APPLY, .plan = &taken_plan } },
	{ "plan-note", { .kind = DDL_ASK_APPLY, .plan = &note_plan } },
	{ "interrupted", { .kind = DDL_ASK_INTERRUPTED, .machine = &killed } },
	{ "outcome", { .kind = DDL_ASK_OUTCOME, .outcome = &works } },
	{ "outcome-replace", { .kind = DDL_ASK_OUTCOME, .outcome = &swapped } },
	{ "outcome-no-disk", { .kind = DDL_ASK_OUTCOME, .outcome = &no_disk } },
	{ "outcome-not-taken", { .kind = DDL_ASK_OUTCOME, .outcome = &not_taken } },
	{ "outcome-failed", { .kind = DDL_ASK_OUTCOME, .outcome = &failed } },
	{ "outcome-already", { .kind = DDL_ASK_OUTCOME, .outcome = &already } },
	{ "outcome-refused", { .kind = DDL_ASK_OUTCOME, .outcome = &refused } },
	{ "trouble", { .kind = DDL_ASK_TROUBLE, .error = &other_kernel } },
	{ "trouble-held", { .kind = DDL_ASK_TROUBLE, .error = &held_refused_plan.refusal, .plan = &held_refused_plan } },
	{ "trouble-in-use", { .kind = DDL_ASK_TROUBLE, .error = &in_use, .plan = &refused_plan } },
	{ "trouble-gone", { .kind = DDL_ASK_TROUBLE, .error = &pulled_out } },
};

static const struct progress_scene {
	const char *name;
	enum { NOT_APPLYING, APPLYING, DISKS_APPEAR } when;
	struct ddl_event first, then;
} progress_scenes[] = {
	{ "looking",
	  NOT_APPLYING,
	  { .kind = DDL_EVENT_PHASE, .phase = DDL_PHASE_LOOK, .what = "sr0" },
	  { .kind = DDL_EVENT_PHASE, .phase = DDL_PHASE_LOOK, .what = "sr0" } },
	{ "looking-far",
	  NOT_APPLYING,
	  { .kind = DDL_EVENT_PHASE, .phase = DDL_PHASE_LOOK, .what = "sr0" },
	  { .kind = DDL_EVENT_PROGRESS, .phase = DDL_PHASE_LOOK, .done = 45 * MB, .total = 120 * MB, .what = "a.rpm" } },
	{ "testing",
	  NOT_APPLYING,
	  { .kind = DDL_EVENT_PHASE, .phase = DDL_PHASE_TEST },
	  { .kind = DDL_EVENT_PROGRESS,
	    .phase = DDL_PHASE_TEST,
	    .done = 45 * MB,
	    .total = 120 * MB,
	    .what = "megaraid_sas-modules-6.1.0-56-amd64-07.999-1.x86_64.rpm" } },
	{ "testing-speed",
	  NOT_APPLYING,
	  { .kind = DDL_EVENT_PROGRESS,
	    .phase = DDL_PHASE_TEST,
	    .done = 0,
	    .total = 120 * MB,
	    .what = "megaraid_sas-modules-6.1.0-56-amd64-07.999-1.x86_64.rpm" },
	  { .kind = DDL_EVENT_PROGRESS,
	    .phase = DDL_PHASE_TEST,
	    .done = 45 * MB,
	    .total = 120 * MB,
	    .what = "megaraid_sas-modules-6.1.0-56-amd64-07.999-1.x86_64.rpm" } },
	{ "settling",
	  APPLYING,
	  { .kind = DDL_EVENT_STEP, .op = &load_ops[2] },
	  { .kind = DDL_EVENT_PROGRESS, .phase = DDL_PHASE_SETTLE, .done = 6000, .total = 30000, .most = 120000 } },
	{ "settling-disks",
	  DISKS_APPEAR,
	  { .kind = DDL_EVENT_STEP, .op = &load_ops[2] },
	  { .kind = DDL_EVENT_PROGRESS, .phase = DDL_PHASE_SETTLE, .done = 41000, .total = 50000, .most = 120000 } },
	{ "settling-back",
	  APPLYING,
	  { .kind = DDL_EVENT_STEP, .op = &load_ops[2] },
	  { .kind = DDL_EVENT_PROGRESS, .phase = DDL_PHASE_SETTLE, .done = 6000, .total = 30000 } },
};

/* A message as the kernel sends it waits to be read. */
static void watch(struct ddl_question *question, const char *message, size_t length)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0 || send(ends[1], message, length, 0) < 0 ||
	    ddl_monitor_start(&(struct ddl_monitor_call){ .uevents = ends[0] }, question, NULL) < 0)
		exit(1);
}

/* Where the terminal is gone, the answer would be lost. */
static void answer_to_file(void)
{
	const char *path = getenv("SHOW_REPLY");

	if (path && !freopen(path, "w", stdout))
		exit(1);
}

/* Scenes with news have them twice a second: what is on a stick becomes known, or one more medium does. */
static struct ddl_source more = { .name = "sdz1",
				  .path = "/dev/sdz1",
				  .label = "MORE",
				  .format = "vfat",
				  .model = "Stick",
				  .size = 8 * GB,
				  .usable = true,
				  .look = DDL_LOOK_DONE,
				  .packs = 1 };
static struct ddl_source *more_sources[] = { &looked[0], &looked[1], &looked[2], &looked[3], &looked[4], &more };
static int news_timer = -1;

enum ddl_news __real_ddl_monitor_news(struct ddl_question *question);
enum ddl_news __wrap_ddl_monitor_news(struct ddl_question *question);

enum ddl_news __wrap_ddl_monitor_news(struct ddl_question *question)
{
	uint64_t times;

	if (news_timer < 0)
		return __real_ddl_monitor_news(question);
	if (read(news_timer, &times, sizeof times) != sizeof times)
		return DDL_NEWS_NONE;
	looked[2].look = DDL_LOOK_DONE;
	looked[2].packs = 2;
	if (question->chosen) {
		question->sources = more_sources;
		question->n_sources = COUNT(more_sources);
	}
	return DDL_NEWS_LIST;
}

static void start_news(struct ddl_question *question)
{
	static char no_engine;

	news_timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (news_timer < 0 || timerfd_settime(news_timer, 0, &(struct itimerspec){ { 2, 0 }, { 1, 0 } }, NULL) < 0)
		exit(1);
	question->watch_fd = news_timer;
	question->live = (struct ddl_monitor *)(void *)&no_engine; /* not looked into */
}

static int show_question(struct front *front, const char *name, struct ddl_question question)
{
	static const char *const words[] = {
		[DDL_REPLY_NO] = "no",     [DDL_REPLY_BACK] = "back",   [DDL_REPLY_YES] = "yes",
		[DDL_REPLY_SKIP] = "skip", [DDL_REPLY_AGAIN] = "again", [DDL_REPLY_OTHER_WAY] = "other way",
	};

	static const char added[] = "add@/x\0ACTION=add\0SUBSYSTEM=block", unrelated[] = "add@/x\0ACTION=add\0SUBSYSTEM=usb";

	question.log = log_text;
	beside_repo.sums = sums;
	beside_repo.n_sums = question.kind == DDL_ASK_TESTED ? COUNT(sums) : 1;
	if (!strcmp(name, "source-added"))
		watch(&question, added, sizeof added);
	else if (!strncmp(name, "source-news", strlen("source-news")))
		start_news(&question);
	else if (!strcmp(name, "source-other-event"))
		watch(&question, unrelated, sizeof unrelated);
	if (question.look)
		for (size_t i = 0; i < question.look->n_repos; i++)
			question.ticked[i] = question.look->repos[i]->fit >= DDL_FIT_REPLACES;
	for (size_t i = 0; question.kind == DDL_ASK_APPLY && i < question.plan->n_notes; i++)
		front->ddl.event(front->ddl.ctx, &(struct ddl_event){ .kind = DDL_EVENT_NOTE,
								      .phase = DDL_PHASE_PLAN,
								      .what = question.plan->notes[i] }); /* as the flow does */
	if (!strcmp(name, "trouble"))
		question.session = ddl_session_new(&(struct ddl_options){ .root = getenv("SHOW_ROOT") }, &front->ddl, NULL);
	enum ddl_reply reply = front->ddl.ask(front->ddl.ctx, &question);
	if (!strcmp(name, "source-refreshed") && reply == DDL_REPLY_AGAIN) { /* as when media come or go */
		for (enum ddl_phase phase = DDL_PHASE_MACHINE; phase <= DDL_PHASE_SOURCES; phase++)
			front->ddl.event(front->ddl.ctx, &(struct ddl_event){ .kind = DDL_EVENT_PHASE, .phase = phase });
		reply = front->ddl.ask(front->ddl.ctx, &question);
	}
	ddl_session_free(question.session);
	front->finish(front);
	answer_to_file();
	printf("reply: %s", words[reply]);
	if (question.kind == DDL_ASK_SOURCE && reply == DDL_REPLY_YES)
		printf(question.typed ? " typed %s" : " chosen %s",
		       question.typed ? question.typed : question.sources[question.chosen]->name);
	if (question.look && reply == DDL_REPLY_YES)
		printf(" ticked %d%d", ticked[0], ticked[1]);
	if (question.kind == DDL_ASK_VERIFY && question.compared != DDL_COMPARED_NOT)
		printf(question.compared == DDL_COMPARED_SAME ? " compared" : " differed");
	printf("\n");
	return 0;
}

/* Goes on until the front end asks to stop; a load that is under way may not be stopped, only killed. */
static int show_progress(struct front *front, const struct progress_scene *scene)
{
	const struct timespec pause = { 0, 50 * 1000000L };
	enum ddl_wish wish;

	if (scene->when != NOT_APPLYING) {
		struct ddl_question ask = { .kind = DDL_ASK_APPLY, .plan = &load_plan };
		front->ddl.ask(front->ddl.ctx, &ask);
	}
	wish = front->ddl.event(front->ddl.ctx, &scene->first);
	for (size_t i = 0; scene->when == DISKS_APPEAR && i < COUNT(disks); i++)
		front->ddl.event(front->ddl.ctx,
				 &(struct ddl_event){ .kind = DDL_EVENT_DISK, .phase = DDL_PHASE_SETTLE, .disk = &disks[i] });
	while (wish == DDL_WISH_GO_ON) {
		wish = front->ddl.event(front->ddl.ctx, &scene->then);
		nanosleep(&pause, NULL);
	}
	front->finish(front);
	answer_to_file();
	printf("reply: %s\n", wish == DDL_WISH_LONGER ? "longer" : "stopped");
	return 0;
}

int main(int argc, char **argv)
{
	bool plain = argc == 3 && !strcmp(argv[1], "--plain");
	const char *name = argc > 1 ? argv[argc - 1] : "", *colours = getenv("SHOW_COLORS");

	setlocale(LC_ALL, "");
	term_start();
	if (getenv("SHOW_CATALOGUES"))
		(void)language_start(getenv("SHOW_CATALOGUES"), NULL);
	fill_volumes();
	fill_licence();
	for (size_t i = 0; i < COUNT(questions); i++)
		if (!strcmp(questions[i].name, name))
			return show_question(front_choose(plain, ddl_colours_named(colours ? colours : ""), true), name,
					     questions[i].question);
	for (size_t i = 0; i < COUNT(progress_scenes); i++)
		if (!strcmp(progress_scenes[i].name, name))
			return show_progress(front_choose(plain, ddl_colours_named(colours ? colours : ""), true),
					     &progress_scenes[i]);
	fprintf(stderr, "show: no scene \"%s\"\n", name);
	return 2;
}
