// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of plan/versions.c: which of several is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "plan/versions.h"

#define RELEASE "6.1.0-49-amd64"
#define OTHER_RELEASE "6.1.0-48-amd64"

/* A pack with one package and one module in it. */
struct pack {
	struct ddl_repo repo;
	struct ddl_package package;
	struct ddl_module module, *modules[1];
};

static struct ddl_machine machine = { .release = RELEASE };

static void pack(struct pack *p, const char *pack_version, const char *package_version, const char *version)
{
	*p = (struct pack){
		.repo = { .identifier = "a:b", .version = pack_version, .build = "", .packages = &p->package, .n_packages = 1 },
		.package = { .state = DDL_PKG_STAGED,
			     .fit = DDL_FIT_YES,
			     .version = package_version,
			     .modules = p->modules,
			     .n_modules = 1 },
		.module = { .name = "acme", .kernel = RELEASE, .version = version, .srcversion = "", .fit = DDL_FIT_YES },
	};
	p->modules[0] = &p->module;
}

static void expect_taken(struct pack *taken, struct pack *other)
{
	enum ddl_fit fits[] = { taken->module.fit, other->module.fit };
	struct ddl_repo *const orders[][2] = { { &taken->repo, &other->repo }, { &other->repo, &taken->repo } };

	for (unsigned i = 0; i < 2; i++) {
		taken->module.fit = fits[0];
		other->module.fit = fits[1];
		assert_int_equal(ddl_versions_mark(orders[i], 2, &machine), 0);
		assert_int_equal(taken->module.fit, fits[0]);
		assert_int_equal(other->module.fit, DDL_FIT_OLDER);
		assert_ptr_equal(other->module.instead, &taken->module);
	}
	taken->module.fit = fits[0];
	other->module.fit = fits[1];
}

/* Whatever the versions are: the installer can install that one itself. */
static void the_one_for_this_installer(void **state)
{
	static const enum ddl_installer installers[] = { DDL_INSTALLER_XENSERVER, DDL_INSTALLER_REDHAT, DDL_INSTALLER_SUSE,
							 DDL_INSTALLER_DEBIAN };
	static const enum ddl_family families[] = { DDL_FAMILY_XENSERVER_XML, DDL_FAMILY_REDHAT, DDL_FAMILY_SUSE,
						    DDL_FAMILY_BARE };
	struct pack one, other;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		machine.installer = installers[i];
		pack(&one, "1", "1-1", "1.0");
		pack(&other, "1", "1-1", "2.0");
		one.repo.family = families[i];
		one.package.type = DDL_PKG_DEB;
		other.repo.family = families[(i + 1) % 4];
		expect_taken(&one, &other);
		assert_true(other.module.for_others);
		machine.installer = DDL_INSTALLER_UNKNOWN;
		expect_taken(&other, &one);
		assert_false(one.module.for_others);
	}
}

static void the_newer(void **state)
{
	static const char *const rows[][6] = {
		/* pack, package, module of the one that is taken; of the other */
		{ "1", "1-1", "07.710.00", "1", "1-1", "07.99.00" },
		{ "1", "1-1", "2.0", "9", "9-9", "1.0" }, /* the module's own version goes first */
		{ "1", "1.10-1", "1.0", "9", "1.9-1", "1.0" }, /* then its package's */
		{ "1.10", "1-1", "1.0", "1.9", "1-1", "1.0" }, /* then its pack's */
		{ "1", "1-2", "", "1", "1-1", "" },
		{ "1", "1-1", "1.0", "9", "9-9", "" },
	};
	struct pack a, b;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		pack(&a, rows[i][0], rows[i][1], rows[i][2]);
		pack(&b, rows[i][3], rows[i][4], rows[i][5]);
		expect_taken(&a, &b);
	}
}

static void what_is_of_use(void **state)
{
	struct pack old, new;

	(void)state;
	pack(&old, "1", "1-1", "1");
	pack(&new, "1", "1-1", "2");
	new.module.fit = DDL_FIT_NO_DEVICE; /* the newer one is for other devices */
	expect_taken(&old, &new);
	old.module.fit = DDL_FIT_NO_DEVICE;
	expect_taken(&new, &old);
	old.module.fit = DDL_FIT_REPLACES;
	new.module.fit = DDL_FIT_LOADED; /* never back to the older one */
	expect_taken(&new, &old);
	old.module.fit = DDL_FIT_LOADED;
	new.module.fit = DDL_FIT_REPLACES;
	expect_taken(&new, &old);
}

/* They take nothing from each other. */
static void expect_both(struct pack *a, struct pack *b)
{
	struct ddl_repo *repos[] = { &a->repo, &b->repo };

	assert_int_equal(ddl_versions_mark(repos, 2, &machine), 0);
	assert_int_not_equal(a->module.fit, DDL_FIT_OLDER);
	assert_int_not_equal(b->module.fit, DDL_FIT_OLDER);
}

static void no_matter(void **state)
{
	struct pack a, b;

	(void)state;
	pack(&a, "1", "1-1", "1");
	pack(&b, "1", "1-1", "2");
	b.module.name = "acme_fc";
	expect_both(&a, &b);
	pack(&b, "1", "1-1", "2");
	b.module.fit = DDL_FIT_OTHER_KERNEL;
	expect_both(&a, &b);
	pack(&b, "1", "1-1", "2");
	b.package.fit = DDL_FIT_OTHER_KERNEL; /* as the disk's list says */
	expect_both(&a, &b);
	pack(&b, "1", "1-1", "2");
	b.package.state = DDL_PKG_BAD;
	expect_both(&a, &b);
	expect_both(&a, &a);
	assert_int_equal(ddl_versions_mark(NULL, 0, &machine), 0);
}

/* A pack that will not be loaded takes nobody's place. */
static void a_damaged_pack(void **state)
{
	struct pack a, b;
	struct ddl_package both[2];

	(void)state;
	pack(&a, "1", "1-1", "1");
	pack(&b, "1", "1-1", "2");
	both[0] = b.package;
	both[1] = (struct ddl_package){ .state = DDL_PKG_BAD };
	b.repo.packages = both;
	b.repo.n_packages = 2;
	expect_both(&a, &b);
}

/* The kernel's own goes before one that another kernel's ABI lets in, whatever its version. */
static void this_very_kernel(void **state)
{
	struct pack a, b;

	(void)state;
	pack(&a, "1", "1-1", "1");
	pack(&b, "1", "1-1", "2");
	b.module.kernel = OTHER_RELEASE;
	expect_taken(&a, &b);
}

/* RPMs of firmware and settings, by their names; what has no name is all different. */
static void without_modules(void **state)
{
	struct pack a, b;
	struct ddl_repo *repos[] = { &a.repo, &b.repo };

	(void)state;
	pack(&a, "1", "1-1", "");
	pack(&b, "1", "1-2", "");
	a.package.n_modules = b.package.n_modules = 0;
	a.package.fit = b.package.fit = DDL_FIT_SUPPORT;
	assert_int_equal(ddl_versions_mark(repos, 2, &machine), 0);
	assert_int_equal(a.package.fit, DDL_FIT_SUPPORT);
	a.package.rpm_name = b.package.rpm_name = "acme"; /* as the module is called: no matter */
	assert_int_equal(ddl_versions_mark(repos, 2, &machine), 0);
	assert_int_equal(a.package.fit, DDL_FIT_OLDER);
	assert_int_equal(b.package.fit, DDL_FIT_SUPPORT);
	pack(&b, "1", "1-2", "");
	a.package.fit = DDL_FIT_SUPPORT;
	assert_int_equal(ddl_versions_mark(repos, 2, &machine), 0);
	assert_int_equal(a.package.fit, DDL_FIT_SUPPORT);
	assert_int_equal(b.module.fit, DDL_FIT_YES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newer),       cmocka_unit_test(the_one_for_this_installer),
		cmocka_unit_test(what_is_of_use),  cmocka_unit_test(no_matter),
		cmocka_unit_test(a_damaged_pack),  cmocka_unit_test(this_very_kernel),
		cmocka_unit_test(without_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
