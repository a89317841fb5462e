// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who uses disks and interfaces: mounts, swap, device mapper and md above them,
 * interfaces that are up.
 */
#include "machine/machine_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/sysfs.h"
#include "base/text.h"

#define MAX_TABLE (4U * 1024U * 1024U) /* mountinfo of a host with thousands of containers */
#define MAX_LAYERS 8 /* dm on md on dm …; there is no more in practice */

static const struct ddl_block *by_name(const struct ddl_machine_reader *reader, const char *name)
{
	for (size_t i = 0; i < reader->n_blocks; i++)
		if (strcmp(reader->blocks[i].name, name) == 0)
			return &reader->blocks[i];
	return NULL;
}

static const struct ddl_block *by_number(const struct ddl_machine_reader *reader, const char *number)
{
	for (size_t i = 0; i < reader->n_blocks; i++)
		if (strcmp(reader->blocks[i].number, number) == 0)
			return &reader->blocks[i];
	return NULL;
}

/* "/dev/sda2", "/dev/mapper/vg0-root" */
static const struct ddl_block *by_node(const struct ddl_machine_reader *reader, const char *node)
{
	const char *base = ddl_path_base(node);
	const struct ddl_block *block = by_name(reader, base);
	char name[DDL_MAX_NAME + 1];

	for (size_t i = 0; !block && i < reader->n_blocks; i++)
		if (ddl_sysfs_text(reader->root, name, sizeof(name), "%s/dm/name", reader->blocks[i].place) &&
		    strcmp(name, base) == 0)
			block = &reader->blocks[i];
	return block;
}

static bool add_use(const struct ddl_machine_reader *reader, enum ddl_use_kind kind, const char *what, const char *disk,
		    const char *by)
{
	struct ddl_machine *machine = reader->machine;
	struct ddl_use *use;

	for (size_t i = 0; i < machine->n_uses; i++) {
		const struct ddl_use *known = &machine->uses[i];

		if (known->kind == kind && strcmp(known->what, what) == 0 && strcmp(known->disk, disk) == 0 &&
		    strcmp(known->by, by) == 0)
			return true;
	}
	use = ddl_arena_push(reader->arena, &machine->uses, &machine->n_uses, sizeof(*use));
	if (!use)
		return false;
	use->kind = kind;
	use->what = what;
	use->disk = disk;
	use->by = by;
	return true;
}

/* The use counts for every disk that the block device lies on, through all layers. */
static bool use_block(const struct ddl_machine_reader *reader, enum ddl_use_kind kind, const char *what,
		      const struct ddl_block *block, const char *by, int layers)
{
	char path[DDL_SYSFS_PATH];
	const char **slaves;
	size_t count;

	if (!block->virtual)
		return add_use(reader, kind, what, block->disk, by);
	if (layers <= 0 || !ddl_path_join(path, sizeof(path), block->place, "slaves"))
		return true;
	/* A partition of an md device has its slaves at the whole. */
	if (block->partition) {
		block = by_name(reader, block->disk);
		return !block || use_block(reader, kind, what, block, by, layers - 1);
	}
	if (!ddl_sysfs_list(reader->root, reader->arena, path, &slaves, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct ddl_block *below = by_name(reader, slaves[i]);

		if (below && !use_block(reader, kind, what, below, by, layers - 1))
			return false;
	}
	return true;
}

/* "\040" and the like, as mountinfo and swaps have them for blanks. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' && from[2] <= '7' && from[3] >= '0' &&
		    from[3] <= '7') {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
	ddl_text_clean_in_place(text);
}

/*
 * proc(5), mountinfo: "id parent major:minor root mountpoint options [fields] - type
 * source options". btrfs gives a number of its own, so there the source tells.
 */
static bool read_mount(struct ddl_machine_reader *reader, char *line)
{
	char *rest = strstr(line, " - "), *field[5], *behind[3];
	const struct ddl_block *block;
	const char *by;

	if (!rest || ddl_text_fields(rest, behind, 3) != 3)
		return true;
	*rest = '\0';
	if (ddl_text_fields(line, field, 5) != 5)
		return true;
	block = by_number(reader, field[2]);
	if (!block && strncmp(field[2], "0:", 2) == 0 && strncmp(behind[2], "/dev/", 5) == 0) {
		unescape(behind[2]);
		block = by_node(reader, behind[2]);
	}
	if (!block)
		return true;
	unescape(field[4]);
	by = ddl_arena_dup(reader->arena, field[4]);
	return by && use_block(reader, DDL_USE_MOUNT, block->name, block, by, MAX_LAYERS);
}

/* proc(5), swaps: "filename type size used priority". A file counts by its mount. */
static bool read_swap(struct ddl_machine_reader *reader, char *line)
{
	char *field[2];
	const struct ddl_block *block;

	if (ddl_text_fields(line, field, 2) != 2 || strcmp(field[1], "partition") != 0)
		return true;
	unescape(field[0]);
	block = by_node(reader, field[0]);
	return !block || use_block(reader, DDL_USE_SWAP, block->name, block, "swap", MAX_LAYERS);
}

/*
 * A device-mapper device as its owner knows it: "dm-0 (LVM vg0)" by the volume group, which is
 * what vgchange -an takes, others by their name. LVM's are "GROUP-VOLUME", a hyphen inside of
 * either being doubled, and have a uuid that begins with "LVM-".
 */
static const char *mapper_words(const struct ddl_machine_reader *reader, const struct ddl_block *block, char *name)
{
	char uuid[DDL_MAX_NAME + 1];
	size_t to = 0;

	if (!ddl_sysfs_text(reader->root, uuid, sizeof(uuid), "%s/dm/uuid", block->place) ||
	    strncmp(uuid, "LVM-", strlen("LVM-")) != 0)
		return ddl_arena_printf(reader->arena, "%s (%s)", block->name, name);
	for (const char *from = name; *from && (*from != '-' || *++from == '-'); from++)
		name[to++] = *from;
	name[to] = '\0';
	return ddl_arena_printf(reader->arena, "%s (LVM %s)", block->name, name);
}

/* What sits on top of a disk or partition. */
static bool read_holder(const struct ddl_machine_reader *reader, const struct ddl_block *block, const char *holder)
{
	const struct ddl_block *above = by_name(reader, holder);
	enum ddl_use_kind kind = DDL_USE_DM;
	char name[DDL_MAX_NAME + 1];
	const char *by = holder;

	if (above && ddl_sysfs_exists(reader->root, "%s/md", above->place))
		kind = DDL_USE_MD;
	else if (above && ddl_sysfs_text(reader->root, name, sizeof(name), "%s/dm/name", above->place) && *name)
		by = mapper_words(reader, above, name);
	return by && use_block(reader, kind, block->name, block, by, MAX_LAYERS);
}

static bool read_holders(const struct ddl_machine_reader *reader)
{
	for (size_t i = 0; i < reader->n_blocks; i++) {
		const struct ddl_block *block = &reader->blocks[i];
		char path[DDL_SYSFS_PATH];
		const char **holders;
		size_t count;

		if (block->virtual || !ddl_path_join(path, sizeof(path), block->place, "holders"))
			continue;
		if (!ddl_sysfs_list(reader->root, reader->arena, path, &holders, &count))
			return false;
		for (size_t h = 0; h < count; h++)
			if (!read_holder(reader, block, holders[h]))
				return false;
	}
	return true;
}

bool ddl_machine_uses(struct ddl_machine_reader *reader)
{
	if (!ddl_machine_each_line(reader, "proc/self/mountinfo", MAX_TABLE, read_mount, NULL) ||
	    !ddl_machine_each_line(reader, "proc/swaps", MAX_TABLE, read_swap, NULL) || !read_holders(reader))
		return false;
	for (size_t i = 0; i < reader->n_interfaces; i++)
		if (reader->interfaces[i].up && !add_use(reader, DDL_USE_LINK_UP, reader->interfaces[i].name,
							 reader->interfaces[i].name, reader->interfaces[i].name))
			return false;
	return true;
}
