// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a list of PCI names line by line, compressed or not, and takes what this machine has. */
#include "machine/pci_names.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/decompress.h"
#include "base/limits.h"
#include "base/sysfs.h"
#include "base/text.h"

#define ID_DIGITS 4U
#define LINE_ROOM 512U
#define READ_SIZE 8192U

/* A list as it is read. */
struct reading {
	struct ddl_pci_names *names;
	size_t first; /* of names->known, before which all were looked up already */
	size_t wanted; /* how many from there on have no name yet */
	char vendor[ID_DIGITS + 1], vendor_name[LINE_ROOM];
	char line[LINE_ROOM]; /* without its line feed; what is longer is cut */
	size_t used;
	bool failed; /* memory is short */
};

static bool wants_name(const struct ddl_device *device)
{
	return device->class != DDL_CLASS_OTHER && strlen(device->ids) == 2 * ID_DIGITS + 1;
}

/* The text behind an id and its two blanks, cleaned; NULL: this is no such line. */
static const char *name_in(char *to, size_t room, const char *line)
{
	if (strspn(line, "0123456789abcdef") != ID_DIGITS || line[ID_DIGITS] != ' ')
		return NULL;
	line += ID_DIGITS + strspn(line + ID_DIGITS, " ");
	(void)ddl_text_clean(to, room, line, strlen(line));
	return to;
}

static void take_device(struct reading *reading, const char *line)
{
	struct ddl_pci_names *names = reading->names;
	char name[LINE_ROOM];

	if (!*reading->vendor || !name_in(name, sizeof(name), line))
		return;
	for (size_t i = reading->first; i < names->n_known; i++) {
		struct ddl_pci_name *known = &names->known[i];

		if (known->name || strncmp(known->ids, reading->vendor, ID_DIGITS) != 0 ||
		    strncmp(known->ids + ID_DIGITS + 1, line, ID_DIGITS) != 0)
			continue;
		known->name = ddl_arena_printf(names->arena, "%s %s", reading->vendor_name, name);
		reading->failed = !known->name;
		reading->wanted--;
		return; /* each stands there once */
	}
}

static void take_line(struct reading *reading)
{
	reading->line[reading->used] = '\0';
	reading->used = 0;
	if (reading->line[0] == '\t') {
		take_device(reading, reading->line + 1); /* with a second tab it is a subsystem, and no id */
		return;
	}
	reading->vendor[0] = '\0'; /* a comment ends nothing, but none stands among devices */
	if (name_in(reading->vendor_name, sizeof(reading->vendor_name), reading->line))
		memcpy(reading->vendor, reading->line, ID_DIGITS);
}

static void take_bytes(struct reading *reading, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length && reading->wanted && !reading->failed; i++) {
		if (bytes[i] == '\n')
			take_line(reading);
		else if (reading->used < sizeof(reading->line) - 1)
			reading->line[reading->used++] = bytes[i];
	}
}

/* The list is only for show: one that cannot be read is as none. */
static void read_list(struct reading *reading, int fd)
{
	struct archive *archive = ddl_decompress_open(&(struct ddl_packed){ .fd = fd });
	char bytes[READ_SIZE];
	size_t total = 0;

	reading->used = 0;
	reading->vendor[0] = '\0';
	while (archive && reading->wanted && !reading->failed && total < DDL_MAX_PCI_IDS) {
		la_ssize_t got = archive_read_data(archive, bytes, sizeof(bytes));

		if (got <= 0)
			break;
		total += (size_t)got;
		take_bytes(reading, bytes, (size_t)got);
	}
	(void)archive_read_free(archive); /* of a file that was only read; NULL is allowed */
}

static const struct ddl_pci_name *find(const struct ddl_pci_names *names, const char *ids)
{
	for (size_t i = 0; i < names->n_known; i++)
		if (strcmp(names->known[i].ids, ids) == 0)
			return &names->known[i];
	return NULL;
}

/* Notes the ids of the machine that are met for the first time. */
static bool add_unknown(struct ddl_pci_names *names, const struct ddl_machine *machine)
{
	if (!names->arena)
		names->arena = ddl_arena_new();
	for (size_t i = 0; names->arena && i < machine->n_devices; i++) {
		const struct ddl_device *device = &machine->devices[i];
		struct ddl_pci_name *known;

		if (!wants_name(device) || find(names, device->ids))
			continue;
		known = ddl_arena_push(names->arena, &names->known, &names->n_known, sizeof(*known));
		if (!known)
			return false;
		known->ids = ddl_arena_dup(names->arena, device->ids);
		if (!known->ids)
			return false;
	}
	return names->arena != NULL;
}

/* False when memory is short. */
static bool read_lists(struct reading *reading, const char *root)
{
	static const char *const paths[] = {
		"usr/share/ddload/pci.ids.xz",
		"usr/share/misc/pci.ids",
		"usr/share/hwdata/pci.ids",
	};
	int top = reading->wanted ? ddl_sysfs_open(root) : -1;

	for (size_t i = 0; top >= 0 && i < sizeof(paths) / sizeof(*paths) && reading->wanted && !reading->failed; i++) {
		int fd = openat(top, paths[i], O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

		if (fd < 0)
			continue;
		read_list(reading, fd);
		close(fd);
	}
	if (top >= 0)
		close(top);
	return !reading->failed;
}

bool ddl_pci_names_give(struct ddl_pci_names *names, const char *root, struct ddl_machine *machine)
{
	struct reading reading = { .names = names, .first = names->n_known };
	bool enough = add_unknown(names, machine);

	reading.wanted = names->n_known - reading.first;
	enough = enough && read_lists(&reading, root);
	if (!enough) {
		names->n_known = reading.first; /* looked up again the next time */
		return false;
	}
	for (size_t i = 0; i < machine->n_devices; i++)
		if (wants_name(&machine->devices[i]))
			machine->devices[i].name = find(names, machine->devices[i].ids)->name;
	return true;
}

void ddl_pci_names_forget(struct ddl_pci_names *names)
{
	ddl_arena_free(names->arena);
	*names = (struct ddl_pci_names){ 0 };
}
