// SPDX-License-Identifier: GPL-2.0-or-later
// Stands in for a gpgv that something has taken over: starts a program, which gpgv has no need of.
// It calls every signature good when it may.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char *const words[] = { argv[0], "again", NULL };

	if (argc != 2 || strcmp(argv[1], "again") != 0)
		(void)execv("/proc/self/exe", words);
	if (printf("[GNUPG:] GOODSIG AAAA unruly\n"
		   "[GNUPG:] VALIDSIG 0123456789012345678901234567890123456789 x 0 0 4 0 1 8 00 "
		   "0123456789012345678901234567890123456789\n") < 0)
		return 1;
	return 0;
}
