// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of what fits: modules, packages and packs held against a machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_kernel.h"
#include "plan/fit.h"
#include "plan/plan.h"

#define ALIAS "pci:v00001000d00000060*"
#define MODALIAS "pci:v00001000d00000060sv00001000sd00001013bc01sc04i00"

static void kernels(void **state)
{
	static const struct {
		const char *kernel, *release;
		enum ddl_fit fit;
	} rows[] = {
		{ "6.1.0-49-amd64", "6.1.0-49-amd64", DDL_FIT_YES },
		{ "6.1.0-48-amd64", "6.1.0-49-amd64", DDL_FIT_OTHER_KERNEL },
		{ "6.1.0-49-amd6", "6.1.0-49-amd64", DDL_FIT_OTHER_KERNEL },
		{ "", "6.1.0-49-amd64", DDL_FIT_OTHER_KERNEL },
		{ "2.6.32.43-0.4.1.xs1.6.10kdump", "2.6.32.43-0.4.1.xs1.6.10xen", DDL_FIT_TWIN },
		{ "2.6.32.12-0.7.1.xs6.0.2kdump", "2.6.32.43-0.4.1.xs1.6.10xen", DDL_FIT_OTHER_KERNEL },
		{ "2.6.32.43-0.4.1.xs1.6.10xen", "2.6.32.43-0.4.1.xs1.6.10kdump", DDL_FIT_OTHER_KERNEL },
		{ "2.6.32.43kdump", "2.6.32.43kdump", DDL_FIT_YES },
		{ "3.10.0kdump", "3.10.0", DDL_FIT_TWIN },
		{ "2.6.32.43", "2.6.32.43xen", DDL_FIT_OTHER_KERNEL },
		{ "2.6.32.43xen", "2.6.32.43", DDL_FIT_OTHER_KERNEL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(ddl_fit_kernel(rows[i].kernel, rows[i].release), rows[i].fit);
}

static void same_build(void **state)
{
	struct ddl_module module = { .version = "2", .srcversion = "AB" };
	struct ddl_loaded loaded = { .version = "2", .srcversion = "AB" };

	(void)state;
	assert_true(ddl_fit_same_build(&module, &loaded));
	loaded.srcversion = "AC";
	assert_false(ddl_fit_same_build(&module, &loaded));
	loaded.srcversion = "";
	assert_false(ddl_fit_same_build(&module, &loaded));
	module.srcversion = "";
	assert_true(ddl_fit_same_build(&module, &loaded));
	/* nothing to compare is not the same */
	module.version = loaded.version = "";
	assert_false(ddl_fit_same_build(&module, &loaded));
}

/* One module in all its situations. */
static void modules(void **state)
{
	struct fake_kernel *fake = fake_kernel_new();
	struct fake_image *old, *other, *new;
	struct ddl_repo *repo = fake_pack(fake, "acme");
	struct ddl_module *module;

	(void)state;
	old = fake_image(fake, "megaraid_sas", "1", "/t/megaraid_sas.ko", -1, "", "");
	other = fake_image(fake, "generic", "9", "/t/generic.ko", -1, "", "03:00");
	new = fake_image(fake, "megaraid_sas", "2", NULL, 1001, "", "03:00");
	module = fake_pack_module(fake, repo, new, "pci:v00009999*," ALIAS);

	ddl_fit_module(module, fake_machine(fake));
	assert_int_equal(module->fit, DDL_FIT_NO_DEVICE);
	assert_null(module->device);
	assert_string_equal(module->alias, "");

	fake_device(fake, "03:00", MODALIAS, DDL_CLASS_STORAGE, "");
	ddl_fit_module(module, fake_machine(fake));
	assert_int_equal(module->fit, DDL_FIT_YES);
	assert_string_equal(module->device->address, "03:00");
	assert_string_equal(module->alias, ALIAS);
	assert_string_equal(module->loaded_version, "");

	fake_loaded(fake, other);
	ddl_fit_module(module, fake_machine(fake));
	assert_int_equal(module->fit, DDL_FIT_REPLACES);

	/* a second controller that is free is the one to name */
	fake_device(fake, "04:00", MODALIAS, DDL_CLASS_STORAGE, "");
	ddl_fit_module(module, fake_machine(fake));
	assert_int_equal(module->fit, DDL_FIT_YES);
	assert_string_equal(module->device->address, "04:00");

	fake_loaded(fake, old);
	ddl_fit_module(module, fake_machine(fake));
	assert_int_equal(module->fit, DDL_FIT_REPLACES);
	assert_string_equal(module->loaded_version, "1");

	old->loaded = false;
	fake_loaded(fake, new);
	ddl_fit_module(module, fake_machine(fake));
	assert_int_equal(module->fit, DDL_FIT_LOADED);

	module->kernel = "6.1.0-48-amd64";
	ddl_fit_module(module, fake_machine(fake));
	assert_int_equal(module->fit, DDL_FIT_OTHER_KERNEL);
	assert_null(module->device);
	fake_kernel_free(fake);
}

static void packages_and_packs(void **state)
{
	struct fake_kernel *fake = fake_kernel_new();
	struct ddl_repo *repo = fake_pack(fake, "acme");
	struct ddl_package *package, both[2];
	struct ddl_machine *machine;

	(void)state;
	fake_device(fake, "03:00", MODALIAS, DDL_CLASS_STORAGE, "");
	machine = fake_machine(fake);
	fake_pack_module(fake, repo, fake_image(fake, "a", "1", NULL, 1001, "", ""), "");
	fake_pack_module(fake, repo, fake_image(fake, "b", "1", NULL, 1002, "", ""), ALIAS);
	package = repo->packages;

	assert_int_equal(ddl_fit_packs(&repo, 1, machine), 0);
	assert_int_equal(package->fit, DDL_FIT_YES);
	assert_int_equal(repo->fit, DDL_FIT_YES);

	package->state = DDL_PKG_BAD;
	assert_int_equal(ddl_fit_packs(&repo, 1, machine), 0);
	assert_int_equal(repo->fit, DDL_FIT_DAMAGED);

	package->state = DDL_PKG_UNREAD;
	package->n_modules = 0;
	assert_int_equal(ddl_fit_packs(&repo, 1, machine), 0);
	assert_int_equal(repo->fit, DDL_FIT_UNREAD);

	package->kernel = "6.1.0-48-amd64";
	assert_int_equal(ddl_fit_packs(&repo, 1, machine), 0);
	assert_int_equal(repo->fit, DDL_FIT_OTHER_KERNEL);

	/* firmware for any kernel does not make it fit */
	both[0] = *package;
	both[1] = (struct ddl_package){ .type = DDL_PKG_FIRMWARE, .kernel = "any", .file = "fw", .state = DDL_PKG_STAGED };
	repo->packages = both;
	repo->n_packages = 2;
	assert_int_equal(ddl_fit_packs(&repo, 1, machine), 0);
	assert_int_equal(both[1].fit, DDL_FIT_SUPPORT);
	assert_int_equal(repo->fit, DDL_FIT_OTHER_KERNEL);
	repo->packages = &both[1];
	repo->n_packages = 1;
	assert_int_equal(ddl_fit_packs(&repo, 1, machine), 0);
	assert_int_equal(repo->fit, DDL_FIT_SUPPORT);
	fake_kernel_free(fake);
}

/* Built for another release: what its symbol versions say counts more than what the disk lists. */
static void by_abi(void **state)
{
	struct fake_kernel *fake = fake_kernel_new();
	struct ddl_repo *repo = fake_pack(fake, "acme");
	struct ddl_package *package = repo->packages;
	struct ddl_machine *machine;
	struct ddl_module *module, *exact;

	(void)state;
	fake_device(fake, "03:00", MODALIAS, DDL_CLASS_STORAGE, "");
	machine = fake_machine(fake);
	module = fake_pack_module(fake, repo, fake_image(fake, "a", "1", NULL, 1001, "", ""), ALIAS);
	module->kernel = package->kernel = "6.1.0-48-amd64";
	for (enum ddl_abi abi = DDL_ABI_OTHER; abi <= DDL_ABI_AGREES; abi++) {
		bool taken = abi >= DDL_ABI_PARTLY;

		module->abi = abi;
		assert_int_equal(ddl_fit_packs(&repo, 1, machine), 0);
		assert_int_equal(module->fit, taken ? DDL_FIT_YES : DDL_FIT_OTHER_KERNEL);
		assert_int_equal(package->fit, module->fit);
		assert_int_equal(repo->fit, module->fit);
		assert_int_equal(module->by_abi, taken);
		assert_int_equal(repo->by_abi, taken);
	}
	/* what is as good and of this very release goes before it */
	exact = fake_pack_module(fake, repo, fake_image(fake, "b", "1", NULL, 1002, "", ""), ALIAS);
	assert_int_equal(ddl_fit_packs(&repo, 1, machine), 0);
	assert_int_equal(exact->fit, DDL_FIT_YES);
	assert_false(exact->by_abi);
	assert_false(repo->by_abi);
	/* nothing needs it: then it fits as little as any */
	fake->devices[0].is.modalias = "pci:none";
	exact->aliases[0] = "other";
	assert_int_equal(ddl_fit_packs(&repo, 1, fake_machine(fake)), 0);
	assert_int_equal(module->fit, DDL_FIT_NO_DEVICE);
	assert_true(module->by_abi);
	fake_kernel_free(fake);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernels), cmocka_unit_test(same_build),
		cmocka_unit_test(modules), cmocka_unit_test(packages_and_packs),
		cmocka_unit_test(by_abi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
