// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of kernel log lines that technicians meet, and their meaning in words.
 */
#include "kernel/kmsg_explain.h"

#include <errno.h>
#include <string.h>

struct known {
	const char *part; /* of the kernel's line; never translated there */
	const char *sentence;
	bool anybody; /* it names no driver; else it counts only where it names ours */
};

/*
 * What says most of the cause comes first. Not here are lines that are never the cause of a failure: a
 * module whose verification failed, a parameter that is not known.
 */
static const struct known known[] = {
	{ "disagrees about version of symbol module_layout",
	  N_("The driver was really built for another kernel, whatever it says of itself."), false },
	{ "disagrees about version of symbol",
	  N_("The driver was built against another build of this kernel: a function that it uses has changed."), false },
	{ "Unknown symbol", N_("The driver uses a function that neither this kernel nor any loaded module has."), false },
	{ "version magic", N_("The driver was built for another kernel, or for the same one with other settings."), false },
	{ "Invalid module format", N_("The file is not a driver for this kernel."), false },
	{ "invalid module format", N_("The file is not a driver for this kernel."), false },
	{ "exports duplicate symbol", N_("Another loaded module already provides what this driver provides."), false },
	{ "Lockdown:", N_("The kernel is locked down (Secure Boot) and takes no driver that is not signed."), true },
	{ "Loading of module with unsupported crypto is rejected",
	  N_("The driver is signed in a way that this kernel cannot check."), true },
	{ "Loading of module with unavailable key is rejected",
	  N_("The driver is signed, but this kernel does not have the key."), true },
	{ "Loading of unsigned module is rejected", N_("The driver is not signed, and this kernel takes signed ones only."),
	  true },
	{ "Key was rejected by service", N_("The driver is not signed with a key that this kernel trusts."), true },
	{ "Required key not available", N_("The driver is signed, but this kernel does not have the key."), true },
	{ "Direct firmware load for", N_("The driver asked for a firmware file that was not found."), false },
	{ "failed to load firmware", N_("The driver's firmware could not be loaded."), false },
	{ "page allocation failure", N_("The kernel ran out of memory."), true },
	{ "Out of memory", N_("The kernel ran out of memory."), true },
	{ "vmalloc error", N_("The kernel ran out of memory."), true },
	{ "invalid for parameter", N_("The driver does not take a parameter's value."), false },
};

static bool in_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

/* Is `name` a word of the line? As in names of modules, '-' and '_' are the same. */
static bool names(const char *line, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = line; n && *at; at++) {
		size_t same = 0;

		while (same < n && (at[same] == name[same] ||
				    ((at[same] == '-' || at[same] == '_') && (name[same] == '-' || name[same] == '_'))))
			same++;
		if (same == n && !in_word(at[n]) && (at == line || !in_word(at[-1])))
			return true;
	}
	return false;
}

static bool names_one(const char *line, const char *const *ours, size_t n_ours)
{
	for (size_t i = 0; i < n_ours; i++)
		if (names(line, ours[i]))
			return true;
	return false;
}

const char *ddl_kmsg_explain(const char *const *lines, size_t count, const char *const *ours, size_t n_ours)
{
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		for (size_t j = 0; j < count; j++)
			if (strstr(lines[j], known[i].part) && (known[i].anybody || names_one(lines[j], ours, n_ours)))
				return _(known[i].sentence);
	return NULL;
}

/*
 * really_probe() in drivers/base/dd.c: "mpt3sas: probe of 0000:03:00.0 failed with error -5", since
 * Linux 6.11 "mpt3sas 0000:03:00.0: probe with driver mpt3sas failed with error -5".
 */
bool ddl_kmsg_probe_failed(const char *const *lines, size_t count, const char *address)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(lines[i], "probe ") && strstr(lines[i], " failed with error ") && names(lines[i], address))
			return true;
	return false;
}

/* Does a line that names the module say so? */
static bool said(const char *name, const char *const *lines, size_t count, const char *part)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(lines[i], part) && names(lines[i], name))
			return true;
	return false;
}

enum ddl_code ddl_insert_code(int os_errno, const char *name, const char *const *lines, size_t count)
{
	switch (os_errno) {
	case ENOEXEC:
		return DDL_E_INSERT_FORMAT;
	case EKEYREJECTED:
	case ENOKEY:
	case EKEYEXPIRED:
	case EKEYREVOKED:
	case EBADMSG:
		return DDL_E_INSERT_KEY;
	case EPERM:
		return DDL_E_INSERT_LOCKED;
	case EEXIST: /* the caller knows what to do with it */
	case ENOMEM:
		return DDL_E_INSERT;
	case EINVAL:
		return said(name, lines, count, "disagrees about version of symbol") ||
				       said(name, lines, count, "Unknown symbol") ?
			       DDL_E_INSERT_SYMBOL :
			       DDL_E_INSERT_INIT;
	case ENOENT:
		return said(name, lines, count, "Unknown symbol") ? DDL_E_INSERT_SYMBOL : DDL_E_INSERT_INIT;
	default:
		return DDL_E_INSERT_INIT;
	}
}
