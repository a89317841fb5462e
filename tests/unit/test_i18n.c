// SPDX-License-Identifier: GPL-2.0-or-later
/* Tests of the door for sentences: a catalogue's words, or English where it has none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/i18n.h"

static unsigned long asked_count;

static const char *german(const char *msgid, unsigned long count)
{
	asked_count = count;
	if (strcmp(msgid, "%lu disk") == 0)
		return count == 1 ? "%lu Platte" : "%lu Platten";
	if (strcmp(msgid, "This is not a driver disk.") == 0)
		return "Das ist keine Treiberdiskette.";
	return *msgid ? NULL : "Content-Type: text/plain"; /* as gettext's catalogues have it */
}

static int forget(void **state)
{
	(void)state;
	ddl_set_catalogue(NULL);
	return 0;
}

static void english_without_a_catalogue(void **state)
{
	const char *words = "This is not a driver disk.";

	(void)state;
	assert_ptr_equal(ddl_tr(words), words);
	assert_string_equal(ddl_trn("%lu disk", "%lu disks", 0), "%lu disks");
	assert_string_equal(ddl_trn("%lu disk", "%lu disks", 1), "%lu disk");
	assert_string_equal(ddl_trn("%lu disk", "%lu disks", 2), "%lu disks");
}

static void words_of_the_catalogue(void **state)
{
	(void)state;
	ddl_set_catalogue(german);
	assert_string_equal(ddl_trn("%lu disk", "%lu disks", 1), "%lu Platte");
	assert_string_equal(ddl_trn("%lu disk", "%lu disks", 7), "%lu Platten");
	assert_int_equal(asked_count, 7);
	assert_string_equal(ddl_code_sentence(DDL_E_NOT_A_DISK), "Das ist keine Treiberdiskette.");
	assert_string_equal(ddl_tr("not in it"), "not in it");
	assert_string_equal(ddl_trn("%lu cup", "%lu cups", 3), "%lu cups");
	assert_string_equal(ddl_code_hint(DDL_OK), ""); /* never a catalogue's header */
	assert_string_equal(ddl_code_name(DDL_E_NOT_A_DISK), "not-a-driver-disk"); /* machines read it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(english_without_a_catalogue, forget),
		cmocka_unit_test_teardown(words_of_the_catalogue, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
