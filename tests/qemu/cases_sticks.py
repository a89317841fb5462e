# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: ISO images written to sticks whose tables are not theirs, exFAT, and how much is read of many."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from cases import OUT, PARTS, WORKS, Case, has, state

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "media"))
from maker import Maker, Shared, only  # noqa: E402

MIB = 1024 * 1024
PLACE = OUT / "sticks"
ISOS, ISO_SIZE = 20, 25 * MIB
MOST_READ = 5500000  # bytes, of a stick with 500 MiB of ISO files: a package for another release is looked into, and where each source.bin begins
# As they are brought: an ISO with a table of its own, with rubbish before it, with partitions that are not there.
IMAGES = {"hybrid": "gen2 > hybrid", "rubbish": "gen2 > iso > table=rubbish", "elsewhere": "update > iso > table=elsewhere",
          "marks": "gen1 > iso > table=fat"}
DEVICES = {name: "/dev/vd" + letter for name, letter in zip(IMAGES, "abcd")}
EXFAT, MANY = "/dev/vde", "/dev/vdf"


def tool(*command):
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                   env=dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin", MTOOLS_SKIP_CHECK="1"))


def make_many(path):
    """A FAT stick with 20 ISO files; one of them is for the kernel that runs."""
    scratch = PLACE / "many"
    scratch.mkdir()
    for number in range(ISOS):
        tree = scratch / "tree"
        shutil.copytree(only(PARTS / "packs" / ("other-kernel" if number else "default"), "*/"), tree)
        with open(tree / "source.bin", "wb") as file:
            file.truncate(ISO_SIZE)
        tool("xorriso", "-as", "mkisofs", "-J", "-joliet-long", "-r", "-o", scratch / ("pack%02d.iso" % number), tree)
        shutil.rmtree(tree)
    with open(path, "wb") as image:
        image.truncate((ISOS + 2) * (ISO_SIZE + MIB))
    tool("mkfs.fat", "-F", "32", path)
    tool("mcopy", "-i", path, *sorted(scratch.glob("*.iso")), "::")
    shutil.rmtree(scratch)


def make_media():
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    shared = Shared(PLACE / "shared")
    for name, description in IMAGES.items():
        made = Maker(shared, PLACE / "work" / name, name).make(description)
        with open(made, "ab") as image:  # a stick is larger than what was written to it
            image.truncate((made.stat().st_size // MIB + 8) * MIB)
        os.rename(made, PLACE / (name + ".img"))
    shutil.rmtree(PLACE / "work")
    exfat = PLACE / "exfat.img"
    with open(exfat, "wb") as image:
        image.truncate(16 * MIB)
    tool("mkfs.exfat", exfat)
    make_many(PLACE / "many.img")


def is_small(got):
    return int(got) < MOST_READ


SAID = has("The driver is loaded and works.")
PACKS = {"hybrid": "acme:megaraid-sas", "rubbish": "acme:megaraid-sas", "elsewhere": "megaraid-sas", "marks": "acme:old"}
FACTS = {name: state(WORKS, said=SAID, packs=PACKS[name], outcome__packs__0__identifier=PACKS[name]) for name in IMAGES}
FACTS["exfat"] = state(WORKS, said=SAID)
FACTS["many"] = {"status": 0, "read": is_small, "said": has("acme:megaraid-sas")}

CASES = (
    Case("sticks", FACTS, """
within 20 test -e %s
sectors() { awk '{ print $3 }' /sys/block/vdf/stat; }
before=$(sectors)
ddload list %s >/tmp/said 2>&1
tell many "status $?" "read $((($(sectors) - before) * 512))" "said $(base64 -w0 /tmp/said)"
%s
modprobe exfat
mkdir -p /tmp/stick
mount -t exfat %s /tmp/stick
mkdir /tmp/stick/drivers
cp /packs/default.iso /tmp/stick/drivers/Treiber.iso
umount /tmp/stick
run exfat ddload load --settle 10 %s
""" % (MANY, MANY, "\n".join("run %s ddload load --settle 10 %s\nunload" % named for named in DEVICES.items()), EXFAT, EXFAT),
         media=tuple("virtio:%s" % (PLACE / (name + ".img")) for name in (*IMAGES, "exfat", "many")),
         packs=("default",), modules=("exfat",), writable=True, limit=180),
)
