// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PCI driver that lays claim to QEMU's MegaRAID controllers and never drives them: what a
 * swap of drivers meets when things go wrong. Built several times, by macros:
 *
 *   DDL_INIT_ERROR   what the module's init returns (0: it loads)
 *   DDL_PROBE_ERROR  what the driver answers when it is shown a controller (0: it holds it)
 *   DDL_VERSION      the module's version
 */

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pci.h>

static const struct pci_device_id controller_ids[] = { { PCI_DEVICE(0x1000, 0x0060) }, /* megasas: SAS 1078 */
						       { PCI_DEVICE(0x1000, 0x005b) }, /* megasas-gen2: SAS 2208 */
						       {} };
MODULE_DEVICE_TABLE(pci, controller_ids);

static int controller_probe(struct pci_dev *device, const struct pci_device_id *id)
{
	dev_info(&device->dev, "shown to the test's driver, answer %d\n", DDL_PROBE_ERROR);
	return DDL_PROBE_ERROR;
}

static void controller_remove(struct pci_dev *device)
{
	dev_info(&device->dev, "let go by the test's driver\n");
}

static struct pci_driver controller_driver = {
	.name = KBUILD_MODNAME,
	.id_table = controller_ids,
	.probe = controller_probe,
	.remove = controller_remove,
};

static int __init controller_init(void)
{
	if (DDL_INIT_ERROR) {
		pr_err(KBUILD_MODNAME ": this init always fails, error %d\n", DDL_INIT_ERROR);
		return DDL_INIT_ERROR;
	}
	return pci_register_driver(&controller_driver);
}

static void __exit controller_exit(void)
{
	pci_unregister_driver(&controller_driver);
}

module_init(controller_init);
module_exit(controller_exit);

MODULE_DESCRIPTION("A stand-in for a RAID driver, for ddload's tests");
MODULE_AUTHOR("the ddload project");
MODULE_VERSION(DDL_VERSION);
MODULE_LICENSE("GPL");
