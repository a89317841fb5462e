# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: signals while drivers are changed, a second run, and one that is killed.

/run/ddload/changing has the name of a run in it from its first change to the end of its way back.
"""

from cases import DRIVER, OLD, SWAPPED, WORKS, Case, all_of, has, refused, state

BEGIN = """
changing() { [ -s /run/ddload/changing ]; }
begin() {
	"$@" >/tmp/said 2>&1 </dev/null &
	job=$!
	until changing; do :; done
}
"""

# A hang-up, Ctrl-C and a shutdown's signal, again and again while the old driver goes and the new one comes: no
# probe is cut off, and the load comes to its end. So does the way back.
SIGNALS = Case("swap-signals", {
    "swapped": state(SWAPPED, said=has("The driver is loaded and works.")),
    "undone": state(OLD, 4, outcome__result="undone"),
}, BEGIN + """
signalled() {
	while changing; do kill -HUP $job; kill -INT $job; kill -TERM $job; done 2>/dev/null
	wait $job
	tell "$1" "status $?" "said $(base64 -w0 /tmp/said)"
}
begin ddload load --replace --settle 10 /packs/default.iso
signalled swapped
stock
begin ddload load --replace --settle 3 /packs/no-disk.iso
signalled undone
""", stock=True, packs=("default", "no-disk"))

# While one waits for disks another is refused, and told who it is that changes drivers.
OTHER = Case("swap-other-run", {
    "other": {"status": 3, "said": all_of("Another ddload is changing drivers at this moment.", "ddload load --replace", "(process ")},
    "undone": state(OLD, 4, outcome__result="undone"),
}, BEGIN + """
begin ddload load --replace --settle 8 /packs/no-disk.iso
ddload load --replace /packs/default.iso >/tmp/other 2>&1
tell other "status $?" "said $(base64 -w0 /tmp/other)"
grep -q "(process $job)" /tmp/other || echo "it is not process $job"
wait $job
tell undone "status $?"
""", stock=True, packs=("default", "no-disk"))

# Killed while it waits for disks, with the old driver out: told, and nothing is loaded until somebody says so.
KILLED = Case("swap-killed", {
    "told": {"list": "1", "state": "1", "marked": "yes"},
    "refused": refused({}, "An earlier run was killed while it changed drivers.", outcome__error__code="interrupted"),
    "allowed": state(WORKS, outcome__modules__0__version_before=lambda version: version not in (None, OLD["version"], DRIVER)),
    "over": {"marked": "no"},
}, BEGIN + """
begin ddload load --replace --settle 60 /packs/no-disk.iso
other_driver() { [ -e /sys/module/megaraid_sas/version ] && [ "$(cat /sys/module/megaraid_sas/version)" != %s ]; }
within 20 other_driver
sleep 2
kill -9 $job
wait $job
marked() { changing && echo yes || echo no; }
said() { ddload "$@" 2>&1 | grep -c "killed while it changed drivers: ddload load --replace"; }
tell told "list $(said list /packs/default.iso)" "state $(said status)" "marked $(marked)"
again refused ddload load --replace /packs/default.iso
again allowed ddload load --after-kill --replace --settle 10 /packs/default.iso
tell over "marked $(marked)"
""" % OLD["version"], stock=True, packs=("default", "no-disk"))

CASES = (SIGNALS, OTHER, KILLED)
