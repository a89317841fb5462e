/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of media while a person looks at it. Every device is asked what it is, and
 * looked into for driver packs, by a worker process of its own: a drive that hangs
 * holds up nobody, and no worker's mount is seen by others or outlives it.
 */
#ifndef DDL_MONITOR_H
#define DDL_MONITOR_H

#include "base/arena.h"
#include "model/frontend.h"
#include "source/source.h"

/* What a worker found on a source. */
struct ddl_monitor_found {
	uint32_t packs, fitting;
	uint32_t trouble; /* enum ddl_code: why there is nothing */
};

struct ddl_monitor_call {
	struct ddl_arena *arena; /* what the sources point to; must outlive the list */
	struct ddl_devices *devices; /* NULL: only the kernel is listened to */
	int uevents; /* a socket of ddl_uevent_open, not taken over; -1: none */
	/* In a worker: what is on the source. Calls ddl_monitor_beat while it reads. */
	void (*look)(void *arg, struct ddl_source *source, struct ddl_monitor_found *found);
	void *arg;
	const char *media; /* the directory that media are mounted below: each worker has its own view of it */
};

/*
 * Begins to ask, and gives the question its list, its watch_fd and itself. -1 and the error: no
 * memory or descriptors.
 */
int ddl_monitor_start(const struct ddl_monitor_call *call, struct ddl_question *question, struct ddl_error *error);

/* In a worker: it is alive, however slow its medium is. May be called at any rate. */
void ddl_monitor_beat(void);

/* Ends all workers and frees the list. NULL allowed. */
void ddl_monitor_stop(struct ddl_monitor *live);

#endif
