# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: disks that come late or never, and a probe that fails."""

from cases import OLD, PARTS, PROMPT, SCREENS, STOCK, WORKS, Case, all_of, has, key, line, pack, state, wait

LATE = "07.999.93.00-late"  # tests/qemu/late_disks.c
FILES = ((PARTS / "late-disks" / "megaraid_sas.ko", "/late/megaraid_sas.ko"),)
BARE = {"packs": "megaraid_sas.ko", "outcome.packs.0.identifier": "megaraid_sas.ko"}
TAKEN = dict(OLD, version=LATE, disks="")
SHOWN = dict(WORKS, version=LATE, **BARE, **{"outcome.modules.0.version": LATE})
BACK = dict(SHOWN, **{"outcome.modules.0.version_before": STOCK})

# What the driver does is set as an initrd sets it.
DRIVER = """
late() { mkdir -p /etc/modprobe.d; echo "options megaraid_sas $*" >/etc/modprobe.d/late.conf; }
"""


def seconds(least, most):
    """How long it took, of the fact "took"."""
    return lambda took: least <= int(took) <= most


TIMED = """
timed() {
	begun=$(cut -d. -f1 /proc/uptime)
	section=$1
	rm -rf /run/ddload
	shift
	"$@" >/tmp/said 2>&1 </dev/null
	status=$?
	cat /tmp/said
	tell "$section" "status $status" "took $(($(cut -d. -f1 /proc/uptime) - begun))" "said $(base64 -w0 /tmp/said)"
}
"""

# A load whose disks come late, one after the other; one whose disks nobody waits for so long; no disk at all; and a
# probe that fails. A script can tell each by its status.
ALONE = Case("late", {
    "one-by-one": state(SHOWN, disks="sda sdb sdc", took=seconds(4, 30), outcome__disks__2__name="sdc"),
    "too-late": state(TAKEN, 7, took=seconds(5, 30), outcome__result="bound-no-disk", outcome__error__code="no-disk-yet",
                      outcome__hint=None, said=has("nothing has appeared there yet")),
    "then": {"disks": "sda"},
    "none": state(TAKEN, 7, took=seconds(5, 30), outcome__result="bound-no-disk"),
    "probe": state(TAKEN, 8, driver="-", took=seconds(0, 20), packs="", outcome__result="not-taken",
                   outcome__error__code="not-taken",
                   outcome__kernel_lines=has("probe of 0000:00:02.0 failed with error -5"),
                   said=all_of("The driver did not take its controller.", "probe of 0000:00:02.0 failed")),
}, DRIVER + TIMED + """
late first=4000 step=100 disks=3
timed one-by-one ddload load --settle 5 /late/megaraid_sas.ko
unload
late first=30000
timed too-late ddload load --settle 5 /late/megaraid_sas.ko
within 60 has_disk
tell then
unload
late disks=0
timed none ddload load --settle 5 /late/megaraid_sas.ko
unload
late fail=-5
timed probe ddload load --settle 60 /late/megaraid_sas.ko
""", add=FILES, limit=150)

# A swap whose disks take longer than the time that was given: they were there before, so they are waited for. Where
# the new driver does not take the controller the old one is back at once; where its disks do not come, in the end.
SWAP = Case("late-swap", {
    "slow": state(BACK, took=seconds(7, 40)),
    "never": state(OLD, 4, took=seconds(12, 60), outcome__result="undone", outcome__error__code="no-disk"),
    "probe": state(OLD, 4, took=seconds(0, 25), outcome__result="undone", outcome__error__code="not-bound",
                   outcome__kernel_lines=has("probe of 0000:00:02.0 failed with error -5")),
}, DRIVER + TIMED + """
late first=7000
timed slow ddload load --replace --settle 3 /late/megaraid_sas.ko
rm /etc/modprobe.d/late.conf
stock
late disks=0
timed never ddload load --replace --settle 3 /late/megaraid_sas.ko
late fail=-5
timed probe ddload load --replace --settle 60 /late/megaraid_sas.ko
""", stock=True, add=FILES, limit=150)

# On the screens: the disks are listed, and one goes on or waits on as one likes.
MENU = Case("late-menu", {
    "ended": state(TAKEN, 7, outcome__result="bound-no-disk"),
    "longer": state(SHOWN),
}, DRIVER + """
late first=60000
live ended ddload menu --settle 30 /late/megaraid_sas.ko
unload
late first=20000
live longer ddload menu --settle 15 /late/megaraid_sas.ko
""", tuple(step for title, press in SCREENS[1:] for step in (wait(title), key(press))) + (
    wait("disks are listed here as they appear"), key("c"), wait("not all is well"), key("c"),
) + tuple(step for title, press in SCREENS[1:] for step in (wait(title), key(press))) + (
    wait("disks are listed here as they appear"), key("w"), wait("The driver works"), key("Enter"),
), add=FILES, limit=120)

# Unattended: no disk is a failure where there is no other one, and where the words say so; a failed probe always.
AUTO = Case("late-auto", {
    "no-other": state(TAKEN, 7),
    "continue": state(TAKEN, 0),
    "probe": state(TAKEN, 8, driver="-", packs=""),
}, DRIVER + """
mkdir -p /etc/ddload
words() { echo "ddload=/late/megaraid_sas.ko ddload.on-error=continue ddload.settle=3 $*" >/etc/ddload/cmdline; }
late disks=0
words
run no-other ddload auto
unload
words ddload.no-disk=continue
run continue ddload auto
unload
late fail=-5
run probe ddload auto
""", add=FILES)

CASES = (ALONE, SWAP, MENU, AUTO)
