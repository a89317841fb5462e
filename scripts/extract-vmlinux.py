#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Take the uncompressed kernel (an ELF file) out of an x86 bzImage.

Usage: extract-vmlinux.py BZIMAGE VMLINUX

The place of the payload is in the image's setup header, as Documentation/arch/x86/boot.rst
of the kernel describes it (setup_sects, payload_offset, payload_length).
"""

import bz2
import lzma
import struct
import subprocess
import sys
import zlib

SETUP_SECTS = 0x1F1
HEADER_MAGIC = 0x202
PAYLOAD_OFFSET = 0x248
PAYLOAD_LENGTH = 0x24C
SECTOR = 512


def payload_of(image):
    """The compressed kernel inside the image."""
    if image[HEADER_MAGIC:HEADER_MAGIC + 4] != b"HdrS":
        raise ValueError("this is no bzImage (no HdrS)")
    setup_sectors = image[SETUP_SECTS] or 4
    offset, length = struct.unpack_from("<II", image, PAYLOAD_OFFSET)
    start = (setup_sectors + 1) * SECTOR + offset
    if len(image) - start < length:
        raise ValueError("the image is shorter than its header says")
    return image[start:start + length]


def unpacked(payload):
    """The payload, decompressed by what its first bytes say it is.

    All but gzip have the unpacked size appended; the decompressors stop before it.
    """
    if payload.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(wbits=31).decompress(payload)
    if payload.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMADecompressor(format=lzma.FORMAT_XZ).decompress(payload)
    if payload.startswith(b"\x5d\0\0"):
        return lzma.LZMADecompressor(format=lzma.FORMAT_ALONE).decompress(payload)
    if payload.startswith(b"BZh"):
        return bz2.BZ2Decompressor().decompress(payload)
    if payload.startswith(b"\x28\xb5\x2f\xfd"):
        return subprocess.run(["zstd", "-dcq"], input=payload[:-4], check=True,
                              stdout=subprocess.PIPE).stdout
    raise ValueError("unknown compression of the kernel (first bytes %s)" % payload[:6].hex())


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    with open(sys.argv[1], "rb") as source:
        image = source.read()
    try:
        kernel = unpacked(payload_of(image))
    except (ValueError, struct.error) as error:
        sys.exit("extract-vmlinux: %s: %s" % (sys.argv[1], error))
    if not kernel.startswith(b"\x7fELF"):
        sys.exit("extract-vmlinux: %s: what was unpacked is no ELF file" % sys.argv[1])
    with open(sys.argv[2], "wb") as target:
        target.write(kernel)


if __name__ == "__main__":
    main()
