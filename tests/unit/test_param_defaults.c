// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of parameters' defaults on the stock kernel's own modules, and on damaged ones. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "limits.h"
#include "param_defaults.h"

#define MEGARAID "kernel/drivers/scsi/megaraid/megaraid_sas.ko"

struct file {
	uint8_t *bytes;
	size_t length;
};

static struct file read_module(const char *name)
{
	const char *build = getenv("DDL_BUILD");
	struct file file = { 0 };
	char path[1024];
	FILE *from;

	snprintf(path, sizeof path, "%s/parts/modules/%s", build ? build : "build", name);
	from = fopen(path, "r");
	if (!from)
		skip(); /* the stock kernel was not fetched */
	assert_int_equal(fseek(from, 0, SEEK_END), 0);
	file.length = (size_t)ftell(from);
	rewind(from);
	file.bytes = malloc(file.length);
	assert_non_null(file.bytes);
	assert_int_equal(fread(file.bytes, 1, file.length, from), file.length);
	fclose(from);
	return file;
}

static const struct row {
	const char *module, *name, *value; /* NULL: UNKNOWN; "-": NONE */
} rows[] = {
	/* as a machine shows them that has just loaded these without options */
	{ MEGARAID, "msix_disable", "0" }, { MEGARAID, "resetwaittime", "180" },
	{ MEGARAID, "max_sectors", "0" }, { MEGARAID, "scmd_timeout", "90" },
	{ MEGARAID, "throttlequeuedepth", "16" }, { MEGARAID, "perf_mode", "-1" },
	{ MEGARAID, "host_tagset_enable", "1" }, { MEGARAID, "event_log_level", "2" },
	{ MEGARAID, "event-log-level", "2" }, { MEGARAID, "no_such", "-" }, { MEGARAID, "", "-" },
	/* other types: bool, charp, ushort, an array, ops of its own */
	{ "kernel/drivers/scsi/scsi_transport_iscsi.ko", "debug_session", "0" },
	{ "kernel/drivers/scsi/sd_mod.ko", "anything", "-" },
	{ "kernel/drivers/ata/libata.ko", "force", NULL },
	{ "kernel/drivers/ata/libata.ko", "noacpi", "0" },
	{ "kernel/drivers/net/ethernet/intel/e1000/e1000.ko", "debug", "-1" },
	{ "kernel/drivers/net/ethernet/intel/e1000/e1000.ko", "TxDescriptors", NULL },
	{ "kernel/drivers/net/ethernet/intel/e1000/e1000.ko", "copybreak", "256" },
	{ "kernel/drivers/usb/storage/usb-storage.ko", "delay_use", "1" },
	{ "kernel/drivers/usb/storage/usb-storage.ko", "swi_tru_install", "1" },
	{ "kernel/drivers/block/loop.ko", "max_part", "0" },
	{ "kernel/net/netfilter/nf_conntrack_amanda.ko", "ts_algo", "kmp" },
	{ "kernel/drivers/md/raid456.ko", "devices_handle_discard_safely", "N" },
	{ "kernel/drivers/md/dm-mod.ko", "dm_numa_node", "-1" },
};

static void stock_modules(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct file file = read_module(rows[i].module);
		enum ddl_param_default expected = !rows[i].value ? DDL_PARAM_UNKNOWN
			: strcmp(rows[i].value, "-") == 0 ? DDL_PARAM_NONE : DDL_PARAM_KNOWN;
		char value[64] = "";
		enum ddl_param_default found = ddl_param_default(file.bytes, file.length, rows[i].name, value,
								 sizeof value);

		free(file.bytes);
		if (found != expected)
			fail_msg("%s %s: %d, not %d", rows[i].module, rows[i].name, found, expected);
		if (found == DDL_PARAM_KNOWN)
			assert_string_equal(value, rows[i].value);
	}
}

/* Cut anywhere, or with bytes turned over: it ends, and reads nothing outside (ASan sees that). */
static void damaged(void **state)
{
	struct file file = read_module(MEGARAID);
	uint64_t random = 88172645463325252ULL;
	char value[64];
	size_t i, j;

	(void)state;
	for (i = 0; i < 64; i++) {
		size_t n = file.length * i / 64;
		uint8_t *copy = malloc(n ? n : 1);

		assert_non_null(copy);
		memcpy(copy, file.bytes, n);
		(void)ddl_param_default(copy, n, "msix_disable", value, sizeof value);
		free(copy);
	}
	assert_int_equal(ddl_param_default(file.bytes, 0, "x", value, sizeof value), DDL_PARAM_NONE);
	for (i = 0; i < 400; i++) {
		size_t table = file.length - 0x1000; /* the sections' headers are at the end */
		size_t at[8];
		uint8_t was[8];

		for (j = 0; j < 8; j++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			at[j] = table + random % 0x1000;
			was[j] = file.bytes[at[j]];
			file.bytes[at[j]] = (uint8_t)(random >> 32);
		}
		(void)ddl_param_default(file.bytes, file.length, "msix_disable", value, sizeof value);
		for (j = 8; j > 0; j--)
			file.bytes[at[j - 1]] = was[j - 1];
	}
	assert_int_equal(ddl_param_default(file.bytes, file.length, "msix_disable", value, sizeof value),
			 DDL_PARAM_KNOWN);
	free(file.bytes);
}

/* limit: DDL_MAX_PARAM_SECTION   the size that the section __param says it has, of entries of 40 bytes */
static void size_of_the_section(void **state)
{
	struct file file = read_module(MEGARAID);
	Elf64_Ehdr head;
	Elf64_Shdr names, *table;
	char value[64];

	(void)state;
	memcpy(&head, file.bytes, sizeof head);
	file.bytes = realloc(file.bytes, file.length + 2 * DDL_MAX_PARAM_SECTION);
	assert_non_null(file.bytes);
	memset(file.bytes + file.length, 0, 2 * DDL_MAX_PARAM_SECTION);
	file.length += 2 * DDL_MAX_PARAM_SECTION;
	table = (Elf64_Shdr *)(uintptr_t)(file.bytes + head.e_shoff);
	memcpy(&names, &table[head.e_shstrndx], sizeof names);
	for (unsigned i = 0; i < head.e_shnum; i++) {
		if (strcmp((char *)file.bytes + names.sh_offset + table[i].sh_name, "__param") != 0)
			continue;
		table[i].sh_size = DDL_MAX_PARAM_SECTION / 40 * 40;
		/* there are not so many: what is behind them makes no sense, and it is seen that it does not */
		assert_int_equal(ddl_param_default(file.bytes, file.length, "msix_disable", value, sizeof value), DDL_PARAM_UNKNOWN);
		table[i].sh_size += 40;
		assert_int_equal(ddl_param_default(file.bytes, file.length, "msix_disable", value, sizeof value), DDL_PARAM_NONE);
		free(file.bytes);
		return;
	}
	fail();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(stock_modules), cmocka_unit_test(damaged), cmocka_unit_test(size_of_the_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
