# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: the medium goes away while it is read, and while drivers are swapped."""

import re

from cases import DRIVER, FAR, GONE, OLD, PARTS, SWAPPED, Case, Same, failed, has, line, mark, pack, qmp, slow_reading, state

UNTOUCHED = dict(OLD, life=Same("before"))
# How many sectors have been read when it goes: while it is recognised, and in its packages.
MOMENTS = (4, 100)
MANY = tuple(range(10, 500, 35))
RATE = 200000
NO_DISC = "There is no disk in the drive."


def end_of_a_pull(said):
    """Why it ended, in words: it is gone, or was gone before it was recognised."""
    return any(words in " ".join(said.split()) for words in (GONE, NO_DISC))


PULLED = state(UNTOUCHED, said=end_of_a_pull)
PULLED["status"] = lambda status: status in (2, 3)

# watched NAME DEVICE COMMAND…: runs it when the host says so, and marks NAME-reached as soon as
# `reached` holds, or at the end.
WATCHED = """
sectors() { awk '{ print $3 }' "/sys/block/$device/stat" 2>/dev/null || echo 0; }
has_read() { [ $(($(sectors) - start)) -ge "$at" ]; }
begun() { [ -s /run/ddload/changing ]; }
watched() {
	name=$1 device=$2
	shift 2
	rm -rf /run/ddload
	mark "$name"
	read -r go
	start=$(sectors)
	{ until reached || [ -e /tmp/ended ]; do :; done; mark "$name-reached"; } &
	watcher=$!
	again "$name" timeout 60 "$@"
	: >/tmp/ended
	wait $watcher
	rm /tmp/ended
}
"""


def insert(image):
    return qmp("blockdev-change-medium", id="medium0", filename=str(image), format="raw", read_only_mode="read-only")


def round_of(name, image, *out):
    """The host's part: the medium is in and slow, and goes `out` at the moment."""
    return (mark(name), insert(image), slow_reading("medium0", RATE), line("go"), mark(name + "-reached"), *out)


def drive_del(name):
    return lambda machine: machine.monitor("drive_del " + name)


EJECT = qmp("eject", id="medium0", force=True)

# Everything is in memory when the first operation begins: a swap goes on to its end, and so does
# the way back.
CD = Case("swap-pulled-cd", dict([("read-%d" % at, PULLED) for at in MOMENTS], **{
    "before": state(OLD), "back": failed(OLD, "no-disk", "disks did not come back"), "swap": SWAPPED,
}), WATCHED + """
again before true
reached() { has_read; }
for at in %s; do
	watched read-$at sr0 ddload load --replace --settle 10 /dev/sr0
done
reached() { begun; }
watched back sr0 ddload load --replace --settle 3 /dev/sr0
watched swap sr0 ddload load --replace --settle 10 /dev/sr0
""" % " ".join(map(str, MOMENTS)),
    sum((round_of("read-%d" % at, FAR, EJECT) for at in MOMENTS), ()) +
    round_of("back", pack("no-disk"), EJECT) + round_of("swap", FAR, EJECT),
    media=("cd-ide:%s" % FAR,), stock=True, limit=240)

# Wherever it is pulled: refused in words with nothing changed, or done.
EVERYWHERE = Case("swap-pulled-everywhere", {
    "clear": {"failures": "", "ends": lambda ends: "0" in ends and "3" in ends},
}, WATCHED + """
reached() { has_read; }
failures='' ends=''
is() { [ "$(cat /sys/module/megaraid_sas/version)" = "$1" ] && has_disk; }
clear_end() {
	case $status in
	0) is %s && grep -q 'loaded and works' /tmp/said ;;
	2|3) is %s && [ "$(life)" = "$before" ] && grep -q '%s\\|%s' /tmp/said ;;
	*) false ;;
	esac
}
for at in %s; do
	before=$(life)
	watched read-$at sr0 ddload load --replace --settle 10 /dev/sr0
	clear_end || failures="$failures $at"
	ends="$ends $status"
	[ $status != 0 ] || stock
done
tell clear "failures$failures" "ends$ends"
""" % (DRIVER, OLD["version"], GONE, NO_DISC, " ".join(map(str, MANY))),
    sum((round_of("read-%d" % at, FAR, EJECT) for at in MANY), ()),
    media=("cd-ide:%s" % FAR,), stock=True, slow=True, limit=600)



def one_disk(disks):
    """The controller's; which name it has depends on when the stick came."""
    return len(disks.split()) == 1


# Sticks are pulled while they are read, or stay and answer no more, and one goes during the swap.
STICKS = Case("swap-pulled-sticks", {
    "pulled": state(PULLED, 3, disks=one_disk, said=has(GONE)),
    "silent": state(PULLED, 3, disks=one_disk, said=has("The medium could not be read.")),
    "swap": state(SWAPPED, disks=one_disk, outcome__disks__0__name=re.compile("^sd[ab]$")),
}, WATCHED + """
stick() { for disk in /sys/block/sd*; do [ "$(cat "$disk/removable")" = 0 ] || echo "${disk##*/}"; done; }
stick_is_there() { test -e "/dev/$(stick)1"; }
within 20 stick_is_there
again before true
at=100
reached() { has_read; }
watched pulled "$(stick)" ddload load --replace --settle 10 "/dev/$(stick)1"
at=10
watched silent vda ddload load --replace --settle 10 /dev/vda
reached() { begun; }
watched swap vdb ddload load --replace --settle 10 /dev/vdb
""", sum(((mark(name), slow_reading("medium%d" % number, RATE), line("go"), mark(name + "-reached"), out) for number, (name, out) in enumerate((
    ("pulled", qmp("device_del", id="medium0")), ("silent", drive_del("medium1-image")),
    ("swap", qmp("device_del", id="medium2"))))), ()),
    media=("usb:%s" % (PARTS / "media" / "stick-tree.img"), "virtio:%s" % (PARTS / "media" / "disk-ext4.img"),
           "virtio:%s" % (PARTS / "media" / "disk-iso.img")), stock=True, limit=150)

CASES = (CD, EVERYWHERE, STICKS)
