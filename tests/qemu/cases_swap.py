# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: what a swap keeps, leaves alone and takes back."""

import os
import re
import subprocess

from cases import DRIVER, OLD, PARTS, STOCK, SWAPPED, TARGET, WORKS, Case, Same, all_of, has, pack, state

# A parameter that was given by hand is not carried over, and that is told; the boot line's is given again.
# The pack sets event_log_level itself.
PARAMETERS = Case("swap-parameters", {
    "before": state(OLD, msix="1", reset="60"),
    "swapped": state(SWAPPED, outcome__plan__steps__2__params="resetwaittime=60 event_log_level=2",
                     said=has("megaraid_sas: msix_disable=1 was in force, now it is msix_disable=0")),
    "after": state(SWAPPED, msix="0", reset="60"),
}, """
parameter() { cat "/sys/module/megaraid_sas/parameters/$1"; }
unload
modprobe megaraid_sas msix_disable=1
within 10 has_disk
tell before "status 0" "msix $(parameter msix_disable)" "reset $(parameter resetwaittime)"
run swapped ddload load --replace /packs/default.iso
tell after "status 0" "msix $(parameter msix_disable)" "reset $(parameter resetwaittime)"
""", stock=True, packs=("default",), append="megaraid_sas.resetwaittime=60")

# The disk that the pack is read from hangs off the driver that is replaced.
SAME_DRIVER = Case("swap-medium-behind-it", {
    "swapped": state(SWAPPED, disks="sda sdb", driver="megaraid_sas megaraid_sas",
                     said=all_of("read through the driver", "copied to memory"),
                     outcome__disks__1__name="sdb"),
}, """
run swapped ddload load --replace any
""", stock=True, controllers=("megasas:%s" % TARGET, "megasas:%s" % pack("default")))

# A generic driver holds both controllers of a machine, one of them by driver_override; with
# --unbind it stays loaded, and a new driver that fails gives them back.
UNBIND = Case("swap-unbind", {
    "held": {"driver": "ddl_generic"},
    "undone": {"driver": "ddl_generic", "status": 4, "modules": "ddl_generic", "override": "ddl_generic"},
    "taken": state(WORKS, driver="megaraid_sas", modules="megaraid_sas ddl_generic", override="megaraid_sas",
                   outcome__plan__steps__1__step="unbind"),
}, """
device=/sys/bus/pci/devices/0000:00:02.0
insmod /generic.ko
echo ddl_generic >$device/driver_override
echo 0000:00:02.0 >/sys/bus/pci/drivers_probe
tell held "status 0"
run undone ddload load --replace --unbind --settle 5 /packs/binds-none.iso
tell undone "status $status" "override $(cat $device/driver_override)"
run taken ddload load --replace --unbind /packs/default.iso
tell taken "status $status" "override $(cat $device/driver_override)"
""", packs=("default", "binds-none"), add=((PARTS / "test-drivers" / "generic" / "ddl_generic.ko", "/generic.ko"),))

# Who holds the controller is said, and by the kernel's words only that is taken from it.
UNBIND_AUTO = Case("swap-unbind-auto", {
    "planned": {"said": has("ddl_generic holds 00:02.0: it is unloaded; with --unbind"), "status": 0, "driver": "ddl_generic"},
    "refused": {"said": all_of("ddl_generic holds 00:02.0", "Give --replace to allow it."), "status": 3, "driver": "ddl_generic"},
    "taken": state(WORKS, driver="megaraid_sas", modules="megaraid_sas ddl_generic", outcome__plan__steps__1__step="unbind"),
}, """
insmod /generic.ko
run planned ddload plan --replace --one-way /packs/default.iso
run refused ddload load /packs/default.iso
live taken ddload auto
""", packs=("default",), add=UNBIND.add, append="ddload=/packs/default.iso ddload.unbind=yes ddload.replace=yes")

# After a second pack that fails, the first pack's driver is back: the tree has an older one.
EARLIER = Case("swap-earlier-pack", {
    "first": SWAPPED,
    "second": state(SWAPPED, 4, outcome__result="undone",
                    outcome__modules__0__version_before=DRIVER, outcome__disks__0__name=None,
                    outcome__error=lambda error: error["code"] == "insert-init"),
}, """
stock
run first ddload load --replace /packs/default.iso
again second ddload load --replace /packs/fail-init.iso
""", stock=True, packs=("default", "fail-init"))

# A process has the disk open: named, and nothing is touched.
OPEN = Case("swap-held-open", {
    "refused": state(OLD, 3, said=all_of("sda is held open by sleep (pid")),
}, """
stock
sleep 1000 </dev/sda &
run refused ddload load --replace --settle 5 /packs/default.iso
""", stock=True, packs=("default",))

# The kmod package's modprobe and depmod with their libraries, as another initrd has them.
KMOD = "/usr/bin/kmod"
KMOD_FILES = [(KMOD, "/kmod/modprobe"), (KMOD, "/sbin/depmod")] + [
    (os.path.realpath(word), word) for word in subprocess.run(["ldd", KMOD], check=True, text=True, stdout=subprocess.PIPE).stdout.split()
    if word.startswith("/")]

# The initrd's depmod (kmod's; busybox's prefers no directory) is run: after a load either modprobe finds the pack's module by name and by alias, in
# place of the tree's own; what was undone is not found; a tree that cannot be written is a line in the log.
BOTH = {"busybox": DRIVER, "busybox-alias": DRIVER, "kmod": DRIVER, "kmod-alias": DRIVER,
        "resolved": "megaraid_sas", "file": has("updates/ddload/megaraid_sas.ko")}
MODPROBE = Case("swap-modprobe", {
    "undone": state(OLD, 4, outcome__result="undone"),
    "undone-found": {"busybox": STOCK, "busybox-alias": STOCK, "kmod": STOCK, "kmod-alias": STOCK},
    "swapped": SWAPPED,
    "swapped-found": BOTH,
    "read-only": SWAPPED,
    "read-only-found": {"kmod": STOCK, "busybox": STOCK},
    "read-only-log": {"lines": "1"},
}, """
version() { cat /sys/module/megaraid_sas/version; }
alias=$(cat /sys/bus/pci/devices/0000:00:02.0/modalias)
try() { unload; "$@" >/dev/null 2>&1; version; }
found() {
	tell "$1" "busybox $(try busybox modprobe megaraid_sas)" "busybox-alias $(try busybox modprobe "$alias")" \
		"kmod $(try /kmod/modprobe megaraid_sas)" "kmod-alias $(try /kmod/modprobe "$alias")" \
		"resolved $(/kmod/modprobe -R "$alias")" "file $(/kmod/modprobe -D megaraid_sas | tail -n1)"
}
stock
run undone ddload load --replace --settle 5 /packs/fail-init.iso
found undone-found
stock
run swapped ddload load --replace /packs/default.iso
found swapped-found
stock
mount --bind /lib/modules /lib/modules && mount -o remount,ro,bind /lib/modules
run read-only ddload load --replace /packs/default.iso
found read-only-found
tell read-only-log "lines $(grep -c "a later modprobe finds the installer's own drivers" /run/ddload/log)"
umount /lib/modules
""", stock=True, packs=("default", "fail-init"), add=tuple(KMOD_FILES), limit=150)

# Whatever loads modules by alias as soon as a device has lost its driver, and a udev that says when
# it was waited for: before the old driver goes, and when the new one is there.
AUTOLOAD = Case("swap-autoloaded", {
    "swapped": state(SWAPPED, waited="%s %s" % (STOCK, DRIVER), loader=re.compile("[1-9]")),
    "undone": state(OLD, 4, outcome__result="undone"),
}, """
mkdir -p /run/udev /tmp/udev
: >/run/udev/control
cat >/bin/udevadm <<'X'
#!/bin/sh
[ "$1" = settle ] && cat /sys/module/megaraid_sas/version >>/tmp/udev/waited
X
chmod 755 /bin/udevadm
device=/sys/bus/pci/devices/0000:00:02.0
autoload() {
	alias=$(cat $device/modalias)
	while :; do
		[ -e $device/driver ] || { echo 1 >>/tmp/udev/loads; modprobe "$alias" >/dev/null 2>&1; }
		usleep 1000
	done
}
stock
autoload &
loader=$!
rm -rf /run/ddload
ddload load --replace /packs/default.iso >/tmp/said 2>&1 </dev/null
status=$?
cat /tmp/said
tell swapped "status $status" "waited $(tr '\\n' ' ' </tmp/udev/waited | sed 's/ $//')" "loader $(grep -c . /tmp/udev/loads)"
kill $loader
stock
autoload &
run undone ddload load --replace --settle 5 /packs/binds-none.iso
""", stock=True, packs=("default", "binds-none"))

# Another driver than the old one is loaded in between, and takes the controller: never "works".
STOLEN = Case("swap-stolen", {
    "stolen": {"status": 5, "driver": "ddl_generic", "version": STOCK, "modules": "megaraid_sas ddl_generic",
               "outcome": lambda outcome: outcome["result"] == "not-undone" and outcome["left_over"] and
                          outcome["error"]["code"] == "not-bound"},
}, """
device=/sys/bus/pci/devices/0000:00:02.0
stock
(while [ -e $device/driver ]; do usleep 1000; done; insmod /generic.ko) &
run stolen ddload load --replace --settle 5 /packs/default.iso
""", stock=True, packs=("default",), add=UNBIND.add)

CASES = (STOLEN, AUTOLOAD, MODPROBE, OPEN, EARLIER, UNBIND, UNBIND_AUTO, PARAMETERS, SAME_DRIVER)
