# SPDX-License-Identifier: GPL-2.0-or-later
"""The list of media while it is on the screen: plugged, pulled, changed and hanging media in a real machine."""

from cases import WITHOUT, NOTHING, PARTS, Case, empty, has, key, pack, qmp, screens, slow_reading, state, wait

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
    # The driver fails, and the report is saved on the stick; nothing else on it is changed.
    Case("report", {"whole": state(NOTHING, 4, disks="sda", outcome__result="undone", mounts=""),
                    "saved": {"status": 0, "said": has("this init always fails"), "mounts": ""}}, """
within 20 test -e /dev/sda1
live whole ddload menu
mount /dev/sda1 /mnt
status=$?
grep 'always fails' /mnt/ddload-report.txt >/tmp/said || status=2
[ "$(ls /mnt | wc -l)" = 2 ] || status=3
umount /mnt
tell saved "status $status" "said $(base64 -w0 /tmp/said)"
""", (wait("This machine and its media"), key("Down")) + screens()[1:] +
         (wait("Loading failed"), key("l"), wait("Save a report"), key("s"), wait("A new file will be written on"),
          key("Enter"), wait("in the file ddload-report.txt"), key("Enter"), key("c"), wait("Another disk"), key("c")),
         media=("usb:%s" % STICK, "cd-ide:%s" % pack("fail-init")), append="TERM=xterm", writable=True, limit=120),
)
