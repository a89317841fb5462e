# SPDX-License-Identifier: GPL-2.0-or-later
"""Initrds: writes cpio archives as the kernel unpacks them, and takes apart what is in a file.

Format: Documentation/driver-api/early-userspace/buffer-format.rst. An initrd is any number of
segments, each a "newc" archive or one that is compressed, with zero bytes between them. The
kernel wants a segment that is not compressed to begin at a multiple of four bytes.
"""

import os
import stat
import subprocess

BLOCK = 512
MAGICS = ((b"\x1f\x8b", "gzip"), (b"\xfd7zXZ\x00", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"\x02\x21\x4c\x18", "lz4"),
          (b"BZh", "bzip2"), (b"\x5d\x00\x00", "lzma"), (b"\x89LZO", "lzo"))
HEADER = 110


class Failure(Exception):
    """Something a person has to put right."""


class Archive:
    """A cpio archive of the "newc" kind; the same entries give the same bytes."""

    def __init__(self, output, date):
        self.output = output
        self.date = date
        self.inode = 0
        self.written = 0
        self.directories = set()

    def write(self, data):
        self.output.write(data)
        self.written += len(data)

    def entry(self, path, mode, data=b"", device=(0, 0)):
        """Write one entry; `path` is relative to the root."""
        self.inode += 1
        name = path.encode() + b"\0"
        fields = (self.inode, mode, 0, 0, 1, self.date, len(data), 0, 0, device[0], device[1], len(name), 0)
        header = b"070701" + b"".join(b"%08x" % field for field in fields)
        self.write(header + name + b"\0" * (-(len(header) + len(name)) % 4))
        self.write(data + b"\0" * (-len(data) % 4))

    def directory(self, path, mode=0o755):
        """Write a directory and those above it, each once."""
        if path in ("", ".") or path in self.directories:
            return
        self.directory(os.path.dirname(path))
        self.directories.add(path)
        self.entry(path, stat.S_IFDIR | mode)

    def file(self, path, data, executable=False):
        self.directory(os.path.dirname(path))
        self.entry(path, stat.S_IFREG | (0o755 if executable else 0o644), data)

    def link(self, path, target):
        self.directory(os.path.dirname(path))
        self.entry(path, stat.S_IFLNK | 0o777, target.encode())

    def device(self, path, kind, major, minor):
        self.directory(os.path.dirname(path))
        self.entry(path, kind | 0o600, device=(major, minor))

    def finish(self):
        """End the archive; filled up so that another one can be appended."""
        self.inode = -1
        self.entry("TRAILER!!!", 0)
        self.write(b"\0" * (-self.written % BLOCK))


def kind_at(data, at):
    """What begins there: "cpio", a compression's name, or None."""
    if data[at:at + 6] in (b"070701", b"070702"):
        return "cpio"
    for magic, name in MAGICS:
        if data[at:at + len(magic)] == magic:
            return name
    return None


def end_of_cpio(data, at):
    """Behind the trailer of the archive that begins at `at`."""
    start = at
    while True:
        header = data[at:at + HEADER]
        if len(header) < HEADER or header[:6] not in (b"070701", b"070702"):
            raise Failure("the archive at byte %d ends without its trailer: the file is cut or damaged" % start)
        try:
            size, length = int(header[54:62], 16), int(header[94:102], 16)
        except ValueError:
            raise Failure("the archive at byte %d is damaged" % start) from None
        name = data[at + HEADER:at + HEADER + length]
        if len(name) < length:
            raise Failure("the archive at byte %d ends within a name: the file is cut" % start)
        at += (HEADER + length + 3) & ~3
        if name.rstrip(b"\0") == b"TRAILER!!!":
            return at
        at += (size + 3) & ~3


def segments(data):
    """The segments of an initrd: (first byte, kind). What is behind a compressed one is not looked for."""
    found, at = [], 0
    while at < len(data):
        while at < len(data) and data[at] == 0:
            at += 1
        if at == len(data):
            break
        kind = kind_at(data, at)
        if kind is None:
            raise Failure("at byte %d there is nothing that the kernel would unpack" % at)
        found.append((at, kind))
        if kind != "cpio":
            break
        at = end_of_cpio(data, at)
    if not found:
        raise Failure("there is nothing in it")
    return found


def test_compressed(data, at, kind):
    """Whether a compressed segment is whole, by its own program; None: that is not here."""
    tools = {"gzip": "gzip", "xz": "xz", "zstd": "zstd", "lz4": "lz4", "bzip2": "bzip2", "lzma": "xz", "lzo": "lzop"}
    try:
        done = subprocess.run([tools[kind], "-dc"], input=data[at:], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        return None
    return done.returncode == 0
