# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: what a swap keeps, leaves alone and takes back."""

from cases import Case, NEWER, OLD, PARTS, STOCK, SWAPPED, TARGET, all_of, has, pack, state

# A parameter that somebody set stays set, one that has its old default is not forced.
# The pack sets event_log_level itself.
PARAMETERS = Case("swap-parameters", {
    "before": state(OLD, msix="1", reset="180"),
    "swapped": state(SWAPPED, outcome__plan__steps__2__params="msix_disable=1 event_log_level=2"),
    "after": state(SWAPPED, msix="1", reset="180"),
}, """
parameter() { cat "/sys/module/megaraid_sas/parameters/$1"; }
unload
modprobe megaraid_sas msix_disable=1
within 10 has_disk
tell before "status 0" "msix $(parameter msix_disable)" "reset $(parameter resetwaittime)"
run swapped ddload load --replace /packs/default.iso
tell after "status 0" "msix $(parameter msix_disable)" "reset $(parameter resetwaittime)"
""", stock=True, packs=("default",))

# The disk that the pack is read from hangs off the driver that is replaced.
SAME_DRIVER = Case("swap-medium-behind-it", {
    "swapped": state(SWAPPED, disks="sda sdb", driver="megaraid_sas megaraid_sas", said=all_of("read through the driver", "copied to memory"),
                     outcome__disks__1__name="sdb"),
}, """
run swapped ddload load --replace any
""", stock=True, controllers=("megasas:%s" % TARGET, "megasas:%s" % pack("default")))

CASES = (PARAMETERS, SAME_DRIVER)
