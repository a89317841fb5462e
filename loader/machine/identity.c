// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads what firmware, network cards and the boot loader say of this machine. */
#include "machine/identity.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/sysfs.h"

static const char *dmi(int root, struct ddl_arena *arena, const char *name)
{
	char text[DDL_MAX_NAME + 1];

	return ddl_arena_dup(arena, ddl_sysfs_text(root, text, sizeof(text), "sys/class/dmi/id/%s", name) ? text : "");
}

/* SYSLINUX's and iPXE's "BOOTIF=01-00-11-22-33-44-55": a hardware type (ARP's, 01 is Ethernet) and the address. */
static const char *boot_mac(int root, struct ddl_arena *arena)
{
	char *line = ddl_sysfs_whole(root, DDL_MAX_CMDLINE, "proc/cmdline");
	const char *word = line ? strstr(line, "BOOTIF=") : NULL;
	char mac[sizeof("00:11:22:33:44:55")] = "";

	if (word && (word == line || word[-1] == ' ') && strcspn(word + 7, " \n") == 20 &&
	    strspn(word + 7, "0123456789abcdefABCDEF-") == 20) {
		memcpy(mac, word + 10, sizeof(mac) - 1);
		for (char *at = mac; *at; at++)
			if (*at == '-')
				*at = ':';
	}
	free(line);
	return ddl_arena_dup(arena, mac);
}

/* Those that have a device: no bridges, no loopback. */
static bool read_interfaces(int root, struct ddl_arena *arena, struct ddl_identity *identity)
{
	const char **names = NULL;
	size_t count = 0;

	if (!ddl_sysfs_list(root, arena, "sys/class/net", &names, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct ddl_card *entry;

		if (!ddl_sysfs_exists(root, "sys/class/net/%s/device", names[i]))
			continue;
		entry = ddl_arena_push(arena, &identity->interfaces, &identity->n_interfaces, sizeof(*entry));
		if (!entry)
			return false;
		entry->name = names[i];
		entry->mac = ddl_sysfs_keep(root, arena, "sys/class/net/%s/address", names[i]);
		if (!entry->mac)
			return false;
	}
	return true;
}

bool ddl_identity_read(struct ddl_arena *arena, const char *root, struct ddl_identity *identity)
{
	int at = ddl_sysfs_open(root);
	bool enough;

	*identity = (struct ddl_identity){ .vendor = dmi(at, arena, "sys_vendor"),
					   .product = dmi(at, arena, "product_name"),
					   .serial = dmi(at, arena, "product_serial"),
					   .uuid = dmi(at, arena, "product_uuid"),
					   .asset_tag = dmi(at, arena, "chassis_asset_tag"),
					   .firmware = dmi(at, arena, "bios_version"),
					   .firmware_date = dmi(at, arena, "bios_date"),
					   .boot_mac = boot_mac(at, arena) };
	enough = identity->vendor && identity->product && identity->serial && identity->uuid && identity->asset_tag &&
		 identity->firmware && identity->firmware_date && identity->boot_mac && read_interfaces(at, arena, identity);
	if (at >= 0)
		(void)close(at);
	return enough;
}
