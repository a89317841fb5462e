// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of the whole way on a directory medium, through real children and with the fake
 * kernel: look, test, plan, apply, outcome, hand-off; every answer to every question.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "process.h"
#include "rig.h"
#include "tree.h"

#define ALONE "| 0000:03:00.0=:0"
#define LOADED "megaraid_sas@07.999 | 0000:03:00.0=megaraid_sas:2"

RIG_KERNEL

static const struct pack_shape good = { .directory = "pack", .name = "megaraid-sas", .version = "07.999" };

/* Runs a load of /pack with these answers; opens the session where it is not open. */
static enum ddl_status load_words(const char *replies)
{
	static const char *const words[] = { "/pack" };

	if (!rig.session)
		rig_open();
	rig.replies = replies;
	return ddl_flow_load(rig.session, words, 1, &rig.error);
}

static void expect_state(const char *state)
{
	char text[256];

	assert_string_equal(fake_state(rig.fake, text, sizeof(text)), state);
}

static void expect_unchanged(void)
{
	expect_state(ALONE);
	assert_string_equal(rig.fake->log, "");
	assert_int_equal(access(tree_path("root/run/ddload/packs"), F_OK), -1);
}

static void assert_same_file(const char *a, const char *b)
{
	struct built first = rig_read(a), second = rig_read(b);

	assert_non_null(first.bytes);
	assert_non_null(second.bytes);
	assert_int_equal(first.length, second.length);
	assert_memory_equal(first.bytes, second.bytes, first.length);
	built_free(&first);
	built_free(&second);
}

/* --------------------------------------------------------------------------- the job */

static void the_whole_job(void **state)
{
	const struct ddl_outcome *outcome;

	(void)state;
	rig_pack(&good);
	assert_int_equal(load_words("yyyyy"), DDL_DONE);
	assert_string_equal(rig.asked, "PVTAO");
	assert_int_equal(rig.error.code, DDL_OK);
	expect_state(LOADED);
	outcome = ddl_session_outcome(rig.session);
	assert_int_equal(outcome->result, DDL_RESULT_WORKS);
	assert_int_equal(outcome->n_modules, 1);
	assert_string_equal(outcome->modules[0].version_now, "07.999");
	assert_int_equal(outcome->n_appeared, 2);
	assert_int_equal(outcome->compared, DDL_COMPARED_NOT);
	/* looked into, then tested, then loaded: and read once */
	assert_int_equal(rig.tested, rig_package_size());
	assert_int_equal(rig.total, rig_package_size());
	assert_int_equal(rig.packages, 1);
	assert_same_file("pack/XS-REPOSITORY", "run/ddload/packs/acme:megaraid-sas/XS-REPOSITORY");
	assert_same_file("pack/XS-PACKAGES", "run/ddload/packs/acme:megaraid-sas/XS-PACKAGES");
	assert_same_file("pack/driver.rpm", "run/ddload/packs/acme:megaraid-sas/driver.rpm");
	assert_string_equal(rig.kernel_line, "ddload: loaded megaraid_sas 07.999 (acme:megaraid-sas 1.0-7) sda sdb");
	{
		struct built json = rig_read("run/ddload/outcome.json"), log = rig_read("run/ddload/log");

		built_add(&json, "", 1);
		built_add(&log, "", 1);
		assert_non_null(strstr((char *)json.bytes, "\"megaraid_sas\""));
		assert_non_null(strstr((char *)json.bytes, "\"sda\""));
		assert_non_null(strstr((char *)log.bytes, "driver.rpm: checksum matches"));
		assert_non_null(strstr((char *)log.bytes, "ddload: loaded megaraid_sas 07.999"));
		assert_null(strstr((char *)log.bytes, ".new"));
		built_free(&json);
		built_free(&log);
	}
	assert_int_equal(access(tree_path("root/run/ddload/.new-file"), F_OK), -1);
}

/* Another driver holds the controller: a person chooses between unloading it and taking the device alone. */
static void held_by_another_driver(void **state)
{
	(void)state;
	rig_pack(&good);
	rig.options.replace = true;
	(void)fake_device(rig.fake, "0000:05:00.0", "pci:v00008086d1", DDL_CLASS_STORAGE, "sdc");
	fake_loaded(rig.fake, fake_image(rig.fake, "ahci", "3", "/t/ahci.ko", -1, "", "0000:03:00.0,0000:05:00.0"));
	assert_int_equal(load_words("yyyoon"), DDL_CANCELLED);
	assert_string_equal(rig.asked, "PVTAAA");
	/* unloading is refused, the other way is open */
	fake_use(rig.fake, DDL_USE_MOUNT, "sdc1", "sdc", "/media");
	memset(rig.asked, 0, sizeof(rig.asked));
	assert_int_equal(load_words("yyyoyy"), DDL_DONE);
	assert_string_equal(rig.asked, "PVTXAO");
	assert_int_equal(rig.told, DDL_E_HELD);
	expect_state("ahci@3 megaraid_sas@07.999 | 0000:03:00.0=megaraid_sas:2 0000:05:00.0=ahci:1");
}

static void chosen_by_a_person(void **state)
{
	(void)state;
	rig_pack(&good);
	rig_open();
	rig.typed = "/pack";
	rig.replies = "yyyyyas";
	assert_int_equal(ddl_flow_load(rig.session, NULL, 0, &rig.error), DDL_DONE);
	assert_string_equal(rig.asked, "SPVTAOS");
	expect_state(LOADED);
}

/* A run before was killed while it changed drivers: asked at first, with No for an answer unless a person says Yes. */
static void after_a_run_that_was_killed(void **state)
{
	static const char mark[] = "ddload load /dev/sr0 (process 1)";

	(void)state;
	rig_pack(&good);
	rig_write("run/ddload/changing", mark, sizeof(mark) - 1);
	assert_int_equal(load_words("n"), DDL_CANCELLED);
	assert_string_equal(rig.asked, "I");
	expect_unchanged();
	assert_int_equal(load_words("yyyyyy"), DDL_DONE);
	assert_string_equal(rig.asked, "IIPVTAO");
	expect_state(LOADED);
	(void)load_words("n"); /* the mark is gone */
	assert_string_equal(rig.asked, "IIPVTAOP");
}

static void allowed_after_a_run_that_was_killed(void **state)
{
	(void)state;
	rig_pack(&good);
	rig_write("run/ddload/changing", "x", 1);
	rig.options.after_kill = true;
	assert_int_equal(load_words("yyyyy"), DDL_DONE);
	assert_string_equal(rig.asked, "PVTAO");
	assert_int_equal(ddl_session_outcome(rig.session)->n_policy, 1);
	assert_string_equal(ddl_session_outcome(rig.session)->policy[0].question, "interrupted");
	assert_string_equal(ddl_session_outcome(rig.session)->policy[0].answer, "yes");
}

static void without_testing(void **state)
{
	(void)state;
	rig_pack(&good);
	assert_int_equal(load_words("ysyy"), DDL_DONE); /* it was checked when it was looked into */
	assert_string_equal(rig.asked, "PVAO");
	expect_state(LOADED);
	assert_int_equal(rig.tested, rig_package_size());
}

static void no_or_no_answer_changes_nothing(void **state)
{
	static const struct {
		const char *replies, *asked;
	} cases[] = {
		{ "", "P" },      { "n", "P" },       { "b", "P" },         { "y", "PV" },      { "yn", "PV" },
		{ "yy", "PVT" },  { "yyn", "PVT" },   { "yyy", "PVTA" },    { "yyyn", "PVTA" }, { "yyya", "PVTA" },
		{ "ybn", "PVP" }, { "yybn", "PVTP" }, { "yyybn", "PVTAP" },
	};

	(void)state;
	rig_pack(&good);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		memset(rig.asked, 0, sizeof(rig.asked));
		assert_int_equal(load_words(cases[i].replies), DDL_CANCELLED);
		assert_string_equal(rig.asked, cases[i].asked);
		assert_int_equal(rig.error.code, DDL_E_CANCELLED);
		expect_unchanged();
	}
}

/* "Continue without a driver disk" is an answer like another, wherever it is given. */
static void on_without_a_disk(void **state)
{
	static const char *const replies[] = { "s", "yys", "yyys" };

	(void)state;
	rig_pack(&good);
	for (size_t i = 0; i < sizeof(replies) / sizeof(*replies); i++) {
		memset(rig.asked, 0, sizeof(rig.asked));
		assert_int_equal(load_words(replies[i]), DDL_DONE);
		assert_int_equal(rig.error.code, DDL_OK);
		expect_unchanged();
	}
}

/* What was loaded stays loaded, whatever the person does with the next disk. */
static void another_disk_after_a_load(void **state)
{
	static const char *const then[] = { "s", "n", "yn", "yys", "yyn" };

	(void)state;
	rig_pack(&good);
	for (size_t i = 0; i < sizeof(then) / sizeof(*then); i++) {
		char replies[16];

		(void)snprintf(replies, sizeof(replies), "%s%s", i ? "yyyya" : "yyyyya",
			       then[i]); /* the first one is asked about */
		if (!i)
			rig_open();
		memset(rig.asked, 0, sizeof(rig.asked));
		rig.typed = "/pack";
		rig.replies = replies;
		assert_int_equal(ddl_flow_load(rig.session, NULL, 0, &rig.error), DDL_DONE);
		assert_int_equal(rig.error.code, DDL_OK);
		expect_state(LOADED);
	}
}

static void back_and_forth_then_loaded(void **state)
{
	(void)state;
	rig_pack(&good);
	assert_int_equal(load_words("ybyybyyybyyyyy"), DDL_DONE);
	assert_string_equal(rig.asked, "PVPVTPVTAPVTAO");
	expect_state(LOADED);
	assert_int_equal(rig.tested, rig_package_size()); /* still read once */
}

/* Every look anew gives back what the one before held. */
static void looking_again_holds_one_look(void **state)
{
	size_t once, many;

	(void)state;
	rig_pack(&good);
	assert_int_equal(load_words("n"), DDL_CANCELLED);
	once = open_descriptors();
	memset(rig.asked, 0, sizeof(rig.asked));
	assert_int_equal(load_words("aaaaaaan"), DDL_CANCELLED);
	assert_string_equal(rig.asked, "PPPPPPPP");
	many = open_descriptors();
	/* a load before this one, and its last look; each holds a medium, a package, a module */
	assert_true(many <= once + 3);
}

/* -------------------------------------------------------------------------- refusals */

static void a_damaged_package_is_never_loaded(void **state)
{
	struct pack_shape bad = good;

	(void)state;
	bad.wrong_digest = true;
	rig_pack(&bad);
	assert_int_equal(load_words("yyyyyn"), DDL_REFUSED);
	assert_string_equal(rig.asked, "PX");
	assert_int_equal(rig.told, DDL_E_CHECKSUM);
	assert_non_null(strstr(rig.told_text, "driver.rpm: its MD5 is "));
	assert_non_null(strstr(rig.told_text, "the disk lists 00000000000000000000000000000000"));
	assert_int_equal(ddl_session_outcome(rig.session)->result, DDL_RESULT_REFUSED);
	assert_int_equal(rig.error.code, DDL_E_CHECKSUM);
	expect_unchanged();
}

static void tick_all(struct rig *of, const struct ddl_question *question)
{
	(void)of;
	if (question->kind == DDL_ASK_PACKS)
		for (size_t i = 0; i < question->look->n_repos; i++)
			question->ticked[i] = true;
}

static void a_damaged_package_that_was_insisted_on(void **state)
{
	struct pack_shape bad = good;

	(void)state;
	bad.wrong_digest = true;
	rig_pack(&bad);
	rig.on_question = tick_all;
	assert_int_equal(load_words("ysyyyyyn"), DDL_REFUSED); /* ticked, and not tested again */
	assert_string_equal(rig.asked, "PVX");
	assert_int_equal(rig.error.code, DDL_E_CHECKSUM);
	expect_unchanged();
}

/* One bad package among good ones: not loaded, not even in part. */
static void one_bad_package_of_two(void **state)
{
	struct pack_shape bad = good;

	(void)state;
	bad.more = "<package kernel=\"any\" label=\"fw\" md5=\"00000000000000000000000000000000\" size=\"5\" "
		   "type=\"rpm\">fw.rpm</package>\n";
	rig_pack(&bad);
	rig_write("pack/fw.rpm", "abcde", 5);
	rig.on_question = tick_all;
	assert_int_equal(load_words("yyyyy"), DDL_REFUSED);
	assert_int_equal(rig.error.code, DDL_E_CHECKSUM);
	expect_unchanged();
}

/* What fits comes first; each page says which of them it is about; what is not loaded stays in the plan, with the reason. */
static void watch_two(struct rig *of, const struct ddl_question *question)
{
	static size_t verified;

	tick_all(of, question);
	if (question->kind == DDL_ASK_PACKS) {
		verified = 0;
		assert_int_equal(question->look->n_repos, 2);
		assert_string_equal(question->look->repos[0]->identifier, "acme:right");
	}
	if (question->kind == DDL_ASK_VERIFY) {
		assert_int_equal(question->number, ++verified);
		assert_int_equal(question->of, 2);
	}
	if (question->kind == DDL_ASK_APPLY) {
		const struct ddl_plan *plan = question->plan;
		bool told = false, from = false;

		for (size_t i = 0; i < plan->n_notes; i++)
			told = told || strcmp(plan->notes[i], "acme:older 1.0 is not loaded: for another kernel "
							      "(5.10.0-1-amd64; this is " FAKE_RELEASE ")") == 0;
		for (size_t i = 0; i < plan->n_ops; i++)
			from = from || (plan->ops[i].repo && strcmp(plan->ops[i].repo->identifier, "acme:right") == 0);
		assert_true(told && from);
	}
}

static void two_packs_of_which_one_is_for_another_kernel(void **state)
{
	struct pack_shape right = good, older = good;

	(void)state;
	older.directory = "pack/a";
	older.name = "older";
	older.kernel = "5.10.0-1-amd64";
	right.directory = "pack/b";
	right.name = "right";
	rig_pack(&older);
	rig_pack(&right);
	rig.on_question = watch_two;
	assert_int_equal(load_words("yssyyy"), DDL_DONE);
	assert_string_equal(rig.asked, "PVVAO");
	expect_state(LOADED);
}

static void a_package_that_is_not_there(void **state)
{
	(void)state;
	rig_pack(&good);
	assert_int_equal(unlink(tree_path("root/pack/driver.rpm")), 0);
	assert_int_equal(load_words("yyyyy"), DDL_REFUSED);
	assert_int_equal(rig.error.code, DDL_E_NO_PACKAGE);
	assert_string_equal(rig.error.text, "driver.rpm");
	expect_unchanged();
}

static void for_another_kernel(void **state)
{
	struct pack_shape other = good;

	(void)state;
	other.kernel = "5.10.0-1-amd64";
	rig_pack(&other);
	assert_int_equal(load_words("yyyyy"), DDL_REFUSED);
	assert_int_equal(rig.error.code, DDL_E_KERNEL);
	assert_non_null(strstr(rig.error.text, "for another kernel (5.10.0-1-amd64; this is " FAKE_RELEASE));
	assert_int_equal(rig.tested, 0); /* of what is not needed no byte is read */
	expect_unchanged();
}

static char ticks[8]; /* of the last PACKS: "x." */

static void note_ticks(struct rig *of, const struct ddl_question *question)
{
	(void)of;
	if (question->kind != DDL_ASK_PACKS)
		return;
	for (size_t i = 0; i < question->look->n_repos; i++)
		ticks[i] = question->ticked[i] ? 'x' : '.';
	ticks[question->look->n_repos] = '\0';
}

static void write_driver(const char *path, const char *release)
{
	char modinfo[256];
	struct built built;

	(void)snprintf(modinfo, sizeof(modinfo),
		       "name=megaraid_sas\nversion=07.999\nsrcversion=S07.999\nalias=pci:v00001000d00000060sv*sd*bc*sc*i*\n"
		       "vermagic=%s SMP preempt mod_unload modversions \n",
		       release);
	built = build_module(&(struct module_shape){ .modinfo = modinfo, .imports = "0x11 module_layout\n0x22 printk\n" });
	rig_write(path, built.bytes, built.length);
	built_free(&built);
}

static enum ddl_status load_bare(const char *replies)
{
	static const char *const words[] = { "/bare" };

	ddl_session_free(rig.session);
	rig_open();
	rig.replies = replies;
	*rig.asked = *ticks = '\0';
	memset(rig.asked, 0, sizeof(rig.asked));
	return ddl_flow_load(rig.session, words, 1, &rig.error);
}

/* Built for another release: taken where the symbol versions agree and nothing exact is there; not where that was asked. */
static void by_its_symbol_versions(void **state)
{
	static const char symvers[] = "0x11\tmodule_layout\tvmlinux\n0x22\tprintk\tvmlinux\n";
	static const char other[] = "0x11\tmodule_layout\tvmlinux\n0x23\tprintk\tvmlinux\n";

	(void)state;
	rig.on_question = note_ticks;
	rig.fake->vermagic = FAKE_RELEASE " SMP preempt mod_unload modversions ";
	assert_int_equal(ddl_symbol_table_text(rig.fake->arena, &rig.fake->symbols, symvers, sizeof(symvers) - 1), 0);
	write_driver("bare/abi.ko", "6.1.0-7-amd64");
	write_driver("bare/exact.ko", FAKE_RELEASE);
	assert_int_equal(load_bare("yyy"), DDL_CANCELLED);
	assert_string_equal(ticks, "x"); /* files by themselves are one pack */
	tree_shell("rm root/bare/exact.ko");
	rig.options.exact_kernel = true;
	assert_int_equal(load_bare("y"), DDL_REFUSED);
	assert_string_equal(ticks, ".");
	assert_int_equal(rig.error.code, DDL_E_KERNEL);
	rig.options.exact_kernel = false;
	rig.fake->symbols = (struct ddl_symbol_table){ NULL, 0 };
	assert_int_equal(ddl_symbol_table_text(rig.fake->arena, &rig.fake->symbols, other, sizeof(other) - 1), 0);
	assert_int_equal(load_bare("y"), DDL_REFUSED);
	assert_string_equal(rig.error.text,
			    "abi.ko: built for 6.1.0-7-amd64; 1 of its symbol versions differs from this kernel's: printk");
	expect_unchanged();
	rig.fake->symbols = (struct ddl_symbol_table){ NULL, 0 };
	assert_int_equal(ddl_symbol_table_text(rig.fake->arena, &rig.fake->symbols, symvers, sizeof(symvers) - 1), 0);
	built_free(&rig.module);
	rig.module = rig_read("bare/abi.ko"); /* what has to be inserted */
	assert_int_equal(load_bare("yyyyy"), DDL_DONE);
	assert_string_equal(ticks, "x");
	expect_state(LOADED);
}

static void the_fingerprint_decides(void **state)
{
	(void)state;
	rig_pack(&good);
	rig.options.fingerprint = "d4a71bc7572354f0fdbcb78ae6165c0d";
	assert_int_equal(load_words("yyyyy"), DDL_REFUSED);
	assert_string_equal(rig.asked, "PX");
	assert_int_equal(rig.error.code, DDL_E_FINGERPRINT);
	assert_non_null(strstr(rig.error.text,
			       "expected was d4a7 1bc7 5723 54f0 fdbc b78a e616 5c0d; the first digit that differs is number 1"));
	expect_unchanged();
	rig.session->options.fingerprint = "1234";
	memset(rig.asked, 0, sizeof(rig.asked));
	assert_int_equal(load_words("yyyyy"), DDL_REFUSED);
	assert_int_equal(rig.error.code, DDL_E_FINGERPRINT);
	rig.session->options.fingerprint = rig_fingerprint("pack");
	memset(rig.asked, 0, sizeof(rig.asked));
	assert_int_equal(load_words("ysyyy"), DDL_DONE);
	assert_int_equal(ddl_session_outcome(rig.session)->compared, DDL_COMPARED_SAME);
	expect_state(LOADED);
}

static void what_is_no_driver_disk(void **state)
{
	(void)state;
	tree_file("root/pack/readme", "nothing");
	assert_int_equal(load_words("yn"), DDL_NOTHING_FOUND);
	assert_string_equal(rig.asked, "X");
	assert_int_equal(rig.error.code, DDL_E_NOT_A_DISK);
	rig_write("pack/XS-REPOSITORY", "<repository", 11);
	rig_write("pack/XS-PACKAGES", "<packages/>", 11);
	assert_int_equal(load_words("n"), DDL_REFUSED);
	assert_int_equal(rig.error.code, DDL_E_XML);
	assert_true(tree_shell("rm -r root/pack"));
	assert_int_equal(load_words("n"), DDL_NOTHING_FOUND);
	assert_int_equal(rig.error.code, DDL_E_NO_SOURCE);
	expect_unchanged();
}

static void not_root(void **state)
{
	(void)state;
	rig_pack(&good);
	rig.fake->may_change = DDL_E_NOT_ROOT;
	assert_int_equal(load_words("nyyyy"), DDL_REFUSED);
	assert_string_equal(rig.asked, "X"); /* said before anything is read */
	assert_int_equal(rig.tested, 0);
	assert_int_equal(rig.error.code, DDL_E_NOT_ROOT);
	assert_null(ddl_session_outcome(rig.session));
	expect_unchanged();
}

/* -------------------------------------------------------------- replacing and undoing */

static void with_old_driver(void)
{
	fake_loaded(rig.fake, fake_image(rig.fake, "megaraid_sas", "07.1", "/lib/modules/m.ko", -1, "", "0000:03:00.0"));
}

static void replacing_is_asked_for(void **state)
{
	(void)state;
	rig_pack(&good);
	with_old_driver();
	assert_int_equal(load_words("yyynn"), DDL_REFUSED); /* an unattended policy without --replace */
	assert_string_equal(rig.asked, "PVTAX");
	assert_int_equal(rig.error.code, DDL_E_REPLACE);
	expect_state("megaraid_sas@07.1 | 0000:03:00.0=megaraid_sas:2");
	assert_string_equal(rig.fake->log, "");
	assert_string_equal(rig.kernel_line, "ddload: FAILED (replace) megaraid_sas");
	memset(rig.asked, 0, sizeof(rig.asked));
	assert_int_equal(load_words("yyyyy"), DDL_DONE);
	expect_state(LOADED);
	assert_string_equal(rig.fake->log, "-megaraid_sas@07.1 +megaraid_sas@07.999 ");
}

static void a_refused_insert_is_undone(void **state)
{
	(void)state;
	rig_pack(&good);
	with_old_driver();
	fake_fail(rig.fake, FAKE_INSERT, 1, DDL_E_INSERT_FORMAT, 8, "megaraid_sas: version magic");
	assert_int_equal(load_words("yyyyy"), DDL_UNDONE);
	assert_int_equal(rig.error.code, DDL_E_INSERT_FORMAT);
	expect_state("megaraid_sas@07.1 | 0000:03:00.0=megaraid_sas:2");
	assert_int_equal(ddl_session_outcome(rig.session)->result, DDL_RESULT_UNDONE);
	assert_int_equal(access(tree_path("root/run/ddload/packs"), F_OK), -1);
	assert_memory_equal(rig.kernel_line, "ddload: FAILED (insert-format)", 30);
}

static void loaded_already(void **state)
{
	(void)state;
	rig_pack(&good);
	assert_int_equal(load_words("yyyyy"), DDL_DONE);
	memset(rig.asked, 0, sizeof(rig.asked));
	assert_int_equal(load_words("yyyy"), DDL_DONE);
	assert_string_equal(rig.asked, "PVTO"); /* nothing to do, nothing to ask */
	assert_int_equal(ddl_session_outcome(rig.session)->result, DDL_RESULT_ALREADY);
	assert_string_equal(rig.fake->log, "+megaraid_sas@07.999 ");
	assert_memory_equal(rig.kernel_line, "ddload: already loaded", 22);
}

/* -------------------------------------------------------------------------- licences */

static void licences_are_shown_whole_and_clean(void **state)
{
	static const char text[] = "One\ttwo\n\nthree \033[2J\xc2\x9b \xff\xe2\x80\xae\0hidden\r\nend";
	const struct entry licence = { "./usr/share/doc/EULA", text, sizeof(text) - 1, 0, NULL, 0 };
	struct pack_shape shape = good;

	(void)state;
	shape.extra = &licence;
	shape.n_extra = 1;
	rig_pack(&shape);
	assert_int_equal(load_words("yyyn"), DDL_REFUSED);
	assert_string_equal(rig.asked, "PVTLX");
	assert_int_equal(rig.error.code, DDL_E_LICENCE);
	assert_string_equal(rig.licence, "One two\n\nthree ?[2J? ?? hidden \nend");
	expect_unchanged();
	memset(rig.asked, 0, sizeof(rig.asked));
	assert_int_equal(load_words("yyybn"), DDL_CANCELLED);
	assert_string_equal(rig.asked, "PVTLP");
	expect_unchanged();
	memset(rig.asked, 0, sizeof(rig.asked));
	assert_int_equal(load_words("yyyyyy"), DDL_DONE);
	assert_string_equal(rig.asked, "PVTLAO");
	expect_state(LOADED);
}

/* One question for a pack, with each text once; its packages may all bring the same. */
static void licences_are_one_question(void **state)
{
	const struct entry licences[] = { { "./usr/share/doc/a/EULA", "the first", 9, 0, NULL, 0 },
					  { "./usr/share/doc/b/EULA", "another\001", 8, 0, NULL, 0 },
					  { "./usr/share/doc/c/EULA", "the first", 9, 0, NULL, 0 } };
	struct pack_shape shape = good;

	(void)state;
	shape.extra = licences;
	shape.n_extra = 3;
	rig_pack(&shape);
	assert_int_equal(load_words("yyyyyy"), DDL_DONE);
	assert_string_equal(rig.asked, "PVTLAO");
	assert_string_equal(rig.licence, "usr/share/doc/a/EULA:\n\nthe first\n\nusr/share/doc/b/EULA:\n\nanother?");
}

static size_t licence_length;
static bool licence_is_cut;

static void measure_licence(struct rig *on, const struct ddl_question *question)
{
	(void)on;
	if (question->kind != DDL_ASK_LICENCE)
		return;
	licence_length = strspn(question->licence, "x");
	licence_is_cut = strstr(question->licence, "[This is not all of it") != NULL;
}

/* limit: DDL_MAX_LICENCE   what is cut is said to be */
static void licences_too_long_are_cut(void **state)
{
	char *text = malloc(DDL_MAX_LICENCE + 1);
	struct entry licence = { "./usr/share/doc/EULA", text, DDL_MAX_LICENCE, 0, NULL, 0 };
	struct pack_shape shape = good;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', DDL_MAX_LICENCE + 1);
	shape.extra = &licence;
	shape.n_extra = 1;
	rig.on_question = measure_licence;
	rig_pack(&shape);
	assert_int_equal(load_words("yyyn"), DDL_REFUSED);
	assert_int_equal(licence_length, DDL_MAX_LICENCE);
	assert_false(licence_is_cut);
	licence.length++;
	shape.directory = "longer";
	rig.replies = "yyyn";
	rig_pack(&shape);
	memset(rig.asked, 0, sizeof(rig.asked));
	(void)ddl_flow_load(rig.session, (const char *const[]){ "/longer" }, 1, &rig.error);
	assert_string_equal(rig.asked, "PVTLX");
	assert_int_equal(licence_length, DDL_MAX_LICENCE);
	assert_true(licence_is_cut);
	free(text);
}

/* ------------------------------------------------------------------------ cancelling */

static void cancelled_while_reading(void **state)
{
	(void)state;
	rig_pack(&good);
	rig.cancel_at = 1; /* while it is looked into */
	assert_int_equal(load_words("yyyyy"), DDL_CANCELLED);
	assert_string_equal(rig.asked, "");
	assert_int_equal(rig.error.code, DDL_E_CANCELLED);
	expect_unchanged();
	rig.cancel_at = 0; /* and afterwards all is as if it had not been */
	assert_int_equal(load_words("yyyyy"), DDL_DONE);
	expect_state(LOADED);
}

static void cancelled_while_testing(void **state)
{
	(void)state;
	rig_pack(&good);
	rig.options.inspect = false;
	rig.on_question = tick_all;
	rig.cancel_at = 1;
	assert_int_equal(load_words("yyn"), DDL_CANCELLED);
	assert_string_equal(rig.asked, "PVP"); /* back where packs are chosen */
	expect_unchanged();
	memset(rig.asked, 0, sizeof(rig.asked));
	rig.cancel_at = 0;
	assert_int_equal(load_words("yyyyy"), DDL_DONE);
	assert_string_equal(rig.asked, "PVTAO");
	expect_state(LOADED);
}

/* The stick is pulled between looking and testing. */
static void pull_out(struct rig *of, const struct ddl_question *question)
{
	tick_all(of, question);
	if (question->kind == DDL_ASK_VERIFY)
		assert_int_equal(unlink(tree_path("root/pack/driver.rpm")), 0);
}

static void pulled_out_before_the_test(void **state)
{
	(void)state;
	rig_pack(&good);
	rig.options.inspect = false;
	rig.on_question = pull_out;
	assert_int_equal(load_words("yyyyy"), DDL_REFUSED);
	assert_string_equal(rig.asked, "PVTX");
	assert_int_equal(rig.error.code, DDL_E_NO_PACKAGE);
	expect_unchanged();
}

/* ---------------------------------------------------------------------------- verify */

static enum ddl_status verify(const char *replies)
{
	if (!rig.session)
		rig_open();
	rig.replies = replies;
	memset(rig.asked, 0, sizeof(rig.asked));
	return ddl_flow_verify(rig.session, "/pack", &rig.error);
}

static void verifying_only(void **state)
{
	struct pack_shape two = good;

	(void)state;
	two.more = "<package kernel=\"5.10\" label=\"x\" md5=\"ab56b4d92b40713acc5af89985d4b786\" size=\"5\" "
		   "type=\"driver-rpm\">x.rpm</package>\n";
	rig_pack(&two);
	rig_write("pack/x.rpm", "abcde", 5); /* for another kernel: tested, not unpacked */
	rig.options.inspect = false;
	assert_int_equal(verify("yy"), DDL_DONE);
	assert_string_equal(rig.asked, "VT");
	assert_int_equal(rig.tested, rig_package_size() + 5);
	assert_int_equal(rig.packages, 2);
	assert_int_equal(verify("n"), DDL_CANCELLED);
	assert_int_equal(verify("b"), DDL_CANCELLED); /* nothing was verified: not to be taken for it */
	assert_int_equal(verify("s"), DDL_DONE);
	rig_write("pack/x.rpm", "abcdx", 5);
	assert_int_equal(verify("yy"), DDL_REFUSED);
	assert_int_equal(rig.error.code, DDL_E_CHECKSUM);
	assert_string_equal(
		rig.error.text,
		"x.rpm: its MD5 is 3794d3865facf9262692f8b8d14646f6, the disk lists ab56b4d92b40713acc5af89985d4b786");
	rig_write("pack/x.rpm", "abcde", 5);
	rig.cancel_at = rig.progress + 1;
	assert_int_equal(verify("yyyy"), DDL_CANCELLED);
	assert_string_equal(rig.asked, "V");
	rig.session->options.fingerprint = "00000000000000000000000000000000";
	assert_int_equal(verify("yy"), DDL_REFUSED);
	assert_int_equal(rig.error.code, DDL_E_FINGERPRINT);
	assert_string_equal(rig.asked, "");
	expect_unchanged();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIGGED(the_whole_job),
		RIGGED(held_by_another_driver),
		RIGGED(chosen_by_a_person),
		RIGGED(after_a_run_that_was_killed),
		RIGGED(allowed_after_a_run_that_was_killed),
		RIGGED(without_testing),
		RIGGED(no_or_no_answer_changes_nothing),
		RIGGED(on_without_a_disk),
		RIGGED(another_disk_after_a_load),
		RIGGED(back_and_forth_then_loaded),
		RIGGED(looking_again_holds_one_look),
		RIGGED(a_damaged_package_is_never_loaded),
		RIGGED(a_damaged_package_that_was_insisted_on),
		RIGGED(one_bad_package_of_two),
		RIGGED(two_packs_of_which_one_is_for_another_kernel),
		RIGGED(a_package_that_is_not_there),
		RIGGED(for_another_kernel),
		RIGGED(by_its_symbol_versions),
		RIGGED(the_fingerprint_decides),
		RIGGED(what_is_no_driver_disk),
		RIGGED(not_root),
		RIGGED(replacing_is_asked_for),
		RIGGED(a_refused_insert_is_undone),
		RIGGED(loaded_already),
		RIGGED(licences_are_shown_whole_and_clean),
		RIGGED(licences_are_one_question),
		RIGGED(licences_too_long_are_cut),
		RIGGED(cancelled_while_reading),
		RIGGED(cancelled_while_testing),
		RIGGED(pulled_out_before_the_test),
		RIGGED(verifying_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
