// SPDX-License-Identifier: GPL-2.0-or-later
/* Which system is running, or being installed: what os-release(5) says, and for Debian's installer lsb-release. */
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/text.h"
#include "machine/machine_parts.h"

static const struct {
	const char *id;
	enum ddl_installer installer;
} ids[] = {
	{ "xenserver", DDL_INSTALLER_XENSERVER }, { "xcp", DDL_INSTALLER_XENSERVER }, { "rhel", DDL_INSTALLER_REDHAT },
	{ "fedora", DDL_INSTALLER_REDHAT },       { "centos", DDL_INSTALLER_REDHAT }, { "sle", DDL_INSTALLER_SUSE },
	{ "suse", DDL_INSTALLER_SUSE },           { "opensuse", DDL_INSTALLER_SUSE }, { "debian", DDL_INSTALLER_DEBIAN },
	{ "ubuntu", DDL_INSTALLER_DEBIAN },
};

/* One of the words begins with one of the ids: "opensuse-leap", "rhel centos fedora", "Debian". */
static enum ddl_installer installer_of(const char *words)
{
	for (; *words; words += strcspn(words, " "), words += strspn(words, " "))
		for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
			if (strncasecmp(words, ids[i].id, strlen(ids[i].id)) == 0)
				return ids[i].installer;
	return DDL_INSTALLER_UNKNOWN;
}

/* The value of "KEY=value" or "KEY="value"", its end marked in the line; NULL: it is another line. */
static char *value_of(char *line, const char *key)
{
	size_t n = strlen(key);

	if (strncmp(line, key, n) != 0 || line[n] != '=')
		return NULL;
	line += n + 1;
	line += *line == '"' || *line == '\'';
	line[strcspn(line, "\"'\r")] = '\0';
	return line;
}

static bool take_line(struct ddl_machine_reader *reader, char *line)
{
	struct ddl_machine *machine = reader->machine;
	const char *id = value_of(line, "ID"), *like = value_of(line, "ID_LIKE"), *version = value_of(line, "VERSION_ID");
	const char *debian = value_of(line, "DISTRIB_ID");

	if (id)
		machine->system = ddl_text_keep(reader->arena, id, strlen(id));
	if (version)
		machine->system_version = ddl_text_keep(reader->arena, version, strlen(version));
	id = id ? id : debian;
	if (id && installer_of(id) != DDL_INSTALLER_UNKNOWN) /* says more than what it is like */
		machine->installer = installer_of(id);
	else if (like && machine->installer == DDL_INSTALLER_UNKNOWN)
		machine->installer = installer_of(like);
	return machine->system && machine->system_version;
}

bool ddl_machine_system(struct ddl_machine_reader *reader)
{
	static const char *const files[] = { "etc/os-release", "usr/lib/os-release", "etc/lsb-release" };
	bool there = false, enough = true;

	reader->machine->system = reader->machine->system_version = "";
	for (size_t i = 0; i < sizeof(files) / sizeof(*files) && enough && !there; i++)
		enough = ddl_machine_each_line(reader, files[i], DDL_MAX_TREEINFO, take_line, &there);
	return enough;
}
