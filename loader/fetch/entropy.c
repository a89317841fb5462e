// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random numbers for mbedTLS, which asks for them by this name. musl's and its own way is to open a device, which a
 * jail does not have. Before Linux 3.17 there is no such call, and then no memory file for what would be fetched.
 */
#include <mbedtls/entropy.h>
#include <sys/random.h>

int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen);

int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen)
{
	ssize_t n = getrandom(output, len < 256 ? len : 256, 0);

	(void)data;
	*olen = n > 0 ? (size_t)n : 0;
	return n > 0 ? 0 : MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
}
