# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: a driver that may not go, as something lies on top of its disks."""

from cases import BUILD, OLD, SWAPPED, Case, Same, refused, state

LINEAR = BUILD / "tests" / "static" / "dm_linear"
UNTOUCHED = dict(OLD, life=Same("before"))
BUSY = "The loaded driver is in use and cannot be taken out."

# Volumes of the real device mapper and an array of the real md, a degraded RAID 1 that is made
# through sysfs. What was refused once goes on as soon as nothing is in the way.
LAYERS = Case("swap-in-use-layers", {
    "before": state(OLD),
    "lvm": refused(UNTOUCHED, BUSY, "sda1 is in use by dm-0 (LVM vg0)"),
    # A hyphen of the group's name is doubled; a volume that is not LVM's has its own name only.
    "two": refused(UNTOUCHED, BUSY, "sda1 is in use by dm-0 (LVM my-vg)", "sda1 is in use by dm-1 (backup)"),
    "mounted": refused(dict(UNTOUCHED, mounts="/dev/dm-0:/mnt"), BUSY, "dm-0 is mounted on /mnt",
                       "sda1 is in use by dm-0 (LVM vg0)"),
    "md": refused(UNTOUCHED, BUSY, "sda1 is part of the RAID array md127"),
    "array": {"state": "clean"},
    "stacked": refused(UNTOUCHED, BUSY, "sda1 is part of the RAID array md127"),
    "free": state(SWAPPED),
}, """
modprobe -a dm_mod raid1
array=/sys/block/md127/md
part=/sys/block/sda/sda1
load() { run "$1" ddload load --replace --settle 10 /packs/default.iso; }
again before true
dm_linear vg0-root /dev/sda1 2048 LVM-ddloadtest
load lvm
dm_linear --remove vg0-root
dm_linear my--vg-root /dev/sda1 1024 LVM-ddloadtest
dm_linear backup /dev/sda1 2048
load two
dm_linear --remove my--vg-root
dm_linear --remove backup
dm_linear vg0-root /dev/sda1 "$(cat $part/size)" LVM-ddloadtest
mke2fs -q /dev/dm-0 >/dev/null
mount /dev/dm-0 /mnt
load mounted
umount /mnt
dm_linear --remove vg0-root
echo md127 >/sys/module/md_mod/parameters/new_array
echo none >$array/metadata_version
echo raid1 >$array/level
echo 2 >$array/raid_disks
cat $part/dev >$array/new_dev
echo 0 >$array/dev-sda1/slot
echo 2048 >$array/dev-sda1/size
echo 2048 >$array/component_size
echo active >$array/array_state
load md
tell array "state $(cat $array/array_state)"
dm_linear vg0-root /dev/md127 1024 LVM-ddloadtest
load stacked
dm_linear --remove vg0-root
echo clear >$array/array_state
load free
""", stock=True, packs=("default",), modules=("dm_mod", "raid1"), add=((LINEAR, "/bin/dm_linear"),))

CASES = (LAYERS,)
