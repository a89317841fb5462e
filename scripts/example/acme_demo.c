// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The driver of the worked example (scripts/VENDORS.md): it takes a PCI device, asks for its firmware, and does nothing
 * with either. The device's numbers are of a range that no vendor has.
 */
#include <linux/firmware.h>
#include <linux/module.h>
#include <linux/pci.h>

#define ACME_VENDOR 0xfffe
#define ACME_DEMO 0x0001
#define ACME_FIRMWARE "acme/demo.fw"

static bool quiet;
module_param(quiet, bool, 0444);
MODULE_PARM_DESC(quiet, "say nothing when a device is found");

static int acme_demo_probe(struct pci_dev *device, const struct pci_device_id *id)
{
	const struct firmware *firmware;
	int result = request_firmware(&firmware, ACME_FIRMWARE, &device->dev);

	(void)id;
	if (result)
		return result;
	if (!quiet)
		dev_info(&device->dev, "here, with %zu bytes of firmware\n", firmware->size);
	release_firmware(firmware);
	return 0;
}

static void acme_demo_remove(struct pci_dev *device)
{
	if (!quiet)
		dev_info(&device->dev, "gone\n");
}

static const struct pci_device_id acme_demo_ids[] = { { PCI_DEVICE(ACME_VENDOR, ACME_DEMO) }, {} };
MODULE_DEVICE_TABLE(pci, acme_demo_ids);

static struct pci_driver acme_demo = {
	.name = "acme_demo",
	.id_table = acme_demo_ids,
	.probe = acme_demo_probe,
	.remove = acme_demo_remove,
};
module_pci_driver(acme_demo);

MODULE_DESCRIPTION("Acme demonstration driver");
MODULE_FIRMWARE(ACME_FIRMWARE);
MODULE_LICENSE("GPL");
MODULE_VERSION("1.2");
