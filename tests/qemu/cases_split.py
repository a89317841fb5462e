# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: a driver in several files by themselves, on one FAT stick and on two."""

import subprocess

from cases import OUT, PARTS, TARGET, Case, has
from machine import TOP

# The first needs the others; of the kernel's tree nothing is used but the SCSI layer.
MODULES = "mptsas", "mptscsih", "mptbase", "scsi_transport_sas"


def stick(name, *modules):
    """A FAT stick with these modules in a folder; made when the table is read."""
    out = OUT / ("split-%s.img" % name)
    out.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([str(TOP / "scripts" / "make-medium"), "--kind", "fat", str(out),
                    *("%s:/drivers/" % (PARTS / "split" / (module + ".ko")) for module in modules)],
                   check=True, stdout=subprocess.DEVNULL)
    return out


def case(name, sources, disk, packs, *media):
    """All four are in, the controller's disk is there, and each pack was handed over."""
    return Case("split-" + name, {
        "load": {"status": 0, "said": has("The driver is loaded and works."), "driver": "mptsas", "mounts": "", "left": "",
                 "outcome.result": "works", "outcome.disks.0.name": disk, "outcome.modules.3.version_before": None,
                 "outcome.error": None, "packs": " ".join(packs)},
        "in": {"in": " ".join(sorted(MODULES))},
    }, """
within 20 test -e %s
run load ddload load --settle 20 %s
tell in "in $(cut -d' ' -f1 /proc/modules | grep -xE '%s' | sort | tr '\\n' ' ' | sed 's/ $//')"
""" % (sources[-1], " ".join(sources), "|".join(MODULES)), controllers=("mptsas1068:%s" % TARGET,),
                media=tuple("usb:%s" % image for image in media))


CASES = (
    case("stick", ("/dev/sda",), "sdb", ("mptbase.ko+3",), stick("all", *MODULES)),
    case("sticks", ("/dev/sda", "/dev/sdb"), "sdc", ("mptbase.ko+1", "mptsas.ko+1"),
         stick("one", "mptsas", "mptscsih"), stick("two", "mptbase", "scsi_transport_sas")),
)
