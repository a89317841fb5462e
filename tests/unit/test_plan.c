// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the plan: which operations, in which order, and what is in the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_kernel.h"
#include "modprobe_conf.h"
#include "plan.h"

#define ALIAS "pci:v00001000d00000060*"
#define MODALIAS "pci:v00001000d00000060sv00001000sd00001013bc01sc04i00"

/* "-old +new (tree+dep) ^dependent F S", each with its params in brackets. */
static const char *text_of(const struct ddl_plan *plan)
{
	static char text[2048];
	static const char *const signs[] = { [DDL_OP_FIRMWARE] = "F", [DDL_OP_UNLOAD] = "-",
		[DDL_OP_INSERT] = "+", [DDL_OP_RELOAD] = "^", [DDL_OP_SETTLE] = "S" };
	size_t i, used = 0;

	*text = '\0';
	for (i = 0; i < plan->n_ops; i++) {
		const struct ddl_op *op = &plan->ops[i];
		bool tree = op->kind == DDL_OP_INSERT && !op->from_pack;

		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s%s", i ? " " : "",
					 tree ? "tree" : "", signs[op->kind], op->module);
	}
	return text;
}

static struct ddl_plan plan_of(struct fake_kernel *fake, struct ddl_repo *repo)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_plan plan;

	assert_int_equal(ddl_plan_make(fake->arena, fake_machine(fake), &fake->kernel, &repo, 1, false, &plan,
				       &error), 0);
	return plan;
}

static void expect(struct fake_kernel *fake, struct ddl_repo *repo, const char *ops)
{
	struct ddl_plan plan = plan_of(fake, repo);

	assert_string_equal(plan.refusal.text, "");
	assert_int_equal(plan.refusal.code, DDL_OK);
	assert_string_equal(text_of(&plan), ops);
}

static void expect_refusal(struct fake_kernel *fake, struct ddl_repo *repo, enum ddl_code code,
			   const char *sentence)
{
	struct ddl_plan plan = plan_of(fake, repo);

	assert_int_equal(plan.refusal.code, code);
	assert_int_not_equal(plan.n_refusals, 0);
	assert_string_equal(plan.refusals[0], sentence);
	assert_string_equal(plan.refusal.text, sentence);
}

/* The controller, the old driver in the tree, the new one in a pack. */
struct world {
	struct fake_kernel *fake;
	struct fake_image *old, *new;
	struct ddl_repo *repo;
	struct ddl_module *module;
};

static struct world world(void)
{
	struct world w = { .fake = fake_kernel_new() };

	fake_device(w.fake, "03:00", MODALIAS, DDL_CLASS_STORAGE, "sda,sdb");
	w.old = fake_image(w.fake, "megaraid_sas", "1", "/t/megaraid_sas.ko", -1, "", "03:00");
	w.new = fake_image(w.fake, "megaraid_sas", "2", NULL, 1001, "", "03:00");
	w.repo = fake_pack(w.fake, "acme");
	w.module = fake_pack_module(w.fake, w.repo, w.new, ALIAS);
	return w;
}

static struct fake_image *dependent(struct world *w, const char *name, const char *needs)
{
	char path[64];
	struct fake_image *image;

	snprintf(path, sizeof path, "/t/%s.ko.xz", name);
	image = fake_image(w->fake, name, "", ddl_arena_dup(w->fake->arena, path), -1, needs, "");
	fake_loaded(w->fake, image);
	return image;
}

static void not_loaded(void **state)
{
	struct world w = world();
	struct ddl_plan plan;

	(void)state;
	expect(w.fake, w.repo, "+megaraid_sas S");
	plan = plan_of(w.fake, w.repo);
	assert_false(plan.replaces);
	assert_int_equal(plan.n_away, 0);
	assert_int_equal(plan.n_wanted, 1);
	assert_ptr_equal(plan.ops[0].from_pack, w.module);
	assert_string_equal(plan.ops[0].version_before, "");
	assert_string_equal(plan.ops[0].version_after, "2");
	fake_kernel_free(w.fake);
}

static void same_version(void **state)
{
	struct world w = world();
	struct ddl_plan plan;

	(void)state;
	fake_loaded(w.fake, w.new);
	fake_use(w.fake, DDL_USE_MOUNT, "sda1", "sda", "/mnt"); /* does not matter */
	expect(w.fake, w.repo, "");
	plan = plan_of(w.fake, w.repo);
	assert_int_equal(plan.n_already, 1);
	assert_ptr_equal(plan.already[0], w.module);
	fake_kernel_free(w.fake);
}

static void other_version(void **state)
{
	struct world w = world();
	struct ddl_plan plan;

	(void)state;
	fake_loaded(w.fake, w.old);
	expect(w.fake, w.repo, "-megaraid_sas +megaraid_sas S");
	plan = plan_of(w.fake, w.repo);
	assert_true(plan.replaces);
	assert_int_equal(plan.n_away, 2);
	assert_string_equal(plan.away[0], "sda");
	assert_string_equal(plan.away[1], "sdb");
	assert_string_equal(plan.ops[0].tree_path, "/t/megaraid_sas.ko");
	assert_string_equal(plan.ops[0].version_before, "1");
	assert_string_equal(plan.ops[1].version_before, "1");
	assert_string_equal(plan.ops[1].version_after, "2");
	/* no file to put back: noted, not refused */
	w.old->path = NULL;
	plan = plan_of(w.fake, w.repo);
	assert_int_equal(plan.refusal.code, DDL_OK);
	assert_string_equal(plan.ops[0].tree_path, "");
	fake_kernel_free(w.fake);
}

static void dependents(void **state)
{
	struct world w = world();
	struct fake_image *last;

	(void)state;
	fake_loaded(w.fake, w.old);
	dependent(&w, "dep_a", "megaraid_sas");
	expect(w.fake, w.repo, "-dep_a -megaraid_sas +megaraid_sas ^dep_a S");
	dependent(&w, "dep_b", "dep_a");
	dependent(&w, "dep_c", "megaraid_sas,dep_b");
	expect(w.fake, w.repo,
	       "-dep_c -dep_b -dep_a -megaraid_sas +megaraid_sas ^dep_a ^dep_b ^dep_c S");
	/* two that do not need each other: the newest leaves first */
	last = dependent(&w, "dep_d", "megaraid_sas");
	expect(w.fake, w.repo, "-dep_d -dep_c -dep_b -dep_a -megaraid_sas +megaraid_sas "
			       "^dep_a ^dep_b ^dep_c ^dep_d S");
	last->path = NULL;
	expect_refusal(w.fake, w.repo, DDL_E_BUSY,
		       "dep_d would have to be unloaded and could not be loaded again: "
		       "this installer has no file of it");
	fake_kernel_free(w.fake);
}

/* A dependent that the pack has too comes from the pack, even in the same version. */
static void dependent_in_pack(void **state)
{
	struct world w = world();
	struct fake_image *image;
	struct ddl_plan plan;

	(void)state;
	fake_loaded(w.fake, w.old);
	image = fake_image(w.fake, "upper", "5", NULL, 1005, "megaraid_sas", "");
	fake_loaded(w.fake, image);
	fake_pack_module(w.fake, w.repo, image, "");
	expect(w.fake, w.repo, "-upper -megaraid_sas +megaraid_sas +upper S");
	plan = plan_of(w.fake, w.repo);
	assert_int_equal(plan.n_already, 0);
	assert_non_null(plan.ops[3].from_pack);
	fake_kernel_free(w.fake);
}

static void dependencies(void **state)
{
	struct world w = world();
	struct fake_image *transport;

	(void)state;
	w.module->depends[w.module->n_depends++] = "scsi_transport";
	expect_refusal(w.fake, w.repo, DDL_E_DEPENDENCY,
		       "megaraid_sas needs scsi_transport, which is neither on the disk nor in this installer");
	/* in the tree, with a need of its own: they come before the old driver leaves */
	fake_image(w.fake, "scsi_base", "", "/t/scsi-base.ko", -1, "", "");
	transport = fake_image(w.fake, "scsi_transport", "", "/t/scsi_transport.ko", -1, "scsi_base", "");
	expect(w.fake, w.repo, "tree+scsi_base tree+scsi_transport +megaraid_sas S");
	fake_loaded(w.fake, w.old);
	expect(w.fake, w.repo,
	       "tree+scsi_base tree+scsi_transport -megaraid_sas +megaraid_sas S");
	fake_loaded(w.fake, &w.fake->images[2]);
	expect(w.fake, w.repo, "tree+scsi_transport -megaraid_sas +megaraid_sas S");
	fake_loaded(w.fake, transport);
	expect(w.fake, w.repo, "-megaraid_sas +megaraid_sas S");
	transport->loaded = false;
	/* built in: as good as loaded */
	transport->path = NULL;
	w.fake->builtin[w.fake->n_builtin++] = "scsi_transport";
	expect(w.fake, w.repo, "-megaraid_sas +megaraid_sas S");
	fake_kernel_free(w.fake);
}

/* In the plan, each of these optional (by its place in the order, from 0)? */
static void expect_optional(struct fake_kernel *fake, struct ddl_repo *repo, const char *marks)
{
	struct ddl_plan plan = plan_of(fake, repo);

	assert_int_equal(plan.n_ops, strlen(marks));
	for (size_t i = 0; i < plan.n_ops; i++)
		assert_int_equal(plan.ops[i].optional, marks[i] == 'o');
}

/* A softdep's modules come where they are there, with what they need; and are not missed. */
static void softdeps(void **state)
{
	struct world w = world();
	struct fake_image *pre, *base;

	(void)state;
	fake_loaded(w.fake, w.old);
	w.module->softdeps = "pre: none before post: after none";
	expect(w.fake, w.repo, "-megaraid_sas +megaraid_sas S");
	base = fake_image(w.fake, "base", "", "/t/base.ko", -1, "", "");
	pre = fake_image(w.fake, "before", "", "/t/before.ko", -1, "base", "");
	fake_image(w.fake, "after", "", "/t/after.ko", -1, "base,megaraid_sas", "");
	expect(w.fake, w.repo, "tree+base tree+before -megaraid_sas +megaraid_sas tree+after S");
	expect_optional(w.fake, w.repo, "oo--o-");
	/* at a dependent's place, and what is needed by others is not optional */
	dependent(&w, "upper", "megaraid_sas");
	expect(w.fake, w.repo, "tree+base tree+before -upper -megaraid_sas +megaraid_sas ^upper tree+after S");
	w.module->depends[w.module->n_depends++] = "base";
	expect_optional(w.fake, w.repo, "-o----o-");
	w.module->depends[w.module->n_depends++] = "before";
	expect_optional(w.fake, w.repo, "------o-");
	w.module->n_depends = 0;
	/* one that is loaded stays */
	fake_loaded(w.fake, base);
	fake_loaded(w.fake, pre);
	expect(w.fake, w.repo, "-upper -megaraid_sas +megaraid_sas ^upper tree+after S");
	/* what it needs is not there: then it is not there either */
	pre->loaded = false;
	pre->needs[1] = "missing";
	expect(w.fake, w.repo, "-upper -megaraid_sas +megaraid_sas ^upper tree+after S");
	/* one that needs the driver itself cannot come before it */
	pre->needs[1] = "megaraid_sas";
	expect(w.fake, w.repo, "-upper -megaraid_sas +megaraid_sas ^upper tree+after S");
	fake_kernel_free(w.fake);
}

/* From the installer's settings, from the pack's, for a module of the tree, and by alias. */
static void softdeps_configured(void **state)
{
	struct world w = world();
	struct fake_image *upper;

	(void)state;
	fake_image(w.fake, "one", "", "/t/one.ko", -1, "", "");
	fake_image(w.fake, "two", "", "/t/two.ko", -1, "", "")->alias = "crypto-two";
	fake_image(w.fake, "scsi_transport", "", "/t/scsi_transport.ko", -1, "", "");
	w.fake->softdeps_of = "megaraid-sas";
	w.fake->softdeps = "post: one";
	expect(w.fake, w.repo, "+megaraid_sas tree+one S");
	fake_pack_file(w.fake, w.repo, DDL_FILE_MODPROBE, "etc/modprobe.d/acme.conf",
		       "softdep megaraid_sas pre: crypto-two\ninstall megaraid_sas /bin/false\n");
	expect(w.fake, w.repo, "tree+two +megaraid_sas tree+one S");
	/* of what the tree brings, and of a softdep's own module; a circle of them ends */
	w.module->depends[w.module->n_depends++] = "scsi_transport";
	w.fake->softdeps_of = "scsi_transport";
	w.fake->softdeps = "pre: one post: scsi_transport";
	expect(w.fake, w.repo, "tree+one tree+scsi_transport tree+two +megaraid_sas S");
	w.fake->softdeps_of = "two";
	w.fake->softdeps = "pre: two megaraid_sas one";
	expect(w.fake, w.repo, "tree+scsi_transport tree+one tree+two +megaraid_sas S");
	/* one that is in the pack comes from there, and is not optional; the module of the tree waits for it */
	upper = fake_image(w.fake, "upper", "1", NULL, 1002, "", "");
	fake_pack_module(w.fake, w.repo, upper, "");
	w.fake->softdeps_of = "scsi_transport";
	w.fake->softdeps = "pre: upper";
	fake_loaded(w.fake, w.old);
	expect(w.fake, w.repo, "tree+two -megaraid_sas +upper tree+scsi_transport +megaraid_sas S");
	expect_optional(w.fake, w.repo, "o-----");
	fake_kernel_free(w.fake);
}

/* What the kernel is certain to refuse is refused before the old driver is touched. */
static void signed_only(void **state)
{
	struct world w = world();

	(void)state;
	fake_loaded(w.fake, w.old);
	w.fake->signed_only = true;
	expect_refusal(w.fake, w.repo, DDL_E_SIGNATURE, "megaraid_sas is not signed; this kernel takes signed drivers only");
	w.module->has_signature = true;
	expect(w.fake, w.repo, "-megaraid_sas +megaraid_sas S");
	fake_kernel_free(w.fake);
}

/* At a desk the installer's tree is not known: the plan relies on it and says on what. */
static void unknown_tree(void **state)
{
	struct world w = world();
	struct ddl_plan plan;

	(void)state;
	w.module->depends[w.module->n_depends++] = "scsi_transport";
	w.fake->no_tree = true;
	expect(w.fake, w.repo, "+megaraid_sas S");
	plan = plan_of(w.fake, w.repo);
	assert_int_equal(plan.refusal.code, DDL_OK);
	assert_int_equal(plan.n_assumed, 1);
	assert_string_equal(plan.assumed[0], "scsi_transport");
	fake_kernel_free(w.fake);
}

/* Modules of one pack in any order; the pack goes before the tree. */
static void order_in_pack(void **state)
{
	struct fake_kernel *fake = fake_kernel_new();
	struct ddl_repo *repo = fake_pack(fake, "fusion");
	struct fake_image *sas, *scsih, *base;

	(void)state;
	sas = fake_image(fake, "mptsas", "2", NULL, 1001, "mptscsih,mptbase", "");
	scsih = fake_image(fake, "mptscsih", "2", NULL, 1002, "mptbase", "");
	base = fake_image(fake, "mptbase", "2", NULL, 1003, "", "");
	fake_image(fake, "mptbase", "1", "/t/mptbase.ko", -1, "", "");
	fake_pack_module(fake, repo, sas, "");
	fake_pack_module(fake, repo, scsih, "");
	fake_pack_module(fake, repo, base, "");
	expect(fake, repo, "+mptbase +mptscsih +mptsas S");
	/* a circle */
	repo->packages[0].modules[2]->depends[0] = "mptsas";
	repo->packages[0].modules[2]->n_depends = 1;
	expect_refusal(fake, repo, DDL_E_DEPENDENCY,
		       "mptsas needs itself, by way of the modules that it depends on");
	fake_kernel_free(fake);
}

/* A tree module that itself needs the pack's comes after it, not early. */
static void tree_above_pack(void **state)
{
	struct world w = world();

	(void)state;
	fake_loaded(w.fake, w.old);
	fake_image(w.fake, "glue", "", "/t/glue.ko", -1, "megaraid_sas", "");
	fake_pack_module(w.fake, w.repo, fake_image(w.fake, "top", "1", NULL, 1009, "glue", ""), "");
	expect(w.fake, w.repo, "-megaraid_sas +megaraid_sas tree+glue +top S");
	fake_kernel_free(w.fake);
}

static void another_driver(void **state)
{
	struct world w = world();
	struct fake_image *generic;
	struct ddl_plan plan;

	(void)state;
	generic = fake_image(w.fake, "generic", "9", "/t/generic.ko", -1, "", "03:00,05:00");
	fake_loaded(w.fake, generic);
	expect(w.fake, w.repo, "-generic +megaraid_sas S");
	plan = plan_of(w.fake, w.repo);
	assert_true(plan.replaces);
	assert_int_equal(plan.n_away, 2);
	/* it drives something else as well: it comes back, after the new one took its own */
	fake_device(w.fake, "05:00", "pci:v00008086*", DDL_CLASS_STORAGE, "sdc")->driver = generic;
	expect(w.fake, w.repo, "-generic +megaraid_sas ^generic S");
	/* a free device of the kind: nobody is pushed out */
	fake_device(w.fake, "06:00", MODALIAS, DDL_CLASS_STORAGE, "");
	expect(w.fake, w.repo, "+megaraid_sas S");
	fake_kernel_free(w.fake);
}

static void builtin_in_the_way(void **state)
{
	struct world w = world();

	(void)state;
	w.fake->devices[0].builtin_driver = "ahci";
	expect_refusal(w.fake, w.repo, DDL_E_BUILTIN,
		       "03:00 is held by the driver ahci, which is built into the kernel");
	w.fake->builtin[w.fake->n_builtin++] = "megaraid_sas";
	expect_refusal(w.fake, w.repo, DDL_E_BUILTIN,
		       "megaraid_sas is built into the kernel and cannot be unloaded");
	fake_kernel_free(w.fake);
}

static void in_use(void **state)
{
	static const struct {
		enum ddl_use_kind kind;
		const char *what, *disk, *by, *sentence;
	} rows[] = {
		{ DDL_USE_MOUNT, "sdb1", "sdb", "/mnt/x", "sdb1 is mounted on /mnt/x" },
		{ DDL_USE_SWAP, "sda2", "sda", "", "sda2 is in use as swap space" },
		{ DDL_USE_DM, "sda3", "sda", "dm-0 (LVM vg0)", "sda3 is in use by dm-0 (LVM vg0)" },
		{ DDL_USE_MD, "sda", "sda", "md127", "sda is part of the RAID array md127" },
		{ DDL_USE_OPEN, "sda", "sda", "dd (412)", "sda is held open by dd (412)" },
		{ DDL_USE_OPEN, "sda", "sda", "", "sda is held open" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world w = world();

		fake_loaded(w.fake, w.old);
		fake_use(w.fake, rows[i].kind, rows[i].what, rows[i].disk, rows[i].by);
		expect_refusal(w.fake, w.repo, DDL_E_BUSY, rows[i].sentence);
		/* the same below another controller is none of our business */
		w.fake->uses[0].disk = "sdx";
		expect(w.fake, w.repo, "-megaraid_sas +megaraid_sas S");
		fake_kernel_free(w.fake);
	}
}

static void in_use_otherwise(void **state)
{
	struct world w = world();
	struct ddl_plan plan;

	(void)state;
	fake_loaded(w.fake, w.old);
	w.fake->devices[0].link = "eth0";
	fake_use(w.fake, DDL_USE_LINK_UP, "eth0", "eth0", "");
	expect_refusal(w.fake, w.repo, DDL_E_BUSY, "the network interface eth0 is up");
	w.fake->n_uses = 0;
	w.old->extra_references = 1;
	expect_refusal(w.fake, w.repo, DDL_E_BUSY,
		       "megaraid_sas is in use by something that the kernel does not name");
	/* a use that has a name explains the count */
	fake_use(w.fake, DDL_USE_MOUNT, "sda1", "sda", "/a");
	fake_use(w.fake, DDL_USE_MOUNT, "sdb1", "sdb", "/b");
	plan = plan_of(w.fake, w.repo);
	assert_int_equal(plan.n_refusals, 2);
	assert_string_equal(plan.refusals[1], "sdb1 is mounted on /b");
	w.fake->n_uses = 0;
	w.old->extra_references = -1;
	expect_refusal(w.fake, w.repo, DDL_E_BUSY,
		       "megaraid_sas cannot be unloaded: it was built to stay");
	fake_kernel_free(w.fake);
}

static void not_for_here(void **state)
{
	struct world w = world();
	struct ddl_package *package = w.repo->packages;

	(void)state;
	w.module->kernel = "6.1.0-48-amd64";
	expect_refusal(w.fake, w.repo, DDL_E_KERNEL,
		       "acme is for kernel 6.1.0-48-amd64, this kernel is " FAKE_RELEASE);
	package->kernel = "6.1.0-47-amd64";
	package->n_modules = 0;
	package->state = DDL_PKG_UNREAD;
	expect_refusal(w.fake, w.repo, DDL_E_KERNEL,
		       "acme is for kernel 6.1.0-47-amd64, this kernel is " FAKE_RELEASE);
	package->kernel = FAKE_RELEASE;
	package->state = DDL_PKG_STAGED;
	expect_refusal(w.fake, w.repo, DDL_E_NO_FIT,
		       "no driver and no firmware for kernel " FAKE_RELEASE " was found");
	package->state = DDL_PKG_BAD;
	ddl_fail(&package->trouble, DDL_E_SIZE, 0, "x");
	expect_refusal(w.fake, w.repo, DDL_E_SIZE,
		       "pack.rpm: A package does not have the size that the disk's list of contents gives.");
	fake_kernel_free(w.fake);
}

/* One damaged package for this kernel keeps the good ones out too; one for another does not. */
static void damaged_beside(void **state)
{
	struct world w = world();
	struct ddl_package both[2];

	(void)state;
	both[0] = w.repo->packages[0];
	both[1] = (struct ddl_package){ .label = "bad", .kernel = FAKE_RELEASE, .file = "bad.rpm",
					.state = DDL_PKG_BAD };
	ddl_fail(&both[1].trouble, DDL_E_CHECKSUM, 0, "x");
	w.repo->packages = both;
	w.repo->n_packages = 2;
	expect_refusal(w.fake, w.repo, DDL_E_CHECKSUM,
		       "bad.rpm: A package is damaged: its checksum does not match.");
	both[1].kernel = "6.1.0-48-amd64";
	expect(w.fake, w.repo, "+megaraid_sas S");
	fake_kernel_free(w.fake);
}

static void twice(void **state)
{
	struct world w = world();
	struct ddl_repo *repos[2], *other;
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_plan plan;

	(void)state;
	other = fake_pack(w.fake, "other");
	fake_pack_module(w.fake, other, fake_image(w.fake, "megaraid_sas", "3", NULL, 1003, "", ""), ALIAS);
	repos[0] = w.repo;
	repos[1] = other;
	assert_int_equal(ddl_plan_make(w.fake->arena, fake_machine(w.fake), &w.fake->kernel, repos, 2, false,
				       &plan, &error), 0);
	assert_int_equal(plan.refusal.code, DDL_E_TWICE);
	repos[1] = w.repo; /* the same pack named twice is no harm */
	assert_int_equal(ddl_plan_make(w.fake->arena, fake_machine(w.fake), &w.fake->kernel, repos, 2, false,
				       &plan, &error), 0);
	assert_string_equal(text_of(&plan), "+megaraid_sas S");
	fake_kernel_free(w.fake);
}

static void firmware(void **state)
{
	struct world w = world();
	struct ddl_repo *only = fake_pack(w.fake, "firmware");

	(void)state;
	fake_loaded(w.fake, w.old);
	fake_pack_file(w.fake, w.repo, DDL_FILE_FIRMWARE, "lib/firmware/a/b.bin", "x");
	expect(w.fake, w.repo, "F -megaraid_sas +megaraid_sas S");
	only->packages[0].kernel = "any";
	fake_pack_file(w.fake, only, DDL_FILE_FIRMWARE, "lib/firmware/c.bin", "x");
	expect(w.fake, only, "F");
	fake_kernel_free(w.fake);
}

static void parameters(void **state)
{
	struct world w = world();
	struct ddl_plan plan;

	(void)state;
	fake_loaded(w.fake, w.old);
	w.old->params = "a=1 list=1,2 name=(null) word=two b=Y c=3";
	w.fake->options = "b=0";
	w.fake->options_for = "megaraid-sas";
	plan = plan_of(w.fake, w.repo);
	/* back: what was in force, with what modprobe.d says */
	assert_string_equal(plan.ops[0].params, "a=1 word=two c=3 b=0");
	/* a new version: only what somebody surely wanted, as an old default is no wish */
	assert_string_equal(plan.ops[1].params, "b=0");
	fake_pack_file(w.fake, w.repo, DDL_FILE_MODPROBE, "etc/modprobe.d/acme.conf",
		       "# acme\noptions megaraid-sas a=7 \\\n  d=8\noptions other a=9\n"
		       "install megaraid_sas /bin/sh -c evil\n");
	plan = plan_of(w.fake, w.repo);
	assert_string_equal(plan.ops[1].params, "b=0 a=7 d=8");
	assert_string_equal(plan.ops[0].params, "a=1 word=two c=3 b=0");
	/* a dependent comes back with what was in force */
	dependent(&w, "dep_a", "megaraid_sas")->params = "z=1";
	plan = plan_of(w.fake, w.repo);
	assert_string_equal(text_of(&plan), "-dep_a -megaraid_sas +megaraid_sas ^dep_a S");
	assert_string_equal(plan.ops[3].params, "z=1");
	/* the pack's own blacklist keeps its module out */
	fake_pack_file(w.fake, w.repo, DDL_FILE_MODPROBE, "etc/modprobe.d/b.conf",
		       "blacklist megaraid_sas\n");
	expect_refusal(w.fake, w.repo, DDL_E_NO_FIT,
		       "no driver and no firmware for kernel " FAKE_RELEASE " was found");
	fake_kernel_free(w.fake);
}

/* What somebody set goes on to the new version; what is a default of the old one does not. */
static void parameters_chosen(void **state)
{
	struct world w = world();
	struct ddl_plan plan;

	(void)state;
	fake_loaded(w.fake, w.old);
	w.old->params = "a=1 b=2 c=Y list=1,2 name=(null) own=7 gone=4";
	w.old->defaults = "a=0 b=2 c=N name=(null) gone=3";
	w.new->lacks = "gone";
	w.fake->options = "c=N";
	w.fake->options_for = "megaraid-sas";
	plan = plan_of(w.fake, w.repo);
	assert_string_equal(plan.ops[0].params, "a=1 b=2 own=7 gone=4 c=N");
	assert_string_equal(plan.ops[1].params, "a=1 c=N");
	assert_int_equal(plan.n_notes, 3);
	assert_string_equal(plan.notes[0], "megaraid_sas: whether somebody set list=1,2 cannot be known; "
			    "the new version gets its own default");
	assert_string_equal(plan.notes[1], "megaraid_sas: whether somebody set own=7 cannot be known; "
			    "the new version gets its own default");
	assert_string_equal(plan.notes[2], "megaraid_sas: the new version has no parameter for gone=4");
	/* the pack's own modprobe.d has the last word */
	fake_pack_file(w.fake, w.repo, DDL_FILE_MODPROBE, "etc/modprobe.d/acme.conf",
		       "options megaraid_sas a=9 own=8 list=3 gone=1\n");
	plan = plan_of(w.fake, w.repo);
	assert_string_equal(plan.ops[1].params, "c=N a=9 own=8 list=3 gone=1");
	assert_int_equal(plan.n_notes, 0);
	/* the tree has another version: nothing can be known */
	w.old->path = NULL;
	fake_image(w.fake, "megaraid_sas", "0", "/t/megaraid_sas.ko", -1, "", "03:00")->defaults = "a=0";
	plan = plan_of(w.fake, w.repo);
	assert_string_equal(plan.ops[1].params, "c=N a=9 own=8 list=3 gone=1");
	assert_int_equal(plan.n_notes, 1);
	fake_kernel_free(w.fake);
}

static void conf_lines(void **state)
{
	struct ddl_arena *arena = ddl_arena_new();
	struct ddl_error error = DDL_ERROR_INIT;
	static const char control[] = "options m a=\x1b[2J\n";
	struct ddl_modprobe_conf conf = DDL_MODPROBE_CONF_INIT;
	static const char soft[] = "softdep other pre: x\nsoftdep m\nsoftdep m  pre: a b\tpost: c \r\nsoftdep m d pre: e foo: f";
	const char *at;
	char *many, word[5], order[8] = "";
	bool behind = false;
	size_t n = 0;

	(void)state;
	assert_int_equal(ddl_modprobe_conf_read(arena, "options m\toptions\noptions\nblacklist\n\\\n"
		"options m x=\"a b\"\r\noptions m y=1", 71, "m", &conf, &error), 0);
	assert_string_equal(conf.options, "options x=\"a b\" y=1");
	assert_false(conf.blacklisted);
	assert_true(ddl_params_have(conf.options, "x", 1));
	assert_false(ddl_params_have(conf.options, "b", 1));
	assert_int_equal(ddl_modprobe_conf_read(arena, control, sizeof control - 1, "m", &conf, &error), -1);
	assert_int_equal(error.code, DDL_E_METADATA);
	many = ddl_arena_alloc(arena, 2000, 1);
	memset(many, 'x', 1999);
	memcpy(many, "options m ", 10);
	assert_int_equal(ddl_modprobe_conf_read(arena, many, 1999, "m", &conf, &error), -1);
	assert_int_equal(ddl_modprobe_conf_read(arena, "blacklist m", 11, "m", &conf, &error), 0);
	assert_true(conf.blacklisted);
	/* words before "pre:" or "post:", also of a line of its own, say nothing; too long ones are left out */
	assert_string_equal(conf.softdeps, "");
	assert_int_equal(ddl_modprobe_conf_read(arena, soft, sizeof soft - 1, "m", &conf, &error), 0);
	for (at = conf.softdeps; ddl_softdeps_next(&at, &behind, false, word, sizeof word);)
		order[n++] = *word;
	assert_string_equal(order, "abe");
	at = conf.softdeps;
	behind = false;
	assert_true(ddl_softdeps_next(&at, &behind, true, word, sizeof word));
	assert_string_equal(word, "c");
	assert_false(ddl_softdeps_next(&at, &behind, true, word, sizeof word));
	at = "pre: toolong b";
	behind = false;
	assert_true(ddl_softdeps_next(&at, &behind, false, word, sizeof word));
	assert_string_equal(word, "b");
	many = ddl_arena_alloc(arena, DDL_MAX_TEXT + 1, 1);
	memset(many, 'x', DDL_MAX_TEXT);
	assert_ptr_equal(ddl_softdeps_join(arena, conf.softdeps, many), conf.softdeps);
	assert_string_equal(ddl_params_join(arena, "a=1 b=2", ""), "a=1 b=2");
	assert_string_equal(ddl_params_join(arena, "", "a=1"), "a=1");
	assert_string_equal(ddl_params_join(arena, "a_b=1 c", "a-b=2"), "c a-b=2");
	ddl_arena_free(arena);
}

/* A count that no name explains: who has the disk open is looked for, and named. */
static void held_open(void **state)
{
	struct world w = world();

	(void)state;
	fake_loaded(w.fake, w.old);
	w.fake->open_disk = "sda";
	expect(w.fake, w.repo, "-megaraid_sas +megaraid_sas S"); /* not in use: nobody is asked */
	w.old->extra_references = 1;
	expect_refusal(w.fake, w.repo, DDL_E_BUSY, "sda is held open by blkid (pid 123)");
	w.fake->open_disk = "sdz";
	expect_refusal(w.fake, w.repo, DDL_E_BUSY,
		       "megaraid_sas is in use by something that the kernel does not name");
	fake_kernel_free(w.fake);
}

/* The medium is told of when it goes away, by its disk or a partition of that. */
static void note_of_medium(void **state)
{
	static const struct {
		const char *disks, *device;
		bool noted;
	} rows[] = {
		{ "sda,sdb", "sdb", true }, { "sda,sdb", "sdb12", true }, { "sda,sdb", "sdc", false },
		{ "sda,sdb", "sdbx1", false }, { "sda,sdb", "sdb1x", false }, { "sda", "sda", true },
		{ "sda,sdb", "sd", false }, { "nvme0n1", "nvme0n1p2", true },
		{ "nvme0n1", "nvme0n12", false }, { "nvme0n1", "nvme0n1p", false }, { "sda", "sr0", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world w = world();
		struct ddl_plan plan;
		char text[256];

		w.fake->n_devices = 0;
		fake_device(w.fake, "03:00", MODALIAS, DDL_CLASS_STORAGE, rows[i].disks);
		fake_loaded(w.fake, w.old);
		plan = plan_of(w.fake, w.repo);
		assert_int_equal(ddl_plan_note_medium(w.fake->arena, &plan, rows[i].device), 0);
		assert_int_equal(ddl_plan_note_medium(w.fake->arena, &plan, rows[i].device), 0);
		assert_int_equal(plan.n_notes, rows[i].noted);
		assert_int_equal(plan.refusal.code, DDL_OK);
		snprintf(text, sizeof text, "%s, which the drivers are on, is read through the driver that "
			 "is replaced; all that is needed of it has been copied to memory.", rows[i].device);
		if (rows[i].noted)
			assert_string_equal(plan.notes[0], text);
		fake_kernel_free(w.fake);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_loaded), cmocka_unit_test(same_version),
		cmocka_unit_test(other_version), cmocka_unit_test(dependents),
		cmocka_unit_test(dependent_in_pack), cmocka_unit_test(dependencies),
		cmocka_unit_test(order_in_pack), cmocka_unit_test(tree_above_pack),
		cmocka_unit_test(another_driver), cmocka_unit_test(builtin_in_the_way),
		cmocka_unit_test(in_use), cmocka_unit_test(in_use_otherwise),
		cmocka_unit_test(not_for_here), cmocka_unit_test(unknown_tree), cmocka_unit_test(signed_only),
		cmocka_unit_test(damaged_beside),
		cmocka_unit_test(twice), cmocka_unit_test(firmware),
		cmocka_unit_test(parameters), cmocka_unit_test(parameters_chosen),
		cmocka_unit_test(conf_lines), cmocka_unit_test(softdeps), cmocka_unit_test(softdeps_configured),
		cmocka_unit_test(note_of_medium), cmocka_unit_test(held_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
