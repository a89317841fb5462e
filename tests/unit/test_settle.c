// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tests of waiting for devices and disks, and of what is made of them: late, one by one, never; ended
 * and extended by the person; devices that drivers make; the way back.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "apply/apply.h"
#include "fake_kernel.h"
#include "plan/plan.h"

#define ALIAS "pci:v00001000d00000060*"
#define MODALIAS "pci:v00001000d00000060sv00001000sd00001013bc01sc04i00"
#define BEGIN 1000000U /* the fake's clock */
#define LIMIT 5000U

/* A machine with one controller of two disks, its older driver, and a pack with the newer one. */
static struct world {
	struct fake_kernel *fake;
	struct fake_device *device;
	struct fake_image *old, *new;
	struct ddl_repo *repo;
	struct ddl_plan plan;
	struct ddl_outcome outcome;
	struct ddl_log *log;
	char directory[256], after[512];
	unsigned stop_at, longer_at; /* milliseconds of the wait, when the person wishes that; 0: never */
	uint64_t most; /* as it was told last */
	char disks[128]; /* that were told, as they came */
} w;

static int set_up(void **state)
{
	const char *tmp = getenv("DDL_TMP");

	(void)state;
	memset(&w, 0, sizeof w);
	w.fake = fake_kernel_new();
	w.log = ddl_log_open(NULL, NULL);
	snprintf(w.directory, sizeof w.directory, "%s/settle", tmp ? tmp : "/tmp");
	w.device = fake_device(w.fake, "03:00", MODALIAS, DDL_CLASS_STORAGE, "sda,sdb");
	w.old = fake_image(w.fake, "megaraid_sas", "1", "/t/megaraid_sas.ko", -1, "", "03:00");
	w.new = fake_image(w.fake, "megaraid_sas", "2", NULL, 1001, "", "03:00");
	w.repo = fake_pack(w.fake, "acme");
	(void)fake_pack_module(w.fake, w.repo, w.new, ALIAS);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ddl_log_close(w.log);
	fake_kernel_free(w.fake);
	return 0;
}

static enum ddl_wish on_event(void *ctx, const struct ddl_event *event)
{
	(void)ctx;
	if (event->kind == DDL_EVENT_DISK)
		snprintf(w.disks + strlen(w.disks), sizeof w.disks - strlen(w.disks), "%s ", event->disk->name);
	if (event->kind != DDL_EVENT_PROGRESS || event->phase != DDL_PHASE_SETTLE)
		return DDL_WISH_GO_ON;
	assert_true(event->done <= event->total);
	w.most = event->most;
	if (w.longer_at && event->done >= w.longer_at) {
		w.longer_at = 0;
		return DDL_WISH_LONGER;
	}
	return w.stop_at && event->done >= w.stop_at ? DDL_WISH_STOP : DDL_WISH_GO_ON;
}

/* Milliseconds that it took. */
static unsigned load(void)
{
	struct ddl_front front = { .event = on_event };
	struct ddl_apply how = { .arena = w.fake->arena,
				 .kernel = &w.fake->kernel,
				 .log = w.log,
				 .front = &front,
				 .root = w.directory,
				 .run_directory = w.directory,
				 .settle_ms = LIMIT };
	struct ddl_error error = DDL_ERROR_INIT;
	unsigned begun = w.fake->clock;

	*w.disks = '\0';
	assert_int_equal(fake_plan(w.fake, &w.repo, 1, 1, false, &w.plan, &error), 0);
	(void)ddl_plan_apply(&how, &w.plan, &w.repo, 1, &w.outcome);
	fake_state(w.fake, w.after, sizeof w.after);
	return w.fake->clock - begun;
}

#define assert_result(is) assert_int_equal(w.outcome.result, DDL_RESULT_##is)

/* ------------------------------------------------------------------------- late */

/* The old driver has the controller and shows no disk; those of the new one come late. */
static void blind_old_driver(void **state)
{
	(void)state;
	w.old->disks_after_ms = FAKE_NEVER;
	w.new->disks_after_ms = 3000;
	fake_loaded(w.fake, w.old);
	assert_in_range(load(), 3000, 3600);
	assert_result(WORKS);
	assert_int_equal(w.outcome.n_appeared, 2);
	assert_string_equal(w.disks, "sda sdb ");
}

/* A driver's probe goes on after the insert: it has its controller, and then its disks, only later. */
static void binds_late(void **state)
{
	(void)state;
	w.new->binds_after_ms = 2500;
	w.new->disks_after_ms = 3000;
	assert_in_range(load(), 3000, 3600);
	assert_result(WORKS);
	assert_string_equal(w.disks, "sda sdb ");
}

/* The new one never has it: the old one is put back, and waited for as it needs. */
static void binds_never_and_the_old_one_late(void **state)
{
	(void)state;
	w.old->binds_after_ms = 1500;
	w.old->disks_after_ms = 2000;
	w.new->binds_after_ms = FAKE_NEVER;
	fake_loaded(w.fake, w.old);
	w.fake->clock += 5000;
	(void)load();
	assert_result(UNDONE);
	assert_true(w.old->loaded && !w.new->loaded);
}

/* limit: DDL_SETTLE_TIMES   of both drivers the disks take longer than the time that was given: they are known to be there */
static void slow_with_either(void **state)
{
	(void)state;
	w.old->disks_after_ms = w.new->disks_after_ms = LIMIT + 1000;
	fake_loaded(w.fake, w.old);
	assert_in_range(load(), LIMIT + 1000, LIMIT + 1600);
	assert_result(WORKS);
	assert_int_equal(w.most, DDL_SETTLE_TIMES * LIMIT);
}

/* That nobody knows of is waited for no longer; what has its controller stays, and is told apart. */
static void slow_and_new(void **state)
{
	(void)state;
	w.new->disks_after_ms = 60000;
	assert_in_range(load(), LIMIT, LIMIT + 200);
	assert_result(BOUND_NO_DISK);
	assert_int_equal(w.outcome.error.code, DDL_E_NO_DISK_YET);
	assert_int_equal(ddl_code_status(w.outcome.error.code), DDL_NO_DISK);
	assert_string_equal(w.after, "megaraid_sas@2 | 03:00=megaraid_sas:0");
	assert_true(ddl_outcome_loaded(&w.outcome));
}

/* limit: DDL_SETTLE_MORE_MS   while disks still arrive there is more time, for each of them, up to the second limit */
static void one_by_one(void **state)
{
	static const struct {
		unsigned first, step;
		size_t disks;
		unsigned ends;
	} rows[] = {
		{ 4000, 4000, 4, 16000 },
		{ 4000, DDL_SETTLE_MORE_MS - 1000, 2, 13000 },
		{ 4000, DDL_SETTLE_MORE_MS + 1000, 1, 4000 + DDL_SETTLE_MORE_MS },
		{ LIMIT + 1000, 1000, 0, LIMIT },
	};
	struct fake_device *second;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		tear_down(NULL);
		set_up(NULL);
		/* the second controller's disks are the ones that are waited for */
		second = fake_device(w.fake, "04:00", MODALIAS, DDL_CLASS_STORAGE, "");
		w.device->disk_names[2] = "sdc";
		w.device->disk_names[3] = "sdd";
		w.new->binds[1] = second->is.address;
		w.new->disks_after_ms = rows[i].first;
		w.new->disks_step_ms = rows[i].step;
		assert_in_range(load(), rows[i].ends, rows[i].ends + DDL_SETTLE_MORE_MS + 200);
		assert_int_equal(w.outcome.n_appeared, rows[i].disks);
	}
}

/* A controller that has nothing attached to its ports is not waited for long; nor does it show disks. */
static void empty_bus(void **state)
{
	(void)state;
	w.device->is.empty = true;
	w.new->disks_after_ms = FAKE_NEVER;
	assert_in_range(load(), DDL_SETTLE_QUIET_MS, DDL_SETTLE_QUIET_MS + 200);
	assert_result(BOUND_NO_DISK);
}

/* limit: DDL_SETTLE_QUIET_MS   Fibre Channel shows its disks one by one: those that follow soon are waited for */
static void fabric(void **state)
{
	(void)state;
	w.device->is.fabric = true;
	w.new->disks_step_ms = DDL_SETTLE_QUIET_MS - 300;
	assert_in_range(load(), 2 * DDL_SETTLE_QUIET_MS - 300, 2 * DDL_SETTLE_QUIET_MS);
	assert_result(WORKS);
	assert_int_equal(w.outcome.n_appeared, 2);
}

/* Looks at the machine that take their time count: so many seconds are so many seconds. */
static void slow_machine(void **state)
{
	(void)state;
	w.fake->look_ms = 1000;
	w.new->disks_after_ms = FAKE_NEVER;
	assert_in_range(load(), LIMIT, LIMIT + 6500);
	assert_result(BOUND_NO_DISK);
	assert_true(w.fake->calls[FAKE_SNAPSHOT] < 10);
}

/* ------------------------------------------------------------------- the person */

static void ended_by_the_person(void **state)
{
	(void)state;
	w.new->disks_after_ms = 4000;
	w.stop_at = 1000;
	assert_in_range(load(), 1000, 1400);
	assert_result(BOUND_NO_DISK);
	assert_string_equal(w.outcome.error.text, "03:00 1000:0060: nothing after 1 second");
}

/* Whoever goes on without the disks of before has decided that: nothing is taken back for it. */
static void ended_in_a_swap(void **state)
{
	(void)state;
	fake_loaded(w.fake, w.old);
	w.new->disks_after_ms = 4000;
	w.stop_at = 1000;
	assert_in_range(load(), 1000, 1400);
	assert_result(BOUND_NO_DISK);
	assert_string_equal(w.fake->log, "-megaraid_sas@1 +megaraid_sas@2 ");
}

static void extended_by_the_person(void **state)
{
	(void)state;
	w.new->disks_after_ms = LIMIT + 3000;
	w.longer_at = 1000;
	assert_in_range(load(), LIMIT + 3000, LIMIT + 3600);
	assert_result(WORKS);
}

/* The way back is not cut short. */
static void not_ended_on_the_way_back(void **state)
{
	(void)state;
	fake_loaded(w.fake, w.old);
	w.old->disks_after_ms = 2000;
	w.stop_at = 1;
	fake_fail(w.fake, FAKE_INSERT, 1, DDL_E_INSERT_INIT, ENODEV, NULL);
	assert_in_range(load(), 2000, 2600);
	assert_result(UNDONE);
	assert_string_equal(w.after, "megaraid_sas@1 | 03:00=megaraid_sas:2");
}

/* ---------------------------------------------------------------- it does not work */

/* The kernel says that the probe has failed: nothing is to come, and it is no success. */
static void probe_fails(void **state)
{
	(void)state;
	w.new->binds[0] = NULL;
	w.new->says = "megaraid_sas: probe of 03:00 failed with error -5";
	assert_true(load() < 1000 + DDL_SETTLE_QUIET_MS);
	assert_result(NOT_TAKEN);
	assert_int_equal(w.outcome.error.code, DDL_E_NOT_TAKEN);
	assert_int_equal(ddl_code_status(w.outcome.error.code), DDL_NOT_TAKEN);
	assert_int_equal(w.outcome.n_kernel_lines, 1);
	assert_false(ddl_outcome_loaded(&w.outcome));
}

/* In a swap the old driver takes it again, at once. */
static void probe_fails_in_a_swap(void **state)
{
	(void)state;
	fake_loaded(w.fake, w.old);
	w.new->binds[0] = NULL;
	w.new->says = "megaraid_sas 03:00: probe with driver megaraid_sas failed with error -110";
	assert_true(load() < 1000 + DDL_SETTLE_QUIET_MS);
	assert_result(UNDONE);
	assert_int_equal(w.outcome.error.code, DDL_E_NOT_BOUND);
	assert_string_equal(w.after, "megaraid_sas@1 | 03:00=megaraid_sas:2");
}

/* Of two controllers one works: that is told of the other, and is no failure. */
static void one_of_two(void **state)
{
	(void)state;
	fake_device(w.fake, "04:00", MODALIAS, DDL_CLASS_STORAGE, "");
	assert_in_range(load(), DDL_SETTLE_SHORT_MS, 1000);
	assert_result(WORKS);
	assert_int_equal(w.outcome.n_remarks, 1);
	assert_string_equal(w.outcome.remarks[0], "04:00: megaraid_sas is made for it, and did not take it");
}

/* A network controller works once it has an interface. */
static void no_interface(void **state)
{
	(void)state;
	w.device->is.class = DDL_CLASS_NETWORK;
	w.device->is.class_code = 0x020000;
	memset(w.device->disk_names, 0, sizeof w.device->disk_names);
	assert_in_range(load(), LIMIT, LIMIT + 200);
	assert_result(BOUND_NO_DISK);
}

static void infiniband_has_none(void **state)
{
	(void)state;
	w.device->is.class = DDL_CLASS_NETWORK;
	w.device->is.class_code = 0x020700;
	memset(w.device->disk_names, 0, sizeof w.device->disk_names);
	assert_in_range(load(), DDL_SETTLE_SHORT_MS, 1000);
	assert_result(WORKS);
}

/* ------------------------------------------------------------- who is expected back */

/* An enclosure is made by the controller's driver: with the new one it has another host's number. */
static void made_by_the_driver(void **state)
{
	struct fake_image *transport = fake_image(w.fake, "scsi_transport_sas", "1", "/t/scsi_transport_sas.ko", -1, "", "");
	struct fake_image *newer = fake_image(w.fake, "scsi_transport_sas", "2", NULL, 1002, "", "");
	struct fake_image *ses = fake_image(w.fake, "ses", "", "/t/ses.ko", -1, "scsi_transport_sas", "6:0:12:0");
	struct fake_device *enclosure = fake_device(w.fake, "6:0:12:0", "scsi:t-0x0d", DDL_CLASS_OTHER, "");

	(void)state;
	enclosure->is.bus = "scsi";
	enclosure->is.place = "03:00/host6/target6:0:12/6:0:12:0";
	w.old->needs[0] = w.new->needs[0] = "scsi_transport_sas";
	w.repo->packages[0].modules[0]->depends[0] = "scsi_transport_sas";
	w.repo->packages[0].modules[0]->n_depends = 1;
	fake_loaded(w.fake, transport);
	fake_loaded(w.fake, w.old);
	fake_loaded(w.fake, ses);
	(void)fake_pack_module(w.fake, w.repo, newer, "");
	ses->binds[0] = NULL; /* under that address there is nothing to take any more */
	assert_in_range(load(), DDL_SETTLE_SHORT_MS, 1000);
	assert_result(WORKS);
	assert_string_equal(w.after, "scsi_transport_sas@2 megaraid_sas@2 ses@ | 03:00=megaraid_sas:2 6:0:12:0=:0");
	assert_int_equal(w.outcome.n_remarks, 0);
}

/* A dependent whose device shows neither disks nor interfaces does not undo a working driver. */
static void optional_dependent(void **state)
{
	struct fake_image *rdma = fake_image(w.fake, "irdma", "", "/t/irdma.ko", -1, "megaraid_sas", "rdma.0");
	struct fake_device *port = fake_device(w.fake, "rdma.0", "auxiliary:ice.roce", DDL_CLASS_OTHER, "");

	(void)state;
	port->is.bus = "auxiliary";
	fake_loaded(w.fake, w.old);
	fake_loaded(w.fake, rdma);
	fake_fail(w.fake, FAKE_INSERT, 2, DDL_E_INSERT_SYMBOL, EINVAL, "irdma: disagrees about version of symbol x");
	load();
	assert_result(WORKS);
	assert_int_equal(w.outcome.n_remarks, 2); /* of the module, and of its device */
	assert_string_equal(w.after, "megaraid_sas@2 | 03:00=megaraid_sas:2 rdma.0=:0");
}

/* One whose device had disks does: they would be gone. */
static void needed_dependent(void **state)
{
	struct fake_image *upper = fake_image(w.fake, "upper", "", "/t/upper.ko", -1, "megaraid_sas", "04:00");

	(void)state;
	fake_device(w.fake, "04:00", "pci:v00008086d1", DDL_CLASS_OTHER, "sdc");
	fake_loaded(w.fake, w.old);
	fake_loaded(w.fake, upper);
	fake_fail(w.fake, FAKE_INSERT, 2, DDL_E_INSERT_SYMBOL, EINVAL, NULL);
	load();
	assert_result(UNDONE);
	assert_string_equal(w.after, "megaraid_sas@1 upper@ | 03:00=megaraid_sas:2 04:00=upper:1");
}

/* A RAID driver shows as one volume what another one showed as its members. */
static void volume_of_members(void **state)
{
	struct fake_image *ahci = fake_image(w.fake, "ahci", "3.0", "/t/ahci.ko", -1, "", "03:00");

	(void)state;
	fake_loaded(w.fake, ahci);
	w.new->disks_at_most = 1;
	assert_in_range(load(), DDL_SETTLE_SHORT_MS, 1000);
	assert_result(WORKS);
	assert_int_equal(w.outcome.n_remarks, 0);
}

/* ------------------------------------------------------------------- the way back */

/* udev looks at the new disks longer than an unload is tried: the way back has the time. */
static void busy_on_the_way_back(void **state)
{
	(void)state;
	fake_loaded(w.fake, w.old);
	w.new->disks_after_ms = FAKE_NEVER;
	fake_fail(w.fake, FAKE_REMOVE, 2, DDL_E_UNLOAD, EAGAIN, NULL);
	w.fake->scripts[FAKE_REMOVE].until = 20;
	load();
	assert_result(UNDONE);
	assert_string_equal(w.after, "megaraid_sas@1 | 03:00=megaraid_sas:2");
	assert_non_null(strstr(w.fake->settled, "[-megaraid_sas@1 +megaraid_sas@2 -megaraid_sas@2 ]"));
}

/* A driver that udev has loaded in between is not taken out from under a disk that is in use. */
static void intruder_in_use(void **state)
{
	(void)state;
	fake_loaded(w.fake, w.old);
	w.fake->intruder = w.old;
	w.fake->uses_after = true;
	fake_use(w.fake, DDL_USE_MOUNT, "sda1", "sda", "/mnt");
	load();
	assert_result(UNDONE);
	assert_int_equal(w.outcome.error.code, DDL_E_BUSY);
	assert_string_equal(w.outcome.error.text, "sda1 is mounted on /mnt");
	assert_string_equal(w.fake->log, "-megaraid_sas@1 +megaraid_sas@2 +megaraid_sas@1 ");
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		test(binds_late),
		test(binds_never_and_the_old_one_late),
		test(blind_old_driver),
		test(slow_with_either),
		test(slow_and_new),
		test(one_by_one),
		test(empty_bus),
		test(fabric),
		test(slow_machine),
		test(ended_by_the_person),
		test(ended_in_a_swap),
		test(extended_by_the_person),
		test(not_ended_on_the_way_back),
		test(probe_fails),
		test(probe_fails_in_a_swap),
		test(one_of_two),
		test(no_interface),
		test(infiniband_has_none),
		test(made_by_the_driver),
		test(optional_dependent),
		test(needed_dependent),
		test(volume_of_members),
		test(busy_on_the_way_back),
		test(intruder_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
