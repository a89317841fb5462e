# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: every reader on every kind of source, in kernels with and without its file system; and
a stick that is an installer's ISO and has a partition besides."""

import os
import shutil
import struct
import subprocess
import sys

from cases import WORKS, Case, all_of, has, state
from machine import OUT, PARTS, TOP

sys.path.append(str(TOP / "tests" / "media"))
from maker import Maker, Shared  # noqa: E402

PLACE = OUT / "readers"
MIB = 1024 * 1024

# Media as they are, on a block device: what a pack of each kind is called, or what is in it.
READERS = {"gen1": ("gen1 > iso", "acme:old"), "gen2": ("gen2 > iso", "acme:megaraid-sas"),
           "rock-ridge": ("gen2 > iso=r", "acme:megaraid-sas"), "gen3": ("ddk3=signed > iso", "megaraid-sas"),
           "rpm": ("rpm > iso", "megaraid_sas-modules-"), "module": ("ko=xz > iso", "megaraid_sas.ko.xz"),
           "iso": ("gen2 > iso > iso=jr,OUTER,outer.iso", "acme:megaraid-sas"),
           "tbz2": ("tbz2 > iso", "acme:old")}
SYSTEMS = {"fat": ("gen2 > iso > fat", "acme:megaraid-sas"), "ext4": ("gen3-tree > ext4", "megaraid-sas")}
DEVICES = {name: "/dev/vd" + letter for name, letter in zip((*READERS, *SYSTEMS), "abcdefghij")}
PACKS = {name: pack for name, (_, pack) in {**READERS, **SYSTEMS}.items()}


def tool(*command):
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                   env=dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin", MTOOLS_SKIP_CHECK="1"))


def made(shared, name, description, grown=8):
    """The image, with room behind it as on a stick; a sector's multiple for virtio."""
    path = Maker(shared, PLACE / "work" / name, name).make(description)
    os.truncate(path, (path.stat().st_size // MIB + grown) * MIB)
    os.rename(path, PLACE / (name + ".img"))
    return PLACE / (name + ".img")


def make_media():
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    shared = Shared(PLACE / "shared")
    shared.make()
    for name, (description, _) in {**READERS, **SYSTEMS}.items():
        made(shared, name, description.replace("gen3-tree", "update"))
    make_hybrid(shared)
    make_images(shared)
    make_suse(shared)
    shutil.rmtree(PLACE / "work")


def make_hybrid(shared):
    """An installer's stick with a partition added behind its ISO: FAT, labelled OEMDRV, at 8 MiB. Each has a pack."""
    stick = made(shared, "hybrid", "pack@packages.main=e100 > hybrid", 24)
    size = stick.stat().st_size // 512 - 16384
    with open(stick, "r+b") as image:  # the table as isohybrid writes it, and one entry more
        image.seek(446)
        image.write(struct.pack("<B3sB3sII", 0x80, b"\0\1\0", 0x17, b"\xfe\xff\xff", 0, 16384) + bytes(16) +
                    struct.pack("<B3sB3sII", 0, b"\xfe\xff\xff", 0x0C, b"\xfe\xff\xff", 16384, size) + bytes(16) + b"\x55\xaa")
        image.write(bytes(512))  # no GPT
    tool("mkfs.fat", "-n", "OEMDRV", "--offset=16384", stick, str(size // 2))
    tool("mcopy", "-i", "%s@@8388608" % stick, PARTS / "packs/default/megaraid-sas.iso", "::")


def once(text, said):
    return said.count(text) == 1


def make_images(shared):
    """A stick with images as vendors give them away: of a floppy with an RPM, of an ext file system, compressed, of a CD."""
    stick = PLACE / "work" / "images"
    stick.mkdir(parents=True)
    for name, description in {"floppy.img": "rpm > fat", "kmod-acme.dd.gz": "gen2 > ext4 > packed=gz", "acme.iso.xz": "update > iso > packed=xz"}.items():
        os.rename(Maker(shared, PLACE / "work" / ("image-" + name), name).make(description), stick / name)
    shutil.copytree(PARTS / "packs" / "e100" / "e100", stick / "folder.img")
    tool(TOP / "scripts/make-medium", "--kind", "fat", PLACE / "images.img", stick)


def make_suse(shared):
    """A stick with a SUSE driver update as mkdud writes it, and one with a Debian package in an injection disk's folder."""
    stick = PLACE / "work" / "suse"
    stick.mkdir(parents=True)
    os.rename(Maker(shared, PLACE / "work" / "suse-dud", "dud").make("suse=firmware,options > cpio"), stick / "megaraid_sas.dud")
    tool(TOP / "scripts/make-medium", "--kind", "fat", PLACE / "suse.img", stick)
    tool(TOP / "scripts/make-medium", "--kind", "fat", PLACE / "debian.img",
         Maker(shared, PLACE / "work" / "deb", "deb").make("deb > in=debian-drivers"))


def shown(names, prefix, **changed):
    return {prefix + name: {"status": 0, "said": has(PACKS[name]), "mounts": "", "left": "", **changed.get(name, {})}
            for name in names}


SCRIPT = """
within 20 test -e %(last)s
each() {
%(each)s
}
each with
cp /dev/vdb /tmp/gen2.img
run with-image ddload verify /tmp/gen2.img
echo /bin/false >/proc/sys/kernel/modprobe
rmmod isofs && rmmod vfat && rmmod ext4 || mark stuck
each without
run without-image ddload verify /tmp/gen2.img
run load ddload load --settle 10 %(gen2)s
"""

DUD = "5e6f70a1b2c3d4e5"
DEB = "megaraid-sas-modules_07.999-1_amd64.deb"
BOTH = all_of("acme:e100", "acme:megaraid-sas")
CASES = (
    Case("readers", {
        **shown(DEVICES, "with-"), **shown(READERS, "without-"),
        **{"without-" + name: {"status": 3, "said": has("cannot be used here")} for name in SYSTEMS},
        "with-image": {"status": 0, "said": has("acme:megaraid-sas")},
        "without-image": {"status": 0, "said": has("acme:megaraid-sas")},
        "load": state(WORKS, said=has("The driver is loaded and works."))}, SCRIPT % {
            "last": list(DEVICES.values())[-1], "gen2": DEVICES["gen2"],
            "each": "\n".join("\trun $1-%s ddload verify %s" % named for named in DEVICES.items())},
         media=tuple("virtio:%s" % (PLACE / (name + ".img")) for name in DEVICES), limit=240),
    Case("hybrid", {
        **{name: {"status": 0, "said": BOTH} for name in ("list", "disk-first", "partition-first")},
        "any": state(WORKS), "label": state(WORKS),
        "list-mounted": {"status": 0, "said": BOTH, "mounts": "/dev/vda:/tmp/at"},
        "load-mounted": state(WORKS, mounts="/dev/vda:/tmp/at"),
        "list-partition-mounted": {"status": 0, "said": BOTH, "mounts": "/dev/vda3:/tmp/at"},
        "load-partition-mounted": state(WORKS, mounts="/dev/vda3:/tmp/at"),
        "no-loop": {"status": 0, "said": all_of("acme:e100", "vda3", "another part of its disk, is in use")}}, """
within 20 test -e /dev/vda3
modprobe loop
mkdir /tmp/at
run list ddload list
run disk-first ddload list /dev/vda /dev/vda3
run partition-first ddload list /dev/vda3 /dev/vda
run any ddload load --settle 10 any
unload
run label ddload load --settle 10 LABEL=OEMDRV
unload
mount -t iso9660 -o ro /dev/vda /tmp/at
run list-mounted ddload list
run load-mounted ddload load --settle 10 LABEL=OEMDRV
unload
rmmod loop
run no-loop ddload list
umount /tmp/at
mount -t vfat /dev/vda3 /tmp/at
run list-partition-mounted ddload list
run load-partition-mounted ddload load --settle 10 LABEL=OEMDRV
unload
""", media=("virtio:%s" % (PLACE / "hybrid.img"),), modules=("loop",), limit=150),
    # Images as files: mounted by way of a loop device, compressed ones unpacked before; nothing of that stays.
    Case("images", {
        "without": {"status": 0, "mounts": "",
                    "said": lambda said: "megaraid-sas 1.0" in said and "acme:megaraid-sas" not in said and once("acme:e100", said)},
        "count": {"once": "1"},
        "list": {"status": 0, "said": all_of("acme:megaraid-sas 1.0-7", "megaraid-sas 1.0", "megaraid_sas-modules-"), "mounts": "",
                 "left": ""},
        "load": {"status": 0, "version": WORKS["version"], "mounts": "", "left": ""}, "direct": state(WORKS, left=""),
    }, """
within 20 test -e /dev/vda
run without ddload list /dev/vda
modprobe loop
run list ddload list /dev/vda
tell count "once $(ddload list /dev/vda | grep -c acme:e100)"
run load ddload load --settle 10 /dev/vda
unload
mount -t vfat -o ro /dev/vda /mnt
cp /mnt/kmod-acme.dd.gz /tmp
umount /mnt
run direct ddload load --settle 10 /tmp/kmod-acme.dd.gz
""", media=("virtio:%s" % (PLACE / "images.img"),), modules=("loop",), limit=120),
    Case("suse", {"list": {"status": 0, "said": all_of("5e6f70a1b2c3d4e5", "its command is not run", "linux/suse/x86_64-sles15")},
                  "load": state(WORKS, packs=DUD, outcome__packs__0__identifier=DUD),
                  "firmware": {"there": "fw.bin", "options": "1", "tree": "dud.config inst-sys install modules"}}, """
within 20 test -e /dev/vda
run list ddload list /dev/vda
run load ddload load --handoff suse --settle 10 /dev/vda
tell firmware "there $(ls /run/ddload/firmware/megaraid_sas)" "options $(cat /sys/module/megaraid_sas/parameters/msix_disable)" "tree $(echo $(ls /linux/suse/x86_64-sles15))"
""", media=("virtio:%s" % (PLACE / "suse.img"),)),
    Case("debian", {"load": state(WORKS, packs=DEB, outcome__packs__0__identifier=DEB), "left": {"there": "components " + DEB, "components": "local main"}}, """
within 20 test -e /dev/vda
mkdir -p /var/cache/firmware
echo main >/var/cache/firmware/components
run load ddload load --handoff debian --settle 10 /dev/vda
unload
ddload load --handoff debian --settle 10 /dev/vda >/dev/null
tell left "there $(echo $(cd /var/cache/firmware; ls))" "components $(echo $(cat /var/cache/firmware/components))"
""", media=("virtio:%s" % (PLACE / "debian.img"),)),
)
