# SPDX-License-Identifier: GPL-2.0-or-later
"""More cases for cases.py: ddload is killed in the middle of a swap, and the next run puts back.

The journal has a line for the begin and the end of each operation, forwards and on the way back;
the process gets SIGKILL when so many of them are there. The state is looked at in /sys/module and
by the disk, and nothing may be left over.
"""

from cases import CHAIN, CHAIN_TREE, OLDER, STOCK, SWAPPED, Case, has, state

SCRIPT = """
steps() { n=$(grep -c '^begin\\|^done\\|^failed\\|^undo' /run/ddload/journal 2>/dev/null); echo "${n:-0}"; }
runs() { [ -d /proc/$job ] && ! grep -q '^State:.Z' /proc/$job/status; }
killed_at() {
	ddload load --replace --settle 10 /packs/$2.iso >/tmp/said 2>&1 </dev/null &
	job=$!
	while runs && [ "$(steps)" -lt "$1" ]; do :; done
	kill -9 $job
	wait $job
}
fail() { failures="$failures $1"; cat /tmp/said; dmesg | tail -5; }
chain() {
	rmmod megasas_user2 megasas_user 2>/dev/null
	unload
	rm -rf /run/ddload
	modprobe megasas_user2
	within 10 has_disk
}
layers() { stat -c %%i /sys/module/sd_mod /sys/module/scsi_mod | tr '\\n' ' '; }
as_before() {
	[ $? = 2 ] || fail "$1-status"
	[ "$(cat /sys/module/megaraid_sas/version)" = %(version)s ] || fail "$1-version"
	[ "$(modules)" = "%(modules)s" ] || fail "$1-modules"
	[ "$(layers)" = "$layers" ] || fail "$1-layers"
	within 10 has_disk || fail "$1-disk"
	[ ! -e /run/ddload/journal ] || fail "$1-journal"
	[ -z "$(find /run/ddload/firmware -type f 2>/dev/null)" ] || fail "$1-firmware"
	! grep -q /run/ddload/media /proc/mounts || fail "$1-mount"
}
failures='' rounds=0
for round in %(rounds)s; do
	pack=${round%%%%:*} at=${round#*:}
	%(begin)s
	layers=$(layers)
	killed_at $at $pack
	echo "round $round: $(tail -n1 /run/ddload/journal 2>&1) $(cat /sys/module/megaraid_sas/version)"
	ddload load /nothing >/tmp/said 2>&1 </dev/null
	as_before $round
	rounds=$((rounds + 1))
done
tell killed "failures$failures" "rounds $rounds"
"""

# "status" knows of it whenever the drivers are not as before.
RESUMED = """
stock
killed_at 5 default
ddload status | grep -q 'was interrupted' && again resumed ddload load --replace /packs/default.iso
"""


def killed(name, places, version=STOCK, modules="megaraid_sas", begin="stock", then="", facts=None, **more):
    """`places`: for each pack, the numbers of journal lines to be killed at."""
    rounds = ["%s:%d" % (pack, at) for pack, numbers in places.items() for at in numbers]
    script = SCRIPT % {"version": version, "modules": modules, "begin": begin, "rounds": " ".join(rounds)}
    return Case(name, dict({"killed": {"failures": "", "rounds": str(len(rounds))}}, **facts or {}), script + then,
                packs=tuple(places), limit=60 + 25 * len(rounds), **more)


RESUMES = {"resumed": state(SWAPPED, said=has("The drivers are again as they were before"))}
# A swap has 8 lines, the last of which means that all is done; one whose insert fails has 6, and 4 for the way back.
CASES = (
    killed("swap-killed", {"default": (4, 6), "fail-init": (5,)}, then=RESUMED, facts=RESUMES, stock=True),
    killed("swap-killed-all", {"default": range(1, 8), "fail-init": range(1, 11)}, stock=True, slow=True),
    # firmware, two dependents and the driver out, the driver and both in, wait: 16 lines; 10 and 8 where the insert fails
    killed("swap-killed-dependents", {"newer": range(1, 16), "fail-init": range(9, 19)}, OLDER, CHAIN, "chain",
           tree=CHAIN_TREE, slow=True),
)
