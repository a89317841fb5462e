// SPDX-License-Identifier: GPL-2.0-or-later
/* Holds modules of near releases against the symbols that this kernel and the packs themselves have. */
#include "session/abi.h"

#include <string.h>

#include "plan/fit.h"

bool ddl_session_asks_abi(const struct ddl_session *session, const struct ddl_repo *repo)
{
	for (size_t i = 0; i < repo->n_packages; i++)
		if (strcmp(repo->packages[i].kernel, session->machine.release) == 0)
			return false;
	return session->machine.has_tree && !session->options.exact_kernel;
}

typedef int (*module_visit)(void *arg, struct ddl_module *module, struct ddl_error *error);

static int each_module(struct ddl_repo *repo, module_visit visit, void *arg, struct ddl_error *error)
{
	for (size_t p = 0; p < repo->n_packages; p++)
		for (size_t m = 0; m < repo->packages[p].n_modules; m++)
			if (visit(arg, repo->packages[p].modules[m], error) < 0)
				return -1;
	return 0;
}

/* What modules of the packs export: others of them are built against it. */
struct exported {
	struct ddl_arena *arena;
	struct ddl_symbol *symbols;
	size_t n_symbols;
	struct ddl_symbol_table table;
};

static int add_exports(void *arg, struct ddl_module *module, struct ddl_error *error)
{
	struct exported *exported = arg;

	for (size_t i = 0; i < module->n_exports; i++) {
		struct ddl_symbol *slot = ddl_arena_push(exported->arena, &exported->symbols, &exported->n_symbols,
							 sizeof(*slot));

		if (!slot)
			return ddl_fail(error, DDL_E_MEMORY, 0, "%s", module->name);
		slot->name = module->exports[i];
	}
	return 0;
}

static int find_exports(struct ddl_session *session, struct exported *exported, struct ddl_error *error)
{
	for (size_t l = 0; l < session->n_looks; l++)
		for (size_t r = 0; r < session->looks[l]->n_repos; r++)
			if (each_module(session->looks[l]->repos[r], add_exports, exported, error) < 0)
				return -1;
	if (ddl_symbol_table_add(exported->arena, &exported->table, exported->symbols, exported->n_symbols) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "symbols");
	return 0;
}

struct comparing {
	struct ddl_session *session;
	struct exported exported;
};

static int compare(void *arg, struct ddl_module *module, struct ddl_error *error)
{
	struct comparing *comparing = arg;
	struct ddl_session *session = comparing->session;
	const struct ddl_symbol_table *here;
	const char *vermagic;

	if (!module->n_imports || !ddl_fit_near(module->kernel, session->machine.release))
		return 0;
	if (session->kernel->ops->symbols(session->kernel, module, &here, &vermagic, error) < 0)
		return -1;
	if (ddl_fit_abi(session->arena, module, vermagic, here, &comparing->exported.table) < 0)
		return ddl_fail(error, DDL_E_MEMORY, 0, "%s", module->name);
	if (module->abi != DDL_ABI_OTHER)
		ddl_log(session->log, "%s, built for %s: of %zu symbol versions %zu differ, %zu are not known", module->name,
			module->kernel, module->n_imports, module->n_differing, module->n_unknown);
	return 0;
}

int ddl_session_compare_abi(struct ddl_session *session, struct ddl_look *look, struct ddl_error *error)
{
	struct comparing comparing = { .session = session, .exported = { .arena = ddl_arena_new() } };
	int result = 0;

	if (!comparing.exported.arena)
		return ddl_fail(error, DDL_E_MEMORY, 0, "symbols");
	result = find_exports(session, &comparing.exported, error);
	for (size_t i = 0; i < look->n_repos && result == 0; i++)
		if (ddl_session_asks_abi(session, look->repos[i]))
			result = each_module(look->repos[i], compare, &comparing, error);
	ddl_arena_free(comparing.exported.arena);
	return result;
}
