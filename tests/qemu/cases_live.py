# SPDX-License-Identifier: GPL-2.0-or-later
"""The list of media while it is on the screen: plugged, pulled, changed and hanging media in a real machine."""

from cases import (FAR, WITHOUT, WORKS, NOTHING, PARTS, Case, empty, has, key, pack, pause, press, qmp, screens, slow_reading, state,
                   wait)

STICK = PARTS / "media" / "stick-iso.img"
ONE_PACK = "1 pack, 1 for this machine"


def not_there(text, title="This machine and its media"):
    """Until the screen is whole and this is not on it."""
    def step(machine):
        while True:
            machine.wait(title)
            if text not in " ".join(machine.terminal.text().split()):
                return
    return step


def plug(name):
    """A stick in another port."""
    def step(machine):
        machine.command("human-monitor-command", **{"command-line": 'drive_add 0 "if=none,id=%s-image,format=raw,'
                                                    'readonly=on,file=%s"' % (name, STICK)})
        machine.command("device_add", driver="usb-storage", id=name, bus="usb.0", removable=True,
                        drive=name + "-image")
    return step


CASES = (
    Case("live-list", {"whole": state(NOTHING, 0, outcome=empty, disks="sda sdb")}, "live whole ddload menu",
         (wait("sda1"), wait(ONE_PACK),
          qmp("device_del", id="medium1"), not_there(ONE_PACK),
          qmp("blockdev-change-medium", id="medium0", filename=str(pack("default")), format="raw"), wait(ONE_PACK),
          key("e"), not_there(ONE_PACK), wait("There is no disk in the drive."),
          plug("again"), wait("sda1"), wait(ONE_PACK), plug("hangs"), wait("sdb1"), wait(ONE_PACK),
          # it gives a byte a second from now on: the rest of the list and the keys do not wait for it
          slow_reading("hangs", 1), key("l"), wait("looking ..."), wait(ONE_PACK), key("F1"), wait("Help"),
          key("Esc"), wait("The device does not answer."), wait(ONE_PACK), slow_reading("hangs", 0),
          key("c")) + WITHOUT,
         media=("cd-ide:", "usb:%s" % STICK), append="TERM=xterm", limit=150),
    # Pulled while it is read: it is said, and when it is back all goes on.
    Case("pulled-and-back", {"whole": state(WORKS, disks="sda sdb", outcome__disks__0__name="sdb")}, "live whole ddload menu",
         (wait("This machine and its media"), wait(ONE_PACK), slow_reading("medium0", 500), press("Enter"), wait("Reading sda"),
          pause(2), qmp("device_del", id="medium0"), wait("taken out while it was being read"), key("a"),
          wait("No medium was found."), plug("again"), wait(ONE_PACK), key("Enter")) + screens()[2:] +
         (wait("The driver works"), key("c")),
         media=("usb:%s" % FAR,), append="TERM=xterm", limit=90),
    # The kernel's messages stay off the page, on the prompt as in the menus.
    Case("menu-quiet", {"whole": state(NOTHING, 0), "quiet": {"during": "1", "after": "5"}}, """
dmesg -n 5
level() { cut -f1 /proc/sys/kernel/printk; }
asks() { [ "$(level)" = 1 ]; }
(within 20 asks; level >/tmp/during; echo '<3>it tears the page' >/dev/kmsg) &
live whole ddload prompt --timeout 60
tell quiet "during $(cat /tmp/during)" "after $(level)"
""", (wait("to load a driver disk"), key("F9"), wait("This machine and its media"), pause(1), not_there("it tears the page"),
      key("c")) + WITHOUT, media=("cd-ide:%s" % pack("default"),), append="TERM=xterm"),
    # The driver fails, and the report is saved on the stick; nothing else on it is changed.
    Case("report", {"whole": state(NOTHING, 4, disks="sda", outcome__result="undone", mounts=""),
                    "saved": {"status": 0, "said": has("this init always fails"), "mounts": ""}}, """
within 20 test -e /dev/sda1
live whole ddload menu
mount /dev/sda1 /mnt
status=$?
grep 'always fails' /mnt/ddload-report.txt >/tmp/said || status=2
grep -q '"result":' /mnt/ddload-report.json || status=4
[ "$(ls /mnt | wc -l)" = 3 ] || status=3
umount /mnt
tell saved "status $status" "said $(base64 -w0 /tmp/said)"
""", (wait("This machine and its media"), key("Down")) + screens()[1:] +
         (wait("Loading failed"), key("l"), wait("Save a report"), key("s"), wait("Two new files will be written on"),
          key("Enter"), wait("in the file ddload-report.txt"), key("Enter"), key("c"), wait("Another disk"), key("c")),
         media=("usb:%s" % STICK, "cd-ide:%s" % pack("fail-init")), append="TERM=xterm", writable=True, limit=120),
)
