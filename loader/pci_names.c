// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a list of PCI names line by line, compressed or not, and takes what this machine has. */
#include "pci_names.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "limits.h"
#include "text.h"

#define ID_DIGITS 4U
#define LINE_ROOM 512U
#define READ_SIZE 8192U

struct names {
	struct ddl_arena *arena;
	struct ddl_machine *machine;
	size_t wanted;            /* devices that have no name yet */
	char vendor[ID_DIGITS + 1], vendor_name[LINE_ROOM];
	char line[LINE_ROOM];     /* without its line feed; what is longer is cut */
	size_t used;
	bool failed;              /* memory is short */
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

static void name_device(struct names *names, struct ddl_device *device, const char *name)
{
	const char *kept = ddl_arena_printf(names->arena, "%s %s", names->vendor_name, name);

	if (!kept)
		names->failed = true;
	device->name = kept;
	names->wanted--;
}

static void take_device(struct names *names, const char *line)
{
	char name[LINE_ROOM];

	if (!*names->vendor || !name_in(name, sizeof(name), line))
		return;
	for (size_t i = 0; i < names->machine->n_devices && !names->failed; i++) {
		struct ddl_device *device = &names->machine->devices[i];

		if (wants_name(device) && !device->name && strncmp(device->ids, names->vendor, ID_DIGITS) == 0 &&
		    strncmp(device->ids + ID_DIGITS + 1, line, ID_DIGITS) == 0)
			name_device(names, device, name);
	}
}

static void take_line(struct names *names)
{
	names->line[names->used] = '\0';
	names->used = 0;
	if (names->line[0] == '\t') {
		take_device(names, names->line + 1); /* with a second tab it is a subsystem, and no id */
		return;
	}
	names->vendor[0] = '\0'; /* a comment ends nothing, but none stands among devices */
	if (name_in(names->vendor_name, sizeof(names->vendor_name), names->line))
		memcpy(names->vendor, names->line, ID_DIGITS);
}

static void take_bytes(struct names *names, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length && names->wanted && !names->failed; i++) {
		if (bytes[i] == '\n')
			take_line(names);
		else if (names->used < sizeof(names->line) - 1)
			names->line[names->used++] = bytes[i];
	}
}

static bool set_up(struct archive *archive)
{
	return archive_read_support_format_raw(archive) == ARCHIVE_OK &&
	       archive_read_support_filter_gzip(archive) == ARCHIVE_OK &&
	       archive_read_support_filter_xz(archive) == ARCHIVE_OK;
}

/* The list is only for show: one that cannot be read is as none. */
static void read_list(struct names *names, int fd)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	char bytes[READ_SIZE];
	size_t total = 0;

	names->used = 0;
	names->vendor[0] = '\0';
	if (!archive) {
		names->failed = true;
		return;
	}
	if (set_up(archive) && archive_read_open_fd(archive, fd, READ_SIZE) == ARCHIVE_OK &&
	    archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		while (names->wanted && !names->failed && total < DDL_MAX_PCI_IDS) {
			la_ssize_t got = archive_read_data(archive, bytes, sizeof(bytes));

			if (got <= 0)
				break;
			total += (size_t)got;
			take_bytes(names, bytes, (size_t)got);
		}
	}
	(void)archive_read_free(archive); /* of a file that was only read */
}

bool ddl_pci_names(struct ddl_arena *arena, int root, struct ddl_machine *machine)
{
	static const char *const paths[] = {
		"usr/share/ddload/pci.ids.xz", "usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids",
	};
	struct names names = { .arena = arena, .machine = machine };

	for (size_t i = 0; i < machine->n_devices; i++)
		names.wanted += wants_name(&machine->devices[i]);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths) && names.wanted && !names.failed; i++) {
		int fd = openat(root, paths[i], O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

		if (fd < 0)
			continue;
		read_list(&names, fd);
		close(fd);
	}
	return !names.failed;
}
