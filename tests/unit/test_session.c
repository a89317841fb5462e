// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of a session's parts: looking, what fits, testing, planning; a machine that cannot be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"
#include "session/session.h"
#include "tree.h"

RIG_KERNEL

static const struct pack_shape good = { .directory = "pack", .name = "megaraid-sas", .version = "07.999" };

static struct ddl_look *look(const char *word)
{
	struct ddl_source *source;
	struct ddl_look *found;

	if (!rig.session)
		rig_open();
	source = ddl_session_source(rig.session, word, &rig.error);
	assert_non_null(source);
	found = ddl_session_look(rig.session, source, &rig.error);
	assert_non_null(found);
	if (found->trouble.code != DDL_OK)
		print_message("%s\n", found->trouble.text);
	return found;
}

static void looks_into_what_is_for_this_kernel(void **state)
{
	const struct ddl_look *seen;
	const struct ddl_package *package;

	(void)state;
	rig_pack(&good);
	seen = look("/pack");
	assert_int_equal(seen->trouble.code, DDL_OK);
	assert_int_equal(seen->n_repos, 1);
	assert_string_equal(seen->repos[0]->identifier, "acme:megaraid-sas");
	assert_string_equal(seen->repos[0]->fingerprint, rig_fingerprint("pack"));
	assert_string_equal(seen->repos[0]->where, "");
	assert_int_equal(seen->repos[0]->fit, DDL_FIT_YES);
	package = &seen->repos[0]->packages[0];
	assert_int_equal(package->state, DDL_PKG_STAGED);
	assert_string_equal(package->version, "07.999-1");
	assert_int_equal(package->modules[0]->fit, DDL_FIT_YES);
	assert_string_equal(package->modules[0]->device->address, "0000:03:00.0");
	assert_ptr_equal(package->modules[0]->file, package->files[0]);
	assert_true(package->files[0]->fd >= 0);
	assert_int_equal(package->fd, -1); /* the whole package is kept for a load only */
}

static void without_inspecting_nothing_is_read(void **state)
{
	const struct ddl_look *seen;

	(void)state;
	rig.options.inspect = false;
	rig_pack(&good);
	seen = look("/pack");
	assert_int_equal(seen->repos[0]->packages[0].state, DDL_PKG_UNREAD);
	assert_int_equal(seen->repos[0]->fit, DDL_FIT_UNREAD);
	assert_int_equal(rig.tested, 0);
	assert_int_equal(ddl_session_test(rig.session, seen->repos[0], &rig.error), 0);
	assert_int_equal(rig.tested, rig_package_size());
	assert_int_equal(seen->repos[0]->fit, DDL_FIT_YES);
	assert_int_equal(ddl_session_test(rig.session, seen->repos[0], &rig.error), 0);
	assert_int_equal(rig.tested, rig_package_size()); /* not a second time */
}

/* limit: DDL_LOOK_SECONDS   a file that costs more than its place hides nothing but what would cost as much. */
static void what_is_costly_is_not_looked_into_for_ever(void **state)
{
	static const char said[] = "not looked into: others took too long (look again, or --look, ddload.look=)";

	(void)state;
	rig_pack(&good);
	assert_true(tree_shell(
		"cd root && mkdir -p stick/in && head -c 30000000 /dev/zero >stick/in/old && tar -C stick/in -czf stick/a.tar.gz old && "
		"rm -r stick/in && tar -C pack -czf stick/b.tar.gz . && cp -r pack stick/c"));
	for (unsigned limited = 0; limited < 2; limited++) {
		const struct ddl_look *seen;
		bool told = false;

		ddl_session_free(rig.session);
		rig.options.look_ms = limited ? 1 : DDL_LOOK_SECONDS * 1000U;
		rig_open();
		seen = look("/stick");
		for (size_t i = 0; i < seen->n_notes; i++)
			told = told ||
			       strstr(seen->notes[i], said); /* one or both: a fast machine has used nothing before the first */
		assert_int_equal(told, limited);
		assert_int_equal(seen->n_repos, 2 - limited); /* c is a folder, and costs nothing */
	}
	/* who looks again sees more of it */
	for (unsigned again = 0; again < 8 && rig.options.look_ms; again++) {
		unsigned before = rig.session->options.look_ms;

		ddl_session_close_media(rig.session);
		ddl_session_forget_looks(rig.session);
		assert_int_equal(rig.session->options.look_ms, 4 * before);
		if (look("/stick")->n_repos == 2)
			return;
	}
	fail();
}

/* There is memory for one of two: it is kept, and of the other it is said. */
static void a_pack_that_asks_for_too_much_is_alone_in_that(void **state)
{
	const struct pack_shape first = { .directory = "stick/a", .name = "first", .version = "07.999" };
	const struct pack_shape second = { .directory = "stick/b", .name = "second", .version = "07.998" };
	const struct ddl_look *seen;

	(void)state;
	rig_pack(&first);
	rig_pack(&second);
	rig_open();
	ddl_stage_free(rig.session->stage);
	rig.session->stage = ddl_stage_new(NULL, rig_package_size() + rig.module.length + rig.module.length / 2, &rig.error);
	assert_non_null(rig.session->stage);
	seen = look("/stick");
	assert_int_equal(seen->trouble.code, DDL_OK);
	assert_int_equal(seen->n_repos, 1);
	assert_string_equal(seen->repos[0]->identifier, "acme:first");
	assert_int_equal(seen->repos[0]->fit, DDL_FIT_YES);
	assert_int_equal(seen->n_notes, 1);
	assert_ptr_equal(strstr(seen->notes[0], ddl_code_sentence(DDL_E_STAGE)), seen->notes[0]);
}

/* The same whether children read it or this process does. */
static void unconfined_gives_the_same(void **state)
{
	const struct ddl_look *seen;

	(void)state;
	rig.options.unconfined = true;
	rig_pack(&good);
	seen = look("/pack");
	assert_int_equal(seen->repos[0]->fit, DDL_FIT_YES);
	assert_string_equal(seen->repos[0]->packages[0].modules[0]->version, "07.999");
	assert_int_equal(rig.tested, rig_package_size());
}

/* Packages read at a time are many; each has its own result and no descriptor is left over. */
static void hundreds_of_packages(void **state)
{
	enum { N = 600 };
	struct built more = { NULL, 0, 0 };
	const struct ddl_look *seen;
	char text[512];

	(void)state;
	rig_pack(&good);
	for (unsigned i = 0; i < N; i++) {
		char content[32], path[64];

		(void)snprintf(content, sizeof(content), "package %u", i);
		(void)snprintf(path, sizeof(path), "pack/p%u.rpm", i);
		if (i % 7)
			rig_write(path, content, strlen(content));
		(void)snprintf(text, sizeof(text),
			       "<package kernel=\"5.%u\" label=\"p\" md5=\"%s\" size=\"%zu\" type=\"driver-rpm\">"
			       "p%u.rpm</package>\n",
			       i, i % 5 ? md5_hex(content, strlen(content)) : md5_hex("", 0), strlen(content), i);
		built_text(&more, text);
	}
	text[0] = '\0';
	built_add(&more, text, 1);
	{
		struct built list = rig_read("pack/XS-PACKAGES"), whole = { NULL, 0, 0 };
		const char end[] = "</packages>\n";

		built_add(&whole, list.bytes, list.length - strlen(end));
		built_text(&whole, (char *)more.bytes);
		built_text(&whole, end);
		rig_write("pack/XS-PACKAGES", whole.bytes, whole.length);
		built_free(&list);
		built_free(&whole);
	}
	built_free(&more);
	seen = look("/pack");
	assert_int_equal(seen->repos[0]->n_packages, N + 1);
	assert_int_equal(rig.packages, 1);
	assert_int_equal(ddl_session_test(rig.session, seen->repos[0], &rig.error), 0); /* they are for other kernels */
	assert_int_equal(rig.packages, N + 1);
	assert_null(ddl_repo_bad_package(seen->repos[0]));
	assert_string_equal(ddl_repo_damaged_package(seen->repos[0])->file, "p0.rpm"); /* the first in the disk's own order */
	for (unsigned i = 0; i < N; i++) {
		const struct ddl_package *package = &seen->repos[0]->packages[i + 1];
		enum ddl_code code = !(i % 7) ? DDL_E_NO_PACKAGE : !(i % 5) ? DDL_E_CHECKSUM : DDL_OK;

		assert_int_equal(package->trouble.code, code);
		assert_int_equal(package->state, code ? DDL_PKG_BAD : DDL_PKG_TESTED);
		assert_int_equal(package->n_files, 0); /* for other kernels: not unpacked */
	}
	assert_int_equal(seen->repos[0]->packages[0].state, DDL_PKG_STAGED);
}

static void a_machine_that_cannot_be_read(void **state)
{
	const struct ddl_machine *machine;
	struct ddl_look *seen;
	struct ddl_set set;

	(void)state;
	rig_pack(&good);
	seen = look("/pack");
	set = (struct ddl_set){ .repos = seen->repos, .n_chosen = 1, .n_repos = 1 };
	machine = ddl_session_machine(rig.session, &rig.error);
	assert_int_equal(machine->n_devices, 1);
	fake_fail(rig.fake, FAKE_SNAPSHOT, rig.fake->calls[FAKE_SNAPSHOT] + 1, DDL_E_READ, 5, NULL);
	assert_null(ddl_session_machine(rig.session, &rig.error));
	assert_int_equal(rig.error.code, DDL_E_READ);
	/* what was known of it stays: the pack's modules point into it (ASan watches) */
	assert_string_equal(seen->repos[0]->packages[0].modules[0]->device->address, "0000:03:00.0");
	assert_non_null(ddl_session_plan(rig.session, &set, &rig.error));
	fake_fail(rig.fake, FAKE_SNAPSHOT, rig.fake->calls[FAKE_SNAPSHOT] + 1, DDL_E_READ, 5, NULL);
	assert_null(ddl_session_plan(rig.session, &set, &rig.error));
	assert_null(ddl_session_outcome(rig.session));
}

static void plans_without_changing(void **state)
{
	struct ddl_look *seen;
	const struct ddl_plan *plan;
	struct ddl_set set;

	(void)state;
	rig_pack(&good);
	seen = look("/pack");
	set = (struct ddl_set){ .repos = seen->repos, .n_chosen = 1, .n_repos = 1 };
	for (unsigned i = 0; i < 3; i++) { /* each takes the place of the one before */
		plan = ddl_session_plan(rig.session, &set, &rig.error);
		assert_non_null(plan);
		assert_int_equal(plan->refusal.code, DDL_OK);
		assert_int_equal(plan->n_wanted, 1);
		assert_false(plan->replaces);
		for (size_t m = 0; m < rig.session->n_opened; m++)
			assert_null(rig.session->opened[m].medium); /* our own mount is never in the way */
	}
	assert_string_equal(rig.fake->log, "");
	/* and a closed medium opens again where more is to be read of it */
	assert_int_equal(ddl_session_test(rig.session, seen->repos[0], &rig.error), 0);
}

static void packs_in_listed_directories(void **state)
{
	struct pack_shape second = good;
	const struct ddl_look *seen;

	(void)state;
	rig_pack(&good);
	second.directory = "pack/vendor/drivers";
	second.name = "second";
	rig_pack(&second);
	seen = look("/pack");
	assert_int_equal(seen->n_repos, 1); /* a reader looks where the disk says, not everywhere */
	rig_write("pack/XS-REPOSITORY-LIST", "vendor/drivers\n../outside\n/etc\nmissing\n", 39);
	seen = look("/pack");
	assert_int_equal(seen->n_repos, 2);
	assert_string_equal(seen->repos[1]->identifier, "acme:second");
	assert_string_equal(seen->repos[1]->where, "vendor/drivers");
	assert_int_equal(seen->repos[1]->packages[0].state, DDL_PKG_STAGED);
	assert_int_equal(seen->n_notes, 3);
}

/* All packs of a disk together have a limit, too. */
static void too_many_packages_in_all(void **state)
{
	static const char *const directories[] = { "pack", "pack/packages", "pack/packages.main" };
	struct built list = { NULL, 0, 0 };
	const struct ddl_look *seen;

	(void)state;
	built_text(&list, "<packages>\n");
	for (unsigned i = 0; i < 4000; i++) {
		char text[256];

		(void)snprintf(text, sizeof(text),
			       "<package label=\"p\" md5=\"2fb99ae91000b446f3d71d782c734dae\" size=\"5\" "
			       "type=\"rpm\">p%u.rpm</package>\n",
			       i);
		built_text(&list, text);
	}
	built_text(&list, "</packages>\n");
	for (size_t i = 0; i < 2; i++) {
		struct pack_shape shape = good;
		char path[64];

		shape.directory = directories[i];
		rig_pack(&shape);
		(void)snprintf(path, sizeof(path), "%s/XS-PACKAGES", directories[i]);
		rig_write(path, list.bytes, list.length);
	}
	rig.options.inspect = false;
	seen = look("/pack");
	assert_int_equal(seen->n_repos, 2);
	assert_int_equal(seen->repos[1]->n_packages, 4000);
	{
		struct pack_shape shape = good;

		shape.directory = directories[2];
		rig_pack(&shape);
		rig_write("pack/packages.main/XS-PACKAGES", list.bytes, list.length);
	}
	seen = look("/pack");
	assert_int_equal(seen->n_repos, 0);
	assert_int_equal(seen->trouble.code, DDL_E_TOO_LARGE);
	assert_string_equal(seen->trouble.text, "more than 10000 packages");
	built_free(&list);
}

static void what_cannot_be_begun(void **state)
{
	const struct ddl_front front = { NULL, NULL, NULL };
	struct ddl_options options = rig.options;
	struct ddl_error error = DDL_ERROR_INIT;

	(void)state;
	options.root = "/nonexistent/root";
	assert_null(ddl_session_new(&options, &front, &error));
	assert_int_equal(error.code, DDL_E_USAGE);
	options = rig.options;
	tree_file("root/file", "");
	options.log_path = tree_path("root/file/log");
	assert_null(ddl_session_new(&options, &front, &error));
	assert_int_equal(error.code, DDL_E_LOG);
	ddl_session_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIGGED(looks_into_what_is_for_this_kernel),
		RIGGED(what_is_costly_is_not_looked_into_for_ever),
		RIGGED(a_pack_that_asks_for_too_much_is_alone_in_that),
		RIGGED(without_inspecting_nothing_is_read),
		RIGGED(unconfined_gives_the_same),
		RIGGED(hundreds_of_packages),
		RIGGED(a_machine_that_cannot_be_read),
		RIGGED(plans_without_changing),
		RIGGED(packs_in_listed_directories),
		RIGGED(too_many_packages_in_all),
		RIGGED(what_cannot_be_begun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
