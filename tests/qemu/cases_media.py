# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: a whole load from each shape in which a disk is brought."""

from cases import NOTHING, PARTS, WORKS, Case, has, refused, state

MEDIA = PARTS / "media"
# Without long names, mounted by the kernel: capitals of 8 and 3, and of 31.
CUT = {"plain1": "/dev/sr0", "plain2": "/dev/sr1"}
DEVICES = {"iso-on-disk": "/dev/vda", "ext4-partition": "/dev/vdb1",
           "fat-bare": "/dev/vdc", "fat-tree": "/dev/vdd1", "fat-zip": "/dev/vde", "rockridge": "/dev/vdf"}
FILES = {"zip": (MEDIA / "pack.zip", "/packs/pack.zip"), "tar": (MEDIA / "pack.tar.gz", "/packs/pack.tar.gz")}
# Without a pack around them: no identifier that a vendor gave.
BARE = {"rpm": (next((PARTS / "rpms" / "driver").glob("*.rpm"), PARTS / "none"), "/packs/driver.rpm"),
        "module": (PARTS / "drivers" / "megaraid_sas.ko", "/packs/megaraid_sas.ko")}
LOADED = {name: value for name, value in WORKS.items() if name not in ("packs", "outcome.packs.0.identifier")}
EVERY = dict(DEVICES, directory="/packs/tree", **{name: place for name, (_, place) in {**FILES, **BARE}.items()})

CASES = (
    Case("containers", dict([(name, refused(NOTHING, "This image was made without long file names")) for name in CUT] +
                            [(name, state(LOADED if name in BARE else WORKS, said=has("The driver is loaded and works.")))
                             for name in EVERY]), """
within 20 test -e /dev/vdf
%s
mkdir /packs/tree
tar -C /packs/tree -xzf /packs/pack.tar.gz
%s
""" % ("\n".join("run %s ddload load %s" % named for named in CUT.items()),
       "\n".join("run %s ddload load --settle 10 %s\nunload" % named for named in EVERY.items())),
         media=("cd-ide:%s" % (MEDIA / "cd-plain1.iso"), "cd-ide:%s" % (MEDIA / "cd-plain2.iso"),
                "virtio:%s" % (MEDIA / "disk-iso.img"), "virtio:%s" % (MEDIA / "disk-ext4-part.img"),
                "virtio:%s" % (MEDIA / "stick-bare.img"), "virtio:%s" % (MEDIA / "stick-tree.img"),
                "virtio:%s" % (MEDIA / "stick-zip.img"), "virtio:%s" % (MEDIA / "cd-rockridge.iso")),
         add=tuple(FILES.values()) + tuple(BARE.values()), limit=150),
)
