// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A driver for QEMU's MegaRAID controllers whose disks come late: it takes the controller at once, has a
 * SCSI host, and adds its disks to it one by one, as a Fibre Channel or SAS driver does that finds them in
 * the background. They hold 64 MB of zeros. Or its probe fails. For cases of tests/qemu.
 */

#include <linux/module.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/workqueue.h>
#include <scsi/scsi.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#define SECTORS (64U * 2048U)

static unsigned int first = 4000, step = 1000, disks = 1;
static int fail;
module_param(first, uint, 0444);
MODULE_PARM_DESC(first, "milliseconds from the probe to the first disk");
module_param(step, uint, 0444);
MODULE_PARM_DESC(step, "and from each to the next");
module_param(disks, uint, 0444);
MODULE_PARM_DESC(disks, "how many");
module_param(fail, int, 0444);
MODULE_PARM_DESC(fail, "what the probe answers; 0: it takes the controller");

struct late {
	struct Scsi_Host *host;
	struct delayed_work work;
	unsigned int added;
};

static void give(struct scsi_cmnd *cmd, const void *bytes, unsigned int length)
{
	scsi_set_resid(cmd, scsi_bufflen(cmd) - scsi_sg_copy_from_buffer(cmd, (void *)bytes, length));
}

static int late_queuecommand(struct Scsi_Host *host, struct scsi_cmnd *cmd)
{
	static const u8 inquiry[36] = "\0\0\5\2\37\0\0\0DDLOAD  LATE DISK       1.0 ";
	/* the last sector, and 512: both with the highest byte first */
	static const u8 capacity[8] = { 0, (SECTORS - 1) >> 16, ((SECTORS - 1) >> 8) & 255, (SECTORS - 1) & 255, 0, 0, 2, 0 };

	cmd->result = 0;
	switch (cmd->cmnd[0]) {
	case TEST_UNIT_READY:
	case SYNCHRONIZE_CACHE:
	case WRITE_10:
		break;
	case INQUIRY:
		if (cmd->cmnd[1] & 1)
			goto refuse;
		give(cmd, inquiry, sizeof(inquiry));
		break;
	case READ_CAPACITY:
		give(cmd, capacity, sizeof(capacity));
		break;
	case READ_10:
		sg_zero_buffer(scsi_sglist(cmd), scsi_sg_count(cmd), scsi_bufflen(cmd), 0);
		break;
	default:
	refuse:
		scsi_build_sense(cmd, 0, ILLEGAL_REQUEST, 0x20, 0);
	}
	scsi_done(cmd);
	return 0;
}

static struct scsi_host_template late_template = {
	.module = THIS_MODULE,
	.name = "ddload's late disks",
	.proc_name = "ddl_late",
	.queuecommand = late_queuecommand,
	.can_queue = 1,
	.this_id = -1,
	.sg_tablesize = SG_ALL,
	.max_sectors = 128,
};

static void late_add(struct work_struct *work)
{
	struct late *late = container_of(to_delayed_work(work), struct late, work);

	scsi_add_device(late->host, 0, late->added++, 0);
	if (late->added < disks)
		schedule_delayed_work(&late->work, msecs_to_jiffies(step));
}

static int late_probe(struct pci_dev *device, const struct pci_device_id *id)
{
	struct Scsi_Host *host;
	struct late *late;
	int result;

	if (fail)
		return fail;
	host = scsi_host_alloc(&late_template, sizeof(*late));
	if (!host)
		return -ENOMEM;
	host->max_id = 16;
	late = shost_priv(host);
	late->host = host;
	late->added = 0;
	INIT_DELAYED_WORK(&late->work, late_add);
	result = scsi_add_host(host, &device->dev);
	if (result) {
		scsi_host_put(host);
		return result;
	}
	pci_set_drvdata(device, late);
	if (disks)
		schedule_delayed_work(&late->work, msecs_to_jiffies(first));
	return 0;
}

static void late_remove(struct pci_dev *device)
{
	struct late *late = pci_get_drvdata(device);

	cancel_delayed_work_sync(&late->work);
	scsi_remove_host(late->host);
	scsi_host_put(late->host);
}

static const struct pci_device_id late_ids[] = { { PCI_DEVICE(0x1000, 0x0060) }, {} };
MODULE_DEVICE_TABLE(pci, late_ids);

static struct pci_driver late_driver = {
	.name = KBUILD_MODNAME,
	.id_table = late_ids,
	.probe = late_probe,
	.remove = late_remove,
};
module_pci_driver(late_driver);

MODULE_DESCRIPTION("A RAID driver whose disks come late, for ddload's tests");
MODULE_AUTHOR("the ddload project");
MODULE_VERSION("07.999.93.00-late");
MODULE_LICENSE("GPL");
