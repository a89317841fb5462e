// SPDX-License-Identifier: GPL-2.0-or-later
/* Values that the command line and the kernel command line both take. */
#include "boot/option_values.h"

#include <string.h>

#include "base/digest.h"
#include "base/i18n.h"
#include "base/text.h"

#define KEY_BYTES 20U

bool ddl_handoff_parse(const char *word, unsigned *kinds)
{
	static const char *const names[] = { "anaconda", "rpm-list", "debian", "suse" }; /* in the order of the bits */
	const size_t n_names = sizeof(names) / sizeof(*names);
	unsigned found = 0;

	for (;;) {
		size_t length = strcspn(word, ","), i = 0;

		while (i < n_names && (strlen(names[i]) != length || memcmp(word, names[i], length) != 0))
			i++;
		if (i == n_names)
			return false;
		found |= 1U << i;
		if (!word[length])
			break;
		word += length + 1;
	}
	*kinds = found;
	return true;
}

const char *ddl_fingerprint_wrong(const char *text)
{
	uint8_t bytes[DDL_SHA256];

	return ddl_text_unhex(text, bytes, DDL_MD5) || ddl_text_unhex(text, bytes, DDL_SHA256) ?
		       NULL :
		       _("a fingerprint has 32 or 64 digits from 0 to f");
}

/* Of the public key's SHA-256, as curl and the browsers give it (RFC 7469). */
const char *ddl_pin_wrong(const char *text)
{
	return ddl_text_starts(text, "sha256//") && strlen(text) == 52 ? NULL :
									 _("the pin of a key is sha256// and 44 characters");
}

const char *ddl_key_wrong(const char *text)
{
	uint8_t bytes[KEY_BYTES];

	return ddl_text_unhex(text, bytes, KEY_BYTES) ? NULL : _("the fingerprint of a key has 40 digits from 0 to f");
}
