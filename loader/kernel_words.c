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
	bool remark;           /* worth a word, but never the cause of a failure */
};

/* What says most of the cause comes first. */
static const struct known known[] = {
	{ "disagrees about version of symbol module_layout",
	  N_("The driver was really built for another kernel, whatever it says of itself."), false },
	{ "disagrees about version of symbol",
	  N_("The driver was built against another build of this kernel: a function that it uses has changed."), false },
	{ "Unknown symbol",
	  N_("The driver uses a function that neither this kernel nor any loaded module has."), false },
	{ "version magic",
	  N_("The driver was built for another kernel, or for the same one with other settings."), false },
	{ "Invalid module format", N_("The file is not a driver for this kernel."), false },
	{ "invalid module format", N_("The file is not a driver for this kernel."), false },
	{ "exports duplicate symbol",
	  N_("Another loaded module already provides what this driver provides."), false },
	{ "Lockdown:",
	  N_("The kernel is locked down (Secure Boot) and takes no driver that is not signed."), false },
	{ "module verification failed",
	  N_("The driver is not signed with a key that this kernel knows; it was only noted."), true },
	{ "Loading of module with unsupported crypto is rejected",
	  N_("The driver is signed in a way that this kernel cannot check."), false },
	{ "Loading of module with unavailable key is rejected",
	  N_("The driver is signed, but this kernel does not have the key."), false },
	{ "Loading of unsigned module is rejected",
	  N_("The driver is not signed, and this kernel takes signed ones only."), false },
	{ "Key was rejected by service",
	  N_("The driver is not signed with a key that this kernel trusts."), false },
	{ "Required key not available",
	  N_("The driver is signed, but this kernel does not have the key."), false },
	{ "Direct firmware load for",
	  N_("The driver asked for a firmware file that was not found."), false },
	{ "failed to load firmware", N_("The driver's firmware could not be loaded."), false },
	{ "page allocation failure", N_("The kernel ran out of memory."), false },
	{ "Out of memory", N_("The kernel ran out of memory."), false },
	{ "vmalloc error", N_("The kernel ran out of memory."), false },
	{ "unknown parameter",
	  N_("The driver does not know one of the parameters it was given, and ignored it."), true },
	{ "invalid for parameter", N_("The driver does not take a parameter's value."), false },
};

const char *ddl_kernel_words(const char *line)
{
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strstr(line, known[i].part))
			return _(known[i].sentence);
	return NULL;
}

static bool said(const char *const *lines, size_t count, const char *part)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strstr(lines[i], part))
			return true;
	return false;
}

const char *ddl_kernel_words_of(const char *const *lines, size_t count)
{
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (!known[i].remark && said(lines, count, known[i].part))
			return _(known[i].sentence);
	return NULL;
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
