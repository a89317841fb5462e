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
#include "module/modprobe_conf.h"
#include "plan/plan.h"
#include "session/settings.h"

#define ALIAS "pci:v00001000d00000060*"
#define MODALIAS "pci:v00001000d00000060sv00001000sd00001013bc01sc04i00"

/* "-old +new (tree+dep) ^dependent F S", each with its params in brackets. */
static const char *text_of(const struct ddl_plan *plan)
{
	static char text[2048];
	static const char *const signs[] = { [DDL_OP_FIRMWARE] = "F",
					     [DDL_OP_UNLOAD] = "-",
					     [DDL_OP_INSERT] = "+",
					     [DDL_OP_RELOAD] = "^",
					     [DDL_OP_SETTLE] = "S" };
	size_t i, used = 0;

	*text = '\0';
	for (i = 0; i < plan->n_ops; i++) {
		const struct ddl_op *op = &plan->ops[i];
		bool tree = op->kind == DDL_OP_INSERT && !op->from_pack;

		used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s%s", i ? " " : "", tree ? "tree" : "",
					 signs[op->kind], op->module);
	}
	return text;
}

static struct ddl_plan plan_of(struct fake_kernel *fake, struct ddl_repo *repo)
{
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_plan plan;

	assert_int_equal(fake_plan(fake, &repo, 1, 1, false, &plan, &error), 0);
	return plan;
}

static void expect(struct fake_kernel *fake, struct ddl_repo *repo, const char *ops)
{
	struct ddl_plan plan = plan_of(fake, repo);

	assert_string_equal(plan.refusal.text, "");
	assert_int_equal(plan.refusal.code, DDL_OK);
	assert_string_equal(text_of(&plan), ops);
}

static void expect_refusal(struct fake_kernel *fake, struct ddl_repo *repo, enum ddl_code code, const char *sentence)
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
	expect(w.fake, w.repo, "-dep_c -dep_b -dep_a -megaraid_sas +megaraid_sas ^dep_a ^dep_b ^dep_c S");
	/* two that do not need each other: the newest leaves first */
	last = dependent(&w, "dep_d", "megaraid_sas");
	expect(w.fake, w.repo,
	       "-dep_d -dep_c -dep_b -dep_a -megaraid_sas +megaraid_sas "
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
		       "megaraid_sas needs scsi_transport, which is neither on a driver disk here nor in this installer");
	/* in the tree, with a need of its own: they come before the old driver leaves */
	fake_image(w.fake, "scsi_base", "", "/t/scsi-base.ko", -1, "", "");
	transport = fake_image(w.fake, "scsi_transport", "", "/t/scsi_transport.ko", -1, "scsi_base", "");
	expect(w.fake, w.repo, "tree+scsi_base tree+scsi_transport +megaraid_sas S");
	fake_loaded(w.fake, w.old);
	expect(w.fake, w.repo, "tree+scsi_base tree+scsi_transport -megaraid_sas +megaraid_sas S");
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
		       "softdep megaraid_sas pre: crypto-two\ninstall megaraid_sas /bin/sh -c evil\n");
	expect(w.fake, w.repo, "tree+two +megaraid_sas tree+one S");
	/* of what the tree brings, and of a softdep's own module; a circle of them ends */
	w.module->depends[w.module->n_depends++] = "scsi_transport";
	w.fake->softdeps_of = "scsi_transport";
	w.fake->softdeps = "pre: one post: scsi_transport";
	expect(w.fake, w.repo, "tree+one tree+scsi_transport tree+two +megaraid_sas S");
	w.fake->softdeps_of = "two";
	w.fake->softdeps = "pre: two megaraid_sas one";
	expect(w.fake, w.repo, "tree+scsi_transport tree+one tree+two +megaraid_sas S");
	/* one that is in the pack comes from there; the module of the tree waits for it */
	upper = fake_image(w.fake, "upper", "1", NULL, 1002, "", "");
	fake_pack_module(w.fake, w.repo, upper, "");
	w.fake->softdeps_of = "scsi_transport";
	w.fake->softdeps = "pre: upper";
	fake_loaded(w.fake, w.old);
	expect(w.fake, w.repo, "tree+two -megaraid_sas +upper tree+scsi_transport +megaraid_sas S");
	expect_optional(w.fake, w.repo, "o-o---");
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
	expect_refusal(fake, repo, DDL_E_DEPENDENCY, "mptsas needs itself, by way of the modules that it depends on");
	fake_kernel_free(fake);
}

/* A tree module that itself needs the pack's comes after it, not early. */
static void tree_above_pack(void **state)
{
	struct world w = world();

	(void)state;
	fake_loaded(w.fake, w.old);
	w.fake->replace = true;
	fake_image(w.fake, "glue", "", "/t/glue.ko", -1, "megaraid_sas", "");
	fake_pack_module(w.fake, w.repo, fake_image(w.fake, "top", "1", NULL, 1009, "glue", ""), "")->tick = DDL_TICK_YES;
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
	expect_refusal(w.fake, w.repo, DDL_E_HELD, "03:00 is held by the driver ahci, which is built into the kernel");
	w.fake->builtin[w.fake->n_builtin++] = "megaraid_sas";
	expect_refusal(w.fake, w.repo, DDL_E_BUILTIN, "megaraid_sas is built into the kernel and cannot be unloaded");
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

/* Its init function runs, or hangs: the kernel would not let it go, and nothing is tried. */
static void neither_in_nor_out(void **state)
{
	struct world w = world();

	(void)state;
	fake_loaded(w.fake, w.old);
	w.old->halfway = true;
	expect_refusal(w.fake, w.repo, DDL_E_BUSY, "megaraid_sas is being loaded or unloaded at this moment");
	w.old->halfway = false;
	expect(w.fake, w.repo, "-megaraid_sas +megaraid_sas S");
	fake_kernel_free(w.fake);
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
	expect_refusal(w.fake, w.repo, DDL_E_BUSY, "megaraid_sas is in use by something that the kernel does not name");
	/* a use that has a name explains the count */
	fake_use(w.fake, DDL_USE_MOUNT, "sda1", "sda", "/a");
	fake_use(w.fake, DDL_USE_MOUNT, "sdb1", "sdb", "/b");
	plan = plan_of(w.fake, w.repo);
	assert_int_equal(plan.n_refusals, 2);
	assert_string_equal(plan.refusals[1], "sdb1 is mounted on /b");
	w.fake->n_uses = 0;
	w.old->extra_references = -1;
	expect_refusal(w.fake, w.repo, DDL_E_STAYS, "megaraid_sas cannot be unloaded: it was built to stay");
	fake_kernel_free(w.fake);
}

static void not_for_here(void **state)
{
	struct world w = world();
	struct ddl_package *package = w.repo->packages;

	(void)state;
	w.module->kernel = "6.1.0-48-amd64";
	expect_refusal(w.fake, w.repo, DDL_E_KERNEL, "acme is for kernel 6.1.0-48-amd64, this kernel is " FAKE_RELEASE);
	package->kernel = "6.1.0-47-amd64";
	package->n_modules = 0;
	package->state = DDL_PKG_UNREAD;
	expect_refusal(w.fake, w.repo, DDL_E_KERNEL, "acme is for kernel 6.1.0-47-amd64, this kernel is " FAKE_RELEASE);
	package->kernel = FAKE_RELEASE;
	package->state = DDL_PKG_STAGED;
	expect_refusal(w.fake, w.repo, DDL_E_NO_FIT, "no driver and no firmware for kernel " FAKE_RELEASE " was found");
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
	both[1] = (struct ddl_package){ .label = "bad", .kernel = FAKE_RELEASE, .file = "bad.rpm", .state = DDL_PKG_BAD };
	ddl_fail(&both[1].trouble, DDL_E_CHECKSUM, 0, "x");
	w.repo->packages = both;
	w.repo->n_packages = 2;
	expect_refusal(w.fake, w.repo, DDL_E_CHECKSUM, "bad.rpm: A package is damaged: its checksum does not match.");
	both[1].kernel = "6.1.0-48-amd64";
	expect(w.fake, w.repo, "+megaraid_sas S");
	fake_kernel_free(w.fake);
}

/* Packs of one run: the first `n_chosen` of up to four. */
static struct ddl_plan plan_set(struct world *w, size_t n_chosen, size_t n_repos, struct ddl_repo *a, struct ddl_repo *b,
				struct ddl_repo *c)
{
	struct ddl_repo *repos[] = { a, b, c };
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_plan plan;

	assert_int_equal(fake_plan(w->fake, repos, n_chosen, n_repos, false, &plan, &error), 0);
	return plan;
}

static void has_note(const struct ddl_plan *plan, const char *note)
{
	for (size_t i = 0; i < plan->n_notes; i++)
		if (strcmp(plan->notes[i], note) == 0)
			return;
	fail_msg("%s: not among %zu notes, %s", note, plan->n_notes, plan->n_notes ? plan->notes[0] : "");
}

/* A pack of its own with this build of a module. */
static struct ddl_repo *other_pack(struct world *w, const char *name, const char *module, const char *version, int fd,
				   const char *needs, const char *alias, struct ddl_module **made)
{
	struct ddl_repo *repo = fake_pack(w->fake, name);

	*made = fake_pack_module(w->fake, repo, fake_image(w->fake, module, version, NULL, fd, needs, ""), alias);
	return repo;
}

/* Two packs with the same driver: the newer is taken, whichever is first; the other gives nothing, its firmware neither. */
static void versions(void **state)
{
	struct world w = world();
	struct ddl_module *newer, *again;
	struct ddl_repo *other = other_pack(&w, "other", "megaraid_sas", "10", 1003, "", ALIAS, &newer), *copy;
	struct ddl_plan plan;

	(void)state;
	fake_pack_file(w.fake, w.repo, DDL_FILE_FIRMWARE, "lib/firmware/old.bin", "x");
	for (unsigned order = 0; order < 2; order++) {
		plan = plan_set(&w, 2, 2, order ? other : w.repo, order ? w.repo : other, NULL);
		assert_int_equal(plan.refusal.code, DDL_OK);
		assert_string_equal(text_of(&plan), "+megaraid_sas S");
		assert_ptr_equal(plan.ops[0].from_pack, newer); /* 10 is newer than 2 */
		assert_int_equal(plan.n_used, 1);
		assert_ptr_equal(plan.used[0], other);
		assert_int_equal(plan.n_firmware, 0);
		assert_int_equal(plan.n_notes, 1);
		has_note(&plan, "megaraid_sas: version 10 is taken; version 2 is there as well");
		assert_int_equal(w.repo->fit, DDL_FIT_OLDER);
		assert_ptr_equal(w.module->instead, newer);
	}
	/* the same build once more is worth no word */
	copy = other_pack(&w, "copy", "megaraid_sas", "2", 1004, "", ALIAS, &again);
	plan = plan_set(&w, 2, 2, w.repo, copy, NULL);
	assert_string_equal(text_of(&plan), "F +megaraid_sas S");
	assert_int_equal(plan.n_notes, 0);
	assert_int_equal(plan.n_used, 1);
	plan = plan_set(&w, 2, 2, w.repo, w.repo, NULL); /* nor is the same pack named twice */
	assert_string_equal(text_of(&plan), "F +megaraid_sas S");
	assert_int_equal(plan.n_used, 1);
	/* another build that cannot be told apart */
	again->srcversion = "ABC";
	plan = plan_set(&w, 2, 2, w.repo, copy, NULL);
	assert_ptr_equal(plan.ops[1].from_pack, w.module);
	has_note(&plan, "megaraid_sas is there in more than one build of version 2; the first is taken");
	/* newer, but not for the device that is here */
	newer->n_aliases = 0;
	plan = plan_set(&w, 2, 2, other, w.repo, NULL);
	assert_ptr_equal(plan.ops[1].from_pack, w.module);
	/* newer, but for another kernel */
	newer->n_aliases = 1;
	newer->kernel = "6.1.0-48-amd64";
	plan = plan_set(&w, 2, 2, other, w.repo, NULL);
	assert_ptr_equal(plan.ops[1].from_pack, w.module);
	fake_kernel_free(w.fake);
}

/* In one pack: by the version of the package where modules have none; the newest is loaded already: nothing to do. */
static void versions_in_one(void **state)
{
	struct world w = world();
	struct ddl_package both[2];
	struct ddl_module *second;
	struct ddl_plan plan;

	(void)state;
	second = fake_pack_module(w.fake, fake_pack(w.fake, "acme"),
				  fake_image(w.fake, "megaraid_sas", "", NULL, 1003, "", "03:00"), ALIAS);
	w.module->version = "";
	both[0] = both[1] = w.repo->packages[0];
	both[0].version = "1.9-1";
	both[1].version = "1.10-1";
	both[1].modules = &second;
	w.repo->packages = both;
	w.repo->n_packages = 2;
	plan = plan_of(w.fake, w.repo);
	assert_string_equal(text_of(&plan), "+megaraid_sas S");
	assert_ptr_equal(plan.ops[0].from_pack, second);
	assert_int_equal(both[0].fit, DDL_FIT_OLDER);
	assert_int_equal(w.repo->fit, DDL_FIT_YES);
	w.module->version = "2";
	w.module->srcversion = second->srcversion = "A";
	fake_loaded(w.fake, w.new);
	w.new->srcversion = "A";
	plan = plan_of(w.fake, w.repo);
	assert_string_equal(text_of(&plan), "");
	assert_int_equal(w.repo->fit, DDL_FIT_LOADED);
	assert_int_equal(both[1].fit, DDL_FIT_OLDER);
	fake_kernel_free(w.fake);
}

/* Firmware alone: the newer of two RPMs of one name. */
static void versions_of_firmware(void **state)
{
	struct world w = world();
	struct ddl_repo *old = fake_pack(w.fake, "old"), *new = fake_pack(w.fake, "new");
	struct ddl_plan plan;

	(void)state;
	old->packages[0].kernel = new->packages[0].kernel = "any";
	old->packages[0].rpm_name = new->packages[0].rpm_name = "acme-firmware";
	old->packages[0].version = "1-1";
	new->packages[0].version = "1-2";
	fake_pack_file(w.fake, old, DDL_FILE_FIRMWARE, "lib/firmware/c.bin", "x");
	fake_pack_file(w.fake, new, DDL_FILE_FIRMWARE, "lib/firmware/c.bin", "x");
	plan = plan_set(&w, 3, 3, old, w.repo, new);
	assert_string_equal(text_of(&plan), "F +megaraid_sas S");
	assert_int_equal(plan.n_firmware, 1);
	assert_ptr_equal(plan.firmware[0], new->packages[0].files[0]);
	assert_int_equal(plan.n_used, 2);
	assert_ptr_equal(plan.used[1], new);
	fake_kernel_free(w.fake);
}

/* mpt3sas needs raid_class and scsi_transport_sas, which needs raid_class: each in a pack of its own that nobody chose. */
static void lent(void **state)
{
	struct world w = world();
	struct ddl_module *transport, *raid, *older;
	struct ddl_repo *a, *b, *c;
	struct ddl_plan plan;

	(void)state;
	w.module->depends[0] = "raid_class";
	w.module->depends[1] = "scsi-transport-sas";
	w.module->n_depends = 2;
	a = other_pack(&w, "transport", "scsi_transport_sas", "1", 1003, "raid_class", "", &transport);
	b = other_pack(&w, "raid", "raid_class", "1.39", 1004, "", "", &raid);
	fake_pack_file(w.fake, b, DDL_FILE_FIRMWARE, "lib/firmware/raid.bin", "x");
	fake_pack_module(w.fake, b, fake_image(w.fake, "unrelated", "1", NULL, 1005, "", ""), "");
	plan = plan_set(&w, 1, 3, w.repo, a, b);
	assert_string_equal(plan.refusal.text, "");
	assert_string_equal(text_of(&plan), "F +raid_class +scsi_transport_sas +megaraid_sas S");
	assert_ptr_equal(plan.ops[1].from_pack, raid);
	assert_int_equal(plan.n_wanted, 3);
	assert_int_equal(plan.n_used, 3);
	assert_int_equal(plan.n_firmware, 1);
	has_note(&plan, "raid_class, which megaraid_sas needs, is taken from raid");
	/* of two that could lend the newer does */
	c = other_pack(&w, "older", "raid_class", "1.4", 1006, "", "", &older);
	w.module->n_depends = 1;
	plan = plan_set(&w, 1, 3, w.repo, c, b);
	assert_ptr_equal(plan.ops[1].from_pack, raid);
	assert_int_equal(plan.n_used, 2);
	/* where the installer has it, or it is in, nobody else is asked */
	fake_image(w.fake, "raid_class", "1", "/t/raid_class.ko", -1, "", "");
	plan = plan_set(&w, 1, 3, w.repo, c, b);
	assert_string_equal(text_of(&plan), "tree+raid_class +megaraid_sas S");
	assert_int_equal(plan.n_used, 1);
	/* one that was chosen goes before that of the installer */
	plan = plan_set(&w, 2, 3, w.repo, b, c);
	assert_ptr_equal(plan.ops[1].from_pack, raid);
	fake_kernel_free(w.fake);
}

/* For another kind of processor: refused by name where only that is there, else the right one is taken. */
static void other_processor(void **state)
{
	struct world w = world();
	struct ddl_module *newer;
	struct ddl_repo *other = other_pack(&w, "other", "megaraid_sas", "3", 1003, "", ALIAS, &newer);
	struct ddl_plan plan;

	(void)state;
	newer->arch = "aarch64";
	plan = plan_set(&w, 2, 2, other, w.repo, NULL);
	assert_ptr_equal(plan.ops[0].from_pack, w.module);
	assert_int_equal(newer->fit, DDL_FIT_OTHER_MACHINE);
	plan = plan_set(&w, 1, 1, other, NULL, NULL);
	assert_int_equal(plan.refusal.code, DDL_E_MACHINE);
	assert_string_equal(plan.refusals[0], "other is for the processor aarch64, this machine has x86_64");
	newer->arch = "x86_64"; /* the module, in a package for another one */
	other->packages[0].arch = "i686";
	plan = plan_set(&w, 1, 1, other, NULL, NULL);
	assert_int_equal(plan.n_ops, 0);
	assert_int_equal(other->fit, DDL_FIT_OTHER_MACHINE);
	fake_kernel_free(w.fake);
}

/* What is for another kernel lends nothing; nor does anybody to a module that nobody chose. */
static void lends_not(void **state)
{
	struct world w = world();
	struct ddl_module *raid;
	struct ddl_repo *other;
	struct ddl_plan plan;

	(void)state;
	w.module->depends[0] = "raid_class";
	w.module->n_depends = 1;
	other = other_pack(&w, "raid", "raid_class", "1.39", 1004, "", "", &raid);
	raid->kernel = "6.1.0-48-amd64";
	plan = plan_set(&w, 1, 2, w.repo, other, NULL);
	assert_int_equal(plan.refusal.code, DDL_E_DEPENDENCY);
	assert_string_equal(plan.refusals[0],
			    "megaraid_sas needs raid_class, which is neither on a driver disk here nor in this installer");
	w.module->n_depends = 0;
	raid->kernel = FAKE_RELEASE;
	plan = plan_set(&w, 1, 2, w.repo, other, NULL);
	assert_string_equal(text_of(&plan), "+megaraid_sas S");
	assert_int_equal(plan.n_used, 1);
	/* at a desk it is lent rather than taken for granted */
	w.module->n_depends = 1;
	w.fake->no_tree = true;
	plan = plan_set(&w, 1, 2, w.repo, other, NULL);
	assert_string_equal(text_of(&plan), "+raid_class +megaraid_sas S");
	assert_int_equal(plan.n_assumed, 0);
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

/* What a driver may ask for and nobody has. */
static void firmware_nowhere(void **state)
{
	static const char *names[] = { "a/b.bin", "own.bin", "c.bin", "d.bin", "e.bin", "f.bin" };
	struct world w = world();
	struct ddl_plan plan;

	(void)state;
	w.module->firmware = names;
	w.module->n_firmware = 2;
	w.fake->own_firmware = "own.bin";
	fake_pack_file(w.fake, w.repo, DDL_FILE_FIRMWARE, "lib/firmware/a/b.bin.xz", "x");
	fake_pack_file(w.fake, w.repo, DDL_FILE_OTHER, "c.bin", "x"); /* beside the driver, where nobody looks */
	plan = plan_of(w.fake, w.repo);
	assert_int_equal(plan.n_notes, 0);
	w.module->n_firmware = 3;
	plan = plan_of(w.fake, w.repo);
	has_note(&plan, "megaraid_sas may ask for firmware that is neither on the driver disk nor in this installer: c.bin");
	w.module->n_firmware = 6;
	plan = plan_of(w.fake, w.repo);
	has_note(&plan, "megaraid_sas may ask for firmware that is neither on the driver disk nor in this installer: "
			"c.bin, d.bin, e.bin, ...");
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
	/* a new version: only what is configured, as an old default is no wish */
	assert_string_equal(plan.ops[1].params, "b=0");
	fake_pack_file(w.fake, w.repo, DDL_FILE_MODPROBE, "etc/modprobe.d/acme.conf",
		       "# acme\noptions megaraid-sas a=7 \\\n  d=8\noptions other a=9\n"
		       "install megaraid_sas /bin/sh -c evil\n");
	plan = plan_of(w.fake, w.repo);
	has_note(&plan, "megaraid_sas: its pack has a command for modprobe to run (install, remove); it is not run");
	assert_string_equal(plan.ops[1].params, "b=0 a=7 d=8");
	assert_string_equal(plan.ops[0].params, "a=1 word=two c=3 b=0");
	/* a dependent comes back with what was in force */
	dependent(&w, "dep_a", "megaraid_sas")->params = "z=1";
	plan = plan_of(w.fake, w.repo);
	assert_string_equal(text_of(&plan), "-dep_a -megaraid_sas +megaraid_sas ^dep_a S");
	assert_string_equal(plan.ops[3].params, "z=1");
	/* the pack's own blacklist keeps its module out */
	fake_pack_file(w.fake, w.repo, DDL_FILE_MODPROBE, "etc/modprobe.d/b.conf", "blacklist megaraid_sas\n");
	expect_refusal(w.fake, w.repo, DDL_E_NO_FIT, "megaraid_sas: settings in its own pack keep it from being loaded");
	/* as the list says it */
	assert_int_equal(w.module->fit, DDL_FIT_REPLACES);
	ddl_session_read_settings(w.fake->arena, w.repo);
	expect_refusal(w.fake, w.repo, DDL_E_NO_FIT, "megaraid_sas: settings in its own pack keep it from being loaded");
	assert_int_equal(w.module->fit, DDL_FIT_KEPT_OUT);
	assert_true(w.module->commands);
	w.module->tick = DDL_TICK_YES;
	expect(w.fake, w.repo, "-dep_a -megaraid_sas +megaraid_sas ^dep_a S");
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
	assert_int_equal(ddl_modprobe_conf_read(arena,
						"options m\toptions\noptions\nblacklist\n\\\n"
						"options m x=\"a b\"\r\noptions m y=1",
						71, "m", &conf, &error),
			 0);
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
	conf.blacklisted = conf.commands = false;
	assert_int_equal(ddl_modprobe_conf_read(arena, "remove m /bin/true", 18, "m", &conf, &error), 0);
	assert_true(conf.commands && !conf.blacklisted);
	conf.commands = false;
	assert_int_equal(ddl_modprobe_conf_read(arena, "install m /bin/true", 19, "m", &conf, &error), 0);
	assert_true(!conf.commands && conf.blacklisted);
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
	expect_refusal(w.fake, w.repo, DDL_E_BUSY, "megaraid_sas is in use by something that the kernel does not name");
	fake_kernel_free(w.fake);
}

/* The medium is told of when it goes away, by its disk or a partition of that. */
static void note_of_medium(void **state)
{
	static const struct {
		const char *disks, *device;
		bool noted;
	} rows[] = {
		{ "sda,sdb", "sdb", true },       { "sda,sdb", "sdb12", true },     { "sda,sdb", "sdc", false },
		{ "sda,sdb", "sdbx1", false },    { "sda,sdb", "sdb1x", false },    { "sda", "sda", true },
		{ "sda,sdb", "sd", false },       { "nvme0n1", "nvme0n1p2", true }, { "nvme0n1", "nvme0n12", false },
		{ "nvme0n1", "nvme0n1p", false }, { "sda", "sr0", false },
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
		snprintf(text, sizeof text,
			 "%s, which the drivers are on, is read through the driver that "
			 "is replaced; all that is needed of it has been copied to memory.",
			 rows[i].device);
		if (rows[i].noted)
			assert_string_equal(plan.notes[0], text);
		fake_kernel_free(w.fake);
	}
}

/* ------------------------------------------------- only what this machine needs */

#define NIC_ALIAS "pci:v000014E4d0000168E*"
#define NIC_MODALIAS "pci:v000014E4d0000168Esv0bc02"

/* A second driver in the pack, for a network controller. */
static struct ddl_module *add_nic_driver(struct world *w)
{
	return fake_pack_module(w->fake, w->repo, fake_image(w->fake, "bnx2x", "2", NULL, 1012, "", "04:00"), NIC_ALIAS);
}

/* The controller is there and its older driver has it. */
static void add_nic(struct world *w)
{
	fake_device(w->fake, "04:00", NIC_MODALIAS, DDL_CLASS_NETWORK, "")->link = "eth0";
	fake_loaded(w->fake, fake_image(w->fake, "bnx2x", "1", "/t/bnx2x.ko", -1, "", "04:00"));
}

/* These operations, and the last module of the pack is left out with this reason. */
static void expect_left_out(struct world *w, const char *ops, const char *reason)
{
	struct ddl_plan plan = plan_of(w->fake, w->repo);

	assert_string_equal(plan.refusal.text, "");
	assert_string_equal(text_of(&plan), ops);
	assert_int_equal(plan.n_left_out, 1);
	assert_string_equal(plan.left_out[0].module->name, "bnx2x");
	assert_string_equal(plan.left_out[0].reason, reason);
}

static void what_no_device_needs(void **state)
{
	struct world w = world();
	struct ddl_module *nic = add_nic_driver(&w);
	struct ddl_plan plan;

	(void)state;
	expect_left_out(&w, "+megaraid_sas S", "for this kernel, but no device here needs it");
	plan = plan_of(w.fake, w.repo);
	assert_string_equal(plan.ops[0].reason, "fits 03:00 (1000:0060), which has no driver");
	/* what is wrong with it is nobody's concern */
	nic->depends[nic->n_depends++] = "mdio";
	expect_left_out(&w, "+megaraid_sas S", "for this kernel, but no device here needs it");
	w.fake->builtin[w.fake->n_builtin++] = "bnx2x";
	expect_left_out(&w, "+megaraid_sas S", "this driver is part of the kernel itself and cannot be replaced");
	w.fake->signed_only = w.module->has_signature = true;
	expect_left_out(&w, "+megaraid_sas S", "this driver is part of the kernel itself and cannot be replaced");
	fake_kernel_free(w.fake);
}

static void what_somebody_wants(void **state)
{
	struct world w = world();
	struct ddl_module *nic = add_nic_driver(&w);
	struct ddl_plan plan;

	(void)state;
	nic->tick = DDL_TICK_YES;
	expect(w.fake, w.repo, "+megaraid_sas +bnx2x S");
	plan = plan_of(w.fake, w.repo);
	assert_string_equal(plan.ops[1].reason, "it was asked for");
	w.module->tick = DDL_TICK_NO;
	expect(w.fake, w.repo, "+bnx2x S");
	plan = plan_of(w.fake, w.repo);
	assert_int_equal(plan.n_left_out, 1);
	assert_string_equal(plan.left_out[0].reason, "it was unmarked");
	nic->tick = DDL_TICK_NO;
	expect_refusal(w.fake, w.repo, DDL_E_NO_FIT, "megaraid_sas: it was unmarked");
	/* a pack of which this machine needs nothing, and that was chosen all the same */
	nic->tick = w.module->tick = DDL_TICK_AUTO;
	w.module->aliases[0] = "pci:v9*";
	expect(w.fake, w.repo, "+megaraid_sas +bnx2x S");
	fake_kernel_free(w.fake);
}

/* Loaded drivers are replaced where that is allowed and nothing stands against it; what is needed is loaded all the same. */
static void what_could_be_replaced(void **state)
{
	struct world w = world();

	(void)state;
	add_nic_driver(&w);
	add_nic(&w);
	expect_left_out(&w, "+megaraid_sas S", "it would replace a loaded driver, which was not allowed");
	w.fake->replace = true;
	expect(w.fake, w.repo, "-bnx2x +megaraid_sas +bnx2x S");
	fake_use(w.fake, DDL_USE_LINK_UP, "eth0", "eth0", "eth0");
	expect_left_out(&w, "+megaraid_sas S", "the network interface eth0 is up");
	/* nothing else is to be done: then what stands against it is told */
	fake_loaded(w.fake, w.new);
	expect_refusal(w.fake, w.repo, DDL_E_BUSY, "the network interface eth0 is up");
	fake_kernel_free(w.fake);
}

/* As ahci has it of a fake RAID: who holds what is told, and that it need not be unloaded. */
static void held_by_another_driver(void **state)
{
	struct world w = world();
	struct fake_image *ahci = fake_image(w.fake, "ahci", "3", "/t/ahci.ko", -1, "", "03:00,05:00");
	struct ddl_error error = DDL_ERROR_INIT;
	struct ddl_plan plan;

	(void)state;
	fake_device(w.fake, "05:00", "pci:v00008086*", DDL_CLASS_STORAGE, "sr0");
	fake_loaded(w.fake, ahci);
	plan = plan_of(w.fake, w.repo);
	assert_int_equal(plan.n_held, 1);
	assert_string_equal(plan.held[0].driver, "ahci");
	assert_string_equal(plan.held[0].address, "03:00");
	has_note(&plan,
		 "ahci holds 03:00: it is unloaded; with --unbind (ddload.unbind=yes) only that device would be taken from it");
	assert_false(plan.unbinds || plan.other_way);
	/* a mounted disc on another of its devices is in the way of unloading alone */
	fake_use(w.fake, DDL_USE_MOUNT, "sr0", "sr0", "/media");
	plan = plan_of(w.fake, w.repo);
	assert_int_equal(plan.refusal.code, DDL_E_HELD);
	assert_string_equal(plan.refusal.text, "ahci holds 03:00: sr0 is mounted on /media");
	assert_true(plan.other_way && !plan.unbinds);
	assert_int_equal(fake_plan(w.fake, &w.repo, 1, 1, true, &plan, &error), 0);
	assert_int_equal(plan.refusal.code, DDL_OK);
	assert_true(plan.unbinds && plan.n_held == 1);
	has_note(&plan, "ahci holds 03:00: only that device is taken from it");
	/* its own disk in use is in the way of both */
	fake_use(w.fake, DDL_USE_SWAP, "sda1", "sda", "");
	expect_refusal(w.fake, w.repo, DDL_E_BUSY, "sr0 is mounted on /media");
	plan = plan_of(w.fake, w.repo);
	assert_false(plan.other_way);
	fake_kernel_free(w.fake);
}

/* Who is to be replaced, and not what leaves along with it. */
static void who_would_be_replaced(void **state)
{
	struct world w = world();
	struct ddl_plan plan;

	(void)state;
	add_nic_driver(&w);
	fake_device(w.fake, "04:00", NIC_MODALIAS, DDL_CLASS_NETWORK, "");
	fake_loaded(w.fake, fake_image(w.fake, "transport", "1", "/t/transport.ko", -1, "", ""));
	fake_loaded(w.fake, fake_image(w.fake, "hpdsa", "", "/t/hpdsa.ko", -1, "transport", ""));
	fake_pack_module(w.fake, w.repo, fake_image(w.fake, "transport", "2", NULL, 1005, "", ""), "");
	w.module->depends[w.module->n_depends++] = "transport";
	expect(w.fake, w.repo, "+bnx2x S");
	plan = plan_of(w.fake, w.repo);
	assert_string_equal(plan.left_out[0].module->name, "megaraid_sas");
	assert_string_equal(plan.left_out[0].reason, "transport would have to be replaced, which was not allowed");
	fake_kernel_free(w.fake);
}

/* Of two that are needed, one cannot be had. */
static void what_cannot_be_had(void **state)
{
	struct world w = world();
	struct ddl_module *nic = add_nic_driver(&w);

	(void)state;
	fake_device(w.fake, "04:00", NIC_MODALIAS, DDL_CLASS_NETWORK, "");
	expect(w.fake, w.repo, "+megaraid_sas +bnx2x S");
	nic->depends[nic->n_depends++] = "mdio";
	expect_left_out(&w, "+megaraid_sas S", "bnx2x needs mdio, which is neither on a driver disk here nor in this installer");
	w.module->depends[w.module->n_depends++] = "other";
	expect_refusal(w.fake, w.repo, DDL_E_DEPENDENCY,
		       "megaraid_sas needs other, which is neither on a driver disk here nor in this installer");
	fake_kernel_free(w.fake);
}

/* Modules that are loaded and must change along: what the new driver needs, and what uses the old one. */
static void what_changes_along(void **state)
{
	struct world w = world();
	struct fake_image *transport, *user;
	struct ddl_plan plan;

	(void)state;
	transport = fake_image(w.fake, "scsi_transport", "1", "/t/scsi_transport.ko", -1, "", "");
	fake_loaded(w.fake, transport);
	w.new->needs[0] = "scsi_transport";
	w.module->depends[w.module->n_depends++] = "scsi_transport";
	fake_pack_module(w.fake, w.repo, fake_image(w.fake, "scsi_transport", "2", NULL, 1010, "", ""), "");
	w.fake->replace = true;
	expect(w.fake, w.repo, "-scsi_transport +scsi_transport +megaraid_sas S");
	plan = plan_of(w.fake, w.repo);
	assert_string_equal(plan.ops[1].reason, "megaraid_sas needs it");
	/* a dependent of that comes from the pack, too, where the pack has it */
	user = fake_image(w.fake, "ses", "1", "/t/ses.ko", -1, "scsi_transport", "");
	fake_loaded(w.fake, user);
	expect(w.fake, w.repo, "-ses -scsi_transport +scsi_transport +megaraid_sas ^ses S");
	user->fd = 1011;
	fake_pack_module(w.fake, w.repo, user, "");
	expect(w.fake, w.repo, "-ses -scsi_transport +scsi_transport +megaraid_sas +ses S");
	plan = plan_of(w.fake, w.repo);
	assert_string_equal(plan.ops[4].reason, "it is loaded and uses scsi_transport");
	/* where nothing may be replaced there is nothing left to do, and that is what is told */
	w.fake->replace = false;
	plan = plan_of(w.fake, w.repo);
	assert_true(plan.replaces);
	assert_int_equal(plan.refusal.code, DDL_OK);
	fake_kernel_free(w.fake);
}

/* What builds on a driver and may find its devices only when that is there. */
static void what_builds_on_it(void **state)
{
	struct world w = world();
	struct ddl_module *upper, *target;
	struct ddl_plan plan;

	(void)state;
	upper = fake_pack_module(w.fake, w.repo, fake_image(w.fake, "megaraid_en", "2", NULL, 1010, "megaraid_sas", ""), "");
	fake_pack_module(w.fake, w.repo, fake_image(w.fake, "megaraid_ib", "2", NULL, 1011, "megaraid_en", ""),
			 "auxiliary:megaraid.rdma");
	fake_pack_module(w.fake, w.repo, fake_image(w.fake, "megaraid_x", "2", NULL, 1012, "megaraid_sas", ""), "pci:v9*");
	expect(w.fake, w.repo, "+megaraid_sas +megaraid_en +megaraid_ib S");
	expect_optional(w.fake, w.repo, "-oo-");
	plan = plan_of(w.fake, w.repo);
	assert_string_equal(plan.ops[1].reason, "it builds on megaraid_sas");
	assert_int_equal(plan.n_left_out, 1); /* a PCI device would be there */
	assert_string_equal(plan.left_out[0].module->name, "megaraid_x");
	/* what it needs is not to be had */
	target = fake_pack_module(w.fake, w.repo, fake_image(w.fake, "megaraid_tcm", "2", NULL, 1013, "megaraid_sas", ""), "");
	target->depends[target->n_depends++] = "target_core_mod";
	expect(w.fake, w.repo, "+megaraid_sas +megaraid_en +megaraid_ib S");
	upper->tick = DDL_TICK_NO;
	expect(w.fake, w.repo, "+megaraid_sas S");
	fake_kernel_free(w.fake);
}

/* A device that is no disk or network controller is not worth a failure. */
static void what_is_not_missed(void **state)
{
	struct world w = world();

	(void)state;
	fake_device(w.fake, "00:1f.3", "pci:v00008086d00001C22", DDL_CLASS_OTHER, "");
	fake_pack_module(w.fake, w.repo, fake_image(w.fake, "i2c_acme", "2", NULL, 1010, "", "00:1f.3"), "pci:v00008086*");
	expect(w.fake, w.repo, "+megaraid_sas +i2c_acme S");
	expect_optional(w.fake, w.repo, "-o-");
	fake_loaded(w.fake, w.new);
	expect(w.fake, w.repo, "+i2c_acme S");
	expect_optional(w.fake, w.repo, "--");
	fake_kernel_free(w.fake);
}

/* Of several builds for other releases the best known is taken, and one of this very release before all. */
static void builds_of_other_releases(void **state)
{
	struct world w = world();
	struct ddl_module *older = fake_pack_module(w.fake, w.repo, fake_image(w.fake, "megaraid_sas", "3", NULL, 1002, "", ""),
						    ALIAS);
	struct ddl_plan plan;

	(void)state;
	w.module->kernel = "6.1.0-48-amd64";
	older->kernel = "6.1.0-9-amd64";
	w.module->abi = older->abi = DDL_ABI_PARTLY;
	w.module->n_imports = older->n_imports = 5;
	w.module->n_unknown = older->n_unknown = 2;
	plan = plan_of(w.fake, w.repo);
	assert_int_equal(plan.n_wanted, 1);
	assert_ptr_equal(plan.wanted[0], w.module); /* 48 is newer than 9 */
	assert_int_equal(plan.n_notes, 2);
	assert_string_equal(plan.notes[0], "megaraid_sas: version 2 is taken; version 3 is there as well");
	assert_string_equal(
		plan.notes[1],
		"megaraid_sas: built for 6.1.0-48-amd64; this kernel should take it: of its 5 symbol versions 3 are known here, and agree");
	older->n_unknown = 0;
	older->abi = DDL_ABI_AGREES;
	plan = plan_of(w.fake, w.repo);
	assert_ptr_equal(plan.wanted[0], older);
	assert_string_equal(plan.notes[1],
			    "megaraid_sas: built for 6.1.0-9-amd64; this kernel should take it: its 5 symbol versions agree");
	w.module->kernel = FAKE_RELEASE;
	plan = plan_of(w.fake, w.repo);
	assert_int_equal(plan.n_wanted, 1);
	assert_ptr_equal(plan.wanted[0], w.module);
	assert_int_equal(plan.n_notes, 1);
	/* what differs is as good as of another kernel, and says why */
	w.module->kernel = "6.1.0-48-amd64";
	w.module->abi = older->abi = DDL_ABI_DIFFERS;
	w.module->differing = older->differing = (const char *[]){ "scsi_add_host", "a", "b" };
	w.module->n_differing = older->n_differing = 3;
	expect_refusal(
		w.fake, w.repo, DDL_E_KERNEL,
		"acme: built for 6.1.0-48-amd64; 3 of its symbol versions differ from this kernel's: scsi_add_host, a, ...");
	fake_kernel_free(w.fake);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(builds_of_other_releases),
		cmocka_unit_test(what_no_device_needs),
		cmocka_unit_test(what_somebody_wants),
		cmocka_unit_test(what_could_be_replaced),
		cmocka_unit_test(held_by_another_driver),
		cmocka_unit_test(who_would_be_replaced),
		cmocka_unit_test(what_cannot_be_had),
		cmocka_unit_test(what_changes_along),
		cmocka_unit_test(what_builds_on_it),
		cmocka_unit_test(what_is_not_missed),
		cmocka_unit_test(not_loaded),
		cmocka_unit_test(same_version),
		cmocka_unit_test(other_version),
		cmocka_unit_test(dependents),
		cmocka_unit_test(dependent_in_pack),
		cmocka_unit_test(dependencies),
		cmocka_unit_test(order_in_pack),
		cmocka_unit_test(tree_above_pack),
		cmocka_unit_test(another_driver),
		cmocka_unit_test(builtin_in_the_way),
		cmocka_unit_test(in_use),
		cmocka_unit_test(neither_in_nor_out),
		cmocka_unit_test(in_use_otherwise),
		cmocka_unit_test(not_for_here),
		cmocka_unit_test(unknown_tree),
		cmocka_unit_test(signed_only),
		cmocka_unit_test(damaged_beside),
		cmocka_unit_test(versions),
		cmocka_unit_test(versions_in_one),
		cmocka_unit_test(versions_of_firmware),
		cmocka_unit_test(lent),
		cmocka_unit_test(lends_not),
		cmocka_unit_test(other_processor),
		cmocka_unit_test(firmware),
		cmocka_unit_test(firmware_nowhere),
		cmocka_unit_test(parameters),
		cmocka_unit_test(conf_lines),
		cmocka_unit_test(softdeps),
		cmocka_unit_test(softdeps_configured),
		cmocka_unit_test(note_of_medium),
		cmocka_unit_test(held_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
