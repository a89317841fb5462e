// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of kernel log lines that technicians meet, and their meaning in words.
 */
#include "kernel_words.h"

#include <errno.h>
#include <string.h>

struct known {
	const char *part;      /* of the kernel's line; never translated there */
	const char *sentence;
};

/* More special lines come first. */
static const struct known known[] = {
	{ "disagrees about version of symbol",
	  N_("The driver was built against another build of this kernel: a function that it uses has changed.") },
	{ "Unknown symbol",
	  N_("The driver uses a function that neither this kernel nor any loaded module has.") },
	{ "version magic",
	  N_("The driver was built for another kernel, or for the same one with other settings.") },
	{ "Invalid module format", N_("The file is not a driver for this kernel.") },
	{ "invalid module format", N_("The file is not a driver for this kernel.") },
	{ "exports duplicate symbol",
	  N_("Another loaded module already provides what this driver provides.") },
	{ "Lockdown:",
	  N_("The kernel is locked down (Secure Boot) and takes no driver that is not signed.") },
	{ "module verification failed",
	  N_("The driver is not signed with a key that this kernel knows; it was only noted.") },
	{ "required key missing",
	  N_("The driver is not signed with a key that this kernel knows.") },
	{ "Loading of module with unavailable key is rejected",
	  N_("The driver is signed, but this kernel does not have the key.") },
	{ "Loading of unsigned module is rejected",
	  N_("The driver is not signed, and this kernel takes signed ones only.") },
	{ "Key was rejected by service",
	  N_("The driver is not signed with a key that this kernel trusts.") },
	{ "Required key not available",
	  N_("The driver is signed, but this kernel does not have the key.") },
	{ "Direct firmware load for",
	  N_("The driver asked for a firmware file that was not found.") },
	{ "failed to load firmware", N_("The driver's firmware could not be loaded.") },
	{ "page allocation failure", N_("The kernel ran out of memory.") },
	{ "Out of memory", N_("The kernel ran out of memory.") },
	{ "vmalloc error", N_("The kernel ran out of memory.") },
	{ "unknown parameter",
	  N_("The driver does not know one of the parameters it was given, and ignored it.") },
	{ "invalid for parameter", N_("The driver does not take a parameter's value.") },
};

const char *ddl_kernel_words(const char *line)
{
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strstr(line, known[i].part))
			return _(known[i].sentence);
	return NULL;
}

const char *ddl_kernel_words_of(const char *const *lines, size_t count)
{
	const char *words = NULL;
	size_t i;

	for (i = 0; i < count && !words; i++)
		words = ddl_kernel_words(lines[i]);
	return words;
}

static bool said(const char *const *lines, size_t count, const char *part)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strstr(lines[i], part))
			return true;
	return false;
}

enum ddl_code ddl_insert_code(int os_errno, const char *const *lines, size_t count)
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
		return said(lines, count, "disagrees about version of symbol") ||
		       said(lines, count, "Unknown symbol") ? DDL_E_INSERT_SYMBOL : DDL_E_INSERT_INIT;
	case ENOENT:
		return said(lines, count, "Unknown symbol") ? DDL_E_INSERT_SYMBOL : DDL_E_INSERT_INIT;
	default:
		return DDL_E_INSERT_INIT;
	}
}
