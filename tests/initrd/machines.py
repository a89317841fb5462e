# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots Debian's installer, and initrds of each compression, with ddload.img appended."""

from common import IMAGE, PACK, PARTS, archive, boot, must, slow, tool
from formats import FORMATS
from schema import fits_schema

INSTALLER = PARTS / "installer"

# What the machine says at the end of a test, on the serial line.
PROBE = """#!/bin/sh
say() { echo "MARK $*" >/dev/ttyS0; }
for try in 1 2 3 4 5 6; do [ -e /sys/block/sda ] && break; sleep 0.5; done
say "disks $(ls /sys/block | sed -n '/^sd/p' | tr '\\n' ' ')"
say "version $(cat /sys/module/megaraid_sas/version 2>/dev/null)"
say "listed $(list-devices disk 2>/dev/null)"
say "printk $(cat /proc/sys/kernel/printk | cut -f1)"
[ ! -e /run/ddload/outcome.json ] || say "outcome $(tr -d '\\n' </run/ddload/outcome.json)"
say end
poweroff -f 2>/dev/null
echo o >/proc/sysrq-trigger
sleep 20
"""


def installer(place, name, words, *options):
    """Debian's installer with ddload; its own scripts before ours are run as ever."""
    out = place / "initrd"
    tool("add-to-initrd", INSTALLER / "initrd.gz", out, "--image", IMAGE, *options)
    with open(out, "ab") as output:
        output.write(archive({"lib/debian-installer-startup.d/S06probe": PROBE.encode()}))
    return boot(name, out, words, kernel=INSTALLER / "linux", memory=1024)


def test_installer_without(place):
    """Debian's installer finds no disk by itself."""
    marks, text = installer(place, "installer-without", "ddload=off")
    must(marks["disks"].strip() == "" and marks["version"] == "", marks)
    must("ddload:" not in text, "ddload=off said something")


def test_installer_auto(place):
    """Debian's installer, nobody watching, the pack in its initrd."""
    marks, text = installer(place, "installer-auto", "ddload=auto", "--pack", INSTALLER / "megaraid-sas.iso")
    driver = (PARTS / "drivers" / "version").read_text().strip()
    must(marks["disks"].split() == ["sda"] and marks["version"] == driver, marks)
    must(fits_schema(marks["outcome"])["result"] == "works", marks["outcome"])
    must("ddload: loaded megaraid_sas %s (acme:megaraid-sas 1.0-7) sda" % driver in text, "no line on the console")
    must(marks["printk"] != "1", "kernel messages stay off the console")


def stock(place, name, kind, microcode=b""):
    """The demo's initrd, compressed, with a pack; the words are in the initrd."""
    base, source, out = place / "base", place / "in", place / "out"
    tool("make-initrd", base, "--ddload", "none")
    source.write_bytes(microcode + FORMATS[kind](base.read_bytes()))
    tool("add-to-initrd", source, out, "--image", IMAGE, "--pack", PACK,
         "--cmdline", "ddload=auto ddload.wait=5")
    script = PROBE.replace("#!/bin/sh\n", "/usr/bin/ddload auto\n")
    with open(out, "ab") as output:
        output.write(archive({"test.sh": script.encode()}))
    return boot(name, out, "quiet")


def test_boot_zstd(place):
    """A kernel unpacks microcode, a zstd initrd, ours in gzip, and the pack; all without a medium."""
    marks, _ = stock(place, "boot-zstd", "zstd", archive({"kernel/x86/microcode/GenuineIntel.bin": b"\1" * 4096}))
    must(marks["disks"].split() == ["sda"], marks)


@slow
def test_boot_lz4(place):
    marks, _ = stock(place, "boot-lz4", "lz4")
    must(marks["disks"].split() == ["sda"], marks)


@slow
def test_boot_xz(place):
    marks, _ = stock(place, "boot-xz", "xz")
    must(marks["disks"].split() == ["sda"], marks)


@slow
def test_boot_cpio(place):
    marks, _ = stock(place, "boot-cpio", "cpio")
    must(marks["disks"].split() == ["sda"], marks)
