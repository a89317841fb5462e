/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time that only goes on: no clock that somebody sets. */
#ifndef DDL_CLOCK_H
#define DDL_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment before the program began (CLOCK_MONOTONIC). */
uint64_t ddl_clock_ms(void);

/* Processor time that children have used which have ended, theirs included, in milliseconds. */
uint64_t ddl_clock_children_ms(void);

/* Sleeps so long; a signal that is handled cuts it short. */
void ddl_clock_pause(unsigned milliseconds);

#endif
