/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the drivers of a SUSE driver update lie: "linux/suse/<processor>-<release>/modules" and "…/install", at the top
 * of the medium or below a number where it has several (openSUSE's mkdud writes it so, and linuxrc reads it so). Which of
 * the releases is meant is not asked: the kernel that a driver was built for tells.
 */
#ifndef DDL_SUSE_H
#define DDL_SUSE_H

#include <stdbool.h>
#include <stddef.h>

/* "linux/suse/x86_64-sles15" in the name: its length up to there. 0: the name is of no such update. */
size_t ddl_suse_folder(const char *name);

/* Is it one of its files that may be a driver, and no program or script of the installer's? */
bool ddl_suse_is_driver(const char *name);

/* The file's name for the kernel, "megaraid_sas/fw.bin", where it is firmware that the update brings; NULL: it is none. */
const char *ddl_suse_firmware(const char *name);

/* Is it the update's own folder, or one with such files? */
bool ddl_suse_leads(const char *folder);

#endif
