// SPDX-License-Identifier: GPL-2.0-or-later
/* Fuzzes what is read beside signatures: armour of keys, and gpgv's words. */
#include <stdlib.h>
#include <string.h>

#include "verify/armor.h"
#include "verify/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *keys = malloc(size + 1);
	char *words = malloc(size + 1);
	struct ddl_verdict verdict;

	if (!keys || !words)
		abort();
	if (ddl_armor_open(keys, data, size) > size)
		abort();
	for (size_t i = 0; i < size; i++)
		words[i] = data[i] ? (char)data[i] : '?';
	words[size] = '\0';
	ddl_verdict_read(&verdict, words, 0, false);
	if (verdict.state <= DDL_SIGNED_UNCHECKED || verdict.state > DDL_SIGNED_BAD ||
	    !memchr(verdict.signer, 0, sizeof(verdict.signer)) || !memchr(verdict.key, 0, sizeof(verdict.key)))
		abort();
	free(keys);
	free(words);
	return 0;
}
