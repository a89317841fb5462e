# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots Debian's installer, and initrds of each compression, with ddload.img appended."""

import re

import hand
from common import IMAGE, PACK, PARTS, TARGET, Skipped, archive, boot, must, slow, tool
from formats import FORMATS
from schema import fits_schema

INSTALLER = PARTS / "installer"

# What the machine says at the end of a test, on the serial line.
PROBE = """#!/bin/sh
say() { echo "MARK $*" >/dev/ttyS0; }
for try in 1 2 3 4 5 6; do [ -e /sys/block/sda ] && break; sleep 0.5; done
say "disks $(ls /sys/block | sed -n '/^sd/p' | tr '\\n' ' ')"
say "version $(cat /sys/module/megaraid_sas/version 2>/dev/null)"
say "listed" $(list-devices disk 2>/dev/null)
[ ! -e /partman ] || for disk in $(list-devices disk); do sh /partman/open "$disk"; done
say "printk $(cat /proc/sys/kernel/printk | cut -f1)"
[ ! -e /run/ddload/outcome.json ] || say "outcome $(tr -d '\\n' </run/ddload/outcome.json)"
say end
sleep 2
poweroff -f 2>/dev/null
echo o >/proc/sysrq-trigger
sleep 20
"""


# What partman does with each disk of that list, by its own functions: its server opens the disk and
# tells the partitions. Nobody is asked anything, so no debconf runs.
OPEN_DISK = """name=${1#/dev/}
export LD_LIBRARY_PATH=/partman/so DEBIAN_HAS_FRONTEND=1 DEBCONF_REDIR=1
mkdir -p /var/lib/partman/devices/=dev=$name
cd /var/lib/partman/devices/=dev=$name
. /partman/base.sh
[ -e /var/run/parted_server.pid ] || /partman/parted_server
open_dialog OPEN "$1"
read_line opened
close_dialog
open_dialog PARTITIONS
echo "MARK partman_$name $opened" $(read_paragraph | tr '\\t' ' ') >/dev/ttyS0
close_dialog
"""
PARTMAN = INSTALLER / "partman"
INSTALLER_PACK = INSTALLER / "megaraid-sas.iso"


def installer_initrd(place, *options):
    """Debian's installer's initrd with ddload; its own scripts before ours are run as ever."""
    out, bare = place / "initrd", place / "bare"
    tool("add-to-initrd", INSTALLER / "initrd.gz", out, "--image", IMAGE, *options)
    with open(out, "ab") as output:
        output.write(archive({"lib/debian-installer-startup.d/S06probe": PROBE.encode()}))
    if PARTMAN.exists():
        (place / "open").write_text(OPEN_DISK)
        out.rename(bare)
        tool("make-initrd", "--base", bare, "--add", "%s:/partman" % PARTMAN, "--add", "%s:/partman/open" % (place / "open"), out)
    return out


def installer(place, name, words, *options):
    out = installer_initrd(place, *options)
    return boot(name, out, words, kernel=INSTALLER / "linux", memory=1024)


def test_installer_without(place):
    """Debian's installer finds no disk by itself."""
    marks, text = installer(place, "installer-without", "ddload=off")
    must(marks["disks"].strip() == "" and marks["version"] == "" and marks["listed"].strip() == "", marks)
    must("partman_sda" not in marks, marks)
    must("ddload:" not in text, "ddload=off said something")


def test_installer_auto(place):
    """Debian's installer, nobody watching, the pack in its initrd."""
    marks, text = installer(place, "installer-auto", "ddload=auto", "--pack", INSTALLER / "megaraid-sas.iso")
    driver = (PARTS / "drivers" / "version").read_text().strip()
    sees_the_disk(marks)
    must(fits_schema(marks["outcome"])["result"] == "works", marks["outcome"])
    must("ddload: loaded megaraid_sas %s (acme:megaraid-sas 1.0-7) sda" % driver in text, "no line on the console")


def sees_the_disk(marks, disk="sda"):
    """What the installer's own list of disks has, and what its partitioner reads on the disk."""
    driver = (PARTS / "drivers" / "version").read_text().strip()
    must(disk in marks["disks"].split() and marks["version"] == driver and "/dev/" + disk in marks["listed"].split(), marks)
    must(marks["printk"] != "1", "kernel messages stay off the console")
    said = marks.get("partman_" + disk, "")
    must(not PARTMAN.exists() or re.fullmatch(r"OK .* ext4 /dev/%s1 ?" % disk, said), "partman said", said)


def test_installer_hand(place):
    """Debian's installer, F9 on the serial line, the pack chosen in the menus; on a stick, as its initrd reads no CD."""
    stick = place / "stick.img"
    tool("make-medium", "--kind", "fat", "--partition", "--label", "DRIVERS", stick, INSTALLER_PACK)
    out = installer_initrd(place)
    marks, _ = hand.by_hand("installer-hand", out, "ddload.timeout=60", TARGET, "--kernel", INSTALLER / "linux",
                            "--medium", "usb:%s" % stick)
    # The stick is the first disk.
    must(marks["disks"].split() == ["sda", "sdb"], marks)
    sees_the_disk(marks, "sdb")


def test_installer_partman(_place):
    """Whether the tests of the installer had its partitioner."""
    if not PARTMAN.exists():
        raise Skipped("the mirror has not partman-base for the installer; scripts/parts -f installer tries again")


MICROCODE = archive({"kernel/x86/microcode/GenuineIntel.bin": b"\1" * 4096})


def stock(place, name, kind, *more, options=("--pack", PACK, "--cmdline", "ddload=auto ddload.wait=5")):
    """Microcode, the demo's initrd, compressed, ours, and a pack; the words are in the initrd. No medium."""
    base, source, out = place / "base", place / "in", place / "out"
    tool("make-initrd", base, "--ddload", "none")
    source.write_bytes(MICROCODE + FORMATS[kind](base.read_bytes()))
    tool("add-to-initrd", source, out, "--image", IMAGE, *options)
    script = PROBE.replace("#!/bin/sh\n", "/usr/bin/ddload auto\n")
    with open(out, "ab") as output:
        output.write(archive({"test.sh": script.encode()}))
    return boot(name, out, "quiet", *more)


def test_boot_zstd(place):
    marks, _ = stock(place, "boot-zstd", "zstd")
    must(marks["disks"].split() == ["sda"], marks)


@slow
def test_boot_gzip(place):
    marks, _ = stock(place, "boot-gzip", "gzip")
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


@slow
def test_boot_answer(place):
    """An answer file in the initrd names the CD; nothing else says anything."""
    (place / "answers.xml").write_text("<installation><driver-source type='local'>sr0</driver-source></installation>")
    marks, _ = stock(place, "boot-answer", "cpio", "--medium", "cd-ide:%s" % PACK, options=("--answer", place / "answers.xml"))
    must(marks["disks"].split() == ["sda"] and fits_schema(marks["outcome"])["result"] == "works", marks)
