// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Devices of every bus with their drivers, the disks and network interfaces below them.
 */
#include "machine/machine_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/sysfs.h"
#include "base/text.h"

#define SYSFS_SECTOR 512 /* the unit of "size", whatever the device's own sector is */
#define CLASS_BLOCK "sys/class/block"
#define CLASS_NET "sys/class/net"
#define CLASS_SCSI_HOST "sys/class/scsi_host"
#define CLASS_FC_HOST "sys/class/fc_host"
#define CLASS_ATA_DEVICE "sys/class/ata_device"
#define NVME_SUBSYSTEMS "sys/devices/virtual/nvme-subsystem"
#define FLAG_UP 1 /* IFF_UP, netdevice(7) */

/* SCSI Primary Commands, peripheral device type: CD and DVD drives, also those on IDE and SATA. */
#define SCSI_TYPE_ROM 5

/* PCI base classes and classes, PCI Code and ID Assignment Specification. */
#define PCI_BASE_STORAGE 0x01U
#define PCI_BASE_NETWORK 0x02U
#define PCI_BRIDGE 0x0604U
#define PCI_FIBRE_CHANNEL 0x0c04U
#define PCI_INFINIBAND 0x0c06U

/* Virtual I/O Device specification, section 5: device ids as in "virtio:d00000002v…". */
#define VIRTIO_NETWORK 1U
#define VIRTIO_BLOCK 2U
#define VIRTIO_SCSI 8U

/* ------------------------------------------------------------- block devices */

/*
 * An NVMe disk with several ways to it hangs below no controller: the links beside it
 * lead to those (the first one is taken).
 */
static const char *owner_of(struct ddl_machine_reader *reader, const char *place)
{
	char beside[DDL_SYSFS_PATH], target[DDL_SYSFS_PATH], *slash;
	const char **names;
	size_t count;

	if (!ddl_sysfs_below(place, NVME_SUBSYSTEMS) || strlen(place) >= sizeof(beside))
		return place;
	memcpy(beside, place, strlen(place) + 1);
	slash = strrchr(beside, '/');
	if (slash)
		*slash = '\0';
	if (!ddl_sysfs_list(reader->root, reader->arena, beside, &names, &count))
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (strncmp(names[i], "nvme", 4) == 0 &&
		    ddl_sysfs_link(reader->root, target, sizeof(target), "%s/%s", beside, names[i]) &&
		    !ddl_sysfs_below(target, "sys/devices/virtual"))
			return ddl_arena_dup(reader->arena, target);
	return place;
}

static bool read_block(struct ddl_machine_reader *reader, const char *name, struct ddl_block *block)
{
	char place[DDL_SYSFS_PATH], *slash;
	long long type;

	if (!ddl_sysfs_link(reader->root, place, sizeof(place), CLASS_BLOCK "/%s", name))
		(void)snprintf(place, sizeof(place), CLASS_BLOCK "/%s", name);
	block->name = block->disk = name;
	block->place = ddl_arena_dup(reader->arena, place);
	block->number = ddl_sysfs_keep(reader->root, reader->arena, "%s/dev", place);
	block->partition = ddl_sysfs_exists(reader->root, "%s/partition", place);
	block->optical = ddl_sysfs_number(reader->root, &type, "%s/device/type", place) && type == SCSI_TYPE_ROM;
	if (!block->place || !block->number)
		return false;
	slash = strrchr(place, '/');
	if (block->partition && slash) {
		*slash = '\0';
		block->disk = ddl_arena_dup(reader->arena, ddl_path_base(place));
	}
	block->owner = owner_of(reader, block->place);
	block->virtual = block->owner && ddl_sysfs_below(block->owner, "sys/devices/virtual");
	return block->owner && block->disk;
}

static bool read_disk(const struct ddl_machine_reader *reader, const struct ddl_block *block, struct ddl_disk *disk)
{
	long long value;

	disk->name = block->name;
	disk->model = ddl_sysfs_keep(reader->root, reader->arena, "%s/device/model", block->place);
	if (disk->model && !*disk->model) /* mmc */
		disk->model = ddl_sysfs_keep(reader->root, reader->arena, "%s/device/name", block->place);
	if (ddl_sysfs_number(reader->root, &value, "%s/size", block->place) && value > 0)
		disk->size = (uint64_t)value * SYSFS_SECTOR;
	disk->removable = ddl_sysfs_on_usb(block->owner) ||
			  (ddl_sysfs_number(reader->root, &value, "%s/removable", block->place) && value != 0);
	return disk->model != NULL;
}

/* Is this what a person calls a disk? Not a part of one, and with hardware behind it. */
static bool is_disk(const struct ddl_block *block)
{
	return !block->partition && !block->virtual;
}

static bool add_disk(const struct ddl_machine_reader *reader, const struct ddl_block *block, struct ddl_disk **disks,
		     size_t *count)
{
	struct ddl_disk *disk = ddl_arena_push(reader->arena, disks, count, sizeof(**disks));

	return disk && read_disk(reader, block, disk);
}

static int by_name(const void *a, const void *b)
{
	return ddl_text_device_order(*(const char *const *)a, *(const char *const *)b);
}

bool ddl_machine_blocks(struct ddl_machine_reader *reader)
{
	struct ddl_machine *machine = reader->machine;
	const char **names;
	size_t count;

	if (!ddl_sysfs_list(reader->root, reader->arena, CLASS_BLOCK, &names, &count))
		return false;
	if (count)
		qsort(names, count, sizeof(*names), by_name);
	for (size_t i = 0; i < count; i++) {
		struct ddl_block block = { 0 }, *kept;
		long long hidden;

		if (!read_block(reader, names[i], &block))
			return false;
		/* One of several ways to an NVMe disk, which is listed by itself. */
		if (ddl_sysfs_number(reader->root, &hidden, "%s/hidden", block.place) && hidden)
			continue;
		kept = ddl_arena_push(reader->arena, &reader->blocks, &reader->n_blocks, sizeof(*kept));
		if (!kept)
			return false;
		*kept = block;
		if (is_disk(kept) && !kept->optical && !add_disk(reader, kept, &machine->disks, &machine->n_disks))
			return false;
	}
	return true;
}

/* -------------------------------------------------------------- interfaces */

bool ddl_machine_interfaces(struct ddl_machine_reader *reader)
{
	const char **names;
	size_t count;

	if (!ddl_sysfs_list(reader->root, reader->arena, CLASS_NET, &names, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct ddl_interface *interface;
		char place[DDL_SYSFS_PATH], flags[32];

		if (!ddl_sysfs_link(reader->root, place, sizeof(place), CLASS_NET "/%s", names[i]) ||
		    ddl_sysfs_below(place, "sys/devices/virtual"))
			continue;
		interface = ddl_arena_push(reader->arena, &reader->interfaces, &reader->n_interfaces, sizeof(*interface));
		if (!interface)
			return false;
		interface->name = names[i];
		interface->place = ddl_arena_dup(reader->arena, place);
		interface->up = ddl_sysfs_text(reader->root, flags, sizeof(flags), "%s/flags", place) &&
				(strtoul(flags, NULL, 16) & FLAG_UP);
		if (!interface->place)
			return false;
	}
	return true;
}

/* ------------------------------------------------------------------- hosts */

/* Cuts the last part of a path off, where it begins so ("host3" of ".../host3" with "host"). */
static void cut_last(char *path, const char *start)
{
	char *slash = strrchr(path, '/');

	if (slash && strncmp(slash + 1, start, strlen(start)) == 0)
		*slash = '\0';
}

static bool add_host(struct ddl_machine_reader *reader, const char *device, const struct ddl_host *is)
{
	struct ddl_host *host = ddl_arena_push(reader->arena, &reader->hosts, &reader->n_hosts, sizeof(*host));

	if (!host)
		return false;
	*host = *is;
	host->device = ddl_arena_dup(reader->arena, device);
	return host->device != NULL;
}

/* ".../0000:00:1f.2/ata1/host0/scsi_host/host0" belongs to the device 0000:00:1f.2. */
static bool read_scsi_hosts(struct ddl_machine_reader *reader)
{
	char place[DDL_SYSFS_PATH];
	const char **names;
	size_t count;

	if (!ddl_sysfs_list(reader->root, reader->arena, CLASS_SCSI_HOST, &names, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct ddl_host host = { .fabric = ddl_sysfs_exists(reader->root, CLASS_FC_HOST "/%s", names[i]) };

		if (!ddl_sysfs_link(reader->root, place, sizeof(place), CLASS_SCSI_HOST "/%s", names[i]))
			continue;
		cut_last(place, "host");
		cut_last(place, "scsi_host");
		cut_last(place, "host");
		cut_last(place, "ata");
		if (!add_host(reader, place, &host))
			return false;
	}
	return true;
}

/* ".../0000:00:1f.2/ata1/link1/dev1.0/ata_device/dev1.0" and what libata knows of it: "ata", "atapi", "unknown", … */
static bool read_ata_ports(struct ddl_machine_reader *reader)
{
	static const char *const parts[] = { "dev", "ata_device", "dev", "link", "pmp", "ata" };
	char place[DDL_SYSFS_PATH], found[32];
	const char **names;
	size_t count;

	if (!ddl_sysfs_list(reader->root, reader->arena, CLASS_ATA_DEVICE, &names, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct ddl_host host = { .port = true };

		if (!ddl_sysfs_link(reader->root, place, sizeof(place), CLASS_ATA_DEVICE "/%s", names[i]))
			continue;
		host.empty = ddl_sysfs_text(reader->root, found, sizeof(found), "%s/class", place) &&
			     (strcmp(found, "unknown") == 0 || strcmp(found, "none") == 0);
		for (size_t part = 0; part < sizeof(parts) / sizeof(*parts); part++)
			cut_last(place, parts[part]);
		if (!add_host(reader, place, &host))
			return false;
	}
	return true;
}

bool ddl_machine_hosts(struct ddl_machine_reader *reader)
{
	return read_scsi_hosts(reader) && read_ata_ports(reader);
}

/* ----------------------------------------------------------------- devices */

static enum ddl_device_class class_by_pci(uint32_t code)
{
	uint32_t class = code >> 8;

	if (class >> 8 == PCI_BASE_STORAGE || class == PCI_FIBRE_CHANNEL)
		return DDL_CLASS_STORAGE;
	if (class >> 8 == PCI_BASE_NETWORK || class == PCI_INFINIBAND)
		return DDL_CLASS_NETWORK;
	return DDL_CLASS_OTHER;
}

static enum ddl_device_class class_by_modalias(const char *modalias)
{
	/*
	 * Hyper-V's, Xen's and POWER's names for their disks and networks; on IBM Z the channels of
	 * DASD, zfcp and OSA by the types of control unit and device; USB interface classes 08 and 02.
	 */
	static const struct {
		const char *start;
		enum ddl_device_class class;
	} known[] = {
		{ "vmbus:d96361baa104294db60572e2ffb1dc7f", DDL_CLASS_STORAGE },
		{ "vmbus:635161f83edfc546913ff2d2f965ed0e", DDL_CLASS_NETWORK },
		{ "xen:vbd", DDL_CLASS_STORAGE },
		{ "xen:vif", DDL_CLASS_NETWORK },
		{ "vio:Tvscsi", DDL_CLASS_STORAGE },
		{ "vio:Tfcp", DDL_CLASS_STORAGE },
		{ "vio:Tnetwork", DDL_CLASS_NETWORK },
		{ "ccw:t1731m03", DDL_CLASS_STORAGE },
		{ "ccw:t1731m0", DDL_CLASS_NETWORK },
		{ "ccw:t3990", DDL_CLASS_STORAGE },
		{ "ccw:t2105", DDL_CLASS_STORAGE },
		{ "ccw:t2107", DDL_CLASS_STORAGE },
		{ "ccw:t1750", DDL_CLASS_STORAGE },
		{ "ccw:t3880", DDL_CLASS_STORAGE },
		{ "ccw:t9343", DDL_CLASS_STORAGE },
		{ "ccw:t6310", DDL_CLASS_STORAGE },
	};

	if (strncmp(modalias, "virtio:d", 8) == 0) {
		unsigned long id = strtoul(modalias + 8, NULL, 16);

		return id == VIRTIO_BLOCK || id == VIRTIO_SCSI ? DDL_CLASS_STORAGE :
		       id == VIRTIO_NETWORK                    ? DDL_CLASS_NETWORK :
								 DDL_CLASS_OTHER;
	}
	if (strncmp(modalias, "usb:", 4) == 0) /* a stick is no controller of the server's */
		return strstr(modalias, "ic02") ? DDL_CLASS_NETWORK : DDL_CLASS_OTHER;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(modalias, known[i].start, strlen(known[i].start)) == 0)
			return known[i].class;
	return DDL_CLASS_OTHER;
}

/* "0x1000" and "0x0060" as "1000:0060"; the class. */
static bool read_pci(const struct ddl_machine_reader *reader, const char *place, struct ddl_device *device)
{
	char vendor[16], id[16], class[16];

	device->ids = "";
	device->class = class_by_modalias(device->modalias);
	if (strcmp(device->bus, "pci") != 0)
		return true;
	if (ddl_sysfs_text(reader->root, class, sizeof(class), "%s/class", place))
		device->class_code = (uint32_t)strtoul(class, NULL, 16) & 0xffffffU;
	device->class = class_by_pci(device->class_code);
	if (!ddl_sysfs_text(reader->root, vendor, sizeof(vendor), "%s/vendor", place) ||
	    !ddl_sysfs_text(reader->root, id, sizeof(id), "%s/device", place))
		return true;
	device->ids = ddl_arena_printf(reader->arena, "%04lx:%04lx", strtoul(vendor, NULL, 16) & 0xffffU,
				       strtoul(id, NULL, 16) & 0xffffU);
	return device->ids != NULL;
}

static bool read_driver(const struct ddl_machine_reader *reader, const char *place, struct ddl_device *device)
{
	char driver[DDL_SYSFS_PATH], module[DDL_SYSFS_PATH];

	device->driver = device->module = "";
	if (!ddl_sysfs_link(reader->root, driver, sizeof(driver), "%s/driver", place))
		return true;
	device->driver = ddl_arena_dup(reader->arena, ddl_path_base(driver));
	if (ddl_sysfs_link(reader->root, module, sizeof(module), "%s/module", driver)) {
		const char *name = ddl_path_base(module);

		device->module = ddl_machine_module_name(reader->arena, name, strlen(name));
	}
	return device->driver && device->module;
}

/* What lies below; a bridge has nothing of its own. */
static bool read_below(const struct ddl_machine_reader *reader, const char *place, struct ddl_device *device)
{
	if (device->class_code >> 8 == PCI_BRIDGE)
		return true;
	for (size_t i = 0; i < reader->n_blocks; i++)
		if (is_disk(&reader->blocks[i]) && ddl_sysfs_below(reader->blocks[i].owner, place) &&
		    !add_disk(reader, &reader->blocks[i], &device->disks, &device->n_disks))
			return false;
	for (size_t i = 0; i < reader->n_interfaces; i++) {
		const char **link;

		if (!ddl_sysfs_below(reader->interfaces[i].place, place))
			continue;
		link = ddl_arena_push(reader->arena, &device->links, &device->n_links, sizeof(*link));
		if (!link)
			return false;
		*link = reader->interfaces[i].name;
	}
	return true;
}

/* What the driver has made of it: a device with a SCSI host is there for disks. */
static void read_hosts(const struct ddl_machine_reader *reader, struct ddl_device *device)
{
	size_t ports = 0, empty = 0;

	for (size_t i = 0; i < reader->n_hosts; i++) {
		const struct ddl_host *host = &reader->hosts[i];

		if (strcmp(host->device, device->place) != 0)
			continue;
		device->class = DDL_CLASS_STORAGE;
		device->fabric |= host->fabric;
		ports += host->port;
		empty += host->empty;
	}
	device->empty = ports && ports == empty;
}

static bool read_device(struct ddl_machine_reader *reader, const char *bus, const char *name)
{
	struct ddl_machine *machine = reader->machine;
	struct ddl_device device = { .bus = bus, .address = name }, *kept;
	char place[DDL_SYSFS_PATH];

	if (!ddl_sysfs_link(reader->root, place, sizeof(place), "sys/bus/%s/devices/%s", bus, name))
		return true;
	device.modalias = ddl_sysfs_keep(reader->root, reader->arena, "%s/modalias", place);
	if (!device.modalias)
		return false;
	if (!*device.modalias)
		return true;
	if (!read_pci(reader, place, &device) || !read_driver(reader, place, &device) || !read_below(reader, place, &device))
		return false;
	/* The PCI function only carries the device on the virtio bus, which is the one to show. */
	if (strcmp(device.driver, "virtio-pci") == 0)
		device.class = DDL_CLASS_OTHER;
	device.place = ddl_arena_dup(reader->arena, place);
	if (!device.place)
		return false;
	read_hosts(reader, &device);
	kept = ddl_arena_push(reader->arena, &machine->devices, &machine->n_devices, sizeof(*kept));
	if (kept)
		*kept = device;
	return kept != NULL;
}

bool ddl_machine_devices(struct ddl_machine_reader *reader)
{
	const char **buses, **names;
	size_t n_buses, count;

	if (!ddl_sysfs_list(reader->root, reader->arena, "sys/bus", &buses, &n_buses))
		return false;
	for (size_t b = 0; b < n_buses; b++) {
		char path[DDL_SYSFS_PATH];

		/*
		 * No driver disk is for processors, whose modaliases have kilobytes, or for blocks of
		 * memory, of which a large server has thousands.
		 */
		if (strcmp(buses[b], "cpu") == 0 || strcmp(buses[b], "memory") == 0)
			continue;
		(void)snprintf(path, sizeof(path), "sys/bus/%s/devices", buses[b]);
		if (!ddl_sysfs_list(reader->root, reader->arena, path, &names, &count))
			return false;
		for (size_t i = 0; i < count && reader->machine->n_devices < DDL_MAX_DEVICES; i++)
			if (!read_device(reader, buses[b], names[i]))
				return false;
	}
	return true;
}
