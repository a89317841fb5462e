/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shared sentences: each state has one of its own, and none is cut off unnoticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ddl.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct ddl_device controller = {
	.bus = "pci",
	.address = "0000:00:04.0",
	.modalias = "",
	.driver = "",
	.module = "",
	.ids = "1000:0060",
	.class = DDL_CLASS_STORAGE,
};
static struct ddl_device named = {
	.bus = "pci",
	.address = "0000:03:00.0",
	.modalias = "",
	.driver = "",
	.module = "",
	.ids = "1000:0060",
	.name = "Broadcom / LSI MegaRAID SAS 1078",
	.class = DDL_CLASS_STORAGE,
};
static struct ddl_device held = {
	.bus = "pci",
	.address = "0000:00:05.0",
	.modalias = "",
	.driver = "ahci",
	.module = "ahci",
	.ids = "",
	.class = DDL_CLASS_STORAGE,
};

static void module_fits(void **state)
{
	static const struct {
		enum ddl_fit fit;
		struct ddl_device *device;
		const char *loaded, *wanted;
	} cases[] = {
		{ DDL_FIT_YES, &controller, "", "fits 00:04.0 (1000:0060), which has no driver" },
		{ DDL_FIT_YES, &named, "", "for this controller: Broadcom / LSI MegaRAID SAS 1078 at 03:00.0" },
		{ DDL_FIT_YES, NULL, "", "fits this machine" },
		{ DDL_FIT_REPLACES, &controller, "07.719", "replaces version 07.719, which is loaded" },
		{ DDL_FIT_REPLACES, &held, "", "for 00:05.0, which the driver ahci holds now" },
		{ DDL_FIT_REPLACES, NULL, "", "replaces another build, which is loaded" },
		{ DDL_FIT_LOADED, &controller, "07.999", "already loaded in this version" },
		{ DDL_FIT_SUPPORT, NULL, "", "firmware or settings, for any kernel" },
		{ DDL_FIT_NO_DEVICE, NULL, "", "for this kernel, but no device here needs it" },
		{ DDL_FIT_TWIN, NULL, "", "the same driver for the kdump kernel 4.4.0" },
		{ DDL_FIT_OTHER_KERNEL, NULL, "", "built for another kernel, 4.4.0" },
		{ DDL_FIT_DAMAGED, NULL, "", "damaged" },
		{ DDL_FIT_UNREAD, NULL, "", "not looked into" },
	};
	char words[256];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ddl_module module = { .name = "e",
					     .kernel = "4.4.0",
					     .fit = cases[i].fit,
					     .device = cases[i].device,
					     .loaded_version = cases[i].loaded };
		assert_string_equal(ddl_describe_fit(words, sizeof words, &module), cases[i].wanted);
	}
}

static void repo_fits(void **state)
{
	struct ddl_module module = { .name = "e", .kernel = "4.4.0", .loaded_version = "", .device = &controller };
	struct ddl_module *modules[] = { &module };
	struct ddl_package packages[] = {
		{ .kernel = "any", .fit = DDL_FIT_SUPPORT },
		{ .kernel = "4.19.0+1", .fit = DDL_FIT_OTHER_KERNEL },
		{ .kernel = "" },
	};
	struct ddl_repo repo = { .packages = packages, .n_packages = 2, .fit = DDL_FIT_OTHER_KERNEL };
	char words[256];

	(void)state;
	assert_string_equal(ddl_describe_repo_fit(words, sizeof words, &repo, "6.1.0"),
			    "for another kernel (4.19.0+1; this is 6.1.0)");
	packages[1].kernel = "";
	assert_string_equal(ddl_describe_repo_fit(words, sizeof words, &repo, "6.1.0"), "for another kernel (this is 6.1.0)");
	packages[1].modules = modules;
	packages[1].n_modules = 1;
	assert_string_equal(ddl_describe_repo_fit(words, sizeof words, &repo, "6.1.0"),
			    "for another kernel (4.4.0; this is 6.1.0)");
	packages[0].fit = DDL_FIT_OTHER_KERNEL; /* all its kernels are named, each once */
	packages[0].kernel = "4.4.0";
	packages[2] = (struct ddl_package){ .kernel = "5.10.0", .fit = DDL_FIT_OTHER_KERNEL };
	repo.n_packages = 3;
	assert_string_equal(ddl_describe_repo_fit(words, sizeof words, &repo, "6.1.0"),
			    "for another kernel (4.4.0, 5.10.0; this is 6.1.0)");
	repo.n_packages = 2;
	packages[0].fit = DDL_FIT_SUPPORT;
	packages[0].state = DDL_PKG_BAD;
	assert_string_equal(ddl_describe_repo_fit(words, sizeof words, &repo, "6.1.0"),
			    "damaged: what it has for this kernel cannot be used");
	packages[0].trouble.code = DDL_E_GONE; /* nothing is known of what is in it */
	assert_string_equal(ddl_describe_repo_fit(words, sizeof words, &repo, "6.1.0"),
			    "The medium was taken out while it was being read.");
	repo.fit = packages[1].fit = module.fit = DDL_FIT_YES;
	assert_string_equal(ddl_describe_repo_fit(words, sizeof words, &repo, "6.1.0"),
			    "fits 00:04.0 (1000:0060), which has no driver");
	repo.fit = DDL_FIT_TWIN;
	packages[0].state = DDL_PKG_UNREAD;
	assert_string_equal(ddl_describe_repo_fit(words, sizeof words, &repo, "6.1.0"), "only for the kdump kernel");
	repo.fit = DDL_FIT_UNREAD;
	assert_string_equal(ddl_describe_repo_fit(words, sizeof words, &repo, "6.1.0"), "not looked into");
	repo.n_packages = 0;
	assert_string_equal(ddl_describe_repo_fit(words, sizeof words, &repo, "6.1.0"), "it lists no packages");
}

static void steps(void **state)
{
	const struct ddl_module module = { .name = "e" };
	const struct {
		struct ddl_op op;
		const char *wanted;
	} cases[] = {
		{ { .kind = DDL_OP_FIRMWARE, .module = "" }, "put the firmware where the kernel looks for it" },
		{ { .kind = DDL_OP_UNLOAD, .module = "e", .version_before = "1" }, "unload e 1" },
		{ { .kind = DDL_OP_UNLOAD, .module = "e", .version_before = "" }, "unload e" },
		{ { .kind = DDL_OP_INSERT, .module = "e", .from_pack = &module, .version_after = "2" },
		  "load e 2 from the driver disk" },
		{ { .kind = DDL_OP_INSERT, .module = "e", .from_pack = &module, .version_after = "" },
		  "load e from the driver disk" },
		{ { .kind = DDL_OP_INSERT, .module = "e", .version_after = "2" }, "load e, which it needs, from this system" },
		{ { .kind = DDL_OP_INSERT, .module = "e", .optional = true },
		  "load e, which goes with it where it is there, from this system" },
		{ { .kind = DDL_OP_RELOAD, .module = "e" }, "load e again" },
		{ { .kind = DDL_OP_SETTLE, .module = "" }, "wait for the disks to appear" },
	};
	char words[256];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(ddl_describe_op(words, sizeof words, &cases[i].op), cases[i].wanted);
}

static void devices(void **state)
{
	char words[256];
	struct ddl_device link = held;

	(void)state;
	assert_string_equal(ddl_describe_device(words, sizeof words, &named),
			    "storage controller Broadcom / LSI MegaRAID SAS 1078 at 03:00.0: no driver");
	assert_string_equal(ddl_describe_address(named.address), "03:00.0");
	link.address = "0001:03:00.0";
	assert_string_equal(ddl_describe_address(link.address), "0001:03:00.0");
	link.address = held.address;
	link.class = DDL_CLASS_NETWORK;
	assert_string_equal(ddl_describe_device(words, sizeof words, &controller),
			    "storage controller 00:04.0 (1000:0060): no driver");
	assert_string_equal(ddl_describe_device(words, sizeof words, &held), "storage controller 00:05.0: driver ahci");
	assert_string_equal(ddl_describe_device(words, sizeof words, &link), "network controller 00:05.0: driver ahci");
	link.class = DDL_CLASS_OTHER;
	link.driver = "";
	assert_string_equal(ddl_describe_device(words, sizeof words, &link), "device 00:05.0: no driver");
}

static void results(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= DDL_RESULT_NOT_UNDONE; i++) {
		const char *sentence = ddl_describe_result((enum ddl_result)i);
		assert_true(strlen(sentence) > 10);
		assert_int_equal(sentence[strlen(sentence) - 1], '.');
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(sentence, ddl_describe_result((enum ddl_result)k));
	}
	/* Where a person has to do something, it is said what; of some the error says it. */
	assert_string_not_equal(ddl_describe_result_hint(DDL_RESULT_UNUSED), "");
	assert_string_not_equal(ddl_describe_result_hint(DDL_RESULT_NOT_UNDONE), "");
	assert_string_equal(ddl_describe_result_hint(DDL_RESULT_WORKS), "");
}

/* A small buffer cuts the sentence; nothing is written past it. */
static void short_room(void **state)
{
	char words[8] = "1234567";

	(void)state;
	ddl_describe_device(words, 5, &controller);
	assert_string_equal(words, "stor");
	assert_string_equal(words + 5, "67");
}

static const char *upside_down(const char *msgid, unsigned long count)
{
	(void)count;
	return strcmp(msgid, "for this kernel, but no device here needs it") ? NULL : "kein Gerät braucht es";
}

static void translated(void **state)
{
	struct ddl_module module = { .name = "e", .kernel = "", .fit = DDL_FIT_NO_DEVICE, .loaded_version = "" };
	char words[256];

	(void)state;
	ddl_set_catalogue(upside_down);
	assert_string_equal(ddl_describe_fit(words, sizeof words, &module), "kein Gerät braucht es");
	module.fit = DDL_FIT_DAMAGED;
	assert_string_equal(ddl_describe_fit(words, sizeof words, &module), "damaged");
	ddl_set_catalogue(NULL);
}

/* Whatever others say of themselves, the words for programs are the same, and no more. */
static void fields_are_ours(void **state)
{
	const struct ddl_repo repo = { .identifier = "acme:x result=nothing" };
	const struct ddl_repo *repos[] = { &repo, &repo };
	struct ddl_loaded_now modules[] = { { .module = "a", .version_now = "1,2 \"3\"" }, { .module = "b", .version_now = "" } };
	struct ddl_identity identity = { .serial = "S1\\ uuid=0", .uuid = "u" };
	struct ddl_outcome outcome = { .result = DDL_RESULT_NOT_UNDONE,
				       .modules = modules,
				       .n_modules = 2,
				       .repos = repos,
				       .n_repos = 2,
				       .identity = &identity };
	char line[DDL_OUTCOME_LINE];

	(void)state;
	outcome.error.code = DDL_E_INSERT;
	ddl_describe_fields(line, sizeof line, &outcome);
	assert_string_equal(line, "ddload: result=not-undone status=5 error=insert driver=a,b version=1_2__3_, "
				  "pack=acme:x_result_nothing,acme:x_result_nothing disks= links= serial=S1__uuid_0 uuid=u");
	outcome = (struct ddl_outcome){ .result = DDL_RESULT_NOTHING };
	ddl_describe_fields(line, sizeof line, &outcome);
	assert_string_equal(line, "ddload: result=nothing status=0 error= driver= version= pack= disks= links= serial= uuid=");
	ddl_describe_fields(line, 20, &outcome);
	assert_string_equal(line, "ddload: res cut=yes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(module_fits), cmocka_unit_test(repo_fits),       cmocka_unit_test(steps),
		cmocka_unit_test(devices),     cmocka_unit_test(results),         cmocka_unit_test(short_room),
		cmocka_unit_test(translated),  cmocka_unit_test(fields_are_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
