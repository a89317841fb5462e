/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is on a device or image, asked of libblkid in a child, so that neither a drive
 * that hangs nor bytes that confuse it touch the program. Only source.c and monitor.c include this.
 */
#ifndef DDL_PROBE_H
#define DDL_PROBE_H

#include <stddef.h>
#include <stdint.h>

enum ddl_probe_state {
	DDL_PROBE_SILENT, /* no answer in time */
	DDL_PROBE_OPEN, /* cannot be opened: os_errno */
	DDL_PROBE_NO_MEDIUM,
	DDL_PROBE_NOT_READY, /* a drive that is still starting up */
	DDL_PROBE_READ, /* cannot be read: os_errno */
	DDL_PROBE_GONE, /* taken out while it was being read: os_errno */
	DDL_PROBE_AMBIGUOUS, /* the marks of more than one file system */
	DDL_PROBE_AUDIO, /* an audio CD: nothing on it can be read */
	DDL_PROBE_NOTHING, /* nothing known */
	DDL_PROBE_FOUND
};

/* Fixed size: it travels through a pipe in one piece. */
struct ddl_probe {
	uint32_t state;
	int32_t os_errno;
	uint64_t size; /* bytes; 0: not known */
	char format[32]; /* libblkid's TYPE */
	char uuid[64];
	char label[256];
};

/* Probes an open device or image file, here and now. */
void ddl_probe_fd(int fd, struct ddl_probe *probe);

/*
 * Probes all devices, some at a time side by side, each in a child for no longer than
 * `timeout_ms`. The results are checked and clean. A child that does not even die when
 * it is killed (its drive hangs) is left behind.
 */
void ddl_probe_devices(const char *const *paths, struct ddl_probe *probes, size_t count, unsigned timeout_ms);

/* Makes whole what a child said: it is foreign, as it may have been led astray by what it read. */
void ddl_probe_check(struct ddl_probe *probe);

#endif
