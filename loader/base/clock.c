// SPDX-License-Identifier: GPL-2.0-or-later
/* Time that only goes on. */
#include "base/clock.h"

#include <sys/resource.h>
#include <time.h>

uint64_t ddl_clock_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock */
	return (uint64_t)now.tv_sec * 1000U + (uint64_t)now.tv_nsec / 1000000U;
}

uint64_t ddl_clock_children_ms(void)
{
	struct rusage used = { 0 };

	(void)getrusage(RUSAGE_CHILDREN, &used); /* cannot fail with these arguments */
	return ((uint64_t)used.ru_utime.tv_sec + (uint64_t)used.ru_stime.tv_sec) * 1000U +
	       ((uint64_t)used.ru_utime.tv_usec + (uint64_t)used.ru_stime.tv_usec) / 1000U;
}

void ddl_clock_pause(unsigned milliseconds)
{
	const struct timespec pause = { .tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000L };

	(void)nanosleep(&pause, NULL);
}
