// SPDX-License-Identifier: GPL-2.0-or-later
// Stands in for a gpgv that something has taken over: tries to write to each file it was
// given, and to open it by its name to be written to. It calls the signature good when
// that worked anywhere, else it found no data.
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool can_write(int fd)
{
	char path[64];
	struct stat st;
	int again;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	if (pwrite(fd, "x", 1, 0) == 1 || ftruncate(fd, 0) == 0)
		return true;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDWR);
	return again >= 0 && pwrite(again, "x", 1, 0) == 1;
}

int main(void)
{
	bool wrote = false;

	for (int fd = 2; fd < 64; fd++)
		wrote = can_write(fd) || wrote;
	if (printf(wrote ? "[GNUPG:] GOODSIG AAAA greedy\n[GNUPG:] VALIDSIG 0123456789012345678901234567890123456789\n" :
			   "[GNUPG:] NODATA 1\n") < 0)
		return 1;
	return 0;
}
