# SPDX-License-Identifier: GPL-2.0-or-later
"""The compressions that an initrd comes in."""

import subprocess


def compress(data, *command):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


FORMATS = {
    "cpio": lambda data: data,
    "gzip": lambda data: compress(data, "gzip", "-1c"),
    "xz": lambda data: compress(data, "xz", "-0c", "--check=crc32"),
    "zstd": lambda data: compress(data, "zstd", "-1qc"),
    "lz4": lambda data: compress(data, "lz4", "-lqc"),
}
