/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data that flows: what a run is told (options), the machine, sources, packs with their packages
 * and modules, the plan and the outcome. Strings are UTF-8, already cleaned for showing, never NULL
 * unless said so; who owns what is said at each struct.
 */
#ifndef DDL_MODEL_H
#define DDL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"

/* ------------------------------------------------------------------ options */

/* What some installers look for; written after a load that was seen to work. */
enum {
	DDL_HANDOFF_ANACONDA = 1, /* /run/install/DD-1 … and /run/install/dd_packages */
	DDL_HANDOFF_RPM_LIST = 2, /* /run/ddload/rpms */
	DDL_HANDOFF_DEBIAN = 4, /* /var/cache/firmware */
	DDL_HANDOFF_SUSE = 8 /* /linux/suse */
};

struct ddl_options {
	const char *root; /* all paths below this directory; NULL: "/" */
	const char *kernel; /* a release in place of the running kernel's; NULL: running */
	const char *log_path; /* NULL: /run/ddload/log for commands that change things, else none */
	const char *fingerprint; /* hex the pack's metadata must have; NULL: not compared */
	const char *product; /* what is being installed: "xs:main=6.5.0-90233"; NULL: as its own medium says */
	bool accept_licence; /* --accept-eula */
	bool require_signature; /* only packs signed by a trusted key are loaded */
	bool allow_sha1; /* a signature over a SHA-1 digest is as good as another: for disks of old */
	const char *keyring; /* a file or directory of keys that are trusted besides the initrd's; NULL */
	const char *trust_key; /* fingerprint of a key on the disk that is trusted this once; NULL */
	const char *proxy; /* address of the one that servers are reached by; NULL: none */
	const char *ca; /* a file of certificates of authorities in place of the initrd's; NULL */
	const char *pin; /* "sha256//…" of the server's key; NULL */
	bool unverified; /* servers need not show who they are, where fingerprint or signature prove the pack */
	unsigned wait_seconds; /* for so long a server is tried again; 0: DDL_FETCH_WAIT_SECONDS */
	bool replace; /* unloading a loaded driver is allowed without a question */
	bool one_way; /* … also where it could not be put back */
	bool unbind; /* take devices one by one from a wrong driver, which stays loaded */
	bool after_kill; /* --after-kill: load though an earlier run was killed while it changed drivers */
	bool inspect; /* read the packages that are for this kernel, to know what fits */
	bool exact_kernel; /* nothing that was built for another release, whatever its symbol versions are */
	unsigned handoff; /* DDL_HANDOFF_*: what is left for installers besides our own files */
	unsigned settle_ms; /* how long disks are waited for; 0: DDL_SETTLE_DEFAULT_MS */
	unsigned look_ms; /* of processor time for the compressed files on a medium; 0: DDL_LOOK_SECONDS */
	bool optional; /* nobody named the disk: that nothing here needs it is no failure */
	bool anonymous; /* the outcome does not tell which machine it is of */
	bool unconfined; /* parse in this process: for tests and debuggers only */
};

/* ------------------------------------------------------------------ machine */

struct ddl_disk {
	const char *name; /* "sda" */
	const char *model; /* may be "" */
	uint64_t size; /* bytes */
	bool removable; /* its medium can be taken out, or it hangs off USB: none of the server's own */
};

enum ddl_device_class { DDL_CLASS_OTHER, DDL_CLASS_STORAGE, DDL_CLASS_NETWORK };

/* A device of a bus that has a modalias; those a person cares for have a class. */
struct ddl_device {
	const char *bus; /* "pci", "virtio", "usb", "scsi", … */
	const char *address; /* "0000:03:00.0" */
	const char *modalias; /* as in sysfs */
	const char *driver; /* the bound driver's name; "" when none is */
	const char *module; /* that driver's module; "" for none or built in */
	const char *ids; /* "1000:0060" for pci, else "" */
	const char *name; /* "Broadcom / LSI MegaRAID SAS 1078"; NULL: not known */
	const char *place; /* in sysfs, "sys/devices/pci0000:00/…": below that of the device whose driver made it */
	uint32_t class_code; /* PCI class, 24 bits; 0 elsewhere */
	enum ddl_device_class class;
	struct ddl_disk *disks; /* whole disks below this device */
	size_t n_disks;
	const char **links; /* network interfaces below this device */
	size_t n_links;
	bool fabric; /* a Fibre Channel port: its disks come one by one, and late */
	bool empty; /* it has ports, and its driver knows of nothing that is attached to them */
};

/* A loaded module, from /sys/module and /proc/modules. */
struct ddl_loaded {
	const char *name; /* with underscores */
	const char *version; /* "" when the module has none */
	const char *srcversion; /* "" when it has none */
	long references; /* -1: cannot be unloaded */
	bool live;
	const char **holders; /* names of the modules that use it */
	size_t n_holders;
	const char **params; /* "name=value" in force, readable ones */
	size_t n_params;
};

/* Who uses a block device or interface that would go away. */
enum ddl_use_kind { DDL_USE_MOUNT, DDL_USE_SWAP, DDL_USE_DM, DDL_USE_MD, DDL_USE_LINK_UP, DDL_USE_OPEN };
struct ddl_use {
	enum ddl_use_kind kind;
	const char *what; /* "sdb1", "eth0" */
	const char *disk; /* the whole disk or interface it lies on: "sdb" */
	const char *by; /* mount point, "dm-0 (vg0-root)", "md127", … */
};

/* Whose installer runs, or whose system: of packs that are made for several the one for this is taken. */
enum ddl_installer {
	DDL_INSTALLER_UNKNOWN,
	DDL_INSTALLER_XENSERVER,
	DDL_INSTALLER_REDHAT,
	DDL_INSTALLER_SUSE,
	DDL_INSTALLER_DEBIAN
};

/* Which machine it is, as its firmware and its network cards say; "" for what they do not. Cleaned, of any content. */
struct ddl_card {
	const char *name, *mac;
};

struct ddl_identity {
	const char *vendor, *product, *serial, *uuid, *asset_tag; /* of SMBIOS's system and chassis */
	const char *firmware, *firmware_date; /* its version */
	const char *boot_mac; /* BOOTIF= of the kernel command line, as 00:11:22:33:44:55: PXE started from that one */
	struct ddl_card *interfaces;
	size_t n_interfaces;
};

/* What is there now. Owned by the session until it is looked at again. */
struct ddl_machine {
	const char *release; /* uname -r, or --kernel */
	const char *arch; /* uname -m, or what --kernel names at its end; "": not known */
	const char *system, *system_version; /* ID and VERSION_ID of os-release; "" for none */
	enum ddl_installer installer;
	struct ddl_device *devices;
	size_t n_devices;
	struct ddl_disk *disks; /* all whole disks that one could install onto: no CD drives */
	size_t n_disks;
	struct ddl_loaded *loaded;
	size_t n_loaded;
	struct ddl_use *uses;
	size_t n_uses;
	const char **builtin; /* names from modules.builtin */
	size_t n_builtin;
	const char *interrupted; /* the run that was killed while it changed drivers, "ddload load … (process 123)"; NULL: none */
	bool signed_only; /* module.sig_enforce, or lockdown: a module without a signature is refused */
	bool has_tree; /* /lib/modules/<release> is there: what it lacks is not to be had */
};

/* ------------------------------------------------------------- sources, packs */

/* While a person chooses a source: what is on it is found out beside. */
enum ddl_look_state { DDL_LOOK_NONE, DDL_LOOK_UNDER_WAY, DDL_LOOK_DONE };

enum ddl_source_kind { DDL_SOURCE_DEVICE, DDL_SOURCE_DIRECTORY, DDL_SOURCE_FILE, DDL_SOURCE_NETWORK };

struct ddl_source {
	enum ddl_source_kind kind;
	const char *name; /* "sr0", or the path as given */
	const char *path; /* "/dev/sr0"; of a NETWORK source its address */
	const char *login; /* "user:password" for the address; never shown, logged or told. "" for none */
	const char *label; /* volume label; "" for none */
	const char *uuid; /* "" for none */
	const char *format; /* "iso9660", "vfat", "ext4", "LVM2_member", …; "" for none */
	const char *model; /* the drive's; "" when unknown */
	uint64_t size; /* bytes; 0: no medium */
	bool removable;
	bool usable; /* something on it could be read as a medium */
	bool partitioned; /* a whole disk that has partitions */
	struct ddl_error trouble; /* why it could not be probed, or DDL_OK */
	enum ddl_look_state look;
	unsigned packs, fitting; /* look DONE: driver packs on it, and those of them that this machine needs */
	enum ddl_code found; /* look DONE: why there is none; DDL_OK: it was not worth a look */
};

/* What kind of driver disk it is: each is a row of the readers' table (repository/reader.h), but for the last. */
enum ddl_family {
	DDL_FAMILY_XENSERVER_TEXT, /* XenServer 4.x to 5.5 */
	DDL_FAMILY_XENSERVER_XML, /* to 6.5 */
	DDL_FAMILY_XENSERVER_UPDATE, /* XenServer 7.1 and later, XCP-ng */
	DDL_FAMILY_REDHAT, /* RHEL 7 and later, Fedora, and their clones */
	DDL_FAMILY_SUSE, /* SLES, openSUSE */
	DDL_FAMILY_BARE /* a file by itself, that no list names */
};

enum ddl_test { DDL_TEST_EQ, DDL_TEST_NE, DDL_TEST_LT, DDL_TEST_GT, DDL_TEST_LE, DDL_TEST_GE };

/* What an installer installs. */
struct ddl_product {
	const char *originator; /* may be "" */
	const char *name, *version;
	const char *build; /* "" matches any */
};

struct ddl_requires {
	const char *originator; /* may be "" */
	const char *name;
	const char *version;
	const char *build; /* "" matches any */
	enum ddl_test test;
};

/* From worst to best, so that a pack is as good as its best module. */
enum ddl_fit {
	DDL_FIT_UNREAD, /* not looked into */
	DDL_FIT_DAMAGED, /* checksum, size or structure is wrong; see package.trouble */
	DDL_FIT_OTHER_MACHINE, /* for another kind of processor */
	DDL_FIT_OTHER_KERNEL,
	DDL_FIT_TWIN, /* the same driver for the kdump kernel: not for us and no fault */
	DDL_FIT_OLDER, /* right kernel, but another one of its name goes before it: see module.instead */
	DDL_FIT_BUILTIN, /* right kernel, but this driver is part of it already */
	DDL_FIT_KEPT_OUT, /* right kernel, but settings in its own pack keep it from being loaded */
	DDL_FIT_NO_DEVICE, /* right kernel, but nothing in this machine needs it */
	DDL_FIT_SUPPORT, /* firmware or settings for any kernel, no module */
	DDL_FIT_LOADED, /* this very version is loaded already */
	DDL_FIT_REPLACES, /* another version of it is loaded, or another driver holds the device */
	DDL_FIT_YES /* a device here needs it and has no driver */
};

enum ddl_tick { DDL_TICK_AUTO, DDL_TICK_YES, DDL_TICK_NO };

/* A function or variable of the kernel and the checksum of what it is (CONFIG_MODVERSIONS). */
struct ddl_symbol {
	const char *name;
	uint32_t version;
};

/* Would this kernel take a module that was built for another release? From worst to best. */
enum ddl_abi {
	DDL_ABI_OTHER, /* no: the rest of its vermagic is another, or it has no symbol versions; or it was not asked */
	DDL_ABI_DIFFERS, /* no: versions differ */
	DDL_ABI_PARTLY, /* the versions that are known here are the same, of others the kernel has the last word */
	DDL_ABI_AGREES /* all versions are the same */
};

struct ddl_module {
	const char *name; /* with underscores */
	const char *path; /* in its package */
	const char *version; /* "" when none */
	const char *srcversion; /* "" when none */
	const char *vermagic;
	const char *kernel; /* vermagic's first word */
	const char *arch; /* the processor it is for, as uname -m has it; "unknown" */
	const char *description;
	const char *signer; /* "" when unsigned or unnamed */
	bool has_signature;
	const char **aliases;
	size_t n_aliases;
	const char **depends;
	size_t n_depends;
	const char **firmware;
	size_t n_firmware;
	const char *softdeps; /* "pre: a b post: c", of several ":" in between; "" when none */
	struct ddl_symbol *imports; /* none: it carries no symbol versions */
	size_t n_imports;
	const char **exports; /* symbols that others may use */
	size_t n_exports;
	struct ddl_file *file; /* its staged bytes, uncompressed */
	bool kept_out; /* settings of its own pack have it on a blacklist, or something else in its place */
	bool commands; /* they have commands for it, which are never run */
	/* held against this kernel, where it was built for another release */
	enum ddl_abi abi;
	size_t n_unknown; /* imports whose version here is not known */
	const char **differing; /* imports that have another version here */
	size_t n_differing;
	/* held against this machine */
	enum ddl_fit fit;
	const struct ddl_device *device; /* the first device it is for; NULL for none */
	const char *alias; /* the alias that matched; "" */
	const char *loaded_version; /* of the module of this name that is loaded; "" */
	bool by_abi; /* built for another release, which this kernel should take all the same */
	enum ddl_tick tick; /* out, of a front end: a person wants it loaded, or left out */
	const struct ddl_module *instead; /* fit OLDER: the one that is taken; else NULL */
	bool for_others; /* … as its pack is for this installer, and this one's is not */
};

/* Nothing is known of it yet: its texts are "", not NULL. */
#define DDL_MODULE_INIT \
	{ \
		.name = "", .path = "", .version = "", .srcversion = "", .vermagic = "", .kernel = "", .arch = "", \
		.description = "", .signer = "", .softdeps = "", .alias = "", .loaded_version = "" \
	}

enum ddl_file_kind { DDL_FILE_OTHER, DDL_FILE_MODULE, DDL_FILE_FIRMWARE, DDL_FILE_MODPROBE, DDL_FILE_UDEV, DDL_FILE_LICENCE };

struct ddl_file {
	enum ddl_file_kind kind;
	const char *path; /* in its package, without leading "./" or "/" */
	uint64_t size; /* bytes, unpacked */
	int fd; /* staged bytes; -1: not staged. Owned by the look. */
};

enum ddl_package_type {
	DDL_PKG_DRIVER_RPM,
	DDL_PKG_RPM,
	DDL_PKG_TBZ2,
	DDL_PKG_DRIVER,
	DDL_PKG_FIRMWARE,
	DDL_PKG_DEB,
	DDL_PKG_SETTINGS /* one file of them: SUSE's dud.config */
};

enum ddl_package_state { DDL_PKG_UNREAD, DDL_PKG_TESTED, DDL_PKG_STAGED, DDL_PKG_BAD };

/* From "nothing is known" to "refused". */
enum ddl_signature_state {
	DDL_SIGNED_UNREAD, /* not looked at */
	DDL_SIGNED_NOT, /* no signature */
	DDL_SIGNED_UNCHECKED, /* there is one, but it could not be checked (no gpgv) */
	DDL_SIGNED_UNKNOWN, /* by a key that is not known here */
	DDL_SIGNED_WEAK, /* by a trusted key, over a digest that can be forged (SHA-1, MD5) */
	DDL_SIGNED_EXPIRED, /* by a trusted key that has expired, or it has itself */
	DDL_SIGNED_GOOD, /* by a trusted key */
	DDL_SIGNED_BY_HAND, /* by the disk's own key, whose fingerprint a person gave */
	DDL_SIGNED_BAD /* not of these bytes, garbled, or by a revoked key: always refused */
};

struct ddl_signature {
	enum ddl_signature_state state;
	const char *signer; /* user id, "Acme <updates@acme.example>"; "" when not known. NULL before it was checked */
	const char *key; /* fingerprint, hex; UNKNOWN: what it says of itself, or the disk's own key's. NULL as above */
	bool own; /* UNKNOWN: it is whole by the disk's own key, which a person may trust by its fingerprint */
};

/* A package's signature until it is checked. */
struct ddl_proof {
	const char *packet, *data; /* OpenPGP; the RPM's header */
	size_t packet_length, data_length;
	uint64_t data_offset; /* of the header in the file */
	bool payload_too; /* it is over the payload as well */
	bool untied; /* it is over a header that does not say what the payload must be */
};

struct ddl_package {
	const char *label;
	enum ddl_package_type type;
	const char *kernel; /* release, "any", or "" when the type has none */
	const char *file; /* relative to the repository's directory */
	const char *root; /* where a tbz2 or driver is unpacked to; "" */
	const char *options; /* for the later installation; "" when absent */
	uint64_t size; /* as the metadata says */
	const char *digest; /* lower-case hex; 32 digits: MD5, 64: SHA-256 */
	/* after it was read */
	enum ddl_package_state state;
	const char *version; /* "1.0-7" from the RPM header; "" before */
	const char *arch; /* from the RPM header, "noarch"; "" before, and where it is none */
	const char *rpm_name; /* from the RPM header; NULL or "" before, and where it is none */
	const char **requires; /* by the RPM header: names of packages, most of them the product's */
	size_t n_requires;
	struct ddl_file **files;
	size_t n_files;
	struct ddl_module **modules;
	size_t n_modules;
	enum ddl_fit fit;
	struct ddl_error trouble; /* state BAD */
	struct ddl_signature signature; /* of an RPM that was unpacked */
	struct ddl_proof *proof; /* NULL: none, or checked */
	int fd; /* the whole package, staged for the hand-off; -1: not kept */
	bool elsewhere; /* its list has it for another kernel: read for the test only */
	size_t medium; /* the session's number of the medium it is on */
};

/* A metadata file as it is on the medium, kept for the hand-off. */
struct ddl_metadata {
	const char *name; /* "XS-PACKAGES" */
	const char *bytes;
	size_t length;
};

/*
 * A checksum file next to the ISO file that the pack is in. Coming with it, it shows that both were
 * copied well, and not who made them.
 */
enum ddl_sum_state {
	DDL_SUM_UNCOMPARED, /* of the whole file, which was not read yet */
	DDL_SUM_UNREADABLE, /* there is no checksum of this disk in it */
	DDL_SUM_SAME,
	DDL_SUM_DIFFERS /* the pack is refused */
};

struct ddl_sum {
	const char *file; /* "pack.metadata.md5" */
	const char *of; /* the loose file that it is of, alone; NULL: of the file that the pack is in, or the metadata */
	bool metadata; /* of the metadata, as the fingerprint is; else of the whole file */
	bool other; /* its line names another file, which may be this one's name before: one that differs says nothing */
	enum ddl_sum_state state;
	const char *expected; /* what it says: MD5 or SHA-256 in hex; "" UNREADABLE */
	const char *found; /* what the disk has; "" UNREADABLE, UNCOMPARED */
};

struct ddl_repo {
	enum ddl_family family;
	const char *where; /* directory on the medium, "" for its root; "pack.iso: packages" inside a file */
	const char *directory; /* of the metadata in its medium: "" or "packages" */
	const char *identifier; /* "acme:megaraid-sas"; XENSERVER_UPDATE: its name-label */
	const char *originator, *name, *product, *version, *build;
	const char *description;
	uint64_t memory_mb; /* memory-requirement-mb; 0: none */
	bool homogeneous, hidden;
	struct ddl_requires *requires;
	size_t n_requires;
	struct ddl_package *packages;
	size_t n_packages;
	struct ddl_package *
		lists; /* further files that are read with all packages, for who installs later: of repomd.xml, of SUSE's update */
	size_t n_lists;
	const char *fingerprint; /* metadata MD5, 32 hex digits; XENSERVER_UPDATE: SHA-256 of update.xml and repomd.xml, 64 */
	const char *uuid, *key; /* XENSERVER_UPDATE: the update's; the file with its public key, "" for none. SUSE: UpdateID */
	unsigned priority; /* SUSE: one more than UpdatePriority; 0 for none, and where it came from a child */
	enum ddl_fit fit; /* the best of its packages */
	bool by_abi; /* all that is as good was built for another release */
	const char **against; /* translated: what it requires and is not there, once ddl_session_judge was asked */
	size_t n_against;
	struct ddl_signature signature; /* XENSERVER_UPDATE: of repomd.xml; UNREAD in others */
	struct ddl_signature name_signature; /* the same of update.xml, which says identifier, version and description */
	struct ddl_metadata *metadata;
	size_t n_metadata;
	struct ddl_sum *sums;
	size_t n_sums;
	size_t medium; /* the session's number of the medium its metadata, or the first of its files, is on */
};

/* What is on one source. */
struct ddl_look {
	struct ddl_source *source;
	struct ddl_repo **repos;
	size_t n_repos;
	const char **notes; /* translated remarks: a list line left out, a file not read */
	size_t n_notes;
	const char **seen; /* translated: what looked like something and is of no use, each with the reason */
	size_t n_seen;
	struct ddl_product *products; /* it is an installer's own medium, and of these */
	size_t n_products;
	struct ddl_error trouble; /* why nothing could be read; DDL_OK otherwise */
	uint64_t began_ms; /* what children had used of the processors when it began */
	size_t n_left; /* compressed files that were not looked into, as others had taken the time */
};

/*
 * The packs of one load. What is there several times in them is taken once; what the chosen ones need and do
 * not have, others that were found lend.
 */
struct ddl_set {
	struct ddl_repo **repos; /* the chosen ones first */
	size_t n_chosen, n_repos;
	bool accepted; /* all their licences, or there are none */
	bool missing; /* something that they need is on no medium that was looked at */
	const char **notes; /* translated: what was passed over */
	size_t n_notes;
};

/* A pack's fingerprint and the vendor's; of several the last of these counts. */
enum ddl_compared {
	DDL_COMPARED_SAME,
	DDL_COMPARED_NOT,
	DDL_COMPARED_DIFFERS /* and the person went on by hand */
};

/* ----------------------------------------------------------------- the plan */

enum ddl_op_kind {
	DDL_OP_FIRMWARE, /* put the packs' firmware where the kernel finds it */
	DDL_OP_UNLOAD,
	DDL_OP_INSERT,
	DDL_OP_RELOAD, /* a dependent that was unloaded, from the initrd's tree */
	DDL_OP_UNBIND, /* one device is taken from the wrong driver, which stays loaded */
	DDL_OP_BIND, /* … and given to a module of the pack */
	DDL_OP_PROBE, /* a driver that is loaded looks once more at a device that it has passed over */
	DDL_OP_SETTLE /* wait for devices and disks */
};

enum ddl_op_state { DDL_OP_PENDING, DDL_OP_RUNNING, DDL_OP_DONE, DDL_OP_FAILED, DDL_OP_UNDONE, DDL_OP_NOT_UNDONE };

struct ddl_op {
	enum ddl_op_kind kind;
	const char *module; /* "" for FIRMWARE, UNBIND and SETTLE */
	const struct ddl_module *from_pack; /* INSERT; NULL: from the initrd's own tree */
	const char *tree_path; /* absolute path of the file in the tree; "" for none (cannot be put back) */
	const char *params; /* "a=1 b=2" or "" */
	const char *version_before; /* of the loaded module; "" for none or not loaded */
	const char *version_after; /* "" when unknown or after an unload */
	const char *bus, *address; /* UNBIND, BIND, PROBE: the device; else "" */
	const char *driver; /* UNBIND: the driver that holds it; else "" */
	const char *override; /* UNBIND: its driver_override before; else "" */
	bool optional; /* INSERT: its failing is no failure of the load */
	const char *reason; /* INSERT from a pack: translated, why; "" else */
	const struct ddl_repo *repo; /* INSERT from a pack: that one; NULL else */
	enum ddl_op_state state;
	unsigned took_ms;
	struct ddl_error trouble;
};

/* A module of the packs that is not loaded. */
struct ddl_unwanted {
	const struct ddl_module *module;
	const char *reason; /* translated */
};

/* A driver that is not the packs', and a controller that it holds. */
struct ddl_holder {
	const char *driver, *address;
};

/* A device without a driver, and the loaded one that is to look at it again. */
struct ddl_passed_over {
	const struct ddl_device *device;
	const struct ddl_module *module; /* the packs', or made up of what is known of the installer's own */
};

struct ddl_plan {
	struct ddl_op *ops;
	size_t n_ops;
	bool replaces; /* a loaded module is unloaded */
	bool one_way; /* … that could not be put back: nobody has its file */
	struct ddl_holder *held; /* what another driver loses: it is unloaded, or … */
	size_t n_held;
	bool unbinds; /* … only they are taken from it */
	bool other_way; /* refused, and it would not be the other way round */
	const char **away; /* disks and interfaces that go away for a time */
	size_t n_away;
	struct ddl_repo **used; /* the packs that something is taken from */
	size_t n_used;
	const struct ddl_module **wanted; /* the packs' modules this is about */
	const char **reasons; /* translated: why, one for each of them */
	size_t n_wanted;
	struct ddl_unwanted *left_out;
	size_t n_left_out;
	const struct ddl_module **already; /* loaded in the same version: nothing to do */
	size_t n_already;
	const struct ddl_file **firmware;
	size_t n_firmware;
	struct ddl_passed_over *probes;
	size_t n_probes;
	const char **assumed; /* modules that the installer must bring: its tree is not known here */
	size_t n_assumed;
	const char **notes; /* translated: what is good to know and stops nothing */
	size_t n_notes;
	struct ddl_error refusal; /* DDL_OK: may be applied */
	const char **refusals; /* translated, one thing in the way each */
	size_t n_refusals;
};

/* -------------------------------------------------------------- the outcome */

enum ddl_result {
	DDL_RESULT_NOTHING, /* nothing was asked for or needed */
	DDL_RESULT_WORKS, /* live, the pack's version, bound, and its disks or links are there */
	DDL_RESULT_ALREADY, /* the same version was loaded before */
	DDL_RESULT_BOUND_NO_DISK, /* bound, but no disk or interface appeared in the time allowed */
	DDL_RESULT_NOT_TAKEN, /* loaded, but the controller that it is made for has no driver */
	DDL_RESULT_UNUSED, /* loaded, but no device uses it */
	DDL_RESULT_REFUSED, /* nothing changed */
	DDL_RESULT_UNDONE, /* failed; everything is as before */
	DDL_RESULT_NOT_UNDONE /* failed; see left_over */
};

struct ddl_loaded_now {
	const char *module, *version_before, *version_now, *srcversion;
	const struct ddl_repo *repo;
	const char **bound; /* addresses of devices */
	size_t n_bound;
	const char *holder; /* a module that uses it; "" */
	bool for_devices; /* no library of other modules, which no device asks for */
};

/* A question that nobody was asked. */
struct ddl_policy {
	const char *question, *answer; /* never translated: "licence", "no" */
	const char *about; /* the pack's identifier; "" */
	const char *why; /* translated: what decided */
};

/* A storage or network controller, before and after. Its texts are the outcome's. */
struct ddl_controller {
	enum ddl_device_class class;
	const char *address, *ids, *name; /* name: NULL, not known */
	const char *driver_before, *driver; /* "" for none */
};

struct ddl_outcome {
	enum ddl_result result;
	struct ddl_loaded_now *modules;
	size_t n_modules;
	const struct ddl_repo **repos;
	size_t n_repos;
	struct ddl_disk *appeared; /* disks that were not there before, or are back after a swap */
	size_t n_appeared;
	const char **links; /* interfaces that appeared */
	size_t n_links;
	const char **left_over; /* translated: what could not be restored */
	size_t n_left_over;
	const char **remarks; /* translated: what is not as one would think, and no failure */
	size_t n_remarks;
	const char **kernel_lines; /* what the kernel wrote meanwhile; cleaned */
	size_t n_kernel_lines;
	const struct ddl_plan *plan; /* with the state of each operation */
	const struct ddl_policy *policy; /* in the order in which they arose; none where a person was asked */
	size_t n_policy;
	struct ddl_controller *controllers;
	size_t n_controllers;
	struct ddl_disk *disks; /* all there are now */
	size_t n_disks;
	const char *kernel; /* its release */
	const struct ddl_identity *identity; /* NULL: it is not to be told */
	int64_t began, ended; /* of the run, seconds since 1970 by the machine's clock, whatever that says */
	enum ddl_compared compared; /* the fingerprints, by the person or --fingerprint: the worst of all packs */
	struct ddl_error error; /* why it was refused, failed, or shows no disk; else DDL_OK */
};

/* --------------------------------------------------------- what follows from it */

/* The pack's signature: of its list of contents, else the worst of those of its packages. */
const struct ddl_signature *ddl_repo_signature(const struct ddl_repo *repo);

/* Is what the pack says of itself signed by the same key as its list of contents? */
bool ddl_repo_name_is_signed(const struct ddl_repo *repo);
/* How many of the machine's disks are the server's own. */
size_t ddl_machine_own_disks(const struct ddl_machine *machine);
/* Is the pack of the kind that this installer installs itself? */
bool ddl_repo_is_for(const struct ddl_repo *repo, enum ddl_installer installer);
bool ddl_package_is_rpm(const struct ddl_package *package);
bool ddl_signature_is_trusted(const struct ddl_signature *signature);
/* Is the package signed by a trusted key: itself, or by the list that has its checksum? */
bool ddl_package_is_covered(const struct ddl_repo *repo, const struct ddl_package *package);

/* Why a pack that does not fit is refused. */
enum ddl_code ddl_repo_refusal(const struct ddl_repo *repo);

/* The pack that the module came with; NULL: none of these. */
const struct ddl_repo *ddl_repo_of_module(struct ddl_repo *const *repos, size_t count, const struct ddl_module *module);

/* A licence that has to be accepted before the pack is loaded, the first of them; NULL: none that is known. */
const struct ddl_file *ddl_repo_licence(const struct ddl_repo *repo);

/* Its bytes could not be had, as of a stick that was pulled out: bad, but nothing is known of what is in it. */
bool ddl_package_is_unread(const struct ddl_package *package);

/* The first package that is bad and concerns this kernel, so that the pack is not loaded; NULL: none. */
const struct ddl_package *ddl_repo_bad_package(const struct ddl_repo *repo);
/* The same of any kernel: the disk is not as it was made. */
const struct ddl_package *ddl_repo_damaged_package(const struct ddl_repo *repo);

/* Those of the pack's modules that are for this kernel, `room` at most; how many. */
size_t ddl_repo_modules(const struct ddl_repo *repo, struct ddl_module **modules, size_t room);

/* Is it loaded with its pack, as this machine needs it or as a person wants it? And: it is to be, or not. */
bool ddl_module_is_marked(const struct ddl_module *module);
void ddl_module_mark(struct ddl_module *module, bool marked);

/* Did the run end with the packs' drivers loaded and in place, whether or not their disks are there? */
bool ddl_outcome_loaded(const struct ddl_outcome *outcome);

/* The exit status that follows from it. */
enum ddl_status ddl_outcome_status(const struct ddl_outcome *outcome);

/* What forbids to carry the plan out without a question, by what was allowed; DDL_OK: nothing. */
enum ddl_code ddl_plan_not_allowed(const struct ddl_plan *plan, const struct ddl_options *allowed);

#endif
