/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * OpenPGP keys as they lie in files, armoured (RFC 4880, 6.2) or binary, as bytes that gpgv
 * takes for a keyring.
 */
#ifndef DDL_ARMOR_H
#define DDL_ARMOR_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes the keys of `from` to `to`, which has room for `n` bytes, and gives how many bytes
 * they are; 0: this is no file of keys. Of an armoured file every block of public keys is
 * taken; its checksum is gpgv's to mind: what it cannot read it says.
 */
size_t ddl_armor_open(uint8_t *to, const void *from, size_t n);

#endif
