// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nobody named a driver disk, and none of what was found is of use: was one needed? Volumes with the labels of
 * driver disks hold other things as well, or drivers for other machines.
 */
#include "flow/steps.h"
#include "machine/machine.h"

/* What was found is for another machine, or no driver disk at all. */
static bool is_of_no_use(enum ddl_code code)
{
	return code == DDL_E_NO_FIT || code == DDL_E_KERNEL || code == DDL_E_MACHINE;
}

/* It may be early in the boot: what the installer's tree has for the device, and nobody has loaded yet, is its driver, too. */
static bool has_driver(struct ddl_session *session, const struct ddl_device *device)
{
	struct ddl_kernel *kernel = session->kernel;
	const char **names = NULL;
	size_t count = 0;

	if (*device->driver)
		return true;
	if (kernel->ops->tree_names(kernel, session->arena, device->modalias, &names, &count) != 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!ddl_machine_loaded(&session->machine, names[i]) && !ddl_machine_builtin(&session->machine, names[i]))
			return true;
	return false;
}

/*
 * The first controller of this class without a driver; NULL. Of several for a network one is enough:
 * not each of them is used for installing.
 */
static const struct ddl_device *without_driver(struct ddl_session *session, enum ddl_device_class class)
{
	const struct ddl_device *without = NULL;

	for (size_t i = 0; i < session->machine.n_devices; i++) {
		const struct ddl_device *device = &session->machine.devices[i];

		if (device->class != class)
			continue;
		if (!has_driver(session, device))
			without = without ? without : device;
		else if (class == DDL_CLASS_NETWORK)
			return NULL;
	}
	return without;
}

void ddl_flow_judge_need(struct ddl_session *session, struct ddl_error *error)
{
	const struct ddl_device *device;
	char words[DDL_ERROR_TEXT];

	if (!session->options.optional || !is_of_no_use(error->code) || !ddl_session_known_machine(session, NULL))
		return;
	device = without_driver(session, DDL_CLASS_STORAGE);
	device = device ? device : without_driver(session, DDL_CLASS_NETWORK);
	if (device)
		(void)ddl_fail_in(error, "%s", ddl_describe_device(words, sizeof(words), device));
	else
		(void)ddl_fail_in(error, "%s", _("every controller has its driver"));
	error->code = device ? DDL_E_NO_DRIVER : DDL_E_NOT_NEEDED;
}
