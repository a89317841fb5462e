// SPDX-License-Identifier: GPL-2.0-or-later
/* One table of processors: what `uname -m`, ELF files, packages and releases call them. */
#include "module/arch.h"

#include <string.h>

static const struct arch {
	uint16_t elf; /* e_machine */
	bool wide, big_endian;
	const char *name, *others[6]; /* others: as RPM, Debian and older kernels have them */
} archs[] = {
	{ EM_X86_64, true, false, "x86_64", { "amd64" } },
	{ EM_386, false, false, "i686", { "i386", "i486", "i586", "athlon", "geode", "686-pae" } },
	{ EM_AARCH64, true, false, "aarch64", { "arm64" } },
	{ EM_ARM, false, false, "armv7l", { "armv6l", "armv7hl", "armhf", "armel", "armmp" } },
	{ EM_PPC64, true, true, "ppc64", { NULL } },
	{ EM_PPC64, true, false, "ppc64le", { "ppc64el", "powerpc64le" } },
	{ EM_S390, true, true, "s390x", { NULL } },
	{ EM_RISCV, true, false, "riscv64", { NULL } },
	{ 258, true, false, "loongarch64", { "loong64" } }, /* EM_LOONGARCH, which older <elf.h> lack */
};

#define ARCHS (sizeof(archs) / sizeof(*archs))

const char *ddl_arch_of_elf(const struct ddl_elf *elf)
{
	uint64_t machine = DDL_ELF_FIELD(elf, 0, Ehdr, e_machine);

	for (size_t i = 0; i < ARCHS; i++)
		if (archs[i].elf == machine && archs[i].wide == elf->wide && archs[i].big_endian == elf->big_endian)
			return archs[i].name;
	return "unknown";
}

static const struct arch *arch_named(const char *name)
{
	for (size_t i = 0; i < ARCHS; i++) {
		if (strcmp(name, archs[i].name) == 0)
			return &archs[i];
		for (size_t k = 0; k < sizeof(archs[i].others) / sizeof(*archs[i].others) && archs[i].others[k]; k++)
			if (strcmp(name, archs[i].others[k]) == 0)
				return &archs[i];
	}
	return NULL;
}

const char *ddl_arch_of_release(const char *release)
{
	const struct arch *arch = NULL;

	for (const char *at = release; *at && !arch; at++)
		if (*at == '.' || *at == '-')
			arch = arch_named(at + 1);
	return arch ? arch->name : "";
}

bool ddl_arch_fits(const char *arch, const char *machine)
{
	const struct arch *here = machine ? arch_named(machine) : NULL;

	if (!here || !arch || !*arch || strcmp(arch, "noarch") == 0 || strcmp(arch, "all") == 0)
		return true;
	return arch_named(arch) == here;
}
