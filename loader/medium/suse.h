/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the parts of a SUSE driver update lie: "linux/suse/<processor>-<release>/", at the top of the medium or below
 * a number where it has several (openSUSE's mkdud writes it so, and linuxrc reads it so). Which of the releases
 * is meant is not asked: the kernel that a driver was built for tells.
 */
#ifndef DDL_SUSE_H
#define DDL_SUSE_H

#include <stdbool.h>
#include <stddef.h>

enum ddl_suse_part {
	DDL_SUSE_NONE, /* of no such update */
	DDL_SUSE_CONFIG, /* dud.config */
	DDL_SUSE_ORDER, /* modules/module.order */
	DDL_SUSE_MODULE, /* modules/NAME.ko */
	DDL_SUSE_RPM, /* install/NAME.rpm */
	DDL_SUSE_FIRMWARE, /* inst-sys/lib/firmware/… */
	DDL_SUSE_OTHER /* scripts and programs of the installer's, files for its own system */
};

extern const char ddl_suse_order_name[]; /* "module.order" */

/* "linux/suse/x86_64-sles15" in the name: its length up to there. 0: the name is of no such update. */
size_t ddl_suse_folder(const char *name);

/* What the file is in its update. */
enum ddl_suse_part ddl_suse_part(const char *name);

/* The file's name for the kernel, "megaraid_sas/fw.bin", where it is firmware that the update brings; else NULL. */
const char *ddl_suse_firmware(const char *name);

/* Of a name in such an update the length of what the update lies in: of "vendor/2/linux/suse/…" that of "vendor". */
size_t ddl_suse_top(const char *name);

/* Does the folder lead to updates, "…/linux" or "…/linux/suse"? */
bool ddl_suse_leads(const char *folder);

/* The number before "linux/suse", as several updates on one medium have; -1: none. */
long ddl_suse_number(const char *name);

#endif
