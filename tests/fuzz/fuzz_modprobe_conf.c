// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes a pack's modprobe.d files: the input is the option string of an older load, a zero byte, the file. */
#include <stdlib.h>
#include <string.h>

#include "module/modprobe_conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_modprobe_conf conf = DDL_MODPROBE_CONF_INIT;
	const char *joined, *before, *text = (const char *)data;
	const char *zero = size ? memchr(text, 0, size) : NULL;
	size_t first = zero ? (size_t)(zero - text) : 0;

	if (!arena)
		return 0;
	before = ddl_arena_dupn(arena, text, first);
	if (zero)
		first++;
	if (before && ddl_modprobe_conf_read(arena, text + first, size - first, "megaraid_sas", &conf, &error) == 0) {
		if (strlen(conf.options) > size || strchr(conf.options, '\n') || strlen(conf.softdeps) > DDL_MAX_TEXT)
			abort();
		joined = ddl_params_join(arena, before, conf.options);
		if (joined && strlen(joined) > strlen(before) + strlen(conf.options) + 1)
			abort();
		(void)ddl_params_have(conf.options, "mode", 4);
		(void)ddl_param_can_be_given(before);
	} else if (before && (error.code == DDL_OK || !*error.text)) {
		abort();
	}
	ddl_arena_free(arena);
	return 0;
}
