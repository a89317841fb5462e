# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes the images of media that are not as they should be, for cases_devices.py."""

import os
import random
import shutil
import struct
import subprocess

from machine import OUT, PARTS, TOP, Trouble

BAD = OUT / "bad"
SECTOR = 2048  # of an ISO image
LARGE = OUT / "large" / "large.iso"
FIRMWARE = 110 << 20
TOOLS = dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def tool(*words):
    subprocess.run([str(word) for word in words], check=True, env=TOOLS, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def luks():
    """The head of an encrypted volume, version 1."""
    head = bytearray(1 << 20)
    head[0:8] = b"LUKS\xba\xbe\0\1"
    head[168:204] = b"00000000-0000-4000-8000-000000000001"
    return head


def raid():
    """A member of a Linux RAID, superblock 1.2 (Documentation/admin-guide/md.rst)."""
    head = bytearray(4 << 20)  # on a device as small as a floppy libblkid looks for no RAID
    block = bytearray(256)
    struct.pack_into("<IIII16s32s", block, 0, 0xA92B4EFC, 1, 0, 0, bytes(range(16)), b"test:0")
    struct.pack_into("<QiiQIi", block, 64, 1, 1, 0, 4096, 0, 2)
    struct.pack_into("<QQQ", block, 128, 64, 4096, 8)
    total = sum(struct.unpack("<64I", block))
    struct.pack_into("<I", block, 216, (total & 0xFFFFFFFF) + (total >> 32))
    head[4096:4096 + len(block)] = block
    return head


def journal(image=BAD / "journal"):
    """A stick that was pulled out while it was written to: its journal waits to be replayed."""
    shutil.copy(PARTS / "media" / "disk-ext4.img", image)
    tool("debugfs", "-w", "-R", "feature needs_recovery", image)
    return image.read_bytes()


def damaged():
    """An ext4 whose superblock is all that is left of its first blocks."""
    image = bytearray((PARTS / "media" / "disk-ext4.img").read_bytes())
    for at in range(4096, 2 << 20, 4096):
        image[at:at + 4096] = b"\xa5" * 4096
    return image


def endless_fat():
    """A FAT32 whose root directory goes on for ever: its cluster is followed by itself."""
    image = BAD / "endless"
    with open(image, "wb") as file:
        file.truncate(40 << 20)
    tool("mkfs.vfat", "-F", "32", "-s", "1", image)
    data = bytearray(image.read_bytes())
    reserved, = struct.unpack_from("<H", data, 14)
    size, = struct.unpack_from("<I", data, 36)
    root = (reserved + 2 * size) * 512
    for copy in range(2):
        struct.pack_into("<I", data, (reserved + copy * size) * 512 + 4 * 2, 2)
    for entry in range(16):
        data[root + 32 * entry:root + 32 * entry + 32] = b"FILE%02d  TXT" % entry + b"\x20" + bytes(20)
    return data


def iso_in_itself():
    """An ISO image with files b.iso and c.iso in it whose bytes are those of the whole image."""
    place = BAD / "itself.d"
    place.mkdir(exist_ok=True)
    for name in ("b.iso", "c.iso"):
        (place / name).write_bytes(bytes(SECTOR))
    image = BAD / "itself"
    tool("xorriso", "-as", "mkisofs", "-quiet", "-R", "-V", "ITSELF", "-o", image, place)
    data = bytearray(image.read_bytes())
    root, = struct.unpack_from("<I", data, 16 * SECTOR + 158)
    at, end = root * SECTOR, (root + 1) * SECTOR
    while at < end and data[at]:
        if data[at + 25] == 0:  # not a directory: from sector 0, as long as all of it
            struct.pack_into("<I", data, at + 2, 0)
            struct.pack_into(">I", data, at + 6, 0)
            struct.pack_into("<I", data, at + 10, len(data))
            struct.pack_into(">I", data, at + 14, len(data))
        at += data[at]
    return data


def large_pack():
    """A pack whose firmware is larger than what a machine of 256 MB may hold, and small while packed."""
    place = OUT / "large"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    with open(place / "large.fw", "wb") as file:
        numbers = random.Random(1)
        for _ in range(FIRMWARE // 4096):
            file.write(numbers.randbytes(64) + bytes(4096 - 64))
    tool(TOP / "scripts" / "build-rpm", "--name", "megaraid_sas-large", "--version", "1", "--arch", "noarch", "--compression", "gzip",
         "--output", place, "%s:/lib/firmware/large.fw" % (place / "large.fw"))
    tool(TOP / "scripts" / "build-supplemental-pack", "--vendor-code", "acme", "--vendor-name", "Acme", "--label", "large",
         "--text", "Large", "--version", "1", "--build", "1", "--output", place,
         *(PARTS / "rpms" / "driver").glob("*.rpm"), *place.glob("*.rpm"))
    (place / "large.fw").unlink()


WRITABLE = OUT / "writable"
SHAPES = ("disk-ext4.img", "disk-ext4-part.img", "disk-iso.img", "stick-iso.img", "stick-tree.img")


def writable_media():
    """Copies that a guest can write to, and what they were."""
    shutil.rmtree(WRITABLE, ignore_errors=True)
    WRITABLE.mkdir(parents=True)
    for name in SHAPES:
        shutil.copy(PARTS / "media" / name, WRITABLE)
    journal(WRITABLE / "journal")
    for image in list(WRITABLE.iterdir()):
        shutil.copy(image, "%s.before" % image)


def compare_media():
    """Nothing reached them: no journal was replayed, no mark of a mount set, no time of access."""
    for before in WRITABLE.glob("*.before"):
        if before.read_bytes() != before.with_suffix("").read_bytes():
            raise Trouble("%s is not as it was" % before.with_suffix("").name)


HOSTILE = OUT / "hostile-label.img"


def hostile_label():
    """A stick whose volume is named by what clears a screen, turns the text around and says that all is well."""
    data = bytearray((PARTS / "media" / "disk-iso.img").read_bytes())
    for sector in range(16, 20):  # the primary and the Joliet descriptor
        kind, at = data[sector * SECTOR], sector * SECTOR + 40
        if kind in (1, 2):
            text = "\x1b[2J\u202eLOADED\r\n" + "%s"
            data[at:at + 32] = (text.ljust(16).encode("utf-16-be") if kind == 2 else text.encode().ljust(32))
    HOSTILE.parent.mkdir(parents=True, exist_ok=True)
    HOSTILE.write_bytes(data)


def make():
    BAD.mkdir(parents=True, exist_ok=True)
    for maker in (luks, raid, journal, damaged, endless_fat, iso_in_itself):
        data = maker()
        (BAD / maker.__name__.replace("_", "-")).write_bytes(data)
