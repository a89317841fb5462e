/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every cap on what is read from a medium, a module or the kernel, in one place.
 * A medium is not trusted: each of these is checked before memory is taken.
 * Sizes are bytes, times are milliseconds, the rest are counts.
 */
#ifndef DDL_LIMITS_H
#define DDL_LIMITS_H

/* Metadata: one XS-REPOSITORY, XS-PACKAGES, XS-REPOSITORY-LIST, update.xml, … */
#define DDL_MAX_METADATA (1024U * 1024U)
#define DDL_MAX_PRIMARY (16U * 1024U * 1024U) /* generation 3: a file that repomd.xml lists */
#define DDL_MAX_PRIMARY_OPEN (64U * 1024U * 1024U) /* … unpacked: 10000 packages take 20 to 40 MiB */
#define DDL_MAX_LISTED_FILES 32U /* that repomd.xml lists: createrepo_c makes up to 14 */
#define DDL_MAX_RPM_ENTRIES (256U * 1024U) /* what all packages of it provide and require */
#define DDL_MAX_RPM_STEPS (16U * 1024U * 1024U) /* in finding who provides what is required */
#define DDL_MAX_XML_DEPTH 16U
#define DDL_MAX_XML_ATTRIBUTES 4096U /* of one element; libxml2 takes their square in time */
#define DDL_MAX_PACKAGES 10000U
#define DDL_MAX_OPEN_PACKAGES 256U /* read at a time: each needs a descriptor, of which a process may have 1024 */
#define DDL_MAX_REQUIRES 256U
#define DDL_MAX_PRODUCTS 8U /* that one medium says it installs */
#define DDL_MAX_TREEINFO (64U * 1024U)
#define DDL_MAX_REPOSITORIES 64U
#define DDL_MAX_LIST_LINES 256U
#define DDL_MAX_ISO_FILES 64U /* images, archives, packages, modules looked at on one medium */
#define DDL_MAX_ARCHIVE_DEPTH 2U /* an ISO, compressed or not, or a .dud in a zip, with packages; but no ISO in an ISO in a zip */
#define DDL_MAX_FOLDER_DEPTH 3U /* folders down that such files are looked for */
#define DDL_MAX_FOLDERS 512U /* folders looked into */
#define DDL_MAX_FOLDER_ENTRIES 8192U /* names read for that, all together */
#define DDL_MAX_REDHAT_PACKAGES 128U /* in rpms/ARCH on one medium; they have two or three */
#define DDL_MAX_SUSE_FILES 1024U /* of SUSE's driver updates on one medium */
#define DDL_MAX_SEEN 256U /* things on one medium of which it is said why they are of no use */

/* Names and texts that come from a medium */
#define DDL_MAX_PATH 1024U
#define DDL_MAX_NAME 255U
#define DDL_MAX_TEXT 4096U /* a description, an option string */
#define DDL_MAX_LICENCE (256U * 1024U)

/* Archives */
#define DDL_MAX_ARCHIVE_ENTRIES 100000U
#define DDL_MAX_FILE_NAMES 64U /* that are wanted of one file in an archive, besides its own: each is read by a pass */
#define DDL_MAX_PACKAGE_FILES 20000U
#define DDL_MAX_PACKAGE (512ULL * 1024U * 1024U) /* a package file on the medium */
#define DDL_MAX_UNPACKED (1024ULL * 1024U * 1024U)
#define DDL_MAX_RATIO 200U /* unpacked : packed, past the first MiB */
#define DDL_MAX_STAGED_FILE (128ULL * 1024U * 1024U)

#define DDL_ARCHIVE_CACHE (512U * 1024U) /* of an archive's structure, kept for the next visit */
#define DDL_ARCHIVE_READ (64U * 1024U) /* most bytes asked of a medium at a time */

/* RPM: rpm itself refuses header data over 256 MiB; drivers need far less */
#define DDL_MAX_RPM_TAGS 65535U
#define DDL_MAX_RPM_HEADER (16U * 1024U * 1024U)
#define DDL_MAX_RPM_PROVIDES 65535U

/* Checksum files next to an ISO file */
#define DDL_MAX_SUM_FILE (64U * 1024U) /* of whole mirrors, too: some hundred lines */

/* Signatures */
#define DDL_MAX_SIGNATURE (64U * 1024U) /* one, of a package or of repomd.xml */
#define DDL_MAX_KEY_FILE (256U * 1024U) /* one file of keys */
#define DDL_MAX_KEY_FILES 256U
#define DDL_MAX_KEYRING (4U * 1024U * 1024U) /* all trusted keys */
#define DDL_MAX_GPGV_WORDS (64U * 1024U) /* what gpgv may say */
#define DDL_GPGV_MS 60000U /* it hangs after that */

/* Modules */
#define DDL_MAX_MODULES 512U /* in the packs of one load */
#define DDL_MAX_ALIASES 8192U
#define DDL_MAX_MODINFO (1024U * 1024U)
#define DDL_MAX_DEPENDS 64U
#define DDL_MAX_SYMBOLS 8192U /* that one module uses, and that it exports: amdgpu uses 1100 */
#define DDL_MAX_SYMBOL_FILES 512U /* of the installer, read to know what versions its kernel has */
#define DDL_MAX_SOFTDEP_DEPTH 16U /* of what a softdep's module needs, one below the other */
#define DDL_MAX_SOFTDEP_STEPS 16384U /* modules looked at for all softdeps of a load */
#define DDL_MAX_FIRMWARE 2048U /* amdgpu lists 553 */
#define DDL_MAX_PARAMS 1024U /* one module's option string */
#define DDL_MAX_MODPROBE_CONF 65536U /* one modprobe.d file of a pack */

/* The machine */
#define DDL_MAX_DEVICES 4096U
#define DDL_MAX_EARLIER 64U /* outcomes of earlier loads that are kept */
#define DDL_MAX_SOURCES 256U
#define DDL_MAX_PROCESSES 4096U /* asked whether they hold a disk open */
#define DDL_MAX_OPEN_FILES 4096U /* of one of them */
#define DDL_MAX_KERNEL_LINES 200U
#define DDL_MAX_LOG_KEPT (64U * 1024U) /* of the log, to be shown; the oldest goes first */
#define DDL_MAX_LOG_FILE (512L * 1024L) /* of /run/ddload/log, when a run begins */
#define DDL_MAX_PCI_IDS (4U * 1024U * 1024U) /* the list of names, unpacked */

/* A child that reads foreign bytes */
#define DDL_MAX_MESSAGE (64U * 1024U)
#define DDL_MAX_RESULT (32U * 1024U * 1024U) /* all that one child tells, files aside */
#define DDL_MAX_CHILD_MEMORY (1024ULL * 1024U * 1024U)
#define DDL_MAX_CHILDREN 8U
#define DDL_CHILD_CPU_SECONDS 120U
#define DDL_CHILD_SILENCE_MS 90000U /* no word for this long: it hangs */
#define DDL_PROBE_TIMEOUT_MS 3000U /* one device's probe */
#define DDL_LOOK_SILENCE_MS 30000U /* the same while a medium is only looked into */
#define DDL_LOOK_SECONDS 20U /* processor time for the compressed files on one medium; what is left then is told */
#define DDL_LOOK_MAX_SECONDS 3600U /* that one may give it */
#define DDL_DEVICE_MS 15000U /* to open or mount a device, or to find files on it */
#define DDL_CLOSE_MS 3000U /* to let go of it */

/* Files on a network */
#define DDL_MAX_REMOTE_FILES 512U /* of one run: a pack that lies unpacked on a server has some dozens */
#define DDL_MAX_REMOTE_BLOCKS (1024U * 1024U) /* of 64 KiB, of all of them: 64 GiB; installation media have 15 */
#define DDL_FETCH_CONNECT_SECONDS 15U
#define DDL_FETCH_STALL_SECONDS 30U /* no byte for this long: it is given up, and tried again */
#define DDL_FETCH_WAIT_SECONDS 31U /* what may pass is tried again after 1, 2, 4, 8 and 16 s */
#define DDL_MAX_REDIRECTS 10U
#define DDL_MAX_AUTHORITIES (4U * 1024U * 1024U) /* the file of certificates; Debian's has 220 kB */
#define DDL_MAX_REPLY_HEAD (64U * 1024U) /* what a server may say before the file */

/* The kernel command line and answer files */
#define DDL_MAX_CMDLINE (64U * 1024U)
#define DDL_MAX_ANSWER (1024U * 1024U) /* one answer file */
#define DDL_MAX_WORDS 64U /* sources in one ddload= or answer file */
#define DDL_MAX_WARNINGS 64U
#define DDL_PROMPT_MAX_SECONDS 3600U
#define DDL_WAIT_DEFAULT_SECONDS 10U /* for a medium that comes late */
#define DDL_WAIT_MAX_SECONDS 600U

/* Waiting */
#define DDL_SETTLE_DEFAULT_MS 30000U
#define DDL_SETTLE_MAX_MS 600000U
#define DDL_SETTLE_QUIET_MS 1500U /* nothing new for this long: settled */
#define DDL_SETTLE_SHORT_MS 300U /* the same when each controller has its disk or interface */
#define DDL_SETTLE_MORE_MS 10000U /* more time after each thing that arrives, … */
#define DDL_SETTLE_TIMES 4U /* … until it is so often the time that was given; and for disks that were there before */
#define DDL_SETTLE_POLL_MS 100U
#define DDL_UDEV_SETTLE_MS 5000U /* for udev to be idle, before the first unload and after the last insert */
#define DDL_DEPMOD_MS 120000U /* it reads every module of a tree */
#define DDL_REMOVE_RETRY_MS 2000U /* a driver that is in use for a moment (udev looks at its disk) */

#endif
