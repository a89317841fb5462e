// SPDX-License-Identifier: GPL-2.0-or-later
// Stands in for a gpgv that something has taken over, and keeps to the system calls that gpgv may
// make: tries to write to each file it was given. It calls the signature good when that worked
// anywhere, else it found no data.
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool can_write(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || lseek(fd, 0, SEEK_SET) < 0)
		return false;
	return write(fd, "x", 1) == 1;
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
